"""The log of events: what the store holds of each, and the named questions asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from cases.events import CHAIN_START, Event, EventId, Header, decode_body
from cases.merge import SeenEvent, seen_event
from cases.store.engine import Connection, Row
from cases.views import Identity

PENDING = "pending"
PARKED = "parked"
QUARANTINED = "quarantined"
CONFIRMED = frozenset({"accepted", "merged", "contested"})
"""States in which an event takes part in the confirmed state."""

_COLUMNS = (
    "e.no, d.id, e.incarnation, e.seq, r.id, r.type, e.kind, a.id, e.base, e.time, e.prev, e.digest, e.body, e.salt,"
    " e.central_seq, e.state, e.code, e.details, a.name"
)
_FROM = (
    " FROM event e JOIN device d ON d.no = e.device_no JOIN record r ON r.no = e.record_no"
    " JOIN agent a ON a.no = e.agent_no"
)
_INSERT = (
    "INSERT INTO event (device_no, incarnation, seq, record_no, kind, agent_no, base, time, prev, digest, body, salt,"
    " central_seq, state, code, details) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)


class ChainHead(NamedTuple):
    """Where one chain of this device ends. ``time`` is the last hybrid clock reading."""

    incarnation: int
    seq: int
    head: str
    time: int


class StoredEvent(NamedTuple):
    """An event as the store holds it, and where it ended."""

    no: int
    event: Event
    agent_name: str
    central_seq: int | None
    state: str
    code: str
    details: dict[str, str]

    @property
    def id(self) -> EventId:
        return self.event.header.id


class EventRow(NamedTuple):
    """The columns of one new row, in the order of the table."""

    device_no: int
    incarnation: int
    seq: int
    record_no: int
    kind: str
    agent_no: int
    base: int
    time: int
    prev: bytes
    digest: bytes
    body: bytes | None
    salt: bytes | None
    central_seq: int | None
    state: str
    code: str = ""
    details: str = ""


def chain_head(connection: Connection) -> ChainHead:
    """Return the end of the living chain; a store that has never acted begins incarnation 1."""
    row = connection.execute(
        "SELECT incarnation, seq, head, time FROM chain ORDER BY incarnation DESC LIMIT 1"
    ).fetchone()
    return ChainHead(1, 0, CHAIN_START, 0) if row is None else ChainHead(*row)


def move_chain(connection: Connection, head: ChainHead) -> None:
    """Record the new end of a chain."""
    connection.execute(
        "INSERT INTO chain (incarnation, seq, head, time) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (incarnation) DO UPDATE SET seq = ?2, head = ?3, time = ?4",
        head,
    )


def insert(connection: Connection, row: EventRow) -> None:
    """Add one event."""
    connection.execute(_INSERT, row)


def insert_many(connection: Connection, rows: Iterable[EventRow]) -> None:
    """Add many events."""
    connection.executemany(_INSERT, rows)


def settle_verdict(
    connection: Connection, no: int, *, state: str, central_seq: int | None, code: str, details: dict[str, str]
) -> None:
    """Record where an event ended."""
    connection.execute(
        "UPDATE event SET state = ?, central_seq = ?, code = ?, details = ? WHERE no = ?",
        (state, central_seq, code, encode_details(details), no),
    )


def of_record(connection: Connection, tenant: int, record_no: int) -> list[StoredEvent]:
    """Return every event of a record, in the order in which this store learnt of them."""
    return _events(connection, tenant, "WHERE e.record_no = ? ORDER BY e.no", (record_no,))


def pending_of_record(connection: Connection, tenant: int, record_no: int) -> list[StoredEvent]:
    """Return the record's pending events, oldest first."""
    where = "WHERE e.record_no = ? AND e.state = 'pending' ORDER BY e.incarnation, e.seq"
    return _events(connection, tenant, where, (record_no,))


def pending_of_records(connection: Connection, tenant: int, numbers: list[int]) -> list[StoredEvent]:
    """Return the pending events of these records, oldest first."""
    found: list[StoredEvent] = []
    for start in range(0, len(numbers), 5_000):
        part = numbers[start : start + 5_000]
        marks = ",".join("?" * len(part))
        found += _events(
            connection,
            tenant,
            f"WHERE e.record_no IN ({marks}) AND e.state = 'pending' ORDER BY e.incarnation, e.seq",
            tuple(part),
        )
    return found


def confirmed_of_record(connection: Connection, tenant: int, record_no: int) -> list[StoredEvent]:
    """Return the record's confirmed events."""
    where = "WHERE e.record_no = ? AND e.state IN ('accepted', 'merged', 'contested') ORDER BY e.no"
    return _events(connection, tenant, where, (record_no,))


def oldest_pending(connection: Connection, tenant: int, limit: int) -> list[StoredEvent]:
    """Return the first pending events of the oldest chain that has any, in the order of their numbers."""
    where = (
        "WHERE e.state = 'pending' AND e.incarnation = (SELECT min(incarnation) FROM event WHERE state = 'pending')"
        " ORDER BY e.seq LIMIT ?"
    )
    return _events(connection, tenant, where, (limit,))


def pending_from(connection: Connection, tenant: int, incarnation: int, seq: int) -> list[StoredEvent]:
    """Return the pending events of a chain from a number on."""
    where = "WHERE e.state = 'pending' AND e.incarnation = ? AND e.seq >= ? ORDER BY e.seq"
    return _events(connection, tenant, where, (incarnation, seq))


def own_pending_between(
    connection: Connection, identity: Identity, incarnation: int, first_seq: int, last_seq: int
) -> list[StoredEvent]:
    """Return this device's events in a range of numbers that still wait for an answer."""
    where = "WHERE d.id = ? AND e.incarnation = ? AND e.seq BETWEEN ? AND ? AND e.state = 'pending' ORDER BY e.seq"
    return _events(connection, identity.tenant, where, (identity.device, incarnation, first_seq, last_seq))


def own_settled_from(connection: Connection, identity: Identity, incarnation: int, seq: int) -> list[StoredEvent]:
    """Return this device's events from a number on that central had answered for."""
    where = (
        "WHERE d.id = ? AND e.incarnation = ? AND e.seq >= ? AND e.state NOT IN ('pending', 'quarantined')"
        " ORDER BY e.seq"
    )
    return _events(connection, identity.tenant, where, (identity.device, incarnation, seq))


def troubled(connection: Connection, tenant: int, device: str) -> list[StoredEvent]:
    """Return this device's parked and quarantined events, newest first; not those that live on under another number."""
    where = (
        "WHERE e.state IN ('parked', 'quarantined') AND e.code != 'store.renumbered' AND d.id = ?"
        " ORDER BY e.no DESC LIMIT 1000"
    )
    return _events(connection, tenant, where, (device,))


def held_seqs(connection: Connection, device: str, incarnation: int, first_seq: int, last_seq: int) -> set[int]:
    """Return the numbers of a chain's range that this store holds."""
    sql = (
        "SELECT seq FROM event WHERE device_no = (SELECT no FROM device WHERE id = ?) AND incarnation = ?"
        " AND seq BETWEEN ? AND ?"
    )
    return {row[0] for row in connection.execute(sql, (device, incarnation, first_seq, last_seq))}


def hash_after(connection: Connection, event: EventId) -> str:
    """Return the hash by which an own event is chained to what follows.

    The next one's ``prev``, or the chain's head.
    """
    sql = (
        "SELECT prev FROM event WHERE device_no = (SELECT no FROM device WHERE id = ?) AND incarnation = ? AND seq = ?"
    )
    row = connection.execute(sql, (event.device, event.incarnation, event.seq + 1)).fetchone()
    if row is not None:
        return bytes(row[0]).hex()
    end = connection.execute("SELECT head FROM chain WHERE incarnation = ?", (event.incarnation,)).fetchone()
    return "" if end is None else str(end[0])


def find(connection: Connection, tenant: int, event: EventId) -> StoredEvent | None:
    """Return one event by its identity."""
    where = "WHERE d.id = ? AND e.incarnation = ? AND e.seq = ?"
    found = _events(connection, tenant, where, event)
    return found[0] if found else None


def seen(stored: StoredEvent) -> SeenEvent:
    """Return the event as merge sees it; a body that is not what was written touches nothing."""
    try:
        return seen_event(stored.event.header, stored.event.body, stored.central_seq)
    except ValueError:
        return seen_event(stored.event.header, None, stored.central_seq)


def body_of(stored: StoredEvent) -> dict[str, object]:
    """Return the body's fields; none for an erased body or one that is not what was written."""
    if stored.event.body is None:
        return {}
    try:
        return decode_body(stored.event.body)
    except ValueError:
        return {}


def oldest_pending_ms(connection: Connection) -> int | None:
    """Return the time of the event that waits longest."""
    sql = "SELECT time FROM event WHERE state = 'pending' ORDER BY incarnation, seq LIMIT 1"
    row = connection.execute(sql).fetchone()
    return None if row is None else int(row[0])


def encode_details(details: dict[str, str]) -> str:
    """Return the text kept for a verdict's details."""
    return msgspec.json.encode(details).decode() if details else ""


def _events(connection: Connection, tenant: int, where: str, parameters: tuple[object, ...]) -> list[StoredEvent]:
    return [_event(row, tenant) for row in connection.execute(f"SELECT {_COLUMNS}{_FROM} {where}", parameters)]


def _event(row: Row, tenant: int) -> StoredEvent:
    (no, device, incarnation, seq, record_id, record_type, kind, agent, base, time, prev, digest, body, salt) = row[:14]
    central_seq, state, code, details, agent_name = row[14:]
    header = Header(
        1, tenant, device, incarnation, seq, prev.hex(), agent, record_type, record_id, kind, base, time, digest.hex()
    )
    reasons = msgspec.json.decode(details, type=dict[str, str]) if details else {}
    return StoredEvent(no, Event(header, body, salt), agent_name, central_seq, state, code, reasons)
