"""How the state and the delay of a case are shown: always colour, icon and word together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from central.records import Hold
from central.web.catalogue import N_
from central.web.words import Words

OPEN_STATES = ("submitted", "in_review")
"""The organisation has the case in hand and the legal delay runs."""
SUSPENDED_STATE = "needs_information"
DECIDED_STATES = ("accepted", "refused", "closed_without_effect")

_CAUTION_SHARE = 75


@dataclass(frozen=True)
class Chip:
    """A small sign. ``tone`` is a colour token of the design language, ``icon`` a name in the sprite.

    ``hint``: what the word means to who does not know the national vocabulary; empty where it says itself.
    """

    tone: str
    icon: str
    word: str
    hint: str = ""


@dataclass(frozen=True)
class Delay:
    """How far the legal delay has run: ``share`` in percent, 0 to 100, and the same in words."""

    share: int
    tone: str
    text: str


_CHIPS = {
    "draft": ("soft", "pencil-line", N_("Draft")),
    "submitted": ("info", "inbox", N_("Submitted")),
    "in_review": ("accent", "search", N_("In review")),
    "needs_information": ("caution", "message-circle-question", N_("Information needed")),
    "accepted": ("positive", "circle-check", N_("Accepted")),
    "refused": ("critical", "circle-x", N_("Refused")),
    "closed_without_effect": ("soft", "circle-slash", N_("Closed without effect")),
    "archived": ("soft", "archive", N_("Archived")),
}
_HINTS = {
    "submitted": N_("handed in by the office, not under review yet"),
    "in_review": N_("handed in, somebody reviews it"),
    "needs_information": N_("handed in, waits for the citizen’s answer"),
}
"""The national vocabulary names some states as nobody would guess: it is kept, and explained."""
_EVENT_CHIPS = {
    "merged": ("soft", "split", N_("Changed in parallel")),
    "contested": ("caution", "split", N_("To be settled")),
    "parked": ("critical", "octagon-alert", N_("Waiting for a decision")),
    "withdraw": ("soft", "circle-slash", N_("Withdrawn")),
    "adopt": ("positive", "circle-check", N_("Adopted")),
    "resend": ("positive", "circle-check", N_("Edited, then applied")),
}


def state_chip(state: str, words: Words) -> Chip:
    """Return the sign of a case's state; a state of a newer version is shown by its own name."""
    tone, icon, word = _CHIPS.get(state, ("soft", "info", state))
    hint = _HINTS.get(state)
    return Chip(tone, icon, words.gettext(word), words.gettext(hint) if hint else "")


def event_chip(state: str, words: Words) -> Chip | None:
    """Return the sign of an event that met others or waits for a person; None when there is nothing to say.

    Args:
        state: its state, or for a parked one that waits no more the action that ended it.
    """
    if state not in _EVENT_CHIPS:
        return None
    tone, icon, word = _EVENT_CHIPS[state]
    return Chip(tone, icon, words.gettext(word))


def counts_from(submitted_ms: int | None, holds: Sequence[Hold], now_ms: int) -> int | None:
    """Return the instant from which the delay counts: the submission, moved by the time spent waiting for answers."""
    if submitted_ms is None:
        return None
    return submitted_ms + sum(
        max(0, (now_ms if hold.until_ms is None else hold.until_ms) - hold.from_ms) for hold in holds
    )


def delay(state: str, submitted_ms: int | None, delay_days: int | None, now_ms: int, words: Words) -> Delay | None:
    """Return how the delay stands, in calendar days of the reader's zone; None when none runs.

    Args:
        submitted_ms: from when it counts; see ``counts_from``.
    """
    _ = words.gettext
    if submitted_ms is None or not delay_days or state not in (*OPEN_STATES, SUSPENDED_STATE):
        return None
    elapsed = (words.day(now_ms) - words.day(submitted_ms)).days
    left = delay_days - elapsed
    share = max(0, min(100, 100 * elapsed // delay_days))
    if state == SUSPENDED_STATE:
        return Delay(share, "soft", _("On hold: waiting for the citizen"))
    if left < 0:
        return Delay(100, "critical", words.plural("%(count)s day late", "%(count)s days late", -left))
    if left == 0:
        return Delay(100, "caution", _("Last day"))
    tone = "caution" if share >= _CAUTION_SHARE else "accent"
    return Delay(share, tone, words.plural("%(count)s day left", "%(count)s days left", left))


def due_ms(submitted_ms: int, delay_days: int) -> int:
    """Return an instant of the day on which the delay ends."""
    return submitted_ms + int(timedelta(days=delay_days).total_seconds() * 1000)
