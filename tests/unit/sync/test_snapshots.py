"""First contact with whole clients and the service in memory: by a snapshot, whatever goes wrong on the way."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from cases.errors import NetworkFault, RejectedError
from cases.store import registers
from central import syncing, whole
from sync import snapshots, wire
from sync.client import CentralClient
from sync.messages import API, ChunkEntry, SnapshotManifest
from sync.snapshots import Taking
from tests.support.clients import NAME, TOWN, Client, Office
from tests.support.faults import Fault
from tests.support.memory_service import MemoryService
from tests.support.workspaces import FakeClock

SEED = 20261126
CASES = 12


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot from a few events on, in many small chunks."""
    monkeypatch.setattr(syncing, "SNAPSHOT_FROM", 20)
    monkeypatch.setattr(whole, "CHUNK_BYTES", 3_000)


@pytest.fixture
def author(post: Office, clock: FakeClock) -> Client:
    """A client that has written and sent what others are to take."""
    client = post.client()
    for number in range(CASES):
        client.case({NAME: f"Durand {number}", TOWN: "Lille"})
    # Central keeps no time that lies after its own.
    clock.advance(3600)
    client.sync()
    return client


def shown(client: Client) -> list[object]:
    workspace = client.workspace
    rows = sorted(workspace.cases(limit=500), key=str)
    return [rows, [workspace.case(row.id).answers for row in rows], sorted(workspace.citizens(limit=500), key=str)]


def cold(client: Client) -> int:
    with client.workspace._core.store.reading() as connection:
        known = [registers.find(connection, row.id) for row in client.workspace.cases(limit=500)]
    return sum(one is not None and one.cold is not None for one in known)


def chunks_asked(memory: MemoryService) -> list[str]:
    return [path for path in memory.central.requests if path.startswith(f"{API}/snapshot/")]


def test_a_new_client_takes_the_snapshot_and_goes_on_by_pages(
    memory: MemoryService, post: Office, author: Client, clock: FakeClock
) -> None:
    second = post.client()
    assert shown(second) == shown(author) and cold(second) == CASES
    assert len(chunks_asked(memory)) > 3
    case = author.workspace.cases(limit=1)[0].id
    author.workspace.answer(case, {TOWN: "Douai"}, base=author.workspace.case(case).base)
    clock.advance(60)
    author.sync()
    second.sync()
    assert second.workspace.case(case).answers[TOWN] == "Douai"
    second.workspace.answer(case, {TOWN: "Arras"}, base=second.workspace.case(case).base)
    second.sync()
    author.sync()
    assert shown(second) == shown(author) and author.workspace.case(case).contested == ()
    assert len(set(chunks_asked(memory))) == len(chunks_asked(memory)), "nothing was fetched twice"


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.UNREACHABLE, Fault.REPLY_LOST, Fault.SERVICE_ERROR, Fault.PORTAL])
def test_a_line_that_breaks_at_every_step_ends_with_everything(
    memory: MemoryService, post: Office, author: Client, fault: Fault
) -> None:
    second = post.client(synchronised=False)
    rounds = 0
    while True:
        # Each round gets one chunk farther, then the line breaks.
        second.faults.add(*[None] * 4, fault)
        rounds += 1
        try:
            second.sync()
        except (NetworkFault, RejectedError):
            assert rounds < 60
            second.faults._next.clear()
            continue
        break
    assert rounds > 3
    assert shown(second) == shown(author) and second.workspace.snapshot_progress() is None


def test_what_came_of_a_chunk_before_the_line_broke_is_not_asked_for_again(
    post: Office, author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []
    chunk = whole.chunk

    def counted(core, device, name, after=0):  # type: ignore[no-untyped-def]
        asked.append((name, after))
        return chunk(core, device, name, after)

    monkeypatch.setattr(whole, "chunk", counted)
    second = post.client(synchronised=False)
    second.faults.add(*[None] * 5, Fault.BROKEN)
    with pytest.raises(NetworkFault):
        second.sync()
    broken = asked[-1]
    second.faults.add(None, Fault.BROKEN)
    with pytest.raises(NetworkFault):
        second.sync()
    assert asked[-1][0] == broken[0] and asked[-1][1] > 0
    second.sync()
    afters = [after for name, after in asked if name == broken[0]]
    assert len(afters) == 3 and afters == sorted(afters) and afters[0] == 0 < afters[1] < afters[2]
    assert shown(second) == shown(author)


def test_a_part_that_was_not_of_the_chunk_is_given_up(post: Office, author: Client) -> None:
    second = post.client(synchronised=False)
    second.faults.add(*[None] * 5, Fault.BROKEN)
    with pytest.raises(NetworkFault):
        second.sync()
    workspace = second.workspace
    at = workspace.snapshot_progress()
    assert at is not None and workspace.identity is not None
    stream = workspace.identity.stream
    part = workspace.chunk_part(stream, at.wanted)
    assert part
    workspace.keep_part(stream, at.wanted, bytes(len(part)))
    with pytest.raises(RejectedError, match=r"sync\.page_invalid"):
        second.sync()
    assert workspace.chunk_part(stream, at.wanted) == b""
    second.sync()
    assert shown(second) == shown(author)


def test_work_done_during_the_snapshot_goes_out_before_the_next_chunk(
    memory: MemoryService, post: Office, author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = post.client(synchronised=False)
    asked: list[str] = []
    apply_chunk = type(second.workspace).apply_chunk

    def working(workspace, stream, name, data):  # type: ignore[no-untyped-def]
        found = apply_chunk(workspace, stream, name, data)
        asked.append(name)
        if len(asked) == 2:
            second.citizen(family_name="Entre-temps")
        return found

    monkeypatch.setattr(type(second.workspace), "apply_chunk", working)
    second.sync()
    paths = memory.central.requests
    last_chunk = max(place for place, path in enumerate(paths) if path.startswith(f"{API}/snapshot/"))
    pushed = [place for place, path in enumerate(paths) if path == f"{API}/sync" and place < last_chunk]
    first_chunk = min(place for place, path in enumerate(paths) if path.startswith(f"{API}/snapshot/"))
    assert any(first_chunk < place for place in pushed), "it waited for the whole snapshot"
    assert second.pending == 0 and second.workspace.search("entre temps")
    author.sync()
    assert author.workspace.search("entre temps")
    assert len(author.workspace.cases(limit=500)) == len(second.workspace.cases(limit=500)) == CASES


def test_a_chunk_that_the_service_forgot_is_served_by_a_newer_manifest(
    memory: MemoryService, post: Office, author: Client, clock: FakeClock
) -> None:
    second = post.client(synchronised=False)
    second.faults.add(*[None] * 6, Fault.UNREACHABLE)
    with pytest.raises(NetworkFault):
        second.sync()
    assert second.workspace.snapshot_progress() is not None
    author.case({NAME: "Nouvelle"})
    clock.advance(60)
    author.sync()
    memory.central.storage.tables.snapshots.clear()
    second.sync()
    assert shown(second) == shown(author)


def test_an_altered_chunk_ends_the_round_and_the_sound_one_is_taken_next(
    memory: MemoryService, post: Office, author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = post.client(synchronised=False)
    whole_chunk = CentralClient.snapshot_chunk
    chance = random.Random(SEED)
    print(f"seed {SEED}")

    def altered(client: CentralClient, name: str, after: int = 0) -> bytes:
        data = whole_chunk(client, name, after)
        at = chance.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    with monkeypatch.context() as patched:
        patched.setattr(CentralClient, "snapshot_chunk", altered)
        with pytest.raises(RejectedError, match=r"sync\.page_invalid"):
            second.sync()
    assert second.workspace.case_count() == 0
    second.sync()
    assert shown(second) == shown(author)


def bad_manifests(entry: ChunkEntry) -> Mapping[str, dict[str, object]]:
    many = ChunkEntry(entry.hash, entry.bytes, snapshots.CHUNK_RECORDS_MAX + 1)
    return {
        "stream": {"stream": "elsewhere"},
        "epoch": {"epoch": 7},
        "number": {"central_seq": 0},
        "twice": {"chunks": [entry, entry]},
        "records": {"chunks": [many]},
        "size": {"chunks": [ChunkEntry(entry.hash, snapshots.CHUNK_BYTES_MAX + 1, 1)]},
    }


@pytest.mark.parametrize("what", bad_manifests(ChunkEntry("0" * 64, 1, 1)))
def test_a_manifest_that_cannot_be_is_refused(
    post: Office, author: Client, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    second = post.client(synchronised=False)
    manifest = CentralClient.snapshot_manifest

    def lying(client: CentralClient, stream: str) -> SnapshotManifest:
        found = manifest(client, stream)
        return msgspec.structs.replace(found, **bad_manifests(found.chunks[0])[what])

    monkeypatch.setattr(CentralClient, "snapshot_manifest", lying)
    with pytest.raises(RejectedError, match=r"sync\.page_invalid"):
        second.sync()
    assert second.workspace.snapshot_progress() is None


def test_a_small_stream_comes_by_pages(memory: MemoryService, post: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = post.client()
    first.case({NAME: "Durand"})
    first.sync()
    second = post.client()
    assert shown(second) == shown(first) and cold(second) == 0 and not chunks_asked(memory)


def test_a_snapshot_that_is_offered_no_more_gives_way_to_pages(
    memory: MemoryService, post: Office, author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = post.client(synchronised=False)
    second.faults.add(*[None] * 6, Fault.UNREACHABLE)
    with pytest.raises(NetworkFault):
        second.sync()
    monkeypatch.setattr(syncing, "SNAPSHOT_FROM", 10_000)
    second.sync()
    assert second.workspace.snapshot_progress() is None and shown(second) == shown(author)


def test_a_restored_service_is_believed_event_by_event(memory: MemoryService, post: Office, author: Client) -> None:
    second = post.client()
    kept = len(memory.central.log) - 9
    memory.central.restore(kept)
    second.sync()
    assert second.workspace.case_count() < CASES
    author.sync()
    second.sync()
    assert not second.workspace.in_doubt() and shown(second)[1] == shown(author)[1]


def test_the_procedures_of_own_cases_come_before_the_others_are_here(
    memory: MemoryService, post: Office, author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    went_on = Taking._went_on

    def watched(taking, before, now):  # type: ignore[no-untyped-def]
        done = went_on(taking, before, now)
        if now is not None and now.own_ready and before is not None:
            held.append(not taking._workspace.procedures_missing())
        return done

    monkeypatch.setattr(Taking, "_went_on", watched)
    manifest = CentralClient.snapshot_manifest

    def mine(client: CentralClient, stream: str) -> SnapshotManifest:
        found = manifest(client, stream)
        with_cases = [
            ChunkEntry(entry.hash, entry.bytes, entry.records, number == len(found.chunks) - 1)
            for number, entry in enumerate(found.chunks)
        ]
        return msgspec.structs.replace(found, chunks=sorted(with_cases, key=lambda entry: not entry.own))

    monkeypatch.setattr(CentralClient, "snapshot_manifest", mine)
    second = post.client()
    assert held and all(held) and shown(second) == shown(author)


def test_chunks_are_named_by_what_travels(memory: MemoryService, post: Office, author: Client, tmp_path: Path) -> None:
    post.client()
    (kept, stored) = next(iter(memory.central.storage.tables.snapshots.values()))
    for entry, _agents in kept.chunks:
        assert hashlib.sha256(stored[entry.hash]).hexdigest() == entry.hash
        assert wire.decompress(stored[entry.hash])
