"""What a record that came whole is built on: kept beside it, or still cold in the chunk of a snapshot that brought it.

A chunk is read when the first of its records is touched, and the state stays there until central says more of it
(``warm``): most records of an office are never changed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cases import merge
from cases.errors import DamagedError, InputError
from cases.frames import decompress
from cases.snapshot import Opened, PackedRecord
from cases.store import chunks, registers, scopes
from cases.store.engine import Connection
from cases.store.registers import Known
from cases.store.scopes import Foundation

CHUNK_BYTES_MAX = 16 * 1024 * 1024
"""Of a chunk once it is decompressed."""


def opened(data: bytes) -> Opened:
    """Return a chunk as it travels, read.

    Raises:
        InputError: ``wire.malformed``, ``wire.too_large``, ``snapshot.malformed``.
    """
    return Opened(decompress(data, limit=CHUNK_BYTES_MAX))


def of(connection: Connection, records: Iterable[Known]) -> dict[int, Foundation]:
    """Return the foundations of these records by number; one whose events all came has none."""
    wanted = {record.no: record.cold for record in records}
    found = scopes.of(connection, wanted)
    return found | _cold(
        connection, {no: place for no, place in wanted.items() if place is not None and no not in found}
    )


def of_numbers(connection: Connection, numbers: Iterable[int]) -> dict[int, Foundation]:
    """Return the foundations of the records of these numbers."""
    wanted = list(numbers)
    found = scopes.of(connection, wanted)
    places = chunks.places(connection, [no for no in wanted if no not in found])
    return found | _cold(connection, places)


def warm(connection: Connection, numbers: Iterable[int]) -> None:
    """Keep the foundations of these records beside them, those that are still cold."""
    scopes.put(connection, [one._replace(cold=False) for one in of_numbers(connection, numbers).values() if one.cold])


def cool_down(connection: Connection, numbers: Iterable[int]) -> None:
    """Let these records stand in no chunk any more."""
    registers.move_cold(connection, [(None, no) for no in numbers])


def settle_doubts(connection: Connection) -> None:
    """Before ``scopes.settle_doubts``: what stands in a chunk of before the restore is in doubt like what entered."""
    numbers = chunks.doubted(connection)
    records = [no for no, _record in chunks.records_of(connection, numbers)]
    scopes.put_in_doubt(connection, records)
    cool_down(connection, records)
    chunks.forget(connection, numbers)


def _cold(connection: Connection, places: Mapping[int, int]) -> dict[int, Foundation]:
    by_chunk: dict[int, list[tuple[int, int]]] = {}
    for no, place in places.items():
        by_chunk.setdefault(place // chunks.ROWS, []).append((no, place % chunks.ROWS))
    found: dict[int, Foundation] = {}
    for chunk, rows in by_chunk.items():
        data = chunks.data(connection, chunk)
        try:
            if data is None:
                raise DamagedError("store.damaged", reason="chunk")
            read = opened(data)
            found.update((no, _founded(no, read.record(row))) for no, row in rows)
        except (InputError, IndexError) as error:
            raise DamagedError("store.damaged", reason="chunk") from error
    return found


def _founded(no: int, given: PackedRecord) -> Foundation:
    return made_of(no, given)._replace(cold=True)


def made_of(no: int, given: PackedRecord) -> Foundation:
    """Return the foundation that a record given whole is."""
    state = merge.to_json(given.state)
    return Foundation(no, state, given.central_seq, given.created_ms, given.updated_ms, given.submitted_ms)
