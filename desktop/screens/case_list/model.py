"""The table's model: pages of cases fetched by key as they are scrolled to. Filtered and ordered in SQL, never here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from cases.views import CaseKey, CaseRow
from cases.workspace import Workspace
from desktop.tasks import Tasks
from desktop.theme import theme
from desktop.words.dates import short_day
from desktop.words.plurals import plurals
from desktop.words.states import case_state

PAGE = 256
ROW = int(Qt.ItemDataRole.UserRole)
STATE, CITIZEN, PROCEDURE, CODE, CHANGED, AGENT = range(6)
_NOWHERE = QModelIndex()
translate = QCoreApplication.translate


@dataclass(frozen=True)
class Filter:
    """Which cases are listed. ``state`` None: all."""

    state: str | None = None
    contested_only: bool = False


class CaseTableModel(QAbstractTableModel):
    """Newest activity first. Signals: ``loaded`` after each page has arrived."""

    loaded = Signal()

    def __init__(
        self,
        workspace: Workspace,
        tasks: Tasks,
        title_of: Callable[[str], str],
        now_ms: Callable[[], int],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._tasks = workspace, tasks
        self._title_of, self._now_ms = title_of, now_ms
        self._rows: list[CaseRow] = []
        self._filter = Filter()
        self._more = False
        self._loading = False

    @property
    def filter(self) -> Filter:
        """What is asked for."""
        return self._filter

    def row_at(self, row: int) -> CaseRow | None:
        """Return the case on that line; None when there is none."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, case: str) -> int:
        """Return the line of a case that is loaded; -1 when it is not."""
        return next((number for number, row in enumerate(self._rows) if row.id == case), -1)

    def ask(self, wanted: Filter) -> None:
        """List other cases, from the top."""
        self._filter = wanted
        self._read(PAGE, None)

    def read_again(self) -> None:
        """Bring what is loaded up to date."""
        self._read(max(PAGE, len(self._rows)), None)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else 6

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        return not parent.isValid() and self._more and not self._loading

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        if self.canFetchMore(parent):
            self._read(PAGE, self._rows[-1].key)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(self._rows[index.row()], index.column())
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if index.column() == CITIZEN and row.contested:
            return self._mark(row, role)
        return None

    def _mark(self, row: CaseRow, role: int) -> Any:
        """Return how the citizen's cell shows that fields of the case wait to be settled."""
        words = plurals.fields_to_settle(row.contested)
        if role == Qt.ItemDataRole.DecorationRole:
            return theme().icon("split", "caution")
        if role == Qt.ItemDataRole.ToolTipRole:
            return words
        return f"{row.citizen_name}, {words}" if role == Qt.ItemDataRole.AccessibleTextRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (
            translate("CaseTable", "State"),
            translate("CaseTable", "Citizen"),
            translate("CaseTable", "Procedure"),
            translate("CaseTable", "Tracking code"),
            translate("CaseTable", "Changed"),
            translate("CaseTable", "Agent"),
        )[section]

    def _text(self, row: CaseRow, column: int) -> str:
        if column == STATE:
            return case_state(row.state).word
        if column == CITIZEN:
            return row.citizen_name
        if column == PROCEDURE:
            return self._title_of(row.procedure)
        if column == CODE:
            return row.tracking_code
        return short_day(row.updated_ms, self._now_ms()) if column == CHANGED else row.agent_name

    def _read(self, limit: int, after: CaseKey | None) -> None:
        self._loading = True
        workspace, wanted = self._workspace, self._filter
        self._tasks.read(
            self,
            lambda: workspace.cases(state=wanted.state, contested_only=wanted.contested_only, limit=limit, after=after),
            lambda rows: self._take(rows, limit, after),
            key="page",
        )

    def _take(self, rows: list[CaseRow], limit: int, after: CaseKey | None) -> None:
        self._loading = False
        self._more = len(rows) == limit
        if after is None:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
        elif rows:
            self.beginInsertRows(_NOWHERE, len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()
        self.loaded.emit()
