"""The line under a field: what is wrong, or that it is saved; and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.forms import words
from desktop.theme import repolish, theme


def plain_label(text: str = "", role: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label that wraps and never guesses at rich text: what a form says is not ours to trust."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setText(text)
    if role:
        label.setProperty("role", role)
    return label


class StatusLine(QWidget):
    """Room for one small line, kept free, so that nothing moves when it fills.

    Signals:
        retry: the person wants the saving tried again.
        clear: the person wants the choice taken back.
        why: the person wants to know what the form accepts.
    """

    retry = Signal()
    clear = Signal()
    why = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon = QLabel(self)
        self.icon.setAccessibleName(QCoreApplication.translate("Forms", "State"))
        self.text = plain_label(parent=self)
        self.again = self._link(QCoreApplication.translate("Forms", "Try again"), self.retry)
        self.ask_why = self._link(QCoreApplication.translate("Forms", "Why?"), self.why)
        self.ask_why.setToolTip(QCoreApplication.translate("Forms", "What the form accepts here (Alt+P)"))
        self.undo_choice = self._link(QCoreApplication.translate("Forms", "Clear the choice"), self.clear)
        self.undo_choice.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.ask_why, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.undo_choice, 0, Qt.AlignmentFlag.AlignTop)
        self._shown = ("", "")
        self.show_nothing()
        theme().changed.connect(self._dress)

    def _link(self, text: str, signal: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("kind", "link")
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(signal)
        button.hide()
        return button

    @property
    def told(self) -> str:
        """The words shown now."""
        return self.text.text()

    @property
    def busy(self) -> bool:
        """True while the line offers something to do."""
        return not (self.undo_choice.isHidden() and self.ask_why.isHidden() and self.again.isHidden())

    def show_nothing(self) -> None:
        self._show("", "", "")
        self.again.hide()

    def show_problem(self, text: str, *, retry: bool = False) -> None:
        self._show("error", "triangle-alert", text)
        self.again.setVisible(retry)

    def show_saved(self) -> None:
        self._show("saved", "circle-check", words.saved_text())
        self.again.hide()

    def offer_clear(self, offered: bool) -> None:
        self.undo_choice.setVisible(offered)

    def offer_why(self, offered: bool) -> None:
        self.ask_why.setVisible(offered)

    def _show(self, role: str, icon: str, text: str) -> None:
        if self.text.property("role") != role:
            self.text.setProperty("role", role)
            repolish(self.text)
        self._shown = (role, icon)
        self.text.setText(text)
        self._dress()

    def _dress(self) -> None:
        role, icon = self._shown
        self.icon.setVisible(bool(icon))
        if icon:
            token = "critical" if role == "error" else "positive"
            self.icon.setPixmap(theme().pixmap(icon, token, size=16, ratio=self.devicePixelRatioF()))
        self.setMinimumHeight(QFontMetrics(theme().font(14)).height() + 4)
