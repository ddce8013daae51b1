"""Reads the fields to settle, and those settled here lately, in words. Runs away from the GUI thread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cases.errors import InputError
from cases.settled import Settled
from cases.views import ContestedItem
from cases.workspace import Workspace
from desktop.values.reader import FieldWords, Reader
from sync.desk import Desk

SHOWN_MAX = 40
"""Cards on the screen; the rest comes as these are settled."""
RECENT = "settled.recent"
"""Under this name the workspace remembers which records were settled here."""
RECENT_MAX = 8


@dataclass(frozen=True)
class ContestedField:
    """One field to settle, with its values in words, in the order of ``item.claims``."""

    item: ContestedItem
    words: FieldWords
    said: tuple[str, ...]
    seen: tuple[str, ...]
    """What each author had before their eyes, in words; empty where that is not known."""

    @property
    def key(self) -> tuple[str, str]:
        """Which field it is."""
        return self.item.record, self.item.field


@dataclass(frozen=True)
class SettledField:
    """One settlement that can be taken back."""

    settled: Settled
    label: str
    name: str
    said: str
    before: str


@dataclass(frozen=True)
class ContestedView:
    """The whole screen. ``more``: fields that wait beyond those shown."""

    fields: tuple[ContestedField, ...]
    more: int
    settled: tuple[SettledField, ...]


def read_contested(workspace: Workspace, desk: Desk) -> ContestedView:
    """Return what is to be settled, this agent's own first, and what was settled here lately."""
    reader = Reader(desk)
    queue = workspace.contested_queue()
    fields = tuple(_field(reader, item) for item in queue[:SHOWN_MAX])
    return ContestedView(fields, len(queue) - len(fields), _settled(workspace, reader))


def settle(workspace: Workspace, item: ContestedItem, value: str | None) -> Settled | None:
    """Settle a field and note that it was done here.

    Returns:
        How to take it back; None when another value has come meanwhile, which now stands beside this one.
    """
    workspace.settle(item.record, item.field, value, base=item.base)
    recent = {**_recent(workspace)}
    recent.pop(item.record, None)
    newest = {item.record: item.citizen_name, **recent}
    workspace.remember(RECENT, json.dumps(dict(list(newest.items())[:RECENT_MAX])))
    return next((each for each in workspace.settled(item.record) if each.field == item.field), None)


def _field(reader: Reader, item: ContestedItem) -> ContestedField:
    known = reader.field(item.record_type, item.record, item.field)
    said = tuple(known.said(claim.value) for claim in item.claims)
    seen = tuple(known.said(claim.seen) if claim.has_seen else "" for claim in item.claims)
    return ContestedField(item, known, said, seen)


def _settled(workspace: Workspace, reader: Reader) -> tuple[SettledField, ...]:
    found: list[SettledField] = []
    for record, name in _recent(workspace).items():
        try:
            settled = workspace.settled(record)
        except InputError:
            continue  # The record has moved to another office meanwhile.
        for each in settled:
            known = reader.field(each.record_type, each.record, each.field)
            found.append(SettledField(each, known.label, name, known.said(each.value), known.said(each.before)))
    return tuple(sorted(found, key=lambda one: one.settled.time_ms, reverse=True)[:RECENT_MAX])


def _recent(workspace: Workspace) -> Mapping[str, str]:
    said = json.loads(workspace.recall(RECENT) or "{}")
    return said if isinstance(said, dict) else {}
