"""The bottom strip: the true state of sync in words, and messages with their undo. Never modal."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy

from desktop.theme import theme
from desktop.widgets.basics import button, row, set_role, tool_button
from desktop.widgets.elided import ElidedLabel
from desktop.words.sync_line import SyncLine

PASSING_MS = 8000
_ICONS = {"positive": "circle-check", "caution": "triangle-alert", "critical": "circle-x", "info": "info"}


class Strip(QFrame):
    """28 px high at 100 %. Good news pass; what went wrong stays until it is read away or replaced.

    Signals:
        asked: the person pressed the state of sync, to see all of it.
    """

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "strip")
        self._icon = QLabel()
        self._state = ElidedLabel("secondary", name="strip.state")
        self._state.clicked.connect(self.asked)
        self._state.setCursor(Qt.CursorShape.PointingHandCursor)
        self._line: SyncLine | None = None
        self._mark = QLabel()
        self._message = ElidedLabel("secondary", name="strip.message")
        self._undo = button(self.tr("Undo"), self._run_undo, kind="link", name="strip.undo", shortcut="Ctrl+Shift+Z")
        self._close = tool_button("x", self.tr("Close the message"), self.clear)
        self._close.setProperty("kind", "small")
        self._act: Callable[[], None] | None = None
        self._tone = "info"
        self._timer = QTimer(self, singleShot=True, interval=PASSING_MS)
        self._timer.timeout.connect(self.clear)
        line = row(
            self._icon, self._state, 16, self._mark, self._message, self._undo, self._close, margins=(12, 0, 8, 0)
        )
        line.setStretchFactor(self._message, 1)
        self.setLayout(line)
        for picture in (self._icon, self._mark):
            picture.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        # Where there is no room for both, the message is cut: the state of sync is what must always be whole.
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._state.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._draw)
        self.clear()
        self._draw()

    @property
    def state_text(self) -> str:
        """The sync line's words."""
        return self._state.text()

    @property
    def message(self) -> str:
        """The message shown, or empty."""
        return self._message.text()

    def show_state(self, line: SyncLine) -> None:
        """Show where sync stands."""
        if line != self._line:
            self._line = line
            self._state.setText(line.text)
            self._draw()

    def say(self, text: str, tone: str = "info", *, undo: Callable[[], None] | None = None, detail: str = "") -> None:
        """Show a message; ``undo`` takes its act back, ``detail`` (a code) is in the tooltip."""
        self._message.setText(text)
        self._message.setToolTip(detail or text)
        set_role(self._message, "tone", tone)
        self._tone = tone
        self._draw_mark()
        self._act = undo
        for each in (self._mark, self._message, self._close):
            each.show()
        self._undo.setVisible(undo is not None)
        self._timer.stop()
        if tone in ("positive", "info") and undo is None:
            self._timer.start()

    def clear(self) -> None:
        """Take the message away."""
        self._message.setText("")
        self._act = None
        for each in (self._mark, self._message, self._undo, self._close):
            each.hide()

    def _run_undo(self) -> None:
        act = self._act
        self.clear()
        if act is not None:
            act()

    def _draw_mark(self) -> None:
        icon = _ICONS.get(self._tone, "info")
        self._mark.setPixmap(theme().pixmap(icon, self._tone, size=16, ratio=self.devicePixelRatioF()))

    def _draw(self) -> None:
        self._draw_mark()
        self.setFixedHeight(theme().px(32))
        if self._line is not None:
            icon = theme().pixmap(self._line.icon, self._line.tone, size=16, ratio=self.devicePixelRatioF())
            self._icon.setPixmap(icon)
