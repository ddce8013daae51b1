"""A device without a workspace: it chains, signs and sends what a test tells it to, right or wrong."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

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
from sync import columns, dpop, signing, wire
from sync.columns import PageEvent, Unpacked
from sync.messages import (
    API,
    Batch,
    EnrolReply,
    EnrolRequest,
    Exchange,
    ExchangeReply,
    Problem,
    PushReply,
    SignedBatch,
    StreamNews,
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


class Pulled(NamedTuple):
    """What one pull found, by stream."""

    events: dict[str, list[PageEvent]]
    cursors: dict[str, int]
    more: bool
    epoch: int


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
    counter: int = 0
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

    def enrol(self, code: str, name: str = "Poste 1", *, agent: str = "", office: str = "") -> EnrolReply:
        proof = self.sign(enrol_bytes(code, self.public_key, name))
        request = EnrolRequest(code, self.public_key, name, proof, agent=agent, office=office)
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

    def by_column(self, batch: Batch) -> SignedBatch:
        """Return the same batch as an exchange carries it; the same signature covers it."""
        rows = [Unpacked(e.record_type, e.record_id, e.kind, e.base, e.time, bytes(e.body), None) for e in batch.events]
        return SignedBatch(
            batch.tenant,
            batch.device,
            batch.incarnation,
            batch.agent,
            batch.first_seq,
            batch.prev,
            batch.salt_seeds,
            columns.pack(rows),
            batch.head,
            batch.signature,
        )

    def twin(self) -> WireDevice:
        """Return a copy that stands where this one stands: what restoring a PC from a backup makes."""
        return replace(self, http=requests.Session(), token="")

    # --- requests ---

    def push(self, batch: Batch) -> PushReply:
        """Send a batch alone."""
        reply = self.exchange(batch=self.by_column(batch))
        assert reply.push is not None
        last_seq = batch.first_seq + len(batch.events) - 1
        verdicts = columns.unpack_verdicts(reply.push.verdicts, batch.first_seq, last_seq)
        return PushReply(verdicts, reply.push.receipt, reply.time)

    def exchange(
        self, after: int | None = None, *events: WireEvent, batch: SignedBatch | None = None, **said: Any
    ) -> ExchangeReply:
        """Make one exchange: these events, or this batch, up, and what comes after a cursor down."""
        if events:
            batch = self.by_column(self.batch(*events))
        cursors = {} if after is None else {self.me.stream: after}
        body = msgspec.json.encode(Exchange(cursors, batch, **said))
        return self._read(self.call("POST", f"{API}/sync", body), ExchangeReply)

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Send a signed request and check that the answer is signed by the service and bound to it."""
        if not self.token:
            self.fetch_token()
        self.counter += 1
        shown = signing.authorization(
            self.sign, method=method, target=path, token=self.token, counter=self.counter, body=body
        )
        answer = self._send(method, path, body, {"Authorization": shown, **(headers or {})}, raw=True)
        sent = answer.raw.read(decode_content=False)
        answer._content = sent
        mark = signing.mark_of({"authorization": shown})
        signature = answer.headers[signing.SIGNATURE_HEADER]
        assert signing.answer_signed(self.me.service_key, mark, answer.status_code, sent, signature)
        return answer

    def act(self, *events: WireEvent) -> PushReply:
        """Chain, sign and push."""
        return self.push(self.batch(*events))

    def pull(self, after: int = 0, *, limit: int = 2000, stream: str | None = None) -> Pulled:
        """Ask for what comes after a cursor, and send nothing."""
        name = stream or self.me.stream
        body = msgspec.json.encode(Exchange({name: after}, limit=limit))
        reply = self._read(self.call("POST", f"{API}/sync", body), ExchangeReply)
        news = reply.streams.get(name, StreamNews(after))
        events = columns.unpack_page(news.events) if news.events is not None else []
        return Pulled({name: events}, {name: news.cursor}, news.more, reply.epoch)

    def get(self, path: str, expected: type[T]) -> T:
        return self._read(self.call("GET", path), expected)

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

    def _send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        raw: bool = False,
    ) -> requests.Response:
        answer = self.http.request(
            method,
            self.url + path,
            data=body,
            headers={"Accept-Encoding": "zstd", **(headers or {})},
            timeout=60,
            stream=raw,
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
