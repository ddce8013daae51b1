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
from sync.messages import Page, PushReply, receipt_bytes
from sync.transport import ANSWER_TIMEOUT_S, UNREACHABLE, Response, Transport, own_answer


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
    FORGED_RECEIPT = auto()
    """A receipt signed by somebody else's key."""
    ALTERED_PAGE = auto()
    """A pulled body is not what its device wrote."""


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
        if fault is Fault.TWICE:
            self._inner.request(method, path, body, headers, timeout_s=timeout_s)
        return _spoilt(response, fault)

    def close(self) -> None:
        self._inner.close()


def _spoilt(response: Response, fault: Fault | None) -> Response:
    if fault is Fault.CUT:
        return Response(response.status, response.headers, response.body[: len(response.body) // 2])
    if fault is Fault.FORGED_RECEIPT and response.status == 200:
        return _replaced(response, _forged(wire.decode(response.body, PushReply)))
    if fault is Fault.ALTERED_PAGE and response.status == 200:
        return _replaced(response, _altered(wire.decode(response.body, Page)))
    return response


def _replaced(response: Response, message: object) -> Response:
    return Response(response.status, {**response.headers, "content-encoding": wire.ENCODING}, wire.encode(message))


def _forged(reply: PushReply) -> PushReply:
    signature = Ed25519PrivateKey.generate().sign(receipt_bytes(reply.receipt)).hex()
    return msgspec.structs.replace(reply, receipt=msgspec.structs.replace(reply.receipt, signature=signature))


def _altered(page: Page) -> Page:
    events = {
        stream: [msgspec.structs.replace(event, body=msgspec.Raw(body_bytes({"text": "autre"}))) for event in found]
        for stream, found in page.events.items()
    }
    return msgspec.structs.replace(page, events=events)
