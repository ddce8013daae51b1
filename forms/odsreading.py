"""The cells of an OpenDocument spreadsheet, streamed: what is repeated is counted before it is written out."""

from __future__ import annotations

import io
import zipfile
from xml.parsers import expat

from forms import limits
from forms.errors import FormRefused, Problem
from forms.reader import feed, safe_parser, too_large

CONTENT = "content.xml"


def sheet_names(data: bytes) -> list[str]:
    """Return the sheets' names in their order.

    Raises:
        FormRefused: broken XML, a document type, or too many sheets.
    """
    names: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "table" and "table:name" in attributes:
            names.append(attributes["table:name"])
            if len(names) > limits.SHEETS_MAX:
                raise too_large("sheets", len(names), limits.SHEETS_MAX)

    parser = safe_parser()
    parser.StartElementHandler = start
    _feed(data, parser)
    return names


def tables(data: bytes, wanted: frozenset[str]) -> dict[str, list[list[str]]]:
    """Return the rows of the wanted sheets.

    Raises:
        FormRefused: ``forms.too_large`` with the sheet; broken XML.
    """
    content = _Content(wanted)
    parser = safe_parser()
    parser.StartElementHandler = content.start
    parser.EndElementHandler = content.end
    parser.CharacterDataHandler = content.text
    _feed(data, parser)
    return content.found


def _feed(data: bytes, parser: expat.XMLParserType) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if CONTENT not in archive.namelist():
            raise FormRefused(Problem("forms.not_a_form", details={"reason": "no_workbook"}))
        feed(archive, CONTENT, parser)


def _count(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "1")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 1


class _Content:
    """Collects cells; what is repeated but empty waits, and is written out only when something follows it."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted
        self.found: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] | None = None
        self._sheet = ""
        self._row: list[str] = []
        self._row_times = 1
        self._empty_rows = 0
        self._empty_cells = 0
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._aside = 0
        self._cells = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if name == "table:table":
            self._sheet = attributes.get("table:name", "")
            self._rows = self.found.setdefault(self._sheet, []) if self._sheet in self.wanted else None
            self._empty_rows = 0
        elif self._rows is None:
            return
        elif name == "table:table-row":
            self._row, self._empty_cells = [], 0
            self._row_times = _count(attributes, "table:number-rows-repeated")
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell, self._paragraphs = attributes, []
        elif name == "office:annotation":
            self._aside += 1
        elif self._cell is not None and not self._aside:
            self._inside(kind, attributes)

    def _inside(self, kind: str, attributes: dict[str, str]) -> None:
        if kind == "p":
            self._paragraphs.append("")
        elif self._paragraphs and kind == "s":
            self._paragraphs[-1] += " " * min(_count(attributes, "text:c"), 1_000)
        elif self._paragraphs and kind in ("line-break", "tab"):
            self._paragraphs[-1] += "\n" if kind == "line-break" else "\t"

    def text(self, data: str) -> None:
        if self._cell is not None and self._paragraphs and not self._aside:
            self._paragraphs[-1] += data
            if len(self._paragraphs[-1]) > limits.CELL_CHARS_MAX:
                raise too_large("cell_chars", len(self._paragraphs[-1]), limits.CELL_CHARS_MAX, self._sheet)

    def end(self, name: str) -> None:
        if self._rows is None:
            return
        if name == "office:annotation":
            self._aside -= 1
        elif name in ("table:table-cell", "table:covered-table-cell") and self._cell is not None:
            self._close_cell(self._cell)
            self._cell = None
        elif name == "table:table-row":
            self._close_row(self._rows)

    def _close_cell(self, attributes: dict[str, str]) -> None:
        times = _count(attributes, "table:number-columns-repeated")
        value = _value(attributes, "\n".join(self._paragraphs))
        if not value:
            self._empty_cells += times
            return
        width = len(self._row) + self._empty_cells + times
        if width > limits.SHEET_COLUMNS_MAX:
            raise too_large("columns", width, limits.SHEET_COLUMNS_MAX, self._sheet)
        self._row += [""] * self._empty_cells + [value] * times
        self._empty_cells = 0

    def _close_row(self, rows: list[list[str]]) -> None:
        if not self._row:
            self._empty_rows += self._row_times
            return
        height = len(rows) + self._empty_rows + self._row_times
        if height > limits.CHOICE_ROWS_MAX:
            raise too_large("rows", height, limits.CHOICE_ROWS_MAX, self._sheet)
        self._cells += len(self._row) * self._row_times
        if self._cells > limits.CELLS_MAX:
            raise too_large("cells", self._cells, limits.CELLS_MAX, self._sheet)
        rows += [[] for _ in range(self._empty_rows)] + [list(self._row) for _ in range(self._row_times)]
        self._empty_rows = 0


def _value(attributes: dict[str, str], shown: str) -> str:
    """A cell's value as the reference converter writes it for other workbooks."""
    kind = attributes.get("office:value-type", "")
    if kind in ("float", "percentage", "currency"):
        plain = attributes.get("office:value", shown)
        whole, dot, rest = plain.partition(".")
        return whole if dot and not rest.strip("0") else plain
    if kind == "boolean":
        return attributes.get("office:boolean-value", shown).upper()
    if kind == "date":
        return attributes.get("office:date-value", shown).replace("T", " ")
    return shown.strip()
