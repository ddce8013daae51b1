"""Paints one hit: icon, name, what tells it apart, and a case's state."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cases.views import Hit
from desktop.shell.search.model import HIT
from desktop.theme import theme
from desktop.widgets.chip import chip_size, paint_chip
from desktop.words.dates import iso_day
from desktop.words.states import case_state


def subtitle(hit: Hit, title_of: Callable[[str], str]) -> str:
    """Return the second line of a hit as people read it."""
    parts = [part for part in hit.subtitle.split(" · ") if part]
    if hit.record_type == "case":
        return " · ".join([*map(title_of, parts[:1]), *parts[1:]])
    return " · ".join(map(iso_day, parts))


class HitDelegate(QStyledItemDelegate):
    """Two lines a hit; ``title_of`` brings a procedure's id to its title."""

    def __init__(self, title_of: Callable[[str], str]) -> None:
        super().__init__()
        self._title_of = title_of

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, theme().px(52))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        hit: Hit = index.data(HIT)
        px = theme().px
        area: QRect = option.rect
        painter.save()
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            painter.setBrush(theme().colour("accent_soft" if chosen else "surface_2"))
            painter.drawRoundedRect(area.adjusted(2, 1, -2, -1), 6, 6)
        icon = "folder-open" if hit.record_type == "case" else "circle-user-round"
        picture = theme().pixmap(icon, "ink_soft", ratio=painter.device().devicePixelRatioF())
        painter.drawPixmap(area.left() + px(12), area.top() + (area.height() - px(20)) // 2, picture)
        right = area.right() - px(12)
        if hit.state:
            words = case_state(hit.state)
            width = min(chip_size(words).width(), area.width() // 2)
            paint_chip(painter, QRect(right - width, area.top(), width, area.height()), words)
            right -= width + px(12)
        left = area.left() + px(44)
        line = QRect(left, area.top() + px(6), right - left, px(20))
        self._text(painter, line, hit.title, theme().font(bold=True), "ink_strong")
        line.translate(0, px(21))
        self._text(painter, line, subtitle(hit, self._title_of), theme().font(14), "ink_soft")
        painter.restore()

    def _text(self, painter: QPainter, line: QRect, text: str, font: QFont, token: str) -> None:
        painter.setFont(font)
        painter.setPen(theme().colour(token))
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
