"""A case's state is always colour + icon + word (LOOK)."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


@dataclass(frozen=True)
class StateWords:
    """How a state is shown: ``tone`` is a token name, ``icon`` a Lucide name."""

    word: str
    icon: str
    tone: str


def case_state(state: str) -> StateWords:
    """Return how a case's state is shown; an unknown state of a newer version is shown by its own name."""
    known = {
        "draft": (translate("States", "Draft"), "file-pen", "ink_soft"),
        "submitted": (translate("States", "Submitted"), "send", "info"),
        "in_review": (translate("States", "Under review"), "hourglass", "info"),
        "needs_information": (translate("States", "To complete"), "message-circle-question-mark", "caution"),
        "accepted": (translate("States", "Accepted"), "circle-check", "positive"),
        "refused": (translate("States", "Refused"), "circle-x", "critical"),
        "closed_without_effect": (translate("States", "Closed without effect"), "ban", "ink_soft"),
        "archived": (translate("States", "Archived"), "archive", "ink_soft"),
    }
    return StateWords(*known.get(state, (state, "circle-dot", "ink_soft")))


CASE_STATES = (
    "draft",
    "needs_information",
    "submitted",
    "in_review",
    "accepted",
    "refused",
    "closed_without_effect",
    "archived",
)


def event_state(state: str) -> StateWords:
    """Return how an event's place of rest is shown."""
    known = {
        "pending": (translate("States", "On this computer"), "monitor", "caution"),
        "accepted": (translate("States", "Received"), "circle-check", "positive"),
        "merged": (translate("States", "Received and merged"), "circle-check", "positive"),
        "contested": (translate("States", "To settle"), "split", "caution"),
        "parked": (translate("States", "Waiting for a decision"), "circle-pause", "critical"),
        "withdraw": (translate("States", "Withdrawn"), "circle-minus", "ink_soft"),
        "adopt": (translate("States", "Taken on later"), "circle-check", "positive"),
        "resend": (translate("States", "Corrected later"), "circle-check", "positive"),
    }
    return StateWords(*known.get(state, (state, "circle-dot", "ink_soft")))


def citizen_field(name: str) -> str:
    """Return the label of a citizen's field."""
    known = {
        "family_name": translate("Citizen", "Family name"),
        "given_names": translate("Citizen", "Given names"),
        "birth_name": translate("Citizen", "Birth name"),
        "birth_date": translate("Citizen", "Date of birth"),
        "birth_place": translate("Citizen", "Place of birth"),
        "phone": translate("Citizen", "Phone"),
        "email": translate("Citizen", "Email"),
        "address_line": translate("Citizen", "Address"),
        "postcode": translate("Citizen", "Postcode"),
        "commune": translate("Citizen", "Commune"),
    }
    return known.get(name, name)
