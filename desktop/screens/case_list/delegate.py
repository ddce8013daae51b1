"""Paints the state column as a chip."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.screens.case_list.model import ROW
from desktop.theme import theme
from desktop.widgets.chip import paint_chip
from desktop.words.states import case_state


class StateDelegate(QStyledItemDelegate):
    """The chip over the row's own ground."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, theme().colour("accent_soft"))
        # The other cells have their line from the style sheet.
        painter.setPen(theme().colour("surface_2"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        paint_chip(painter, option.rect.adjusted(8, 0, -4, 0), case_state(index.data(ROW).state))
