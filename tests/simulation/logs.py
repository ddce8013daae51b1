"""What must hold of the service's log of receipts in the end: everything is in it, and everybody was shown the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cases.store import facts
from cases.treelog import ACCEPTED, SignedReceipt, TreeHead, head_signed, holds
from central.records import Device
from tests.simulation.machines import Machine
from tests.support.central_memory import TENANT

if TYPE_CHECKING:
    from tests.simulation.world import World


def failures(world: World) -> Iterator[str]:
    """Yield what does not hold."""
    core = world.service.central.core
    core.tree.sequence_all(TENANT)
    with core.storage.quiet(TENANT) as transaction:
        waiting = transaction.waiting_receipts(1_000)
    if waiting:
        yield f"log: {len(waiting)} receipts never get a leaf"
    newest = core.tree.head(TENANT)
    if newest is None or not head_signed(newest, world.service.service_key):
        yield "log: there is no signed head"
        return
    for machine in world.machines:
        yield from _machine(world, machine, newest)


def _machine(world: World, machine: Machine, newest: TreeHead) -> Iterator[str]:
    workspace, tree = machine.workspace, world.service.central.core.tree
    alarm, held = workspace.status().alarm, workspace.tree_head()
    if alarm:
        yield f"log: {machine.name} is alarmed: {alarm}"
    if held is None:
        yield f"log: {machine.name} holds no head"
    elif held.epoch == newest.epoch and tree.root(TENANT, held.size) != held.root:
        yield f"log: {machine.name} was shown another log of {held.size} leaves"
    identity = workspace.identity
    assert identity is not None
    device = Device(TENANT, identity.device, "agent", None, None, identity.stream, "", None)
    with workspace._core.store.reading() as connection:
        kept = [each for each in facts.receipts(connection) if (each.level, each.epoch) == (ACCEPTED, newest.epoch)]
    for each in kept:
        shown = tree.proof(
            device, each.incarnation, each.seq, epoch=each.epoch, received_ms=each.time, size=newest.size
        )
        receipt = SignedReceipt(
            TENANT, identity.stream, identity.device, each.incarnation, each.seq, each.head, each.central_seq,
            each.epoch, each.level, each.time, each.signature,
        )  # fmt: skip
        if not holds(newest, receipt, shown.index, shown.proof):
            yield f"log: the receipt {each.incarnation}.{each.seq} of {machine.name} is not leaf {shown.index}"
