"""Why a question is hidden, refuses an answer or has its value: a quiet panel, with the way to each answer."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.forms.reasons import Reason, Told
from desktop.forms.status import plain_label
from desktop.theme import theme
from desktop.widgets.basics import PushButton

STEP = 24
"""A condition of a condition stands so much further in."""


class WhyPanel(QFrame):
    """One explanation. GUI thread only.

    Signals:
        chosen: the person goes to the question with this path.
        closed: the person has read it.
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("form.why")
        self.setProperty("surface", "inset")
        self.title = plain_label(role="strong", parent=self)
        self.intro = plain_label(parent=self)
        self.close_button = PushButton(QCoreApplication.translate("Forms", "Close"))
        self.close_button.setProperty("kind", "link")
        self.close_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.close_button.clicked.connect(lambda _checked=False: self.closed.emit())
        self._rows: list[QWidget] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.intro)
        column.addLayout(self._lines)
        theme().changed.connect(self._dress)
        self.hide()

    def show_told(self, words: Told) -> None:
        """Show these words in place of those before."""
        for row in self._rows:
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.title.setText(words.title)
        self.intro.setText(words.intro)
        self._rows = [self._row(reason) for reason in words.reasons]
        for row in self._rows:
            self._lines.addWidget(row)
        self.setAccessibleName(words.title)
        self._dress()
        self.show()

    def texts(self) -> list[str]:
        """The lines shown, for tests and for screen readers' walks."""
        return [row.accessibleName() for row in self._rows]

    def _row(self, reason: Reason) -> QWidget:
        row = QWidget(self)
        icon = QLabel(row)
        icon.setObjectName("icon")
        icon.setProperty("holds", reason.holds)
        state = "" if reason.holds is None else _state(reason.holds)
        icon.setAccessibleName(state)
        row.setAccessibleName(
            QCoreApplication.translate("Forms", "{reason}: {state}").format(reason=reason.text, state=state)
            if state
            else reason.text
        )
        layout = QHBoxLayout(row)
        layout.setContentsMargins(reason.depth * STEP, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(plain_label(reason.text, parent=row), 1)
        if reason.path:
            layout.addWidget(self._link(reason), 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _link(self, reason: Reason) -> QPushButton:
        link = PushButton(QCoreApplication.translate("Forms", "Go there"))
        link.setProperty("kind", "link")
        link.setCursor(Qt.CursorShape.PointingHandCursor)
        link.setAccessibleName(QCoreApplication.translate("Forms", "Go there: {reason}").format(reason=reason.text))
        link.setObjectName("why.go")
        link.clicked.connect(partial(self._go, reason.path))
        return link

    def _go(self, path: str, _checked: bool = False) -> None:
        self.chosen.emit(path)

    def _dress(self) -> None:
        for row in self._rows:
            icon = row.findChild(QLabel, "icon")
            holds = None if icon is None else icon.property("holds")
            if icon is None:
                continue
            icon.setVisible(holds is not None)
            if holds is not None:
                name, token = ("circle-check", "positive") if holds else ("circle-x", "critical")
                icon.setPixmap(theme().pixmap(name, token, size=16, ratio=self.devicePixelRatioF()))


def _state(holds: bool) -> str:
    translate = QCoreApplication.translate
    return translate("Forms", "met") if holds else translate("Forms", "not met")
