"""Choices that are all in sight: radio buttons, check boxes, and the one box that acknowledges."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.wrapping import WrappingCheckBox, WrappingRadioButton
from desktop.forms.entry import fold
from desktop.theme import theme
from forms.views import Choice, QuestionView

BESIDE_MOST = 4
_BESIDE = frozenset({"horizontal", "horizontal-compact"})
_COLUMNS = re.compile(r"columns-(\d{1,2})")
COLUMN_LEAST = 120
"""Words in a column narrower than this are cut into syllables: there are fewer columns then."""
AIR_BETWEEN = 16
ALL_IN_SIGHT = 1000
"""More choices than an editor of this module is ever given."""


def moves_row(event: QKeyEvent) -> bool:
    """Whether a key is Alt with an arrow up or down: in a row it moves the row."""
    return bool(event.modifiers() & Qt.KeyboardModifier.AltModifier) and event.key() in (
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
    )


class ButtonsEditor(Editor):
    """A column of buttons, one for each choice; arrows walk, digits and first letters choose."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setSpacing(0)
        self.columns = 1
        self.empty = QLabel(QCoreApplication.translate("Forms", "The choices depend on an earlier answer."), self)
        self.empty.setProperty("role", "secondary")
        self.empty.setWordWrap(True)
        self.grid.addWidget(self.empty, 0, 0)
        self.buttons: list[QAbstractButton] = []
        self.values: list[str] = []
        self._choices: tuple[Choice, ...] = ()
        self._name = ("", "")
        self._held: str | None = question.value

    def inputs(self) -> tuple[QWidget, ...]:
        return tuple(self.buttons)

    def take_question(self, question: QuestionView) -> None:
        super().take_question(question)
        self.around.when_quiet(self._load)

    def describe(self, name: str, description: str) -> None:
        self._name = (name, description)
        self.setAccessibleName(name)
        self.setAccessibleDescription(description)
        for button, choice in zip(self.buttons, self._choices, strict=True):
            button.setAccessibleName(f"{name}: {choice.label}" if name else choice.label)
            button.setAccessibleDescription(description)

    def make(self, choice: Choice) -> QAbstractButton:
        """Return the button of one choice, connected."""
        raise NotImplementedError

    def pick(self, place: int) -> None:
        """Choose by keyboard."""
        raise NotImplementedError

    def offered(self) -> tuple[Choice, ...]:
        """What can be chosen now. Called while quiet."""
        return self.around.choices(self.question.path, "", ALL_IN_SIGHT)

    def _load(self) -> None:
        choices = self.offered()
        if choices == self._choices:
            return
        held = next((place for place, button in enumerate(self.buttons) if button.hasFocus()), None)
        for button in self.buttons:
            self.grid.removeWidget(button)
            button.deleteLater()
        self._choices = choices
        self.values = [choice.value for choice in choices]
        self.buttons = [self.make(choice) for choice in choices]
        for button in self.buttons:
            button.installEventFilter(self)
        self.empty.setVisible(not choices)
        self._place()
        self.describe(*self._name)
        self.show_value(self._held)
        if held is not None and self.buttons:
            self.buttons[min(held, len(self.buttons) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def minimumSizeHint(self) -> QSize:
        # One column: several of them must never keep the page from becoming narrower.
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), theme().px(COLUMN_LEAST)), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        if self.wanted_columns() != self.columns:
            self._place()

    def wanted_columns(self) -> int:
        """How many choices stand beside each other: as the form asks for, as far as there is room."""
        asked = self.question.appearance
        counted = next((found for word in asked if (found := _COLUMNS.fullmatch(word))), None)
        if counted is not None:
            room = self.width() // theme().px(COLUMN_LEAST)
            return max(1, min(int(counted[1]), room, len(self.buttons)))
        if not (_BESIDE | {"columns", "columns-pack"}) & asked:
            return 1
        widths = [button.sizeHint().width() + AIR_BETWEEN for button in self.buttons]
        if "columns-pack" in asked:
            return self._packed(widths)
        if "columns" in asked:
            return max(1, min(self.width() // max(widths, default=1), len(self.buttons)))
        beside = bool(_BESIDE & asked) and 0 < len(self.buttons) <= BESIDE_MOST
        return len(self.buttons) if beside and sum(widths) <= self.width() else 1

    def _packed(self, widths: list[int]) -> int:
        for columns in range(len(widths), 1, -1):
            if sum(max(widths[place::columns]) for place in range(columns)) <= self.width():
                return columns
        return 1

    def _place(self) -> None:
        """Put the choices into their places, row by row."""
        self.columns = self.wanted_columns()
        for button in self.buttons:
            self.grid.removeWidget(button)
        for place, button in enumerate(self.buttons):
            self.grid.addWidget(button, 1 + place // self.columns, place % self.columns)
        even = self.columns > 1 and not (_BESIDE | {"columns-pack"}) & self.question.appearance
        for column in range(max(self.grid.columnCount(), self.columns + 1)):
            inside = column < self.columns
            self.grid.setColumnStretch(
                column, int(inside) if even or self.columns == 1 else int(column == self.columns)
            )
        self.grid.setHorizontalSpacing(AIR_BETWEEN if self.columns > 1 else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and moves_row(event):
            # It goes on to the row around, never to the choice.
            event.ignore()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._key(watched, event):
            return True
        return super().eventFilter(watched, event)

    def _key(self, watched: QObject, event: QKeyEvent) -> bool:
        place = next((number for number, button in enumerate(self.buttons) if button is watched), 0)
        step = self.steps().get(Qt.Key(event.key()), 0)
        if step:
            self.walk(place, step)
            return True
        text = event.text()
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if not plain or not text.strip():
            return False
        wanted = self._wanted(text, place)
        if wanted is not None:
            self.buttons[wanted].setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.pick(wanted)
            self.go_on()
        return wanted is not None

    def go_on(self) -> None:
        """A choice was made on purpose: where the form asks to be quick, go to the next question."""
        if "quick" in self.question.appearance and self.question.kind == "select_one":
            self.entered.emit()

    def steps(self) -> dict[Qt.Key, int]:
        """How far each arrow goes."""
        below = self.columns if self.columns < len(self.buttons) else 1
        return {Qt.Key.Key_Down: below, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -below, Qt.Key.Key_Left: -1}

    def _wanted(self, text: str, place: int) -> int | None:
        """Return the choice that a digit or a first letter means; the same letter again means the next such choice."""
        if text.isascii() and text.isdigit():
            number = int(text) - 1
            return number if 0 <= number < len(self.buttons) else None
        after = [*range(place + 1, len(self.buttons)), *range(place + 1)]
        return next((each for each in after if fold(self._choices[each].label).startswith(fold(text))), None)

    def walk(self, place: int, step: int) -> None:
        """Go to the choice before or after, and stay at the ends."""
        target = self.target(place, step)
        self.buttons[target].setFocus(Qt.FocusReason.OtherFocusReason)

    def target(self, place: int, step: int) -> int:
        """Where a step leads; one that would leave the list goes nowhere."""
        wanted = place + step
        return wanted if 0 <= wanted < len(self.buttons) else place


class RadioEditor(ButtonsEditor):
    """One of a few. One Tab stop; the arrows move the choice; Delete takes it back."""

    clearable = True

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self._group = QButtonGroup(self)
        around.when_quiet(self._load)

    def stored(self) -> str | None:
        return self._held

    def show_value(self, value: str | None) -> None:
        self._held = value
        self._group.setExclusive(False)
        for button, each in zip(self.buttons, self.values, strict=True):
            with QSignalBlocker(button):
                button.setChecked(each == value)
        self._group.setExclusive(True)
        self.mark_held()

    def entrance(self) -> QWidget:
        first = self.buttons[0] if self.buttons else self
        return next((button for button in self.buttons if button.isChecked()), first)

    def make(self, choice: Choice) -> QAbstractButton:
        button = WrappingRadioButton(choice.label, self)
        button.setAutoExclusive(False)
        self.join(button, choice)
        return button

    def join(self, button: QAbstractButton, choice: Choice) -> None:
        """Make a button one of the group."""
        self._group.addButton(button)
        button.clicked.connect(lambda _checked=False, value=choice.value: self._click(value))

    def _click(self, value: str) -> None:
        self._choose(value)
        self.go_on()

    def pick(self, place: int) -> None:
        self.buttons[place].setChecked(True)
        self._choose(self.values[place])

    def walk(self, place: int, step: int) -> None:
        super().walk(place, step)
        target = self.target(place, step)
        if target != place or self._held is None:
            self.pick(target)

    def clear(self) -> None:
        """Take the choice back."""
        if self._held is not None:
            self.show_value(None)
            self.chosen.emit()

    def _key(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
            return True
        return super()._key(watched, event)

    def _choose(self, value: str) -> None:
        if value != self._held:
            self._held = value
            self.mark_held()
            self.chosen.emit()

    def mark_held(self) -> None:
        """Bring the buttons in step with what is chosen: one of them is the Tab stop."""
        entrance = self.entrance()
        for button in self.buttons:
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if button is entrance else Qt.FocusPolicy.ClickFocus)


class ChecksEditor(ButtonsEditor):
    """Any of a few; stored as the chosen values in the list's order, with spaces between."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        around.when_quiet(self._load)

    def stored(self) -> str | None:
        if not self.buttons:
            return self._held
        chosen = [value for value, button in zip(self.values, self.buttons, strict=True) if button.isChecked()]
        return " ".join(chosen) or None

    def show_value(self, value: str | None) -> None:
        self._held = value
        chosen = set((value or "").split())
        for button, each in zip(self.buttons, self.values, strict=True):
            with QSignalBlocker(button):
                button.setChecked(each in chosen)

    def make(self, choice: Choice) -> QAbstractButton:
        button = WrappingCheckBox(choice.label, self)
        button.clicked.connect(self._changed)
        return button

    def pick(self, place: int) -> None:
        self.buttons[place].click()

    def _changed(self) -> None:
        self._held = self.stored()
        self.chosen.emit()


class AcknowledgeEditor(Editor):
    """One box to tick, stored as ``OK``."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.box = WrappingCheckBox(QCoreApplication.translate("Forms", "Yes, confirmed"), self)
        self.box.clicked.connect(lambda _checked=False: self.chosen.emit())
        self.box.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)

    def stored(self) -> str | None:
        return "OK" if self.box.isChecked() else None

    def show_value(self, value: str | None) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(value is not None)

    def inputs(self) -> tuple[QWidget, ...]:
        return (self.box,)
