"""Holds what the search found. The search itself is SQL, done in the background."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from cases.views import Hit
from desktop.words.states import case_state

HIT = int(Qt.ItemDataRole.UserRole)
_NOWHERE = QModelIndex()


class HitModel(QAbstractListModel):
    """Hits, best first. ``HIT`` gives the ``Hit`` itself."""

    def __init__(self) -> None:
        super().__init__()
        self._hits: tuple[Hit, ...] = ()

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What is listed."""
        return self._hits

    def show(self, hits: list[Hit]) -> None:
        """List these."""
        self.beginResetModel()
        self._hits = tuple(hits)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        hit = self._hits[index.row()]
        if role == HIT:
            return hit
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = case_state(hit.state).word if hit.state else ""
            return ", ".join(part for part in (hit.title, hit.subtitle, state) if part)
        return None
