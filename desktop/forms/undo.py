"""Bringing a removed row back. Pure of Qt: runs on the thread of the acts.

A row that was removed keeps its identity for good (another device may have edited it), so undo adds a new row and gives
it the answers of the old one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from desktop.forms.ports import OpenForm
from desktop.forms.saving import merged
from forms.views import ChangeSet

_ROW = re.compile(r"(.*)\[([^\[\]]+)\]")


@dataclass(frozen=True)
class RemovedRow:
    """A row as it was: its path, its label, and the stored answers under it, nested rows included."""

    path: str
    label: str
    answers: Mapping[str, str | None]


def remember(answers: Mapping[str, str | None], path: str, label: str) -> RemovedRow:
    """Return what is needed to bring the row `path` back, from all answers of the session."""
    return RemovedRow(path, label, {each: value for each, value in answers.items() if each.startswith(f"{path}/")})


def repeat_of(row: str) -> str:
    """Return the repeat of a row's path."""
    found = _ROW.fullmatch(row)
    assert found is not None, "a row's path ends with its identity"
    return found[1]


class _Restoring:
    """One walk through the answers of a removed row."""

    def __init__(self, form: OpenForm) -> None:
        self._form = form
        self._rows: dict[str, str] = {}
        self.changes: list[ChangeSet] = []

    def row(self, old: str) -> str:
        """Return the path of the row that stands for `old`; added when the form did not make one by itself."""
        if old not in self._rows:
            repeat = self.place(repeat_of(old))
            self._rows[old] = self._unused(repeat) or self._add(repeat)
        return self._rows[old]

    def add_first(self, old: str) -> None:
        """Add the row that stands for the removed one itself."""
        self._rows[old] = self._add(repeat_of(old))

    def place(self, old: str) -> str:
        """Return where the field or repeat `old` is now."""
        head, bracket, tail = old.rpartition("]")
        return self.row(head + bracket) + tail if bracket and head + bracket in self._known(head + bracket) else old

    def answer(self, old: str, value: str | None) -> None:
        path = self.place(old)
        question = self._form.session.question(path)
        if value is not None and not question.readonly and question.value != value:
            self.changes.append(self._form.answer(path, value))

    def _known(self, row: str) -> tuple[str, ...]:
        # Rows around the removed one are not restored: only it and what was inside it are mapped.
        inside = any(row == first or row.startswith(f"{first}/") for first in self._rows)
        return (row,) if inside else ()

    def _unused(self, repeat: str) -> str | None:
        taken = set(self._rows.values())
        rows = (path for path, value in self._form.session.answers().items() if value is not None)
        return next((path for path in rows if _is_row_of(path, repeat) and path not in taken), None)

    def _add(self, repeat: str) -> str:
        change = self._form.add_row(repeat)
        self.changes.append(change)
        return f"{repeat}[{change.added_row}]"


def _is_row_of(path: str, repeat: str) -> bool:
    found = _ROW.fullmatch(path)
    return found is not None and found[1] == repeat


def restore(form: OpenForm, removed: RemovedRow) -> ChangeSet:
    """Add the row again with all its answers; durable on return.

    Returns:
        One change set of it all, whose ``added_row`` is the new row's identity.
    """
    restoring = _Restoring(form)
    restoring.add_first(removed.path)
    for path, value in removed.answers.items():
        if path.endswith("]"):
            if value is not None:
                restoring.row(path)
        else:
            restoring.answer(path, value)
    one = merged(restoring.changes)
    return ChangeSet(one.answers, one.changed, one.rows, restoring.changes[0].added_row, one.structure)
