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
from desktop.words.plurals import plurals
from desktop.words.states import case_state

NARROW_PX = 860
MARGINS = (24, 12, 24, 12)
COMPACT_MARGINS = (24, 4, 24, 4)
EDGE_PX = 2
"""The citizen's name is a button whose focus ring takes this much: the lines below start where its letters do."""


class Header(QFrame):
    """Signals:
    citizen_wanted: the citizen's name was pressed.
    act_wanted: the next act was pressed.
    contested_wanted: show what is to be settled in this case.
    """

    citizen_wanted = Signal()
    act_wanted = Signal()
    contested_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._compact = False
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
        self._contested = button(
            "", self.contested_wanted.emit, kind="link", icon="split", name="case.contested", shortcut="Ctrl+Shift+D"
        )
        self._contested.hide()
        second = row(self._code, self._delay, self._contested, -1, gap=16)
        self._facts.addLayout(first)
        self._facts.addLayout(second)
        self._facts.addStretch(1)
        self._procedure_line = holder(row(self._procedure, margins=(EDGE_PX, 0, 0, 0)))
        self._facts_line = holder(self._facts)
        self._first = row(self._citizen, -1)
        words = column(self._first, self._procedure_line, self._facts_line, gap=4)
        self._line = row(holder(words), self.act, margins=MARGINS, gap=16)
        self._line.setStretch(0, 1)
        self._line.setAlignment(self.act, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(self._line)
        self._chip_home = first
        self._contested_home = second

    @property
    def state_word(self) -> str:
        """The state as it is shown."""
        return self._chip.word

    def clear(self) -> None:
        """Show nothing, at the height of something: another case is being opened."""
        for words in (self._citizen, self._procedure, self._who, self._code, self._left):
            words.setText("")
        for part in (self._chip, self._delay, self.act, self._contested):
            part.hide()
        self._tell_rest()

    def show_case(self, case: CaseView, title: str, delay: Delay | None) -> None:
        """Show where the case stands."""
        self._citizen.setText(case.citizen_name)
        self._procedure.setText(title)
        self._chip.set_words(case_state(case.state))
        self._chip.show()
        self.act.show()
        self._who.setText(holder_words(case))
        self._code.setText(self.tr("Tracking code %1").replace("%1", case.tracking_code) if case.tracking_code else "")
        self._code.setVisible(bool(case.tracking_code))
        self._delay.setVisible(delay is not None)
        if delay is not None:
            self._bar.setValue(round(delay.share * 100))
            self._left.setText(remaining(delay.days_left))
            self._left.setAccessibleName(self._left.text())
            set_role(
                self._left, "tone", "critical" if delay.days_left < 0 else "caution" if delay.days_left < 7 else ""
            )
        else:
            self._left.setText("")
        contested = plurals.fields_to_settle(len(case.contested))
        self._contested.setAccessibleName(contested)
        self._contested.setToolTip(self.tr("%1 (Ctrl+Shift+D)").replace("%1", contested))
        self._contested.setVisible(bool(case.contested))
        self._word_contested()
        self._next_act(case.state)
        self._tell_rest()

    def set_compact(self, compact: bool) -> None:
        """Keep to one line, where large text in a low window would leave no room for what is below.

        What the other lines say is then in the tooltip; the receipt and the preview have it too.
        """
        if compact == self._compact:
            return
        self._compact = compact
        (self._first if compact else self._chip_home).insertWidget(1 if compact else 0, self._chip)
        self._contested_home.removeWidget(self._contested)
        if compact:
            self._first.insertWidget(2, self._contested)
        else:
            self._contested_home.insertWidget(2, self._contested)
        self._word_contested()
        self._procedure_line.setVisible(not compact)
        self._facts_line.setVisible(not compact)
        self._line.setContentsMargins(*(COMPACT_MARGINS if compact else MARGINS))
        self._tell_rest()

    def _word_contested(self) -> None:
        # Where there is one line alone, its icon and tooltip say it.
        self._contested.setText("" if self._compact else f" {self._contested.accessibleName()}")

    def _tell_rest(self) -> None:
        rest = (self._procedure.text(), self._who.text(), self._code.text(), self._left.text())
        self.setToolTip("\n".join(words for words in rest if words) if self._compact else "")
        self._citizen.setAccessibleDescription(self.toolTip())

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
