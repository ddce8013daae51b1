"""Signed requests and answers: what is altered, replayed or foreign is refused."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import NotPermittedError
from sync import signing
from sync.signing import COUNTER_MAX, WINDOW, Counters, Tokens
from tests.support.workspaces import FakeClock, SeededRandomness

KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
PUBLIC = KEY.public_key().public_bytes_raw().hex()
TOKEN = "A" * 68
REQUEST = {"method": "POST", "target": "/api/v1/sync?a=1", "body": b"{}"}


def sign(data: bytes) -> str:
    return KEY.sign(data).hex()


def header(counter: int = 3) -> str:
    return signing.authorization(sign, token=TOKEN, counter=counter, **REQUEST)  # type: ignore[arg-type]


def refused(header: str, public_key: str = PUBLIC, **altered: object) -> str:
    with pytest.raises(NotPermittedError) as error:
        signing.check_request(signing.parse_authorization(header), public_key, **{**REQUEST, **altered})  # type: ignore[arg-type]
    return error.value.code


def test_a_signed_request_holds() -> None:
    shown = signing.parse_authorization(header())
    assert (shown.token, shown.counter) == (TOKEN, 3)
    signing.check_request(shown, PUBLIC, **REQUEST)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "altered", [{"method": "GET"}, {"target": "/api/v1/sync"}, {"body": b"{} "}, {"public_key": "00" * 32}]
)
def test_every_part_of_a_request_is_covered(altered: dict[str, object]) -> None:
    assert refused(header(), **altered) == "auth.proof_invalid"  # type: ignore[arg-type]


def test_token_and_counter_are_covered() -> None:
    assert refused(header().replace("AAA.3.", "AAB.3.")) == "auth.proof_invalid"
    assert refused(header().replace(".3.", ".4.")) == "auth.proof_invalid"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "DPoP x",
        "Estafette x.1.y",
        f"Estafette {TOKEN}.01.{'A' * 86}",
        f"Estafette {TOKEN}.-1.{'A' * 86}",
        f"Estafette {TOKEN}.{COUNTER_MAX + 1}.{'A' * 86}",
        f"Estafette {TOKEN}.1.{'A' * 86}\n",
        f"Estafette {TOKEN}.٣.{'A' * 86}",
    ],
)
def test_what_is_no_authorization_asks_for_a_token(shown: str) -> None:
    with pytest.raises(NotPermittedError) as error:
        signing.parse_authorization(shown)
    assert error.value.code == "auth.token_expired"


def test_an_answer_is_bound_to_its_request() -> None:
    mark = signing.mark_of({"authorization": header()})
    signature = signing.sign_answer(KEY, mark, 200, b"news")
    assert signing.answer_signed(PUBLIC, mark, 200, b"news", signature)
    assert not signing.answer_signed(PUBLIC, mark, 200, b"olds", signature)
    assert not signing.answer_signed(PUBLIC, mark, 409, b"news", signature)
    assert not signing.answer_signed(PUBLIC, signing.mark_of({"authorization": header(4)}), 200, b"news", signature)
    assert not signing.answer_signed("00" * 32, mark, 200, b"news", signature)
    for odd in ("", "é", "=", signature[:-1], signature + "A"):
        assert not signing.answer_signed(PUBLIC, mark, 200, b"news", odd)


def test_what_an_answer_is_bound_to() -> None:
    assert signing.mark_of({"dpop": "head.claims.mark"}) == "proof.mark"
    assert signing.mark_of({"authorization": "Estafette a.1.one", "dpop": "x.y.two"}) == "one"
    assert signing.mark_of({}) == signing.mark_of({"dpop": "x" * 129}) == signing.mark_of({"dpop": "é"}) == ""


@given(st.integers(0, 2**53), st.sampled_from(["0" * 32, "f0" * 16, "device-1", "F" * 32]))
def test_a_token_says_who_it_is_for(tenant: int, device: str) -> None:
    tokens = Tokens(b"s" * 32, FakeClock(), SeededRandomness(1))
    token, bearer = tokens.issue(tenant, device, lifetime_s=900)
    assert tokens.read(token) == bearer
    assert (bearer.tenant, bearer.device) == (tenant, device)
    assert signing.parse_authorization(f"Estafette {token}.0.{'A' * 86}").token == token


def test_a_token_ends_and_cannot_be_altered() -> None:
    clock = FakeClock()
    tokens = Tokens(b"s" * 32, clock, SeededRandomness(1))
    token, _bearer = tokens.issue(1, "0" * 32, lifetime_s=900)
    others = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token))]
    foreign, _bearer = Tokens(b"t" * 32, clock, SeededRandomness(1)).issue(1, "0" * 32, lifetime_s=900)
    ended, _bearer = tokens.issue(1, "0" * 32, lifetime_s=0)
    for odd in [*others[:-1], foreign, ended, "", "A", "é"]:
        with pytest.raises(NotPermittedError) as error:
            tokens.read(odd)
        assert error.value.code == "auth.token_expired"


def spent(counters: Counters, counter: int, serial: str = "t") -> str:
    try:
        counters.spend(serial, counter)
    except NotPermittedError as error:
        return error.code
    return ""


@given(st.lists(st.integers(0, 3 * WINDOW), max_size=60))
def test_each_number_is_good_once(numbers: list[int]) -> None:
    counters, used, highest = Counters(), set[int](), -1
    counters.open("t")
    for number in numbers:
        fresh = number not in used and number > highest - WINDOW
        assert spent(counters, number) == ("" if fresh else "auth.proof_replayed")
        if fresh:
            used.add(number)
            highest = max(highest, number)


def test_a_token_of_another_process_is_over() -> None:
    counters = Counters(tokens_max=2)
    assert spent(counters, 0) == "auth.token_expired"
    for serial in ("t", "u", "v"):
        counters.open(serial)
    assert spent(counters, 0) == "auth.token_expired"
    counters.close("v")
    assert spent(counters, 0, "v") == "auth.token_expired"
    assert spent(counters, 0, "u") == ""
