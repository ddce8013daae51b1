"""The Merkle log of receipts over a real PostgreSQL: nothing committed stays out of it, whoever commits when."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import psycopg
import pytest

from cases import merkle, treelog
from cases.errors import DamagedError, EnvironmentFault
from cases.tiles import Tile
from cases.treelog import TreeHead, receipt_bytes
from central.context import Central
from central.database import people, tree
from central.database.arrays import Bigints, Integers, Texts
from central.database.storage import PostgresStorage
from central.keys import public_hex
from central.sequencing import Sequencer
from central.storage import IssuedReceipt, TreeState
from central.tree import ReceiptTree, receipt_of
from sync.messages import API, Receipt, ReceiptProof
from tests.support.central_service import MovedClock, RunningService, opened_central
from tests.support.naive_tree import naive_root
from tests.support.storage_contract import Chain, take_in
from tests.support.wire_device import Refused, WireDevice, new_id

TENANT, FOREIGN = 7, 8
OFFICES = ("office-1", "office-2")
WRITERS, PUSHES = 6, 15
LEAVES = 10_000
_LEAVES = """
select stream_id, device_id, incarnation, first_seq, last_seq, head, central_seq, epoch, received_ms
from estafette.batch_head where tenant_id = %s and leaf is not null order by leaf
"""
_WAITING = "select count(*) from estafette.batch_head where tenant_id = %s and leaf is null"
# Batches as the hot path leaves them, many at once.
_MANY = (
    """
insert into estafette.event (tenant_id, stream_id, central_seq, device_id, incarnation, seq, prev, hash, agent,
    record_type, record_id, kind, base, time_ms, digest, received_ms)
select %(tenant)s, 'office-1', n, %(device)s, 1, n, '', md5(n::text), 'agent-a', 'case', 'r', 'set', 0, 1, '', 1
from generate_series(1, %(count)s) n
""",
    """
insert into estafette.batch_head (tenant_id, device_id, incarnation, last_seq, first_seq, head, signature, received_ms,
    stream_id, central_seq, epoch)
select %(tenant)s, %(device)s, 1, n, n, md5(n::text), '', 1, 'office-1', n, 1 from generate_series(1, %(count)s) n
""",
)


def device_name(number: int) -> str:
    return f"{number:x}" * 32


@pytest.fixture
def central(owner_conninfo: str, tmp_path: Path) -> Iterator[Central]:
    with opened_central(owner_conninfo, tmp_path, MovedClock(), pool_size=WRITERS + 4) as opened:
        for tenant in (TENANT, FOREIGN):
            with opened.transaction(tenant) as connection:
                people.add_tenant(connection, tenant, "T", 1)
                for office in OFFICES:
                    people.add_office(connection, tenant, office, office, 1)
                for number in range(1, WRITERS + 1):
                    office, account = OFFICES[number % 2], f"agent-{number:x}"
                    people.add_agent(connection, tenant, account, office, account, 1)
                    name = device_name(number)
                    people.add_device(
                        connection, tenant, name, account=account, public_key=name * 2, name="d", now_ms=1
                    )
        yield opened


def writer(number: int) -> Chain:
    return Chain(device_name(number), stream=OFFICES[number % 2])


def push(central: Central, chain: Chain, count: int = 1) -> None:
    new = chain.add(*({"/a": str(number)} for number in range(count)), record=f"{int(chain.device[0], 16):032x}")
    with central.storage.transaction(TENANT) as transaction:
        take_in(transaction, new)


def leaves_of(central: Central, tenant: int = TENANT) -> list[IssuedReceipt]:
    with central.transaction(tenant) as connection:
        return [IssuedReceipt(*row) for row in connection.execute(_LEAVES, [tenant]).fetchall()]


def waiting(central: Central) -> int:
    with central.transaction(TENANT) as connection:
        row = connection.execute(_WAITING, [TENANT]).fetchone()
    return int(row[0]) if row else 0


def check_log(central: Central, tenant: int = TENANT) -> TreeHead:
    """Return the newest head after holding it to a naive tree over what the database says the leaves are."""
    head = central.tree.head(tenant)
    assert head is not None and treelog.head_signed(head, public_hex(central.keys.service()))
    leaves = leaves_of(central, tenant)
    assert head.size == len(leaves)
    assert head.root == naive_root([receipt_bytes(receipt_of(tenant, one)) for one in leaves]).hex()
    numbers: dict[str, int] = {}
    for one in leaves:
        assert one.central_seq > numbers.get(one.stream, 0), "a stream's receipts keep their order"
        numbers[one.stream] = one.central_seq
    return head


def test_everything_committed_while_it_runs_is_appended_and_every_head_follows_the_one_before(central: Central) -> None:
    heads: list[TreeHead] = []
    writers_left = threading.Semaphore(0)
    ended = threading.Event()

    def write(number: int) -> None:
        chain = writer(number)
        for _push in range(PUSHES):
            push(central, chain, 2)
        writers_left.release()

    def append() -> None:
        while not ended.is_set():
            if central.tree.sequence(TENANT) and (head := central.tree.head(TENANT)) is not None:
                heads.append(head)

    threads = [threading.Thread(target=write, args=[number]) for number in range(1, WRITERS + 1)]
    threads += [threading.Thread(target=append) for _two in range(2)]
    for thread in threads:
        thread.start()
    for _writer in range(WRITERS):
        assert writers_left.acquire(timeout=60)
    ended.set()
    for thread in threads:
        thread.join(60)
    central.tree.sequence_all(TENANT)
    last = check_log(central)
    assert last.size == WRITERS * PUSHES and waiting(central) == 0
    print(f"{len(heads)} heads while writing")
    for earlier in heads:
        news = central.tree.news(TENANT, earlier.size)
        proof = [] if news is None else news.proof
        assert treelog.follows(earlier, last, proof), (earlier.size, last.size)


class ByWatermark(ReceiptTree):
    """Known to be bad: takes what has a number above the last one appended, as if commits came in their order."""

    def sequence(self, tenant: int) -> int:
        with self._storage.transaction(tenant) as transaction:
            state = transaction.lock_tree()
            assert state is not None
            last = getattr(self, "last", 0)
            found = [one for one in transaction.waiting_receipts(2_000) if one.received_ms > last]
            self.last = max((one.received_ms for one in found), default=last)
            self._extend(transaction, tenant, state, 1, found)
        return len(found)


@pytest.mark.parametrize(("kind", "skips"), [(ReceiptTree, False), (ByWatermark, True)])
def test_a_batch_that_is_committed_late_is_a_later_leaf(central: Central, kind: type[ReceiptTree], skips: bool) -> None:
    log = kind(PostgresStorage(central.database), central.keys, central.clock)
    one, two, three = writer(1), writer(2), writer(4)
    early = one.add({"/a": "early"}, record="1" * 32, received_ms=1_000)
    with ExitStack() as ends:
        transaction = ends.enter_context(central.storage.transaction(TENANT))
        take_in(transaction, early)
        with central.storage.transaction(TENANT) as other:
            take_in(other, two.add({"/a": "b"}, record="2" * 32, received_ms=2_000))
        assert log.sequence(TENANT) == 1
    with central.storage.transaction(TENANT) as other:
        take_in(other, three.add({"/a": "c"}, record="3" * 32, received_ms=3_000))
    log.sequence(TENANT)
    assert (waiting(central) > 0) == skips
    if not skips:
        assert [leaf.device for leaf in leaves_of(central)][0] == two.device
        assert check_log(central).size == 3


def test_who_holds_the_log_is_not_waited_for_and_a_killed_one_leaves_nothing_half(central: Central) -> None:
    chain = writer(1)
    central.tree.sequence(TENANT)
    push(central, chain)
    with pytest.raises(EnvironmentFault), central.storage.transaction(TENANT) as transaction:
        assert transaction.lock_tree() is not None
        assert central.tree.sequence(TENANT) == 0, "somebody else is at it"
        receipts = transaction.waiting_receipts(10)
        transaction.extend_tree(TreeState(1, 1, "a" * 64, 1, ""), 0, receipts, {Tile(0, 0): bytes(32)})
        (process,) = transaction.connection.execute("select pg_backend_pid()").fetchone() or (0,)
        with psycopg.connect(central.database._pool.conninfo) as owner:
            owner.execute("select pg_terminate_backend(%s, 5000)", [process])
        transaction.tree()
    assert waiting(central) == 1
    assert central.tree.sequence(TENANT) == 1 and check_log(central).size == 1


def test_ten_thousand_leaves_that_waited(central: Central, owner_conninfo: str) -> None:
    with psycopg.connect(owner_conninfo) as owner:
        for statement in _MANY:
            owner.execute(statement, {"tenant": TENANT, "device": device_name(1), "count": LEAVES})
    check_plans(central)
    assert central.tree.sequence_all(TENANT) == LEAVES
    check_log(central)
    for size in (0, 1, 255, 256, 2_000, 2_001, LEAVES - 1):
        news = central.tree.news(TENANT, size)
        held = central.tree.root(TENANT, size)
        assert news is not None and held is not None
        assert treelog.follows(TreeHead(TENANT, 1, size, held, 0, ""), news.head, news.proof), size
    for index, one in list(enumerate(leaves_of(central)))[:: LEAVES // 50]:
        with central.storage.transaction(TENANT) as transaction:
            assert transaction.leaf_of(one.device, 1, one.seq, epoch=1, received_ms=1) == index


def check_plans(central: Central) -> None:
    """Each batch is looked up by its key, also in a table that was never analysed."""
    arrays = {"devices": Texts([device_name(1)]), "incarnations": Integers([1]), "epochs": Integers([1])}
    named = {"last": Bigints([1]), "firsts": Bigints([1]), **arrays, "tenant": TENANT, "first": 0, "limit": 10}
    for statement, index in ((tree._LEAVES, "batch_head_pkey"), (tree._WAITING, "batch_head_waiting")):
        with central.transaction(TENANT) as connection:
            plan = "".join(row[0] for row in connection.execute("explain " + statement, named).fetchall())
        assert index in plan and "Seq Scan" not in plan, plan


def test_batches_of_a_version_before_have_leaves_too(central: Central, owner_conninfo: str) -> None:
    push(central, writer(1), 3)
    with psycopg.connect(owner_conninfo) as owner:
        owner.execute("update estafette.batch_head set stream_id = '', central_seq = 0")
    with central.storage.transaction(TENANT) as transaction:
        (found,) = transaction.waiting_receipts(5)
    assert (found.stream, found.central_seq) == (OFFICES[1], 3)
    assert central.tree.sequence(TENANT) == 1


def test_a_tenant_neither_reads_nor_appends_another_tenants_log(central: Central) -> None:
    chain = writer(1)
    push(central, chain)
    central.tree.sequence(TENANT)
    push(central, chain)
    with central.transaction(FOREIGN) as connection:
        assert tree.tiles(connection, TENANT, [Tile(0, 0)]) == {} and tree.waiting(connection, TENANT, 9) == []
        assert tree.leaf_of(connection, TENANT, device_name(1), 1, 1, epoch=1, received_ms=1) is None
        assert connection.execute(tree._LOCK, [TENANT]).fetchone() is None
        tree.extend(connection, TENANT, TreeState(1, 9, "a" * 64, 1, ""), 9, [], {})
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tree.extend(connection, TENANT, TreeState(1, 9, "a" * 64, 1, ""), 9, [], {Tile(0, 0): b""})
        connection.rollback()
    assert central.tree.sequence(FOREIGN) == 0
    assert check_log(central).size == 1
    head = central.tree.head(FOREIGN)
    assert head is not None and (head.size, head.root) == (0, merkle.EMPTY.hex())


def test_a_log_that_is_damaged_keeps_no_other_from_growing(
    central: Central, owner_conninfo: str, caplog: pytest.LogCaptureFixture
) -> None:
    sequencer, chain = Sequencer(central), writer(1)
    for tenant in (TENANT, FOREIGN):
        with central.transaction(tenant) as connection:
            people.add_to_directory(connection, "tenant", str(tenant), tenant)
    push(central, chain)
    sequencer._run(sweep=True)
    assert check_log(central).size == 1
    push(central, chain)
    with psycopg.connect(owner_conninfo) as owner:
        owner.execute("update estafette.tree_tile set hashes = ''::bytea")
        owner.execute("update estafette.tenant set epoch = epoch + 1 where tenant_id = %s", [FOREIGN])
    sequencer._run(sweep=True)
    assert "not appended tenant=7 code=tree.damaged" in caplog.text
    assert central.tree.news(TENANT, 1) is not None, "of the same size: no proof, no tile"
    with pytest.raises(DamagedError, match=r"tree\.damaged"):
        central.tree.root(TENANT, 1)
    head = central.tree.head(FOREIGN)
    assert head is not None and head.epoch == 2 and waiting(central) == 1
    with psycopg.connect(owner_conninfo) as owner:
        (only,) = leaves_of(central)
        whole = merkle.leaf_hash(receipt_bytes(receipt_of(TENANT, only)))
        owner.execute("update estafette.tree_tile set hashes = %s", [whole])
    sequencer.appended(TENANT)
    sequencer._run(sweep=False)
    assert check_log(central).size == 2, "it goes on once the tile is whole again"


def proof_of(device: WireDevice, receipt: Receipt, size: int) -> ReceiptProof:
    query = f"epoch={receipt.epoch}&time={receipt.time}&size={size}"
    return device.get(f"{API}/receipts/{receipt.incarnation}/{receipt.seq}/proof?{query}", ReceiptProof)


def test_a_device_is_shown_heads_and_that_its_receipts_are_under_them(
    central_service: RunningService, device: WireDevice, second_device: WireDevice
) -> None:
    log, tenant = central_service.central.tree, central_service.tenant
    log.sequence_all(tenant)
    first = device.exchange(tree=0).tree
    assert first is None or treelog.head_signed(first.head, device.me.service_key)
    receipts = [
        device.act(device.event("citizen", new_id(), "set", {"family_name": "Roux"})).receipt for _n in range(5)
    ]
    log.sequence_all(tenant)
    held = device.exchange(tree=0).tree
    assert held is not None and held.head.size >= 5 and held.proof == []
    assert treelog.head_signed(held.head, device.me.service_key)
    receipts.append(device.act(device.event("citizen", new_id(), "set", {"family_name": "Petit"})).receipt)
    log.sequence_all(tenant)
    shown = device.exchange(tree=held.head.size).tree
    assert shown is not None and treelog.follows(held.head, shown.head, shown.proof)
    again = device.exchange(tree=shown.head.size).tree
    assert again is not None and (again.head, again.proof) == (shown.head, [])
    assert device.exchange().tree is None
    beyond = device.exchange(tree=shown.head.size + 1).tree
    assert beyond is not None and (beyond.head, beyond.proof) == (shown.head, [])
    for receipt in receipts:
        proof = proof_of(device, receipt, shown.head.size)
        assert treelog.holds(shown.head, receipt, proof.index, proof.proof)
        other = msgspec.structs.replace(receipt, time=receipt.time + 1)
        assert not treelog.holds(shown.head, other, proof.index, proof.proof)
        assert proof_of(device, other, shown.head.size).index == -1
        assert proof_of(second_device, receipt, shown.head.size).index == -1, "another device's"
    late = proof_of(device, receipts[-1], held.head.size)
    assert late.index >= held.head.size and late.proof == []
    with pytest.raises(Refused, match=r"request\.invalid"):
        proof_of(device, receipts[0], shown.head.size + 1)
    with pytest.raises(Refused, match=r"request\.invalid"):
        device.get(f"{API}/receipts/x/1/proof", ReceiptProof)


def test_the_service_appends_by_itself(central_service: RunningService, device: WireDevice) -> None:
    ready = threading.Event()
    log = central_service.central.tree
    sound = log.sequence

    def noted(tenant: int) -> int:
        done = sound(tenant)
        if done and waiting_in(central_service) == 0:
            ready.set()
        return done

    log.sequence = noted  # type: ignore[method-assign]
    device.act(device.event("citizen", new_id(), "set", {"family_name": "Roux"}))
    assert ready.wait(30)


def waiting_in(service: RunningService) -> int:
    with service.central.transaction(service.tenant) as connection:
        row = connection.execute(_WAITING, [service.tenant]).fetchone()
    return int(row[0]) if row else 0
