"""What a pull, a push and a page of the queue take while the log grows: flat means that nobody pays for what is old."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from central.database.client import Connection, Database
from central.database.reading import queue, queue_counts
from central.database.roles import service_login
from tests.benchmarks.measure import Figure, figure, middle, repeated
from tests.benchmarks.office import PROCEDURE, VERSION
from tests.benchmarks.records import Records
from tests.benchmarks.service import OfficeService
from tests.support.wire_device import WireDevice, enrolled, new_id

SMALLEST = 100_000
EVENTS_OF_A_CASE = 20
ROUNDS, TIMES = 5, 40
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


def measure_growth(service: OfficeService, largest: int) -> list[Figure]:
    """Fill the log to 100 thousand events, then ten times as many, up to ``largest``; measure at each size."""
    devices = enrolled(service.url, service.codes[3]), enrolled(service.url, service.codes[4])
    figures: list[Figure] = []
    smallest: dict[str, float] = {}
    try:
        with psycopg.connect(service.conninfo(), autocommit=True) as owner, _database(service) as database:
            owner.execute("set session_replication_role = replica")
            size = SMALLEST
            while size <= largest:
                begun = time.perf_counter()
                _fill(owner, devices[0], size)
                filled_s = time.perf_counter() - begun
                taken = _taken(devices[0], devices[1], database, owner)
                smallest = smallest or taken
                figures += _figures(size, taken, smallest, f"filled in {filled_s:.0f} s")
                size *= 10
    finally:
        for device in devices:
            device.close()
    return figures


def _figures(size: int, taken: dict[str, float], smallest: dict[str, float], note: str) -> list[Figure]:
    """Return each latency beside that of the smallest log; the target is on their ratio."""
    return [
        figure(
            f"central.{name}_at_{size}",
            taken[name] / smallest[name],
            unit="x the smallest log",
            floor=1.0,
            target=None if name == "select_1" else FLAT,
            note=f"{1000 * taken[name]:.2f} ms; {note}",
        )
        for name in taken
    ]


@contextmanager
def _database(service: OfficeService) -> Iterator[Database]:
    conninfo = service.conninfo()
    database = Database(service_login(conninfo, service.data / "postgres").conninfo(conninfo), size=1)
    database.open()
    try:
        yield database
    finally:
        database.close()


def _fill(owner: psycopg.Connection[Any], device: WireDevice, size: int) -> None:
    """Bring the log to ``size`` events, as if a device had pushed them; made within the database."""
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


def _taken(
    writer: WireDevice, reader: WireDevice, database: Database, owner: psycopg.Connection[Any]
) -> dict[str, float]:
    """Return the seconds of each: the lowest of the medians of some rounds, as others work on this machine too."""
    answers = Records().answers()
    case = new_id()

    def push() -> None:
        fields = [{name: value} for name, value in list(answers.items())[:2]]
        about = {"procedure": PROCEDURE, "procedure_version": VERSION, "office": writer.me.office}
        events = [writer.event("case", new_id(), "set", about), *(writer.event("case", case, "set", f) for f in fields)]
        writer.exchange(None, *events)

    def head() -> int:
        row = owner.execute("select head from estafette.stream where stream_id = %s", [reader.me.stream]).fetchone()
        assert row is not None
        return int(row[0])

    push()
    newest = head()
    works: dict[str, Callable[[], object]] = {
        "select_1": lambda: owner.execute("select 1"),
        "no_op": lambda: reader.exchange(newest),
        "pull": lambda: reader.exchange(newest - 3),
        "push": push,
        "queue_page": lambda: _read(database, _queue_page),
        "queue_later_page": lambda: _read(database, _later_page),
        "queue_counts": lambda: _read(database, lambda connection: queue_counts(connection, TENANT)),
    }
    return {name: min(middle(repeated(work, TIMES)) for _ in range(ROUNDS)) for name, work in works.items()}


def _read(database: Database, work: Callable[[Connection], object]) -> None:
    with database.transaction(TENANT) as connection:
        work(connection)


def _queue_page(connection: Connection) -> None:
    assert len(queue(connection, TENANT, limit=PAGE)) == PAGE


def _later_page(connection: Connection) -> None:
    """A page from the middle of the smallest log."""
    after = f"{1_700_000_000_000 + SMALLEST // EVENTS_OF_A_CASE // 2}-"
    assert len(queue(connection, TENANT, states=("submitted",), limit=PAGE, after=after)) == PAGE
