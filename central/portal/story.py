"""A case told to its citizen, in plain words: where it stands, since when, what comes next, what is asked. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from central.records import PortalCase
from central.web.catalogue import N_
from central.web.states import DECIDED_STATES, OPEN_STATES, Chip, counts_from, due_ms, state_chip
from central.web.words import Words

_TITLES = {
    "draft": N_("Your request is being prepared at the office"),
    "submitted": N_("Your request has been received"),
    "in_review": N_("Your request is being examined"),
    "needs_information": N_("Your request needs more information from you"),
    "accepted": N_("Your request is accepted"),
    "refused": N_("Your request is refused"),
    "closed_without_effect": N_("Your request is closed without effect"),
    "archived": N_("Your request is finished and archived"),
}
_UNKNOWN_TITLE = N_("Your request is with the service")
_NEXT = {
    "draft": N_("The office still has to send it. You have nothing to do unless the office calls you."),
    "submitted": N_("A supervisor takes it up. You have nothing to do for now."),
    "in_review": N_(
        "A supervisor reads your answers and your documents, then decides. You have nothing to do for now."
    ),
    "needs_information": N_("Give your office what is asked for. The examination goes on as soon as it has arrived."),
    "accepted": N_("The office tells you how you obtain what you asked for."),
    "refused": N_("If you do not agree, the office explains how and until when you can contest this decision."),
    "closed_without_effect": N_("Nothing more will happen. You can make a new request at your office."),
    "archived": N_("Nothing more will happen. Your office can still answer your questions."),
}
_UNKNOWN_NEXT = N_("Your office can tell you more.")
_SILENCE = {
    "acceptance": N_("If you have no answer by %(day)s, your request counts as accepted."),
    "refusal": N_("If you have no answer by %(day)s, your request counts as refused, and you can contest that."),
}
_PATH = (
    ("submitted", N_("Received by the service")),
    ("in_review", N_("Examination by a supervisor")),
    ("decided", N_("The decision")),
)


@dataclass(frozen=True)
class Step:
    """One step of the way; ``place`` is ``done``, ``now`` or ``later``."""

    text: str
    place: str
    when_ms: int | None


@dataclass(frozen=True)
class Story:
    """What the citizen's page says."""

    title: str
    chip: Chip
    procedure: str
    office: str
    submitted_ms: int | None
    since_ms: int
    asked: str
    reasons: str
    decided_ms: int | None
    next: tuple[str, ...]
    steps: tuple[Step, ...]


def tell(case: PortalCase, words: Words, *, delay_days: int | None = None, silence: str = "") -> Story:
    """Return the story of a case.

    Args:
        delay_days, silence: the procedure's legal delay and what the administration's silence then means.
    """
    titles = case.procedure_title
    decided = case.state in DECIDED_STATES
    return Story(
        title=words.gettext(_TITLES.get(case.state, _UNKNOWN_TITLE)),
        chip=state_chip(case.state, words),
        procedure=titles.get(words.language) or titles.get("fr") or case.procedure,
        office=case.office_name,
        submitted_ms=case.submitted_ms,
        since_ms=case.state_since_ms,
        asked=case.message if case.state == "needs_information" else "",
        reasons=case.reasons if decided or case.state == "archived" else "",
        decided_ms=case.decided_ms,
        next=_next(case, words, delay_days, silence),
        steps=_steps(case, words),
    )


def _next(case: PortalCase, words: Words, delay_days: int | None, silence: str) -> tuple[str, ...]:
    sentences = [words.gettext(_NEXT.get(case.state, _UNKNOWN_NEXT))]
    # While information is awaited nobody knows the day; then it is later by that time, as the console counts it.
    ended = [hold for hold in case.holds if hold.until_ms is not None]
    runs = case.state in OPEN_STATES and len(ended) == len(case.holds)
    counted = counts_from(case.submitted_ms, ended, 0)
    if runs and counted is not None and delay_days and silence in _SILENCE:
        day = words.date(due_ms(counted, delay_days))
        sentences.append(words.gettext(_SILENCE[silence]) % {"day": day})
    return tuple(sentences)


def _steps(case: PortalCase, words: Words) -> tuple[Step, ...]:
    reached = _reached(case)
    now = {"draft": "", "submitted": "submitted", "in_review": "in_review", "needs_information": "in_review"}.get(
        case.state, "decided"
    )
    order = [name for name, _text in _PATH]
    steps = []
    for place, (name, text) in enumerate(_PATH):
        position = order.index(now) if now else -1
        where = "done" if place < position or now == name == "decided" else "now" if place == position else "later"
        steps.append(Step(words.gettext(text), where, reached.get(name) if where != "later" else None))
    return tuple(steps)


def _reached(case: PortalCase) -> dict[str, int]:
    """Return when each step of the way was first reached."""
    reached: dict[str, int] = {}
    for state, when_ms in case.steps:
        name = "decided" if state in DECIDED_STATES else state
        reached.setdefault("in_review" if name == "needs_information" else name, when_ms)
    return reached
