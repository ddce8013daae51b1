"""Who wrote a value that stands, also where another event brought it back."""

from __future__ import annotations

from collections.abc import Mapping

from cases import merge, reopening
from cases.events import EventId, Kind
from cases.merge import FieldHead, RecordState
from cases.store import log
from cases.store.log import StoredEvent


def authors_of(state: RecordState, field: str, written: Mapping[EventId, StoredEvent]) -> tuple[FieldHead, ...]:
    """Return the values that stand in a field as they are shown: each under who wrote it, the shown one first.

    Two people may have brought the same values back, neither having seen the other do it; and a value that came back
    may have been written anew by who had not seen that. Either would be offered twice for one choice.

    Args:
        written: the record's events that are held here.
    """
    heads = state.fields[field].heads if field in state.fields else ()
    anew = {head.value for head in heads if not _is_brought(head, written)}
    found: dict[tuple[EventId, str | None], FieldHead] = {}
    for head in heads:
        if head.value in anew and _is_brought(head, written):
            continue
        author = _author_of(head, field, written)
        found.setdefault((author.event, author.value), author)
    return tuple(found.values())


def named_by(stored: StoredEvent) -> list[EventId]:
    """Return the events that an event names for the values it brings back."""
    seen = merge.applied(log.seen(stored))
    return [one.event for one in reopening.brought(seen.body)] if seen.kind == Kind.SETTLE else []


def _is_brought(head: FieldHead, written: Mapping[EventId, StoredEvent]) -> bool:
    stored = written.get(head.event)
    return (
        stored is not None and stored.event.header.kind == Kind.SETTLE and bool(reopening.brought(log.body_of(stored)))
    )


def _author_of(head: FieldHead, field: str, written: Mapping[EventId, StoredEvent]) -> FieldHead:
    """Return who wrote a value that another event brought back, as far as that is held here; else as the head is."""
    stored = written.get(head.event)
    if stored is None:
        return head
    seen = merge.applied(log.seen(stored))
    for one in reopening.brought(seen.body) if seen.kind == Kind.SETTLE else ():
        first = written.get(one.event)
        if one.value == head.value and first is not None and _wrote(first, field, one.value):
            header = first.event.header
            return head._replace(event=one.event, agent=header.agent, time=header.time)
    return head


def _wrote(stored: StoredEvent, field: str, value: str | None) -> bool:
    """Say whether an event really set a field to a value: what brings it back may say anything."""
    seen = merge.applied(log.seen(stored))
    return (field, value) in merge.touched(seen.kind, seen.body).items()
