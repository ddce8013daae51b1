from __future__ import annotations

import itertools

import pytest

from cases import merge
from cases.events import EventId, Kind
from cases.merge import EMPTY, SeenEvent
from cases.workflow import DECISIONS, EDITABLE, TRANSITIONS, Role, State, allowed, check_transition, next_states

AGENT = {
    ("draft", "submitted"),
    ("draft", "closed_without_effect"),
    ("needs_information", "in_review"),
}


def status(
    device: str, seq: int, before: object, after: object, *, base: int = 0, central: int | None = None
) -> SeenEvent:
    body = {"from": before, "to": after}
    return SeenEvent(EventId(device, 1, seq), device, Kind.STATUS, base, seq, body, central)


def test_agents_may_do_exactly_this() -> None:
    pairs = itertools.product(State, State)
    assert {(str(a), str(b)) for a, b in pairs if allowed(a, b, Role.AGENT)} == AGENT


def test_every_transition_leads_between_known_states_and_decisions_end_the_review() -> None:
    for before, after in TRANSITIONS:
        assert before is not after
        assert before not in DECISIONS or after is State.ARCHIVED
    assert next_states("archived", "supervisor") == ()
    assert frozenset({State.DRAFT, State.NEEDS_INFORMATION}) == EDITABLE


@pytest.mark.parametrize(
    ("before", "after", "role"),
    [("draft", "lost", "agent"), ("?", "submitted", "agent"), ("draft", "submitted", "robot")],
)
def test_unknown_words_may_nothing(before: str, after: str, role: str) -> None:
    assert not allowed(before, after, role)


def test_the_next_states_follow_the_vocabulary() -> None:
    assert next_states("in_review", "supervisor") == (
        State.NEEDS_INFORMATION,
        State.ACCEPTED,
        State.REFUSED,
        State.CLOSED_WITHOUT_EFFECT,
    )


def test_a_transition_is_checked_against_what_it_saw() -> None:
    assert check_transition(EMPTY, status("a", 1, "draft", "submitted"), "agent") is None
    early = status("a", 1, "submitted", "in_review")
    assert check_transition(EMPTY, early, "supervisor") == "workflow.unexpected_state"
    assert check_transition(EMPTY, status("a", 1, "draft", "accepted"), "agent") == "workflow.not_allowed"
    assert check_transition(EMPTY, status("a", 1, None, "accepted"), "agent") == "workflow.malformed"
    assert check_transition(EMPTY, status("a", 1, "draft", "submitted")._replace(kind=Kind.SET), "agent") is None
    submitted = merge.apply(EMPTY, status("a", 1, "draft", "submitted", central=1))
    again = status("a", 2, "draft", "closed_without_effect")
    assert check_transition(submitted, again, "agent") == "workflow.unexpected_state"
    unseen = status("b", 1, "draft", "closed_without_effect")
    assert check_transition(submitted, unseen, "agent") is None, "what it had not seen is merge's business"
    assert check_transition(submitted, status("s", 1, "submitted", "in_review", base=1), "supervisor") is None
