"""Dates as the forms' world sees them: text in ISO 8601, numbers of days since 1970-01-01 of the session's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

EPOCH = date(1970, 1, 1).toordinal()
DAY_S = 86_400

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_SHORT_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?=T|$)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)

_ENGLISH = re.compile(r"^en\b|english|\(en\b", re.IGNORECASE)
"""Forms name languages freely: ``English (en)``, ``en``, ``english``."""

MONTHS = {
    "fr": (
        (
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ),
        ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ),
    "en": (
        (
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
}
WEEKDAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
DAYS = {
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def parse_date(text: str) -> date | None:
    """Read ``YYYY-MM-DD``; None when it is no such day."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def padded(text: str) -> str:
    """``text`` with the zeros of a date such as ``1970-1-2`` written; anything else as it is."""
    found = _SHORT_DATE.match(text)
    return text if found is None else f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}{text[found.end() :]}"


def parse_time(text: str) -> time | None:
    """Read ``HH:MM[:SS[.fff]][zone]``; None when it is no such time."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    fraction = (found[4] or "")[:6].ljust(6, "0")
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0), int(fraction), _zone(found[5]))
    except ValueError:
        return None


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:] if len(text) > 3 else 0)
    if len(text) > 3 and int(text[-2:]) > 59:
        raise ValueError(text)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def parse_datetime(text: str, zone: tzinfo) -> datetime | None:
    """Read a date with an optional time into ``zone``; a time without a zone is taken to be there already."""
    day, _, rest = text.partition("T")
    on = parse_date(day)
    if on is None or (rest == "" and "T" in text):
        return None
    at = parse_time(rest) if rest else time()
    if at is None:
        return None
    try:
        moment = datetime.combine(on, at)
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def day_number(on: date) -> float:
    """Days since 1970-01-01."""
    return float(on.toordinal() - EPOCH)


def moment_number(moment: datetime) -> float:
    """Days since 1970-01-01 on the clock of the moment's own zone, so that it compares with day numbers there."""
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return moment.toordinal() - EPOCH + seconds / DAY_S


def from_number(days: float, zone: tzinfo) -> datetime | None:
    """The moment that :func:`moment_number` numbers, to the millisecond; None when outside the calendar."""
    try:
        base = datetime.fromordinal(EPOCH + int(days // 1))
        return (base + timedelta(milliseconds=round((days % 1) * DAY_S * 1000))).replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def iso_datetime(moment: datetime) -> str:
    """``YYYY-MM-DDTHH:MM:SS.mmm+HH:MM``, the stored form."""
    return moment.isoformat(timespec="milliseconds")


def format_moment(moment: datetime, pattern: str, language: str) -> str:
    """Apply an XForms date pattern (``%d/%m/%Y``); unknown letters stay as they are. Names of
    months and days are English in a form's English, French otherwise."""
    tongue = "en" if _ENGLISH.search(language) else "fr"
    long_names, short_names = MONTHS[tongue]
    known = {
        "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}",
        "m": f"{moment.month:02d}",
        "n": str(moment.month),
        "B": long_names[moment.month - 1],
        "b": short_names[moment.month - 1],
        "W": f"{moment.isocalendar().week:02d}",
        "d": f"{moment.day:02d}",
        "e": str(moment.day),
        "H": f"{moment.hour:02d}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02d}",
        "S": f"{moment.second:02d}",
        "3": f"{moment.microsecond // 1000:03d}",
        "a": DAYS[tongue][moment.weekday()],
        "A": DAYS[tongue][moment.weekday()],
        "Z": moment.strftime("%z"),
        "%": "%",
    }
    return re.sub(r"%(.)", lambda found: known.get(found[1], found[0]), pattern)
