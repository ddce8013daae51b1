"""Choices that are all in sight: radio buttons, check boxes, and the one box that acknowledges."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QCheckBox,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.entry import fold
from desktop.theme import theme
from forms.views import Choice, QuestionView

BESIDE_MOST = 4
_BESIDE = frozenset({"horizontal", "horizontal-compact", "columns-pack"})
ALL_IN_SIGHT = 1000
"""More choices than an editor of this module is ever given."""

_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter)


class _WrappingText:
    """Mixed into a radio button or check box: its text wraps, which Qt's own never do, and is never cut."""

    def __init__(self, button: QAbstractButton, control: QStyle.ControlElement, contents: QStyle.SubElement) -> None:
        self._button = button
        self._control = control
        self._contents = contents
        self._heights: dict[int, int] = {}
        # Not "Fixed": that would hold the height of one line against the height that the width asks for.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        button.setSizePolicy(policy)

    def height(self, width: int) -> int:
        """Return the height that the words need; layouts ask for it dozens of times a page, so it is kept."""
        if width not in self._heights:
            self._heights[width] = self._measured(width, self._button.sizeHint().height())
        return self._heights[width]

    def forget(self) -> None:
        """Measure again: the font or the look is another."""
        self._heights.clear()

    def _measured(self, width: int, least: int) -> int:
        metrics = self._button.fontMetrics()
        option = self._option(QRect(0, 0, width, least))
        room = self._button.style().subElementRect(self._contents, option, self._button)
        text = metrics.boundingRect(QRect(0, 0, max(room.width(), 40), 100_000), _WRAP, self._button.text())
        return max(least, text.height() + 12)

    def paint(self) -> None:
        painter = QStylePainter(self._button)
        option = self._option(self._button.rect())
        room = self._button.style().subElementRect(self._contents, option, self._button)
        painter.drawControl(self._control, option)
        painter.drawItemText(
            room, _WRAP, option.palette, self._button.isEnabled(), self._button.text(), self._button.foregroundRole()
        )

    def _option(self, rect: QRect) -> QStyleOptionButton:
        option = QStyleOptionButton()
        self._button.initStyleOption(option)  # type: ignore[attr-defined]
        option.rect = rect
        option.text = ""
        return option


class WrappingRadioButton(QRadioButton):
    """A radio button whose words wrap."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text.replace("&", "&&"), parent)
        self._wrapping = _WrappingText(
            self, QStyle.ControlElement.CE_RadioButton, QStyle.SubElement.SE_RadioButtonContents
        )

    def heightForWidth(self, width: int) -> int:
        return self._wrapping.height(width)

    def changeEvent(self, event: QEvent) -> None:
        self._wrapping.forget()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(120), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._wrapping.paint()

    def hitButton(self, place: object) -> bool:
        return True


class WrappingCheckBox(QCheckBox):
    """A check box whose words wrap."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text.replace("&", "&&"), parent)
        self._wrapping = _WrappingText(self, QStyle.ControlElement.CE_CheckBox, QStyle.SubElement.SE_CheckBoxContents)

    def heightForWidth(self, width: int) -> int:
        return self._wrapping.height(width)

    def changeEvent(self, event: QEvent) -> None:
        self._wrapping.forget()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(120), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._wrapping.paint()

    def hitButton(self, place: object) -> bool:
        return True


class ButtonsEditor(Editor):
    """A column of buttons, one for each choice; arrows walk, digits and first letters choose."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.line = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self.line.setContentsMargins(0, 0, 0, 0)
        self.line.setSpacing(0)
        self.empty = QLabel(QCoreApplication.translate("Forms", "The choices depend on an earlier answer."), self)
        self.empty.setProperty("role", "secondary")
        self.empty.setWordWrap(True)
        self.line.addWidget(self.empty)
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

    def _load(self) -> None:
        choices = self.around.choices(self.question.path, "", ALL_IN_SIGHT)
        if choices == self._choices:
            return
        held = next((place for place, button in enumerate(self.buttons) if button.hasFocus()), None)
        for button in self.buttons:
            self.line.removeWidget(button)
            button.deleteLater()
        self._choices = choices
        self.values = [choice.value for choice in choices]
        self.buttons = [self.make(choice) for choice in choices]
        for button in self.buttons:
            button.installEventFilter(self)
            self.line.addWidget(button)
        self.empty.setVisible(not choices)
        self._arrange()
        self.describe(*self._name)
        self.show_value(self._held)
        if held is not None and self.buttons:
            self.buttons[min(held, len(self.buttons) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put short choices beside each other where the form asks for it and there is room."""
        wanted = bool(_BESIDE & self.question.appearance) and 0 < len(self.buttons) <= BESIDE_MOST
        fits = wanted and sum(button.sizeHint().width() + 16 for button in self.buttons) <= self.width()
        way = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if way == self.line.direction() and self.line.count() and not fits:
            return
        self.line.setDirection(way)
        policy = QSizePolicy.Policy.Maximum if fits else QSizePolicy.Policy.Preferred
        for button in self.buttons:
            same = button.sizePolicy()
            same.setHorizontalPolicy(policy)
            button.setSizePolicy(same)
        self.line.setSpacing(16 if fits else 0)
        self.line.setAlignment(Qt.AlignmentFlag.AlignLeft if fits else Qt.AlignmentFlag(0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._key(watched, event):
            return True
        return super().eventFilter(watched, event)

    def _key(self, watched: QObject, event: QKeyEvent) -> bool:
        place = next((number for number, button in enumerate(self.buttons) if button is watched), 0)
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}.get(
            Qt.Key(event.key()), 0
        )
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
        return wanted is not None

    def _wanted(self, text: str, place: int) -> int | None:
        """Return the choice that a digit or a first letter means; the same letter again means the next such choice."""
        if text.isascii() and text.isdigit():
            number = int(text) - 1
            return number if 0 <= number < len(self.buttons) else None
        after = [*range(place + 1, len(self.buttons)), *range(place + 1)]
        return next((each for each in after if fold(self._choices[each].label).startswith(fold(text))), None)

    def walk(self, place: int, step: int) -> None:
        """Go to the choice before or after, and stay at the ends."""
        target = max(0, min(len(self.buttons) - 1, place + step))
        self.buttons[target].setFocus(Qt.FocusReason.OtherFocusReason)


class RadioEditor(ButtonsEditor):
    """One of a few. One Tab stop; the arrows move the choice; Delete takes it back."""

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
        self._one_tab_stop()

    def entrance(self) -> QWidget:
        first = self.buttons[0] if self.buttons else self
        return next((button for button in self.buttons if button.isChecked()), first)

    def make(self, choice: Choice) -> QAbstractButton:
        button = WrappingRadioButton(choice.label, self)
        button.setAutoExclusive(False)
        self._group.addButton(button)
        button.clicked.connect(lambda _checked=False, value=choice.value: self._choose(value))
        return button

    def pick(self, place: int) -> None:
        self.buttons[place].setChecked(True)
        self._choose(self.values[place])

    def walk(self, place: int, step: int) -> None:
        super().walk(place, step)
        target = max(0, min(len(self.buttons) - 1, place + step))
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
            self._one_tab_stop()
            self.chosen.emit()

    def _one_tab_stop(self) -> None:
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
