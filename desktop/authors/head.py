"""The band above the bench: which form, whether it can be published, and reading it again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from desktop.authors.words import translate, verdict
from desktop.widgets.basics import button, column, label
from desktop.widgets.chip import Chip
from desktop.widgets.elided import ElidedLabel


class Head(QFrame):
    """Signals:
    reload_wanted, cancel_wanted: the buttons.
    """

    reload_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "band")
        self.title = ElidedLabel("heading", name="bench.title")
        self.facts = ElidedLabel("secondary", name="bench.facts")
        self.chip = Chip(verdict(None), name="bench.chip")
        self.chip.hide()
        self.reading = label(translate("Authors", "Reading the form…"), "secondary", wrap=False, name="bench.reading")
        self.cancel = button(
            translate("Authors", "Cancel"), self.cancel_wanted.emit, kind="quiet", tip="Esc", name="bench.cancel"
        )
        again = translate("Authors", "Read again")
        self.reload = button(
            again, self.reload_wanted.emit, icon="refresh-cw", tip=f"{again} (F5)", name="bench.reload"
        )
        line = QHBoxLayout()
        line.setContentsMargins(16, 8, 16, 8)
        line.setSpacing(12)
        line.addLayout(column(self.title, self.facts, gap=0), 1)
        for each in (self.chip, self.reading, self.cancel, self.reload):
            line.addWidget(each)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.show_reading(False)

    def show_form(self, title: str, facts: str, publishable: bool | None) -> None:
        """Name the form and say whether it can be published; None: it does not open."""
        self.title.setText(title)
        self.facts.setText(facts)
        self.chip.set_words(verdict(publishable))
        self.chip.show()

    def show_reading(self, reading: bool) -> None:
        """Say that the file is being read, or say it no more."""
        self.reading.setVisible(reading)
        self.cancel.setVisible(reading)
