"""Free text: one line, or several."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.forms.editors.base import Editor, Surroundings
from forms.views import QuestionView

LINES_LEAST = 4
LINES_MOST = 14


class LineEditor(Editor):
    """One line of text."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.line = QLineEdit(self)
        self.line.textEdited.connect(lambda _text: self.typed.emit())
        self.line.installEventFilter(self)
        if "numbers" in question.appearance:
            self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)

    def stored(self) -> str | None:
        return self.line.text().strip() or None

    def show_value(self, value: str | None) -> None:
        if self.stored() != value:
            with QSignalBlocker(self.line):
                self.line.setText(value or "")
                self.line.setCursorPosition(0)

    def inputs(self) -> tuple[QWidget, ...]:
        return (self.line,)


class AreaEditor(Editor):
    """Several lines of text; the box grows with them. Tab leaves it, Enter makes a new line."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.area = QPlainTextEdit(self)
        self.area.setTabChangesFocus(True)
        self.area.textChanged.connect(self._changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.area)
        self._fit()

    def stored(self) -> str | None:
        return self.area.toPlainText().strip() or None

    def show_value(self, value: str | None) -> None:
        if self.stored() != value:
            with QSignalBlocker(self.area):
                self.area.setPlainText(value or "")
            self._fit()

    def inputs(self) -> tuple[QWidget, ...]:
        return (self.area,)

    def _changed(self) -> None:
        self._fit()
        self.typed.emit()

    def _fit(self) -> None:
        # The document's height counts laid-out lines, so that wrapped lines grow the box as typed ones do.
        lines = max(LINES_LEAST, min(LINES_MOST, round(self.area.document().size().height()) + 1))
        height = lines * QFontMetrics(self.area.font()).lineSpacing() + 2 * round(self.area.document().documentMargin())
        frame = self.area.height() - self.area.viewport().height() if self.area.isVisible() else 16
        self.area.setFixedHeight(height + max(frame, 16))
