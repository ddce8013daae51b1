"""What is said of a case's decision without being one: proposals, and what the citizen holds on paper."""

from __future__ import annotations

from collections.abc import Mapping

from cases import merge
from cases.merge import RecordState
from cases.views import Notice, Proposal
from cases.workflow import CLOSED


def proposals(state: RecordState, names: Mapping[str, str]) -> tuple[Proposal, ...]:
    """Return the decisions that are proposed and wait for a supervisor, newest first; none once the case is decided.

    Args:
        names: agent -> name.
    """
    if state.value(merge.STATE) in CLOSED or merge.PROPOSAL not in state.fields:
        return ()
    said = state.fields.get(merge.PROPOSAL_REASONS)
    reasons = {head.event: head.value or "" for head in said.heads} if said is not None else {}
    return tuple(
        Proposal(head.value, reasons.get(head.event, ""), head.event, head.agent, names.get(head.agent, ""), head.time)
        for head in state.fields[merge.PROPOSAL].heads
        if head.value is not None
    )


def notices(state: RecordState, names: Mapping[str, str]) -> tuple[Notice, ...]:
    """Return the decisions that the citizen was given on paper, newest first.

    Args:
        names: agent -> name.
    """
    field = state.fields.get(merge.NOTIFIED)
    found: list[Notice] = []
    for head in field.heads if field is not None else ():
        decision, _, rest = (head.value or "").partition(" ")
        on, _, how = rest.partition(" ")
        holds = field is not None and head.event not in field.settled
        found.append(Notice(decision, on, how, head.event, head.agent, names.get(head.agent, ""), head.time, holds))
    return tuple(found)


def told_already(state: RecordState, decision: str, on: str, how: str) -> bool:
    """Say whether the very same paper stands in the case and holds: told once more, it would look like a second one."""
    same = (decision, on, how.casefold())
    return any((one.decision, one.on, one.how.casefold()) == same for one in notices(state, {}) if one.holds)
