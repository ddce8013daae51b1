"""Time and chance of a simulated world: everything follows from its seed."""

from __future__ import annotations

import random
from typing import TypeVar

T = TypeVar("T")

START_MS = 1_790_000_000_000
YEAR_MS = 365 * 86_400_000


class WorldClock:
    """True time. It moves only when the world says so."""

    def __init__(self) -> None:
        self.time_ms = START_MS
        self.elapsed_s = 0.0

    def now_ms(self) -> int:
        return self.time_ms

    def monotonic_s(self) -> float:
        return self.elapsed_s

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.time_ms += round(seconds * 1000)
        self.elapsed_s += seconds


class MachineClock:
    """What one machine believes: true time, wrong by ``offset_ms``."""

    def __init__(self, world: WorldClock, offset_ms: int = 0) -> None:
        self._world = world
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        return max(0, self._world.time_ms + self.offset_ms)

    def monotonic_s(self) -> float:
        return self._world.elapsed_s


class Chance:
    """Randomness of one part of the world; also a ``cases.ids.Randomness``."""

    def __init__(self, seed: int, part: str) -> None:
        self._random = random.Random(f"{seed}/{part}")

    def token(self, size: int) -> bytes:
        return self._random.randbytes(size)

    def happens(self, share: float) -> bool:
        """Say yes in this share of the questions."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """Return a number, both ends included."""
        return self._random.randint(low, high)

    def one(self, choices: list[T]) -> T:
        """Return one of the choices."""
        return self._random.choice(choices)

    def weighted(self, choices: dict[T, int]) -> T:
        """Return one of the choices, as often as its weight says."""
        return self._random.choices(list(choices), list(choices.values()))[0]

    def some(self, choices: list[T]) -> list[T]:
        """Return a part of the choices, maybe none, maybe all."""
        return self._random.sample(choices, self._random.randint(0, len(choices)))

    def shuffled(self, items: list[T]) -> list[T]:
        return self._random.sample(items, len(items))
