"""Readers never skip a late commit: thousands of orders in which writers and a reader can meet, on the real PostgreSQL.

One thread drives every connection, so an order is what it says. A writer whose stream another one holds is left
waiting, and the driver goes on with the next step; when the holder ends, PostgreSQL says which of them is next.
"""

from __future__ import annotations

import os
import random
import secrets
import select
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from psycopg.pq import ExecStatus, Format

from cases.events import CHAIN_START, Event, Header, body_bytes, body_digest, header_hash
from central.context import Central
from central.database import people
from central.database.sessions import Statement, send
from central.database.storage import TAKE, taken_in
from central.storage import NewEvents
from tests.support.central_service import MovedClock, opened_central, service_conninfo
from tests.support.wire_device import new_id

INTERLEAVINGS = int(os.environ.get("ESTAFETTE_INTERLEAVINGS", "1000"))
"""Ten thousand for the record (docs/assurance.md); fewer in every run."""
NAIVE = 300
WRITERS = 3
READS = 3
TENANT, OFFICE, AGENT = 1, "0" * 32, "1" * 32
READER = f"{WRITERS:032x}"
_BODY, _SALT = body_bytes({"family_name": "x"}), bytes(16)
_DIGEST = body_digest(_BODY, _SALT)


class Talk:
    """A connection whose answers are not waited for unless asked."""

    def __init__(self, conninfo: str) -> None:
        self.connection = psycopg.connect(conninfo, autocommit=True)
        self.pgconn = self.connection.pgconn
        self._poll = select.poll()
        self._poll.register(self.pgconn.socket, select.POLLIN)

    def do(self, statement: bytes) -> None:
        self.pgconn.exec_(statement)

    def answered(self, *, wait: bool) -> bool:
        """Say whether the answer is there; ``wait`` until it is."""
        while self.pgconn.is_busy():
            if not self._poll.poll(60_000 if wait else 0):
                assert not wait, "no answer"
                return False
            self.pgconn.consume_input()
        return True

    def answer(self, column: int) -> bytes:
        """Return a value of an answer that is there, and empty the line for the next one."""
        result = self.pgconn.get_result()
        assert result is not None and result.status == ExecStatus.TUPLES_OK, result and result.error_message
        value = result.get_value(0, column)
        while self.pgconn.get_result() is not None:
            continue
        return value or b""


class Writer(Talk):
    """One connection that takes a number and then commits or rolls back. ``serial``: one at a time holds a number."""

    serial = True

    def take(self) -> None:
        """Begin to take a number; it may have to wait."""
        raise NotImplementedError

    def number(self) -> int:
        """Return the number, once it is there."""
        raise NotImplementedError

    def end(self, *, commit: bool) -> int | None:
        """End the transaction; return the number if it is committed."""
        number = self.number()
        self.do(b"commit" if commit else b"rollback")
        return number if commit else None


class HeadRowWriter(Writer):
    """A device that pushes as the service does: ``take_batch()`` under the service's own login."""

    def __init__(self, conninfo: str, number: int) -> None:
        super().__init__(conninfo)
        self.device, self.seq, self.prev = f"{number:032x}", 0, CHAIN_START
        self.pgconn.prepare(TAKE.name, TAKE.text)
        self._hash = ""

    def take(self) -> None:
        header = Header(
            1, TENANT, self.device, 1, self.seq + 1, self.prev, AGENT, "citizen", new_id(), "set", 0, 1, _DIGEST
        )
        self._hash = header_hash(header)
        new = NewEvents(TENANT, OFFICE, self.device, 1, AGENT, [Event(header, _BODY, _SALT)], [self._hash], "", 1)
        self.do(f"begin; set local app.tenant_id = '{TENANT}'".encode())
        send(self.pgconn, TAKE, taken_in(new))
        self.pgconn.flush()

    def number(self) -> int:
        return int.from_bytes(self.answer(3), "big")

    def end(self, *, commit: bool) -> int | None:
        number = super().end(commit=commit)
        if commit:
            self.seq, self.prev = self.seq + 1, self._hash
        return number


class SequenceWriter(Writer):
    """The known-bad variant: numbers of a sequence, and nothing that keeps commits in their order."""

    serial = False

    def take(self) -> None:
        self.do(b"begin")
        send(self.pgconn, Statement(b"", b"insert into public.naive default values returning number"))
        self.pgconn.flush()

    def number(self) -> int:
        return int(self.answer(0))


class Reader(Protocol):
    cursor: int

    def read(self) -> list[int]:
        """Return the numbers after the cursor, and move it on."""


class PageReader:
    """A device that pulls as the service lets it."""

    def __init__(self, central: Central) -> None:
        self.cursor = 0
        self._central = central

    def read(self) -> list[int]:
        with self._central.storage.transaction(TENANT) as transaction:
            page = transaction.page(OFFICE, device=READER, after=self.cursor, limit=50, held={})
        assert page.cursor >= self.cursor
        self.cursor = page.cursor
        return [event.central_seq for event in page.events]


class NaiveReader(Talk):
    cursor = 0

    def read(self) -> list[int]:
        found = self.pgconn.exec_params(
            b"select number from public.naive where number > $1 order by number",
            [b"%d" % self.cursor],
            result_format=Format.TEXT,
        )
        numbers = [int(found.get_value(row, 0) or b"0") for row in range(found.ntuples)]
        self.cursor = max([self.cursor, *numbers])
        return numbers


def orders(chance: random.Random, count: int) -> Iterator[list[int]]:
    """Yield orders of two steps of each of some writers, and of reads (-1)."""
    for _ in range(count):
        writers = chance.sample(range(WRITERS), chance.choice((2, 3)))
        steps = [*writers, *writers, *[-1] * READS]
        chance.shuffle(steps)
        yield steps


def next_of(waiting: Sequence[Talk]) -> int:
    """Wait until one of them has its number, and return its place."""
    while True:
        ready, _, _ = select.select([talk.pgconn.socket for talk in waiting], [], [], 60)
        assert ready, "nobody is let in"
        for place, talk in enumerate(waiting):
            if talk.answered(wait=False):
                return place


def play(steps: Sequence[int], writers: Sequence[Writer], reader: Reader, chance: random.Random) -> list[int]:
    """Go through one order; return the committed numbers that the reader missed."""
    begun: set[int] = set()
    holding: list[int] = []
    """Who has a number, and behind it who waits for one."""
    committed: list[int] = []
    seen: list[int] = []
    left = list(steps)
    while left:
        step = left.pop(0)
        if step == -1:
            seen += reader.read()
        elif step not in begun:
            begun.add(step)
            writers[step].take()
            holding.append(step)
            writers[step].answered(wait=holding[0] == step or not writers[step].serial)
        elif writers[step].serial and holding[0] != step:
            assert not writers[step].answered(wait=False), "it has a number while another one holds the stream"
            left.append(step)
        else:
            holding.remove(step)
            number = writers[step].end(commit=chance.random() < 0.8)
            committed += [] if number is None else [number]
            if holding and writers[step].serial:
                first = next_of([writers[waiting] for waiting in holding])
                holding.insert(0, holding.pop(first))
    seen += reader.read()
    assert seen == sorted(set(seen)), "in order, each once"
    return sorted(set(committed) - set(seen))


def close(*talks: Talk) -> None:
    for talk in talks:
        talk.connection.close()


@pytest.fixture
def central(owner_conninfo: str, tmp_path: Path) -> Iterator[Central]:
    with opened_central(owner_conninfo, tmp_path, MovedClock(), pool_size=2) as opened:
        with opened.transaction(TENANT) as connection:
            people.add_tenant(connection, TENANT, "T", 1)
            people.add_office(connection, TENANT, OFFICE, "O", 1)
            people.add_agent(connection, TENANT, AGENT, OFFICE, "A", 1)
            for number in range(WRITERS + 1):
                people.add_device(
                    connection, TENANT, f"{number:032x}", account=AGENT, public_key=f"{number:064x}", name="d", now_ms=1
                )
        yield opened


def test_no_order_of_pushes_and_pulls_hides_an_event(central: Central, owner_conninfo: str) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    writers = [HeadRowWriter(service_conninfo(owner_conninfo), number) for number in range(WRITERS)]
    reader = PageReader(central)
    try:
        for steps in orders(chance, INTERLEAVINGS):
            assert play(steps, writers, reader, chance) == [], steps
    finally:
        close(*writers)
    assert reader.cursor > INTERLEAVINGS


def test_the_same_orders_over_a_plain_sequence_hide_some(owner_conninfo: str) -> None:
    """The known-bad variant: the harness must see that it skips."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with psycopg.connect(owner_conninfo, autocommit=True) as setup:
        setup.execute("create table public.naive (number bigint generated always as identity primary key)")
    writers = [SequenceWriter(owner_conninfo) for _ in range(WRITERS)]
    reader = NaiveReader(owner_conninfo)
    try:
        missed = [play(steps, writers, reader, chance) for steps in orders(chance, NAIVE)]
    finally:
        close(*writers, reader)
    assert sum(map(bool, missed)) > NAIVE // 20
