"""Going to a question by its words. What is not asked now is found too, and said why."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout

from desktop.forms.editors.base import Surroundings
from desktop.forms.reasons import told
from desktop.forms.status import plain_label
from desktop.forms.why import WhyPanel
from desktop.theme import theme
from forms.views import FoundQuestion

ROWS_IN_SIGHT = 8
FOUND_MOST = 50
_FOUND = int(Qt.ItemDataRole.UserRole)


class JumpBar(QFrame):
    """A line above the page, there while it is used. GUI thread only.

    Signals:
        chosen: the person goes to the question with this path.
        closed: the person goes back to where they were.
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, around: Surroundings, find: Callable[[str, int], tuple[FoundQuestion, ...]]) -> None:
        """Make the bar, hidden.

        Args:
            find: ``(words, limit)`` gives the questions with these words; called only while quiet.
        """
        super().__init__()
        self._around, self._find = around, find
        self.setObjectName("form.jump")
        self.setProperty("surface", "card")
        self.line = QLineEdit(self)
        self.line.setObjectName("form.jump.line")
        self.line.setProperty("role", "search")
        self.line.setPlaceholderText(QCoreApplication.translate("Forms", "Go to a question: type a few of its words"))
        self.line.setAccessibleName(QCoreApplication.translate("Forms", "Go to a question"))
        self.line.setClearButtonEnabled(True)
        self.line.textEdited.connect(lambda _text: self.look())
        self.line.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName(QCoreApplication.translate("Forms", "Questions found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setProperty("role", "contents")
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(self._take)
        self.nothing = plain_label(
            QCoreApplication.translate("Forms", "No question has these words."), "secondary", self
        )
        self.why = WhyPanel(self)
        self.why.chosen.connect(self._leave)
        self.why.closed.connect(self.line.setFocus)
        self.why.closed.connect(self.why.hide)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        for part in (self.line, self.nothing, self.list, self.why):
            column.addWidget(part)
        theme().changed.connect(self._dress)
        self.hide()

    def open(self) -> None:
        """Show the bar with every question, ready to type."""
        self.why.hide()
        self.line.clear()
        self.show()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.look()

    def look(self) -> None:
        """List what the words find now."""
        self.why.hide()
        self._around.when_quiet(self._show_found)

    def _show_found(self) -> None:
        found = self._find(self.line.text(), FOUND_MOST)
        self.list.clear()
        for question in found:
            item = QListWidgetItem(_line(question), self.list)
            item.setData(_FOUND, question)
            item.setToolTip(question.label)
        self.list.setCurrentRow(0)
        self.nothing.setVisible(not found)
        self.list.setVisible(bool(found))
        self._dress()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)

    def _key(self, key: Qt.Key) -> bool:
        rows = self.list.count()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(max(0, min(rows - 1, self.list.currentRow() + step)))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.list.currentItem()
            if item is not None and not self.list.isHidden():
                self._take(item)
            return True
        if key == Qt.Key.Key_Escape:
            self._leave()
            return True
        return False

    def _take(self, item: QListWidgetItem) -> None:
        question: FoundQuestion = item.data(_FOUND)
        if question.relevant:
            self._leave(question.path)
        else:
            self._around.when_quiet(lambda: self._say_why(question))

    def _leave(self, path: str = "") -> None:
        """Go to a question, or back to where the person was; hidden after, or the focus would go elsewhere first."""
        if path:
            self.chosen.emit(path)
        else:
            self.closed.emit()
        self.hide()

    def _say_why(self, question: FoundQuestion) -> None:
        found = self._around.explain(question.path, "relevant")
        if found is not None:
            self.why.show_told(told(found, question.label, question.path))

    def _dress(self) -> None:
        tint = theme()
        for row in range(self.list.count()):
            item = self.list.item(row)
            question: FoundQuestion = item.data(_FOUND)
            if not question.relevant:
                item.setIcon(tint.icon("eye-off", "ink_soft"))
                item.setForeground(tint.colour("ink_soft"))
        height = max(self.list.sizeHintForRow(0), tint.px(32))
        self.list.setFixedHeight(min(self.list.count(), ROWS_IN_SIGHT) * height + 2 * self.list.frameWidth() + 4)


def _line(question: FoundQuestion) -> str:
    parts = [question.label, *(" › ".join(question.around),) * bool(question.around)]
    if not question.relevant:
        parts.append(QCoreApplication.translate("Forms", "not asked now"))
    return " · ".join(part.replace("\n", " ") for part in parts)
