"""The way to PostgreSQL: one pool, one role that owns nothing, one tenant a transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from cases.errors import EnvironmentFault, InputError
from central.database import arrays
from central.database.migrations import APPLICATION_ROLE

Connection = psycopg.Connection[tuple[Any, ...]]
NO_TENANT = 0
"""For what happens before a tenant is known: the directory and the throttle."""
POOL_WAIT_S = 10.0
POOL_SIZE_MAX = 16


class Database:
    """Transactions under the application role. Any thread.

    Args:
        conninfo: of the owner, or of the application role itself.
        size: connections at most.
    """

    def __init__(self, conninfo: str, *, size: int = POOL_SIZE_MAX) -> None:
        self._pool = ConnectionPool(
            make_conninfo(conninfo, application_name="estafette"),
            min_size=1,
            max_size=size,
            timeout=POOL_WAIT_S,
            configure=_lay_rights_down,
            # Transactions are begun by hand, together with their setting: one round trip less.
            kwargs={"autocommit": True},
            open=False,
        )

    def open(self) -> None:
        """Return once a first connection stands.

        Raises:
            EnvironmentFault: ``database.unavailable``.
        """
        try:
            self._pool.open(wait=True, timeout=POOL_WAIT_S)
        except PoolTimeout as error:
            self._pool.close()
            raise EnvironmentFault("database.unavailable") from error

    def close(self) -> None:
        self._pool.close()

    def pool_stats(self) -> dict[str, int]:
        """Return the pool's figures: connections, free ones, who waits."""
        return dict(self._pool.get_stats())

    @contextlib.contextmanager
    def transaction(self, tenant: int) -> Iterator[Connection]:
        """One transaction that sees and takes only rows of ``tenant``.

        The setting is local to the transaction, so nothing of it is left on a pooled connection.

        Raises:
            EnvironmentFault: ``database.unavailable``: no connection, disk full, server stopping, a lock not granted.
                Nothing was committed, or, when the connection broke during the commit, it is unknown: ask again.
            InputError: ``request.unstorable``: what was asked for holds what no column can (NUL, half a character).
        """
        # SET LOCAL and not set_config(): a distributed PostgreSQL passes only the former on to its nodes.
        begin = f"begin; set local app.tenant_id = '{int(tenant)}'".encode()
        try:
            with self._begun(begin) as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            raise EnvironmentFault("database.unavailable", cause=type(error).__name__) from error
        except (psycopg.DataError, UnicodeEncodeError) as error:
            # Every parameter of ours comes from a request: who sent it is told, and it is no fault of the service.
            raise InputError("request.unstorable", cause=type(error).__name__) from error

    @contextlib.contextmanager
    def _begun(self, begin: bytes) -> Iterator[Connection]:
        """A connection on which a transaction was begun, committed at the end.

        No connection is tested before it is used: one that turns out to be broken, before anything was done on it,
        gives way to another, until one that was made anew is broken as well.
        """
        for _attempt in range(self._pool.max_size + 1):
            connection = self._pool.getconn()
            try:
                connection.execute(begin, prepare=False)
                break
            except psycopg.OperationalError:
                self._pool.putconn(connection)
        else:
            connection = self._pool.getconn()
            try:
                connection.execute(begin, prepare=False)
            except BaseException:
                self._pool.putconn(connection)
                raise
        try:
            # Commits at the end, rolls back on an exception.
            with _ending(connection):
                yield connection
        finally:
            self._pool.putconn(connection)


@contextlib.contextmanager
def _ending(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if not connection.broken:
            connection.rollback()
        raise
    connection.commit()


def _lay_rights_down(connection: Connection) -> None:
    """Act as the role that owns nothing, whatever the login role may do."""
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(APPLICATION_ROLE)))
    connection.execute("set default_transaction_isolation to 'read committed'")
    arrays.register(connection)
