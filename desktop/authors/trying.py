"""What a trial is made with: language, moment, time zone; the steps so far; starting over."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, tzinfo

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from desktop.authors.words import TrialCounts, translate
from desktop.widgets.basics import button, column, label, row, rule, scroll, set_role

_FORMS = ("%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S")
YEARS = (1970, 2199)


def read_moment(text: str) -> datetime | None:
    """Return the day and time that somebody typed, without a zone; None when it is none."""
    for form in _FORMS:
        try:
            found = datetime.strptime(" ".join(text.split()), form)
        except ValueError:
            continue  # the next way of writing it
        return found if YEARS[0] < found.year <= YEARS[1] else None
    return None


class TryingTab(QWidget):
    """Signals:
    language_chosen: the form's language.
    moment_chosen: a ``datetime`` in the zone chosen, None for this computer's clock.
    zone_chosen: a ``ZoneInfo``.
    reset_wanted, save_wanted, open_wanted: the buttons.
    """

    language_chosen = Signal(str)
    moment_chosen = Signal(object)
    zone_chosen = Signal(object)
    reset_wanted = Signal()
    save_wanted = Signal()
    open_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown = self._zone_shown = ""
        self.language = QComboBox()
        self.language.setObjectName("bench.language")
        self.no_language = label(translate("Authors", "The form speaks one language only."), "help")
        self.moment = QLineEdit()
        self.moment.setObjectName("bench.now")
        self.moment_error = label(translate("Authors", "Write it as 2026-11-23 10:00 or 23/11/2026 10:00."), "error")
        self.zone = QComboBox()
        self.zone.setObjectName("bench.zone")
        self.zone.setEditable(True)
        self.zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.zone.addItems(sorted(zoneinfo.available_timezones()))
        completer = self.zone.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.zone_error = label(translate("Authors", "This computer knows no such time zone."), "error")
        self.count = label(role="strong", name="bench.steps")
        self.command = label(role="secondary", name="bench.command")
        self.command.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.command.hide()
        self.moment_error.hide()
        self.zone_error.hide()
        self._connect()
        self._arrange()

    def _connect(self) -> None:
        self.language.activated.connect(lambda place: self.language_chosen.emit(self.language.itemText(place)))
        self.moment.editingFinished.connect(self._take_moment)
        self.zone.activated.connect(lambda _place: self._take_zone())
        edit = self.zone.lineEdit()
        if edit is not None:
            edit.editingFinished.connect(self._take_zone)

    def _arrange(self) -> None:
        parts = column(margins=(16, 16, 16, 16), gap=4)
        for words, field, below in (
            (translate("Authors", "Language of the form"), self.language, self.no_language),
            (translate("Authors", "Day and time, as if it were"), self.moment, self.moment_error),
            (translate("Authors", "Time zone"), self.zone, self.zone_error),
        ):
            named = label(words, "label")
            named.setBuddy(field)
            field.setAccessibleName(words)
            field.setMinimumWidth(1)
            for each in (named, field, below):
                parts.addWidget(each)
            if field is self.moment:
                now = button(
                    translate("Authors", "Now"), lambda: self.moment_chosen.emit(None), kind="link", name="bench.clock"
                )
                parts.addLayout(row(now, -1))
            parts.addSpacing(12)
        parts.addWidget(rule())
        parts.addSpacing(12)
        parts.addWidget(self.count)
        parts.addWidget(
            label(
                translate("Authors", "They make the same filling again, anywhere: main.py form FILE --replay."), "help"
            )
        )
        parts.addSpacing(4)
        for made in (
            button(
                translate("Authors", "Save the steps…"),
                self.save_wanted.emit,
                icon="save",
                tip="Ctrl+S",
                name="bench.save",
            ),
            button(
                translate("Authors", "Open steps…"),
                self.open_wanted.emit,
                icon="folder-open",
                tip="Ctrl+O",
                name="bench.open",
            ),
            button(
                translate("Authors", "Start over"),
                self.reset_wanted.emit,
                icon="undo-2",
                tip="Ctrl+R",
                name="bench.reset",
            ),
        ):
            parts.addLayout(row(made, -1))
            parts.addSpacing(4)
        parts.addWidget(self.command)
        parts.addStretch(1)
        inside = QWidget()
        inside.setProperty("surface", "none")
        inside.setLayout(parts)
        self.setLayout(column(scroll(inside)))
        self.setFocusProxy(self.moment)

    def show_languages(self, languages: tuple[str, ...], current: str) -> None:
        """Offer the form's languages."""
        with QSignalBlocker(self.language):
            self.language.clear()
            self.language.addItems(list(languages))
            self.language.setCurrentText(current)
        self.language.setVisible(len(languages) > 1)
        self.no_language.setVisible(len(languages) < 2)

    def show_moment(self, moment: datetime, zone: tzinfo, zone_name: str) -> None:
        """Show when and where the trial is."""
        self._shown = moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        self.moment.setText(self._shown)
        with QSignalBlocker(self.zone):
            self.zone.setCurrentText(zone_name)
        self._zone_shown = zone_name
        self._mark(self.moment, self.moment_error, False)
        self._mark(self.zone, self.zone_error, False)

    def show_steps(self, count: int) -> None:
        """Say how many steps there are."""
        self.count.setText(TrialCounts().steps(count))

    def show_command(self, command: str) -> None:
        """Show how the steps that were saved are made again."""
        self.command.setText(command)
        self.command.setVisible(bool(command))

    def _take_moment(self) -> None:
        if self.moment.text() == self._shown:
            self._mark(self.moment, self.moment_error, False)
            return
        found = read_moment(self.moment.text())
        self._mark(self.moment, self.moment_error, found is None)
        if found is not None:
            self._shown = self.moment.text()
            self.moment_chosen.emit(found)

    def _take_zone(self) -> None:
        name = self.zone.currentText().strip()
        if name == self._zone_shown:
            self._mark(self.zone, self.zone_error, False)
            return
        try:
            found = zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            self._mark(self.zone, self.zone_error, True)
            return
        self._zone_shown = name
        self._mark(self.zone, self.zone_error, False)
        self.zone_chosen.emit(found)

    def _mark(self, field: QWidget, error: QWidget, wrong: bool) -> None:
        set_role(field, "invalid", "true" if wrong else "false")
        error.setVisible(wrong)
