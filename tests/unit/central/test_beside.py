"""Proposals, decisions on paper, links and what keeps a case from being decided: as central judges them."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

import pytest

from cases import merge, tracking, workflow
from cases.events import CHAIN_START, Event, EventId, Header, body_bytes
from cases.ids import SystemRandomness
from cases.merge import SeenEvent
from central.judging import Actor, Judgement, Known, judge

AGENT = Actor(1, "agent", "office", "stream")
SUPERVISOR = Actor(1, "supervisor", "office", "stream")
ONE, TWO, CONSOLE, BOSS = "1" * 32, "2" * 32, "c" * 32, "d" * 32
APA = ("apa", "a" * 64)
RECORD = "e" * 32
CODE = tracking.new_code(1, SystemRandomness())
PAPER: dict[str, object] = {"state": "accepted", "on": "2026-11-20", "how": "remis en main propre"}


class Case:
    """A case as central holds it, one judged event after the other."""

    def __init__(self, decisive: Collection[str] | None = None) -> None:
        self.known, self.decisive = Known(), decisive
        self.number = 0
        self.seqs: dict[str, int] = {}

    def judge(
        self, device: str, kind: str, body: dict[str, object], *, base: int | None = None, time: int | None = None
    ) -> Judgement:
        seen = self.number if base is None else base
        self.number += 1
        seq = self.seqs[device] = self.seqs.get(device, 0) + 1
        header = Header(
            1, 1, device, 1, seq, CHAIN_START, device, "case", RECORD, kind, seen,
            self.number if time is None else time, ""
        )  # fmt: skip
        actor = SUPERVISOR if device in (CONSOLE, BOSS) else AGENT
        event = Event(header, body_bytes(body), bytes(16))
        found = judge(event, self.number, self.known, actor, published=[APA], decisive=lambda *_name: self.decisive)
        if found.record is not None:
            self.known = Known("stream", found.record)
        return found

    def did(
        self, device: str, kind: str, body: dict[str, object], *, base: int | None = None, time: int | None = None
    ) -> str:
        found = self.judge(device, kind, body, base=base, time=time)
        return found.code or found.state

    def event(self, device: str) -> str:
        return str(EventId(device, 1, self.seqs[device]))

    @property
    def shown(self) -> merge.Shown:
        return merge.show(self.known.state)


def handed_in(decisive: Collection[str] | None = None) -> Case:
    made = Case(decisive)
    fields: dict[str, object] = {"procedure": APA[0], "procedure_version": APA[1], "citizen": "b" * 32, "/a": "1"}
    assert made.did(ONE, "set", fields) == "accepted"
    return made


def submitted(decisive: Collection[str] | None = None) -> Case:
    made = handed_in(decisive)
    assert made.did(ONE, "status", {"from": "draft", "to": "submitted"}) == "accepted"
    return made


def decide(case: Case, to: str = "accepted", *, device: str = CONSOLE, base: int | None = None) -> str:
    return case.did(device, "status", {"from": "submitted", "to": to, "reasons": "r"}, base=base)


# --- proposals -------------------------------------------------------------------------------------------------------


def test_an_agents_decision_is_a_proposal_and_two_unlike_ones_both_wait() -> None:
    case = submitted()
    seen = case.number
    assert decide(case, device=ONE) == "workflow.not_allowed"
    assert case.did(ONE, "propose", {"to": "accepted", "reasons": "ok"}, base=seen) == "accepted"
    assert case.did(TWO, "propose", {"to": "refused", "reasons": "non"}, base=seen) == "merged"
    assert case.shown.contested == () and case.shown.values["state"] == "submitted"
    assert {head.value for head in case.known.state.fields[merge.PROPOSAL].heads} == {"accepted", "refused"}
    assert decide(case) == "accepted", "proposals never stand against the decision"


@pytest.mark.parametrize("body", [{"to": "submitted"}, {"to": 3}, {"to": ["accepted"]}])
def test_what_is_no_decision_cannot_be_proposed(body: dict[str, object]) -> None:
    assert submitted().did(ONE, "propose", body) == "workflow.malformed"


def test_nothing_is_proposed_for_a_case_that_was_seen_decided() -> None:
    case = submitted()
    before = case.number
    decide(case)
    assert case.did(ONE, "propose", {"to": "refused"}) == "workflow.not_allowed"
    assert case.did(TWO, "propose", {"to": "refused"}, base=before) == "propose.decided", (
        "whatever it says to have seen"
    )
    assert case.did(TWO, "propose", {"to": "refused"}, base=before, time=1) == "merged", "made before it was decided"


@pytest.mark.parametrize("name", ["proposal", "proposal_reasons", "notified", "state"])
def test_a_plain_edit_does_not_pass_for_one(name: str) -> None:
    case = handed_in()
    assert case.did(ONE, "set", {name: "accepted"}) == "right.protected_field"
    assert case.did(ONE, "settle", {"field": name, "value": "accepted", "settles": []}) == "right.protected_field"


# --- on paper --------------------------------------------------------------------------------------------------------


def test_no_merge_undoes_what_the_citizen_holds_on_paper() -> None:
    case = submitted()
    before = case.number
    assert case.did(ONE, "notify", PAPER) == "accepted"
    assert decide(case, "refused") == "workflow.notified"
    assert decide(case, "accepted") == "accepted"
    # Another supervisor, who had seen none of it, and whose decision has the later time.
    assert decide(case, "refused", device=BOSS, base=before) == "workflow.notified"
    assert case.shown.values["state"] == "accepted"


def test_a_decision_taken_before_the_paper_was_known_is_contested_by_it_and_both_stay() -> None:
    case = submitted()
    before = case.number
    assert decide(case, "refused") == "accepted"
    assert case.did(ONE, "notify", PAPER, base=before) == "contested"
    assert case.shown.contested == (merge.NOTIFIED,) and case.shown.values["state"] == "refused"
    settle = {"field": "notified", "value": None, "settles": [case.event(ONE)], "reason": "retrait"}
    assert case.did(TWO, "settle", settle) == "right.protected_field", "a supervisor says so, not an agent"
    assert case.did(CONSOLE, "settle", settle) == "accepted"
    assert case.shown.contested == ()
    assert [head.value for head in case.known.state.fields[merge.NOTIFIED].heads] == [
        "accepted 2026-11-20 remis en main propre"
    ], "the fact stays, though it holds no more"


def test_two_unlike_papers_are_an_incident_and_both_stay() -> None:
    case = submitted()
    seen = case.number
    assert case.did(ONE, "notify", PAPER) == "accepted"
    assert case.did(TWO, "notify", PAPER | {"on": "2026-11-21"}) == "accepted", "the same decision twice is none"
    assert case.did(TWO, "notify", PAPER | {"state": "refused"}, base=seen) == "contested"
    assert case.shown.contested == (merge.NOTIFIED,)
    assert len(case.known.state.fields[merge.NOTIFIED].heads) == 3
    assert decide(case, "accepted") == "workflow.contested"


def test_two_unlike_decisions_are_contested_and_the_one_on_paper_is_shown() -> None:
    case = submitted()
    before = case.number
    assert decide(case, "accepted") == "accepted"
    assert decide(case, "refused", device=BOSS, base=before) == "contested"
    assert case.shown.values["state"] == "refused", "the latest, as nothing else speaks"
    assert case.did(ONE, "notify", PAPER) == "accepted"
    assert case.shown.values["state"] == "accepted" and case.shown.contested == (merge.STATE,)
    states = [str(head.event) for head in case.known.state.fields[merge.STATE].heads]
    undo = {"field": "state", "value": "refused", "settles": states}
    assert case.did(CONSOLE, "settle", undo) == "workflow.notified"
    assert case.did(CONSOLE, "settle", undo | {"value": "accepted"}) == "accepted"
    assert case.shown == merge.Shown(case.shown.values, ())


@pytest.mark.parametrize(
    "change", [{"state": "submitted"}, {"on": "20/11/2026"}, {"on": None}, {"how": " "}, {"how": "x" * 201}, {"how": 1}]
)
def test_a_paper_that_says_nothing_is_parked(change: dict[str, object]) -> None:
    case = submitted()
    assert case.did(ONE, "notify", PAPER | change) == "workflow.malformed"
    assert merge.NOTIFIED not in case.known.state.fields


# --- what deciding rests on ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decisive", "name", "blocks"),
    [
        (None, "/phone", True),
        ((), "/phone", False),
        (("/income",), "/phone", False),
        (("/income",), "/income", True),
        (("/income",), "/income_note", False),
        (("/income",), "/income/own/wages", True),
        (("/people",), "/people[r1]/name", True),
        (("/people/name",), "/people[r1]/name", True),
        (("/people/name",), "/people[r1]/phone", False),
        (("/people/name",), "/people[r1]", True),
        ((), "office", True),
    ],
)
def test_a_contested_field_blocks_deciding_where_the_procedure_says_so(
    decisive: Collection[str] | None, name: str, blocks: bool
) -> None:
    case = handed_in(decisive)
    for device in (ONE, TWO):
        # Straight into the state: no edit may change the office, and it counts all the same.
        case.known = Known("stream", _written(case, name, device))
    case.did(ONE, "status", {"from": "draft", "to": "submitted"})
    assert case.shown.contested == (name,)
    assert decide(case) == ("workflow.contested" if blocks else "accepted")


def _written(case: Case, name: str, device: str) -> merge.RecordState:
    case.number += 1
    event = merge.SeenEvent(EventId(device, 9, 1), device, "set", 1, case.number, {name: device}, case.number)
    return merge.apply(case.known.state, event)


# --- who may settle --------------------------------------------------------------------------------------------------


def test_agents_choose_among_contested_values_until_the_case_is_closed_and_type_no_other() -> None:
    case = handed_in()
    for device in (ONE, TWO):
        assert case.did(device, "set", {"/b": device[0], "/c": device[0]}, base=1) in ("accepted", "contested")
    assert case.did(ONE, "status", {"from": "draft", "to": "submitted"}) == "accepted"
    heads = {name: [str(head.event) for head in case.known.state.fields[name].heads] for name in ("/b", "/c")}
    other = {"field": "/b", "value": "9", "settles": heads["/b"]}
    assert case.did(ONE, "settle", other) == "workflow.not_editable"
    assert case.did(ONE, "settle", other | {"value": "2", "settles": heads["/b"][:0]}) == "workflow.not_editable"
    assert case.did(ONE, "settle", other | {"value": "2"}) == "accepted"
    assert case.shown.contested == ("/c",) and case.shown.values["/b"] == "2"
    assert case.did(ONE, "settle", other | {"value": "1"}) == "workflow.not_editable", "it is not contested any more"
    case.decisive = ()
    assert decide(case) == "accepted"
    assert case.did(ONE, "settle", {"field": "/c", "value": "1", "settles": heads["/c"]}) == "workflow.not_editable"


# --- links -----------------------------------------------------------------------------------------------------------


def test_a_link_is_no_edit_and_leads_to_a_record() -> None:
    case = submitted()
    assert case.did(ONE, "set", {"/a": "2"}) == "workflow.not_editable"
    assert case.did(ONE, "set", {"same_as": "9" * 32}) == "accepted"
    assert case.did(ONE, "set", {"same_as": "9" * 32, "/a": "2"}) == "workflow.not_editable"
    assert case.did(ONE, "set", {"same_as": None}) == "accepted"
    assert case.did(ONE, "set", {"same_as": "elsewhere"}) == "event.malformed"
    assert case.did(ONE, "set", {"same_as": RECORD}) == "event.malformed"


# --- settlements taken back ------------------------------------------------------------------------------------------


def contested_draft() -> tuple[Case, list[dict[str, object]]]:
    """Return a draft in which two wrote an answer unseen and one settled it, and the two values."""
    case = handed_in()
    seen = case.number
    case.did(ONE, "set", {"/b": "1"}, base=seen)
    one = case.event(ONE)
    assert case.did(TWO, "set", {"/b": "2"}, base=seen) == "contested"
    two = case.event(TWO)
    assert case.did(ONE, "settle", {"field": "/b", "value": "1", "settles": [one, two]}) == "accepted"
    return case, [{"event": two, "value": "2", "time": 3}, {"event": one, "value": "1", "time": 2}]


def test_a_settlement_taken_back_is_contested_again_and_can_be_settled() -> None:
    case, values = contested_draft()
    undo = {"field": "/b", "value": "2", "settles": [case.event(ONE)], "reopens": values}
    assert case.did(TWO, "settle", undo) == "contested"
    assert case.shown.contested == ("/b",) and case.shown.values["/b"] == "2"
    assert case.did(ONE, "settle", {"field": "/b", "value": "1", "settles": [case.event(TWO)]}) == "accepted"
    assert case.shown.contested == () and case.shown.values["/b"] == "1"


def test_values_that_come_back_are_held_to_every_rule_of_a_value() -> None:
    case, values = contested_draft()
    undo: dict[str, object] = {"field": "/b", "value": "2", "settles": [case.event(ONE)]}
    nul = [values[0], {**values[1], "value": "\0"}]
    assert case.did(TWO, "settle", {**undo, "reopens": nul}) == "event.malformed"
    office = [{**values[0], "value": "office"}, {**values[1], "value": "another"}]
    assert case.did(TWO, "settle", {**undo, "field": "office", "value": "office", "reopens": office}) == (
        "right.foreign_office"
    )
    decision = [{**values[0], "value": "accepted"}, {**values[1], "value": "refused"}]
    assert case.did(TWO, "settle", {**undo, "field": "state", "value": "accepted", "reopens": decision}) == (
        "right.protected_field"
    )
    case.did(ONE, "status", {"from": "draft", "to": "submitted"})
    assert case.did(ONE, "settle", {**undo, "reopens": values}) == "workflow.not_editable", "a supervisor's by now"
    assert case.did(CONSOLE, "settle", {**undo, "reopens": values}) == "contested"
    assert decide(case) == "workflow.contested", "it stands against the decision like any other"


def test_bringing_values_back_is_no_way_to_write_after_the_hand_in() -> None:
    case = handed_in()
    seen = case.number
    for device in (ONE, TWO):
        case.did(device, "set", {"/b": device[0]}, base=seen)
    case.did(ONE, "status", {"from": "draft", "to": "submitted"})
    heads = [str(head.event) for head in case.known.state.fields["/b"].heads]
    values = [{"event": heads[0], "value": "2", "time": 2}, {"event": heads[1], "value": "never said", "time": 9}]
    undo = {"field": "/b", "value": "2", "settles": heads, "reopens": values}
    assert case.did(ONE, "settle", undo) == "workflow.not_editable"
    assert {head.value for head in case.known.state.fields["/b"].heads} == {"1", "2"}


def test_every_citizen_that_comes_back_is_one_that_the_office_reads() -> None:
    case = handed_in()
    values = [
        {"event": f"{ONE}.1.1", "value": "b" * 32, "time": 1},
        {"event": f"{ONE}.1.9", "value": "f" * 32, "time": 1},
    ]
    body = {"field": "citizen", "value": "b" * 32, "settles": [case.event(ONE)], "reopens": values}
    header = Header(1, 1, TWO, 1, 1, CHAIN_START, TWO, "case", RECORD, "settle", case.number, 5, "")
    event = Event(header, body_bytes(body), bytes(16))
    for foreign, code in (("f", "right.foreign_record"), ("a", "settle.not_contested")):
        found = judge(
            event, 9, case.known, AGENT, published=[APA], foreign=lambda citizen, one=foreign: citizen[0] == one
        )
        assert found.code == code


def test_what_cannot_be_read_of_it_is_a_plain_settlement() -> None:
    case, values = contested_draft()
    undo: dict[str, object] = {"field": "/b", "value": "2", "settles": [case.event(ONE)]}
    for reopens in (
        [values[0]],
        [values[0], values[0]],
        [values[0], "x"],
        "x",
        [{**values[0], "value": "3"}, values[1]],
    ):
        assert case.did(TWO, "settle", {**undo, "reopens": reopens}) == "accepted"
        assert case.shown.contested == () and case.shown.values["/b"] == "2"


# --- when a paper can have been given --------------------------------------------------------------------------------

DAY_MS = 86_400_000
NOON = 1_795_435_200_000
"""The 23rd of November 2026 at noon, UTC."""


def on(day: str) -> dict[str, object]:
    return PAPER | {"on": day}


def decided_on_the_23rd() -> Case:
    case = handed_in()
    case.did(ONE, "set", {"tracking_code": CODE}, time=NOON - 5 * DAY_MS)
    assert case.did(ONE, "status", {"from": "draft", "to": "submitted"}, time=NOON - 5 * DAY_MS) == "accepted"
    body: dict[str, object] = {"from": "submitted", "to": "accepted", "reasons": "r"}
    assert case.did(CONSOLE, "status", body, time=NOON) == "accepted"
    return case


@pytest.mark.parametrize("device", [TWO, BOSS])
def test_no_paper_was_given_before_the_decision_that_it_says(device: str) -> None:
    case = decided_on_the_23rd()
    found = case.judge(device, "notify", on("2026-11-21"), time=NOON + DAY_MS)
    assert (found.code, found.details) == ("workflow.paper_too_early", {"earliest": "2026-11-22"})
    assert case.did(device, "notify", on("2026-11-22"), time=NOON + DAY_MS) == "accepted", "clocks may differ by a day"


def test_a_paper_that_says_another_decision_was_given_after_the_hand_in_at_least() -> None:
    case = decided_on_the_23rd()
    other = on("2026-11-16") | {"state": "refused"}
    assert case.did(TWO, "notify", other, time=NOON) == "workflow.paper_too_early"
    assert case.did(TWO, "notify", other | {"on": "2026-11-17"}, time=NOON) == "contested"


def test_a_decision_may_be_handed_over_when_it_is_proposed() -> None:
    case = decided_on_the_23rd()
    early = Case()
    early.known, early.number, early.seqs = case.known, case.number, case.seqs
    early.did(TWO, "propose", {"to": "accepted", "reasons": "r"}, base=2, time=NOON - 3 * DAY_MS)
    assert early.did(TWO, "notify", on("2026-11-20"), time=NOON) == "accepted"


def test_what_the_author_had_not_seen_makes_no_paper_too_early() -> None:
    case = decided_on_the_23rd()
    assert case.did(TWO, "notify", on("2026-11-18"), base=3, time=NOON - 5 * DAY_MS) == "merged"


def test_a_hand_in_by_a_clock_that_ran_ahead_keeps_no_paper_from_being_written_down() -> None:
    case = handed_in()
    assert case.did(ONE, "status", {"from": "draft", "to": "submitted"}, time=NOON + 700 * DAY_MS) == "accepted"
    assert case.did(TWO, "notify", on("2026-11-23"), time=NOON) == "accepted"


def test_days_are_those_of_the_organisation() -> None:
    midnight_in_paris = NOON - DAY_MS // 2 - 1_800_000  # the 22nd at 23:30 UTC, the 23rd at 0:30 in Paris
    case = handed_in()
    case.did(ONE, "status", {"from": "draft", "to": "submitted"}, time=midnight_in_paris)
    for zone, earliest in (("Europe/Paris", "2026-11-22"), ("UTC", "2026-11-21"), ("America/Cayenne", "2026-11-21")):
        seen = SeenEvent(EventId(TWO, 1, 9), TWO, "notify", case.number, NOON, on("2026-11-01"), None)
        assert str(workflow.earliest_paper_day(case.known.state, seen, ZoneInfo(zone))) == earliest


def test_a_draft_has_no_decision_to_propose_or_to_hand_over() -> None:
    case = handed_in()
    assert case.did(ONE, "propose", {"to": "accepted", "reasons": "r"}) == "workflow.not_handed_in"
    assert case.did(ONE, "notify", PAPER) == "workflow.not_handed_in"
    assert case.did(ONE, "propose", {"to": None}) == "accepted", "taking one back does no harm"
    assert case.did(ONE, "status", {"from": "draft", "to": "submitted"}) == "accepted"
    assert case.did(TWO, "propose", {"to": "accepted", "reasons": "r"}, base=1) == "merged", "it was handed in unseen"


def test_a_day_that_no_calendar_has_cannot_be_read() -> None:
    assert submitted().did(ONE, "notify", on("2026-02-30")) == "workflow.malformed"
