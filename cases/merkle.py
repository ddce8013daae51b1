"""A growing Merkle tree as RFC 9162 section 2.1 hashes it (RFC 6962 alike): roots, proofs, and their checks.

Pure. A tree of ``size`` leaves is kept as its *perfect* subtrees only: ``Node(level, place)`` is the hash over the
leaves ``place << level`` to ``(place + 1) << level``. Such a node never changes once its leaves are there, so it is
written once, and any root or proof of any size that the tree ever had is made from O(log size) of them, read at once.

What a checker learns: an inclusion proof says that a leaf stands at its place under a root; a consistency proof says
that the older tree is a beginning of the newer one: nothing was altered, dropped, inserted or put in another order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""
PROOF_HASHES_MAX = 64
"""A proof of a tree of up to 2**63 leaves is never longer."""


class Node(NamedTuple):
    """A perfect subtree: ``2 ** level`` leaves, the ``place``-th such run from the left, counted from 0."""

    level: int
    place: int


Read = Callable[[Iterable[Node]], Mapping[Node, bytes]]
"""Gives the hashes of nodes; called once a root or proof. A node that is missing is the caller's KeyError."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(size: int, peaks: Mapping[Node, bytes], leaves: Iterable[bytes]) -> list[tuple[Node, bytes]]:
    """Return the nodes, leaves included, that a tree gains with more leaves, in the order in which they come to be.

    Args:
        size: leaves so far.
        peaks: at least the nodes of ``peaks_of(size)``.
        leaves: leaf hashes.
    """
    edge = [(node, peaks[node]) for node in peaks_of(size)]
    gained: list[tuple[Node, bytes]] = []
    for index, leaf in enumerate(leaves, start=size):
        node, digest = Node(0, index), leaf
        gained.append((node, digest))
        while edge and edge[-1][0].level == node.level:
            node, digest = Node(node.level + 1, node.place >> 1), node_hash(edge.pop()[1], digest)
            gained.append((node, digest))
        edge.append((node, digest))
    return gained


def peaks_of(size: int) -> list[Node]:
    """Return the perfect subtrees that a tree consists of, from the left, the largest first."""
    return _span(0, size)


def root(size: int, read: Read) -> bytes:
    """Return the root of the tree that consists of the first ``size`` leaves."""
    return _made([peaks_of(size)], read)[0] if size else EMPTY


def inclusion(index: int, size: int, read: Read) -> list[bytes]:
    """Return the proof that leaf ``index`` is in the tree of ``size`` leaves.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} of {size}")
    spans: list[list[Node]] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            spans.append(_span(middle, last))
            last = middle
        else:
            spans.append(_span(first, middle))
            first = middle
    return _made(spans[::-1], read)


def consistency(old: int, new: int, read: Read) -> list[bytes]:
    """Return the proof that the tree of ``old`` leaves is a beginning of the one of ``new``; empty when it needs none.

    Raises:
        ValueError: ``old`` is not between 0 and ``new``.
    """
    if not 0 <= old <= new:
        raise ValueError(f"{old} of {new}")
    if old in (0, new):
        return []
    spans: list[list[Node]] = []
    first, last, known = 0, new, True
    while old != last:
        middle = first + _split(last - first)
        if old <= middle:
            spans.append(_span(middle, last))
            last = middle
        else:
            spans.append(_span(first, middle))
            first, known = middle, False
    if not known:
        spans.append(_span(first, last))
    return _made(spans[::-1], read)


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Say whether a proof shows a leaf hash at its place under a root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or not _is_proof(proof):
        return False
    place, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            digest = node_hash(sibling, digest)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and digest == expected_root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows that the older tree is a beginning of the newer (RFC 9162 section 2.1.4.2).

    Equal sizes need equal roots, a tree that shrank is never consistent, and the empty tree begins any other.
    """
    if not 0 <= old <= new or not _is_proof(proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    # An old tree that is one perfect subtree starts from its own root, which is then left out of the proof.
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not hashes:
        return False
    old_digest = new_digest = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_digest, new_digest = node_hash(sibling, old_digest), node_hash(sibling, new_digest)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new_digest = node_hash(new_digest, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old_digest == old_root and new_digest == new_root


def _is_proof(proof: Sequence[bytes]) -> bool:
    return len(proof) <= PROOF_HASHES_MAX and all(len(digest) == HASH_BYTES for digest in proof)


def _split(count: int) -> int:
    """Return the largest power of two below ``count``, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _span(first: int, last: int) -> list[Node]:
    """Return the perfect subtrees over a run of leaves; ``first`` stands where the tree's own splitting puts it."""
    nodes = []
    while first < last:
        level = (last - first).bit_length() - 1
        nodes.append(Node(level, first >> level))
        first += 1 << level
    return nodes


def _made(spans: Sequence[Sequence[Node]], read: Read) -> list[bytes]:
    """Return the hash over each run of leaves, from one read of all the nodes they need."""
    held = read({node for span in spans for node in span}) if spans else {}
    return [_folded([held[node] for node in span]) for span in spans]


def _folded(hashes: Sequence[bytes]) -> bytes:
    digest = hashes[-1]
    for left in reversed(hashes[:-1]):
        digest = node_hash(left, digest)
    return digest
