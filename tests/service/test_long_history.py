"""A case of thousands of events: its page reads and shows the newest, and older pages follow without a gap."""

from __future__ import annotations

import re

import pytest

from cases.events import Kind, RecordType
from cases.verify import verify_chain
from central import exporting
from central.console import case as console_case
from central.database import reading
from central.keys import public_hex
from tests.service.test_renewals import Browser
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, WireDevice, new_id

NOTE = re.compile(r"Note (\d+)\.")
OLDER = re.compile(r'href="(/console/dossiers/[0-9a-f]{32}/historique\?avant=\d+)"')


def test_a_long_history_is_read_page_by_page(
    central_service: RunningService, device: WireDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_case, "HISTORY_PAGE", 4)
    read: list[int] = []
    whole = reading.recent_history

    def counted(*arguments: object, **named: object) -> object:
        found = whole(*arguments, **named)  # type: ignore[arg-type]
        read.append(len(found))
        return found

    monkeypatch.setattr(console_case.service, "recent_history", counted)
    case = new_id()
    about = {"procedure": "apa", "procedure_version": VERSION, "office": device.me.office}
    device.act(device.event(RecordType.CASE, case, Kind.SET, about))
    for number in range(1, 11):
        device.act(device.event(RecordType.CASE, case, Kind.NOTE, {"text": f"Note {number}."}))
    browser = Browser(central_service)
    page = browser.get(f"/console/dossiers/{case}").text
    history = page[page.index('id="history-title"') :]
    assert [int(each) for each in NOTE.findall(history)] == [10, 9, 8, 7]
    assert "a ouvert le dossier" not in history
    found, openings = [], 0
    while older := OLDER.findall(history):
        history = browser.get(older[0]).text
        found += [int(each) for each in NOTE.findall(history)]
        openings += history.count("a ouvert le dossier")
    assert found == [6, 5, 4, 3, 2, 1] and openings == 1
    assert max(read) <= 5, "however long the history is"
    assert browser.get(f"/console/dossiers/{case}/historique?avant=x").status_code == 200
    assert browser.get(f"/console/dossiers/{new_id()}/historique").status_code == 404


def test_an_export_is_the_same_however_little_is_read_at_a_time(
    central_service: RunningService, device: WireDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, tenant = new_id(), central_service.tenant
    about = {"procedure": "apa", "procedure_version": VERSION, "office": device.me.office}
    for record in (case, new_id(), new_id(), new_id(), case, new_id()):
        device.act(device.event(RecordType.CASE, record, Kind.SET, {**about, "/name": "Zoé"}))
    exported = []
    for at_a_time in (1, 2, 500):
        monkeypatch.setattr(exporting, "EVENTS_AT_A_TIME", at_a_time)
        with central_service.central.transaction(tenant) as connection:
            exported.append(exporting.export_case(central_service.central, connection, tenant, case))
    assert exported[0] == exported[1] == exported[2]
    checked = verify_chain(exported[0].split(b"\n"), service_key=public_hex(central_service.central.keys.service()))
    assert checked.complete and checked.events == 2
