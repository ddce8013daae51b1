"""What supervisors do through the service's functions, and that the whole chain proves itself afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from cases.errors import ConflictError, InputError, NotPermittedError
from cases.events import Kind, RecordType
from cases.ids import SystemRandomness
from cases.tracking import new_code
from cases.verify import verify_chain
from central import service
from central.database.client import Connection
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, WireDevice, new_id


@dataclass
class Handed:
    """A case handed in by a device."""

    case: str
    citizen: str
    code: str


def hand_in(device: WireDevice) -> Handed:
    handed = Handed(new_id(), new_id(), new_code(device.me.tenant, SystemRandomness()))
    fields = {"procedure": "apa", "procedure_version": VERSION, "citizen": handed.citizen, "/name": "Durand"}
    names = {"family_name": "Lefèvre", "given_names": "Zoé"}
    reply = device.act(
        device.event(RecordType.CITIZEN, handed.citizen, Kind.SET, names),
        device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Other"}),
        device.event(RecordType.CASE, handed.case, Kind.SET, {**fields, "agent": device.me.agent}),
        device.event(RecordType.CASE, handed.case, Kind.SET, {"tracking_code": handed.code}),
        device.event(RecordType.CASE, handed.case, Kind.STATUS, {"from": "draft", "to": "submitted"}),
    )
    assert {verdict.state for verdict in reply.verdicts} == {"accepted"}
    return handed


def view(connection: Connection, tenant: int, case: str) -> service.CaseView:
    found = service.case_view(connection, tenant, case)
    assert found is not None
    return found


def move(running: RunningService, session: service.ConsoleSession, case: str, to: str, **words: Any) -> service.Act:
    with running.central.transaction(session.tenant) as connection:
        base = words.pop("base", None) or view(connection, session.tenant, case).base
        return service.change_status(running.central, connection, session, case, to, base=base, **words)


def test_a_case_goes_from_the_desk_to_a_decision(central_service: RunningService, device: WireDevice) -> None:
    handed = hand_in(device)
    _, session = central_service.sign_in()
    tenant, central = session.tenant, central_service.central
    with central.transaction(tenant) as connection:
        (row,) = service.queue(connection, tenant, search="lefevre zoe"[:7])
        assert (row.case, row.citizen_name, row.state) == (handed.case, "Zoé Lefèvre", "submitted")
        assert service.queue(connection, tenant, search=handed.code.lower()) == [row]
        assert service.queue(connection, tenant, search="nobody") == []
        assert service.queue(connection, tenant, after=row.after) == []
        assert service.queue_counts(connection, tenant) == {"submitted": 1}
        seen = view(connection, tenant, handed.case)
        assert seen.answers == {"/name": "Durand"}
        assert seen.citizen_fields["family_name"] == "Lefèvre"
        assert (seen.agent_name, seen.base) == (device.me.agent_name, 5)
    asked = move(central_service, session, handed.case, "needs_information", message="Quel revenu ?")
    assert (asked.state, asked.central_seq) == ("accepted", 6)
    events = device.pull(5).events[device.me.stream]
    assert [(event.kind, bytes(event.body)) for event in events] == [
        ("status", b'{"from":"submitted","to":"needs_information","message":"Quel revenu ?"}')
    ]
    answered = device.act(
        device.event(RecordType.CASE, handed.case, Kind.SET, {"/income": "900"}, base=6),
        device.event(
            RecordType.CASE, handed.case, Kind.STATUS, {"from": "needs_information", "to": "in_review"}, base=6
        ),
    )
    assert [verdict.state for verdict in answered.verdicts] == ["accepted", "accepted"]
    move(central_service, session, handed.case, "accepted", reasons="Conditions remplies")
    with central.transaction(tenant) as connection:
        decided = view(connection, tenant, handed.case)
        assert decided.decision is not None
        assert (decided.decision.state, decided.decision.reasons) == ("accepted", "Conditions remplies")
        assert decided.decision.by == session.name
        kinds = [(entry.kind, entry.device_kind) for entry in service.history(connection, tenant, handed.case)]
        assert kinds[-1] == ("status", "console") and len(kinds) == 7
    shown = service.tracking_case(central, handed.code.lower().replace("-", " "), "1.2.3.4")
    assert shown is not None
    assert (shown.state, shown.reasons, shown.office_name) == ("accepted", "Conditions remplies", device.me.office_name)
    assert [state for state, _ in shown.steps] == ["submitted", "needs_information", "in_review", "accepted"]


def test_the_time_spent_waiting_for_information_is_told_by_our_clock(
    central_service: RunningService, device: WireDevice
) -> None:
    handed = hand_in(device)
    _, session = central_service.sign_in()
    tenant, central = session.tenant, central_service.central
    move(central_service, session, handed.case, "needs_information", message="Quel revenu ?")
    with central.transaction(tenant) as connection:
        (waiting,) = view(connection, tenant, handed.case).holds
    assert waiting.until_ms is None
    central_service.clock.move(hours=5 * 24)
    device.token = ""
    body = {"from": "needs_information", "to": "in_review"}
    device.act(device.event(RecordType.CASE, handed.case, Kind.STATUS, body, base=6))
    with central.transaction(tenant) as connection:
        (ended,) = view(connection, tenant, handed.case).holds
        (row,) = service.queue(connection, tenant)
    assert ended.from_ms == waiting.from_ms and ended.until_ms is not None
    assert 5 * 24 <= (ended.until_ms - ended.from_ms) / 3_600_000 < 5 * 24 + 1
    assert row.holds == (ended,)


def test_words_are_asked_for_and_bad_moves_refused(central_service: RunningService, device: WireDevice) -> None:
    handed = hand_in(device)
    _, session = central_service.sign_in()
    with pytest.raises(InputError, match=r"case\.message_required"):
        move(central_service, session, handed.case, "needs_information", message="  ")
    with pytest.raises(InputError, match=r"case\.reasons_required"):
        move(central_service, session, handed.case, "refused")
    with pytest.raises(InputError, match=r"case\.transition"):
        move(central_service, session, handed.case, "archived")
    with pytest.raises(InputError, match=r"case\.unknown"):
        move(central_service, session, new_id(), "accepted", base=1)
    with central_service.central.transaction(session.tenant) as connection:
        assert view(connection, session.tenant, handed.case).state == "submitted"


def test_an_act_on_an_old_page_is_refused(central_service: RunningService, device: WireDevice) -> None:
    handed = hand_in(device)
    _, session = central_service.sign_in()
    with pytest.raises(ConflictError, match=r"case\.changed"):
        move(central_service, session, handed.case, "accepted", reasons="x", base=3)


def test_an_agents_session_could_not_decide(central_service: RunningService, device: WireDevice) -> None:
    handed = hand_in(device)
    agent = service.ConsoleSession(device.me.tenant, "", device.me.agent, "", "agent", device.me.office)
    other_office = service.ConsoleSession(device.me.tenant, "", "s", "", "supervisor", new_id())
    for session, code in ((agent, r"right\.role"), (other_office, r"right\.office")):
        with pytest.raises(NotPermittedError, match=code):
            with central_service.central.transaction(session.tenant) as connection:
                service.act_as_console(
                    central_service.central,
                    connection,
                    session,
                    RecordType.CASE,
                    handed.case,
                    Kind.NOTE,
                    {"text": "x"},
                    base=5,
                )


def test_a_settled_field_is_no_longer_contested(
    central_service: RunningService, device: WireDevice, second_device: WireDevice
) -> None:
    handed = hand_in(device)
    _, session = central_service.sign_in()
    central = central_service.central
    asked = move(central_service, session, handed.case, "needs_information", message="Revenu ?").central_seq
    for writer, value in ((device, "1"), (second_device, "2")):
        writer.act(writer.event(RecordType.CASE, handed.case, Kind.SET, {"/income": value}, base=asked))
    with central.transaction(session.tenant) as connection:
        seen = view(connection, session.tenant, handed.case)
        (field,) = seen.contested
        assert field.field == "/income" and {value.value for value in field.values} == {"1", "2"}
        settled = {"field": "/income", "value": "1", "settles": [value.event for value in field.values]}
        service.act_as_console(
            central, connection, session, RecordType.CASE, handed.case, Kind.SETTLE, settled, base=seen.base
        )
        after = view(connection, session.tenant, handed.case)
        assert after.contested == () and after.answers["/income"] == "1"


def test_the_export_proves_itself_and_names_the_altered_event(
    central_service: RunningService, device: WireDevice
) -> None:
    handed = hand_in(device)
    _, session = central_service.sign_in()
    move(central_service, session, handed.case, "accepted", reasons="Oui")
    with central_service.central.transaction(session.tenant) as connection:
        export = service.export_case(central_service.central, connection, session.tenant, handed.case)
    lines = export.split(b"\n")
    found = verify_chain(lines, service_key=device.me.service_key)
    assert found.complete and found.events == 4
    assert "Lefèvre".encode() not in export, "other records' bodies stay out"
    altered = verify_chain(export.replace(b"Durand", b"Dupont").split(b"\n"))
    assert altered.bad is not None
    assert (altered.bad.event, altered.bad.reason) == (f"{device.me.device}.1.3", "body")


def test_a_body_altered_in_the_database_itself_is_named(central_service: RunningService, device: WireDevice) -> None:
    import psycopg

    handed = hand_in(device)
    with psycopg.connect(central_service.owner_conninfo) as owner:
        owner.execute(
            "update estafette.event set body = convert_to(replace(convert_from(body, 'UTF8'), 'Durand', 'Dupont'),"
            " 'UTF8') where record_id = %s",
            [handed.case],
        )
    with central_service.central.transaction(device.me.tenant) as connection:
        export = service.export_case(central_service.central, connection, device.me.tenant, handed.case)
    bad = verify_chain(export.split(b"\n")).bad
    assert bad is not None and (bad.event, bad.reason) == (f"{device.me.device}.1.3", "body")


def test_tracking_codes_cannot_be_guessed_quickly(central_service: RunningService) -> None:
    central = central_service.central
    guess = new_code(central_service.tenant, SystemRandomness())
    for _ in range(10):
        assert service.tracking_case(central, guess, "9.9.9.9") is None
    with pytest.raises(NotPermittedError, match=r"tracking\.throttled"):
        for _ in range(3):
            service.tracking_case(central, guess, "9.9.9.9")
    assert service.tracking_case(central, guess, "8.8.8.8") is None
