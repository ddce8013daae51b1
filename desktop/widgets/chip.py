"""A state as colour + icon + word, painted by one function for delegates and widgets alike."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import theme
from desktop.words.states import StateWords

TEXT_PX = 14
HEIGHT_PX = 24


def chip_size(words: StateWords) -> QSize:
    """Return the size that a chip takes at the text size in force."""
    px = theme().px
    width = QFontMetrics(theme().font(TEXT_PX, bold=True)).horizontalAdvance(words.word)
    return QSize(width + px(16) + px(6) + px(18), px(HEIGHT_PX))


def paint_chip(painter: QPainter, rect: QRect, words: StateWords) -> None:
    """Paint a chip at the left of ``rect``, in its middle; it is cut, never overflows."""
    px = theme().px
    size = chip_size(words)
    width = min(size.width(), rect.width())
    area = QRect(rect.left(), rect.top() + (rect.height() - size.height()) // 2, width, size.height())
    soft = f"{words.tone}_soft" if words.tone != "ink_soft" else "surface_2"
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour(soft))
    painter.drawRoundedRect(QRectF(area), px(6), px(6))
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    icon = theme().pixmap(words.icon, words.tone, size=16, ratio=ratio)
    painter.drawPixmap(area.left() + px(8), area.top() + (area.height() - px(16)) // 2, icon)
    painter.setPen(theme().colour(words.tone))
    painter.setFont(theme().font(TEXT_PX, bold=True))
    text_area = area.adjusted(px(8) + px(16) + px(6), 0, -px(6), 0)
    metrics = QFontMetrics(painter.font())
    shown = metrics.elidedText(words.word, Qt.TextElideMode.ElideRight, text_area.width() + px(4))
    painter.drawText(text_area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    painter.restore()


class Chip(QWidget):
    """A state in a record's header."""

    def __init__(self, words: StateWords, *, name: str = "") -> None:
        super().__init__()
        self._words = words
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words.word)
        theme().changed.connect(self.updateGeometry)

    @property
    def word(self) -> str:
        """The state's word."""
        return self._words.word

    def set_words(self, words: StateWords) -> None:
        """Show another state."""
        self._words = words
        self.setAccessibleName(words.word)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return chip_size(self._words)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, self.rect(), self._words)
        painter.end()
