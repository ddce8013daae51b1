"""Which editor suits which question."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.buttons import AcknowledgeEditor, ChecksEditor, RadioEditor
from desktop.forms.editors.search import SearchManyEditor, SearchOneEditor
from desktop.forms.editors.text import AreaEditor, LineEditor
from desktop.forms.editors.typed import DateEditor, MomentEditor, NumberEditor, TimeEditor
from forms.views import QuestionView

RADIO_MOST = 7
CHECKS_MOST = 12

_BY_KIND: dict[str, type[Editor]] = {
    "integer": NumberEditor,
    "decimal": NumberEditor,
    "date": DateEditor,
    "time": TimeEditor,
    "datetime": MomentEditor,
    "acknowledge": AcknowledgeEditor,
}
_SEARCHED = frozenset({"autocomplete", "search"})


def editor_class(question: QuestionView) -> type[Editor]:
    """Return the editor for `question`: few choices are all in sight, many are searched."""
    if question.kind == "select_one":
        searched = question.choice_count > RADIO_MOST or bool(_SEARCHED & question.appearance)
        return SearchOneEditor if searched else RadioEditor
    if question.kind == "select_multiple":
        searched = question.choice_count > CHECKS_MOST or bool(_SEARCHED & question.appearance)
        return SearchManyEditor if searched else ChecksEditor
    if question.kind == "text":
        return AreaEditor if {"multiline", "textarea"} & question.appearance else LineEditor
    # What has no editor of its own yet takes its text as it would be stored: only an author sees such a question.
    return _BY_KIND.get(question.kind, LineEditor)


def make_editor(question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> Editor:
    """Return a new editor that shows the question's value."""
    editor = editor_class(question)(question, around, parent)
    editor.show_value(question.value)
    return editor
