"""Checks a pushed batch without the database: shape, chain, signature. Slow work, so done before the head row."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.errors import InputError, NotPermittedError
from cases.events import (
    CHAIN_START,
    HASH_SIZE,
    SALT_BLOCK,
    Event,
    Header,
    body_digest,
    header_hash,
    salt_from_seed,
)
from central.records import Device
from sync.messages import BATCH_EVENTS_MAX, Batch, WireEvent, batch_bytes

HEADER_VERSION = 1
SEQ_MAX = 2**53
_HEX = frozenset("0123456789abcdef")
_NAME_LENGTH_MAX = 64


class ChainedEvents:
    """A batch's events with their headers, and the hash of each.

    Attributes:
        events: oldest first, with bodies and salts.
        hashes: of the same events; the last is the batch's head.
    """

    def __init__(self, events: Sequence[Event], hashes: Sequence[str]) -> None:
        self.events = events
        self.hashes = hashes


def check_batch(batch: Batch, device: Device) -> ChainedEvents:
    """Recompute the chain of a batch and check that its device signed it.

    Raises:
        NotPermittedError: ``right.foreign_batch``: made by another device, agent or tenant than the one that sends it.
        InputError: ``push.malformed`` (``reason``), ``push.chain`` (the head is another one), ``push.signature``.
    """
    if (batch.tenant, batch.device, batch.agent) != (device.tenant, device.device, device.account):
        raise NotPermittedError("right.foreign_batch")
    _check_shape(batch)
    chained = _chain(batch)
    if not hmac.compare_digest(chained.hashes[-1], batch.head):
        raise InputError("push.chain")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(device.public_key))
        key.verify(bytes.fromhex(batch.signature), batch_bytes(batch))
    except (InvalidSignature, ValueError) as error:
        raise InputError("push.signature") from error
    return chained


def salt_blocks(first_seq: int, count: int) -> int:
    """Return how many salt blocks ``count`` events from ``first_seq`` touch."""
    return (first_seq + count - 1) // SALT_BLOCK - first_seq // SALT_BLOCK + 1


def is_hex(text: str, size: int) -> bool:
    """Say whether ``text`` is ``size`` bytes as lower-case hexadecimal digits."""
    return len(text) == 2 * size and _HEX.issuperset(text)


def _check_shape(batch: Batch) -> None:
    if not 1 <= len(batch.events) <= BATCH_EVENTS_MAX:
        raise InputError("push.malformed", reason="events")
    if not 1 <= batch.first_seq <= SEQ_MAX or not 1 <= batch.incarnation < 2**31:
        raise InputError("push.malformed", reason="number")
    if not is_hex(batch.prev, HASH_SIZE) or (batch.first_seq == 1) != (batch.prev == CHAIN_START):
        raise InputError("push.malformed", reason="prev")
    seeds = batch.salt_seeds
    if len(seeds) != salt_blocks(batch.first_seq, len(batch.events)) or not all(is_hex(seed, 32) for seed in seeds):
        raise InputError("push.malformed", reason="salt_seeds")
    if not is_hex(batch.head, HASH_SIZE):
        raise InputError("push.malformed", reason="head")
    if not all(_storable(event) for event in batch.events):
        raise InputError("push.malformed", reason="event")


def _storable(event: WireEvent) -> bool:
    """Say whether the header can be written down at all. What it *means* is judged event by event, later."""
    return (
        is_hex(event.record_id, 16)
        and _is_name(event.record_type)
        and _is_name(event.kind)
        and 0 <= event.base <= SEQ_MAX
        and 0 <= event.time <= SEQ_MAX
    )


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _NAME_LENGTH_MAX and text.isascii() and text.replace("_", "").isalnum()


def _chain(batch: Batch) -> ChainedEvents:
    seeds = [bytes.fromhex(seed) for seed in batch.salt_seeds]
    first_block = batch.first_seq // SALT_BLOCK
    events: list[Event] = []
    hashes: list[str] = []
    prev = batch.prev
    for seq, wire in enumerate(batch.events, batch.first_seq):
        salt = salt_from_seed(seeds[seq // SALT_BLOCK - first_block], seq)
        body = bytes(wire.body)
        header = Header(
            HEADER_VERSION,
            batch.tenant,
            batch.device,
            batch.incarnation,
            seq,
            prev,
            batch.agent,
            wire.record_type,
            wire.record_id,
            wire.kind,
            wire.base,
            wire.time,
            body_digest(body, salt),
        )
        prev = header_hash(header)
        events.append(Event(header, body, salt))
        hashes.append(prev)
    return ChainedEvents(events, hashes)
