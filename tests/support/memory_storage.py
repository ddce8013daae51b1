"""Central's storage in memory: what PostgreSQL keeps, kept in dictionaries (``central.storage``).

One transaction at a time; an exception undoes everything that it did. ``copy`` and ``restore`` are a backup.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from cases import merge, merkle, procedure_file
from cases.errors import ConflictError, InputError, NotPermittedError, RejectedError
from cases.events import CHAIN_START, Event, EventId
from cases.merge import RecordState
from cases.tiles import Tile
from central import storage
from central.records import Device
from central.storage import (
    ATTEMPT,
    REPEATED,
    Appended,
    Held,
    IssuedReceipt,
    KeptSnapshot,
    KnownRecord,
    LoggedEvent,
    NewEvents,
    RecordKey,
    RecordMove,
    StoredRecord,
    StreamPage,
    TreeState,
    WaitingEvent,
    Writes,
    about,
)
from sync.messages import PulledEvent

EPOCH_STEP = 32
"""Bits: after a restore a stream's numbers go on at the next multiple of 2**32, so none is ever given twice."""
_NOT_PLAIN = "accepted"
NO_TREE = TreeState(0, 0, merkle.EMPTY.hex(), 0, "")


@dataclass
class Logged:
    """One event in the log."""

    stream: str
    central_seq: int
    event: Event
    hash: str
    received_ms: int
    state: str = _NOT_PLAIN
    code: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    settled: str = ""

    @property
    def key(self) -> RecordKey:
        header = self.event.header
        return (header.record_type, header.record_id)


@dataclass(frozen=True)
class Kept:
    """A record as merged, and where it lives."""

    stream: str
    state: RecordState
    central_seq: int
    agent: str
    created_ms: int
    updated_ms: int
    submitted_ms: int | None
    decided_ms: int | None = None


@dataclass
class Batch:
    """What a receipt was given for; ``leaf`` in the log of receipts, None while it waits."""

    receipt: IssuedReceipt
    leaf: int | None = None


@dataclass
class Tables:
    """Everything that is kept."""

    epoch: int = 1
    heads: dict[str, int] = field(default_factory=dict)
    receipts: dict[str, int] = field(default_factory=dict)
    """Of each stream, the time of its newest receipt."""
    log: list[Logged] = field(default_factory=list)
    chains: dict[tuple[str, int], list[Logged]] = field(default_factory=dict)
    batches: dict[tuple[str, int, int, int, int], Batch] = field(default_factory=dict)
    """(device, incarnation, first and last number, epoch) -> its receipt."""
    tree: TreeState = NO_TREE
    tiles: dict[Tile, bytes] = field(default_factory=dict)
    records: dict[RecordKey, Kept] = field(default_factory=dict)
    shared: dict[tuple[str, RecordKey], int] = field(default_factory=dict)
    """(stream that reads it, record) -> the number, where it lives, of the state that was last fed."""
    passages: list[tuple[str, int, bool, RecordKey]] = field(default_factory=list)
    """(stream, central number, whether it came in, record)."""
    snapshots: dict[str, tuple[KeptSnapshot, dict[str, bytes]]] = field(default_factory=dict)
    published: dict[tuple[str, str], bytes] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    assigned: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Agent -> the office, and whether the mandate ended."""
    names: dict[str, str] = field(default_factory=dict)


class MemoryStorage:
    """See the module; a ``central.storage.Storage``. Any thread.

    Attributes:
        before_commit, after_commit: called at the end of every transaction; what they raise ends it there.
    """

    def __init__(self) -> None:
        self.tables = Tables()
        self.lock = threading.RLock()
        self.before_commit: Callable[[], None] = lambda: None
        self.after_commit: Callable[[], None] = lambda: None

    @contextmanager
    def transaction(self, tenant: int) -> Iterator[MemoryTransaction]:
        """One transaction; every tenant is the one that there is."""
        with self.lock:
            transaction = self.begin()
            try:
                yield transaction
                if transaction.wrote:
                    self.before_commit()
            except BaseException:
                transaction.undo()
                raise
            if transaction.wrote:
                self.after_commit()

    @contextmanager
    def quiet(self, tenant: int) -> Iterator[MemoryTransaction]:
        """One transaction of the service's own jobs, which no request's end cuts short."""
        with self.lock:
            transaction = self.begin()
            try:
                yield transaction
            except BaseException:
                transaction.undo()
                raise

    def begin(self) -> MemoryTransaction:
        """Return a new transaction."""
        return MemoryTransaction(self.tables)

    def restarted(self) -> None:
        """A new process took over: what was committed is there."""

    def copy(self) -> Tables:
        """Return a backup."""
        with self.lock:
            return copy.deepcopy(self.tables)

    def restore(self, backup: Tables) -> None:
        """Go on from a backup, in a new epoch. Numbers given meanwhile are never given again."""
        with self.lock:
            last = self.tables
            self.tables = copy.deepcopy(backup)
            self.tables.epoch = last.epoch + 1
            for stream, head in last.heads.items():
                self.tables.heads[stream] = ((head >> EPOCH_STEP) + 1) << EPOCH_STEP


class MemoryTransaction:
    """A ``central.storage.Transaction``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._undo: list[Callable[[], object]] = []

    @property
    def wrote(self) -> bool:
        return bool(self._undo)

    def undo(self) -> None:
        """Take everything back."""
        while self._undo:
            self._undo.pop()()

    def _put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        if key in table:
            old = table[key]
            self._undo.append(lambda: table.__setitem__(key, old))
        else:
            self._undo.append(lambda: table.pop(key))
        table[key] = value

    def _drop(self, table: dict[Any, Any], key: Any) -> None:
        if key in table:
            old = table.pop(key)
            self._undo.append(lambda: table.__setitem__(key, old))

    def _add(self, rows: list[Any], row: Any) -> None:
        rows.append(row)
        self._undo.append(rows.pop)

    # --- in ---

    def append(self, new: NewEvents) -> Appended:
        """See the protocol."""
        tables = self._tables
        self._check_device(new)
        if new.stream not in tables.heads:
            raise RejectedError("push.no_stream")
        chain = tables.chains.get((new.device, new.incarnation), [])
        self._check_chain(new, chain)
        before = tables.heads[new.stream]
        held = [
            Held(one.event.header.seq, one.central_seq, one.state, one.code, one.details)
            for one in chain[new.first_seq - 1 : new.first_seq - 1 + len(new.events)]
        ]
        fresh = self.fresh(new, held)
        if fresh and (new.device, new.incarnation) not in tables.chains:
            self._put(tables.chains, (new.device, new.incarnation), [])
        received_ms = max(new.received_ms, tables.receipts.get(new.stream, 0))
        for number, (event, digest) in enumerate(fresh, before + 1):
            logged = Logged(new.stream, number, event, digest, received_ms)
            self._add(tables.log, logged)
            self._add(tables.chains[new.device, new.incarnation], logged)
        head = before + len(fresh)
        if fresh:
            self._put(tables.heads, new.stream, head)
            self._put(tables.receipts, new.stream, received_ms)
        last = head if fresh else held[-1].central_seq
        receipt = self._receipt(new, last, received_ms)
        known, elsewhere = self._known(fresh), self.elsewhere(new)
        stamp = (receipt.received_ms, receipt.central_seq)
        return Appended(tables.epoch, before, head, held, *stamp, known, elsewhere=elsewhere)

    def elsewhere(self, new: NewEvents) -> dict[int, EventId]:
        """Return number -> the name of the same act in another chain of the device."""
        others = {
            (*one.key, header.kind, header.time, one.event.body): header.id
            for (device, incarnation), chain in self._tables.chains.items()
            if device == new.device and incarnation != new.incarnation
            for one in chain
            for header in (one.event.header,)
            if one.code != REPEATED
        }
        found = {}
        for event in new.events if others else ():
            header = event.header
            act = (header.record_type, header.record_id, header.kind, header.time, event.body)
            if act in others:
                found[header.seq] = others[act]
        return found

    def _receipt(self, new: NewEvents, central_seq: int, received_ms: int) -> IssuedReceipt:
        """Return what the receipt of a batch says: the same whenever it comes again in the same epoch."""
        tables, seq = self._tables, new.first_seq + len(new.events) - 1
        bounds = (new.device, new.incarnation, new.first_seq, seq, tables.epoch)
        if bounds not in tables.batches:
            receipt = IssuedReceipt(
                new.stream,
                new.device,
                new.incarnation,
                new.first_seq,
                seq,
                new.hashes[-1],
                central_seq,
                tables.epoch,
                received_ms,
            )
            self._put(tables.batches, bounds, Batch(receipt))
        return tables.batches[bounds].receipt

    def fresh(self, new: NewEvents, held: list[Held]) -> list[tuple[Event, str]]:
        """Return the events that are new, with their hashes."""
        return list(zip(new.events, new.hashes, strict=True))[len(held) :]

    def _known(self, fresh: list[tuple[Event, str]]) -> dict[RecordKey, KnownRecord]:
        keys = {(event.header.record_type, event.header.record_id) for event, _hash in fresh}
        records = self._tables.records
        return {key: KnownRecord(records[key].stream, records[key].state) for key in keys if key in records}

    def _check_device(self, new: NewEvents) -> None:
        device = self._tables.devices.get(new.device)
        if device is None:
            raise NotPermittedError("auth.device_unknown")
        if device.revoked_ms is not None and not new.even_revoked:
            raise NotPermittedError("auth.device_revoked")
        if device.kind != "console" and (device.stream, device.account) != (new.stream, new.agent):
            raise NotPermittedError("right.foreign_stream")

    def _check_chain(self, new: NewEvents, chain: list[Logged]) -> None:
        held = ",".join(f"{one}:{seq}" for one, seq in self.chains(new.device).items())
        if new.first_seq > len(chain) + 1:
            raise ConflictError("push.gap", seq=len(chain) + 1, held=held)
        before = chain[new.first_seq - 2].hash if new.first_seq > 1 else CHAIN_START
        if new.events[0].header.prev != before:
            raise ConflictError("push.fork", seq=max(1, new.first_seq - 1), held=held)
        for digest, known in zip(new.hashes, chain[new.first_seq - 1 :], strict=False):
            if digest != known.hash:
                raise ConflictError("push.fork", seq=known.event.header.seq, held=held)

    def write(self, writes: Writes) -> None:
        """See the protocol."""
        tables = self._tables
        for one in writes.records:
            key = (one.record_type, one.record_id)
            known = tables.records.get(key)
            if known is not None and known.stream != writes.stream:
                raise ConflictError("push.again")
            if known is None:
                kept = Kept(
                    writes.stream,
                    one.state,
                    one.central_seq,
                    one.state.value("agent") or one.first_agent,
                    one.created_ms,
                    one.time_ms,
                    one.submitted_ms,
                    one.decided_ms,
                )
            else:
                times = [ms for ms in (known.submitted_ms, one.submitted_ms) if ms is not None]
                kept = replace(
                    known,
                    state=one.state,
                    central_seq=one.central_seq,
                    agent=one.state.value("agent") or known.agent,
                    created_ms=min(known.created_ms, one.created_ms),
                    updated_ms=max(known.updated_ms, one.time_ms),
                    submitted_ms=min(times, default=None),
                    decided_ms=one.decided_ms,
                )
            self._put(tables.records, key, kept)
        by_number = {one.central_seq: one for one in tables.log if one.stream == writes.stream}
        for number, state, code in writes.verdicts:
            self._set(by_number[number], state=state, code=code)
        for number, code, details in writes.parked:
            self.park(by_number[number], code, details)
        for event, _record, action in writes.settled:
            self._settle(event, action)
        ended = {str(event) for event, _record, _action in writes.settled}
        for one in list(tables.log) if ended else []:
            waits = one.state == "parked" and not one.settled and one.event.header.kind == "resolve"
            if waits and about(one.event.body) in ended:
                self._settle(one.event.header.id, ATTEMPT)

    def park(self, logged: Logged, code: str, details: Mapping[str, str]) -> None:
        """Write down why an event could not be applied."""
        self._set(logged, state="parked", code=code, details=dict(details))

    def _settle(self, event: EventId, action: str) -> None:
        chain = self._tables.chains.get((event.device, event.incarnation), [])
        if 0 < event.seq <= len(chain):
            self._set(chain[event.seq - 1], settled=action)

    def _set(self, logged: Logged, **values: object) -> None:
        for name, value in values.items():
            old = getattr(logged, name)
            self._undo.append(lambda name=name, old=old: setattr(logged, name, old))  # type: ignore[misc]
            setattr(logged, name, value)

    # --- out ---

    def waiting(self, event: EventId) -> WaitingEvent | None:
        """See the protocol."""
        chain = self._tables.chains.get((event.device, event.incarnation), [])
        found = chain[event.seq - 1] if 0 < event.seq <= len(chain) else None
        if found is None or found.state != "parked":
            return None
        header = found.event.header
        settled = bool(found.settled)
        return WaitingEvent(*found.key, header.kind, header.agent, found.event.body, settled, found.code)

    def held(self, events: Collection[EventId]) -> set[EventId]:
        """See the protocol."""
        chains = self._tables.chains
        return {name for name in events if 0 < name.seq <= len(chains.get((name.device, name.incarnation), []))}

    def published(self) -> frozenset[tuple[str, str]]:
        """See the protocol."""
        return frozenset(self._tables.published)

    def decisive(self, procedure: str, version: str) -> Collection[str] | None:
        """See the protocol."""
        bundle = self._tables.published.get((procedure, version))
        try:
            return None if bundle is None else procedure_file.decisive(bundle)
        except InputError:
            return None

    def foreign_citizens(self, stream: str, citizens: Sequence[str]) -> set[str]:
        """See the protocol."""
        keys = {("citizen", citizen) for citizen in citizens}.intersection(self._tables.records)
        passed = {key for where, _number, _came, key in self._tables.passages if where == stream}
        return {key[1] for key in keys - passed if not self._reads(stream, key)}

    def page(self, stream: str, *, device: str, after: int, limit: int, held: Mapping[int, int]) -> StreamPage:
        """See the protocol."""
        tables = self._tables
        asking = tables.devices.get(device)
        if asking is None:
            raise NotPermittedError("auth.device_unknown")
        if asking.revoked_ms is not None:
            raise NotPermittedError("auth.device_revoked")
        if asking.stream != stream:
            raise NotPermittedError("right.foreign_stream")
        if stream not in tables.heads:
            raise RejectedError("push.no_stream")
        coming = [
            one
            for one in self.visible(stream)
            if one.central_seq > after and one.state != "parked" and not _own(one, device, held)
        ]
        full, head = len(coming) >= limit, self.head(stream)
        events = [self._event(one) for one in coming[:limit]]
        cursor = events[-1].central_seq if full else max(head, after)
        passages = [
            (number, came, key)
            for where, number, came, key in tables.passages
            if where == stream and after < number <= cursor
        ]
        return StreamPage(
            epoch=tables.epoch,
            head=head,
            cursor=cursor,
            more=full,
            events=events,
            enters=[self._stored(key) for _number, came, key in passages if came and self._reads(stream, key)],
            leaves=[(number, key[1]) for number, came, key in passages if not came],
            lent_changed=self.lent_changed(stream),
        )

    def visible(self, stream: str) -> list[Logged]:
        """Return a stream's events as a reader sees them."""
        return [one for one in self._tables.log if one.stream == stream]

    def head(self, stream: str) -> int:
        """Return the newest number of a stream as a reader sees it."""
        return self._tables.heads[stream]

    def _event(self, logged: Logged) -> LoggedEvent:
        header = logged.event.header
        return LoggedEvent(
            logged.central_seq,
            header.device,
            header.incarnation,
            header.seq,
            header.agent,
            self._tables.names.get(header.agent, ""),
            header.record_type,
            header.record_id,
            header.kind,
            header.base,
            header.time,
            logged.event.body,
            logged.state,
        )

    def history(self, stream: str, record_id: str, *, after: int = 0, limit: int) -> list[PulledEvent]:
        """See the protocol."""
        keys = {key for key in self._tables.records if key[1] == record_id and self._reads(stream, key)}
        found = [one for one in self._tables.log if one.key in keys and one.state != "parked"]
        return [self._pulled(one) for one in found[after : after + limit]]

    def _pulled(self, logged: Logged) -> PulledEvent:
        event = self._event(logged)
        header, salt = logged.event.header, logged.event.salt
        body = b"null" if event.body is None else event.body
        return PulledEvent(*event[:11], header.prev, header.digest, (salt or b"").hex(), msgspec.Raw(body), event.state)

    def stored(self, stream: str, ids: Sequence[str]) -> list[StoredRecord]:
        """See the protocol."""
        wanted = set(ids)
        return [self._stored(key) for key in self._readable(stream) if key[1] in wanted]

    def stored_ending(self, stream: str, endings: Sequence[str]) -> tuple[int, list[StoredRecord]]:
        """See the protocol."""
        found = [self._stored(key) for key in self._readable(stream) if key[1][-2:] in set(endings)]
        return self.head(stream), found

    def stored_all(self, stream: str) -> tuple[int, int, Iterator[StoredRecord]]:
        """See the protocol."""
        found = sorted(map(self._stored, self._readable(stream)), key=lambda one: (one.agent, one.record_id))
        return self._tables.epoch, self.head(stream), iter(found)

    def _readable(self, stream: str) -> list[RecordKey]:
        return [key for key in self._tables.records if self._reads(stream, key)]

    def _reads(self, stream: str, key: RecordKey) -> bool:
        return self._tables.records[key].stream == stream or (stream, key) in self._tables.shared

    def _stored(self, key: RecordKey) -> StoredRecord:
        kept = self._tables.records[key]
        state = merge.to_json(kept.state)
        created_ms, updated_ms, submitted_ms = kept.created_ms, kept.updated_ms, kept.submitted_ms
        return StoredRecord(
            *key, state, kept.central_seq, created_ms, updated_ms, submitted_ms, kept.agent, kept.stream
        )

    def agent_names(self, agents: Collection[str]) -> dict[str, str]:
        """See the protocol."""
        return {agent: self._tables.names[agent] for agent in agents if agent in self._tables.names}

    def standing(self, stream: str) -> tuple[int, int]:
        """See the protocol."""
        if stream not in self._tables.heads:
            raise RejectedError("push.no_stream")
        return self._tables.epoch, self.head(stream)

    def kept_snapshot(self, stream: str) -> KeptSnapshot | None:
        """See the protocol."""
        found = self._tables.snapshots.get(stream)
        return None if found is None else found[0]

    def keep_snapshot(
        self, stream: str, snapshot: KeptSnapshot, chunks: Mapping[str, bytes], *, forget_ms: int
    ) -> None:
        """See the protocol."""
        self._put(self._tables.snapshots, stream, (snapshot, dict(chunks)))

    def chunk(self, stream: str, name: str) -> bytes | None:
        """See the protocol."""
        found = self._tables.snapshots.get(stream)
        return None if found is None else found[1].get(name)

    # --- moves ---

    def lock_streams(self, streams: Sequence[str]) -> dict[str, int]:
        """See the protocol."""
        return {stream: self._tables.heads[stream] for stream in sorted(streams)}

    def move(self, old: str, new: str, moves: Sequence[RecordMove], *, left_seq: int) -> None:
        """See the protocol."""
        tables = self._tables
        for one in moves:
            key = (one.record_type, one.record_id)
            if one.shared:
                self._put(tables.shared, (new, key), tables.records[key].central_seq)
            else:
                self._drop(tables.shared, (new, key))
                for reader in [reader for reader in tables.shared if reader[1] == key]:
                    self._put(tables.shared, reader, 0)
                kept = replace(tables.records[key], stream=new, state=one.state, central_seq=one.central_seq)
                self._put(tables.records, key, kept)
                self._add(tables.passages, (old, left_seq, False, key))
            self._add(tables.passages, (new, one.central_seq, True, key))
        for stream, number in ((old, left_seq), (new, max(one.central_seq for one in moves))):
            self._put(tables.heads, stream, max(tables.heads[stream], number))

    def unshare(self, stream: str, record_type: str, record_id: str, *, left_seq: int) -> None:
        """See the protocol."""
        reader = (stream, (record_type, record_id))
        if reader in self._tables.shared:
            self._drop(self._tables.shared, reader)
            self._add(self._tables.passages, (stream, left_seq, False, reader[1]))

    def left(self, stream: str, up_to: int) -> list[tuple[int, str]]:
        """See the protocol."""
        return [
            (number, key[1])
            for where, number, came, key in self._tables.passages
            if where == stream and not came and number <= up_to and not self._reads(stream, key)
        ]

    def entered(self, stream: str, ids: Sequence[str]) -> set[str]:
        """See the protocol."""
        return {key[1] for where, _number, came, key in self._tables.passages if where == stream and came} & set(ids)

    def lent_changed(self, stream: str) -> bool:
        """See the protocol."""
        return bool(self._changed(stream))

    def _changed(self, stream: str) -> list[RecordKey]:
        tables = self._tables
        return [
            key
            for (reader, key), fed_seq in sorted(tables.shared.items())
            if reader == stream and tables.records[key].central_seq != fed_seq
        ]

    def renew_lent(self, stream: str) -> None:
        """See the protocol."""
        tables = self._tables
        for number, key in enumerate(self._changed(stream), tables.heads[stream] + 1):
            self._add(tables.passages, (stream, number, True, key))
            self._put(tables.shared, (stream, key), tables.records[key].central_seq)
            self._put(tables.heads, stream, number)

    def chains(self, device: str) -> dict[int, int]:
        """See the protocol."""
        return {number: len(chain) for (name, number), chain in self._tables.chains.items() if name == device and chain}

    # --- the log of receipts ---

    def tree(self) -> tuple[int, TreeState]:
        """See the protocol."""
        return self._tables.epoch, self._tables.tree

    def lock_tree(self) -> TreeState | None:
        """See the protocol."""
        return self._tables.tree

    def waiting_receipts(self, limit: int) -> list[IssuedReceipt]:
        """See the protocol."""
        waiting = [one.receipt for one in self._tables.batches.values() if one.leaf is None]
        return sorted(waiting, key=lambda one: (one.stream, one.central_seq, one.received_ms, one.first_seq))[:limit]

    def tiles(self, wanted: Collection[Tile]) -> dict[Tile, bytes]:
        """See the protocol."""
        return {tile: self._tables.tiles[tile] for tile in wanted if tile in self._tables.tiles}

    def extend_tree(
        self, state: TreeState, first: int, leaves: Sequence[IssuedReceipt], tiles: Mapping[Tile, bytes]
    ) -> None:
        """See the protocol."""
        tables, before = self._tables, self._tables.tree
        for leaf, one in enumerate(leaves, first):
            bounds = (one.device, one.incarnation, one.first_seq, one.seq, one.epoch)
            self._put(tables.batches, bounds, Batch(one, leaf))
        for tile, hashes in tiles.items():
            self._put(tables.tiles, tile, hashes)
        tables.tree = state
        self._undo.append(lambda: setattr(tables, "tree", before))

    def leaf_of(self, device: str, incarnation: int, seq: int, *, epoch: int, received_ms: int) -> int | None:
        """See the protocol."""
        asked = (device, incarnation, seq, epoch, received_ms)
        found = [
            one.leaf
            for one in self._tables.batches.values()
            if one.leaf is not None
            and (one.receipt.device, one.receipt.incarnation, one.receipt.seq, one.receipt.epoch) == asked[:4]
            and one.receipt.received_ms == received_ms
        ]
        return min(found, default=None)


def _own(logged: Logged, device: str, held: Mapping[int, int]) -> bool:
    """Say whether the asker wrote the event and holds it."""
    header = logged.event.header
    if header.device != device:
        return False
    return not held or header.seq <= held.get(header.incarnation, 0)


def _conforms(made: MemoryStorage) -> storage.Storage:
    """Checked by the type checker alone."""
    return made
