"""Which editor suits which question."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.forms.editors.across import ACROSS_MOST, LikertEditor, RatingEditor, TableChecksEditor, TableRowEditor
from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.buttons import AcknowledgeEditor, ChecksEditor, RadioEditor
from desktop.forms.editors.drop import DROP_MOST, DropEditor, PickerEditor
from desktop.forms.editors.numbers import STEPS_MOST, steps_of
from desktop.forms.editors.places import PlaceEditor, PlacesEditor
from desktop.forms.editors.ranking import RANKED_MOST, RankEditor
from desktop.forms.editors.search import SearchManyEditor, SearchOneEditor
from desktop.forms.editors.slider import RangeEditor
from desktop.forms.editors.special import AddressEditor, BearingEditor, CodeEditor, CounterEditor, MaskedEditor
from desktop.forms.editors.text import AreaEditor, LineEditor
from desktop.forms.editors.typed import DateEditor, MomentEditor, MonthEditor, NumberEditor, TimeEditor, YearEditor
from forms.views import QuestionView

RADIO_MOST = 7
CHECKS_MOST = 12
LAID_OUT_MOST = 60
"""So many choices are shown where the form says how to lay them out: its author has seen them."""

CHOICE_KINDS = frozenset({"select_one", "select_multiple"})
_BY_KIND: dict[str, type[Editor]] = {
    "integer": NumberEditor,
    "decimal": NumberEditor,
    "date": DateEditor,
    "time": TimeEditor,
    "datetime": MomentEditor,
    "acknowledge": AcknowledgeEditor,
    "text": LineEditor,
}
_BY_APPEARANCE: dict[str, tuple[tuple[str, type[Editor]], ...]] = {
    "text": (
        ("geopoint", PlaceEditor),
        ("geotrace", PlacesEditor),
        ("geoshape", PlacesEditor),
        ("barcode", CodeEditor),
        ("masked", MaskedEditor),
        ("multiline", AreaEditor),
        ("textarea", AreaEditor),
        ("url", AddressEditor),
    ),
    "integer": (("counter", CounterEditor),),
    "decimal": (("bearing", BearingEditor),),
    "date": (("month-year", MonthEditor), ("year", YearEditor)),
}
"""The first word that a form uses decides."""
_SEARCHED = frozenset({"autocomplete", "search"})
_LAID_OUT = frozenset({"quick", "columns", "columns-pack", "no-buttons", "likert", "horizontal", "horizontal-compact"})


def editor_class(question: QuestionView) -> type[Editor]:
    """Return the editor for `question`: few choices are all in sight, many are searched."""
    if question.kind == "select_one":
        return _one_of(question)
    if question.kind == "select_multiple":
        return _any_of(question)
    if question.kind == "rank":
        return RankEditor if question.choice_count <= RANKED_MOST else LineEditor
    if question.kind == "range":
        return _range(question)
    for word, made in _BY_APPEARANCE.get(question.kind, ()):
        if word in question.appearance:
            return made
    # What has no editor of its own yet takes its text as it would be stored: only an author sees such a question.
    return _BY_KIND.get(question.kind, LineEditor)


def _laid_out(question: QuestionView) -> bool:
    asked = question.appearance
    return bool(_LAID_OUT & asked) or any(word.startswith("columns-") for word in asked)


def _searched(question: QuestionView, most: int) -> bool:
    if _SEARCHED & question.appearance:
        return True
    return question.choice_count > (LAID_OUT_MOST if _laid_out(question) else most)


def _one_of(question: QuestionView) -> type[Editor]:
    asked, count = question.appearance, question.choice_count
    if "likert" in asked and count <= ACROSS_MOST:
        return LikertEditor
    if "list-nolabel" in asked and 0 < count <= ACROSS_MOST:
        return TableRowEditor
    if "minimal" in asked and not _SEARCHED & asked and count <= DROP_MOST:
        return DropEditor
    return SearchOneEditor if _searched(question, RADIO_MOST) else RadioEditor


def _any_of(question: QuestionView) -> type[Editor]:
    asked, count = question.appearance, question.choice_count
    if "list-nolabel" in asked and 0 < count <= ACROSS_MOST:
        return TableChecksEditor
    return SearchManyEditor if "minimal" in asked or _searched(question, CHECKS_MOST) else ChecksEditor


def _range(question: QuestionView) -> type[Editor]:
    bounds = question.bounds
    if bounds is None:
        return NumberEditor
    few = abs(bounds.end - bounds.start) / bounds.step < STEPS_MOST
    if "rating" in question.appearance and len(steps_of(question)) <= ACROSS_MOST:
        return RatingEditor
    return PickerEditor if "picker" in question.appearance and few else RangeEditor


def make_editor(question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> Editor:
    """Return a new editor that shows the question's value."""
    editor = editor_class(question)(question, around, parent)
    editor.show_value(question.value)
    return editor
