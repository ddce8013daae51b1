"""Events: one recorded act each, immutable, numbered without gaps and chained by hash on their device.

The header's bytes are a fixed function of its fields (a compact JSON array, fields in the order below, integers in
decimal, text in lower-case ASCII), so both ends agree on the hash without sending it. The body's bytes are
hashed exactly as they were written and are never re-serialised (DESIGN section 5). The body digest is salted, so
that a body and its salt can be erased by law while the chain still verifies.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from typing import NamedTuple

import msgspec

HASH_SIZE = 32
SALT_SIZE = 16
SALT_BLOCK = 256
"""Salts of one block of sequence numbers derive from one seed, so a batch carries a seed and not a salt an event."""
CHAIN_START = "0" * 64
"""``prev`` of the first event of an incarnation."""

_HEADER_DOMAIN = b"estafette/event/1\x00"
_BODY_DOMAIN = b"estafette/body/1\x00"
_SALT_DOMAIN = b"estafette/salt/1\x00"
_HASH_BLOCK = 64
_INNER_PAD, _OUTER_PAD = (bytes(byte ^ mask for byte in range(256)) for mask in (0x36, 0x5C))


class RecordType(StrEnum):
    CITIZEN = "citizen"
    CASE = "case"


class Kind(StrEnum):
    """What an event does. Its body is a JSON object."""

    SET = "set"
    """field -> value (text, or null to clear). Merged field by field."""
    STATUS = "status"
    """{"from".

    State, "to": state, "message"?: text, "reasons"?: text, "computed"?: {path: text}}: a change of state.
    """
    NOTE = "note"
    """{"text": text}: an append-only remark."""
    SETTLE = "settle"
    """{"field": name, "value": text|null, "settles": [event identity…]}: a person settles a contested field."""
    RESOLVE = "resolve"
    """{"event": identity, "action": "adopt"|"resend"|"withdraw", "reason"?: text, "kind"?: kind, "body"?: object}.

    A person says how a parked event ends. It carries what it applies, so that merge needs nothing else.
    """
    PROPOSE = "propose"
    """{"to": state|null, "reasons"?: text, "message"?: text}.

    A decision that its author has no right to take, for a supervisor to decide; null takes it back. Never a state.
    """
    NOTIFY = "notify"
    """{"state": state, "on": ISO date, "how": text}: a decision was given to the citizen on paper. A fact."""
    MOVE = "move"
    """{"office": identity, "reason": text}: a supervisor gives the record to another office. Touches no field."""


class EventId(NamedTuple):
    """The identity of an event: made offline, idempotent, and free on the wire."""

    device: str
    incarnation: int
    seq: int

    def __str__(self) -> str:
        return f"{self.device}.{self.incarnation}.{self.seq}"

    @classmethod
    def parse(cls, text: str) -> EventId:
        """Return the identity written by ``str``; ValueError if it is none."""
        device, incarnation, seq = text.split(".")
        return cls(device, int(incarnation), int(seq))


class Header(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an event says of itself; everything that the hash covers.

    Attributes:
        version: layout of this header; 1.
        tenant: organisation.
        device, incarnation, seq: identity; ``seq`` counts from 1 without gaps within an incarnation.
        prev: hash of the event before in the same incarnation, 64 hexadecimal digits; ``CHAIN_START`` for the first.
        agent: who acted.
        record_type, record_id: on what (``RecordType``; UUIDv7 of 32 hexadecimal digits).
        kind: ``Kind`` value; unknown kinds of newer versions pass through untouched.
        base: the central sequence number, in the record's stream, up to which the *person* had seen the record when
            the screen was filled; 0 when the record was never seen from central.
        time: hybrid clock, milliseconds since the Unix epoch, UTC.
        digest: salted digest of the body's bytes, 64 hexadecimal digits.
    """

    version: int
    tenant: int
    device: str
    incarnation: int
    seq: int
    prev: str
    agent: str
    record_type: str
    record_id: str
    kind: str
    base: int
    time: int
    digest: str

    @property
    def id(self) -> EventId:
        return EventId(self.device, self.incarnation, self.seq)


class Event(msgspec.Struct, frozen=True, gc=False):
    """A header, and the body's exact bytes with the salt of its digest; both None once erased by law."""

    header: Header
    body: bytes | None
    salt: bytes | None


_encode = msgspec.json.Encoder().encode
_decode_header = msgspec.json.Decoder(Header).decode
decode_body = msgspec.json.Decoder(dict[str, object]).decode
"""Return a body's fields; msgspec.DecodeError (a ValueError) when the bytes are no JSON object."""


def header_bytes(header: Header) -> bytes:
    """Return the exact bytes that are hashed."""
    return _encode(header)


def parse_header(data: bytes) -> Header:
    """Return the header in ``data``; msgspec.ValidationError (a ValueError) if it is none."""
    return _decode_header(data)


def header_hash(header: Header) -> str:
    """Return the event's hash, 64 hexadecimal digits: the next event's ``prev``."""
    return hashlib.sha256(_HEADER_DOMAIN + _encode(header)).hexdigest()


class HeaderHashes:
    """Hashes of one agent's headers in one chain, without making the headers.

    Args:
        version, tenant, device, incarnation, agent: as in ``Header``.
    """

    def __init__(self, version: int, tenant: int, device: str, incarnation: int, agent: str) -> None:
        before = _encode([version, tenant, device, incarnation]).decode()[:-1]
        self._before = f"{_HEADER_DOMAIN.decode()}{before},"
        self._agent = f'",{_encode(agent).decode()},"'

    def of(
        self, seq: int, prev: str, record_type: str, record_id: str, kind: str, base: int, time: int, digest: str
    ) -> str:
        """Return what ``header_hash`` returns; texts must be plain: letters, digits and underscores of ASCII."""
        text = (
            f'{self._before}{seq},"{prev}{self._agent}{record_type}","{record_id}","{kind}",{base},{time},"{digest}"]'
        )
        return hashlib.sha256(text.encode()).hexdigest()


def body_bytes(fields: dict[str, object]) -> bytes:
    """Write a body. Called once, when the act is recorded."""
    return _encode(fields)


def body_digest(body: bytes, salt: bytes) -> str:
    """Return the salted digest of a body's exact bytes, 64 hexadecimal digits."""
    return hashlib.sha256(_BODY_DOMAIN + salt + body).hexdigest()


def salt_seed(secret: bytes, incarnation: int, seq: int) -> bytes:
    """Return the 32-byte seed of the block of sequence numbers that holds ``seq``, from the device's salt secret."""
    block = f"{incarnation}.{seq // SALT_BLOCK}".encode()
    return hmac.digest(secret, _SALT_DOMAIN + block, "sha256")


class Salts:
    """The salts of one block, one after the other: keying the code again for each takes longer than all the rest."""

    def __init__(self, seed: bytes) -> None:
        # HMAC written out (RFC 2104): two hashes in one call each cost half of what the library's own word for it does.
        if len(seed) > _HASH_BLOCK:
            seed = hashlib.sha256(seed).digest()
        padded = seed.ljust(_HASH_BLOCK, b"\x00")
        self._inner, self._outer = padded.translate(_INNER_PAD), padded.translate(_OUTER_PAD)

    def of(self, seq: int) -> bytes:
        """Return what ``salt_from_seed`` returns."""
        inner = hashlib.sha256(self._inner + b"%d" % seq).digest()
        return hashlib.sha256(self._outer + inner).digest()[:SALT_SIZE]


def salt_from_seed(seed: bytes, seq: int) -> bytes:
    """Return the salt of event ``seq``. Central keeps salts, never seeds, so that erasing a salt is final."""
    return hmac.digest(seed, str(seq).encode(), "sha256")[:SALT_SIZE]


def body_intact(event: Event) -> bool:
    """Say whether the body is the one that the header names. True for an erased body: nothing contradicts it."""
    if event.body is None or event.salt is None:
        return event.body is None and event.salt is None
    return body_digest(event.body, event.salt) == event.header.digest
