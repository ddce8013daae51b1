"""The blocks of a page: a question to answer, a value to read, a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cases.errors import EstafetteError
from desktop.forms import rich, words
from desktop.forms.checking import Checking
from desktop.forms.contested import ContestedFields, ContestedMark
from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.factory import make_editor
from desktop.forms.reasons import told
from desktop.forms.status import StatusLine, plain_label
from desktop.forms.undo import RemovedRow
from desktop.forms.why import WhyPanel
from desktop.widgets.banner import Banner
from desktop.widgets.basics import PushButton
from forms.views import QuestionView

AUTOSAVE_MS = 800
"""Typing that pauses so long is saved: a killed program loses at most what was typed since."""

AIR_BELOW = 12
"""Under blocks that have no status line, so that all questions are equally far apart."""


class Hands(Protocol):
    """What blocks ask of the view."""

    def answer(self, path: str, value: str | None) -> None: ...

    def add_row(self, repeat: str) -> None: ...

    def remove_row(self, row: str, label: str) -> None: ...

    def move_row(self, row: str, by: int) -> None: ...

    def restore_row(self, removed: RemovedRow) -> None: ...

    def retry(self, path: str) -> None: ...

    def go_on_from(self, block: FieldBlock) -> None: ...

    def reshaped(self) -> None: ...

    def lay_out_rows(self) -> None: ...

    def go_to(self, path: str) -> None: ...


@dataclass
class PageContext:
    """What all blocks of a page share.

    Attributes:
        around: what editors may ask of the form.
        hands: where acts go.
        checking: what is wrong or missing in the whole form, and whether all of it is shown.
        read_only: nothing can be changed.
        visited: paths of the fields that the person was in and left.
        contested: the fields that two people answered differently.
        keeps: what is saved is said to be; a trial keeps nothing.
        notices: question's path without rows -> what its author should know when it is met.
        grids: rows of short questions are a table where there is room, else blocks.
        room: how wide the page's column can be, in pixels.
    """

    around: Surroundings
    hands: Hands
    checking: Checking
    read_only: bool = False
    visited: set[str] = field(default_factory=set)
    contested: ContestedFields = field(default_factory=ContestedFields)
    keeps: bool = True
    notices: Mapping[str, str] = field(default_factory=dict)
    grids: bool = True
    room: Callable[[], int] = lambda: 0


class Block(QFrame):
    """One question on the page, bound to its path."""

    def __init__(self, question: QuestionView, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = question
        self.context = context
        self.setObjectName(f"question:{question.path}")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self._mark: ContestedMark | None = None
        self._why: WhyPanel | None = None
        self._unknown: StatusLine | None = None

    @property
    def path(self) -> str:
        return self.question.path

    def show_question(self, question: QuestionView) -> None:
        """Show the question as it stands now."""
        self.question = question

    def put_below(self, part: QWidget) -> None:
        """Show a part that says more below the question."""
        self.column.addWidget(part)

    def tell_unknown(self) -> None:
        """Say below words or a value what the form could not work out."""
        problem = self.question.problem
        if self._unknown is None and problem is not None:
            self._unknown = StatusLine(self)
            self.put_below(self._unknown)
        if self._unknown is not None:
            self._unknown.setVisible(problem is not None)
            self._unknown.show_problem("" if problem is None else words.issue_text(problem, self.question))

    def entrance(self) -> QWidget:
        """The widget that takes the focus when somebody comes here; a block that only speaks is it itself."""
        return self

    def aspect(self) -> str:
        """What there is to explain of the question now, "" for nothing."""
        if self.question.computed:
            return "calculate"
        return "constraint" if self.question.problem is not None and self.question.problem.code == "constraint" else ""

    def explain(self) -> None:
        """Show below the question why it is as it is; asked once more, put that away."""
        if self._why is not None and not self._why.isHidden():
            self._why.hide()
        elif self.aspect():
            self.context.around.when_quiet(self._tell_why)

    def _tell_why(self) -> None:
        found = self.context.around.explain(self.path, self.aspect())
        if found is None:
            return
        if self._why is None:
            self._why = WhyPanel(self)
            self._why.closed.connect(self._why.hide)
            self._why.chosen.connect(self.context.hands.go_to)
            self.put_below(self._why)
        self._why.show_told(told(found, self.question.label, self.path))
        self.context.hands.reshaped()

    def keep_why(self) -> None:
        """Bring an open explanation in step with the answers. Called while quiet."""
        if self._why is not None and not self._why.isHidden():
            if self.aspect():
                self._tell_why()
            else:
                self._why.hide()

    def show_notice(self, text: str) -> None:
        """Say above the question what its author should know of it."""
        self.column.insertWidget(0, Banner("caution", text=text))

    def mark_contested(self) -> None:
        """Show, or show no more, that another value waits to be settled."""
        if self._mark is None and self.path in self.context.contested.notes:
            self._mark = ContestedMark(self.path, self.question.label, self.context.contested, self)
            self.put_below(self._mark)
        if self._mark is not None:
            self._mark.tell()


class NoteBlock(Block):
    """Words to read."""

    def __init__(self, question: QuestionView, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(question, context, parent)
        self.column.setContentsMargins(0, 0, 0, AIR_BELOW)
        self.frame = QFrame(self)
        self.frame.setProperty("surface", "inset")
        self.label = plain_label(parent=self.frame)
        self.help = plain_label(role="help", parent=self.frame)
        inside = QVBoxLayout(self.frame)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(self.label)
        inside.addWidget(self.help)
        self.column.addWidget(self.frame)
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        super().show_question(question)
        rich.put(self.label, question.label, question.label_parts)
        rich.put(self.help, help_text(question), question.help_parts)
        self.help.setVisible(bool(self.help.text()))
        self.tell_unknown()


class ValueBlock(Block):
    """A value to read: calculated, set by the form, or of a case that was submitted."""

    def __init__(self, question: QuestionView, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(question, context, parent)
        self.column.setContentsMargins(0, 0, 0, AIR_BELOW)
        self.label = plain_label(role="label", parent=self)
        self.help = plain_label(role="help", parent=self)
        self.value = plain_label(role="value", parent=self)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.origin = PushButton(QCoreApplication.translate("Forms", "Where does this come from?"))
        self.origin.setProperty("kind", "link")
        self.origin.setCursor(Qt.CursorShape.PointingHandCursor)
        self.origin.setToolTip(QCoreApplication.translate("Forms", "Where does this come from? (Alt+P)"))
        self.origin.clicked.connect(lambda _checked=False: self.explain())
        foot = QHBoxLayout()
        foot.addWidget(self.value, 1)
        foot.addWidget(self.origin, 0, Qt.AlignmentFlag.AlignTop)
        for widget in (self.label, self.help):
            self.column.addWidget(widget)
        self.column.addLayout(foot)
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        super().show_question(question)
        rich.put(self.label, question.label, question.label_parts)
        rich.put(self.help, help_text(question), question.help_parts)
        self.help.setVisible(bool(self.help.text()))
        self.tell_unknown()
        self.origin.setVisible(question.computed)
        self.origin.setAccessibleName(
            QCoreApplication.translate("Forms", "Where does “{label}” come from?").format(label=question.label)
        )
        self.keep_why()
        if question.kind in ("select_one", "select_multiple", "rank"):
            self.context.around.when_quiet(self._show_choices)
        else:
            self._show(())

    def entrance(self) -> QWidget:
        return self if self.origin.isHidden() else self.origin

    def _show_choices(self) -> None:
        stored = self.question.value or ""
        values = [stored] if self.question.kind == "select_one" else stored.split()
        self._show(tuple(self.context.around.choice_label(self.path, value) for value in values if value))

    def _show(self, labels: tuple[str, ...]) -> None:
        given = self.context.read_only and not self.question.readonly
        text = words.value_text(self.question, labels, given=given)
        self.value.setText(text)
        self.value.setAccessibleName(f"{self.question.label}: {text}")


class FieldBlock(Block):
    """A question to answer: label above, help below it, the field, and a line for what is wrong or that it is saved.

    What is typed is handed over when the focus leaves, at Enter, and when typing pauses; a choice at once. What is
    wrong with typed text is said once the field is left (nobody likes to be corrected in mid-word), and goes at once.

    Signals:
        told: the words under the field changed.
    """

    told = Signal()
    status_class = StatusLine

    def __init__(self, question: QuestionView, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(question, context, parent)
        self._active = False
        self._dirty = False
        self._whole = True
        self._sent = question.value
        self._failure: EstafetteError | None = None
        self._saved = False
        self.label = plain_label(role="label", parent=self)
        self.required = QLabel(QCoreApplication.translate("Forms", "required"), self)
        self.required.setProperty("role", "secondary")
        self.help = plain_label(role="help", parent=self)
        self.aside = plain_label(words.aside_text(question), role="help", parent=self)
        self.aside.setVisible(bool(self.aside.text()))
        self.editor = self._make_editor()
        self.status = self.status_class(self)
        self._arrange()
        self._timer = QTimer(self, singleShot=True, interval=AUTOSAVE_MS)
        self._timer.timeout.connect(self.hand_over)
        self.editor.typed.connect(self._on_typed)
        self.editor.chosen.connect(self._on_chosen)
        self.editor.entered.connect(self._on_entered)
        self.status.retry.connect(self._on_retry)
        self.status.clear.connect(self._on_clear)
        self.status.why.connect(self.explain)
        self.show_question(question)

    def _make_editor(self) -> Editor:
        return make_editor(self.question, self.context.around, self)

    def _arrange(self) -> None:
        self.label.setBuddy(self.editor.entrance())
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.label, 1)
        head.addWidget(self.required, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(head)
        self.column.addWidget(self.help)
        self.column.addWidget(self.aside)
        self.column.addWidget(self.editor)
        self.column.addWidget(self.status)

    def show_question(self, question: QuestionView) -> None:
        """Show the question as it stands now; what is being typed is never overwritten. Called while quiet."""
        changed = question != self.question
        super().show_question(question)
        rich.put(self.label, question.label, question.label_parts)
        self.label.setVisible(bool(question.label))
        self.required.setVisible(question.required)
        rich.put(self.help, help_text(question), question.help_parts)
        self.help.setVisible(bool(self.help.text()))
        if changed:
            self.editor.take_question(question)
        if not self._dirty:
            self._sent = question.value
            self.editor.show_value(question.value)
        self.keep_why()
        self.tell()

    @property
    def pending(self) -> bool:
        """True while something typed is not handed over yet."""
        return self._dirty

    def hand_over(self) -> None:
        """Give what is in the field to be saved, unless it was already."""
        self._timer.stop()
        if not self._dirty:
            return
        self._dirty = False
        value = self.editor.stored()
        if value != self._sent or self._failure is not None:
            self._sent = value
            self.context.hands.answer(self.path, value)

    def enter(self) -> None:
        """The focus came in."""
        self._active = True

    def leave(self) -> None:
        """The focus went elsewhere."""
        self._active = False
        self.context.visited.add(self.path)
        self._whole = True
        self.editor.leave()
        self.hand_over()
        self.tell()

    def mark_saved(self, saved: bool) -> None:
        """Say that the answer is durable, or say it no more."""
        if saved:
            self._failure = None
        self._saved = saved and not self._dirty
        self.tell()

    def mark_failed(self, error: EstafetteError) -> None:
        """Say that the answer is not saved, and that its text is safe here."""
        self._failure = error
        self._saved = False
        self.tell()

    def tell(self) -> None:
        """Show what there is to say about the answer now."""
        problem = self._problem()
        if self._failure is not None:
            self.status.show_problem(words.failure_text(self._failure, self.question.label), retry=True)
        elif problem:
            self.status.show_problem(problem)
        elif self._saved and self.context.keeps:
            self.status.show_saved()
        else:
            self.status.show_nothing()
        clearable = self.editor.clearable and self.editor.stored() is not None
        self.status.offer_clear(clearable and not self.question.required)
        self.status.offer_why(bool(problem) and self._failure is None and bool(self.aspect()))
        own = bool(self.editor.own_problem()) or not words.is_of_the_form(self.question.problem)
        self.editor.mark_invalid((bool(problem) and own) or self._failure is not None)
        self._describe(problem)
        self.told.emit()

    @property
    def failed(self) -> bool:
        """True while the answer could not be saved."""
        return self._failure is not None

    @property
    def problem_shown(self) -> bool:
        """True while the block says that its answer is wrong or missing."""
        return bool(self._problem())

    def _problem(self) -> str:
        if self._active and not self._whole and not self.context.checking.everything:
            return ""
        own = self.editor.own_problem()
        if own:
            return own
        if self.question.problem is not None:
            return words.issue_text(self.question.problem, self.question)
        missing = self.context.checking.issue(self.path)
        shown = (self.path in self.context.visited and not self._active) or self.context.checking.everything
        if missing is not None and shown and self.question.required and self._sent is None and not self._dirty:
            return words.issue_text(missing, self.question)
        return ""

    def _describe(self, problem: str) -> None:
        required = QCoreApplication.translate("Forms", "required") if self.question.required else ""
        told = problem or (self.status.told if self._failure else "")
        parts = (told, required, help_text(self.question), self.aside.text())
        self.editor.describe(self.name(), ". ".join(part for part in parts if part))

    def name(self) -> str:
        """Return what the field is called by who cannot see where it stands."""
        return self.question.label or self.question.ref

    def _on_typed(self) -> None:
        self._dirty = True
        # A problem that is on the screen stays there until it is solved; a new one waits until the field is left.
        self._whole = self._whole and bool(self._problem())
        self._saved = False
        self._timer.start()
        self.tell()

    def _on_chosen(self) -> None:
        self._dirty = True
        self._whole = True
        self._saved = False
        self.hand_over()
        self.tell()

    def _on_entered(self) -> None:
        self.editor.leave()
        self.hand_over()
        self.context.hands.go_on_from(self)

    def _on_retry(self) -> None:
        if self._dirty:
            self.hand_over()
        else:
            self.context.hands.retry(self.path)

    def _on_clear(self) -> None:
        self.editor.clear()


def field_around(widget: QWidget) -> FieldBlock | None:
    """Return the question that `widget` belongs to, or None."""
    each: QWidget | None = widget
    while each is not None and not isinstance(each, FieldBlock):
        each = each.parentWidget()
    return each


def help_text(question: QuestionView) -> str:
    """Return the hint and the guidance, each on its line."""
    return "\n".join(text for text in (question.hint, question.guidance) if text)
