"""Opens the service's parts from a data directory or a database address, and makes the first tenant."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyotp

from cases.clock import SystemClock
from cases.errors import EnvironmentFault, InputError
from cases.ids import Randomness, SystemRandomness, uuid7
from cases.tracking import ALPHABET
from central.accounts import hash_passphrase, normal_login, seal_totp
from central.context import Central, Settings
from central.covered import DatabaseBackups
from central.database import people
from central.database.client import COMMANDS, NO_TENANT, REQUESTS, Connection, Database
from central.database.migrations import check_migrated, is_migrated, migrate
from central.database.roles import LOGIN_FILE, is_service_login, passing_login, service_login
from central.database.storage import PostgresStorage
from central.devices import DatabaseContacts
from central.enrolment import make_enrolment_code
from central.first_start import FIRST_START_FILE, FirstStart
from central.handover import Waits, held_server
from central.keys import Keys, public_hex
from central.postgres import PrivatePostgres
from central.tree import ReceiptTree

FIRST_TENANT = 1
ISSUER = "Estafette"
SERVE_LOCK = "serve.lock"
"""In the data folder; held while a service runs on it."""


def _quietly(_code: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Names:
    """What the first tenant and its people are called."""

    tenant: str = "Ma collectivité"
    office: str = "Antenne principale"
    supervisor: str = "Responsable"
    supervisor_login: str = "responsable"
    agent: str = "Agent d'accueil"


def prepare_directory(data: Path) -> None:
    """Make the data directory. As root others may walk through it, as PostgreSQL's account must; not list it.

    Raises:
        EnvironmentFault: ``data.unwritable``.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        if not os.access(data, os.W_OK | os.X_OK):
            raise PermissionError
    except OSError as error:
        raise EnvironmentFault("data.unwritable", directory=str(data), cause=type(error).__name__) from error


@contextlib.contextmanager
def only_service(data: Path) -> Iterator[None]:
    """Hold a data folder for one service; the kernel frees it when the process ends, however it ends.

    Two services on one folder would each answer for it, and the second would lose its database with the first.
    Other commands run beside a service on purpose and do not ask: this is not the lock of the private server.

    Raises:
        EnvironmentFault: ``serve.already_running``, ``data.unwritable``.
    """
    prepare_directory(data)
    try:
        lock = (data / SERVE_LOCK).open("ab")
    except OSError as error:
        raise EnvironmentFault("data.unwritable", directory=str(data), cause=type(error).__name__) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentFault("serve.already_running", directory=str(data)) from None
        yield


@contextlib.contextmanager
def opened_conninfo(
    data: Path, url: str | None, *, binaries: Path | None = None, create: bool = True, waits: Waits = _quietly
) -> Iterator[tuple[str, PrivatePostgres | None]]:
    """Bring the database to its newest schema; yield how its owner connects, and see ``opened_database``.

    Raises:
        EnvironmentFault: ``database.not_owner``: ``url`` is of a login for the service alone.
    """
    with _opened_server(data, url, binaries, create, False, waits) as (conninfo, private):
        if url is not None and is_service_login(conninfo):
            raise EnvironmentFault("database.not_owner")
        _migrate(data, url, conninfo, create)
        yield conninfo, private


@contextlib.contextmanager
def opened_database(
    data: Path,
    url: str | None,
    *,
    binaries: Path | None = None,
    create: bool = True,
    keeps: bool = False,
    waits: Waits = _quietly,
) -> Iterator[tuple[Database, PrivatePostgres | None]]:
    """Open the database at its newest schema: the one at ``url``, else the private one in ``data``.

    The private server is started and stopped here, or only joined when another process owns it; see ``handover``.

    Args:
        url: of the database's owner, who migrates it and lets this folder's own login in; or of a login for the
            service alone, and then the owner has migrated it.
        create: make what is not there yet. Without it nothing is made, neither folder nor schema.
        keeps: this is the service: it owns its server, and waits while a command does.
        waits: told when somebody else is waited for.

    Yields:
        The database, and the private server when this process owns it.

    Raises:
        InputError: ``data.none``, ``database.empty``: there is nothing to open. EnvironmentFault: ``data.unreadable``,
            ``data.unwritable``, ``database.old_version``, ``database.no_service_role``, ``database.wrong_role``, and
            those of PostgreSQL.
    """
    with contextlib.ExitStack() as stack:
        conninfo, private = stack.enter_context(_opened_server(data, url, binaries, create, keeps, waits))
        if url is not None and is_service_login(conninfo):
            check_migrated(conninfo)
        else:
            _migrate(data, url, conninfo, create)
            place = data / "postgres" if url is None else data
            kept = create or (place / LOGIN_FILE).exists()
            login = service_login(conninfo, place) if kept else stack.enter_context(passing_login(conninfo))
            conninfo = login.conninfo(conninfo)
        # Only what serves makes things; the other commands read or write at their own pace.
        database = Database(conninfo, patience=REQUESTS if create else COMMANDS)
        database.open()
        try:
            yield database, private
        finally:
            database.close()


@contextlib.contextmanager
def _opened_server(
    data: Path, url: str | None, binaries: Path | None, create: bool, keeps: bool, waits: Waits
) -> Iterator[tuple[str, PrivatePostgres | None]]:
    if create:
        prepare_directory(data)
    elif url is None:
        _require_private(data)
    if url is not None:
        yield url, None
        return
    server = PrivatePostgres(data / "postgres", binaries=binaries)
    with held_server(server, keeps=keeps, waits=waits) as owned:
        yield server.conninfo(), server if owned else None


def _migrate(data: Path, url: str | None, conninfo: str, create: bool) -> None:
    if not create and not is_migrated(conninfo):
        raise nothing_there(data, url)
    migrate(conninfo)


def nothing_there(data: Path, url: str | None) -> InputError:
    """Return the error for a place that no service has been started on."""
    return InputError("database.empty") if url is not None else InputError("data.none", directory=str(data))


def _require_private(data: Path) -> None:
    server = PrivatePostgres(data / "postgres")
    if not server.made:
        raise nothing_there(data, None)
    if not server.readable:
        raise EnvironmentFault("data.unreadable", directory=str(data))


def make_central(data: Path, database: Database, settings: Settings) -> Central:
    """Return the service's parts over an open database."""
    randomness = SystemRandomness()
    clock = SystemClock()
    contacts = DatabaseContacts(database, clock)
    keys = Keys(data / "keys", randomness)
    backups = DatabaseBackups(database, keys)
    tree = ReceiptTree(PostgresStorage(database), keys, clock)
    return Central(database, keys, clock, randomness, settings, tree=tree, backups=backups, contacts=contacts)


def first_start(central: Central, data: Path, names: Names) -> FirstStart | None:
    """Make the first tenant with an office, a supervisor and an agent; None when there is a tenant already.

    What is shown is on disk before it is committed, so that a killed first start never leaves people without a way in.
    """
    with central.transaction(NO_TENANT) as connection:
        if people.tenants(connection):
            return None
    with central.transaction(FIRST_TENANT) as connection:
        shown = _make_tenant(central, connection, names)
        _write_private(data / FIRST_START_FILE, msgspec.json.format(msgspec.json.encode(shown)))
    return shown


def _make_tenant(central: Central, connection: Connection, names: Names) -> FirstStart:
    tenant, now_ms = FIRST_TENANT, central.clock.now_ms()
    office, supervisor, agent = (uuid7(now_ms, central.randomness) for _ in range(3))
    login = normal_login(names.supervisor_login)
    passphrase, totp_secret = _new_passphrase(central.randomness), pyotp.random_base32()
    people.add_to_directory(connection, "tenant", str(tenant), tenant)
    people.add_to_directory(connection, "login", login, tenant)
    people.add_tenant(connection, tenant, names.tenant, now_ms)
    people.add_office(connection, tenant, office, names.office, now_ms)
    people.add_agent(connection, tenant, agent, office, names.agent, now_ms)
    people.add_supervisor(
        connection,
        tenant,
        supervisor,
        name=names.supervisor,
        login=login,
        passphrase_hash=hash_passphrase(passphrase),
        totp_secret=seal_totp(central, supervisor, totp_secret),
        now_ms=now_ms,
    )
    code = make_enrolment_code(central, connection, None, agent)
    return FirstStart(
        url=central.settings.public_url,
        tenant=tenant,
        tenant_name=names.tenant,
        office_name=names.office,
        supervisor_name=names.supervisor,
        supervisor_login=login,
        supervisor_passphrase=passphrase,
        totp_secret=totp_secret,
        totp_uri=pyotp.TOTP(totp_secret).provisioning_uri(name=login, issuer_name=ISSUER),
        agent_name=names.agent,
        enrolment_code=code.code,
        enrolment_expires_ms=code.expires_ms,
        service_key=public_hex(central.keys.service()),
    )


def _new_passphrase(randomness: Randomness) -> str:
    """Return 80 random bits as four groups that can be read out."""
    letters = [ALPHABET[byte & 31].lower() for byte in randomness.token(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def _write_private(path: Path, data: bytes) -> None:
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data + b"\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
