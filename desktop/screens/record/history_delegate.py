"""Paints one line of the history: what happened, what was written with it, who and when, where the event is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.screens.record.history_model import LINE, line_title
from desktop.screens.record.model import HistoryLine
from desktop.theme import theme
from desktop.widgets.chip import chip_size, paint_chip
from desktop.words.dates import moment
from desktop.words.events import event_text
from desktop.words.states import event_state

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_WRAPPED = int(_LEFT | Qt.TextFlag.TextWordWrap)


class HistoryDelegate(QStyledItemDelegate):
    """Rows are as high as their words; ``width`` is the view's."""

    def __init__(self, now_ms: Callable[[], int], width: Callable[[], int]) -> None:
        super().__init__()
        self._now_ms, self._width = now_ms, width

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line: HistoryLine = index.data(LINE)
        px = theme().px
        height = px(12) + px(22) + px(22) + px(12)
        text = event_text(line.entry)
        if text:
            height += self._text_height(text, self._width() - px(40) - px(220)) + px(6)
        return QSize(self._width(), height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: HistoryLine = index.data(LINE)
        px = theme().px
        area: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(area, theme().colour("accent_soft"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        words = event_state(line.entry.state)
        chip = min(chip_size(words).width(), px(240))
        paint_chip(painter, QRect(area.right() - chip - px(12), area.top() + px(12), chip, px(24)), words)
        left, width = area.left() + px(20), area.width() - px(40) - px(220)
        top = area.top() + px(12)
        self._line(painter, QRect(left, top, width, px(22)), line_title(line), theme().font(bold=True), "ink_strong")
        top += px(22)
        text = event_text(line.entry)
        if text:
            height = self._text_height(text, width)
            painter.setFont(theme().font())
            painter.setPen(theme().colour("ink"))
            painter.drawText(QRect(left, top + px(2), width, height), _WRAPPED, text)
            top += height + px(6)
        who = f"{line.entry.agent_name} · {moment(line.entry.time_ms, self._now_ms())}"
        self._line(painter, QRect(left, top, width, px(22)), who, theme().font(14), "ink_soft")
        painter.restore()

    def _text_height(self, text: str, width: int) -> int:
        return QFontMetrics(theme().font()).boundingRect(QRect(0, 0, max(80, width), 10_000), _WRAPPED, text).height()

    def _line(self, painter: QPainter, area: QRect, text: str, font: QFont, token: str) -> None:
        painter.setFont(font)
        painter.setPen(theme().colour(token))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
