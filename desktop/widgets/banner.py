"""A message that belongs to its place on the screen: an icon, words, perhaps one act. Never modal."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.basics import column, label, row, set_role

_ICONS = {"positive": "circle-check", "caution": "triangle-alert", "critical": "circle-x", "info": "info"}


class Banner(QFrame):
    """``tone`` is positive, caution, critical or info. Hidden while it has nothing to say."""

    def __init__(self, tone: str = "info", title: str = "", text: str = "", *, icon: str = "", name: str = "") -> None:
        super().__init__()
        if name:
            self.setObjectName(name)
        self._tone, self._icon_name = tone, icon
        self._icon = QLabel()
        self._title = label(title, "strong")
        self._text = label(text)
        self._words: QVBoxLayout = column(self._title, self._text, gap=4)
        line = row(self._icon, self._words, margins=(16, 12, 16, 12), gap=12)
        line.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        line.setStretchFactor(self._words, 1)
        self.setLayout(line)
        theme().changed.connect(self._draw)
        self.say(title, text, tone=tone)

    @property
    def words(self) -> str:
        """Everything that it says."""
        return " ".join(part for part in (self._title.text(), self._text.text()) if part)

    def say(self, title: str, text: str = "", *, tone: str = "", icon: str = "") -> None:
        """Show these words; none hides the banner."""
        self._tone = tone or self._tone
        self._icon_name = icon or self._icon_name
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(self.words)
        self._draw()
        # Shown before it has a place, it would flash as a window of its own.
        if not self.words:
            self.hide()
        elif self.parentWidget() is not None:
            self.show()

    def add_act(self, act: QPushButton) -> None:
        """Put a button below the words."""
        self._words.addWidget(act, 0, Qt.AlignmentFlag.AlignLeft)

    def add_acts(self, acts: QWidget) -> None:
        """Put a row of buttons below the words."""
        self._words.addSpacing(4)
        self._words.addWidget(acts)

    def _draw(self) -> None:
        set_role(self, "surface", self._tone)
        name = self._icon_name or _ICONS[self._tone]
        self._icon.setPixmap(theme().pixmap(name, self._tone, ratio=self.devicePixelRatioF()))


class Empty(QFrame):
    """What a list says when it holds nothing: calm, and what to do next."""

    def __init__(self, icon: str, title: str, text: str = "", *, act: QPushButton | None = None) -> None:
        super().__init__()
        self.setProperty("surface", "none")
        self._icon_name = icon
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = label(title, "heading")
        self._text = label(text, "secondary")
        for each in (self._title, self._text):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = column(-1, self._icon, self._title, self._text, margins=(24, 24, 24, 24), gap=8)
        if act is not None:
            inside.addSpacing(8)
            inside.addWidget(act, 0, Qt.AlignmentFlag.AlignCenter)
        inside.addStretch(2)
        self.setLayout(inside)
        theme().changed.connect(self._draw)
        self._draw()

    def say(self, title: str, text: str = "") -> None:
        """Show other words."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))

    def _draw(self) -> None:
        self._icon.setPixmap(theme().pixmap(self._icon_name, "ink_soft", size=40, ratio=self.devicePixelRatioF()))
