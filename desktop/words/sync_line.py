"""The strip's one line: the true state of sync, in words, computed from where the client says it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec
from PySide6.QtCore import QCoreApplication

from cases.clock import CLOCK_OFF_MS
from desktop.words import dates
from desktop.words.plurals import plurals
from desktop.words.sync_link import Link, link_of

translate = QCoreApplication.translate
RECENT_MS = 2 * dates.MINUTE_MS
"""A service that answered within this is in contact: while nothing is new it answers every half minute."""
"""A clock that is wrong by more is said to be; acts are dated by the service's time all the same."""
LONG_ROUND_MS = 3000
"""A round that is longer is said to be under way; the usual one would only flicker."""


class Standing(Protocol):
    """What ``sync.agent.AgentStatus`` says."""

    @property
    def state(self) -> str: ...
    @property
    def pending(self) -> int: ...
    @property
    def pending_cases(self) -> int: ...
    @property
    def pending_citizens(self) -> int: ...
    @property
    def oldest_pending_ms(self) -> int | None: ...
    @property
    def last_contact_ms(self) -> int | None: ...
    @property
    def parked(self) -> int: ...
    @property
    def contested(self) -> int: ...
    @property
    def fault(self) -> str: ...
    @property
    def fault_details(self) -> Mapping[str, object]: ...
    @property
    def retry_ms(self) -> int | None: ...
    @property
    def heard_ms(self) -> int | None: ...
    @property
    def round_since_ms(self) -> int | None: ...
    @property
    def round_began_ms(self) -> int | None: ...
    @property
    def accepted(self) -> int: ...
    @property
    def backed_up(self) -> int: ...
    @property
    def clock_off_ms(self) -> int: ...
    @property
    def forked_ms(self) -> int | None: ...
    @property
    def snapshot_share(self) -> float | None: ...
    @property
    def own_caseload_ready(self) -> bool: ...
    @property
    def alarm(self) -> str: ...


class SyncLine(msgspec.Struct, frozen=True):
    """What the strip shows: ``tone`` a token, ``icon`` a Lucide name."""

    text: str
    icon: str
    tone: str


def up_to_date(standing: Standing, now_ms: int) -> bool:
    """Say whether everything was received and the service answered a moment ago: nothing less is « up to date »."""
    recent = standing.heard_ms is not None and abs(now_ms - standing.heard_ms) <= RECENT_MS
    held_up = standing.pending or standing.parked or standing.fault or standing.alarm
    return recent and not held_up and standing.snapshot_share is None


def clock_is_off(standing: Standing) -> bool:
    """Say whether this computer's clock is wrong enough to be set right."""
    return abs(standing.clock_off_ms) > CLOCK_OFF_MS


def not_asked_yet() -> SyncLine:
    """Return the line until the sync client, which is loaded after the window, has said where it stands."""
    text = translate("Sync", "Everything typed is saved · looking at what the central service lacks")
    return SyncLine(text, "cloud", "ink_soft")


def sync_line(standing: Standing, now_ms: int) -> SyncLine:
    """Return the strip's line for ``standing``: first what is on this computer, then the link, then the contact."""
    link = link_of(standing.state, standing.fault, standing.fault_details)
    parts = [_held(standing, now_ms)]
    icon, tone = link.icon, link.tone
    if standing.parked:
        parts.append(plurals.acts_parked(standing.parked))
        tone = "caution"
    elif standing.pending and tone == "positive":
        icon, tone = "cloud-upload", "caution"
    elif tone == "positive" and not up_to_date(standing, now_ms):
        icon, tone = "cloud", "ink_soft"
    if clock_is_off(standing):
        parts.append(clock_words(standing))
        tone = "caution" if tone in ("positive", "ink_soft") else tone
    parts += [under_way(standing, now_ms), said_with_retry(link, standing, now_ms), contact_words(standing, now_ms)]
    if standing.alarm:
        words = alarm_words()
        parts.insert(0, words[:1].upper() + words[1:])
        icon, tone = "triangle-alert", "critical"
    return SyncLine(" · ".join(part for part in parts if part), icon, tone)


def _held(standing: Standing, now_ms: int) -> str:
    if not standing.pending:
        if up_to_date(standing, now_ms):
            return translate("Sync", "Up to date: everything was received by the central service")
        return translate("Sync", "Everything was received by the central service") if standing.last_contact_ms else ""
    cases, citizens = standing.pending_cases, standing.pending_citizens
    held = plurals.citizens_here(citizens) if citizens and not cases else plurals.cases_here(max(1, cases))
    if standing.oldest_pending_ms is None:
        return held
    age = dates.span(max(0, now_ms - standing.oldest_pending_ms))
    return translate("Sync", "%1, the oldest waiting for %2").replace("%1", held).replace("%2", age)


def under_way(standing: Standing, now_ms: int) -> str:
    """Return how far a first exchange is, or that a long one is under way; empty otherwise."""
    share = standing.snapshot_share
    if share is not None:
        percent = translate("Sync", "first exchange: %1 % received").replace("%1", str(int(share * 100)))
        if standing.own_caseload_ready:
            return translate("Sync", "%1, your own cases are here").replace("%1", percent)
        return percent
    if standing.round_since_ms is not None and now_ms - standing.round_since_ms > LONG_ROUND_MS:
        return translate("Sync", "exchange under way")
    return ""


def said_with_retry(link: Link, standing: Standing, now_ms: int) -> str:
    """Return what is in the way and when it is tried again; empty when nothing is."""
    if not link.short or standing.retry_ms is None:
        return link.short
    if standing.retry_ms - now_ms < dates.MINUTE_MS:
        return translate("Sync", "%1, next try in a moment").replace("%1", link.short)
    return (
        translate("Sync", "%1, next try at %2")
        .replace("%1", link.short)
        .replace("%2", dates.clock_time(standing.retry_ms))
    )


def contact_words(standing: Standing, now_ms: int) -> str:
    """Return when the service last answered."""
    if standing.last_contact_ms is None:
        return translate("Sync", "no contact yet")
    then = standing.last_contact_ms
    if dates.local(then).date() == dates.local(now_ms).date():
        return translate("Sync", "last contact %1").replace("%1", dates.clock_time(then))
    return translate("Sync", "last contact %1").replace("%1", dates.moment(then, now_ms))


def clock_words(standing: Standing) -> str:
    """Return how wrong this computer's clock is."""
    off = dates.span(abs(standing.clock_off_ms))
    if standing.clock_off_ms > 0:
        return translate("Sync", "the clock of this computer is %1 slow").replace("%1", off)
    return translate("Sync", "the clock of this computer is %1 fast").replace("%1", off)


def alarm_words() -> str:
    """Return the short words for an alarm, the same for every code: what to do does not differ."""
    return translate("Sync", "the central service contradicts itself: tell your IT support")
