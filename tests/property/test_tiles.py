"""A tree kept in tiles against a naive one: roots, proofs, growth in runs of any length, and tiles that lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import merkle, tiles
from cases.tiles import HASH_BYTES, Tile
from tests.support.naive_tree import naive_root

RUNS = st.lists(st.integers(0, 300), max_size=6)


def leaf(number: int) -> bytes:
    return number.to_bytes(4, "big")


class Kept:
    """A log as a service keeps it: its tiles, grown by runs."""

    def __init__(self) -> None:
        self.size = 0
        self.tiles: dict[Tile, bytes] = {}
        self.asked: list[set[Tile]] = []

    def add(self, count: int) -> None:
        hashes = [merkle.leaf_hash(leaf(number)) for number in range(self.size, self.size + count)]
        edge = {tile: self.tiles[tile] for tile in tiles.edge_of(self.size)}
        gained = tiles.grow(self.size, edge, hashes)
        for tile, data in gained.items():
            assert data.startswith(self.tiles.get(tile, b"")), "what is written never changes"
        self.tiles |= gained
        self.size += count

    @property
    def read(self) -> merkle.Read:
        def fetch(wanted: Iterable[Tile]) -> dict[Tile, bytes]:
            self.asked.append(set(wanted))
            return {tile: self.tiles[tile] for tile in wanted}

        return tiles.reader(fetch)


def kept(runs: Sequence[int]) -> Kept:
    made = Kept()
    for count in runs:
        made.add(count)
    return made


@given(RUNS)
def test_growing_in_runs_makes_the_same_tree(runs: list[int]) -> None:
    made, at_once = kept(runs), kept([sum(runs)])
    assert made.tiles == at_once.tiles
    assert merkle.root(made.size, made.read) == naive_root([leaf(number) for number in range(made.size)])


@given(st.integers(1, 900), st.data())
@settings(max_examples=60)
def test_every_size_that_ever_was_has_its_root_and_its_proofs(size: int, data: st.DataObject) -> None:
    made = kept([size])
    old = data.draw(st.integers(0, size))
    old_root = merkle.root(old, made.read)
    assert old_root == naive_root([leaf(number) for number in range(old)])
    now = merkle.root(size, made.read)
    assert merkle.is_consistent(old, old_root, size, now, merkle.consistency(old, size, made.read))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(index, size, made.read)
    assert merkle.is_included(merkle.leaf_hash(leaf(index)), index, size, proof, now)
    assert not merkle.is_included(merkle.leaf_hash(leaf(index + 1)), index, size, proof, now)


def test_two_levels_of_tiles_and_few_of_them_for_a_proof() -> None:
    size = 256 * 256 + 257
    made = kept([size])
    assert {tile.level for tile in made.tiles} == {0, 1, 2}
    assert len(made.tiles) == 258 + 2 + 1
    root = merkle.root(size, made.read)
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        proof = merkle.inclusion(index, size, made.read)
        assert merkle.is_included(merkle.leaf_hash(leaf(index)), index, size, proof, root)
    for old in (1, 255, 256, 257, 65_535, 65_536, size - 1):
        proof = merkle.consistency(old, size, made.read)
        assert merkle.is_consistent(old, merkle.root(old, made.read), size, root, proof)
    assert max(len(asked) for asked in made.asked) <= 5


@given(st.integers(2, 700), st.data())
@settings(max_examples=60)
def test_a_tree_that_was_altered_anywhere_follows_no_older_head(size: int, data: st.DataObject) -> None:
    made = kept([size])
    old = data.draw(st.integers(1, size))
    old_root, index = merkle.root(old, made.read), data.draw(st.integers(0, old - 1))
    altered = kept([0])
    for place in range(size):
        altered_leaf = leaf(place) if place != index else b"other"
        edge = {tile: altered.tiles[tile] for tile in tiles.edge_of(place)}
        altered.tiles |= tiles.grow(place, edge, [merkle.leaf_hash(altered_leaf)])
    proof = merkle.consistency(old, size, altered.read)
    assert not merkle.is_consistent(old, old_root, size, merkle.root(size, altered.read), proof)


def test_a_tile_that_does_not_fit_its_size_is_not_grown() -> None:
    made = kept([300])
    edge = {tile: made.tiles[tile] for tile in tiles.edge_of(300)}
    for wrong in (edge[Tile(0, 1)][:-HASH_BYTES], edge[Tile(0, 1)] + bytes(HASH_BYTES)):
        with pytest.raises(KeyError):
            tiles.grow(300, edge | {Tile(0, 1): wrong}, [bytes(HASH_BYTES)])
    with pytest.raises(KeyError):
        tiles.grow(300, {}, [bytes(HASH_BYTES)])
    with pytest.raises(KeyError):
        merkle.root(301, made.read)
