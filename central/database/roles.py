"""Who connects: the owner migrates and backs up, the service logs in as a role that owns nothing.

Rights hang on ``estafette_app``, which nobody logs in as. Each data folder has a login of its own that is a member of
it, named in ``service.login`` together with its password, so that several services on one server never meet. None of
them can become the owner.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cases.errors import DamagedError, EnvironmentFault
from central.database.migrations import APPLICATION_ROLE

LOGIN_FILE = "service.login"
PREFIX = "estafette_service_"
_CONNECT_S = 10

# Whoever is, or by any membership may become, a superuser, a role that passes by row-level security or makes roles, or
# the schema's owner. A role is a member of itself.
_STANDING = """
select exists (select 1 from pg_catalog.pg_roles strong
        where (strong.rolsuper or strong.rolbypassrls or strong.rolcreaterole)
            and pg_has_role(r.oid, strong.oid, 'member'))
        or coalesce(pg_has_role(r.oid, n.nspowner, 'member'), false),
    coalesce(pg_has_role(r.oid, a.oid, 'usage'), false)
from pg_catalog.pg_roles r
left join pg_catalog.pg_namespace n on n.nspname = 'estafette'
left join pg_catalog.pg_roles a on a.rolname = %s
where r.rolname = session_user
"""


class Login(NamedTuple):
    """A role that logs in."""

    name: str
    password: str

    def conninfo(self, owner_conninfo: str) -> str:
        """Return how this role connects to the database that the owner connects to."""
        return make_conninfo(owner_conninfo, user=self.name, password=self.password)


class Standing(NamedTuple):
    """What a login may do.

    Attributes:
        unbound: it is, or can become, one that row-level security does not bind.
        serves: it has the service's rights.
    """

    unbound: bool
    serves: bool


def standing(connection: psycopg.Connection[Any]) -> Standing:
    """Return what the login of a connection may do."""
    found = connection.execute(_STANDING, [APPLICATION_ROLE]).fetchone()
    assert found is not None, "whoever logs in is a role"
    return Standing(*found)


def require_bound(connection: psycopg.Connection[Any]) -> None:
    """Raise EnvironmentFault ``database.wrong_role`` unless the login is one for the service."""
    unbound, serves = standing(connection)
    if unbound or not serves:
        raise EnvironmentFault("database.wrong_role", role=connection.info.user)


def is_service_login(conninfo: str) -> bool:
    """Say whether this is a login for the service alone, which cannot migrate.

    Raises:
        EnvironmentFault: ``database.unavailable``.
    """
    try:
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=_CONNECT_S) as connection:
            unbound, serves = standing(connection)
    except psycopg.OperationalError as error:
        raise EnvironmentFault("database.unavailable", cause=type(error).__name__) from error
    return serves and not unbound


def service_login(owner_conninfo: str, directory: Path) -> Login:
    """Return the login of this folder's service, made with its password on first use.

    Raises:
        EnvironmentFault: ``database.no_service_role``: the owner may not make it, somebody else must (``role``).
        DamagedError: ``login.damaged``: its file is not what was written.
    """
    login = _read(directory / LOGIN_FILE)
    try:
        psycopg.connect(login.conninfo(owner_conninfo), connect_timeout=_CONNECT_S).close()
    except psycopg.OperationalError:
        # New, or of a database that was put back without its roles, or its password is another one by now.
        with psycopg.connect(owner_conninfo, autocommit=True) as owner:
            make_login(owner, login)
    return login


@contextlib.contextmanager
def passing_login(owner_conninfo: str) -> Iterator[Login]:
    """Make a login for a command that must leave no file behind; it is gone at the end.

    Raises:
        EnvironmentFault: ``database.no_service_role``.
    """
    login = _new()
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        make_login(owner, login)
        try:
            yield login
        finally:
            owner.execute(sql.SQL("drop role {}").format(sql.Identifier(login.name)))


def make_login(owner: psycopg.Connection[Any], login: Login) -> None:
    """Make the role, or give it its password again. The password travels as what SCRAM keeps of it.

    Raises:
        EnvironmentFault: ``database.no_service_role``.
    """
    kept = owner.pgconn.encrypt_password(login.password.encode(), login.name.encode(), b"scram-sha-256").decode()
    name = sql.Identifier(login.name)
    try:
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            owner.execute(sql.SQL("create role {} nologin").format(name))
        owner.execute(
            sql.SQL("alter role {} login nocreatedb inherit password {}").format(name, sql.Literal(kept)), prepare=False
        )
        owner.execute(sql.SQL("grant {} to {}").format(sql.Identifier(APPLICATION_ROLE), name))
    except psycopg.errors.InsufficientPrivilege as error:
        raise EnvironmentFault("database.no_service_role", role=login.name) from error


def _new() -> Login:
    return Login(f"{PREFIX}{secrets.token_hex(4)}", secrets.token_urlsafe(32))


def _read(path: Path) -> Login:
    """Return what the file says, making it durably when there is none: of two that start at once, both keep one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_suffix(f".{os.getpid()}.new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(" ".join(_new()) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
        beside.unlink()
    words = path.read_text("ascii").split()
    if len(words) != 2 or not words[0].startswith(PREFIX):
        raise DamagedError("login.damaged", file=str(path))
    return Login(*words)
