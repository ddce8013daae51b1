"""Distances and areas on a sphere, that of ODK's clients, from ``latitude longitude [altitude [accuracy]]`` texts."""

from __future__ import annotations

import math
from collections.abc import Sequence

RADIUS_M = 6_378_100.0
Point = tuple[float, float]
"""Latitude, longitude in degrees."""


def point(text: str) -> Point | None:
    """Read one position; None when it is none."""
    parts = text.split()
    if not 2 <= len(parts) <= 4:
        return None
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def positions(texts: Sequence[str]) -> Sequence[str]:
    """The positions among ``texts``: one a text, or one text with ``;`` between them."""
    return [part for part in texts[0].split(";") if part.strip()] if len(texts) == 1 else texts


def trace(texts: Sequence[str]) -> list[Point] | None:
    """Read positions, as :func:`positions` gives them; None when any is none."""
    found = [point(text) for text in texts]
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) and known else None


def length(points: Sequence[Point]) -> float:
    """Metres along the points, to the centimetre."""
    return _centi(sum(_between(a, b) for a, b in zip(points, points[1:], strict=False)))


def _between(a: Point, b: Point) -> float:
    phi_a, phi_b = math.radians(a[0]), math.radians(b[0])
    cosine = math.sin(phi_a) * math.sin(phi_b) + math.cos(phi_a) * math.cos(phi_b) * math.cos(math.radians(a[1] - b[1]))
    # The sum of rounded products may leave the range of a cosine by a hair.
    return math.acos(max(-1.0, min(1.0, cosine))) * RADIUS_M


def area(points: Sequence[Point]) -> float:
    """Square metres inside the points, closed where they are not, to two decimals."""
    if len(points) < 3:
        return 0.0
    shape = list(points) if points[0] == points[-1] else [*points, points[0]]
    total = sum(
        math.radians(b[1] - a[1]) * (2 + math.sin(math.radians(b[0])) + math.sin(math.radians(a[0])))
        for a, b in zip(shape, shape[1:], strict=False)
    )
    return abs(_centi(total * RADIUS_M * RADIUS_M / 2))


def _centi(number: float) -> float:
    return math.floor(number * 100 + 0.5) / 100


def inside(where: Point, shape: Sequence[Point]) -> bool:
    """Whether ``where`` lies in a closed shape; False when the shape is not closed."""
    if len(shape) < 2 or shape[0] != shape[-1]:
        return False
    found = False
    latitude, longitude = where
    for (lat_a, lon_a), (lat_b, lon_b) in zip(shape, shape[1:], strict=False):
        if (lat_b > latitude) != (lat_a > latitude) and (
            longitude < (lon_a - lon_b) * (latitude - lat_b) / (lat_a - lat_b) + lon_b
        ):
            found = not found
    return found
