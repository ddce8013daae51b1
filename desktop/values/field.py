"""One field to be typed outside its form, with the form's own editor and rules. The input stays whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.factory import make_editor
from desktop.forms.words import issue_text
from desktop.screens.citizens.model import check_one
from desktop.theme import repolish
from desktop.values.reader import FieldWords
from desktop.widgets.basics import column, label
from desktop.words.dates import iso_day
from forms.errors import FormsError

LONG_TEXT = 80
"""A text that is longer, or has several lines, gets a box instead of a line."""


class ValueField(QWidget):
    """Label, editor, and what is wrong. GUI thread only.

    Args:
        known: the field; its session is this widget's from now on.
        value: the stored value that the editor begins with.
        around: today and the zone, for dates.
        name: object name of the input, for tests.
    """

    def __init__(self, known: FieldWords, value: str | None, today: date, zone: tzinfo, *, name: str) -> None:
        super().__init__()
        self._known, self._today = known, today
        self._label = label(known.label, "label")
        self._error = label("", "error", name=f"{name}.error")
        self._error.hide()
        self._editor: Editor | None = None
        self._line: QLineEdit | QPlainTextEdit | None = None
        inside = self._form_editor(value, zone) if known.question is not None else self._plain_editor(value)
        entrance = self.entrance()
        entrance.setObjectName(name)
        self._label.setBuddy(entrance)
        self.setLayout(column(self._label, inside, self._error, gap=4))
        self._describe("")

    def entrance(self) -> QWidget:
        """Return what takes the focus."""
        if self._editor is not None:
            return self._editor.entrance()
        assert self._line is not None
        return self._line

    def stored(self) -> str | None:
        """Return what is typed, as it is stored; None for nothing."""
        if self._editor is not None:
            return self._editor.stored()
        text = self._typed().strip()
        if self._known.kind == "citizen":
            return check_one(self._known.field, text, self._today)[0] or None if text else None
        return text or None

    def problem(self) -> str:
        """Return what is wrong with what is typed, named by its field; empty for nothing. Leaves the editor tidy."""
        if self._editor is not None:
            self._editor.leave()
            return self._editor.own_problem()
        if self._known.kind == "citizen":
            return check_one(self._known.field, " ".join(self._typed().split()), self._today)[1]
        return ""

    def checked(self) -> Callable[[], str]:
        """Return a look at the form's own rules for what is typed; it runs away from the GUI thread, on a session that
        nobody else uses, and gives what is wrong in words or an empty text."""
        session, question, value = self._known.session, self._known.question, self.stored()

        def check() -> str:
            if session is None or question is None:
                return ""
            try:
                session.answer(question.path, value)
                problem = session.question(question.path).problem
            except FormsError:
                return ""  # Read-only or gone in the form: what the service says of it counts.
            return issue_text(problem, question) if problem is not None else ""

        return check

    def set_error(self, text: str) -> None:
        """Show what is wrong; empty takes it away."""
        self._error.setText(text)
        self._error.setVisible(bool(text))
        if self._editor is not None:
            self._editor.mark_invalid(bool(text))
        elif self._line is not None:
            self._line.setProperty("invalid", bool(text))
            repolish(self._line)
        self._describe(text)

    @property
    def error(self) -> str:
        """The error shown, or empty."""
        return self._error.text()

    def _describe(self, error: str) -> None:
        if self._editor is not None:
            self._editor.describe(self._known.label, error)
        elif self._line is not None:
            self._line.setAccessibleName(self._known.label)
            self._line.setAccessibleDescription(error)

    def _typed(self) -> str:
        line = self._line
        assert line is not None
        return line.text() if isinstance(line, QLineEdit) else line.toPlainText()

    def _form_editor(self, value: str | None, zone: tzinfo) -> QWidget:
        question, session = self._known.question, self._known.session
        assert question is not None and session is not None
        around = Surroundings(
            choices=session.choices,
            choice_label=session.choice_label,
            when_quiet=lambda reading: reading(),
            prepare=lambda _reading: None,
            today=self._today,
            zone=zone,
        )
        self._editor = make_editor(question, around, self)
        self._editor.show_value(value)
        return self._editor

    def _plain_editor(self, value: str | None) -> QWidget:
        text = value or ""
        if self._known.kind == "citizen" and self._known.field == "birth_date":
            text = iso_day(text)
        if "\n" in text or len(text) > LONG_TEXT:
            area = QPlainTextEdit(text)
            area.setTabChangesFocus(True)
            self._line = area
        else:
            self._line = QLineEdit(text)
        return self._line
