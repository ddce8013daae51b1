"""What a person must be told once, wherever they are: what happened, what is safe, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.words import dates
from desktop.words.sync_line import Standing, clock_is_off, clock_words

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Notice:
    """``key`` names this very event, so that it is read away once; empty: it stays until its cause is gone.

    ``alarm``: a person says on the screen « Synchronisation » that they have passed it on; its proof is kept.
    """

    key: str
    title: str
    text: str
    tone: str
    icon: str
    alarm: bool = False


def notices(standing: Standing, now_ms: int) -> tuple[Notice, ...]:
    """Return what there is to be told now, the gravest first."""
    found = []
    if standing.alarm:
        found.append(_alarm())
    if standing.forked_ms is not None:
        found.append(_forked(standing.forked_ms, now_ms))
    if clock_is_off(standing):
        found.append(_clock(standing))
    return tuple(found)


def _alarm() -> Notice:
    return Notice(
        "",
        translate("Notices", "The central service contradicts what it had signed before"),
        translate(
            "Notices",
            "Nothing was deleted: your acts and all the receipts are kept on this computer, and you can go on "
            "working. Tell your IT support today: they find out whether the service was changed behind its back.",
        ),
        "critical",
        "triangle-alert",
        alarm=True,
    )


def _forked(forked_ms: int, now_ms: int) -> Notice:
    when = dates.moment(forked_ms, now_ms)
    return Notice(
        f"fork:{forked_ms}",
        translate("Notices", "This computer was restored or copied (noticed %1)").replace("%1", when),
        translate(
            "Notices",
            "The central service holds acts in the name of this computer that it did not know any more. Nothing is "
            "lost: what was done here and what was done there are both kept. If it was restored from a backup, there "
            "is nothing to do. If there are two copies of it, go on working on one alone and tell your supervisor.",
        ),
        "caution",
        "copy",
    )


def _clock(standing: Standing) -> Notice:
    words = clock_words(standing)
    return Notice(
        f"clock:{standing.clock_off_ms // (6 * dates.HOUR_MS)}",
        words[:1].upper() + words[1:],
        translate(
            "Notices",
            "Your acts carry the right time all the same: it is the service's. Set date and time of this computer, "
            "or ask your IT support.",
        ),
        "caution",
        "clock",
    )
