"""Messages to bytes and back: JSON compressed with zstd, read under a hard cap. Both ends use it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from cases import frames
from cases.errors import InputError
from sync.messages import REQUEST_BYTES_MAX

SERVICE_HEADER = "Estafette-Service"
"""On every answer of the central service; what answers without it is something else (a captive portal)."""
SERVICE_VALUE = "1"
ENCODING = "zstd"
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"

T = TypeVar("T")


_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


def _decoder(expected: type[T]) -> msgspec.json.Decoder[T]:
    """Return the decoder of a message, made once: there are as many as structs."""
    decoder: msgspec.json.Decoder[T] | None = _decoders.get(expected)
    if decoder is None:
        decoder = _decoders[expected] = msgspec.json.Decoder(expected)
    return decoder


compress = frames.compress


def decompress(data: bytes, *, limit: int = REQUEST_BYTES_MAX) -> bytes:
    """Return what one zstd frame holds. See ``cases.frames``."""
    return frames.decompress(data, limit=limit)


def encode(message: object) -> bytes:
    """Write a message for the wire: compact JSON in one zstd frame."""
    return compress(msgspec.json.encode(message))


def unwrapped(data: bytes, *, encoding: str, limit: int) -> bytes:
    """Return what a body holds. See ``decode``."""
    if encoding == ENCODING:
        return decompress(data, limit=limit)
    if encoding not in ("", "identity"):
        raise InputError("wire.encoding", encoding=encoding)
    if len(data) > limit:
        raise InputError("wire.too_large", limit=limit)
    return data


def decode(data: bytes, expected: type[T], *, encoding: str = ENCODING, limit: int = REQUEST_BYTES_MAX) -> T:
    """Read a message from the wire.

    Args:
        data: the body as it came.
        expected: one of the structs of ``sync.messages``.
        encoding: the ``Content-Encoding`` header: ``zstd``, or empty for plain JSON.
        limit: bytes after decompression.

    Raises:
        InputError: ``wire.too_large``, ``wire.malformed`` or ``wire.encoding`` (an encoding we do not speak).
    """
    data = unwrapped(data, encoding=encoding, limit=limit)
    try:
        return _decoder(expected).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("wire.malformed", reason="json") from error
