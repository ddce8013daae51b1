"""What every step of the repair pass works on: the tables, and the list of what was changed or cannot be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.errors import Problem
from forms.grids import Grid, Workbook
from forms.repairs import CERTAIN, Repair, column_letters

Row = dict[str, str]
Tokens = tuple[str, ...]
_NEAREST = 3
PROBLEMS_MAX = 200


@dataclass
class Table:
    """One sheet by headings.

    Attributes:
        purpose: ``survey``, ``choices``, …
        sheet: the sheet's own name.
        places: heading -> column from 0, in the sheet's order.
        rows: heading -> text for each row below the header; empty cells are absent, empty rows are kept.
        tokens: heading -> what the converter reads in it: ``("bind", "relevant")``; see ``columns``.
    """

    purpose: str
    sheet: str
    places: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    tokens: dict[str, Tokens] = field(default_factory=dict)

    def heading(self, *tokens: str) -> str | None:
        """The heading of the column that the converter reads as ``tokens``."""
        return next((heading for heading, found in self.tokens.items() if found == tokens), None)

    def headings(self, first: str) -> list[str]:
        """All headings of a kind: every language of the labels."""
        return [heading for heading, found in self.tokens.items() if found and found[0] == first]

    def ensure(self, heading: str, *tokens: str) -> str:
        """The heading of the column, which is added under the given heading when it is not there."""
        found = self.heading(*tokens)
        if found is None:
            found = heading
            self.places[heading] = len(self.places)
            self.tokens[heading] = tokens
        return found

    def filled(self) -> Iterator[tuple[int, Row]]:
        """Index and row of each row that holds something."""
        return ((index, row) for index, row in enumerate(self.rows) if row)


@dataclass
class Bench:
    """The tables under repair."""

    tables: dict[str, Table]
    sheet_names: list[str]
    grids: Mapping[str, Grid]
    lenient: bool = False
    repairs: list[Repair] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    """Names of questions and groups that references must follow: old -> new."""
    numbers: list[int] = field(default_factory=list)
    """For each row of the survey where it stands in the sheet: one that was written out stands where its cause is."""

    @classmethod
    def of(cls, book: Workbook, *, lenient: bool) -> Bench:
        tables = {purpose: Table(purpose, grid.name) for purpose, grid in book.grids.items()}
        return cls(tables, list(book.names), book.grids, lenient, list(book.repairs))

    @property
    def survey(self) -> Table:
        return self.tables["survey"]

    def cell(self, table: Table, row: Row | None, heading: str | None) -> str:
        """A cell's text, empty where the column or the cell is not there."""
        return "" if row is None or heading is None else row.get(heading, "")

    def note(
        self,
        code: str,
        table: Table,
        index: int | None,
        heading: str | None = None,
        *,
        found: str = "",
        used: str = "",
        sure: str = CERTAIN,
        **details: str,
    ) -> None:
        """List one repair; ``index`` is the row's place below the header, None for the header itself."""
        row = 1 if index is None else index + 2
        place = table.places.get(heading) if heading is not None else None
        cell = None if place is None else f"{column_letters(place)}{row}"
        self.repairs.append(Repair(code, table.sheet, row, heading, cell, found[:200], used[:200], sure, details))

    def refuse(self, code: str, table: Table, index: int | None, heading: str | None = None, /, **details: str) -> None:
        """List one reason why the form cannot be opened."""
        if len(self.problems) >= PROBLEMS_MAX:
            return
        row = 1 if index is None else index + 2
        place = table.places.get(heading) if heading is not None else None
        if place is not None:
            details["cell"] = f"{column_letters(place)}{row}"
        self.problems.append(Problem(code, sheet=table.sheet, row=row, column=heading, details=details))

    def for_converter(self, name: str) -> dict[str, Any]:
        """The tables as the converter takes them."""
        found: dict[str, Any] = {"sheet_names": self.sheet_names, "fallback_form_name": name}
        for purpose, table in self.tables.items():
            found[purpose] = table.rows
            found[f"{purpose}_header"] = [dict.fromkeys(table.places)]
        return found


def nearest(name: str, known: Iterable[str]) -> str:
    """The names that look most like the wanted one, for a message; empty when none does."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold()[:100], list(by_folded)[:5_000], _NEAREST, 0.6)
    return ", ".join(by_folded[candidate] for candidate in close)


def only_close(name: str, known: Iterable[str], cutoff: float) -> str | None:
    """The one name that is so close that no other can be meant."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold()[:100], list(by_folded)[:5_000], 2, cutoff)
    return by_folded[close[0]] if len(close) == 1 else None
