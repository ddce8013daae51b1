"""What reaches a case once it was handed in: nothing silently, and no clock of a desk decides when it was."""

from __future__ import annotations

import pytest
import requests

from cases.errors import ConflictError
from cases.events import Kind, RecordType
from cases.ids import SystemRandomness
from cases.tracking import new_code
from central import service
from central.judging import TIME_LAST_MS
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, WireDevice, new_id


def hand_in(device: WireDevice, *, time: int = 0, code: str = "") -> tuple[str, int]:
    """Return a case that was handed in and the number of the hand-in."""
    case = new_id()
    fields = {"procedure": "apa", "procedure_version": VERSION, "citizen": new_id(), "/a": "1"}
    reply = device.act(
        device.event(RecordType.CASE, case, Kind.SET, fields, time=time),
        device.event(RecordType.CASE, case, Kind.SET, {"tracking_code": code} if code else {"/b": "1"}, time=time),
        device.event(RecordType.CASE, case, Kind.STATUS, {"from": "draft", "to": "submitted"}, time=time),
    )
    assert {verdict.state for verdict in reply.verdicts} == {"accepted"}
    return case, reply.verdicts[-1].central_seq


def view(running: RunningService, case: str) -> service.CaseView:
    with running.central.transaction(running.tenant) as connection:
        found = service.case_view(connection, running.tenant, case)
    assert found is not None
    return found


def decide(running: RunningService, session: service.ConsoleSession, case: str, base: int) -> service.Act:
    with running.central.transaction(running.tenant) as connection:
        return service.change_status(
            running.central, connection, session, case, "accepted", base=base, reasons="Conditions remplies."
        )


def test_the_answers_of_a_decided_case_stay(
    central_service: RunningService, device: WireDevice, second_device: WireDevice
) -> None:
    case, seq = hand_in(device)
    before = view(central_service, case)
    _, session = central_service.sign_in()
    act = decide(central_service, session, case, seq)
    for writer, base, code in (
        (device, act.central_seq, "workflow.not_editable"),
        (device, 0, "workflow.not_seen"),
        (second_device, seq, "workflow.not_seen"),
    ):
        edit = writer.event(RecordType.CASE, case, Kind.SET, {"/a": "2"}, base=base)
        assert [(v.state, v.code) for v in writer.act(edit).verdicts] == [("parked", code)]
    swap = device.event(RecordType.CASE, case, Kind.SET, {"citizen": new_id()}, base=act.central_seq)
    assert device.act(swap).verdicts[0].code == "right.protected_field"
    after = view(central_service, case)
    assert (after.answers, after.citizen, after.contested) == (before.answers, before.citizen, ())
    assert after.parked == 4, "kept, for a person to look at"


def test_an_edit_unseen_by_the_hand_in_is_contested(
    central_service: RunningService, device: WireDevice, second_device: WireDevice
) -> None:
    case, _seq = hand_in(device)
    verdict = second_device.act(second_device.event(RecordType.CASE, case, Kind.SET, {"/a": "2"})).verdicts[0]
    assert verdict.state == "contested"
    (field,) = view(central_service, case).contested
    assert {value.value for value in field.values} == {"1", "2"}


def test_a_case_follows_a_published_procedure(central_service: RunningService, device: WireDevice) -> None:
    for fields in ({"procedure": "p", "procedure_version": "v"}, {"procedure": "apa", "procedure_version": "b" * 64}):
        event = device.event(RecordType.CASE, new_id(), Kind.SET, fields)
        assert device.act(event).verdicts[0].code == "event.unknown_procedure"
    escaped = device.event(RecordType.CASE, new_id(), Kind.SET, b'{"\\u0070rocedure":"p"}')
    assert device.act(escaped).verdicts[0].code == "event.unknown_procedure"


def test_a_citizen_is_named_by_an_identity(device: WireDevice) -> None:
    event = device.event(RecordType.CASE, new_id(), Kind.SET, {"citizen": "x" * 100_000})
    assert device.act(event).verdicts[0].code == "event.malformed"


@pytest.mark.parametrize("ahead_ms", [11 * 60 * 1000, 10 * 365 * 24 * 3600 * 1000])
def test_a_desk_whose_clock_is_ahead_is_shown_when_it_came(
    central_service: RunningService, device: WireDevice, ahead_ms: int
) -> None:
    now_ms = central_service.clock.now_ms()
    code = new_code(device.me.tenant, SystemRandomness())
    case, seq = hand_in(device, time=now_ms + ahead_ms, code=code)
    _, session = central_service.sign_in()
    decide(central_service, session, case, seq)
    latest_ms = central_service.clock.now_ms()
    with central_service.central.transaction(central_service.tenant) as connection:
        (row,) = service.queue(connection, central_service.tenant)
        entries = service.history(connection, central_service.tenant, case)
        portal = service.portal_case(connection, central_service.tenant, case)
    shown = view(central_service, case)
    assert portal is not None and portal.submitted_ms is not None and portal.decided_ms is not None
    assert row.submitted_ms is not None and shown.decision is not None
    times = [row.submitted_ms, row.updated_ms, shown.state_since_ms, shown.decision.time_ms]
    times += [portal.submitted_ms, portal.decided_ms, portal.state_since_ms]
    times += [entry.time_ms for entry in entries] + [time for _state, time in portal.steps]
    assert all(now_ms <= time <= latest_ms for time in times)
    assert requests.get(f"{central_service.url}/suivi/{code}").status_code == 200


def test_a_time_that_no_calendar_holds_waits_for_a_person(central_service: RunningService, device: WireDevice) -> None:
    for time in (TIME_LAST_MS + 1, 253_402_300_800_000, 2**53):
        event = device.event(RecordType.CASE, new_id(), Kind.SET, {"/a": "1"}, time=time)
        assert device.act(event).verdicts[0].code == "event.time"


def test_a_supervisor_can_decide_what_a_clock_at_its_end_has_touched(
    central_service: RunningService, device: WireDevice
) -> None:
    case, seq = hand_in(device, time=TIME_LAST_MS)
    _, session = central_service.sign_in()
    assert decide(central_service, session, case, seq).state == "accepted"
    assert view(central_service, case).state == "accepted"


def test_having_seen_the_future_is_no_way_past_the_stale_check(
    central_service: RunningService, device: WireDevice
) -> None:
    case, _seq = hand_in(device)
    _, session = central_service.sign_in()
    with pytest.raises(ConflictError, match=r"case\.changed"):
        decide(central_service, session, case, 10**9)
    body = {"from": "submitted", "to": "in_review"}
    with pytest.raises(ConflictError, match=r"case\.changed"):
        with central_service.central.transaction(central_service.tenant) as connection:
            service.act_as_console(
                central_service.central, connection, session, RecordType.CASE, case, Kind.STATUS, body, base=10**9
            )
