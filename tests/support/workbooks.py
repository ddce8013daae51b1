"""Small workbooks for tests, in the formats that offices use."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from openpyxl import Workbook

Rows = list[list[object]]


def workbook(**sheets: Rows) -> bytes:
    """An .xlsx."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A zip with these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return target.getvalue()


def ods(**sheets: Rows) -> bytes:
    """An .ods as LibreOffice writes one: its kind first and uncompressed, cells of text and numbers."""
    tables = "".join(f'<table:table table:name="{name}">{_rows(rows)}</table:table>' for name, rows in sheets.items())
    return ods_of(tables)


def ods_of(tables: str) -> bytes:
    """An .ods with this between its spreadsheet's tags."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        kind = b"application/vnd.oasis.opendocument.spreadsheet"
        written.writestr("mimetype", kind, compress_type=zipfile.ZIP_STORED)
        written.writestr("content.xml", content.encode())
    return target.getvalue()


def _rows(rows: Rows) -> str:
    return "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    shown = f"<text:p>{escape(str(value))}</text:p>"
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}">{shown}</table:table-cell>'
    return f'<table:table-cell office:value-type="string">{shown}</table:table-cell>'
