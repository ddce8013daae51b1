"""What is said of sealed envelopes: one definition for both ends, online and on a USB stick (ADR 12)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cases.errors import InputError
from cases.outbox import OutgoingBatch
from cases.verify import signature_holds
from sync import columns, wire
from sync.messages import (
    REQUEST_BYTES_MAX,
    Hash,
    Number,
    Pushed,
    Receipt,
    SignedBatch,
    receipt_bytes,
)

ENVELOPES_MAX = 100
"""Of one request."""
ENVELOPE_BYTES_TOGETHER_MAX = 4 * 1024 * 1024
_ANSWER_DOMAIN = b"estafette/envelope-answer/1\x00"
_encode = msgspec.json.Encoder().encode


class EnvelopesRequest(msgspec.Struct, frozen=True):
    """POST /envelopes: sealed envelopes of this organisation, of whatever device, to be opened by central alone."""

    envelopes: list[bytes]


class EnvelopeAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What central says of one envelope, for its author, whoever carries it back.

    Attributes:
        envelope: SHA-256 of the envelope.
        code, details: why it was not taken in; empty when it was. It stays where it is and may be sent again.
        pushed: where its events ended, with the receipt.
        backed_up: a receipt of level ``backed_up`` that covers it, once there is one.
        signature: by the service key over ``answer_bytes``.
    """

    envelope: Hash
    tenant: Number
    code: str = ""
    details: dict[str, str] = {}
    pushed: Pushed | None = None
    backed_up: Receipt | None = None
    signature: str = ""


class EnvelopesReply(msgspec.Struct, frozen=True):
    """One answer for each envelope, in the order of the request."""

    answers: list[EnvelopeAnswer]
    time: Number


def answer_bytes(answer: EnvelopeAnswer) -> bytes:
    """What an answer's signature covers: every field but the signature."""
    return _ANSWER_DOMAIN + _encode(msgspec.structs.replace(answer, signature=""))


def answer_holds(answer: EnvelopeAnswer, service_key: str) -> bool:
    """Say whether the service with this key (hexadecimal) gave the answer, and every receipt in it."""
    receipts = [answer.backed_up, answer.pushed.receipt if answer.pushed is not None else None]
    return signature_holds(service_key, answer_bytes(answer), answer.signature) and all(
        signature_holds(service_key, receipt_bytes(receipt), receipt.signature)
        for receipt in receipts
        if receipt is not None
    )


def pack(outgoing: OutgoingBatch, sign: Callable[[bytes], str]) -> bytes:
    """Write a batch as it is sealed: the wire's signed batch, compressed."""
    return wire.compress(_encode(columns.signed_batch(outgoing, sign)))


def unpack(plain: bytes) -> SignedBatch:
    """Return the batch that was sealed. InputError ``envelope.malformed``. Its own checks are the receiver's."""
    try:
        return wire.decode(plain, SignedBatch, encoding=wire.ENCODING, limit=REQUEST_BYTES_MAX)
    except InputError as error:
        raise InputError("envelope.malformed", reason=error.code) from error
