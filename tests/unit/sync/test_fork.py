"""A computer that was restored from a backup, or copied: two histories of one device, and nothing of either is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cases.errors import RejectedError
from cases.workspace import Workspace
from central import syncing
from sync.agent import Agent
from sync.messages import Exchange, ExchangeReply
from tests.support.central_memory import Refused
from tests.support.memory_service import MemoryService
from tests.support.workspaces import PASSPHRASE, FakeClock, make_citizen, make_ports

Opened = tuple[Workspace, Agent]


@pytest.fixture
def open_copy(memory: MemoryService, tmp_path: Path, clock: FakeClock) -> Iterator[Callable[[str], Opened]]:
    """Opens copies of one enrolled workspace that has sent one citizen, each on a disk of its own."""
    ports, ends = make_ports(clock=clock), ExitStack()
    workspace = Workspace.create(tmp_path / "origin", PASSPHRASE, ports=ports)
    agent = Agent(workspace, memory.transport_factory(), ports=ports)
    agent.enrol(memory.url, memory.enrolment_code(), "Poste")
    make_citizen(workspace, commune="origin")
    agent.sync_once()
    agent.stop()
    workspace.close()

    def opened(name: str) -> Opened:
        shutil.copytree(tmp_path / "origin", tmp_path / name)
        copy = Workspace.unlock(tmp_path / name, PASSPHRASE, ports=ports)
        ends.callback(copy.close)
        copied = Agent(copy, memory.transport_factory(), ports=ports)
        ends.callback(copied.stop)
        return copy, copied

    yield opened
    ends.close()


def test_every_copy_goes_on_in_a_chain_of_its_own(memory: MemoryService, open_copy: Callable[[str], Opened]) -> None:
    records = {}
    for name in ("a", "b", "c"):
        workspace, agent = open_copy(name)
        records[name] = make_citizen(workspace, commune=name)
        agent.sync_once()
        assert workspace.status().pending == 0
        assert (workspace.forked_ms() is None) == (name == "a")
        assert workspace.citizen(records[name]).fields["commune"] == name
    for name, record in records.items():
        assert memory.central.record(record).value("commune") == name
    chains = sorted({(held.header.incarnation, held.header.seq) for held in memory.central.log})
    assert chains == [(1, 1), (1, 2), (2, 1), (3, 1)]


def test_work_goes_on_after_the_fork_and_is_sent_once(
    memory: MemoryService, open_copy: Callable[[str], Opened]
) -> None:
    one, sender = open_copy("a")
    make_citizen(one)
    sender.sync_once()
    other, copied = open_copy("b")
    citizens = [make_citizen(other) for _ in range(3)]
    copied.sync_once()
    other.edit_citizen(citizens[0], {"commune": "Vierzon"}, base=0)
    copied.sync_once()
    copied.sync_once()
    assert (other.status().pending, other.status().parked) == (0, 0)
    assert memory.central.record(citizens[0]).value("commune") == "Vierzon"
    assert len(memory.central.log) == 1 + 1 + 3 + 1


def test_what_both_histories_hold_is_not_sent_twice(
    memory: MemoryService, open_copy: Callable[[str], Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the first of two acts was lost with the disk; central says where the histories part."""
    workspace, agent = open_copy("a")
    kept = make_citizen(workspace, commune="kept")
    exchange = syncing.exchange

    def asked(core: Any, device: Any, request: Exchange) -> ExchangeReply:
        batch = request.batch
        if batch is not None and batch.incarnation == 1 and batch.first_seq + len(batch.events.record) - 1 > 2:
            raise Refused(409, "push.fork", seq="3")
        return exchange(core, device, request)

    monkeypatch.setattr(syncing, "exchange", asked)
    new = make_citizen(workspace, commune="new")
    agent.sync_once()
    assert [(held.header.incarnation, held.header.seq, held.header.record_id) for held in memory.central.log[1:]] == [
        (1, 2, kept),
        (2, 1, new),
    ]


def test_service_that_sees_a_fork_everywhere_is_not_followed_for_ever(
    memory: MemoryService, open_copy: Callable[[str], Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, agent = open_copy("a")
    record = make_citizen(workspace)

    exchange = syncing.exchange

    def asked(core: Any, device: Any, request: Exchange) -> ExchangeReply:
        if request.batch is not None:
            raise Refused(409, "push.fork", seq="1")
        return exchange(core, device, request)

    with monkeypatch.context() as context:
        context.setattr(syncing, "exchange", asked)
        for _ in range(3):
            with pytest.raises(RejectedError, match="push.fork"):
                agent.sync_once()
    assert agent.status().fault == "push.fork"
    assert workspace.status().pending == 1
    assert len(workspace.history(record)) < 12
    agent.sync_once()
    assert (workspace.status().pending, agent.status().fault) == (0, "")
