"""One question of a screen: label above, help below it, the error below that. The input stays whatever happens."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.theme import repolish
from desktop.widgets.basics import column, label


class Field(QWidget):
    """A labelled input. GUI thread only.

    Args:
        text: the label; also the input's accessible name.
        editor: the input.
        help_text: one line below the input.
        name: object name of the editor, for tests and the demo.
    """

    def __init__(self, text: str, editor: QWidget | None = None, *, help_text: str = "", name: str = "") -> None:
        super().__init__()
        self.editor = editor if editor is not None else QLineEdit()
        self._text, self._help_text = text, help_text
        self._label = label(text, "label")
        self._label.setBuddy(self.editor)
        self._help = label(help_text, "help")
        self._error = label("", "error")
        if name:
            self.editor.setObjectName(name)
            self._error.setObjectName(f"{name}_error")
        self.editor.setAccessibleName(text)
        self.editor.setAccessibleDescription(help_text)
        self.setLayout(column(self._label, self.editor, self._help, self._error, gap=4))
        self._help.setVisible(bool(help_text))
        self._error.hide()

    @property
    def line(self) -> QLineEdit:
        """The input, where it is a line."""
        assert isinstance(self.editor, QLineEdit)
        return self.editor

    @property
    def error(self) -> str:
        """The error shown, or empty."""
        return self._error.text()

    def set_help(self, text: str) -> None:
        """Show another line of help."""
        self._help.setText(text)
        self._help.setVisible(bool(text))

    def set_error(self, text: str) -> None:
        """Show what is wrong below the input; an empty text takes the error away."""
        if text == self._error.text():
            return
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self.editor.setProperty("invalid", bool(text))
        self.editor.setAccessibleDescription(text or self._help_text)
        repolish(self.editor)

    def clear_error(self) -> None:
        """Take the error away."""
        self.set_error("")
