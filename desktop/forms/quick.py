"""Keys that answer: the last value again, "does not know", "refuses". Each is an act like typing, and taken back so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.forms.blocks import FieldBlock
from desktop.forms.saving import NOTHING, Saver
from desktop.forms.unknowns import REFUSED, UNKNOWN, value_of
from desktop.widgets.announcing import announce
from forms.views import ChangeSet

if TYPE_CHECKING:
    from desktop.forms.page import PageView
    from desktop.forms.ports import OpenForm

CHOICES_LOOKED_AT = 1000
_CHOOSING = ("select_one", "select_multiple")


class QuickAnswers:
    """GUI thread only.

    Attributes:
        last_values: reads what this agent last answered, by question; called on the thread of the acts, once a form.
    """

    def __init__(self, form: OpenForm, saver: Saver, page: PageView, say: Callable[[str], None]) -> None:
        """``say`` shows a line to the person; "" takes it away."""
        self._form, self._saver, self._page, self._say = form, saver, page, say
        self.last_values: Callable[[], Mapping[str, str]] | None = None
        self._read: Mapping[str, str] | None = None

    def repeat(self, block: FieldBlock | None) -> None:
        """Give the answer of the row above, else the one that this agent gave in the last case."""
        if block is None:
            return
        path, ref, above = block.path, block.question.ref, self._above(block.path)

        def work() -> ChangeSet:
            value = self._last(ref, above)
            question = self._form.session.question(path)
            if value is None or value == question.value or not self._allowed(path, question.kind, value):
                return NOTHING
            return self._form.answer(path, value)

        nothing = QCoreApplication.translate("Forms", "There is no earlier answer to “{label}” to repeat.")
        self._saver.act(path, work, lambda changes: self._told(path, changes, nothing))

    def mark_unknown(self, block: FieldBlock | None) -> None:
        """Choose the list's own "does not know"."""
        nothing = QCoreApplication.translate("Forms", "“{label}” has no answer for somebody who does not know.")
        self._mark(block, UNKNOWN, nothing)

    def mark_refused(self, block: FieldBlock | None) -> None:
        """Choose the list's own "refuses to answer"."""
        nothing = QCoreApplication.translate("Forms", "“{label}” has no answer for somebody who refuses.")
        self._mark(block, REFUSED, nothing)

    def _mark(self, block: FieldBlock | None, meaning: str, nothing: str) -> None:
        if block is None:
            return
        path, kind = block.path, block.question.kind

        def work() -> ChangeSet:
            session = self._form.session
            choices = session.choices(path, "", CHOICES_LOOKED_AT) if kind in _CHOOSING else ()
            value = value_of(choices, meaning)
            return NOTHING if value is None else self._form.answer(path, value)

        self._saver.act(path, work, lambda changes: self._told(path, changes, nothing))

    def _last(self, ref: str, above: str) -> str | None:
        value = self._form.session.question(above).value if above else None
        if value is not None:
            return value
        if self._read is None:
            self._read = {} if self.last_values is None else self.last_values()
        return self._read.get(ref)

    def _allowed(self, path: str, kind: str, value: str) -> bool:
        """A choice that is not offered here would be no answer."""
        if kind not in _CHOOSING:
            return True
        offered = self._form.session.offered(path)
        return all(each in offered for each in ([value] if kind == "select_one" else value.split()))

    def _above(self, path: str) -> str:
        """The same question in the row before, "" for none or where it is not asked."""
        found = ""
        for repeat in self._page.repeats():
            rows = [row.path for row in repeat.repeat.rows]
            for before, row in zip(rows, rows[1:], strict=False):
                if path.startswith(f"{row}/"):
                    found = before + path[len(row) :]
        return found if self._page.block(found) is not None else ""

    def _told(self, path: str, changes: ChangeSet, nothing: str) -> None:
        block = self._page.block(path)
        if block is None:
            return
        if not changes.answers:
            self._say(nothing.format(label=block.question.label))
            return
        self._say("")
        said = QCoreApplication.translate("Forms", "“{label}” is answered.").format(label=block.question.label)
        announce(block, said)


def tip(kind: str) -> str:
    """Return the keys that answer a question of this kind, for its tooltip."""
    repeat = QCoreApplication.translate("Forms", "F9: the last value again")
    if kind not in _CHOOSING:
        return repeat
    marks = QCoreApplication.translate("Forms", "F7: does not know, Shift+F7: refuses, where the list has it")
    return f"{repeat}\n{marks}"
