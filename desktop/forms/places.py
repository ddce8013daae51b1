"""Reading positions that people type or paste. Pure: no Qt.

``48,85 2,35``, ``48.85, 2.35``, ``48°51'24"N 2°21'03"E`` and ``N 48 51.4 E 2 21.05`` mean the same kind of thing; the
form stores ``latitude longitude altitude accuracy``. What cannot be read stays as it was typed, and the form flags it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_DIGITS_MOST = 7
"""Decimals of a degree that are kept: about a centimetre."""
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,15})?")
_SIGNS = str.maketrans("′’‘´″”“º−\u00a0\u202f", "''''\"\"\"°-  ")
_LETTERS = {"nord": "N", "north": "N", "sud": "S", "south": "S", "ouest": "W", "west": "W", "est": "E", "east": "E"}
_NAMES = re.compile(rf"\b(?:latitude|longitude|lat|long?|lng|{'|'.join(_LETTERS)})\b\.?:?", re.I)
_PART = re.compile(
    r"(?P<before>[NSEWO])?\s*(?P<degrees>[+-]?\d{1,3}(?:[.,]\d{1,15})?)\s*"
    r"(?:(?:°|d\b|(?<=\s))\s*"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d{1,15})?)\s*"
    r"(?:(?:'(?!')|m\b|(?<=\s))\s*(?:(?P<seconds>\d{1,2}(?:[.,]\d{1,15})?)\s*(?:\"|''|s\b)?\s*)?)?)?)?"
    r"(?P<after>[NSEWO])?",
    re.I,
)


@dataclass(frozen=True)
class Position:
    """A point on the earth: degrees north and east, metres above the sea, metres of uncertainty."""

    latitude: Decimal
    longitude: Decimal
    altitude: Decimal = Decimal(0)
    accuracy: Decimal = Decimal(0)

    def stored(self) -> str:
        """Return it as forms store it."""
        return " ".join(_plain(each) for each in (self.latitude, self.longitude, self.altitude, self.accuracy))


def _plain(number: Decimal) -> str:
    text = format(round(number, _DIGITS_MOST), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def parse_position(text: str) -> Position | None:
    """Return the point that `text` names, or None."""
    typed = " ".join(text.translate(_SIGNS).removeprefix("geo:").split())
    typed = _NAMES.sub(lambda found: _LETTERS.get(found[0].rstrip(".:").casefold(), ""), typed).strip()
    return _from_letters(typed) if re.search(r"[°'\"NSEWO]", typed, re.I) else _from_numbers(typed)


def _from_numbers(typed: str) -> Position | None:
    """Two to four numbers. A comma is a decimal sign, unless points are; then it stands between the numbers."""
    if "." in typed:
        parts = re.split(r"[\s;,]+", typed)
    else:
        parts = [part.strip(",").replace(",", ".") for part in re.split(r"[\s;]+|,\s+", typed)]
    parts = [part for part in parts if part]
    if not 2 <= len(parts) <= 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    return _checked([Decimal(part) for part in parts])


def _from_letters(typed: str) -> Position | None:
    """Degrees with minutes and seconds or with the letters of the directions (O is the French west)."""
    for middle in _splits(typed):
        halves = [_PART.fullmatch(part.strip(" ,;")) for part in (typed[:middle], typed[middle:])]
        if halves[0] is None or halves[1] is None:
            continue
        (first, first_way), (second, second_way) = (_degrees(half) for half in halves if half is not None)
        if first_way in "EWO" and second_way in "NS" and first_way and second_way:
            first, second = second, first
        elif first_way not in ("", "N", "S") or second_way not in ("", "E", "W", "O"):
            continue
        found = _checked([first, second])
        if found is not None:
            return found
    return None


def _splits(typed: str) -> list[int]:
    """Where the second half may begin: behind a letter of direction, before one, at a comma, or between the degrees."""
    found = [place.end() for place in re.finditer(r"[NSEWO]\b", typed, re.I)]
    found += [place.start() for place in re.finditer(r"[NSEWO]", typed, re.I) if place.start()]
    found += [place.start() for place in re.finditer(r"[,;]\s", typed)]
    found += [place.start() for place in re.finditer(r"\s+(?=[+-]?\d{1,3}(?:[.,]\d+)?\s*°)", typed)]
    return [place for place in found if 0 < place < len(typed)]


def _degrees(part: re.Match[str]) -> tuple[Decimal, str]:
    """Return a half as degrees, south and west negative, and its letter."""
    degrees, minutes, seconds = (
        Decimal((part[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")
    )
    letter = (part["before"] or part["after"] or "").upper()
    size = abs(degrees) + minutes / 60 + seconds / 3600
    negative = letter in ("S", "W", "O") or part["degrees"].startswith("-")
    sane = minutes < 60 and seconds < 60 and not (part["before"] and part["after"])
    return (-size if negative else size) if sane else Decimal(999), letter


def _checked(numbers: list[Decimal]) -> Position | None:
    if abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        return None
    return Position(*numbers)


def parse_line(text: str, *, closed: bool) -> tuple[Position, ...] | None:
    """Return the points of a line, one on each line of text or with ``;`` between; a closed one ends where it began.

    Returns:
        None when a point cannot be read, or when there are too few: two for a line, three corners for a surface.
    """
    points = [parse_position(part) for part in re.split(r"[;\n]+", text) if part.strip()]
    read = [point for point in points if point is not None]
    if len(read) < len(points):
        return None
    corners = read[:-1] if closed and len(read) > 1 and _same(read[0], read[-1]) else read
    if len(corners) < (3 if closed else 2):
        return None
    return (*corners, corners[0]) if closed else tuple(read)


def _same(one: Position, other: Position) -> bool:
    return (one.latitude, one.longitude) == (other.latitude, other.longitude)


def stored_position(text: str) -> str | None:
    """Return what to store for one point; text that names none is kept as typed."""
    typed = text.strip()
    found = parse_position(typed) if typed else None
    return (found.stored() if found else typed) or None


def stored_line(text: str, *, closed: bool) -> str | None:
    """Return what to store for a line or a surface; text that is none is kept as typed."""
    typed = text.strip()
    found = parse_line(typed, closed=closed) if typed else None
    return ("; ".join(point.stored() for point in found) if found else typed) or None


def shown_position(point: Position, sign: str) -> str:
    """Return a point as it is typed, with the decimal `sign`; altitude and accuracy only where there are any."""
    numbers = [point.latitude, point.longitude]
    if point.altitude or point.accuracy:
        numbers += [point.altitude, point.accuracy]
    return " ".join(_plain(number).replace(".", sign) for number in numbers)


def shown_places(stored: str | None, sign: str) -> str:
    """Return a stored point, or a line with one point on each line of text; any other text comes back as it is."""
    parts = [part for part in (stored or "").split(";") if part.strip()]
    points = [parse_position(part) for part in parts]
    if not points or any(point is None for point in points):
        return stored or ""
    return "\n".join(shown_position(point, sign) for point in points if point is not None)
