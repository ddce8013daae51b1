"""What goes wrong between a client and the service, as a transport around any other: in memory or over real HTTP."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from enum import Enum, auto

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.errors import NetworkFault
from cases.events import body_bytes
from sync import wire
from sync.columns import pack_page, unpack_page
from sync.messages import ExchangeReply, PageEvents, receipt_bytes
from sync.signing import SIGNATURE_HEADER
from sync.transport import ANSWER_TIMEOUT_S, CUT, UNREACHABLE, Response, Transport, own_answer


class Fault(Enum):
    """What goes wrong with one request."""

    UNREACHABLE = auto()
    """It never arrives."""
    REPLY_LOST = auto()
    """The service does it, the answer is lost."""
    TWICE = auto()
    """It arrives twice; the first answer is the one that comes back."""
    PORTAL = auto()
    """Something else answers: HTML with status 200."""
    PORTAL_JSON = auto()
    """Something else answers 200 with JSON of its own."""
    REDIRECT = auto()
    EMPTY = auto()
    """Something answers 204."""
    SERVICE_ERROR = auto()
    """The service itself fails, with status 500."""
    GATEWAY = auto()
    """A proxy says that the service is down."""
    CUT = auto()
    """The service does it, half of the answer arrives."""
    BROKEN = auto()
    """The service does it, the line breaks in the middle of the answer."""
    FORGED_RECEIPT = auto()
    """Something on the way puts a receipt signed by its own key into the answer."""
    ALTERED_PAGE = auto()
    """Something on the way changes the events of the answer."""
    UNSIGNED = auto()
    """Something on the way takes the answer's signature off."""


_HTML = {"content-type": "text/html"}
_PORTAL_PAGE = b"<html><body>Bienvenue, acceptez les conditions</body></html>"
_INSTEAD = {
    Fault.PORTAL: Response(200, _HTML, _PORTAL_PAGE),
    Fault.PORTAL_JSON: Response(200, {"content-type": "application/json"}, b'{"verdicts":[]}'),
    Fault.REDIRECT: Response(302, {"location": "http://portail.example/"}, b""),
    Fault.EMPTY: Response(204, {}, b""),
    Fault.GATEWAY: Response(502, _HTML, b"<html>Bad gateway</html>"),
    Fault.SERVICE_ERROR: Response(500, {wire.SERVICE_HEADER.lower(): wire.SERVICE_VALUE}, b""),
}
NEVER_ANSWERED = (*_INSTEAD, Fault.UNREACHABLE)
"""Faults in which the service did nothing."""


class Faults:
    """What will go wrong, in order. ``always`` holds for every request until it is set back to None."""

    def __init__(self) -> None:
        self._next: deque[tuple[Fault | None, str]] = deque()
        self._held: tuple[threading.Event, threading.Event] | None = None
        self.always: Fault | None = None

    def add(self, *faults: Fault | None, path: str = "") -> None:
        """Queue faults (None: nothing) for the next requests to paths that end so; other paths are spared meanwhile."""
        self._next.extend((fault, path) for fault in faults)

    def hold(self, asked: threading.Event, release: threading.Event) -> None:
        """Let the next request set ``asked`` and hang until ``release``, deaf to being closed, as a name look-up is."""
        self._held = (asked, release)

    def take(self, path: str) -> Fault | None:
        """Return what goes wrong with this request."""
        if self._held is not None:
            (asked, release), self._held = self._held, None
            asked.set()
            release.wait(60)
        if self._next and path.endswith(self._next[0][1]):
            return self._next.popleft()[0]
        return self.always

    @property
    def left(self) -> int:
        return len(self._next)


class FaultyTransport:
    """Another transport with faults."""

    def __init__(self, inner: Transport, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        fault = self._faults.take(path.split("?")[0])
        if fault in _INSTEAD:
            return own_answer(_INSTEAD[fault])
        if fault is Fault.UNREACHABLE:
            raise NetworkFault(UNREACHABLE, reached=False)
        response = self._inner.request(method, path, body, headers, timeout_s=timeout_s)
        if fault is Fault.REPLY_LOST:
            raise NetworkFault(UNREACHABLE)
        if fault is Fault.BROKEN:
            broken = NetworkFault(CUT)
            broken.received = response.body[: len(response.body) // 2]
            raise broken
        if fault is Fault.TWICE:
            self._inner.request(method, path, body, headers, timeout_s=timeout_s)
        return _spoilt(response, fault)

    def close(self) -> None:
        self._inner.close()


def _spoilt(response: Response, fault: Fault | None) -> Response:
    if fault is Fault.CUT:
        return Response(response.status, response.headers, response.body[: len(response.body) // 2])
    if fault is Fault.FORGED_RECEIPT and response.status == 200:
        return _replaced(response, _forged(_decoded(response)))
    if fault is Fault.ALTERED_PAGE and response.status == 200:
        return _replaced(response, _altered(_decoded(response)))
    if fault is Fault.UNSIGNED:
        mark = {wire.SERVICE_HEADER.lower(): wire.SERVICE_VALUE}
        kept = {name: text for name, text in response.headers.items() if name != SIGNATURE_HEADER.lower()}
        return Response(response.status, {**kept, **mark}, response.body)
    return response


def _decoded(response: Response) -> ExchangeReply:
    return wire.decode(response.body, ExchangeReply, encoding=response.headers.get("content-encoding", ""))


def _replaced(response: Response, message: object) -> Response:
    return Response(response.status, {**response.headers, "content-encoding": wire.ENCODING}, wire.encode(message))


def _forged(reply: ExchangeReply) -> ExchangeReply:
    if reply.push is None:
        return reply
    receipt = reply.push.receipt
    signature = Ed25519PrivateKey.generate().sign(receipt_bytes(receipt)).hex()
    push = msgspec.structs.replace(reply.push, receipt=msgspec.structs.replace(receipt, signature=signature))
    return msgspec.structs.replace(reply, push=push)


def _altered(reply: ExchangeReply) -> ExchangeReply:
    streams = {
        stream: msgspec.structs.replace(news, events=None if news.events is None else _other_bodies(news.events))
        for stream, news in reply.streams.items()
    }
    return msgspec.structs.replace(reply, streams=streams)


def _other_bodies(page: PageEvents) -> PageEvents:
    rows = [row._replace(body=body_bytes({"text": "autre"}), fields=None) for row in unpack_page(page)]
    other = pack_page(rows)
    assert other is not None
    return other
