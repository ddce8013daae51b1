"""Records whole instead of event by event: the snapshot of first contact, records asked for, the audit, one history."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from cases import merge
from cases.audit import bucket_digest, fingerprint
from cases.errors import InputError, RejectedError
from cases.events import EventId, Kind, decode_body
from cases.snapshot import PackedRecord, agents_of, pack
from central.appending import decided_ms
from central.building import Building
from central.context import Core
from central.records import Device
from central.storage import KeptSnapshot, RecordWrite, StoredRecord, Transaction, Writes
from sync import wire
from sync.messages import AuditReply, AuditRequest, ChunkEntry, PulledEvent, RecordHistory, SnapshotManifest

log = logging.getLogger("estafette.central.whole")

CHUNK_BYTES = 1_800 * 1024
"""Of states, before packing: what travels is a twentieth of it, under 128 KiB; smaller ones compress worse."""
CHUNK_RECORDS_MAX = 2_000
REBUILT_AFTER = 2_000
"""A snapshot is built anew when the stream has moved on by more; what came since travels as events."""
KEPT_MS = 3 * 24 * 3600 * 1000
"""A download that was cut goes on for as long."""
RECORDS_MAX = 500
HISTORY_PAGE = 2_000
"""Events of a history at a time: a case with a hundred thousand of them takes no more memory than this many do."""
_building = Building()

_UNREADABLE = "0" * 32
"""Fingerprint of a record that cannot be read: no device has it, so one will ask for the record, and it is mended."""
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
        EnvironmentFault: ``service.busy``: one is being built, and so many wait for it already.
    """
    kept = _kept(core, device.tenant, stream)
    if kept is None:
        with _building.turn(device.tenant):
            kept = _kept(core, device.tenant, stream) or _built(core, device.tenant, stream)
    entries = [
        ChunkEntry(entry.hash, entry.bytes, entry.records, device.account in agents) for entry, agents in kept.chunks
    ]
    entries.sort(key=lambda entry: not entry.own)
    with core.storage.transaction(device.tenant) as transaction:
        leaves = transaction.left(stream, kept.central_seq)
    return SnapshotManifest(stream, kept.central_seq, kept.epoch, core.clock.now_ms(), entries, leaves)


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


def chunk(core: Core, device: Device, name: str, after: int = 0) -> bytes:
    """Return a chunk by its hash, without its first ``after`` bytes: what a broken line left out.

    Raises:
        RejectedError: ``snapshot.unknown``: never there, or forgotten meanwhile: a new manifest helps.
    """
    with core.storage.transaction(device.tenant) as transaction:
        data = transaction.chunk(str(device.stream), name)
    if data is None:
        raise RejectedError("snapshot.unknown")
    return data[after:]


def records(core: Core, device: Device, ids: Sequence[str]) -> bytes:
    """Return these records as one chunk's JSON, as they are; those that the device may not read are left out.

    They are asked for when the device holds something else, so each is compared with its own log first: one that is
    not what its log says was damaged here, and is mended.

    Raises:
        InputError: ``request.invalid`` (``field``): too many.
    """
    if len(ids) > RECORDS_MAX:
        raise InputError("request.invalid", field="ids", limit=RECORDS_MAX)
    with core.storage.transaction(device.tenant) as transaction:
        stream = str(device.stream)
        found = transaction.stored(stream, ids)
        if _wrong(transaction, stream, found):
            # Looked at while others write, it may only seem so; and nobody waits for a look that finds nothing.
            transaction.lock_streams([stream])
            found = transaction.stored(stream, ids)
            if mended := _wrong(transaction, stream, found):
                _mend(core, transaction, device, found, mended)
                found = transaction.stored(stream, ids)
        return packed(found, transaction.agent_names)


def _wrong(
    transaction: Transaction, stream: str, found: Sequence[StoredRecord]
) -> dict[tuple[str, str], merge.RecordState]:
    """Return what those records should be that are something else than their log says, by type and identity."""
    entered = transaction.entered(stream, [each.record_id for each in found])
    return {
        (each.record_type, each.record_id): state
        for each in found
        if each.record_id not in entered and (state := _as_its_log_says(transaction, stream, each)) is not None
    }


def _mend(
    core: Core,
    transaction: Transaction,
    device: Device,
    found: Sequence[StoredRecord],
    mended: Mapping[tuple[str, str], merge.RecordState],
) -> None:
    log.warning("records that were not what their log says were mended: %d", len(mended))
    written = [
        _written(each, state) for each in found if (state := mended.get((each.record_type, each.record_id))) is not None
    ]
    transaction.write(
        Writes(
            device.tenant,
            str(device.stream),
            str(device.office),
            str(device.account),
            core.clock.now_ms(),
            written,
        )
    )


def _as_its_log_says(transaction: Transaction, stream: str, record: StoredRecord) -> merge.RecordState | None:
    """Return what a record should be when it is something else; None when it is right or cannot be said.

    One that moved has its values numbered anew, and so has the citizen who went with a case and of whom no event says
    it: the caller leaves out what ever entered the stream. One that another stream only lends is not ours to mend.
    """
    if record.stream != stream:
        return None
    true, seen, said = merge.EMPTY, 0, False
    while page := transaction.history(stream, record.record_id, after=seen, limit=HISTORY_PAGE):
        events = [event for event in page if event.record_type == record.record_type]
        if any(event.kind == Kind.MOVE for event in events):
            return None
        true = merge.apply_all(true, map(_seen, events))
        seen, said = seen + len(page), said or bool(events)
        if len(page) < HISTORY_PAGE:
            break
    if not said:
        return None
    return None if merge.to_json(true) == bytes(record.state) else true


def _seen(event: PulledEvent) -> merge.SeenEvent:
    body = decode_body(bytes(event.body)) if bytes(event.body) != b"null" else {}
    name = EventId(event.device, event.incarnation, event.seq)
    return merge.SeenEvent(name, event.agent, event.kind, event.base, event.time, body, event.central_seq)


def _written(record: StoredRecord, state: merge.RecordState) -> RecordWrite:
    return RecordWrite(
        record.record_type,
        record.record_id,
        record.central_seq,
        state,
        record.agent,
        record.updated_ms,
        record.created_ms,
        record.submitted_ms,
        decided_ms(state, record.updated_ms),
        merge.show(state),
    )


def history(core: Core, device: Device, record: str, after: int = 0) -> RecordHistory:
    """Return events of a record with their full headers, oldest first and a page at a time.

    Args:
        after: so many of them, from the first on, are left out.

    Raises:
        RejectedError: ``record.unknown``: there is none, or it is none of the device's business.
    """
    with core.storage.transaction(device.tenant) as transaction:
        events = transaction.history(str(device.stream), record, after=after, limit=HISTORY_PAGE + 1)
    if not events and not after:
        raise RejectedError("record.unknown")
    return RecordHistory(events[:HISTORY_PAGE], len(events) > HISTORY_PAGE)


def audit(core: Core, device: Device, request: AuditRequest) -> AuditReply:
    """Compare what the device holds with what central holds.

    Raises:
        InputError: ``request.invalid`` (``field``).
    """
    if not request.buckets.keys() <= _ENDINGS:
        raise InputError("request.invalid", field="buckets")
    with core.storage.transaction(device.tenant) as transaction:
        head, found = transaction.stored_ending(request.stream, list(request.buckets))
        lent_changed = transaction.lent_changed(request.stream)
    if head != request.cursor or lent_changed:
        return AuditReply(current=False)
    buckets: dict[str, dict[str, str]] = {ending: {} for ending in request.buckets}
    for each in found:
        one = _print(each)
        if one is not None:
            buckets[each.record_id[-2:]][each.record_id] = one
    return AuditReply(
        current=True,
        differ={
            ending: prints for ending, prints in buckets.items() if bucket_digest(prints) != request.buckets[ending]
        },
    )


def _print(record: StoredRecord) -> str | None:
    """Return a record's fingerprint; None when nothing of it ever took effect: the other end may not know of it."""
    try:
        state = merge.from_json(bytes(record.state))
    except ValueError:
        return _UNREADABLE
    return fingerprint(record.record_type, record.record_id, state) if state.fields else None
