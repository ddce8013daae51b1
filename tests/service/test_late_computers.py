"""What the list of late computers says of one: what it still holds once its exchange is through."""

from __future__ import annotations

import pytest

from cases.errors import NetworkFault
from central.devices import LaggingDevice, lagging_devices
from sync.backoff import BatchSize
from sync.client import CentralClient
from sync.messages import ExchangeReply
from tests.service.test_moved_clients import here, north, office, service
from tests.support.central_service import RunningService
from tests.support.clients import NAME, Client, Office

__all__ = ["here", "north", "office", "service"]


def said_of(running: RunningService, client: Client) -> LaggingDevice:
    identity = client.workspace.identity
    assert identity is not None
    with running.central.transaction(running.tenant) as connection:
        found = lagging_devices(connection, running.tenant, None)
    return next(each for each in found if each.device == identity.device)


def test_what_came_in_with_the_word_of_it_waits_no_more(
    here: Client, office: Office, central_service: RunningService
) -> None:
    here.case({NAME: "Zoé"})
    assert here.workspace.status().pending > 0
    office.another_agent(here).sync_once()
    known = said_of(central_service, here)
    assert (known.pending, known.oldest_pending_ms) == (0, None)


def test_the_last_batch_of_many_says_that_nothing_waits(
    here: Client, office: Office, central_service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = here.case({NAME: "Zoé"})
    for number in range(6):
        here.workspace.answer(case, {NAME: f"Zoé {number}"}, base=0)
    waits = here.workspace.status().pending
    agent = office.another_agent(here)
    agent._size = BatchSize(3, 3)
    calls: list[bytes] = []
    send = CentralClient.exchange

    def cut(client: CentralClient, message: bytes) -> ExchangeReply:
        calls.append(message)
        if len(calls) == 2:
            raise NetworkFault("network.closed")
        return send(client, message)

    monkeypatch.setattr(CentralClient, "exchange", cut)
    with pytest.raises(NetworkFault):
        agent.sync_once()
    known = said_of(central_service, here)
    assert known.pending == waits - 3 and known.oldest_pending_ms is not None
    agent.sync_once()
    known = said_of(central_service, here)
    assert (known.pending, known.oldest_pending_ms) == (0, None)
    assert [b'"hello"' in message for message in calls] == [True] + [False] * (len(calls) - 2) + [True]
