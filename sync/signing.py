"""Signed requests and answers: both ends' bytes and headers (ADR 8). Pure but for clocks and one window of counters.

A request says ``Authorization: Estafette <token>.<counter>.<signature>``: by the device's key over the method, the
target, the token, the counter and the body as it travels. Its answer says ``Estafette-Signature: <signature>``: by the
service key, pinned at enrolment, over the request's own signature, the status and the body as it travels. So whatever
reads along on the way (a proxy that opens TLS) can alter nothing and replay nothing.

The token request proves itself by a DPoP proof instead (``sync.dpop``); its answer is signed in the same way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cases.clock import Clock
from cases.errors import NotPermittedError
from cases.ids import Randomness

SCHEME = "Estafette"
SIGNATURE_HEADER = "Estafette-Signature"
"""On every answer to a request that was signed or proven; it also says that the answer is the service's own."""
TOKEN_TYPE = "Estafette"
TOKEN_EXPIRED = "auth.token_expired"
PROOF_INVALID = "auth.proof_invalid"
PROOF_REPLAYED = "auth.proof_replayed"

COUNTER_MAX = 2**32
WINDOW = 1_024
"""How far behind the highest number of a token a request may still arrive."""

_REQUEST_DOMAIN = b"estafette/request/1\x00"
_ANSWER_DOMAIN = b"estafette/answer/1\x00"
_TOKEN_DOMAIN = b"estafette/access/2\x00"
_AUTHORIZATION = re.compile(r"Estafette ([A-Za-z0-9_-]{40,160})\.(0|[1-9][0-9]{0,9})\.([A-Za-z0-9_-]{86})", re.ASCII)
_MARK_MAX = 128
_TOKEN_HEAD = struct.Struct(">BQQ6s")
_TOKEN_VERSION = 1
_MAC_SIZE = 16
_DEVICE_RAW, _DEVICE_TEXT = b"\x00", b"\x01"
_HEX_DEVICE = re.compile(r"[0-9a-f]{32}", re.ASCII)

Signer = Callable[[bytes], str]
"""Signs bytes with the device's key; returns 128 hexadecimal digits."""

_encode = msgspec.json.Encoder().encode


class Authorization(NamedTuple):
    """What a signed request shows; nothing of it is checked yet. ``signature`` is 86 characters of base64url."""

    token: str
    counter: int
    signature: str


class Bearer(NamedTuple):
    """What a token says. ``serial`` tells two tokens of one device apart."""

    tenant: int
    device: str
    expires_s: int
    serial: str


def authorization(sign: Signer, *, method: str, target: str, token: str, counter: int, body: bytes) -> str:
    """Return the ``Authorization`` header of a request.

    Args:
        sign: the device's signature.
        method: ``GET`` or ``POST``.
        target: path from the service's root, with query, exactly as it is requested.
        token: as the service gave it.
        counter: never used with this token before.
        body: as it travels.
    """
    signature = bytes.fromhex(sign(request_bytes(method, target, token, counter, body)))
    return f"{SCHEME} {token}.{counter}.{_base64url(signature)}"


def parse_authorization(header: str) -> Authorization:
    """Return what an ``Authorization`` header shows.

    Raises:
        NotPermittedError: ``auth.token_expired``: there is nothing of ours in it, so a token must be had first.
    """
    found = _AUTHORIZATION.fullmatch(header)
    if found is None or int(found[2]) > COUNTER_MAX:
        raise NotPermittedError(TOKEN_EXPIRED)
    return Authorization(found[1], int(found[2]), found[3])


def request_bytes(method: str, target: str, token: str, counter: int, body: bytes) -> bytes:
    """Return what a request's signature covers."""
    return _REQUEST_DOMAIN + _encode([method, target, token, counter, hashlib.sha256(body).hexdigest()])


def check_request(shown: Authorization, public_key: str, *, method: str, target: str, body: bytes) -> None:
    """Check that the holder of a raw Ed25519 key (hexadecimal) signed this very request.

    Raises:
        NotPermittedError: ``auth.proof_invalid``.
    """
    try:
        key = verifier(public_key)
        signed = request_bytes(method, target, shown.token, shown.counter, body)
        key.verify(_from_base64url(shown.signature), signed)
    except (ValueError, InvalidSignature) as error:
        raise NotPermittedError(PROOF_INVALID, reason="signature") from error


@lru_cache(maxsize=100_000)
def verifier(public_key: str) -> Ed25519PublicKey:
    """Return the key that checks signatures of a device; ValueError for what is none."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))


def mark_of(headers: Mapping[str, str]) -> str:
    """Return the request's own signature, which its answer is bound to; empty when the answer is not to be signed.

    Args:
        headers: of the request, by lower-case name: its ``authorization`` or, at the token request, its ``dpop``; an
            answer to the one never passes for an answer to the other.
    """
    signed = headers.get("authorization", "")
    mark = (signed or headers.get("dpop", "")).rpartition(".")[2]
    if not (0 < len(mark) <= _MARK_MAX and mark.isascii() and mark.isprintable()):
        return ""
    return mark if signed else f"proof.{mark}"


def answer_bytes(mark: str, status: int, body: bytes) -> bytes:
    """Return what an answer's signature covers."""
    return _ANSWER_DOMAIN + _encode([mark, status, hashlib.sha256(body).hexdigest()])


def sign_answer(key: Ed25519PrivateKey, mark: str, status: int, body: bytes) -> str:
    """Return the ``Estafette-Signature`` header for an answer: by the service key, over the body as it travels."""
    return _base64url(key.sign(answer_bytes(mark, status, body)))


def answer_signed(service_key: str, mark: str, status: int, body: bytes, signature: str) -> bool:
    """Say whether the service with this raw Ed25519 key (hexadecimal) gave this answer to the request of ``mark``."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(service_key))
        key.verify(_from_base64url(signature), answer_bytes(mark, status, body))
    except (ValueError, InvalidSignature):
        return False
    return True


class Tokens:
    """Access tokens: short, stateless but for the window of ``Counters``, good for one device and a short time.

    Args:
        secret: 32 bytes that only the service knows.
        clock: the service's clock.
        randomness: makes serials.
    """

    def __init__(self, secret: bytes, clock: Clock, randomness: Randomness) -> None:
        self._secret = secret
        self._clock = clock
        self._randomness = randomness

    def issue(self, tenant: int, device: str, *, lifetime_s: int) -> tuple[str, Bearer]:
        """Return a new token and what it says."""
        bearer = Bearer(tenant, device, self._now_s() + lifetime_s, self._randomness.token(6).hex())
        head = _TOKEN_HEAD.pack(_TOKEN_VERSION, tenant, bearer.expires_s, bytes.fromhex(bearer.serial))
        payload = head + _device_bytes(device)
        return _base64url(payload + self._mac(payload)), bearer

    def read(self, token: str) -> Bearer:
        """Return what a token of ours says.

        Raises:
            NotPermittedError: ``auth.token_expired``: not ours, altered, or at its end.
        """
        try:
            data = _from_base64url(token)
        except ValueError as error:
            raise NotPermittedError(TOKEN_EXPIRED) from error
        payload, mac = data[:-_MAC_SIZE], data[-_MAC_SIZE:]
        if len(payload) <= _TOKEN_HEAD.size or not hmac.compare_digest(mac, self._mac(payload)):
            raise NotPermittedError(TOKEN_EXPIRED)
        version, tenant, expires_s, serial = _TOKEN_HEAD.unpack_from(payload)
        if version != _TOKEN_VERSION or expires_s <= self._now_s():
            raise NotPermittedError(TOKEN_EXPIRED)
        return Bearer(tenant, _device_text(payload[_TOKEN_HEAD.size :]), expires_s, serial.hex())

    def _mac(self, payload: bytes) -> bytes:
        return hmac.digest(self._secret, _TOKEN_DOMAIN + payload, "sha256")[:_MAC_SIZE]

    def _now_s(self) -> int:
        return self._clock.now_ms() // 1000


class Counters:
    """Which numbers of each token were used. Any thread; one process: another one knows no token of this one.

    Numbers may arrive out of order within a window, as two connections of a device do; each is good once.

    Args:
        tokens_max: the oldest tokens are forgotten past this, and then refused as expired; bounds the memory.
    """

    def __init__(self, *, tokens_max: int = 200_000) -> None:
        self._tokens_max = tokens_max
        self._used: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, serial: str) -> None:
        """Begin to count for a token that was just issued."""
        with self._lock:
            while len(self._used) >= self._tokens_max:
                self._used.popitem(last=False)
            self._used[serial] = (-1, 0)

    def close(self, serial: str) -> None:
        """Forget a token: it is refused from here on."""
        with self._lock:
            self._used.pop(serial, None)

    def spend(self, serial: str, counter: int) -> None:
        """Use a number, after everything else about the request was found right.

        Raises:
            NotPermittedError: ``auth.token_expired`` for a token that was not opened here, ``auth.proof_replayed`` for
                a number used before or too far behind.
        """
        with self._lock:
            known = self._used.get(serial)
            if known is None:
                raise NotPermittedError(TOKEN_EXPIRED)
            highest, used = known
            if counter > highest:
                ahead = counter - highest
                used = (used << ahead | 1) & ((1 << WINDOW) - 1) if ahead < WINDOW else 1
                self._used[serial] = (counter, used)
                return
            behind = highest - counter
            if behind >= WINDOW or used >> behind & 1:
                raise NotPermittedError(PROOF_REPLAYED)
            self._used[serial] = (highest, used | 1 << behind)


def _device_bytes(device: str) -> bytes:
    if _HEX_DEVICE.fullmatch(device):
        return _DEVICE_RAW + bytes.fromhex(device)
    return _DEVICE_TEXT + device.encode()


def _device_text(data: bytes) -> str:
    return data[1:].hex() if data[:1] == _DEVICE_RAW else data[1:].decode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    """Return the bytes; ValueError for anything that is no unpadded base64url."""
    if not text.isascii() or "=" in text or "+" in text or "/" in text:
        raise ValueError("no base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
