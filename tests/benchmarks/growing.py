"""What a pull, a push and a page of the queue take while the log grows: flat means that nobody pays for what is old."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from central.database.client import Connection, Database
from central.database.reading import queue, queue_counts
from central.database.roles import service_login
from tests.benchmarks.measure import Figure, figure, middle, repeated
from tests.benchmarks.office import PROCEDURE, VERSION
from tests.benchmarks.records import Records
from tests.benchmarks.service import OfficeService, office_service
from tests.support.wire_device import WireDevice, enrolled, new_id

SMALLEST = 100_000
EVENTS_OF_A_CASE = 20
TIMES = 150
FLAT = 1.3
PAGE = 26
TENANT = 1
_PIECE = 500_000

# A case is twenty events: what is handed in waits in one of twenty cases, the rest is decided.
_DEVICE = """
insert into estafette.device (
    tenant_id, device_id, kind, account_id, office_id, stream_id, public_key, name, created_ms)
select tenant_id, %(device)s, kind, account_id, office_id, stream_id, repeat('0', 64), 'before', 1
from estafette.device where kind = 'agent' limit 1 on conflict do nothing
"""
_EVENTS = """
insert into estafette.event (tenant_id, stream_id, central_seq, device_id, incarnation, seq, prev, hash, agent,
    record_type, record_id, kind, base, time_ms, digest, salt, body, state, code, received_ms)
select 1, %(stream)s, %(after)s + g, %(device)s, 1, %(seq)s + g, repeat(md5(g::text), 2), repeat(md5((g + 1)::text), 2),
    %(agent)s, 'case', lpad(to_hex(1700000000000 + n / 20), 12, '0') || '7' || substr(md5((n / 20)::text), 1, 19),
    case when n %% 20 = 19 then 'status' else 'set' end, %(after)s + g - 1, 1700000000000 + n,
    repeat(md5((g + 2)::text), 2), decode(md5(g::text), 'hex'),
    convert_to(case when n %% 20 = 19 then '{"from":"draft","to":"submitted"}'
        else '{"/apa/question_' || n %% 20 || '":"' || md5(g::text) || '"}' end, 'UTF8'),
    'accepted', '', 1700000000000 + n
from generate_series(1, %(count)s) g, lateral (select %(seq)s + g - 1 as n) x
"""


@dataclass
class _Place:
    """A service whose log is filled, and what is asked of it."""

    service: OfficeService
    writer: WireDevice
    reader: WireDevice
    owner: psycopg.Connection[Any]
    database: Database


def measure_growth(largest: int, *, smallest: int = SMALLEST, times: int = TIMES) -> list[Figure]:
    """Fill a log ten times as far each time, up to ``largest``; ask it and one that stays ``smallest`` by turns.

    By turns, so that whatever else the machine does weighs on both.
    """
    figures: list[Figure] = []
    with _place() as small, _place() as large:
        _fill(small, smallest)
        size = smallest
        while size <= largest:
            begun = time.perf_counter()
            _fill(large, size)
            figures += _figures(size, small, large, times, f"filled in {time.perf_counter() - begun:.0f} s")
            size *= 10
    return figures


def _figures(size: int, small: _Place, large: _Place, times: int, note: str) -> list[Figure]:
    """Return the ratio of each latency (medians) to that of the small log."""
    before, now = _works(small), _works(large)
    figures = []
    for name in before:
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(times):
            for place, work in enumerate((before[name], now[name])):
                taken[place].append(repeated(work, 1)[0])
        of_small, of_large = map(middle, taken)
        words = f"{1000 * of_large:.2f} ms, {1000 * of_small:.2f} of the small one; {note}"
        target = None if name == "select_1" else FLAT
        id_ = f"central.{name}_at_{size}"
        figures.append(figure(id_, of_large / of_small, unit="ratio", floor=1.0, target=target, note=words))
    return figures


@contextmanager
def _place() -> Iterator[_Place]:
    with ExitStack() as ends:
        service = ends.enter_context(office_service())
        devices = enrolled(service.url, service.codes[0]), enrolled(service.url, service.codes[1])
        for device in devices:
            ends.callback(device.close)
        owner = ends.enter_context(psycopg.connect(service.conninfo(), autocommit=True))
        owner.execute("set session_replication_role = replica")
        login = service_login(service.conninfo(), service.data / "postgres")
        database = Database(login.conninfo(service.conninfo()), size=1)
        database.open()
        ends.callback(database.close)
        yield _Place(service, *devices, owner, database)


def _fill(place: _Place, size: int) -> None:
    """Bring the log to ``size`` events, as if a device had pushed them; made within the database."""
    owner, device = place.owner, place.writer
    held = owner.execute("select count(*), coalesce(max(seq), 0) from estafette.event where device_id = 'before'")
    (count, seq) = held.fetchone() or (0, 0)
    named = {"stream": device.me.stream, "device": "before", "agent": device.me.agent}
    owner.execute(_DEVICE, named)
    while count < size:
        piece = min(_PIECE, size - count)
        _append(owner, {**named, "seq": seq, "count": piece})
        count, seq = count + piece, seq + piece
    _project(owner, device, count // EVENTS_OF_A_CASE)
    for table in ("event", "case_file", "citizen", "record_state", "stream"):
        owner.execute(f"vacuum (analyze) estafette.{table}".encode())
    owner.execute("checkpoint")


def _append(owner: psycopg.Connection[Any], named: dict[str, Any]) -> None:
    with owner.transaction():
        row = owner.execute(
            "update estafette.stream set head = head + %(count)s where stream_id = %(stream)s returning head", named
        ).fetchone()
        assert row is not None
        owner.execute(_EVENTS, {**named, "after": row[0] - named["count"]})


def _project(owner: psycopg.Connection[Any], device: WireDevice, cases: int) -> None:
    named = {"stream": device.me.stream, "office": device.me.office, "agent": device.me.agent, "cases": cases}
    identity = "lpad(to_hex(1700000000000 + g), 12, '0') || '7' || substr(md5(g::text), 1, 19)"
    series = "(select coalesce(max(updated_ms) - 1700000000000, -1) + 1 from {table} where updated_ms < 1800000000000)"
    missing = f"generate_series({series.format(table='estafette.case_file')}, %(cases)s - 1) g"
    owner.execute(
        "insert into estafette.citizen (tenant_id, citizen_id, stream_id, office_id, family_name, given_names,"
        f" search_text, updated_ms) select 1, {identity}, %(stream)s, %(office)s, 'Martin', md5(g::text),"
        f" 'martin ' || md5(g::text), 1700000000000 + g from {missing}".encode(),
        named,
    )
    owner.execute(
        "insert into estafette.record_state (tenant_id, record_type, record_id, stream_id, central_seq, state, agent)"
        f" select 1, 'case', {identity}, %(stream)s, 20 * (g + 1), decode(repeat(md5(g::text), 30), 'hex'), %(agent)s"
        f" from {missing}".encode(),
        named,
    )
    owner.execute(
        "insert into estafette.case_file (tenant_id, case_id, stream_id, office_id, procedure_id, procedure_version,"
        " citizen_id, agent, state, created_ms, submitted_ms, updated_ms)"
        f" select 1, {identity}, %(stream)s, %(office)s, '{PROCEDURE}', '{VERSION}', {identity}, %(agent)s,"
        " case when g %% 20 = 0 then 'submitted' else 'accepted' end, 1700000000000 + g, 1700000000000 + g,"
        f" 1700000000000 + g from {missing}".encode(),
        named,
    )


def _works(place: _Place) -> dict[str, Callable[[], object]]:
    writer, reader, database, owner = place.writer, place.reader, place.database, place.owner
    answers = list(Records().answers().items())
    case = new_id()

    def push() -> None:
        about = {"procedure": PROCEDURE, "procedure_version": VERSION, "office": writer.me.office}
        fields = [writer.event("case", case, "set", {name: value}) for name, value in answers[:2]]
        writer.exchange(None, writer.event("case", new_id(), "set", about), *fields)

    push()
    row = owner.execute("select head from estafette.stream where stream_id = %s", [reader.me.stream]).fetchone()
    assert row is not None
    newest = int(row[0])
    return {
        "select_1": lambda: owner.execute("select 1"),
        "no_op": lambda: reader.exchange(newest, limit=1),
        "pull": lambda: reader.exchange(newest - 3, limit=3),
        "push": push,
        "queue_page": lambda: _read(database, _queue_page),
        "queue_later_page": lambda: _read(database, _later_page),
        "queue_counts": lambda: _read(database, lambda connection: queue_counts(connection, TENANT)),
    }


def _read(database: Database, work: Callable[[Connection], object]) -> None:
    with database.transaction(TENANT) as connection:
        work(connection)


def _queue_page(connection: Connection) -> None:
    assert len(queue(connection, TENANT, limit=PAGE)) == PAGE


def _later_page(connection: Connection) -> None:
    """A page behind the first one of those that wait."""
    after = f"{1_700_000_000_000 + EVENTS_OF_A_CASE * PAGE}-"
    assert len(queue(connection, TENANT, states=("submitted",), limit=PAGE, after=after)) == PAGE
