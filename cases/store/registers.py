"""Short numbers for the long identities that many rows repeat: devices, agents, records. Inside a write only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from cases.errors import DamagedError
from cases.store.engine import Connection

CHUNK = 5_000
"""Identities asked for in one statement."""


class Known(NamedTuple):
    """A record that has a number.

    ``confirmed`` counts its confirmed events; ``state``: see ``schema.sql``; ``cold``: see ``store.chunks``; ``fresh``:
    its row was made just now.
    """

    no: int
    type: str
    confirmed: int
    state: bytes | None
    cold: int | None
    fresh: bool = False


class Registers:
    """Numbers of devices and agents, remembered between transactions. ``forget`` after a rollback."""

    def __init__(self) -> None:
        self._devices: dict[str, int] = {}
        self._agents: dict[str, int] = {}
        self._names: dict[str, str] = {}

    def forget(self) -> None:
        """Drop what was remembered: the transaction that made it was rolled back."""
        self._devices.clear()
        self._agents.clear()
        self._names.clear()

    def device(self, connection: Connection, device: str) -> int:
        """Return the device's number, making one for a new device."""
        no = self._devices.get(device)
        if no is None:
            connection.execute("INSERT INTO device (id) VALUES (?) ON CONFLICT (id) DO NOTHING", (device,))
            no = int(connection.execute("SELECT no FROM device WHERE id = ?", (device,)).fetchone()[0])
            self._devices[device] = no
        return no

    def agent(self, connection: Connection, agent: str, name: str = "") -> int:
        """Return the agent's number; a name that is given replaces the one known."""
        no = self._agents.get(agent)
        if no is None or (name and self._names.get(agent) != name):
            connection.execute(
                "INSERT INTO agent (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET name = ?2 WHERE ?2 != ''",
                (agent, name),
            )
            no = int(connection.execute("SELECT no FROM agent WHERE id = ?", (agent,)).fetchone()[0])
            self._agents[agent] = no
            self._names[agent] = name
        return no


def record(connection: Connection, record_id: str, record_type: str) -> Known:
    """Return the record, making a row for a new one."""
    return records(connection, {record_id: record_type})[record_id]


def records(connection: Connection, wanted: dict[str, str]) -> dict[str, Known]:
    """Return every record of ``wanted`` (identity -> type), making rows for the new ones in the order given."""
    found = _select(connection, wanted)
    missing = [(record_id, record_type) for record_id, record_type in wanted.items() if record_id not in found]
    if missing:
        connection.executemany("INSERT INTO record (id, type) VALUES (?, ?)", missing)
        made = _select(connection, [record_id for record_id, _type in missing])
        found.update((record_id, known._replace(fresh=True)) for record_id, known in made.items())
    return found


def record_no(connection: Connection, record_id: str) -> int | None:
    """Return the record's number, None for one that this store has never met."""
    row = connection.execute("SELECT no FROM record WHERE id = ?", (record_id,)).fetchone()
    return None if row is None else int(row[0])


def find(connection: Connection, record_id: str) -> Known | None:
    """Return one record, None for one that this store has never met."""
    return _select(connection, [record_id]).get(record_id)


def known(connection: Connection, ids: Collection[str]) -> dict[str, Known]:
    """Return the records of these identities that this store has met."""
    return _select(connection, ids)


def known_type(connection: Connection, record_id: str) -> str | None:
    """Return the type of a record that is held here, None for one that this store only heard of or that left."""
    sql = (
        "SELECT type FROM record r LEFT JOIN scope s ON s.record_no = r.no WHERE id = ?"
        " AND coalesce(s.standing, '') != 'left'"
        " AND (s.state IS NOT NULL OR r.cold IS NOT NULL OR EXISTS (SELECT 1 FROM event WHERE record_no = r.no))"
    )
    row = connection.execute(sql, (record_id,)).fetchone()
    return None if row is None else str(row[0])


def types_of(connection: Connection, records: Iterable[str]) -> dict[str, str]:
    """Return the types of these records.

    Raises:
        DamagedError: ``store.damaged``: one of them is not here.
    """
    found: dict[str, str] = {}
    for record in records:
        row = connection.execute("SELECT type FROM record WHERE id = ?", (record,)).fetchone()
        if row is None:
            raise DamagedError("store.damaged", reason="record")
        found[record] = row[0]
    return found


def make_cold(connection: Connection, rows: Iterable[tuple[int, str, str, int, int]]) -> int:
    """Make records that came by a snapshot: (number, identity, type, count of confirmed events, place).

    Returns:
        How many were made; one whose identity has a row already was not.
    """
    sql = "INSERT INTO record (no, id, type, confirmed, cold) VALUES (?,?,?,?,?) ON CONFLICT (id) DO NOTHING"
    return connection.executemany(sql, rows).rowcount


def move_cold(connection: Connection, rows: Iterable[tuple[int | None, int]]) -> None:
    """Say where in a chunk these records stand now: (place or None, record number)."""
    connection.executemany("UPDATE record SET cold = ? WHERE no = ?", rows)


def highest_no(connection: Connection) -> int:
    """Return the highest number that a record has; 0 when there is none."""
    return int(connection.execute("SELECT coalesce(max(no), 0) FROM record").fetchone()[0])


def taken(connection: Connection, first: int, count: int) -> bool:
    """Say whether a record has one of these numbers."""
    sql = "SELECT 1 FROM record WHERE no BETWEEN ? AND ? LIMIT 1"
    return connection.execute(sql, (first, first + count - 1)).fetchone() is not None


def numbers_of(connection: Connection, wanted: Collection[str]) -> dict[str, int]:
    """Return identity -> number of those records that have one."""
    found: dict[str, int] = {}
    for part in _chunks(list(wanted)):
        marks = ",".join("?" * len(part))
        found.update(connection.execute(f"SELECT id, no FROM record WHERE id IN ({marks})", part).fetchall())
    return found


def names_of(connection: Connection, agents: Collection[str]) -> dict[str, str]:
    """Return the names of these agents, as far as known."""
    found: dict[str, str] = {}
    for part in _chunks(list(agents)):
        marks = ",".join("?" * len(part))
        found.update(connection.execute(f"SELECT id, name FROM agent WHERE id IN ({marks})", part).fetchall())
    return found


def save_confirmed(connection: Connection, rows: Sequence[tuple[int, bytes | None, int]]) -> None:
    """Write confirmed states: (number of confirmed events, state or None, record number)."""
    connection.executemany("UPDATE record SET confirmed = ?, state = ? WHERE no = ?", rows)


def _select(connection: Connection, wanted: Collection[str]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for part in _chunks(list(wanted)):
        marks = ",".join("?" * len(part))
        sql = f"SELECT id, no, type, confirmed, state, cold FROM record WHERE id IN ({marks})"
        for row in connection.execute(sql, part):
            found[row[0]] = Known(*row[1:])
    return found


def _chunks(items: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
