"""The real central service for tests: a private PostgreSQL a session, a fresh database and a running service a test.

A folder's conftest imports the fixtures it wants from here.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyotp
import pytest
from psycopg import sql

from cases.clock import SystemClock
from cases.ids import SystemRandomness
from central import starting
from central.api.application import Service
from central.context import Central, Settings
from central.covered import DatabaseBackups
from central.database.client import REQUESTS, Database, Patience
from central.database.migrations import migrate
from central.database.roles import Login, make_login
from central.database.storage import PostgresStorage
from central.devices import DatabaseContacts
from central.first_start import FirstStart
from central.keys import Keys
from central.metrics import Metrics
from central.postgres import PrivatePostgres
from central.records import ConsoleSession
from central.service import console_session, sign_in_code, sign_in_passphrase
from central.serving import Server, bind
from central.starting import Names
from central.tree import ReceiptTree
from tests.support.proxy import FaultProxy

_numbers = itertools.count(1)
SERVICE = Login("estafette_service_tests", "not a secret")


class MovedClock(SystemClock):
    """The machine's clock, moved by as much as a test says."""

    def __init__(self) -> None:
        self.moved_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.moved_ms

    def move(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        self.moved_ms += int(1000 * (seconds + 60 * minutes + 3600 * hours))


@dataclass
class RunningService:
    """A service that answers on ``url``; ``central`` are its own parts, in this process."""

    url: str
    central: Central
    first: FirstStart
    clock: MovedClock
    owner_conninfo: str
    data: Path
    metrics: Metrics

    @property
    def tenant(self) -> int:
        return self.first.tenant

    def sign_in(self) -> tuple[str, ConsoleSession]:
        """Sign the first supervisor in; return the session's token and the session. Uses up one time step."""
        half_open = sign_in_passphrase(
            self.central, self.first.supervisor_login, self.first.supervisor_passphrase, "127.0.0.1"
        )
        code = pyotp.TOTP(self.first.totp_secret).at(self.clock.now_ms() // 1000)
        token = sign_in_code(self.central, half_open, code, "127.0.0.1")
        session = console_session(self.central, token)
        assert session is not None
        return token, session


def reachable_directory() -> Path:
    """Return a new directory that PostgreSQL's own account can walk to when the tests run as root."""
    directory = Path(tempfile.mkdtemp(prefix="estafette-test-"))
    if os.geteuid() == 0:
        directory.chmod(0o711)
    return directory


@contextlib.contextmanager
def running_postgres() -> Iterator[PrivatePostgres]:
    """A private PostgreSQL with a migrated template database, stopped and removed at the end."""
    directory = reachable_directory()
    try:
        # Durability has tests of its own; elsewhere waiting for the disk would only make the tests slow.
        settings = {"fsync": "off", "full_page_writes": "off", "max_connections": "100"}
        with PrivatePostgres(directory / "postgres", settings=settings) as server:
            with psycopg.connect(server.conninfo(), autocommit=True) as connection:
                connection.execute("create database template_estafette")
            migrate(server.conninfo(dbname="template_estafette"))
            yield server
    finally:
        shutil.rmtree(directory)


def service_conninfo(owner_conninfo: str) -> str:
    """Return how the service connects to a database, its login made where there is none yet."""
    conninfo = SERVICE.conninfo(owner_conninfo)
    try:
        psycopg.connect(conninfo).close()
    except psycopg.OperationalError:
        with psycopg.connect(owner_conninfo, autocommit=True) as owner:
            make_login(owner, SERVICE)
    return conninfo


def fresh_database(server: PrivatePostgres, *, empty: bool = False) -> str:
    """Return how its owner connects to a new database, with the schema unless ``empty``."""
    name = f"test_{next(_numbers)}"
    template = "template0" if empty else "template_estafette"
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return server.conninfo(dbname=name)


@contextlib.contextmanager
def opened_central(
    owner_conninfo: str,
    data: Path,
    clock: MovedClock,
    url: str = "http://127.0.0.1",
    *,
    pool_size: int = 8,
    patience: Patience = REQUESTS,
) -> Iterator[Central]:
    """The service's parts over a database, without HTTP."""
    database = Database(service_conninfo(owner_conninfo), size=pool_size, patience=patience)
    database.open()
    randomness = SystemRandomness()
    try:
        contacts = DatabaseContacts(database, clock)
        keys = Keys(data / "keys", randomness)
        backups = DatabaseBackups(database, keys)
        tree = ReceiptTree(PostgresStorage(database), keys, clock)
        settings = Settings(url)
        yield Central(database, keys, clock, randomness, settings, tree=tree, backups=backups, contacts=contacts)
    finally:
        database.close()


@contextlib.contextmanager
def running_service(
    owner_conninfo: str,
    data: Path,
    *,
    names: Names | None = None,
    proxy: FaultProxy | None = None,
    again: FirstStart | None = None,
    patience: Patience = REQUESTS,
) -> Iterator[RunningService]:
    """The whole service on a free loopback port, first start made, in a thread of this process.

    Args:
        proxy: what clients call instead; the service then goes by the proxy's address.
        again: what the first start of this database said, when it is not the first.
    """
    clock = MovedClock()
    with bind("127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if proxy is not None:
            proxy.serve(listening.getsockname()[1])
            url = proxy.url
        with opened_central(owner_conninfo, data, clock, url, patience=patience) as central:
            first = starting.first_start(central, data, names or Names()) or again
            assert first is not None
            ready = threading.Event()
            service = Service(central)
            server = Server(service, ready.set)
            thread = threading.Thread(target=server.run_on, args=[listening], name="service")
            thread.start()
            try:
                assert ready.wait(30), "the service did not become ready"
                yield RunningService(url, central, first, clock, owner_conninfo, data, service.metrics)
            finally:
                server.fail()
                thread.join(30)
                assert not thread.is_alive(), "the service did not stop"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """The session's private PostgreSQL."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def owner_conninfo(postgres: PrivatePostgres) -> str:
    """How the owner connects to this test's own database, schema in place."""
    return fresh_database(postgres)


@pytest.fixture
def central_service(owner_conninfo: str, tmp_path: Path) -> Iterator[RunningService]:
    """This test's own running service."""
    with running_service(owner_conninfo, tmp_path) as service:
        yield service
