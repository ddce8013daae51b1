"""What the record's header and tabs say, computed from a case's view. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from cases.views import CaseView, HistoryEntry
from desktop.forms.entry import shown_date
from desktop.words.dates import DAY_MS, local
from forms.errors import FormsError
from forms.session import Session

translate = QCoreApplication.translate
WAITING = frozenset({"submitted", "in_review"})
DECIDED = frozenset({"accepted", "refused", "closed_without_effect", "archived"})


@dataclass(frozen=True)
class Delay:
    """How much of the procedure's delay has passed: ``days_left`` negative when late."""

    days_left: int
    share: float


def delay_of(case: CaseView, delay_days: int, now_ms: int) -> Delay | None:
    """Return the delay of a case that waits for an answer; None when nothing is due."""
    if case.state not in WAITING or not case.submitted_ms or not delay_days:
        return None
    passed = (local(now_ms).date() - local(case.submitted_ms).date()).days
    return Delay(delay_days - passed, min(1.0, max(0.0, (now_ms - case.submitted_ms) / (delay_days * DAY_MS))))


def holder_words(case: CaseView) -> str:
    """Return who has the case now."""
    if case.state in ("draft", "needs_information"):
        return translate("Record", "With %1").replace("%1", case.agent_name)
    if case.state in WAITING:
        return translate("Record", "With the supervisors")
    return translate("Record", "Closed file")


def contested_notes(session: Session, case: CaseView) -> dict[str, str]:
    """Return path -> words about the values that the form does not show, for each contested question."""
    notes = {}
    for each in case.contested:
        others = []
        for claim in each.claims[1:]:
            said = claim.value if claim.value is not None else translate("Record", "(no answer)")
            others.append(
                translate("Record", "Another value: « %2 », by %1")
                .replace("%1", claim.agent_name)
                .replace("%2", _label(session, each.field, said))
            )
        notes[each.field] = " · ".join(others)
    return notes


def _label(session: Session, path: str, value: str) -> str:
    try:
        question = session.question(path)
    except FormsError:
        return value  # Of a row that is not shown, or of another version of the form.
    if question.kind == "select_one":
        return session.choice_label(path, value) or value
    return shown_date(value) if question.kind == "date" else value


@dataclass(frozen=True)
class HistoryLine:
    """One line of the history: an event, or several answers in a row by one person in one state."""

    entry: HistoryEntry
    answers: int


def history_lines(entries: list[HistoryEntry]) -> tuple[HistoryLine, ...]:
    """Return the history, newest first; answers that follow each other are told together."""
    lines: list[HistoryLine] = []
    ends = _ends(entries)
    for each in entries:
        ended = ends.get(str(each.event)) if each.state == "parked" else None
        entry = replace(each, state=ended) if ended else each
        answers = _answers(entry)
        last = lines[-1] if lines else None
        if last and answers and last.answers and (last.entry.agent, last.entry.state) == (entry.agent, entry.state):
            lines[-1] = HistoryLine(entry, last.answers + answers)
        else:
            lines.append(HistoryLine(entry, answers))
    return tuple(reversed(lines))


def _ends(entries: list[HistoryEntry]) -> dict[str, str]:
    """Return event -> how somebody ended its waiting (``adopt``, ``resend``, ``withdraw``)."""
    told = [entry.body for entry in entries if entry.kind == "resolve" and entry.state != "parked" and entry.body]
    return {str(body.get("event", "")): str(body.get("action", "")) for body in told}


def _answers(entry: HistoryEntry) -> int:
    body = entry.body or {}
    if entry.kind != "set" or "procedure" in body or "tracking_code" in body:
        return 0
    return sum(1 for name in body if name.startswith("/"))
