"""A Merkle tree kept in tiles: rows of up to 256 hashes, so that a log of millions of leaves is thousands of rows.

Pure. ``Tile(level, place)`` holds the nodes of level ``8 * level`` from ``place * 256`` on, one after the other; every
node of the seven levels above them follows from it. A full tile never changes again; of each level at most one is not
full. Proofs and roots (``cases.merkle``) are made of the few tiles that they touch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from cases import merkle
from cases.merkle import HASH_BYTES, Node, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
FULL_BYTES = WIDTH * HASH_BYTES


class Tile(NamedTuple):
    level: int
    place: int


Fetch = Callable[[Iterable[Tile]], Mapping[Tile, bytes]]
"""Gives the tiles' hashes; called once a root or proof. A tile that is missing is the caller's KeyError."""


def tile_of(node: Node) -> Tile:
    """Return the tile that a node follows from."""
    level, above = divmod(node.level, HEIGHT)
    return Tile(level, node.place >> (HEIGHT - above))


def node_in(hashes: bytes, node: Node) -> bytes:
    """Return the hash of a node from its tile.

    Raises:
        KeyError: the tile does not hold it yet.
    """
    above = node.level % HEIGHT
    first = (node.place << above) % WIDTH
    data = hashes[first * HASH_BYTES : (first + (1 << above)) * HASH_BYTES]
    if len(data) != HASH_BYTES << above:
        raise KeyError(node)
    return _folded(data)


def edge_of(size: int) -> list[Tile]:
    """Return the tiles of a tree that are not full, the lowest first: all that growing it and its root need."""
    edge: list[Tile] = []
    level = 0
    while size:
        if size % WIDTH:
            edge.append(Tile(level, size // WIDTH))
        level, size = level + 1, size // WIDTH
    return edge


def grow(size: int, edge: Mapping[Tile, bytes], leaves: Sequence[bytes]) -> dict[Tile, bytes]:
    """Return the tiles that a tree gains or that change with more leaves.

    Args:
        size: leaves so far. edge: at least the tiles of ``edge_of(size)``.
        leaves: leaf hashes.

    Raises:
        KeyError: a tile is missing, or does not hold as many hashes as a tree of that size has there.
    """
    gained: dict[Tile, bytes] = {}
    level = 0
    while leaves:
        place, begun = divmod(size, WIDTH)
        held = edge[Tile(level, place)] if begun else b""
        if len(held) != begun * HASH_BYTES:
            raise KeyError(Tile(level, place))
        data, above = held + b"".join(leaves), []
        for start in range(0, len(data), FULL_BYTES):
            part = data[start : start + FULL_BYTES]
            gained[Tile(level, place)] = part
            place += 1
            if len(part) == FULL_BYTES:
                above.append(_folded(part))
        level, size, leaves = level + 1, size // WIDTH, above
    return gained


def reader(fetch: Fetch) -> merkle.Read:
    """Return how ``cases.merkle`` reads nodes out of tiles."""

    def read(nodes: Iterable[Node]) -> dict[Node, bytes]:
        wanted = list(nodes)
        held = fetch({tile_of(node) for node in wanted})
        return {node: node_in(held[tile_of(node)], node) for node in wanted}

    return read


def _folded(data: bytes) -> bytes:
    """Return the root over hashes that stand one after the other; their number is a power of two."""
    hashes = [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
