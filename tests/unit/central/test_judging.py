"""One event against its record: applied or parked, by rights and by what can be read."""

from __future__ import annotations

import pytest

from cases import merge
from cases.events import CHAIN_START, Event, Header, body_bytes
from cases.ids import SystemRandomness
from cases.tracking import new_code
from central.judging import Actor, Judgement, Known, judge

AGENT = Actor(1, "agent", "office", "stream")
SUPERVISOR = Actor(1, "supervisor", "office", "stream")


def event(body: bytes | dict[str, object], *, kind: str = "set", record_type: str = "case", base: int = 0) -> Event:
    data = body if isinstance(body, bytes) else body_bytes(body)
    header = Header(1, 1, "d" * 32, 1, 1, CHAIN_START, "a", record_type, "c" * 32, kind, base, 1, "0" * 64)
    return Event(header, data, bytes(16))


def judged(
    body: bytes | dict[str, object], actor: Actor = AGENT, known: Known | None = None, **header: object
) -> Judgement:
    return judge(event(body, **header), 10, known or Known(), actor)  # type: ignore[arg-type]


def test_a_plain_edit_is_accepted() -> None:
    found = judged({"/name": "Durand", "office": "office"})
    assert (found.state, found.code) == ("accepted", "")
    assert found.record is not None and found.record.value("/name") == "Durand"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b"{", b'{"a":"\\ud800"}', b'{"a":"\\u0000"}', b'{"\\u0000":"a"}', b"\xff", b'{"a":NaN}']
)
def test_what_cannot_be_read_is_parked(body: bytes) -> None:
    found = judged(body)
    assert (found.state, found.code, found.record) == ("parked", "event.malformed", None)


@pytest.mark.parametrize("value", ["x", None])
@pytest.mark.parametrize("kind", ["set", "settle", "resolve"])
def test_a_field_without_a_name_is_parked(kind: str, value: str | None) -> None:
    bodies: dict[str, dict[str, object]] = {
        "set": {"/x": "1", "": value},
        "settle": {"field": "", "value": value, "settles": []},
        "resolve": {"event": "d.1.1", "action": "adopt", "kind": "set", "body": {"": value}},
    }
    for actor in (AGENT, SUPERVISOR):
        found = judged(bodies[kind], actor, kind=kind)
        assert (found.state, found.code, found.record) == ("parked", "event.malformed", None)
        assert found.details == {"reason": "field"}


@pytest.mark.parametrize("name", ["state", "message", "reasons", "=/income"])
def test_a_plain_edit_cannot_pass_for_a_decision(name: str) -> None:
    for actor in (AGENT, SUPERVISOR):
        assert judged({name: "accepted"}, actor).code == "right.protected_field"


def test_settling_a_state_is_for_supervisors() -> None:
    body: dict[str, object] = {"field": "state", "value": "accepted", "settles": []}
    assert judged(body, kind="settle").code == "right.protected_field"
    assert judged(body, SUPERVISOR, kind="settle").state == "accepted"


def test_a_record_of_another_stream_is_not_ones_own() -> None:
    assert judged({"/x": "1"}, known=Known("other", merge.EMPTY)).code == "right.foreign_record"


def test_an_agent_cannot_decide_and_nobody_moves_a_citizen() -> None:
    body: dict[str, object] = {"from": "submitted", "to": "accepted", "reasons": "Durand"}
    found = judged(body, kind="status")
    assert found.code == "workflow.not_allowed" and found.details == {"from": "submitted", "to": "accepted"}
    assert judged(body, SUPERVISOR, kind="status", record_type="citizen").code == "event.malformed"


def test_details_hold_no_typed_text() -> None:
    found = judged({"from": "Durand", "to": "accepted"}, kind="status")
    assert found.details == {"to": "accepted"}


def test_tracking_codes_carry_their_own_tenant() -> None:
    own, foreign = new_code(1, SystemRandomness()), new_code(2, SystemRandomness())
    assert judged({"tracking_code": own}).state == "accepted"
    assert judged({"tracking_code": foreign}).code == "event.tracking_code"
    assert judged({"tracking_code": own.lower()}).code == "event.tracking_code"


def test_having_seen_the_future_is_not_believed() -> None:
    assert judged({"/x": "1"}, base=10).code == "event.base"


def test_newer_kinds_and_records_are_carried_on() -> None:
    assert judged({"x": 1}, kind="newer").state == "accepted"
    assert judged({"x": 1}, record_type="newer").state == "accepted"


@pytest.mark.logs_errors
def test_an_event_that_breaks_us_is_parked_and_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise TypeError("Durand")

    monkeypatch.setattr(merge, "apply", broken)
    found = judged({"/x": "1"})
    assert (found.state, found.code, found.details) == ("parked", "event.unexpected", {"kind": "TypeError"})
