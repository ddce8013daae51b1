"""What central serves at first contact, made from a stream's events: pages, or a snapshot's manifest and chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cases import merge
from cases.events import EventId, decode_body
from cases.frames import compress
from cases.merge import SeenEvent
from cases.snapshot import PackedRecord, agents_of, pack
from sync.messages import ChunkEntry, PulledEvent, SnapshotManifest

STREAM = "office-1"


class Served(NamedTuple):
    """A snapshot: its manifest, and the chunks by hash."""

    manifest: SnapshotManifest
    chunks: dict[str, bytes]


def records_of(events: Iterable[PulledEvent]) -> list[PackedRecord]:
    """Return the records that central has after these events, by agent and identity, citizens before cases."""
    known: dict[str, PackedRecord] = {}
    first_agent: dict[str, str] = {}
    for event in events:
        before = known.get(event.record_id)
        record = before or PackedRecord(
            event.record_type, event.record_id, merge.EMPTY, 0, event.time, event.time, None
        )
        first_agent.setdefault(event.record_id, event.agent)
        name = EventId(event.device, event.incarnation, event.seq)
        body = decode_body(bytes(event.body))
        seen = SeenEvent(name, event.agent, event.kind, event.base, event.time, body, event.central_seq)
        submitted = record.submitted_ms
        if event.kind == "status" and body.get("to") == "submitted":
            submitted = min(event.time, submitted or event.time)
        known[event.record_id] = record._replace(
            state=merge.apply(record.state, seen),
            central_seq=event.central_seq,
            created_ms=min(record.created_ms, event.time),
            updated_ms=max(record.updated_ms, event.time),
            submitted_ms=submitted,
        )
    return sorted(
        known.values(), key=lambda one: (first_agent[one.record_id], one.record_type == "case", one.record_id)
    )


def served(events: Sequence[PulledEvent], *, own: str = "", size: int = 7, epoch: int = 1) -> Served:
    """Return a snapshot of a stream after these events.

    Args:
        own: the agent whose chunks come first.
        size: records of a chunk.
    """
    return packed(records_of(events), len(events), names_in(events), own=own, size=size, epoch=epoch)


def names_in(events: Iterable[PulledEvent]) -> dict[str, str]:
    """Return agent -> name."""
    return {event.agent: event.agent_name for event in events}


def packed(
    records: Sequence[PackedRecord],
    central_seq: int,
    names: dict[str, str],
    *,
    own: str = "",
    size: int = 7,
    epoch: int = 1,
) -> Served:
    """Return a snapshot of these records."""
    entries: list[ChunkEntry] = []
    chunks: dict[str, bytes] = {}
    for start in range(0, len(records), size):
        group = records[start : start + size]
        agents = agents_of(group)
        data = compress(pack(group, {agent: name for agent, name in names.items() if agent in agents}))
        name = hashlib.sha256(data).hexdigest()
        chunks[name] = data
        mine = any(record.state.value("agent") == own for record in group)
        entries.append(ChunkEntry(name, len(data), len(group), mine))
    entries.sort(key=lambda entry: not entry.own)
    return Served(SnapshotManifest(STREAM, central_seq, epoch, 5, entries), chunks)
