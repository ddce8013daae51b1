"""The exchange over HTTP against the real service: signed, one round trip, both directions."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.events import Kind, RecordType
from sync import signing
from sync.columns import unpack_page, unpack_verdicts
from sync.messages import API, Hello, Problem, RecordHistory, WireEvent, receipt_bytes
from tests.support.central_service import RunningService
from tests.support.wire_device import Refused, WireDevice, new_id


def citizen(device: WireDevice, name: str = "Durand", record: str | None = None, base: int = 0) -> WireEvent:
    return device.event(RecordType.CITIZEN, record or new_id(), Kind.SET, {"family_name": name}, base=base)


def names(device: WireDevice, after: int, **said: Any) -> list[str]:
    news = device.exchange(after, **said).streams.get(device.me.stream)
    events = unpack_page(news.events) if news is not None and news.events is not None else []
    return [str((event.fields or {}).get("family_name")) for event in events]


def test_a_batch_goes_up_and_news_come_down_in_one_exchange(device: WireDevice, second_device: WireDevice) -> None:
    device.exchange(0, citizen(device, "Un"))
    reply = second_device.exchange(0, citizen(second_device, "Deux"), citizen(second_device, "Trois"))
    assert reply.push is not None
    verdicts = unpack_verdicts(reply.push.verdicts, 1, 2)
    assert [(verdict.central_seq, verdict.state) for verdict in verdicts] == [(2, "accepted"), (3, "accepted")]
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(device.me.service_key))
    key.verify(bytes.fromhex(reply.push.receipt.signature), receipt_bytes(reply.push.receipt))
    news = reply.streams[device.me.stream]
    assert news.events is not None and news.cursor == 3
    assert [event.agent_name for event in unpack_page(news.events)] == ["Agent 1"] or news.events.agents


def test_who_is_up_to_date_is_told_its_new_place_and_nothing_else(device: WireDevice) -> None:
    reply = device.exchange(0, citizen(device))
    assert reply.streams[device.me.stream].cursor == 1 and reply.streams[device.me.stream].events is None
    assert device.exchange(1).streams == {}


def test_the_same_batch_again_gives_the_same_receipt_and_burns_no_number(device: WireDevice) -> None:
    batch = device.by_column(device.batch(citizen(device), citizen(device)))
    first, again = device.exchange(0, batch=batch), device.exchange(0, batch=batch)
    assert first.push is not None and again.push == first.push
    assert again.streams[device.me.stream].cursor == 2


def test_refusals_say_how_far_each_incarnation_is_held(device: WireDevice) -> None:
    device.exchange(0, citizen(device), citizen(device))
    clone = device.twin()
    device.incarnation, device.seq, device.prev = 2, 0, "0" * 64
    device.exchange(0, citizen(device))
    device.batch(citizen(device))
    with pytest.raises(Refused) as gap:
        device.exchange(0, citizen(device))
    assert gap.value.code == "push.gap"
    assert gap.value.problem.details == {"seq": "2", "held": "1:2,2:1"}
    clone.seq = 1
    with pytest.raises(Refused) as fork:
        clone.exchange(0, citizen(clone))
    assert fork.value.code == "push.fork" and fork.value.problem.details["held"] == "1:2,2:1"


def test_own_events_of_a_copy_come_when_the_device_says_how_far_it_holds_its_chain(device: WireDevice) -> None:
    device.exchange(0, citizen(device, "Un"), citizen(device, "Deux"))
    assert names(device, 0) == []
    assert names(device, 0, held={"1": 1}) == ["Deux"]
    assert names(device, 0, held={"1": 2}) == []


def test_another_epoch_is_answered_with_what_is_held(device: WireDevice) -> None:
    device.exchange(0, citizen(device))
    assert device.exchange(1, epoch=1).held == {}
    assert device.exchange(1, epoch=7).held == {"1": 1}


def test_a_cursor_above_the_head_is_a_conflict(device: WireDevice) -> None:
    with pytest.raises(Refused) as refused:
        device.exchange(5)
    assert (refused.value.problem.status, refused.value.code) == (409, "pull.cursor_ahead")
    assert refused.value.problem.details["head"] == "0"


def test_a_hello_is_answered_and_an_unknown_protocol_refused(device: WireDevice) -> None:
    hello = device.exchange(0, hello=Hello([1, 7])).hello
    assert hello is not None and hello.protocol == 1 and "snapshot" in hello.capabilities
    with pytest.raises(Refused, match=r"protocol\.unsupported"):
        device.exchange(0, hello=Hello([9]))


def test_a_revoked_device_is_refused_though_it_was_known_a_moment_ago(
    device: WireDevice, central_service: RunningService
) -> None:
    device.exchange(0, citizen(device))
    with central_service.central.transaction(central_service.tenant) as connection:
        connection.execute("update estafette.device set revoked_ms = 1 where device_id = %s", [device.me.device])
    for _ in range(2):
        with pytest.raises(Refused, match=r"auth\.device_revoked"):
            device.exchange(1)
    with pytest.raises(Refused, match=r"auth\.device_revoked"):
        device.exchange(None, citizen(device))


def test_a_request_altered_or_repeated_on_the_way_is_refused(device: WireDevice) -> None:
    device.exchange(0)
    body = msgspec.json.encode({"cursors": {device.me.stream: 0}})
    shown = signing.authorization(
        device.sign, method="POST", target=f"{API}/sync", token=device.token, counter=99, body=body
    )
    answers = [
        device._send("POST", f"{API}/sync", sent, {"Authorization": shown}) for sent in (body + b" ", body, body)
    ]
    codes = [msgspec.json.decode(a.content, type=Problem).code if a.status_code >= 400 else "" for a in answers]
    assert codes == ["auth.proof_invalid", "", "auth.proof_replayed"]
    assert all(signing.SIGNATURE_HEADER in answer.headers for answer in answers)


def test_history_gives_what_the_hashes_cover_and_nothing_to_strangers(device: WireDevice) -> None:
    record = new_id()
    device.exchange(0, citizen(device, "Un", record), citizen(device, "Deux", record))
    history = device.get(f"{API}/records/{record}/events", RecordHistory)
    assert [event.seq for event in history.events] == [1, 2]
    assert all(len(event.digest) == len(event.prev) == 64 and event.salt for event in history.events)
    with pytest.raises(Refused, match=r"404 record\.unknown"):
        device.get(f"{API}/records/{new_id()}/events", RecordHistory)


def test_four_thousand_events_fit_and_one_more_does_not(device: WireDevice) -> None:
    reply = device.exchange(0, *(citizen(device) for _ in range(4000)))
    assert reply.push is not None and reply.push.verdicts.numbers == [(1, 1, 4000)]
    with pytest.raises(Refused, match=r"422 push\.malformed"):
        device.exchange(0, *(citizen(device) for _ in range(4001)))
