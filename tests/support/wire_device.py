"""A device without a workspace: it chains, signs and sends what a test tells it to, right or wrong."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.clock import SystemClock
from cases.events import (
    CHAIN_START,
    SALT_BLOCK,
    Header,
    body_bytes,
    body_digest,
    header_hash,
    salt_from_seed,
    salt_seed,
)
from cases.ids import SystemRandomness, uuid7
from sync import dpop, wire
from sync.messages import (
    API,
    Batch,
    EnrolReply,
    EnrolRequest,
    Page,
    Problem,
    PullRequest,
    PushReply,
    TokenReply,
    WireEvent,
    batch_bytes,
    enrol_bytes,
)

T = TypeVar("T")
VERSION = "a" * 64
"""A version name for a published procedure whose bundle does not matter."""
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Refused(Exception):
    """The service answered with a problem."""

    def __init__(self, problem: Problem, headers: Mapping[str, str]) -> None:
        super().__init__(f"{problem.status} {problem.code} {problem.details}")
        self.problem = problem
        self.headers = headers

    @property
    def code(self) -> str:
        return self.problem.code


def new_id() -> str:
    """Return a new record identity."""
    return uuid7(SystemClock().now_ms(), SystemRandomness())


@dataclass
class WireDevice:
    """One device. ``who`` is set by ``enrol``; the chain grows with ``batch``."""

    url: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    who: EnrolReply | None = None
    incarnation: int = 1
    seq: int = 0
    prev: str = CHAIN_START
    nonce: str = ""
    token: str = ""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    http: requests.Session = field(default_factory=requests.Session)

    @property
    def public_key(self) -> str:
        return self.key.public_key().public_bytes_raw().hex()

    @property
    def me(self) -> EnrolReply:
        assert self.who is not None, "enrol first"
        return self.who

    def close(self) -> None:
        self.http.close()

    def sign(self, data: bytes) -> str:
        return self.key.sign(data).hex()

    def enrol(self, code: str, name: str = "Poste 1") -> EnrolReply:
        proof = self.sign(enrol_bytes(code, self.public_key, name))
        request = EnrolRequest(code, self.public_key, name, proof)
        self.who = self._read(self._send("POST", f"{API}/enrol", msgspec.json.encode(request)), EnrolReply)
        return self.who

    # --- events ---

    def event(
        self,
        record_type: str,
        record_id: str,
        kind: str,
        body: Mapping[str, Any] | bytes,
        *,
        base: int = 0,
        time: int = 0,
    ) -> WireEvent:
        data = body if isinstance(body, bytes) else body_bytes(dict(body))
        time = time or SystemClock().now_ms()
        return WireEvent(record_type, record_id, kind, base, time, msgspec.Raw(data))

    def batch(self, *events: WireEvent) -> Batch:
        """Chain events after the last batch and sign them."""
        first_seq, prev = self.seq + 1, self.prev
        for seq, event in enumerate(events, first_seq):
            salt = salt_from_seed(salt_seed(self.secret, self.incarnation, seq), seq)
            header = Header(
                1,
                self.me.tenant,
                self.me.device,
                self.incarnation,
                seq,
                prev,
                self.me.agent,
                event.record_type,
                event.record_id,
                event.kind,
                event.base,
                event.time,
                body_digest(bytes(event.body), salt),
            )
            prev = header_hash(header)
        last_seq = self.seq + len(events)
        blocks = range(first_seq // SALT_BLOCK, last_seq // SALT_BLOCK + 1)
        batch = Batch(
            tenant=self.me.tenant,
            device=self.me.device,
            incarnation=self.incarnation,
            agent=self.me.agent,
            first_seq=first_seq,
            prev=self.prev,
            salt_seeds=[salt_seed(self.secret, self.incarnation, block * SALT_BLOCK).hex() for block in blocks],
            events=list(events),
            head=prev,
            signature="",
        )
        self.seq, self.prev = last_seq, prev
        return self.signed(batch)

    def signed(self, batch: Batch) -> Batch:
        return msgspec.structs.replace(batch, signature=self.sign(batch_bytes(batch)))

    def twin(self) -> WireDevice:
        """Return a copy that stands where this one stands: what restoring a PC from a backup makes."""
        return replace(self, http=requests.Session())

    # --- requests ---

    def push(self, batch: Batch) -> PushReply:
        return self._read(self.call("POST", f"{API}/push", msgspec.json.encode(batch)), PushReply)

    def act(self, *events: WireEvent) -> PushReply:
        """Chain, sign and push."""
        return self.push(self.batch(*events))

    def pull(self, after: int = 0, *, limit: int = 2000, stream: str | None = None) -> Page:
        request = PullRequest({stream or self.me.stream: after}, limit)
        return self._read(self.call("POST", f"{API}/pull", msgspec.json.encode(request)), Page)

    def get(self, path: str, expected: type[T]) -> T:
        return self._read(self.call("GET", path), expected)

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Send a request with a token and a proof; fetch a token or a nonce once where one is missing."""
        if not self.token:
            self.fetch_token()
        answer = self._proved(method, path, body, headers or {})
        if answer.status_code == 401 and "nonce" in answer.text:
            answer = self._proved(method, path, body, headers or {})
        return answer

    def fetch_token(self) -> TokenReply:
        answer = self._ask_token()
        if answer.status_code == 401 and "nonce" in answer.text:
            answer = self._ask_token()
        reply = self._read(answer, TokenReply)
        self.token = reply.access_token
        return reply

    def proof(self, method: str, path: str, token: str = "", **changes: Any) -> str:
        arguments: dict[str, Any] = {
            "method": method,
            "url": self.url + path,
            "nonce": self.nonce,
            "jti": secrets.token_hex(16),
            "issued_s": 0,
            "access_token": token,
        }
        return dpop.make_proof(self.sign, self.public_key, **(arguments | changes))

    def _ask_token(self) -> requests.Response:
        assertion = dpop.make_assertion(
            self.sign, self.me.device, nonce=self.nonce, jti=secrets.token_hex(16), issued_s=0
        )
        form = requests.compat.urlencode({"grant_type": GRANT_TYPE, "assertion": assertion}).encode()
        headers = {"DPoP": self.proof("POST", "/oauth/token"), "Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", "/oauth/token", form, headers)

    def _proved(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
        proof = self.proof(method, path, self.token)
        return self._send(method, path, body, {"Authorization": f"DPoP {self.token}", "DPoP": proof, **headers})

    def _send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        answer = self.http.request(
            method, self.url + path, data=body, headers={"Accept-Encoding": "zstd", **(headers or {})}, timeout=60
        )
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return answer

    def _read(self, answer: requests.Response, expected: type[T]) -> T:
        encoding = answer.headers.get("Content-Encoding", "")
        # Without the optional decoder the library hands a zstd body over as it came.
        data = answer.content
        if encoding == "zstd" and data[:4] != b"\x28\xb5\x2f\xfd":
            encoding = ""
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == wire.PROBLEM_TYPE, answer.text
            raise Refused(msgspec.json.decode(data, type=Problem), answer.headers)
        return wire.decode(data, expected, encoding=encoding, limit=64 * 1024 * 1024)


def enrolled(url: str, code: str) -> WireDevice:
    """Return a device enrolled with a code."""
    device = WireDevice(url)
    device.enrol(code)
    return device
