"""Workbook bytes -> is it one, and is it small enough to open? Decided by content, before anything is inflated."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from xml.parsers import expat

from forms import limits
from forms.errors import FormRefused, Problem

XLSX, XLS, XML = "xlsx", "xls", "xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(r"([A-Z]{1,4})([0-9]{1,8})", re.ASCII)
_CHUNK = 64 * 1024


def kind_of(data: bytes) -> str:
    """Return ``xlsx``, ``xls`` or ``xml`` by looking at the bytes; the file's name is often wrong.

    Raises:
        FormRefused: ``forms.too_large`` or ``forms.not_a_form``.
    """
    if len(data) > limits.PACKED_BYTES_MAX:
        raise _too_large("packed_bytes", len(data), limits.PACKED_BYTES_MAX)
    if data.startswith(b"PK\x03\x04"):
        return XLSX
    if data.startswith(_OLE):
        return XLS
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return XML
    raise FormRefused(Problem("forms.not_a_form", details={"reason": "unknown_content"}))


def check_workbook(data: bytes) -> None:
    """Hold an .xlsx to the limits of :mod:`forms.limits`: the archive first, then its sheets, streamed.

    Raises:
        FormRefused: ``forms.too_large`` with the sheet where it is one, or ``forms.not_a_form``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive)
            names = _sheet_names(archive)
            for part in archive.namelist():
                if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                    _check_sheet(archive, part, names.get(part, part))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "archive"})) from None


def _too_large(limit: str, found: int, allowed: int, sheet: str | None = None) -> FormRefused:
    details = {"limit": limit, "found": str(found), "allowed": str(allowed)}
    return FormRefused(Problem("forms.too_large", sheet=sheet, details=details))


def _check_archive(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > limits.PARTS_MAX:
        raise _too_large("parts", len(parts), limits.PARTS_MAX)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.UNPACKED_BYTES_MAX:
        raise _too_large("unpacked_bytes", unpacked, limits.UNPACKED_BYTES_MAX)
    for part in parts:
        ratio = part.file_size // max(1, part.compress_size)
        if part.file_size > limits.RATIO_CHECK_BYTES_MIN and ratio > limits.COMPRESSION_RATIO_MAX:
            raise _too_large("compression_ratio", ratio, limits.COMPRESSION_RATIO_MAX)
        if part.flag_bits & 1:
            raise FormRefused(Problem("forms.not_a_form", details={"reason": "encrypted"}))
    if "xl/workbook.xml" not in archive.namelist():
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "no_workbook"}))


def _parser() -> expat.XMLParserType:
    """A parser that refuses document types, so that no entity can be declared."""
    parser = expat.ParserCreate()

    def refuse(*_arguments: object) -> None:
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "doctype"}))

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _feed(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError:
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "xml"})) from None


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part -> the sheet's name, for messages."""
    by_relation: dict[str, str] = {}
    found: dict[str, str] = {}

    def workbook(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            by_relation[attributes.get("r:id", "")] = attributes.get("name", "")

    def relations(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and attributes.get("Id") in by_relation:
            target = attributes.get("Target", "").lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            found[part] = by_relation[attributes["Id"]]

    for part, handler in (("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", relations)):
        if part in archive.namelist():
            parser = _parser()
            parser.StartElementHandler = handler
            _feed(archive, part, parser)
    return found


@dataclass
class _Extent:
    """How far the cells that hold something reach. Empty formatted cells do not count: whole columns often are."""

    sheet: str
    row: int = 0
    column: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            found = _CELL.fullmatch(attributes.get("r", ""))
            self.row, self.column = (int(found[2]), _column_number(found[1])) if found else (0, 0)
        elif name in ("v", "is"):
            if self.row > limits.SHEET_ROWS_MAX:
                raise _too_large("rows", self.row, limits.SHEET_ROWS_MAX, self.sheet)
            if self.column > limits.SHEET_COLUMNS_MAX:
                raise _too_large("columns", self.column, limits.SHEET_COLUMNS_MAX, self.sheet)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _check_sheet(archive: zipfile.ZipFile, part: str, name: str) -> None:
    parser = _parser()
    parser.StartElementHandler = _Extent(name).start
    _feed(archive, part, parser)
