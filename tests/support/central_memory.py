"""A central service in memory that keeps the contract of the real one: signed chain, DPoP, merge, receipts, cursors.

It is reached through the same ``Transport`` as the real one, so a test runs in milliseconds; ``tests.support.faults``
makes the way to it misbehave.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cases import merge, workflow
from cases.clock import Clock
from cases.errors import InputError, NetworkFault, NotPermittedError
from cases.events import CHAIN_START, SALT_BLOCK, Header, body_bytes, body_digest, header_hash, salt_from_seed
from cases.ids import Randomness
from cases.views import DEFAULT_TIMEZONE
from sync import dpop, wire
from sync.messages import (
    API,
    JWT_BEARER,
    Batch,
    EnrolReply,
    EnrolRequest,
    Head,
    Page,
    Problem,
    ProcedureList,
    ProcedureSummary,
    PulledEvent,
    PullRequest,
    PushReply,
    Receipt,
    TokenReply,
    Verdict,
    batch_bytes,
    bundle_version,
    enrol_bytes,
    offer_fingerprint,
    receipt_bytes,
)
from sync.transport import ANSWER_TIMEOUT_S, UNREACHABLE, Response, Transport, own_answer
from tests.support.faults import Faults, FaultyTransport

TENANT = 7
STREAM = "office-1"
CONSOLE = "console-1"


class Refused(Exception):
    """A request that the service answers with a problem."""

    def __init__(self, status: int, code: str, **details: str) -> None:
        super().__init__(code)
        self.problem = Problem(code=code, title=code, status=status, details=details)


@dataclass
class Device:
    """An enrolled device."""

    name: str
    public_key: str
    agent: str
    agent_name: str
    revoked: bool = False


@dataclass
class Held:
    """An event in the log."""

    central_seq: int
    header: Header
    hash: str
    body: bytes
    salt: bytes
    agent_name: str
    verdict: Verdict


@dataclass
class MemoryCentral:
    """The service. Any thread.

    Attributes:
        epoch: of this service; see ``restore``.
        timezone: of the offices.
        stuck: a fault of the service: every page says that there is more and its cursor stays.
        requests: path of every request that arrived, in order.
    """

    clock: Clock
    randomness: Randomness
    epoch: int = 1
    timezone: str = DEFAULT_TIMEZONE
    stuck: bool = False
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(self.randomness.token(32))
        self._nonces = dpop.Nonces(self.randomness.token(32), self.clock)
        self._replays = dpop.ReplayCache(self.clock)
        self._changed = threading.Condition(threading.RLock())
        self._codes: dict[str, tuple[str, str, str]] = {}
        self._devices: dict[str, Device] = {}
        self._tokens: dict[str, tuple[str, str]] = {}
        self._log: list[Held] = []
        self._chains: dict[tuple[str, int], list[Held]] = {}
        self._records: dict[str, merge.RecordState] = {}
        self._bundles: dict[tuple[str, str], bytes] = {}
        self._offered: dict[str, str] = {}

    # --- what a supervisor or IT does --------------------------------------------------------------------------------

    @property
    def service_key(self) -> str:
        return self._key.public_key().public_bytes_raw().hex()

    def enrolment_code(self, agent_name: str = "Camille Roux", *, agent: str | None = None) -> str:
        """Return a new one-time code for an agent; a new one unless named."""
        code = self.randomness.token(6).hex().upper()
        self._codes[code] = (agent or f"agent-{len(self._codes) + 1}", agent_name, "")
        return code

    def revoke(self, device: str) -> None:
        self._devices[device].revoked = True
        self._tokens = {token: bound for token, bound in self._tokens.items() if bound[0] != device}

    def forget_tokens(self) -> None:
        """Let every token end now."""
        self._tokens.clear()

    def publish(self, procedure: str, bundle: bytes) -> str:
        """Offer a procedure; return its version."""
        version = bundle_version(bundle)
        self._bundles[procedure, version] = bundle
        self._offered[procedure] = version
        return version

    def withdraw_offers(self) -> None:
        """Offer no procedure any more; versions in use can still be fetched."""
        self._offered.clear()

    def restore(self, kept: int) -> None:
        """Come back from a backup that holds only the first ``kept`` events, in a new epoch."""
        with self._changed:
            self.epoch += 1
            del self._log[kept:]
            for chain in self._chains.values():
                chain[:] = [held for held in chain if held.central_seq <= kept]
            self._records.clear()
            for held in self._log:
                if held.verdict.state != "parked":
                    seen = merge.seen_event(held.header, held.body, held.central_seq)
                    self._records[held.header.record_id] = merge.apply(self.record(held.header.record_id), seen)

    def act_as_supervisor(self, record: str, kind: str, body: dict[str, object]) -> None:
        """Record an act of the console on a case, as somebody who has seen everything."""
        with self._changed:
            chain = self._chains.setdefault((CONSOLE, 1), [])
            data = body_bytes(body)
            salt = self.randomness.token(16)
            header = Header(
                1,
                TENANT,
                CONSOLE,
                1,
                len(chain) + 1,
                chain[-1].hash if chain else CHAIN_START,
                "supervisor-1",
                "case",
                record,
                kind,
                self.head,
                self.clock.now_ms(),
                body_digest(data, salt),
            )
            self._append(header, data, salt, "Dominique Petit", workflow.Role.SUPERVISOR)

    @property
    def head(self) -> int:
        """The newest number of the stream."""
        return len(self._log)

    @property
    def log(self) -> list[Held]:
        return list(self._log)

    def record(self, record: str) -> merge.RecordState:
        """Return a record as merged from the log."""
        return self._records.get(record, merge.EMPTY)

    # --- the API -----------------------------------------------------------------------------------------------------

    def handle(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str], gone: Callable[[], bool]
    ) -> Response:
        """Answer one request. ``gone`` says that the caller closed its connection."""
        parts = urlsplit(target)
        given = {name.lower(): value for name, value in headers.items()}
        with self._changed:
            self.requests.append(parts.path)
            try:
                if gone():
                    raise NetworkFault(UNREACHABLE, reason="closed")
                return self._route(method, parts.path, parse_qs(parts.query), body, given, gone)
            except Refused as refused:
                return self._answer(refused.problem, refused.problem.status, wire.PROBLEM_TYPE)
            except NotPermittedError as error:
                return self._answer(Problem(error.code, error.code, 401), 401, wire.PROBLEM_TYPE)
            except InputError as error:
                return self._answer(Problem(error.code, error.code, 400), 400, wire.PROBLEM_TYPE)

    def _route(
        self,
        method: str,
        path: str,
        query: dict[str, list[str]],
        body: bytes,
        headers: dict[str, str],
        gone: Callable[[], bool],
    ) -> Response:
        if (method, path) == ("POST", f"{API}/enrol"):
            return self._answer(self._enrol(wire.decode(body, EnrolRequest)))
        if (method, path) == ("POST", "/oauth/token"):
            return self._answer(self._token(body, headers))
        device = self._authorised(method, path, headers)
        if (method, path) == ("POST", f"{API}/push"):
            return self._answer(self._push(device, wire.decode(body, Batch)))
        if (method, path) == ("POST", f"{API}/pull"):
            return self._answer(self._pull(device, wire.decode(body, PullRequest)))
        if (method, path) == ("GET", f"{API}/changes"):
            after, wait_s = int(query["after"][0]), float(query["wait"][0])
            self._changed.wait_for(lambda: self.head > after or gone(), wait_s)
            offered = [(summary.id, summary.version) for summary in self._summaries()]
            return self._answer(Head(self.head, offer_fingerprint(offered)))
        if (method, path) == ("GET", f"{API}/procedures"):
            return self._answer(ProcedureList(self._summaries()))
        if method == "GET" and path.startswith(f"{API}/procedures/"):
            procedure, version = path.split("/")[-2:]
            bundle = self._bundles.get((procedure, version))
            if bundle is None:
                raise Refused(404, "procedure.unknown")
            return Response(200, self._headers("application/octet-stream", ""), bundle)
        raise Refused(404, "http.404")

    def _answer(self, message: object, status: int = 200, content_type: str = wire.JSON_TYPE) -> Response:
        return Response(status, self._headers(content_type, wire.ENCODING), wire.encode(message))

    def _headers(self, content_type: str, encoding: str) -> dict[str, str]:
        headers = {
            wire.SERVICE_HEADER.lower(): wire.SERVICE_VALUE,
            "content-type": content_type,
            "dpop-nonce": self._nonces.issue(),
        }
        return {**headers, "content-encoding": encoding} if encoding else headers

    # --- who ---------------------------------------------------------------------------------------------------------

    def _enrol(self, request: EnrolRequest) -> EnrolReply:
        agent, agent_name, used_by = self._codes.get(request.code, ("", "", ""))
        if not agent:
            raise Refused(403, "enrol.wrong_code")
        if used_by not in ("", request.public_key):
            raise Refused(403, "enrol.code_used")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(request.public_key))
        try:
            key.verify(bytes.fromhex(request.proof), enrol_bytes(request.code, request.public_key, request.device_name))
        except InvalidSignature as error:
            raise Refused(422, "enrol.proof") from error
        self._codes[request.code] = (agent, agent_name, request.public_key)
        device = f"device-{request.public_key[:8]}"
        self._devices[device] = Device(request.device_name, request.public_key, agent, agent_name)
        return EnrolReply(
            tenant=TENANT,
            tenant_name="Département de démonstration",
            office=STREAM,
            office_name="Antenne de la vallée",
            agent=agent,
            agent_name=agent_name,
            device=device,
            stream=STREAM,
            service_key=self.service_key,
            epoch=self.epoch,
            time=self.clock.now_ms(),
            timezone=self.timezone,
        )

    def _token(self, body: bytes, headers: dict[str, str]) -> TokenReply:
        form = parse_qs(body.decode())
        if form.get("grant_type") != [JWT_BEARER]:
            raise Refused(400, "auth.grant_type")
        proof = self._proof("POST", "/oauth/token", headers, None, None)
        assertion = form["assertion"][0]
        device = self._devices.get(dpop.assertion_device(assertion))
        if device is None:
            raise Refused(403, "auth.device_unknown")
        name = dpop.check_assertion(
            assertion,
            public_key=device.public_key,
            nonce_valid=self._nonces.valid,
            first_use=self._replays.first_use,
        )
        if device.revoked:
            raise Refused(403, "auth.device_revoked")
        if proof.public_key != device.public_key:
            raise Refused(401, "auth.proof_invalid")
        token = self.randomness.token(24).hex()
        self._tokens[token] = (name, proof.thumbprint)
        return TokenReply(token, "DPoP", 900)

    def _authorised(self, method: str, path: str, headers: dict[str, str]) -> str:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "DPoP" or token not in self._tokens:
            raise Refused(401, "auth.token_expired")
        device, thumbprint = self._tokens[token]
        self._proof(method, path, headers, token, thumbprint)
        return device

    def _proof(
        self, method: str, path: str, headers: dict[str, str], token: str | None, thumbprint: str | None
    ) -> dpop.Proof:
        return dpop.check_proof(
            headers.get("dpop", ""),
            method=method,
            path=path,
            access_token=token,
            thumbprint=thumbprint,
            nonce_valid=self._nonces.valid,
            first_use=self._replays.first_use,
        )

    # --- events ------------------------------------------------------------------------------------------------------

    def _push(self, name: str, batch: Batch) -> PushReply:
        device = self._devices[name]
        if (batch.device, batch.tenant, batch.agent) != (name, TENANT, device.agent):
            raise Refused(403, "right.foreign_batch")
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(device.public_key))
            key.verify(bytes.fromhex(batch.signature), batch_bytes(batch))
        except InvalidSignature as error:
            raise Refused(422, "push.signature") from error
        chain = self._chains.setdefault((name, batch.incarnation), [])
        if batch.first_seq > len(chain) + 1:
            raise Refused(409, "push.gap", seq=str(len(chain) + 1))
        if batch.prev != (chain[batch.first_seq - 2].hash if batch.first_seq > 1 else CHAIN_START):
            raise Refused(409, "push.fork")
        arrived = self._headers_of(batch)
        if header_hash(arrived[-1][0]) != batch.head:
            raise Refused(422, "push.chain")
        for header, body, salt in arrived:
            if header.seq > len(chain):
                self._append(header, body, salt, device.agent_name, workflow.Role.AGENT)
            elif chain[header.seq - 1].hash != header_hash(header):
                raise Refused(409, "push.fork")
        held = chain[batch.first_seq - 1 : batch.first_seq - 1 + len(arrived)]
        return PushReply([event.verdict for event in held], self._receipt(batch, held[-1]), self.clock.now_ms())

    def _headers_of(self, batch: Batch) -> list[tuple[Header, bytes, bytes]]:
        """Recompute the chain: headers, bodies and salts of a batch."""
        prev, found = batch.prev, []
        first_block = batch.first_seq // SALT_BLOCK
        for seq, event in enumerate(batch.events, batch.first_seq):
            salt = salt_from_seed(bytes.fromhex(batch.salt_seeds[seq // SALT_BLOCK - first_block]), seq)
            body = bytes(event.body)
            header = Header(
                1,
                batch.tenant,
                batch.device,
                batch.incarnation,
                seq,
                prev,
                batch.agent,
                event.record_type,
                event.record_id,
                event.kind,
                event.base,
                event.time,
                body_digest(body, salt),
            )
            prev = header_hash(header)
            found.append((header, body, salt))
        return found

    def _append(self, header: Header, body: bytes, salt: bytes, agent_name: str, role: str) -> None:
        central_seq = self.head + 1
        seen = merge.seen_event(header, body, central_seq)
        before = self.record(header.record_id)
        code = workflow.check_transition(before, seen, role)
        if code is not None:
            verdict = Verdict(header.seq, central_seq, "parked", code)
        else:
            after = merge.apply(before, seen)
            self._records[header.record_id] = after
            contested = set(merge.show(after).contested) & set(merge.touched(seen.kind, seen.body))
            verdict = Verdict(header.seq, central_seq, "contested" if contested else "accepted")
        held = Held(central_seq, header, header_hash(header), body, salt, agent_name, verdict)
        self._log.append(held)
        self._chains.setdefault((header.device, header.incarnation), []).append(held)
        self._changed.notify_all()

    def _receipt(self, batch: Batch, last: Held) -> Receipt:
        unsigned = Receipt(
            tenant=TENANT,
            stream=STREAM,
            device=batch.device,
            incarnation=batch.incarnation,
            seq=last.header.seq,
            head=last.hash,
            central_seq=last.central_seq,
            epoch=self.epoch,
            level="accepted",
            time=self.clock.now_ms(),
            signature="",
        )
        return msgspec.structs.replace(unsigned, signature=self._key.sign(receipt_bytes(unsigned)).hex())

    def _pull(self, name: str, request: PullRequest) -> Page:
        if set(request.cursors) - {STREAM}:
            raise Refused(403, "right.foreign_stream")
        events: list[PulledEvent] = []
        cursor = request.cursors.get(STREAM, 0)
        while cursor < self.head and len(events) < request.limit:
            held = self._log[cursor]
            cursor = held.central_seq
            if held.header.device != name and held.verdict.state != "parked":
                events.append(_pulled(held))
        return Page(
            events={STREAM: events},
            cursors={STREAM: cursor},
            more=cursor < self.head or self.stuck,
            epoch=self.epoch,
            time=self.clock.now_ms(),
        )

    def _summaries(self) -> list[ProcedureSummary]:
        return [
            ProcedureSummary(procedure, version, len(self._bundles[procedure, version]))
            for procedure, version in sorted(self._offered.items())
        ]

    # --- connections -------------------------------------------------------------------------------------------------

    def transport(self, faults: Faults | None = None) -> Transport:
        """Return a connection to this service."""
        return FaultyTransport(MemoryTransport(self), faults if faults is not None else Faults())

    def wait_until(self, condition: Callable[[], bool], timeout_s: float = 20) -> bool:
        """Wait until something holds that arriving events may bring about."""
        with self._changed:
            return self._changed.wait_for(condition, timeout_s)

    def hang_up(self) -> None:
        """Wake whoever waits, so that a closed connection is noticed."""
        with self._changed:
            self._changed.notify_all()


class MemoryTransport:
    """A connection to a ``MemoryCentral``."""

    def __init__(self, central: MemoryCentral) -> None:
        self._central = central
        self._closed = False

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        if self._closed:
            raise NetworkFault(UNREACHABLE, reason="closed")
        response = self._central.handle(method, path, body, headers, lambda: self._closed)
        if self._closed:
            raise NetworkFault(UNREACHABLE, reason="closed")
        return own_answer(response)

    def close(self) -> None:
        self._closed = True
        self._central.hang_up()


def _pulled(held: Held) -> PulledEvent:
    header = held.header
    return PulledEvent(
        held.central_seq,
        header.device,
        header.incarnation,
        header.seq,
        header.agent,
        held.agent_name,
        header.record_type,
        header.record_id,
        header.kind,
        header.base,
        header.time,
        header.prev,
        header.digest,
        held.salt.hex(),
        msgspec.Raw(held.body),
        held.verdict.state,
    )
