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
from central.database.client import Database
from central.database.sessions import Begun, Connection, Parameter, Session, Statement
from central.storage import (
    ATTEMPT,
    REPEATED,
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
    about,
)
from sync.messages import PulledEvent

TAKE = Statement(
    b"estafette_take",
    b"""
select * from estafette.take_batch(
    $1::integer, $2::text, $3::text, $4::integer, $5::text, $6::boolean, $7::bigint, $8::text, $9::bigint,
    $10::text, $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::text[],
    $18::bytea[], $19::bytea[], $20::text[], $21::text[])
""",
)
_ELSEWHERE = Statement(
    b"estafette_elsewhere",
    b"""
with batch as materialized (
    select m.seq, m.record_id, m.kind, m.time_ms, m.body from estafette.event m
    where m.tenant_id = $1::integer and m.device_id = $2::text and m.incarnation = $3::integer
        and m.seq between $4::bigint and $5::bigint
        and exists (select from estafette.device_chain c where c.tenant_id = $1::integer and c.device_id = $2::text
            and c.incarnation <> $3::integer and c.seq > 0)
), near as materialized (
    select o.record_id, o.kind, o.time_ms, o.incarnation, o.seq,
        row_number() over (partition by o.record_id, o.kind, o.time_ms order by o.incarnation, o.seq) as place
    from (select distinct b.record_id from batch b) r
    cross join lateral (
        select e.record_id, e.kind, e.time_ms, e.incarnation, e.seq, e.device_id, e.code from estafette.event e
        where e.tenant_id = $1::integer and e.record_id = r.record_id offset 0
    ) o
    where o.device_id = $2::text and o.incarnation <> $3::integer and o.code <> $6::text
        and case when (o.record_id, o.kind, o.time_ms) in (select b.record_id, b.kind, b.time_ms from batch b)
            then true end
)
select b.seq, n.incarnation, n.seq
from near n
join batch b on b.record_id = n.record_id and b.kind = n.kind and b.time_ms = n.time_ms
cross join lateral (
    select e.body from estafette.event e
    where e.tenant_id = $1::integer and e.device_id = $2::text and e.incarnation = n.incarnation and e.seq = n.seq
        offset 0
) e
where n.place <= 4 and (e.body = b.body or e.body is null)
""",
)
"""Asked of what has just been taken in, in the same journey. A device with one chain, as nearly all, costs one look.

One of several costs one pass over the events of each record, however long the batch: what is written so, that no plan
goes through them for each event, is an ``in`` inside of ``case`` and each ``offset 0``. A device's clock gives no time
twice, so few acts of one time are looked at: the first of them.
"""
_WRITE = Statement(
    b"estafette_write",
    b"""
select estafette.write_batch(
    $1::integer, $2::text, $3::text, $4::text[], $5::text[], $6::bigint[], $7::bytea[], $8::text[],
    $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::integer[], $14::text[], $15::boolean)
""",
)
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
_ATTEMPTS = """
select e.device_id, e.incarnation, e.seq, e.record_id, e.body
from estafette.event e
join estafette.parked k on k.tenant_id = e.tenant_id and k.stream_id = e.stream_id and k.central_seq = e.central_seq
where e.tenant_id = %(tenant)b::integer and e.record_id = any(%(records)b::text[]) and e.kind = 'resolve'
    and k.settled_ms is null
"""
_WAITING = """
select e.record_type, e.record_id, e.kind, e.agent, e.body, k.settled_ms is not null, k.code
from estafette.event e
join estafette.parked k on k.tenant_id = e.tenant_id and k.stream_id = e.stream_id and k.central_seq = e.central_seq
where e.tenant_id = %s and e.device_id = %s and e.incarnation = %s and e.seq = %s
for update of k
"""
_HELD = """
select e.device_id, e.incarnation, e.seq
from unnest(%s::text[], %s::integer[], %s::bigint[]) as named (device_id, incarnation, seq)
join estafette.event e
    on e.tenant_id = %s and e.device_id = named.device_id and e.incarnation = named.incarnation and e.seq = named.seq
"""
_decode_details = msgspec.json.Decoder(dict[str, str]).decode


class PostgresStorage:
    """See ``central.storage.Storage``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextlib.contextmanager
    def transaction(self, tenant: int) -> Iterator[PostgresTransaction]:
        try:
            with self._database.session(tenant) as session:
                yield PostgresTransaction(session, tenant)
        except psycopg.DatabaseError as error:
            # What is written is sent with the commit, so this is where it can be refused.
            if (named := refusal(error)) is error:
                raise
            raise named from error


class PostgresTransaction:
    """See ``central.storage.Transaction``. ``session`` is for whoever has more to do in the same transaction."""

    def __init__(self, session: Session, tenant: int) -> None:
        self.session = session
        self._tenant = tenant

    @classmethod
    def within(cls, connection: Connection, tenant: int) -> PostgresTransaction:
        """Return the storage's view of a transaction that somebody else has begun and will end."""
        return cls(Begun(connection), tenant)

    @property
    def connection(self) -> Connection:
        """The connection, for statements of the caller's own; a journey each."""
        return self.session.connection

    def append(self, new: NewEvents) -> Appended:
        try:
            (row,), others = self.session.ask_each((TAKE, taken_in(new)), (_ELSEWHERE, _bounds(new)))
        except psycopg.DatabaseError as error:
            raise refusal(error) from error
        epoch, covered_ms, before, head, received_ms, receipt_seq, seqs, states, codes, details = row[:10]
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
                for kind, record, stream, state in zip(*(column or () for column in row[10:14]), strict=True)
            },
            covered_ms,
            {seq: EventId(new.device, incarnation, other) for seq, incarnation, other in others},
        )

    def write(self, writes: Writes) -> None:
        place: dict[str, Any] = {"tenant": writes.tenant, "stream": writes.stream, "now_ms": writes.now_ms}
        if writes.records:
            try:
                self.session.defer(_WRITE, [writes.tenant, writes.stream, writes.office, *_columns(writes.records)])
            except psycopg.DatabaseError as error:
                raise refusal(error) from error
            if any(map(record_marks.has_marks, writes.records)):
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
            settled = [*writes.settled, *self._attempts(writes)]
            marks = {
                "devices": [event.device for event, _record, _how in settled],
                "incarnations": [event.incarnation for event, _record, _how in settled],
                "seqs": [event.seq for event, _record, _how in settled],
                "records": [record for _event, record, _how in settled],
                "hows": [how for _event, _record, how in settled],
            }
            self.connection.execute(_SETTLE, {**place, **marks, "account": writes.account})

    def _attempts(self, writes: Writes) -> list[tuple[EventId, str, str]]:
        """Return what was tried about the acts that end now and waits itself: it ends with them."""
        ended = {str(event) for event, _record, _how in writes.settled}
        records = sorted({record for _event, record, _how in writes.settled})
        rows = self.connection.execute(_ATTEMPTS, {"tenant": self._tenant, "records": records}).fetchall()
        return [
            (EventId(device, incarnation, seq), record, ATTEMPT)
            for device, incarnation, seq, record, body in rows
            if about(None if body is None else bytes(body)) in ended
        ]

    def waiting(self, event: EventId) -> WaitingEvent | None:
        row = self.connection.execute(_WAITING, [self._tenant, *event]).fetchone()
        if row is None:
            return None
        record_type, record_id, kind, agent, body, settled, code = row
        return WaitingEvent(record_type, record_id, kind, agent, None if body is None else bytes(body), settled, code)

    def held(self, events: Collection[EventId]) -> set[EventId]:
        columns = [[name[place] for name in events] for place in range(3)]
        rows = self.connection.execute(_HELD, [*columns, self._tenant]).fetchall()
        return {EventId(*row) for row in rows}

    def published(self) -> frozenset[tuple[str, str]]:
        return procedures.versions(self.connection, self._tenant)

    def decisive(self, procedure: str, version: str) -> Collection[str] | None:
        return procedures.decisive(self.connection, self._tenant, procedure, version)

    def foreign_citizens(self, stream: str, citizens: Sequence[str]) -> set[str]:
        return moving.foreign_citizens(self.connection, self._tenant, stream, citizens)

    def page(self, stream: str, *, device: str, after: int, limit: int, held: Mapping[int, int]) -> StreamPage:
        return pages.page(self.session, self._tenant, stream, device=device, after=after, limit=limit, held=held)

    def history(self, stream: str, record_id: str, *, after: int = 0, limit: int) -> list[PulledEvent]:
        return pages.history(self.connection, self._tenant, stream, record_id, after=after, limit=limit)

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

    def left(self, stream: str, up_to: int) -> list[tuple[int, str]]:
        return moving.left(self.connection, self._tenant, stream, up_to)

    def entered(self, stream: str, ids: Sequence[str]) -> set[str]:
        return moving.entered(self.connection, self._tenant, stream, ids)

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
        return tree.tree(self.session, self._tenant)

    def lock_tree(self) -> TreeState | None:
        return tree.lock(self.session, self._tenant)

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


def _bounds(new: NewEvents) -> list[Parameter]:
    """Return the parameters of ``_ELSEWHERE``."""
    last_seq = new.first_seq + len(new.events) - 1
    return [new.tenant, new.device, new.incarnation, new.first_seq, last_seq, REPEATED]


def held_words(held: Mapping[Any, int]) -> str:
    """Return how far each incarnation is held, as details say it: ``1:120,2:7``."""
    return ",".join(f"{incarnation}:{seq}" for incarnation, seq in held.items())


def taken_in(new: NewEvents) -> list[Parameter]:
    """Return the parameters of ``TAKE``."""
    headers = [event.header for event in new.events]
    known = list(dict.fromkeys((header.record_type, header.record_id) for header in headers))
    return [
        new.tenant,
        new.stream,
        new.device,
        new.incarnation,
        new.agent,
        new.even_revoked,
        headers[0].seq,
        headers[0].prev,
        new.received_ms,
        new.signature,
        Texts(new.hashes),
        Texts([header.record_type for header in headers]),
        Texts([header.record_id for header in headers]),
        Texts([header.kind for header in headers]),
        Bigints([header.base for header in headers]),
        Bigints([header.time for header in headers]),
        Texts([header.digest for header in headers]),
        Bytes([event.salt for event in new.events]),
        Bytes([event.body for event in new.events]),
        Texts([key[0] for key in known]),
        Texts([key[1] for key in known]),
    ]


def _columns(records: Sequence[RecordWrite]) -> list[Parameter]:
    """Return the writes by column, with what the screens search and sort by."""
    agents: list[str] = []
    contested: list[int] = []
    shown_texts: list[str] = []
    coded = False
    for write in records:
        values = write.shown.values
        contested.append(len(write.shown.contested))
        if write.record_type == "citizen":
            names = [values.get(name) or "" for name in ("family_name", "given_names", "birth_name")]
            shown_texts += [names[0], names[1], values.get("birth_date") or "", " ".join(words(" ".join(names))), ""]
            agents.append("")
        else:
            code = values.get("tracking_code") or ""
            shown_texts += [values.get(name) or "" for name in ("procedure", "procedure_version", "citizen")]
            shown_texts += [values.get(merge.STATE) or "draft", code]
            agents.append(values.get("agent") or write.first_agent)
            coded = coded or bool(code)
    return [
        Texts([write.record_type for write in records]),
        Texts([write.record_id for write in records]),
        Bigints([write.central_seq for write in records]),
        Bytes([merge.to_json(write.state) for write in records]),
        Texts(agents),
        Bigints([write.created_ms for write in records]),
        Bigints([write.time_ms for write in records]),
        Bigints([write.submitted_ms for write in records]),
        Bigints([write.decided_ms for write in records]),
        Integers(contested),
        Texts(shown_texts),
        coded,
    ]


__all__ = ["TAKE", "PostgresStorage", "PostgresTransaction", "RecordKey", "held_words", "refusal", "taken_in"]
