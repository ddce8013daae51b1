"""A case goes to another office: its citizen, its feeds, and what comes too late."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from cases.errors import ConflictError, InputError
from cases.events import Kind, RecordType
from cases.merge import RecordState
from cases.snapshot import unpack
from cases.verify import verify_chain
from central import parked_events
from central.database import people, records
from central.records import ConsoleSession
from central.service import case_view, export_case, make_enrolment_code, move_case
from sync import wire
from sync.columns import unpack_verdicts
from sync.messages import API, RecordHistory, RecordsRequest
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


def open_case(device: WireDevice, citizen: str, case: str) -> None:
    about = {"procedure": "apa", "procedure_version": VERSION, "citizen": citizen, "office": device.me.office}
    device.exchange(
        None,
        device.event(RecordType.CITIZEN, citizen, Kind.SET, {"family_name": "Durand"}),
        device.event(RecordType.CASE, case, Kind.SET, about),
        device.event(RecordType.CASE, case, Kind.STATUS, {"from": "draft", "to": "submitted"}),
    )


def move(service: RunningService, session: ConsoleSession, case: str, office: str = NORTH) -> None:
    with service.central.transaction(session.tenant) as connection:
        view = case_view(connection, session.tenant, case)
        assert view is not None
        move_case(service.central, connection, session, case, office, "Déménagement", base=view.base)


def test_a_case_leaves_one_office_and_enters_the_other_with_its_citizen(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    citizen, case = new_id(), new_id()
    open_case(device, citizen, case)
    move(central_service, session, case)
    left = device.exchange(0).streams[device.me.stream]
    assert sorted(record for _number, record in left.leaves) == sorted([citizen, case])
    entered = north.exchange(0).streams[NORTH]
    assert entered.cursor == 2
    (chunk,) = entered.enters
    assert {record.record_id for record in unpack(bytes(chunk)).records} == {case, citizen}
    assert north.exchange(2).streams == {}
    with central_service.central.transaction(session.tenant) as connection:
        view = case_view(connection, session.tenant, case)
    assert view is not None and (view.office, view.fields["office"], view.state) == (NORTH, NORTH, "submitted")


def test_a_citizen_who_moved_is_not_mended_back_into_the_old_stream_s_numbers(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    """No event of the citizen says that it moved: its log, in the old numbers, is not what it should be now."""
    for _other in range(5):
        device.act(device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Autre"}))
    citizen, case = new_id(), new_id()
    open_case(device, citizen, case)
    move(central_service, session, case)

    def held() -> dict[tuple[str, str], tuple[str, RecordState]]:
        with central_service.central.transaction(session.tenant) as connection:
            return records.load_states(connection, session.tenant, [citizen, case])

    before = held()
    answer = north.call("POST", f"{API}/records", msgspec.json.encode(RecordsRequest([citizen, case])))
    data = wire.decompress(bytes(answer.content), limit=1 << 20)
    given = {record.record_id: record.state for record in unpack(data).records}
    assert held() == before
    assert given == {record: state for (_type, record), (_stream, state) in before.items()}
    move(central_service, session, case, device.me.office)
    before = held()
    device.call("POST", f"{API}/records", msgspec.json.encode(RecordsRequest([citizen, case])))
    assert held() == before


def test_an_act_on_a_case_that_moved_away_tells_its_old_office_nothing_of_it(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    """Any agent can have an act on a known record parked; its page must not show what the record has become since."""
    citizen, case = new_id(), new_id()
    open_case(device, citizen, case)
    move(central_service, session, case)
    for record_type, record in ((RecordType.CASE, case), (RecordType.CITIZEN, citizen)):
        reply = device.act(device.event(record_type, record, Kind.SET, {"/a": "x", "family_name": ""}))
        assert [verdict.code for verdict in reply.verdicts] == ["right.foreign_record"]
    with central_service.central.transaction(session.tenant) as connection:
        queue = parked_events.parked_queue(connection, session.tenant, device.me.office)
        alone = [
            parked_events.parked_event(connection, session.tenant, one.event, reader=device.me.office) for one in queue
        ]
        everybody = parked_events.parked_queue(connection, session.tenant, None)
    assert [(one.citizen_name, one.case, one.exists) for one in queue] == [("", "", False)] * 2
    assert alone == queue
    assert [(one.citizen_name, one.case, one.exists) for one in everybody] == [("Durand", case, True)] * 2


def test_a_citizen_with_another_case_stays_and_is_readable_in_both(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    citizen, first, second = new_id(), new_id(), new_id()
    open_case(device, citizen, first)
    open_case(device, citizen, second)
    move(central_service, session, first)
    left = device.exchange(0).streams[device.me.stream]
    assert [record for _number, record in left.leaves] == [first]
    (chunk,) = north.exchange(0).streams[NORTH].enters
    assert {record.record_id for record in unpack(bytes(chunk)).records} == {citizen, first}
    move(central_service, session, second)
    assert citizen in [record for _number, record in device.exchange(0).streams[device.me.stream].leaves]


def test_a_citizen_that_an_office_only_reads_is_renewed_when_it_next_asks(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    citizen, first, second = new_id(), new_id(), new_id()
    open_case(device, citizen, first)
    open_case(device, citizen, second)
    move(central_service, session, first)
    cursor = north.exchange(0).streams[NORTH].cursor
    assert north.exchange(cursor).streams == {}
    edited = device.exchange(None, device.event(RecordType.CITIZEN, citizen, Kind.SET, {"phone": "0565"}, base=7))
    assert edited.push is not None and edited.push.verdicts.others == []
    news = north.exchange(cursor).streams[NORTH]
    ((record,),) = [unpack(bytes(chunk)).records for chunk in news.enters]
    assert (record.record_id, record.state.value("phone")) == (citizen, "0565")
    assert news.cursor == cursor + 1
    assert north.exchange(news.cursor).streams == {}, "told once"
    move(central_service, session, second)
    gone = north.exchange(news.cursor).streams[NORTH]
    assert {one.record_id for chunk in gone.enters for one in unpack(bytes(chunk)).records} == {citizen, second}


def test_what_the_old_office_still_sends_is_parked_and_the_new_one_goes_on(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    citizen, case = new_id(), new_id()
    open_case(device, citizen, case)
    move(central_service, session, case)
    late = device.exchange(None, device.event(RecordType.CASE, case, Kind.NOTE, {"text": "?"}))
    assert late.push is not None
    (verdict,) = unpack_verdicts(late.push.verdicts, 4, 4)
    assert (verdict.state, verdict.code) == ("parked", "right.foreign_record")
    reply = north.exchange(2, north.event(RecordType.CASE, case, Kind.NOTE, {"text": "ok"}, base=2))
    assert reply.push is not None and reply.push.verdicts.others == []


def test_a_move_needs_a_reason_another_office_and_the_newest_look(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    citizen, case = new_id(), new_id()
    open_case(device, citizen, case)
    refusals = [(NORTH, " ", 3), ("e" * 32, "x", 3), (device.me.office, "x", 3)]
    for office, reason, base in refusals:
        with pytest.raises(InputError), central_service.central.transaction(session.tenant) as connection:
            move_case(central_service.central, connection, session, case, office, reason, base=base)
    with pytest.raises(ConflictError), central_service.central.transaction(session.tenant) as connection:
        move_case(central_service.central, connection, session, case, NORTH, "x", base=2)


def test_an_agent_cannot_move_a_case(device: WireDevice) -> None:
    citizen, case = new_id(), new_id()
    open_case(device, citizen, case)
    reply = device.exchange(None, device.event(RecordType.CASE, case, "move", {"office": NORTH, "reason": "x"}, base=3))
    assert reply.push is not None and [verdict.code for verdict in reply.push.verdicts.others] == ["right.role"]


def test_the_export_of_a_moved_case_still_proves_itself(
    device: WireDevice, north: WireDevice, central_service: RunningService, session: ConsoleSession
) -> None:
    citizen, case = new_id(), new_id()
    open_case(device, citizen, case)
    move(central_service, session, case)
    north.exchange(2, north.event(RecordType.CASE, case, Kind.NOTE, {"text": "ok"}, base=2))
    with central_service.central.transaction(session.tenant) as connection:
        exported = export_case(central_service.central, connection, session.tenant, case)
    verified = verify_chain(exported.splitlines(), service_key=device.me.service_key)
    assert verified.proven and verified.complete
    history = north.get(f"{API}/records/{case}/events", RecordHistory).events
    assert [event.kind for event in history] == ["set", "status", "move", "note"]
