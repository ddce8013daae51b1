"""The table of contents: the form's pages, and how far each is filled."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.forms import words
from desktop.forms.progress import PageProgress
from desktop.theme import theme

ProgressRole = int(Qt.ItemDataRole.UserRole)
WIDTH = 240
_Index = QModelIndex | QPersistentModelIndex
_WRAP = int(Qt.TextFlag.TextWordWrap)


class ContentsModel(QAbstractListModel):
    """The pages, in order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pages: tuple[PageProgress, ...] = ()

    def show_pages(self, pages: tuple[PageProgress, ...]) -> None:
        """Show these pages; the selection stays where only counts changed."""
        same = [page.path for page in pages] == [page.path for page in self.pages]
        if not same:
            self.beginResetModel()
        before, self.pages = self.pages, pages
        if not same:
            self.endResetModel()
            return
        for row, (old, new) in enumerate(zip(before, pages, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(row), self.index(row))

    def title(self, row: int) -> str:
        return words.page_title(self.pages[row].label, row + 1)

    def progress(self, row: int) -> str:
        page = self.pages[row]
        return words.progress_text(page.answered, page.questions, page.to_check, complete=page.complete)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.pages)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{index.row() + 1}. {self.title(index.row())} · {self.progress(index.row())}"
        if role == ProgressRole:
            return self.pages[index.row()]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{self.title(index.row())}: {self.progress(index.row())}"
        return None


class ContentsDelegate(QStyledItemDelegate):
    """Paints a page's title, wrapped, and its progress below."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        tint = theme()
        room = option.rect.adjusted(tint.px(12), tint.px(8), 0, -tint.px(8))
        room.setWidth(_text_width())
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint.colour("accent_soft"))
            painter.drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 6, 6)
            painter.setBrush(tint.colour("accent"))
            mark = QRect(option.rect.left(), option.rect.top() + 8, 3, option.rect.height() - 16)
            painter.drawRoundedRect(mark, 1, 1)
        title, progress = _texts(index)
        painter.setFont(tint.font())
        painter.setPen(tint.colour("ink_strong" if selected else "ink"))
        height = _title_height(title, room.width())
        painter.drawText(QRect(room.left(), room.top(), room.width(), height), _WRAP, title)
        self._paint_progress(painter, room.adjusted(0, height + 2, 0, 0), index, progress)
        painter.restore()

    def _paint_progress(self, painter: QPainter, room: QRect, index: _Index, progress: str) -> None:
        tint = theme()
        page = index.data(ProgressRole)
        left = room.left()
        size = tint.px(14)
        if page.to_check or page.complete:
            name, token = ("triangle-alert", "caution") if page.to_check else ("circle-check", "positive")
            painter.drawPixmap(left, room.top() + 2, tint.pixmap(name, token, size=14))
            left += size + 4
        painter.setFont(tint.font(14))
        painter.setPen(tint.colour("caution" if page.to_check else "ink_soft"))
        painter.drawText(QRect(left, room.top(), room.right() - left, room.height()), _WRAP, progress)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        tint = theme()
        width = _text_width()
        title, progress = _texts(index)
        small = QFontMetrics(tint.font(14)).boundingRect(QRect(0, 0, width - tint.px(18), 10_000), _WRAP, progress)
        return QSize(width, _title_height(title, width) + 2 + small.height() + 2 * tint.px(8))


def _text_width() -> int:
    # The same with a scroll bar and without: Qt keeps the heights of rows that it measured before a bar came or went.
    return theme().px(WIDTH - 34)


def _texts(index: _Index) -> tuple[str, str]:
    model = index.model()
    assert isinstance(model, ContentsModel)
    return model.title(index.row()), model.progress(index.row())


def _title_height(title: str, width: int) -> int:
    return QFontMetrics(theme().font()).boundingRect(QRect(0, 0, width, 10_000), _WRAP, title).height()


class ContentsList(QListView):
    """The pages at the left of a wide form.

    Signals:
        page_chosen: the person goes to the page with this path.
    """

    page_chosen = Signal(str)

    def __init__(self, model: ContentsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contents = model
        self.setModel(model)
        self.setItemDelegate(ContentsDelegate(self))
        self.setProperty("role", "contents")
        self.setAccessibleName(QCoreApplication.translate("Forms", "Pages of the form"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.clicked.connect(lambda index: self.page_chosen.emit(self._contents.pages[index.row()].path))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self.page_chosen.emit(self._contents.pages[self.currentIndex().row()].path)
            return
        super().keyPressEvent(event)

    def select(self, row: int) -> None:
        """Show which page is open."""
        self.setCurrentIndex(self._contents.index(row))

    def sizeHint(self) -> QSize:
        return QSize(theme().px(WIDTH), super().sizeHint().height())


class ContentsBox(QComboBox):
    """The pages above a narrow form.

    Signals:
        page_chosen: the person goes to the page with this path.
    """

    page_chosen = Signal(str)

    def __init__(self, model: ContentsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contents = model
        self.setModel(model)
        self.setAccessibleName(QCoreApplication.translate("Forms", "Pages of the form"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(lambda row: self.page_chosen.emit(self._contents.pages[row].path))

    def select(self, row: int) -> None:
        """Show which page is open."""
        with QSignalBlocker(self):
            self.setCurrentIndex(row)
