from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.errors import EstafetteError, NetworkFault, RejectedError
from cases.events import CHAIN_START, body_digest
from cases.views import Identity
from sync.backoff import BatchSize
from sync.messages import (
    API,
    Batch,
    Page,
    ProcedureSummary,
    PulledEvent,
    PushReply,
    Receipt,
    Verdict,
    WireEvent,
    receipt_bytes,
)
from sync.rounds import Tally, check_page, check_push_reply, documents, push
from tests.support.clients import NAME, Client, Office
from tests.support.faults import Fault
from tests.support.memory_service import MemoryService
from tests.support.workspaces import make_identity

SERVICE_KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
IDENTITY = make_identity(device="device-1", service_key=SERVICE_KEY.public_key().public_bytes_raw().hex(), epoch=2)
EVENT = WireEvent("case", "c1", "note", 0, 1, msgspec.Raw(b'{"text":"x"}'))
BATCH = Batch(
    tenant=IDENTITY.tenant,
    device="device-1",
    incarnation=1,
    agent=IDENTITY.agent,
    first_seq=4,
    prev="2" * 64,
    salt_seeds=[],
    events=[EVENT, EVENT],
    head="1" * 64,
    signature="",
)


def receipt(**changed: Any) -> Receipt:
    fields: dict[str, Any] = {
        "tenant": IDENTITY.tenant,
        "stream": IDENTITY.stream,
        "device": "device-1",
        "incarnation": 1,
        "seq": 5,
        "head": "1" * 64,
        "central_seq": 12,
        "epoch": 2,
        "level": "accepted",
        "time": 3,
    }
    unsigned = Receipt(**{**fields, **changed}, signature="")
    return msgspec.structs.replace(unsigned, signature=SERVICE_KEY.sign(receipt_bytes(unsigned)).hex())


def verdicts(*seqs: int, state: str = "accepted", central_seq: int = 7) -> list[Verdict]:
    return [Verdict(seq, central_seq, state) for seq in seqs]


def reason(reply: PushReply) -> str:
    with pytest.raises(RejectedError) as caught:
        check_push_reply(reply, BATCH, IDENTITY)
    assert caught.value.code == "sync.receipt_invalid"
    return str(caught.value.details["reason"])


def test_right_receipt_is_taken() -> None:
    check_push_reply(PushReply(verdicts(4, 5), receipt(), 1), BATCH, IDENTITY)
    check_push_reply(PushReply(verdicts(4, 5), receipt(epoch=3), 1), BATCH, IDENTITY)


@pytest.mark.parametrize(
    "changed",
    [
        {"tenant": 99},
        {"stream": "office-2"},
        {"device": "device-2"},
        {"incarnation": 2},
        {"seq": 4},
        {"seq": 6},
        {"head": "3" * 64},
        {"level": "seen"},
    ],
)
def test_receipt_for_something_else_is_refused(changed: dict[str, Any]) -> None:
    assert reason(PushReply(verdicts(4, 5), receipt(**changed), 1)) == "content"


def test_receipt_of_an_earlier_epoch_is_refused() -> None:
    assert reason(PushReply(verdicts(4, 5), receipt(epoch=1), 1)) == "epoch"


@pytest.mark.parametrize("field", [name for name in Receipt.__struct_fields__ if name != "signature"])
def test_every_field_of_a_receipt_is_signed(field: str) -> None:
    said = receipt()
    value = getattr(said, field)
    changed = msgspec.structs.replace(said, **{field: value + 1 if isinstance(value, int) else value + "x"})
    assert reason(PushReply(verdicts(4, 5), changed, 1)) == "signature"


@pytest.mark.parametrize("signature", ["", "00", "zz" * 64, "00" * 64])
def test_junk_signature_is_refused(signature: str) -> None:
    changed = msgspec.structs.replace(receipt(), signature=signature)
    assert reason(PushReply(verdicts(4, 5), changed, 1)) == "signature"


@pytest.mark.parametrize(
    "given",
    [
        verdicts(),
        verdicts(4),
        verdicts(5, 4),
        verdicts(4, 5, 6),
        verdicts(4, 4),
        verdicts(4, 5, state="lost"),
        verdicts(4, 5, central_seq=0),
    ],
)
def test_verdicts_must_be_one_for_each_event(given: list[Verdict]) -> None:
    assert reason(PushReply(given, receipt(), 1)) == "verdicts"


def pulled(central_seq: int, **changed: Any) -> PulledEvent:
    body, salt = b'{"text":"note"}', b"0" * 16
    whole = PulledEvent(
        central_seq,
        "device-2",
        1,
        central_seq,
        "a",
        "A",
        "case",
        "c1",
        "note",
        0,
        1,
        CHAIN_START,
        body_digest(body, salt),
        salt.hex(),
        msgspec.Raw(body),
    )
    return msgspec.structs.replace(whole, **changed)


def page(*events: PulledEvent, cursor: int = 9, stream: str = IDENTITY.stream, epoch: int = 2) -> Page:
    return Page(events={stream: list(events)}, cursors={stream: cursor}, more=False, epoch=epoch, time=1)


def page_reason(given: Page) -> str:
    with pytest.raises(RejectedError) as caught:
        check_page(given, {IDENTITY.stream: 3}, IDENTITY)
    assert caught.value.code == "sync.page_invalid"
    return str(caught.value.details["reason"])


def test_right_page_is_taken_with_erased_bodies_in_it() -> None:
    check_page(page(pulled(4), pulled(6, body=msgspec.Raw(b"null"), salt="")), {IDENTITY.stream: 3}, IDENTITY)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (page(pulled(4), stream="office-2"), "scope"),
        (page(pulled(3)), "order"),
        (page(pulled(6), pulled(5)), "order"),
        (page(pulled(4), pulled(4)), "order"),
        (page(pulled(10)), "order"),
        (page(cursor=2), "order"),
        (page(epoch=1), "epoch"),
        (page(pulled(4, body=msgspec.Raw(b'{"text":"nota"}'))), "body"),
        (page(pulled(4, body=msgspec.Raw(b"null"))), "body"),
        (page(pulled(4, salt="zz")), "body"),
        (page(pulled(4, salt="")), "body"),
    ],
)
def test_page_that_is_not_what_was_asked_for_is_refused(given: Page, expected: str) -> None:
    assert page_reason(given) == expected


@dataclass
class Recorder:
    """A client whose pushes go through to the service in memory, watched."""

    inner: Any
    sizes: list[int]
    limit: int = 10_000
    fail: NetworkFault | None = None

    def push(self, message: bytes) -> PushReply:
        from sync import wire

        count = len(wire.decode(message, Batch).events)
        self.sizes.append(count)
        if count > self.limit:
            raise RejectedError("wire.too_large")
        if self.fail is not None:
            raise self.fail
        reply: PushReply = self.inner.push(message)
        return reply


def ready(post: Office) -> tuple[Client, Identity, Recorder]:
    client = post.client()
    for _number in range(10):
        client.citizen()
    identity = client.workspace.identity
    assert identity is not None
    return client, identity, Recorder(client.agent.line().rounds, [])


def test_batches_are_bounded(post: Office) -> None:
    client, identity, recorder = ready(post)
    tally = Tally()
    push(client.workspace, recorder, identity, BatchSize(4), tally)  # type: ignore[arg-type]
    assert recorder.sizes == [4, 4, 2]
    assert (tally.pushed, client.pending) == (10, 0)


def test_batch_that_is_too_large_is_cut_at_once(post: Office) -> None:
    client, identity, recorder = ready(post)
    recorder.limit = 3
    push(client.workspace, recorder, identity, BatchSize(8), Tally())  # type: ignore[arg-type]
    assert recorder.sizes[:3] == [8, 4, 2]
    assert client.pending == 0


def test_next_batch_after_a_failure_is_smaller(post: Office) -> None:
    client, identity, recorder = ready(post)
    size = BatchSize(8)
    recorder.fail = NetworkFault("network.timeout")
    for _attempt in range(2):
        with pytest.raises(NetworkFault):
            push(client.workspace, recorder, identity, size, Tally())  # type: ignore[arg-type]
    recorder.fail = None
    push(client.workspace, recorder, identity, size, Tally())  # type: ignore[arg-type]
    assert recorder.sizes == [8, 4, 2, 4, 4]


def test_one_event_that_is_too_large_is_said_and_not_retried_for_ever(post: Office) -> None:
    client, identity, recorder = ready(post)
    recorder.limit = 0
    with pytest.raises(RejectedError, match="wire.too_large"):
        push(client.workspace, recorder, identity, BatchSize(4), Tally())  # type: ignore[arg-type]
    assert recorder.sizes == [4, 2, 1]


def test_parked_event_does_not_block_the_others_and_is_not_sent_again(post: Office, memory: MemoryService) -> None:
    one, other = post.client(), post.client()
    case = one.case({NAME: "Moreau"})
    one.sync()
    other.sync()
    one.desk.open(case).submit()
    one.sync()
    other.desk.open(case).submit()
    later = other.citizen()
    other.sync()
    assert other.workspace.status().parked + len(other.workspace.case(case).contested) > 0
    assert other.pending == 0
    assert memory.central.record(later).value("family_name") == "Durand"
    assert other.agent.sync_once().pushed == 0


def test_service_restored_from_an_old_backup_gets_everything_again(post: Office, memory: MemoryService) -> None:
    one, other = post.client(), post.client()
    case = one.case({NAME: "Moreau"})
    one.sync()
    other.sync()
    memory.central.restore(3)
    one.desk.open(case).answer(NAME, "Moreau-Petit")
    for client in (one, other, one):
        client.sync()
    assert memory.central.record(case).value(NAME) == "Moreau-Petit"
    assert other.events(case) == one.events(case)
    assert (one.pending, other.pending) == (0, 0)
    assert other.workspace.case(case).answers[NAME] == "Moreau-Petit"


def test_restored_service_is_noticed_by_a_device_with_nothing_to_send(post: Office, memory: MemoryService) -> None:
    client = post.client()
    case = client.case({NAME: "Moreau"})
    client.sync()
    memory.central.restore(2)
    client.sync()
    assert memory.central.record(case).value(NAME) == "Moreau"
    assert client.pending == 0


class Offers:
    """A service that hands out a bundle under a version that is not its own."""

    def procedures(self) -> list[ProcedureSummary]:
        return [ProcedureSummary("apa", "0" * 64, 4)]

    def procedure_bundle(self, procedure: str, version: str) -> bytes:
        return b"else"


def test_bundle_that_is_not_its_version_is_not_kept(post: Office) -> None:
    client = post.client()
    held = client.workspace.procedures()
    tally = Tally()
    documents(client.workspace, Offers(), tally, offered=True)  # type: ignore[arg-type]
    assert tally.refused_procedures == {("apa", "0" * 64): "sync.bundle_invalid"}
    assert client.workspace.procedures() == held


def test_form_of_a_pulled_case_comes_with_it_even_when_it_is_offered_no_more(
    post: Office, memory: MemoryService
) -> None:
    one = post.client()
    case = one.case({NAME: "Moreau"})
    one.sync()
    other = post.client(synchronised=False)
    memory.central.withdraw_offers()
    other.sync()
    assert other.desk.open(case).session.question(NAME).value == "Moreau"


def test_requests_of_a_round_with_nothing_to_do(post: Office, memory: MemoryService) -> None:
    client = post.client()
    memory.central.requests.clear()
    client.sync()
    assert memory.central.requests == [f"{API}/pull"]


def test_cursor_that_does_not_move_is_not_followed_for_ever(post: Office, memory: MemoryService) -> None:
    client = post.client()
    memory.central.stuck = True
    with pytest.raises(EstafetteError, match="network.service_failed"):
        client.sync()
    memory.central.stuck = False
    client.faults.add(Fault.REPLY_LOST)
    with pytest.raises(NetworkFault):
        client.sync()
    client.sync()
