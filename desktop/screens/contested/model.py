"""Reads the contested fields of cases with what each person wrote. Runs away from the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

from cases.errors import InputError
from cases.views import Claim
from cases.workspace import Workspace
from sync.desk import Desk

CASES_MAX = 50


@dataclass(frozen=True)
class ContestedField:
    """One field to settle. ``claims[0]`` is the value shown meanwhile; ``label`` are the form's own words."""

    case: str
    citizen_name: str
    procedure: str
    label: str
    claims: tuple[Claim, ...]


def read_contested(workspace: Workspace, desk: Desk) -> tuple[ContestedField, ...]:
    """Return the contested fields, newest activity first."""
    found = []
    for row in workspace.cases(contested_only=True, limit=CASES_MAX):
        case = workspace.case(row.id)
        labels = _labels(desk, row.id, tuple(each.field for each in case.contested))
        found += [
            ContestedField(case.id, case.citizen_name, case.procedure, labels[each.field], each.claims)
            for each in case.contested
        ]
    return tuple(found)


def _labels(desk: Desk, case: str, fields: tuple[str, ...]) -> dict[str, str]:
    try:
        session = desk.open(case).session
    except InputError:
        # The procedure has not arrived yet: the last part of the path is all that is known of the question.
        return {field: field.rsplit("/", 1)[-1] for field in fields}
    labels = {}
    for field in fields:
        try:
            labels[field] = session.question(field).label or field.rsplit("/", 1)[-1]
        except (KeyError, ValueError):
            labels[field] = field.rsplit("/", 1)[-1]
    return labels
