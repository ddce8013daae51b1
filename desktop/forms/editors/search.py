"""Choices out of a long list: type a few letters, the list narrows, Enter takes the first."""

from __future__ import annotations

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QScrollArea,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.forms import words
from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.choice_model import ROWS_MOST, ChoiceModel, ValueRole
from desktop.forms.entry import fold
from desktop.theme import theme
from forms.views import QuestionView

ROWS_IN_SIGHT = 8
ROW_HEIGHT = 32


class TallRows(QStyledItemDelegate):
    """Rows high enough for a finger or a trembling hand."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), theme().px(ROW_HEIGHT)))


class SearchLine(QLineEdit):
    """A line that looks as what it is: a way into a list.

    Signals:
        opener_pressed: the arrow at the end was clicked.
    """

    opener_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(QCoreApplication.translate("Forms", "Type a few letters"))
        self._arrow = QLabel(self)
        self._arrow.setAccessibleName(QCoreApplication.translate("Forms", "List"))
        self._arrow.setCursor(Qt.CursorShape.ArrowCursor)
        self._arrow.installEventFilter(self)
        theme().changed.connect(self._dress)
        self._dress()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._arrow and event.type() == QEvent.Type.MouseButtonPress:
            self.opener_pressed.emit()
            return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = theme().px(20)
        self._arrow.setGeometry(self.width() - size - theme().px(8), (self.height() - size) // 2, size, size)

    def _dress(self) -> None:
        self._arrow.setPixmap(theme().pixmap("chevron-down", "ink_soft", ratio=self.devicePixelRatioF()))
        self.setTextMargins(0, 0, theme().px(28), 0)


class ChoiceList(QListView):
    """A list of `ROWS_IN_SIGHT` rows of one height, so that its rows are never measured one by one."""

    def __init__(self, model: ChoiceModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(TallRows(self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def row_height(self) -> int:
        return max(self.sizeHintForRow(0), theme().px(ROW_HEIGHT))

    def sizeHint(self) -> QSize:
        rows = max(1, min(ROWS_IN_SIGHT, self.model().rowCount()))
        return QSize(super().sizeHint().width(), rows * self.row_height() + 2 * self.frameWidth() + 4)


class ChoicePopup(QFrame):
    """The list under a search line. It never takes the focus: the line keeps it, and keys go through the line.

    Signals:
        picked: the row was clicked.
    """

    picked = Signal(QModelIndex)

    def __init__(self, model: ChoiceModel, anchor: QWidget) -> None:
        super().__init__(anchor.window())
        self.setProperty("surface", "popup")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._anchor: QWidget | None = anchor
        anchor.destroyed.connect(self._end)
        self.list = ChoiceList(model, self)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(self.picked)
        self.more = QLabel(self)
        self.more.setTextFormat(Qt.TextFormat.PlainText)
        self.more.setProperty("role", "secondary")
        self.more.setWordWrap(True)
        self.more.setContentsMargins(8, 4, 8, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self.more)
        # The list outlives the line by a moment: a list that is left without its model says so in the log.
        model.setParent(self)
        area = _scroll_area(anchor)
        if area is not None:
            area.verticalScrollBar().valueChanged.connect(self._place)

    def open(self) -> None:
        """Show the list under its line, or above it where there is more room."""
        self._tell()
        self._place()
        self.show()
        self.raise_()

    def _tell(self) -> None:
        rows = self.list.model().rowCount()
        if rows >= ROWS_MOST:
            text = QCoreApplication.translate("Forms", "The first {rows} are shown. More letters narrow the list.")
            self.more.setText(text.format(rows=rows))
        else:
            self.more.setText(QCoreApplication.translate("Forms", "Nothing in the list has this name."))
        self.more.setVisible(rows >= ROWS_MOST or not rows)
        self.list.setVisible(bool(rows))

    def _end(self) -> None:
        """The line has gone before the list, which lives in the window; clearing a page scrolls it once more."""
        self._anchor = None
        self.deleteLater()

    def _place(self) -> None:
        window, anchor = self.parentWidget(), self._anchor
        if window is None or anchor is None:
            return
        top = anchor.mapTo(window, QPoint(0, 0))
        below = window.height() - top.y() - anchor.height() - 8
        height = self._height(anchor)
        above = top.y() - 8
        under = height <= below or below >= above
        height = min(height, max(below if under else above, 80))
        y = top.y() + anchor.height() + 2 if under else top.y() - height - 2
        self.setGeometry(top.x(), y, anchor.width(), height)

    def _height(self, anchor: QWidget) -> int:
        self.list.setFixedHeight(self.list.sizeHint().height())
        width = anchor.width() - 4
        more = 0 if self.more.isHidden() else self.more.heightForWidth(width)
        return (0 if self.list.isHidden() else self.list.sizeHint().height()) + more + 6


class SearchOneEditor(Editor):
    """One of many. The line shows the choice's name; typing in it searches."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.model = ChoiceModel(parent=self)
        self.line = SearchLine(self)
        self.line.opener_pressed.connect(self._toggle)
        self.line.textEdited.connect(self._search)
        self.line.installEventFilter(self)
        self._popup: ChoicePopup | None = None
        self._held: str | None = None
        self._shown = ""
        self._pointed = False
        self._unknown = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)
        # The index of 35,000 names takes a moment to make: before the first letter, and not on this thread.
        around.prepare(lambda: around.choices(question.path, "a", 1))

    def stored(self) -> str | None:
        return self._held

    def show_value(self, value: str | None) -> None:
        if value == self._held and (value is None or self._shown):
            return
        self._held = value
        if value is None:
            self._put("")
        else:
            self.around.when_quiet(lambda: self._put(self.around.choice_label(self.question.path, value)))

    def take_question(self, question: QuestionView) -> None:
        super().take_question(question)
        held = self._held
        if held is not None and not self.line.isModified():
            self.around.when_quiet(lambda: self._put(self.around.choice_label(question.path, held)))

    def inputs(self) -> tuple[QWidget, ...]:
        return (self.line,)

    def own_problem(self) -> str:
        return words.not_in_list_text(self.question.label) if self._unknown else ""

    def leave(self) -> None:
        if self._popup is not None:
            self._popup.hide()
        if self.line.text() != self._shown:
            self.around.when_quiet(self._settle)

    @property
    def popup(self) -> ChoicePopup:
        """The list; made at first use, because it lives in the window and not in the page."""
        if self._popup is None:
            self._popup = ChoicePopup(self.model, self.line)
            self._popup.list.setAccessibleName(self.question.label)
            self._popup.picked.connect(self._take)
        return self._popup

    @property
    def is_open(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._key(event):
            return True
        if event.type() == QEvent.Type.MouseButtonPress and watched is self.line and not self.is_open:
            self._open_all()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                return False
            self._walk(key)
            return True
        if key == Qt.Key.Key_Escape and self.is_open:
            self.popup.hide()
            self._put(self._shown)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.is_open and not event.modifiers():
            self.around.when_quiet(self._take_pointed)
            return True
        return False

    def _walk(self, key: Qt.Key) -> None:
        if not self.is_open:
            self._open_all()
            return
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS_IN_SIGHT}.get(key, -ROWS_IN_SIGHT)
        row = self.popup.list.currentIndex().row() + step
        self._point(max(0, min(self.model.rowCount() - 1, row)))
        self._pointed = True

    def _point(self, row: int) -> None:
        self.popup.list.setCurrentIndex(self.model.index(row))

    def _toggle(self) -> None:
        if self.is_open:
            self.popup.hide()
        else:
            self.line.setFocus(Qt.FocusReason.MouseFocusReason)
            self._open_all()

    def _open_all(self) -> None:
        self.around.when_quiet(lambda: self._offer(""))

    def _search(self, text: str) -> None:
        self._unknown = False
        self.typed.emit()
        self.around.when_quiet(lambda: self._offer(text))

    def _offer(self, search: str) -> None:
        self.model.offer(self.around.choices(self.question.path, search.strip(), ROWS_MOST))
        self._pointed = False
        if not self.line.hasFocus():
            return
        self.popup.open()
        held = next((row for row, choice in enumerate(self.model.choices) if choice.value == self._held), 0)
        self._point(held if not search else 0)

    def _take_pointed(self) -> None:
        index = self.popup.list.currentIndex()
        if not index.isValid():
            return
        self._take(index)
        self.entered.emit()

    def _take(self, index: QModelIndex) -> None:
        if self._popup is not None:
            self._popup.hide()
        self._hold(index.data(ValueRole), index.data())

    def _hold(self, value: str | None, label: str) -> None:
        changed = value != self._held
        self._held = value
        self._unknown = False
        self._put(label)
        if changed:
            self.chosen.emit()

    def _settle(self) -> None:
        """Find what the text left in the line means; text that means nothing stays, and is said to be wrong."""
        text = self.line.text().strip()
        if not text:
            self._hold(None, "")
            return
        found = self.around.choices(self.question.path, text, ROWS_MOST)
        same = [choice for choice in found if fold(choice.label) == fold(text)]
        pointed = self.popup.list.currentIndex()
        if len(same) == 1 or len(found) == 1:
            choice = (same or list(found))[0]
            self._hold(choice.value, choice.label)
        elif self._pointed and pointed.isValid():
            self._take(pointed)
        else:
            self._unknown = True
            self._held = None
            self.chosen.emit()

    def _put(self, label: str) -> None:
        self._shown = label
        self._unknown = False
        with QSignalBlocker(self.line):
            self.line.setText(label)
            self.line.setModified(False)
            self.line.setCursorPosition(0)


class SearchManyEditor(Editor):
    """Any of many: a search line over a list of boxes, and the chosen ones named above it."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.model = ChoiceModel(checkable=True, parent=self)
        self.model.toggled.connect(self._toggle)
        self.summary = QLabel(self)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(QCoreApplication.translate("Forms", "Type a few letters"))
        self.line.textEdited.connect(lambda _text: around.when_quiet(self._offer))
        self.list = ChoiceList(self.model, self)
        self._held: tuple[str, ...] = ()
        for each in (self.line, self.list):
            each.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.summary, self.line, self.list):
            layout.addWidget(widget)
        around.when_quiet(self._offer)

    def stored(self) -> str | None:
        return " ".join(self._held) or None

    def show_value(self, value: str | None) -> None:
        self._held = tuple((value or "").split())
        self.model.check(frozenset(self._held))
        self.around.when_quiet(self._tell)

    def take_question(self, question: QuestionView) -> None:
        super().take_question(question)
        self.around.when_quiet(self._offer)
        self.around.when_quiet(self._tell)

    def inputs(self) -> tuple[QWidget, ...]:
        return (self.line, self.list)

    def describe(self, name: str, description: str) -> None:
        super().describe(name, description)
        self.line.setAccessibleName(QCoreApplication.translate("Forms", "{label}: search").format(label=name))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.line:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                if not self.list.currentIndex().isValid():
                    self.list.setCurrentIndex(self.model.index(0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.line.text().strip():
                # Behind the search for what was typed, which may still wait for an act to end.
                self.around.when_quiet(self._take_first)
                return True
        return super().eventFilter(watched, event)

    def _offer(self) -> None:
        self.model.offer(self.around.choices(self.question.path, self.line.text().strip(), ROWS_MOST))
        self.list.setFixedHeight(ROWS_IN_SIGHT * self.list.row_height())

    def _take_first(self) -> None:
        if self.model.choices:
            first = self.model.choices[0].value
            self._toggle(first, first not in self._held)
            self.line.clear()
            self._offer()

    def _toggle(self, value: str, chosen: bool) -> None:
        kept = tuple(each for each in self._held if each != value)
        self._held = (*kept, value) if chosen else kept
        self.model.check(frozenset(self._held))
        self.around.when_quiet(self._tell)
        self.chosen.emit()

    def _tell(self) -> None:
        labels = [self.around.choice_label(self.question.path, value) for value in self._held]
        text = QCoreApplication.translate("Forms", "Chosen: {choices}").format(choices=", ".join(labels))
        self.summary.setText(text if labels else QCoreApplication.translate("Forms", "Nothing chosen yet"))


def _scroll_area(widget: QWidget) -> QScrollArea | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    return parent
