"""The Merkle log of what the service gave receipts for: its leaves, its heads, and how one head is held to another.

Pure. A tenant's log has one leaf a receipt of level ``accepted``. The service signs a head for each (epoch, size) that
it shows; whoever keeps one can hold every later one to it: within an epoch the older log is a beginning of the newer,
or something was altered, dropped, or shown differently to others. A restore from a backup begins a new epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Annotated, NamedTuple, Protocol

import msgspec

from cases import merkle
from cases.signatures import signature_holds

INCONSISTENT = "log.inconsistent"
"""Alarm: two signed heads that no honest log can have."""
MISSING = "log.missing"
"""Alarm: a receipt that the log does not hold, long after it was given."""
MERGE_DELAY_MS = 24 * 3600 * 1000
"""Within so long a receipt must be in the log; seconds, as a rule."""
ACCEPTED = "accepted"
ROOT_FORMAT = 1

_NUMBER_MAX = 2**53
_Number = Annotated[int, msgspec.Meta(ge=0, le=_NUMBER_MAX)]
_Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_encode = msgspec.json.Encoder().encode
_RECEIPT_DOMAIN = b"estafette/receipt/1\x00"
_TREE_DOMAIN = b"estafette/tree/1\x00"
_ROOT_DOMAIN = b"estafette/root/1\x00"


class ReceiptLike(Protocol):
    """Everything that a receipt says; ``sync.messages.Receipt`` is one."""

    @property
    def tenant(self) -> int: ...
    @property
    def stream(self) -> str: ...
    @property
    def device(self) -> str: ...
    @property
    def incarnation(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def head(self) -> str: ...
    @property
    def central_seq(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def time(self) -> int: ...


class TreeHead(msgspec.Struct, frozen=True):
    """The signed head of a tenant's log (RFC 9162 hashing); ``root`` and ``signature`` in hexadecimal."""

    tenant: _Number
    epoch: _Number
    size: _Number
    root: _Hash
    time: _Number
    signature: str


class SignedReceipt(msgspec.Struct, frozen=True):
    """A receipt as a device holds it."""

    tenant: _Number
    stream: str
    device: str
    incarnation: _Number
    seq: _Number
    head: str
    central_seq: _Number
    epoch: _Number
    level: str
    time: _Number
    signature: str


class RootLine(msgspec.Struct, frozen=True):
    """One line of the daily export: a tenant's head as of a day, to be kept where the service cannot reach.

    Attributes:
        date: ISO, in the service's time zone.
        signature: of the head; ``seal``: over all of it, ``root_bytes``, by the same key.
    """

    format: int
    date: str
    tenant: _Number
    epoch: _Number
    size: _Number
    root: _Hash
    time: _Number
    service_key: str
    signature: str
    seal: str = ""


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What proves an alarm to others: signed heads that contradict each other, or a signed receipt that is not there.

    Attributes:
        code: of the alarm. seen_ms: when, by this computer's clock.
        held: the head that was kept; ``shown``: the later one, with the ``proof`` that came with it.
        receipt: the one that is not there, and ``index`` where it was said to be; -1: nowhere.
    """

    code: str
    seen_ms: int
    service_key: str
    held: TreeHead | None = None
    shown: TreeHead | None = None
    proof: list[str] = []
    receipt: SignedReceipt | None = None
    index: int = -1


class Standing(Enum):
    """What a head is to the one that is held."""

    NEWER = "newer"
    SAME = "same"
    NEW_EPOCH = "new_epoch"
    OLD_EPOCH = "old_epoch"
    INCONSISTENT = "inconsistent"


def receipt_bytes(receipt: ReceiptLike) -> bytes:
    """Return what a receipt's signature covers, every field but the signature: the data of its leaf."""
    return _RECEIPT_DOMAIN + _encode(
        [
            receipt.tenant,
            receipt.stream,
            receipt.device,
            receipt.incarnation,
            receipt.seq,
            receipt.head,
            receipt.central_seq,
            receipt.epoch,
            receipt.level,
            receipt.time,
        ]
    )


def tree_bytes(head: TreeHead) -> bytes:
    """Return what a head's signature covers: every field but the signature."""
    return _TREE_DOMAIN + _encode([head.tenant, head.epoch, head.size, head.root, head.time])


def root_bytes(line: RootLine) -> bytes:
    """Return what a root line's seal covers: every field but the seal."""
    said = [line.format, line.date, line.tenant, line.epoch, line.size, line.root, line.time]
    return _ROOT_DOMAIN + _encode([*said, line.service_key, line.signature])


def head_signed(head: TreeHead, service_key: str) -> bool:
    """Say whether the service with this raw Ed25519 key (hexadecimal) signed the head."""
    return signature_holds(service_key, tree_bytes(head), head.signature)


def compared(held: TreeHead | None, shown: TreeHead, proof: Sequence[str]) -> Standing:
    """Say what a head is to the one that is held; the caller has checked both signatures."""
    if held is None or shown.epoch > held.epoch:
        return Standing.NEWER if held is None else Standing.NEW_EPOCH
    if shown.epoch < held.epoch:
        return Standing.OLD_EPOCH
    if not follows(held, shown, proof):
        return Standing.INCONSISTENT
    return Standing.SAME if shown.size == held.size else Standing.NEWER


def follows(held: TreeHead, shown: TreeHead, proof: Sequence[str]) -> bool:
    """Say whether a proof shows that the held head's log is a beginning of the shown one's, whatever their epochs."""
    hashes = unhexed(proof)
    if hashes is None:
        return False
    if not held.size:
        return held.root == merkle.EMPTY.hex() and not hashes and (shown.size > 0 or shown.root == held.root)
    return merkle.is_consistent(held.size, bytes.fromhex(held.root), shown.size, bytes.fromhex(shown.root), hashes)


def holds(head: TreeHead, receipt: ReceiptLike, index: int, proof: Sequence[str]) -> bool:
    """Say whether a proof shows that a receipt is leaf ``index`` of a head's log."""
    hashes = unhexed(proof)
    if hashes is None:
        return False
    leaf = merkle.leaf_hash(receipt_bytes(receipt))
    return merkle.is_included(leaf, index, head.size, hashes, bytes.fromhex(head.root))


def unhexed(proof: Iterable[str]) -> list[bytes] | None:
    """Return a proof's hashes; None for what is none."""
    try:
        return [bytes.fromhex(each) for each in proof]
    except ValueError:
        return None


class Finding(Enum):
    """What a kept line turned out to be."""

    HOLDS = "holds"
    """The log still begins as it stood that day."""
    OTHER = "other"
    """It does not: something was altered, dropped or put in another order."""
    SHORTER = "shorter"
    """The log is shorter than it was that day, though no restore began a new epoch since."""
    ENDED = "ended"
    """Of an epoch that a restore from a backup ended: the log no longer holds all that it held that day."""
    UNSIGNED = "unsigned"
    """Not this service's word, or altered."""


class Checked(NamedTuple):
    """A line and what it turned out to be; ``line`` is None for what cannot be read."""

    number: int
    line: RootLine | None
    finding: Finding
