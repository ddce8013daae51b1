"""Labels, buttons and layouts with the house's spacing. They say what they are by properties; the theme draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.theme import repolish, theme

_Box = TypeVar("_Box", bound=QBoxLayout)
COLUMN_PX = 640
"""A text column holds at most 75 characters."""
SIGHT_PX = 16
"""Room that is left above and below a part that is scrolled to."""


def label(text: str = "", role: str = "", *, wrap: bool = True, name: str = "") -> QLabel:
    """Return a label of plain text; ``role`` as in the theme's style sheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if name:
        made.setObjectName(name)
    return made


def set_role(widget: QWidget, name: str, value: object) -> None:
    """Change one style property and draw the widget accordingly."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        repolish(widget)


class IconButton(QObject):
    """A button's icon that follows the theme; lives as long as its button."""

    def __init__(self, target: QAbstractButton, icon: str, token: str, on: str) -> None:
        super().__init__(target)
        self._target, self._icon, self._token, self._on = target, icon, token, on
        self.draw()
        theme().changed.connect(self.draw)

    def draw(self) -> None:
        """Take the icon in the theme's colours and size."""
        self._target.setIcon(theme().icon(self._icon, self._token, on=self._on))
        self._target.setIconSize(QSize(theme().px(20), theme().px(20)))

    def colour(self, token: str) -> None:
        """Show the icon in another token's colour."""
        if token != self._token:
            self.change(self._icon, token)

    def change(self, icon: str, token: str | None = None) -> None:
        """Show another icon."""
        self._icon, self._token = icon, token or self._token
        self.draw()


def give_icon(target: QAbstractButton, icon: str, token: str = "ink", *, on: str = "") -> IconButton:
    """Put a Lucide icon on a button and keep it in step with the theme."""
    return IconButton(target, icon, token, on)


class PushButton(QPushButton):
    """A button that Return presses too, as people expect; Qt leaves that key to the default button of a dialog."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def button(
    text: str,
    act: Callable[[], object] | None = None,
    *,
    kind: str = "",
    icon: str = "",
    shortcut: str = "",
    name: str = "",
    tip: str = "",
) -> QPushButton:
    """Return a button with its word, and its shortcut shown in the tooltip.

    Args:
        text: the word on the button, also its accessible name.
        act: what it does.
        kind: ``primary``, ``quiet``, ``danger``, ``link`` or "" for the plain one.
        shortcut: as for QKeySequence, active in the button's window while the button is visible.
        name: object name, for tests.
    """
    made = PushButton(text)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if kind:
        made.setProperty("kind", kind)
    if icon:
        # Qt leaves no room between icon and word, and its style sheets have no property for it.
        made.setText(f" {text}")
        made.setAccessibleName(text)
        give_icon(made, icon, {"primary": "accent_ink", "danger": "critical", "link": "accent"}.get(kind, "ink"))
    if name:
        made.setObjectName(name)
    if act is not None:
        made.clicked.connect(lambda _checked=False: act())
    add_shortcut(made, shortcut, tip or text)
    return made


def add_shortcut(target: QAbstractButton, shortcut: str, tip: str) -> None:
    """Give a button a shortcut and name it in the tooltip."""
    if shortcut:
        keys = QShortcut(QKeySequence(shortcut), target)
        keys.setContext(Qt.ShortcutContext.WindowShortcut)
        keys.activated.connect(target.click)
        tip = f"{tip} ({QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)})"
    target.setToolTip(tip)


def add_key(target: QWidget, keys: str, act: Callable[[], object]) -> None:
    """Let keys act while the focus is in ``target``."""
    shortcut = QShortcut(QKeySequence(keys), target)
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.activated.connect(lambda: act())


def tool_button(icon: str, words: str, act: Callable[[], object] | None = None, *, shortcut: str = "") -> QToolButton:
    """Return an icon-only button; ``words`` is its accessible name and tooltip."""
    made = QToolButton()
    made.setProperty("kind", "quiet")
    made.setAccessibleName(words)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    give_icon(made, icon)
    if act is not None:
        made.clicked.connect(lambda _checked=False: act())
    add_shortcut(made, shortcut, words)
    return made


def column(
    *parts: QWidget | QLayout | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 8
) -> QVBoxLayout:
    """Return a vertical layout; a number is an extra space, -1 the stretch."""
    return _filled(QVBoxLayout(), parts, margins, gap)


def row(
    *parts: QWidget | QLayout | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 8
) -> QHBoxLayout:
    """Return a horizontal layout; a number is an extra space, -1 the stretch."""
    return _filled(QHBoxLayout(), parts, margins, gap)


def _filled(
    layout: _Box, parts: tuple[QWidget | QLayout | int, ...], margins: tuple[int, int, int, int], gap: int
) -> _Box:
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(1) if part < 0 else layout.addSpacing(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part)
    return layout


def frame(surface: str, layout: QLayout | None = None, *, name: str = "") -> QFrame:
    """Return a surface of the theme (card, inset, band, side…)."""
    made = QFrame()
    made.setProperty("surface", surface)
    if layout is not None:
        made.setLayout(layout)
    if name:
        made.setObjectName(name)
    return made


def rule() -> QFrame:
    """Return a hairline."""
    return frame("rule")


def holder(layout: QLayout) -> QWidget:
    """Return a plain widget around a layout."""
    made = QWidget()
    made.setLayout(layout)
    return made


def scroll(content: QWidget) -> QScrollArea:
    """Return a scroll area without a frame around ``content``, which keeps its own width."""
    area = QScrollArea()
    # A viewport of our own: asked for its own one, PySide first prepares every widget class that it might be.
    area.setViewport(QWidget())
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    content.setAutoFillBackground(False)
    return area


def bring_in_sight(part: QWidget) -> None:
    """Scroll to a part of a scroll area, whole where there is room, once what was just shown has its place."""
    area = part.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if area is not None:
        QTimer.singleShot(0, part, lambda: area.ensureWidgetVisible(part, 0, SIGHT_PX))


class Centred(QWidget):
    """Holds ``content`` in the middle of the window, at most ``width`` (scaled) pixels wide."""

    def __init__(self, content: QWidget, width: int) -> None:
        super().__init__()
        self._content, self._width_px = content, width
        content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        box = QHBoxLayout()
        box.setContentsMargins(24, 24, 24, 24)
        box.addStretch(1)
        box.addWidget(content, 100)
        box.addStretch(1)
        self.setLayout(box)
        theme().changed.connect(self._resize)
        self._resize()

    def _resize(self) -> None:
        self._content.setMaximumWidth(theme().px(self._width_px))


def centred(content: QWidget, width: int = COLUMN_PX) -> QWidget:
    """Return ``content`` in the middle of the window, at most ``width`` (scaled) pixels wide."""
    return Centred(content, width)


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
