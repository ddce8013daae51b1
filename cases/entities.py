"""An office's citizens as a list that forms choose from, and what a form says of citizens as acts on them (ADR 33).

A form names the list ``citizens`` or ``usagers`` (``select_one_from_file usagers.csv``, or ``list_name`` in its sheet
``entities``). What it saves under a property that a citizen has becomes an act on that citizen when the case is handed
in; everything else stays where it was typed, in the case.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from cases.views import CITIZEN_FIELDS, CitizenRow
from forms.errors import Problem

if TYPE_CHECKING:
    from forms.definition import FormDefinition
    from forms.entities import Entity

LISTS = ("citizens", "usagers")
LISTED = ("family_name", "given_names", "birth_date", "commune", "phone")
"""The particulars that a list of citizens holds; the others are read one citizen at a time, so no list has them."""
PROPERTIES: Mapping[str, str] = {
    **{name: name for name in CITIZEN_FIELDS},
    "first_name": "given_names",
    "last_name": "family_name",
    "nom": "family_name",
    "prenom": "given_names",
    "prenoms": "given_names",
    "nom_naissance": "birth_name",
    "date_naissance": "birth_date",
    "lieu_naissance": "birth_place",
    "telephone": "phone",
    "courriel": "email",
    "adresse": "address_line",
    "code_postal": "postcode",
    "ville": "commune",
}
"""Property of a form -> field of a citizen."""
NAME = "family_name"


class CitizenChange(NamedTuple):
    """What a case handed in says of a citizen.

    Attributes:
        citizen: its record. new: made here when it is not there yet.
        fields: those that are told; never one to be cleared.
        base: as of the view that the person had before their eyes.
    """

    citizen: str
    fields: Mapping[str, str]
    base: int
    new: bool


def wanted(form: bytes) -> tuple[str, ...]:
    """The lists of citizens that a compiled form reads."""
    return tuple(name for name in LISTS if f"{name}.csv".encode() in form)


def written(citizens: Iterable[CitizenRow]) -> bytes:
    """The list as a data file: identity, label, particulars."""
    target = io.StringIO()
    lines = csv.writer(target, lineterminator="\n")
    lines.writerow(("name", "label", *LISTED))
    for row in citizens:
        name = " ".join(part for part in (row.family_name, row.given_names) if part)
        label = ", ".join(part for part in (name, row.birth_date, row.commune) if part)
        lines.writerow((row.id, label, *(getattr(row, field) for field in LISTED)))
    return target.getvalue().encode()


NOBODY: Mapping[str, bytes] = {f"{name}.csv": written(()) for name in LISTS}
"""The lists where nobody is known: for whoever only checks a form, or shows one from elsewhere."""


def changes(entities: Iterable[Entity], *, case: str, citizen: str, base: int) -> tuple[CitizenChange, ...]:
    """What the entities of a filling mean for citizens.

    Args:
        case: gives a created citizen its identity, so that handing in again meets the same one.
        citizen: of the case: meant where the form changes somebody and names nobody.
        base: as of the view that the form was opened with.
    """
    found: list[CitizenChange] = []
    for entity in entities:
        if entity.dataset not in LISTS:
            continue
        fields = {
            PROPERTIES[name]: value.strip()
            for name, value in entity.properties.items()
            if name in PROPERTIES and value.strip()
        }
        # A form that may do either means the one that it names, where it names one of ours; its own new identity is
        # none of ours.
        new = entity.creates and not (entity.updates and is_record(entity.id))
        if new:
            fields.setdefault(NAME, entity.label.strip())
        meant = created(case, entity.path) if new else entity.id or citizen
        if fields:
            found.append(CitizenChange(meant, fields, base, new))
    return tuple(found)


def is_record(identity: str) -> bool:
    """Whether an identity is one of our records' (see ``cases.ids.uuid7``)."""
    return len(identity) == 32 and not identity.strip("0123456789abcdef")


def created(case: str, path: str) -> str:
    """The identity of the citizen that the entity at ``path`` of ``case`` creates: the same one each time, with the
    case's time, in the shape of ``cases.ids.uuid7``."""
    value = int(case[:12] + hashlib.sha256(f"{case} {path}".encode()).hexdigest()[:20], 16)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return f"{(value & ~(0x3 << 62)) | (0x2 << 62):032x}"


def notices(definition: FormDefinition) -> Iterator[Problem]:
    """What stays in the case although the form means it for a list: told to the author, code ``forms.notice``."""
    for entity in definition.entities:
        if entity.dataset not in LISTS:
            yield _notice("entity_list_elsewhere", entity.node.ref, name=entity.dataset, lists=", ".join(LISTS))
            continue
        named = {PROPERTIES.get(name) for name, _question in entity.saved}
        for name, question in entity.saved:
            if name not in PROPERTIES:
                known = ", ".join(CITIZEN_FIELDS)
                yield _notice("entity_property_kept", question.ref, "save_to", name=name, known=known)
        if NAME not in named and (entity.creates or entity.node.child("@create") is not None):
            yield _notice("entity_name_from_label", entity.node.ref, name=NAME)


def _notice(reason: str, path: str, column: str | None = None, **details: str) -> Problem:
    return Problem("forms.notice", column=column, details={"reason": reason, "path": path} | details)
