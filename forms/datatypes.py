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
    return True


def _is_position(text: str) -> bool:
    """``latitude longitude [altitude [accuracy]]`` in degrees and metres."""
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(_DECIMAL.fullmatch(part) for part in parts):
        return False
    return abs(float(parts[0])) <= 90 and abs(float(parts[1])) <= 180
