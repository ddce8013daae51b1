"""One case's history on demand: asked of the service when somebody opens or hands on a case that is not held whole."""

from __future__ import annotations

from dataclasses import dataclass

from cases.errors import NetworkFault, NotPermittedError, RejectedError
from cases.workspace import Workspace
from sync.client import CentralClient


@dataclass(frozen=True)
class HistoryOutcome:
    """Whether a record's history is all there now.

    Attributes:
        complete: every event is held with all that proves it.
        fault: code of why the rest could not be had now; empty when it could, or nothing was missing.
    """

    complete: bool
    fault: str = ""


def bring_history(workspace: Workspace, client: CentralClient, record: str) -> HistoryOutcome:
    """Fetch what is missing of a record's history, if anything is; never fails: what is here can be shown as it is.

    Raises:
        InputError: ``record.unknown``.
    """
    if workspace.history_complete(record):
        return HistoryOutcome(True)
    as_of = workspace.history_mark(record)
    try:
        workspace.apply_history(record, client.record_history(record).events, as_of=as_of)
    except (NetworkFault, RejectedError, NotPermittedError) as error:
        return HistoryOutcome(False, error.code)
    return HistoryOutcome(workspace.history_complete(record))
