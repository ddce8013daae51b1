"""Holds a short list of cases: at most a few dozen rows, read whole."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from cases.views import CaseRow
from desktop.words.states import case_state

ROW = int(Qt.ItemDataRole.UserRole)
_NOWHERE = QModelIndex()


class CaseRowsModel(QAbstractListModel):
    """``ROW`` gives the ``CaseRow`` itself."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[CaseRow, ...] = ()

    def show(self, rows: tuple[CaseRow, ...]) -> None:
        """List these; the same ones again leave the selection alone."""
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.citizen_name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.citizen_name}, {row.procedure}, {case_state(row.state).word}"
        return None
