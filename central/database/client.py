"""The way to PostgreSQL: one pool, a login that owns nothing, one tenant a transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from cases.errors import EnvironmentFault, InputError
from central.database import arrays
from central.database.roles import require_bound
from central.database.sessions import Connection, PooledConnection, Session

NO_TENANT = 0
"""For what happens before a tenant is known: the directory and the throttle."""
_UNAVAILABLE = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    PoolTimeout,
    # What the connection leads to takes nothing any more: a standby since a moment ago, or the administrator's word.
    psycopg.errors.ReadOnlySqlTransaction,
)
_STRUCK = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
    psycopg.errors.IdleInTransactionSessionTimeout,
)
"""Somebody else's work, or our own, takes too long: what was asked for can be asked again soon."""
POOL_WAIT_S = 10.0
POOL_SIZE_MAX = 16


class Patience(NamedTuple):
    """How long PostgreSQL lets a transaction go on, in milliseconds; 0 is without end.

    Attributes:
        lock_ms: waiting for one lock. statement_ms: one statement. idle_ms: nothing asked within a transaction.
    """

    lock_ms: int
    statement_ms: int
    idle_ms: int

    def settings(self, scope: str = "session") -> str:
        """Return the statements that set it, for the ``session`` or the transaction (``local``)."""
        named = zip(("lock", "statement", "idle_in_transaction_session"), self, strict=True)
        return "; ".join(f"set {scope} {name}_timeout = {int(limit)}" for name, limit in named)


REQUESTS = Patience(8_000, 30_000, 60_000)
"""Somebody waits for the answer, and a client gives up sooner or later: better a word now than a thread for good."""
COMMANDS = Patience(60_000, 3_600_000, 3_600_000)
"""An administrator's command, which may read everything there is; others do not wait for it."""
WHOLE_STREAM = Patience(8_000, 600_000, 600_000)
"""A snapshot of a whole stream is read and packed in one transaction, without a lock."""


class Database:
    """Transactions under a login of the service. Any thread.

    Args:
        conninfo: of that login (``central.database.roles``); the owner is refused.
        size: connections at most.
        patience: of every transaction that does not say otherwise.
    """

    def __init__(self, conninfo: str, *, size: int = POOL_SIZE_MAX, patience: Patience = REQUESTS) -> None:
        self._patience = patience
        self._pool = ConnectionPool(
            make_conninfo(conninfo, application_name="estafette"),
            connection_class=PooledConnection,
            min_size=1,
            max_size=size,
            timeout=POOL_WAIT_S,
            configure=self._configure,
            # Transactions are begun by hand, together with their setting: one round trip less.
            kwargs={"autocommit": True},
            open=False,
        )

    def open(self) -> None:
        """Return once a first connection stands.

        Raises:
            EnvironmentFault: ``database.unavailable``; ``database.wrong_role``: isolation does not bind this login.
        """
        try:
            self._pool.open(wait=True, timeout=POOL_WAIT_S)
            with self._pool.connection() as connection:
                require_bound(connection)
        except (PoolTimeout, psycopg.OperationalError) as error:
            self._pool.close()
            raise EnvironmentFault("database.unavailable") from error
        except BaseException:
            self._pool.close()
            raise

    def close(self) -> None:
        self._pool.close()

    def pool_stats(self) -> dict[str, int]:
        """Return the pool's figures: connections, free ones, who waits."""
        return dict(self._pool.get_stats())

    def _configure(self, connection: PooledConnection) -> None:
        settings = f"set default_transaction_isolation to 'read committed'; {self._patience.settings()}"
        connection.execute(settings.encode(), prepare=False)
        arrays.register(connection)

    @contextlib.contextmanager
    def transaction(self, tenant: int) -> Iterator[Connection]:
        """One transaction that sees and takes only rows of ``tenant``.

        Raises:
            As ``session``.
        """
        with self.session(tenant) as session:
            yield session.connection

    @contextlib.contextmanager
    def session(self, tenant: int) -> Iterator[Session]:
        """The same, begun by its first statement, for those who count journeys to the server.

        The setting is local to the transaction, so nothing of it is left on a pooled connection.

        Raises:
            EnvironmentFault: ``service.busy``: a lock not granted, or a statement not done, in good time.
                ``database.unavailable``: no connection, disk full, read-only, server stopping.
                Nothing was committed, or, when the connection broke during the commit, it is unknown: ask again.
            InputError: ``request.unstorable``: what was asked for holds what no column can (NUL, half a character).
        """
        # SET LOCAL and not set_config(): a distributed PostgreSQL passes only the former on to its nodes.
        session = Session(self._pool, f"set local app.tenant_id = '{int(tenant)}'")
        try:
            with _ending(session):
                yield session
        except _STRUCK as error:
            raise EnvironmentFault("service.busy", cause=type(error).__name__) from error
        except _UNAVAILABLE as error:
            raise EnvironmentFault("database.unavailable", cause=type(error).__name__) from error
        except (psycopg.DataError, UnicodeEncodeError) as error:
            # Every parameter of ours comes from a request: who sent it is told, and it is no fault of the service.
            raise InputError("request.unstorable", cause=type(error).__name__) from error


@contextlib.contextmanager
def _ending(session: Session) -> Iterator[None]:
    """Commit at the end, roll back on an exception, and give the connection back."""
    try:
        try:
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise
    finally:
        session.release()


__all__ = ["COMMANDS", "NO_TENANT", "POOL_WAIT_S", "REQUESTS", "WHOLE_STREAM", "Connection", "Database", "Patience"]
