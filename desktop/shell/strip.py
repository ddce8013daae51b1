"""The bottom strip: the true state of sync in words, and messages with their undo. Never modal."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QSizePolicy

from desktop.theme import theme
from desktop.widgets.basics import button, holder, row, set_role, tool_button
from desktop.widgets.elided import ElidedLabel
from desktop.words.sync_line import SyncLine, not_asked_yet

PASSING_MS = 8000
_ICONS = {"positive": "circle-check", "caution": "triangle-alert", "critical": "circle-x", "info": "info"}


class Strip(QFrame):
    """One line high, two while a message has no room beside the state.

    Good news pass; what went wrong stays until it is read away or replaced.

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
        said = row(self._mark, self._message, self._undo, self._close)
        said.setStretchFactor(self._message, 1)
        self._said = holder(said)
        self._line_up = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line_up.setContentsMargins(12, 0, 8, 0)
        self._line_up.setSpacing(0)
        self._line_up.addWidget(holder(row(self._icon, self._state)))
        self._line_up.addWidget(self._said, 1)
        self.setLayout(self._line_up)
        for picture in (self._icon, self._mark):
            picture.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        # A message too long even for a line of its own is cut: the state of sync is what must always be whole.
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._state.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._draw)
        self.clear()
        self.show_state(not_asked_yet())

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
        self._fit()
        self._timer.stop()
        if tone in ("positive", "info") and undo is None:
            self._timer.start()

    def clear(self) -> None:
        """Take the message away."""
        self._message.setText("")
        self._act = None
        for each in (self._mark, self._message, self._undo, self._close):
            each.hide()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Put a message that has no room beside the state on a line of its own above it."""
        px = theme().px
        need = sum(part.sizeHint().width() for part in (self._icon, self._state, self._mark, self._message))
        need += sum(part.sizeHint().width() for part in (self._undo, self._close) if not part.isHidden()) + px(72)
        stacked = bool(self.message) and need > self.width()
        across, up = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.BottomToTop
        self._line_up.setDirection(up if stacked else across)
        self._said.setContentsMargins(0 if stacked else 16, 0, 0, 0)
        self._line_up.setContentsMargins(12, 0, 8, px(6) if stacked else 0)
        self.setFixedHeight(px(64 if stacked else 32))

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
        if self._line is not None:
            icon = theme().pixmap(self._line.icon, self._line.tone, size=16, ratio=self.devicePixelRatioF())
            self._icon.setPixmap(icon)
        self._fit()
