"""Questions beside each other, each as wide as the form says (``w1`` to ``w10``), as far as there is room."""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget, QWidgetItem

from desktop.theme import theme
from forms.views import QuestionView

CELL_LEAST = 200
"""A question narrower than this is given more than the form says, and its row holds fewer."""
GAP = 16
LABEL_MORE = 60
"""Cells of a row that differ in height by less than this stand on one line below, all others begin on one above."""
_WIDTH = re.compile(r"w(10|[1-9])")


def width_of(question: QuestionView) -> int:
    """Return how many columns the form gives to a question; 0 for the whole row."""
    return next((int(word[1:]) for word in question.appearance if _WIDTH.fullmatch(word)), 0)


class CellLayout(QLayout):
    """Rows of cells in reading order: a row is full when the next cell does not fit, and its last cell takes the rest.

    A layout of our own, because a grid would not let the page become narrower than all of a row's widgets.
    """

    def __init__(self, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._cells: list[QLayoutItem] = []
        self._wanted: dict[QWidget, int] = {}
        self._heights: dict[int, int] = {}

    # What Qt asks of a layout

    def addItem(self, item: QLayoutItem) -> None:
        self._cells.append(item)

    def count(self) -> int:
        return len(self._cells)

    def itemAt(self, place: int) -> QLayoutItem | None:
        return self._cells[place] if 0 <= place < len(self._cells) else None

    def takeAt(self, place: int) -> QLayoutItem | None:
        return self._cells.pop(place) if 0 <= place < len(self._cells) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._lay_out(QRect(0, 0, width, 0), place=False)
        return self._heights[width]

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay_out(rect, place=True)

    def minimumSize(self) -> QSize:
        least = max((item.minimumSize().width() for item in self._shown()), default=0)
        return QSize(least, 0)

    def sizeHint(self) -> QSize:
        width = theme().px(CELL_LEAST) * 2
        return QSize(width, self.heightForWidth(width))

    # What the column asks of it, as of a box layout

    def insertWidget(self, place: int, widget: QWidget) -> None:
        """Put a widget at a place in the order."""
        self.addChildWidget(widget)
        self._cells.insert(place, QWidgetItem(widget))
        self.invalidate()

    def set_width(self, widget: QWidget, columns: int) -> None:
        """Give a widget so many columns; 0 means the whole row."""
        if self._wanted.get(widget) != columns:
            self._wanted[widget] = columns
            self.invalidate()

    def rows(self, width: int) -> list[list[tuple[QLayoutItem, int]]]:
        """Return the rows at this width: cells with the columns that each takes."""
        column = max(1, (width + GAP) // self._columns)
        least = -(-(min(theme().px(CELL_LEAST), width) + GAP) // column)
        found: list[list[tuple[QLayoutItem, int]]] = []
        left = 0
        for item in self._shown():
            widget = item.widget()
            wanted = self._wanted.get(widget, 0) if widget is not None else 0
            columns = min(self._columns, max(wanted or self._columns, least))
            if columns > left or not found:
                _fill(found, left)
                found.append([])
                left = self._columns
            found[-1].append((item, columns))
            left -= columns
        _fill(found, left)
        return found

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._cells if not item.isEmpty()]

    def _lay_out(self, rect: QRect, *, place: bool) -> int:
        """Put the cells into their places, or only count how high they are together."""
        top = rect.top()
        for row in self.rows(rect.width()):
            cells: list[tuple[QLayoutItem, QRect]] = []
            left = 0
            for item, columns in row:
                begin, end = (self._edge(each, rect.width()) for each in (left, left + columns))
                wide = max(1, end - begin - GAP)
                high = item.heightForWidth(wide) if item.hasHeightForWidth() else item.sizeHint().height()
                cells.append((item, QRect(rect.left() + begin, top, wide, high)))
                left += columns
            height = max(cell.height() for _item, cell in cells)
            for item, cell in cells if place else ():
                short = height - cell.height()
                # One label that wraps must not put the lines to type into out of line.
                item.setGeometry(cell.translated(0, short) if short < theme().px(LABEL_MORE) else cell)
            top += height + self.spacing()
        return max(0, top - self.spacing() - rect.top())

    def _edge(self, columns: int, width: int) -> int:
        return (width + GAP) * columns // self._columns


def _fill(rows: list[list[tuple[QLayoutItem, int]]], left: int) -> None:
    """Let the last cell of the last row take what is left of it."""
    if rows and left:
        item, columns = rows[-1][-1]
        rows[-1][-1] = (item, columns + left)
