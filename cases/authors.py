"""Who wrote a value that stands, also where another event brought it back."""

from __future__ import annotations

from collections.abc import Mapping

from cases import merge, reopening
from cases.events import EventId, Kind
from cases.merge import FieldHead
from cases.store import log
from cases.store.log import StoredEvent


def author_of(head: FieldHead, field: str, written: Mapping[EventId, StoredEvent]) -> FieldHead:
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
