"""Reads request bodies under a hard cap, decompressing them in bounded pieces: a compressed body can be an attack."""

from __future__ import annotations

import io
import zlib

import zstandard
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cases.errors import InputError
from central.api.problems import problem_of
from sync.messages import REQUEST_BYTES_MAX

_WINDOW_BYTES_MAX = 8 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class ClientGone(Exception):
    """The client closed before its body was whole: there is nobody to answer."""


class BoundedBodies:
    """ASGI middleware: handlers see whole, decompressed bodies of at most ``limit`` bytes."""

    def __init__(self, app: ASGIApp, limit: int = REQUEST_BYTES_MAX) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            body = await self._read(headers, receive)
        except ClientGone:
            return
        except InputError as error:
            await problem_of(error)(scope, receive, send)
            return
        kept = [pair for pair in scope["headers"] if pair[0] not in (b"content-encoding", b"content-length")]
        kept.append((b"content-length", str(len(body)).encode()))
        await self._app({**scope, "headers": kept}, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        """Return the decoded body; InputError past the limit or when it cannot be decoded."""
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > self._limit:
            raise InputError("wire.too_large", limit=self._limit)
        pieces: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self._limit:
                raise InputError("wire.too_large", limit=self._limit)
            more = message.get("more_body", False)
        return decoded(b"".join(pieces), headers.get("content-encoding", ""), self._limit)


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
