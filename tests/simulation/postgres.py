"""The nightly variant of the world's service: the same logic on a real PostgreSQL, a private one for the whole run."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache

import psycopg
from psycopg import sql

from cases import merge
from cases.clock import Clock
from cases.ids import Randomness
from cases.workflow import State
from central.database import people, procedures
from central.database.client import Database
from central.database.storage import PostgresStorage, PostgresTransaction
from central.postgres import PrivatePostgres
from central.records import Device
from central.tree import ReceiptTree
from sync.messages import bundle_version
from tests.simulation.clocks import Chance, MachineClock
from tests.simulation.ledger import Deed, Held
from tests.simulation.services import InMemory, held_of
from tests.support.central_memory import OFFICES, TENANT, MemoryCentral, Quiet
from tests.support.central_service import running_postgres, service_conninfo
from tests.support.memory_storage import EPOCH_STEP, MemoryStorage

_numbers = itertools.count(1)
_HELD = """
select e.stream_id, e.central_seq, e.device_id, e.incarnation, e.seq, e.hash, e.agent, e.record_type, e.record_id,
    e.kind, e.base, e.time_ms, e.body, e.state, e.code
from estafette.event e where e.tenant_id = %s order by e.central_seq
"""


@lru_cache
def server() -> PrivatePostgres:
    """Return the run's PostgreSQL, started by the first world that needs it and stopped with the program."""
    running = running_postgres()
    started = running.__enter__()
    atexit.register(running.__exit__, None, None, None)
    return started


class KillableStorage:
    """A ``PostgresStorage`` whose process can end right before a commit and right after it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.RLock()
        self.before_commit: Callable[[], None] = lambda: None
        self.after_commit: Callable[[], None] = lambda: None
        self._database: Database | None = None

    def opened(self) -> PostgresStorage:
        if self._database is None:
            self._database = Database(service_conninfo(server().conninfo(dbname=self.name)), size=2)
            self._database.open()
        return PostgresStorage(self._database)

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    @contextlib.contextmanager
    def transaction(self, tenant: int) -> Iterator[PostgresTransaction]:
        with self.opened().transaction(tenant) as transaction:
            yield transaction
            wrote = _wrote(transaction)
            if wrote:
                self.before_commit()
        if wrote:
            self.after_commit()

    @contextlib.contextmanager
    def quiet(self, tenant: int) -> Iterator[PostgresTransaction]:
        """One transaction of the service's own jobs, which no request's end cuts short."""
        with self.opened().transaction(tenant) as transaction:
            yield transaction

    def restarted(self) -> None:
        """A new process has new connections."""
        self.close()


def _wrote(transaction: PostgresTransaction) -> bool:
    found = transaction.connection.execute("select pg_current_xact_id_if_assigned() is not null").fetchone()
    return bool(found and found[0])


class PostgresCentral(MemoryCentral):
    """The service in memory, but for its storage and what that must know of devices and procedures."""

    def __init__(self, clock: Clock, randomness: Randomness, storage: KillableStorage) -> None:
        self._killable = storage
        super().__init__(clock, randomness, storage=MemoryStorage())

    def __post_init__(self) -> None:
        joined, self._waiting = self._join, list[tuple[Device, str, str]]()
        self._join = lambda *arguments: self._waiting.append(arguments)  # type: ignore[method-assign]
        super().__post_init__()
        self._join = joined  # type: ignore[method-assign]
        self.core.storage = self._killable
        self.core.tree = ReceiptTree(Quiet(self._killable), self.keys, self.clock)
        with self._killable.transaction(TENANT) as transaction:
            connection = transaction.connection
            people.add_tenant(connection, TENANT, "Département de démonstration", self.clock.now_ms())
            for office in OFFICES:
                people.add_office(connection, TENANT, office, office, self.clock.now_ms())
        for arguments in self._waiting:
            self._join(*arguments)

    def _join(self, device: Device, account: str, name: str) -> None:
        super()._join(device, account, name)
        now_ms = self.clock.now_ms()
        with self._killable.transaction(TENANT) as transaction:
            connection = transaction.connection
            if device.kind == "console":
                people.add_console_device(connection, TENANT, device.device, 1, device.public_key, now_ms)
                return
            if people.device(connection, TENANT, device.device) is None:
                if people.lock_agent(connection, TENANT, account) is None:
                    people.add_agent(connection, TENANT, account, str(device.office), name, now_ms)
                people.add_device(
                    connection,
                    TENANT,
                    device.device,
                    account=account,
                    public_key=device.public_key,
                    name=name,
                    now_ms=now_ms,
                )

    def assign(self, agent: str, office: str, *, ended: bool) -> None:
        super().assign(agent, office, ended=ended)
        now_ms = self.clock.now_ms()
        with self._killable.transaction(TENANT) as transaction:
            people.assign(
                transaction.connection,
                TENANT,
                agent,
                office=office,
                ended_ms=now_ms if ended else None,
                now_ms=now_ms,
            )

    def placed(self, agent: str) -> tuple[str, bool] | None:
        with self._killable.quiet(TENANT) as transaction:
            found = people.lock_agent(transaction.connection, TENANT, agent)
        return None if found is None else (found.office, found.ended)

    def device(self, name: str) -> Device | None:
        with self._killable.quiet(TENANT) as transaction:
            return people.device(transaction.connection, TENANT, name)

    def publish(self, procedure: str, bundle: bytes) -> str:
        with self._killable.transaction(TENANT) as transaction:
            version, now_ms = bundle_version(bundle), self.clock.now_ms()
            procedures.publish(transaction.connection, TENANT, procedure, version, bundle, {"fr": procedure}, now_ms)
        return super().publish(procedure, bundle)

    def come_back(self) -> None:
        """The database was put back: a new epoch, numbers that were never given, a new device of the console.

        One backup may be put back twice, so neither follows from what it holds (``central.restoring``).
        """
        self.epoch += 1
        with psycopg.connect(server().conninfo(dbname=self._killable.name)) as connection:
            connection.execute("update estafette.tenant set epoch = %s where tenant_id = %s", [self.epoch, TENANT])
            connection.execute(
                "update estafette.stream set head = greatest((head >> %s) + 1, %s) << %s where tenant_id = %s",
                [EPOCH_STEP, self.epoch, EPOCH_STEP, TENANT],
            )
        self._add_console()
        self.forget_tokens()


class OnPostgres(InMemory):
    """The service on PostgreSQL."""

    def __init__(self, clock: MachineClock, chance: Chance) -> None:
        self._name = f"world_{next(_numbers)}"
        self._kept = f"{self._name}_backup"
        self._has_backup = False
        _administer("create database {} template template_estafette", self._name)
        self.storage = KillableStorage(self._name)
        self.postgres = PostgresCentral(clock, chance, self.storage)
        self.central = self.postgres

    def close(self) -> None:
        """Remove the database."""
        self.storage.close()
        for name in (self._name, self._kept):
            _administer("drop database if exists {}", name)

    def kill_at(self, point: str) -> None:
        self._spare()
        if point:
            setattr(self.storage, point, self._ended)

    def _spare(self) -> None:
        self.storage.before_commit = self.storage.after_commit = lambda: None

    def restart(self) -> None:
        self._spare()
        self.storage.restarted()
        self.central.forget_tokens()

    def cases(self) -> list[str]:
        return sorted({held.deed.record for held in self.held() if held.record_type == "case"})

    def change_status(self, case: str, to: State, *, message: str = "", reasons: str = "") -> Deed | None:
        return self.act_on_status(case, self.states().get(("case", case), merge.EMPTY), to, message, reasons)

    def backup(self) -> None:
        self.storage.close()
        _administer("drop database if exists {}", self._kept)
        _administer("create database {} template {}", self._kept, self._name)
        self._has_backup = True

    def restore(self) -> bool:
        if not self._has_backup:
            return False
        self.storage.close()
        _administer("drop database {}", self._name)
        _administer("create database {} template {}", self._name, self._kept)
        self.postgres.come_back()
        return True

    def held(self) -> list[Held]:
        with self.storage.transaction(TENANT) as transaction:
            found = transaction.connection.execute(_HELD, [TENANT]).fetchall()
        return [held_of(row) for row in found]


def _administer(statement: str, *names: str) -> None:
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
