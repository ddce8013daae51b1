"""One event of a case's history as a sentence: who did what. Never a code, never a field's path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QCoreApplication

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
    if entry.kind == "settle":
        return translate("Events", "A field was settled")
    if entry.kind == "set":
        return _set(body)
    return translate("Events", "An act from a newer version of Estafette")


def event_text(entry: Entry) -> str:
    """Return the words that a person wrote with it: message, reasons or note; empty when none."""
    body = entry.body or {}
    return "\n".join(str(body[name]) for name in ("message", "reasons", "text") if body.get(name))


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


def _set(body: Mapping[str, object]) -> str:
    if "procedure" in body:
        return translate("Events", "Case opened")
    answers = sum(1 for name in body if name.startswith("/"))
    if answers:
        return plurals.answers_saved(answers)
    return (
        translate("Events", "Tracking code given") if "tracking_code" in body else translate("Events", "Case changed")
    )
