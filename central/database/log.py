"""The append-only log: the hot path in, the pages out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import psycopg

from cases.errors import ConflictError, RejectedError
from cases.events import Event
from central.database.client import Connection
from central.database.rows import rows
from sync.messages import PulledEvent

T = TypeVar("T")

_PUSH = """
select * from estafette.push(
    %(tenant)s::integer, %(stream)s, %(device)s, %(incarnation)s::integer, %(agent)s, %(first_seq)s::bigint,
    %(received_ms)s::bigint, %(signature)s,
    %(prevs)b::text[], %(hashes)b::text[], %(record_types)b::text[], %(record_ids)b::text[], %(kinds)b::text[],
    %(bases)b::bigint[], %(times)b::bigint[], %(digests)b::text[], %(salts)b::bytea[], %(bodies)b::bytea[])
"""

# The head and the events in one statement, so in one snapshot: a head read apart could be ahead of the events.
_PAGE = """
select s.head, e.central_seq, e.device_id, e.incarnation, e.seq, e.agent, coalesce(a.name, ''), e.record_type,
    e.record_id, e.kind, e.base, e.time_ms, e.prev, e.digest, e.salt, e.body, e.state
from estafette.stream s
left join lateral (
    select * from estafette.event e
    where e.tenant_id = s.tenant_id and e.stream_id = s.stream_id and e.central_seq > %(after)s
        and e.device_id <> %(device)s and e.state <> 'parked'
    order by e.central_seq limit %(limit)s
) e on true
left join estafette.account a on a.tenant_id = e.tenant_id and a.account_id = e.agent
where s.tenant_id = %(tenant)s and s.stream_id = %(stream)s
order by e.central_seq
"""


@dataclass(frozen=True)
class Held:
    """Where one event of a batch is: its number, whether this push brought it, and its verdict so far."""

    seq: int
    central_seq: int
    inserted: bool
    state: str
    code: str
    details: str


@dataclass(frozen=True)
class StreamPage:
    """Events after a cursor and the cursor after them; ``more`` when the page was full; ``head`` of the stream."""

    events: list[PulledEvent]
    cursor: int
    more: bool
    head: int


def append(
    connection: Connection,
    stream: str,
    events: Sequence[Event],
    hashes: Sequence[str],
    *,
    signature: str,
    received_ms: int,
) -> list[Held]:
    """Append one device's consecutive events; one answer an event, in order.

    The stream's head row is locked from here to the end of the transaction. Events held already are not written again.

    Raises:
        ConflictError: ``push.gap`` (``seq``: the number expected) or ``push.fork`` (``seq``: where the histories part).
            The transaction is void.
        RejectedError: ``push.no_stream``.
    """
    headers = [event.header for event in events]
    first = headers[0]
    arguments = {
        "tenant": first.tenant,
        "stream": stream,
        "device": first.device,
        "incarnation": first.incarnation,
        "agent": first.agent,
        "first_seq": first.seq,
        "received_ms": received_ms,
        "signature": signature,
        "prevs": [header.prev for header in headers],
        "hashes": list(hashes),
        "record_types": [header.record_type for header in headers],
        "record_ids": [header.record_id for header in headers],
        "kinds": [header.kind for header in headers],
        "bases": [header.base for header in headers],
        "times": [header.time for header in headers],
        "digests": [header.digest for header in headers],
        "salts": [event.salt for event in events],
        "bodies": [event.body for event in events],
    }
    try:
        return rows(connection, Held, _PUSH, arguments)
    except psycopg.DatabaseError as error:
        raise _refusal(error) from error


def _refusal(error: psycopg.DatabaseError) -> Exception:
    """Return our name of an error that push() raised on purpose; anything else stays what it is."""
    if error.sqlstate == "ES409":
        code = "push.gap" if error.diag.message_primary == "gap" else "push.fork"
        return ConflictError(code, seq=int(error.diag.message_detail or 0))
    if error.sqlstate == "ES404":
        return RejectedError("push.no_stream")
    return error


def lock_head(connection: Connection, tenant: int, stream: str) -> int:
    """Lock the stream's head row to the end of the transaction and return the head."""
    row = connection.execute(
        "select head from estafette.stream where tenant_id = %s and stream_id = %s for update", [tenant, stream]
    ).fetchone()
    if row is None:
        raise RejectedError("push.no_stream")
    return int(row[0])


def lock_chain(connection: Connection, tenant: int, device: str, incarnation: int) -> tuple[int, str]:
    """Lock how far the console device's chain is held; return the (number, hash) of its last event."""
    row = connection.execute(
        "select seq, head from estafette.device_chain"
        " where tenant_id = %s and device_id = %s and incarnation = %s for update",
        [tenant, device, incarnation],
    ).fetchone()
    assert row is not None, "a console device is written with its chain"
    return int(row[0]), str(row[1])


def page(connection: Connection, tenant: int, stream: str, *, after: int, device: str, limit: int) -> StreamPage:
    """Return the next events of a stream, without those of ``device`` itself and the parked ones.

    Numbers have holes, so a page that is not full leads to the head, not to its last event.

    Raises:
        RejectedError: ``push.no_stream``.
    """
    arguments = {"tenant": tenant, "stream": stream, "after": after, "device": device, "limit": limit}
    found = connection.execute(_PAGE, arguments, binary=True).fetchall()
    if not found:
        raise RejectedError("push.no_stream")
    events = [_pulled(row) for row in found if row[1] is not None]
    full, head = len(events) >= limit, int(found[0][0])
    return StreamPage(events, events[-1].central_seq if full else max(head, after), full, head)


def _pulled(row: tuple[Any, ...]) -> PulledEvent:
    """Return one row of _PAGE: its columns are in the struct's order."""
    salt, body = row[14], row[15]
    raw = msgspec.Raw(bytes(body) if body is not None else b"null")
    return PulledEvent(*(*row[1:14], bytes(salt).hex() if salt is not None else "", raw, row[16]))


def heads(connection: Connection, tenant: int, streams: Sequence[str]) -> dict[str, int]:
    """Return the heads of these streams."""
    found = connection.execute(
        "select stream_id, head from estafette.stream where tenant_id = %s and stream_id = any(%s)",
        [tenant, list(streams)],
    ).fetchall()
    return {str(stream): int(head) for stream, head in found}


def received(connection: Connection, tenant: int, stream: str, numbers: Sequence[int]) -> dict[int, int]:
    """Return when these events came, by their central numbers."""
    found = connection.execute(
        "select central_seq, received_ms from estafette.event"
        " where tenant_id = %s and stream_id = %s and central_seq = any(%s)",
        [tenant, stream, list(numbers)],
    ).fetchall()
    return {int(number): int(received_ms) for number, received_ms in found}


def set_verdicts(connection: Connection, tenant: int, stream: str, verdicts: Sequence[tuple[int, str, str]]) -> None:
    """Write the verdicts that are not plainly accepted: (central number, state, code)."""
    connection.execute(
        "update estafette.event e set state = v.state, code = v.code"
        " from unnest(%(seqs)b::bigint[], %(states)b::text[], %(codes)b::text[]) as v (central_seq, state, code)"
        " where e.tenant_id = %(tenant)s and e.stream_id = %(stream)s and e.central_seq = v.central_seq",
        {
            "tenant": tenant,
            "stream": stream,
            "seqs": [verdict[0] for verdict in verdicts],
            "states": [verdict[1] for verdict in verdicts],
            "codes": [verdict[2] for verdict in verdicts],
        },
    )


def park(
    connection: Connection, tenant: int, stream: str, central_seq: int, code: str, details: dict[str, str], now_ms: int
) -> None:
    """Write down why an event could not be applied, for a person to see."""
    connection.execute(
        "insert into estafette.parked (tenant_id, stream_id, central_seq, code, details, parked_ms)"
        " values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
        [tenant, stream, central_seq, code, msgspec.json.encode(details).decode(), now_ms],
    )


@dataclass(frozen=True)
class Stored:
    """One event as it stands in the log."""

    seq: int
    prev: str
    agent: str
    record_type: str
    record_id: str
    kind: str
    base: int
    time_ms: int
    digest: str
    salt: bytes | None
    body: bytes | None
    central_seq: int
    state: str
    code: str


def chains_of(connection: Connection, shape: type[T], tenant: int, record: str) -> list[T]:
    """Return (device, incarnation, public key, first, last) of the chains that touch a record, the earliest first."""
    return rows(
        connection,
        shape,
        "select e.device_id, e.incarnation, d.public_key, min(e.seq), max(e.seq) from estafette.event e"
        " join estafette.device d on d.tenant_id = e.tenant_id and d.device_id = e.device_id"
        " where e.tenant_id = %s and e.record_id = %s and e.record_type = 'case'"
        " group by e.device_id, e.incarnation, d.public_key order by min(e.central_seq)",
        [tenant, record],
    )


def segment(
    connection: Connection, tenant: int, device: str, incarnation: int, first_seq: int, last_seq: int
) -> list[Stored]:
    """Return a stretch of one chain, in order."""
    return rows(
        connection,
        Stored,
        "select seq, prev, agent, record_type, record_id, kind, base, time_ms, digest, salt, body, central_seq, state,"
        " code from estafette.event where tenant_id = %s and device_id = %s and incarnation = %s"
        " and seq between %s and %s order by seq",
        [tenant, device, incarnation, first_seq, last_seq],
    )


def heads_over(
    connection: Connection, shape: type[T], tenant: int, device: str, incarnation: int, record: str
) -> list[T]:
    """Return (device, incarnation, first, last, head, signature) of the batches that hold events of a record."""
    return rows(
        connection,
        shape,
        "select h.device_id, h.incarnation, h.first_seq, h.last_seq, h.head, h.signature from estafette.batch_head h"
        " where h.tenant_id = %s and h.device_id = %s and h.incarnation = %s and exists ("
        "  select 1 from estafette.event e where e.tenant_id = h.tenant_id and e.device_id = h.device_id"
        "  and e.incarnation = h.incarnation and e.seq between h.first_seq and h.last_seq and e.record_id = %s"
        "  and e.record_type = 'case') order by h.last_seq, h.first_seq",
        [tenant, device, incarnation, record],
    )
