"""One event of a case's history as a sentence: who did what. Never a code, never a field's path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QCoreApplication

from cases.remedies import gives_up_attempt
from cases.reopening import brought
from desktop.words.plurals import plurals
from desktop.words.states import case_state

translate = QCoreApplication.translate


class Entry(Protocol):
    """What ``cases.views.HistoryEntry`` says."""

    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> Mapping[str, object] | None: ...


def event_title(entry: Entry) -> str:
    """Return what happened, in one short sentence."""
    body = entry.body
    if body is None:
        return translate("Events", "Content erased")
    if entry.kind == "status":
        return _status(body)
    if entry.kind == "note":
        return translate("Events", "Note")
    if entry.kind in _OTHER_ACTS:
        return _OTHER_ACTS[entry.kind](body)
    if entry.kind == "set":
        return _set(body)
    return translate("Events", "An act from a newer version of Estafette")


def event_text(entry: Entry) -> str:
    """Return the words that a person wrote with it: message, reasons or note; empty when none."""
    body = entry.body or {}
    if gives_up_attempt(body):
        return ""
    return "\n".join(str(body[name]) for name in ("message", "reasons", "text", "reason", "how") if body.get(name))


def _status(body: Mapping[str, object]) -> str:
    to, before = str(body.get("to", "")), str(body.get("from", ""))
    if to == "submitted":
        return translate("Events", "Case submitted")
    if to == "needs_information":
        return translate("Events", "More information was asked for")
    if to == "in_review" and before == "needs_information":
        return translate("Events", "Information given, case sent back")
    if to == "in_review":
        return translate("Events", "Review began")
    if to == "accepted":
        return translate("Events", "Request accepted")
    if to == "refused":
        return translate("Events", "Request refused")
    return translate("Events", "State: %1").replace("%1", case_state(to).word)


def _settled(body: Mapping[str, object]) -> str:
    if brought(body):
        return translate("Events", "A choice was taken back: the field is to be settled again")
    value = body.get("value")
    if value is None:
        return translate("Events", "A field was settled")
    return translate("Events", "A field was settled: « %1 »").replace("%1", str(value))


def _resolved(body: Mapping[str, object]) -> str:
    action = body.get("action")
    if gives_up_attempt(body):
        return translate("Events", "An earlier attempt about the same act was withdrawn")
    if action == "withdraw":
        return translate("Events", "An act that waited was withdrawn")
    if action == "resend":
        return translate("Events", "An act that waited was corrected and sent again")
    return translate("Events", "An act that waited was taken on")


def _moved(_body: Mapping[str, object]) -> str:
    return translate("Events", "Given to another office")


def _proposed(body: Mapping[str, object]) -> str:
    if not body.get("to"):
        return translate("Events", "A proposal was taken back")
    return translate("Events", "Decision proposed: %1").replace("%1", case_state(str(body["to"])).word)


def _notified(body: Mapping[str, object]) -> str:
    if not body.get("state"):
        return translate("Events", "Decision handed over on paper")
    word = case_state(str(body["state"])).word
    return translate("Events", "Decision handed over on paper: %1").replace("%1", word)


_OTHER_ACTS: Mapping[str, Callable[[Mapping[str, object]], str]] = {
    "settle": _settled,
    "resolve": _resolved,
    "move": _moved,
    "propose": _proposed,
    "notify": _notified,
}


def _set(body: Mapping[str, object]) -> str:
    if "procedure" in body:
        return translate("Events", "Case opened")
    if "same_as" in body:
        same = body["same_as"] is not None
        return translate("Events", "Linked as a duplicate") if same else translate("Events", "No duplicate any more")
    answers = sum(1 for name in body if name.startswith("/"))
    if answers:
        return plurals.answers_saved(answers)
    return (
        translate("Events", "Tracking code given") if "tracking_code" in body else translate("Events", "Case changed")
    )
