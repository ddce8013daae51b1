"""Where this computer stands with the central service, fact by fact, for the screen that shows all of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.words import dates
from desktop.words.plurals import plurals
from desktop.words.sync_line import Standing, contact_words, said_with_retry, under_way, up_to_date
from desktop.words.sync_link import link_of

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Fact:
    """One fact: ``about`` what, ``value`` how it stands, ``help`` what that means."""

    about: str
    value: str
    help: str
    icon: str
    tone: str


def sync_facts(standing: Standing, now_ms: int) -> tuple[Fact, ...]:
    """Return the facts in the order in which an act travels."""
    facts = [_link(standing, now_ms), _waiting(standing, now_ms), _received(standing), _backed_up(standing)]
    if standing.snapshot_share is not None:
        facts.insert(1, _first(standing, now_ms))
    return tuple(facts)


def _link(standing: Standing, now_ms: int) -> Fact:
    about = translate("SyncFacts", "Link with the central service")
    link = link_of(standing.state, standing.fault, standing.fault_details)
    contact = _sentence(contact_words(standing, now_ms))
    if link.short:
        value = _capital(said_with_retry(link, standing, now_ms))
        return Fact(about, value, f"{link.advice} {contact}", link.icon, link.tone)
    if up_to_date(standing, now_ms) or standing.heard_ms is not None:
        return Fact(about, translate("SyncFacts", "In contact"), contact, "cloud-check", "positive")
    value = translate("SyncFacts", "Not in contact since Estafette was started")
    return Fact(about, value, contact, "cloud", "ink_soft")


def _first(standing: Standing, now_ms: int) -> Fact:
    return Fact(
        translate("SyncFacts", "First exchange"),
        _capital(under_way(standing, now_ms)),
        translate(
            "SyncFacts", "You can work with what is here already. It goes on where it stopped, whatever happens."
        ),
        "download",
        "info",
    )


def _waiting(standing: Standing, now_ms: int) -> Fact:
    about = translate("SyncFacts", "On this computer")
    if not standing.pending:
        return Fact(
            about,
            translate("SyncFacts", "Nothing waits to leave"),
            translate("SyncFacts", "Every act of yours was received."),
            "circle-check",
            "positive",
        )
    safe = translate("SyncFacts", "Saved here, even if the power fails; they leave by themselves.")
    if standing.oldest_pending_ms is not None:
        age = dates.span(max(0, now_ms - standing.oldest_pending_ms))
        safe = translate("SyncFacts", "The oldest has been waiting for %1.").replace("%1", age) + f" {safe}"
    return Fact(about, plurals.acts_waiting(standing.pending), safe, "monitor", "caution")


def _received(standing: Standing) -> Fact:
    about = translate("SyncFacts", "Received by the service, in no backup yet")
    said = translate("SyncFacts", "The service has signed that it holds them. This computer keeps them too.")
    value = plurals.acts(standing.accepted) if standing.accepted else translate("SyncFacts", "None")
    return Fact(about, value, said, "shield-check", "info" if standing.accepted else "ink_soft")


def _backed_up(standing: Standing) -> Fact:
    about = translate("SyncFacts", "Received and in a backup of the service")
    if not standing.backed_up:
        said = translate("SyncFacts", "The service has not told of a backup yet.")
        return Fact(about, translate("SyncFacts", "None"), said, "archive", "ink_soft")
    said = translate("SyncFacts", "They outlast even the loss of the service's machine.")
    return Fact(about, plurals.acts(standing.backed_up), said, "archive", "positive")


def _sentence(words: str) -> str:
    return f"{_capital(words)}." if words else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
