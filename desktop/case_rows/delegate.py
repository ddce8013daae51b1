"""Paints one case on one line: who, what for, since when, in which state."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cases.views import CaseRow
from desktop.case_rows.model import ROW
from desktop.theme import theme
from desktop.widgets.chip import chip_size, paint_chip
from desktop.words.dates import short_day
from desktop.words.states import CASE_STATES, case_state

ROW_PX = 44
ROW_NARROW_PX = 64
NAME_PERCENT = 36


def _widest_chip() -> int:
    """Return what is kept for a chip, whichever it is: the columns of all lists on a screen agree."""
    return max(chip_size(case_state(state)).width() for state in CASE_STATES)


class CaseRowDelegate(QStyledItemDelegate):
    """``title_of`` gives a procedure's title, ``now_ms`` the time; ``with_name`` false on a citizen's own page."""

    def __init__(self, title_of: Callable[[str], str], now_ms: Callable[[], int], *, with_name: bool = True) -> None:
        super().__init__()
        self._title_of, self._now_ms, self._with_name = title_of, now_ms, with_name
        self.narrow = False

    @property
    def height(self) -> int:
        """How high a row is: two lines where there is no room for one."""
        return theme().px(ROW_NARROW_PX if self.narrow and self._with_name else ROW_PX)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, self.height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: CaseRow = index.data(ROW)
        px = theme().px
        area: QRect = option.rect
        painter.save()
        self._ground(painter, option, area)
        right = area.right() - px(12)
        words = case_state(row.state)
        width = min(_widest_chip(), area.width() // 3)
        chip = min(width, chip_size(words).width())
        paint_chip(painter, QRect(right - chip, area.top(), chip, area.height()), words)
        right -= width + px(12)
        when = short_day(row.updated_ms, self._now_ms())
        when_width = px(76)
        self._text(
            painter,
            QRect(right - when_width, area.top(), when_width, area.height()),
            when,
            theme().font(14),
            "ink_soft",
            Qt.AlignmentFlag.AlignRight,
        )
        right -= when_width + px(12)
        left = area.left() + px(12)
        # Where the title begins follows from the row's width alone: it is the same in every list of a screen.
        share = (right - left) * NAME_PERCENT // 100
        if row.contested:
            ratio = self._ratio(painter)
            icon = theme().pixmap("split", "caution", size=16, ratio=ratio)
            painter.drawPixmap(right - px(16), area.top() + (area.height() - px(16)) // 2, icon)
            right -= px(16) + px(12)
        self._words(painter, row, QRect(left, area.top(), right - left, area.height()), share)
        painter.restore()

    def _ratio(self, painter: QPainter) -> float:
        device = painter.device()
        return device.devicePixelRatioF() if device is not None else 1.0

    def _words(self, painter: QPainter, row: CaseRow, area: QRect, share: int) -> None:
        title = self._title_of(row.procedure)
        if not self._with_name:
            self._text(painter, area, title, theme().font(bold=True), "ink_strong")
            return
        name, what = QRect(area), QRect(area)
        if self.narrow:
            name.setHeight(area.height() // 2 + theme().px(6))
            what.setTop(area.top() + area.height() // 2 - theme().px(6))
        else:
            name.setWidth(share - theme().px(12))
            what.setLeft(area.left() + share)
        self._text(painter, name, row.citizen_name, theme().font(bold=True), "ink_strong")
        self._text(painter, what, title, theme().font(), "ink")

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected) and bool(
            option.state & (QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_Active)
        )
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("accent_soft" if chosen else "surface_2"))
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), 6, 6)

    def _text(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        font: QFont,
        token: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        painter.setFont(font)
        painter.setPen(theme().colour(token))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | side, shown)
