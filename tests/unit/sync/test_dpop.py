from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.errors import NotPermittedError
from sync import dpop
from tests.support.workspaces import FakeClock, SeededRandomness

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def signer(key: Ed25519PrivateKey) -> Callable[[bytes], str]:
    return lambda data: key.sign(data).hex()


class Service:
    """What the service brings to a check."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.nonces = dpop.Nonces(SeededRandomness().token(32), self.clock)
        self.replays = dpop.ReplayCache(self.clock)

    def proof(self, key: Ed25519PrivateKey = KEY, **changed: Any) -> str:
        given = {
            "method": "POST",
            "url": "https://dossiers.example.fr/api/v1/push?a=1",
            "nonce": self.nonces.issue(),
            "jti": "jti-0000000000",
            "issued_s": 0,
            "access_token": "token",
        }
        return dpop.make_proof(signer(key), public(key), **{**given, **changed})

    def check(self, proof: str, **changed: Any) -> dpop.Proof:
        expected = {
            "method": "POST",
            "path": "/api/v1/push",
            "access_token": "token",
            "thumbprint": dpop.thumbprint_of(public(KEY)),
            "nonce_valid": self.nonces.valid,
            "first_use": self.replays.first_use,
        }
        return dpop.check_proof(proof, **{**expected, **changed})

    def refusal(self, proof: str, **changed: Any) -> str:
        with pytest.raises(NotPermittedError) as caught:
            self.check(proof, **changed)
        return f"{caught.value.code} {caught.value.details.get('reason', '')}".strip()


@pytest.fixture
def service() -> Service:
    return Service()


def test_right_proof_names_its_key(service: Service) -> None:
    proof = service.check(service.proof())
    assert proof.public_key == public(KEY)
    assert proof.thumbprint == dpop.thumbprint_of(public(KEY))


def test_thumbprint_is_the_one_of_rfc_8037() -> None:
    key = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=").hex()
    assert dpop.thumbprint_of(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_scheme_and_host_before_a_proxy_do_not_matter(service: Service) -> None:
    service.check(service.proof(url="http://10.0.0.1:8420/api/v1/push"))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"method": "GET"}, "auth.proof_invalid htm"),
        ({"url": "https://dossiers.example.fr/api/v1/pull"}, "auth.proof_invalid htu"),
        ({"access_token": "another"}, "auth.proof_invalid ath"),
        ({"access_token": ""}, "auth.proof_invalid ath"),
        ({"nonce": ""}, "auth.nonce_required"),
        ({"nonce": "1790000000.AAAAAAAAAAAAAAAAAAAAAA"}, "auth.nonce_required"),
        ({"jti": "short"}, "auth.proof_replayed"),
        ({"key": OTHER_KEY}, "auth.proof_invalid jkt"),
    ],
)
def test_proof_for_something_else_is_refused(service: Service, changed: dict[str, Any], expected: str) -> None:
    assert service.refusal(service.proof(**changed)) == expected


def test_proof_counts_once(service: Service) -> None:
    proof = service.proof()
    service.check(proof)
    assert service.refusal(proof) == "auth.proof_replayed"


def test_refused_proof_does_not_spend_its_jti(service: Service) -> None:
    service.refusal(service.proof(method="GET"))
    service.check(service.proof())


def test_old_proof_stays_refused_after_the_replay_window(service: Service) -> None:
    proof = service.proof()
    service.check(proof)
    service.clock.advance(601)
    assert service.refusal(proof) == "auth.nonce_required"


def parts(token: str) -> list[dict[str, Any]]:
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def rebuilt(header: dict[str, Any], claims: dict[str, Any], key: Ed25519PrivateKey = KEY) -> str:
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    signature = base64.urlsafe_b64encode(key.sign(".".join(encoded).encode())).decode().rstrip("=")
    return ".".join([*encoded, signature])


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"typ": "JWT"},
        {"crit": ["b64"], "b64": False},
        {"jwk": None},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "é" * 43}},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43, "d": "A" * 43}},
    ],
)
def test_header_of_another_kind_is_refused(service: Service, change: dict[str, Any]) -> None:
    header, claims = parts(service.proof())
    assert service.refusal(rebuilt({**header, **change}, claims)).startswith("auth.proof_invalid")


def test_every_changed_letter_of_a_proof_is_refused(service: Service) -> None:
    proof = service.proof()
    for place in range(0, len(proof), 7):
        changed = proof[:place] + ("A" if proof[place] != "A" else "B") + proof[place + 1 :]
        assert service.refusal(changed).startswith("auth.proof_invalid")


@pytest.mark.parametrize(
    "junk", ["", ".", "..", "a.b.c", "é", "." * 50, "e30.e30.", "A" * 10_000, "WyJhbGciXQ.e30.AAAA"]
)
def test_junk_is_refused_and_never_a_crash(service: Service, junk: str) -> None:
    assert service.refusal(junk).startswith("auth.proof_invalid")
    with pytest.raises(NotPermittedError):
        dpop.assertion_device(junk)


def test_assertion_names_its_device_and_counts_once(service: Service) -> None:
    assertion = dpop.make_assertion(
        signer(KEY), "device-1", nonce=service.nonces.issue(), jti="assertion-1", issued_s=0
    )
    assert dpop.assertion_device(assertion) == "device-1"

    def check(key: Ed25519PrivateKey = KEY) -> str:
        return dpop.check_assertion(
            assertion,
            public_key=public(key),
            nonce_valid=service.nonces.valid,
            first_use=service.replays.first_use,
        )

    with pytest.raises(NotPermittedError, match="auth.assertion_invalid"):
        check(OTHER_KEY)
    assert check() == "device-1"
    with pytest.raises(NotPermittedError, match="auth.proof_replayed"):
        check()


@pytest.mark.parametrize("change", [{"aud": "elsewhere"}, {"sub": "device-2"}, {"sub": 3}, {"jti": None}])
def test_assertion_for_something_else_is_refused(service: Service, change: dict[str, Any]) -> None:
    header, claims = parts(
        dpop.make_assertion(signer(KEY), "device-1", nonce=service.nonces.issue(), jti="assertion-1", issued_s=0)
    )
    with pytest.raises(NotPermittedError, match="auth.assertion_invalid"):
        dpop.check_assertion(
            rebuilt(header, {**claims, **change}),
            public_key=public(KEY),
            nonce_valid=service.nonces.valid,
            first_use=service.replays.first_use,
        )


def test_nonce_lives_for_its_time_on_every_process_of_the_service() -> None:
    clock = FakeClock()
    one, other = (dpop.Nonces(b"s" * 32, clock, lifetime_s=300) for _ in range(2))
    nonce = one.issue()
    clock.advance(299)
    assert other.valid(nonce)
    clock.advance(2)
    assert not other.valid(nonce)
    assert not dpop.Nonces(b"t" * 32, clock).valid(one.issue())


@pytest.mark.parametrize("junk", ["", ".", "é", "1.é", "-1.x", "9" * 40 + ".x", "١.x"])
def test_junk_nonce_is_not_valid(service: Service, junk: str) -> None:
    assert not service.nonces.valid(junk)


def test_replay_cache_is_bounded() -> None:
    cache = dpop.ReplayCache(FakeClock(), entries_max=3)
    assert all(cache.first_use(f"jti-{number}") for number in range(10))
    assert not cache.first_use("jti-9")
