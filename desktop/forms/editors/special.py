"""Lines that do one thing more: a scanned code, hidden text, an address to copy, a count, a bearing."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from desktop.forms import words
from desktop.forms.editors.base import Surroundings
from desktop.forms.editors.text import LineEditor
from desktop.forms.editors.typed import NumberEditor
from desktop.forms.entry import parse_decimal, parse_integer
from desktop.theme import theme
from forms.views import QuestionView


class _Icon(QObject):
    """Keeps a button's icon in the colours and the size in force; lives as long as its button."""

    def __init__(self, button: QToolButton, name: str) -> None:
        super().__init__(button)
        self._button, self.name = button, name
        theme().changed.connect(self.draw)
        self.draw()

    def draw(self) -> None:
        # The height that the style sheet asks for with its border; the icon would make it taller than the line.
        self._button.setFixedHeight(theme().px(34) + 2)
        self._button.setIcon(theme().icon(self.name))
        self._button.setIconSize(QSize(theme().px(20), theme().px(20)))


def echo_label(parent: QWidget) -> QLabel:
    """Return a line of secondary words below a field."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "secondary")
    label.setWordWrap(True)
    label.hide()
    return label


def put_echo(label: QLabel, text: str) -> None:
    """Show these words; without any, the line takes no room."""
    label.setText(text)
    label.setVisible(bool(text))


class CodeEditor(LineEditor):
    """A code from a scanner that types: its last key is Enter, which goes on. What it typed is kept sign by sign."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.line.setPlaceholderText(QCoreApplication.translate("Forms", "Scan the code, or type it"))
        if "hidden-answer" in question.appearance:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)

    def stored(self) -> str | None:
        text = self.line.text()
        return text if text.strip() else None


class _WithButton(LineEditor):
    """A line with a button at its end."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.button = QToolButton(self)
        self.button.clicked.connect(lambda _checked=False: self.act())
        self.icon = _Icon(self.button, self.icon_name())
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.removeWidget(self.line)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        layout.addLayout(row)
        self.echo = echo_label(self)
        layout.addWidget(self.echo)
        self._name()

    def icon_name(self) -> str:
        raise NotImplementedError

    def verb(self) -> str:
        """What the button does now."""
        raise NotImplementedError

    def act(self) -> None:
        """The button was pressed."""
        raise NotImplementedError

    def describe(self, name: str, description: str) -> None:
        super().describe(name, description)
        self._name()

    def _name(self) -> None:
        self.button.setToolTip(self.verb())
        self.button.setAccessibleName(f"{self.question.label}: {self.verb()}")


class MaskedEditor(_WithButton):
    """Text that nobody over the shoulder can read, until the button shows it. Left, it is hidden again."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)

    def icon_name(self) -> str:
        return "eye"

    def verb(self) -> str:
        if self.line.echoMode() == QLineEdit.EchoMode.Normal:
            return QCoreApplication.translate("Forms", "Hide the text")
        return QCoreApplication.translate("Forms", "Show the text")

    def act(self) -> None:
        self._show(self.line.echoMode() != QLineEdit.EchoMode.Normal)

    def leave(self) -> None:
        self._show(False)

    def _show(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.icon.name = "eye-off" if shown else "eye"
        self.icon.draw()
        self._name()


class AddressEditor(_WithButton):
    """An address of the web, as text: it is copied and never opened from here."""

    def icon_name(self) -> str:
        return "copy"

    def verb(self) -> str:
        return QCoreApplication.translate("Forms", "Copy the address")

    def act(self) -> None:
        QGuiApplication.clipboard().setText(self.line.text())
        put_echo(self.echo, QCoreApplication.translate("Forms", "Copied"))

    def leave(self) -> None:
        put_echo(self.echo, "")


class CounterEditor(NumberEditor):
    """A whole number counted up and down: by the buttons, by the arrows up and down, or typed. Never below nought."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.less = self._step("minus", QCoreApplication.translate("Forms", "One less"), -1)
        self.more = self._step("plus", QCoreApplication.translate("Forms", "One more"), 1)
        self.row.insertWidget(0, self.less)
        self.row.insertWidget(2, self.more)

    def _step(self, icon: str, text: str, step: int) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(text)
        button.setAccessibleName(text)
        # The arrows do the same from the line, which stays one stop for Tab.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda _checked=False: self.count(step))
        _Icon(button, icon)
        return button

    def count(self, step: int) -> None:
        """Go up or down from what is there; from nothing, begin at nought."""
        number = parse_integer(self.line.text())
        if number is None and self.line.text().strip():
            return
        self.line.show_value(str(max(0, int(number or 0) + step)))
        self.typed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not event.modifiers():
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
            if step:
                self.count(step)
                return True
        return super().eventFilter(watched, event)


class BearingEditor(NumberEditor):
    """Degrees from the north, read from a compass or a map; the direction is said back."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.echo = echo_label(self)
        self.row.insertWidget(1, QLabel("°", self))
        self.row.insertWidget(2, self.echo)
        assert isinstance(self.row, QBoxLayout)
        self.line.textChanged.connect(lambda _text: self._follow())
        self._follow()

    def show_value(self, value: str | None) -> None:
        super().show_value(value)
        self._follow()

    def _follow(self) -> None:
        number = parse_decimal(self.line.text())
        put_echo(self.echo, "" if number is None else words.direction_text(float(number)))
