"""Reads what the home screen shows. Runs away from the GUI thread, returns plain values."""

from __future__ import annotations

from dataclasses import dataclass

from cases.views import CaseRow, ParkedEvent
from cases.workspace import Workspace

ROWS_EACH = 50
PENDING_SEEN = 256


@dataclass(frozen=True)
class HomeView:
    """``pending`` are handed-in cases that central has not received; a draft is pending work of its own section."""

    to_complete: tuple[CaseRow, ...]
    drafts: tuple[CaseRow, ...]
    pending: tuple[CaseRow, ...]
    contested: tuple[CaseRow, ...]
    parked: tuple[ParkedEvent, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing to do for the moment."""
        return not (self.to_complete or self.drafts or self.pending or self.contested or self.parked)


def read_home(workspace: Workspace) -> HomeView:
    """Return what waits for the agent, newest activity first in each section."""
    recent = workspace.cases(limit=PENDING_SEEN)
    return HomeView(
        to_complete=tuple(workspace.cases(state="needs_information", limit=ROWS_EACH)),
        drafts=tuple(workspace.cases(state="draft", limit=ROWS_EACH)),
        pending=tuple(row for row in recent if row.pending and row.state not in ("draft", "needs_information")),
        contested=tuple(workspace.cases(contested_only=True, limit=ROWS_EACH)),
        parked=tuple(workspace.parked()),
    )
