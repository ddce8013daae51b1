"""The header band: who, what for, in which state, how long still, who has it, and the one next act."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QProgressBar, QWidget

from cases.views import CaseView
from desktop.screens.record.model import Delay, holder_words
from desktop.theme import theme
from desktop.widgets.basics import button, column, holder, label, row, set_role
from desktop.widgets.chip import Chip
from desktop.widgets.elided import ElidedLabel
from desktop.words.dates import remaining
from desktop.words.states import case_state

NARROW_PX = 860
EDGE_PX = 2
"""The citizen's name is a button whose focus ring takes this much: the lines below start where its letters do."""


class Header(QFrame):
    """Signals:
    citizen_wanted: the citizen's name was pressed.
    act_wanted: the next act was pressed.
    """

    citizen_wanted = Signal()
    act_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "band")
        self._citizen = button(
            "", self.citizen_wanted.emit, kind="name", name="case.citizen", tip=self.tr("Open the citizen")
        )
        self._procedure = ElidedLabel(name="case.procedure")
        self._chip = Chip(case_state("draft"), name="case.state")
        self._who = label("", "secondary", wrap=False)
        self._code = label("", "secondary", wrap=False, name="case.tracking_code")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._bar = QProgressBar(minimum=0, maximum=100, textVisible=False)
        self._bar.setFixedWidth(140)
        self._bar.setAccessibleName(self.tr("Delay"))
        self._left = label("", "secondary", wrap=False)
        self._delay: QWidget = holder(row(self._bar, self._left, gap=8))
        self.act = button("", self.act_wanted.emit, kind="primary", name="case.submit", shortcut="Ctrl+Shift+Return")
        self._facts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._facts.setContentsMargins(EDGE_PX, 0, 0, 0)
        self._facts.setSpacing(4)
        first = row(self._chip, self._who, -1, gap=16)
        second = row(self._code, self._delay, -1, gap=16)
        self._facts.addLayout(first)
        self._facts.addLayout(second)
        self._facts.addStretch(1)
        procedure = row(self._procedure, margins=(EDGE_PX, 0, 0, 0))
        words = column(row(self._citizen, -1), procedure, self._facts, gap=4)
        line = row(holder(words), self.act, margins=(24, 12, 24, 12), gap=16)
        line.setStretch(0, 1)
        line.setAlignment(self.act, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(line)

    @property
    def state_word(self) -> str:
        """The state as it is shown."""
        return self._chip.word

    def show_case(self, case: CaseView, title: str, delay: Delay | None) -> None:
        """Show where the case stands."""
        self._citizen.setText(case.citizen_name)
        self._procedure.setText(title)
        self._chip.set_words(case_state(case.state))
        self._who.setText(holder_words(case))
        self._code.setText(self.tr("Code %1").replace("%1", case.tracking_code) if case.tracking_code else "")
        self._code.setVisible(bool(case.tracking_code))
        self._delay.setVisible(delay is not None)
        if delay is not None:
            self._bar.setValue(round(delay.share * 100))
            self._left.setText(remaining(delay.days_left))
            self._left.setAccessibleName(self._left.text())
            set_role(
                self._left, "tone", "critical" if delay.days_left < 0 else "caution" if delay.days_left < 7 else ""
            )
        self._next_act(case.state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme().px(NARROW_PX)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._facts.setDirection(direction)
        self._facts.setSpacing(4 if narrow else 16)

    def _next_act(self, state: str) -> None:
        words = {
            "draft": self.tr("Submit the case"),
            "needs_information": self.tr("Answer and send back"),
        }.get(state, self.tr("See the receipt"))
        self.act.setText(words)
        self.act.setAccessibleName(words)
        self.act.setToolTip(f"{words} (Ctrl+Shift+Return)")
