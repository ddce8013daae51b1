"""Pages of a queue: how much of it is shown, and the way on. Nothing of a queue is left out in silence."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from central.web.words import Words


@dataclass(frozen=True)
class Pages:
    """``said``: how many of how many are shown; empty where all are. ``first``, ``next``: addresses or empty."""

    said: str = ""
    first: str = ""
    next: str = ""


def pages(
    path: str, *, shown: int, count: int, before: str, last: str, more: bool, words: Words, name: str = "apres"
) -> Pages:
    """Return what is said of a page and the ways from it.

    Args:
        before: what the page was asked to begin after; empty for the first.
        last: what the next one begins after.
        more: whether something comes after this page.
        name: of the address's part that says what a page begins after; a page may hold two lists.
    """
    if not before and not more:
        return Pages()
    said = words.gettext("%(shown)s of %(count)s shown.")
    return Pages(
        said % {"shown": words.number(shown), "count": words.number(max(count, shown))},
        path if before else "",
        f"{path}?{urlencode({name: last})}" if more else "",
    )
