"""Rows as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString, TypeVar

from central.database.client import Connection

T = TypeVar("T")
Arguments = Sequence[Any] | Mapping[str, Any]


def rows(connection: Connection, shape: type[T], query: LiteralString, arguments: Arguments = ()) -> list[T]:
    """Return what a query finds, each row given to ``shape`` by position."""
    return [shape(*row) for row in connection.execute(query, arguments).fetchall()]


def row(connection: Connection, shape: type[T], query: LiteralString, arguments: Arguments = ()) -> T | None:
    """Return the one row that a query finds, None when there is none."""
    found = connection.execute(query, arguments).fetchone()
    return shape(*found) if found is not None else None
