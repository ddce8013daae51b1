"""Who is, or may be, the same person as the citizen of a case."""

from __future__ import annotations

from dataclasses import dataclass

from cases.events import RecordType
from central.console.views import procedure_title
from central.console.visits import Visit
from central.database import marks
from central.database.marks import Person
from central.records import CaseView
from central.web.states import Chip, state_chip
from central.web.words import Words


@dataclass(frozen=True)
class Likeness:
    """A citizen who is, or may be, the same person."""

    citizen: str
    name: str
    born: str
    office: str
    cases: int
    code: str


@dataclass(frozen=True)
class Alike:
    """A case's citizen among those who are or may be the same person.

    Attributes:
        same: said to be the same. stands: the one of them that this citizen leads to, None when it stands for itself.
        maybe: those that look alike and are not linked.
    """

    same: tuple[Likeness, ...]
    stands: Likeness | None
    maybe: tuple[Likeness, ...]


def _likeness(person: Person, words: Words) -> Likeness:
    name = person.name or words.gettext("Citizen without a name")
    born = words.calendar_day(person.birth_date) if person.birth_date else ""
    return Likeness(person.citizen, name, born, person.office_name, person.cases, person.tracking_code)


def alike(visit: Visit, case: CaseView) -> Alike:
    """Return who is or may be the same person as the citizen of a case."""
    tenant = visit.session.tenant
    with visit.central.transaction(tenant) as conn:
        group = marks.group(conn, tenant, RecordType.CITIZEN, case.citizen)
        leads = marks.leads_to(conn, tenant, RecordType.CITIZEN, case.citizen)
        known = marks.persons(conn, tenant, visit.session.office, group[1:])
        same = {one.citizen: _likeness(one, visit.words) for one in known}
        found = marks.candidates(conn, tenant, visit.session.office, case.citizen)
    maybe = tuple(_likeness(one, visit.words) for one in found if one.citizen not in group)
    return Alike(tuple(same.values()), same.get(leads or ""), maybe)


@dataclass(frozen=True)
class OtherCase:
    """A case of another citizen who is said to be the same person."""

    case: str
    citizen: str
    procedure: str
    chip: Chip


def other_cases(visit: Visit, found: Alike) -> list[OtherCase]:
    """Return the cases of those who are said to be the same person, those that this supervisor may see."""
    session, words = visit.session, visit.words
    with visit.central.transaction(session.tenant) as conn:
        rows = marks.cases_of(conn, session.tenant, session.office, [one.citizen for one in found.same])
    return [
        OtherCase(
            row.case,
            row.citizen,
            procedure_title(visit.shelf.get(session.tenant, row.procedure, row.version), row.procedure, words),
            state_chip(row.state, words),
        )
        for row in rows
    ]
