"""The exchange's own way in: what almost every request asks for does not pass through routing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cases.errors import EstafetteError

PATH = "/api/v1/sync"
Work = Callable[[Request, bytes], bytes]
"""Does what an exchange asks for and returns the answer, one zstd frame or plain; EstafetteError for a refusal."""


class _Named(NamedTuple):
    """What the log calls the route."""

    path: str


class Crossing:
    """ASGI: sends exchanges by a road of their own, everything else by the framework's."""

    def __init__(self, rest: ASGIApp, exchanges: ASGIApp) -> None:
        self._rest = rest
        self._exchanges = exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST"
        await (self._exchanges if exchange else self._rest)(scope, receive, send)


class ExchangeDoor:
    """ASGI middleware: answers POST /api/v1/sync, lets everything else pass.

    Args:
        work: runs in a thread of ours; may take as long as the database does.
        answer: gives what is said of a refused request.
        threads: exchanges at a time; more wait.
    """

    def __init__(
        self, app: ASGIApp, *, work: Work, answer: Callable[[Request, EstafetteError], Response], threads: int = 32
    ) -> None:
        self._app = app
        self._work = work
        self._answer = answer
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="exchange")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"] = _Named(PATH)
        request = Request(scope)
        body = (await receive())["body"]
        try:
            data = await asyncio.get_running_loop().run_in_executor(self._threads, self._work, request, body)
        except EstafetteError as error:
            await self._answer(request, error)(scope, receive, send)
            return
        headers = [(b"content-length", str(len(data)).encode())]
        if data[:4] == b"\x28\xb5\x2f\xfd":
            headers.append((b"content-encoding", b"zstd"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": data})
