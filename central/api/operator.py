"""The operator's own address: figures, alive, ready; nothing else, and nothing of it on any other address."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cases.errors import EstafetteError
from central.api.problems import problem, problem_of
from central.metrics import CONTENT_TYPE

METRICS = "/metrics"


class OperatorDoor:
    """ASGI middleware: what comes in on ``port`` is the operator's and gets no farther; the rest passes.

    The port is that of the socket which the connection came in on, which no header can name.

    Args:
        port: of the operator's address.
        token: what a request must show as its bearer token; empty for nothing, on an address of this machine.
        figures: gives them as they travel; may take its time.
        ready: returns when ready, raises EstafetteError when not.
    """

    def __init__(
        self, app: ASGIApp, *, port: int, token: str, figures: Callable[[], bytes], ready: Callable[[], None]
    ) -> None:
        self._app = app
        self._port = port
        self._shown = f"Bearer {token}" if token else ""
        self._figures = figures
        self._ready = ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["server"] is None or scope["server"][1] != self._port:
            await self._app(scope, receive, send)
            return
        await (await self._answer(Request(scope)))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        shown = request.headers.get("authorization", "")
        if self._shown and not hmac.compare_digest(shown.encode(), self._shown.encode()):
            return problem(401, "operator.token")
        if request.method not in ("GET", "HEAD"):
            return problem(405, "http.method_not_allowed")
        if request.url.path == "/healthz":
            return Response(b'{"status":"ok"}', media_type="application/json")
        if request.url.path == "/readyz":
            try:
                await run_in_threadpool(self._ready)
            except EstafetteError as error:
                return problem_of(error)
            return Response(b'{"status":"ready"}', media_type="application/json")
        if request.url.path == METRICS:
            return Response(await run_in_threadpool(self._figures), media_type=CONTENT_TYPE)
        return problem(404, "http.not_found")
