"""Old and new programs: a protocol in common is checked, capabilities are names, unknown ones mean nothing (SC12)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cases.errors import RejectedError
from central import syncing
from sync import exchanges
from sync.audits import AUDIT_EVERY_S
from sync.exchanges import check_hello
from sync.messages import API, PROTOCOL, Exchange, ExchangeReply, HelloReply
from sync.state import SyncState
from tests.support.clients import NAME, Client, Office
from tests.support.memory_service import MemoryService
from tests.support.workspaces import FakeClock

AUDIT_PATH = f"{API}/audit"
NEEDS_UPDATE = SyncState.NEEDS_UPDATE


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the service answers to a hello instead of the truth."""
    answer: dict[str, Any] = {}
    sound = syncing._greeted

    def greeted(core: Any, device: Any, hello: Any) -> HelloReply | None:
        reply = sound(core, device, hello)
        return reply if reply is None or not answer else answer["reply"]

    monkeypatch.setattr(syncing, "_greeted", greeted)
    return answer


def restarted(post: Office, client: Client) -> Client:
    """The same workspace in the next session: it says hello again."""
    return Client(client.workspace, post.another_agent(client), client.desk, client.faults)


def test_a_service_that_goes_on_in_an_unknown_protocol_is_not_believed(
    post: Office, said: dict[str, Any], memory: MemoryService
) -> None:
    client = restarted(post, post.client())
    case = client.case({NAME: "Durand"})
    said["reply"] = HelloReply(PROTOCOL + 7)
    with pytest.raises(RejectedError, match="protocol.unsupported"):
        client.sync()
    status = client.agent.status()
    assert (status.state, status.fault) == (NEEDS_UPDATE, "protocol.unsupported")
    assert status.retry_s is not None and status.retry_s >= 3600, "nobody updates a program within seconds"
    assert client.pending and client.workspace.case(case).answers[NAME] == "Durand", "work goes on and waits"
    said.clear()
    client.sync()
    assert not client.pending


def test_a_program_that_the_service_does_not_understand_any_more_says_so(
    post: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = restarted(post, post.client())
    client.case()
    monkeypatch.setattr(exchanges, "PROTOCOLS", (PROTOCOL - 1,))
    with pytest.raises(RejectedError, match="protocol.unsupported"):
        client.sync()
    assert (client.agent.status().state, client.agent.status().fault) == (NEEDS_UPDATE, "protocol.unsupported")
    monkeypatch.setattr(exchanges, "PROTOCOLS", (PROTOCOL,))
    client.sync()
    assert not client.pending


def test_the_older_of_two_protocols_is_spoken_when_both_ends_know_it(
    post: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = restarted(post, post.client())
    client.case()
    monkeypatch.setattr(exchanges, "PROTOCOLS", (PROTOCOL + 1, PROTOCOL))
    client.sync()
    assert not client.pending


def test_capabilities_that_nobody_knows_are_ignored(post: Office, said: dict[str, Any]) -> None:
    client = restarted(post, post.client())
    said["reply"] = HelloReply(PROTOCOL, "9.0", ["telepathy", "audit"])
    client.case()
    client.sync()
    assert client.agent.status().state is SyncState.IDLE
    assert check_hello(said["reply"]) >= {"audit"}


@pytest.mark.parametrize("reply", [None, HelloReply(PROTOCOL)])
def test_an_older_service_is_not_asked_for_what_it_cannot(
    post: Office, said: dict[str, Any], memory: MemoryService, clock: FakeClock, reply: HelloReply | None
) -> None:
    client = restarted(post, post.client())
    said["reply"] = reply
    client.sync()
    clock.advance(AUDIT_EVERY_S + 1)
    client.sync()
    assert AUDIT_PATH not in memory.central.requests
    later = restarted(post, client)
    said.clear()
    later.sync()
    assert AUDIT_PATH in memory.central.requests


def test_hello_is_said_once_a_session(post: Office, memory: MemoryService, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bool] = []
    sound = syncing.exchange

    def exchange(core: Any, device: Any, request: Exchange) -> ExchangeReply:
        heard.append(request.hello is not None)
        return sound(core, device, request)

    monkeypatch.setattr(syncing, "exchange", exchange)
    client = restarted(post, post.client())
    heard.clear()
    for _round in range(3):
        client.sync()
    assert heard == [True, False, False]


def test_fields_of_a_newer_end_are_ignored_in_every_message_of_an_exchange() -> None:
    reply = msgspec.json.decode(
        b'{"time":1,"epoch":1,"weather":"fine","hello":{"protocol":1,"mood":[1]},"streams":{"s":{"cursor":4,"x":{}}}}',
        type=ExchangeReply,
    )
    assert reply.hello == HelloReply(1) and reply.streams["s"].cursor == 4
    request = msgspec.json.decode(
        b'{"cursors":{"s":1},"hello":{"protocols":[1,2],"version":"9","capabilities":["telepathy"],"soul":null}}',
        type=Exchange,
    )
    assert request.hello is not None and request.hello.capabilities == ["telepathy"]
