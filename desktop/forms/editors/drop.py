"""A list that drops down: for the few words that a form wants to keep small, and for numbers to pick."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.numbers import STEPS_MOST, steps_of
from desktop.forms.entry import fold
from desktop.widgets.basics import set_role
from forms.views import Choice, QuestionView

DROP_MOST = 200
LETTERS = 24


class DropEditor(Editor):
    """One of some, shown when asked for (Alt+Down, Space, a click). Digits and first letters choose; Delete clears."""

    clearable = True

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.box = QComboBox(self)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(LETTERS)
        self.box.setMaxVisibleItems(12)
        self.box.setPlaceholderText(QCoreApplication.translate("Forms", "Choose in the list"))
        self.box.activated.connect(self._take)
        self.box.installEventFilter(self)
        self._choices: tuple[Choice, ...] = ()
        self._held: str | None = question.value
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        row.addStretch(1)
        around.when_quiet(self._load)

    def stored(self) -> str | None:
        return self._held

    def show_value(self, value: str | None) -> None:
        self._held = value
        place = next((place for place, choice in enumerate(self._choices) if choice.value == value), -1)
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(place)
        set_role(self.box, "empty", place < 0)

    def take_question(self, question: QuestionView) -> None:
        super().take_question(question)
        self.around.when_quiet(self._load)

    def inputs(self) -> tuple[QWidget, ...]:
        return (self.box,)

    def offered(self) -> tuple[Choice, ...]:
        """What can be chosen now. Called while quiet."""
        return self.around.choices(self.question.path, "", DROP_MOST)

    def clear(self) -> None:
        if self._held is not None:
            self.show_value(None)
            self.chosen.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            # Turning the wheel scrolls the page; it must not change an answer on the way.
            event.ignore()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._key(event):
            return True
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
            return True
        text = event.text()
        if not text.strip() or event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        place = self._wanted(text)
        if place is not None:
            self._take(place)
        return place is not None

    def _wanted(self, text: str) -> int | None:
        """Return the choice that a digit or a first letter means; the same letter again means the next such choice."""
        if text.isascii() and text.isdigit():
            number = int(text) - 1
            return number if 0 <= number < len(self._choices) else None
        now = self.box.currentIndex()
        after = [*range(now + 1, len(self._choices)), *range(now + 1)]
        return next((each for each in after if fold(self._choices[each].label).startswith(fold(text))), None)

    def _load(self) -> None:
        choices = self.offered()
        if choices != self._choices:
            self._choices = choices
            with QSignalBlocker(self.box):
                self.box.clear()
                self.box.addItems([choice.label for choice in choices])
        self.show_value(self._held)

    def _take(self, place: int) -> None:
        value = self._choices[place].value
        if value != self._held:
            self.show_value(value)
            self.chosen.emit()
        if "quick" in self.question.appearance and not self.box.view().isVisible():
            self.entered.emit()


class PickerEditor(DropEditor):
    """A number out of a range, picked from a list. Digits typed one after the other name the number."""

    def offered(self) -> tuple[Choice, ...]:
        return steps_of(self.question)[:STEPS_MOST]

    def _wanted(self, text: str) -> int | None:
        # The box itself gathers the digits of one number, as it does with letters.
        return None
