"""The log of events: what the store holds of each, and the named questions asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from cases.events import CHAIN_START, Event, EventId, Header, decode_body
from cases.merge import SeenEvent, seen_event
from cases.store import facts
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


def said_of_record(connection: Connection, tenant: int, record_no: int) -> list[StoredEvent]:
    """Return the notes and changes of state of a record, in the order in which this store learnt of them.

    They have an index of their own: among thousands of answers there are few.
    """
    where = "WHERE e.record_no = ? AND e.kind IN ('note', 'status') ORDER BY e.no"
    return _events(connection, tenant, where, (record_no,))


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


def own_parked_up_to(connection: Connection, identity: Identity, incarnation: int, seq: int) -> list[StoredEvent]:
    """Return this device's parked events up to a number, those included that a person has dealt with."""
    where = "WHERE d.id = ? AND e.incarnation = ? AND e.seq <= ? AND e.state = 'parked' ORDER BY e.seq"
    return _events(connection, identity.tenant, where, (identity.device, incarnation, seq))


_RESOLVED = (
    "(e.code = 'event.repeated' OR e.kind = 'resolve' AND e.code = 'resolve.settled'"
    " OR EXISTS (SELECT 1 FROM event s WHERE s.record_no = e.record_no"
    " AND s.kind = 'resolve' AND (s.state NOT IN ('parked', 'quarantined') OR s.code = 'resolve.settled')"
    " AND CASE WHEN json_valid(CAST(s.body AS TEXT)) THEN json_extract(CAST(s.body AS TEXT), '$.event') END"
    " IN (d.id || '.' || e.incarnation || '.' || e.seq,"
    " CASE WHEN e.kind = 'resolve' AND json_valid(CAST(e.body AS TEXT))"
    " THEN json_extract(CAST(e.body AS TEXT), '$.event') END)))"
)
"""A person said how the parked event ``e`` of device ``d`` ends, here or elsewhere, or the one that ``e`` is about.

An attempt about an act that has ended is ended with it. Of an act that central holds under another number of this
device nothing is left to say here.
"""


def troubled(connection: Connection, tenant: int, device: str) -> list[StoredEvent]:
    """Return this device's parked and quarantined events for which nobody has said how they end, newest first.

    Not those that live on under another number.
    """
    where = (
        "WHERE e.state IN ('parked', 'quarantined') AND e.code != 'store.renumbered' AND d.id = ?"
        f" AND NOT {_RESOLVED} ORDER BY e.no DESC LIMIT 1000"
    )
    return _events(connection, tenant, where, (device,))


def count_troubled(connection: Connection, device: str) -> int:
    """Return how many events ``troubled`` would return."""
    sql = (
        "SELECT count(*) FROM (SELECT 1 FROM event e JOIN device d ON d.no = e.device_no"
        " WHERE e.state IN ('parked', 'quarantined') AND e.code != 'store.renumbered' AND d.id = ?"
        f" AND NOT {_RESOLVED} LIMIT 1000)"
    )
    return int(connection.execute(sql, (device,)).fetchone()[0])


def is_open(connection: Connection, no: int) -> bool:
    """Say whether a parked event still waits for somebody to say how it ends."""
    sql = f"SELECT 1 FROM event e JOIN device d ON d.no = e.device_no WHERE e.no = ? AND NOT {_RESOLVED}"
    return connection.execute(sql, (no,)).fetchone() is not None


def held_seqs(connection: Connection, device: str, incarnation: int, first_seq: int, last_seq: int) -> set[int]:
    """Return the numbers of a chain's range that this store holds."""
    sql = (
        "SELECT seq FROM event WHERE device_no = (SELECT no FROM device WHERE id = ?) AND incarnation = ?"
        " AND seq BETWEEN ? AND ?"
    )
    return {row[0] for row in connection.execute(sql, (device, incarnation, first_seq, last_seq))}


class Standing(NamedTuple):
    """How an event stands here: enough to compare it with one that comes.

    ``salted``: written here; what another self of this device sent came without its salts.
    """

    no: int
    central_seq: int | None
    state: str
    code: str
    record_id: str
    kind: str
    time: int
    body: bytes | None
    salted: bool


def standing(
    connection: Connection, device: str, incarnation: int, first_seq: int, last_seq: int
) -> dict[int, Standing]:
    """Return number -> how it stands, of a chain's range."""
    sql = (
        "SELECT e.seq, e.no, e.central_seq, e.state, e.code, r.id, e.kind, e.time, e.body, e.salt IS NOT NULL"
        " FROM event e JOIN record r ON r.no = e.record_no"
        " WHERE e.device_no = (SELECT no FROM device WHERE id = ?) AND e.incarnation = ? AND e.seq BETWEEN ? AND ?"
    )
    rows = connection.execute(sql, (device, incarnation, first_seq, last_seq))
    return {row[0]: Standing(*row[1:]) for row in rows}


class Numbers(NamedTuple):
    """The short numbers of a row."""

    device_no: int
    record_no: int
    agent_no: int


def numbers_of(connection: Connection, no: int) -> Numbers:
    """Return the short numbers of a row."""
    return Numbers(
        *connection.execute("SELECT device_no, record_no, agent_no FROM event WHERE no = ?", (no,)).fetchone()
    )


def row_of(header: Header, body: bytes, salt: bytes, numbers: Numbers) -> EventRow:
    """Return the row of an event that waits."""
    return EventRow(
        device_no=numbers.device_no,
        incarnation=header.incarnation,
        seq=header.seq,
        record_no=numbers.record_no,
        kind=header.kind,
        agent_no=numbers.agent_no,
        base=header.base,
        time=header.time,
        prev=bytes.fromhex(header.prev),
        digest=bytes.fromhex(header.digest),
        body=body,
        salt=salt,
        central_seq=None,
        state=PENDING,
    )


class Place(NamedTuple):
    """Where an own event stands: its row, and its place in its chain."""

    no: int
    incarnation: int
    seq: int


def same_act_waits(
    connection: Connection, device: str, record_id: str, kind: str, time: int, body: bytes
) -> Place | None:
    """Return where an event that waits here and is the same act stands; None when there is none."""
    sql = (
        "SELECT e.no, e.incarnation, e.seq FROM event e JOIN record r ON r.no = e.record_no"
        " WHERE e.state = 'pending' AND r.id = ?"
        " AND e.device_no = (SELECT no FROM device WHERE id = ?) AND e.kind = ? AND e.time = ? AND e.body = ?"
    )
    row = connection.execute(sql, (record_id, device, kind, time, body)).fetchone()
    return None if row is None else Place(*row)


def record_of(connection: Connection, no: int) -> list[str]:
    """Return the identity of the record that a row is about."""
    sql = "SELECT r.id FROM event e JOIN record r ON r.no = e.record_no WHERE e.no = ?"
    return [str(row[0]) for row in connection.execute(sql, (no,))]


def step_aside(connection: Connection, no: int) -> None:
    """Let a renumbered row give its number to the event that central holds under it; no chain has negative numbers."""
    connection.execute("UPDATE event SET incarnation = -no WHERE no = ?", (no,))


def incarnations(connection: Connection, device: str) -> list[int]:
    """Return the incarnations of a device that this store knows."""
    sql = (
        "SELECT DISTINCT incarnation FROM event"
        " WHERE device_no = (SELECT no FROM device WHERE id = ?) AND incarnation > 0"
    )
    return [row[0] for row in connection.execute(sql, (device,))]


_INCARNATIONS = """
WITH RECURSIVE own (device_no) AS (SELECT no FROM device WHERE id = ?1), found (incarnation) AS (
    SELECT (SELECT min(incarnation) FROM event, own WHERE event.device_no = own.device_no AND incarnation > 0)
    UNION ALL
    SELECT (SELECT min(incarnation) FROM event, own
            WHERE event.device_no = own.device_no AND event.incarnation > found.incarnation)
    FROM found WHERE found.incarnation IS NOT NULL)
SELECT incarnation,
    (SELECT min(seq) FROM event WHERE state = 'pending' AND incarnation = found.incarnation),
    (SELECT min(seq) FROM event INDEXED BY event_troubled WHERE state IN ('parked', 'quarantined')
        AND state = 'quarantined' AND device_no = (SELECT device_no FROM own) AND incarnation = found.incarnation),
    (SELECT max(seq) FROM event, own WHERE event.device_no = own.device_no AND incarnation = found.incarnation)
FROM found WHERE incarnation IS NOT NULL
"""
"""Steps from one chain to the next by the index on identities: every exchange asks this, however long the log is."""


def confirmed_ends(connection: Connection, device: str) -> dict[int, int]:
    """Return incarnation -> up to which number central has answered for everything."""
    ends: dict[int, int] = {}
    for incarnation, pending, quarantined, last in connection.execute(_INCARNATIONS, (device,)):
        waiting = [seq for seq in (pending, quarantined) if seq is not None]
        ends[incarnation] = min(waiting) - 1 if waiting else last
    return ends


def doubt_confirmed(connection: Connection, code: str) -> None:
    """Mark every confirmed event with a code."""
    connection.execute("UPDATE event SET code = ? WHERE state IN ('accepted', 'merged', 'contested')", (code,))
    facts.put(connection, facts.IN_DOUBT, "1")


def any_in_doubt(connection: Connection) -> bool:
    """Say whether confirmed events wait to be heard of again; one look, however long the log is."""
    return facts.get(connection, facts.IN_DOUBT) == "1"


def end_doubts(connection: Connection) -> None:
    """Record that none waits any more."""
    facts.put(connection, facts.IN_DOUBT, "")


def with_code(connection: Connection, tenant: int, code: str) -> list[StoredEvent]:
    """Return the confirmed events that bear this code."""
    return _events(connection, tenant, "WHERE e.code = ? ORDER BY e.no", (code,))


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


def named_of_record(connection: Connection, tenant: int, record_no: int, names: Iterable[EventId]) -> list[StoredEvent]:
    """Return those of a record's events that bear these names."""
    where = "WHERE d.id = ? AND e.incarnation = ? AND e.seq = ? AND e.record_no = ?"
    return [one for name in names for one in _events(connection, tenant, where, (*name, record_no))]


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


def count_pending(connection: Connection) -> int:
    """Return how many events wait for an answer, from their own small index: no act keeps count of them."""
    return int(connection.execute("SELECT count(*) FROM event WHERE state = 'pending'").fetchone()[0])


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
