"""What reads strangers' bytes ends in what it promises: a result or a declared error, soon, and in little memory (SS7).

``ESTAFETTE_FUZZ_EXAMPLES`` sets how many inputs each decoder gets (100 by default); a failure prints its input.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import resource
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import envelopes, snapshot
from cases.clock import SystemClock
from cases.errors import DamagedError, EstafetteError, InputError, NotPermittedError
from cases.events import EventId
from cases.merge import FieldHead, FieldState, RecordState
from cases.snapshot import PackedRecord
from central.api import bodies
from sync import bundle_files, columns, dpop, sealed, signing, wire
from sync.columns import PageEvent, Unpacked
from sync.messages import EventColumns, Exchange, ExchangeReply, SignedBatch, StreamNews, Verdicts
from sync.problems import problem_of
from sync.transport import Response
from tests.support.workspaces import SeededRandomness

EXAMPLES = int(os.environ.get("ESTAFETTE_FUZZ_EXAMPLES", "100"))
CPU_S_MAX = 1.0
MEMORY_BYTES_MAX = 256 * 1024 * 1024
RECORD = "01900000000070008000000000000001"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()


class Decoder(NamedTuple):
    """One reader of strangers' bytes, the errors that it declares, and sound inputs to alter."""

    read: Callable[[bytes], object]
    declared: tuple[type[EstafetteError], ...]
    seeds: Callable[[], list[bytes]]


def sign(data: bytes) -> str:
    return KEY.sign(data).hex()


# --- sound inputs ---


@cache
def event_columns() -> EventColumns:
    body = b'{"family_name":"Durand","given_names":null}'
    made = [Unpacked("citizen", RECORD, "set", 0, number, body, None) for number in range(3)]
    return columns.pack([*made, Unpacked("case", RECORD, "note", 5, 9, b'{"text":["x",1]}', None)])


@cache
def batch() -> SignedBatch:
    return SignedBatch(1, "a" * 32, 1, "b" * 32, 1, "0" * 64, ["0" * 32], event_columns(), "1" * 64, "2" * 128)


def exchanges() -> list[bytes]:
    return [msgspec.json.encode(Exchange({"office": 3}, batch())), msgspec.json.encode(Exchange({}, None))]


@cache
def replies() -> list[bytes]:
    made = [
        PageEvent(8 + n, "c" * 32, 1, n, "d" * 32, "Ana", "citizen", RECORD, "set", 0, 9, b'{"a":"1"}', None)
        for n in range(1, 4)
    ]
    page = columns.pack_page(made)
    return [msgspec.json.encode(ExchangeReply(1, 1, None, {"office": StreamNews(12, False, page)}))]


@cache
def chunks() -> list[bytes]:
    head = FieldHead("Durand", EventId("c" * 32, 1, 1), 9, "d" * 32, 4)
    state = RecordState({"family_name": FieldState((head,), 0)})
    return [snapshot.pack([PackedRecord("citizen", RECORD, state, 4, 9, 9, None)])]


@cache
def sealed_envelopes() -> list[bytes]:
    intake = X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw().hex()
    label = envelopes.Label(envelopes.FORMAT, envelopes.SUITE, 1, "a" * 32, 1, 1, 3, envelopes.intake_name(intake))
    return [envelopes.seal(b"plain", label, intake, sign).raw]


@cache
def bundles() -> list[bytes]:
    found = [envelopes.read_envelope(raw) for raw in sealed_envelopes()]
    return [bundle_files.write_bundle(found, 9), bundle_files.write_answers(1, [], 9)]


@cache
def tokens() -> list[bytes]:
    made = signing.Tokens(bytes(32), SystemClock(), SeededRandomness(1)).issue(1, "a" * 32, lifetime_s=900)[0]
    shown = signing.authorization(sign, method="GET", target="/x", token=made, counter=1, body=b"")
    return [made.encode(), shown.encode()]


@cache
def proofs() -> list[bytes]:
    proof = dpop.make_proof(
        sign, PUBLIC, method="POST", url="https://x/oauth/token", nonce="n", jti="j" * 20, issued_s=1
    )
    return [proof.encode(), dpop.make_assertion(sign, "a" * 32, nonce="n", jti="j" * 20, issued_s=1).encode()]


# --- what reads them ---


def read_exchange(data: bytes) -> None:
    batch = wire.decode(data, Exchange, encoding="").batch
    if batch is not None:
        columns.unpack(batch.events)


def read_reply(data: bytes) -> None:
    for news in wire.decode(data, ExchangeReply, encoding="").streams.values():
        if news.events is not None:
            columns.unpack_page(news.events)


def read_verdicts(data: bytes) -> None:
    columns.unpack_verdicts(wire.decode(data, Verdicts, encoding=""), 1, 9)


def read_envelope(data: bytes) -> None:
    envelopes.scan(data)
    envelopes.signed_by(envelopes.read_envelope(data), PUBLIC)


def read_bundle(data: bytes) -> None:
    read = bundle_files.read_answers if data.startswith(bundle_files.ANSWERS_MARK) else bundle_files.read_bundle
    read(data)


def read_token(data: bytes) -> None:
    text = data.decode("latin-1")
    shown = signing.parse_authorization(text) if " " in text else None
    signing.Tokens(bytes(32), SystemClock(), SeededRandomness(1)).read(shown.token if shown else text)


def read_proof(data: bytes) -> None:
    dpop.check_proof(
        data.decode("latin-1"),
        method="POST",
        path="/oauth/token",
        access_token=None,
        thumbprint=dpop.thumbprint_of(PUBLIC),
        nonce_valid=lambda _: True,
        first_use=lambda _: True,
    )


def read_assertion(data: bytes) -> None:
    text = data.decode("latin-1")
    dpop.assertion_device(text)
    dpop.check_assertion(text, public_key=PUBLIC, nonce_valid=lambda _: True, first_use=lambda _: True)


def read_body(data: bytes) -> None:
    for encoding in ("zstd", "gzip", "", "br"):
        try:
            bodies.decoded(data, encoding, 64 * 1024)
        except InputError:
            continue


def read_problem(data: bytes) -> None:
    headers = {"content-type": wire.PROBLEM_TYPE, "content-encoding": "zstd" if data[:1] == b"\x28" else ""}
    problem_of(Response(400, headers, data))


DECODERS: Mapping[str, Decoder] = {
    "exchange": Decoder(read_exchange, (InputError,), exchanges),
    "reply": Decoder(read_reply, (InputError,), replies),
    "verdicts": Decoder(read_verdicts, (InputError,), lambda: [b"[[[1,1,9]],[]]"]),
    "snapshot": Decoder(snapshot.unpack, (InputError,), chunks),
    "envelope": Decoder(read_envelope, (InputError, DamagedError), sealed_envelopes),
    "sealed batch": Decoder(sealed.unpack, (InputError,), lambda: [wire.encode(batch())]),
    "bundle": Decoder(read_bundle, (InputError,), bundles),
    "token": Decoder(read_token, (NotPermittedError,), tokens),
    "proof": Decoder(read_proof, (NotPermittedError,), proofs),
    "assertion": Decoder(read_assertion, (NotPermittedError,), proofs),
    "frame": Decoder(wire.decompress, (InputError,), lambda: [wire.compress(b"x" * 999), b"\x28\xb5\x2f\xfd"]),
    "body": Decoder(read_body, (), lambda: [gzip.compress(b"x" * 999), zstandard.compress(b"x" * 999)]),
    "problem": Decoder(read_problem, (), lambda: [b'{"code":"a.b","title":"","status":400,"details":{}}']),
}


# --- what they get ---


def deep(opening: bytes) -> bytes:
    return opening * 10_000


SPECIAL = [
    b"",
    deep(b"["),
    deep(b'{"a":'),
    b'{"cursors":{},"cursors":{"a":1}}',
    b'{"cursors":NaN}',
    b'{"cursors":{"a":' + b"9" * 10_000 + b"}}",
    b'{"cursors":{"\\ud800":1}}',
    b'{"cursors":{"a":1e999}}',
    b"\xff" * 100,
    gzip.compress(bytes(16 * 1024 * 1024)),
    zstandard.compress(bytes(64 * 1024 * 1024)),
    wire.compress(deep(b"[")),
    # Says that 2^60 bytes will come.
    b"\x28\xb5\x2f\xfd\xe0" + (1 << 60).to_bytes(8, "little") + b"\x01\x00\x00",
    bundle_files.BUNDLE_MARK + b"\xff" * 64,
]
HOSTILE: list[Any] = [None, True, -1, 2**63, -(2**63) - 1, 10**30, 1.5, "", "x" * 9999, "\x00", [], {}, [[]], [0] * 999]


def altered(data: bytes, chance: random.Random) -> bytes:
    """Return sound bytes with a few of them changed, cut, doubled or put in."""
    mutable = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(mutable) + 1)
        kind = chance.randrange(4)
        if kind == 0 and place < len(mutable):
            mutable[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del mutable[place : place + chance.randint(1, 20)]
        elif kind == 2:
            mutable[place:place] = mutable[place : place + chance.randint(1, 200)]
        else:
            mutable[place:place] = chance.randbytes(chance.randint(1, 8))
    return bytes(mutable)


def replaced(data: bytes, chance: random.Random) -> bytes:
    """Return sound JSON with one of its values, wherever it stands, replaced by a hostile one; else ``altered``."""
    try:
        tree = json.loads(data)
    except ValueError:
        return altered(data, chance)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            places.append((node, key))
            walk(node[key])

    walk(tree)
    if not places:
        return altered(data, chance)
    for _ in range(chance.randint(1, 3)):
        node, key = chance.choice(places)
        node[key] = chance.choice(HOSTILE)
    return json.dumps(tree, separators=(",", ":")).encode()


def rehashed(data: bytes) -> bytes:
    """Return a bundle that was altered by somebody who knows how its check is made."""
    import hashlib

    return data[:-32] + hashlib.sha256(data[:-32]).digest()


def check(decoder: Decoder, data: bytes) -> None:
    """Read ``data``: AssertionError for an error that is not declared, or for more time than it may take."""
    begun = time.process_time()
    try:
        decoder.read(data)
    except decoder.declared:
        pass
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} for {data[:200]!r}") from error
    took = time.process_time() - begun
    assert took <= CPU_S_MAX, f"{took:.2f} s for {data[:200]!r}"


@pytest.mark.parametrize("name", DECODERS)
def test_special_inputs(name: str) -> None:
    for data in SPECIAL:
        check(DECODERS[name], data)


@pytest.mark.parametrize("name", DECODERS)
def test_sound_inputs_are_read(name: str) -> None:
    """Otherwise what is altered below would be refused at the first byte, and prove nothing."""
    decoder = DECODERS[name]
    read = 0
    for data in decoder.seeds():
        with contextlib.suppress(*decoder.declared):
            decoder.read(data)
            read += 1
    assert read


@pytest.mark.parametrize("name", DECODERS)
def test_altered_inputs(name: str) -> None:
    decoder = DECODERS[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32), st.sampled_from([altered, replaced, replaced, None]), st.booleans())
    def run(seed: int, alter: Callable[[bytes, random.Random], bytes] | None, whole: bool) -> None:
        chance = random.Random(seed)
        data = chance.choice(decoder.seeds())
        data = alter(data, chance) if alter is not None else chance.randbytes(chance.randint(0, 300))
        check(decoder, rehashed(data) if whole and name == "bundle" else data)

    run()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown <= MEMORY_BYTES_MAX


# --- known to be bad ---


def careless(data: bytes) -> object:
    """Trusts the shape of what it got."""
    return [row["kind"] for row in json.loads(data)["batch"]["events"]]


def slow(data: bytes) -> object:
    """Takes longer the more there is."""
    begun = time.process_time()
    while time.process_time() - begun < 1.2 and len(data) > 1000:
        pass
    return None


@pytest.mark.parametrize("read", [careless, slow])
def test_decoder_known_to_be_bad_is_caught(read: Callable[[bytes], object]) -> None:
    bad = Decoder(read, (InputError,), exchanges)
    with pytest.raises(AssertionError):
        for data in [*SPECIAL, *exchanges()]:
            check(bad, data)


def test_columns_without_their_checks_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out one check of the real decoder: the very inputs above find it."""
    monkeypatch.setattr(columns, "_check_places", lambda *_: None)
    with pytest.raises(AssertionError):
        for seed in range(3000):
            check(DECODERS["exchange"], replaced(exchanges()[0], random.Random(seed)))
