"""Arrays as parameters in PostgreSQL's binary form, written at once: the driver's way costs more."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    from central.database.client import Connection

_TEXT, _TEXTS = 25, 1009
_BIGINT, _BIGINTS = 20, 1016
_INTEGER, _INTEGERS = 23, 1007
_BYTEA, _BYTEAS = 17, 1001
_HEAD = struct.Struct(">iiIii")
_EMPTY = struct.Struct(">iiI")
_SIZE = struct.Struct(">i").pack
_NULL = _SIZE(-1)
_SHORT_MAX = 128
_SHORT = tuple(_SIZE(size) for size in range(_SHORT_MAX))


class Array:
    """A one-dimensional array, ready to be sent: ``data``."""

    __slots__ = ("data",)
    element: ClassVar[int] = 0

    def __init__(self, count: int, nulls: bool, parts: Iterable[bytes]) -> None:
        head = _HEAD.pack(1, nulls, self.element, count, 1) if count else _EMPTY.pack(0, 0, self.element)
        self.data = b"".join((head, *parts))


class Texts(Array):
    """``text[]``."""

    __slots__ = ()
    element = _TEXT

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__(len(values), False, (_texts(values),))


class Bytes(Array):
    """``bytea[]``; None is null."""

    __slots__ = ()
    element = _BYTEA

    def __init__(self, values: Sequence[bytes | None]) -> None:
        parts: list[bytes] = []
        for value in values:
            if value is None:
                parts.append(_NULL)
            else:
                size = len(value)
                parts += (_SHORT[size] if size < _SHORT_MAX else _SIZE(size), value)
        super().__init__(len(values), None in values, parts)


def _texts(values: Sequence[str]) -> bytes:
    """Return each text behind its size."""
    if values and set(map(len, values)) == {size := len(values[0])} and size < _SHORT_MAX:
        # All as long as the first, as identities and hashes are: written at once, if sizes are those of the bytes too.
        mark = chr(size).rjust(4, "\x00")
        joined = mark + mark.join(values)
        if joined.isascii():
            return joined.encode()
    # Many columns say the same few words again and again.
    known: dict[str, bytes] = {}
    parts: list[bytes] = []
    for value in values:
        part = known.get(value)
        if part is None:
            data = value.encode()
            part = known[value] = _SIZE(len(data)) + data
        parts.append(part)
    return b"".join(parts)


class Bigints(Array):
    """``bigint[]``; None is null."""

    __slots__ = ()
    element = _BIGINT

    def __init__(self, values: Sequence[int | None]) -> None:
        nulls = None in values
        if nulls:
            one = struct.Struct(">iq").pack
            parts = [_NULL if value is None else one(8, value) for value in values]
        else:
            flat = [8] * (2 * len(values))
            flat[1::2] = values  # type: ignore[assignment]  # without a null, as was just seen
            parts = [struct.pack(">" + "iq" * len(values), *flat)]
        super().__init__(len(values), nulls, parts)


class Integers(Array):
    """``integer[]``."""

    __slots__ = ()
    element = _INTEGER

    def __init__(self, values: Sequence[int]) -> None:
        flat = [4] * (2 * len(values))
        flat[1::2] = values
        super().__init__(len(values), False, [struct.pack(">" + "ii" * len(values), *flat)])


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer:
        return obj.data


class _TextsDumper(_ArrayDumper):
    oid = _TEXTS


class _BytesDumper(_ArrayDumper):
    oid = _BYTEAS


class _BigintsDumper(_ArrayDumper):
    oid = _BIGINTS


class _IntegersDumper(_ArrayDumper):
    oid = _INTEGERS


def register(connection: Connection) -> None:
    """Let a connection take these as parameters."""
    adapters = connection.adapters
    adapters.register_dumper(Texts, _TextsDumper)
    adapters.register_dumper(Bytes, _BytesDumper)
    adapters.register_dumper(Bigints, _BigintsDumper)
    adapters.register_dumper(Integers, _IntegersDumper)
