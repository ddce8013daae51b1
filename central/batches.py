"""Checks a pushed batch without the database: shape, chain, signature. Slow work, so done before the head row."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature

from cases.errors import InputError, NotPermittedError
from cases.events import (
    CHAIN_START,
    HASH_SIZE,
    SALT_BLOCK,
    Event,
    Header,
    HeaderHashes,
    Salts,
    body_digest,
)
from central.records import Device
from sync.columns import Unpacked, unpack
from sync.messages import EXCHANGE_EVENTS_MAX, SignedBatch, batch_bytes
from sync.signing import verifier

HEADER_VERSION = 1
SEQ_MAX = 2**53
_HEX = frozenset("0123456789abcdef")
_NAME_LENGTH_MAX = 64


@dataclass(frozen=True)
class ChainedEvents:
    """A batch's events with their headers, and the hash of each.

    Attributes:
        events: oldest first, with bodies and salts.
        hashes: of the same events; the last is the batch's head.
        fields: of each event, what its body says, where that is known already.
    """

    events: Sequence[Event]
    hashes: Sequence[str]
    fields: Sequence[Mapping[str, str | None] | None] = ()


def check_batch(batch: SignedBatch, device: Device) -> ChainedEvents:
    """Recompute the chain of a batch and check that its device signed it.

    Raises:
        NotPermittedError: ``right.foreign_batch``: made by another device, agent or tenant than the one that sends it.
        InputError: ``push.malformed`` (``reason``), ``push.chain`` (the head is another one), ``push.signature``.
    """
    if (batch.tenant, batch.device, batch.agent) != (device.tenant, device.device, device.account):
        raise NotPermittedError("right.foreign_batch")
    events = unpack(batch.events, events_max=EXCHANGE_EVENTS_MAX)
    _check_shape(batch, events)
    chained = _chain(batch, events)
    if not hmac.compare_digest(chained.hashes[-1], batch.head):
        raise InputError("push.chain")
    try:
        verifier(device.public_key).verify(bytes.fromhex(batch.signature), batch_bytes(batch))
    except (InvalidSignature, ValueError) as error:
        raise InputError("push.signature") from error
    return chained


def salt_blocks(first_seq: int, count: int) -> int:
    """Return how many salt blocks ``count`` events from ``first_seq`` touch."""
    return (first_seq + count - 1) // SALT_BLOCK - first_seq // SALT_BLOCK + 1


def is_hex(text: str, size: int) -> bool:
    """Say whether ``text`` is ``size`` bytes as lower-case hexadecimal digits."""
    return len(text) == 2 * size and _HEX.issuperset(text)


def _check_shape(batch: SignedBatch, events: Sequence[Unpacked]) -> None:
    if not 1 <= len(events) <= EXCHANGE_EVENTS_MAX:
        raise InputError("push.malformed", reason="events")
    if not 1 <= batch.first_seq <= SEQ_MAX or not 1 <= batch.incarnation < 2**31:
        raise InputError("push.malformed", reason="number")
    if not is_hex(batch.prev, HASH_SIZE) or (batch.first_seq == 1) != (batch.prev == CHAIN_START):
        raise InputError("push.malformed", reason="prev")
    seeds = batch.salt_seeds
    if len(seeds) != salt_blocks(batch.first_seq, len(events)) or not all(is_hex(seed, 32) for seed in seeds):
        raise InputError("push.malformed", reason="salt_seeds")
    if not is_hex(batch.head, HASH_SIZE):
        raise InputError("push.malformed", reason="head")
    _check_headers(events)


def _check_headers(events: Sequence[Unpacked]) -> None:
    """Check that the headers can be written down at all. What they *mean* is judged event by event, later."""
    names = {event.record_type for event in events} | {event.kind for event in events}
    if not all(_is_name(name) for name in names) or not all(
        is_hex(record, 16) for record in {event.record_id for event in events}
    ):
        raise InputError("push.malformed", reason="event")
    numbers = [event.base for event in events] + [event.time for event in events]
    if min(numbers) < 0 or max(numbers) > SEQ_MAX:
        raise InputError("push.malformed", reason="event")


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _NAME_LENGTH_MAX and text.isascii() and text.replace("_", "").isalnum()


def _chain(batch: SignedBatch, unpacked: Sequence[Unpacked]) -> ChainedEvents:
    """Return the events with their headers and hashes. Their names must have been checked: they are hashed as such."""
    salts = [Salts(bytes.fromhex(seed)) for seed in batch.salt_seeds]
    first_block = batch.first_seq // SALT_BLOCK
    events: list[Event] = []
    hashes: list[str] = []
    prev = batch.prev
    tenant, device, incarnation, agent = batch.tenant, batch.device, batch.incarnation, batch.agent
    hash_of = HeaderHashes(HEADER_VERSION, tenant, device, incarnation, agent).of
    for seq, (record_type, record_id, kind, base, time, body, _fields) in enumerate(unpacked, batch.first_seq):
        salt = salts[seq // SALT_BLOCK - first_block].of(seq)
        digest = body_digest(body, salt)
        header = Header(
            HEADER_VERSION,
            tenant,
            device,
            incarnation,
            seq,
            prev,
            agent,
            record_type,
            record_id,
            kind,
            base,
            time,
            digest,
        )
        prev = hash_of(seq, prev, record_type, record_id, kind, base, time, digest)
        events.append(Event(header, body, salt))
        hashes.append(prev)
    return ChainedEvents(events, hashes, [event.fields for event in unpacked])
