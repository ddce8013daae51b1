"""The report: what was mended, what is remarked, what cannot be asked, each a way to its question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from desktop.authors.lists import SMALL_PX, Painting, PickList, wrapped_height
from desktop.authors.words import line_state, section_title, spoken, translate
from desktop.theme import theme
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column
from sync.form_reading import SECTIONS, ReportLine

ENTRY = int(Qt.ItemDataRole.UserRole)
_NOWHERE = QModelIndex()
AIR = 8


@dataclass(frozen=True)
class Heading:
    """The title of a part, with how many lines follow."""

    text: str


class ReportModel(QAbstractListModel):
    """``ENTRY`` gives a ``ReportLine`` or a ``Heading``, which cannot be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[ReportLine | Heading] = []

    def show(self, lines: list[ReportLine]) -> None:
        """List these, part by part."""
        self.beginResetModel()
        self._entries = []
        for section in SECTIONS:
            part = [line for line in lines if line.section == section]
            if part:
                self._entries += [Heading(f"{section_title(section)} ({len(part)})"), *part]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        line = index.isValid() and isinstance(self._entries[index.row()], ReportLine)
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if line else Qt.ItemFlag.NoItemFlags

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        words = entry.text if isinstance(entry, Heading) else spoken(entry.words)
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        if role == Qt.ItemDataRole.AccessibleTextRole and isinstance(entry, ReportLine):
            return ", ".join(part for part in (line_state(entry).word, words, entry.code) if part)
        return None


class _Delegate(Painting):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # type: ignore[override]
        px, entry = theme().px, index.data(ENTRY)
        view = option.widget
        width = view.viewport().width() if isinstance(view, PickList) else 400
        if isinstance(entry, Heading):
            height = wrapped_height(entry.text, theme().font(bold=True), width - 2 * px(AIR))
            return QSize(width, height + px(20))
        text = wrapped_height(spoken(entry.words), theme().font(), width - px(24 + 3 * AIR))
        return QSize(width, text + theme().px(24) + px(12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:  # type: ignore[override]
        px, entry = theme().px, index.data(ENTRY)
        area = QRect(option.rect).adjusted(px(AIR), px(6), -px(AIR), -px(6))
        painter.save()
        if isinstance(entry, Heading):
            painter.setFont(theme().font(bold=True))
            painter.setPen(theme().colour("ink_strong"))
            side = Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(side), entry.text)
            painter.restore()
            return
        self.ground(painter, option)
        state = line_state(entry)
        left = area.left() + px(24)
        self.icon(painter, area.left(), area.top() + px(11), state)
        words = QRect(left, area.top(), area.right() - left - px(AIR), area.height() - px(24))
        painter.setFont(theme().font())
        painter.setPen(theme().colour("ink_strong"))
        flags = Qt.TextFlag.TextWordWrap
        text = spoken(entry.words)
        if " " not in text:
            flags |= Qt.TextFlag.TextWrapAnywhere
        painter.drawText(words, int(flags), text)
        foot = QRect(left, area.bottom() - px(22), words.width(), px(22))
        small = theme().font(SMALL_PX)
        self.text(painter, foot, state.word, small, state.tone)
        shift = painter.fontMetrics().horizontalAdvance(state.word) + px(12)
        self.text(painter, foot.adjusted(shift, 0, 0, 0), entry.code, small, "ink_soft")
        painter.restore()


class ReportTab(QWidget):
    """Signals:
    picked: the person pressed a line; the question's path without rows, "" when it is about none.
    """

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.model = ReportModel()
        self.list = PickList(translate("Authors", "Report"), "bench.report")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.picked.connect(self._pick)
        self.banner = Banner(name="bench.verdict")
        self.setLayout(column(self.banner, self.list, margins=(12, 12, 12, 12), gap=8))
        self.setFocusProxy(self.list)

    def show_lines(self, lines: list[ReportLine], title: str, text: str, tone: str) -> None:
        """List these below what they come to."""
        self.model.show(lines)
        self.list.setVisible(bool(lines))
        self.banner.say(title, text, tone=tone)

    def _pick(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if isinstance(entry, ReportLine):
            self.picked.emit(entry.path)
