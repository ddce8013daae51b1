"""The client holds the service to its log of receipts: what it asks, what it takes, and what raises the alarm."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cases.errors import RejectedError
from cases.merkle import EMPTY
from cases.treeheads import HEADS_EVERY_MS, PROBES_EVERY_MS, Probe
from cases.treelog import (
    INCONSISTENT,
    MERGE_DELAY_MS,
    MISSING,
    Evidence,
    RootLine,
    SignedReceipt,
    TreeHead,
    follows,
    head_signed,
    holds,
    root_bytes,
)
from sync.command import Context
from sync.commands import COMMANDS, build_parser
from sync.messages import ExchangeReply, TreeNews
from sync.proving import check_tree
from sync.rootcheck import check_roots
from tests.support import lying_logs
from tests.support.central_memory import TENANT
from tests.support.clients import Client, Office
from tests.support.lying_logs import LIES
from tests.support.memory_service import MemoryService
from tests.support.workspaces import FakeClock


@pytest.fixture(autouse=True)
def quiet() -> None:
    logging.getLogger("sync.proving").setLevel(logging.ERROR)


def hour_later(clock: FakeClock) -> None:
    clock.advance(HEADS_EVERY_MS / 1000)


def working(post: Office, clock: FakeClock, count: int = 3) -> Client:
    """Return a client that has sent a few batches and holds a head over them."""
    client = post.client()
    for _batch in range(count):
        clock.advance(1)
        client.citizen()
        client.sync()
    hour_later(clock)
    client.sync()
    return client


def size_of(client: Client) -> int:
    head = client.workspace.tree_head()
    assert head is not None
    return head.size


def test_a_newer_head_is_asked_for_once_an_hour_and_must_follow(
    post: Office, memory: MemoryService, clock: FakeClock
) -> None:
    client = working(post, clock)
    held = client.workspace.tree_head()
    assert held is not None and held.size == 3 and head_signed(held, memory.central.service_key)
    client.citizen()
    client.sync()
    client.sync()
    assert client.workspace.tree_head() == held, "not in every round"
    hour_later(clock)
    client.sync()
    newer = client.workspace.tree_head()
    assert newer is not None and newer.size == 4 and client.workspace.status().alarm == ""
    clock.advance(-10 * HEADS_EVERY_MS / 1000)
    assert client.workspace.tree_due(), "a clock that was set back asks at once"


def test_receipts_are_looked_for_in_the_log_once_a_day(post: Office, memory: MemoryService, clock: FakeClock) -> None:
    client = working(post, clock)
    asked = [path for path in memory.central.requests if path.endswith("/proof")]
    assert len(asked) == 1 and client.workspace.tree_log().proven_ms == clock.now_ms()
    for _hour in range(PROBES_EVERY_MS // HEADS_EVERY_MS + 1):
        client.citizen()
        client.sync()
        hour_later(clock)
        client.sync()
    assert len([path for path in memory.central.requests if path.endswith("/proof")]) == 2
    assert client.workspace.status().alarm == "" and client.workspace.tree_evidence() == []


@pytest.mark.parametrize("lie", sorted(LIES))
def test_a_log_that_lies_raises_the_alarm_and_work_goes_on(
    lie: str, post: Office, memory: MemoryService, clock: FakeClock
) -> None:
    client = working(post, clock)
    held = client.workspace.tree_head()
    LIES[lie](memory.central)
    client.citizen()
    client.sync()
    hour_later(clock)
    client.sync()
    assert client.workspace.status().alarm == INCONSISTENT and client.pending == 0
    assert client.workspace.tree_head() == held, "the measure stays"
    (found,) = client.workspace.tree_evidence()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Evidence) == found
    assert found.held == held and found.shown is not None
    for head in (found.held, found.shown):
        assert head_signed(head, memory.central.service_key), "anybody can check it"
    assert not follows(found.held, found.shown, found.proof)
    client.citizen()
    client.sync()
    assert client.pending == 0 and client.workspace.status().alarm == INCONSISTENT


def test_two_who_are_shown_different_logs_find_out_when_they_are_shown_one(
    post: Office, memory: MemoryService, clock: FakeClock
) -> None:
    one, other = working(post, clock, 2), working(post, clock, 2)
    tables = memory.central.storage.tables
    true = (tables.tiles, tables.tree)
    lying_logs.rebuild(memory.central, [*lying_logs.leaves_of(memory.central)[:-1], bytes(32), bytes(32)])
    hour_later(clock)
    assert one.workspace.tree_due()
    one.sync()
    tables.tiles, tables.tree = true
    for client in (one, other, one, other):
        client.citizen()
        client.sync()
    hour_later(clock)
    one.sync()
    other.sync()
    assert {one.workspace.status().alarm, other.workspace.status().alarm} == {"", INCONSISTENT}


def test_an_alarm_ends_when_a_person_has_seen_it_and_its_proof_stays(
    post: Office, memory: MemoryService, clock: FakeClock
) -> None:
    client = working(post, clock)
    lying_logs.rewrite(memory.central)
    for _hour in range(3):
        client.citizen()
        hour_later(clock)
        client.sync()
    assert client.workspace.status().alarm == INCONSISTENT
    shown = [each.shown for each in client.workspace.tree_evidence()]
    client.workspace.acknowledge_alarm()
    assert client.workspace.status().alarm == "" and client.workspace.tree_head() == shown[-1]
    hour_later(clock)
    client.sync()
    assert client.workspace.status().alarm == "" and [one.shown for one in client.workspace.tree_evidence()] == shown


def test_a_restored_service_begins_an_epoch_which_is_noted_and_no_alarm(
    post: Office, memory: MemoryService, clock: FakeClock
) -> None:
    client = working(post, clock)
    held = client.workspace.tree_head()
    backup = memory.central.storage.copy()
    client.citizen()
    client.sync()
    hour_later(clock)
    client.sync()
    last = client.workspace.tree_head()
    assert held is not None and last is not None and last.size == held.size + 1
    memory.central.restored(backup)
    hour_later(clock)
    client.sync()
    client.sync()
    (earlier,) = client.workspace.tree_log().earlier
    assert (earlier.head, earlier.continued) == (last, False), "the service had shown more than its backup held"
    now = client.workspace.tree_head()
    assert now is not None and now.epoch == 2 and client.workspace.status().alarm == ""
    hour_later(clock)
    client.sync()
    assert size_of(client) > held.size, "what it lacked was sent again and has leaves again"
    memory.central.restored(memory.central.storage.copy())
    hour_later(clock)
    client.sync()
    assert [one.continued for one in client.workspace.tree_log().earlier] == [False, True]
    assert client.workspace.status().alarm == ""


def test_a_receipt_that_never_gets_into_the_log_is_missed(
    post: Office, memory: MemoryService, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory.central.core.tree, "sequence_all", lambda _tenant: 0)
    memory.central.core.tree.sequence(7)
    client = working(post, clock, 1)
    client.sync()
    assert client.workspace.status().alarm == "", "it has a day"
    clock.advance(MERGE_DELAY_MS / 1000)
    for _hour in range(2):
        client.sync()
        hour_later(clock)
    assert client.workspace.status().alarm == MISSING
    (found,) = client.workspace.tree_evidence()
    assert found.receipt is not None and (found.receipt.seq, found.index) == (1, -1)
    client.workspace.acknowledge_alarm()
    assert client.workspace.status().alarm == ""


def test_a_receipt_whose_leaf_is_another_is_missed(post: Office, memory: MemoryService, clock: FakeClock) -> None:
    client = post.client()
    client.citizen()
    client.sync()
    clock.advance(1)
    memory.central.core.tree.sequence_all(7)
    lying_logs.rewrite(memory.central)
    hour_later(clock)
    client.sync()
    assert client.workspace.status().alarm == MISSING
    (found,) = client.workspace.tree_evidence()
    assert found.receipt is not None and found.shown is not None
    assert not holds(found.shown, found.receipt, found.index, found.proof)


def test_what_cannot_be_asked_now_is_asked_later(post: Office, memory: MemoryService, clock: FakeClock) -> None:
    client = working(post, clock)
    probe = client.workspace.tree_probe()
    assert probe is None
    clock.advance(PROBES_EVERY_MS / 1000)
    client.citizen()
    client.sync()
    sound = memory.central.core.tree.proof
    memory.central.core.tree.proof = lambda *_all, **_named: (_ for _ in ()).throw(RejectedError("http.404"))
    hour_later(clock)
    client.sync()
    asked = len(memory.central.requests)
    client.sync()
    assert not any(path.endswith("/proof") for path in memory.central.requests[asked:]), "not in every round"
    memory.central.core.tree.proof = sound
    hour_later(clock)
    client.sync()
    assert client.workspace.tree_log().proven_ms == clock.now_ms()


def test_answers_of_an_earlier_question_change_nothing(post: Office, clock: FakeClock) -> None:
    client = working(post, clock)
    head = client.workspace.tree_head()
    receipt = client.workspace.tree_log().probe
    assert head is not None and receipt is None
    known = client.workspace.tree_log()
    stranger = SignedReceipt(7, "s", "d", 1, 1, "h", 1, 1, "accepted", 1, "")
    assert client.workspace.probe_answered(Probe(stranger, head), 0, []) == ""
    assert client.workspace.tree_log() == known


def test_a_head_that_the_service_did_not_sign_is_no_head(post: Office, clock: FakeClock) -> None:
    client = working(post, clock)
    identity, head = client.workspace.identity, client.workspace.tree_head()
    assert identity is not None and head is not None
    check_tree(ExchangeReply(1, 1, tree=TreeNews(head)), identity)
    other = TreeHead(head.tenant, head.epoch, 0, EMPTY.hex(), head.time, head.signature)
    for wrong in (other, msgspec.structs.replace(head, tenant=8), msgspec.structs.replace(head, signature="x")):
        with pytest.raises(RejectedError, match=r"sync\.page_invalid"):
            check_tree(ExchangeReply(1, 1, tree=TreeNews(wrong)), identity)
    with pytest.raises(RejectedError, match=r"sync\.page_invalid"):
        check_tree(ExchangeReply(1, 2, tree=TreeNews(head)), identity)


def root_line(memory: MemoryService, **changed: object) -> bytes:
    """Return the line of today as ``serve root`` writes it."""
    head, key = memory.central.core.tree.head(TENANT), memory.central.keys.service()
    line = RootLine(
        1, "2026-11-23", head.tenant, head.epoch, head.size, head.root, head.time, memory.central.service_key,
        head.signature,
    )  # fmt: skip
    sealed = msgspec.structs.replace(line, seal=key.sign(root_bytes(line)).hex())
    return msgspec.json.encode(msgspec.structs.replace(sealed, **changed))


def findings(client: Client, *lines: bytes) -> list[object]:
    return [each["finding"] for each in check_roots(client.workspace, client.agent.line().rounds, lines)]


def test_kept_roots_are_held_to_the_service_from_a_device(
    post: Office, memory: MemoryService, clock: FakeClock
) -> None:
    client = working(post, clock)
    kept = root_line(memory)
    client.citizen()
    client.sync()
    assert findings(client, kept, b"", root_line(memory), b"{}", root_line(memory, size=2)) == [
        "holds", "holds", "unsigned", "unsigned",
    ]  # fmt: skip
    assert client.workspace.status().alarm == ""
    lying_logs.rewrite(memory.central)
    assert findings(client, kept) == ["other"]
    assert client.workspace.status().alarm == INCONSISTENT
    memory.central.restored(memory.central.storage.copy())
    assert findings(client, kept) == ["ended"], "the first head of the new epoch does not begin so"


def test_the_command_shows_the_proof_and_a_person_ends_the_alarm(
    post: Office, memory: MemoryService, clock: FakeClock, tmp_path: Path
) -> None:
    client = working(post, clock)
    (tmp_path / "roots.jsonl").write_bytes(root_line(memory) + b"\n")
    lying_logs.drop(memory.central)

    def said(*arguments: str) -> dict[str, Any]:
        given = build_parser().parse_args(["log", *arguments])
        context = Context(client.workspace, client.agent, client.desk, False)
        answer: dict[str, Any] = json.loads(json.dumps(COMMANDS["log"].run(context, given)))
        return answer

    assert (said()["alarm"], said()["message_fr"], said()["evidence"]) == ("", "", [])
    found = said("--root", str(tmp_path / "roots.jsonl"))
    assert found["roots"] == [{"line": 1, "date": "2026-11-23", "size": 3, "finding": "other"}]
    assert found["alarm"] == INCONSISTENT and "La preuve est gardée" in found["message_fr"]
    (proof,) = found["evidence"]
    assert proof["held"]["size"] == 3 and proof["shown"]["size"] == 2
    after = said("--acknowledge")
    assert after["alarm"] == "" and after["evidence"] == [proof]
