"""What is in the way between this computer and the central service: a few words for the strip, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtCore import QCoreApplication

from desktop.words import network

translate = QCoreApplication.translate
_NO_WAY = frozenset({"network.unreachable", "network.timeout", "network.cut"})
UNDER_WAY = frozenset({"handshake", "push", "pull", "documents"})


class Link(msgspec.Struct, frozen=True):
    """How the line stands: ``short`` for the strip (empty: nothing is in the way), ``advice`` what a person can do."""

    short: str
    advice: str
    icon: str
    tone: str


def link_of(state: str, fault: str, details: Mapping[str, object]) -> Link:
    """Return the words for a sync state and the code of what ended the last round (``""``: it was a whole one)."""
    made = _BY_FAULT.get(fault) or _BY_STATE.get(state)
    if made is not None:
        return made()
    of_network = network.link(state, fault, details)
    if of_network is not None:
        short, icon, tone = of_network
        what, _safe, advice = network.WORDS[fault](fault, details) if fault in network.WORDS else ("", "", "")
        return Link(short, f"{what} {advice}".strip(), icon, tone)
    if fault and state == "offline":
        return _no_network()
    if fault in _NO_WAY and state in UNDER_WAY:
        # An earlier round found no network. This one still looks for the service, or has got through to it.
        return _no_network() if state == "handshake" else _clear()
    if fault:
        return _service_failed()
    return _clear()


def _clear() -> Link:
    return Link("", "", "cloud-check", "positive")


def _no_network() -> Link:
    return Link(
        translate("Sync", "no network: you can go on working"),
        translate("Sync", "Everything is kept on this computer and leaves by itself once there is a network."),
        "cloud-off",
        "ink_soft",
    )


def _portal() -> Link:
    return Link(
        translate("Sync", "the local network asks you to sign in: open a web browser"),
        translate("Sync", "A page of the network answers in place of the service. Sign in there, then press F5 here."),
        "wifi-off",
        "caution",
    )


def _proxy() -> Link:
    return Link(
        translate("Sync", "the proxy of this network asks for a sign-in"),
        translate("Sync", "Ask your IT support to give this computer the proxy's name and password."),
        "key-round",
        "caution",
    )


def _tls() -> Link:
    return Link(
        translate("Sync", "the service could not prove who it is"),
        translate("Sync", "Nothing was sent. Check the date of this computer and the network, or ask your IT support."),
        "cloud-alert",
        "critical",
    )


def _altered() -> Link:
    return Link(
        translate("Sync", "an answer was altered on the way and not used: call your IT support"),
        translate("Sync", "Something between here and the service changes what passes. What you did is safe."),
        "cloud-alert",
        "critical",
    )


def _update() -> Link:
    return Link(
        translate("Sync", "this version is too old for the service: update Estafette"),
        translate("Sync", "You can go on working: all is kept here and leaves once the new version is installed."),
        "download",
        "critical",
    )


def _disk() -> Link:
    return Link(
        translate("Sync", "the disk of this computer is full"),
        translate("Sync", "What was saved still is. Free some space; the exchange goes on by itself."),
        "triangle-alert",
        "critical",
    )


def _not_its_own() -> Link:
    return Link(
        translate("Sync", "the answer is not the service's own: nothing is marked as received"),
        translate("Sync", "Everything is kept here and is sent again. If it stays so, tell your IT support."),
        "cloud-alert",
        "critical",
    )


def _broken() -> Link:
    return Link(
        translate("Sync", "the exchange has stopped: start Estafette again"),
        translate("Sync", "A fault of the program ended it. All that was saved is kept. Tell your IT support."),
        "triangle-alert",
        "critical",
    )


def _revoked() -> Link:
    return Link(
        translate("Sync", "this computer's access was withdrawn: call your supervisor"),
        translate("Sync", "What is kept here stays here until it is enrolled again."),
        "ban",
        "critical",
    )


def _mandate_ended() -> Link:
    return Link(
        translate("Sync", "your mandate has ended: call your supervisor"),
        translate("Sync", "What waited here was handed over and is parked for a supervisor. Nothing is lost."),
        "ban",
        "critical",
    )


def _office_changed() -> Link:
    return Link(
        translate("Sync", "you work in another office now: open your workspace there"),
        translate("Sync", "What waited here was handed over and is parked. Ask for the new office's enrolment code."),
        "ban",
        "critical",
    )


def _sign_in() -> Link:
    return Link(
        translate("Sync", "this computer must be enrolled again"),
        translate("Sync", "Ask your supervisor for an enrolment code. What is kept here is sent afterwards."),
        "key-round",
        "critical",
    )


def _paused() -> Link:
    return Link(
        translate("Sync", "sync is paused"),
        translate("Sync", "Everything is kept on this computer meanwhile. Asking for an exchange resumes it."),
        "circle-pause",
        "ink_soft",
    )


def _busy() -> Link:
    return Link(
        translate("Sync", "the service is busy"),
        translate("Sync", "It asked for some patience. Nothing has to be done."),
        "cloud-alert",
        "caution",
    )


def _service_failed() -> Link:
    return Link(
        translate("Sync", "the service could not take it"),
        translate("Sync", "Everything is kept here and is tried again by itself. If it stays so, tell IT support."),
        "cloud-alert",
        "caution",
    )


_BY_FAULT: Mapping[str, Callable[[], Link]] = {
    "network.captive_portal": _portal,
    "network.proxy_sign_in": _proxy,
    "network.tls": _tls,
    "network.altered": _altered,
    "network.busy": _busy,
    "network.told_to_wait": _busy,
    "protocol.unsupported": _update,
    "store.disk_full": _disk,
    "sync.receipt_invalid": _not_its_own,
    "sync.page_invalid": _not_its_own,
    "agent.broken": _broken,
}
_BY_STATE: Mapping[str, Callable[[], Link]] = {
    "revoked": _revoked,
    "needs_sign_in": _sign_in,
    "paused": _paused,
    "told_to_wait": _busy,
    "needs_update": _update,
    "mandate_ended": _mandate_ended,
    "office_changed": _office_changed,
    "portal": _portal,
    "altered": _altered,
}
