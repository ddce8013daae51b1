"""Headings: near misses, two spellings of one column, headings twice, columns that crash the converter."""

from __future__ import annotations

from functools import cache

from pyxform import aliases, constants
from pyxform.parsing.sheet_headers import process_header
from pyxform.question import MultipleChoiceQuestion, Option
from pyxform.survey import Survey

from forms.grids import Grid
from forms.mending.bench import Bench, Row, Table, Tokens, only_close
from forms.repairs import CERTAIN, GUESS, LIKELY

_REQUIRED = {"survey": ("type", "name"), "choices": ("list_name", "name")}
_CHOICE_NAMES = ("data_value", "choice_value", "choice_name", "value", "code", "choice")
_ODKX = frozenset({"clause", "values_list"})
"""Headings of ODK-X, a tool whose sheets look alike and whose formulas are programs."""
_TAKEN_FOR = {("type",), ("name",), ("list name",)}
_CRASHING = frozenset({"tag", "toParseString"})
"""Names of attributes that the converter's own functions take as arguments."""
_DEEPEST = {"label": 2, "hint": 2, "guidance_hint": 2, "bind": 3, "media": 3, "control": 2, "name": 1, "type": 1}
"""How many parts a heading may have: what it is, and in which language."""
_ATTRIBUTES = frozenset({"bind", "instance", "control"})
_EMPTY_COLUMNS_END = 20
"""So many empty headings end the header, as in the reference converter."""


def mend(bench: Bench) -> None:
    """Fill the tables from the grids."""
    for purpose, table in bench.tables.items():
        grid = bench.grids[purpose]
        headings = _headings(grid)
        table.places = {}
        for place, heading in headings:
            table.places.setdefault(heading, place)
        double = any("::" in heading for heading in table.places)
        table.tokens = {heading: tokens_of(purpose, heading, double) for heading in table.places}
        table.rows = [{} for _ in grid.rows[1:]]
        _spell(bench, table)
        _fill(bench, table, grid, headings)
        _drop_crashing(bench, table)
        _drop_notes(bench, table)
        _require(bench, table)


@cache
def tokens_of(purpose: str, heading: str, double: bool) -> Tokens:
    """What the converter reads in a heading."""
    known = {
        "survey": (aliases.survey_header, frozenset(MultipleChoiceQuestion.get_slot_names())),
        "settings": (aliases.settings_header, frozenset(Survey.get_slot_names())),
        "entities": (aliases.entities_header, frozenset(i.value for i in constants.EntityColumns.value_list())),
    }.get(purpose, (aliases.list_header, frozenset(Option.get_slot_names())))
    _, tokens = process_header(heading, double, *known)
    return tuple(str(token) for token in tokens)


def _headings(grid: Grid) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    empty = 0
    for place, text in enumerate(grid.rows[0] if grid.rows else []):
        heading = " ".join(text.split(" ")).strip()
        empty = 0 if heading else empty + 1
        if empty > _EMPTY_COLUMNS_END:
            break
        if heading:
            found.append((place, " ".join(part for part in heading.split(" ") if part)))
    return found


def _spell(bench: Bench, table: Table) -> None:
    """A required column under a name that is nearly right is taken for it."""
    for wanted in _REQUIRED.get(table.purpose, ()):
        token = "list name" if wanted == "list_name" else wanted
        if table.heading(token) or not table.places:
            continue
        free = [heading for heading, found in table.tokens.items() if found == (heading,)]
        by_name = {"_".join(heading.lower().split()): heading for heading in free}
        known = _CHOICE_NAMES if (table.purpose, wanted) == ("choices", "name") else ()
        heading = next((by_name[name] for name in known if name in by_name), None) or only_close(wanted, free, 0.8)
        if heading is not None:
            table.tokens[heading] = (token,)
            bench.note("forms.repair.column_name", table, None, heading, found=heading, used=wanted, sure=LIKELY)


def _fill(bench: Bench, table: Table, grid: Grid, headings: list[tuple[int, str]]) -> None:
    """Write each cell under the first heading that means the same; where two differ the first one stays."""
    first: dict[Tokens, str] = {}
    target: dict[int, str] = {}
    merged: dict[int, str] = {}
    for place, heading in headings:
        kept = first.setdefault(table.tokens[heading], heading)
        target[place] = kept
        if place != table.places[kept]:
            merged[place] = heading
    for number, cells in enumerate(grid.rows[1:]):
        row = table.rows[number]
        for place, kept in target.items():
            text = cells[place] if place < len(cells) else ""
            if not text or row.setdefault(kept, text) == text:
                continue
            details = {"other": merged.get(place, kept)}
            code = "forms.repair.column_conflict"
            bench.note(code, table, number, kept, found=text, used=row[kept], sure=GUESS, **details)
    for heading in merged.values():
        kept = first[table.tokens[heading]]
        bench.note("forms.repair.column_merged", table, None, heading, found=heading, used=kept, sure=CERTAIN)
    for heading in set(merged.values()) - set(first.values()):
        del table.places[heading], table.tokens[heading]
    _rename(table)


def _rename(table: Table) -> None:
    """Give columns that were taken for another the name that the converter reads."""
    for heading, tokens in list(table.tokens.items()):
        taken_for = tokens in _TAKEN_FOR and tokens_of(table.purpose, heading, True) != tokens
        if taken_for:
            table.places[tokens[0]] = table.places.pop(heading)
            table.tokens[tokens[0]] = table.tokens.pop(heading)
            table.rows = [_renamed(row, heading, tokens[0]) for row in table.rows]


def _renamed(row: Row, old: str, new: str) -> Row:
    return {new if heading == old else heading: text for heading, text in row.items()}


def _drop_crashing(bench: Bench, table: Table) -> None:
    """Leave out columns on which the converter crashes, whatever they hold."""
    for heading, tokens in list(table.tokens.items()):
        clashes = len(tokens) > 1 and tokens[0] in _ATTRIBUTES and tokens[1] in _CRASHING
        if clashes or len(tokens) > _DEEPEST.get(tokens[0], len(tokens)):
            for row in table.rows:
                row.pop(heading, None)
            bench.note("forms.repair.column_dropped", table, None, heading, found=heading)
            del table.tokens[heading], table.places[heading]


def _drop_notes(bench: Bench, table: Table) -> None:
    """Leave out columns that the converter does not know where they would still stop it: an author's own notes."""
    if table.purpose != "survey":
        return
    for heading, tokens in list(table.tokens.items()):
        unknown = tokens == (heading,) and heading not in MultipleChoiceQuestion.get_slot_names()
        if unknown and any("${" in row.get(heading, "") for row in table.rows):
            for row in table.rows:
                row.pop(heading, None)
            bench.note("forms.repair.column_dropped", table, None, heading, found=heading)
            del table.tokens[heading], table.places[heading]


def _require(bench: Bench, table: Table) -> None:
    foreign = [heading for heading in table.places if heading in _ODKX or heading.startswith("display.")]
    if table.purpose == "survey" and foreign:
        bench.refuse("forms.dialect", table, None, foreign[0], dialect="ODK-X")
        return
    if table.purpose == "survey" and (not table.places or table.heading("type") is None):
        found = ", ".join(table.places)[:200]
        bench.refuse("forms.column_missing", table, None, None, name="type", found=found)
    if table.purpose == "choices" and any(table.rows) and table.heading("name") is None:
        found = ", ".join(table.places)[:200]
        bench.refuse("forms.column_missing", table, None, None, name="name", found=found)
