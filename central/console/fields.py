"""Fields of cases and citizens in people's words, and how an address names one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cases.events import RecordType
from central.console.reading import Reader
from central.web.catalogue import N_
from central.web.words import Words

_FIELD_WORDS = {
    "family_name": N_("Family name"),
    "given_names": N_("Given names"),
    "birth_name": N_("Birth name"),
    "birth_date": N_("Date of birth"),
    "birth_place": N_("Place of birth"),
    "phone": N_("Telephone"),
    "email": N_("E-mail address"),
    "address_line": N_("Address"),
    "postcode": N_("Postcode"),
    "commune": N_("Municipality"),
    "state": N_("State of the case"),
    "procedure_version": N_("Version of the form"),
    "citizen": N_("Citizen"),
    "agent": N_("Agent"),
    "same_as": N_("Same person or case as"),
    "notified": N_("Decision handed over on paper"),
    "proposal": N_("Decision proposed"),
    "proposal_reasons": N_("Reasons"),
}


class Named(Protocol):
    """A field of a record."""

    @property
    def record_type(self) -> str: ...
    @property
    def field(self) -> str: ...


def field_label(name: str, record_type: str, reader: Reader, words: Words) -> str:
    """Return a field in people's words."""
    if record_type == RecordType.CASE and name.startswith("/"):
        return reader.label(name)
    return words.gettext(_FIELD_WORDS[name]) if name in _FIELD_WORDS else name


def field_name(record_type: str, name: str) -> str:
    """Return the field as the address carries it."""
    return f"{record_type}:{name}"


def named_fields(fields: Sequence[Named], reader: Reader, words: Words) -> list[tuple[str, str]]:
    """Return fields as (name in the address, label)."""
    return [
        (field_name(each.record_type, each.field), field_label(each.field, each.record_type, reader, words))
        for each in fields
    ]
