"""Beside the decision itself: what is proposed to the supervisors, and what the person holds on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from cases.errors import EstafetteError
from cases.views import Act, CaseView, Notice, Proposal
from cases.workflow import CLOSED
from desktop.context import Context
from desktop.screens.record.decision_forms import DECISIONS, ActForm, PaperForm, ProposeForm
from desktop.screens.record.model import WAITING
from desktop.widgets.basics import button, clear, column, holder, label, row
from desktop.widgets.chip import Chip
from desktop.words.dates import iso_day, moment
from desktop.words.errors import explain
from desktop.words.states import StateWords, case_state

PROPOSE, PAPER = "propose", "paper"


@dataclass
class _Begun:
    """What is being filled in for one case. ``typed``: form -> what is in it."""

    doing: str = ""
    typed: dict[str, Mapping[str, str]] = field(default_factory=dict)


class BesideCard(QFrame):
    """Proposals, decisions on paper, and the two acts. What is typed is kept for its case."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("surface", "card")
        self.setObjectName("beside")
        self._context = context
        self._case: CaseView | None = None
        self._begun: dict[str, _Begun] = {}
        self._busy = self._first_proposal = False
        self._said: QVBoxLayout = column(gap=12)
        self._said_place = holder(self._said)
        propose = button(
            self.tr("Propose a decision"),
            lambda: self._begin(PROPOSE),
            icon="scale",
            name="beside.propose",
            shortcut="Ctrl+Shift+P",
        )
        paper = button(
            self.tr("Record a decision handed over on paper"),
            lambda: self._begin(PAPER),
            icon="handshake",
            name="beside.paper",
            shortcut="Ctrl+Shift+R",
        )
        self._buttons: dict[str, QPushButton] = {PROPOSE: propose, PAPER: paper}
        self._back = button(
            self.tr("Take the proposal back"), self._take_back, kind="quiet", icon="undo-2", name="beside.take_back"
        )
        self.propose_form, self.paper_form = ProposeForm("propose"), PaperForm("paper")
        self._forms: dict[str, ActForm] = {PROPOSE: self.propose_form, PAPER: self.paper_form}
        self._acts = holder(column(row(propose, self._back, -1), row(paper, -1), gap=8))
        self.setLayout(
            column(self._said_place, self._acts, self.propose_form, self.paper_form, margins=(20, 16, 20, 16), gap=12)
        )
        self.propose_form.wanted.connect(self._propose)
        self.paper_form.wanted.connect(self._paper)
        for form in self._forms.values():
            form.given_up.connect(self.step_back)
            form.hide()
        self.hide()

    @property
    def doing(self) -> str:
        """Which form is open; empty for none."""
        return next((act for act, form in self._forms.items() if not form.isHidden()), "")

    def clear(self) -> None:
        """Show nothing: another case is being opened. What is being typed is kept for when its case comes back."""
        if self._case is not None and self.doing:
            self._begun[self._case.id] = _Begun(self.doing, {act: form.typed() for act, form in self._forms.items()})
        self._case, self._busy = None, False
        clear(self._said)
        for form in self._forms.values():
            form.hide()
            form.fill({})
        self.hide()

    def show_case(self, case: CaseView) -> None:
        """Show what is proposed and handed over, and what may be done; what is being typed stays."""
        another = self._case is None or case.id != self._case.id
        if another:
            self.clear()
        self._case = case
        if another and (begun := self._begun.pop(case.id, None)):
            self._open(begun.doing)
            self.paper_form.know_today(self._context.today())
            for act, form in self._forms.items():
                form.fill(begun.typed[act])
        clear(self._said)
        for proposal in case.proposals:
            self._said.addWidget(self._proposal(proposal))
        for notice in case.notices:
            self._said.addWidget(self._notice(notice, decided=case.state in CLOSED))
        said = bool(case.proposals or case.notices)
        self._said_place.setVisible(said)
        self._buttons[PROPOSE].setVisible(case.state in WAITING)
        self._back.setVisible(case.state in WAITING and bool(case.proposals))
        self._buttons[PAPER].setVisible(case.state != "draft")
        self._acts.setVisible(not self.doing and case.state != "draft")
        self.setVisible(said or case.state != "draft" or bool(self.doing))

    def step_back(self) -> bool:
        """Esc: fold the form, its texts kept; False when none was open."""
        doing = self.doing
        if not doing:
            return False
        self._open("")
        self._buttons[doing].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    # --- what is shown ---

    def _proposal(self, proposal: Proposal) -> QWidget:
        who = f"{proposal.agent_name}, {moment(proposal.time_ms, self._context.now_ms())}"
        # Not in the colours of a decision taken: nothing is decided yet.
        words = replace(case_state(proposal.decision), icon="scale", tone="info")
        return self._line(words, self.tr("Proposed by %1").replace("%1", who), proposal.reasons)

    def _notice(self, notice: Notice, *, decided: bool) -> QWidget:
        text = self.tr("Handed over on paper on %1: %2").replace("%1", iso_day(notice.on)).replace("%2", notice.how)
        written = self.tr("recorded by %1").replace("%1", notice.agent_name)
        held = "" if decided else self.tr("No supervisor has decided yet: the case still awaits the decision.")
        if not notice.holds:
            held = self.tr("This decision holds no more: a supervisor has said so.")
        return self._line(case_state(notice.decision), f"{text} — {written}", held)

    def _line(self, words: StateWords, about: str, text: str) -> QWidget:
        top = row(Chip(words), label(about, "strong"), gap=12)
        top.setStretch(1, 1)
        made = holder(column(top, *([label(text)] if text else []), gap=4))
        made.setAccessibleName(f"{words.word}, {about} {text}".strip())
        return made

    # --- the acts ---

    def _begin(self, act: str) -> None:
        case = self._case
        if case is None:
            return
        if act == PAPER:
            self.paper_form.know_today(self._context.today())
        if act == PAPER and not any(self.paper_form.typed().values()):
            stands = [case.state, *(proposal.decision for proposal in case.proposals)]
            likely = next((each for each in stands if each in DECISIONS), "")
            self.paper_form.propose_values(likely, self._context.today())
        self._open(act)
        self._forms[act].begin()

    def _open(self, act: str) -> None:
        for each, form in self._forms.items():
            form.setVisible(each == act)
        self._acts.setVisible(not act)

    def _propose(self) -> None:
        case, typed, workspace = self._case, self.propose_form.typed(), self._context.workspace
        if case is not None:
            self._first_proposal = not case.proposals
            self._act(
                PROPOSE,
                lambda: workspace.propose(
                    case.id, typed["decision"], base=case.base, reasons=typed["reasons"], message=typed["message"]
                ),
            )

    def _paper(self) -> None:
        case, typed, workspace = self._case, self.paper_form.typed(), self._context.workspace
        on = self.paper_form.on()
        if case is not None and on is not None:
            self._act(
                PAPER,
                lambda: workspace.notify_on_paper(
                    case.id, on, typed["how"], base=case.base, decision=typed["decision"]
                ),
            )

    def _act(self, act: str, work: Callable[[], Act]) -> None:
        if self._busy or self._case is None:
            return
        self._busy, case = True, self._case.id
        self._context.tasks.change(
            self, work, lambda _act: self._recorded(act, case), lambda error: self._refused(act, case, error)
        )

    def _recorded(self, act: str, case: str) -> None:
        self._begun.pop(case, None)
        if self._case is not None and case == self._case.id:
            self._busy = False
            self._open("")
            self._forms[act].fill({})
            self._buttons[act].setFocus(Qt.FocusReason.OtherFocusReason)
        if act == PROPOSE and self._first_proposal:
            self._context.offer_undo(self.tr("Proposal saved on this computer"), lambda: self._withdraw(case))
        elif act == PROPOSE:
            # Taking it back would not bring back the one that it replaces.
            self._context.say(self.tr("Proposal saved on this computer"), "positive")
        else:
            self._context.say(self.tr("Decision on paper saved on this computer"), "positive")

    def _refused(self, act: str, case: str, error: EstafetteError) -> None:
        if self._case is None or case != self._case.id:
            self._context.say(explain(error).sentence, "critical")
            return
        self._busy = False
        self._forms[act].refuse(error)

    def _take_back(self) -> None:
        if self._case is not None:
            self._withdraw(self._case.id)
            self._buttons[PROPOSE].setFocus(Qt.FocusReason.OtherFocusReason)

    def _withdraw(self, case: str) -> None:
        workspace = self._context.workspace
        self._context.tasks.change(
            self,
            lambda: workspace.propose(case, None, base=workspace.case(case).base, reasons=""),
            lambda _act: self._context.say(self.tr("Proposal taken back"), "positive"),
        )
