"""Snapshots that are being taken, and their chunks: compressed as they came, with the records' places in them.

A place is one number: the chunk's number * ``ROWS`` + the row. Inside a write only, but for ``progress`` and ``data``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cases.store.engine import Connection
from cases.views import SnapshotProgress

ROWS = 32_768
WANTED, HELD, LAID = "wanted", "held", "laid"


class Taking(NamedTuple):
    """A snapshot that is being taken: a row of ``snapshot``."""

    stream: str
    central_seq: int
    epoch: int
    first_no: int
    records: int = 0
    bytes: int = 0
    here: int = 0
    missing: int = 0
    own_missing: int = 0
    waiting: int = 0


class ChunkRow(NamedTuple):
    """A chunk of it. ``standing``: ``LAID`` once its records are in the lists."""

    no: int
    stream: str
    hash: str
    place: int | None
    first_no: int
    bytes: int
    records: int
    own: bool
    standing: str


_COLUMNS = ",".join(ChunkRow._fields)
_TAKING = ",".join(Taking._fields)


def taking(connection: Connection, stream: str) -> Taking | None:
    """Return the snapshot of the stream that is being taken; None when none is."""
    row = connection.execute(f"SELECT {_TAKING} FROM snapshot WHERE stream = ?", (stream,)).fetchone()
    return None if row is None else Taking(*row)


def begin(connection: Connection, snapshot: Taking, rows: Sequence[ChunkRow]) -> None:
    """Take this one from now on, with these chunks, their numbers apart."""
    _replace(connection, snapshot.stream, rows)
    named = [row for row in of_stream(connection, snapshot.stream) if row.place is not None]
    counted = snapshot._replace(
        records=sum(row.records for row in named),
        bytes=sum(row.bytes for row in named),
        here=sum(row.bytes for row in named if row.standing != WANTED),
        missing=sum(row.standing == WANTED for row in named),
        own_missing=sum(row.own and row.standing != LAID for row in named),
        waiting=sum(row.records for row in named if row.standing == HELD),
    )
    marks = ",".join("?" * len(Taking._fields))
    connection.execute(f"INSERT OR REPLACE INTO snapshot ({_TAKING}) VALUES ({marks})", counted)


def end(connection: Connection, stream: str) -> None:
    """Take none of the stream any more: what is not laid is wanted no more."""
    connection.execute("DELETE FROM snapshot WHERE stream = ?", (stream,))
    _drop(connection, "stream = ? AND standing != 'laid'", (stream,))


def of_stream(connection: Connection, stream: str) -> list[ChunkRow]:
    """Return the stream's chunks that are not in doubt, those of the manifest in its order."""
    sql = f"SELECT {_COLUMNS} FROM chunk WHERE stream = ? AND NOT doubted ORDER BY place"
    rows = map(ChunkRow._make, connection.execute(sql, (stream,)))
    return [row._replace(own=bool(row.own)) for row in rows]


def _replace(connection: Connection, stream: str, rows: Sequence[ChunkRow]) -> None:
    """Make these the manifest's chunks. What is here already stays; what is not laid and not named goes.

    What is laid and not named has no place from now on.
    """
    named = {row.hash for row in rows}
    gone = [row for row in of_stream(connection, stream) if row.hash not in named]
    for row in gone:
        if row.standing != LAID:
            _drop(connection, "no = ?", (row.no,))
    connection.execute("UPDATE chunk SET place = NULL WHERE stream = ?", (stream,))
    connection.executemany(
        "INSERT INTO chunk (stream, hash, place, first_no, bytes, records, own, standing)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,'wanted') ON CONFLICT (stream, hash) DO UPDATE SET place = ?3, own = ?7,"
        " first_no = iif(standing = 'laid', first_no, ?4)",
        [row[1:8] for row in rows],
    )


def hold(connection: Connection, chunk: ChunkRow, data: bytes) -> None:
    """Keep the bytes of a chunk that was missing."""
    put_data(connection, chunk.no, data)
    connection.execute("UPDATE chunk SET standing = 'held' WHERE no = ?", (chunk.no,))
    connection.execute(
        "UPDATE snapshot SET here = here + ?, missing = missing - 1, waiting = waiting + ? WHERE stream = ?",
        (chunk.bytes, chunk.records, chunk.stream),
    )


def laid(connection: Connection, chunk: ChunkRow, first_no: int) -> None:
    """Note that the records of a chunk that was held are in the lists."""
    connection.execute("UPDATE chunk SET standing = 'laid', first_no = ? WHERE no = ?", (first_no, chunk.no))
    connection.execute(
        "UPDATE snapshot SET waiting = waiting - ?, own_missing = own_missing - ? WHERE stream = ?",
        (chunk.records, int(chunk.own), chunk.stream),
    )


def put_data(connection: Connection, no: int, data: bytes) -> None:
    """Keep what is here of the bytes of a chunk."""
    connection.execute("INSERT OR REPLACE INTO chunk_data (no, data) VALUES (?, ?)", (no, data))


def data(connection: Connection, no: int) -> bytes | None:
    """Return the bytes of a chunk, of one that is wanted those that came; None when none are here."""
    row = connection.execute("SELECT data FROM chunk_data WHERE no = ?", (no,)).fetchone()
    return None if row is None else bytes(row[0])


def places(connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
    """Return record number -> place, of those records that came by a snapshot."""
    found: dict[int, int] = {}
    for start in range(0, len(numbers), 5_000):
        part = numbers[start : start + 5_000]
        marks = ",".join("?" * len(part))
        found.update(
            connection.execute(f"SELECT no, cold FROM record WHERE cold IS NOT NULL AND no IN ({marks})", part)
        )
    return found


def records_of(connection: Connection, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Yield (number, identity) of the records that stand in these chunks. Looks at every record."""
    wanted = set(numbers)
    if wanted:
        for no, record, cold in connection.execute("SELECT no, id, cold FROM record WHERE cold IS NOT NULL"):
            if cold // ROWS in wanted:
                yield no, record


def forget(connection: Connection, numbers: Iterable[int]) -> None:
    """Remove chunks that no record stands in."""
    for no in numbers:
        _drop(connection, "no = ?", (no,))


def doubt(connection: Connection) -> None:
    """The service was restored: take no snapshot of before, and doubt what was laid until it was said again."""
    streams = [row[0] for row in connection.execute("SELECT DISTINCT stream FROM chunk").fetchall()]
    for stream in streams:
        end(connection, stream)
    connection.execute("DELETE FROM snapshot")
    connection.execute("UPDATE chunk SET doubted = 1")


def doubted(connection: Connection) -> list[int]:
    """Return the numbers of the chunks in doubt."""
    return [row[0] for row in connection.execute("SELECT no FROM chunk WHERE doubted")]


def progress(connection: Connection, stream: str) -> SnapshotProgress | None:
    """Return how far the snapshot of the stream has come; None when none is being taken."""
    taken = taking(connection, stream)
    if taken is None:
        return None
    sql = "SELECT hash FROM chunk WHERE stream = ? AND standing = 'wanted' AND place IS NOT NULL ORDER BY place LIMIT 1"
    row = connection.execute(sql, (stream,)).fetchone()
    share = taken.here / taken.bytes if taken.bytes else 1.0
    return SnapshotProgress(stream, taken.central_seq, taken.epoch, row[0] if row else "", share, not taken.own_missing)


def wanted(connection: Connection, stream: str, name: str) -> ChunkRow | None:
    """Return the chunk of this hash when the manifest names it and it is not here yet."""
    sql = f"SELECT {_COLUMNS} FROM chunk WHERE stream = ? AND hash = ? AND standing = 'wanted' AND place IS NOT NULL"
    row = connection.execute(sql, (stream, name)).fetchone()
    return None if row is None else ChunkRow(*row)._replace(own=bool(row[7]))


def due(connection: Connection, taken: Taking, least: int) -> list[ChunkRow]:
    """Return the chunks to be laid out now, by number: own ones at once.

    The others once they hold ``least`` records together, and an eighth of all, or with the last one.
    """
    everything = not taken.missing or taken.waiting >= max(least, taken.records // 8)
    if not everything and not taken.own_missing:
        return []
    # From the lowest number on: an index that is written in its order is written once.
    sql = f"SELECT {_COLUMNS} FROM chunk WHERE stream = ? AND standing = 'held' AND (own OR ?) ORDER BY first_no"
    return [ChunkRow(*row) for row in connection.execute(sql, (taken.stream, everything))]


def _drop(connection: Connection, where: str, parameters: tuple[object, ...]) -> None:
    connection.execute(f"DELETE FROM chunk_data WHERE no IN (SELECT no FROM chunk WHERE {where})", parameters)
    connection.execute(f"DELETE FROM chunk WHERE {where}", parameters)
