"""Contested fields and parked events at central: what is shown of them, and how a supervisor ends them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from cases.errors import InputError
from cases.events import Kind, RecordType
from cases.ids import SystemRandomness
from cases.tracking import new_code
from central import contested, parked_events, settling
from central.database.client import Connection
from central.service import case_view, change_status
from tests.service.test_console_acts import Handed, hand_in
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, WireDevice, new_id

ZONE = ZoneInfo("Europe/Paris")


@pytest.fixture
def handed(device: WireDevice, second_device: WireDevice) -> Handed:
    """A draft in which two devices gave two answers, neither of them having seen the other's."""
    made = Handed(new_id(), new_id(), "")
    fields = {"procedure": "apa", "procedure_version": VERSION, "citizen": made.citizen, "/name": "Durand"}
    device.act(
        device.event(RecordType.CITIZEN, made.citizen, Kind.SET, {"family_name": "Lefèvre"}),
        device.event(RecordType.CASE, made.case, Kind.SET, {**fields, "agent": device.me.agent}),
    )
    _say(second_device, made.case, "Dupond", base=2)
    _say(device, made.case, "Dupont", base=2)
    return made


def _say(device: WireDevice, case: str, name: str, *, base: int) -> str:
    body = {"/name": name}
    (verdict,) = device.act(device.event(RecordType.CASE, case, Kind.SET, body, base=base)).verdicts
    return verdict.state


def _fields(connection: Connection, tenant: int, handed: Handed) -> tuple[contested.ContestedField, ...]:
    return contested.contested_fields(connection, tenant, handed.case, handed.citizen)


def _settle(running: RunningService, handed: Handed, value: str | None, *, base: int = 0) -> None:
    _, session = running.sign_in()
    with running.central.transaction(running.tenant) as connection:
        view = case_view(connection, running.tenant, handed.case)
        assert view is not None
        settling.settle(
            running.central, connection, session, handed.case, "/name", value, "vu sur la carte", base=base or view.base
        )


def test_both_values_are_shown_with_what_their_authors_had_seen(
    central_service: RunningService, handed: Handed
) -> None:
    tenant = central_service.tenant
    with central_service.central.transaction(tenant) as connection:
        (field,) = _fields(connection, tenant, handed)
        (case,) = contested.contested_cases(connection, tenant, None, ZONE, delay_days=3)
    assert (field.record_type, field.field) == ("case", "/name")
    assert {(claim.value, claim.saw) for claim in field.claims} == {("Dupond", "Durand"), ("Dupont", "Durand")}
    assert case.case == handed.case
    assert case.due_ms == contested.working_days_after(field.since_ms, 3, ZONE)


def test_settling_clears_the_field_names_what_it_settles_and_keeps_the_reason(
    central_service: RunningService, handed: Handed
) -> None:
    _settle(central_service, handed, "Dupont")
    tenant = central_service.tenant
    with central_service.central.transaction(tenant) as connection:
        assert _fields(connection, tenant, handed) == ()
        view = case_view(connection, tenant, handed.case)
        (settled,) = contested.settled_fields(connection, tenant, handed.case, handed.citizen)
        assert contested.contested_cases(connection, tenant, None, ZONE, delay_days=3) == []
    assert view is not None and view.answers["/name"] == "Dupont"
    assert (settled.value, settled.reason) == ("Dupont", "vu sur la carte")
    assert {claim.value for claim in settled.settled} == {"Dupond", "Dupont"}


def test_a_settled_field_can_be_settled_anew_and_even_emptied(central_service: RunningService, handed: Handed) -> None:
    _settle(central_service, handed, "Dupont")
    central_service.clock.move(minutes=2)
    _settle(central_service, handed, None)
    tenant = central_service.tenant
    with central_service.central.transaction(tenant) as connection:
        view = case_view(connection, tenant, handed.case)
        (settled,) = contested.settled_fields(connection, tenant, handed.case, handed.citizen)
    assert view is not None and view.answers.get("/name") is None
    assert settled.value is None


def test_a_choice_taken_back_is_in_the_queue_again_with_who_wrote_what(
    central_service: RunningService, handed: Handed
) -> None:
    tenant = central_service.tenant
    with central_service.central.transaction(tenant) as connection:
        (before,) = _fields(connection, tenant, handed)
    _settle(central_service, handed, "Dupont")
    central_service.clock.move(minutes=2)
    _, session = central_service.sign_in()
    with central_service.central.transaction(tenant) as connection:
        view = case_view(connection, tenant, handed.case)
        assert view is not None
        act = (central_service.central, connection, session, handed.case, "/name")
        settling.reopen(*act, "mauvaise carte", base=view.base)
    with central_service.central.transaction(tenant) as connection:
        (again,) = _fields(connection, tenant, handed)
        (case,) = contested.contested_cases(connection, tenant, None, ZONE, delay_days=3)
        assert contested.settled_fields(connection, tenant, handed.case, handed.citizen) == ()
    said = [[(one.value, one.event, one.agent_name) for one in each.claims] for each in (again, before)]
    assert said[0] == said[1] and again.since_ms > before.since_ms, "the agents concerned have their days again"
    assert case.due_ms == contested.working_days_after(again.since_ms, 3, ZONE)
    central_service.clock.move(minutes=2)
    _settle(central_service, handed, "Dupond")
    with central_service.central.transaction(tenant) as connection:
        assert _fields(connection, tenant, handed) == ()
        view = case_view(connection, tenant, handed.case)
        assert view is not None and view.answers["/name"] == "Dupond"
        with pytest.raises(InputError, match=r"settle\.clear"):
            settling.reopen(*act[:1], connection, *act[2:4], "/income", "pour voir", base=view.base)


def test_what_waits_on_a_decided_case_is_the_supervisors_at_once(
    central_service: RunningService, device: WireDevice, handed: Handed
) -> None:
    tenant, central = central_service.tenant, central_service.central
    _settle(central_service, handed, "Dupont")
    device.act(device.event(RecordType.CASE, handed.case, Kind.STATUS, {"from": "draft", "to": "submitted"}, base=5))
    central_service.clock.move(minutes=2)
    _, session = central_service.sign_in()
    with central.transaction(tenant) as connection:
        view = case_view(connection, tenant, handed.case)
        assert view is not None and view.state == "submitted"
        act = (central, connection, session, handed.case)
        decided = change_status(*act, "accepted", base=view.base, reasons="Conditions remplies")
        settling.reopen(*act, "/name", "mauvaise carte", base=decided.central_seq)
    with central.transaction(tenant) as connection:
        (field,) = _fields(connection, tenant, handed)
        (case,) = contested.contested_cases(connection, tenant, None, ZONE, delay_days=3)
    assert not field.agents_may and case.due_ms == field.since_ms, "no days for agents who may not"
    assert case.state == "accepted", "the decision stands meanwhile"


def test_a_late_value_contests_a_choice_that_had_not_seen_it(
    central_service: RunningService, handed: Handed, second_device: WireDevice
) -> None:
    _settle(central_service, handed, "Dupont")
    assert _say(second_device, handed.case, "Dupont-Durand", base=2) == "contested"
    tenant = central_service.tenant
    with central_service.central.transaction(tenant) as connection:
        (field,) = _fields(connection, tenant, handed)
    assert {claim.value for claim in field.claims} == {"Dupont", "Dupont-Durand"}


def test_settling_asks_for_a_reason_and_for_something_to_settle(
    central_service: RunningService, handed: Handed
) -> None:
    _, session = central_service.sign_in()
    central = central_service.central
    for field, value, reason, code in (
        ("/name", "x", " ", "settle.reason_required"),
        ("/name", "x\x00", "because", "case.text_unstorable"),
        ("/income", "900", "because", "settle.clear"),
    ):
        with pytest.raises(InputError) as refused, central.transaction(session.tenant) as connection:
            settling.settle(central, connection, session, handed.case, field, value, reason, base=99)
        assert refused.value.code == code


def test_weekends_do_not_count() -> None:
    friday = dt.datetime(2026, 11, 20, 17, 0, tzinfo=ZONE)
    due = contested.working_days_after(int(friday.timestamp() * 1000), 3, ZONE)
    assert dt.datetime.fromtimestamp(due / 1000, ZONE) == dt.datetime(2026, 11, 25, 17, 0, tzinfo=ZONE)


@pytest.fixture
def parked(central_service: RunningService, device: WireDevice) -> parked_events.ParkedEvent:
    """An edit of a case already handed in, which the service could not apply."""
    made = hand_in(device)
    assert _say(device, made.case, "Autre", base=5) == "parked"
    with central_service.central.transaction(central_service.tenant) as connection:
        (found,) = parked_events.parked_queue(connection, central_service.tenant, None)
    return found


def _resolve(running: RunningService, parked: parked_events.ParkedEvent, action: str, **applied: str) -> None:
    _, session = running.sign_in()
    with running.central.transaction(running.tenant) as connection:
        settling.resolve(
            running.central,
            connection,
            session,
            parked.event,
            parked.record_type,
            parked.record_id,
            action,
            "vu avec l’agent",
            base=parked.base,
            kind=parked.kind,
            applied=parked.edited(applied),
        )


def _name(running: RunningService, case: str) -> str | None:
    with running.central.transaction(running.tenant) as connection:
        view = case_view(connection, running.tenant, case)
    assert view is not None
    return view.answers["/name"]


def _waiting(running: RunningService) -> int:
    with running.central.transaction(running.tenant) as connection:
        return len(parked_events.parked_queue(connection, running.tenant, None))


def test_a_parked_event_says_all_that_a_person_needs(
    central_service: RunningService, parked: parked_events.ParkedEvent, device: WireDevice
) -> None:
    assert (parked.kind, parked.touched, parked.exists) == ("set", {"/name": "Autre"}, True)
    assert (parked.citizen_name, parked.case) == ("Zoé Lefèvre", parked.record_id)
    assert parked.office == device.me.office
    with central_service.central.transaction(central_service.tenant) as connection:
        assert parked_events.parked_event(connection, central_service.tenant, parked.event) == parked
        for name in ("", "x", "x.y.z", parked.event + "9", "a.1.1", parked.event.replace(".", "..")):
            assert parked_events.parked_event(connection, central_service.tenant, name) is None


def test_adopting_applies_what_waited(central_service: RunningService, parked: parked_events.ParkedEvent) -> None:
    _resolve(central_service, parked, settling.ADOPT)
    assert _name(central_service, parked.record_id) == "Autre"
    assert _waiting(central_service) == 0


def test_resending_applies_what_was_edited(central_service: RunningService, parked: parked_events.ParkedEvent) -> None:
    _resolve(central_service, parked, settling.RESEND, **{"/name": "Corrigé"})
    assert _name(central_service, parked.record_id) == "Corrigé"
    assert _waiting(central_service) == 0


def test_withdrawing_applies_nothing(central_service: RunningService, parked: parked_events.ParkedEvent) -> None:
    _resolve(central_service, parked, settling.WITHDRAW)
    assert _name(central_service, parked.record_id) == "Durand"
    assert _waiting(central_service) == 0


def test_a_contested_answer_blocks_deciding_and_nothing_else(
    central_service: RunningService, handed: Handed, device: WireDevice
) -> None:
    with central_service.central.transaction(central_service.tenant) as connection:
        seen = case_view(connection, central_service.tenant, handed.case)
    assert seen is not None
    base = seen.base
    code = new_code(device.me.tenant, SystemRandomness())
    device.act(
        device.event(RecordType.CASE, handed.case, Kind.SET, {"tracking_code": code}, base=base),
        device.event(RecordType.CASE, handed.case, Kind.SET, {"/income": "900"}, base=base),
        device.event(RecordType.CASE, handed.case, Kind.STATUS, {"from": "draft", "to": "submitted"}, base=base),
    )
    _, session = central_service.sign_in()
    central = central_service.central

    def decide() -> None:
        with central.transaction(session.tenant) as connection:
            view = case_view(connection, session.tenant, handed.case)
            assert view is not None and view.answers["/income"] == "900"
            change_status(
                central, connection, session, handed.case, "accepted", base=view.base, reasons="Conditions remplies"
            )

    with pytest.raises(InputError) as refused:
        decide()
    assert (refused.value.code, refused.value.details["code"]) == ("act.parked", "workflow.contested")
    central_service.clock.move(minutes=2)
    _settle(central_service, handed, "Dupont")
    decide()


def test_withdrawing_what_was_never_applied_makes_no_record(
    central_service: RunningService, device: WireDevice
) -> None:
    central, tenant, case = central_service.central, central_service.tenant, new_id()
    body = {"procedure": "none", "procedure_version": VERSION, "citizen": new_id()}
    (verdict,) = device.act(device.event(RecordType.CASE, case, Kind.SET, body)).verdicts
    assert verdict.state == "parked"
    with central.transaction(tenant) as connection:
        (parked,) = parked_events.parked_queue(connection, tenant, None)
    assert not parked.exists
    _resolve(central_service, parked, settling.WITHDRAW)
    assert _waiting(central_service) == 0
    with central.transaction(tenant) as connection:
        assert case_view(connection, tenant, case) is None
