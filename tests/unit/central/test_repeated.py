"""The same act under two numbers of one device, as copies of a computer send it: it counts once."""

from __future__ import annotations

from cases.events import EventId
from tests.support.storage_contract import CASE, ONE, TWO, Chain
from tests.unit.central.test_resolving import TOO_OLD, Office, resolve


def _state(office: Office) -> str:
    return str(office.storage.tables.records["case", CASE].state)


def test_it_changes_nothing_and_waits_for_nobody() -> None:
    office = Office()
    office.push(office.event(ONE, "set", {"/name": "Durand"}))
    before, copy = _state(office), Chain(ONE, incarnation=2)
    again = office.event(ONE, "set", {"/name": "Durand"}, chain=copy)
    (verdict,) = office.push(again)
    assert (verdict.state, verdict.code, verdict.details) == ("parked", "event.repeated", {"as": f"{ONE}.1.1"})
    assert _state(office) == before
    assert office.settled(EventId(ONE, 2, 1))
    assert office.push(again) == [verdict], "however often it comes"


def test_what_follows_it_is_judged_for_itself() -> None:
    office = Office()
    office.push(office.event(ONE, "set", {"/name": "Durand"}))
    copy = Chain(ONE, incarnation=2)
    verdicts = office.push(
        office.event(ONE, "set", {"/name": "Durand"}, chain=copy), office.event(ONE, "set", {"/x": "1"}, chain=copy)
    )
    assert [verdict.code or verdict.state for verdict in verdicts] == ["event.repeated", "merged"]


def test_it_counts_once_in_whichever_order_the_chains_come() -> None:
    office = Office()
    copy = Chain(ONE, incarnation=2)
    assert office.push(office.event(ONE, "set", {"/name": "Durand"}, chain=copy))[0].state == "accepted"
    assert office.act(ONE, "set", {"/name": "Durand"}) == "event.repeated"


def test_act_that_waits_is_decided_about_under_the_number_that_came_first() -> None:
    office = Office()
    office.act(ONE, "set", {"/name": "Durand"})
    assert office.act(ONE, "set", TOO_OLD) == "right.foreign_office"
    copy = Chain(ONE, incarnation=2)
    office.push(office.event(ONE, "set", {"/name": "Durand"}, chain=copy))
    assert office.push(office.event(ONE, "set", TOO_OLD, chain=copy))[0].code == "event.repeated"
    assert office.act(ONE, "resolve", resolve(f"{ONE}.2.2", "withdraw")) == "resolve.settled"
    assert office.act(ONE, "resolve", resolve(f"{ONE}.1.2", "withdraw")) == "accepted"


def test_another_device_writes_an_act_of_its_own() -> None:
    office = Office()
    office.act(ONE, "set", {"/name": "Durand"})
    assert office.act(TWO, "set", {"/name": "Durand"}) in ("accepted", "merged")
