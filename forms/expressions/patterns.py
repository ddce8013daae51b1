"""``regex()`` with a bound: patterns are run as a set of states, so no pattern can backtrack for ever.

The dialect is what Java and Python share: ``\\d`` and ``\\w`` are ASCII, the whole text must match, ``\\p{L}`` is any
letter. References back (``\\1``) and look-behind are refused at load; look-ahead is supported.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as reader  # type: ignore[attr-defined]
from typing import Any

from forms import limits
from forms.expressions.budget import OverBudget

Test = Callable[[str], bool]
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
_PROPERTY = re.compile(r"(\[[^\]]*)?\\p\{(?:Is)?(\w+)\}")


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

    def state(self) -> _State:
        self._count += 1
        if self._count > limits.PATTERN_STATES_MAX:
            raise PatternError("too large")
        return _State(self._count)

    def sequence(self, items: Any, start: _State) -> _State:
        """Add ``items`` after ``start`` and return the state after them."""
        for code, argument in items:
            start = self._item(code, argument, start)
        return start

    def _item(self, code: Any, argument: Any, start: _State) -> _State:
        if code in (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN, codes.RANGE, codes.CATEGORY):
            start.test = _sign_test(code, argument, self._flags)
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


def _sign_test(code: Any, argument: Any, flags: int) -> Test:
    if flags & re.IGNORECASE:
        plain = _plain_test(code, argument, flags)
        return lambda sign: plain(sign) or plain(sign.lower()) or plain(sign.upper())
    return _plain_test(code, argument, flags)


def _plain_test(code: Any, argument: Any, flags: int) -> Test:
    if code is codes.LITERAL:
        return lambda sign: ord(sign) == argument
    if code is codes.NOT_LITERAL:
        return lambda sign: ord(sign) != argument
    if code is codes.ANY:
        return (lambda sign: True) if flags & re.DOTALL else (lambda sign: sign != "\n")
    if code is codes.RANGE:
        low, high = argument
        return lambda sign: low <= ord(sign) <= high
    if code is codes.CATEGORY:
        return _category(argument)
    negated = bool(argument) and argument[0][0] is codes.NEGATE
    tests = [_plain_test(inner, value, flags) for inner, value in argument if inner is not codes.NEGATE]
    return lambda sign: any(test(sign) for test in tests) != negated


def _category(name: Any) -> Test:
    source = {
        codes.CATEGORY_DIGIT: r"\d",
        codes.CATEGORY_NOT_DIGIT: r"\D",
        codes.CATEGORY_SPACE: r"\s",
        codes.CATEGORY_NOT_SPACE: r"\S",
        codes.CATEGORY_WORD: r"\w",
        codes.CATEGORY_NOT_WORD: r"\W",
    }[name]
    compiled = re.compile(source, re.ASCII)
    return lambda sign: compiled.match(sign) is not None


def _with_properties(pattern: str) -> str:
    """Replace ``\\p{L}`` and its like, which Java knows and Python does not."""

    def replaced(found: re.Match[str]) -> str:
        known = _PROPERTIES.get(found[2])
        if known is None:
            raise PatternError(found[2])
        return f"{found[1]}{known}" if found[1] else f"[{known}]"

    pattern = _SHORTHAND_RANGE.sub(r"\1\\-", pattern)
    while _PROPERTY.search(pattern):
        pattern = _PROPERTY.sub(replaced, pattern)
    return pattern


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> tuple[_State, _State]:
    """Return the first and the last state of ``pattern``.

    Raises:
        PatternError: when it is broken or cannot be bounded.
    """
    if len(pattern) > limits.PATTERN_CHARS_MAX:
        raise PatternError("too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # "possible nested set": Java's classes may hold "[" as well
            parsed = reader.parse(_with_properties(pattern), re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(str(error)) from error
    builder = _Builder(parsed.state.flags)
    start = builder.state()
    return start, builder.sequence(parsed, start)


def matches(pattern: str, text: str, spend: Callable[[int], None] = lambda steps: None) -> bool:
    """True when the whole of ``text`` matches; a broken pattern matches nothing.

    Args:
        spend: told of the steps, as many whether the answer was known from before or not.

    Raises:
        OverBudget: it takes more than ``limits.PATTERN_STEPS_MAX`` steps, so nobody knows.
    """
    found, steps = _judged(pattern, text)
    spend(steps)
    if found is None:
        raise OverBudget
    return found


@lru_cache(maxsize=4096)
def _judged(pattern: str, text: str) -> tuple[bool | None, int]:
    """Whether the text matches, None when that takes too long, and how many steps it took."""
    try:
        start, end = compile_pattern(pattern)
    except PatternError:
        return False, len(pattern)
    run = _Run(text)
    try:
        return run.reaches(start, end, 0, whole=True), run.steps + end.number
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
