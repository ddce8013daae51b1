"""The encrypted database: one writer at a time, readers with connections of their own.

The only module that imports ``sqlcipher3`` and ``sqlite_utils``. sqlite-utils looks for ``pysqlite3`` first and takes
its exception classes from there; without the two ``sys.modules`` lines below, a failed query of its leaves a
transaction open and later rows vanish at close (measured). So they come before its first import anywhere in the
process. It is imported when it is first used: it takes as long as a whole start, and most starts migrate nothing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import sqlcipher3 as sqlcipher3
import sqlcipher3.dbapi2

if "sqlite_utils" in sys.modules:
    raise ImportError("sqlite_utils was imported before cases.store.engine")
sys.modules["pysqlite3"] = sqlcipher3
sys.modules["pysqlite3.dbapi2"] = sqlcipher3.dbapi2

from cases.errors import DamagedError, EnvironmentFault, EstafetteError  # noqa: E402
from cases.ports import Disk, PlainDisk  # noqa: E402
from cases.store.turn import Turn  # noqa: E402

T = TypeVar("T")
Row = tuple[Any, ...]
if TYPE_CHECKING:
    # The module ships no types; its interface is the standard library's.
    from sqlite3 import Connection as Connection

    from sqlite_utils import Database as Database
else:
    Connection = sqlcipher3.dbapi2.Connection

SQLITE_MIN = (3, 51, 3)
"""Versions 3.7.0 to 3.51.2 can corrupt a WAL store (the WAL-reset bug)."""
KEY_SIZE = 32
BUSY_TIMEOUT_S = 10.0
WRITER_CACHE_KIB = 64 * 1024
READER_CACHE_KIB = 16 * 1024
FREE_BYTES_MIN = 1024 * 1024
"""Below this much free space an I/O error while writing is called a full disk."""

_FULL, _READONLY, _BUSY, _LOCKED, _IOERR, _CANTOPEN, _CORRUPT, _NOTADB = 13, 8, 5, 6, 10, 14, 11, 26

log = logging.getLogger(__name__)


def check_sqlite_version(version: str = sqlcipher3.dbapi2.sqlite_version) -> None:
    """Refuse an SQLite that can corrupt the store; EnvironmentFault ``store.sqlite_too_old``."""
    if tuple(int(part) for part in version.split(".")) < SQLITE_MIN:
        raise EnvironmentFault("store.sqlite_too_old", version=version, needed=".".join(map(str, SQLITE_MIN)))


def connect(path: Path, key: bytes, *, read_only: bool, cache_kib: int) -> Connection:
    """Open one connection: every pragma of ours is set here and nowhere else.

    Args:
        key: the raw 32-byte key; no derivation happens here.
        read_only: the connection can write nothing, not even the header.
    """
    if len(key) != KEY_SIZE:
        raise ValueError("the key has the wrong size")
    check_sqlite_version()
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = cast(
        Connection,
        sqlcipher3.dbapi2.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
        ),
    )
    try:
        # First of all: with a wrong key SQLCipher otherwise writes to standard error.
        connection.execute("PRAGMA cipher_log_level = none")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{cache_kib}")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        else:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlcipher3.dbapi2.Error:
        connection.close()
        raise
    return connection


def recorded_steps(connection: Connection, name: str) -> set[str]:
    """Return the steps of a set of migrations that a store has recorded; none in an empty file."""
    made = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_sqlite_migrations'"
    if not connection.execute(made).fetchone()[0]:
        return set()
    rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (name,))
    return {str(row[0]) for row in rows}


def fault(error: Exception, path: Path) -> EstafetteError | None:
    """Return what an error of the engine means for a person; None when it is a bug of ours."""
    primary = getattr(error, "sqlite_errorcode", -1) & 0xFF
    if primary == _FULL:
        return EnvironmentFault("store.disk_full")
    if primary in (_BUSY, _LOCKED):
        return EnvironmentFault("store.locked")
    if primary == _READONLY:
        return EnvironmentFault("store.read_only")
    if primary == _CANTOPEN:
        return EnvironmentFault("store.cannot_open")
    if primary == _IOERR:
        return EnvironmentFault("store.disk_full") if _no_room(path) else EnvironmentFault("store.io_error")
    if primary in (_CORRUPT, _NOTADB):
        return DamagedError("store.damaged")
    return None


def _no_room(path: Path) -> bool:
    try:
        if shutil.disk_usage(path.parent).free < FREE_BYTES_MIN:
            return True
        if sys.platform == "win32":
            return False
        import resource

        # A quota by file size answers EFBIG, which SQLite reports as a plain I/O error.
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        files = (path.with_name(path.name + ending) for ending in ("", "-wal"))
        largest = max(file.stat().st_size if file.exists() else 0 for file in files)
        return limit != resource.RLIM_INFINITY and largest + FREE_BYTES_MIN // 8 > limit
    except OSError:
        return False  # The folder itself is gone: an I/O error it is.


class _Reader(NamedTuple):
    """One thread's connection."""

    thread: threading.Thread
    connection: Connection


class Store:
    """An open store. Any thread may read and write; writes take turns, each on the thread that asks for it.

    A thread of its own for writing would cost each answer two hand-overs: a tenth of its time, much more on a busy
    machine. What a write tells afterwards runs on a thread of the store's, one after the other.

    Args:
        path: the database file.
        key: the raw data key.
        disk: hears of every commit.
    """

    def __init__(self, path: Path, key: bytes, disk: Disk | None = None) -> None:
        self.path = path
        self._key = key
        self._disk = disk or PlainDisk()
        self._turn = Turn()
        self._told: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._readers: list[_Reader] = []
        self._readers_lock = threading.Lock()
        self._local = threading.local()
        self._closed = False
        self._ended = False
        self._writer = self._connect(read_only=False)
        self._disk.opened(self._writer)
        self._thread = threading.Thread(target=self._tell, name="store-teller", daemon=True)
        self._thread.start()

    def _connect(self, *, read_only: bool) -> Connection:
        cache_kib = READER_CACHE_KIB if read_only else WRITER_CACHE_KIB
        with translated(self.path):
            return connect(self.path, self._key, read_only=read_only, cache_kib=cache_kib)

    # --- writing ---

    def write(
        self,
        act: Callable[[Connection], T],
        *,
        tell: Callable[[T], Callable[[], None]] | None = None,
        undone: Callable[[], None] | None = None,
    ) -> T:
        """Run ``act`` inside one immediate transaction and return its result once that is durable.

        One write runs at a time, in the order of the calls. An exception of ``act`` rolls everything back and comes out
        here. ``tell`` gets the result right after the commit and returns what is to be said of it; that runs on the
        store's own thread, without the caller waiting and before the next write begins; what it raises is logged.
        ``undone`` runs after a rollback, before the next write.

        Raises:
            EnvironmentFault: ``store.disk_full``, ``store.read_only``, ``store.locked``, ``store.io_error``; nothing
            was changed.
            DamagedError: ``store.damaged``.
        """
        return self._in_turn(lambda: self._transact(act, undone), tell)

    def maintain(self, act: Callable[[Database], T]) -> T:
        """Run ``act`` in a turn of its own outside a transaction, with sqlite-utils: migrations and their kind."""
        import sqlite_utils

        return self._in_turn(lambda: act(sqlite_utils.Database(self._writer)), None)

    def migrate(self, name: str, steps: Mapping[str, Callable[[Database], None]]) -> None:
        """Take the steps of this set that the store has not recorded, in their order, each in a transaction with its
        record. Errors as ``write``."""
        if steps.keys() <= self._in_turn(lambda: recorded_steps(self._writer, name), None):
            return
        from sqlite_utils.migrations import Migrations

        migrations = Migrations(name)
        for step, act in steps.items():
            migrations(name=step)(act)
        self.maintain(lambda db: migrations.apply(db))

    def _in_turn(self, job: Callable[[], T], tell: Callable[[T], Callable[[], None]] | None) -> T:
        if self._closed:
            raise EnvironmentFault("store.closed")
        if self._turn.mine or threading.current_thread() is self._thread:
            raise RuntimeError("a write inside a write would wait for itself")
        with translated(self.path), self._turn:
            if self._ended:
                raise EnvironmentFault("store.closed")
            self._told.join()
            value = job()
            if tell is not None:
                self._told.put(tell(value))
            return value

    def _transact(self, act: Callable[[Connection], T], undone: Callable[[], None] | None) -> T:
        connection = self._writer
        if connection.in_transaction:
            # A rollback was interrupted (Ctrl+C).
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        try:
            value = act(connection)
            self._disk.reached("before commit")
            connection.execute("COMMIT")
        except BaseException as error:
            if undone is not None:
                undone()
            self._roll_back(error)
            raise
        self._disk.reached("after commit")
        return value

    def _roll_back(self, error: BaseException) -> None:
        try:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        finally:
            # After a failed write or fsync the page cache may not be what the disk holds: start from the disk again.
            if getattr(error, "sqlite_errorcode", -1) & 0xFF in (_IOERR, _FULL):
                self._reopen()

    def _reopen(self) -> None:
        self._writer.close()
        self._writer = connect(self.path, self._key, read_only=False, cache_kib=WRITER_CACHE_KIB)
        self._disk.opened(self._writer)

    def _tell(self) -> None:
        while (told := self._told.get()) is not None:
            try:
                told()
            except Exception:
                log.exception("a listener failed")
            finally:
                self._told.task_done()

    # --- reading ---

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give this thread's connection inside one read transaction: every statement sees the same commit."""
        connection = self._reader()
        with translated(self.path):
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def is_reading(self) -> bool:
        """Say whether this thread is inside a read transaction."""
        return self._reader().in_transaction

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of one query on this thread's connection."""
        connection = self._reader()
        with translated(self.path):
            return connection.execute(sql, parameters).fetchall()

    def _reader(self) -> Connection:
        if self._closed:
            raise EnvironmentFault("store.closed")
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = _Reader(threading.current_thread(), self._connect(read_only=True))
            self._local.reader = reader
            with self._readers_lock:
                self._forget_ended_threads()
                self._readers.append(reader)
        return reader.connection

    def _forget_ended_threads(self) -> None:
        for reader in self._readers:
            if not reader.thread.is_alive():
                reader.connection.close()
        self._readers = [reader for reader in self._readers if reader.thread.is_alive()]

    def close(self) -> None:
        """Wait for the writes that were asked for, then close every connection. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        with self._turn:
            self._ended = True
        self._told.put(None)
        self._thread.join()
        with self._readers_lock:
            for reader in self._readers:
                reader.connection.close()
        self._writer.close()


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the engine's errors into ours, once, where the library raised them; anything else is a bug and passes."""
    try:
        yield
    except sqlcipher3.dbapi2.Error as error:
        meaning = fault(error, path)
        if meaning is None:
            raise
        log.warning("store: %s", meaning.code)
        raise meaning from error


def remove_files(path: Path) -> None:
    """Remove the files of a store that was never finished."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    if path.parent.exists() and os.name == "posix":
        from cases.keys.files import sync_directory

        sync_directory(path.parent)
