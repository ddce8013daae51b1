"""The lines of a case's history."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.screens.record.model import HistoryLine
from desktop.words.events import event_text, event_title
from desktop.words.plurals import plurals
from desktop.words.states import event_state

LINE = int(Qt.ItemDataRole.UserRole)
_NOWHERE = QModelIndex()


def line_title(line: HistoryLine) -> str:
    """Return what happened, in one sentence."""
    if line.answers > 1:
        return plurals.answers_saved(line.answers)
    return event_title(line.entry)


class HistoryModel(QAbstractListModel):
    """``LINE`` gives the ``HistoryLine`` itself."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[HistoryLine, ...] = ()

    def show(self, lines: tuple[HistoryLine, ...]) -> None:
        """List these."""
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line_title(line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = (
                line_title(line),
                event_text(line.entry),
                line.entry.agent_name,
                event_state(line.entry.state).word,
            )
            return ", ".join(part for part in words if part)
        return None
