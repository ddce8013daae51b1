"""A service in memory whose log of receipts lies: what each lie makes of the log that was there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cases import merkle, tiles
from cases.tiles import HASH_BYTES, Tile
from cases.treelog import TreeHead, tree_bytes
from central.storage import TreeState
from tests.support.central_memory import TENANT, MemoryCentral


def leaves_of(central: MemoryCentral) -> list[bytes]:
    """Return the log's leaf hashes in order."""
    held = central.storage.tables.tiles
    data = b"".join(held[tile] for tile in sorted(tile for tile in held if tile.level == 0))
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def rebuild(central: MemoryCentral, leaves: Sequence[bytes]) -> None:
    """Let the log be another one, signed as if it had always been so."""
    tables = central.storage.tables
    tables.tiles = tiles.grow(0, {}, leaves)
    edge = dict(tables.tiles)
    root = merkle.root(len(leaves), tiles.reader(lambda _wanted: edge)).hex()
    now_ms = central.clock.now_ms()
    signature = central.keys.service().sign(tree_bytes(TreeHead(TENANT, tables.epoch, len(leaves), root, now_ms, "")))
    tables.tree = TreeState(tables.epoch, len(leaves), root, now_ms, signature.hex())


def rewrite(central: MemoryCentral) -> None:
    """The oldest leaf is another one."""
    rebuild(central, [merkle.leaf_hash(b"other"), *leaves_of(central)[1:]])


def drop(central: MemoryCentral) -> None:
    """The oldest leaf was never there."""
    rebuild(central, leaves_of(central)[1:])


def reorder(central: MemoryCentral) -> None:
    """The two oldest leaves change places."""
    first, second, *rest = leaves_of(central)
    rebuild(central, [second, first, *rest])


def roll_back(central: MemoryCentral) -> None:
    """The newest leaf is forgotten, as a database that was put back without a new epoch forgets it."""
    leaves = leaves_of(central)
    rebuild(central, leaves[:-1])
    batches = central.storage.tables.batches
    for bounds, batch in batches.items():
        if batch.leaf == len(leaves) - 1:
            # It is not appended again either.
            batches[bounds] = replace(batch, leaf=0)


LIES: dict[str, Callable[[MemoryCentral], None]] = {lie.__name__: lie for lie in (rewrite, drop, reorder, roll_back)}
"""Each shows to whoever held a head of the log before."""
assert Tile(0, 0) < Tile(0, 1) < Tile(1, 0)
