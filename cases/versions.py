"""Which versions of its form a case has been on, and what was written without having seen that it moved.

A case is on one version (``procedure_version``). Moving it is one event that sets that field, marks the version left
behind in a field of its own, and writes again what stands elsewhere; it clears nothing. Merge knows nothing of this:
two who move at once, or one who goes on answering on the version before, write different fields, or the same ones as
two people do anywhere. So the fields tell the versions on every device, in whatever order the events came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cases.merge import FieldHead, RecordState

VERSION = "procedure_version"
LEFT = "earlier_version:"
"""Prefix of the field that marks a version as left behind. It says of which procedure: always the same in a case."""


def left_behind(fields: Iterable[str], now: str | None) -> tuple[str, ...]:
    """Return the versions that a case was on before the one of ``now``, by the names of its fields."""
    found = {name.removeprefix(LEFT) for name in fields if name.startswith(LEFT)}
    return tuple(sorted(found - {now, ""}))


def fields_of_move(procedure: str, before: str, after: str, writes: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return what the event of a move sets."""
    return {VERSION: after, f"{LEFT}{before}": procedure, **writes}


def named(fields: Mapping[str, object]) -> set[tuple[str, str]]:
    """Return the (procedure, version) that an event's or record's fields name, those left behind included."""
    left = {name.removeprefix(LEFT): value for name, value in fields.items() if name.startswith(LEFT)}
    found: set[tuple[object, object]] = {(value, version) for version, value in left.items()}
    procedure = fields.get("procedure") or next(iter(left.values()), None)
    found.add((procedure, fields.get(VERSION)))
    return {(one, version) for one, version in found if isinstance(one, str) and isinstance(version, str)}


def unseen(state: RecordState, earlier: str, later: str) -> bool:
    """Say whether nobody who wrote the field ``later`` had seen what stands in ``earlier``."""
    if earlier not in state.fields:
        return False
    after = state.fields.get(later)
    if after is None or not after.heads:
        return True
    return any(
        not any(_saw(head, after.base, before) for head in after.heads) for before in state.fields[earlier].heads
    )


def _saw(later: FieldHead, base: int, earlier: FieldHead) -> bool:
    if later.event[:2] == earlier.event[:2]:
        return earlier.event.seq <= later.event.seq
    return earlier.central_seq is not None and earlier.central_seq <= base
