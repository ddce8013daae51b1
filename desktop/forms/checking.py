"""What is to be checked in the whole form, and the walk through it. Pure of Qt."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from desktop.forms.progress import questions_of
from forms.views import Issue, Page


class Validates(Protocol):
    """A session, as far as checking needs it."""

    def validate(self) -> tuple[Issue, ...]: ...


class Checking:
    """The issues of the form as last looked at.

    Attributes:
        everything: show missing answers everywhere; before, only where the person has been.
        to_check: what is shown as wrong or missing, in the order of the screens.
    """

    def __init__(self) -> None:
        self.everything = False
        self.to_check: tuple[Issue, ...] = ()
        self._issues: dict[str, Issue] = {}

    def look(self, session: Validates, seen: Collection[str]) -> bool:
        """Look at the form again; `seen` holds the paths where the person has been. True when issues changed."""
        issues = {issue.path: issue for issue in session.validate()}
        changed = issues != self._issues
        self._issues = issues
        self.to_check = tuple(
            issue for issue in issues.values() if self.everything or issue.code != "required" or issue.path in seen
        )
        return changed

    def issue(self, path: str) -> Issue | None:
        """Return what is wrong with the question `path`, whether it is shown yet or not."""
        return self._issues.get(path)

    def paths(self) -> frozenset[str]:
        return frozenset(issue.path for issue in self.to_check)

    def beside(self, pages: tuple[Page, ...], here: str, step: int) -> str | None:
        """Return the path to check after `here` (before it, with a negative step), round the ends; None without any."""
        order = [question.path for page in pages for question in questions_of(page.items)]
        paths = self.paths()
        wrong = [place for place, path in enumerate(order) if path in paths]
        if not wrong:
            return None
        at = order.index(here) if here in order else -1
        if step > 0:
            return order[next((place for place in wrong if place > at), wrong[0])]
        return order[next((place for place in reversed(wrong) if place < at), wrong[-1])]
