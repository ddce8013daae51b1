"""The Merkle tree against a naive one, RFC vectors, and trees that lie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import merkle
from cases.merkle import Node

SIZES = st.integers(0, 130)

# Leaves and roots of the certificate transparency project's own tests (RFC 6962 section 2.1).
RFC_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
RFC_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:split]) + naive(leaves[split:])).digest()


class Tree:
    """A tree kept as stored nodes, as central keeps it, grown by runs of leaves."""

    def __init__(self, leaves: Iterable[bytes], run: int = 7) -> None:
        self.nodes: dict[Node, bytes] = {}
        self.size = 0
        self.reads = 0
        hashed = [merkle.leaf_hash(leaf) for leaf in leaves]
        for start in range(0, len(hashed), run):
            gained = merkle.grow(self.size, self.nodes, hashed[start : start + run])
            assert not self.nodes.keys() & {node for node, _ in gained}, "a node was written twice"
            self.nodes.update(gained)
            self.size += len(hashed[start : start + run])

    def read(self, wanted: Iterable[Node]) -> Mapping[Node, bytes]:
        found = {node: self.nodes[node] for node in wanted}
        self.reads += len(found)
        return found


def leaves_of(size: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(size)]


def test_roots_of_the_rfc() -> None:
    tree = Tree(RFC_LEAVES)
    assert [merkle.root(size, tree.read).hex() for size in range(1, 9)] == RFC_ROOTS
    assert merkle.root(0, tree.read).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(max_size=8), max_size=70), st.integers(1, 9))
def test_a_root_is_the_naive_one_however_the_tree_grew(leaves: list[bytes], run: int) -> None:
    tree = Tree(leaves, run)
    assert merkle.root(len(leaves), tree.read) == naive(leaves)


@given(SIZES, st.data())
def test_every_leaf_is_shown_to_be_included(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size + 1)
    tree, index = Tree(leaves), data.draw(st.integers(0, size))
    at = data.draw(st.integers(index + 1, size + 1), label="an earlier size of the tree")
    proof = merkle.inclusion(index, at, tree.read)
    leaf, root = merkle.leaf_hash(leaves[index]), naive(leaves[:at])
    assert merkle.is_included(leaf, index, at, proof, root)
    assert not merkle.is_included(merkle.leaf_hash(b"another"), index, at, proof, root)
    for other in range(at):
        assert merkle.is_included(leaf, other, at, proof, root) == (other == index)
    for cut in range(len(proof)):
        assert not merkle.is_included(leaf, index, at, proof[:cut] + proof[cut + 1 :], root)


@given(SIZES, SIZES)
def test_any_two_sizes_are_shown_to_be_consistent(one: int, other: int) -> None:
    old, new = sorted((one, other))
    leaves = leaves_of(new)
    tree = Tree(leaves)
    proof = merkle.consistency(old, new, tree.read)
    old_root, new_root = naive(leaves[:old]), naive(leaves)
    assert merkle.is_consistent(old, old_root, new, new_root, proof)
    if old != new:
        assert not merkle.is_consistent(new, new_root, old, old_root, proof), "a tree that shrank"
    for cut in range(len(proof)):
        assert not merkle.is_consistent(old, old_root, new, new_root, proof[:cut] + proof[cut + 1 :])
        flipped = [bytes([digest[0] ^ 1]) + digest[1:] if n == cut else digest for n, digest in enumerate(proof)]
        assert not merkle.is_consistent(old, old_root, new, new_root, flipped)


def dropped(leaves: list[bytes], at: int) -> list[bytes]:
    return leaves[:at] + leaves[at + 1 :]


def altered(leaves: list[bytes], at: int) -> list[bytes]:
    return [*leaves[:at], b"altered", *leaves[at + 1 :]]


def swapped(leaves: list[bytes], at: int) -> list[bytes]:
    beside = (at + 1) % len(leaves)
    result = list(leaves)
    result[at], result[beside] = result[beside], result[at]
    return result


def inserted(leaves: list[bytes], at: int) -> list[bytes]:
    return [*leaves[:at], b"inserted", *leaves[at:]]


@pytest.mark.parametrize("lie", [dropped, altered, swapped, inserted])
@given(old=st.integers(2, 60), more=st.integers(1, 60), data=st.data())
def test_a_history_that_was_changed_has_no_proof(lie: object, old: int, more: int, data: st.DataObject) -> None:
    """The known-bad centres: whatever proof such a centre makes from its own tree, the older root refuses it."""
    assert callable(lie)
    honest = leaves_of(old + more)
    false = lie(honest, data.draw(st.integers(0, old - 2)))
    tree = Tree(false)
    for size in (old, old + more - 1, old + more):
        if size <= len(false):
            proof = merkle.consistency(min(old, size), size, tree.read)
            assert not merkle.is_consistent(old, naive(honest[:old]), size, naive(false[:size]), proof)


def test_a_centre_that_was_put_back_is_refused() -> None:
    leaves = leaves_of(40)
    tree = Tree(leaves[:30])
    other = Tree([*leaves[:30], *(b"after " + leaf for leaf in leaves[30:])])
    assert not merkle.is_consistent(40, naive(leaves), 30, merkle.root(30, tree.read), [])
    assert not merkle.is_consistent(40, naive(leaves), 40, merkle.root(40, other.read), [])


def test_a_proof_is_made_from_few_nodes() -> None:
    tree = Tree(leaves_of(5_000), run=500)
    for made in (
        lambda: merkle.root(4_999, tree.read),
        lambda: merkle.inclusion(1_234, 4_999, tree.read),
        lambda: merkle.consistency(1_234, 4_999, tree.read),
    ):
        tree.reads = 0
        made()
        assert tree.reads <= 2 * 13, "13 levels hold 5,000 leaves"


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    tree = Tree(leaves_of(3))
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion(index, size, tree.read)
    assert not merkle.is_included(b"\0" * 32, index, size, [], b"\0" * 32)


@pytest.mark.parametrize("proof", [[b"short"], [b"\0" * 32] * 65])
def test_a_proof_that_is_no_proof(proof: list[bytes]) -> None:
    assert not merkle.is_included(b"\0" * 32, 0, 2, proof, b"\0" * 32)
    assert not merkle.is_consistent(1, b"\0" * 32, 2, b"\0" * 32, proof)
