"""Records that came whole, and records that leave this device's scope. Inside a write only, but for ``of``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from cases.store.engine import Connection

HERE, LEAVING, LEFT = "here", "leaving", "left"
ALL = 2**62
"""Above every central number: of a record that left, no event takes part."""
_CHUNK = 5_000


class Foundation(NamedTuple):
    """A row of ``scope``: what a record is built on.

    Attributes:
        state: as central gave it, written by ``cases.merge``; None: only the log says what it is.
        central_seq: confirmed events up to this number are in ``state``, or are over.
        standing: ``LEAVING``: it goes with the answer to the last own event that waits.
        cold: it was read from a chunk, and there is no row.
    """

    record_no: int
    state: bytes | None
    central_seq: int
    created_ms: int
    updated_ms: int
    submitted_ms: int | None
    standing: str = HERE
    cold: bool = False


class Staying(NamedTuple):
    """A record that is here, and nothing says that it leaves."""

    no: int
    id: str
    type: str


_KEPT = len(Foundation._fields) - 1
_COLUMNS = ",".join(Foundation._fields[:_KEPT])


def of(connection: Connection, numbers: Collection[int]) -> dict[int, Foundation]:
    """Return the foundations of these records; most have none."""
    found: dict[int, Foundation] = {}
    wanted = list(numbers)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        for row in connection.execute(f"SELECT {_COLUMNS} FROM scope WHERE record_no IN ({marks})", part):
            found[row[0]] = Foundation(*row)
    return found


def put(connection: Connection, rows: Iterable[Foundation]) -> None:
    """Keep what central gave, in place of what it gave before."""
    marks = ",".join("?" * _KEPT)
    connection.executemany(f"INSERT OR REPLACE INTO scope ({_COLUMNS}) VALUES ({marks})", [row[:_KEPT] for row in rows])


def remove(connection: Connection, numbers: Iterable[int]) -> None:
    """Forget what was kept of these records."""
    connection.executemany("DELETE FROM scope WHERE record_no = ?", [(no,) for no in numbers])


def mark_leaving(connection: Connection, numbers: Sequence[int]) -> None:
    """Note that these records are no longer this device's business."""
    connection.executemany(
        "INSERT INTO scope (record_no, central_seq, created_ms, updated_ms, standing) VALUES (?1, 0, 0, 0, 'leaving')"
        " ON CONFLICT (record_no) DO UPDATE SET standing = 'leaving' WHERE standing = 'here'",
        [(no,) for no in numbers],
    )


def staying(connection: Connection, limit: int) -> list[Staying]:
    """Return so many of the records that do not leave."""
    sql = (
        "SELECT no, id, type FROM record WHERE no NOT IN (SELECT record_no FROM scope WHERE standing != 'here')"
        " ORDER BY no LIMIT ?"
    )
    return [Staying(*row) for row in connection.execute(sql, (limit,))]


def mark_left(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget what these records were built on."""
    connection.executemany(
        "UPDATE scope SET state = NULL, central_seq = ?, standing = 'left', doubted = 0 WHERE record_no = ?",
        [(ALL, no) for no in numbers],
    )


def doubt(connection: Connection) -> list[str]:
    """The service was restored: it says again what entered and what left.

    Returns:
        The records that had left or were to leave; they are to be made again.
    """
    gone = "SELECT id FROM record WHERE no IN (SELECT record_no FROM scope WHERE standing != 'here') ORDER BY no"
    records = [str(row[0]) for row in connection.execute(gone)]
    connection.execute("DELETE FROM scope WHERE state IS NULL")
    connection.execute("UPDATE scope SET doubted = 1, standing = 'here'")
    return records


def put_in_doubt(connection: Connection, numbers: Iterable[int]) -> None:
    """Doubt that these records are here."""
    connection.executemany(
        "INSERT INTO scope (record_no, central_seq, created_ms, updated_ms, standing, doubted)"
        " VALUES (?1, 0, 0, 0, 'here', 1) ON CONFLICT (record_no) DO UPDATE SET doubted = 1",
        [(no,) for no in numbers],
    )


def settle_doubts(connection: Connection) -> list[str]:
    """The service has given everything: what it did not give again is no foundation any more; return the records.

    One that has events here is what they say, one that has none leaves.
    """
    doubted = "SELECT id FROM record WHERE no IN (SELECT record_no FROM scope WHERE doubted) ORDER BY no"
    records = [str(row[0]) for row in connection.execute(doubted)]
    connection.execute("DELETE FROM scope WHERE doubted AND record_no IN (SELECT record_no FROM event)")
    connection.execute("UPDATE scope SET state = NULL, doubted = 0, standing = 'leaving' WHERE doubted")
    return records


def forget_left(connection: Connection, records: Iterable[str]) -> None:
    """Let these records come again by events, should they have left."""
    connection.executemany(
        "DELETE FROM scope WHERE standing = 'left' AND record_no = (SELECT no FROM record WHERE id = ?)",
        [(record,) for record in records],
    )
