"""The bounds of a slider: what it can be set to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bounds:
    """From ``start`` to ``end``, both included, in steps of ``step``.

    ``start`` may be above ``end``: such a slider runs downwards. ``step`` is above 0.
    """

    start: Decimal
    end: Decimal
    step: Decimal

    def hold(self, number: str) -> bool:
        """Whether a number in stored text lies between the ends; whether it lies on a step is not asked, as in the
        reference engines: a slider that starts at 1 with a step of 5 still keeps a default of 3."""
        value = Decimal(number)
        return min(self.start, self.end) <= value <= max(self.start, self.end)


def read_bounds(attribute: Callable[[str], str | None]) -> Bounds | None:
    """The bounds that a ``range`` element gives by its attributes ``start``, ``end`` and ``step``.

    Returns:
        None when one is missing or no number, or when no step leads on.
    """
    texts = [(attribute(name) or "").strip() for name in ("start", "end", "step")]
    if not all(_NUMBER.fullmatch(text) for text in texts):
        return None
    start, end, step = map(Decimal, texts)
    return Bounds(start, end, step) if step > 0 else None
