"""The storage of ``central.storage`` in PostgreSQL: each method one statement, each transaction as few as possible."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import psycopg

from cases import merge
from cases.errors import ConflictError, NotPermittedError, RejectedError
from cases.events import EventId
from cases.tiles import Tile
from cases.words import words
from central.database import marks as record_marks
from central.database import moving, pages, procedures, snapshots, tree
from central.database.arrays import Bigints, Bytes, Integers, Texts
from central.database.client import Connection, Database
from central.storage import (
    Appended,
    Held,
    IssuedReceipt,
    KeptSnapshot,
    KnownRecord,
    NewEvents,
    RecordKey,
    RecordMove,
    RecordWrite,
    StoredRecord,
    StreamPage,
    TreeState,
    WaitingEvent,
    Writes,
)
from sync.messages import PulledEvent

_TAKE_IN = """
select * from estafette.take_in(
    %(tenant)b::integer, %(stream)b::text, %(device)b::text, %(incarnation)b::integer, %(agent)b::text,
    %(even_revoked)b::boolean, %(first_seq)b::bigint, %(prev)b::text, %(received_ms)b::bigint, %(signature)b::text,
    %(hashes)b::text[], %(record_types)b::text[], %(record_ids)b::text[], %(kinds)b::text[], %(bases)b::bigint[],
    %(times)b::bigint[], %(digests)b::text[], %(salts)b::bytea[], %(bodies)b::bytea[], %(known_types)b::text[],
    %(known_ids)b::text[])
"""
_WRITE = """
select estafette.write_records(
    %(tenant)b::integer, %(stream)b::text, %(office)b::text, %(types)b::text[], %(ids)b::text[], %(seqs)b::bigint[],
    %(states)b::bytea[], %(agents)b::text[], %(created)b::bigint[], %(updated)b::bigint[], %(submitted)b::bigint[],
    %(decided)b::bigint[], %(contested)b::integer[], %(shown)b::text[])
"""
_VERDICTS = """
update estafette.event e set state = v.state, code = v.code
from unnest(%(seqs)b::bigint[], %(states)b::text[], %(codes)b::text[]) as v (central_seq, state, code)
where e.tenant_id = %(tenant)b::integer and e.stream_id = %(stream)b::text and e.central_seq = v.central_seq
"""
_PARK = """
insert into estafette.parked (tenant_id, stream_id, central_seq, code, details, parked_ms)
select %(tenant)b::integer, %(stream)b::text, p.central_seq, p.code, p.details, %(now_ms)b::bigint
from unnest(%(seqs)b::bigint[], %(codes)b::text[], %(details)b::text[]) as p (central_seq, code, details)
on conflict do nothing
"""
_SETTLE = """
update estafette.parked k set settled_ms = %(now_ms)b::bigint, settled_by = %(account)b::text, settled_as = v.how
from unnest(%(devices)b::text[], %(incarnations)b::integer[], %(seqs)b::bigint[], %(records)b::text[], %(hows)b::text[])
    as v (device_id, incarnation, seq, record_id, how)
join estafette.event e on e.tenant_id = %(tenant)b::integer and e.device_id = v.device_id
    and e.incarnation = v.incarnation and e.seq = v.seq and e.record_id = v.record_id
where k.tenant_id = e.tenant_id and k.stream_id = e.stream_id and k.central_seq = e.central_seq
    and k.settled_ms is null
"""
_WAITING = """
select e.record_type, e.record_id, e.kind, e.agent, e.body, k.settled_ms is not null
from estafette.event e
join estafette.parked k on k.tenant_id = e.tenant_id and k.stream_id = e.stream_id and k.central_seq = e.central_seq
where e.tenant_id = %s and e.device_id = %s and e.incarnation = %s and e.seq = %s
for update of k
"""
_decode_details = msgspec.json.Decoder(dict[str, str]).decode


class PostgresStorage:
    """See ``central.storage.Storage``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextlib.contextmanager
    def transaction(self, tenant: int) -> Iterator[PostgresTransaction]:
        with self._database.transaction(tenant) as connection:
            yield PostgresTransaction(connection, tenant)


class PostgresTransaction:
    """See ``central.storage.Transaction``. ``connection`` is for whoever has more to do in the same transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self.connection = connection
        self._tenant = tenant

    def append(self, new: NewEvents) -> Appended:
        try:
            row = self.connection.execute(_TAKE_IN, _taken_in(new), binary=True).fetchone()
        except psycopg.DatabaseError as error:
            raise refusal(error) from error
        assert row is not None, "a function returns a row"
        epoch, before, head, received_ms, receipt_seq, seqs, states, codes, details = row[:9]
        held = zip(seqs or (), states or (), codes or (), details or (), strict=True)
        return Appended(
            epoch,
            before,
            head,
            [
                Held(seq, number, state, code, _decode_details(text))
                for seq, (number, state, code, text) in enumerate(held, new.first_seq)
            ],
            received_ms,
            receipt_seq,
            {
                (kind, record): KnownRecord(stream, merge.from_json(bytes(state)))
                for kind, record, stream, state in zip(*(column or () for column in row[9:13]), strict=True)
            },
        )

    def write(self, writes: Writes) -> None:
        place: dict[str, Any] = {"tenant": writes.tenant, "stream": writes.stream, "now_ms": writes.now_ms}
        if writes.records:
            columns = _columns(writes.records)
            try:
                self.connection.execute(_WRITE, {**place, "office": writes.office, **columns})
            except psycopg.DatabaseError as error:
                raise refusal(error) from error
            record_marks.put(self.connection, writes.tenant, writes.records)
        if writes.verdicts:
            seqs, states, codes = zip(*writes.verdicts, strict=True)
            marks = {"seqs": list(seqs), "states": list(states), "codes": list(codes)}
            self.connection.execute(_VERDICTS, place | marks)
        if writes.parked:
            seqs, codes, named = zip(*writes.parked, strict=True)
            details = [msgspec.json.encode(each).decode() for each in named]
            marks = {"seqs": list(seqs), "codes": list(codes), "details": details}
            self.connection.execute(_PARK, place | marks)
        if writes.settled:
            marks = {
                "devices": [event.device for event, _record, _how in writes.settled],
                "incarnations": [event.incarnation for event, _record, _how in writes.settled],
                "seqs": [event.seq for event, _record, _how in writes.settled],
                "records": [record for _event, record, _how in writes.settled],
                "hows": [how for _event, _record, how in writes.settled],
            }
            self.connection.execute(_SETTLE, {**place, **marks, "account": writes.account})

    def waiting(self, event: EventId) -> WaitingEvent | None:
        row = self.connection.execute(_WAITING, [self._tenant, *event]).fetchone()
        if row is None:
            return None
        record_type, record_id, kind, agent, body, settled = row
        return WaitingEvent(record_type, record_id, kind, agent, None if body is None else bytes(body), settled)

    def published(self) -> frozenset[tuple[str, str]]:
        return procedures.versions(self.connection, self._tenant)

    def decisive(self, procedure: str, version: str) -> Collection[str] | None:
        return procedures.decisive(self.connection, self._tenant, procedure, version)

    def page(self, stream: str, *, device: str, after: int, limit: int, held: Mapping[int, int]) -> StreamPage:
        return pages.page(self.connection, self._tenant, stream, device=device, after=after, limit=limit, held=held)

    def history(self, stream: str, record_id: str) -> list[PulledEvent]:
        return pages.history(self.connection, self._tenant, stream, record_id)

    def stored(self, stream: str, ids: Sequence[str]) -> list[StoredRecord]:
        return snapshots.stored(self.connection, self._tenant, stream, ids)

    def stored_ending(self, stream: str, endings: Sequence[str]) -> tuple[int, list[StoredRecord]]:
        return snapshots.stored_ending(self.connection, self._tenant, stream, endings)

    def stored_all(self, stream: str) -> tuple[int, int, Iterator[StoredRecord]]:
        return snapshots.stored_all(self.connection, self._tenant, stream)

    def agent_names(self, agents: Collection[str]) -> dict[str, str]:
        return snapshots.agent_names(self.connection, self._tenant, agents)

    def standing(self, stream: str) -> tuple[int, int]:
        return snapshots.standing(self.connection, self._tenant, stream)

    def kept_snapshot(self, stream: str) -> KeptSnapshot | None:
        return snapshots.kept(self.connection, self._tenant, stream)

    def keep_snapshot(
        self, stream: str, snapshot: KeptSnapshot, chunks: Mapping[str, bytes], *, forget_ms: int
    ) -> None:
        snapshots.keep(self.connection, self._tenant, stream, snapshot, chunks, forget_ms=forget_ms)

    def chunk(self, stream: str, name: str) -> bytes | None:
        return snapshots.chunk(self.connection, self._tenant, stream, name)

    def lock_streams(self, streams: Sequence[str]) -> dict[str, int]:
        return moving.lock_streams(self.connection, self._tenant, streams)

    def move(self, old: str, new: str, moves: Sequence[RecordMove], *, left_seq: int) -> None:
        moving.move(self.connection, self._tenant, old, new, moves, left_seq=left_seq)

    def unshare(self, stream: str, record_type: str, record_id: str, *, left_seq: int) -> None:
        moving.unshare(self.connection, self._tenant, stream, record_type, record_id, left_seq=left_seq)

    def lent_changed(self, stream: str) -> bool:
        return moving.lent_changed(self.connection, self._tenant, stream)

    def renew_lent(self, stream: str) -> None:
        moving.renew_lent(self.connection, self._tenant, stream)

    def chains(self, device: str) -> dict[int, int]:
        found = self.connection.execute(
            "select incarnation, seq from estafette.device_chain where tenant_id = %s and device_id = %s"
            " order by incarnation",
            [self._tenant, device],
        )
        return {int(incarnation): int(seq) for incarnation, seq in found.fetchall()}

    def tree(self) -> tuple[int, TreeState]:
        return tree.tree(self.connection, self._tenant)

    def lock_tree(self) -> TreeState | None:
        return tree.lock(self.connection, self._tenant)

    def waiting_receipts(self, limit: int) -> list[IssuedReceipt]:
        return tree.waiting(self.connection, self._tenant, limit)

    def tiles(self, wanted: Collection[Tile]) -> dict[Tile, bytes]:
        return tree.tiles(self.connection, self._tenant, wanted)

    def extend_tree(
        self, state: TreeState, first: int, leaves: Sequence[IssuedReceipt], tiles: Mapping[Tile, bytes]
    ) -> None:
        tree.extend(self.connection, self._tenant, state, first, leaves, tiles)

    def leaf_of(self, device: str, incarnation: int, seq: int, *, epoch: int, received_ms: int) -> int | None:
        return tree.leaf_of(
            self.connection, self._tenant, device, incarnation, seq, epoch=epoch, received_ms=received_ms
        )


def refusal(error: psycopg.DatabaseError) -> Exception:
    """Return our name of an error that a function of ours raised on purpose; anything else stays what it is."""
    said, state = error.diag.message_primary, error.sqlstate
    if state == "ES403":
        codes = {"revoked": "auth.device_revoked", "unknown": "auth.device_unknown"}
        return NotPermittedError(codes.get(said or "", "right.foreign_stream"))
    if state == "ES404":
        return RejectedError("push.no_stream")
    if state != "ES409":
        return error
    if said == "again":
        return ConflictError("push.again")
    held = msgspec.json.decode(error.diag.message_hint or "{}", type=dict[str, int])
    return ConflictError(
        "push.gap" if said == "gap" else "push.fork",
        seq=int(error.diag.message_detail or 0),
        held=held_words(held),
    )


def held_words(held: Mapping[Any, int]) -> str:
    """Return how far each incarnation is held, as details say it: ``1:120,2:7``."""
    return ",".join(f"{incarnation}:{seq}" for incarnation, seq in held.items())


def _taken_in(new: NewEvents) -> dict[str, Any]:
    headers = [event.header for event in new.events]
    known = list(dict.fromkeys((header.record_type, header.record_id) for header in headers))
    return {
        "tenant": new.tenant,
        "stream": new.stream,
        "device": new.device,
        "incarnation": new.incarnation,
        "agent": new.agent,
        "even_revoked": new.even_revoked,
        "first_seq": headers[0].seq,
        "prev": headers[0].prev,
        "received_ms": new.received_ms,
        "signature": new.signature,
        "hashes": Texts(new.hashes),
        "record_types": Texts([header.record_type for header in headers]),
        "record_ids": Texts([header.record_id for header in headers]),
        "kinds": Texts([header.kind for header in headers]),
        "bases": Bigints([header.base for header in headers]),
        "times": Bigints([header.time for header in headers]),
        "digests": Texts([header.digest for header in headers]),
        "salts": Bytes([event.salt for event in new.events]),
        "bodies": Bytes([event.body for event in new.events]),
        "known_types": Texts([key[0] for key in known]),
        "known_ids": Texts([key[1] for key in known]),
    }


def _columns(records: Sequence[RecordWrite]) -> dict[str, object]:
    """Return the writes by column, with what the screens search and sort by."""
    agents: list[str] = []
    contested: list[int] = []
    shown_texts: list[str] = []
    for write in records:
        values = write.shown.values
        contested.append(len(write.shown.contested))
        if write.record_type == "citizen":
            names = [values.get(name) or "" for name in ("family_name", "given_names", "birth_name")]
            shown_texts += [names[0], names[1], values.get("birth_date") or "", " ".join(words(" ".join(names))), ""]
            agents.append("")
        else:
            shown_texts += [values.get(name) or "" for name in ("procedure", "procedure_version", "citizen")]
            shown_texts += [values.get(merge.STATE) or "draft", values.get("tracking_code") or ""]
            agents.append(values.get("agent") or write.first_agent)
    return {
        "types": Texts([write.record_type for write in records]),
        "ids": Texts([write.record_id for write in records]),
        "seqs": Bigints([write.central_seq for write in records]),
        "states": Bytes([merge.to_json(write.state) for write in records]),
        "agents": Texts(agents),
        "created": Bigints([write.created_ms for write in records]),
        "updated": Bigints([write.time_ms for write in records]),
        "submitted": Bigints([write.submitted_ms for write in records]),
        "decided": Bigints([write.decided_ms for write in records]),
        "contested": Integers(contested),
        "shown": Texts(shown_texts),
    }


__all__ = ["PostgresStorage", "PostgresTransaction", "RecordKey", "held_words", "refusal"]
