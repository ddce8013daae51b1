"""Forward-only migrations: plain SQL files, each applied once, in one transaction with its own record."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from cases.errors import DamagedError, EnvironmentFault

APPLICATION_ROLE = "estafette_app"
"""The role that rights are given to; nobody logs in as it. It owns nothing, so row-level security binds its members."""

LOCK_MS = 5_000
"""A step that waits for a table keeps everybody who comes after it waiting: it lets them pass, and tries again."""
TRIES = 24
_PAUSE_S = 1.0


class Migration(NamedTuple):
    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def all_migrations() -> list[Migration]:
    """Return the migrations of this version of the program, in order and numbered without gaps from 1."""
    files = sorted(Path(__file__).parent.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    found = [Migration(int(file.name[:4]), file.stem, file.read_text("utf-8")) for file in files]
    assert [migration.number for migration in found] == list(range(1, len(found) + 1)), "migrations have gaps"
    return found


def is_migrated(owner_conninfo: str) -> bool:
    """Say whether a service has made its schema here.

    Raises:
        EnvironmentFault: ``database.unavailable``.
    """
    try:
        with psycopg.connect(owner_conninfo, autocommit=True) as connection:
            found = connection.execute("select to_regclass('estafette.migration') is not null").fetchone()
    except psycopg.OperationalError as error:
        raise EnvironmentFault("database.unavailable", cause=type(error).__name__) from error
    return bool(found and found[0])


def check_migrated(conninfo: str) -> None:
    """Check, as a login that cannot migrate, that the owner has brought the database to this version.

    Raises:
        EnvironmentFault: ``database.old_version``, ``database.newer_version``, ``database.unavailable``.
    """
    newest = len(all_migrations())
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            (found,) = connection.execute("select max(number) from estafette.migration").fetchone() or (None,)
    except psycopg.OperationalError as error:
        raise EnvironmentFault("database.unavailable", cause=type(error).__name__) from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        found = None
    if found != newest:
        code = "database.newer_version" if found is not None and found > newest else "database.old_version"
        raise EnvironmentFault(code, known=newest, found=found or 0)


def migrate(owner_conninfo: str, *, lock_ms: int = LOCK_MS) -> int:
    """Bring the database to this version and return how many migrations were applied.

    Two services that start at once take turns on the table's lock.

    Args:
        lock_ms: how long a step may wait for a table before it lets others pass and tries again.

    Raises:
        EnvironmentFault: ``database.unavailable``; ``database.newer_version`` when it knows migrations that we do not;
            ``database.too_old`` below PostgreSQL 15.
        DamagedError: ``database.migration_changed`` when an applied migration is not the one we ship.
    """
    try:
        with psycopg.connect(owner_conninfo, autocommit=True) as connection:
            if connection.info.server_version < 15_00_00:
                raise EnvironmentFault("database.too_old", found=connection.info.server_version // 10_000)
            ensure_role(connection)
            _ensure_table(connection)
            return sum(_applied(connection, migration, lock_ms) for migration in all_migrations())
    except psycopg.OperationalError as error:
        raise EnvironmentFault("database.unavailable", cause=type(error).__name__) from error


def ensure_role(connection: psycopg.Connection[Any]) -> None:
    """Make the application role, a thing of the whole server, unless there is one."""
    known = connection.execute("select 1 from pg_catalog.pg_roles where rolname = %s", [APPLICATION_ROLE]).fetchone()
    if known is None:
        # Another service that starts at the same moment may have made it.
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(APPLICATION_ROLE)))


def _ensure_table(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        connection.execute("create schema if not exists estafette")
        connection.execute(
            "create table if not exists estafette.migration ("
            "number integer primary key, name text not null, digest text not null,"
            " applied_at timestamptz not null default now())"
        )


def _applied(connection: psycopg.Connection[Any], migration: Migration, lock_ms: int) -> bool:
    for _try in range(TRIES - 1):
        with contextlib.suppress(psycopg.errors.LockNotAvailable):
            return _apply(connection, migration, lock_ms)
        # Nobody says when the table is free, and a lock that waits holds up the readers behind it: let them through.
        threading.Event().wait(_PAUSE_S)
    return _apply(connection, migration, lock_ms)


def _apply(connection: psycopg.Connection[Any], migration: Migration, lock_ms: int) -> bool:
    """Apply one migration if it is due; say whether it was."""
    with connection.transaction():
        # One at a time, past readers: a backup reads this table to its end, and its own dump would wait behind us.
        connection.execute("lock table estafette.migration in share row exclusive mode")
        applied = dict(connection.execute("select number, digest from estafette.migration").fetchall())
        newest = len(all_migrations())
        if applied and max(applied) > newest:
            raise EnvironmentFault("database.newer_version", known=newest, found=max(applied))
        if migration.number in applied:
            if applied[migration.number] != migration.digest:
                raise DamagedError("database.migration_changed", number=migration.number)
            return False
        connection.execute(f"set local lock_timeout = {int(lock_ms)}".encode())
        connection.execute(migration.text.encode())
        connection.execute(
            "insert into estafette.migration (number, name, digest) values (%s, %s, %s)",
            [migration.number, migration.name, migration.digest],
        )
        return True
