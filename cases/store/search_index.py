"""The search index: words of citizens and cases, and every word once for typing errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from cases.store.engine import Connection
from cases.words import marked

CANDIDATES_MAX = 100
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


def named_so(connection: Connection, numbers: Sequence[int], initial: str) -> list[int]:
    """Return those of these records whose citizen has a name that begins with this letter, in their order."""
    sql = (
        "SELECT n.value FROM json_each(?1) n LEFT JOIN citizen c ON c.record_no = n.value"
        " LEFT JOIN case_file f ON f.record_no = n.value LEFT JOIN citizen z ON z.record_no = f.citizen_no"
        " WHERE instr(' ' || coalesce(c.sort, z.sort), ' ' || ?2) ORDER BY n.key"
    )
    return [row[0] for row in connection.execute(sql, (json.dumps(numbers), initial))]


def beginnings(connection: Connection, texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return those of these texts that words begin with, each with the first such word, in their order.

    Each is one look into the index of words, so that hundreds take less than a millisecond.
    """
    sql = (
        "SELECT t.value, (SELECT w.word FROM word w WHERE w.word >= t.value ORDER BY w.word LIMIT 1)"
        " FROM json_each(?) t ORDER BY t.key"
    )
    found = connection.execute(sql, (json.dumps(texts),)).fetchall()
    return [(text, word) for text, word in found if word is not None and word.startswith(text)]


def similar_words(connection: Connection, pieces: Sequence[str]) -> list[str]:
    """Return words that share the most of these trigrams."""
    expression = " OR ".join(f'"{piece}"' for piece in pieces)
    sql = (
        "SELECT w.word FROM (SELECT rowid FROM word_gram WHERE word_gram MATCH ? ORDER BY rank LIMIT ?) g"
        " JOIN word w ON w.no = g.rowid"
    )
    return [row[0] for row in connection.execute(sql, (expression, CANDIDATES_MAX))]
