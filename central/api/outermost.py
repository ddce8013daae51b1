"""The outermost edge of every request: our mark on each answer, and no failure that leaves without one."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.api.problems import UNEXPECTED, is_api
from sync.wire import SERVICE_HEADER, SERVICE_VALUE

log = logging.getLogger("estafette.central.requests")

ErrorAnswer = Callable[[Request, int, str], Response]


class Outermost:
    """ASGI middleware: marks answers, gives machines a fresh nonce, turns bugs into an answer and a log line.

    The log names the route's pattern, never the address (it may hold a tracking code), and the place of a bug, never
    the exception's words (they may hold what a person typed).
    """

    def __init__(self, app: ASGIApp, *, nonce: Callable[[], str], error_answer: ErrorAnswer) -> None:
        self._app = app
        self._nonce = nonce
        self._error_answer = error_answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._mark(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, receive, marked)
        except Exception as error:  # the outermost edge: a bug must not reach the server's own log with its words
            log.error("bug kind=%s at=%s", type(error).__name__, _place(error))
            if not status:
                await self._error_answer(Request(scope), 500, UNEXPECTED)(scope, receive, marked)
        route = getattr(scope.get("route"), "path", "-")
        elapsed_ms = (time.perf_counter() - started) * 1000
        log.info("%s %s status=%s ms=%.1f", scope["method"], route, status, elapsed_ms)

    def _mark(self, scope: Scope, headers: MutableHeaders) -> None:
        headers[SERVICE_HEADER] = SERVICE_VALUE
        headers["X-Content-Type-Options"] = "nosniff"
        if is_api(scope["path"]):
            headers["DPoP-Nonce"] = self._nonce()
            headers.setdefault("Cache-Control", "no-store")


def _place(error: BaseException) -> str:
    """Return where the exception was raised, innermost first: files and lines, no values."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
