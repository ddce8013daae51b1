"""What one case is about, beside the list, before it is opened."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from cases.views import CaseView
from desktop import route
from desktop.context import Context
from desktop.route import Route
from desktop.theme import theme
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, holder, label, rule, scroll
from desktop.widgets.chip import Chip
from desktop.words.dates import moment
from desktop.words.plurals import plurals
from desktop.words.states import case_state

WIDTH_PX = 360


class Preview(QFrame):
    """Empty until a case is chosen."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._case = ""
        self.setProperty("surface", "side")
        self._citizen = label("", "heading", name="preview.citizen")
        self._procedure = label("")
        self._chip = Chip(case_state("draft"), name="preview.state")
        self._facts = label("", "secondary")
        self._message = Banner("caution")
        self._open = button(
            self.tr("Open the case"),
            self._go,
            kind="primary",
            name="preview.open",
            tip=self.tr("Open the case (Return)"),
        )
        inside = column(
            self._citizen,
            self._procedure,
            self._chip,
            rule(),
            self._facts,
            self._message,
            4,
            self._open,
            -1,
            margins=(20, 20, 20, 20),
            gap=12,
        )
        self._content = holder(inside)
        self.setLayout(column(scroll(self._content)))
        theme().changed.connect(self._resize)
        self._resize()
        self.clear()

    @property
    def case(self) -> str:
        """The case shown; empty when none."""
        return self._case

    def clear(self) -> None:
        """Show nothing."""
        self._case = ""
        self._content.hide()

    def show_case(self, case: CaseView) -> None:
        """Show this case."""
        self._case = case.id
        now_ms = self._context.now_ms()
        self._citizen.setText(case.citizen_name)
        self._procedure.setText(self._context.procedure_title(case.procedure, case.version))
        self._chip.set_words(case_state(case.state))
        facts = [self.tr("Opened %1").replace("%1", moment(case.created_ms, now_ms))]
        if case.submitted_ms:
            facts.append(self.tr("Submitted %1").replace("%1", moment(case.submitted_ms, now_ms)))
        if case.tracking_code:
            facts.append(self.tr("Tracking code %1").replace("%1", case.tracking_code))
        facts.append(self.tr("Agent: %1").replace("%1", case.agent_name))
        if case.pending:
            facts.append(self.tr("Not received yet by the central service"))
        if case.contested:
            facts.append(plurals.fields_to_settle(len(case.contested)))
        self._facts.setText("\n".join(facts))
        self._show_message(case)
        self._content.show()

    def _show_message(self, case: CaseView) -> None:
        decision = case.decision
        words = (decision.message or decision.reasons) if decision else ""
        tone = case_state(decision.state).tone if decision else "info"
        title = case_state(decision.state).word if decision and words else ""
        self._message.say(title, words, tone=tone if tone != "ink_soft" else "info")

    def _go(self) -> None:
        if self._case:
            self._context.go(Route(route.CASE, self._case))

    def _resize(self) -> None:
        self.setFixedWidth(theme().px(WIDTH_PX))
