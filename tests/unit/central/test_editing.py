"""What an agent may still write once a case was handed in: by what the edit had seen, nothing silently."""

from __future__ import annotations

import pytest

from cases.events import CHAIN_START, Event, Header, body_bytes
from cases.ids import SystemRandomness
from cases.tracking import new_code
from central.judging import TIME_LAST_MS, Actor, Judgement, Known, judge

AGENT = Actor(1, "agent", "office", "stream")
SUPERVISOR = Actor(1, "supervisor", "office", "stream")
ONE, OTHER, CONSOLE = "1" * 32, "2" * 32, "c" * 32
APA = ("apa", "a" * 64)
CITIZEN = "b" * 32


class Case:
    """A case as central holds it, one judged event after the other."""

    def __init__(self) -> None:
        self.known = Known()
        self.number = 0
        self.seqs: dict[str, int] = {}

    def judge(
        self, device: str, body: dict[str, object], *, kind: str = "set", base: int = 0, time: int = 0
    ) -> Judgement:
        self.number += 1
        self.seqs[device] = self.seqs.get(device, 0) + 1
        seq, when = self.seqs[device], time or self.number
        header = Header(1, 1, device, 1, seq, CHAIN_START, device, "case", "e" * 32, kind, base, when, "")
        actor = SUPERVISOR if device == CONSOLE else AGENT
        event = Event(header, body_bytes(body), bytes(16))
        found = judge(event, self.number, self.known, actor, published=[APA, ("rsa", "b" * 64)])
        if found.record is not None:
            self.known = Known("stream", found.record)
        return found

    def move(self, device: str, before: str, after: str, *, base: int = 0) -> None:
        found = self.judge(device, {"from": before, "to": after}, kind="status", base=base or self.number)
        assert found.state != "parked", found.code

    def value(self, name: str) -> str | None:
        return self.known.state.value(name)


@pytest.fixture
def case() -> Case:
    """A case that device ONE opened, answered and handed in."""
    made = Case()
    fields: dict[str, object] = {"procedure": APA[0], "procedure_version": APA[1], "citizen": CITIZEN, "/a": "1"}
    assert made.judge(ONE, fields).state == "accepted"
    made.move(ONE, "draft", "submitted")
    return made


def decided(case: Case, to: str = "accepted") -> Case:
    case.move(CONSOLE, "submitted", to)
    return case


def test_what_was_handed_in_is_not_the_agents_to_change(case: Case) -> None:
    for _attempt in range(2):
        assert case.judge(ONE, {"/a": "2"}, base=case.number).code == "workflow.not_editable"
    assert case.judge(ONE, {"/new": "2"}).code == "workflow.not_editable", "its own hand-in needs no base to be seen"
    settle: dict[str, object] = {"field": "/a", "value": "2", "settles": [f"{ONE}.1.1"]}
    assert case.judge(ONE, settle, kind="settle", base=case.number).code == "workflow.not_editable"
    assert case.value("/a") == "1"


@pytest.mark.parametrize("to", ["accepted", "refused", "closed_without_effect"])
@pytest.mark.parametrize("base", [0, 2, 3])
def test_a_decided_case_is_closed_to_edits_whatever_they_say_they_saw(case: Case, to: str, base: int) -> None:
    decided(case, to)
    for device in (ONE, OTHER):
        found = case.judge(device, {"/a": "2"}, base=base)
        assert found.code == ("workflow.not_editable" if base == 3 else "workflow.not_seen")
    assert case.value("/a") == "1"


def test_an_archived_case_is_closed_too(case: Case) -> None:
    decided(case).move(CONSOLE, "accepted", "archived")
    assert case.judge(OTHER, {"/a": "2"}, base=1).code == "workflow.not_seen"


def test_answers_are_the_agents_again_when_information_is_asked_for(case: Case) -> None:
    case.move(CONSOLE, "submitted", "needs_information")
    assert case.judge(ONE, {"/a": "2"}, base=case.number).state == "accepted"
    case.move(ONE, "needs_information", "in_review")
    assert case.judge(ONE, {"/a": "3"}, base=case.number).code == "workflow.not_editable"
    assert case.value("/a") == "2"


def test_an_edit_that_had_not_seen_the_hand_in_is_contested(case: Case) -> None:
    found = case.judge(OTHER, {"/a": "2"}, base=0)
    assert found.state == "contested"
    heads = case.known.state.fields["/a"].heads
    assert {head.value for head in heads} == {"1", "2"}


def test_an_edit_that_would_replace_what_was_handed_in_unseen_waits_for_a_person(case: Case) -> None:
    assert case.judge(OTHER, {"/a": "2"}, base=1).code == "workflow.not_seen"
    assert case.judge(OTHER, {"/new": "2"}, base=1).code == "workflow.not_seen"
    settle: dict[str, object] = {"field": "/a", "value": "2", "settles": [f"{ONE}.1.1"]}
    assert case.judge(OTHER, settle, kind="settle", base=1).code == "workflow.not_seen"
    assert case.judge(OTHER, {"/a": "1"}, base=1).state != "parked", "the same value changes nothing"
    assert case.value("/a") == "1"


def test_which_case_it_is_cannot_change_after_the_hand_in(case: Case) -> None:
    case.move(CONSOLE, "submitted", "needs_information")
    changes: list[dict[str, object]] = [
        {"citizen": "f" * 32},
        {"procedure": "rsa", "procedure_version": "b" * 64},
        {"tracking_code": new_code(1, SystemRandomness())},
        {"field": "citizen", "value": "f" * 32, "settles": []},
    ]
    for body in changes:
        found = case.judge(ONE, body, kind="settle" if "field" in body else "set", base=case.number)
        assert found.code == "right.protected_field"
    assert case.judge(OTHER, {"citizen": "f" * 32}, base=0).code == "right.protected_field"
    assert case.judge(ONE, {"citizen": CITIZEN}, base=case.number).state == "accepted"
    assert case.value("citizen") == CITIZEN


def test_a_decision_is_not_undone_by_not_having_seen_it(case: Case) -> None:
    decided(case)
    for device in (ONE, OTHER):
        for before, after in (("draft", "submitted"), ("needs_information", "in_review")):
            found = case.judge(device, {"from": before, "to": after}, kind="status", base=0)
            assert found.code == "workflow.not_seen"
    assert case.value("state") == "accepted"


def test_calculated_values_of_a_hand_in_are_not_replaced_unseen() -> None:
    case = Case()
    hand_in: dict[str, object] = {"from": "draft", "to": "submitted", "computed": {"/total": "1"}}
    assert case.judge(ONE, hand_in, kind="status").state == "accepted"
    case.move(CONSOLE, "submitted", "in_review")
    again: dict[str, object] = {"from": "draft", "to": "submitted", "computed": {"/total": "2"}}
    assert case.judge(ONE, again, kind="status").code == "workflow.not_seen"
    assert case.value("=/total") == "1"
    other = case.judge(OTHER, {"from": "draft", "to": "submitted", "computed": {"/more": "2"}}, kind="status")
    assert other.state == "contested", "a second desk's hand-in is shown beside the first"


def test_two_desks_that_hand_in_unseen_both_keep_their_code() -> None:
    case, codes = Case(), [new_code(1, SystemRandomness()) for _ in range(2)]
    case.judge(ONE, {"procedure": APA[0], "procedure_version": APA[1]})
    for device, code in zip((ONE, OTHER), codes, strict=True):
        assert case.judge(device, {"tracking_code": code}, base=1).state != "parked"
        assert case.judge(device, {"from": "draft", "to": "submitted"}, kind="status", base=1).state != "parked"
    assert {head.value for head in case.known.state.fields["tracking_code"].heads} == set(codes)


def test_settling_is_no_way_around_the_rights_of_an_edit() -> None:
    for name, value, code in (
        ("=/income", "1", "right.protected_field"),
        ("office", "another", "right.foreign_office"),
        ("tracking_code", "E1-nonsense", "event.tracking_code"),
        ("message", "x", "right.protected_field"),
    ):
        assert Case().judge(ONE, {"field": name, "value": value, "settles": []}, kind="settle").code == code


@pytest.mark.parametrize(
    "body",
    [
        {"procedure": "unheard-of", "procedure_version": "a" * 64},
        {"procedure": "apa", "procedure_version": "b" * 64},
        {"procedure": "apa", "procedure_version": "../../etc"},
        {"procedure": ""},
        {"procedure_version": "v"},
        {"procedure": None},
    ],
)
def test_a_case_follows_a_published_procedure(body: dict[str, object]) -> None:
    assert Case().judge(ONE, body).code == "event.unknown_procedure"


def test_a_procedure_and_its_version_may_come_apart() -> None:
    case = Case()
    assert case.judge(ONE, {"procedure": "apa"}).state == "accepted"
    assert case.judge(ONE, {"procedure_version": "b" * 64}).code == "event.unknown_procedure"
    assert case.judge(ONE, {"procedure_version": "a" * 64}).state == "accepted"


def test_a_time_beyond_the_year_2200_is_parked() -> None:
    case = Case()
    assert case.judge(ONE, {"/a": "1"}, time=TIME_LAST_MS).state == "accepted"
    assert case.judge(ONE, {"/a": "1"}, time=TIME_LAST_MS + 1).code == "event.time"
