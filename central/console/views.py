"""View models of the console: from records to what the templates show, without a decision left to them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.events import Kind, RecordType
from cases.merge import NOTIFIED, STATE
from cases.procedures import Procedure
from cases.workflow import DECISIONS, State, next_states
from central.console.beside import PaperView, ProposalView, paper_views, proposal_views
from central.console.fields import field_label
from central.console.history import WHOLE, HistoryLine, Message, history_lines, messages
from central.console.reading import AnswerLine, Reader
from central.records import COUNTED_MAX, CaseView, Decision, HistoryEntry, QueueRow
from central.web.catalogue import N_
from central.web.states import DECIDED_STATES, OPEN_STATES, Chip, Delay, counts_from, delay, due_ms, state_chip
from central.web.words import Words


@dataclass(frozen=True)
class Filter:
    """One way to narrow the queue: its name in the address, its word and the states it holds."""

    name: str
    word: str
    states: tuple[str, ...]


EVERYTHING = Filter("tous", N_("All"), tuple(state.value for state in State))
FILTERS = (
    Filter("a-traiter", N_("To do"), OPEN_STATES),
    Filter("submitted", N_("Submitted"), ("submitted",)),
    Filter("in_review", N_("In review"), ("in_review",)),
    Filter("needs_information", N_("Information needed"), ("needs_information",)),
    Filter("decides", N_("Decided"), (*DECIDED_STATES, "archived")),
    Filter("draft", N_("Drafts"), ("draft",)),
    EVERYTHING,
)


def chosen_filter(name: str | None, *, searching: bool = False) -> Filter:
    """Return the filter of that name; when there is none, what is to be done, or every case for who searches."""
    return next((each for each in FILTERS if each.name == name), FILTERS[-1] if searching else FILTERS[0])


@dataclass(frozen=True)
class Tab:
    """A filter as a link, with how many cases it holds."""

    name: str
    word: str
    count: str
    chosen: bool


def tabs(counts: Mapping[str, int], chosen: Filter, words: Words) -> tuple[Tab, ...]:
    """Return every filter; ``counts`` is the number of cases by state."""
    return tuple(
        Tab(each.name, words.gettext(each.word), _total(counts, each, words), each == chosen) for each in FILTERS
    )


def _total(counts: Mapping[str, int], tab: Filter, words: Words) -> str:
    """Return how many cases a filter finds, as far as they were counted: ``1 000+``."""
    total = sum(n for state, n in counts.items() if state in tab.states)
    more = total > COUNTED_MAX and any(n > COUNTED_MAX for state, n in counts.items() if state in tab.states)
    return words.number(total - 1) + "+" if more else words.number(total)


@dataclass(frozen=True)
class QueueLine:
    """One case in the queue, ready to show."""

    id: str
    citizen: str
    procedure: str
    tracking_code: str
    office: str
    agent: str
    chip: Chip
    delay: Delay | None
    updated: str
    updated_ms: int
    contested: int


def queue_line(entry: QueueRow, procedure: Procedure | None, now_ms: int, words: Words) -> QueueLine:
    """Return a row of the queue as people read it."""
    counted = counts_from(entry.submitted_ms, entry.holds, now_ms)
    return QueueLine(
        id=entry.case,
        citizen=entry.citizen_name or words.gettext("Citizen without a name"),
        procedure=procedure_title(procedure, entry.procedure, words),
        tracking_code=entry.tracking_code or "",
        office=entry.office_name,
        agent=entry.agent_name,
        chip=state_chip(entry.state, words),
        delay=delay(entry.state, counted, procedure.delay_days if procedure else None, now_ms, words),
        updated=_recent(entry.updated_ms, now_ms, words),
        updated_ms=entry.updated_ms,
        contested=entry.contested,
    )


def procedure_title(procedure: Procedure | None, identity: str, words: Words) -> str:
    """Return a procedure's title in the reader's language, in French when it has no other, else its name."""
    if procedure is None:
        return identity
    return procedure.title.get(words.language) or procedure.title.get("fr") or identity


def _recent(when_ms: int, now_ms: int, words: Words) -> str:
    days = (words.day(now_ms) - words.day(when_ms)).days
    if days == 0:
        return words.gettext("today at %(time)s") % {"time": words.clock(when_ms)}
    if days == 1:
        return words.gettext("yesterday at %(time)s") % {"time": words.clock(when_ms)}
    return words.short_date(when_ms)


@dataclass(frozen=True)
class AnswerBlock:
    """Answers under one heading of the form; ``heading`` is empty for those above the first one."""

    heading: str
    inner: bool
    lines: tuple[AnswerLine, ...]


def answer_blocks(lines: Sequence[AnswerLine]) -> tuple[AnswerBlock, ...]:
    """Cut the answers at their headings; a heading with nothing below it stays only if it heads inner ones."""
    cuts = [index for index, line in enumerate(lines) if line.kind != "answer"]
    starts = [0, *cuts] if not cuts or cuts[0] > 0 else cuts
    blocks = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = lines[start:end]
        if part and part[0].kind != "answer":
            blocks.append(AnswerBlock(part[0].label, part[0].depth > 0, tuple(part[1:])))
        elif part:
            blocks.append(AnswerBlock("", False, tuple(part)))
    return tuple(blocks)


def acts_open_to(role: str, state: str) -> tuple[str, ...]:
    """Return the acts that the page offers; central checks each again when it is done (cases.workflow)."""
    reachable = set(next_states(state, role))
    offered = {
        "take": State.IN_REVIEW in reachable,
        "request": State.NEEDS_INFORMATION in reachable,
        "decide": bool(DECISIONS & reachable),
    }
    return tuple(name for name, possible in offered.items() if possible)


@dataclass(frozen=True)
class DecisionView:
    """The legal act that ended the case."""

    chip: Chip
    who: str
    when_ms: int
    reasons: str


@dataclass(frozen=True)
class ContestedView:
    """A contested question: every value with its author and time; the first is shown meanwhile."""

    path: str
    label: str
    values: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class CasePage:
    """Everything that the page of a case says."""

    id: str
    base: int
    citizen: str
    born: str
    procedure: str
    tracking_code: str
    chip: Chip
    state: str
    state_since_ms: int | None
    delay: Delay | None
    due: str
    office: str
    agent: str
    holder: str
    acts: tuple[str, ...]
    answers: tuple[AnswerBlock, ...]
    answers_understood: bool
    contested: tuple[ContestedView, ...]
    papers_contradict: bool
    parked: int
    last_seq: int
    history: tuple[HistoryLine, ...]
    messages: tuple[Message, ...]
    decision: DecisionView | None
    submitted_ms: int | None
    proposals: tuple[ProposalView, ...]
    papers: tuple[PaperView, ...]
    older: int = 0
    """Before which number the history goes on; 0 when it is whole."""


def case_page(
    case: CaseView,
    history: Sequence[HistoryEntry],
    procedure: Procedure | None,
    reader: Reader,
    *,
    role: str,
    now_ms: int,
    words: Words,
    told: range = WHOLE,
) -> CasePage:
    """Return a case as its page shows it to a person of ``role``; ``told``: see ``history_lines``."""
    days = procedure.delay_days if procedure else None
    counted = counts_from(case.submitted_ms, case.holds, now_ms)
    running = delay(case.state, counted, days, now_ms, words)
    # While the delay is on hold nobody knows the day on which it will end.
    runs = running is not None and case.state in OPEN_STATES
    ends = words.date(due_ms(counted, days)) if runs and counted and days else ""
    return CasePage(
        id=case.case,
        base=case.base,
        citizen=citizen_name(case.citizen_fields, words),
        born=words.calendar_day(case.citizen_fields.get("birth_date") or ""),
        procedure=procedure_title(procedure, case.procedure, words),
        tracking_code=case.tracking_code or "",
        chip=state_chip(case.state, words),
        state=case.state,
        state_since_ms=case.state_since_ms,
        delay=running,
        due=ends,
        office=case.office_name,
        agent=case.agent_name,
        holder=_holder(case, history, words),
        acts=acts_open_to(role, case.state),
        answers=answer_blocks(reader.lines()),
        answers_understood=reader.understood,
        contested=_contested(case, reader, words),
        papers_contradict=any(each.field == NOTIFIED for each in case.contested),
        parked=case.parked,
        last_seq=last_seq(history),
        history=history_lines(history, reader.label, words, told),
        messages=messages(history),
        decision=_decision(case.decision, words),
        submitted_ms=case.submitted_ms,
        proposals=proposal_views(case.proposals, words),
        papers=paper_views(case.notices, words),
        older=told.start,
    )


def citizen_name(fields: Mapping[str, str | None], words: Words) -> str:
    """Return a citizen's name, family name last."""
    parts = [fields.get("given_names") or "", fields.get("family_name") or ""]
    return " ".join(part for part in parts if part) or words.gettext("Citizen without a name")


def last_seq(history: Sequence[HistoryEntry]) -> int:
    """Return how far the page has shown the case's history, parked acts included; 0 for none."""
    return max((entry.central_seq for entry in history), default=0)


def changes_since(history: Sequence[HistoryEntry], base: int, reader: Reader, words: Words) -> tuple[HistoryLine, ...]:
    """Return what happened to the case after the page of ``base`` was drawn, newest first."""
    return history_lines([entry for entry in history if entry.central_seq > base], reader.label, words)


def _contested(case: CaseView, reader: Reader, words: Words) -> tuple[ContestedView, ...]:
    """Return the contested questions; papers that contradict are told apart, on a page of their own."""

    def said(value: str | None, field: str) -> str:
        if not value:
            return words.gettext("(emptied)")
        return state_chip(value, words).word if field == STATE else reader.value(field, value)

    return tuple(
        ContestedView(
            each.field,
            field_label(each.field, RecordType.CASE, reader, words),
            tuple((said(value.value, each.field), value.agent_name, value.time_ms) for value in each.values),
        )
        for each in case.contested
        if each.field != NOTIFIED
    )


def _holder(case: CaseView, history: Sequence[HistoryEntry], words: Words) -> str:
    _ = words.gettext
    if case.state == "submitted":
        return _("Nobody yet: to be taken into review")
    if case.state in ("draft", "needs_information"):
        return _("%(agent)s, at the office") % {"agent": case.agent_name}
    if case.state == "in_review":
        # The reviewer is who took it or asked last; an agent who answers a request hands the case back to them.
        supervised = (entry for entry in history if entry.kind == Kind.STATUS and entry.device_kind == "console")
        latest = max(supervised, key=lambda entry: entry.central_seq, default=None)
        return latest.agent_name if latest else case.agent_name
    return _("Nobody: the case is closed")


def _decision(decision: Decision | None, words: Words) -> DecisionView | None:
    if decision is None:
        return None
    return DecisionView(state_chip(decision.state, words), decision.by, decision.time_ms, decision.reasons)
