"""The Merkle log of receipts in PostgreSQL: each function one statement. See ``central.storage.Transaction``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cases import merkle
from cases.tiles import Tile
from central.database.arrays import Bigints, Integers, Texts
from central.database.client import Connection
from central.database.sessions import Session, Statement
from central.storage import IssuedReceipt, TreeState

_NEVER_SIGNED = TreeState(0, 0, merkle.EMPTY.hex(), 0, "")
_TREE = Statement(
    b"estafette_tree",
    b"""
select n.epoch, t.epoch, t.size, t.root, t.time_ms, t.signature
from estafette.tenant n left join estafette.tree t on t.tenant_id = n.tenant_id where n.tenant_id = $1::integer
""",
)
_MAKE = """
insert into estafette.tree (tenant_id, epoch, size, root, time_ms, signature)
values (%s, %s, %s, %s, %s, %s) on conflict (tenant_id) do nothing
"""
_LOCK = """
select epoch, size, root, time_ms, signature from estafette.tree where tenant_id = %s for update skip locked
"""
# Batches from before heads had a stream and a number say so by what their last event has: looked up for those alone.
_SAID = """
    case when h.central_seq > 0 then h.stream_id else (
        select e.stream_id from estafette.event e where e.tenant_id = h.tenant_id and e.device_id = h.device_id
            and e.incarnation = h.incarnation and e.seq = h.last_seq) end,
    h.device_id, h.incarnation, h.first_seq, h.last_seq, h.head,
    case when h.central_seq > 0 then h.central_seq else (
        select e.central_seq from estafette.event e where e.tenant_id = h.tenant_id and e.device_id = h.device_id
            and e.incarnation = h.incarnation and e.seq = h.last_seq) end,
    h.epoch, h.received_ms
"""
_WAITING = f"""
select {_SAID} from estafette.batch_head h
where h.tenant_id = %(tenant)s and h.leaf is null
order by h.tenant_id, h.stream_id, h.central_seq limit %(limit)s
"""
_TILES = """
select t.level, t.place, t.hashes from estafette.tree_tile t
join unnest(%(levels)b::integer[], %(places)b::bigint[]) as w (level, place) on w.level = t.level and w.place = t.place
where t.tenant_id = %(tenant)s
"""
# Only the holder of the log's lock does this. Nothing is said of leaves, so that each batch is looked up by its key:
# the small index of those that wait would be read whole for each.
_LEAVES = """
update estafette.batch_head h set leaf = %(first)s + v.n - 1
from unnest(%(devices)b::text[], %(incarnations)b::integer[], %(last)b::bigint[], %(firsts)b::bigint[],
    %(epochs)b::integer[]) with ordinality as v (device_id, incarnation, last_seq, first_seq, epoch, n)
where h.tenant_id = %(tenant)s and h.device_id = v.device_id and h.incarnation = v.incarnation
    and h.last_seq = v.last_seq and h.first_seq = v.first_seq and h.epoch = v.epoch
"""
_TILE = """
insert into estafette.tree_tile (tenant_id, level, place, hashes) values (%s, %s, %s, %b)
on conflict (tenant_id, level, place) do update set hashes = excluded.hashes
"""
_STATE = """
update estafette.tree set epoch = %s, size = %s, root = %s, time_ms = %s, signature = %s where tenant_id = %s
"""
_LEAF_OF = """
select min(leaf) from estafette.batch_head
where tenant_id = %s and device_id = %s and incarnation = %s and last_seq = %s and epoch = %s and received_ms = %s
"""


# One leaf a batch: the earliest, when a restore made the service give a receipt twice.
_LEAVES_OVER = f"""
select distinct on (h.first_seq, h.last_seq) {_SAID}, h.leaf
from estafette.batch_head h
join unnest(%(seqs)b::bigint[], %(firsts)b::bigint[]) as v (last_seq, first_seq)
    on v.last_seq = h.last_seq and v.first_seq = h.first_seq
where h.tenant_id = %(tenant)s and h.device_id = %(device)s and h.incarnation = %(incarnation)s and h.leaf is not null
order by h.first_seq, h.last_seq, h.leaf
"""


def tree(session: Session, tenant: int) -> tuple[int, TreeState]:
    """See the protocol. One journey where nothing else was asked yet: nearly every exchange asks this.

    Tiles that are read after it may hold more than its size by then, never anything else.
    """
    (row,) = session.ask_alone(_TREE, [tenant])
    return int(row[0]), TreeState(*row[1:]) if row[1] is not None else _NEVER_SIGNED


def lock(session: Session, tenant: int) -> TreeState | None:
    """See the protocol. The lock is the tenant's lease of the sequencer: it ends with the process that holds it."""
    connection = session.connection
    row = connection.execute(_LOCK, [tenant]).fetchone()
    if row is None and tree(session, tenant)[1] is _NEVER_SIGNED:
        # Only the very first time of a tenant; two that meet here wait for each other.
        connection.execute(_MAKE, [tenant, *_NEVER_SIGNED])
        row = connection.execute(_LOCK, [tenant]).fetchone()
    return TreeState(*row) if row is not None else None


def waiting(connection: Connection, tenant: int, limit: int) -> list[IssuedReceipt]:
    """See the protocol."""
    found = connection.execute(_WAITING, {"tenant": tenant, "limit": limit}).fetchall()
    return [IssuedReceipt(*row) for row in found]


def tiles(connection: Connection, tenant: int, wanted: Collection[Tile]) -> dict[Tile, bytes]:
    """See the protocol."""
    if not wanted:
        return {}
    places = {"levels": Integers([one.level for one in wanted]), "places": Bigints([one.place for one in wanted])}
    found = connection.execute(_TILES, {"tenant": tenant, **places}, binary=True).fetchall()
    return {Tile(level, place): bytes(hashes) for level, place, hashes in found}


def extend(
    connection: Connection,
    tenant: int,
    state: TreeState,
    first: int,
    leaves: Sequence[IssuedReceipt],
    gained: Mapping[Tile, bytes],
) -> None:
    """See the protocol."""
    if leaves:
        named: dict[str, Any] = {
            "devices": Texts([one.device for one in leaves]),
            "incarnations": Integers([one.incarnation for one in leaves]),
            "last": Bigints([one.seq for one in leaves]),
            "firsts": Bigints([one.first_seq for one in leaves]),
            "epochs": Integers([one.epoch for one in leaves]),
        }
        done = connection.execute(_LEAVES, {"tenant": tenant, "first": first, **named}).rowcount
        assert done == len(leaves), "what waits is taken by whoever holds the log"
    with connection.cursor() as cursor:
        cursor.executemany(_TILE, [(tenant, *tile, hashes) for tile, hashes in gained.items()])
    connection.execute(_STATE, [*state, tenant])


def leaves_over(
    connection: Connection, tenant: int, device: str, incarnation: int, bounds: Sequence[tuple[int, int]]
) -> list[tuple[IssuedReceipt, int]]:
    """Return the receipts of these batches (first and last number) of a chain, with the leaves that they have."""
    named = {
        "device": device,
        "incarnation": incarnation,
        "firsts": Bigints([first for first, _last in bounds]),
        "seqs": Bigints([last for _first, last in bounds]),
    }
    found = connection.execute(_LEAVES_OVER, {"tenant": tenant, **named}).fetchall()
    return [(IssuedReceipt(*row[:9]), int(row[9])) for row in found]


def leaf_of(
    connection: Connection, tenant: int, device: str, incarnation: int, seq: int, *, epoch: int, received_ms: int
) -> int | None:
    """See the protocol."""
    row = connection.execute(_LEAF_OF, [tenant, device, incarnation, seq, epoch, received_ms]).fetchone()
    return None if row is None or row[0] is None else int(row[0])
