"""A list to walk with the keys: the arrows move, Return goes there; rows are painted by a delegate."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.theme import theme
from desktop.words.states import StateWords

SMALL_PX = 14


class PickList(QListView):
    """Signals:
    picked: the person pressed this row (Return, Space or a click).
    """

    picked = Signal(QModelIndex)

    def __init__(self, words: str, name: str) -> None:
        """``words``: what the list holds, its accessible name."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setProperty("role", "contents")
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self.picked)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentIndex().isValid():
                self.picked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.choose_first()

    def choose_first(self) -> None:
        """Make the first row that can be chosen the current one."""
        model = self.model()
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            if index.flags() & Qt.ItemFlag.ItemIsSelectable:
                self.setCurrentIndex(index)
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Words wrap: rows are as high as the width makes them.
        self.scheduleDelayedItemsLayout()


class Painting(QStyledItemDelegate):
    """What the delegates of the bench have in common."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # type: ignore[override]
        raise NotImplementedError

    def ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        """Paint what shows that a row is the current one or under the pointer."""
        state = option.state
        current = bool(state & QStyle.StateFlag.State_Selected)
        if not current and not state & QStyle.StateFlag.State_MouseOver:
            return
        area = QRect(option.rect).adjusted(2, 1, -2, -1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("accent_soft" if current else "surface_2"))
        painter.drawRoundedRect(area, 6, 6)
        if current and state & QStyle.StateFlag.State_HasFocus:
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(theme().colour("accent"))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)

    def icon(self, painter: QPainter, left: int, middle: int, words: StateWords) -> None:
        """Paint a small icon, its middle at this height."""
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        size = theme().px(16)
        painter.drawPixmap(left, middle - size // 2, theme().pixmap(words.icon, words.tone, size=16, ratio=ratio))

    def text(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        font: QFont,
        token: str,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        """Paint one line, cut where there is no room."""
        painter.setFont(font)
        painter.setPen(theme().colour(token))
        shown = QFontMetrics(font).elidedText(text, elide, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def words_from_right(self, painter: QPainter, area: QRect, marks: list[StateWords]) -> QRect:
        """Paint icons with their words at the right end; return what is left of the room."""
        px, font = theme().px, theme().font(SMALL_PX)
        right = area.right()
        for mark in reversed(marks):
            width = QFontMetrics(font).horizontalAdvance(mark.word) + px(24)
            if right - width < area.left() + px(60):
                break
            self.icon(painter, right - width, area.center().y() + 1, mark)
            place = QRect(right - width + px(20), area.top(), width - px(20), area.height())
            self.text(painter, place, mark.word, font, mark.tone)
            right -= width + px(12)
        return QRect(area.left(), area.top(), right - area.left(), area.height())


def wrapped_height(text: str, font: QFont, width: int) -> int:
    """How high a text is in lines of this width."""
    flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere if " " not in text else Qt.TextFlag.TextWordWrap
    return QFontMetrics(font).boundingRect(QRect(0, 0, max(width, 1), 100_000), int(flags), text).height()
