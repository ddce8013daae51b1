"""The procedures on offer, and which of them match what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from cases.procedures import Procedure
from cases.words import fold
from desktop.context import in_language

PROCEDURE = int(Qt.ItemDataRole.UserRole)
_NOWHERE = QModelIndex()


def matching(procedures: Sequence[Procedure], text: str) -> tuple[Procedure, ...]:
    """Return the procedures whose title or summary holds every typed word, accents and capitals forgiven."""
    wanted = fold(text).split()
    return tuple(
        each
        for each in procedures
        if all(word in fold(f"{in_language(each.title)} {in_language(each.summary)}") for word in wanted)
    )


class ProcedureModel(QAbstractListModel):
    """``PROCEDURE`` gives the ``Procedure`` itself."""

    def __init__(self) -> None:
        super().__init__()
        self._procedures: tuple[Procedure, ...] = ()

    def show(self, procedures: tuple[Procedure, ...]) -> None:
        """List these."""
        self.beginResetModel()
        self._procedures = procedures
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._procedures)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        procedure = self._procedures[index.row()]
        if role == PROCEDURE:
            return procedure
        if role == Qt.ItemDataRole.DisplayRole:
            return in_language(procedure.title)
        return None
