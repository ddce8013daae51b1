"""The states of a case and who may move it: one table (DESIGN section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from cases.events import Kind
from cases.merge import COMPUTED, DECIDED, MESSAGE, REASONS, STATE, RecordState, SeenEvent, show, touched


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


def check_decidable(state: RecordState, event: SeenEvent) -> str | None:
    """Say why a decision cannot be made on what the case holds: a field of it is contested. Editing never is.

    Every field but the state itself counts as deciding, until the procedure names those that do.

    Returns:
        ``workflow.contested``, None when nothing stands against it.
    """
    if event.kind != Kind.STATUS or event.body.get("to") not in DECISIONS:
        return None
    return "workflow.contested" if set(show(state).contested) - {STATE, MESSAGE, REASONS} else None


def check_edit(before: RecordState, after: RecordState, event: SeenEvent) -> str | None:
    """Say why an agent's edit of a case cannot be applied, None when it can.

    What the agent had seen counts. An edit made without having seen that the case was handed in may contradict what
    was handed in, for a person to settle, and never replaces it.

    Args:
        before: the case as it stands; ``after``: the same with the edit merged.

    Returns:
        ``right.protected_field``, ``workflow.not_editable`` (the state that it saw) or ``workflow.not_seen`` (a state
        that it had not seen): the code with which the event is parked.
    """
    seen, unseen = _states(before, event)
    changes = touched(event.kind, event.body)
    if (seen | unseen) - {State.DRAFT}:
        changed = {name for name in FIXED.intersection(changes) if changes[name] != before.value(name)}
        # Two desks may hand the same draft in unseen: each has given the citizen a code, and both must be found.
        if changed - ({TRACKING_CODE} if not seen else set()):
            return "right.protected_field"
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
