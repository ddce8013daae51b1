"""Small named facts of a workspace: texts, secrets, counters, cursors, receipts, procedures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cases.store.engine import Connection

IDENTITY = "identity"
SYNC_STATE = "sync_state"
LAST_CONTACT = "last_contact_ms"
CORRECTION = "clock_correction_ms"
CLAIMED_EPOCH = "claimed_epoch"
FORKED = "forked_ms"
IN_DOUBT = "in_doubt"
LEFT_OFFICE = "left_office"
CLOSED = "closed"
"""Why the service takes nothing from this device but to park it (ADR 28); empty or never said: it does."""
AUDIT = "audit"
FINDINGS = "audit_findings"
ALARM = "alarm"
DEVICE_KEY = "device_key"
SALT_SECRET = "salt_secret"


def get(connection: Connection, name: str) -> str | None:
    """Return a fact's text, None when it was never said."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: Connection, name: str, value: str) -> None:
    """Say a fact."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", (name, value)
    )


def secret(connection: Connection, name: str) -> bytes | None:
    """Return a secret of the device."""
    row = connection.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def put_secret(connection: Connection, name: str, value: bytes) -> None:
    """Keep a secret; it never changes."""
    connection.execute("INSERT INTO secret (name, value) VALUES (?, ?)", (name, value))


def remember(connection: Connection, name: str, value: str) -> None:
    """Keep a screen's small state."""
    connection.execute(
        "INSERT INTO remembered (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        (name, value),
    )


def recall(connection: Connection, name: str) -> str | None:
    """Return a screen's small state."""
    row = connection.execute("SELECT value FROM remembered WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def count(connection: Connection, changes: Mapping[str, int]) -> None:
    """Add to counters."""
    connection.executemany(
        "INSERT INTO counter (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2",
        [(name, change) for name, change in changes.items() if change],
    )


def counters(connection: Connection) -> dict[str, int]:
    """Return every counter; one that was never touched is missing and means 0."""
    return dict(connection.execute("SELECT name, value FROM counter").fetchall())


def cursors(connection: Connection) -> dict[str, int]:
    """Return how far each stream was pulled."""
    return dict(connection.execute("SELECT stream, central_seq FROM cursor").fetchall())


def move_cursor(connection: Connection, stream: str, central_seq: int) -> None:
    """Record how far a stream was pulled. A cursor never goes back by a page that comes twice."""
    connection.execute(
        "INSERT INTO cursor (stream, central_seq) VALUES (?1, ?2)"
        " ON CONFLICT (stream) DO UPDATE SET central_seq = max(central_seq, ?2)",
        (stream, central_seq),
    )


def reset_cursors(connection: Connection) -> None:
    """Begin every stream again."""
    connection.execute("UPDATE cursor SET central_seq = 0")


class StoredReceipt(NamedTuple):
    """Central's signed statement that it holds a chain up to ``seq``."""

    incarnation: int
    level: str
    seq: int
    head: str
    central_seq: int
    epoch: int
    time: int
    signature: str


def put_receipt(connection: Connection, receipt: StoredReceipt) -> None:
    """Keep the farthest receipt of each chain and level, of the newest epoch: an older one's may be lost by now."""
    connection.execute(
        f"INSERT INTO receipt ({','.join(StoredReceipt._fields)}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT (incarnation, level) DO UPDATE SET seq = ?3, head = ?4, central_seq = ?5, epoch = ?6, time = ?7,"
        " signature = ?8 WHERE ?6 > epoch OR (?6 = epoch AND ?3 >= seq)",
        receipt,
    )


def receipts(connection: Connection) -> list[StoredReceipt]:
    """Return the receipts held, oldest chain first."""
    sql = f"SELECT {','.join(StoredReceipt._fields)} FROM receipt ORDER BY incarnation, level"
    return [StoredReceipt(*row) for row in connection.execute(sql)]


def put_procedure(connection: Connection, procedure: str, version: str, bundle: bytes, stored_ms: int) -> None:
    """Keep a version of a procedure; one that is held already becomes the newest."""
    connection.execute(
        "INSERT INTO procedure (id, version, bundle, stored_ms) VALUES (?1,?2,?3,?4)"
        " ON CONFLICT (id, version) DO UPDATE SET stored_ms = max(stored_ms, ?4)",
        (procedure, version, bundle, stored_ms),
    )


def put_newest(connection: Connection, offered: Iterable[tuple[str, str]], now_ms: int) -> None:
    """Make these versions the newest of their procedures, those of them that are held."""
    newest = set(procedures(connection))
    for procedure, version in sorted(set(offered) - newest):
        connection.execute(
            "UPDATE procedure SET stored_ms ="
            " (SELECT max(?3, 1 + max(stored_ms)) FROM procedure WHERE id = ?1) WHERE id = ?1 AND version = ?2",
            (procedure, version, now_ms),
        )


def procedures(connection: Connection) -> list[tuple[str, str]]:
    """Return the newest version of each procedure held."""
    sql = (
        "SELECT id, version FROM procedure p WHERE rowid ="
        " (SELECT rowid FROM procedure WHERE id = p.id ORDER BY stored_ms DESC, rowid DESC LIMIT 1) ORDER BY id"
    )
    return [(row[0], row[1]) for row in connection.execute(sql)]


def all_procedures(connection: Connection) -> set[tuple[str, str]]:
    """Return every (identity, version) of a procedure held."""
    return set(connection.execute("SELECT id, version FROM procedure").fetchall())


def bundle(connection: Connection, procedure: str, version: str) -> bytes | None:
    """Return a procedure's bundle, None when this version is not held."""
    row = connection.execute(
        "SELECT bundle FROM procedure WHERE id = ? AND version = ?", (procedure, version)
    ).fetchone()
    return None if row is None else bytes(row[0])
