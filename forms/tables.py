"""Lists that a form looks things up in: choice lists and CSV files, as columns of text, never as nodes.

50,000 rows as tree nodes take seconds to build; as columns they take milliseconds, and equality needs one dictionary.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from forms import limits
from forms.errors import FormRefused, Problem


class Table:
    """Rows of one secondary instance. Immutable once made; indexes are built at first use and kept.

    Args:
        name: the instance's id.
        columns: column name -> one text per row; all of one length.
        item: the element name that paths use for a row, None to accept any.
        open: it stands for a list whose columns nobody knows here (a file that is not there): any column is in it.
    """

    def __init__(
        self, name: str, columns: Mapping[str, Sequence[str]], *, item: str | None = None, open: bool = False
    ) -> None:
        self.name = name
        self.item = item
        self.open = open
        self.columns: dict[str, tuple[str, ...]] = {key: tuple(values) for key, values in columns.items()}
        self.length = len(next(iter(self.columns.values()), ()))
        self._indexes: dict[str, dict[str, list[int]]] = {}
        self._folded: dict[str, tuple[str, ...]] = {}
        self._folded_indexes: dict[str, dict[str, list[int]]] = {}

    def has(self, column: str) -> bool:
        """Whether formulas may name ``column``; those that a server adds to a list of entities may always be named."""
        return self.open or column in self.columns or column.startswith("__")

    def cells(self, column: str) -> tuple[str, ...]:
        """The texts of a column, one per row; empty ones for a column that is not there."""
        found = self.columns.get(column)
        return found if found is not None else ("",) * self.length

    def index(self, column: str) -> Mapping[str, list[int]]:
        """Value -> the rows that hold it in ``column``, ascending."""
        found = self._indexes.get(column)
        if found is None:
            found = self._indexes[column] = _index(self.cells(column))
        return found

    def folded(self, column: str) -> tuple[str, ...]:
        """The texts of a column without regard to capitals."""
        found = self._folded.get(column)
        if found is None:
            found = self._folded[column] = tuple(text.casefold() for text in self.cells(column))
        return found

    def folded_index(self, column: str) -> Mapping[str, list[int]]:
        """As :meth:`index`, without regard to capitals; keys are case-folded."""
        found = self._folded_indexes.get(column)
        if found is None:
            found = self._folded_indexes[column] = _index(self.folded(column))
        return found


def _index(cells: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, value in enumerate(cells):
        found.setdefault(value, []).append(row)
    return found


class SearchIndex:
    """Labels made ready for typing: accents, case, hyphens and apostrophes do not count.

    Positions index the labels given. One long text is searched rather than a list of labels: a keystroke over 35,000
    communes then takes less than a millisecond.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        whole = fold("\n".join(label.replace("\n", " ") for label in labels))
        folded = whole.split("\n") if labels else []
        self._order = sorted(range(len(folded)), key=folded.__getitem__)
        self._sorted = [folded[position] for position in self._order]
        self._text = "\n" + "\n".join(self._sorted)
        self._starts = list(accumulate((len(label) + 1 for label in self._sorted), initial=1))

    def find(self, text: str, limit: int) -> list[int]:
        """Return at most ``limit`` positions of labels that contain ``text``; all of them, in list order, for "".

        Labels that start with it come first, then those where a later word does, then the others; each by alphabet.
        """
        wanted = fold(text.replace("\n", " ")).strip()
        if not wanted:
            return list(range(min(limit, len(self._order))))
        found: dict[int, None] = {}
        for pattern in ("\n" + wanted, " " + wanted, wanted):
            at = self._text.find(pattern)
            while at >= 0 and len(found) < limit:
                place = bisect_right(self._starts, at + (pattern[0] == "\n")) - 1
                found[self._order[place]] = None
                # One hit a label is enough: go on at the next label's start.
                at = self._text.find(pattern, self._starts[place + 1] - 1)
        return list(found)


_MARKS = re.compile("[\u0300-\u036f]+")
_BLANKS = str.maketrans({"-": " ", "'": " ", "\u2019": " ", "œ": "oe", "æ": "ae"})


def fold(text: str) -> str:
    """Lower case, no accents, ligatures opened, hyphens and apostrophes as blanks."""
    plain = text.casefold()
    if not plain.isascii():
        plain = _MARKS.sub("", unicodedata.normalize("NFD", plain))
    return plain.translate(_BLANKS)


def read_csv(name: str, file: str, data: bytes) -> Table:
    """Read a CSV media file (UTF-8, comma or semicolon, header first).

    Raises:
        FormRefused: ``forms.media_unreadable`` when it is no such file.
    """
    if len(data) > limits.MEDIA_BYTES_MAX:
        details = {"file": file, "limit": "bytes", "found": str(len(data)), "allowed": str(limits.MEDIA_BYTES_MAX)}
        raise FormRefused(Problem("forms.too_large", details=details))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormRefused(Problem("forms.media_unreadable", details={"file": file, "reason": "encoding"})) from None
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise FormRefused(Problem("forms.media_unreadable", details={"file": file, "reason": "csv"})) from None
    if not rows or not any(rows[0]):
        raise FormRefused(Problem("forms.media_unreadable", details={"file": file, "reason": "empty"}))
    header = [name.strip() for name in rows[0]]
    body = [row for row in rows[1:] if row]
    width = len(header)
    if any(len(row) != width for row in body):
        body = [(row + [""] * width)[:width] for row in body]
    columns = zip(*body, strict=True) if body else ([] for _ in header)
    return Table(name, {key: tuple(values) for key, values in zip(header, columns, strict=True) if key}, item="item")
