"""Numbers, dates and times: typed the way people write them, stored the way forms count with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

from PySide6.QtCore import QCoreApplication, QDate, QEvent, QLocale, QObject, QPoint, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPalette, QTextCharFormat
from PySide6.QtWidgets import (
    QCalendarWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.forms import entry, words
from desktop.forms.editors.base import Editor, Surroundings
from desktop.theme import theme
from forms.views import QuestionView

_TYPED_ONLY = frozenset({"no-calendar", "month-year", "year"})


class TypedLine(QLineEdit):
    """A line whose text is read by `stored` and shown by `shown`; as wide as what goes in."""

    def __init__(
        self,
        signs: int,
        stored: Callable[[str], str | None],
        shown: Callable[[str | None], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._signs = signs
        self._stored = stored
        self._shown = shown

    def stored(self) -> str | None:
        return self._stored(self.text())

    def show_value(self, value: str | None) -> None:
        if self.stored() != value:
            self._put(value)

    def tidy(self) -> None:
        """Show what was understood in full."""
        self._put(self.stored())

    def _put(self, value: str | None) -> None:
        text = self._shown(value)
        if text != self.text():
            with QSignalBlocker(self):
                self.setText(text)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(QFontMetrics(self.font()).horizontalAdvance("0" * self._signs) + hint.height(), hint.height())


class TypedEditor(Editor):
    """A row of typed lines."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)

    def add_line(
        self, signs: int, stored: Callable[[str], str | None], shown: Callable[[str | None], str]
    ) -> TypedLine:
        line = TypedLine(signs, stored, shown, self)
        line.setSizePolicy(line.sizePolicy().Policy.Maximum, line.sizePolicy().Policy.Fixed)
        line.textEdited.connect(lambda _text: self.typed.emit())
        line.installEventFilter(self)
        self.row.addWidget(line)
        return line

    def inputs(self) -> tuple[QWidget, ...]:
        return tuple(self.findChildren(TypedLine))


class NumberEditor(TypedEditor):
    """A whole number or a decimal one."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        whole = question.kind == "integer"
        sign = words.decimal_sign()
        show = entry.grouped_number if "thousands-sep" in question.appearance else entry.shown_number
        self.line = self.add_line(
            14,
            entry.stored_integer if whole else entry.stored_decimal,
            partial(_shown, show=show, sign=sign),
        )
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.row.addStretch(1)

    def stored(self) -> str | None:
        return self.line.stored()

    def show_value(self, value: str | None) -> None:
        self.line.show_value(value)

    def leave(self) -> None:
        self.line.tidy()


def _shown(stored: str | None, *, show: Callable[[str, str], str], sign: str) -> str:
    return show(stored or "", sign)


class DateEditor(TypedEditor):
    """A day: typed, or taken from a calendar. The weekday is said back, which shows a slip of the finger."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.line = self.add_line(12, self.read, self.shown)
        self.line.setPlaceholderText(self.pattern())
        self.line.textChanged.connect(lambda _text: self._echo())
        self.button = _calendar_button(self)
        self.button.clicked.connect(self._open_calendar)
        self.row.addWidget(self.button)
        self.button.setHidden(bool(_TYPED_ONLY & question.appearance))
        theme().changed.connect(self._dress)
        self._dress()
        self.echo = QLabel(self)
        self.echo.setTextFormat(Qt.TextFormat.PlainText)
        self.echo.setProperty("role", "secondary")
        self.echo.setWordWrap(True)
        self.row.addWidget(self.echo, 1)

    def read(self, text: str) -> str | None:
        """Return what to store for what was typed."""
        return entry.stored_date(text, today=self.around.today)

    def shown(self, stored: str | None) -> str:
        """Return a stored day as it is typed."""
        return entry.shown_date(stored)

    def pattern(self) -> str:
        """Return how it is typed."""
        return QCoreApplication.translate("Forms", "dd/mm/yyyy")

    def said(self, day: date) -> str:
        """Return a day in full words."""
        return QLocale().toString(_qdate(day), "dddd d MMMM yyyy")

    def stored(self) -> str | None:
        return self.line.stored()

    def show_value(self, value: str | None) -> None:
        self.line.show_value(value)
        self._echo()

    def leave(self) -> None:
        self.line.tidy()
        self._echo()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Down
            and event.modifiers() == Qt.KeyboardModifier.AltModifier
            and not self.button.isHidden()
        ):
            self._open_calendar()
            return True
        return super().eventFilter(watched, event)

    def _echo(self) -> None:
        day = _stored_day(self.line.stored())
        self.echo.setText("" if day is None else self.said(day))

    def _dress(self) -> None:
        # The height that the style sheet asks for with its border; the icon would make the button taller than the line.
        self.button.setFixedHeight(theme().px(34) + 2)
        self.button.setIcon(theme().icon("calendar"))
        self.button.setIconSize(QSize(theme().px(20), theme().px(20)))

    def _open_calendar(self) -> None:
        day = _stored_day(self.line.stored()) or self.around.today
        CalendarPopup(day, self._take_day, self.line).open_below(self.line)

    def _take_day(self, day: date) -> None:
        self.line.setText(entry.shown_date(day.isoformat()))
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)
        self.chosen.emit()


class MonthEditor(DateEditor):
    """A month of a year, stored as its first day."""

    def read(self, text: str) -> str | None:
        return entry.stored_month(text, today=self.around.today)

    def shown(self, stored: str | None) -> str:
        return entry.shown_month(stored)

    def pattern(self) -> str:
        return QCoreApplication.translate("Forms", "mm/yyyy")

    def said(self, day: date) -> str:
        return QLocale().toString(_qdate(day), "MMMM yyyy")


class YearEditor(DateEditor):
    """A year, stored as its first day."""

    def read(self, text: str) -> str | None:
        return entry.stored_year(text, today=self.around.today)

    def shown(self, stored: str | None) -> str:
        return entry.shown_year(stored)

    def pattern(self) -> str:
        return QCoreApplication.translate("Forms", "yyyy")

    def said(self, day: date) -> str:
        return ""


class TimeEditor(TypedEditor):
    """A time of day."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.line = self.add_line(8, entry.stored_time, entry.shown_time)
        self.line.setPlaceholderText(QCoreApplication.translate("Forms", "hh:mm"))
        self.row.addStretch(1)

    def stored(self) -> str | None:
        return self.line.stored()

    def show_value(self, value: str | None) -> None:
        self.line.show_value(value)

    def leave(self) -> None:
        self.line.tidy()


class MomentEditor(DateEditor):
    """A day and a time of day, stored with the offset of the office's zone."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        self.clock = TypedLine(8, entry.stored_time, entry.shown_time, self)
        self.clock.setPlaceholderText(QCoreApplication.translate("Forms", "hh:mm"))
        self.clock.textEdited.connect(lambda _text: self.typed.emit())
        self.clock.installEventFilter(self)
        self.clock.setSizePolicy(self.line.sizePolicy())
        self.row.insertWidget(2, self.clock)
        QWidget.setTabOrder(self.button, self.clock)

    def stored(self) -> str | None:
        day, moment = self.line.stored(), self.clock.stored()
        read_day, read_time = _stored_day(day), _stored_time(moment)
        if read_day is None or read_time is None:
            return " ".join(part for part in (self.line.text().strip(), self.clock.text().strip()) if part) or None
        return datetime.combine(read_day, read_time, self.around.zone).isoformat(timespec="milliseconds")

    def show_value(self, value: str | None) -> None:
        if self.stored() == value:
            return
        day, moment = _split_moment(value or "")
        self.line.setText(entry.shown_date(day))
        self.clock.setText(entry.shown_time(moment))

    def leave(self) -> None:
        super().leave()
        self.clock.tidy()

    def describe(self, name: str, description: str) -> None:
        super().describe(name, description)
        title = QCoreApplication.translate("Forms", "{label}: time")
        self.clock.setAccessibleName(title.format(label=name))


class CalendarPopup(QFrame):
    """A month to pick a day from; Escape closes it and changes nothing."""

    def __init__(self, day: date, take: Callable[[date], None], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("surface", "popup")
        self.setAccessibleName(QCoreApplication.translate("Forms", "Calendar"))
        self._take = take
        self.calendar = QCalendarWidget(self)
        self.calendar.setAccessibleName(QCoreApplication.translate("Forms", "Calendar"))
        self.calendar.setFirstDayOfWeek(QLocale().firstDayOfWeek())
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.calendar.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
        self.calendar.setSelectedDate(_qdate(day))
        self.calendar.setMinimumSize(theme().px(400), theme().px(300))
        self._dress()
        self.calendar.activated.connect(self._pick)
        self.calendar.clicked.connect(self._pick)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.calendar)

    def _dress(self) -> None:
        """Take Qt's own colours (a band of the selection's, red weekends) out of the calendar."""
        quiet = QTextCharFormat()
        quiet.setForeground(theme().colour("ink_soft"))
        self.calendar.setHeaderTextFormat(quiet)
        plain = QTextCharFormat()
        plain.setForeground(theme().colour("ink_strong"))
        for weekday in Qt.DayOfWeek:
            self.calendar.setWeekdayTextFormat(weekday, plain)
        band = self.calendar.findChild(QWidget, "qt_calendar_navigationbar")
        if band is not None:
            band.setBackgroundRole(QPalette.ColorRole.Base)
        before = QCoreApplication.translate("Forms", "Previous month")
        after = QCoreApplication.translate("Forms", "Next month")
        self._dress_arrow("qt_calendar_prevmonth", "chevron-left", before)
        self._dress_arrow("qt_calendar_nextmonth", "chevron-right", after)

    def _dress_arrow(self, name: str, icon: str, text: str) -> None:
        button = self.calendar.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(theme().icon(icon))
            button.setIconSize(QSize(theme().px(20), theme().px(20)))
            button.setProperty("kind", "quiet")
            button.setAccessibleName(text)
            button.setToolTip(text)

    def open_below(self, anchor: QWidget) -> None:
        """Show the month under `anchor`, kept on the screen."""
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        room = anchor.screen().availableGeometry()
        left = max(room.left(), min(corner.x(), room.right() - self.width()))
        above = anchor.mapToGlobal(QPoint(0, 0)).y() - self.height() - 4
        top = corner.y() if corner.y() + self.height() <= room.bottom() else max(room.top(), above)
        self.move(left, top)
        self.show()
        self.calendar.setFocus(Qt.FocusReason.PopupFocusReason)

    def _pick(self, day: QDate) -> None:
        self.close()
        self._take(date(day.year(), day.month(), day.day()))


def _calendar_button(parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setToolTip(QCoreApplication.translate("Forms", "Choose in a calendar"))
    button.setAccessibleName(QCoreApplication.translate("Forms", "Choose in a calendar"))
    # Typing is quicker than the calendar, so Tab goes from field to field; the mouse and Alt+Down reach it.
    button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return button


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _stored_day(stored: str | None) -> date | None:
    try:
        return date.fromisoformat(stored or "")
    except ValueError:
        return None


def _stored_time(stored: str | None) -> time | None:
    try:
        return time.fromisoformat(stored or "")
    except ValueError:
        return None


def _split_moment(stored: str) -> tuple[str, str]:
    """Return the day and the time of a stored moment; text typed half-way comes back in the first."""
    try:
        moment = datetime.fromisoformat(stored)
    except ValueError:
        day, _, clock = stored.partition(" ")
        return day, clock
    return moment.date().isoformat(), moment.time().isoformat()
