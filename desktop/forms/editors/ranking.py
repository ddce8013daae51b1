"""Putting choices into an order: by keys, by buttons or by dragging. Nothing is ranked until somebody says so."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.search import ROW_HEIGHT, TallRows
from desktop.theme import theme
from forms.views import Choice, QuestionView

RANKED_MOST = 200
ROWS_IN_SIGHT = 12
_VALUE = int(Qt.ItemDataRole.UserRole)


class RankEditor(Editor):
    """All choices in the person's order; stored as their values with spaces between, the first one first.

    Alt+Up and Alt+Down move the choice, a digit puts it at that place, Delete takes the whole ranking back.
    """

    clearable = True

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self._choices: tuple[Choice, ...] = ()
        self._held: str | None = question.value
        self.state = QLabel(self)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setProperty("role", "secondary")
        self.state.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setItemDelegate(TallRows(self.list))
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.installEventFilter(self)
        self.list.model().rowsMoved.connect(lambda *_moved: self._moved())
        self.up = self._arrow("chevron-up", QCoreApplication.translate("Forms", "Move up"), "Alt+↑", -1)
        self.down = self._arrow("chevron-down", QCoreApplication.translate("Forms", "Move down"), "Alt+↓", 1)
        self.keep = QPushButton(QCoreApplication.translate("Forms", "This order is right"), self)
        self.keep.clicked.connect(lambda _checked=False: self._moved())
        self._lay_out()
        theme().changed.connect(self._dress)
        around.when_quiet(self._load)

    def _arrow(self, icon: str, text: str, keys: str, step: int) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("icon_name", icon)
        button.setAccessibleName(text)
        button.setToolTip(f"{text} ({keys})")
        # The list's own keys do the same; Tab goes on to what only a button does.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda _checked=False: self._move(step))
        return button

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.state)
        column.addWidget(self.list)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.up, self.down, self.keep):
            foot.addWidget(button)
        foot.addStretch(1)
        column.addLayout(foot)
        self._dress()

    def stored(self) -> str | None:
        return self._held

    def show_value(self, value: str | None) -> None:
        self._held = value
        self._fill()

    def take_question(self, question: QuestionView) -> None:
        super().take_question(question)
        self.around.when_quiet(self._load)

    def inputs(self) -> tuple[QWidget, ...]:
        return (self.list,)

    def clear(self) -> None:
        if self._held is not None:
            self.show_value(None)
            self.chosen.emit()

    def describe(self, name: str, description: str) -> None:
        super().describe(name, ". ".join(part for part in (self.state.text(), description) if part))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._key(event):
            return True
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._move(step)
            return True
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
            return True
        text = event.text()
        if text.isascii() and text.isdigit() and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._move(int(text) - 1 - self.list.currentRow())
            return True
        return False

    def _move(self, step: int) -> None:
        """Move the choice that is pointed at; one that would leave the list stays, and the order counts as chosen."""
        row = max(0, self.list.currentRow())
        target = row + step
        if 0 <= target < self.list.count():
            with QSignalBlocker(self.list.model()):
                self.list.insertItem(target, self.list.takeItem(row))
            self.list.setCurrentRow(target)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            self._moved()

    def _moved(self) -> None:
        values = [self.list.item(row).data(_VALUE) for row in range(self.list.count())]
        held = " ".join(values) or None
        changed, self._held = held != self._held, held
        self._name()
        if changed:
            self.chosen.emit()

    def _load(self) -> None:
        choices = self.around.choices(self.question.path, "", RANKED_MOST)
        if choices != self._choices:
            self._choices = choices
            self._fill()

    def _fill(self) -> None:
        """Show what is ranked in its order, and behind it what is not."""
        order = {value: place for place, value in enumerate((self._held or "").split())}
        wanted = sorted(self._choices, key=lambda choice: order.get(choice.value, len(order)))
        shown = [self.list.item(row).data(_VALUE) for row in range(self.list.count())]
        if [choice.value for choice in wanted] != shown:
            row = max(0, self.list.currentRow())
            self.list.clear()
            for choice in wanted:
                item = QListWidgetItem(choice.label)
                item.setData(_VALUE, choice.value)
                self.list.addItem(item)
            self.list.setCurrentRow(min(row, self.list.count() - 1))
        self._name()

    def _name(self) -> None:
        """Number the choices that are ranked."""
        ranked = set((self._held or "").split())
        labels = {choice.value: choice.label for choice in self._choices}
        for row in range(self.list.count()):
            item = self.list.item(row)
            value = item.data(_VALUE)
            label = labels.get(value, value)
            item.setText(f"{row + 1}. {label}" if value in ranked else f"–  {label}")
        whole = bool(ranked) and all(choice.value in ranked for choice in self._choices)
        self.state.setText(
            QCoreApplication.translate("Forms", "Alt+↑ and Alt+↓ move a choice, a digit puts it at that place.")
            if whole
            else QCoreApplication.translate(
                "Forms", "Not ranked yet. Alt+↑ and Alt+↓ move a choice, a digit puts it at that place."
            )
        )
        self.keep.setVisible(bool(self._choices) and not whole)
        self._fit()

    def _dress(self) -> None:
        for button in (self.up, self.down):
            button.setIcon(theme().icon(str(button.property("icon_name"))))
            button.setIconSize(QSize(theme().px(20), theme().px(20)))
        self._fit()

    def _fit(self) -> None:
        rows = max(1, min(ROWS_IN_SIGHT, self.list.count()))
        heights = [max(self.list.sizeHintForRow(row), theme().px(ROW_HEIGHT)) for row in range(rows)]
        self.list.setFixedHeight(sum(heights) + 2 * self.list.frameWidth() + 6)
