"""Records whole instead of event by event: the snapshot of first contact, records asked for, the audit, one history."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from cases import merge
from cases.audit import bucket_digest, fingerprint
from cases.errors import InputError, RejectedError
from cases.snapshot import PackedRecord, agents_of, pack
from central.context import Core
from central.records import Device
from central.storage import KeptSnapshot, StoredRecord
from sync import wire
from sync.messages import AuditReply, AuditRequest, ChunkEntry, RecordHistory, SnapshotManifest

CHUNK_BYTES = 1_800 * 1024
"""Of states, before packing: what travels is a twentieth of it, under 128 KiB; smaller ones compress worse."""
CHUNK_RECORDS_MAX = 2_000
REBUILT_AFTER = 2_000
"""A snapshot is built anew when the stream has moved on by more; what came since travels as events."""
KEPT_MS = 3 * 24 * 3600 * 1000
"""A download that was cut goes on for as long."""
RECORDS_MAX = 500
_building = threading.Lock()

_ENDINGS = frozenset(f"{number:02x}" for number in range(256))


def packed(records: Iterable[StoredRecord], names: Callable[[set[str]], Mapping[str, str]] | None = None) -> bytes:
    """Return records as one chunk's JSON; with the names of the agents they speak of, when these can be asked for."""
    rows = [
        PackedRecord(
            record_type=each.record_type,
            record_id=each.record_id,
            state=merge.from_json(bytes(each.state)),
            central_seq=each.central_seq,
            created_ms=each.created_ms,
            updated_ms=each.updated_ms,
            submitted_ms=each.submitted_ms,
        )
        for each in records
    ]
    return pack(rows, None if names is None else names(agents_of(rows)))


def manifest(core: Core, device: Device, stream: str) -> SnapshotManifest:
    """Return a snapshot of the stream, the newest that was built or a new one; the device's own agent's chunks first.

    Raises:
        NotPermittedError: ``right.foreign_stream``. RejectedError: ``push.no_stream``.
    """
    kept = _kept(core, device.tenant, stream)
    if kept is None:
        with _building:
            kept = _kept(core, device.tenant, stream) or _built(core, device.tenant, stream)
    entries = [
        ChunkEntry(entry.hash, entry.bytes, entry.records, device.account in agents) for entry, agents in kept.chunks
    ]
    entries.sort(key=lambda entry: not entry.own)
    return SnapshotManifest(stream, kept.central_seq, kept.epoch, core.clock.now_ms(), entries)


def _kept(core: Core, tenant: int, stream: str) -> KeptSnapshot | None:
    """Return the newest snapshot if it is still good: of this epoch, and not far behind."""
    with core.storage.transaction(tenant) as transaction:
        kept = transaction.kept_snapshot(stream)
        if kept is None:
            return None
        # Numbers jump after a restore, so a new epoch is always far.
        epoch, head = transaction.standing(stream)
    far = head - kept.central_seq > REBUILT_AFTER or core.clock.now_ms() - kept.made_ms > KEPT_MS // 2
    return None if kept.epoch != epoch or far else kept


def _built(core: Core, tenant: int, stream: str) -> KeptSnapshot:
    chunks: dict[str, bytes] = {}
    entries: list[tuple[ChunkEntry, Sequence[str]]] = []
    with core.storage.transaction(tenant) as transaction:
        epoch, head, records = transaction.stored_all(stream)
        for group in groups(records):
            data = wire.compress(packed(group, transaction.agent_names))
            name = hashlib.sha256(data).hexdigest()
            chunks[name] = data
            agents = sorted({each.agent for each in group})
            entries.append((ChunkEntry(name, len(data), len(group)), agents))
    now_ms = core.clock.now_ms()
    snapshot = KeptSnapshot(head, epoch, now_ms, entries)
    with core.storage.transaction(tenant) as transaction:
        transaction.keep_snapshot(stream, snapshot, chunks, forget_ms=now_ms - KEPT_MS)
    return snapshot


def groups(records: Iterator[StoredRecord]) -> Iterator[list[StoredRecord]]:
    """Yield what goes into one chunk: an agent's records together, and no chunk much larger than another."""
    group: list[StoredRecord] = []
    size = 0
    for record in records:
        new_agent = bool(group) and record.agent != group[-1].agent
        if size > CHUNK_BYTES or len(group) >= CHUNK_RECORDS_MAX or (new_agent and size > CHUNK_BYTES * 2 // 3):
            yield group
            group, size = [], 0
        group.append(record)
        size += len(record.state)
    if group:
        yield group


def chunk(core: Core, device: Device, name: str) -> bytes:
    """Return a chunk by its hash.

    Raises:
        RejectedError: ``snapshot.unknown``: never there, or forgotten meanwhile: a new manifest helps.
    """
    with core.storage.transaction(device.tenant) as transaction:
        data = transaction.chunk(str(device.stream), name)
    if data is None:
        raise RejectedError("snapshot.unknown")
    return data


def records(core: Core, device: Device, ids: Sequence[str]) -> bytes:
    """Return these records as one chunk's JSON, as they are; those that the device may not read are left out.

    Raises:
        InputError: ``request.invalid`` (``field``): too many.
    """
    if len(ids) > RECORDS_MAX:
        raise InputError("request.invalid", field="ids", limit=RECORDS_MAX)
    with core.storage.transaction(device.tenant) as transaction:
        found = transaction.stored(str(device.stream), ids)
        return packed(found, transaction.agent_names)


def history(core: Core, device: Device, record: str) -> RecordHistory:
    """Return every event of a record with its full header.

    Raises:
        RejectedError: ``record.unknown``: there is none, or it is none of the device's business.
    """
    with core.storage.transaction(device.tenant) as transaction:
        events = transaction.history(str(device.stream), record)
    if not events:
        raise RejectedError("record.unknown")
    return RecordHistory(events)


def audit(core: Core, device: Device, request: AuditRequest) -> AuditReply:
    """Compare what the device holds with what central holds.

    Raises:
        InputError: ``request.invalid`` (``field``).
    """
    if not request.buckets.keys() <= _ENDINGS:
        raise InputError("request.invalid", field="buckets")
    with core.storage.transaction(device.tenant) as transaction:
        head, found = transaction.stored_ending(request.stream, list(request.buckets))
    if head != request.cursor:
        return AuditReply(current=False)
    buckets: dict[str, dict[str, str]] = {ending: {} for ending in request.buckets}
    for each in found:
        state = merge.from_json(bytes(each.state))
        buckets[each.record_id[-2:]][each.record_id] = fingerprint(each.record_type, each.record_id, state)
    return AuditReply(
        current=True,
        differ={
            ending: prints for ending, prints in buckets.items() if bucket_digest(prints) != request.buckets[ending]
        },
    )
