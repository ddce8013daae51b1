"""First contact by a snapshot, records asked for, and the audit, against the real service."""

from __future__ import annotations

import hashlib
import tracemalloc

import msgspec
import pytest

from cases import merge
from cases.audit import bucket_digest, fingerprint
from cases.events import Kind, RecordType
from cases.snapshot import unpack
from central import syncing, whole
from sync import wire
from sync.messages import (
    API,
    AuditReply,
    AuditRequest,
    PulledEvent,
    RecordHistory,
    RecordsRequest,
    SnapshotManifest,
)
from tests.support.central_service import RunningService
from tests.support.wire_device import Refused, WireDevice, new_id


def citizens(device: WireDevice, count: int) -> list[str]:
    names = [new_id() for _ in range(count)]
    events = [device.event(RecordType.CITIZEN, name, Kind.SET, {"family_name": "Durand"}) for name in names]
    device.exchange(None, *events)
    return names


def manifest(device: WireDevice) -> SnapshotManifest:
    return device.get(f"{API}/snapshot?stream={device.me.stream}", SnapshotManifest)


def chunk(device: WireDevice, name: str) -> bytes:
    answer = device.call("GET", f"{API}/snapshot/{name}")
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


def test_a_new_device_far_behind_is_offered_a_snapshot_that_holds_everything(
    device: WireDevice, second_device: WireDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "SNAPSHOT_FROM", 20)
    monkeypatch.setattr(whole, "CHUNK_BYTES", 1_000)
    names = citizens(device, 40)
    reply = second_device.exchange(0)
    assert (reply.snapshot, reply.streams) == ([device.me.stream], {})
    found = manifest(second_device)
    assert found.central_seq == 40 and len(found.chunks) > 1
    seen: list[str] = []
    for entry in found.chunks:
        data = chunk(second_device, entry.hash)
        assert hashlib.sha256(data).hexdigest() == entry.hash and len(data) == entry.bytes
        records = unpack(wire.decompress(data)).records
        assert len(records) == entry.records
        seen += [record.record_id for record in records]
    assert sorted(seen) == sorted(names)
    assert second_device.exchange(found.central_seq).streams == {}


def test_the_same_snapshot_serves_again_until_the_stream_has_moved_far(
    device: WireDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizens(device, 3)
    first = manifest(device)
    citizens(device, 1)
    assert manifest(device).central_seq == first.central_seq
    monkeypatch.setattr(whole, "REBUILT_AFTER", 0)
    assert manifest(device).central_seq == 4
    assert chunk(device, first.chunks[0].hash)


def test_own_cases_come_first_and_are_marked(
    device: WireDevice, central_service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "CHUNK_BYTES", 0)
    citizens(device, 2)
    own = new_id()
    device.exchange(None, device.event(RecordType.CASE, own, Kind.SET, {"agent": device.me.agent}))
    found = manifest(device)
    assert [entry.own for entry in found.chunks] == [True, False, False]
    assert [record.record_id for record in unpack(wire.decompress(chunk(device, found.chunks[0].hash))).records] == [
        own
    ]


def test_an_unknown_chunk_is_named_so(device: WireDevice) -> None:
    answer = device.call("GET", f"{API}/snapshot/{'0' * 64}")
    assert answer.status_code == 404 and b"snapshot.unknown" in answer.content


def test_records_are_given_as_they_are_and_strangers_are_left_out(device: WireDevice) -> None:
    names = citizens(device, 2)
    answer = device.call("POST", f"{API}/records", msgspec.json.encode(RecordsRequest([names[1], new_id()])))
    data = bytes(answer.content)
    if answer.headers.get("Content-Encoding") == "zstd":
        data = wire.decompress(data)
    (record,) = unpack(data).records
    assert (record.record_id, record.state.value("family_name")) == (names[1], "Durand")


def test_an_audit_names_what_differs(device: WireDevice, central_service: RunningService) -> None:
    names = citizens(device, 6)
    central = central_service.central
    with central.storage.transaction(central_service.tenant) as transaction:
        held = transaction.stored(device.me.stream, names)
    prints = {
        each.record_id: fingerprint(each.record_type, each.record_id, merge.from_json(each.state)) for each in held
    }
    buckets = {
        name[-2:]: bucket_digest({key: value for key, value in prints.items() if key[-2:] == name[-2:]})
        for name in names
    }

    def audit(cursor: int, **changed: str) -> AuditReply:
        request = AuditRequest(device.me.stream, cursor, {**buckets, **changed})
        return device._read(device.call("POST", f"{API}/audit", msgspec.json.encode(request)), AuditReply)

    assert audit(6) == AuditReply(current=True)
    assert audit(5) == AuditReply(current=False)
    ending = names[0][-2:]
    assert audit(6, **{ending: "0" * 32}).differ[ending][names[0]] == prints[names[0]]
    with pytest.raises(Refused, match=r"request\.invalid"):
        audit(6, zz="0")


def test_a_record_that_was_changed_behind_its_log_is_mended_when_somebody_asks(
    device: WireDevice, central_service: RunningService
) -> None:
    (name,) = citizens(device, 1)
    with central_service.central.transaction(device.me.tenant) as connection:
        (kept,) = connection.execute(
            "select state from estafette.record_state where tenant_id = %s and record_id = %s", [device.me.tenant, name]
        ).fetchone() or (b"",)
        connection.execute(
            "update estafette.record_state set state = %b where tenant_id = %s and record_id = %s",
            [bytes(kept).replace(b"Durand", b"Dupont"), device.me.tenant, name],
        )
    answer = device.call("POST", f"{API}/records", msgspec.json.encode(RecordsRequest([name])))
    (record,) = unpack(bytes(answer.content)).records
    assert record.state.value("family_name") == "Durand"
    with central_service.central.transaction(device.me.tenant) as connection:
        again = connection.execute(
            "select r.state, c.family_name from estafette.record_state r join estafette.citizen c"
            " on c.tenant_id = r.tenant_id and c.citizen_id = r.record_id where r.tenant_id = %s and r.record_id = %s",
            [device.me.tenant, name],
        ).fetchone()
    assert again is not None and (bytes(again[0]), again[1]) == (bytes(kept), "Durand")


def test_a_long_history_comes_in_pages_and_takes_no_more_memory_than_one(
    device: WireDevice, central_service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case with a hundred thousand events must not take the service down."""
    monkeypatch.setattr(whole, "HISTORY_PAGE", 50)
    (citizen,) = citizens(device, 1)
    edits = [device.event(RecordType.CITIZEN, citizen, Kind.SET, {"phone": str(turn) * 200}) for turn in range(400)]
    device.act(*edits)
    events: list[PulledEvent] = []
    pages = 0
    while True:
        page = device.get(f"{API}/records/{citizen}/events?after={len(events)}", RecordHistory)
        pages, events = pages + 1, [*events, *page.events]
        assert len(page.events) <= 50
        if not page.more:
            break
    assert pages == 9 and [event.seq for event in events] == list(range(1, 402))
    with central_service.central.storage.transaction(device.me.tenant) as transaction:
        peaks = []
        for limit in (50, 401):
            tracemalloc.start()
            transaction.history(device.me.stream, citizen, limit=limit)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    print("bytes at the peak, one page and whole:", peaks)
    assert peaks[0] < peaks[1] / 4
    # What is compared with its log is read in pages too, and found right.
    with central_service.central.storage.transaction(device.me.tenant) as transaction:
        (record,) = transaction.stored(device.me.stream, [citizen])
        assert whole._as_its_log_says(transaction, device.me.stream, record) is None
