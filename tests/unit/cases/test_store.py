from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cases.errors import DamagedError, EnvironmentFault
from cases.store import engine
from cases.store.engine import Connection, Store, check_sqlite_version, connect
from cases.store.migrations import RELEASED, STEPS, check_not_newer, dump_schema, migrate

KEY = bytes(range(32))
SCHEMA = Path(engine.__file__).with_name("schema.sql")

if TYPE_CHECKING:
    from cases.store.engine import Database


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db", KEY)
    migrate(store)
    yield store
    store.close()


def remember(connection: Connection, name: str, value: str = "x") -> None:
    connection.execute("INSERT INTO remembered (name, value) VALUES (?, ?)", (name, value))


def remembered(store: Store) -> list[str]:
    return [row[0] for row in store.rows("SELECT name FROM remembered ORDER BY name")]


def test_schema_is_the_one_committed(store: Store) -> None:
    assert dump_schema(store) == SCHEMA.read_text("utf-8")


def test_every_step_is_listed_as_released() -> None:
    assert STEPS.keys() == RELEASED


def test_pragmas_are_those_that_saved_means_saved_needs(store: Store) -> None:
    def read(connection: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    assert store.write(read) == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}


@pytest.mark.parametrize("version", ["3.7.0", "3.40.1", "3.51.2"])
def test_sqlite_that_can_corrupt_is_refused(version: str) -> None:
    with pytest.raises(EnvironmentFault) as refused:
        check_sqlite_version(version)
    assert refused.value.code == "store.sqlite_too_old"


@pytest.mark.parametrize("version", ["3.51.3", "3.53.4", "4.0.0"])
def test_sound_sqlite_is_accepted(version: str) -> None:
    check_sqlite_version(version)


def test_failed_write_leaves_nothing(store: Store) -> None:
    def fail(connection: Connection) -> None:
        remember(connection, "half")
        raise ValueError("the second half cannot be")

    with pytest.raises(ValueError, match="second half"):
        store.write(fail)
    store.write(lambda connection: remember(connection, "whole"))
    assert remembered(store) == ["whole"]


def test_undone_is_told_after_a_failed_write_and_only_then(store: Store) -> None:
    told: list[str] = []
    store.write(lambda connection: remember(connection, "a"), undone=lambda: told.append("a"))
    with pytest.raises(ZeroDivisionError):
        store.write(lambda connection: 1 / 0, undone=lambda: told.append("b"))
    assert told == ["b"]


@pytest.mark.logs_errors
def test_a_listener_that_fails_harms_nobody(store: Store) -> None:
    store.write(lambda connection: remember(connection, "a"), tell=lambda _: lambda: 1 / 0)
    store.write(lambda connection: remember(connection, "b"))
    assert remembered(store) == ["a", "b"]


def test_write_inside_a_write_is_refused_instead_of_waiting_for_ever(store: Store) -> None:
    with pytest.raises(RuntimeError):
        store.write(lambda connection: store.write(lambda other: None))


def test_failed_returning_query_of_sqlite_utils_leaves_no_transaction_open(store: Store) -> None:
    """The defect that the shim prevents: later rows vanished at close."""

    def fail(db: Database) -> None:
        with pytest.raises(engine.sqlcipher3.dbapi2.IntegrityError):
            list(db.query("INSERT INTO event (no) VALUES (1) RETURNING no"))
        assert not db.conn.in_transaction

    store.maintain(fail)
    store.write(lambda connection: remember(connection, "later"))
    store.close()
    again = Store(store.path, KEY)
    assert remembered(again) == ["later"]
    again.close()


def test_shim_comes_before_sqlite_utils() -> None:
    code = (
        "import cases.store.engine, sqlite_utils.utils, sqlcipher3.dbapi2 as driver;"
        "assert sqlite_utils.utils.OperationalError is driver.OperationalError"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    late = "import sqlite_utils\ntry:\n    import cases.store.engine\nexcept ImportError: print('refused')"
    assert subprocess.run([sys.executable, "-c", late], check=True, capture_output=True).stdout == b"refused\n"


def test_read_transaction_sees_one_commit(store: Store) -> None:
    with store.reading() as connection:
        before = connection.execute("SELECT count(*) FROM remembered").fetchone()
        store.write(lambda writer: remember(writer, "meanwhile"))
        assert connection.execute("SELECT count(*) FROM remembered").fetchone() == before
    assert remembered(store) == ["meanwhile"]


def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(EnvironmentFault) as refused, store.reading() as connection:
        remember(connection, "by a reader")
    assert refused.value.code == "store.read_only"


def test_connections_of_ended_threads_are_closed(store: Store) -> None:
    for _ in range(5):
        thread = threading.Thread(target=remembered, args=(store,))
        thread.start()
        thread.join()
    remembered(store)
    assert len(store._readers) == 1


def test_acts_after_close_are_refused(store: Store) -> None:
    store.close()
    with pytest.raises(EnvironmentFault) as refused:
        store.write(lambda connection: None)
    assert refused.value.code == "store.closed"


def test_nothing_readable_lies_in_the_files(store: Store) -> None:
    store.write(lambda connection: remember(connection, "marker-in-name", "marker-in-value"))
    files = [file.read_bytes() for file in store.path.parent.iterdir()]
    assert files and not any(b"marker" in data or b"CREATE TABLE" in data or b"SQLite format" in data for data in files)


def test_wrong_key_is_damage_and_says_nothing_on_standard_error(
    store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    store.close()
    with pytest.raises(DamagedError):
        check_not_newer(store.path, bytes(32))
    assert capfd.readouterr().err == ""


def test_newer_store_is_refused_without_a_byte_written(store: Store) -> None:
    store.maintain(
        lambda db: db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('estafette', '2031_later', 'x')"
        )
    )
    store.close()
    before = hashlib.sha256(store.path.read_bytes()).digest()
    stat = store.path.stat()
    for _ in range(3):
        with pytest.raises(EnvironmentFault) as refused:
            check_not_newer(store.path, KEY)
        assert refused.value.code == "store.newer_version"
        assert refused.value.details["step"] == "2031_later"
    assert hashlib.sha256(store.path.read_bytes()).digest() == before
    assert store.path.stat().st_mtime_ns == stat.st_mtime_ns


def test_newer_store_that_was_killed_keeps_its_log(tmp_path: Path, store: Store) -> None:
    """The mark of the newer program may still be in the write-ahead log alone: it is read there, and the log stays."""
    store.maintain(
        lambda db: db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('estafette', '2031_later', 'x')"
        )
    )
    copy = tmp_path / "copy"
    copy.mkdir()
    for ending in ("", "-wal"):
        (copy / f"store.db{ending}").write_bytes(store.path.with_name(f"store.db{ending}").read_bytes())
    before = {file.name: file.read_bytes() for file in copy.iterdir()}
    with pytest.raises(EnvironmentFault) as refused:
        check_not_newer(copy / "store.db", KEY)
    assert refused.value.code == "store.newer_version"
    assert {name: (copy / name).read_bytes() for name in before} == before


def test_damaged_page_is_named_and_not_read(store: Store) -> None:
    store.write(lambda connection: [remember(connection, f"n{i}", "y" * 500) for i in range(200)])
    store.close()
    data = bytearray(store.path.read_bytes())
    for page in range(4096 * 2, len(data), 4096):
        data[page + 100] ^= 1
    store.path.write_bytes(data)
    with pytest.raises(DamagedError) as damaged:
        opened = Store(store.path, KEY)
        try:
            opened.rows("SELECT name, value FROM remembered")
            opened.rows("SELECT * FROM sqlite_schema")
        finally:
            opened.close()
    assert damaged.value.code == "store.damaged"


def test_store_held_by_another_is_locked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.05)
    other = connect(store.path, KEY, read_only=False, cache_kib=1024)
    waiting = Store(store.path, KEY)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(EnvironmentFault) as refused:
        waiting.write(lambda connection: remember(connection, "a"))
    assert refused.value.code == "store.locked"
    other.execute("ROLLBACK")
    other.close()
    waiting.write(lambda connection: remember(connection, "b"))
    assert remembered(waiting) == ["b"]
    waiting.close()


def test_full_store_says_so_keeps_what_it_has_and_goes_on_when_there_is_room(store: Store) -> None:
    def limit(pages: int) -> None:
        store.maintain(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchall())

    store.write(lambda connection: remember(connection, "first"))
    limit(1)
    with pytest.raises(EnvironmentFault) as refused:
        store.write(lambda connection: remember(connection, "big", "z" * 200_000))
    assert refused.value.code == "store.disk_full"
    assert remembered(store) == ["first"]
    # The writer was opened anew, and so without the limit.
    store.write(lambda connection: remember(connection, "later"))
    assert remembered(store) == ["first", "later"]


def test_missing_folder_is_an_environment_fault(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as refused:
        Store(tmp_path / "nowhere" / "store.db", KEY)
    assert refused.value.code == "store.cannot_open"


def test_events_cannot_be_changed_or_removed(store: Store) -> None:
    def add(connection: Connection) -> None:
        connection.execute("INSERT INTO device (no, id) VALUES (1, 'd')")
        connection.execute("INSERT INTO agent (no, id, name) VALUES (1, 'a', '')")
        connection.execute("INSERT INTO record (no, id, type) VALUES (1, 'r', 'case')")
        connection.execute(
            "INSERT INTO event"
            " (device_no, incarnation, seq, record_no, kind, agent_no, base, time, prev, digest, body, state)"
            " VALUES (1, 1, 1, 1, 'set', 1, 0, 1, zeroblob(32), zeroblob(32), x'7b7d', 'pending')"
        )

    store.write(add)
    for sql in (
        "DELETE FROM event",
        "UPDATE event SET time = 2",
        "UPDATE event SET body = x'00'",
        "UPDATE event SET state = 'lost'",
    ):
        with pytest.raises(engine.sqlcipher3.dbapi2.IntegrityError):
            store.write(lambda connection, sql=sql: connection.execute(sql))
    store.write(lambda connection: connection.execute("UPDATE event SET body = NULL, salt = NULL, state = 'accepted'"))
