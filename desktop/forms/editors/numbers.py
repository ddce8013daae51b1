"""The numbers of a ``range`` question: its steps, and how they are written."""

from __future__ import annotations

from decimal import Decimal

from desktop.forms import words
from desktop.forms.entry import parse_decimal, parse_integer, shown_number
from forms.views import Choice, QuestionView

STEPS_MOST = 1000
"""A list of more numbers than these is a line to type into."""


def written(number: Decimal) -> str:
    """Return a number as it is stored: no exponent, no zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read(text: str) -> str | None:
    """Return what to store for a typed number, without needless zeros; other text as it was typed."""
    typed = text.strip()
    return parse_integer(typed) or parse_decimal(typed) or typed or None


def shown(stored: str | None) -> str:
    """Return a stored number with the decimal sign in use."""
    return shown_number(stored, words.decimal_sign())


def steps_of(question: QuestionView) -> tuple[Choice, ...]:
    """Return the numbers that a range offers, from its start to its end, at most `STEPS_MOST`."""
    bounds = question.bounds
    if bounds is None:
        return ()
    way = bounds.step if bounds.end >= bounds.start else -bounds.step
    count = min(int(abs(bounds.end - bounds.start) // bounds.step) + 1, STEPS_MOST)
    values = [written(bounds.start + way * place) for place in range(count)]
    return tuple(Choice(value, shown(value)) for value in values)
