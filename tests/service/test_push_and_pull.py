"""Push and pull over HTTP against the real service."""

from __future__ import annotations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.events import Kind, RecordType
from sync.messages import API, Head, ProcedureList, offer_fingerprint, receipt_bytes
from tests.support.central_service import RunningService
from tests.support.wire_device import Refused, WireDevice, new_id


def citizen(device: WireDevice, name: str = "Durand", record: str | None = None, base: int = 0):
    return device.event(RecordType.CITIZEN, record or new_id(), Kind.SET, {"family_name": name}, base=base)


def test_pushed_events_are_accepted_and_the_receipt_is_signed_by_the_service(device: WireDevice) -> None:
    batch = device.batch(citizen(device), citizen(device, "Martin"))
    reply = device.push(batch)
    assert [verdict.state for verdict in reply.verdicts] == ["accepted", "accepted"]
    assert [verdict.seq for verdict in reply.verdicts] == [1, 2]
    receipt = reply.receipt
    assert (receipt.seq, receipt.head, receipt.level, receipt.stream) == (2, batch.head, "accepted", device.me.stream)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(device.me.service_key))
    key.verify(bytes.fromhex(receipt.signature), receipt_bytes(receipt))


def test_the_same_batch_again_changes_nothing_and_gives_the_same_verdicts(device: WireDevice) -> None:
    batch = device.batch(citizen(device), citizen(device))
    first, second = device.push(batch), device.push(batch)
    assert second.verdicts == first.verdicts
    assert second.receipt.central_seq == first.receipt.central_seq


def test_a_batch_that_overlaps_what_is_held_adds_only_what_is_new(device: WireDevice) -> None:
    events = [citizen(device) for _ in range(4)]
    twin = device.twin()
    held = device.act(*events[:2])
    reply = twin.push(twin.batch(*events))
    assert reply.verdicts[:2] == held.verdicts
    assert [verdict.seq for verdict in reply.verdicts] == [1, 2, 3, 4]
    numbers = [verdict.central_seq for verdict in reply.verdicts]
    assert numbers == sorted(set(numbers))


def test_a_batch_beyond_a_gap_names_the_number_expected(device: WireDevice) -> None:
    device.act(citizen(device))
    device.batch(citizen(device))
    with pytest.raises(Refused) as refused:
        device.act(citizen(device))
    assert (refused.value.problem.status, refused.value.code) == (409, "push.gap")
    assert refused.value.problem.details["seq"] == "2"


def test_a_fork_is_detected_and_nothing_is_overwritten(device: WireDevice, second_device: WireDevice) -> None:
    device.act(citizen(device, "Avant"))
    clone = device.twin()
    record = new_id()
    device.act(citizen(device, "Vrai", record))
    with pytest.raises(Refused) as refused:
        clone.act(citizen(clone, "Clone", record))
    assert (refused.value.problem.status, refused.value.code) == (409, "push.fork")
    assert refused.value.problem.details["seq"] == "2"
    bodies = [bytes(event.body) for event in second_device.pull().events[device.me.stream]]
    assert bodies == [b'{"family_name":"Avant"}', b'{"family_name":"Vrai"}']


def test_a_fork_behind_the_held_head_is_detected(device: WireDevice) -> None:
    clone = device.twin()
    device.act(citizen(device), citizen(device))
    clone.batch(citizen(clone, "Autre"))
    with pytest.raises(Refused, match=r"push\.fork"):
        clone.act(citizen(clone))


def test_a_new_incarnation_goes_on_after_a_fork(device: WireDevice) -> None:
    device.act(citizen(device))
    device.incarnation, device.seq, device.prev = 2, 0, "0" * 64
    assert device.act(citizen(device)).verdicts[0].state == "accepted"


def test_a_wrong_signature_is_refused(device: WireDevice) -> None:
    batch = device.batch(citizen(device))
    with pytest.raises(Refused, match=r"422 push\.signature"):
        device.push(msgspec.structs.replace(batch, signature="00" * 64))


def test_a_body_altered_on_the_way_is_refused(device: WireDevice) -> None:
    batch = device.batch(citizen(device))
    altered = device.event(RecordType.CITIZEN, batch.events[0].record_id, Kind.SET, {"family_name": "Autre"})
    with pytest.raises(Refused, match=r"422 push\.chain"):
        device.push(msgspec.structs.replace(batch, events=[altered]))


def test_a_batch_of_another_device_is_refused(device: WireDevice, second_device: WireDevice) -> None:
    batch = device.batch(citizen(device))
    with pytest.raises(Refused, match=r"403 right\.foreign_batch"):
        second_device.push(batch)


def test_poison_events_park_alone_and_the_rest_flows(device: WireDevice, second_device: WireDevice) -> None:
    record = new_id()
    reply = device.act(
        citizen(device, "Avant", record),
        device.event(RecordType.CITIZEN, record, Kind.SET, b"[1,2]"),
        device.event(RecordType.CITIZEN, record, Kind.SET, b'{"family_name":"\\u0000"}'),
        device.event(RecordType.CITIZEN, record, Kind.SET, b'{"family_name":"\xff"}'),
        device.event(RecordType.CITIZEN, record, Kind.SET, b'{"family_name":"' + b"x" * 300_000 + b'"}'),
        device.event(RecordType.CITIZEN, record, Kind.SET, {"family_name": "Futur"}, base=10**9),
        device.event(RecordType.CASE, new_id(), Kind.STATUS, {"from": "draft", "to": "accepted"}),
        device.event(RecordType.CASE, new_id(), Kind.SET, {"office": "another"}),
        device.event(RecordType.CASE, new_id(), Kind.SET, {"state": "accepted"}),
        device.event(RecordType.CASE, new_id(), Kind.SET, {"tracking_code": "E1-nonsense"}),
        device.event("unheard_of", new_id(), "newer", {"x": 1}),
        citizen(device, "Apres", record),
    )
    assert [(verdict.state, verdict.code) for verdict in reply.verdicts] == [
        ("accepted", ""),
        ("parked", "event.malformed"),
        ("parked", "event.malformed"),
        ("parked", "event.malformed"),
        ("parked", "event.too_large"),
        ("parked", "event.base"),
        ("parked", "workflow.not_allowed"),
        ("parked", "right.foreign_office"),
        ("parked", "right.protected_field"),
        ("parked", "event.tracking_code"),
        ("accepted", ""),
        ("accepted", ""),
    ]
    assert device.push(device.batch(citizen(device))).verdicts[0].state == "accepted"
    kept = [event.seq for event in second_device.pull().events[device.me.stream]]
    assert kept == [1, 11, 12, 13]


def test_repeating_a_parked_event_gives_its_reason_again(device: WireDevice) -> None:
    batch = device.batch(device.event(RecordType.CASE, new_id(), Kind.STATUS, {"from": "draft", "to": "accepted"}))
    first, again = device.push(batch), device.push(batch)
    assert first.verdicts == again.verdicts
    assert first.verdicts[0].details == {"from": "draft", "to": "accepted"}


def test_unseen_edits_merge_by_field_and_contest_on_the_same_field(
    device: WireDevice, second_device: WireDevice
) -> None:
    record = new_id()
    base = device.act(citizen(device, "Durand", record)).verdicts[0].central_seq
    other = second_device.event(RecordType.CITIZEN, record, Kind.SET, {"phone": "0102"}, base=base)
    assert second_device.act(other).verdicts[0].state == "accepted"
    merged = device.act(device.event(RecordType.CITIZEN, record, Kind.SET, {"email": "a@b.fr"}, base=base))
    assert merged.verdicts[0].state == "merged"
    contested = device.act(device.event(RecordType.CITIZEN, record, Kind.SET, {"phone": "0304"}, base=base))
    assert contested.verdicts[0].state == "contested"


def test_pull_leaves_out_own_events_and_leads_to_the_head(device: WireDevice, second_device: WireDevice) -> None:
    batch = device.batch(citizen(device))
    device.push(batch)
    device.push(batch)
    own = device.pull()
    assert own.events[device.me.stream] == [] and not own.more
    other = second_device.pull()
    (event,) = other.events[device.me.stream]
    assert event.agent_name and event.central_seq == 1
    assert other.cursors == own.cursors == {device.me.stream: 1}


def test_pull_goes_page_by_page(device: WireDevice, second_device: WireDevice) -> None:
    device.act(*(citizen(device) for _ in range(7)))
    after, seen, more = 0, [], True
    while more:
        page = second_device.pull(after, limit=3)
        seen += [event.seq for event in page.events[device.me.stream]]
        after, more = page.cursors[device.me.stream], page.more
    assert seen == [1, 2, 3, 4, 5, 6, 7]


def test_a_foreign_stream_is_refused(device: WireDevice) -> None:
    with pytest.raises(Refused, match=r"403 right\.foreign_stream"):
        device.pull(stream=new_id())
    with pytest.raises(Refused, match=r"403 right\.foreign_stream"):
        device.get(f"{API}/changes?stream={new_id()}", Head)


def test_changes_answers_as_soon_as_the_stream_moves(device: WireDevice, second_device: WireDevice) -> None:
    import threading

    heads: list[int] = []
    second_device.fetch_token()
    waiting = threading.Thread(
        target=lambda: heads.append(second_device.get(f"{API}/changes?after=0&wait=30", Head).head)
    )
    waiting.start()
    device.act(citizen(device))
    waiting.join(20)
    assert heads == [1]


def test_changes_answers_after_the_wait_when_nothing_moves(device: WireDevice) -> None:
    assert device.get(f"{API}/changes?after=0&wait=1", Head).head == 0


def test_changes_tells_which_procedures_are_on_offer(device: WireDevice) -> None:
    listed = device.get(f"{API}/procedures", ProcedureList).procedures
    fingerprint = offer_fingerprint((summary.id, summary.version) for summary in listed)
    assert device.get(f"{API}/changes?wait=0", Head).procedures == fingerprint


def test_a_record_of_another_office_cannot_be_written(central_service: RunningService, device: WireDevice) -> None:
    from central.database import people
    from central.service import make_enrolment_code
    from tests.support.wire_device import enrolled

    central, tenant = central_service.central, central_service.tenant
    with central.transaction(tenant) as connection:
        people.add_office(connection, tenant, "0" * 32, "Autre antenne", 1)
        people.add_agent(connection, tenant, "1" * 32, "0" * 32, "Autre agent", 1)
        code = make_enrolment_code(central, connection, None, "1" * 32)
    other = enrolled(central_service.url, code.code)
    record = new_id()
    device.act(citizen(device, "Durand", record))
    verdict = other.act(citizen(other, "Pirate", record)).verdicts[0]
    other.close()
    assert (verdict.state, verdict.code) == ("parked", "right.foreign_record")


def test_receipts_do_not_go_back_when_the_clock_does(central_service: RunningService, device: WireDevice) -> None:
    def pushed() -> int:
        return device.act(device.event("citizen", new_id(), "set", {"family_name": "Martin"})).receipt.time

    times = [pushed()]
    for hours in (-1, -24, 3):
        central_service.clock.move(hours=hours)
        times.append(pushed())
    assert times == sorted(times) and times[1] == times[0]
