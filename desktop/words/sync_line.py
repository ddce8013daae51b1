"""The strip's one line: the true state of sync, in words, computed from where the client says it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QCoreApplication

from desktop.words import dates, network
from desktop.words.plurals import plurals

translate = QCoreApplication.translate


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
    def fault(self) -> str: ...
    @property
    def fault_details(self) -> Mapping[str, object]: ...


@dataclass(frozen=True)
class SyncLine:
    """What the strip shows: ``tone`` a token, ``icon`` a Lucide name."""

    text: str
    icon: str
    tone: str


def sync_line(standing: Standing, now_ms: int) -> SyncLine:
    """Return the strip's line for ``standing``."""
    held = _held(standing, now_ms)
    link, icon, tone = _link(standing)
    parts = [held, link, _contact(standing, now_ms)]
    if standing.parked:
        parts.insert(1, plurals.acts_parked(standing.parked))
        tone = "caution"
    elif standing.pending and tone == "positive":
        icon, tone = "cloud-upload", "caution"
    return SyncLine(" · ".join(part for part in parts if part), icon, tone)


def _held(standing: Standing, now_ms: int) -> str:
    if not standing.pending:
        return translate("Sync", "Everything was received by the central service") if standing.last_contact_ms else ""
    cases, citizens = standing.pending_cases, standing.pending_citizens
    held = plurals.citizens_here(citizens) if citizens and not cases else plurals.cases_here(max(1, cases))
    if standing.oldest_pending_ms is None:
        return held
    age = dates.span(max(0, now_ms - standing.oldest_pending_ms))
    return translate("Sync", "%1, the oldest waiting for %2").replace("%1", held).replace("%2", age)


def _contact(standing: Standing, now_ms: int) -> str:
    if standing.last_contact_ms is None:
        return translate("Sync", "no contact yet")
    then = standing.last_contact_ms
    if dates.local(then).date() == dates.local(now_ms).date():
        return translate("Sync", "last contact %1").replace("%1", dates.clock_time(then))
    return translate("Sync", "last contact %1").replace("%1", dates.moment(then, now_ms))


def _link(standing: Standing) -> tuple[str, str, str]:
    """Return words for the line itself, icon and tone."""
    if (of_network := network.link(standing.state, standing.fault, standing.fault_details)) is not None:
        return of_network
    if standing.fault == "store.disk_full":
        return translate("Sync", "the disk of this computer is full"), "triangle-alert", "critical"
    if standing.state == "revoked":
        return translate("Sync", "this computer's access was withdrawn: call your supervisor"), "ban", "critical"
    if standing.state == "needs_sign_in":
        return translate("Sync", "this computer must be enrolled again"), "key-round", "critical"
    if standing.state == "paused":
        return translate("Sync", "sync is paused"), "circle-pause", "ink_soft"
    if standing.state == "backing_off":
        return translate("Sync", "the service is busy: the program tries again by itself"), "cloud-alert", "caution"
    if standing.state == "offline" and standing.fault:
        return translate("Sync", "no network: you can go on working"), "cloud-off", "ink_soft"
    return "", "cloud-check", "positive"
