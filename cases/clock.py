"""Time, given from outside. Wall time is never trusted for order (DESIGN invariant 4)."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, tzinfo
from typing import Protocol

AHEAD_MS_MAX = 10 * 60_000
"""Readings further ahead of central's time than this came from a clock that had jumped."""
CLOCK_OFF_MS = 10 * 60_000
"""A clock further off central's than this is to be set right, and a person is told."""
EARLIEST_MS = 0
LATEST_MS = 7_258_032_000_000
"""The last day of 2199: no clock, of this machine or of another, is believed beyond it."""


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


def believable(time_ms: int) -> bool:
    """Say whether a time can be that of an act: between 1970 and 2200."""
    return EARLIEST_MS <= time_ms <= LATEST_MS


def moment(time_ms: int, zone: tzinfo | None) -> datetime:
    """Return a time (milliseconds since the Unix epoch, UTC) in a zone, the machine's own for None. Never raises.

    A time outside 1970 to 2200 becomes the nearer end: ask ``believable`` before it is said in words.
    """
    nearest_ms = min(max(time_ms, EARLIEST_MS), LATEST_MS)
    return datetime.fromtimestamp(nearest_ms / 1000, UTC).astimezone(zone)


class HybridClock:
    """A clock that does not repeat: physical time, corrected to central's at each contact.

    Any thread. A reading is ``max(physical + correction, last + 1)`` in milliseconds since the Unix epoch, UTC. It goes
    back once only: at a contact that shows that it had run away (``AHEAD_MS_MAX``), so that one jump of the machine's
    clock does not set the time for ever. Within a device the order is that of the numbers, never of times.
    """

    def __init__(self, clock: Clock, *, last_ms: int = 0, correction_ms: int = 0) -> None:
        self._clock = clock
        self._last_ms = last_ms
        self._lock = threading.Lock()
        self.correction_ms = correction_ms

    def read(self) -> int:
        """Return the next reading, greater than the last one."""
        with self._lock:
            physical_ms = min(max(self._clock.now_ms() + self.correction_ms, EARLIEST_MS), LATEST_MS)
            self._last_ms = max(physical_ms, self._last_ms + 1)
            return self._last_ms

    @property
    def last_ms(self) -> int:
        """The last reading; less than that after a contact which showed that it had run away."""
        return self._last_ms

    def contact(self, central_ms: int) -> None:
        """Learn central's time at a contact, and so this machine's error. A time that is none is not learnt."""
        if not believable(central_ms):
            return
        with self._lock:
            self.correction_ms = central_ms - self._clock.now_ms()
            if self._last_ms > central_ms + AHEAD_MS_MAX:
                self._last_ms = central_ms
