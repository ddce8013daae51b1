"""Readers by cursor skip nothing while many write at once; beside it, what goes wrong without the head row."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cases.events import CHAIN_START, Event, Header, body_bytes, body_digest, header_hash
from central.appending import append_events
from central.context import Central
from central.database import people
from central.database.client import Connection
from central.database.storage import PostgresTransaction
from central.judging import Actor
from central.storage import NewEvents
from sync.messages import Verdict
from tests.support.central_service import MovedClock, opened_central
from tests.support.wire_device import new_id

WRITERS = 8
PUSHES = 12
EVENTS = 5
TENANT, OFFICE, AGENT = 1, "0" * 32, "1" * 32
READER = f"{WRITERS:032x}"
ACTOR = Actor(TENANT, "agent", OFFICE, OFFICE)


@pytest.fixture
def central(owner_conninfo: str, tmp_path: Path) -> Iterator[Central]:
    with opened_central(owner_conninfo, tmp_path, MovedClock(), pool_size=WRITERS + 2) as opened:
        with opened.transaction(TENANT) as connection:
            people.add_tenant(connection, TENANT, "T", 1)
            people.add_office(connection, TENANT, OFFICE, "O", 1)
            people.add_agent(connection, TENANT, AGENT, OFFICE, "A", 1)
            for number in range(WRITERS + 1):
                people.add_device(
                    connection, TENANT, f"{number:032x}", account=AGENT, public_key=f"{number:064x}", name="d", now_ms=1
                )
        yield opened


def chained(device: str, first_seq: int, prev: str) -> tuple[list[Event], list[str]]:
    events, hashes = [], []
    for seq in range(first_seq, first_seq + EVENTS):
        body = body_bytes({"family_name": "x"})
        header = Header(
            1, TENANT, device, 1, seq, prev, AGENT, "citizen", new_id(), "set", 0, 1, body_digest(body, bytes(16))
        )
        prev = header_hash(header)
        events.append(Event(header, body, bytes(16)))
        hashes.append(prev)
    return events, hashes


def append(connection: Connection, events: list[Event], hashes: list[str]) -> list[Verdict]:
    device = events[0].header.device
    new = NewEvents(TENANT, OFFICE, device, 1, AGENT, events, hashes, "", 1)
    return append_events(PostgresTransaction.within(connection, TENANT), ACTOR, new).verdicts()


def write_with_head_row(central: Central, number: int) -> None:
    device, prev = f"{number:032x}", CHAIN_START
    for push in range(PUSHES):
        events, hashes = chained(device, 1 + push * EVENTS, prev)
        with central.transaction(TENANT) as connection:
            append(connection, events, hashes)
        prev = hashes[-1]


def read_by_cursor(central: Central) -> list[int]:
    with central.transaction(TENANT) as connection:
        page = PostgresTransaction.within(connection, TENANT).page(
            OFFICE, device=READER, after=CURSOR[0], limit=50, held={}
        )
    CURSOR[0] = page.cursor
    return [event.central_seq for event in page.events]


CURSOR = [0]


def race(write: Callable[[int], None], read: Callable[[], list[int]]) -> list[int]:
    """Let the writers run while one reader follows; return what the reader saw."""
    writers = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while any(writer.is_alive() for writer in writers):
        seen += read()
    while more := read():
        seen += more
    for writer in writers:
        writer.join()
    return seen


def test_a_reader_by_cursor_sees_every_event_once_and_in_order(central: Central) -> None:
    CURSOR[0] = 0
    seen = race(lambda number: write_with_head_row(central, number), lambda: read_by_cursor(central))
    assert seen == sorted(set(seen))
    assert len(seen) == WRITERS * PUSHES * EVENTS


def test_the_same_reader_skips_rows_over_a_plain_sequence(owner_conninfo: str) -> None:
    """The known-bad variant: numbers of a sequence become visible out of order, and a cursor passes them by."""
    with psycopg.connect(owner_conninfo, autocommit=True) as setup:
        setup.execute("create table public.naive (number bigint generated always as identity primary key)")
    first, second = psycopg.connect(owner_conninfo), psycopg.connect(owner_conninfo)
    with first, second, psycopg.connect(owner_conninfo, autocommit=True) as reader:
        first.execute("insert into public.naive default values")
        second.execute("insert into public.naive default values")
        second.commit()
        seen = [number for (number,) in reader.execute("select number from public.naive where number > 0").fetchall()]
        first.commit()
        seen += [
            number
            for (number,) in reader.execute("select number from public.naive where number > %s", [seen[-1]]).fetchall()
        ]
        held = reader.execute("select count(*) from public.naive").fetchone()
    assert held == (2,) and seen == [2], "number 1 was committed after the cursor had passed it"


def test_the_head_row_makes_the_second_writer_wait_for_the_first(central: Central, owner_conninfo: str) -> None:
    """The same interleaving as the known-bad variant, through push(): the second number cannot appear first."""
    events_a, hashes_a = chained("0" * 32, 1, CHAIN_START)
    events_b, hashes_b = chained(f"{1:032x}", 1, CHAIN_START)
    done = threading.Event()

    def second_writer() -> None:
        with central.transaction(TENANT) as connection:
            append(connection, events_b, hashes_b)
        done.set()

    writer = threading.Thread(target=second_writer)
    with psycopg.connect(owner_conninfo, autocommit=True) as observer:
        with central.transaction(TENANT) as connection:
            append(connection, events_a, hashes_a)
            writer.start()
            waiting = (
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%take_batch%'"
            )
            while observer.execute(waiting).fetchone() == (0,):
                assert not done.is_set()
            assert observer.execute("select count(*) from estafette.event").fetchone() == (0,)
        writer.join(30)
        numbers = observer.execute("select device_id, min(central_seq) from estafette.event group by 1 order by 2")
        assert [row[1] for row in numbers.fetchall()] == [1, 1 + EVENTS]


def test_the_same_batch_from_many_at_once_is_held_once(central: Central) -> None:
    events, hashes = chained("0" * 32, 1, CHAIN_START)
    answers: list[list[int]] = []

    def send(_number: int) -> None:
        with central.transaction(TENANT) as connection:
            verdicts = append(connection, events, hashes)
        answers.append([verdict.central_seq for verdict in verdicts])

    CURSOR[0] = 0
    seen = race(send, lambda: read_by_cursor(central))
    assert len(answers) == WRITERS and all(answer == answers[0] for answer in answers)
    assert seen == answers[0]
