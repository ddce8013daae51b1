"""The history tab."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListView

from desktop.context import Context
from desktop.screens.record.history_delegate import HistoryDelegate
from desktop.screens.record.history_model import HistoryModel
from desktop.screens.record.model import HistoryLine
from desktop.theme import theme


class HistoryView(QListView):
    """Newest first."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("case.history")
        self.setAccessibleName(self.tr("History of the case"))
        self.setProperty("role", "contents")
        self._lines = HistoryModel()
        self.setModel(self._lines)
        self._delegate = HistoryDelegate(context.now_ms, lambda: self.viewport().width())
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def show_lines(self, lines: tuple[HistoryLine, ...]) -> None:
        """List these."""
        self._lines.show(lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
