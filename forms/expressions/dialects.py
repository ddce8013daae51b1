"""Functions of other tools that read XLSForms: recognised as they are, told to the author, never needed.

Facts from those tools' documentation and tests; where a function needs what a desk has not (a phone, growth tables), it
is named with what to write instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from forms import dates
from forms.errors import ExpressionError
from forms.expressions.budget import Budget, weight_of
from forms.expressions.context import Context
from forms.expressions.functions import FUNCTIONS, Apply, Function, as_moment, joined
from forms.expressions.special import SPECIAL, Maker
from forms.expressions.syntax import Call, Syntax
from forms.schema import SchemaNode
from forms.tree import Node, Repeat
from forms.values import NAN, Moment, Value, to_number, to_text, to_truth

if TYPE_CHECKING:
    from forms.expressions.compiler import Closure, Compiler, Dot

SURVEYCTO, CHT = "SurveyCTO", "Community Health Toolkit"
NO_RANK = 999.0
"""What SurveyCTO gives where there is no rank."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which tool a function is from, and what every engine reads instead ("" where there is nothing)."""

    tool: str
    instead: str = ""


ORIGINS: dict[str, Origin] = {}
PLAIN: dict[str, Function] = {}
LAZY: dict[str, tuple[int, int, Maker]] = {}
FOREIGN: Mapping[str, Origin] = {
    "z-score": Origin(CHT),
    "to-bikram-sambat": Origin(CHT),
    "cht:extension-lib": Origin(CHT),
    "hash": Origin(SURVEYCTO, "digest(text, 'SHA-256')"),
    "geo-scatter": Origin(SURVEYCTO),
    "calculate-area": Origin(SURVEYCTO, "area(points)"),
}
"""Functions that cannot be here."""


def _plain(name: str, tool: str, low: int, high: int | None = None, instead: str = "") -> Callable[[Apply], Apply]:
    def register(apply: Apply) -> Apply:
        PLAIN[name] = Function(low, low if high is None else high, apply)
        ORIGINS[name] = Origin(tool, instead)
        return apply

    return register


def _lazy(name: str, low: int, high: int | None = None, instead: str = "") -> Callable[[Maker], Maker]:
    def register(make: Maker) -> Maker:
        LAZY[name] = (low, low if high is None else high, make)
        ORIGINS[name] = Origin(SURVEYCTO, instead)
        return make

    return register


# --- Community Health Toolkit: dates


@_plain("add-date", CHT, 1, 6, "date(decimal-date-time(day) + number)")
def _add_date(context: Context, *arguments: Value) -> Value:
    """``add-date(day, years, months, days, hours, minutes)``; a month that is too short ends on its last day."""
    moment = as_moment(context, arguments[0])
    if moment is None:
        return ""
    numbers = [_count(context, value) for value in arguments[1:]] + [0] * 5
    years, months, days, hours, minutes = numbers[:5]
    try:
        moved = _months_later(moment, years * 12 + months) + timedelta(days=days, hours=hours, minutes=minutes)
    except (ValueError, OverflowError):
        return ""
    at_midnight = (moved.hour, moved.minute, moved.second, moved.microsecond) == (0, 0, 0, 0)
    return Moment.of_date(moved.date()) if at_midnight else Moment.of_datetime(moved)


def _count(context: Context, value: Value) -> int:
    number = to_number(value, context.env.zone)
    return 0 if math.isnan(number) or math.isinf(number) else math.trunc(number)


def _months_later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=years, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=years, month=month + 1)


def _between(context: Context, arguments: tuple[Value, ...]) -> tuple[datetime, datetime] | None:
    first, second = (as_moment(context, value) for value in arguments)
    return None if first is None or second is None else (first, second)


def _whole_months(first: datetime, second: datetime) -> int:
    """Whole months from one moment to the other, negative backwards."""
    if first > second:
        return -_whole_months(second, first)
    months = (second.year - first.year) * 12 + second.month - first.month
    return months if _months_later(first, months) <= second else months - 1


def _difference(unit: Callable[[datetime, datetime], int]) -> Apply:
    def apply(context: Context, *arguments: Value) -> Value:
        pair = _between(context, arguments)
        return "" if pair is None else float(unit(*pair))

    return apply


def _days(first: datetime, second: datetime) -> int:
    return int((second - first) / timedelta(days=1))


_MONTHS_INSTEAD = "int((decimal-date-time(second) - decimal-date-time(first)) div 30.4375)"
for _name, _unit, _written in (
    ("difference-in-months", _whole_months, _MONTHS_INSTEAD),
    ("cht:difference-in-months", _whole_months, _MONTHS_INSTEAD),
    (
        "cht:difference-in-years",
        lambda first, second: int(_whole_months(first, second) / 12),
        "int((decimal-date-time(second) - decimal-date-time(first)) div 365.25)",
    ),
    (
        "cht:difference-in-weeks",
        lambda first, second: int(_days(first, second) / 7),
        "int((decimal-date-time(second) - decimal-date-time(first)) div 7)",
    ),
    ("cht:difference-in-days", _days, "int(decimal-date-time(second) - decimal-date-time(first))"),
):
    _plain(_name, CHT, 2, instead=_written)(_difference(_unit))


@_plain("parse-timestamp-to-date", CHT, 1)
def _parse_timestamp(context: Context, *arguments: Value) -> Value:
    number = to_number(arguments[0], context.env.zone)
    if math.isnan(number) or abs(number) > 8.64e15:
        return ""
    moment = dates.from_number(number / 1000 / dates.DAY_S, context.env.zone)
    return "" if moment is None else Moment.of_datetime(moment)


@_plain("cht:strip-whitespace", CHT, 1, instead="translate(text, ' ', '')")
def _strip_whitespace(context: Context, *arguments: Value) -> Value:
    return "".join(to_text(arguments[0]).split())


@_plain("cht:validate-luhn", CHT, 1, 2)
def _validate_luhn(context: Context, *arguments: Value) -> Value:
    digits = to_text(arguments[0]).strip()
    if not digits.isascii() or not digits.isdigit():
        return False
    if len(arguments) == 2 and len(digits) != _count(context, arguments[1]):
        return False
    context.env.budget.spend(len(digits) >> 2)
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


# --- SurveyCTO: texts and lists


_LETTERS = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'"


@_plain("lower", SURVEYCTO, 1, instead=f"translate(text, {_LETTERS})")
def _lower(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]).lower()


@_plain("upper", SURVEYCTO, 1, instead="translate(text, 'abc…', 'ABC…')")
def _upper(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]).upper()


@_plain("linebreak", SURVEYCTO, 0)
def _linebreak(context: Context, *arguments: Value) -> Value:
    return "\n"


@_plain("empty", SURVEYCTO, 1, instead="question = ''")
def _empty(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]) == ""


@_plain("format-number", SURVEYCTO, 1)
def _format_number(context: Context, *arguments: Value) -> Value:
    number = to_number(arguments[0], context.env.zone)
    whole, point, rest = to_text(number).partition(".")
    return "" if math.isnan(number) or math.isinf(number) else f"{int(whole):,}{point}{rest}"


def _items(arguments: tuple[Value, ...]) -> list[str]:
    """The items of ``(separator, list, …)``."""
    mark, text = to_text(arguments[0]), to_text(arguments[1])
    if not text:
        return []
    return text.split(mark) if mark else [text]


@_plain("count-items", SURVEYCTO, 2, instead="count-selected(list)")
def _count_items(context: Context, *arguments: Value) -> Value:
    return float(len(_items(arguments)))


@_plain("item-at", SURVEYCTO, 3, instead="selected-at(list, number)")
def _item_at(context: Context, *arguments: Value) -> Value:
    items, number = _items(arguments), to_number(arguments[2], context.env.zone)
    return items[int(number)] if 0 <= number < len(items) else ""


@_plain("item-index", SURVEYCTO, 3)
def _item_index(context: Context, *arguments: Value) -> Value:
    items, wanted = _items(arguments), to_text(arguments[2])
    return float(items.index(wanted)) if wanted in items else -1.0


@_plain("item-present", SURVEYCTO, 3, instead="selected(list, value)")
def _item_present(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[2]) in _items(arguments)


@_plain("de-duplicate", SURVEYCTO, 2)
def _de_duplicate(context: Context, *arguments: Value) -> Value:
    return to_text(arguments[0]).join(dict.fromkeys(_items(arguments)))


@_plain("rank-value", SURVEYCTO, 2)
def _rank_value(context: Context, *arguments: Value) -> Value:
    zone, among = context.env.zone, to_text(arguments[1]).split()
    context.env.budget.spend(len(among) >> 1)  # each is read as a number
    return _rank(to_number(arguments[0], zone), [to_number(one, zone) for one in among])


def _rank(value: float, among: Sequence[float]) -> float:
    """1 for the highest."""
    return NO_RANK if math.isnan(value) else 1.0 + sum(other > value for other in among)


_plain("distance-between", SURVEYCTO, 2, instead="distance(first, second)")(FUNCTIONS["distance"].apply)


@_plain("short-geopoint", SURVEYCTO, 1)
def _short_geopoint(context: Context, *arguments: Value) -> Value:
    return " ".join(to_text(arguments[0]).split()[:2])


# --- SurveyCTO: what a desk knows of the machine, and what it does not


@_plain("device-info", SURVEYCTO, 0, instead="type deviceid")
def _device_info(context: Context, *arguments: Value) -> Value:
    return context.env.properties.get("deviceid", "")


@_plain("username", SURVEYCTO, 0, instead="type username")
def _username(context: Context, *arguments: Value) -> Value:
    return context.env.properties.get("username", "")


@_plain("collect-is-phone-app", SURVEYCTO, 0)
def _is_phone(context: Context, *arguments: Value) -> Value:
    return False


def _unknown_here(context: Context, *arguments: Value) -> Value:
    """Of a phone and its hours: nothing is invented."""
    return ""


for _name, _most in (
    ("duration", 0),
    ("enumerator-name", 0),
    ("enumerator-id", 0),
    ("phone-call-log", 0),
    ("phone-call-duration", 1),
    ("plug-in-metadata", 1),
):
    _plain(_name, SURVEYCTO, 0, _most, "type start, type end" if _name == "duration" else "")(_unknown_here)
EMPTY_HERE = frozenset(name for name, found in PLAIN.items() if found.apply is _unknown_here)


# --- SurveyCTO: over the rows of a repeat


@_lazy("index", 0, instead="position(..)")
def _index(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    repeat = next((node for node in reversed(compiler.current.chain()) if node.is_repeat), None)
    if repeat is None or repeat.parent is None:
        raise ExpressionError("unsupported", "index", tree.position)
    compiler.read(repeat, repeat.parent)

    def position(context: Context) -> Value:
        node: Node | None = context.node
        while node is not None and node.schema is not repeat:
            node = node.parent
        return float(node.position) if node is not None else NAN

    return position


@_lazy("choice-label", 2, instead="jr:choice-name(value, 'question')")
def _choice_label(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    _low, _high, make = SPECIAL["jr:choice-name"]
    return make(compiler, Call("jr:choice-name", tree.arguments[::-1], tree.position), dot)


@_lazy("relevant", 1)
def _relevant(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    nodes = compiler.nodes(tree.arguments[0], dot)
    # What is not relevant is left out where several are read; one node alone is there all the same.
    return lambda context: any(isinstance(node, Node) and node.relevant for node in nodes(context))


class _Rows:
    """The answers to one question in all rows of the repeat that holds it, wherever the formula stands."""

    def __init__(self, compiler: Compiler, field: Syntax, test: Syntax | None, dot: Dot) -> None:
        from forms.expressions.compiler import Compiler

        target = compiler.target(field, dot)
        self._chain = target.chain()
        self._test: Closure | None = None
        self._weight = 2 if test is None else 3 + weight_of(test)
        root = compiler.names.root
        for node in self._chain:
            if node.is_repeat or node is target:
                compiler.read(node, root)
        if test is not None:
            inner = Compiler(compiler.names, target)
            self._test = inner.value(test, target)
            for read in inner.reads.values():
                compiler.read(read.target, root)
            compiler.unknown += inner.unknown
            compiler.spoken |= inner.spoken

    def all(self, context: Context) -> Iterator[tuple[Node, bool]]:
        """Each row's answer, and whether it passes the test."""
        top = context.current
        while top.parent is not None:
            top = top.parent
        budget = context.env.budget
        for node in _reached(budget, [top], self._chain[1:]):
            budget.spend(self._weight)
            yield node, self._test is None or to_truth(self._test(Context(context.env, node, node)))

    def kept(self, context: Context) -> list[Node]:
        return [node for node, passes in self.all(context) if passes]

    def numbers(self, context: Context) -> list[float]:
        found = [to_number(node.value, context.env.zone) for node in self.kept(context)]
        return [number for number in found if not math.isnan(number)]


def _reached(budget: Budget, tops: list[Node], chain: Sequence[SchemaNode]) -> list[Node]:
    for schema in chain:
        budget.spend(len(tops))
        below: list[Node] = []
        for node in tops:
            child = node.children[schema.index]
            below.extend(child.rows if isinstance(child, Repeat) else [child])
        tops = [node for node in below if node.relevant]
    return tops


def _over_rows(name: str, instead: str, make: Callable[[list[float]], float]) -> None:
    @_lazy(name, 2, instead=instead)
    def compiled(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
        rows = _Rows(compiler, tree.arguments[0], tree.arguments[1], dot)
        return lambda context: make(rows.numbers(context))


_over_rows("sum-if", "sum(/data/repeat[condition]/question)", lambda numbers: round(math.fsum(numbers), 12))
_over_rows("min-if", "min(/data/repeat[condition]/question)", lambda numbers: min(numbers, default=NAN))
_over_rows("max-if", "max(/data/repeat[condition]/question)", lambda numbers: max(numbers, default=NAN))


@_lazy("count-if", 2, instead="count(/data/repeat[condition])")
def _count_if(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    rows = _Rows(compiler, tree.arguments[0], tree.arguments[1], dot)
    return lambda context: float(len(rows.kept(context)))


@_lazy("join-if", 3, instead="join(separator, /data/repeat[condition]/question)")
def _join_if(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    mark = compiler.value(tree.arguments[0], dot)
    rows = _Rows(compiler, tree.arguments[1], tree.arguments[2], dot)
    return lambda context: joined(context, to_text(mark(context)), [node.value for node in rows.kept(context)])


def _ranked(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    number = compiler.value(tree.arguments[0], dot)
    rows = _Rows(compiler, tree.arguments[1], tree.arguments[2] if len(tree.arguments) == 3 else None, dot)

    def rank(context: Context) -> Value:
        place, zone = to_number(number(context), context.env.zone), context.env.zone
        found = list(rows.all(context))
        if not 1 <= place <= len(found):
            return NO_RANK
        node, passes = found[int(place) - 1]
        among = [to_number(other.value, zone) for other, kept in found if kept]
        return _rank(to_number(node.value, zone), among) if passes else NO_RANK

    return rank


_lazy("rank-index", 2, instead="1 + count(/data/repeat[question > …])")(_ranked)
_lazy("rank-index-if", 3, instead="1 + count(/data/repeat[condition and question > …])")(_ranked)

KNOWN = frozenset({*PLAIN, *LAZY})
"""Every function of another tool that works here."""
