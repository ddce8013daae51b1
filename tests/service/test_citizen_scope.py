"""Nobody reads another office's citizen by naming them: neither in a case of one's own, nor as the same person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cases.events import Kind, RecordType
from central import contested, linking
from central.database import marks, people
from central.database.reading import queue, queue_counts
from central.records import ConsoleSession
from central.service import case_view, make_enrolment_code, move_case
from sync.messages import Verdict
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, WireDevice, enrolled, new_id

NORTH = "f" * 32


@pytest.fixture
def north(central_service: RunningService, device: WireDevice) -> Iterator[WireDevice]:
    """A device of another office."""
    central, tenant = central_service.central, central_service.tenant
    agent = new_id()
    with central.transaction(tenant) as connection:
        people.add_office(connection, tenant, NORTH, "Nord", 1)
        people.add_agent(connection, tenant, agent, NORTH, "Nadia", 1)
        code = make_enrolment_code(central, connection, None, agent)
    made = enrolled(central_service.url, code.code)
    yield made
    made.close()


@pytest.fixture
def session(central_service: RunningService) -> ConsoleSession:
    return central_service.sign_in()[1]


def about(device: WireDevice, citizen: str) -> dict[str, str | None]:
    return {"procedure": "apa", "procedure_version": VERSION, "citizen": citizen, "office": device.me.office}


def opened(device: WireDevice, citizen: str, case: str) -> list[Verdict]:
    reply = device.act(device.event(RecordType.CASE, case, Kind.SET, about(device, citizen)))
    return list(reply.verdicts)


def known(device: WireDevice) -> str:
    citizen = new_id()
    device.act(
        device.event(RecordType.CITIZEN, citizen, Kind.SET, {"family_name": "Durand", "birth_date": "1950-01-02"})
    )
    return citizen


def test_a_case_that_names_another_office_s_citizen_is_parked(device: WireDevice, north: WireDevice) -> None:
    (verdict,) = opened(north, known(device), new_id())
    assert (verdict.state, verdict.code, verdict.details) == ("parked", "right.foreign_record", {"field": "citizen"})


def test_a_case_for_one_s_own_or_for_a_lent_citizen_is_taken(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    citizen, first, second = known(device), new_id(), new_id()
    assert [verdict.state for case in (first, second) for verdict in opened(device, citizen, case)] == ["accepted"] * 2
    with central_service.central.transaction(session.tenant) as connection:
        view = case_view(connection, session.tenant, first)
        assert view is not None
        move_case(central_service.central, connection, session, first, NORTH, "Déménagement", base=view.base)
    third = new_id()
    assert [verdict.state for verdict in opened(north, citizen, third)] == ["accepted"], "lent with the case that came"
    with central_service.central.transaction(session.tenant) as connection:
        for case in (first, third):
            view = case_view(connection, session.tenant, case)
            assert view is not None and view.citizen_fields["family_name"] == "Durand"


def test_a_case_opened_before_the_office_heard_that_its_citizen_left_is_taken_but_does_not_show_them(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    citizen, first = known(device), new_id()
    opened(device, citizen, first)
    with central_service.central.transaction(session.tenant) as connection:
        view = case_view(connection, session.tenant, first)
        assert view is not None
        move_case(central_service.central, connection, session, first, NORTH, "Déménagement", base=view.base)
    late = new_id()
    assert [verdict.state for verdict in opened(device, citizen, late)] == ["accepted"]
    tenant, office = session.tenant, device.me.office
    with central_service.central.transaction(tenant) as connection:
        view = case_view(connection, tenant, late)
        assert view is not None and (view.citizen, view.citizen_fields) == ("", {})
        assert [row.citizen_name for row in queue(connection, tenant, states=["draft"], office=office)] == [""]
        assert queue(connection, tenant, states=["draft"], office=office, search="durand") == []
        assert queue_counts(connection, tenant, office, search="durand") == {}
        assert contested.contested_fields(connection, tenant, late, view.citizen) == ()


def test_who_is_said_to_be_the_same_person_is_told_only_to_who_may_read_them(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    theirs, ours = known(device), known(north)
    north.act(north.event(RecordType.CITIZEN, ours, Kind.SET, {"same_as": theirs}))
    tenant = session.tenant
    with central_service.central.transaction(tenant) as connection:
        assert theirs in marks.group(connection, tenant, RecordType.CITIZEN, ours)
        assert marks.persons(connection, tenant, NORTH, [theirs]) == []
        assert [one.name for one in marks.persons(connection, tenant, None, [theirs])] == ["Durand"]
    one_office = replace(session, office=NORTH)
    with central_service.central.transaction(tenant) as connection, pytest.raises(Exception, match="link.unknown"):
        linking.link_citizen(central_service.central, connection, one_office, ours, theirs, base=1)
