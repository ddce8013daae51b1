"""Functions whose arguments are all evaluated first. Rules: the ODK XForms specification, JavaRosa where it is
silent."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from forms import dates
from forms.expressions import geo, patterns
from forms.expressions.context import Context
from forms.values import NAN, Moment, Value, round_half_up, to_number, to_text, to_truth, unpack

ANY = 1_000
_BLANKS = re.compile(r"[ \t\r\n]+")
"""XPath's white space; other signs that look like it belong to the text."""


class Apply(Protocol):
    def __call__(self, context: Context, /, *arguments: Value) -> Value: ...


@dataclass(frozen=True, slots=True)
class Function:
    """``low`` to ``high`` arguments."""

    low: int
    high: int
    apply: Apply


FUNCTIONS: dict[str, Function] = {}
FICKLE = frozenset({"uuid", "random"})
SPOKEN = frozenset({"jr:itext", "format-date", "format-date-time"})


def _function(name: str, low: int, high: int | None = None) -> Callable[[Apply], Apply]:
    def register(apply: Apply) -> Apply:
        FUNCTIONS[name] = Function(low, low if high is None else high, apply)
        return apply

    return register


def _number(context: Context, value: Value) -> float:
    return to_number(value, context.env.zone)


def _each(value: Value) -> list[Value]:
    """The texts of a node set, or the one value."""
    if isinstance(value, (str, float, bool)):
        return [value]
    return [node.value for node in value]


def _all(arguments: tuple[Value, ...]) -> list[Value]:
    return [one for argument in arguments for one in _each(argument)]


def _numbers(context: Context, arguments: tuple[Value, ...]) -> list[float]:
    """The numbers among the arguments; what is no number is skipped, as JavaRosa does in sum, min and max."""
    found = [float(_number(context, value)) for value in _all(arguments)]
    return [number for number in found if not math.isnan(number)]


# --- truth


@_function("true", 0)
def _true(context: Context, *arguments: Value) -> Value:
    return True


@_function("false", 0)
def _false(context: Context, *arguments: Value) -> Value:
    return False


@_function("not", 1)
def _not(context: Context, *arguments: Value) -> Value:
    return not to_truth(arguments[0])


@_function("boolean", 1)
def _boolean(context: Context, *arguments: Value) -> Value:
    return to_truth(arguments[0])


@_function("boolean-from-string", 1)
def _boolean_from_string(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]).lower() in ("true", "1")


@_function("checklist", 3, ANY)
def _checklist(context: Context, *arguments: Value) -> Value:
    low, high = _number(context, arguments[0]), _number(context, arguments[1])
    held = sum(to_truth(value) for value in _all(arguments[2:]))
    return (low < 0 or held >= low) and (high < 0 or held <= high)


@_function("weighted-checklist", 4, ANY)
def _weighted_checklist(context: Context, *arguments: Value) -> Value:
    low, high = _number(context, arguments[0]), _number(context, arguments[1])
    pairs = _all(arguments[2:])
    held = sum(
        _number(context, weight) for truth, weight in zip(pairs[::2], pairs[1::2], strict=False) if to_truth(truth)
    )
    # Minus one is "no limit", as in checklist; other negative limits count, for weights may be negative.
    return (low == -1 or held >= low) and (high == -1 or held <= high)


# --- numbers


@_function("number", 1)
def _to_number(context: Context, *arguments: Value) -> Value:
    return float(_number(context, arguments[0]))


@_function("int", 1)
def _int(context: Context, *arguments: Value) -> Value:
    number = _number(context, arguments[0])
    return number if math.isnan(number) or math.isinf(number) else float(math.trunc(number))


@_function("round", 1, 2)
def _round(context: Context, *arguments: Value) -> Value:
    places = _number(context, arguments[1]) if len(arguments) == 2 else 0.0
    return (
        NAN if math.isnan(places) or math.isinf(places) else round_half_up(_number(context, arguments[0]), int(places))
    )


def _plain(apply: Callable[[float], float]) -> Apply:
    """A function of one number that is NaN where mathematics has no answer."""

    def applied(context: Context, *arguments: Value) -> Value:
        number = _number(context, arguments[0])
        try:
            return float(apply(number))
        except (ValueError, OverflowError):
            return NAN

    return applied


_PLAIN: dict[str, Callable[[float], float]] = {
    "floor": math.floor,
    "ceiling": math.ceil,
    "abs": abs,
    "sqrt": math.sqrt,
    "log": math.log,
    "log10": math.log10,
    "exp": math.exp,
    "exp10": lambda number: 10.0**number,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
}
for _name, _apply in _PLAIN.items():
    FUNCTIONS[_name] = Function(1, 1, _plain(_apply))


@_function("pow", 2)
def _pow(context: Context, *arguments: Value) -> Value:
    try:
        return math.pow(_number(context, arguments[0]), _number(context, arguments[1]))
    except (ValueError, OverflowError):
        return NAN


@_function("atan2", 2)
def _atan2(context: Context, *arguments: Value) -> Value:
    return math.atan2(_number(context, arguments[0]), _number(context, arguments[1]))


@_function("pi", 0)
def _pi(context: Context, *arguments: Value) -> Value:
    return math.pi


@_function("sum", 1)
def _sum(context: Context, *arguments: Value) -> Value:
    # Exact over decimal amounts such as 0.1 + 0.2, which people compare with what they added by hand.
    return round(math.fsum(_numbers(context, arguments)), 12)


@_function("max", 1, ANY)
def _max(context: Context, *arguments: Value) -> Value:
    return max(_numbers(context, arguments), default=NAN)


@_function("min", 1, ANY)
def _min(context: Context, *arguments: Value) -> Value:
    return min(_numbers(context, arguments), default=NAN)


@_function("random", 0)
def _random(context: Context, *arguments: Value) -> Value:
    return context.env.random.random()


# --- text


@_function("string", 1)
def _string(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0])


@_function("concat", 0, ANY)
def _concat(context: Context, *arguments: Value) -> Value:
    return joined(context, "", [to_text(value) for value in _all(arguments)])


@_function("join", 1, ANY)
def _join(context: Context, *arguments: Value) -> Value:
    return joined(context, to_text(arguments[0]), [to_text(value) for value in _all(arguments[1:])])


def joined(context: Context, between: str, texts: list[str]) -> str:
    """Join after the length is known: a node set of long texts can be more than the machine holds."""
    context.env.budget.spend(len(between) * len(texts) + sum(map(len, texts)) >> 3)
    return between.join(texts)


@_function("string-length", 0, 1)
def _string_length(context: Context, *arguments: Value) -> Value:
    return float(len(to_text(arguments[0]) if arguments else context.node.value))


@_function("substr", 2, 3)
def _substr(context: Context, *arguments: Value) -> Value:
    """From ``start`` (0 is the first) up to but without ``end``; negative numbers count from the end."""
    text = to_text(arguments[0])
    start = _whole(context, arguments[1], 0)
    end = _whole(context, arguments[2], 0) if len(arguments) == 3 else len(text)
    start, end = (place + len(text) if place < 0 else place for place in (start, end))
    return text[max(0, start) : max(0, end)]


def _whole(context: Context, value: Value, otherwise: int) -> int:
    number = _number(context, value)
    return otherwise if math.isnan(number) or math.isinf(number) else int(number)


@_function("substring", 2, 3)
def _substring(context: Context, *arguments: Value) -> Value:
    """XPath 1.0 section 4.2: positions count from 1 and are rounded."""
    text = to_text(arguments[0])
    start = round_half_up(_number(context, arguments[1]), 0)
    # Without a length there is no end at all: minus infinity plus infinity would be no number.
    end = start + round_half_up(_number(context, arguments[2]), 0) if len(arguments) == 3 else math.inf
    return "".join(sign for place, sign in enumerate(text, 1) if start <= place < end)


@_function("substring-before", 2)
def _substring_before(context: Context, *arguments: Value) -> Value:
    text, mark = to_text(arguments[0]), to_text(arguments[1])
    return text.partition(mark)[0] if mark and mark in text else ""


@_function("substring-after", 2)
def _substring_after(context: Context, *arguments: Value) -> Value:
    text, mark = to_text(arguments[0]), to_text(arguments[1])
    return text.partition(mark)[2] if mark else text


@_function("contains", 2)
def _contains(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[1]) in to_text(arguments[0])


@_function("starts-with", 2)
def _starts_with(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]).startswith(to_text(arguments[1]))


@_function("ends-with", 2)
def _ends_with(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]).endswith(to_text(arguments[1]))


@_function("translate", 3)
def _translate(context: Context, *arguments: Value) -> Value:
    text, old, new = (to_text(value) for value in arguments)
    table: dict[int, str | None] = {}
    for place, sign in enumerate(old):
        table.setdefault(ord(sign), new[place] if place < len(new) else None)
    return text.translate(table)


@_function("normalize-space", 0, 1)
def _normalize_space(context: Context, *arguments: Value) -> Value:
    text = to_text(arguments[0]) if arguments else context.node.value
    return " ".join(word for word in _BLANKS.split(text) if word)


@_function("upper-case", 1)
def _upper_case(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]).upper()


@_function("lower-case", 1)
def _lower_case(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]).lower()


@_function("regex", 2)
def _regex(context: Context, *arguments: Value) -> Value:
    return patterns.matches(to_text(arguments[1]), to_text(arguments[0]), context.env.budget.spend)


@_function("uuid", 0, 1)
def _uuid(context: Context, *arguments: Value) -> Value:
    unique = context.env.unique()
    return unique if not arguments else unique.replace("-", "")[: max(0, _whole(context, arguments[0], 0))]


@_function("digest", 2, 3)
def _digest(context: Context, *arguments: Value) -> Value:
    names = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
    name = names.get(to_text(arguments[1]).upper())
    if name is None:
        return ""
    made = hashlib.new(name, to_text(arguments[0]).encode(), usedforsecurity=False).digest()
    encoding = to_text(arguments[2]) if len(arguments) == 3 else "base64"
    return made.hex() if encoding == "hex" else base64.b64encode(made).decode()


@_function("base64-decode", 1)
def _base64_decode(context: Context, *arguments: Value) -> Value:
    try:
        return base64.b64decode(to_text(arguments[0])).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


# --- selections


@_function("selected", 2)
def _selected(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[1]).strip() in to_text(arguments[0]).split(" ")


FUNCTIONS["is-selected"] = FUNCTIONS["selected"]


@_function("count-selected", 1)
def _count_selected(context: Context, *arguments: Value) -> Value:
    return float(len(to_text(arguments[0]).split()))


@_function("selected-at", 2)
def _selected_at(context: Context, *arguments: Value) -> Value:
    chosen, place = to_text(arguments[0]).split(), _whole(context, arguments[1], -1)
    return chosen[place] if 0 <= place < len(chosen) else ""


@_function("jr:itext", 1)
def _itext(context: Context, *arguments: Value) -> Value:
    return context.env.spoken_text(to_text(arguments[0]), context.current)


# --- places


_STEPS_PER_POSITION = 2
"""Its numbers are read, and sines and cosines follow."""


def _points(context: Context, arguments: tuple[Value, ...]) -> list[geo.Point] | None:
    found = geo.positions([to_text(value) for value in _all(arguments)])
    context.env.budget.spend(_STEPS_PER_POSITION * len(found))
    return geo.trace(found)


@_function("area", 1)
def _area(context: Context, *arguments: Value) -> Value:
    return geo.area(_points(context, arguments) or ())


@_function("distance", 1, ANY)
def _distance(context: Context, *arguments: Value) -> Value:
    points = _points(context, arguments)
    return NAN if points is None else geo.length(points)


@_function("geofence", 2)
def _geofence(context: Context, *arguments: Value) -> Value:
    where, shape = geo.point(to_text(arguments[0])), _points(context, arguments[1:])
    return where is not None and shape is not None and geo.inside(where, shape)


FUNCTIONS["enclosed-area"] = FUNCTIONS["area"]


# --- dates


def as_moment(context: Context, value: Value) -> datetime | None:
    """The date or moment that a value is: its text, or a number of days; None where it is none."""
    value = unpack(value)
    zone = context.env.zone
    if isinstance(value, str):
        moment = dates.parse_datetime(dates.padded(value.strip()), zone)
        if moment is not None:
            return moment
        number = to_number(value, zone)
        return None if math.isnan(number) or math.isinf(number) else dates.from_number(number, zone)
    return None if math.isnan(value) or math.isinf(value) else dates.from_number(float(value), zone)


@_function("today", 0)
def _today(context: Context, *arguments: Value) -> Value:
    return context.env.today


@_function("now", 0)
def _now(context: Context, *arguments: Value) -> Value:
    return context.env.now


@_function("date", 1)
def _date(context: Context, *arguments: Value) -> Value:
    moment = as_moment(context, arguments[0])
    if moment is None:
        return "" if to_text(arguments[0]) == "" else NAN
    return Moment.of_date(moment.date())


@_function("date-time", 1)
def _date_time(context: Context, *arguments: Value) -> Value:
    moment = as_moment(context, arguments[0])
    return NAN if moment is None else Moment.of_datetime(moment)


@_function("decimal-date-time", 1)
def _decimal_date_time(context: Context, *arguments: Value) -> Value:
    """Days since 1970-01-01 00:00 UTC: unlike plain comparison this one is of the moment, not of the wall clock."""
    moment = as_moment(context, arguments[0])
    return NAN if moment is None else moment.timestamp() / dates.DAY_S


@_function("decimal-time", 1)
def _decimal_time(context: Context, *arguments: Value) -> Value:
    value = to_text(arguments[0])
    at = dates.parse_time(value)
    if at is None:
        moment = as_moment(context, arguments[0])
        if moment is None:
            return NAN
        at = moment.time()
    elif at.tzinfo is not None:
        # A time with a zone is meant on the session's clock, with the shift that clock has today.
        day = dates.from_number(context.env.today, context.env.zone)
        assert day is not None
        at = datetime.combine(day.date(), at).astimezone(context.env.zone).time()
    return (at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6) / dates.DAY_S


@_function("format-date", 2)
def _format_date(context: Context, *arguments: Value) -> Value:
    moment = as_moment(context, arguments[0])
    return "" if moment is None else dates.format_moment(moment, to_text(arguments[1]), context.env.language)


@_function("format-date-time", 2)
def _format_date_time(context: Context, *arguments: Value) -> Value:
    return _format_date(context, *arguments)


FUNCTIONS["decimal-date"] = FUNCTIONS["decimal-date-time"]


# --- what the session is told, and what only makes a formula run again


@_function("property", 1)
def _property(context: Context, *arguments: Value) -> Value:
    return context.env.properties.get(to_text(arguments[0]), "")


@_function("depend", 1, ANY)
def _depend(context: Context, *arguments: Value) -> Value:
    return unpack(arguments[0])
