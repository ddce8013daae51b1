"""How much one act may compute: steps are counted, not timed, so every machine stops at the same place.

A step is about one piece of a formula worked out once, or one node or row looked at: less than a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from forms import limits
from forms.expressions.syntax import Call, Operation, Path, Syntax

LONG_TEXT = 256
_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


class OverBudget(Exception):
    """A formula would take more steps than it may; it has no value."""


class Budget:
    """The steps of one session. :meth:`begin` is called at every act and every look at the session.

    Attributes:
        act_left: what the act may still spend.
    """

    __slots__ = ("_inside", "_left", "act_left")

    def __init__(self) -> None:
        self.act_left = limits.STEPS_PER_ACT_MAX
        self._left = limits.STEPS_PER_FORMULA_MAX
        self._inside = False

    def begin(self) -> None:
        """A new act begins."""
        self.act_left = limits.STEPS_PER_ACT_MAX

    @property
    def used(self) -> int:
        """The steps that this act has taken."""
        return limits.STEPS_PER_ACT_MAX - self.act_left

    @property
    def is_inside(self) -> bool:
        """Whether a formula is being worked out: what it needs counts as part of it, and fails with it."""
        return self._inside

    @property
    def is_used_up(self) -> bool:
        """Whether this act can afford no further formula."""
        return self.act_left <= 0

    def spend(self, steps: int) -> None:
        """Count ``steps`` of the formula at work. Raises OverBudget when it may not take them."""
        self._left -= steps
        if self._left < 0:
            raise OverBudget

    def spend_text(self, text: str) -> None:
        """Count the work on a long text."""
        self.spend(len(text) >> 3)

    def run(self, evaluate: Callable[[_Given], _Made], given: _Given, weight: int = 1) -> _Made:
        """Work one formula out; one that is needed for another counts as part of it.

        Raises:
            OverBudget: it, or the act, takes too many steps. A formula nested deeper than the machine's stack counts
                as such too: it was accepted with a shorter stack.
        """
        if self._inside:
            self.spend(weight)
            return evaluate(given)
        granted = self._left = max(0, min(limits.STEPS_PER_FORMULA_MAX, self.act_left))
        self._inside = True
        try:
            self.spend(weight)
            return evaluate(given)
        except RecursionError:
            raise OverBudget from None
        finally:
            self._inside = False
            self.act_left -= granted - self._left

    def charge(self, steps: int) -> bool:
        """Count steps outside any formula; False when the act has none left."""
        self.act_left -= steps
        return self.act_left > 0


def weight_of(tree: Syntax) -> int:
    """The steps of one evaluation of a formula, what its predicates and lists take left out."""
    found, waiting = 0, [tree]
    while waiting:
        at = waiting.pop()
        found += 1
        if isinstance(at, Operation):
            waiting.append(at.left)
            if at.right is not None:
                waiting.append(at.right)
        elif isinstance(at, Call):
            waiting.extend(at.arguments)
        elif isinstance(at, Path) and at.start is not None:
            waiting.append(at.start)
    return found
