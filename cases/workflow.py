"""The states of a case and who may move it: one table (DESIGN section 2)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from cases.clock import moment
from cases.events import Kind
from cases.merge import (
    COMPUTED,
    DECIDED,
    MESSAGE,
    NOTIFIED,
    PROPOSAL,
    REASONS,
    SAME_AS,
    STATE,
    FieldHead,
    RecordState,
    SeenEvent,
    is_contested,
    notified_decisions,
    show,
    touched,
    values_of,
)
from cases.reopening import brought


class State(StrEnum):
    """The national vocabulary. A case without a state is a draft."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    NEEDS_INFORMATION = "needs_information"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CLOSED_WITHOUT_EFFECT = "closed_without_effect"
    ARCHIVED = "archived"


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


DECISIONS = frozenset(State(value) for value in DECIDED)
"""States that are a decision: they need reasons when a supervisor takes them."""
EDITABLE = frozenset({State.DRAFT, State.NEEDS_INFORMATION})
"""States in which the answers are the agent's to change."""
CLOSED = DECISIONS | {State.ARCHIVED}
"""States after which nothing that an agent writes reaches the case."""
TRACKING_CODE = "tracking_code"
FIXED = frozenset({"citizen", "procedure", "procedure_version", "office", TRACKING_CODE})
"""Fields that say which case it is: an agent's to set until it is handed in, and nobody's to change after."""

WHO_FIELDS = frozenset({"family_name", "given_names", "birth_name", "birth_date", "birth_place", "same_as"})
"""Particulars of a citizen that say who it is: while one is contested, no case of theirs is decided."""
HOW_MAX = 200
"""Characters of the way in which a decision was handed over."""
PAPER_TOLERANCE = dt.timedelta(days=1)
"""So much earlier than what it says may a paper be dated: two computers need not agree which day it is."""
_ROW = re.compile(r"\[[^\]]*\]")
_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_BEYOND_MANDATE = frozenset({"right.mandate_ended", "right.office_changed", "auth.device_revoked"})
"""Codes of acts whose author had no right there when they came: the right that they have since does not make up."""
_AGENT = frozenset({Role.AGENT})
_SUPERVISOR = frozenset({Role.SUPERVISOR})

TRANSITIONS: Mapping[tuple[State, State], frozenset[Role]] = {
    (State.DRAFT, State.SUBMITTED): _AGENT,
    (State.DRAFT, State.CLOSED_WITHOUT_EFFECT): _AGENT,
    (State.NEEDS_INFORMATION, State.IN_REVIEW): _AGENT,
    (State.SUBMITTED, State.IN_REVIEW): _SUPERVISOR,
    (State.SUBMITTED, State.NEEDS_INFORMATION): _SUPERVISOR,
    (State.IN_REVIEW, State.NEEDS_INFORMATION): _SUPERVISOR,
    (State.SUBMITTED, State.ACCEPTED): _SUPERVISOR,
    (State.SUBMITTED, State.REFUSED): _SUPERVISOR,
    (State.SUBMITTED, State.CLOSED_WITHOUT_EFFECT): _SUPERVISOR,
    (State.IN_REVIEW, State.ACCEPTED): _SUPERVISOR,
    (State.IN_REVIEW, State.REFUSED): _SUPERVISOR,
    (State.IN_REVIEW, State.CLOSED_WITHOUT_EFFECT): _SUPERVISOR,
    (State.ACCEPTED, State.ARCHIVED): _SUPERVISOR,
    (State.REFUSED, State.ARCHIVED): _SUPERVISOR,
    (State.CLOSED_WITHOUT_EFFECT, State.ARCHIVED): _SUPERVISOR,
}


def allowed(before: str, after: str, role: str) -> bool:
    """Say whether ``role`` may move a case from ``before`` to ``after``. Unknown states and roles may nothing."""
    try:
        return Role(role) in TRANSITIONS.get((State(before), State(after)), frozenset())
    except ValueError:
        return False


def next_states(before: str, role: str) -> tuple[State, ...]:
    """Return the states that ``role`` may move a case to, in the order of the vocabulary."""
    return tuple(state for state in State if allowed(before, state, role))


def check_transition(state: RecordState, event: SeenEvent, role: str) -> str | None:
    """Say why a STATUS event cannot be applied to what it saw, None when it can.

    Only what the event saw counts: a state that it had not seen is a conflict for merge to show, not a fault. But no
    agent reopens what is decided by not having seen the decision.

    Returns:
        ``workflow.malformed``, ``workflow.not_allowed``, ``workflow.unexpected_state`` or ``workflow.not_seen``: the
        code with which the event is parked.
    """
    if event.kind != Kind.STATUS:
        return None
    before, after = event.body.get("from"), event.body.get("to")
    if not isinstance(before, str) or not isinstance(after, str):
        return "workflow.malformed"
    if not allowed(before, after, role):
        return "workflow.not_allowed"
    seen, unseen = _states(state, event)
    if seen and before not in seen:
        return "workflow.unexpected_state"
    if role == Role.AGENT and unseen & CLOSED:
        return "workflow.not_seen"
    return None


def check_decidable(
    state: RecordState, event: SeenEvent, decisive: Collection[str] | None = None, who: Collection[str] = ()
) -> str | None:
    """Say why a decision cannot be made: a field that it rests on is contested, or the citizen holds another on paper.

    Editing never is, nor saying what was given on paper: that has happened.

    Args:
        decisive: what the procedure names (``Procedure.decisive``); None: every field of the case counts.
        who: the contested particulars of the case's citizen.

    Returns:
        ``workflow.contested``, ``workflow.notified``; None when nothing stands against it.
    """
    if event.kind != Kind.STATUS or not _is_decision(event.body.get("to")):
        return None
    if _notified_otherwise(state, event.body.get("to")):
        return "workflow.notified"
    against = blocking(show(state).contested, decisive) | blocking_who(who, decisive)
    return "workflow.contested" if against else None


def blocking(contested: Iterable[str], decisive: Collection[str] | None) -> frozenset[str]:
    """Return those of the contested fields of a case that stand against deciding it."""
    found = frozenset(contested) - {STATE, MESSAGE, REASONS, SAME_AS}
    if decisive is None:
        return found
    return frozenset(name for name in found if not name.startswith("/") or _is_decisive(name, decisive))


def blocking_who(contested: Iterable[str], decisive: Collection[str] | None) -> frozenset[str]:
    """Return those of the contested particulars of its citizen that stand against deciding a case."""
    return frozenset(contested) & (WHO_FIELDS | frozenset(decisive or ()))


def _is_decision(value: object) -> bool:
    return isinstance(value, str) and value in DECISIONS


def _is_decisive(name: str, decisive: Collection[str]) -> bool:
    """Say whether a question, or a row that holds some, is among those named or inside a group that is."""
    path = _ROW.sub("", name)
    return any(path == one or path.startswith(f"{one}/") or one.startswith(f"{path}/") for one in decisive)


def _notified_otherwise(state: RecordState, decision: object) -> bool:
    field = state.fields.get(NOTIFIED)
    held = notified_decisions(field) if field is not None else frozenset()
    return bool(held) and decision not in held


def check_settle(state: RecordState, event: SeenEvent) -> str | None:
    """Say why a settlement cannot be applied: it would undo what the citizen holds on paper.

    A person who says that the paper holds no more (by settling ``notified``) does that first.

    Returns:
        ``workflow.notified``, None when nothing stands against it.
    """
    if event.kind != Kind.SETTLE or event.body.get("field") != STATE:
        return None
    values = [changes.get(STATE) for changes in values_of(event.kind, event.body)]
    # What is only brought back to be settled anew undoes nothing while the paper's own decision is among it.
    against = all(value != State.ARCHIVED and _notified_otherwise(state, value) for value in values)
    return "workflow.notified" if against else None


def may_settle(field: str, state: str | None) -> bool:
    """Say whether an agent may settle a field of a case in this state; what is left is a supervisor's."""
    if field in (STATE, NOTIFIED):
        return False
    if field in FIXED:
        return (state or State.DRAFT) == State.DRAFT
    return field == SAME_AS or (state or State.DRAFT) not in CLOSED


def may_type(field: str, state: str | None) -> bool:
    """Say whether an agent who settles may write another value than those there are: only where answers are theirs."""
    return may_settle(field, state) and (field == SAME_AS or (state or State.DRAFT) in EDITABLE)


def is_supervisors(code: str) -> bool:
    """Say whether only a supervisor makes an act take effect that was parked with this code; see ADR 28."""
    return code in _BEYOND_MANDATE


def _chooses(state: RecordState, event: SeenEvent) -> bool:
    """Say whether an event settles a contested field by choosing one of the values that it names.

    What brings values back chooses none of them: any text could stand among those.
    """
    name, named = event.body.get("field"), event.body.get("settles")
    if event.kind != Kind.SETTLE or not isinstance(named, list) or not isinstance(name, str) or brought(event.body):
        return False
    field = state.fields.get(name)
    if field is None or not is_contested(name, field):
        return False
    return event.body.get("value") in {head.value for head in field.heads if str(head.event) in named}


def check_beside(state: RecordState, event: SeenEvent, zone: dt.tzinfo) -> str | None:
    """Say why a proposal, or a decision on paper, cannot be taken in.

    Args:
        zone: of the organisation; the day of a paper is one of its days.

    Returns:
        ``workflow.malformed``; ``workflow.not_allowed``: a proposal for a case that its author saw decided;
        ``propose.decided``: one for a case that is decided all the same; ``notify.already``: its author had seen the
        very same paper there;
        ``workflow.not_handed_in``: the case is a draft; ``workflow.paper_too_early``: see ``earliest_paper_day``.
    """
    body = event.body
    if event.kind == Kind.PROPOSE:
        to = body.get("to")
        if to is not None and not _is_decision(to):
            return "workflow.malformed"
        if _states(state, event)[0] & CLOSED:
            return "workflow.not_allowed"
        if to is not None and _closed_before(state, event):
            return "propose.decided"
        return None if to is None else _check_handed_in(state, event)
    if event.kind == Kind.NOTIFY:
        on, how = body.get("on"), body.get("how")
        if not _is_decision(body.get("state")) or not isinstance(on, str) or not _is_day(on):
            return "workflow.malformed"
        if not isinstance(how, str) or not 0 < len(how.strip()) <= HOW_MAX:
            return "workflow.malformed"
        if (code := _check_handed_in(state, event)) is not None:
            return code
        if _told_before(state, event):
            return "notify.already"
        earliest = earliest_paper_day(state, event, zone)
        return "workflow.paper_too_early" if earliest is not None and on < earliest.isoformat() else None
    return None


def _closed_before(state: RecordState, event: SeenEvent) -> bool:
    """Say whether the case was closed already when an act was made, whatever its author says to have seen.

    What was proposed before that is taken in: on a round the paper may have been handed over with it.
    """
    heads = state.fields[STATE].heads if STATE in state.fields else ()
    return any(head.value in CLOSED and head.time <= event.time for head in heads)


def _told_before(state: RecordState, event: SeenEvent) -> bool:
    """Say whether the author had seen the very same paper there, and nobody said since that it holds no more."""
    field = state.fields.get(NOTIFIED)
    if field is None:
        return False
    (said,) = touched(event.kind, event.body).values()
    return any(
        head.event not in field.settled
        and (head.value or "").casefold() == (said or "").casefold()
        and _saw(event, head.event[:2], head.event.seq, head.central_seq)
        for head in field.heads
    )


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and dt.date.fromisoformat(text) is not None
    except ValueError:  # the 30th of February
        return False


def _check_handed_in(state: RecordState, event: SeenEvent) -> str | None:
    """Refuse what is said about deciding a draft. A hand-in counts that the author had not seen: it has happened."""
    seen, unseen = _states(state, event)
    return None if (seen | unseen) - {State.DRAFT} else "workflow.not_handed_in"


def earliest_paper_day(state: RecordState, event: SeenEvent, zone: dt.tzinfo) -> dt.date | None:
    """Return the first day on which the decision that ``event`` says could be in the citizen's hands; None for any.

    That is the day of the hand-in, or that of the decision where it was taken or proposed, less ``PAPER_TOLERANCE``.
    Only what the author had seen counts, and nothing that is said to come after the act itself: one of the two clocks
    was wrong then, and a clock must not keep a fact from being written down.
    """
    days = []
    for heads in (_hand_ins(state), _taken(state, event.body.get("state"))):
        times = [
            head.time
            for head in heads
            if head.time <= event.time and _saw(event, head.event[:2], head.event.seq, head.central_seq)
        ]
        if times:
            days.append(moment(min(times), zone).date())
    return max(days) - PAPER_TOLERANCE if days else None


def _hand_ins(state: RecordState) -> tuple[FieldHead, ...]:
    """Return what tells when a case was handed in: its tracking code, which it is given then, or its state."""
    if TRACKING_CODE in state.fields:
        return state.fields[TRACKING_CODE].heads
    heads = state.fields[STATE].heads if STATE in state.fields else ()
    return tuple(head for head in heads if head.value == State.SUBMITTED)


def _taken(state: RecordState, decision: object) -> tuple[FieldHead, ...]:
    """Return where a decision was taken or proposed. On a round it is proposed and handed over before it is taken."""
    fields = (state.fields[name] for name in (STATE, PROPOSAL) if name in state.fields)
    return tuple(head for field in fields for head in field.heads if head.value == decision)


def check_edit(before: RecordState, after: RecordState, event: SeenEvent) -> str | None:
    """Say why an agent's edit of a case cannot be applied, None when it can.

    What the agent had seen counts. An edit made without having seen that the case was handed in may contradict what
    was handed in, for a person to settle, and never replaces it. Choosing among the values of a contested answer is no
    edit until the case is closed.

    Args:
        before: the case as it stands; ``after``: the same with the edit merged.

    Returns:
        ``right.protected_field``, ``workflow.not_editable`` (the state that it saw) or ``workflow.not_seen`` (a state
        that it had not seen): the code with which the event is parked.
    """
    seen, unseen = _states(before, event)
    changes = {name: value for name, value in touched(event.kind, event.body).items() if name != SAME_AS}
    if not changes:
        return None  # A link changes nothing that the case says, and can be taken back.
    if (seen | unseen) - {State.DRAFT}:
        every = values_of(event.kind, event.body)
        changed = {
            name for name in FIXED.intersection(changes) if any(one[name] != before.value(name) for one in every)
        }
        # Two desks may hand the same draft in unseen: each has given the citizen a code, and both must be found.
        if changed - ({TRACKING_CODE} if not seen else set()):
            return "right.protected_field"
    if not (seen | unseen) & CLOSED and _chooses(before, event):
        return None  # Each of the values was in the case before: who wrote them may say which is right.
    if seen - EDITABLE:
        return "workflow.not_editable"
    if unseen & CLOSED:
        return "workflow.not_seen"
    if unseen - EDITABLE and any(_replaces(name, before, after) for name in changes):
        return "workflow.not_seen"
    return None


def check_computed(before: RecordState, after: RecordState, event: SeenEvent) -> str | None:
    """Say why an agent's change of state cannot bring its calculated values, None when it can.

    They are shown without being contested, so those of a hand-in give way only to one that had seen where the case is.

    Returns:
        ``workflow.not_seen``: the code with which the event is parked.
    """
    _seen, unseen = _states(before, event)
    names = [name for name in touched(event.kind, event.body) if name.startswith(COMPUTED) and name in before.fields]
    if unseen - EDITABLE and any(_replaces(name, before, after) for name in names):
        return "workflow.not_seen"
    return None


def _replaces(name: str, before: RecordState, after: RecordState) -> bool:
    """Say whether a value that the field had is gone, so that no person would notice the change."""
    held = {head.value for head in before.fields[name].heads} if name in before.fields else {None}
    kept = {head.value for head in after.fields[name].heads} if name in after.fields else {None}
    return not held <= kept


def _states(state: RecordState, event: SeenEvent) -> tuple[frozenset[str], frozenset[str]]:
    """Return the states that the event saw of those that stand, and those that it did not."""
    heads = state.fields[STATE].heads if STATE in state.fields else ()
    if not heads:
        return frozenset({State.DRAFT.value}), frozenset()
    values = {True: set[str](), False: set[str]()}
    for head in heads:
        values[_saw(event, head.event[:2], head.event.seq, head.central_seq)].add(head.value or State.DRAFT.value)
    return frozenset(values[True]), frozenset(values[False])


def _saw(event: SeenEvent, chain: tuple[str, int], seq: int, central_seq: int | None) -> bool:
    if event.event[:2] == chain:
        return seq < event.event.seq
    return central_seq is not None and central_seq <= event.base
