"""Who worked before the first contact, and whose case moved meanwhile: a snapshot says what left before it."""

from __future__ import annotations

import pytest

from cases.errors import NetworkFault
from central import syncing
from sync.messages import API
from tests.support.clients import NAME, Client, Office
from tests.support.faults import Fault
from tests.support.memory_service import MemoryService


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "SNAPSHOT_FROM", 5)


def test_a_case_that_left_before_the_first_contact_is_let_go(post: Office, memory: MemoryService) -> None:
    others = post.client()
    kept = [others.case({NAME: "Durand"}) for _ in range(4)]
    others.sync()
    early = post.client(synchronised=False)
    first_procedure(early, others)
    case = early.case({NAME: "Moreau"})
    early.faults.add(Fault.REPLY_LOST, path="/sync")
    with pytest.raises(NetworkFault):
        early.sync()
    assert memory.central.record(case).value("office"), "it arrived, and nobody heard of it"
    memory.central.move(case, "office-2")
    early.sync()
    assert f"{API}/snapshot" in memory.central.requests, "the first contact was a snapshot"
    assert sorted(row.id for row in early.workspace.cases()) == sorted(kept)
    assert early.workspace.history(case), "nothing is deleted"


def first_procedure(early: Client, others: Client) -> None:
    """Give a device the procedures that another one has, as an earlier round that was cut would have left them."""
    for procedure, version in others.workspace.procedures():
        bundle = others.workspace.procedure_bundle(procedure, version)
        early.workspace.store_procedure(procedure, version, bundle)
