"""How far a form is filled, page by page. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from forms.views import Item, Page, QuestionView, RepeatView, Section


@dataclass(frozen=True)
class PageProgress:
    """One page in the table of contents: ``12 of 40, 2 to check``.

    Attributes:
        complete: nothing that must be answered is missing and nothing is wrong. A page that asks for nothing in
            particular is complete once it was answered or gone through.
    """

    path: str
    label: str
    answered: int
    questions: int
    to_check: int
    complete: bool = False


def questions_of(items: tuple[Item, ...]) -> Iterator[QuestionView]:
    """Yield every question, nested ones included, in reading order."""
    for item in items:
        if isinstance(item, QuestionView):
            yield item
        elif isinstance(item, Section):
            yield from questions_of(item.items)
        elif isinstance(item, RepeatView):
            for row in item.rows:
                yield from questions_of(row.items)


def progress_of(page: Page, to_check: Collection[str], seen: Collection[str] = ()) -> PageProgress:
    """Count what a person can answer on `page`.

    Args:
        page: as it stands now.
        to_check: the paths of wrong or missing answers.
        seen: the paths where the person has been.
    """
    asked = [each for each in questions_of(page.items) if _is_asked(each)]
    wrong = any(each.path in to_check or each.problem or (each.required and each.value is None) for each in asked)
    begun = any(each.required or each.value is not None for each in asked) or all(each.path in seen for each in asked)
    return PageProgress(
        page.path,
        page.label,
        answered=sum(each.value is not None for each in asked),
        questions=len(asked),
        to_check=sum(each.path in to_check for each in asked),
        complete=bool(asked) and begun and not wrong,
    )


def _is_asked(question: QuestionView) -> bool:
    return question.kind not in ("note", "calculate", "file") and not (question.readonly or question.heading)


def page_with(pages: tuple[Page, ...], path: str) -> Page | None:
    """Return the page that shows the question, row, repeat or group `path`, or None."""
    return next((page for page in pages if page.path == path or _holds(page.items, path)), None)


def _holds(items: tuple[Item, ...], path: str) -> bool:
    for item in items:
        if item.path == path:
            return True
        if isinstance(item, Section) and _holds(item.items, path):
            return True
        if isinstance(item, RepeatView) and any(row.path == path or _holds(row.items, path) for row in item.rows):
            return True
    return False
