"""The list itself: as high as its rows, opened by Return or a click."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QListView, QSizePolicy

from cases.views import CaseRow
from desktop.case_rows.delegate import CaseRowDelegate
from desktop.case_rows.model import ROW, CaseRowsModel
from desktop.context import Context
from desktop.theme import theme

NARROW_PX = 640
ROWS_MAX = 8
"""More rows than this scroll."""


class CaseRows(QListView):
    """Signals:
    picked: the case's id.
    """

    picked = Signal(str)

    def __init__(self, context: Context, words: str, *, with_name: bool = True, name: str = "") -> None:
        """``words``: what the list holds, its accessible name."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setProperty("role", "contents")
        self._rows = CaseRowsModel()
        self.setModel(self._rows)
        self._delegate = CaseRowDelegate(context.procedure_title, context.now_ms, with_name=with_name)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._pick)
        theme().changed.connect(self._fit)

    def show_rows(self, rows: tuple[CaseRow, ...]) -> None:
        """List these cases."""
        self._rows.show(rows)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._pick(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.rowCount():
            self.setCurrentIndex(self._rows.index(0, 0))

    def _pick(self, index: QModelIndex) -> None:
        row = index.data(ROW) if index.isValid() else None
        if isinstance(row, CaseRow):
            self.picked.emit(row.id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._delegate.narrow != (self.width() < theme().px(NARROW_PX)):
            self._fit()

    def _fit(self) -> None:
        self._delegate.narrow = self.width() < theme().px(NARROW_PX)
        rows = min(ROWS_MAX, self._rows.rowCount())
        self.setFixedHeight(rows * self._delegate.height + 8)
        # It draws everything again, too.
        self.scheduleDelayedItemsLayout()
