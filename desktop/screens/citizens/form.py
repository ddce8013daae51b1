"""The native fields of a citizen, for creating and for correcting one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from cases.views import CITIZEN_FIELDS
from desktop.screens.citizens.model import REQUIRED, Checked, check, parse_date
from desktop.theme import theme
from desktop.widgets.field import Field
from desktop.words.dates import day, iso_day
from desktop.words.states import citizen_field

_PLACES = {
    "family_name": (0, 0, 1),
    "given_names": (0, 1, 1),
    "birth_name": (1, 0, 1),
    "birth_date": (1, 1, 1),
    "birth_place": (2, 0, 1),
    "phone": (2, 1, 1),
    "email": (3, 0, 2),
    "address_line": (4, 0, 2),
    "postcode": (5, 0, 1),
    "commune": (5, 1, 1),
}
"""Row, column and width of each field, where there is room for two columns."""
TWO_COLUMNS_PX = 520


class CitizenForm(QWidget):
    """Signals:
    edited: something was typed.
    accepted: Return in a field: the person is done.
    """

    edited = Signal()
    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        self.fields: dict[str, Field] = {}
        for name in CITIZEN_FIELDS:
            words = citizen_field(name)
            optional = "" if name in REQUIRED else self.tr(" (optional)")
            field = Field(f"{words}{optional}", QLineEdit(), name=f"citizen.field.{name}")
            editor = field.editor
            assert isinstance(editor, QLineEdit)
            editor.textEdited.connect(field.clear_error)
            editor.textEdited.connect(lambda _text: self.edited.emit())
            editor.returnPressed.connect(self.accepted)
            self.fields[name] = field
        self._grid = grid
        self._columns = 0
        self._arrange(2)
        self.setLayout(grid)
        self._today = date.today
        self._editor("birth_date").setPlaceholderText(self.tr("3/4/1950 or 030450"))
        self._editor("birth_date").textEdited.connect(self._read_date_back)

    def typed(self) -> dict[str, str]:
        """Return what is typed, untouched."""
        return {name: self._editor(name).text() for name in self.fields}

    def fill(self, values: Mapping[str, str | None]) -> None:
        """Put values in; dates as people write them."""
        for name, field in self.fields.items():
            value = values.get(name) or ""
            self._editor(name).setText(iso_day(value) if name == "birth_date" else value)
            field.clear_error()
        self._read_date_back(self._editor("birth_date").text())

    def check(self, today: date) -> Checked | None:
        """Read the form; None when something is wrong, which is then said below its field."""
        checked = check(self.typed(), today)
        for name, field in self.fields.items():
            field.set_error(checked.problems.get(name, ""))
        if checked.problems:
            self.focus(next(name for name in CITIZEN_FIELDS if name in checked.problems))
            return None
        return checked

    def focus(self, name: str) -> None:
        """Put the focus in a field."""
        self._editor(name).setFocus()
        self._editor(name).selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= theme().px(TWO_COLUMNS_PX) else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, (name, field) in enumerate(self.fields.items()):
            line, place, width = _PLACES[name] if columns == 2 else (number, 0, 1)
            self._grid.addWidget(field, line, place, 1, width, Qt.AlignmentFlag.AlignTop)
        for place in range(2):
            self._grid.setColumnStretch(place, 1 if place < columns else 0)

    def _editor(self, name: str) -> QLineEdit:
        editor = self.fields[name].editor
        assert isinstance(editor, QLineEdit)
        return editor

    def _read_date_back(self, text: str) -> None:
        # A year of two digits can be meant otherwise: the day that was understood is said in full, below the field.
        understood = parse_date(text, self._today())
        self.fields["birth_date"].set_help(day(understood) if understood else "")
