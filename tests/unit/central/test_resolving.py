"""Who may say how a parked event ends, and of which: over the storage in memory, as devices push."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cases.events import Event, EventId, Header, body_bytes, body_digest, header_hash
from central.appending import append_events
from central.judging import Actor
from central.records import Device
from sync.messages import Verdict
from tests.support.memory_storage import MemoryStorage
from tests.support.storage_contract import CASE, OFFICE, ONE, OTHER, TENANT, THREE, TWO, Chain, agent_of, batch

OTHER_CASE = f"{2:032x}"
TOO_OLD: dict[str, object] = {"/name": "Autre", "office": "elsewhere"}
"""Parked: an agent cannot give a case another office by an edit."""


class Office:
    """A central service in memory and the chains of its devices."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.storage.tables.heads.update({OFFICE: 0, OTHER: 0})
        self.chains = {ONE: Chain(ONE), TWO: Chain(TWO), THREE: Chain(THREE, OTHER)}
        for device, chain in self.chains.items():
            self.storage.tables.devices[device] = Device(
                TENANT, device, "agent", agent_of(device), chain.stream, chain.stream, device * 2, None
            )

    def event(
        self, device: str, kind: str, body: Mapping[str, object], record: str = CASE, chain: Chain | None = None
    ) -> tuple[Event, str]:
        chain = chain or self.chains[device]
        data, salt = body_bytes(dict(body)), bytes(16)
        chain.seq += 1
        header = Header(
            1, TENANT, device, chain.incarnation, chain.seq, chain.head, agent_of(device), "case", record, kind, 0,
            chain.seq, body_digest(data, salt),
        )  # fmt: skip
        chain.head = header_hash(header)
        return Event(header, data, salt), chain.head

    def push(self, *made: tuple[Event, str], role: str = "agent") -> list[Verdict]:
        device = made[0][0].header.device
        stream = self.chains[device].stream
        new = batch(stream, [event for event, _ in made], [digest for _, digest in made], 1_790_000_000_000)
        with self.storage.transaction(TENANT) as transaction:
            return append_events(transaction, Actor(TENANT, role, stream, stream), new).verdicts()

    def act(
        self, device: str, kind: str, body: Mapping[str, object], *, role: str = "agent", record: str = CASE
    ) -> str:
        (verdict,) = self.push(self.event(device, kind, body, record), role=role)
        return verdict.code or verdict.state

    def settled(self, name: EventId) -> str:
        return self.storage.tables.chains[name.device, name.incarnation][name.seq - 1].settled


def resolve(
    name: object, action: str, body: Mapping[str, object] | None = None, kind: str = "set"
) -> dict[str, object]:
    return {"event": str(name), "action": action} | ({} if body is None else {"kind": kind, "body": dict(body)})


PARKED = EventId(ONE, 1, 2)


@pytest.fixture
def office() -> Office:
    made = Office()
    assert made.act(ONE, "set", {"/name": "Durand"}) == "accepted"
    assert made.act(ONE, "set", TOO_OLD) == "right.foreign_office"
    return made


@pytest.mark.parametrize(
    "name",
    [EventId(ONE, 1, 1), EventId(ONE, 1, 9), EventId(ONE, 2**40, 1), EventId(ONE, 1, 2**70), "x", f"{ONE}.1.0_2"],
)
def test_what_does_not_wait_cannot_be_resolved(office: Office, name: object) -> None:
    assert office.act(ONE, "resolve", resolve(name, "withdraw")) == "resolve.unknown"


def test_only_its_author_or_a_supervisor_withdraws_or_resends(office: Office) -> None:
    edited = {"/name": "Corrigé"}
    assert office.act(TWO, "resolve", resolve(PARKED, "withdraw")) == "right.role"
    assert office.act(TWO, "resolve", resolve(PARKED, "resend", edited)) == "right.role"
    assert office.settled(PARKED) == ""
    assert office.act(ONE, "resolve", resolve(PARKED, "resend", edited)) == "accepted"
    assert office.settled(PARKED) == "resend"


def test_a_supervisor_withdraws_what_another_wrote_and_only_once(office: Office) -> None:
    assert office.act(TWO, "resolve", resolve(PARKED, "withdraw"), role="supervisor") == "accepted"
    assert office.act(ONE, "resolve", resolve(PARKED, "withdraw")) == "resolve.settled"


def test_of_one_batch_the_second_is_too_late(office: Office) -> None:
    made = [office.event(ONE, "resolve", resolve(PARKED, "withdraw")) for _ in range(2)]
    assert [verdict.code for verdict in office.push(*made)] == ["", "resolve.settled"]


def test_what_was_parked_in_the_same_batch_can_be_withdrawn(office: Office) -> None:
    made = [
        office.event(ONE, "set", TOO_OLD),
        office.event(ONE, "resolve", resolve(EventId(ONE, 1, 3), "withdraw")),
    ]
    assert [verdict.code for verdict in office.push(*made)] == ["right.foreign_office", ""]
    assert office.settled(EventId(ONE, 1, 3)) == "withdraw"


def test_an_attempt_about_an_act_that_is_ended_is_ended_with_it(office: Office) -> None:
    assert office.act(ONE, "resolve", resolve(PARKED, "adopt", TOO_OLD)) == "right.foreign_office"
    assert office.act(ONE, "set", TOO_OLD) == "right.foreign_office"
    tried, other = EventId(ONE, 1, 3), EventId(ONE, 1, 4)
    assert office.settled(tried) == ""
    assert office.act(TWO, "resolve", resolve(PARKED, "withdraw"), role="supervisor") == "accepted"
    assert [office.settled(name) for name in (PARKED, tried, other)] == ["withdraw", "withdraw", ""]


def test_an_event_of_another_record_is_not_resolved_here(office: Office) -> None:
    said = resolve(PARKED, "withdraw")
    assert office.act(ONE, "resolve", said, record=OTHER_CASE) == "resolve.other_record"


def test_adopting_carries_exactly_what_waits_and_needs_the_right_itself(office: Office) -> None:
    assert office.act(ONE, "resolve", resolve(PARKED, "adopt", {"/name": "Autre"})) == "resolve.altered"
    assert office.act(ONE, "resolve", resolve(PARKED, "adopt", TOO_OLD, kind="note")) == "resolve.altered"
    assert office.act(ONE, "resolve", resolve(PARKED, "adopt", TOO_OLD)) == "right.foreign_office"
    assert office.settled(PARKED) == ""


def test_its_author_withdraws_what_went_to_another_offices_record_and_writes_nothing(office: Office) -> None:
    assert office.act(THREE, "set", {"/name": "Ailleurs"}) == "right.foreign_record"
    foreign, before = EventId(THREE, 1, 1), replace(office.storage.tables.records["case", CASE])
    assert office.act(THREE, "resolve", resolve(foreign, "resend", {"/name": "X"})) == "right.foreign_record"
    assert office.act(THREE, "resolve", resolve(foreign, "withdraw")) == "accepted"
    assert office.settled(foreign) == "withdraw"
    assert office.storage.tables.records["case", CASE] == before


# --- acts of an author who had no right there when they came ---------------------------------------------------------


@pytest.mark.parametrize("code", ["right.mandate_ended", "right.office_changed", "auth.device_revoked"])
def test_what_came_without_any_right_takes_effect_through_a_supervisor_only(code: str) -> None:
    office = Office()
    office.push(office.event(ONE, "set", {"/name": "Durand"}))
    late = {"/name": "Dupond"}
    with office.storage.transaction(TENANT) as transaction:
        event, digest = office.event(ONE, "set", late)
        new = batch(OFFICE, [event], [digest], 1_790_000_000_000)
        (verdict,) = append_events(transaction, Actor(TENANT, "agent", OFFICE, OFFICE, refused=code), new).verdicts()
    assert verdict.code == code
    assert office.act(ONE, "resolve", resolve(PARKED, "adopt", late)) == "right.role"
    assert office.act(ONE, "resolve", resolve(PARKED, "resend", {"/name": "Martin"})) == "right.role"
    assert office.settled(PARKED) == ""
    office.act(TWO, "resolve", resolve(PARKED, "adopt", late), role="supervisor")
    assert office.settled(PARKED) == "adopt"


def test_its_author_may_still_withdraw_it() -> None:
    office = Office()
    late = office.event(ONE, "set", {"/name": "Dupond"})
    with office.storage.transaction(TENANT) as transaction:
        new = batch(OFFICE, [late[0]], [late[1]], 1_790_000_000_000)
        append_events(transaction, Actor(TENANT, "agent", OFFICE, OFFICE, refused="right.mandate_ended"), new)
    assert office.act(ONE, "resolve", resolve(late[0].header.id, "withdraw")) == "accepted"
