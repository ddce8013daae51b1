"""Moving a row among the others: two buttons on each row, and Alt+Up, Alt+Down anywhere in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.theme import theme

UP, DOWN = -1, 1


class RowButton(QPushButton):
    """A button of a row. It lets the keys go on that move the row; Qt would take them for a walk among buttons."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if step_of(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


class MoveButtons(QWidget):
    """Up and down. GUI thread only.

    Args:
        path: the row's, for the buttons' names.
        move: moves the row by so many places.
    """

    def __init__(self, path: str, move: Callable[[int], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.up = self._button(f"move_up:{path}", lambda: move(UP))
        self.down = self._button(f"move_down:{path}", lambda: move(DOWN))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.up)
        row.addWidget(self.down)
        theme().changed.connect(self._dress)
        self._dress()

    def _button(self, name: str, act: Callable[[], None]) -> QPushButton:
        made = RowButton(self)
        made.setObjectName(name)
        made.setProperty("kind", "icon")
        made.clicked.connect(lambda _checked=False: act())
        return made

    def name_row(self, row: str) -> None:
        """Say which row the buttons move."""
        up = QCoreApplication.translate("Forms", "Move up: {row}").format(row=row)
        down = QCoreApplication.translate("Forms", "Move down: {row}").format(row=row)
        for button, words, keys in ((self.up, up, "Alt+↑"), (self.down, down, "Alt+↓")):
            button.setAccessibleName(words)
            button.setToolTip(f"{words} ({keys})")

    def _dress(self) -> None:
        for button, icon in ((self.up, "arrow-up"), (self.down, "arrow-down")):
            button.setIcon(theme().icon(icon))
            button.setIconSize(QSize(theme().px(18), theme().px(18)))
            button.setFixedWidth(theme().px(32))


def step_of(event: QKeyEvent) -> int:
    """Return where a key moves the row that has the focus: `UP`, `DOWN` or 0."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.AltModifier:
        return 0
    return {Qt.Key.Key_Up: UP, Qt.Key.Key_Down: DOWN}.get(Qt.Key(event.key()), 0)


def place_words(row: str, place: int, rows: int) -> str:
    """Return where a row is now, for who listens."""
    text = QCoreApplication.translate("Forms", "{row}: now row {place} of {rows}")
    return text.format(row=row, place=place, rows=rows)


def end_words(row: str, by: int) -> str:
    """Return why a row does not move."""
    first = QCoreApplication.translate("Forms", "{row} is the first row already.")
    last = QCoreApplication.translate("Forms", "{row} is the last row already.")
    return (first if by < 0 else last).format(row=row)
