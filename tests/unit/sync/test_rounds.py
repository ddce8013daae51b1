from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.errors import EstafetteError, NetworkFault, RejectedError
from cases.views import Identity
from sync import columns, wire
from sync.backoff import BatchSize
from sync.columns import PageEvent, Unpacked
from sync.exchanges import Exchanges, check_news, check_pushed
from sync.messages import (
    API,
    Exchange,
    ExchangeReply,
    PageEvents,
    ProcedureSummary,
    Pushed,
    Receipt,
    SignedBatch,
    StreamNews,
    Verdict,
    Verdicts,
    receipt_bytes,
)
from sync.rounds import Tally, documents
from tests.support.clients import NAME, Client, Office
from tests.support.faults import Fault
from tests.support.memory_service import MemoryService
from tests.support.workspaces import make_identity

SERVICE_KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
IDENTITY = make_identity(device="device-1", service_key=SERVICE_KEY.public_key().public_bytes_raw().hex(), epoch=2)
EVENT = Unpacked("case", "c1", "note", 0, 1, b'{"text":"x"}', None)
BATCH = SignedBatch(
    tenant=IDENTITY.tenant,
    device="device-1",
    incarnation=1,
    agent=IDENTITY.agent,
    first_seq=4,
    prev="2" * 64,
    salt_seeds=[],
    events=columns.pack([EVENT, EVENT]),
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


def verdicts(*seqs: int, state: str = "accepted", central_seq: int = 7) -> Verdicts:
    return columns.pack_verdicts([Verdict(seq, central_seq + place, state) for place, seq in enumerate(seqs)])


def reason(pushed: Pushed) -> str:
    with pytest.raises(RejectedError) as caught:
        check_pushed(pushed, BATCH, IDENTITY)
    assert caught.value.code == "sync.receipt_invalid"
    return str(caught.value.details["reason"])


def test_right_receipt_is_taken() -> None:
    check_pushed(Pushed(verdicts(4, 5), receipt()), BATCH, IDENTITY)
    check_pushed(Pushed(verdicts(4, 5), receipt(epoch=3)), BATCH, IDENTITY)


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
    assert reason(Pushed(verdicts(4, 5), receipt(**changed))) == "content"


def test_receipt_of_an_earlier_epoch_is_refused() -> None:
    assert reason(Pushed(verdicts(4, 5), receipt(epoch=1))) == "epoch"


@pytest.mark.parametrize("field", [name for name in Receipt.__struct_fields__ if name != "signature"])
def test_every_field_of_a_receipt_is_signed(field: str) -> None:
    said = receipt()
    value = getattr(said, field)
    changed = msgspec.structs.replace(said, **{field: value + 1 if isinstance(value, int) else value + "x"})
    assert reason(Pushed(verdicts(4, 5), changed)) == "signature"


@pytest.mark.parametrize("signature", ["", "00", "zz" * 64, "00" * 64])
def test_junk_signature_is_refused(signature: str) -> None:
    changed = msgspec.structs.replace(receipt(), signature=signature)
    assert reason(Pushed(verdicts(4, 5), changed)) == "signature"


@pytest.mark.parametrize(
    "given",
    [
        Verdicts([]),
        verdicts(4),
        Verdicts([(5, 7, 1), (4, 8, 1)]),
        verdicts(4, 5, 6),
        Verdicts([(4, 7, 1), (4, 8, 1)]),
        verdicts(4, 5, state="lost"),
        Verdicts([(4, 0, 2)]),
    ],
)
def test_verdicts_must_be_one_for_each_event(given: Verdicts) -> None:
    assert reason(Pushed(given, receipt())) == "verdicts"


def test_answer_to_a_batch_without_a_receipt_is_refused() -> None:
    with pytest.raises(RejectedError):
        check_pushed(None, BATCH, IDENTITY)


def pulled(central_seq: int) -> PageEvent:
    return PageEvent(
        central_seq, "device-2", 1, central_seq, "a", "A", "case", "c1", "note", 0, 1, b'{"text":"note"}', None
    )


def news(*events: PageEvent, cursor: int = 9, stream: str = IDENTITY.stream, epoch: int = 2) -> ExchangeReply:
    return ExchangeReply(1, epoch, None, {stream: StreamNews(cursor, False, columns.pack_page(events))})


def test_right_news_are_taken() -> None:
    found = check_news(news(pulled(4), pulled(6)), {IDENTITY.stream: 3}, IDENTITY)
    assert [event.central_seq for event in found[IDENTITY.stream].events] == [4, 6]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (news(pulled(4), stream="office-2"), "scope"),
        (news(pulled(3)), "order"),
        (news(pulled(6), pulled(5)), "order"),
        (news(pulled(4), pulled(4)), "order"),
        (news(pulled(10)), "order"),
        (news(cursor=2), "order"),
        (news(epoch=1), "epoch"),
    ],
)
def test_news_that_are_not_what_was_asked_for_are_refused(given: ExchangeReply, expected: str) -> None:
    with pytest.raises(RejectedError) as caught:
        check_news(given, {IDENTITY.stream: 3}, IDENTITY)
    assert (caught.value.code, caught.value.details["reason"]) == ("sync.page_invalid", expected)


def test_news_whose_columns_do_not_fit_are_refused() -> None:
    page = columns.pack_page([pulled(4)])
    assert isinstance(page, PageEvents)
    odd = ExchangeReply(1, 2, None, {IDENTITY.stream: StreamNews(9, False, msgspec.structs.replace(page, device=[7]))})
    with pytest.raises(RejectedError, match="sync.page_invalid"):
        check_news(odd, {IDENTITY.stream: 3}, IDENTITY)


@dataclass
class Recorder:
    """A client whose exchanges go through to the service in memory, watched."""

    inner: Any
    sizes: list[int]
    limit: int = 10_000
    fail: NetworkFault | None = None

    def exchange(self, message: bytes) -> ExchangeReply:
        batch = wire.decode(message, Exchange, encoding="").batch
        if batch is not None:
            self.sizes.append(len(batch.events.record))
            if self.sizes[-1] > self.limit:
                raise RejectedError("wire.too_large")
        if self.fail is not None:
            raise self.fail
        reply: ExchangeReply = self.inner.exchange(message)
        return reply


def ready(post: Office) -> tuple[Client, Identity, Recorder]:
    client = post.client()
    for _number in range(10):
        client.citizen()
    identity = client.workspace.identity
    assert identity is not None
    return client, identity, Recorder(client.agent.line().rounds, [])


def run(client: Client, recorder: Recorder, identity: Identity, size: BatchSize, tally: Tally) -> EstafetteError | None:
    return Exchanges(client.workspace, recorder, identity, size, tally).run()  # type: ignore[arg-type]


def test_batches_are_bounded(post: Office) -> None:
    client, identity, recorder = ready(post)
    tally = Tally()
    run(client, recorder, identity, BatchSize(4, 4), tally)
    assert recorder.sizes == [4, 4, 2]
    assert (tally.pushed, client.pending) == (10, 0)


def test_batch_that_is_too_large_is_cut_at_once(post: Office) -> None:
    client, identity, recorder = ready(post)
    recorder.limit = 3
    run(client, recorder, identity, BatchSize(8), Tally())
    assert recorder.sizes[:3] == [8, 4, 2]
    assert client.pending == 0


def test_next_batch_after_a_failure_is_smaller(post: Office) -> None:
    client, identity, recorder = ready(post)
    size = BatchSize(8)
    recorder.fail = NetworkFault("network.timeout")
    for _attempt in range(2):
        with pytest.raises(NetworkFault):
            run(client, recorder, identity, size, Tally())
    recorder.fail = None
    run(client, recorder, identity, size, Tally())
    assert recorder.sizes == [8, 4, 2, 4, 4]


def test_one_event_that_is_too_large_is_said_and_not_retried_for_ever(post: Office) -> None:
    client, identity, recorder = ready(post)
    recorder.limit = 0
    refused = run(client, recorder, identity, BatchSize(4), Tally())
    assert refused is not None
    assert refused.code == "wire.too_large"
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
    assert other.agent.sync_once().sent == 0


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
    assert memory.central.requests == [f"{API}/sync"]


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
