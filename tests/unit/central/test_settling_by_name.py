"""A settlement names what is there already, never what somebody may write later."""

from __future__ import annotations

import pytest

from cases import merge
from central.judging import SETTLES_MAX
from tests.support.storage_contract import CASE, ONE, TWO, Chain
from tests.unit.central.test_resolving import TOO_OLD, Office, resolve

UNKNOWN = "settle.unknown_event"


def settle(*names: str, field: str = "/q", value: str = "1") -> dict[str, object]:
    return {"field": field, "value": value, "settles": list(names)}


@pytest.fixture
def office() -> Office:
    """Two wrote ``/q``, neither having seen the other."""
    made = Office()
    assert made.act(ONE, "set", {"/q": "1"}) == "accepted"
    assert made.act(TWO, "set", {"/q": "2"}) == "contested"
    return made


def shown(office: Office) -> merge.Shown:
    return merge.show(office.storage.tables.records["case", CASE].state)


@pytest.mark.parametrize(
    "later",
    [f"{TWO}.1.2", f"{TWO}.1.4999", f"{TWO}.2.1", f"{TWO}.1.0", f"{'9' * 32}.1.1", f"{TWO}.1.{2**70}", "\0.1.1"],
)
def test_what_nobody_has_written_cannot_be_settled(office: Office, later: str) -> None:
    before = shown(office)
    assert office.act(ONE, "settle", settle(f"{ONE}.1.1", f"{TWO}.1.1", later)) == UNKNOWN
    assert shown(office) == before
    office.act(TWO, "set", {"/q": "3"})
    assert "3" in {head.value for head in office.storage.tables.records["case", CASE].state.fields["/q"].heads}


def test_nor_in_a_field_that_nobody_has_written(office: Office) -> None:
    assert office.act(ONE, "settle", settle(f"{TWO}.1.2", field="/new")) == UNKNOWN


def test_nor_by_its_own_name_or_a_later_one_of_its_chain(office: Office) -> None:
    assert office.act(ONE, "settle", settle(f"{ONE}.1.2")) == UNKNOWN
    assert office.act(ONE, "settle", settle(f"{ONE}.1.9")) == UNKNOWN


def test_nor_through_an_act_that_makes_it_take_effect(office: Office) -> None:
    early = settle(f"{ONE}.1.1", f"{TWO}.1.2")
    assert office.act(ONE, "settle", early) == UNKNOWN
    assert office.act(ONE, "resolve", resolve(f"{ONE}.1.2", "adopt", early, kind="settle")) == UNKNOWN
    office.act(TWO, "set", {"/q": "3"})
    assert office.act(ONE, "resolve", resolve(f"{ONE}.1.2", "adopt", early, kind="settle")) != UNKNOWN


def test_a_supervisor_neither(office: Office) -> None:
    assert office.act(ONE, "settle", settle(f"{TWO}.1.2"), role="supervisor") == UNKNOWN


def test_what_is_there_is_settled(office: Office) -> None:
    assert office.act(ONE, "settle", settle(f"{ONE}.1.1", f"{TWO}.1.1")) not in (UNKNOWN, "contested")
    assert shown(office).contested == ()
    assert office.act(TWO, "settle", settle(f"{ONE}.1.2", value="2")) not in (UNKNOWN, "contested"), "settled anew"
    assert shown(office).values["/q"] == "2"
    assert office.act(ONE, "settle", settle(f"{TWO}.1.1")) != UNKNOWN, "seen before it was settled"


def test_what_another_overwrote_meanwhile_is_still_known(office: Office) -> None:
    seen = office.event(TWO, "set", {"/q": "4"})
    office.push(seen)
    assert office.act(ONE, "settle", settle(f"{TWO}.1.1")) != UNKNOWN


def test_an_act_that_is_parked_is_known(office: Office) -> None:
    assert office.act(TWO, "set", TOO_OLD) == "right.foreign_office"
    assert office.act(ONE, "settle", settle(f"{ONE}.1.1", f"{TWO}.1.2")) != UNKNOWN


def test_an_act_of_the_same_batch_and_own_numbers_given_up_are_known(office: Office) -> None:
    made = [office.event(ONE, "set", {"/q": "5"}), office.event(ONE, "settle", settle(f"{ONE}.1.2", f"{TWO}.1.1"))]
    assert UNKNOWN not in [verdict.code for verdict in office.push(*made)]
    beside = Chain(ONE, incarnation=2)
    (verdict,) = office.push(office.event(ONE, "settle", settle(f"{ONE}.1.7"), chain=beside))
    assert verdict.code != UNKNOWN, "what waited of the chain before went on under other numbers"


def test_it_names_so_many_and_no_more(office: Office) -> None:
    names = [f"{TWO}.1.1", *(f"{ONE}.{number}.1" for number in range(2, SETTLES_MAX + 1))]
    beside = Chain(ONE, incarnation=SETTLES_MAX + 5)
    more = office.event(ONE, "settle", settle(*names, f"{ONE}.1.1"), chain=beside)
    (verdict,) = office.push(more)
    assert (verdict.code, verdict.details) == ("event.malformed", {"reason": "settles"})
    (verdict,) = office.push(office.event(ONE, "settle", settle(*names), chain=beside))
    assert verdict.code == ""
