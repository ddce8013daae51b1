"""An event that ends a parked one takes effect as what it carries, and as nothing when it withdraws."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from cases import merge, workflow
from cases.events import EventId, Kind
from cases.merge import EMPTY, SeenEvent

PARKED = "a" * 32 + ".1.4"


def _event(seq: int, kind: str, body: Mapping[str, object], *, base: int = 0, device: str = "d") -> SeenEvent:
    return SeenEvent(EventId(device, 1, seq), "agent", kind, base, seq, body, seq)


def _resolve(seq: int, action: str, body: Mapping[str, object], *, kind: str = Kind.SET, base: int = 0) -> SeenEvent:
    said = {"event": PARKED, "action": action, "kind": kind, "body": dict(body)}
    return _event(seq, Kind.RESOLVE, said, base=base, device="c")


@pytest.mark.parametrize("action", ["adopt", "resend"])
def test_what_is_adopted_or_resent_takes_effect(action: str) -> None:
    state = merge.apply(EMPTY, _resolve(1, action, {"/name": "Durand"}))
    assert state.value("/name") == "Durand"
    assert str(state.fields["/name"].heads[0].event) == "c.1.1"


def test_what_is_withdrawn_changes_nothing() -> None:
    before = merge.apply(EMPTY, _event(1, Kind.SET, {"/name": "Durand"}))
    assert merge.apply(before, _resolve(2, "withdraw", {"/name": "Autre"})) == before


def test_a_settling_that_was_parked_settles_when_it_is_adopted() -> None:
    one, other = _event(1, Kind.SET, {"/name": "A"}), _event(2, Kind.SET, {"/name": "B"}, device="e")
    state = merge.apply_all(EMPTY, [one, other])
    assert merge.show(state).contested == ("/name",)
    named = [str(one.event), str(other.event)]
    settling = {"field": "/name", "value": "B", "settles": named}
    settled = merge.apply(state, _resolve(3, "adopt", settling, kind=Kind.SETTLE))
    assert merge.show(settled).contested == ()


@pytest.mark.parametrize(
    "body",
    [
        {"event": PARKED, "action": "adopt"},
        {"event": PARKED, "action": "adopt", "kind": Kind.SET, "body": "no object"},
        {"event": PARKED, "action": "burn", "kind": Kind.SET, "body": {"/name": "A"}},
        {
            "action": "adopt",
            "kind": Kind.RESOLVE,
            "body": {"action": "adopt", "kind": Kind.SET, "body": {"/name": "A"}},
        },
        {},
    ],
)
def test_what_is_not_one_touches_nothing(body: dict[str, object]) -> None:
    assert merge.apply(EMPTY, _event(1, Kind.RESOLVE, body)) == EMPTY


def test_order_and_repetition_do_not_matter() -> None:
    events = [
        _event(1, Kind.SET, {"/name": "A", "/town": "Guéret"}),
        _event(2, Kind.SET, {"/name": "B"}, device="e"),
        _resolve(3, "adopt", {"/name": "C"}, base=1),
        _resolve(4, "resend", {"/town": "Aubusson"}, base=2),
        _resolve(5, "withdraw", {"/town": "Paris"}),
    ]
    states = {merge.to_json(merge.apply_all(EMPTY, order)) for order in itertools.permutations(events)}
    assert len(states) == 1
    assert merge.to_json(merge.apply_all(EMPTY, [*events, *events])) in states


def test_a_move_touches_no_field() -> None:
    assert merge.apply(EMPTY, _event(1, Kind.MOVE, {"office": "f" * 32, "reason": "déménagement"})) == EMPTY


def test_a_contested_answer_keeps_a_case_from_being_decided_and_from_nothing_else() -> None:
    one, other = _event(1, Kind.SET, {"/name": "A"}), _event(2, Kind.SET, {"/name": "B"}, device="e")
    state = merge.apply_all(EMPTY, [one, other])
    decision = _event(3, Kind.STATUS, {"from": "in_review", "to": "accepted"}, base=2)
    asking = _event(3, Kind.STATUS, {"from": "in_review", "to": "needs_information"}, base=2)
    assert workflow.check_decidable(state, decision) == "workflow.contested"
    assert workflow.check_decidable(state, asking) is None
    settle = {"field": "/name", "value": "A", "settles": [str(one.event), str(other.event)]}
    settled = merge.apply(state, _event(3, Kind.SETTLE, settle, device="c"))
    assert workflow.check_decidable(settled, decision) is None
