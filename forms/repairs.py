"""What the importer changed or left out to open a form: one frozen record each, codes and facts, never sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

CERTAIN, LIKELY, GUESS = "certain", "likely", "guess"
SURENESS = (CERTAIN, LIKELY, GUESS)
"""How sure a repair is: the meaning cannot differ; it is what authors mean by it; somebody must look at it."""

CODES = frozenset(
    {
        "forms.repair.yes_no",
        "forms.repair.sheet_name",
        "forms.repair.part_ignored",
        "forms.repair.sheet_hidden",
        "forms.repair.column_name",
        "forms.repair.column_merged",
        "forms.repair.column_conflict",
        "forms.repair.column_dropped",
        "forms.repair.type_spelling",
        "forms.repair.type_dialect",
        "forms.repair.type_as_text",
        "forms.repair.row_skipped",
        "forms.repair.root_name",
        "forms.repair.name_missing",
        "forms.repair.name_invalid",
        "forms.repair.name_reserved",
        "forms.repair.name_duplicate",
        "forms.repair.label_missing",
        "forms.repair.calculation_missing",
        "forms.repair.reference",
        "forms.repair.reference_empty",
        "forms.repair.reference_root",
        "forms.repair.list_name",
        "forms.repair.list_missing",
        "forms.repair.choice_name",
        "forms.repair.choice_duplicate",
        "forms.repair.choices_repeated",
        "forms.repair.group_closed",
        "forms.repair.group_end_dropped",
        "forms.repair.group_end_kind",
        "forms.repair.parameters",
        "forms.repair.cell_dropped",
        "forms.repair.external_list",
        "forms.repair.label_filter",
    }
)
"""Every code there is; the words for them live at the edges."""


@dataclass(frozen=True)
class Repair:
    """One change between what the workbook says and what is opened.

    Attributes:
        code: one of :data:`CODES`; it says what was wrong.
        sheet: the sheet's name in the workbook, or None where the whole file is meant.
        row: the row as a spreadsheet program shows it (the header is row 1), or None.
        column: the column's heading, or None.
        cell: the cell's address (``B12``), or None.
        found: what the workbook holds.
        used: what is used instead; empty where something is left out.
        sure: one of :data:`SURENESS`.
        details: further named facts for the sentence.
    """

    code: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    found: str = ""
    used: str = ""
    sure: str = CERTAIN
    details: Mapping[str, str] = field(default_factory=dict)


def as_json(repair: Repair) -> dict[str, Any]:
    """The repair as plain data, for the worker's answer and for machines."""
    return asdict(repair)


def from_json(plain: Mapping[str, Any]) -> Repair:
    """The repair that :func:`as_json` wrote.

    Raises:
        TypeError: ``plain`` is none.
    """
    return Repair(**plain)


def column_letters(number: int) -> str:
    """The letters of a column, from 0: A, B, … Z, AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
