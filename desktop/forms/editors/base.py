"""What every editor offers to the block around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.theme import repolish
from forms.explaining import Explanation
from forms.views import Choice, QuestionView


@dataclass(frozen=True)
class Surroundings:
    """What an editor may ask of the form. GUI thread only.

    Attributes:
        choices: ``(path, search, limit)`` gives the choices offered now; called only inside `when_quiet`.
        choice_label: ``(path, value)`` gives the name of a chosen value; called only inside `when_quiet`.
        when_quiet: runs a reading of the session now, or as soon as no act is under way.
        prepare: runs a reading of the session in the background, to warm what it keeps.
        today: completes dates typed without a year.
        zone: gives the offset that a date with a time is stored with.
        explain: ``(path, aspect)`` gives why a question is as it is, None where there is nothing to say; called only
            inside `when_quiet`.
    """

    choices: Callable[[str, str, int], tuple[Choice, ...]]
    choice_label: Callable[[str, str], str]
    when_quiet: Callable[[Callable[[], None]], None]
    prepare: Callable[[Callable[[], object]], None]
    today: date
    zone: tzinfo
    explain: Callable[[str, str], Explanation | None] = lambda _path, _aspect: None


class Editor(QWidget):
    """Edits the answer to one question as stored text. GUI thread only.

    Signals:
        typed: the person is typing; the answer may be half there.
        chosen: the answer is whole (a click on a choice, a day of the calendar): save it at once.
        entered: Enter was pressed: save, and go to the next question.

    Attributes:
        clearable: an answer cannot be taken away by deleting text, so a link offers it.
    """

    clearable = False

    typed = Signal()
    chosen = Signal()
    entered = Signal()

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = question
        self.around = around

    def stored(self) -> str | None:
        """Return what the editor holds as stored text; text of the wrong type comes back as typed."""
        raise NotImplementedError

    def show_value(self, value: str | None) -> None:
        """Show a stored value. Emits nothing."""
        raise NotImplementedError

    def inputs(self) -> tuple[QWidget, ...]:
        """Return the widgets that take the focus, in Tab order."""
        raise NotImplementedError

    def take_question(self, question: QuestionView) -> None:
        """Follow a change of the question other than its value (choices, language)."""
        self.question = question

    def own_problem(self) -> str:
        """Return what is wrong with text that is not even an answer yet, or ""."""
        return ""

    def clear(self) -> None:
        """Take the answer back, where the editor is `clearable`."""

    def leave(self) -> None:
        """The focus left the editor: put things in order (the full year of a date, a closed list)."""

    def entrance(self) -> QWidget:
        """Return the widget that takes the focus when the question is gone to."""
        return self.inputs()[0]

    def describe(self, name: str, description: str) -> None:
        """Name the inputs for assistive technology."""
        for each in self.inputs():
            each.setAccessibleName(name)
            each.setAccessibleDescription(description)

    def mark_invalid(self, invalid: bool) -> None:
        """Draw the inputs as wrong, or as they are."""
        for each in self.inputs():
            if bool(each.property("invalid")) != invalid:
                each.setProperty("invalid", invalid)
                repolish(each)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        ):
            self.entered.emit()
            return True
        return super().eventFilter(watched, event)
