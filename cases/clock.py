"""Time, given from outside. Wall time is never trusted for order (DESIGN invariant 4)."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Wall and monotonic time of one machine."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC, as this machine believes."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only grow; the origin means nothing."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()


class HybridClock:
    """A clock that never goes back and never repeats: physical time, corrected to central's at each contact.

    Any thread. A reading is ``max(physical + correction, last + 1)`` in milliseconds since the Unix epoch, UTC.
    """

    def __init__(self, clock: Clock, *, last_ms: int = 0, correction_ms: int = 0) -> None:
        self._clock = clock
        self._last_ms = last_ms
        self._lock = threading.Lock()
        self.correction_ms = correction_ms

    def read(self) -> int:
        """Return the next reading, greater than every reading given and every time seen before."""
        with self._lock:
            self._last_ms = max(self._clock.now_ms() + self.correction_ms, self._last_ms + 1)
            return self._last_ms

    def contact(self, central_ms: int) -> None:
        """Learn central's time at a contact, and so this machine's error."""
        with self._lock:
            self.correction_ms = central_ms - self._clock.now_ms()
