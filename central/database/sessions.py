"""One transaction on one connection, in as few journeys to the server as it can be.

A journey costs both ends more than most statements do. So a transaction begins together with its first statement, what
is only written goes with the commit, and a transaction of one statement is one journey (libpq's pipeline mode).
"""

from __future__ import annotations

import select
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg_pool import ConnectionPool

from central.database.arrays import Array

T = TypeVar("T")
Parameter = str | int | bool | Array | None
Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]
_READ, _WRITE = select.POLLIN, select.POLLIN | select.POLLOUT


class PooledConnection(psycopg.Connection[Row]):
    """A connection that knows what was prepared on it. ``prepared``: names of statements."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.prepared: set[bytes] = set()

    def rollback(self) -> None:
        """Roll back. The driver may forget everything that was prepared then, so all of it is."""
        super().rollback()
        self.pgconn.exec_(b"deallocate all")
        self.prepared.clear()


class Statement(NamedTuple):
    """A statement of the hot path, prepared once on each connection.

    Attributes:
        text: with ``$1``… for its parameters, each with a cast to its type.
    """

    name: bytes
    text: bytes


class _Step(NamedTuple):
    statement: Statement
    parameters: Sequence[Parameter] = ()


_BEGIN = _Step(Statement(b"estafette_begin", b"begin"))
_ROLLBACK = _Step(Statement(b"", b"rollback"))
_COMMIT = _Step(Statement(b"estafette_commit", b"commit"))


class Session:
    """One transaction of one tenant, begun when something is first asked. One thread.

    Args:
        pool: where its connection comes from; its connections commit by themselves outside of ``begin``.
        setting: the ``set local`` that names the tenant.
    """

    def __init__(self, pool: ConnectionPool[PooledConnection], setting: str) -> None:
        self._pool = pool
        self._setting = setting
        self._connection: PooledConnection | None = None
        self._deferred: list[_Step] = []

    @property
    def connection(self) -> PooledConnection:
        """The connection, with the transaction begun and all that was deferred done."""
        if self._connection is None:
            self._first(lambda connection: connection.execute(f"begin; {self._setting}".encode(), prepare=False))
        assert self._connection is not None
        if self._deferred:
            steps, self._deferred = self._deferred, []
            _journey(self._connection, steps)
        return self._connection

    def ask(self, statement: Statement, parameters: Sequence[Parameter]) -> list[Row]:
        """Return a statement's rows, within the transaction."""
        return self.ask_each((statement, parameters))[0]

    def ask_each(self, *asked: tuple[Statement, Sequence[Parameter]]) -> list[list[Row]]:
        """Return the rows of each statement, within the transaction: one journey, done in order."""
        steps = [_Step(*one) for one in asked]

        def found(connection: PooledConnection, before: list[_Step]) -> list[list[Row]]:
            results = _journey(connection, [*before, *steps])
            return [_rows(connection, results, place) for place in range(-len(steps), 0)]

        if self._connection is None:
            return self._first(lambda connection: found(connection, [_BEGIN, self._set()]))
        before, self._deferred = self._deferred, []
        return found(self._connection, before)

    def ask_alone(self, statement: Statement, parameters: Sequence[Parameter]) -> list[Row]:
        """Return a statement's rows; where nothing was begun yet, in a transaction of its own that is over then."""
        if self._connection is not None:
            return self.ask(statement, parameters)
        steps = [_BEGIN, self._set(), _Step(statement, parameters), _COMMIT]
        found = self._first(lambda connection: _rows(connection, _journey(connection, steps), place=-2))
        self.release()
        return found

    def defer(self, statement: Statement, parameters: Sequence[Parameter]) -> None:
        """Do a statement that gives nothing back before the next one or the commit, whichever comes first."""
        self._deferred.append(_Step(statement, parameters))

    def commit(self) -> None:
        """Commit what was begun."""
        if self._deferred and self._connection is None:
            self._first(lambda connection: _journey(connection, [_BEGIN, self._set()]))
        if self._connection is None:
            return
        if self._deferred:
            steps, self._deferred = [*self._deferred, _COMMIT], []
            _journey(self._connection, steps)
        else:
            self._connection.commit()

    def rollback(self) -> None:
        """Undo what was begun."""
        self._deferred = []
        if self._connection is not None:
            _roll_back(self._connection)

    def release(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.putconn(connection)

    def _set(self) -> _Step:
        return _Step(Statement(b"", self._setting.encode()))

    def _first(self, work: Callable[[PooledConnection], T]) -> T:
        """Do the transaction's first work.

        No connection is tested before it is used: one that turns out to be broken, before anything was done on it,
        gives way to another, until one that was made anew is broken as well.
        """
        for left in range(self._pool.max_size + 1, -1, -1):
            connection = self._pool.getconn()
            try:
                done = work(connection)
            except BaseException as error:
                broken = connection.broken
                _roll_back(connection)
                self._pool.putconn(connection)
                if broken and left and isinstance(error, psycopg.OperationalError):
                    continue
                raise
            self._connection = connection
            return done
        raise AssertionError("unreachable")


class Begun(Session):
    """The same over a connection on which somebody else has begun, and will end, the transaction."""

    def __init__(self, connection: Connection) -> None:
        assert isinstance(connection, PooledConnection)
        self._connection = connection
        self._deferred = []

    def defer(self, statement: Statement, parameters: Sequence[Parameter]) -> None:
        """Do it at once: who ends the transaction knows nothing of us."""
        self.ask(statement, parameters)


def _roll_back(connection: PooledConnection) -> None:
    """Undo; not by the driver's own word for it, with which it also forgets what was prepared."""
    if not connection.closed and connection.pgconn.transaction_status != TransactionStatus.IDLE:
        _journey(connection, [_ROLLBACK])


def _rows(connection: PooledConnection, results: Sequence[PGresult], place: int = -1) -> list[Row]:
    transformer = Transformer.from_context(connection)
    transformer.set_pgresult(results[place], format=Format.BINARY)
    return transformer.load_rows(0, results[place].ntuples, tuple)


def _journey(connection: PooledConnection, steps: Sequence[_Step]) -> list[PGresult]:
    """Send statements together and return the result of each. The first that fails ends it: none after it is done.

    Raises:
        psycopg.Error: as the driver itself would.
    """
    pgconn = connection.pgconn
    fresh = list(dict.fromkeys(step.statement for step in steps if step.statement.name not in connection.prepared))
    try:
        pgconn.enter_pipeline_mode()
        for statement in fresh:
            if statement.name:
                pgconn.send_prepare(statement.name, statement.text)
        for step in steps:
            send(pgconn, *step)
        pgconn.pipeline_sync()
        results = _received(pgconn)
        pgconn.exit_pipeline_mode()
    except BaseException:
        if pgconn.status != ConnStatus.BAD:
            # Left in the middle of a talk: of no more use to anybody.
            connection.close()
        raise
    named = [statement for statement in fresh if statement.name]
    connection.prepared.update(
        statement.name
        for statement, result in zip(named, results, strict=False)
        if result.status == ExecStatus.COMMAND_OK
    )
    for result in results:
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise error_from_result(result, "utf-8")
    return results[len(named) :]


def send(pgconn: PGconn, statement: Statement, parameters: Sequence[Parameter] = ()) -> None:
    """Send a statement, prepared before unless it has no name, and wait for nothing."""
    values: list[Any] = []
    formats: list[int] = []
    for value in parameters:
        if isinstance(value, Array):
            values.append(value.data)
            formats.append(Format.BINARY)
        elif isinstance(value, str):
            # As binary, so that a NUL in it is refused and does not end it.
            values.append(value.encode())
            formats.append(Format.BINARY)
        else:
            values.append(None if value is None else b"%d" % value)
            formats.append(Format.TEXT)
    name, text = statement
    if name:
        pgconn.send_query_prepared(name, values, formats, Format.BINARY)
    else:
        pgconn.send_query_params(text, None)


def _received(pgconn: PGconn) -> list[PGresult]:
    """Return the results up to the journey's end. Waits without a limit, and without the interpreter's lock."""
    waiting = select.poll()
    waiting.register(pgconn.socket, _WRITE)
    while pgconn.flush():
        waiting.poll()
        # The other end may have filled our side too: it reads on only once we have.
        pgconn.consume_input()
    waiting.modify(pgconn.socket, _READ)
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            waiting.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if pgconn.status == ConnStatus.BAD:
                raise psycopg.OperationalError("the connection is lost")
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return results
        else:
            results.append(result)
