"""Proposals and decisions on paper as the pages show them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.views import Notice, Proposal
from central.web.states import Chip, state_chip
from central.web.words import Words


@dataclass(frozen=True)
class ProposalView:
    """A decision that an agent proposes."""

    chip: Chip
    who: str
    when_ms: int
    reasons: str


@dataclass(frozen=True)
class PaperView:
    """A decision that the citizen holds on paper; ``first``: no earlier one of the list says the same and holds."""

    decision: str
    chip: Chip
    day: str
    how: str
    who: str
    when_ms: int
    holds: bool
    first: bool


def proposal_views(proposals: Sequence[Proposal], words: Words) -> tuple[ProposalView, ...]:
    """Return what is proposed, newest first."""
    return tuple(
        ProposalView(state_chip(one.decision, words), one.agent_name, one.time_ms, one.reasons) for one in proposals
    )


def paper_views(notices: Sequence[Notice], words: Words) -> tuple[PaperView, ...]:
    """Return what the citizen holds on paper, newest first."""
    seen: set[str] = set()
    found = []
    for one in notices:
        first = one.holds and one.decision not in seen
        if one.holds:
            seen.add(one.decision)
        chip, day = state_chip(one.decision, words), words.calendar_day(one.on)
        found.append(PaperView(one.decision, chip, day, one.how, one.agent_name, one.time_ms, one.holds, first))
    return tuple(found)
