"""What crosses the network: one definition for both ends.

Bodies are JSON, compressed with zstd when the request or answer says ``Content-Encoding: zstd``. Times are milliseconds
since the Unix epoch, UTC. Binary values are lower-case hexadecimal. Unknown fields are ignored, so that a newer end
can add some; array-like structs grow only at their end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated

import msgspec

from cases.views import DEFAULT_TIMEZONE

PROTOCOL = 1
API = "/api/v1"
BATCH_EVENTS_MAX = 500
BODY_BYTES_MAX = 256 * 1024
"""One event's body."""
REQUEST_BYTES_MAX = 8 * 1024 * 1024
"""A request after decompression; a longer one is refused while it is read."""
PAGE_EVENTS_MAX = 2_000
ANSWER_BYTES_MAX = 64 * 1024 * 1024
"""An answer after decompression; a longer one is refused while it is read."""
WAIT_SECONDS_MAX = 25
"""How long GET /changes may be held open."""
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""RFC 7523 section 2.1."""

NUMBER_MAX = 2**53
"""Every number in an answer is between 0 and this: exact in any JSON reader, and in the store."""
Number = Annotated[int, msgspec.Meta(ge=0, le=NUMBER_MAX)]
Counted = Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)]
Stored = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A number that a device wrote and central only passes on: odd ones are shown as such, and stop nothing."""
Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]

_BATCH_DOMAIN = b"estafette/batch/1\x00"
_RECEIPT_DOMAIN = b"estafette/receipt/1\x00"


class EnrolRequest(msgspec.Struct, frozen=True):
    """POST /enrol. Sent again with the same key and code it gives the same answer, so a lost answer costs nothing.

    Attributes:
        code: the one-time code, upper case, without spaces or dashes.
        public_key: the device's raw Ed25519 public key, 64 hexadecimal digits.
        device_name: how people call this PC.
        proof: signature by that key over ``enrol_bytes``, 128 hexadecimal digits.
    """

    code: str
    public_key: str
    device_name: str
    proof: str
    protocol: int = PROTOCOL


class EnrolReply(msgspec.Struct, frozen=True):
    """Who this device now is.

    Attributes:
        service_key: raw Ed25519 key, hexadecimal; it verifies every receipt from here on.
        timezone: IANA name of the office's zone.
    """

    tenant: Number
    tenant_name: str
    office: str
    office_name: str
    agent: str
    agent_name: str
    device: str
    stream: str
    service_key: str
    epoch: Number
    time: Number
    timezone: str = DEFAULT_TIMEZONE


class WireEvent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event of a push batch. The rest of its header follows from the batch: what both ends can compute stays."""

    record_type: str
    record_id: str
    kind: str
    base: int
    time: int
    body: msgspec.Raw


class Batch(msgspec.Struct, frozen=True):
    """POST /push: consecutive events of one device, oldest first.

    Attributes:
        first_seq, prev: where the batch hangs on the chain (``prev``: hash of event ``first_seq - 1``).
        salt_seeds: seed of each salt block that the batch touches, in order.
        head: hash of the last event; central recomputes the chain and must arrive at it.
        signature: by the device's key over ``batch_bytes``.
    """

    tenant: int
    device: str
    incarnation: int
    agent: str
    first_seq: int
    prev: str
    salt_seeds: list[str]
    events: list[WireEvent]
    head: str
    signature: str


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """Where one pushed event ended: ``accepted``, ``merged``, ``contested`` or ``parked`` (then with a code).

    ``central_seq`` is its number in the stream; a parked event has one too: it is held, with its reason.
    """

    seq: Counted
    central_seq: Number
    state: str
    code: str = ""
    details: dict[str, str] = {}


class Receipt(msgspec.Struct, frozen=True):
    """Central's signed statement that it durably holds a device's chain up to ``seq`` (hash ``head``)."""

    tenant: Number
    stream: str
    device: str
    incarnation: Number
    seq: Number
    head: str
    central_seq: Number
    epoch: Number
    level: str
    time: Number
    signature: str


class PushReply(msgspec.Struct, frozen=True):
    verdicts: list[Verdict]
    receipt: Receipt
    time: Number


class PullRequest(msgspec.Struct, frozen=True):
    """POST /pull: what comes after each stream's cursor. ``device`` events of the caller itself are left out."""

    cursors: dict[str, int]
    limit: int = PAGE_EVENTS_MAX


class PulledEvent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event of another device as central holds it. ``body`` is null once erased by law."""

    central_seq: Counted
    device: str
    incarnation: Number
    seq: Counted
    agent: str
    agent_name: str
    record_type: str
    record_id: str
    kind: str
    base: Stored
    time: Stored
    prev: Hash
    digest: Hash
    salt: str
    body: msgspec.Raw
    state: str = "accepted"


class Page(msgspec.Struct, frozen=True):
    """Events in the order of their streams; ``cursors`` is where to go on, ``more`` whether there is more now."""

    events: dict[str, list[PulledEvent]]
    cursors: dict[str, Number]
    more: bool
    epoch: Number
    time: Number


class Head(msgspec.Struct, frozen=True):
    """GET /changes: the stream's newest number, as soon as it passes the one asked about.

    ``procedures`` is the ``offer_fingerprint`` of what is on offer now; empty from an older service.
    """

    head: Number
    procedures: str = ""


class TokenReply(msgspec.Struct, frozen=True):
    """POST /oauth/token (RFC 6749 section 5.1). ``token_type`` is ``DPoP``; ``expires_in`` in seconds."""

    access_token: str
    token_type: str
    expires_in: Number


class ProcedureSummary(msgspec.Struct, frozen=True):
    """A published version of a procedure; ``version`` is the hexadecimal SHA-256 of its bundle."""

    id: str
    version: str
    bytes: Number


class ProcedureList(msgspec.Struct, frozen=True):
    procedures: list[ProcedureSummary]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The one error shape (RFC 9457, ``application/problem+json``); ``code`` is stable, the words are the reader's."""

    code: str
    title: str
    status: int
    details: dict[str, str] = {}


_encode = msgspec.json.Encoder().encode


def enrol_bytes(code: str, public_key: str, device_name: str) -> bytes:
    """What an enrolment's proof signs."""
    return b"estafette/enrol/1\x00" + _encode([code, public_key, device_name])


def batch_bytes(batch: Batch) -> bytes:
    """What a batch's signature covers: the chain head, which covers every event."""
    last_seq = batch.first_seq + len(batch.events) - 1
    return _BATCH_DOMAIN + _encode(
        [batch.tenant, batch.device, batch.incarnation, batch.first_seq, last_seq, batch.head]
    )


def receipt_bytes(receipt: Receipt) -> bytes:
    """What a receipt's signature covers: every field but the signature."""
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


def offer_fingerprint(offered: Iterable[tuple[str, str]]) -> str:
    """Return what tells one offer of procedures, as (identity, version) pairs, from another."""
    return hashlib.sha256(_encode(sorted(offered))).hexdigest()[:16]


def bundle_version(bundle: bytes) -> str:
    """Return the version name of a procedure's bundle."""
    return hashlib.sha256(bundle).hexdigest()
