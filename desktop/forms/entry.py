"""Reading what people type into dates, times and numbers. Pure: no Qt, and today's date is given.

People at a desk type ``030425``, ``3/4``, ``3.4.1950`` or ``3 avril 1950`` and mean the same kind of thing; the form
stores one ISO text. What cannot be read stays as it was typed (nothing typed is lost), and the form flags it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time

FUTURE_YEARS = 3
"""A year of two digits is read as this century up to so many years from now, else as the last one.

Births are typed far more often than far dates, and the field shows the whole year at once.
"""

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'\u2019_]+")
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[/.\- ]+(\d{1,2})(?:[/.\- ]+(\d{4}|\d{2}))?")
_ISO_DATE = re.compile(r"(\d{4})[/.\- ](\d{1,2})[/.\- ](\d{1,2})")
_NAMED_MONTH = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?[/.\- ]*([^\W\d_]+)\.?[/.\- ,]*(\d{4}|\d{2})?")
_MONTH_YEAR = re.compile(r"(\d{1,2})(?:[/.\- ]+(?=\d{2}$)|[/.\- ]*(?=\d{4}$))(\d{4}|\d{2})", re.ASCII)
_YEAR_MONTH = re.compile(r"(\d{4})[/.\- ](\d{1,2})", re.ASCII)
_NAMED_YEAR = re.compile(r"([^\W\d_]+)\.?[/.\- ,]*(\d{4}|\d{2})?")
_YEAR = re.compile(r"\d{4}|\d{2}", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?:\s*[:h.]\s*(\d{1,2})?(?:\s*[:m.]\s*(\d{1,2})?s?)?(?:mn|min|m)?)?")
_NUMBER = re.compile(r"[+-]?\d*(?:\.\d*)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}")

_MONTHS: tuple[tuple[str, ...], ...] = (
    ("janvier", "january"),
    ("fevrier", "february"),
    ("mars", "march"),
    ("avril", "april"),
    ("mai", "may"),
    ("juin", "june"),
    ("juillet", "july"),
    ("aout", "august"),
    ("septembre", "september"),
    ("octobre", "october"),
    ("novembre", "november"),
    ("decembre", "december"),
)


def fold(text: str) -> str:
    """Return `text` without accents and case, for comparing what people type."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()


def parse_date(text: str, *, today: date) -> date | None:
    """Return the day that `text` names, or None when it names none.

    Args:
        text: day before month, as in French; separators ``/ . -`` or a space, or none (``030425``, ``03041950``); the
            year may be left out (this year) or have two digits (`FUTURE_YEARS`); ISO dates and month names are read.
        today: gives the year and century left out.
    """
    typed = " ".join(text.split())
    if typed.isascii() and typed.isdigit():
        return _from_digits(typed, today)
    if found := _ISO_DATE.fullmatch(typed):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_MONTH_YEAR.fullmatch(typed):
        return _day(_full_year(found[3], today), int(found[2]), int(found[1]))
    if found := _NAMED_MONTH.fullmatch(typed):
        month = _month_number(found[2])
        return None if month is None else _day(_full_year(found[3], today), month, int(found[1]))
    return None


def parse_month(text: str, *, today: date) -> date | None:
    """Return the first day of the month that `text` names (``3/2026``, ``03 26``, ``mars 2026``, ``032026``), or None.

    A whole date names its month.
    """
    typed = " ".join(text.split())
    if found := _MONTH_YEAR.fullmatch(typed):
        return _day(_full_year(found[2], today), int(found[1]), 1)
    if found := _YEAR_MONTH.fullmatch(typed):
        return _day(int(found[1]), int(found[2]), 1)
    if found := _NAMED_YEAR.fullmatch(typed):
        month = _month_number(found[1])
        return None if month is None else _day(_full_year(found[2], today), month, 1)
    day = parse_date(typed, today=today)
    return None if day is None else day.replace(day=1)


def parse_year(text: str, *, today: date) -> date | None:
    """Return the first day of the year that `text` names (``2026``, ``26``, or a whole date), or None."""
    typed = " ".join(text.split())
    if _YEAR.fullmatch(typed):
        return _day(_full_year(typed, today), 1, 1)
    day = parse_date(typed, today=today)
    return None if day is None else day.replace(month=1, day=1)


def _from_digits(digits: str, today: date) -> date | None:
    if len(digits) not in (4, 6, 8):
        return None
    read = _day(_full_year(digits[4:], today), int(digits[2:4]), int(digits[:2]))
    if read is None and len(digits) == 8:
        return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    return read


def _full_year(typed: str | None, today: date) -> int:
    if not typed:
        return today.year
    year = int(typed)
    if len(typed) == 4:
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year + FUTURE_YEARS else century - 100 + year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_number(name: str) -> int | None:
    wanted = fold(name)
    if len(wanted) < 3:
        return None
    matching = [number for number, names in enumerate(_MONTHS, 1) if any(full.startswith(wanted) for full in names)]
    return matching[0] if len(matching) == 1 else None


def parse_time(text: str) -> time | None:
    """Return the time of day that `text` names (``9h30``, ``09:30``, ``0930``, ``9``), or None."""
    typed = " ".join(text.split()).casefold()
    if typed.isascii() and typed.isdigit() and len(typed) in (3, 4, 6):
        digits = typed.zfill(4)
        return _clock(digits[:2], digits[2:4], digits[4:])
    found = _TIME.fullmatch(typed)
    return None if found is None else _clock(found[1], found[2], found[3])


def _clock(hour: str, minute: str | None, second: str | None) -> time | None:
    try:
        return time(int(hour), int(minute or 0), int(second or 0))
    except ValueError:
        return None


def parse_decimal(text: str) -> str | None:
    """Return the number in `text` with a point (``1 234,5`` gives ``1234.5``), or None when it is no number.

    A comma or a point both mean the decimal sign; with both, or with several points in groups of three, the others
    group thousands. A currency sign or per cent at the end is let through, as people write it.
    """
    typed = _SPACES.sub("", text).replace("\u2212", "-").rstrip("€%")
    separators = [sign for sign in typed if sign in ".,"]
    if len(set(separators)) == 2:
        typed = typed.replace("," if separators[-1] == "." else ".", "")
    typed = typed.replace(",", ".")
    if _GROUPED.fullmatch(typed):
        typed = typed.replace(".", "")
    if not _NUMBER.fullmatch(typed) or not any(sign.isdigit() for sign in typed):
        return None
    return _canonical(typed)


def _canonical(typed: str) -> str:
    sign = "-" if typed.startswith("-") else ""
    whole, point, fraction = typed.lstrip("+-").partition(".")
    whole = _ascii_digits(whole).lstrip("0") or "0"
    number = f"{whole}.{_ascii_digits(fraction)}" if point and fraction else whole
    return number if not number.strip("0.") else sign + number


def _ascii_digits(digits: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in digits)


def parse_integer(text: str) -> str | None:
    """Return the whole number in `text` (``1 234`` gives ``1234``, ``12,0`` gives ``12``), or None."""
    number = parse_decimal(text)
    if number is None:
        return None
    whole, _, fraction = number.partition(".")
    return None if fraction.strip("0") else whole


def stored_date(text: str, *, today: date) -> str | None:
    """Return what to store for a date field: ISO, else the text as typed, else None when it is blank."""
    return _stored(text, lambda typed: _iso(parse_date(typed, today=today)))


def stored_month(text: str, *, today: date) -> str | None:
    """Return what to store for a month: its first day in ISO, else the text as typed, else None when it is blank."""
    return _stored(text, lambda typed: _iso(parse_month(typed, today=today)))


def stored_year(text: str, *, today: date) -> str | None:
    """Return what to store for a year: its first day in ISO, else the text as typed, else None when it is blank."""
    return _stored(text, lambda typed: _iso(parse_year(typed, today=today)))


def stored_integer(text: str) -> str | None:
    """Return what to store for a field of whole numbers; text that is none is kept as typed."""
    return _stored(text, parse_integer)


def stored_decimal(text: str) -> str | None:
    """Return what to store for a decimal field, with a point; text that is no number is kept as typed."""
    return _stored(text, parse_decimal)


def stored_time(text: str) -> str | None:
    """Return what to store for a time field, ``09:30:00.000``; text that is none is kept as typed."""
    return _stored(text, lambda typed: _time_text(parse_time(typed)))


def _stored(text: str, read: Callable[[str], str | None]) -> str | None:
    typed = text.strip()
    if not typed:
        return None
    return read(typed) or typed


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _time_text(moment: time | None) -> str | None:
    return None if moment is None else f"{moment.isoformat()}.000"


def shown_date(stored: str | None) -> str:
    """Return a stored date as people write it (``03/04/1950``); any other text comes back as it is."""
    try:
        day = date.fromisoformat((stored or "")[:10])
    except ValueError:
        return stored or ""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def shown_month(stored: str | None) -> str:
    """Return the month of a stored date as people write it (``04/1950``); any other text comes back as it is."""
    day = shown_date(stored)
    return day[3:] if day != (stored or "") else day


def shown_year(stored: str | None) -> str:
    """Return the year of a stored date; any other text comes back as it is."""
    day = shown_date(stored)
    return day[6:] if day != (stored or "") else day


def shown_number(stored: str | None, sign: str = ",") -> str:
    """Return a stored number with the decimal `sign` of the language; any other text comes back as it is."""
    text = stored or ""
    return text.replace(".", sign) if parse_decimal(text) == text else text


def grouped_number(stored: str, sign: str = ",") -> str:
    """Return a stored number for reading, thousands apart (``12\u202f500,5``); any other text as it is."""
    if parse_decimal(stored) != stored:
        return stored
    whole, _, fraction = stored.lstrip("-").partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u202f") + (sign + fraction if fraction else "")
    return "-" + grouped if stored.startswith("-") else grouped


def shown_time(stored: str | None) -> str:
    """Return a stored time as ``09:30`` (seconds only where there are any); any other text comes back as it is."""
    moment = _stored_moment(stored or "")
    if moment is None:
        return stored or ""
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")


def _stored_moment(stored: str) -> time | None:
    try:
        return time.fromisoformat(stored)
    except ValueError:
        return None
