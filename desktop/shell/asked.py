"""An exchange that a person asked for: once it ended, in words how."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.words.sync_line import Standing
from desktop.words.sync_link import UNDER_WAY, link_of

translate = QCoreApplication.translate


class AskedExchange:
    """Watches where the sync client stands from the moment when somebody asked."""

    def __init__(self) -> None:
        self._asked_ms: int | None = None

    def ask(self, now_ms: int) -> None:
        """Somebody asks for an exchange now."""
        self._asked_ms = now_ms

    def take(self, standing: Standing) -> tuple[str, str] | None:
        """Return words and tone once the first round that began after the asking is over; None before and after."""
        if self._asked_ms is None or standing.round_since_ms is not None:
            return None
        # One that was under way already may have passed by what the person means; one that failed at once may be over
        # before anybody looked.
        if standing.round_began_ms is None or standing.round_began_ms < self._asked_ms:
            return None
        # How it ended could not be written down (a full disk); the next round tells.
        if standing.state in UNDER_WAY:
            return None
        self._asked_ms = None
        return outcome(standing)


def outcome(standing: Standing) -> tuple[str, str]:
    """Return how the exchange that just ended went, and the tone of that."""
    link = link_of(standing.state, standing.fault, standing.fault_details)
    if link.short:
        return translate("Sync", "Not synchronised — %1").replace("%1", link.short), "caution"
    if standing.pending:
        return translate("Sync", "Synchronised in part: the rest follows by itself"), "info"
    return translate("Sync", "Synchronised: everything was received by the central service"), "positive"
