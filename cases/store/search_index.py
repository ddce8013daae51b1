"""The search index: words of citizens and cases, and every word once for typing errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cases.store.engine import Connection
from cases.words import marked

CANDIDATES_MAX = 300
"""Words looked at for one mistyped one."""


class Vocabulary:
    """Words known to be in the store, so that a page of names asks for each only once. ``forget`` after a rollback."""

    REMEMBERED_MAX = 200_000

    def __init__(self) -> None:
        self._known: set[str] = set()

    def forget(self) -> None:
        """Drop what was remembered: the transaction that made it was rolled back."""
        self._known.clear()

    def add(self, connection: Connection, words: Iterable[str]) -> None:
        """Add the words that the store does not hold yet. Pure numbers are left out: they are not corrected."""
        fresh = {word for word in words if len(word) > 2 and not word.isdigit()} - self._known
        if not fresh:
            return
        ordered = sorted(fresh)
        before = connection.execute("SELECT coalesce(max(no), 0) FROM word").fetchone()[0]
        connection.executemany(
            "INSERT INTO word (word) VALUES (?) ON CONFLICT (word) DO NOTHING", [(word,) for word in ordered]
        )
        added = connection.execute("SELECT no, word FROM word WHERE no > ?", (before,)).fetchall()
        connection.executemany(
            "INSERT INTO word_gram (rowid, word) VALUES (?, ?)", [(no, marked(word)) for no, word in added]
        )
        if len(self._known) > self.REMEMBERED_MAX:
            self._known.clear()
        self._known |= fresh


def index(connection: Connection, texts: Mapping[int, Sequence[str]], *, fresh: bool) -> None:
    """Put the words of records into the index.

    Args:
        texts: record number -> its words.
        fresh: none of these records is in the index yet, which spares looking for their old words.
    """
    verb = "INSERT" if fresh else "INSERT OR REPLACE"
    connection.executemany(
        f"{verb} INTO search (rowid, text) VALUES (?, ?)", [(no, " ".join(words)) for no, words in texts.items()]
    )


def add(connection: Connection, texts: Iterable[tuple[int, str]]) -> None:
    """Put records into the index that are not in it yet: (record number, its folded words), in the numbers' order."""
    connection.executemany("INSERT INTO search (rowid, text) VALUES (?, ?)", texts)


def remove(connection: Connection, numbers: Iterable[int]) -> None:
    """Take records out of the index."""
    connection.executemany("DELETE FROM search WHERE rowid = ?", [(no,) for no in numbers])


def match(connection: Connection, expression: str, limit: int) -> list[int]:
    """Return the records that match an FTS5 expression, the newest known first."""
    sql = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?"
    return [row[0] for row in connection.execute(sql, (expression, limit))]


def similar_words(connection: Connection, pieces: Sequence[str]) -> list[str]:
    """Return words that share the most of these trigrams."""
    expression = " OR ".join(f'"{piece}"' for piece in pieces)
    sql = (
        "SELECT w.word FROM (SELECT rowid FROM word_gram WHERE word_gram MATCH ? ORDER BY rank LIMIT ?) g"
        " JOIN word w ON w.no = g.rowid"
    )
    return [row[0] for row in connection.execute(sql, (expression, CANDIDATES_MAX))]
