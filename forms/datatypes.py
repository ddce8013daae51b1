"""Whether a stored text is of its question's type."""

from __future__ import annotations

import re
from datetime import tzinfo

from forms import dates

_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"-?(\d{1,30}(\.\d{1,30})?|\.\d{1,30})", re.ASCII)


def fits(text: str, data_type: str, zone: tzinfo) -> bool:
    """True when ``text`` (not empty) is a value of ``data_type``."""
    if data_type == "int":
        return _INTEGER.fullmatch(text) is not None
    if data_type == "decimal":
        return _DECIMAL.fullmatch(text) is not None
    if data_type == "date":
        return dates.parse_date(text) is not None
    if data_type == "dateTime":
        return "T" in text and dates.parse_datetime(text, zone) is not None
    if data_type == "time":
        return dates.parse_time(text) is not None
    if data_type == "geopoint":
        return _is_position(text)
    if data_type in ("geotrace", "geoshape"):
        return _is_line(text, closed=data_type == "geoshape")
    return True


def is_day(text: str) -> bool:
    """True when ``text`` begins as a date does."""
    return dates.parse_date(text.strip()[:10]) is not None


def _is_line(text: str, *, closed: bool) -> bool:
    """Positions with ``;`` between them: at least two, or a shape that comes back to where it began."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) < (4 if closed else 2) or not all(_is_position(part) for part in parts):
        return False
    return not closed or parts[0].split()[:2] == parts[-1].split()[:2]


def _is_position(text: str) -> bool:
    """``latitude longitude [altitude [accuracy]]`` in degrees and metres."""
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(_DECIMAL.fullmatch(part) for part in parts):
        return False
    return abs(float(parts[0])) <= 90 and abs(float(parts[1])) <= 180
