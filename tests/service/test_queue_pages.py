"""No queue of the console leaves anything out in silence: it says how much is shown, and goes on."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
import requests

from cases.events import Kind, RecordType
from central import contested, parked_events
from central.console.counts import counts
from central.database import marks
from central.database.client import Connection
from central.web.words import Words
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, WireDevice, new_id

EVENT = re.compile(r'id="parked-([^"]+)"')
CASE = re.compile(r'id="contested-([^"]+)"')
PROPOSED = re.compile(r'id="proposed-(?!title)([^"]+)"')
NEXT = re.compile(r'href="(/console/[a-z-]+\?(?:propose_)?apres=[^"]+)"')


def walked(service: RunningService, path: str, line: re.Pattern[str]) -> tuple[list[list[str]], list[str]]:
    """Return the lines of each page, and what each says of how much is shown."""
    service.clock.move(seconds=30)  # a code of the second factor serves once
    token, _session = service.sign_in()
    pages, said = [], []
    while path:
        answer = requests.get(
            f"{service.url}{path}",
            cookies={"estafette_session": token, "estafette_visitor": "v"},
            headers={"Accept-Language": "fr"},
            timeout=30,
        )
        assert answer.status_code == 200
        pages.append(line.findall(answer.text))
        said += re.findall(r"(\d+ affichés sur \d+)", answer.text)
        following = NEXT.findall(answer.text)
        path = following[0].replace("&amp;", "&") if following else ""
    return pages, said


def test_every_act_that_waits_is_on_one_of_the_pages(
    device: WireDevice, central_service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parked_events, "PAGE_EVENTS", 2)
    for _act in range(5):
        device.act(device.event(RecordType.CASE, new_id(), Kind.SET, {"state": "accepted"}))
    pages, said = walked(central_service, "/console/attente", EVENT)
    assert [len(page) for page in pages] == [2, 2, 1] and len({one for page in pages for one in page}) == 5
    assert said == ["2 affichés sur 5", "2 affichés sur 5", "1 affichés sur 5"]


def test_a_page_goes_on_after_an_act_that_was_settled_meanwhile(
    device: WireDevice, central_service: RunningService
) -> None:
    for _act in range(4):
        device.act(device.event(RecordType.CASE, new_id(), Kind.SET, {"state": "accepted"}))
    tenant = central_service.tenant
    with central_service.central.transaction(tenant) as connection:
        first = parked_events.parked_queue(connection, tenant, None, limit=2)
        connection.execute("update estafette.parked set settled_ms = 1 where parked_ms = %s", [first[1].parked_ms])
        others = parked_events.parked_queue(connection, tenant, None, after=first[1].event)
        assert len(first) + len(others) == 4
        assert parked_events.parked_queue(connection, tenant, None, after="no event")[0] == first[0]


def test_every_contested_case_is_on_one_of_the_pages(
    device: WireDevice, second_device: WireDevice, central_service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [new_id() for _case in range(3)]
    for case in cases:
        about = {"procedure": "apa", "procedure_version": VERSION, "office": device.me.office}
        device.act(device.event(RecordType.CASE, case, Kind.SET, {**about, "/name": "Zoé"}))
        second_device.act(second_device.event(RecordType.CASE, case, Kind.SET, {"/name": "Zoë"}))
    whole = contested.contested_cases

    def two(*arguments: Connection, **named: str) -> object:
        return whole(*arguments, **named, limit=2)  # type: ignore[arg-type]

    monkeypatch.setattr(contested, "contested_cases", two)
    pages, said = walked(central_service, "/console/a-departager", CASE)
    assert sorted(one for page in pages for one in page) == sorted(cases)
    assert [len(page) for page in pages] == [2, 1] and said == ["2 affichés sur 3", "1 affichés sur 3"]


def test_a_citizen_of_several_cases_is_settled_once(
    device: WireDevice, second_device: WireDevice, central_service: RunningService
) -> None:
    citizen, cases = new_id(), [new_id() for _case in range(3)]
    device.act(device.event(RecordType.CITIZEN, citizen, Kind.SET, {"family_name": "Durand", "phone": "01"}))
    for case in cases:
        about = {"procedure": "apa", "procedure_version": VERSION, "office": device.me.office, "citizen": citizen}
        device.act(device.event(RecordType.CASE, case, Kind.SET, {**about, "/name": "Zoé"}))
    second_device.act(second_device.event(RecordType.CITIZEN, citizen, Kind.SET, {"phone": "02"}))
    second_device.act(second_device.event(RecordType.CASE, cases[2], Kind.SET, {"/name": "Zoë"}))
    tenant, session = central_service.tenant, central_service.sign_in()[1]
    for office in (None, device.me.office):
        with central_service.central.transaction(tenant) as connection:
            found = contested.contested_cases(connection, tenant, office, dt.UTC, delay_days=3)
            told = counts(connection, replace(session, office=office), Words("fr", dt.UTC), 0).to_settle.shown
            count = contested.contested_count(connection, tenant, office)
        fields = sorted((each.record_type, each.field) for case in found for each in case.fields)
        assert fields == [("case", "/name"), ("citizen", "phone")]
        assert told == str(count) == str(len(found))


def test_every_proposal_is_on_one_of_the_pages(
    device: WireDevice, central_service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "PROPOSED_MAX", 2)
    cases = [new_id() for _case in range(5)]
    for case in cases:
        about = {"procedure": "apa", "procedure_version": VERSION, "office": device.me.office}
        device.act(
            device.event(RecordType.CASE, case, Kind.SET, about),
            device.event(RecordType.CASE, case, Kind.STATUS, {"from": "draft", "to": "submitted"}),
            device.event(RecordType.CASE, case, Kind.PROPOSE, {"to": "accepted", "reasons": "Conforme"}),
        )
    pages, said = walked(central_service, "/console/a-departager", PROPOSED)
    assert sorted(one for page in pages for one in page) == sorted(cases)
    assert said == ["2 affichés sur 5", "2 affichés sur 5", "1 affichés sur 5"]
    odd, _said = walked(central_service, "/console/a-departager?propose_apres=x.y", PROPOSED)
    assert odd[0] == pages[0], "an address that nobody gave out leads to the first page"
