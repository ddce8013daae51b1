"""Pages of a stream and the history of one record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cases.errors import NotPermittedError, RejectedError
from central.database import snapshots
from central.database.client import Connection
from central.database.sessions import Parameter, Session, Statement
from central.storage import LoggedEvent, StreamPage
from sync.messages import PulledEvent

# The reader, the head and the events in one statement, so in one snapshot: a head read apart could be ahead.
_PAGE = Statement(
    b"estafette_page",
    b"""
select t.epoch, t.covered_ms, d.revoked_ms, d.stream_id, s.head, s.fed, exists (
        select 1 from estafette.shared_record h
        join estafette.record_state r on r.tenant_id = h.tenant_id and r.record_type = h.record_type
            and r.record_id = h.record_id
        where h.tenant_id = s.tenant_id and h.stream_id = s.stream_id and h.fed_seq <> r.central_seq),
    e.central_seq, e.device_id, e.incarnation, e.seq, e.agent,
    coalesce(a.name, ''), e.record_type, e.record_id, e.kind, e.base, e.time_ms, e.body, e.state
from estafette.device d
join estafette.tenant t on t.tenant_id = d.tenant_id
left join estafette.stream s on s.tenant_id = d.tenant_id and s.stream_id = $2::text
left join lateral (
    select * from estafette.event e
    where e.tenant_id = s.tenant_id and e.stream_id = s.stream_id and e.central_seq > $4::bigint
        and (e.device_id <> $3::text or e.seq > coalesce(($6::text::jsonb ->> e.incarnation::text)::bigint, $7::bigint))
        and e.state <> 'parked'
    order by e.central_seq limit $5::integer
) e on true
left join estafette.account a on a.tenant_id = e.tenant_id and a.account_id = e.agent
where d.tenant_id = $1::integer and d.device_id = $3::text
order by e.central_seq
""",
)
_ALL_HELD = 2**62
_FED = """
select f.central_seq, f.record_id, f.way from estafette.feed f
where f.tenant_id = %s and f.stream_id = %s and f.central_seq > %s and f.central_seq <= %s order by f.central_seq
"""
_HISTORY = """
select e.central_seq, e.device_id, e.incarnation, e.seq, e.agent, coalesce(a.name, ''), e.record_type, e.record_id,
    e.kind, e.base, e.time_ms, e.prev, e.digest, e.salt, e.body, e.state
from estafette.event e
left join estafette.account a on a.tenant_id = e.tenant_id and a.account_id = e.agent
where e.tenant_id = %(tenant)s and e.record_id = %(record)s and e.state <> 'parked' and (
    exists (select 1 from estafette.record_state r where r.tenant_id = e.tenant_id and r.record_type = e.record_type
        and r.record_id = e.record_id and r.stream_id = %(stream)s)
    or exists (select 1 from estafette.shared_record h where h.tenant_id = e.tenant_id and h.stream_id = %(stream)s
        and h.record_id = e.record_id and h.record_type = e.record_type))
order by e.received_ms, e.central_seq, e.stream_id offset %(after)s limit %(limit)s
"""


def page(
    session: Session, tenant: int, stream: str, *, device: str, after: int, limit: int, held: Mapping[int, int]
) -> StreamPage:
    """See ``central.storage.Transaction.page``.

    Numbers have holes, so a page that is not full leads to the head, not to its last event.
    """
    arguments: list[Parameter] = [
        tenant,
        stream,
        device,
        after,
        limit,
        msgspec.json.encode(held).decode(),
        # With nothing said of a chain, all of it is new to who said something, and none to who said nothing.
        0 if held else _ALL_HELD,
    ]
    found = session.ask_alone(_PAGE, arguments)
    if not found:
        raise NotPermittedError("auth.device_unknown")
    epoch, covered_ms, revoked_ms, own_stream, head, fed, lent_changed = found[0][:7]
    if revoked_ms is not None:
        raise NotPermittedError("auth.device_revoked")
    if head is None:
        raise RejectedError("push.no_stream")
    if own_stream != stream:
        raise NotPermittedError("right.foreign_stream")
    events = [LoggedEvent(*row[7:]) for row in found if row[7] is not None]
    full = len(events) >= limit
    cursor = events[-1].central_seq if full else max(head, after)
    read = StreamPage(epoch, head, cursor, full, events, lent_changed=lent_changed, covered_ms=covered_ms)
    return _with_feed(session.connection, tenant, stream, read, after) if fed > after else read


def _with_feed(connection: Connection, tenant: int, stream: str, read: StreamPage, after: int) -> StreamPage:
    rows = connection.execute(_FED, [tenant, stream, after, read.cursor]).fetchall()
    entered = [record for _number, record, way in rows if way == "enters"]
    return StreamPage(
        read.epoch,
        read.head,
        read.cursor,
        read.more,
        read.events,
        # One that has moved on meanwhile is no longer ours to read, and its leaving is fed as well.
        snapshots.stored(connection, tenant, stream, entered) if entered else (),
        [(int(number), str(record)) for number, record, way in rows if way == "leaves"],
        read.lent_changed,
        read.covered_ms,
    )


def history(
    connection: Connection, tenant: int, stream: str, record_id: str, *, after: int, limit: int
) -> list[PulledEvent]:
    """See ``central.storage.Transaction.history``."""
    arguments = {"tenant": tenant, "record": record_id, "stream": stream, "after": after, "limit": limit}
    return [_pulled(row) for row in connection.execute(_HISTORY, arguments, binary=True).fetchall()]


def _pulled(row: tuple[Any, ...]) -> PulledEvent:
    """Return one row of _HISTORY: its columns are in the struct's order."""
    salt, body = row[13], row[14]
    raw = msgspec.Raw(bytes(body) if body is not None else b"null")
    return PulledEvent(*(*row[:13], bytes(salt).hex() if salt is not None else "", raw, row[15]))
