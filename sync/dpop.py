"""Proof that a request comes from the device it names: DPoP (RFC 9449) and the device's assertion (RFC 7523).

Pure: both ends use it. The private key never comes here, only a function that signs; the signatures are Ed25519, under
that algorithm name (RFC 9864, which retired the vague ``EdDSA``).

Freshness rests on nonces of the service and on single use of each ``jti``, never on a device's clock (a PC whose
clock is years off still syncs), so ``iat`` is written, as the RFC asks, and not judged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from cases.clock import Clock
from cases.errors import NotPermittedError

ALGORITHM = "Ed25519"
PROOF_TYPE = "dpop+jwt"
AUDIENCE = "estafette"
NONCE_REQUIRED = "auth.nonce_required"
PROOF_INVALID = "auth.proof_invalid"
PROOF_REPLAYED = "auth.proof_replayed"
ASSERTION_INVALID = "auth.assertion_invalid"

_JWT_BYTES_MAX = 4_096
_NONCE_DOMAIN = b"estafette/nonce/1\x00"
_KEY_BYTES = 32

Signer = Callable[[bytes], str]
"""Signs bytes with the device's key; returns 128 hexadecimal digits."""
Check = Callable[[str], bool]


class _ProofClaims(msgspec.Struct, frozen=True):
    jti: str
    htm: str
    htu: str
    nonce: str = ""
    ath: str = ""


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public Ed25519 key (RFC 8037); a private one, with ``d``, is refused as it must never travel."""

    kty: str
    crv: str
    x: str


class _JoseHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that the header of one of our tokens may hold; anything else (``crit``, ``b64``, ``x5u``…) is refused."""

    alg: str
    typ: str
    jwk: _Key | None = None


class _AssertionClaims(msgspec.Struct, frozen=True):
    iss: str
    sub: str
    aud: str
    jti: str
    nonce: str = ""


@dataclass(frozen=True)
class Proof:
    """What a checked proof says: who holds which key. ``public_key`` is raw Ed25519 in hexadecimal."""

    public_key: str
    thumbprint: str
    jti: str
    nonce: str


def make_proof(
    sign: Signer, public_key: str, *, method: str, url: str, nonce: str, jti: str, issued_s: int, access_token: str = ""
) -> str:
    """Return a DPoP proof (RFC 9449 section 4.2) for one request.

    Args:
        sign: the device's signature.
        public_key: the device's raw Ed25519 public key, 64 hexadecimal digits.
        method, url: of the request; query and fragment are left out of ``htu``.
        nonce: the newest one the service gave; empty when none is known yet.
        jti: unique name of this proof.
        issued_s: seconds since the Unix epoch, as this machine believes.
        access_token: the token that travels with it; empty for the token request itself.
    """
    claims: dict[str, object] = {"jti": jti, "htm": method, "htu": url.split("?")[0].split("#")[0], "iat": issued_s}
    if nonce:
        claims["nonce"] = nonce
    if access_token:
        claims["ath"] = _token_hash(access_token)
    return _signed({"typ": PROOF_TYPE, "alg": ALGORITHM, "jwk": _jwk(public_key)}, claims, sign)


def make_assertion(sign: Signer, device: str, *, nonce: str, jti: str, issued_s: int) -> str:
    """Return the device's assertion, which it trades for an access token (RFC 7523 section 3)."""
    claims: dict[str, object] = {
        "iss": device,
        "sub": device,
        "aud": AUDIENCE,
        "jti": jti,
        "iat": issued_s,
        "exp": issued_s + 300,
        "nonce": nonce,
    }
    return _signed({"typ": "JWT", "alg": ALGORITHM}, claims, sign)


def check_proof(
    proof: str,
    *,
    method: str,
    path: str,
    access_token: str | None,
    thumbprint: str | None,
    nonce_valid: Check,
    first_use: Check,
) -> Proof:
    """Check a DPoP proof against the request that it came with (RFC 9449 section 4.3).

    Only the path of ``htu`` is compared: behind a proxy the service knows neither its scheme nor its public name.
    The order matters: the ``jti`` is spent last, by a proof that holds in everything else.

    Args:
        proof: the ``DPoP`` header.
        method, path: of the request as received.
        access_token: the token presented, or None for the token request.
        thumbprint: the key to which that token is bound, or None for the token request.
        nonce_valid: says whether a nonce is one of ours and still young.
        first_use: spends a ``jti``; false when it was spent before.

    Raises:
        NotPermittedError: ``auth.proof_invalid`` (``reason`` names the claim), ``auth.nonce_required``,
            ``auth.proof_replayed``.
    """
    try:
        header = _header(proof)
        public_key = _key_of(header)
        claims = msgspec.json.decode(_verified(proof, public_key), type=_ProofClaims)
        proof_path = urlsplit(claims.htu).path
    except (JoseError, ValueError, RecursionError) as error:
        raise NotPermittedError(PROOF_INVALID, reason="signature") from error
    if header.typ != PROOF_TYPE:
        raise NotPermittedError(PROOF_INVALID, reason="typ")
    if claims.htm != method:
        raise NotPermittedError(PROOF_INVALID, reason="htm")
    if proof_path != path:
        raise NotPermittedError(PROOF_INVALID, reason="htu")
    if claims.ath != ("" if access_token is None else _token_hash(access_token)):
        raise NotPermittedError(PROOF_INVALID, reason="ath")
    if thumbprint is not None and not hmac.compare_digest(thumbprint, thumbprint_of(public_key)):
        raise NotPermittedError(PROOF_INVALID, reason="jkt")
    _spend(claims.nonce, claims.jti, nonce_valid, first_use)
    return Proof(public_key, thumbprint_of(public_key), claims.jti, claims.nonce)


def assertion_device(assertion: str) -> str:
    """Return the device that an assertion names, unverified: good only for looking its key up.

    Raises:
        NotPermittedError: ``auth.assertion_invalid``.
    """
    try:
        return _assertion_claims(_from_base64url(_bounded(assertion).split(b".")[1].decode())).sub
    except (ValueError, IndexError, RecursionError) as error:
        raise NotPermittedError(ASSERTION_INVALID, reason="shape") from error


def check_assertion(assertion: str, *, public_key: str, nonce_valid: Check, first_use: Check) -> str:
    """Check a device's assertion with its enrolled key and return the device.

    Raises:
        NotPermittedError: ``auth.assertion_invalid``, ``auth.nonce_required``, ``auth.proof_replayed``.
    """
    try:
        claims = _assertion_claims(_verified(assertion, public_key))
    except (JoseError, ValueError, RecursionError) as error:
        raise NotPermittedError(ASSERTION_INVALID, reason="signature") from error
    if claims.iss != claims.sub or claims.aud != AUDIENCE:
        raise NotPermittedError(ASSERTION_INVALID, reason="claims")
    _spend(claims.nonce, claims.jti, nonce_valid, first_use)
    return claims.sub


def thumbprint_of(public_key: str) -> str:
    """Return the JWK thumbprint (RFC 7638, the ``jkt`` of RFC 9449) of a raw Ed25519 key in hexadecimal."""
    jwk = _jwk(public_key)
    canonical = f'{{"crv":"{jwk["crv"]}","kty":"{jwk["kty"]}","x":"{jwk["x"]}"}}'
    return _base64url(hashlib.sha256(canonical.encode()).digest())


class Nonces:
    """The service's nonces: stateless, so that any process of the service accepts those of another.

    Args:
        secret: 32 bytes that the processes of one service share.
        clock: the service's clock.
        lifetime_s: how long a nonce stays good.
    """

    def __init__(self, secret: bytes, clock: Clock, *, lifetime_s: int = 300) -> None:
        self._secret = secret
        self._clock = clock
        self._lifetime_s = lifetime_s

    def issue(self) -> str:
        """Return a nonce; the same within one second."""
        return self._nonce(self._clock.now_ms() // 1000)

    def valid(self, nonce: str) -> bool:
        """Say whether ``nonce`` was issued by this service and is still young."""
        stamp = nonce.partition(".")[0]
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
            return False
        age_s = self._clock.now_ms() // 1000 - int(stamp)
        same = hmac.compare_digest(nonce.encode("utf-8", "replace"), self._nonce(int(stamp)).encode())
        return same and -self._lifetime_s <= age_s <= self._lifetime_s

    def _nonce(self, stamp_s: int) -> str:
        mark = hmac.digest(self._secret, _NONCE_DOMAIN + str(stamp_s).encode(), "sha256")[:16]
        return f"{stamp_s}.{_base64url(mark)}"


class ReplayCache:
    """Which ``jti`` were spent within a window. Any thread; one process.

    Args:
        clock: its monotonic time measures the window.
        window_s: at least twice the lifetime of a nonce, as an older proof fails by its nonce anyway.
        entries_max: the oldest are forgotten past this; bounds the memory under a flood.
    """

    def __init__(self, clock: Clock, *, window_s: int = 600, entries_max: int = 1_000_000) -> None:
        self._clock = clock
        self._window_s = window_s
        self._entries_max = entries_max
        self._spent: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def first_use(self, jti: str) -> bool:
        """Spend ``jti``; false when it was spent within the window."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            while self._spent and (
                len(self._spent) >= self._entries_max or next(iter(self._spent.values())) < now_s - self._window_s
            ):
                self._spent.popitem(last=False)
            if jti in self._spent:
                return False
            self._spent[jti] = now_s
            return True


def _spend(nonce: str, jti: str, nonce_valid: Check, first_use: Check) -> None:
    if not nonce_valid(nonce):
        raise NotPermittedError(NONCE_REQUIRED)
    if not 8 <= len(jti) <= 128 or not first_use(jti):
        raise NotPermittedError(PROOF_REPLAYED)


def _signed(header: dict[str, object], claims: dict[str, object], sign: Signer) -> str:
    signed = f"{_base64url(msgspec.json.encode(header))}.{_base64url(msgspec.json.encode(claims))}"
    return f"{signed}.{_base64url(bytes.fromhex(sign(signed.encode())))}"


def _bounded(token: str) -> bytes:
    data = token.encode("ascii")
    if len(data) > _JWT_BYTES_MAX:
        raise ValueError("token too long")
    return data


def _header(token: str) -> _JoseHeader:
    """Return a token's header, read strictly before the library sees the token."""
    return msgspec.json.decode(_from_base64url(_bounded(token).split(b".")[0].decode()), type=_JoseHeader)


def _verified(token: str, public_key: str) -> bytes:
    """Return the payload of a token signed by ``public_key``; JoseError or ValueError otherwise."""
    _header(token)
    key = OKPKey.import_key({**_jwk(public_key)})
    return bytes(jws.deserialize_compact(_bounded(token), key, algorithms=[ALGORITHM]).payload)


def _key_of(header: _JoseHeader) -> str:
    jwk = header.jwk
    if jwk is None or jwk.kty != "OKP" or jwk.crv != "Ed25519":
        raise ValueError("no Ed25519 public key")
    raw = _from_base64url(jwk.x)
    if len(raw) != _KEY_BYTES:
        raise ValueError("no Ed25519 public key")
    return raw.hex()


def _assertion_claims(payload: bytes) -> _AssertionClaims:
    return msgspec.json.decode(payload, type=_AssertionClaims)


def _jwk(public_key: str) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(bytes.fromhex(public_key))}


def _token_hash(access_token: str) -> str:
    return _base64url(hashlib.sha256(access_token.encode()).digest())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    """Return the bytes; ValueError for anything that is no unpadded base64url."""
    if "=" in text or "+" in text or "/" in text:
        raise ValueError("no base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
