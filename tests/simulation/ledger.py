"""What users were told is saved, kept outside of everything that is under test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from cases.views import HistoryEntry

_encode = msgspec.json.Encoder(order="deterministic").encode


class Deed(NamedTuple):
    """What an act is, whatever number its device gave it: after a fork the same act goes on under another one."""

    record: str
    kind: str
    agent: str
    time: int
    body: bytes


class Held(NamedTuple):
    """An event that the service holds."""

    deed: Deed
    record_type: str
    stream: str
    central_seq: int
    device: str
    incarnation: int
    seq: int
    hash: str
    base: int
    state: str
    code: str


def deed(record: str, kind: str, agent: str, time: int, body: Mapping[str, object] | None) -> Deed:
    """Return an act by what it says."""
    return Deed(record, kind, agent, time, _encode(body or {}))


def deed_of(record: str, entry: HistoryEntry) -> Deed:
    """Return the act of an entry of a record's history."""
    return deed(record, entry.kind, entry.agent, entry.time_ms, entry.body)


class Ledger:
    """The acts that were acknowledged to somebody.

    Attributes:
        acknowledged: act -> where it was made.
        seen: act -> the acts on the same record that lay before the eyes of whoever did it. Not by numbers: by heart.
        excused: acts of which the world itself destroyed the last copy (a PC put back to last week).
    """

    def __init__(self) -> None:
        self.acknowledged: dict[Deed, str] = {}
        self.excused: set[Deed] = set()
        self.seen: dict[Deed, frozenset[Deed]] = {}

    def note(self, deeds: Iterable[Deed], place: str, seen: Iterable[Deed]) -> None:
        """A screen has said of these acts that they are saved; whoever acted had ``seen`` those of the same record."""
        known = frozenset(seen)
        for one in deeds:
            self.acknowledged.setdefault(one, place)
            self.seen.setdefault(one, known)

    def owed(self) -> dict[Deed, str]:
        """Return the acts that must be found in the end."""
        return {one: place for one, place in self.acknowledged.items() if one not in self.excused}
