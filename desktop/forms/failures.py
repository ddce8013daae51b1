"""What could not be saved, said at its question, or in the footer while that is on another page. GUI thread only."""

from __future__ import annotations

from cases.errors import EstafetteError
from desktop.forms.blocks import FieldBlock
from desktop.forms.footer import Footer
from desktop.forms.page import PageView


class Failures:
    """The acts that the disk refused, by the path of what they were about."""

    def __init__(self, page: PageView, footer: Footer) -> None:
        self._page, self._footer = page, footer
        self._found: dict[str, tuple[EstafetteError, str]] = {}

    @property
    def first(self) -> str:
        """The path that waited longest, "" for none."""
        return next(iter(self._found), "")

    def add(self, path: str, error: EstafetteError) -> None:
        """Say that the act on ``path`` is not saved."""
        block, repeat = self._page.block(path), self._page.repeat(path)
        label = block.question.label if block else repeat.repeat.label if repeat else path
        self._found[path] = (error, label)
        if isinstance(block, FieldBlock):
            block.mark_failed(error)
        if repeat is not None:
            repeat.mark_failed(error)
        self.tell_elsewhere()

    def clear(self) -> None:
        """All is saved after all."""
        for path in self._found:
            block = self._page.block(path)
            if isinstance(block, FieldBlock):
                block.mark_saved(True)
        self._found.clear()
        self.tell_elsewhere()

    def mark_page(self) -> None:
        """Say it at the questions of a page that was just opened."""
        for block in self._page.fields():
            if block.path in self._found:
                block.mark_failed(self._found[block.path][0])
        self.tell_elsewhere()

    def tell_elsewhere(self) -> None:
        """Say in the footer what the open page does not say itself."""
        here = {block.path for block in self._page.fields()} | {each.repeat.path for each in self._page.repeats()}
        elsewhere = next((found for path, found in self._found.items() if path not in here), None)
        self._footer.show_failure(*(elsewhere or (None, "")))
