"""Which repeats are entered as a table, and what stands above its columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forms.views import QuestionView, RepeatView

COLUMNS_MOST = 6
ROWS_MOST = 40
"""More rows are cards that open one by one: a table would build every field at once."""
LABEL_MOST = 40
HELP_MOST = 60
_WIDTHS = {"text": 130, "integer": 80, "decimal": 90, "date": 155, "time": 90, "select_one": 172, "calculate": 90}
_LONG = frozenset({"multiline", "textarea", "likert", "list-nolabel", "label", "geopoint", "geotrace", "geoshape"})
INDEX_PX = 32
ACTS_PX = 108
GAP_PX = 8


@dataclass(frozen=True)
class Column:
    """What stands above a column; ``width`` is its least, in pixels at 100 %, and its share of what is left."""

    ref: str
    label: str
    help: str
    required: bool
    width: int


def columns_of(repeat: RepeatView) -> tuple[Column, ...]:
    """Return the columns of a repeat whose rows are few short questions; none when it is entered as blocks."""
    if not repeat.rows or len(repeat.rows) > ROWS_MOST or repeat.columns:
        return ()
    found: dict[str, QuestionView] = {}
    order: list[str] = []
    for row in repeat.rows:
        place = 0
        for item in row.items:
            if not isinstance(item, QuestionView) or not _is_short(item):
                return ()
            if item.ref not in found:
                order.insert(place, item.ref)
            found.setdefault(item.ref, item)
            place = order.index(item.ref) + 1
    if not 1 <= len(order) <= COLUMNS_MOST:
        return ()
    return tuple(_column(found[ref], repeat) for ref in order)


def _is_short(question: QuestionView) -> bool:
    help_text = question.hint + question.guidance
    words = len(question.label) <= LABEL_MOST and len(help_text) <= HELP_MOST
    return question.kind in _WIDTHS and words and not _LONG & question.appearance


def _column(question: QuestionView, repeat: RepeatView) -> Column:
    asked = [item for row in repeat.rows for item in row.items if isinstance(item, QuestionView)]
    help_text = "\n".join(text for text in (question.hint, question.guidance) if text)
    required = any(item.required for item in asked if item.ref == question.ref)
    return Column(question.ref, question.label, help_text, required, _WIDTHS[question.kind])


def width_of(columns: Sequence[Column]) -> int:
    """Return the least width of a table in pixels at 100 %."""
    return INDEX_PX + ACTS_PX + sum(column.width + GAP_PX for column in columns)


def in_cell(question: QuestionView) -> QuestionView:
    """Return the question as its editor is chosen in a cell: choices are a list that drops down."""
    if question.kind != "select_one":
        return question
    return replace(question, appearance=question.appearance - {"quick", "columns", "columns-pack"} | {"minimal"})
