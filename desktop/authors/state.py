"""The computed state, line by line, as it follows the answers: only what changed is drawn anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QCheckBox, QLineEdit, QStyleOptionViewItem, QWidget

from desktop.authors.lists import SMALL_PX, Painting, PickList
from desktop.authors.words import TrialCounts, marks, translate, value_words
from desktop.theme import theme
from desktop.widgets.basics import column, label, row
from desktop.words.states import StateWords
from forms.statelines import StateLine

LINE = int(Qt.ItemDataRole.UserRole)
CHANGED = LINE + 1
FILTER_MS = 150
_NOWHERE = QModelIndex()


class StateModel(QAbstractListModel):
    """``LINE`` gives the ``StateLine``, ``CHANGED`` whether the last act changed it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[StateLine] = []
        self.changed: set[str] = set()

    def renew(self, lines: list[StateLine]) -> None:
        """Show another filling: nothing in it has changed."""
        self.beginResetModel()
        self.lines, self.changed = lines, set()
        self.endResetModel()

    def take(self, lines: list[StateLine]) -> None:
        """Bring what is shown in step with ``lines``. Rows of repeats come and go in one place at an act."""
        before, self.changed = self.changed, set()
        top = 0
        most = min(len(self.lines), len(lines))
        while top < most and self.lines[top].reference == lines[top].reference:
            top += 1
        tail = 0
        while tail < most - top and self.lines[-1 - tail].reference == lines[-1 - tail].reference:
            tail += 1
        self._cut(top, len(self.lines) - tail)
        self._insert(top, lines[top : len(lines) - tail])
        for place, line in enumerate(lines):
            old = self.lines[place]
            if old != line:
                self.lines[place] = line
                # The session gives a row another identity when it comes back; that is no change to look at.
                if replace(old, path=line.path) != line:
                    self.changed.add(line.reference)
        self._tell(before | self.changed)

    def _cut(self, first: int, end: int) -> None:
        if end > first:
            self.beginRemoveRows(QModelIndex(), first, end - 1)
            del self.lines[first:end]
            self.endRemoveRows()

    def _insert(self, first: int, fresh: list[StateLine]) -> None:
        if fresh:
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self.lines[first:first] = fresh
            self.changed.update(line.reference for line in fresh)
            self.endInsertRows()

    def _tell(self, references: set[str]) -> None:
        """Let each run of rows whose look changed be drawn anew."""
        start = None
        for place in range(len(self.lines) + 1):
            touched = place < len(self.lines) and self.lines[place].reference in references
            if touched and start is None:
                start = place
            elif not touched and start is not None:
                self.dataChanged.emit(self.index(start, 0), self.index(place - 1, 0))
                start = None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == LINE:
            return line
        if role == CHANGED:
            return line.reference in self.changed
        if role == Qt.ItemDataRole.DisplayRole:
            return line.reference
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (line.reference, line.value[:500], line.message) if part)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = [_changed_mark()] if line.reference in self.changed else []
            return ", ".join(
                (line.reference, value_words(line), *(mark.word for mark in (*said, *marks(line))), line.message)
            ).removesuffix(", ")
        return None


class _Found(QSortFilterProxyModel):
    """Lines whose reference or value holds all words of the search; changed ones alone when asked."""

    def __init__(self, source: StateModel) -> None:
        super().__init__()
        self.setSourceModel(source)
        self._source = source
        self._words: tuple[str, ...] = ()
        self._only_changed = False

    def look_for(self, text: str, only_changed: bool) -> None:
        """Show only what fits."""
        self.beginFilterChange()
        self._words, self._only_changed = tuple(text.casefold().split()), only_changed
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, _parent: QModelIndex | QPersistentModelIndex) -> bool:
        line = self._source.lines[source_row]
        if self._only_changed and line.reference not in self._source.changed:
            return False
        if not self._words:
            return True
        where = f"{line.reference} {line.value}".casefold()
        if all(word in where for word in self._words):
            return True
        said = f"{where} {' '.join(mark.word for mark in marks(line))} {line.message}".casefold()
        return all(word in said for word in self._words)


def _changed_mark() -> StateWords:
    return StateWords(translate("Authors", "changed"), "pencil", "accent")


class _Delegate(Painting):
    """Two lines: the reference with what there is to say of it, and the value."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # type: ignore[override]
        return QSize(100, theme().px(52))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:  # type: ignore[override]
        px = theme().px
        line: StateLine = index.data(LINE)
        painter.save()
        self.ground(painter, option)
        area = QRect(option.rect).adjusted(px(12), px(3), -px(8), -px(3))
        changed = bool(index.data(CHANGED))
        if changed:
            bar = QRect(option.rect.left() + 2, area.top(), 4, area.height())
            painter.fillRect(bar, theme().colour("accent"))
        half = area.height() // 2
        upper = QRect(area.left(), area.top(), area.width(), half)
        lower = QRect(area.left(), area.top() + half, area.width(), area.height() - half)
        upper = self.words_from_right(painter, upper, [_changed_mark()] if changed else [])
        self.text(painter, upper, line.reference, theme().font(SMALL_PX), "ink_soft", Qt.TextElideMode.ElideLeft)
        lower = self.words_from_right(painter, lower, marks(line))
        empty = not line.value and line.rows is None
        token = "ink_soft" if empty or line.hidden else "critical" if line.flaw else "ink_strong"
        self.text(painter, lower, value_words(line), theme().font(), token)
        painter.restore()


class StateTab(QWidget):
    """Signals:
    picked: the person pressed a line; its path.
    current: another line is the current one; its path.
    """

    picked = Signal(str)
    current = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.model = StateModel()
        self.found = _Found(self.model)
        self.search = QLineEdit()
        self.search.setObjectName("bench.filter")
        self.search.setPlaceholderText(translate("Authors", "Filter by reference, value or state"))
        self.search.setAccessibleName(translate("Authors", "Filter by reference, value or state"))
        self.search.setClearButtonEnabled(True)
        self.only_changed = QCheckBox(translate("Authors", "Only what changed"))
        self.only_changed.setObjectName("bench.only_changed")
        self.list = PickList(translate("Authors", "Computed state"), "bench.state")
        self.list.setModel(self.found)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setUniformItemSizes(True)
        self.count = label(role="count", name="bench.state.count")
        self._soon = QTimer(self, singleShot=True, interval=FILTER_MS)
        self._soon.timeout.connect(self.filter)
        self.search.textChanged.connect(lambda _text: self._soon.start())
        self.search.returnPressed.connect(self._to_list)
        self.only_changed.toggled.connect(lambda _on: self.filter())
        self.list.picked.connect(lambda index: self.picked.emit(index.data(LINE).path))
        self.list.selectionModel().currentChanged.connect(self._on_current)
        head = column(self.search, row(self.only_changed, -1), self.count, gap=4)
        self.setLayout(column(head, self.list, margins=(12, 12, 12, 12), gap=8))
        self.setFocusProxy(self.list)

    def renew(self, lines: list[StateLine]) -> None:
        """Show another filling."""
        self.model.renew(lines)
        self._say_count()

    def take(self, lines: list[StateLine]) -> None:
        """Follow an act."""
        self.model.take(lines)
        if self.only_changed.isChecked():
            self.filter()
        self._say_count()

    def filter(self) -> None:
        """List what fits the search now."""
        self._soon.stop()
        self.found.look_for(self.search.text(), self.only_changed.isChecked())
        self._say_count()

    def _say_count(self) -> None:
        counts = TrialCounts()
        said = [counts.lines(self.found.rowCount())]
        if self.model.changed:
            said.append(counts.changed(len(self.model.changed)))
        self.count.setText(" · ".join(said))

    def _to_list(self) -> None:
        self.filter()
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        self.list.choose_first()

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.current.emit(index.data(LINE).path)
