"""What every command of ``main.py agent`` is made of: the open client, its answer as JSON, its arguments."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from cases import tracking
from cases.errors import InputError
from cases.events import EventId
from cases.views import Act
from cases.workspace import Workspace
from sync.agent import Agent
from sync.desk import Desk, OpenForm
from sync.usage import UsageError
from sync.words import Words, words_for

Answer = dict[str, object]


@dataclass
class Context:
    """The open client.

    Attributes:
        fresh: the workspace was made just now, for this very enrolment.
        form: the case that the last command worked on, kept open as a screen would.
    """

    workspace: Workspace
    agent: Agent
    desk: Desk
    fresh: bool = False
    form: OpenForm | None = None

    def open(self, case: str) -> OpenForm:
        """Return the case's form as it stands now: looking at it is what a command does first."""
        known = self.case_id(case)
        if self.form is None or self.form.case_id != known:
            self.form = self.desk.open(known)
        else:
            self.form.refresh()
        return self.form

    def case_id(self, case: str) -> str:
        """Return the identity of the case that a person named by it or by its tracking code."""
        try:
            code = tracking.normalise(case)
        except InputError:
            # No tracking code, so it can only be an identity; whether there is such a case is seen when it is opened.
            return case
        hits = [hit.record_id for hit in self.workspace.search(code) if hit.record_type == "case"]
        found = [row.id for row in self.workspace.case_rows(hits) if row.tracking_code == code]
        return found[0] if found else case


Run = Callable[[Context, argparse.Namespace], Answer]


@dataclass(frozen=True)
class Command:
    """``arguments`` declares what follows the name."""

    help: str
    run: Run
    arguments: Callable[[argparse.ArgumentParser], object] = lambda parser: None


def plain(value: object) -> object:
    """Return a value as JSON can hold it: structs and frozen dataclasses as objects, identities and exact numbers as
    text."""
    if isinstance(value, EventId | Decimal):
        return str(value)
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def as_object(value: object) -> Answer:
    """Return a struct or frozen dataclass as a JSON object."""
    shown = plain(value)
    assert isinstance(shown, dict)
    return shown


def said(code: str) -> Answer:
    """Return what a person is told about ``code``, in both languages."""
    words = words_for(code, 0, {})
    return {"message_fr": words.fr, "message_en": words.en}


def event_of(act: Act | None) -> Answer:
    """Return the identity of a recorded act."""
    return {"event": str(act.event) if act is not None else None}


def pairs(given: Sequence[str]) -> dict[str, str | None]:
    """Return what FIELD=VALUE words say; None for a value left empty. UsageError for anything else."""
    said: dict[str, str | None] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(Words(f"CHAMP=VALEUR attendu, pas « {pair} ».", f"expected FIELD=VALUE, not “{pair}”."))
        if name in said:
            raise UsageError(Words(f"« {name} » est donné deux fois.", f"“{name}” is given twice."))
        said[name] = value or None
    return said


_ARGUMENTS: Mapping[str, str] = {
    "case": "the case: its identity, or its tracking code",
    "path": "the question: /group/question, in a row /repeat[row]/question",
    "value": "what is stored: text, 42, 12.5, 2024-03-31, names of choices; empty clears",
    "repeat": "the list to which a row is added: /repeat",
    "row": "the row: /repeat[row]",
    "text": "the remark",
    "record": "the case (identity or tracking code) or citizen (identity)",
    "field": "the field as `contested` names it: /group/question, phone…",
    "event": "the act as `parked` names it: device.incarnation.number",
}


def takes(*names: str) -> Callable[[argparse.ArgumentParser], None]:
    """Return what declares these arguments, each with its explanation."""

    def declare(parser: argparse.ArgumentParser) -> None:
        for name in names:
            parser.add_argument(name, help=_ARGUMENTS[name])

    return declare
