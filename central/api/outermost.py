"""The outermost edge of every request: our mark on each answer, and no failure that leaves without one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.api.problems import UNEXPECTED, is_api
from central.logs import place_of
from sync.signing import SIGNATURE_HEADER, mark_of, sign_answer
from sync.wire import JSON_TYPE, SERVICE_HEADER, SERVICE_VALUE

log = logging.getLogger("estafette.central.requests")

_SIGNATURE = SIGNATURE_HEADER.lower().encode()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any other word in its place is the asker's own, and no business of a log."""
ErrorAnswer = Callable[[Request, int, str], Response]


class Outermost:
    """ASGI middleware: marks answers, signs those to devices, turns bugs into an answer and a log line.

    An answer to a signed request is bound to it by the service's key, errors included; it then carries no header that
    its signature says already.

    The log names the route's pattern, never the address (it may hold a tracking code), and the place of a bug, never
    the exception's words (they may hold what a person typed).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        nonce: Callable[[], str],
        key: Callable[[], Ed25519PrivateKey],
        error_answer: ErrorAnswer,
        answered: Callable[[str, str, int, float], None] = lambda _method, _route, _status, _seconds: None,
    ) -> None:
        self._app = app
        self._nonce = nonce
        self._key = key
        self._error_answer = error_answer
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0
        mark = _mark_of(scope)
        begun: Message = {}
        pieces: list[bytes] = []

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._mark(scope, MutableHeaders(scope=message), signed=bool(mark))
                if mark:
                    begun.update(message)
                    return
            elif mark and message["type"] == "http.response.body":
                pieces.append(message.get("body", b""))
                if message.get("more_body", False):
                    return
                body = b"".join(pieces)
                signature = sign_answer(self._key(), mark, status, body)
                begun["headers"].append((_SIGNATURE, signature.encode()))
                await send(begun)
                await send({"type": "http.response.body", "body": body})
                return
            await send(message)

        try:
            await self._app(scope, receive, marked)
        except Exception as error:  # the outermost edge: a bug must not reach the server's own log with its words
            log.error("bug", extra={"fields": {"kind": type(error).__name__, "at": place_of(error)}})
            if not status:
                await self._error_answer(Request(scope), 500, UNEXPECTED)(scope, receive, marked)
        route = getattr(scope.get("route"), "path", "-")
        elapsed_s = time.perf_counter() - started
        method = scope["method"] if scope["method"] in _METHODS else "-"
        self._answered(method, route, status, elapsed_s)
        fields = {"method": method, "route": route, "status": status, "ms": round(elapsed_s * 1000, 1)}
        log.info("request", extra={"fields": fields})

    def _mark(self, scope: Scope, headers: MutableHeaders, *, signed: bool) -> None:
        if signed and b"dpop" not in dict(scope["headers"]):
            for name in ("vary", "cache-control"):
                if name in headers:
                    del headers[name]
            if headers.get("content-type") == JSON_TYPE:
                del headers["content-type"]
            return
        headers[SERVICE_HEADER] = SERVICE_VALUE
        headers["X-Content-Type-Options"] = "nosniff"
        if is_api(scope["path"]):
            headers["DPoP-Nonce"] = self._nonce()
            headers.setdefault("Cache-Control", "no-store")


def _mark_of(scope: Scope) -> str:
    """Return what the answer's signature is bound to; empty for a request that asks for none.

    One that shows a header twice gets none: checked by the one and bound to the other, an answer to its own request
    could be passed on to somebody else as the answer to theirs.
    """
    if not scope["path"].startswith(("/api/", "/oauth/")):
        return ""
    asked = b"dpop" if scope["path"].startswith("/oauth/") else b"authorization"
    shown = [value.decode("latin-1") for name, value in scope["headers"] if name == asked]
    return mark_of({asked.decode(): shown[0]}) if len(shown) == 1 else ""
