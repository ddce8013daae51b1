"""``regex()`` with a bound: patterns are run as a set of states, so no pattern can backtrack for ever.

The dialect is what Java and Python share: ``\\d`` and ``\\w`` are ASCII, the whole text must match, ``\\p{L}`` is any
letter. References back (``\\1``) and look-behind are refused at load; look-ahead is supported.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as reader  # type: ignore[attr-defined]
from typing import Any

from forms import limits
from forms.expressions.budget import OverBudget

Test = Callable[[str], bool]
Ranges = list[tuple[int, int]]
"""First and last code points, in order, apart from each other."""
_LAST = 0x10FFFF
_KEPT_TEXT_CHARS = 1_000
"""The judgement on a longer text is not kept: texts of any length could pile up."""
_KEPT_JUDGEMENTS = 4_096
_STEPS_PER_LETTER, _STEPS_PER_STATE = 8, 12
"""What reading a letter and making a state takes."""
_LETTERS = (
    "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u03ff"
    "\u0400-\u052f\u0531-\u0587\u05d0-\u05ea\u0620-\u064a\u1e00-\u1fff"
)
_PROPERTIES = {
    "L": _LETTERS,
    "Lu": "A-Z\u00c0-\u00d6\u00d8-\u00de",
    "Ll": "a-z\u00df-\u00f6\u00f8-\u00ff",
    "N": "0-9",
    "Nd": "0-9",
}
_SHORTHAND_RANGE = re.compile(r"(\\[wdsWDS])-(?!\])")
r"""Java reads the hyphen in ``[\w-.]`` as itself; Python refuses it."""
_PROPERTY_TOKEN = re.compile(r"\\p\{(?:Is)?(\w+)\}|\\.|\[\^?\]?|\]|[^\\\[\]]+", re.DOTALL)


class PatternError(ValueError):
    """The pattern is broken, too large, or uses what cannot be bounded."""


class _State:
    """One state: consumes a sign by ``test`` and goes to ``following``, or (test None) goes on freely to ``free``."""

    __slots__ = ("ahead", "following", "free", "number", "test", "where")

    def __init__(self, number: int) -> None:
        self.number = number
        self.test: Test | None = None
        self.following: _State | None = None
        self.free: list[_State] = []
        self.where: str | None = None
        self.ahead: tuple[_State, _State, bool] | None = None


class _Builder:
    """Thompson's construction over the standard library's parse of the pattern."""

    def __init__(self, flags: int) -> None:
        self._count = 0
        self._flags = flags
        self._tests: dict[int, Test] = {}

    def state(self) -> _State:
        self._count += 1
        return _State(self._count)

    def sequence(self, items: Any, start: _State) -> _State:
        """Add ``items`` after ``start`` and return the state after them."""
        for code, argument in items:
            start = self._item(code, argument, start)
        return start

    def _item(self, code: Any, argument: Any, start: _State) -> _State:
        if code in _SIGNS:
            start.test = self._test(code, argument)
            start.following = self.state()
            return start.following
        if code is codes.SUBPATTERN:
            return self.sequence(argument[3], start)
        if code is codes.BRANCH:
            return self._branch(argument[1], start)
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            return self._repeat(argument, start)
        if code is codes.AT:
            start.where = str(argument)
            end = self.state()
            start.free.append(end)
            return end
        if code in (codes.ASSERT, codes.ASSERT_NOT) and argument[0] > 0:
            inner = self.state()
            start.ahead = (inner, self.sequence(argument[1], inner), code is codes.ASSERT)
            end = self.state()
            start.free.append(end)
            return end
        raise PatternError(str(code))

    def _test(self, code: Any, argument: Any) -> Test:
        """One test for a class however often it is repeated: ``[letters]{1000}`` reads the same letters again."""
        if code is not codes.IN:
            return _sign_test(code, argument, self._flags)
        found = self._tests.get(id(argument))
        if found is None:
            found = self._tests[id(argument)] = _sign_test(code, argument, self._flags)
        return found

    def _branch(self, branches: Any, start: _State) -> _State:
        end = self.state()
        for branch in branches:
            first = self.state()
            start.free.append(first)
            self.sequence(branch, first).free.append(end)
        return end

    def _repeat(self, argument: Any, start: _State) -> _State:
        low, high, items = argument
        for _ in range(low):
            start = self._isolated(items, start)
        end = self.state()
        if high is codes.MAXREPEAT:
            loop = self.state()
            start.free.append(loop)
            self._isolated(items, loop).free.append(loop)
            loop.free.append(end)
            return end
        for _ in range(high - low):
            start.free.append(end)
            start = self._isolated(items, start)
        start.free.append(end)
        return end

    def _isolated(self, items: Any, start: _State) -> _State:
        first = self.state()
        start.free.append(first)
        return self.sequence(items, first)


_SIGNS = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN)
_DIGITS = [(0x30, 0x39)]
_SPACES = [(0x09, 0x0D), (0x20, 0x20)]
_WORDS = [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]


def _sign_test(code: Any, argument: Any, flags: int) -> Test:
    plain = _within(_ranges(code, argument, flags))
    if flags & re.IGNORECASE:
        return lambda sign: any(len(one) == 1 and plain(one) for one in (sign, sign.lower(), sign.upper()))
    return plain


def _within(ranges: Ranges) -> Test:
    if len(ranges) == 1:
        low, high = ranges[0]
        return lambda sign: low <= ord(sign) <= high
    flat = [end for first, last in ranges for end in (first, last + 1)]
    return lambda sign: bisect_right(flat, ord(sign)) & 1 == 1


def _ranges(code: Any, argument: Any, flags: int) -> Ranges:
    if code is codes.LITERAL:
        return [(argument, argument)]
    if code is codes.NOT_LITERAL:
        return _others([(argument, argument)])
    if code is codes.ANY:
        return [(0, _LAST)] if flags & re.DOTALL else _others([(0x0A, 0x0A)])
    if code is codes.RANGE:
        return [argument]
    if code is codes.CATEGORY:
        return _CATEGORIES[argument]
    found = [one for inner, value in argument if inner is not codes.NEGATE for one in _ranges(inner, value, flags)]
    negated = bool(argument) and argument[0][0] is codes.NEGATE
    return _others(_joined(found)) if negated else _joined(found)


def _joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same in order, with what touches made one."""
    found: Ranges = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _others(ranges: Ranges) -> Ranges:
    """All signs but these."""
    found, at = [], 0
    for first, last in ranges:
        if first > at:
            found.append((at, first - 1))
        at = last + 1
    return [*found, (at, _LAST)] if at <= _LAST else found


_CATEGORIES = {
    codes.CATEGORY_DIGIT: _DIGITS,
    codes.CATEGORY_NOT_DIGIT: _others(_DIGITS),
    codes.CATEGORY_SPACE: _SPACES,
    codes.CATEGORY_NOT_SPACE: _others(_SPACES),
    codes.CATEGORY_WORD: _WORDS,
    codes.CATEGORY_NOT_WORD: _others(_WORDS),
}


def _states_of(items: Any) -> int:
    """How many states ``items`` will add, known without making one."""
    return sum(_states_of_item(code, argument) for code, argument in items)


def _states_of_item(code: Any, argument: Any) -> int:
    if code in _SIGNS or code is codes.AT:
        return 1
    if code is codes.SUBPATTERN:
        return _states_of(argument[3])
    if code is codes.BRANCH:
        return 1 + sum(1 + _states_of(branch) for branch in argument[1])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        low, high, items = argument
        once = 1 + _states_of(items)
        return (int(low) + 1) * once + 2 if high is codes.MAXREPEAT else int(high) * once + 1
    if code in (codes.ASSERT, codes.ASSERT_NOT) and argument[0] > 0:
        return 2 + _states_of(argument[1])
    raise PatternError(str(code))


def _with_properties(pattern: str) -> str:
    """Replace ``\\p{L}`` and its like, which Java knows and Python does not, in one walk over the pattern."""
    inside = False

    def replaced(found: re.Match[str]) -> str:
        nonlocal inside
        token = found[0]
        if found[1] is not None:
            known = _PROPERTIES.get(found[1])
            if known is None:
                raise PatternError(found[1])
            return known if inside else f"[{known}]"
        if token[0] == "[":
            # Inside a class "[" is a sign like any other, and the "]" after it ends the class.
            inside = not (inside and token[-1] == "]")
        elif token == "]":
            inside = False
        return token

    return _PROPERTY_TOKEN.sub(replaced, _SHORTHAND_RANGE.sub(r"\1\\-", pattern))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is known of a pattern before its states are made.

    Attributes:
        steps: that reading and making it takes.
        states: how many it has.
        fault: why it cannot be used, "" when it can.
    """

    steps: int
    states: int = 0
    fault: str = ""


def _faulty(letters: int, fault: str) -> _Plan:
    return _Plan(letters * _STEPS_PER_LETTER, 0, fault)


def _parsed(spelled: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # "possible nested set": Java's classes may hold "[" as well
            return reader.parse(spelled, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(str(error)) from error


@lru_cache(maxsize=2048)
def _planned(pattern: str) -> _Plan:
    letters = len(pattern)
    try:
        spelled = _with_properties(pattern)
        letters = len(spelled)
        states = 1 + _states_of(_parsed(spelled))
    except RecursionError:
        return _faulty(letters, "too deep")
    except PatternError as error:
        return _faulty(letters, str(error))
    if states > limits.PATTERN_STATES_MAX:
        return _faulty(letters, "too large")
    return _Plan(letters * _STEPS_PER_LETTER + states * _STEPS_PER_STATE, states)


def plan_of(pattern: str) -> _Plan:
    """Look at a pattern without making it; a fault is remembered like anything else."""
    if len(pattern) > limits.PATTERN_CHARS_MAX:
        return _faulty(1, "too long")
    return _planned(pattern)


def check_pattern(pattern: str) -> None:
    """Raises PatternError when ``pattern`` is broken or cannot be bounded."""
    fault = plan_of(pattern).fault
    if fault:
        raise PatternError(fault)


def _make(pattern: str) -> tuple[_State, _State]:
    """The first and the last state of a pattern that was looked at."""
    parsed = _parsed(_with_properties(pattern))
    builder = _Builder(parsed.state.flags)
    start = builder.state()
    return start, builder.sequence(parsed, start)


_made = lru_cache(maxsize=32)(_make)
"""Few are kept: one can hold two megabytes."""


class Held:
    """The patterns that stand in one form: made once, at their first use, as far as they are not too many."""

    def __init__(self) -> None:
        self._left = limits.PATTERN_STATES_PER_FORM_MAX
        self._made: dict[str, tuple[_State, _State] | None] = {}
        self._judged: dict[tuple[str, str], tuple[bool | None, int]] = {}

    def hold(self, pattern: str) -> bool:
        """Whether ``pattern``, which is not at fault, is held from now on."""
        if pattern not in self._made and plan_of(pattern).states <= self._left:
            self._left -= plan_of(pattern).states
            self._made[pattern] = None
        return pattern in self._made

    def matches(self, pattern: str, text: str, spend: Callable[[int], None]) -> bool:
        """As :func:`matches`, of a pattern that is held: making it is not counted again and again."""
        spend(plan_of(pattern).states)
        found = self._judged.get((pattern, text))
        if found is None:
            made = self._made[pattern] = self._made[pattern] or _make(pattern)
            found = _judge(made, text)
            if len(text) <= _KEPT_TEXT_CHARS:
                if len(self._judged) >= _KEPT_JUDGEMENTS:
                    self._judged.clear()
                self._judged[(pattern, text)] = found
        return _told(found, spend)


def matches(pattern: str, text: str, spend: Callable[[int], None] = lambda steps: None) -> bool:
    """True when the whole of ``text`` matches.

    Args:
        spend: told of the steps, as many whether the answer was known from before or not.

    Raises:
        OverBudget: nobody knows, since the pattern is at fault, or it takes more than ``limits.PATTERN_STEPS_MAX``
            steps. That is the form's doing: no answer is wrong for it.
    """
    plan = plan_of(pattern)
    spend(plan.steps)
    if plan.fault:
        raise OverBudget
    return _told(_judge(_made(pattern), text), spend)


def _told(found: tuple[bool | None, int], spend: Callable[[int], None]) -> bool:
    holds, steps = found
    spend(steps)
    if holds is None:
        raise OverBudget
    return holds


def _judge(made: tuple[_State, _State], text: str) -> tuple[bool | None, int]:
    """Whether the text matches, None when that takes too long, and how many steps it took."""
    run = _Run(text)
    try:
        return run.reaches(*made, 0, whole=True), run.steps
    except OverBudget:
        return None, run.steps


class _Run:
    """One text against one pattern, counting steps."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.steps = 0

    def reaches(self, start: _State, end: _State, at: int, *, whole: bool) -> bool:
        """True when ``end`` is reached from ``start`` at place ``at``: at the end of the text, or anywhere if not
        ``whole``."""
        active = self._spread([start], at)
        while active:
            if end.number in active and (not whole or at == len(self._text)):
                return True
            if at == len(self._text):
                return False
            sign = self._text[at]
            reached = [
                state.following
                for state in active.values()
                if state.test is not None and state.following is not None and state.test(sign)
            ]
            at += 1
            active = self._spread(reached, at)
        return False

    def _spread(self, states: list[_State], at: int) -> dict[int, _State]:
        """Follow the free ways from ``states``."""
        found: dict[int, _State] = {}
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state.number in found:
                continue
            self.steps += 1
            if self.steps > limits.PATTERN_STEPS_MAX:
                raise OverBudget
            found[state.number] = state
            if self._open(state, at):
                waiting.extend(state.free)
        return found

    def _open(self, state: _State, at: int) -> bool:
        if state.ahead is not None:
            start, end, wanted = state.ahead
            return self.reaches(start, end, at, whole=False) == wanted
        return state.where is None or self._is_at(state.where, at)

    def _is_at(self, where: str, at: int) -> bool:
        text = self._text
        if where in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return at == 0
        if where in ("AT_END", "AT_END_STRING"):
            return at == len(text)
        before = at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_")
        after = at < len(text) and (text[at].isalnum() or text[at] == "_")
        return (before != after) == (where == "AT_BOUNDARY")
