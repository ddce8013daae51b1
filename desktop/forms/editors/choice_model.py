"""The choices offered now, as a list that Qt's views read: a few rows, however long the form's own list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from forms.views import Choice

ROWS_MOST = 200
"""A person reads a few rows and types on; filling 35,000 into a view takes longer than a keystroke may."""

ValueRole = int(Qt.ItemDataRole.UserRole)
_Index = QModelIndex | QPersistentModelIndex


class ChoiceModel(QAbstractListModel):
    """Rows of choices; checkable when several may be chosen.

    Signals:
        toggled: the person ticked or unticked the value.
    """

    toggled = Signal(str, bool)

    def __init__(self, *, checkable: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choices: tuple[Choice, ...] = ()
        self._checkable = checkable
        self._checked: frozenset[str] = frozenset()

    def offer(self, choices: tuple[Choice, ...]) -> None:
        """Show these choices."""
        if choices != self.choices:
            self.beginResetModel()
            self.choices = choices
            self.endResetModel()

    def check(self, values: frozenset[str]) -> None:
        """Tick these values."""
        if values != self._checked:
            self._checked = values
            if self.choices:
                last = self.index(len(self.choices) - 1)
                self.dataChanged.emit(self.index(0), last, [Qt.ItemDataRole.CheckStateRole])

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.choices)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if self._checkable and index.isValid() else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        choice = self.choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.label
        if role == ValueRole:
            return choice.value
        if role == Qt.ItemDataRole.CheckStateRole and self._checkable:
            return Qt.CheckState.Checked if choice.value in self._checked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not self._checkable or role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.toggled.emit(self.choices[index.row()].value, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True
