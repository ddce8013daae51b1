"""Reads the acts that wait for a decision, in words. Runs away from the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

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
    """One act that waits. ``named``: the details of its code in words, label and value."""

    item: ParkedItem
    fields: tuple[ParkedField, ...]
    named: tuple[tuple[str, str], ...]

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
    acts = tuple(_act(reader, item) for item in queue[:SHOWN_MAX])
    return ParkedView(acts, len(queue) - len(acts))


def _act(reader: Reader, item: ParkedItem) -> ParkedAct:
    fields = []
    for name, value in item.texts.items():
        known = reader.field(item.record_type, item.record, name)
        fields.append(ParkedField(known, value, known.said(value)))
    return ParkedAct(item, tuple(fields), tuple(_named(reader, item)))


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
