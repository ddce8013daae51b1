"""The states of a case and who may move it: one table (DESIGN section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from cases.events import Kind
from cases.merge import STATE, RecordState, SeenEvent


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


DECISIONS = frozenset({State.ACCEPTED, State.REFUSED, State.CLOSED_WITHOUT_EFFECT})
"""States that are a decision: they need reasons when a supervisor takes them."""
EDITABLE = frozenset({State.DRAFT, State.NEEDS_INFORMATION})
"""States in which the answers are the agent's to change."""

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

    Only what the event saw counts: a state that it had not seen is a conflict for merge to show, not a fault.

    Returns:
        ``workflow.malformed``, ``workflow.not_allowed`` or ``workflow.unexpected_state``: the code with which the
        event is parked.
    """
    if event.kind != Kind.STATUS:
        return None
    before, after = event.body.get("from"), event.body.get("to")
    if not isinstance(before, str) or not isinstance(after, str):
        return "workflow.malformed"
    if not allowed(before, after, role):
        return "workflow.not_allowed"
    heads = state.fields[STATE].heads if STATE in state.fields else ()
    seen = {
        head.value or State.DRAFT.value
        for head in heads
        if _saw(event, head.event[:2], head.event.seq, head.central_seq)
    }
    if not heads:
        seen = {State.DRAFT.value}
    if seen and before not in seen:
        return "workflow.unexpected_state"
    return None


def _saw(event: SeenEvent, chain: tuple[str, int], seq: int, central_seq: int | None) -> bool:
    if event.event[:2] == chain:
        return seq < event.event.seq
    return central_seq is not None and central_seq <= event.base
