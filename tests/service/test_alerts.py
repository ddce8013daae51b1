"""What devices and the service notice reaches the supervisors, stays until one takes note of it, and is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.clock import SystemClock
from cases.errors import InputError
from cases.events import Kind, RecordType
from cases.treelog import INCONSISTENT, MISSING, Evidence
from central import alerts, intake
from central.alerts import Alert
from central.console.counts import counts
from central.database.reading import Order
from central.records import ConsoleSession
from central.service import queue
from central.web.words import Words
from sync.messages import PROTOCOL, Hello
from tests.service.test_contract import RealService
from tests.support.central_service import MovedClock, RunningService
from tests.support.clients import Client, Office
from tests.support.wire_device import VERSION, WireDevice, new_id

HOUR_MS = 3_600_000


@pytest.fixture
def service(central_service: RunningService) -> RealService:
    return RealService(central_service)


@pytest.fixture
def office(service: RealService, tmp_path: Path) -> Iterator[Office]:
    made = Office(service, tmp_path, SystemClock())
    yield made
    made.close()


def told(running: RunningService, office: str | None = None) -> list[Alert]:
    with running.central.transaction(running.tenant) as connection:
        return alerts.open_alerts(connection, running.tenant, office, running.clock.now_ms())


def codes(running: RunningService) -> list[str]:
    return sorted(each.code for each in told(running))


def settle(running: RunningService, session: ConsoleSession, key: str, reason: str = "Vu avec l’informatique") -> None:
    with running.central.transaction(running.tenant) as connection:
        alerts.settle(connection, session, key, reason, running.clock.now_ms())


def say(device: WireDevice, **suffers: Any) -> None:
    device.exchange(0, hello=Hello([PROTOCOL], **suffers))


def device_of(client: Client) -> str:
    identity = client.workspace.identity
    assert identity is not None
    return identity.device


def test_an_alarm_is_told_once_and_stays_until_a_person_takes_note(
    central_service: RunningService, device: WireDevice
) -> None:
    for _ in range(3):
        say(device, alarm=INCONSISTENT)
    (alert,) = told(central_service)
    assert (alert.code, alert.device, alert.device_name) == (INCONSISTENT, device.me.device, "Poste 1")
    say(device)
    assert told(central_service) == [alert], "that its agent has seen it settles nothing here"
    _, session = central_service.sign_in()
    settle(central_service, session, alert.key)
    assert told(central_service) == []
    with central_service.central.transaction(central_service.tenant) as connection:
        (kept,) = alerts.settled_alerts(connection, central_service.tenant, None)
    assert (kept.code, kept.settled_by, kept.reason) == (INCONSISTENT, session.name, "Vu avec l’informatique")


def test_what_goes_on_is_not_told_anew_and_what_begins_again_is(
    central_service: RunningService, device: WireDevice
) -> None:
    _, session = central_service.sign_in()
    say(device, alarm=MISSING)
    settle(central_service, session, told(central_service)[0].key)
    say(device, alarm=MISSING)
    assert told(central_service) == []
    say(device)
    central_service.clock.move(minutes=1)
    say(device, alarm=MISSING)
    assert codes(central_service) == [MISSING]


def test_every_fork_is_an_alert_and_a_clock_set_right_is_none(
    central_service: RunningService, device: WireDevice
) -> None:
    say(device, forked_ms=5, clock_off_ms=-3 * HOUR_MS)
    assert codes(central_service) == [alerts.CLOCK_OFF, alerts.FORKED]
    assert {each.code: each.number for each in told(central_service)}[alerts.CLOCK_OFF] == -3 * HOUR_MS
    central_service.clock.move(minutes=1)
    say(device, forked_ms=9)
    assert [(each.code, each.number) for each in told(central_service)] == [(alerts.FORKED, 9)]
    _, session = central_service.sign_in()
    settle(central_service, session, told(central_service)[0].key)
    central_service.clock.move(minutes=1)
    say(device, forked_ms=12)
    assert [(each.code, each.number) for each in told(central_service)] == [(alerts.FORKED, 12)]


def test_words_that_no_version_of_ours_says_are_no_alert(central_service: RunningService, device: WireDevice) -> None:
    say(device, alarm="<b>anything</b>")
    assert told(central_service) == []


def test_the_real_client_tells_of_a_log_that_does_not_hold_within_its_session(
    central_service: RunningService, office: Office
) -> None:
    client = office.client()
    assert told(central_service) == []
    client.workspace.note_evidence(Evidence(INCONSISTENT, 1, "0" * 64))
    client.sync()
    assert [(each.code, each.device) for each in told(central_service)] == [(INCONSISTENT, device_of(client))]


def test_the_real_client_tells_of_a_clock_that_is_hours_off(central_service: RunningService, office: Office) -> None:
    clock = MovedClock()
    client = office.client_with_clock(clock)
    clock.move(hours=-5)
    client.sync()
    client.sync()
    (alert,) = told(central_service)
    assert alert.code == alerts.CLOCK_OFF and abs(alert.number - 5 * HOUR_MS) < HOUR_MS / 60


def test_silence_and_old_acts_follow_from_what_was_heard_last(
    central_service: RunningService, device: WireDevice
) -> None:
    now_ms = central_service.clock.now_ms()
    say(device, pending=7, oldest_pending_ms=now_ms - alerts.BEHIND_MS - 1)
    (behind,) = told(central_service)
    assert (behind.code, behind.number) == (alerts.BEHIND, 7)
    central_service.clock.move(hours=alerts.SILENT_MS / HOUR_MS + 1)
    (silent,) = told(central_service)
    assert silent.code == alerts.SILENT and silent.since_ms >= now_ms
    _, session = central_service.sign_in()
    settle(central_service, session, silent.key)
    assert told(central_service) == [], "noted once for this silence"
    device.token = ""
    say(device)
    assert told(central_service) == []
    central_service.clock.move(hours=alerts.SILENT_MS / HOUR_MS + 1)
    assert codes(central_service) == [alerts.SILENT], "the next silence is another one"


def test_an_envelope_that_cannot_be_opened_is_told_and_one_that_comes_too_soon_is_not(
    central_service: RunningService,
) -> None:
    for _ in range(3):
        answer = intake.take_one(central_service.central, central_service.tenant, b"no envelope")
        assert answer.pushed is None and answer.code
    (alert,) = told(central_service)
    assert alert.code.startswith(alerts.ENVELOPE) and (alert.device, alert.number) == ("", 3)


def test_a_supervisor_of_one_office_is_told_of_its_devices_alone(
    central_service: RunningService, device: WireDevice
) -> None:
    say(device, alarm=INCONSISTENT)
    (alert,) = told(central_service, device.me.office)
    assert told(central_service, "0" * 32) == []
    _, session = central_service.sign_in()
    with pytest.raises(InputError, match=r"alert\.unknown"):
        settle(central_service, replace(session, office="0" * 32), alert.key)
    with pytest.raises(InputError, match=r"alert\.reason"):
        settle(central_service, session, alert.key, "")
    assert told(central_service) == [alert]


def test_two_who_take_note_at_once_leave_the_first_ones_word(
    central_service: RunningService, device: WireDevice
) -> None:
    say(device, alarm=INCONSISTENT)
    (alert,) = told(central_service)
    _, session = central_service.sign_in()
    settle(central_service, session, alert.key, "premier")
    with pytest.raises(InputError, match=r"alert\.unknown"):
        settle(central_service, session, alert.key, "second")
    with central_service.central.transaction(central_service.tenant) as connection:
        assert [each.reason for each in alerts.settled_alerts(connection, central_service.tenant, None)] == ["premier"]


def test_the_menu_counts_what_its_pages_show(
    central_service: RunningService, device: WireDevice, second_device: WireDevice
) -> None:
    _, session = central_service.sign_in()
    words = Words("fr", ZoneInfo("Europe/Paris"))

    def shown(who: ConsoleSession) -> tuple[str, str, str]:
        with central_service.central.transaction(central_service.tenant) as connection:
            found = counts(connection, who, words, central_service.clock.now_ms())
        return found.waiting.shown, found.to_settle.shown, found.alerts.shown

    assert shown(session) == ("", "", "")
    case, citizen = new_id(), new_id()
    fields = {"procedure": "apa", "procedure_version": VERSION, "citizen": citizen, "/name": "Durand"}
    device.act(
        device.event(RecordType.CITIZEN, citizen, Kind.SET, {"family_name": "Lefèvre"}),
        device.event(RecordType.CASE, case, Kind.SET, {**fields, "agent": device.me.agent}),
    )
    for who, name in ((device, "Dupont"), (second_device, "Dupond")):
        who.act(who.event(RecordType.CASE, case, Kind.SET, {"/name": name}, base=2))
    device.act(device.event(RecordType.CASE, case, Kind.STATUS, {"from": "draft", "to": "accepted"}, base=4))
    say(device, alarm=INCONSISTENT)
    assert shown(session) == ("1", "1", "1")
    assert shown(replace(session, office=device.me.office)) == ("1", "1", "1")
    assert shown(replace(session, office="0" * 32)) == ("", "", "")


def test_every_case_the_last_active_first_page_by_page(central_service: RunningService, device: WireDevice) -> None:
    made = [new_id() for _ in range(7)]
    for case in made:
        citizen = new_id()
        fields = {"procedure": "apa", "procedure_version": VERSION, "citizen": citizen, "/name": "A"}
        device.act(
            device.event(RecordType.CITIZEN, citizen, Kind.SET, {"family_name": "Suite"}),
            device.event(RecordType.CASE, case, Kind.SET, {**fields, "agent": device.me.agent}),
        )
    device.act(device.event(RecordType.CASE, made[2], Kind.NOTE, {"text": "vu"}, base=14))
    tenant = central_service.tenant

    def page(search: str, after: str | None) -> list[tuple[int, str, str]]:
        with central_service.central.transaction(tenant) as connection:
            found = queue(
                connection,
                tenant,
                states=["draft", "submitted"],
                search=search,
                limit=3,
                after=after,
                order=Order.LAST_ACTIVE,
            )
        return [(row.updated_ms, row.case, row.after) for row in found]

    for search in ("", "suite"):
        pages, after = [], None
        while found := page(search, after):
            pages.append(found)
            after = found[-1][2]
        flat = [(when, case) for each in pages for when, case, _ in each]
        assert [len(each) for each in pages] == [3, 3, 1]
        assert flat == sorted(flat, reverse=True) and {case for _, case in flat} == set(made)
        assert flat[0][1] == made[2]


def stored(running: RunningService) -> int:
    with running.central.transaction(running.tenant) as connection:
        found = connection.execute("select count(*) from estafette.alert").fetchone()
    assert found is not None
    return int(found[0])


def test_however_often_a_device_says_something_it_is_one_alert_and_hides_no_other(
    central_service: RunningService, device: WireDevice, second_device: WireDevice
) -> None:
    say(second_device, alarm=MISSING)
    for number in range(1, 9):
        central_service.clock.move(seconds=1)
        say(device, forked_ms=number, alarm=INCONSISTENT if number % 2 else "")
    assert codes(central_service) == sorted([alerts.FORKED, INCONSISTENT, MISSING])
    assert stored(central_service) == 3


def test_two_copies_that_take_turns_are_told_once_each(central_service: RunningService, device: WireDevice) -> None:
    _, session = central_service.sign_in()
    for number in (5, 9):
        central_service.clock.move(minutes=1)
        say(device, forked_ms=number)
        settle(central_service, session, told(central_service)[0].key)
    for number in (5, 9) * 3:
        say(device, forked_ms=number)
    assert told(central_service) == [] and stored(central_service) == 2


def test_what_no_page_shows_can_be_settled_and_rows_of_old_hide_nothing(
    central_service: RunningService, device: WireDevice, second_device: WireDevice
) -> None:
    _, session = central_service.sign_in()
    say(second_device, alarm=MISSING)
    (hidden,) = told(central_service)
    with central_service.central.transaction(central_service.tenant) as connection:
        connection.execute(
            "insert into estafette.alert (tenant_id, device_id, code, since_ms, heard_ms, ended_ms)"
            " select %s, %s, 'device.forked', %s + n, 1, 1 from generate_series(1, %s) n",
            [central_service.tenant, device.me.device, hidden.since_ms, alerts.OPEN_MAX + 1],
        )
    assert [each.code for each in told(central_service)] == [alerts.FORKED, MISSING]
    older = replace(hidden, device=device.me.device, code=alerts.FORKED, since_ms=hidden.since_ms + 1)
    for each in (older, hidden):
        settle(central_service, session, each.key)
        with pytest.raises(InputError, match=r"alert\.unknown"):
            settle(central_service, session, each.key)
    for key in ("", "~~", "-~device.forked~x", f"{device.me.device}~device.forked~{'9' * 30}", "\x00~a~1"):
        with pytest.raises(InputError, match=r"alert\.unknown"):
            settle(central_service, session, key)
