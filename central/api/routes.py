"""The API's routes. Bodies are read raw and decoded once by msgspec; work that waits runs in the thread pool."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from cases.errors import InputError, NotPermittedError, RejectedError
from central import enrolment, intake, readiness, syncing, whole
from central.api import described
from central.api.bodies import SENT
from central.api.gate import Gate, Presented
from central.api.heads import Heads
from central.context import Central
from central.database import procedures as published
from central.records import Device
from sync import wire
from sync.messages import (
    API,
    NUMBER_MAX,
    AuditRequest,
    EnrolRequest,
    Exchange,
    ExchangeReply,
    Head,
    ProcedureList,
    ProcedureSummary,
    Pushed,
    RecordsRequest,
    SnapshotManifest,
    offer_fingerprint,
)
from sync.sealed import EnvelopesRequest
from sync.signing import SCHEME

T = TypeVar("T")
DEFAULT_WAIT_S = 25.0
_INCARNATION_MAX = 2**31 - 1
_COMPRESS_FROM_BYTES = 512
"""Below this a frame's own bytes cost more than they save."""


def router(central: Central, gate: Gate, heads: Heads) -> APIRouter:
    """Return the routes that devices use."""
    routes = APIRouter()

    @routes.post(f"{API}/enrol", **described.ENROL)
    async def enrol(request: Request) -> Response:
        message = await _message(request, EnrolRequest)
        return await _answer(request, lambda: enrolment.enrol(central, message, _address(request)))

    @routes.post("/oauth/token", **described.TOKEN)
    async def token(request: Request) -> Response:
        form = await request.body()
        return await _answer(request, lambda: gate.token(form, _presented(request)))

    @routes.post(f"{API}/sync", **described.SYNC)
    async def sync(request: Request) -> Response:
        # Described here; ``ExchangeDoor`` answers it before a route is looked for.
        body = await request.body()
        return await _answer(request, lambda: _exchanged(central, gate, _presented(request), body))

    @routes.get(f"{API}/changes", **described.CHANGES)
    async def changes(request: Request) -> Response:
        device = await run_in_threadpool(gate.device, _presented(request))
        stream = request.query_params.get("stream", str(device.stream))
        syncing.check_stream(device, stream)
        after, wait_s = _number(request, "after", 0), _number(request, "wait", DEFAULT_WAIT_S)
        head = await heads.passed(device.tenant, stream, int(after), wait_s)
        return await _answer(request, lambda: _news(central, device, head))

    @routes.get(f"{API}/procedures", **described.PROCEDURES)
    async def procedures(request: Request) -> Response:
        return await _answer(request, lambda: _list(central, gate.device(_presented(request))))

    @routes.get(f"{API}/procedures/{{procedure}}/{{version}}", **described.BUNDLE)
    async def bundle(request: Request, procedure: str, version: str) -> Response:
        data = await run_in_threadpool(_bundle, central, gate, _presented(request), procedure, version)
        return Response(data, media_type="application/octet-stream")

    return routes


def whole_router(central: Central, gate: Gate) -> APIRouter:
    """Return the routes by which devices get records whole, and hand envelopes on."""
    routes = APIRouter()

    @routes.get(f"{API}/snapshot", **described.SNAPSHOT)
    async def snapshot(request: Request) -> Response:
        return await _told(gate, request, lambda device: _manifest(central, device, request))

    @routes.get(f"{API}/snapshot/{{name}}", **described.CHUNK)
    async def chunk(request: Request, name: str) -> Response:
        after = int(_number(request, "after", 0))
        work = _work(gate, request, lambda device: whole.chunk(central, device, name, after))
        data = await run_in_threadpool(work)
        return Response(data, media_type="application/octet-stream")

    @routes.get(f"{API}/records/{{record}}/events", **described.HISTORY)
    async def history(request: Request, record: str) -> Response:
        after = int(_number(request, "after", 0))
        return await _told(gate, request, lambda device: whole.history(central, device, record, after))

    @routes.get(f"{API}/receipts/{{incarnation}}/{{seq}}/proof", **described.PROOF)
    async def proof(request: Request, incarnation: str, seq: str) -> Response:
        chain = _digits(incarnation, "incarnation", _INCARNATION_MAX), _digits(seq, "seq", NUMBER_MAX)
        epoch, size = int(_number(request, "epoch", 0)), int(_number(request, "size", 0))
        received_ms = int(_number(request, "time", 0))
        if epoch > _INCARNATION_MAX:
            raise InputError("request.invalid", field="epoch")

        def work(device: Device) -> object:
            return central.tree.proof(device, *chain, epoch=epoch, received_ms=received_ms, size=size)

        return await _told(gate, request, work)

    @routes.post(f"{API}/records", **described.RECORDS)
    async def records(request: Request) -> Response:
        def work(device: Device, message: RecordsRequest) -> object:
            return msgspec.Raw(whole.records(central, device, message.ids))

        return await _asked(gate, request, RecordsRequest, work)

    @routes.post(f"{API}/audit", **described.AUDIT)
    async def audit(request: Request) -> Response:
        def work(device: Device, message: AuditRequest) -> object:
            syncing.check_stream(device, message.stream)
            return whole.audit(central, device, message)

        return await _asked(gate, request, AuditRequest, work)

    @routes.post(f"{API}/envelopes", **described.ENVELOPES)
    async def envelopes(request: Request) -> Response:
        def work(device: Device, message: EnvelopesRequest) -> object:
            return intake.take_in(central, device.tenant, message, by=device.device)

        return await _asked(gate, request, EnvelopesRequest, work)

    return routes


def _manifest(central: Central, device: Device, request: Request) -> SnapshotManifest:
    stream = request.query_params.get("stream", str(device.stream))
    syncing.check_stream(device, stream)
    return whole.manifest(central, device, stream)


async def _asked(gate: Gate, request: Request, expected: type[T], work: Callable[[Device, T], object]) -> Response:
    """Answer a device's message: who it is comes first, what it says second."""
    body = await request.body()
    return await _told(gate, request, lambda device: work(device, wire.decode(body, expected, encoding="")))


async def _told(gate: Gate, request: Request, work: Callable[[Device], object]) -> Response:
    """Answer a device with what the work gives."""
    return await _answer(request, _work(gate, request, work))


def _work(gate: Gate, request: Request, work: Callable[[Device], T]) -> Callable[[], T]:
    """Return the work with the question before it who asks, and whether the device has not too much at work already."""
    shown = _presented(request)

    def done() -> T:
        device = gate.device(shown)
        with gate.at_work(device):
            return work(device)

    return done


def exchanged(central: Central, gate: Gate, took: Callable[[Pushed], None], request: Request, body: bytes) -> bytes:
    """Do what an exchange asks for and return the answer as it travels. ``took`` is told of a batch that was taken.

    Raises:
        EstafetteError: the request is refused.
    """
    reply = _exchanged(central, gate, _presented(request), body)
    if reply.push is not None:
        took(reply.push)
    answer = described.encode(reply)
    return wire.compress(answer) if len(answer) >= _COMPRESS_FROM_BYTES else answer


def _exchanged(central: Central, gate: Gate, shown: Presented, body: bytes) -> ExchangeReply:
    device = gate.caller(shown)
    with gate.at_work(device):
        request = wire.decode(body, Exchange, encoding="")
        try:
            return syncing.exchange(central, device, request)
        except NotPermittedError:
            # It may have been revoked, or closed, since it was last looked up.
            now = gate.again(device)
            if not now.closed or device.closed:
                raise
            return syncing.exchange(central, now, request)


def health_router(central: Central) -> APIRouter:
    """Return the two questions that a supervisor of processes asks."""
    routes = APIRouter()

    @routes.head("/healthz", include_in_schema=False)
    @routes.get("/healthz", **described.HEALTH)
    async def healthz() -> Response:
        return Response(b'{"status":"ok"}', media_type=wire.JSON_TYPE)

    @routes.get("/readyz", **described.READY)
    def readyz() -> Response:
        readiness.check(central)
        return Response(b'{"status":"ready"}', media_type=wire.JSON_TYPE)

    return routes


async def _message(request: Request, expected: type[T]) -> T:
    return wire.decode(await request.body(), expected, encoding="")


async def _answer(request: Request, work: Callable[[], object]) -> Response:
    """Do the work in the thread pool and write its answer there too: encoding a full page takes milliseconds."""
    headers = request.headers
    accepts = "zstd" in headers.get("accept-encoding", "") or headers.get("authorization", "").startswith(SCHEME)
    return await run_in_threadpool(lambda: _encoded(work(), accepts))


def _encoded(message: object, accepts_zstd: bool) -> Response:
    body = described.encode(message)
    if accepts_zstd and len(body) >= _COMPRESS_FROM_BYTES:
        headers = {"Content-Encoding": wire.ENCODING, "Vary": "Accept-Encoding"}
        return Response(wire.compress(body), headers=headers, media_type=wire.JSON_TYPE)
    return Response(body, headers={"Vary": "Accept-Encoding"}, media_type=wire.JSON_TYPE)


def _presented(request: Request) -> Presented:
    headers = request.headers
    for name in ("authorization", "dpop"):
        if len(headers.getlist(name)) > 1:
            raise InputError("wire.malformed", reason=name)
    scope = request.scope
    query = scope["query_string"]
    target = (scope["raw_path"] + b"?" + query if query else scope["raw_path"]).decode("latin-1")
    shown = headers.get("authorization", ""), headers.get("dpop", "")
    return Presented(request.method, target, *shown, scope.get(SENT, b""))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _number(request: Request, name: str, default: float) -> float:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise InputError("request.invalid", field=name)
    return float(text)


def _digits(text: str, field: str, limit: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= limit):
        raise InputError("request.invalid", field=field)
    return int(text)


def _news(central: Central, device: Device, head: int) -> Head:
    with central.transaction(device.tenant) as connection:
        return Head(head, offer_fingerprint(published.offered(connection, device.tenant)))


def _list(central: Central, device: Device) -> ProcedureList:
    with central.transaction(device.tenant) as connection:
        found = published.procedures(connection, device.tenant)
    return ProcedureList([ProcedureSummary(row.id, row.version, row.bytes) for row in found])


def _bundle(central: Central, gate: Gate, shown: Presented, procedure: str, version: str) -> bytes:
    device = gate.device(shown)
    with central.transaction(device.tenant) as connection:
        data = published.procedure_bundle(connection, device.tenant, procedure, version)
    if data is None:
        raise RejectedError("procedure.unknown")
    return data
