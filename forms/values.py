"""The values of expressions and how one kind becomes another, as ODK does it (XPath 1.0 with dates as numbers)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Protocol

from forms import dates

NAN = math.nan
_NUMBER = re.compile(r"-?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)


class Readable(Protocol):
    """A node of a form or of a list: all that an expression reads is its text."""

    @property
    def value(self) -> str: ...


class Moment(float):
    """A date or a date with time: a number of days that remembers how it is written."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, number: float, text: str) -> Moment:
        made = super().__new__(cls, number)
        made.text = text
        return made

    @classmethod
    def of_date(cls, on: date) -> Moment:
        """The day ``on``."""
        return cls(dates.day_number(on), on.isoformat())

    @classmethod
    def of_datetime(cls, moment: datetime) -> Moment:
        """The moment, numbered on its own zone's clock."""
        return cls(dates.moment_number(moment), dates.iso_datetime(moment))


Nodes = Sequence[Readable]
Value = str | float | bool | Nodes
Scalar = str | float | bool


def unpack(value: Value) -> Scalar:
    """A node set as text: its first node's, or "" when there is none (so ``empty != 'x'`` holds, as in JavaRosa)."""
    if isinstance(value, (str, float, bool)):
        return value
    return value[0].value if value else ""


@lru_cache(maxsize=8192)
def number_of_text(text: str, zone: tzinfo) -> float:
    """A number, or the day number of a date, or NaN."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    if len(text) >= 10 and text[4:5] == "-":
        on = dates.parse_date(text)
        if on is not None:
            return dates.day_number(on)
        moment = dates.parse_datetime(text, zone)
        if moment is not None:
            return dates.moment_number(moment)
    return NAN


def to_number(value: Value, zone: tzinfo) -> float:
    """XPath ``number()``, dates included."""
    value = unpack(value)
    if isinstance(value, str):
        return number_of_text(value, zone)
    return float(value)


def text_of_number(number: float) -> str:
    """XPath ``string()`` of a number: no exponent, no trailing zeros."""
    if isinstance(number, Moment):
        return number.text
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "-Infinity" if number < 0 else "Infinity"
    if number == int(number):
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def to_text(value: Value) -> str:
    """XPath ``string()``."""
    value = unpack(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_of_number(value)


def to_truth(value: Value) -> bool:
    """XPath ``boolean()``; a node set is judged by its text, as ODK does, so an empty answer is false."""
    value = unpack(value)
    if isinstance(value, (str, bool)):
        return bool(value)
    return isinstance(value, Moment) or (value == value and abs(value) > 1e-12)


def equal(left: Value, right: Value, zone: tzinfo) -> bool:
    """XPath ``=``; true of a node set with several nodes when it is true of one of them."""
    if not isinstance(left, (str, float, bool)) and len(left) > 1:
        return any(equal(node.value, right, zone) for node in left)
    if not isinstance(right, (str, float, bool)) and len(right) > 1:
        return any(equal(left, node.value, zone) for node in right)
    a, b = unpack(left), unpack(right)
    if isinstance(a, bool) or isinstance(b, bool):
        return to_truth(a) == to_truth(b)
    if isinstance(a, float) or isinstance(b, float):
        return to_number(a, zone) == to_number(b, zone)
    return a == b


def different(left: Value, right: Value, zone: tzinfo) -> bool:
    """XPath ``!=``; of several nodes, true when one differs."""
    if not isinstance(left, (str, float, bool)) and len(left) > 1:
        return any(different(node.value, right, zone) for node in left)
    if not isinstance(right, (str, float, bool)) and len(right) > 1:
        return any(different(left, node.value, zone) for node in right)
    return not equal(left, right, zone)


def round_half_up(number: float, places: int) -> float:
    """Round as a spreadsheet does, halves towards plus infinity (so -0.5 gives 0); ``places`` may be negative."""
    if math.isnan(number) or math.isinf(number):
        return number
    if abs(places) > 30:
        return NAN
    way = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    try:
        return float(Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-places), rounding=way)) + 0.0
    except InvalidOperation:
        return number


def coerce(value: Value, data_type: str, zone: tzinfo) -> str:
    """The text that a calculation stores in a node of ``data_type``: what does not fit is stored as empty."""
    value = unpack(value)
    if value == "" or (isinstance(value, float) and math.isnan(value)):
        return ""
    if data_type in ("int", "decimal"):
        number = to_number(value, zone)
        if math.isnan(number) or math.isinf(number):
            return ""
        return str(int(number)) if data_type == "int" else text_of_number(float(number))
    if data_type in ("date", "dateTime"):
        return _coerce_moment(value, data_type, zone)
    return to_text(value)


def _coerce_moment(value: Scalar, data_type: str, zone: tzinfo) -> str:
    moment = dates.parse_datetime(value, zone) if isinstance(value, str) else dates.from_number(float(value), zone)
    if moment is None:
        return ""
    return moment.date().isoformat() if data_type == "date" else dates.iso_datetime(moment)
