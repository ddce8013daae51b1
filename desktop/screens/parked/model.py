"""Reads the acts that wait for a decision, in words. Runs away from the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.errors import InputError
from cases.events import Kind, RecordType
from cases.merge import STATE
from cases.remedies import texts_of
from cases.views import ParkedItem
from cases.workspace import Workspace
from desktop.values.reader import FieldWords, Reader, case_field
from sync.desk import Desk

SHOWN_MAX = 40
"""Cards on the screen; the rest comes as these are decided about."""


@dataclass(frozen=True)
class ParkedField:
    """One field that a waiting act sets. ``now``: what the record holds there, in words."""

    words: FieldWords
    value: str | None
    said: str


@dataclass(frozen=True)
class ParkedAct:
    """One act that waits.

    Attributes:
        fields: what it sets: what may be corrected.
        says: what it says in words, for reading: of a decision about another act, what that act says.
        named: the details of its code in words, label and value.
        state: the state of its case as it is now; empty where there is none.
        about_ms: when the act was done that it decides about; None when it decides about none, or that is not here.
        born: the citizen's date of birth, ISO 8601; empty where it is not known here.
    """

    item: ParkedItem
    fields: tuple[ParkedField, ...]
    says: tuple[ParkedField, ...]
    named: tuple[tuple[str, str], ...]
    state: str
    about_ms: int | None
    born: str = ""

    @property
    def body(self) -> dict[str, object] | None:
        """What it says, for ``desktop.words.events``."""
        return None if self.item.body is None else dict(self.item.body)

    @property
    def kind(self) -> str:
        return self.item.kind


@dataclass(frozen=True)
class ParkedView:
    """The whole screen. ``more``: acts that wait beyond those shown."""

    acts: tuple[ParkedAct, ...]
    more: int


def read_parked(workspace: Workspace, desk: Desk) -> ParkedView:
    """Return the acts of this computer that wait, the newest first."""
    reader = Reader(desk)
    queue = workspace.parked_queue()
    acts = tuple(_act(workspace, reader, item) for item in queue[:SHOWN_MAX])
    return ParkedView(acts, len(queue) - len(acts))


def _act(workspace: Workspace, reader: Reader, item: ParkedItem) -> ParkedAct:
    def read(texts: Mapping[str, str | None]) -> tuple[ParkedField, ...]:
        found = ((reader.field(item.record_type, item.record, name), value) for name, value in texts.items())
        return tuple(ParkedField(words, value, words.said(value)) for words, value in found)

    about = str((item.body or {}).get("event", "")) if item.kind == Kind.RESOLVE else ""
    done = (entry.time_ms for entry in workspace.history(item.record) if about and str(entry.event) == about)
    fields = read(item.texts)
    says = fields if item.kind == Kind.SET else read(told(item.kind, item.body or {}))
    state = _state(workspace, item.case)
    named = tuple(_named(reader, item))
    return ParkedAct(item, fields, says, named, state, next(done, None), _born(workspace, item))


def _born(workspace: Workspace, item: ParkedItem) -> str:
    """Return when the citizen was born: namesakes are told apart by it."""
    cases = workspace.case_rows([item.case]) if item.record_type == RecordType.CASE and item.case else []
    people = workspace.citizen_rows([cases[0].citizen if cases else item.record])
    return people[0].birth_date if people else ""


def told(kind: str, body: Mapping[str, object]) -> dict[str, str | None]:
    """Return field -> value of what an act says, without what only the program reads."""
    if kind == Kind.RESOLVE:
        inner = body.get("body")
        return told(str(body.get("kind", "")), inner) if isinstance(inner, Mapping) else {}
    if kind == Kind.SETTLE:
        return texts_of({str(body.get("field", "")): body.get("value")})
    if kind == Kind.SET:
        return texts_of(body)
    state = body.get("to") or body.get("state")
    return texts_of({STATE: state} if state else {}) | texts_of(
        {name: body[name] for name in ("message", "reasons", "text") if name in body}
    )


def _state(workspace: Workspace, case: str) -> str:
    try:
        return workspace.case(case).state if case else ""
    except InputError:
        return ""  # Its case is not here any more: the act is shown all the same.


def _named(reader: Reader, item: ParkedItem) -> list[tuple[str, str]]:
    """Return the details as people read them: states by their words, fields by their labels."""
    state = reader.field("case", item.record, "state")
    found = []
    for name, value in item.details.items():
        if name in ("from", "to", "state", "before", "after"):
            found.append((name, state.said(value)))
        elif name == "field":
            labels = (case_field(part) for part in value.split(", "))
            found.append((name, ", ".join(labels)))
        else:
            found.append((name, value))
    return found
