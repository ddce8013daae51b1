"""The floors: the bare encrypted library, opened as any program would, doing the same work without ours around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2

CACHE_KIB = 64 * 1024
SEARCH_TABLE = (
    "CREATE VIRTUAL TABLE search USING fts5 (text, content = '', contentless_delete = 1, detail = none,"
    " prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2')"
)


def connection(path: Path) -> Any:
    """Return an encrypted database with a raw key, in WAL mode, with full synchronisation."""
    opened = sqlcipher3.dbapi2.connect(str(path), isolation_level=None)
    opened.execute(f"PRAGMA key = \"x'{bytes(range(32)).hex()}'\"")
    opened.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")
    return opened


def insert_records(opened: Any, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Insert whole records into one plain table in one transaction."""
    names = ", ".join(f'"{name}"' for name in columns)
    opened.execute(f"CREATE TABLE record (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, {names})")
    marks = ", ".join("?" * (len(columns) + 1))
    opened.execute("BEGIN IMMEDIATE")
    opened.executemany(f"INSERT INTO record (id, {names}) VALUES ({marks})", rows)
    opened.execute("COMMIT")


def index_texts(opened: Any, texts: Iterable[tuple[int, str]]) -> None:
    """Build a full-text index of numbered texts in one transaction."""
    opened.execute(SEARCH_TABLE)
    opened.execute("BEGIN IMMEDIATE")
    opened.executemany("INSERT INTO search (rowid, text) VALUES (?, ?)", texts)
    opened.execute("COMMIT")


def match(opened: Any, expression: str, limit: int) -> list[int]:
    """Return the newest rows that match."""
    sql = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?"
    return [row[0] for row in opened.execute(sql, (expression, limit))]
