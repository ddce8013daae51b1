"""Agents, devices and codes: what a supervisor may do, and only for the offices that are theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cases.errors import InputError, NotPermittedError
from central import service
from central.database import people
from central.records import ConsoleSession
from tests.support.central_service import RunningService
from tests.support.wire_device import Refused, WireDevice, enrolled


@pytest.fixture
def session(central_service: RunningService) -> ConsoleSession:
    return central_service.sign_in()[1]


def other_office(running: RunningService) -> str:
    office = "office-two"
    with running.central.transaction(running.tenant) as connection:
        people.add_office(connection, running.tenant, office, "Antenne de Guéret", 1)
    return office


def test_a_new_agent_enrols_a_device_of_the_office(central_service: RunningService, session: ConsoleSession) -> None:
    central, office = central_service.central, other_office(central_service)
    with central.transaction(session.tenant) as connection:
        agent = service.add_agent(central, connection, session, " Aïcha  Lambert ", office)
        code = service.make_enrolment_code(central, connection, session, agent)
    device = enrolled(central_service.url, code.code)
    assert (device.me.agent_name, device.me.office) == ("Aïcha Lambert", office)
    device.close()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (" ", "agent.name_missing"),
        ("x" * 101, "agent.name_too_long"),
        ("a\u202eb", "agent.name_malformed"),
        ("AGENT d'accueil", "agent.name_taken"),
    ],
)
def test_names_that_could_not_be_read_or_told_apart_are_refused(
    central_service: RunningService, session: ConsoleSession, device: WireDevice, name: str, code: str
) -> None:
    central = central_service.central
    with central.transaction(session.tenant) as connection, pytest.raises(InputError) as refused:
        service.add_agent(central, connection, session, name, device.me.office)
    assert (refused.value.code, refused.value.details["field"]) == (code, "name")


def test_a_supervisor_of_one_office_reaches_nothing_of_another(
    central_service: RunningService, session: ConsoleSession, device: WireDevice
) -> None:
    central, office = central_service.central, other_office(central_service)
    with central.transaction(session.tenant) as connection:
        made = service.make_enrolment_code(central, connection, None, device.me.agent)
        pending = next(code for code in service.enrolment_codes(connection, session.tenant) if not code.used_ms)
    stranger = replace(session, office=office)
    agent = replace(session, role="agent")
    acts: list[Callable[[service.ConsoleSession], object]] = [
        lambda who: service.add_agent(central, connection, who, "Nouveau", device.me.office),
        lambda who: service.revoke_device(central, connection, who, device.me.device),
        lambda who: service.cancel_codes(central, connection, who, device.me.agent, pending.created_ms),
        lambda who: service.make_enrolment_code(central, connection, who, device.me.agent),
    ]
    for who, code in ((stranger, "right.office"), (agent, "right.role")):
        for act in acts:
            with central.transaction(session.tenant) as connection, pytest.raises(NotPermittedError) as refused:
                act(who)
            assert refused.value.code == code
    device.pull()
    enrolled(central_service.url, made.code).close()


def test_a_cancelled_code_is_refused_and_cannot_be_cancelled_twice(
    central_service: RunningService, session: ConsoleSession, device: WireDevice
) -> None:
    central = central_service.central
    with central.transaction(session.tenant) as connection:
        made = service.make_enrolment_code(central, connection, session, device.me.agent)
        pending = next(code for code in service.enrolment_codes(connection, session.tenant) if not code.used_ms)
        service.cancel_codes(central, connection, session, pending.agent, pending.created_ms)
    other = WireDevice(central_service.url)
    with pytest.raises(Refused, match=r"403 enrol\.code_expired"):
        other.enrol(made.code)
    other.close()
    with central.transaction(session.tenant) as connection, pytest.raises(InputError) as refused:
        service.cancel_codes(central, connection, session, pending.agent, pending.created_ms)
    assert refused.value.code == "code.unknown"


def test_cancelling_a_used_code_leaves_its_device_alone(
    central_service: RunningService, session: ConsoleSession, device: WireDevice
) -> None:
    central = central_service.central
    with central.transaction(session.tenant) as connection:
        used = next(code for code in service.enrolment_codes(connection, session.tenant) if code.used_ms)
        with pytest.raises(InputError):
            service.cancel_codes(central, connection, session, used.agent, used.created_ms)
    again = device.enrol(central_service.first.enrolment_code)
    assert again.device == device.me.device


def test_first_start_and_console_codes_live_equally_long(
    central_service: RunningService, session: ConsoleSession, device: WireDevice
) -> None:
    central = central_service.central
    with central.transaction(session.tenant) as connection:
        service.make_enrolment_code(central, connection, session, device.me.agent)
        lives = {code.expires_ms - code.created_ms for code in service.enrolment_codes(connection, session.tenant)}
    assert lives == {7 * 24 * 3600 * 1000}
