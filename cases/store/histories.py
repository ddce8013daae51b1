"""Histories that were fetched: all events of a record with all that their hashes cover, as central holds them.

They stand beside the log and never take part in a record's state: some carry another stream's numbers, and what a
state is made of came by pages, verdicts and foundations alone.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from cases.events import Event, Header
from cases.store.engine import Connection
from cases.store.log import StoredEvent


class HistoryRow(NamedTuple):
    """One event of a fetched history. ``body`` and ``salt`` are None once erased by law."""

    header: Header
    body: bytes | None
    salt: bytes | None
    agent_name: str
    central_seq: int
    state: str

    def stored(self) -> StoredEvent:
        """Return it as the log gives its events; it has no row there."""
        event = Event(self.header, self.body, self.salt)
        return StoredEvent(0, event, self.agent_name, self.central_seq, self.state, "", {})


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[HistoryRow]).decode


def put(connection: Connection, record_no: int, as_of: int, rows: list[HistoryRow]) -> None:
    """Keep a record's history in place of the one before; ``as_of``: up to which number it had come whole."""
    connection.execute(
        "INSERT INTO history (record_no, as_of, events) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (record_no) DO UPDATE SET as_of = ?2, events = ?3",
        (record_no, as_of, _encode(rows)),
    )


def of(connection: Connection, record_no: int) -> tuple[int, list[HistoryRow]]:
    """Return (as of which mark, events in the order of arrival) of a record; (-1, none) when none was fetched."""
    row = connection.execute("SELECT as_of, events FROM history WHERE record_no = ?", (record_no,)).fetchone()
    return (-1, []) if row is None else (int(row[0]), _decode(row[1]))
