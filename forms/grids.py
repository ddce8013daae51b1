"""Workbook bytes -> the cells of the sheets that a form uses, as text. Values only: nothing else is looked at.

Runs in the limited worker: the libraries that read spreadsheets are the largest surface a stranger's file meets.
"""

from __future__ import annotations

import contextlib
import csv
import io
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from forms import limits, odsreading, reader
from forms.errors import FormRefused, Problem
from forms.repairs import CERTAIN, LIKELY, Repair, column_letters

_OLD_NAMES = {"columns": "choices", "choice": "choices", "setting": "settings", "surveys": "survey"}
_EMPTY_ROWS_END = 60
"""So many empty rows end a sheet, as in the reference converter: what follows are an author's notes."""
_EMPTY_CHOICES_END = 2_000
"""Lists of choices are kept far apart in real workbooks: the reference converter loses those after a wide gap."""

Row = list[str]


@dataclass
class Grid:
    """One sheet: ``rows[0]`` is the header; an empty cell is an empty text; rows may differ in length."""

    name: str
    rows: list[Row] = field(default_factory=list)


@dataclass
class Workbook:
    """The sheets by what they are for (:data:`forms.reader.SHEETS`), every sheet's own name, and what was noticed."""

    grids: dict[str, Grid]
    names: list[str]
    repairs: list[Repair] = field(default_factory=list)


def read_workbook(data: bytes, kind: str) -> Workbook:
    """Read the sheets of a checked file.

    Args:
        kind: what :func:`forms.reader.kind_of` said.

    Raises:
        FormRefused: ``forms.not_a_form``, ``forms.too_large`` with sheet and cell.
    """
    readers: dict[str, Callable[[bytes], Workbook]] = {
        reader.XLSX: _read_xlsx,
        reader.XLS: _read_xls,
        reader.ODS: _read_ods,
        reader.CSV: _read_csv,
    }
    try:
        book = readers[kind](data)
    except (FormRefused, MemoryError):
        raise
    except Exception as error:
        # A damaged workbook makes these libraries raise anything; to the person it is a damaged workbook.
        details = {"reason": "archive", "error": type(error).__name__}
        raise FormRefused(Problem("forms.not_a_form", details=details)) from None
    survey = book.grids.get("survey")
    only_sheet = survey is not None and survey.name.strip().lower() not in ("survey", *_OLD_NAMES)
    if survey is None or (only_sheet and "type" not in {cell.lower() for cell in _head(book.grids)}):
        found = ", ".join(book.names[:10])
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "no_survey", "found": found}))
    return book


def purposes(names: list[str], repairs: list[Repair]) -> dict[str, str]:
    """Which sheet serves what: own name -> one of :data:`forms.reader.SHEETS`; a near miss is noted."""
    found: dict[str, str] = {}
    taken = {name.lower() for name in names}
    for name in names:
        plain = "_".join(name.strip().lower().split())
        purpose = plain if plain in reader.SHEETS else _OLD_NAMES.get(plain, "")
        if not purpose or purpose in found.values() or (purpose != name.lower() and purpose in taken):
            continue
        found[name] = purpose
        if purpose != name.lower():
            sure = CERTAIN if plain == purpose else LIKELY
            repairs.append(Repair("forms.repair.sheet_name", sheet=name, found=name, used=purpose, sure=sure))
    if "survey" not in found.values() and len(names) == 1:
        found = {names[0]: "survey"}  # as the reference converter does
    return found


def collect(name: str, purpose: str, rows: Iterable[Iterable[str]]) -> Grid:
    """Gather a sheet's rows up to its end, held to the limits.

    Raises:
        FormRefused: ``forms.too_large`` with the sheet and, for a cell's length, the cell.
    """
    grid = Grid(name)
    empty = cells = 0
    lists = purpose in ("choices", "external_choices")
    most, gap = (limits.CHOICE_ROWS_MAX, _EMPTY_CHOICES_END) if lists else (limits.SHEET_ROWS_MAX, _EMPTY_ROWS_END)
    for number, values in enumerate(rows, 1):
        row = list(values)
        while row and not row[-1]:
            row.pop()
        grid.rows.append(row)
        empty = 0 if row else empty + 1
        if empty > gap:
            break
        cells += len(row)
        if number > most and row:
            raise _too_large(name, "rows", number, most)
        if len(row) > limits.SHEET_COLUMNS_MAX:
            raise _too_large(name, "columns", len(row), limits.SHEET_COLUMNS_MAX, row=number)
        if cells > limits.CELLS_MAX:
            raise _too_large(name, "cells", cells, limits.CELLS_MAX)
        for index, text in enumerate(row):
            if len(text) > limits.CELL_CHARS_MAX:
                cell = f"{column_letters(index)}{number}"
                raise _too_large(name, "cell_chars", len(text), limits.CELL_CHARS_MAX, row=number, cell=cell)
    while grid.rows and not grid.rows[-1]:
        grid.rows.pop()
    return grid


def _too_large(
    sheet: str, limit: str, found: int, allowed: int, *, row: int | None = None, cell: str = ""
) -> FormRefused:
    details = {"limit": limit, "found": str(found), "allowed": str(allowed)} | ({"cell": cell} if cell else {})
    return FormRefused(Problem("forms.too_large", sheet=sheet, row=row, details=details))


def _read_xlsx(data: bytes) -> Workbook:
    from openpyxl.reader.excel import ExcelReader
    from pyxform.xls2json_backends import xlsx_value_to_str

    def texts(row: Iterable[object]) -> Iterator[str]:
        return ("" if value is None else str(xlsx_value_to_str(value)).strip() for value in row)

    repairs = _ignored_parts(data)
    with warnings.catch_warnings(), _extents_unread():
        warnings.simplefilter("ignore")  # of styles and extensions that forms do not use
        excel = ExcelReader(io.BytesIO(data), read_only=True, data_only=True)
        excel.read()
        book = excel.wb
        names = [str(name) for name in book.sheetnames]
        grids: dict[str, Grid] = {}
        for name, purpose in purposes(names, repairs).items():
            sheet = book[name]
            if not hasattr(sheet, "reset_dimensions"):
                continue  # a sheet of charts
            if sheet.sheet_state != "visible":
                repairs.append(Repair("forms.repair.sheet_hidden", sheet=name, found=name, used=purpose))
            grids[purpose] = collect(name, purpose, map(texts, sheet.iter_rows(values_only=True)))
        book.close()
        excel.archive.close()
    return Workbook(grids, names, repairs)


@contextlib.contextmanager
def _extents_unread() -> Iterator[None]:
    """What a file says about its own extent is often wrong, and a sheet that says nothing is read through for it."""
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    own = ReadOnlyWorksheet._get_size
    ReadOnlyWorksheet._get_size = ReadOnlyWorksheet.reset_dimensions
    try:
        yield
    finally:
        ReadOnlyWorksheet._get_size = own


def _ignored_parts(data: bytes) -> list[Repair]:
    """What a workbook carries besides cells is never run, never followed; it is only named."""
    kinds = {
        "vbaproject.bin": "macros",
        "xl/externallinks/": "external_links",
        "xl/embeddings/": "embedded_objects",
        "xl/connections.xml": "data_connections",
        "xl/activex/": "embedded_objects",
    }
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name.lower() for name in archive.namelist()]
    found = sorted({kind for mark, kind in kinds.items() if any(mark in part for part in parts)})
    return [Repair("forms.repair.part_ignored", found=kind) for kind in found]


def _read_xls(data: bytes) -> Workbook:
    import xlrd
    from pyxform.xls2json_backends import xls_value_to_unicode

    class Silence(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    book = xlrd.open_workbook(file_contents=data, logfile=Silence(), on_demand=True, ragged_rows=True)

    def text(cell: object) -> str:
        value, kind = cell.value, cell.ctype  # type: ignore[attr-defined]
        try:
            return "" if value in (None, "") else str(xls_value_to_unicode(value, kind, book.datemode)).strip()
        except xlrd.xldate.XLDateError:
            return str(value)

    repairs: list[Repair] = []
    names = [str(name) for name in book.sheet_names()]
    if len(names) > limits.SHEETS_MAX:
        raise _too_large(names[0], "sheets", len(names), limits.SHEETS_MAX)
    grids: dict[str, Grid] = {}
    for name, purpose in purposes(names, repairs).items():
        sheet = book.sheet_by_name(name)
        if sheet.visibility:
            repairs.append(Repair("forms.repair.sheet_hidden", sheet=name, found=name, used=purpose))
        rows = (map(text, sheet.row(number)) for number in range(sheet.nrows))
        grids[purpose] = collect(name, purpose, rows)
    book.release_resources()
    return Workbook(grids, names, repairs)


def _read_ods(data: bytes) -> Workbook:
    repairs: list[Repair] = []
    names = odsreading.sheet_names(data)
    wanted = purposes(names, repairs)
    found = odsreading.tables(data, frozenset(wanted))
    return Workbook(
        {wanted[name]: collect(name, wanted[name], rows) for name, rows in found.items()},
        names,
        repairs,
    )


def _read_csv(data: bytes) -> Workbook:
    text = reader.decoded(data)
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t")
    except csv.Error:
        dialect = "excel"
    previous = csv.field_size_limit(limits.CELL_CHARS_MAX + 1)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), dialect)]
    except csv.Error:
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "csv"})) from None
    finally:
        csv.field_size_limit(previous)
    if rows and "type" in {cell.lower() for cell in rows[0]}:
        return Workbook({"survey": collect("survey", "survey", rows)}, ["survey"])
    return _sections(rows)


def _sections(rows: list[Row]) -> Workbook:
    """A CSV of several sheets: a name in the first column opens one, its rows begin in the second."""
    by_name: dict[str, list[Row]] = {}
    current: list[Row] = []
    for row in rows:
        if row and row[0]:
            current = by_name.setdefault(row[0], [])
        if any(row[1:]):
            current.append(row[1:])
    repairs: list[Repair] = []
    wanted = purposes(list(by_name), repairs)
    grids = {purpose: collect(name, purpose, by_name[name]) for name, purpose in wanted.items()}
    return Workbook(grids if "type" in {cell.lower() for cell in _head(grids)} else {}, list(by_name), repairs)


def _head(grids: dict[str, Grid]) -> Row:
    survey = grids.get("survey")
    return survey.rows[0] if survey and survey.rows else []
