"""A central service in memory: the real one's logic over ``tests.support.memory_storage``, behind the same checks.

It is reached through the same ``Transport`` as the real one, so a test runs in milliseconds; ``tests.support.faults``
makes the way to it misbehave.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cases import merge, workflow
from cases.clock import Clock
from cases.errors import ConflictError, EstafetteError, InputError, NetworkFault, NotPermittedError, RejectedError
from cases.events import CHAIN_START, Event, Header, body_bytes, body_digest, header_hash
from cases.ids import Randomness
from cases.views import DEFAULT_TIMEZONE
from central import rehoming, syncing, whole
from central.appending import append_events
from central.context import Nothing
from central.judging import Actor
from central.records import Device, device_of
from central.rehoming import Around
from central.storage import NewEvents, StoredRecord, Transaction
from central.tree import ReceiptTree
from sync import dpop, signing, wire
from sync.messages import (
    API,
    JWT_BEARER,
    AuditRequest,
    EnrolReply,
    EnrolRequest,
    Exchange,
    Head,
    Problem,
    ProcedureList,
    ProcedureSummary,
    RecordsRequest,
    StreamNews,
    TokenReply,
    Verdict,
    bundle_version,
    enrol_bytes,
    offer_fingerprint,
)
from sync.transport import ANSWER_TIMEOUT_S, UNREACHABLE, Response, Transport, own_answer
from tests.support.faults import Faults, FaultyTransport
from tests.support.memory_storage import NO_TREE, Logged, MemoryStorage, Tables

TENANT = 7
MANDATE_ENDED, OFFICE_CHANGED = "right.mandate_ended", "right.office_changed"
STREAM = "office-1"
OFFICES = (STREAM, "office-2")
SUPERVISOR = "supervisor-1"
TOKEN_PATH = "/oauth/token"
TOKEN_LIFETIME_S = 900
_COMPRESS_FROM_BYTES = 400
_STATUS = {"auth.device_revoked": 403, "auth.device_unknown": 403, "wire.malformed": 400, "wire.too_large": 413}
_STATUS_OF_KIND = ((InputError, 422), (ConflictError, 409), (RejectedError, 404), (NotPermittedError, 403))


class Refused(Exception):
    """A request that the service answers with a problem."""

    def __init__(self, status: int, code: str, **details: str) -> None:
        super().__init__(code)
        self.problem = Problem(code=code, title=code, status=status, details=details)


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


class MemoryKeys:
    """The service's keys (``central.keys.Keys``)."""

    def __init__(self, randomness: Randomness) -> None:
        self._service = Ed25519PrivateKey.from_private_bytes(randomness.token(32))

    def service(self) -> Ed25519PrivateKey:
        return self._service


class Quiet:
    """A storage as the service's own jobs use it: requests that are cut short do not touch them."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage

    def transaction(self, tenant: int) -> AbstractContextManager[Transaction]:
        found: AbstractContextManager[Transaction] = self._storage.quiet(tenant)
        return found


@dataclass
class MemoryCentral:
    """The service. Any thread.

    Attributes:
        timezone: of the offices.
        stuck: a fault of the service: every page says that there is more and its cursor stays.
        requests: path of every request that arrived, in order.
    """

    clock: Clock
    randomness: Randomness
    timezone: str = DEFAULT_TIMEZONE
    stuck: bool = False
    requests: list[str] = field(default_factory=list)
    storage: MemoryStorage = field(default_factory=MemoryStorage)

    def __post_init__(self) -> None:
        self.keys = MemoryKeys(self.randomness)
        self._changed = threading.Condition(self.storage.lock)
        self._codes: dict[str, tuple[str, str, str, str]] = {}
        self._backups: dict[int, Tables] = {}
        self.directory = self.storage.tables
        self.core: Any = SimpleNamespace(
            storage=self.storage,
            clock=self.clock,
            keys=self.keys,
            tree=ReceiptTree(Quiet(self.storage), self.keys, self.clock),
            backups=Nothing(),
            contacts=Nothing(),
            published={},
            zone=ZoneInfo(self.timezone),
        )
        self.storage.tables.heads.update(dict.fromkeys(OFFICES, 0))
        self._add_console()
        self.forget_tokens()

    # --- what a supervisor or IT does --------------------------------------------------------------------------------

    @property
    def service_key(self) -> str:
        return self.keys.service().public_key().public_bytes_raw().hex()

    @property
    def epoch(self) -> int:
        return self.storage.tables.epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self.storage.tables.epoch = epoch

    def enrolment_code(
        self, agent_name: str = "Camille Roux", *, agent: str | None = None, office: str = STREAM
    ) -> str:
        """Return a new one-time code for an agent; a new one unless named."""
        code = self.randomness.token(6).hex().upper()
        self._codes[code] = (agent or f"agent-{len(self._codes) + 1}", agent_name, office, "")
        return code

    def revoke(self, device: str) -> None:
        devices = self.directory.devices
        known = devices[device]
        devices[device] = replace(known, revoked_ms=self.clock.now_ms())

    def assign(self, agent: str, office: str, *, ended: bool) -> None:
        """Say where an agent works and whether the mandate ended (``central.staffing``)."""
        with self._changed:
            self.directory.assigned[agent] = (office, ended)
            for name, device in self.directory.devices.items():
                if device.account == agent and (device.closed or device.revoked_ms is None):
                    closed = self._closed(device)
                    revoked_ms = self.clock.now_ms() if closed else None
                    self.directory.devices[name] = replace(device, closed=closed, revoked_ms=revoked_ms)
            self._changed.notify_all()

    def placed(self, agent: str) -> tuple[str, bool] | None:
        """Return an agent's office and whether the mandate ended; None for one who never enrolled a computer."""
        return self.directory.assigned.get(agent)

    def _closed(self, device: Device) -> str:
        office, ended = self.directory.assigned.get(str(device.account), (device.office, False))
        return MANDATE_ENDED if ended else OFFICE_CHANGED if office != device.office else ""

    def forget_tokens(self) -> None:
        """Let every token end now: what a new process of the service knows of them."""
        self._nonces = dpop.Nonces(self.randomness.token(32), self.clock)
        self._replays = dpop.ReplayCache(self.clock)
        self._tokens = signing.Tokens(self.randomness.token(32), self.clock, self.randomness)
        self._counters = signing.Counters()

    def publish(self, procedure: str, bundle: bytes) -> str:
        """Offer a procedure; return its version."""
        version = bundle_version(bundle)
        self.directory.published[procedure, version] = bundle
        self.directory.offered[procedure] = version
        return version

    def withdraw_offers(self) -> None:
        """Offer no procedure any more; versions in use can still be fetched."""
        self.directory.offered.clear()

    def restore(self, kept: int) -> None:
        """Come back from a backup that holds only the first ``kept`` events, in a new epoch."""
        with self._changed:
            tables = self.storage.copy()
            gone = tables.log[kept:]
            del tables.log[kept:]
            for logged in gone:
                header = logged.event.header
                tables.chains[header.device, header.incarnation].remove(logged)
            # No backup is cut like this: its log of receipts begins anew with the epoch, of what is left.
            tables.tree, tables.tiles = NO_TREE, {}
            tables.batches = {
                bounds: replace(batch, leaf=None)
                for bounds, batch in tables.batches.items()
                if batch.receipt.seq <= len(tables.chains.get(bounds[:2], []))
            }
            for changed in {logged.key for logged in gone}:
                last = tables.records.pop(changed, None)
                earlier = [one for one in tables.log if one.key == changed and one.state != "parked"]
                if last is not None and earlier:
                    seen = (merge.seen_event(one.event.header, one.event.body, one.central_seq) for one in earlier)
                    tables.records[changed] = replace(last, state=merge.apply_all(merge.EMPTY, seen))
            self.restored(tables)

    def restored(self, backup: Tables) -> None:
        """Come back from a copy of the storage, in a new epoch."""
        with self._changed:
            self.storage.restore(backup)
            self.directory = self.storage.tables
            self._add_console()
            self.forget_tokens()

    def _add_console(self) -> None:
        """Enrol the console's own device; a new one in each epoch, as the old one's numbers may be known elsewhere."""
        key = self.randomness.token(32).hex()
        self._console, self._console_chain = device_of(key), (0, CHAIN_START)
        self._join(Device(TENANT, self._console, "console", None, None, None, key, None), SUPERVISOR, "Dominique Petit")

    def _join(self, device: Device, account: str, name: str) -> None:
        """Write a device down, and who acts on it."""
        self.directory.devices[device.device] = device
        self.directory.names[account] = name
        if device.office is not None:
            self.directory.assigned.setdefault(account, (device.office, False))

    def act_as_supervisor(self, record: str, kind: str, body: dict[str, object]) -> None:
        """Record an act of the console on a case, as somebody who has seen everything."""
        self.try_act_as_supervisor(record, kind, body)

    def try_act_as_supervisor(
        self, record: str, kind: str, body: dict[str, object], *, record_type: str = "case"
    ) -> Event | None:
        """Do so; None, and nothing is kept, when the act cannot be applied."""
        with self._changed:
            try:
                with self.core.storage.transaction(TENANT) as transaction:
                    event, digest = self._acted(transaction, record_type, record, kind, body)
            except Refused:
                return None
            self._console_chain = (event.header.seq, digest)
            self._changed.notify_all()
            return event

    def _acted(
        self, transaction: Transaction, record_type: str, record: str, kind: str, body: dict[str, object]
    ) -> tuple[Event, str]:
        found = [(stream, stored) for stream in OFFICES for stored in transaction.stored(stream, [record])]
        stream, state = (found[0][0], merge.from_json(found[0][1].state)) if found else (STREAM, merge.EMPTY)
        _epoch, head = transaction.standing(stream)
        event, digest = self._event(record_type, record, kind, body, head, state)
        now_ms = self.clock.now_ms()
        new = NewEvents(TENANT, stream, self._console, 1, SUPERVISOR, [event], [digest], "00" * 64, now_ms)
        actor = Actor(TENANT, workflow.Role.SUPERVISOR, stream, stream)
        (verdict,) = append_events(transaction, actor, new).verdicts()
        if verdict.state == "parked":
            raise Refused(409, verdict.code)
        return event, digest

    def move(self, case: str, office: str) -> Event | None:
        """Give a case to another office as a supervisor does (``central.moving.move_case``); None when it cannot be."""
        with self._changed:
            try:
                around = {stream: self._stored(stream) for stream in OFFICES}
                with self.core.storage.transaction(TENANT) as transaction:
                    event, digest = self._moved(transaction, case, office, around)
            except (Refused, InputError):
                return None
            self._console_chain = (event.header.seq, digest)
            self._changed.notify_all()
            return event

    def _stored(self, stream: str) -> dict[str, StoredRecord]:
        with self.core.storage.transaction(TENANT) as transaction:
            return {one.record_id: one for one in transaction.stored_all(stream)[2]}

    def _moved(
        self, transaction: Transaction, case: str, office: str, stored: Mapping[str, Mapping[str, StoredRecord]]
    ) -> tuple[Event, str]:
        around = _around(stored, case)
        if around is None or around.stream == office:
            raise Refused(409, "office.same")
        heads = transaction.lock_streams([around.stream, office])
        event, digest = self._acted(transaction, "case", case, "move", {"office": office, "reason": "Déménagement"})
        seq = transaction.standing(around.stream)[1]
        rehoming.move(transaction, around, office, case, office, head=heads[office], seq=seq)
        return event, digest

    def _event(
        self, record_type: str, record: str, kind: str, body: dict[str, object], base: int, state: merge.RecordState
    ) -> tuple[Event, str]:
        data, salt = body_bytes(body), self.randomness.token(16)
        latest = max((head.time for known in state.fields.values() for head in known.heads), default=0)
        seq, prev = self._console_chain
        header = Header(
            1, TENANT, self._console, 1, seq + 1, prev, SUPERVISOR, record_type, record, kind, base,
            max(self.clock.now_ms(), latest + 1), body_digest(data, salt),
        )  # fmt: skip
        return Event(header, data, salt), header_hash(header)

    @property
    def head(self) -> int:
        """The newest number of the first office's stream."""
        return self.head_of(STREAM)

    def head_of(self, stream: str) -> int:
        """Return the newest number of a stream."""
        with self.core.storage.transaction(TENANT) as transaction:
            return int(transaction.standing(stream)[1])

    @property
    def log(self) -> list[Held]:
        """Every event, in the order in which it came."""
        return [self._held(logged) for logged in self.storage.tables.log]

    def _held(self, logged: Logged) -> Held:
        header = logged.event.header
        verdict = Verdict(header.seq, logged.central_seq, logged.state, logged.code, dict(logged.details))
        name = self.storage.tables.names.get(header.agent, "")
        return Held(
            logged.central_seq, header, logged.hash, logged.event.body or b"", logged.event.salt or b"", name, verdict
        )

    def record(self, record: str) -> merge.RecordState:
        """Return a record as merged from the log."""
        found = [kept.state for key, kept in self.storage.tables.records.items() if key[1] == record]
        return found[0] if found else merge.EMPTY

    # --- the API -----------------------------------------------------------------------------------------------------

    def handle(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str], gone: Callable[[], bool]
    ) -> Response:
        """Answer one request. ``gone`` says that the caller closed its connection."""
        given = {name.lower(): value for name, value in headers.items()}
        with self._changed:
            self.requests.append(urlsplit(target).path)
            if gone():
                raise NetworkFault(UNREACHABLE, reason="closed")
            try:
                response = self._route(method, target, body, given, gone)
            except Refused as refused:
                response = _answer(refused.problem, refused.problem.status)
            except EstafetteError as error:
                details = {name: str(value) for name, value in error.details.items()}
                status = _status(error)
                response = _answer(Problem(error.code, error.code, status, details), status)
            return self._marked(response, given)

    def _marked(self, response: Response, given: Mapping[str, str]) -> Response:
        """Sign an answer to a signed request; say on any other that it is the service's own."""
        headers = dict(response.headers)
        mark = signing.mark_of(given)
        if mark:
            signature = signing.sign_answer(self.keys.service(), mark, response.status, response.body)
            headers[signing.SIGNATURE_HEADER.lower()] = signature
        else:
            headers[wire.SERVICE_HEADER.lower()] = wire.SERVICE_VALUE
        if "dpop" in given:
            headers["dpop-nonce"] = self._nonces.issue()
        return Response(response.status, headers, response.body)

    def _route(
        self, method: str, target: str, body: bytes, headers: dict[str, str], gone: Callable[[], bool]
    ) -> Response:
        parts = urlsplit(target)
        if (method, parts.path) == ("POST", f"{API}/enrol"):
            return _answer(self._enrol(wire.decode(body, EnrolRequest)))
        if (method, parts.path) == ("POST", TOKEN_PATH):
            return _answer(self._token(body, headers))
        device = self._authorised(method, target, headers, body)
        encoding = headers.get("content-encoding", "")
        query = parse_qs(parts.query)
        if method == "POST":
            return self._post(parts.path, device, body, encoding)
        if parts.path == f"{API}/changes":
            stream, after = str(device.stream), int(query["after"][0])
            self._changed.wait_for(lambda: self.head_of(stream) > after or gone(), float(query["wait"][0]))
            return _answer(Head(self.head_of(stream), offer_fingerprint(self.directory.offered.items())))
        if parts.path == f"{API}/procedures":
            return _answer(ProcedureList(self._summaries()))
        return self._get(parts.path.removeprefix(API).strip("/").split("/"), device, query)

    def _post(self, path: str, device: Device, body: bytes, encoding: str) -> Response:
        if path == f"{API}/sync":
            asked = wire.decode(body, Exchange, encoding=encoding)
            # The job that runs beside the real one's requests.
            self.core.tree.sequence_all(TENANT)
            reply = syncing.exchange(self.core, device, asked)
            if self.stuck:
                reply.streams.update({stream: StreamNews(cursor, True) for stream, cursor in asked.cursors.items()})
            self._changed.notify_all()
            return _answer(reply)
        if path == f"{API}/records":
            wanted = wire.decode(body, RecordsRequest, encoding=encoding).ids
            return Response(200, {}, whole.records(self.core, device, wanted))
        if path == f"{API}/audit":
            return _answer(whole.audit(self.core, device, wire.decode(body, AuditRequest, encoding=encoding)))
        raise Refused(404, "http.404")

    def _get(self, names: list[str], device: Device, query: dict[str, list[str]]) -> Response:
        match names:
            case ["procedures", procedure, version]:
                bundle = self.directory.published.get((procedure, version))
                if bundle is None:
                    raise Refused(404, "procedure.unknown")
                return Response(200, {}, bundle)
            case ["receipts", incarnation, seq, "proof"]:
                epoch, received_ms, size = (int(query[name][0]) for name in ("epoch", "time", "size"))
                return _answer(
                    self.core.tree.proof(
                        device, int(incarnation), int(seq), epoch=epoch, received_ms=received_ms, size=size
                    )
                )
            case ["records", record, "events"]:
                return _answer(whole.history(self.core, device, record, int(query.get("after", ["0"])[0])))
            case ["snapshot"]:
                syncing.check_stream(device, query["stream"][0])
                return _answer(whole.manifest(self.core, device, query["stream"][0]))
            case ["snapshot", name]:
                return Response(200, {}, whole.chunk(self.core, device, name, int(query.get("after", ["0"])[0])))
            case _:
                raise Refused(404, "http.404")

    # --- who ---------------------------------------------------------------------------------------------------------

    def _enrol(self, request: EnrolRequest) -> EnrolReply:
        agent, agent_name, office, used_by = self._codes.get(request.code, ("", "", "", ""))
        if not agent:
            raise Refused(403, "enrol.wrong_code")
        if used_by not in ("", request.public_key):
            raise Refused(403, "enrol.code_used")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(request.public_key))
        try:
            key.verify(bytes.fromhex(request.proof), enrol_bytes(request.code, request.public_key, request.device_name))
        except InvalidSignature as error:
            raise Refused(422, "enrol.proof") from error
        # A code is an agent's: the office is the agent's at that moment.
        office, ended = self.placed(agent) or (office, False)
        if ended:
            raise Refused(403, "enrol.wrong_code")
        if request.agent not in ("", agent):
            raise Refused(403, "enrol.other_agent")
        if request.office not in ("", office):
            raise Refused(403, "enrol.other_office")
        self._codes[request.code] = (agent, agent_name, office, request.public_key)
        device = device_of(request.public_key)
        self._join(Device(TENANT, device, "agent", agent, office, office, request.public_key, None), agent, agent_name)
        return EnrolReply(
            tenant=TENANT,
            tenant_name="Département de démonstration",
            office=office,
            office_name="Antenne de la vallée",
            agent=agent,
            agent_name=agent_name,
            device=device,
            stream=office,
            service_key=self.service_key,
            epoch=self.epoch,
            time=self.clock.now_ms(),
            timezone=self.timezone,
        )

    def _token(self, body: bytes, headers: dict[str, str]) -> TokenReply:
        form = parse_qs(body.decode())
        if form.get("grant_type") != [JWT_BEARER] or len(form.get("assertion", ())) != 1:
            raise Refused(400, "auth.grant_type")
        proof = dpop.check_proof(
            headers.get("dpop", ""),
            method="POST",
            path=TOKEN_PATH,
            access_token=None,
            thumbprint=None,
            nonce_valid=self._nonces.valid,
            first_use=self._replays.first_use,
        )
        device = self._known(dpop.assertion_device(form["assertion"][0]), even_closed=True)
        dpop.check_assertion(
            form["assertion"][0],
            public_key=device.public_key,
            nonce_valid=self._nonces.valid,
            first_use=self._replays.first_use,
        )
        if proof.public_key != device.public_key:
            raise Refused(401, "auth.proof_invalid")
        token, bearer = self._tokens.issue(TENANT, device.device, lifetime_s=TOKEN_LIFETIME_S)
        self._counters.open(bearer.serial)
        return TokenReply(token, signing.TOKEN_TYPE, TOKEN_LIFETIME_S)

    def _authorised(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Device:
        shown = signing.parse_authorization(headers.get("authorization", ""))
        bearer = self._tokens.read(shown.token)
        device = self._known(bearer.device, even_closed=target == f"{API}/sync")
        signing.check_request(shown, device.public_key, method=method, target=target, body=body)
        self._counters.spend(bearer.serial, shown.counter)
        return device

    def _known(self, name: str, *, even_closed: bool = False) -> Device:
        device = self.device(name)
        if device is None or device.kind != "agent":
            raise NotPermittedError("auth.device_unknown")
        if device.closed and not even_closed:
            raise NotPermittedError(device.closed)
        if device.revoked_ms is not None and not device.closed:
            raise NotPermittedError("auth.device_revoked")
        return device

    def device(self, name: str) -> Device | None:
        """Return a device as it stands."""
        return self.directory.devices.get(name)

    def _summaries(self) -> list[ProcedureSummary]:
        known = self.directory
        return [
            ProcedureSummary(procedure, version, len(known.published[procedure, version]))
            for procedure, version in sorted(known.offered.items())
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


def _around(stored: Mapping[str, Mapping[str, StoredRecord]], case: str) -> Around | None:
    """Return what a case hangs together with, as ``central.database.moving.around`` does."""
    known = {record: one for records in stored.values() for record, one in records.items()}
    if case not in known:
        return None
    stream, citizen = known[case].stream, merge.from_json(known[case].state).value("citizen") or ""
    staying = bool(citizen) and any(
        one.record_type == "case"
        and one.stream == stream
        and record != case
        and merge.from_json(one.state).value("citizen") == citizen
        for record, one in known.items()
    )
    return Around(stream, citizen, known[citizen].stream if citizen in known else None, staying)


def _answer(message: object, status: int = 200) -> Response:
    """Return a message as an answer: compressed when that saves something; plain 200 JSON says nothing of its type."""
    data = msgspec.json.encode(message)
    headers = {"content-type": wire.PROBLEM_TYPE} if status >= 400 else {}
    if len(data) >= _COMPRESS_FROM_BYTES:
        return Response(status, {**headers, "content-encoding": wire.ENCODING}, wire.compress(data))
    return Response(status, headers, data)


def _status(error: EstafetteError) -> int:
    """Return the status with which the real service answers such an error (``central.api.problems``)."""
    if error.code in _STATUS:
        return _STATUS[error.code]
    if error.code.startswith("auth."):
        return 401
    return next((status for kind, status in _STATUS_OF_KIND if isinstance(error, kind)), 500)
