"""What stands between this computer and the central service, in words: for the strip and for a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate

_Words = tuple[str, str, str]
_Link = tuple[str, str, str]


def _kept() -> str:
    return translate("Errors", "What you entered is still here.")


def clock_words(code: str, details: Mapping[str, object]) -> str:
    """Return by how much the clock is wrong, as far as it is known."""
    numbers = [details.get(name) for name in ("days", "hours", "minutes")]
    if not all(isinstance(number, int) for number in numbers):
        return translate("Errors", "This computer's clock is wrong.")
    text = (
        translate("Errors", "This computer's clock is %1 d %2 h %3 min ahead.")
        if code == "network.clock_ahead"
        else translate("Errors", "This computer's clock is %1 d %2 h %3 min behind.")
    )
    for place, number in enumerate(numbers, 1):
        text = text.replace(f"%{place}", str(number))
    return text


def _clock(code: str, details: Mapping[str, object]) -> _Words:
    advice = translate("Errors", "Set its date and time, or ask your IT support; go on working meanwhile.")
    return clock_words(code, details), _kept(), advice


def _untrusted(_code: str, _details: Mapping[str, object]) -> _Words:
    what = translate(
        "Errors", "Whoever answers shows a certificate that this computer does not know: nothing was sent."
    )
    advice = translate(
        "Errors", "In an office that inspects its network, ask your IT support to install its authority here."
    )
    return what, _kept(), advice


def _expired(_code: str, _details: Mapping[str, object]) -> _Words:
    what = translate("Errors", "The certificate of the central service is not valid today: nothing was sent.")
    return what, _kept(), translate("Errors", "Tell your IT support.")


def _proxy_gone(_code: str, _details: Mapping[str, object]) -> _Words:
    what = translate("Errors", "The proxy of this network does not answer.")
    return what, _kept(), translate("Errors", "Check the network, or ask your IT support.")


def _proxy_sign_in(_code: str, _details: Mapping[str, object]) -> _Words:
    what = translate("Errors", "The proxy of this network asks for a name and a password that this computer lacks.")
    return what, _kept(), translate("Errors", "Ask your IT support to store them on this computer.")


def _proxy_unsupported(_code: str, details: Mapping[str, object]) -> _Words:
    what = translate("Errors", "The proxy of this network asks to sign in by a method that this program does not know.")
    methods = str(details.get("methods", ""))
    named = f"{what[:-1]} ({methods})." if methods else what
    advice = translate("Errors", "Ask your IT support to let the service's address through without a password.")
    return named, _kept(), advice


def _proxy_refused(_code: str, _details: Mapping[str, object]) -> _Words:
    what = translate("Errors", "The proxy of this network refuses the way to the central service.")
    return what, _kept(), translate("Errors", "Ask your IT support to let the service's address through.")


def _script(_code: str, _details: Mapping[str, object]) -> _Words:
    what = translate("Errors", "The network settings of this computer name a script that does not work.")
    return what, _kept(), translate("Errors", "Tell your IT support.")


def _policy(_code: str, _details: Mapping[str, object]) -> _Words:
    what = translate("Errors", "The network settings of this computer cannot be read.")
    return what, _kept(), translate("Errors", "Tell your IT support.")


def _wait(_code: str, _details: Mapping[str, object]) -> _Words:
    what = translate("Errors", "The central service asks this computer to wait a little.")
    return what, _kept(), translate("Errors", "It is tried again by itself.")


WORDS: dict[str, Callable[[str, Mapping[str, object]], _Words]] = {
    "network.clock_ahead": _clock,
    "network.clock_behind": _clock,
    "network.untrusted": _untrusted,
    "network.certificate_expired": _expired,
    "network.proxy_unreachable": _proxy_gone,
    "network.proxy_sign_in": _proxy_sign_in,
    "network.proxy_unsupported": _proxy_unsupported,
    "network.proxy_refused": _proxy_refused,
    "network.pac_broken": _script,
    "network.pac_unreachable": _script,
    "network.told_to_wait": _wait,
    "network_policy.invalid": _policy,
    "trust.unreadable": _policy,
    "proxy.pac_insecure": _script,
    "proxy.pac_place": _script,
}


def link(state: str, code: str, details: Mapping[str, object]) -> _Link | None:
    """Return the strip's words, icon and tone for a state of the line; None for one that is not about the network."""
    if state == "portal":
        text = translate("Sync", "the local network asks you to sign in: open a web browser")
        return text, "wifi-off", "caution"
    if state == "proxy":
        return (
            translate("Sync", "this network's proxy lets nothing through: call your IT support"),
            "wifi-off",
            "caution",
        )
    if state == "untrusted":
        return translate("Sync", "the service could not prove who it is"), "cloud-alert", "critical"
    if state == "altered":
        text = translate("Sync", "an answer was altered on the way and not used: call your IT support")
        return text, "cloud-alert", "critical"
    if state == "clock":
        return clock_words(code, details).rstrip("."), "triangle-alert", "critical"
    if state == "told_to_wait":
        return translate("Sync", "the service is busy: the program tries again by itself"), "cloud-alert", "caution"
    return None
