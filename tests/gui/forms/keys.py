"""What hands do: typing, and finding the widget to type into."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.forms.blocks import FieldBlock
from desktop.forms.view import FormView


def type_text(widget: QWidget, text: str) -> None:
    """Press and release one key for each sign; QTest itself knows ASCII only."""
    for sign in text:
        if sign.isascii():
            QTest.keyClick(widget, sign)
            continue
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, sign))


def field(view: FormView, path: str) -> FieldBlock:
    """Return the block of a question on the open page."""
    block = view.page.block(path)
    assert isinstance(block, FieldBlock), f"{path} is not asked on this page"
    return block


def write(view: FormView, path: str, text: str) -> QWidget:
    """Go to a question by Tab and type; the focus stays there."""
    line = view.editor(path)
    line.setFocus(Qt.FocusReason.TabFocusReason)
    type_text(line, text)
    return line


def tab(widget: QWidget) -> None:
    QTest.keyClick(widget, Qt.Key.Key_Tab)


def press(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def button(view: FormView, name: str) -> QPushButton:
    """Return the button with this object name."""
    found = view.findChild(QPushButton, name)
    assert isinstance(found, QPushButton), name
    return found


def settle(qtbot: QtBot, view: FormView) -> None:
    """Wait until all that was typed is durable and shown."""
    qtbot.waitUntil(lambda: view.is_saved)


def focused(view: FormView) -> str:
    """Return the path of the question that has the focus, or ""."""
    widget = QApplication.focusWidget()
    while widget is not None and not isinstance(widget, FieldBlock):
        widget = widget.parentWidget()
    return widget.path if widget is not None and view.isAncestorOf(widget) else ""
