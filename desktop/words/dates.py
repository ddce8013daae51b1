"""Days, times, delays and numbers as people say them, in the language of the screen (``QLocale()``)."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from cases.clock import moment as calendar_moment
from desktop.words.plurals import plurals

translate = QCoreApplication.translate
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
NARROW_SPACE = "\u202f"


_zone: tzinfo | None = None


def use_zone(zone: tzinfo | None) -> None:
    """Show times in this zone from now on, as the receipts do; None for the machine's own, before enrolment."""
    global _zone
    _zone = zone


def local(time_ms: int) -> datetime:
    """Return a moment (milliseconds since the Unix epoch, UTC) in the office's time zone, within 1970 and 2200."""
    return calendar_moment(time_ms, _zone)


def day(when: date, *, today: date | None = None) -> str:
    """Return « mardi 3 novembre », with the year unless it is ``today``'s."""
    locale = QLocale()
    french = locale.language() == QLocale.Language.French
    with_year = today is None or when.year != today.year
    pattern = ("dddd d MMMM" if french else "dddd, MMMM d") + ((" yyyy" if french else ", yyyy") if with_year else "")
    words = locale.toString(QDate(when.year, when.month, when.day), pattern)
    return words.replace(" 1 ", " 1er ", 1) if french else words


def moment(time_ms: int, now_ms: int) -> str:
    """Return « aujourd'hui à 10:42 », « hier à 10:42 » or « mardi 3 novembre à 10:42 »."""
    then, today = local(time_ms), local(now_ms).date()
    clock = clock_time(time_ms)
    if then.date() == today:
        return translate("Dates", "today at %1").replace("%1", clock)
    if (today - then.date()).days == 1:
        return translate("Dates", "yesterday at %1").replace("%1", clock)
    return translate("Dates", "%1 at %2").replace("%1", day(then.date(), today=today)).replace("%2", clock)


def short_day(time_ms: int, now_ms: int) -> str:
    """Return the day for a list: the time when it is today, else 3 nov. or 03/11/2025."""
    then, today = local(time_ms).date(), local(now_ms).date()
    if then == today:
        return clock_time(time_ms)
    pattern = "d MMM" if then.year == today.year else "dd/MM/yyyy"
    return QLocale().toString(QDate(then.year, then.month, then.day), pattern)


def clock_time(time_ms: int) -> str:
    """Return « 10:42 »."""
    return local(time_ms).strftime("%H:%M")


def span(duration_ms: int) -> str:
    """Return a length of time in its largest unit: « 14 min », « 3 h », « 2 jours »."""
    if duration_ms < MINUTE_MS:
        return translate("Dates", "less than a minute")
    if duration_ms < HOUR_MS:
        return translate("Dates", "%1 min").replace("%1", str(duration_ms // MINUTE_MS))
    if duration_ms < DAY_MS:
        return translate("Dates", "%1 h").replace("%1", str(duration_ms // HOUR_MS))
    return plurals.days(duration_ms // DAY_MS)


def remaining(days: int) -> str:
    """Return « il reste 12 jours », « dernier jour » or « délai dépassé de 3 jours »."""
    if days > 0:
        return plurals.days_left(days)
    if days == 0:
        return translate("Dates", "last day")
    return plurals.days_late(-days)


def number(value: int) -> str:
    """Return « 12 500 » with narrow no-break spaces."""
    return QLocale().toString(value).replace("\u00a0", NARROW_SPACE)


def iso_day(text: str) -> str:
    """Return an ISO date as 03/04/1950; anything else as it is, for what was typed is never hidden."""
    try:
        parsed = date.fromisoformat(text)
    except ValueError:
        return text
    if QLocale().language() == QLocale.Language.French:
        return parsed.strftime("%d/%m/%Y")
    return QLocale().toString(QDate(parsed.year, parsed.month, parsed.day), "d MMM yyyy")
