"""What must hold once all is well again and everybody has exchanged what was left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import msgspec

from cases import merge
from cases.merge import RecordState
from cases.projections import confirmed_state
from cases.store import facts, registers
from cases.workspace import Workspace
from central.storage import REPEATED
from sync.messages import Receipt
from sync.rounds import receipt_signed
from sync.state import SyncState
from tests.simulation import logs, reference
from tests.simulation.ledger import Deed, Held, deed_of
from tests.simulation.machines import Machine
from tests.support.central_memory import MANDATE_ENDED, OFFICE_CHANGED

if TYPE_CHECKING:
    from tests.simulation.world import World

CONFIRMED = frozenset({"accepted", "merged", "contested"})
_ENDS = {
    "": SyncState.IDLE,
    MANDATE_ENDED: SyncState.MANDATE_ENDED,
    OFFICE_CHANGED: SyncState.OFFICE_CHANGED,
}
"""How a machine ends that the service has closed for this reason."""
SHOWN_MAX = 12
"""Lines of one kind of failure: the first ones tell."""


def check(world: World) -> list[str]:
    """Return what does not hold, one line each."""
    log = world.service.held()
    states = world.service.states()
    found: list[str] = []
    found += _few(_queues(world))
    found += _few(_accounted(world, log))
    # A record that moved has its heads numbered anew: what numbers say of it is over.
    still = [held for held in log if held.deed.record not in world.moved]
    found += _few(
        reference.differences(still, {key: state for key, state in states.items() if key[1] not in world.moved})
    )
    found += _few(reference.overwritten(log, states, world.ledger.seen))
    found += _few(logs.failures(world))
    for machine in world.machines:
        # Who has no right there any more is told no news: what such a machine holds is as old as that.
        found += [] if closed_of(world, machine) else _few(_replica(world, machine, log))
        found += _few(_office_left(world, machine))
        found += _few(_visible(world, machine, log))
        found += _few(_over(world, machine, log))
        found += _few(_receipts(world, machine, log))
        found += _few(_projections(machine))
        found += _few(_audits(world, machine))
    return found


def findable(world: World) -> set[Deed]:
    """Return the acts that something in this world still holds and can bring to the service."""
    found = {one.deed for one in world.service.held()}
    for machine in world.machines:
        found.update(_own(machine))
    return found


def words(one: Deed) -> str:
    """Say which act it is."""
    return f"{one.kind} of {one.agent[-8:]} on {one.record[-6:]} at {one.time}: {one.body[:80].decode()}"


def _few(lines: Iterator[str] | list[str]) -> list[str]:
    found = list(lines)
    more = [f"… and {len(found) - SHOWN_MAX} more"] if len(found) > SHOWN_MAX else []
    return found[:SHOWN_MAX] + more


# --- queues and events -----------------------------------------------------------------------------------------------


def _queues(world: World) -> Iterator[str]:
    """Every queue is empty, and everybody has everything."""
    for machine in world.machines:
        status = machine.agent.status()
        if status.pending or status.oldest_pending_ms is not None:
            yield f"queue: {machine.name} still has {status.pending} events"
        closed = closed_of(world, machine)
        if (status.state, status.fault) != (_ENDS[closed], closed):
            yield f"queue: {machine.name} ends {status.state} with {status.fault!r}"


def closed_of(world: World, machine: Machine) -> str:
    """Return why the service reads this machine nothing any more; empty while it does."""
    identity = machine.workspace.identity
    assert identity is not None
    return world.service.closed(identity.device)


def _accounted(world: World, log: list[Held]) -> Iterator[str]:
    """Every acknowledged act is at the service, once: what came again under another number says so and does nothing."""
    times = Counter(one.deed for one in log if one.code != REPEATED)
    doubted = _doubted(world)
    for one, place in world.ledger.owed().items():
        if not times[one] and one not in doubted:
            yield f"lost: {words(one)} of {place}"
    for one, count in times.items():
        if count > 1:
            where = [f"{held.device[-8:]}.{held.incarnation}.{held.seq}" for held in log if held.deed == one]
            yield f"twice: {words(one)} as {where}"
    for held in log:
        if held.code == REPEATED and (held.state != "parked" or not times[held.deed]):
            yield f"nowhere: {words(held.deed)} is {held.state!r} and the only one of its kind"
        if held.state not in CONFIRMED and not (held.state == "parked" and held.code):
            yield f"nowhere: {words(held.deed)} is {held.state!r} {held.code!r}"


def _doubted(world: World) -> set[Deed]:
    """Return the acts of closed machines that the service may lack since it was restored: they ask once it is open."""
    found: set[Deed] = set()
    for machine in world.machines:
        if closed_of(world, machine) and machine.workspace.in_doubt():
            found |= _own(machine)
    return found


def _own(machine: Machine) -> set[Deed]:
    workspace = machine.workspace
    identity = workspace.identity
    assert identity is not None
    found: set[Deed] = set()
    for record, _type in _records(workspace):
        for entry in workspace.history(record):
            if entry.event.device == identity.device and entry.state != "quarantined":
                found.add(deed_of(record, entry))
    return found


def _visible(world: World, machine: Machine, log: list[Held]) -> Iterator[str]:
    """A parked event is shown where it was made; on a machine that was put back or copied, the service alone may."""
    if machine.name in world.put_back:
        return
    shown = {parked.event for parked in machine.workspace.parked()}
    dealt_with = {
        msgspec.json.decode(held.deed.body, type=dict[str, object]).get("event")
        for held in log
        if held.deed.kind == "resolve" and held.state in CONFIRMED
    }
    for held in log:
        if f"{held.device}.{held.incarnation}.{held.seq}" in dealt_with or held.code in ("resolve.settled", REPEATED):
            continue
        here = world.ledger.acknowledged.get(held.deed) == machine.name and held.deed not in world.ledger.excused
        if held.state == "parked" and here and (held.device, held.incarnation, held.seq) not in shown:
            yield f"hidden: {machine.name} does not show its parked {held.incarnation}.{held.seq} {held.code}"


def _over(world: World, machine: Machine, log: list[Held]) -> Iterator[str]:
    """What a person has dealt with waits no more where it was made, nor what was tried about it meanwhile."""
    if machine.name in world.put_back:
        return
    dealt_with = {
        str(msgspec.json.decode(held.deed.body, type=dict[str, object]).get("event"))
        for held in log
        if held.deed.kind == "resolve" and held.state in CONFIRMED and held.deed.record not in world.moved
    }
    entries = {entry.event: entry for record, _ in _records(machine.workspace)
               for entry in machine.workspace.history(record)}  # fmt: skip
    for parked in machine.workspace.parked():
        body = (entries[parked.event].body if parked.event in entries else None) or {}
        tried = body.get("event") if parked.kind == "resolve" else None
        if str(parked.event) in dealt_with or tried in dealt_with:
            yield f"over: {machine.name} still shows {parked.event.incarnation}.{parked.event.seq} {parked.code}"


# --- replicas --------------------------------------------------------------------------------------------------------


def _replica(world: World, machine: Machine, log: list[Held]) -> Iterator[str]:
    """What central confirmed in this scope is here byte for byte, and nothing else is."""
    identity = machine.workspace.identity
    assert identity is not None
    states = world.service.states(identity.stream)
    mine = {(kind, record): state for record, kind, state in confirmed(machine.workspace) if state.fields}
    for key in sorted(mine.keys() | states.keys()):
        here, there = (merge.to_json(found[key]) if key in found else b"" for found in (mine, states))
        if here != there:
            yield f"differs: {machine.name} {key[0]} {key[1][-6:]}: {_first_difference(here, there)}"
    yield from _histories(machine, log, states.keys(), world.moved)


def _office_left(world: World, machine: Machine) -> Iterator[str]:
    """Of an office that its agent left nothing central said is shown any more; its log stays."""
    if closed_of(world, machine) == OFFICE_CHANGED:
        held = [record for record, _kind, state in confirmed(machine.workspace) if state.fields]
        rows = [row for row in machine.workspace.case_rows(held) if row.state]
        if held or rows:
            yield f"left: {machine.name} still shows {len(held)} records, {len(rows)} rows of an office that was left"


def _first_difference(here: bytes, there: bytes) -> str:
    place = next((place for place, (one, other) in enumerate(zip(here, there, strict=False)) if one != other), 0)
    start = max(0, place - 60)
    return f"here …{here[start : place + 40]!r}, central …{there[start : place + 40]!r}"


def _histories(machine: Machine, log: list[Held], scope: Collection[tuple[str, str]], moved: set[str]) -> Iterator[str]:
    theirs: dict[str, dict[tuple[str, int, int], str]] = {}
    for held in log:
        if held.state in CONFIRMED and (held.record_type, held.deed.record) in scope:
            theirs.setdefault(held.deed.record, {})[held.device, held.incarnation, held.seq] = held.state
    here = {record for _kind, record in scope}
    for record in sorted({record for record, _type in _records(machine.workspace)} | theirs.keys()):
        if record in here and not machine.agent.bring_history(record).complete:
            yield f"history: {machine.name} {record[-6:]} cannot be had whole"
        entries = machine.workspace.history(record)
        mine = {tuple(entry.event): entry.state for entry in entries if entry.state in CONFIRMED}
        if mine != theirs.get(record, {}) and (record in here or record not in moved):
            odd = set(mine.items()) ^ set(theirs.get(record, {}).items())
            yield f"history: {machine.name} {record[-6:]}: {sorted(odd)[:3]}"
        if len({tuple(entry.event) for entry in entries}) != len(entries):
            yield f"history: {machine.name} {record[-6:]} holds an event twice"


def _gone(workspace: Workspace) -> set[str]:
    """Return the records that left this machine's scope."""
    sql = "SELECT id FROM record WHERE no IN (SELECT record_no FROM scope WHERE standing = 'left')"
    return {row[0] for row in workspace._core.store.rows(sql)}


def _records(workspace: Workspace) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in workspace._core.store.rows("SELECT id, type FROM record ORDER BY id")]


def confirmed(workspace: Workspace) -> Iterator[tuple[str, str, RecordState]]:
    """Return (identity, type, what central said of it) of every record that this workspace holds."""
    identity = workspace.identity
    assert identity is not None
    ids = [record for record, _type in _records(workspace)]
    with workspace._core.store.reading() as connection:
        for record in ids:
            known = registers.find(connection, record)
            assert known is not None
            yield record, known.type, confirmed_state(connection, identity.tenant, known)


def _audits(world: World, machine: Machine) -> Iterator[str]:
    """An audit finds what rotted and nothing else: whatever else it finds is a fault of the product that it covers."""
    rotten = world.rotten.get(machine.name, set())
    for finding in machine.workspace.findings():
        if finding.record_id not in rotten:
            yield f"audit: {machine.name} {finding.code} {finding.record_type} {finding.record_id[-6:]}"


# --- receipts --------------------------------------------------------------------------------------------------------


def _receipts(world: World, machine: Machine, log: list[Held]) -> Iterator[str]:
    """Every receipt is signed, and true."""
    workspace = machine.workspace
    identity = workspace.identity
    assert identity is not None
    hashes = {(held.device, held.incarnation, held.seq): held.hash for held in log}
    with workspace._core.store.reading() as connection:
        receipts = facts.receipts(connection)
    for kept in receipts:
        receipt = Receipt(
            identity.tenant,
            identity.stream,
            identity.device,
            kept.incarnation,
            kept.seq,
            kept.head,
            kept.central_seq,
            kept.epoch,
            kept.level,
            kept.time,
            kept.signature,
        )
        if not receipt_signed(receipt, world.service.service_key):
            yield f"receipt: {machine.name} {kept.incarnation}.{kept.seq} is not signed"
        if kept.epoch == world.service.epoch:
            held = hashes.get((identity.device, kept.incarnation, kept.seq))
            if held != kept.head:
                yield f"receipt: {machine.name} {kept.incarnation}.{kept.seq} is false"


# --- projections -----------------------------------------------------------------------------------------------------


def _projections(machine: Machine) -> Iterator[str]:
    """Lists, counters and search say what the records say."""
    workspace = machine.workspace
    contested = 0
    by_state: Counter[str] = Counter()
    names: dict[str, str] = {}
    for record, kind, state in confirmed(workspace):
        if kind == "citizen" and state.fields:
            shown = merge.show(state)
            names[record] = f"{shown.values.get('family_name') or ''} {shown.values.get('given_names') or ''}".strip()
            contested += bool(shown.contested)
    gone = _gone(workspace)
    for record, kind, state in confirmed(workspace):
        if kind != "case":
            continue
        if record in gone:
            continue
        if not state.fields:
            # Everything of it is parked or was lost by the service: it stays in the list, as a draft, to be seen. Of
            # one that was only here for a while nothing is held.
            by_state["draft"] += bool(workspace.history(record))
            continue
        shown = merge.show(state)
        contested += bool(shown.contested)
        row = workspace.case_rows([record])[0]
        said = (row.state, row.citizen, row.tracking_code, row.procedure_version, row.contested, row.pending)
        values = shown.values
        true = (
            values.get("state") or "draft",
            values.get("citizen") or "",
            values.get("tracking_code") or "",
            values.get("procedure_version") or "",
            len(shown.contested),
            0,
        )
        by_state[true[0]] += 1
        if said != true:
            yield f"list: {machine.name} {record[-6:]} says {said} instead of {true}"
        if dict(workspace.case(record).answers) != {k: v for k, v in values.items() if k.startswith("/")}:
            yield f"screen: {machine.name} {record[-6:]} shows other answers"
        code = row.tracking_code
        if code and record not in {hit.record_id for hit in workspace.search(code, 200)}:
            yield f"search: {machine.name} does not find {record[-6:]} by its code"
    for record, name in names.items():
        if name and record not in {hit.record_id for hit in workspace.search(name, 400)}:
            yield f"search: {machine.name} does not find {record[-6:]} by its name"
    status = workspace.status()
    counted = (status.contested, {state: workspace.case_count(state=state) for state in by_state})
    if counted != (contested, dict(by_state)):
        yield f"counters: {machine.name} {counted} instead of {(contested, dict(by_state))}"


def digest(state: RecordState) -> str:
    """Return a record's state as text, for a story."""
    return msgspec.json.encode(reference.heads_of(state)).decode()
