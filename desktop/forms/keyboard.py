"""The keys of a form. Each acts on the question, row or form that has the focus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from desktop.forms.blocks import FieldBlock, field_around
from desktop.widgets.basics import add_key

if TYPE_CHECKING:
    from desktop.forms.view import FormView


class FormKeys:
    """Gives a form view its keys. GUI thread only."""

    def __init__(self, view: FormView) -> None:
        self._view = view
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+PgDown": partial(view.turn, 1),
            "Ctrl+PgUp": partial(view.turn, -1),
            "Ctrl+Return": view.next_page,
            "Ctrl+Enter": view.next_page,
            "Alt+R": self._add_row,
            "Ctrl+J": view.jump.open,
            "Alt+P": self._explain,
            "Alt+L": self._next_language,
            "Ctrl+Z": view.undo,
            "Ctrl+Y": view.redo,
            "Ctrl+Shift+Z": view.redo,
            "F7": partial(self._answer, view.quick.mark_unknown),
            "Shift+F7": partial(self._answer, view.quick.mark_refused),
            "F8": view.next_problem,
            "Shift+F8": view.previous_problem,
            "F9": partial(self._answer, view.quick.repeat),
        }
        for name, act in keys.items():
            add_key(view, name, act)

    def _here(self) -> FieldBlock | None:
        focus = QApplication.focusWidget()
        block = None if focus is None else field_around(focus)
        return block if block is not None and self._view.isAncestorOf(block) else None

    def _answer(self, answer: Callable[[FieldBlock | None], None]) -> None:
        """Let a key answer the question with the focus."""
        if not self._view.is_read_only:
            self._view.flush()
            answer(self._here())

    def _explain(self) -> None:
        """Say, below the question with the focus, why its answer is refused or where its value comes from."""
        block = self._view.page.block(self._view.route["focus"])
        if block is not None:
            block.explain()

    def _add_row(self) -> None:
        """Add a row to the repeat that the focus is in, else to the first one of the page."""
        repeat = self._view.page.repeat_at(QApplication.focusWidget())
        if repeat is not None:
            self._view.flush()
            self._view.add_row(repeat.repeat.path)

    def _next_language(self) -> None:
        """Show the form in the language after the one that it speaks now."""
        names, spoken = self._view.languages
        if len(names) > 1:
            self._view.set_language(names[(names.index(spoken) + 1) % len(names)])
