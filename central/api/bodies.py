"""Reads request bodies under a hard cap, decompressing them in bounded pieces: a compressed body can be an attack."""

from __future__ import annotations

import asyncio
import io
import zlib
from collections.abc import Callable

import zstandard
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cases.errors import EstafetteError, InputError
from central.api.problems import problem_of
from sync import wire
from sync.messages import API, REQUEST_BYTES_MAX

ANONYMOUS_BYTES_MAX = 64 * 1024
"""For whoever has not shown who they are: a device's name, a passphrase, a tracking code."""
PAGE_BYTES_MAX = 128 * 1024
"""For what a signed-in supervisor writes: the longest reasons, each sign as three escapes."""
BUNDLE_PATH = "/console/cle-usb"
"""Where a signed-in supervisor hands in what a USB stick brought."""
QUERY_BYTES_MAX = 2048
PIECE_WAIT_S = 30.0
BODY_WAIT_S = 600.0
"""A bad line is slow; who sends nothing, or a byte now and then for ever, holds a place that others need."""
SENT = "estafette.sent"
"""Key of the scope: the body as it travelled, which a signature covers."""
_LARGE = tuple(f"{API}/{name}" for name in ("sync", "envelopes"))
_WINDOW_BYTES_MAX = 8 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class ClientGone(Exception):
    """The client closed before its body was whole: there is nobody to answer."""


class BoundedBodies:
    """ASGI middleware: handlers see whole, decompressed bodies of at most ``limit`` bytes, less where less is due.

    Args:
        answer: gives what is said of a refused request: a problem for machines, a page for people.
    """

    def __init__(
        self,
        app: ASGIApp,
        answer: Callable[[Request, EstafetteError], Response] = lambda _request, error: problem_of(error),
        limit: int = REQUEST_BYTES_MAX,
    ) -> None:
        self._app = app
        self._answer = answer
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if len(scope["query_string"]) > QUERY_BYTES_MAX:
            refusal = InputError("wire.too_large", limit=QUERY_BYTES_MAX)
            await self._answer(Request(scope), refusal)(scope, receive, send)
            return
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = min(self._limit, body_limit(scope["path"], headers))
        try:
            sent = await _read(headers, receive, limit)
            body = decoded(sent, headers.get("content-encoding", ""), limit)
        except ClientGone:
            return
        except InputError as error:
            answer = self._answer(Request(scope), error)
            # The rest of a body that was not read must not be taken for a next request.
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        kept = [pair for pair in scope["headers"] if pair[0] not in (b"content-encoding", b"content-length")]
        kept.append((b"content-length", str(len(body)).encode()))
        inner = {**scope, "headers": kept, SENT: sent}
        try:
            await self._app(inner, _replay(body, receive), send)
        finally:
            # What the log and the figures call the request by is found further in.
            if "route" in inner:
                scope["route"] = inner["route"]


def body_limit(path: str, headers: Headers) -> int:
    """Return how large a body may be, by what can be known before anything of it is read."""
    if path in _LARGE and "authorization" in headers:
        return REQUEST_BYTES_MAX
    if path.startswith(("/console/dossiers/", "/console/attente/")) and "cookie" in headers:
        return PAGE_BYTES_MAX
    if path == BUNDLE_PATH and "cookie" in headers:
        return REQUEST_BYTES_MAX
    return ANONYMOUS_BYTES_MAX


async def _read(headers: Headers, receive: Receive, limit: int) -> bytes:
    """Return the body as it came.

    Raises:
        InputError: ``wire.too_large``, ``wire.too_slow``.
        ClientGone: it closed before the end.
    """
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise InputError("wire.too_large", limit=limit)
    pieces: list[bytes] = []
    size = 0
    more = True
    loop = asyncio.get_running_loop()
    deadline = loop.time() + BODY_WAIT_S
    while more:
        try:
            async with asyncio.timeout_at(min(deadline, loop.time() + PIECE_WAIT_S)):
                message = await receive()
        except TimeoutError as error:
            raise InputError("wire.too_slow") from error
        if message["type"] == "http.disconnect":
            raise ClientGone
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise InputError("wire.too_large", limit=limit)
        more = message.get("more_body", False)
    return b"".join(pieces)


def decoded(data: bytes, encoding: str, limit: int) -> bytes:
    """Return what a body holds, taking never much more memory than ``limit``.

    Raises:
        InputError: ``wire.too_large``, ``wire.malformed``, ``wire.encoding``.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return data
    if name == "zstd":
        return _within(_zstd(data, limit + 1), limit)
    if name == "gzip":
        return _within(_gzip(data, limit + 1), limit)
    raise InputError("wire.encoding")


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise InputError("wire.too_large", limit=limit)
    return data


def _zstd(data: bytes, size: int) -> bytes:
    try:
        named = zstandard.get_frame_parameters(data).content_size
        if named < size:
            # Said to be within the limit, and held to it: nearly every body.
            return wire.decompress(data, limit=size)
        reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES_MAX).stream_reader(io.BytesIO(data))
        plain = reader.read(size)
    except zstandard.ZstdError as error:
        raise InputError("wire.malformed", reason="zstd") from error
    # A cut frame just ends early here: the length that it names tells.
    if named != zstandard.CONTENTSIZE_UNKNOWN and len(plain) < min(named, size):
        raise InputError("wire.malformed", reason="zstd")
    return plain


def _gzip(data: bytes, size: int) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    try:
        plain = inflater.decompress(data, size)
    except zlib.error as error:
        raise InputError("wire.malformed", reason="gzip") from error
    if len(plain) < size and not inflater.eof:
        raise InputError("wire.malformed", reason="gzip")
    return plain


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives the body once and then what the server says (the disconnect)."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
