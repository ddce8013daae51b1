"""Sealed envelopes (ADR 12): unsent events, signed by their device and sealed to the organisation's intake key.

Any later session of this computer, another agent or a USB stick can forward them; only the central service can open
them. An envelope is one frame: a mark, two lengths, a label that anybody may read (no personal data: random names and
numbers), the sealed batch, and a SHA-256 over all of it, by which a cut or damaged one is known. The sealing is HPKE
(RFC 9180, base mode): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; the label is authenticated with it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from cases.errors import DamagedError, InputError

FORMAT = 1
SUITE = "x25519-sha256-aes256gcm"
MARK = b"ESTENV1\n"
LABEL_BYTES_MAX = 4 * 1024
SEALED_BYTES_MAX = 12 * 1024 * 1024
_LENGTHS = struct.Struct(">II")
_CHECK_SIZE = 32
_OVERHEAD = len(MARK) + _LENGTHS.size + _CHECK_SIZE
_HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_SEAL_DOMAIN = b"estafette/envelope/1\x00"
_SIGN_DOMAIN = b"estafette/envelope-label/1\x00"

Sign = Callable[[bytes], str]
"""The device's signature over some bytes, hexadecimal."""

_encode = msgspec.json.Encoder().encode


class Label(msgspec.Struct, frozen=True):
    """What anybody may know of an envelope: whose chain, which numbers, for which intake key.

    Attributes:
        intake: ``intake_name`` of the key that opens it.
        signature: by the device over the rest of the label and what is sealed.
    """

    format: int
    suite: str
    tenant: int
    device: str
    incarnation: int
    first_seq: int
    last_seq: int
    intake: str
    signature: str = ""


@dataclass(frozen=True)
class Envelope:
    """One whole envelope; ``raw`` is all of it, as it is kept and forwarded."""

    label: Label
    sealed: bytes
    raw: bytes

    @cached_property
    def hash(self) -> str:
        """The envelope's name: SHA-256 of its bytes."""
        return self.name_of(self.raw)

    @staticmethod
    def name_of(raw: bytes) -> str:
        """Return the name of an envelope's bytes, whole or damaged."""
        return hashlib.sha256(raw).hexdigest()


def intake_name(intake_key: str) -> str:
    """Return the short name of an intake key (hexadecimal)."""
    return hashlib.sha256(b"estafette/intake/1\x00" + bytes.fromhex(intake_key)).hexdigest()[:16]


def seal(plain: bytes, label: Label, intake_key: str, sign: Sign) -> Envelope:
    """Seal a signed batch to the intake key (hexadecimal). ``label`` comes without intake name and signature."""
    named = msgspec.structs.replace(label, intake=intake_name(intake_key), signature="")
    key = X25519PublicKey.from_public_bytes(bytes.fromhex(intake_key))
    sealed = _HPKE.encrypt(plain, key, info=_SEAL_DOMAIN + _encode(named))
    signed = msgspec.structs.replace(named, signature=sign(_signed_bytes(named, sealed)))
    return Envelope(signed, sealed, _frame(signed, sealed))


def open_sealed(envelope: Envelope, key: X25519PrivateKey) -> bytes:
    """Return what was sealed; InputError ``envelope.unreadable`` when it is not for this key or was altered."""
    try:
        return _HPKE.decrypt(envelope.sealed, key, info=_SEAL_DOMAIN + _encode(_unsigned(envelope.label)))
    except (InvalidTag, ValueError) as error:
        raise InputError("envelope.unreadable") from error


def signed_by(envelope: Envelope, public_key: str) -> bool:
    """Say whether the device with this key (hexadecimal) made the envelope."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(envelope.label.signature), _signed_bytes(_unsigned(envelope.label), envelope.sealed))
    except (ValueError, InvalidSignature):
        return False
    return True


def _unsigned(label: Label) -> Label:
    return msgspec.structs.replace(label, signature="")


def _signed_bytes(label: Label, sealed: bytes) -> bytes:
    return _SIGN_DOMAIN + _encode(label) + hashlib.sha256(sealed).digest()


# --- frames ---


def _frame(label: Label, sealed: bytes) -> bytes:
    said = _encode(label)
    frame = MARK + _LENGTHS.pack(len(said), len(sealed)) + said + sealed
    return frame + hashlib.sha256(frame).digest()


def read_envelope(raw: bytes) -> Envelope:
    """Return the envelope that these bytes are. DamagedError ``envelope.damaged``; InputError ``envelope.newer``."""
    found = _at(raw, 0)
    if found is None or len(found.raw) != len(raw):
        raise DamagedError("envelope.damaged")
    if found.label.format != FORMAT or found.label.suite != SUITE:
        raise InputError("envelope.newer", format=found.label.format)
    return found


@dataclass(frozen=True)
class Scan:
    """What a file holds: its whole envelopes in order, and how many bytes belong to none."""

    envelopes: tuple[Envelope, ...]
    damaged_bytes: int


def scan(data: bytes) -> Scan:
    """Return every whole envelope in ``data``, also behind damaged ones."""
    found = tuple(_scan(data))
    return Scan(found, len(data) - sum(len(each.raw) for each in found))


def _scan(data: bytes) -> Iterator[Envelope]:
    place = 0
    while (place := data.find(MARK, place)) >= 0:
        envelope = _at(data, place)
        if envelope is None:
            # The mark may stand in the middle of a damaged frame: the next one is looked for behind it.
            place += 1
        else:
            yield envelope
            place += len(envelope.raw)


def _at(data: bytes, place: int) -> Envelope | None:
    start = place + len(MARK)
    if data[place:start] != MARK or len(data) < place + _OVERHEAD:
        return None
    label_size, sealed_size = _LENGTHS.unpack_from(data, start)
    if label_size > LABEL_BYTES_MAX or sealed_size > SEALED_BYTES_MAX:
        return None
    middle = start + _LENGTHS.size + label_size
    end = middle + sealed_size
    check = data[end : end + _CHECK_SIZE]
    if len(check) != _CHECK_SIZE or hashlib.sha256(data[place:end]).digest() != check:
        return None
    try:
        label = msgspec.json.decode(data[start + _LENGTHS.size : middle], type=Label)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not _sensible(label):
        return None
    return Envelope(label, data[middle:end], data[place : end + _CHECK_SIZE])


def _sensible(label: Label) -> bool:
    return 1 <= label.incarnation < 2**31 and 1 <= label.first_seq <= label.last_seq <= 2**53


# --- which numbers are sealed ---


class Coverage:
    """Which numbers of each incarnation are in an envelope. One thread."""

    def __init__(self, labels: Iterable[Label] = ()) -> None:
        self._ends: dict[int, list[tuple[int, int]]] = {}
        for label in labels:
            self.add(label.incarnation, label.first_seq, label.last_seq)

    def add(self, incarnation: int, first_seq: int, last_seq: int) -> None:
        """Note a stretch as sealed."""
        runs = sorted([*self._ends.get(incarnation, []), (first_seq, last_seq)])
        merged: list[tuple[int, int]] = []
        for first, last in runs:
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self._ends[incarnation] = merged

    def __contains__(self, number: tuple[int, int]) -> bool:
        return any(first <= number[1] <= last for first, last in self._ends.get(number[0], ()))


def covered(label: Label, backed_up: Mapping[int, int]) -> bool:
    """Say whether a backed-up receipt of the same device (incarnation -> number) covers all of an envelope."""
    return label.last_seq <= backed_up.get(label.incarnation, 0)
