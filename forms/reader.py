"""Workbook bytes -> is it one, and is it small enough to open? Decided by content, before anything is inflated."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from xml.parsers import expat

from forms import limits
from forms.errors import FormRefused, Problem

XLSX, XLS, ODS, CSV, XML = "xlsx", "xls", "ods", "csv", "xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(r"([A-Z]{1,4})([0-9]{1,8})", re.ASCII)
_CHUNK = 64 * 1024
_ODS_MARK = b"application/vnd.oasis.opendocument.spreadsheet"
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, KeyError)
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MAIN_PARTS = {XLSX: "xl/workbook.xml", ODS: "content.xml"}
SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
"""What a sheet of a form may be for."""
_CHOICE_SHEETS = ("choices", "external_choices")


def kind_of(data: bytes) -> str:
    """Return ``xlsx``, ``xls``, ``ods``, ``csv`` or ``xml`` by looking at the bytes; the file's name is often wrong.

    Raises:
        FormRefused: ``forms.too_large`` or ``forms.not_a_form``.
    """
    if len(data) > limits.PACKED_BYTES_MAX:
        raise too_large("packed_bytes", len(data), limits.PACKED_BYTES_MAX)
    if data.startswith(b"PK\x03\x04"):
        return ODS if _ODS_MARK in data[:200] else XLSX
    if data.startswith(_OLE):
        return XLS
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return XML
    if _is_table(data):
        return CSV
    raise FormRefused(Problem("forms.not_a_form", details={"reason": "unknown_content"}))


def decoded(data: bytes) -> str:
    """The text of a CSV: UTF-8, or UTF-16 with its mark, or else what French spreadsheet programs write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _is_table(data: bytes) -> bool:
    """Whether the bytes are text that begins as the sheet ``survey`` of an XLSForm does."""
    head = data[:8192]
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    lines = [line for line in decoded(head[: len(head) // 2 * 2]).splitlines()[:50] if line.strip(' ,;\t"')]
    cells = [{cell.strip(' "').lower() for cell in re.split("[,;\t]", line)} for line in lines]
    return bool(cells) and (
        {"type", "name"} <= cells[0] or any(row & {"survey", "choices", "settings"} for row in cells[:1])
    )


def check_workbook(data: bytes, kind: str = XLSX) -> None:
    """Hold an .xlsx or .ods to the limits of :mod:`forms.limits`: the archive first, then its parts, streamed.

    Raises:
        FormRefused: ``forms.too_large`` with the sheet where it is one, or ``forms.not_a_form``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, _MAIN_PARTS[kind])
            names = _used(_sheet_names(archive)) if kind == XLSX else {}
            for part in archive.namelist():
                if part.endswith((".xml", ".rels")):
                    _check_part(archive, part, names.get(part))
    except (*_BROKEN, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "archive"})) from None


def too_large(limit: str, found: int, allowed: int, sheet: str | None = None) -> FormRefused:
    """The refusal of a file that asks for too much."""
    details = {"limit": limit, "found": str(found), "allowed": str(allowed)}
    return FormRefused(Problem("forms.too_large", sheet=sheet, details=details))


def _check_archive(archive: zipfile.ZipFile, main_part: str) -> None:
    parts = archive.infolist()
    if len(parts) > limits.PARTS_MAX:
        raise too_large("parts", len(parts), limits.PARTS_MAX)
    if len({part.filename for part in parts}) != len(parts):
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "archive"}))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.UNPACKED_BYTES_MAX:
        raise too_large("unpacked_bytes", unpacked, limits.UNPACKED_BYTES_MAX)
    for part in parts:
        ratio = part.file_size // max(1, part.compress_size)
        if part.file_size > limits.RATIO_CHECK_BYTES_MIN and ratio > limits.COMPRESSION_RATIO_MAX:
            raise too_large("compression_ratio", ratio, limits.COMPRESSION_RATIO_MAX)
        if part.compress_type not in _PACKINGS:
            raise FormRefused(Problem("forms.not_a_form", details={"reason": "archive"}))
        if part.flag_bits & 1:
            raise FormRefused(Problem("forms.not_a_form", details={"reason": "encrypted"}))
    if main_part not in archive.namelist():
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "no_workbook"}))


def safe_parser() -> expat.XMLParserType:
    """A parser that refuses document types, so that no entity can be declared."""
    parser = expat.ParserCreate()

    def refuse(*_arguments: object) -> None:
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "doctype"}))

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def feed(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    """Stream one part of an archive through a parser.

    Raises:
        FormRefused: the part is malformed, or what the parser's handlers raise.
    """
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError):  # the latter two: an encoding that nobody knows
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
            parser = safe_parser()
            parser.StartElementHandler = handler
            feed(archive, part, parser)
    return found


def _used(names: dict[str, str]) -> dict[str, str]:
    """Only the sheets that a form may use: what else lies in a workbook is not read, so it may be large."""
    by_part = {part: name for part, name in names.items() if name.strip().lower().replace(" ", "_") in SHEETS}
    return by_part if any(name.strip().lower() == "survey" for name in by_part.values()) else names


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
            most = limits.CHOICE_ROWS_MAX if self.sheet.strip().lower() in _CHOICE_SHEETS else limits.SHEET_ROWS_MAX
            if self.row > most:
                raise too_large("rows", self.row, most, self.sheet)
            if self.column > limits.SHEET_COLUMNS_MAX:
                raise too_large("columns", self.column, limits.SHEET_COLUMNS_MAX, self.sheet)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _check_part(archive: zipfile.ZipFile, part: str, sheet: str | None) -> None:
    """No part may declare a document type; the sheets that a form uses are small enough."""
    parser = safe_parser()
    if sheet is not None:
        parser.StartElementHandler = _Extent(sheet).start
    feed(archive, part, parser)
