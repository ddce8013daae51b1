"""The follow-up tab: what is asked, the answer to it, the decision, and the notes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from cases.views import CaseView, Note
from desktop.context import Context
from desktop.screens.record.beside import BesideCard
from desktop.screens.record.model import DECIDED
from desktop.theme import theme
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, centred, clear, column, frame, holder, label, row, scroll
from desktop.widgets.field import Field
from desktop.words.dates import moment
from desktop.words.states import case_state

TEXT_PX = 96


class FollowUp(QWidget):
    """Signals:
    reply_wanted: the case is to go back, with ``reply_text``.
    note_wanted: a note's text.
    form_wanted: show the form.
    """

    reply_wanted = Signal()
    note_wanted = Signal(str)
    form_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._case = ""
        self._typed: dict[str, tuple[str, str]] = {}
        self._request = Banner("caution", icon="message-circle-question-mark", name="followup.request")
        self._decision = Banner("info", name="followup.decision")
        self.beside = BesideCard(context)
        self.reply = self._editor(
            self.tr("Your answer"),
            "followup.reply",
            self.tr("The supervisor reads it with the case. Correct the form first if that is what is asked."),
        )
        self._send = button(
            self.tr("Answer and send back"), self.reply_wanted.emit, kind="primary", icon="send", name="followup.send"
        )
        self._see_form = button(
            self.tr("Correct the form"), self.form_wanted.emit, icon="file-pen", name="followup.form"
        )
        self._answer_card = frame(
            "card", column(self.reply, row(self._send, self._see_form, -1), margins=(20, 16, 20, 20), gap=12)
        )
        self.note = self._editor(
            self.tr("Add a note"),
            "followup.note",
            self.tr("Colleagues and supervisors read it. A note is never changed or removed."),
        )
        self._add = button(self.tr("Add the note"), self._note_pressed, icon="plus", name="followup.add_note")
        self._notes: QVBoxLayout = column(gap=8)
        note_card = frame("card", column(self.note, row(self._add, -1), margins=(20, 16, 20, 20), gap=12))
        content = column(
            self._request,
            self._decision,
            self._answer_card,
            self.beside,
            note_card,
            label(self.tr("Notes"), "section"),
            holder(self._notes),
            -1,
            gap=12,
        )
        area = scroll(centred(holder(content), 860))
        area.setObjectName("followup.scroll")
        self.setLayout(column(area))
        theme().changed.connect(self._resize)
        self._resize()

    @property
    def reply_text(self) -> str:
        """The answer as it is typed; empty when none."""
        return self._text(self.reply)

    def clear(self) -> None:
        """Show nothing: another case is being opened. What is being typed is kept for when its case comes back."""
        typed = (self._plain(self.reply).toPlainText(), self._plain(self.note).toPlainText())
        if self._case:
            self._typed[self._case] = typed
        self._case = ""
        self._request.say("")
        self._decision.say("")
        clear(self._notes)
        for field in (self.reply, self.note):
            self._plain(field).clear()
            field.clear_error()
        self._answer_card.hide()
        self.beside.clear()

    def show_case(self, case: CaseView) -> None:
        """Show what was said; what is being typed stays."""
        if case.id != self._case:
            self.clear()
            self._case = case.id
            reply, note = self._typed.pop(case.id, ("", ""))
            self._plain(self.reply).setPlainText(reply)
            self._plain(self.note).setPlainText(note)
        asked = case.state == "needs_information"
        decision = case.decision
        now_ms = self._context.now_ms()
        self._answer_card.setVisible(asked)
        if asked and decision is not None:
            who = f"{decision.agent_name}, {moment(decision.time_ms, now_ms)}"
            title = self.tr("More information is asked for — %1").replace("%1", who)
            self._request.say(title, decision.message or decision.reasons or self.tr("See the form."))
        else:
            self._request.say(self.tr("More information is asked for") if asked else "")
        self._show_decision(case)
        self.beside.show_case(case)
        self._show_notes(case.notes, now_ms)

    def step_back(self) -> bool:
        """Esc: fold what was begun; False when nothing was."""
        return self.beside.step_back()

    def focus_reply(self) -> None:
        """Put the focus where the answer is typed."""
        self.reply.editor.setFocus()

    def clear_reply(self, case: str) -> None:
        """The answer is recorded in ``case``: its field is empty again."""
        self._typed[case] = ("", self._typed.get(case, ("", ""))[1])
        if case == self._case:
            self._plain(self.reply).clear()

    def clear_note(self, case: str) -> None:
        """The note is recorded in ``case``: its field is empty again."""
        self._typed[case] = (self._typed.get(case, ("", ""))[0], "")
        if case == self._case:
            self._plain(self.note).clear()

    def _show_decision(self, case: CaseView) -> None:
        decision = case.decision
        if case.state not in DECIDED or decision is None:
            self._decision.say("")
            return
        shown = case_state(case.state)
        tone = shown.tone if shown.tone != "ink_soft" else "info"
        when = moment(decision.time_ms, self._context.now_ms())
        title = f"{shown.word} — {decision.agent_name}, {when}"
        self._decision.say(title, "\n".join(part for part in (decision.reasons, decision.message) if part), tone=tone)

    def _show_notes(self, notes: tuple[Note, ...], now_ms: int) -> None:
        clear(self._notes)
        for note in reversed(notes):
            who = f"{note.agent_name} · {moment(note.time_ms, now_ms)}"
            self._notes.addWidget(
                frame("card", column(label(note.text), label(who, "secondary"), margins=(20, 12, 20, 12), gap=4))
            )
        if not notes:
            self._notes.addWidget(label(self.tr("No note yet."), "secondary"))

    def _note_pressed(self) -> None:
        text = self._text(self.note)
        if text:
            self.note_wanted.emit(text)
        else:
            self.note.set_error(self.tr("Write something first."))

    def _editor(self, words: str, name: str, help_text: str) -> Field:
        editor = QPlainTextEdit()
        editor.setTabChangesFocus(True)
        field = Field(words, editor, help_text=help_text, name=name)
        editor.textChanged.connect(field.clear_error)
        return field

    def _plain(self, field: Field) -> QPlainTextEdit:
        assert isinstance(field.editor, QPlainTextEdit)
        return field.editor

    def _text(self, field: Field) -> str:
        return self._plain(field).toPlainText().strip()

    def _resize(self) -> None:
        for field in (self.reply, self.note):
            field.editor.setFixedHeight(theme().px(TEXT_PX))
