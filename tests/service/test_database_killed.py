"""PostgreSQL is killed in the middle of requests, is full or read-only: a clean error, nothing acknowledged lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import psycopg.sql
import pytest

from central.database import procedures
from central.database.migrations import migrate
from central.enrolment import make_enrolment_code
from central.postgres import PrivatePostgres
from sync.messages import Batch, WireEvent
from tests.support.central_service import RunningService, reachable_directory, running_service
from tests.support.clients import bundle
from tests.support.wire_device import VERSION, Refused, WireDevice, enrolled, new_id

DEVICES = 3
MORE_KILLS = 10
PUSHES_BETWEEN = 12
"""Acknowledged by all together before each kill."""


@dataclass
class Pusher:
    """A device that pushes batch after batch, each until it is acknowledged."""

    device: WireDevice
    acknowledged: list[str] = field(default_factory=list)
    """Hashes of the chain's head, as the receipts said them."""
    refusals: list[tuple[int, str, bool]] = field(default_factory=list)
    """(status, code, whether it says when to come back)."""
    wrong: list[BaseException] = field(default_factory=list)

    def run(self, stopping: threading.Event, pushed: threading.Semaphore) -> None:
        try:
            while not stopping.is_set():
                self._push(self.device.batch(*(self.event() for _ in range(3))))
                pushed.release()
        except BaseException as error:
            self.wrong.append(error)

    def event(self) -> WireEvent:
        return self.device.event("citizen", new_id(), "set", {"family_name": "Martin"})

    def _push(self, batch: Batch) -> None:
        while True:
            try:
                reply = self.device.push(batch)
            except Refused as refused:
                self.refusals.append((refused.problem.status, refused.code, "Retry-After" in refused.headers))
                if refused.code not in ("database.unavailable", "auth.token_expired"):
                    raise
                continue
            assert reply.receipt.head == batch.head
            self.acknowledged.append(batch.head)
            return


@pytest.fixture
def service() -> Iterator[tuple[PrivatePostgres, RunningService]]:
    """A service on a PostgreSQL of its own with the settings of production, looked after as in production."""
    data = reachable_directory()
    with PrivatePostgres(data / "postgres") as server:
        migrate(server.conninfo())
        with running_service(server.conninfo(), data) as running:
            server.watch(lambda: pytest.fail("the server could not be started again"))
            yield server, running
    shutil.rmtree(data)


def pushers(running: RunningService) -> list[Pusher]:
    central = running.central
    with central.transaction(running.tenant) as connection:
        procedures.publish(connection, running.tenant, "apa", VERSION, bundle(), {"fr": "APA"}, 1)
    first = enrolled(running.url, running.first.enrolment_code)
    made = [Pusher(first)]
    while len(made) < DEVICES:
        with central.transaction(running.tenant) as connection:
            code = make_enrolment_code(central, connection, None, first.me.agent)
        made.append(Pusher(enrolled(running.url, code.code)))
    return made


def postmaster(server: PrivatePostgres) -> int:
    return int((server.directory / "cluster" / "postmaster.pid").read_text().split()[0])


def a_backend(server: PrivatePostgres) -> int:
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        found = connection.execute(
            "select pid from pg_stat_activity where application_name = 'estafette' order by query_start desc limit 1"
        ).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.logs_errors
def test_nothing_acknowledged_is_lost_and_the_service_recovers_by_itself(
    service: tuple[PrivatePostgres, RunningService],
) -> None:
    server, running = service
    working = pushers(running)
    stopping, pushed, done = threading.Event(), threading.Semaphore(0), 0
    threads = [threading.Thread(target=each.run, args=[stopping, pushed]) for each in working]
    for thread in threads:
        thread.start()
    try:
        for victim in (postmaster, a_backend, postmaster, *[a_backend] * MORE_KILLS):
            if victim is a_backend and done >= 3 and any(each.refusals for each in working):
                break  # A kill between two requests proves nothing: once one met a request, it is enough.
            for _ in range(PUSHES_BETWEEN):
                assert pushed.acquire(timeout=90), "nobody is served"
            os.kill(victim(server), signal.SIGKILL)
            done += 1
        for _ in range(PUSHES_BETWEEN):
            assert pushed.acquire(timeout=90), "the service did not recover"
    finally:
        stopping.set()
        for thread in threads:
            thread.join(120)
    assert [each.wrong for each in working] == [[]] * DEVICES
    said = {refusal for each in working for refusal in each.refusals}
    assert said <= {(503, "database.unavailable", True)}, said
    assert said, "every kill missed every request"
    with psycopg.connect(server.conninfo()) as owner:
        for each in working:
            held = owner.execute(
                "select seq, hash from estafette.event where device_id = %s order by seq", [each.device.me.device]
            ).fetchall()
            assert [seq for seq, _hash in held] == list(range(1, 3 * len(each.acknowledged) + 1)), "each once, no gap"
            assert set(each.acknowledged) <= {digest for _seq, digest in held}
    for each in working:
        each.device.close()


def refused_push(device: WireDevice, batch: Batch) -> None:
    with pytest.raises(Refused) as refused:
        device.push(batch)
    assert (refused.value.problem.status, refused.value.code) == (503, "database.unavailable")
    assert "Retry-After" in refused.value.headers


def one_batch(device: WireDevice, size: int = 8) -> Batch:
    return device.batch(*(device.event("citizen", new_id(), "set", {"family_name": "x" * size}) for _ in range(3)))


def test_a_read_only_database_gives_no_receipt(central_service: RunningService, device: WireDevice) -> None:
    """As after a failover to a standby, seen from the connections that are open."""
    batch = one_batch(device)
    with psycopg.connect(central_service.owner_conninfo, autocommit=True) as owner:
        name = psycopg.sql.Identifier(owner.info.dbname)
        owner.execute(psycopg.sql.SQL("alter database {} set default_transaction_read_only = on").format(name))
        owner.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'estafette'")
        refused_push(device, batch)
        assert owner.execute("select count(*) from estafette.batch_head").fetchone() == (0,)
        owner.execute("set transaction_read_only = off")
        owner.execute("set default_transaction_read_only = off")
        owner.execute(psycopg.sql.SQL("alter database {} reset default_transaction_read_only").format(name))
        owner.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'estafette'")
    assert device.push(batch).receipt.head == batch.head


@pytest.mark.logs_errors
def test_a_full_disk_gives_no_receipt() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes a small disk")
    data = reachable_directory()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m,mode=0711", "tmpfs", str(data)], check=False)
    if mounted.returncode != 0:
        shutil.rmtree(data)
        pytest.skip("small disks are not to be had here")
    try:
        with PrivatePostgres(data / "postgres", settings={"max_wal_size": "32MB", "min_wal_size": "32MB"}) as server:
            migrate(server.conninfo())
            with running_service(server.conninfo(), data) as running:
                (pusher, *_others) = pushers(running)
                assert pusher.device.push(one_batch(pusher.device)).receipt
                with (data / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
                    while filler.write(bytes(4096)):
                        continue
                batches = [one_batch(pusher.device, 60_000)]
                refused_push(pusher.device, batches[0])
                (data / "filler").unlink()
                assert pusher.device.push(batches[0]).receipt.head == batches[0].head
                for each in (pusher, *_others):
                    each.device.close()
    finally:
        subprocess.run(["umount", "--lazy", str(data)], check=True)
        data.rmdir()
