"""The history tab: what is held here at once, the rest brought in the background, and whether all of it is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from cases.errors import EstafetteError
from cases.workspace import Workspace
from desktop.context import Context
from desktop.screens.record.history_view import HistoryView
from desktop.screens.record.model import HistoryLine
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, frame
from desktop.words.errors import explain

if TYPE_CHECKING:
    from desktop.words.sync_line import Standing
    from sync.histories import HistoryOutcome

T = TypeVar("T")
NOT_STARTED = "sync.not_started"


@dataclass(frozen=True)
class Held:
    """What of a record's history is here.

    Attributes:
        events: how many were checked against what their devices wrote.
        intact: each of them is what its device wrote.
    """

    complete: bool
    events: int
    intact: bool


def look(workspace: Workspace, record: str) -> Held:
    """Check every event of a record that is held here. On a background thread. Raises InputError ``record.unknown``."""
    check = workspace.check_history(record)
    return Held(check.complete, len(check.events), check.bad is None)


class HistoryTab(QWidget):
    """Nothing is asked of the service before somebody looks at the tab; after a failure not again by itself, unless
    the service answers again."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("case.history_tab")
        self._context = context
        self._record = ""
        self._fault = ""
        self._failed_ms = 0
        self._asking = False
        self._state = Banner("info", name="history.state")
        self._again = button(self.tr("Ask again"), self.ask_again, icon="refresh-cw", name="history.again")
        self._state.add_act(self._again)
        self._again.hide()
        self.lines = HistoryView(context)
        band = frame("none", column(self._state, margins=(20, 12, 20, 8)), name="history.band")
        self.setLayout(column(band, self.lines, gap=0))

    def show_record(self, record: str) -> None:
        """Show nothing yet: another record (empty: none) is being opened."""
        self._record, self._fault, self._asking = record, "", False
        self.lines.show_lines(())
        self._say("")

    def show_lines(self, lines: tuple[HistoryLine, ...]) -> None:
        """Show what is held, which changed just now."""
        self.lines.show_lines(lines)
        if self.isVisible():
            self._look()

    def take_standing(self, standing: Standing) -> None:
        """Ask again for what a missing line kept away, once the service has answered since."""
        of_line = self._fault == NOT_STARTED or self._fault.startswith("network.")
        if of_line and self.isVisible() and (standing.last_contact_ms or 0) > self._failed_ms:
            self.ask_again()

    def ask_again(self) -> None:
        """Ask the service anew for what is missing."""
        self._fault = ""
        self._look()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._record and not self._asking:
            self.ask_again()

    def _look(self) -> None:
        workspace, record = self._context.workspace, self._record
        if record:
            self._context.tasks.read(
                self,
                lambda: look(workspace, record),
                self._for(record, self.show_held),
                self._for(record, self._not_looked),
                key="look",
            )

    def show_held(self, held: Held) -> None:
        """Say whether what is here is all and true; ask for the rest where it is not all."""
        if not held.intact:
            self._say(
                self.tr("One of these events is not what its computer wrote"),
                self.tr("Nothing was changed here. Tell your IT support, and do not rely on this history meanwhile."),
                "critical",
            )
        elif held.complete:
            self._fault = ""
            self._say(
                self.tr("Verified: the whole history is here"),
                self.tr("%n event(s), each exactly as the computer of its author wrote it.", "", held.events),
                "positive",
                "shield-check",
            )
        elif self._fault:
            self._say_missing()
        else:
            self._ask()

    def _ask(self) -> None:
        if self._asking:
            return
        self._asking = True
        bring, record = self._context.bring_history, self._record
        self._say(
            self.tr("The rest of the history is being fetched"),
            self.tr("Meanwhile, here is what this computer holds."),
            "info",
            "history",
        )
        self._context.tasks.ask(
            self,
            lambda: bring(record),
            self._for(record, self._brought),
            self._for(record, self._not_looked),
            key="bring",
        )

    def _brought(self, outcome: HistoryOutcome | None) -> None:
        self._asking = False
        if outcome is None:
            self._fault = NOT_STARTED
        elif not outcome.complete:
            self._fault = outcome.fault or NOT_STARTED
        self._failed_ms = self._context.now_ms()
        # What came is shown by the screen, which hears of it as of any change; here is what can be said of it now.
        self._look()

    def _say_missing(self) -> None:
        title = self.tr("This history is not whole: here is what this computer holds")
        if self._fault == NOT_STARTED:
            self._say(title, self.tr("The rest could not be asked for just now."), "caution", again=True)
            return
        words = explain(EstafetteError(self._fault))
        self._say(title, f"{words.what} {words.next}", "caution", again=True)

    def _not_looked(self, error: EstafetteError) -> None:
        self._asking = False
        words = explain(error)
        self._say(words.what, f"{words.safe} {words.next}".strip(), "caution", again=True)

    def _say(self, title: str, text: str = "", tone: str = "", icon: str = "", *, again: bool = False) -> None:
        icons = {"caution": "cloud-off", "critical": "circle-x"}
        self._state.say(title, text, tone=tone, icon=icon or icons.get(tone, ""))
        self._again.setVisible(again)

    def _for(self, record: str, done: Callable[[T], None]) -> Callable[[T], None]:
        """Return ``done``, deaf to what is about a record that is no longer shown."""
        return lambda found: done(found) if record == self._record else None
