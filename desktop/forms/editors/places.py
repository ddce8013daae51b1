"""Positions typed or pasted: one, or one on each line. What was understood stands below."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSignalBlocker
from PySide6.QtWidgets import QWidget

from desktop.forms import places, words
from desktop.forms.editors.base import Surroundings
from desktop.forms.editors.special import echo_label, put_echo
from desktop.forms.editors.text import AreaEditor, LineEditor
from forms.views import QuestionView


class PlaceEditor(LineEditor):
    """One point."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.line.setPlaceholderText(QCoreApplication.translate("Forms", "Latitude and longitude: 48.85 2.35"))
        self.line.textChanged.connect(lambda _text: self._follow())
        self.echo = echo_label(self)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.echo)

    def stored(self) -> str | None:
        return places.stored_position(self.line.text())

    def show_value(self, value: str | None) -> None:
        if self.stored() != value:
            with QSignalBlocker(self.line):
                self.line.setText(places.shown_places(value, words.decimal_sign()))
                self.line.setCursorPosition(0)
        self._follow()

    def describe(self, name: str, description: str) -> None:
        super().describe(name, ". ".join(part for part in (self.echo.text(), description) if part))

    def _follow(self) -> None:
        put_echo(self.echo, words.place_text(self.stored()))


class PlacesEditor(AreaEditor):
    """A line or the outline of a surface: a point on each line of text."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        self._closed = "geoshape" in question.appearance
        super().__init__(question, around, parent)
        self.area.setPlaceholderText(
            QCoreApplication.translate("Forms", "One point on each line, latitude and longitude: 48.85 2.35")
        )
        self.echo = echo_label(self)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.echo)
        self.area.textChanged.connect(self._follow)

    def stored(self) -> str | None:
        return places.stored_line(self.area.toPlainText(), closed=self._closed)

    def show_value(self, value: str | None) -> None:
        if self.stored() != value:
            super().show_value(places.shown_places(value, words.decimal_sign()) or None)
        self._follow()

    def describe(self, name: str, description: str) -> None:
        super().describe(name, ". ".join(part for part in (self.echo.text(), description) if part))

    def _follow(self) -> None:
        put_echo(self.echo, words.place_text(self.stored()))
