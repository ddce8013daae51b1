"""Small forms for tests, written as XLSForm tables, and sessions over them with a fixed clock."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import Any

from pyxform.xls2xform import convert

from forms import compile_worker
from forms.definition import FormDefinition, parse_form
from forms.session import Session

TODAY = date(2026, 11, 23)
NOW_MS = 1_795_428_000_000
"""2026-11-23 10:00 UTC."""
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "xlsforms"


def xform(table: str) -> bytes:
    """XForm document of an XLSForm written as a Markdown table."""
    document: str = convert(table, file_type=".md").xform
    return document.encode()


def define(table: str, media: Mapping[str, bytes] | None = None) -> FormDefinition:
    """Definition of an XLSForm written as a Markdown table."""
    return parse_form(xform(table), media)


def row_ids(prefix: str = "r") -> Callable[[], str]:
    """Row identities r0, r1, …"""
    numbers = itertools.count()
    return lambda: f"{prefix}{next(numbers)}"


def start(
    form: str | FormDefinition,
    answers: Mapping[str, str | None] | None = None,
    *,
    tz: tzinfo = UTC,
    media: Mapping[str, bytes] | None = None,
    **more: Any,
) -> Session:
    """A session over a table or a definition, today being 2026-11-23."""
    definition = define(form, media) if isinstance(form, str) else form
    more.setdefault("new_row_id", row_ids())
    return Session(definition, answers=answers, today=TODAY, now_ms=NOW_MS, tz=tz, **more)


def convert_here(workbook: bytes, name: str) -> bytes:
    """Convert a workbook in this process: the same code as the limited worker, without starting one for each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl speaks of styles and extensions that forms do not use
        return compile_worker.convert(workbook, name).xform


def corpus_media() -> dict[str, bytes]:
    """The data files that lie beside the public corpus."""
    return {path.name: path.read_bytes() for path in CORPUS.glob("*") if path.suffix in (".csv", ".geojson")}


def corpus_forms() -> list[Path]:
    """Every form of the public corpus; empty where the corpus is not there."""
    return sorted(path for path in CORPUS.glob("*") if path.suffix in (".xlsx", ".xls", ".xml"))
