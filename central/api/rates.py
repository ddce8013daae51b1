"""How often a device may ask: a bucket each, in this process alone. A program gone wild slows down itself alone.

Several processes each have their own buckets, so that n of them let n times as much through: what counts is that no
device holds a share of the service that others need, and that the check costs no journey.
"""

from __future__ import annotations

import math
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from cases.clock import Clock
from cases.errors import NotPermittedError

TOO_MANY = "request.too_many"
BURST_S = 20.0
"""So many seconds' worth may come at once: a device that comes back from weeks away has much to ask."""
DEVICES_MAX = 100_000
AT_WORK_MAX = 4
"""Requests of one device at work at a time. A client has one under way, one more when somebody opens a case, and those
whose answers were lost; what waits for one lock holds a connection each, and the others' are soon gone."""
AT_WORK_RETRY_S = 1


class Rates:
    """The buckets. Any thread: two that take from one bucket at the same instant may both take its last drop.

    Args:
        clock: its monotonic time fills the buckets.
        per_second: what each is filled with; 0 for no limit. It holds ``BURST_S`` seconds of that.
    """

    def __init__(self, clock: Clock, *, per_second: float) -> None:
        self._clock = clock
        self._per_second = per_second
        self._burst = max(1.0, per_second * BURST_S)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, device: str) -> None:
        """Take one request of a device.

        Raises:
            NotPermittedError: ``request.too_many`` with ``retry_s``.
        """
        if not self._per_second:
            return
        now_s = self._clock.monotonic_s()
        found = self._buckets.get(device)
        if found is None:
            if len(self._buckets) >= DEVICES_MAX:
                self._buckets.popitem(last=False)
            self._buckets[device] = (self._burst - 1, now_s)
            return
        held, then_s = found
        held = min(self._burst, held + (now_s - then_s) * self._per_second)
        if held < 1:
            raise NotPermittedError(TOO_MANY, retry_s=max(1, math.ceil((1 - held) / self._per_second)))
        self._buckets[device] = (held - 1, now_s)


class Places:
    """How many requests of each device are at work, in this process. Any thread."""

    def __init__(self, each: int = AT_WORK_MAX) -> None:
        self._each = each
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def held(self, device: str) -> Iterator[None]:
        """Hold one of a device's places.

        Raises:
            NotPermittedError: ``request.too_many`` with ``retry_s``: all of them are taken.
        """
        with self._lock:
            if self._taken[device] >= self._each:
                raise NotPermittedError(TOO_MANY, retry_s=AT_WORK_RETRY_S)
            self._taken[device] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[device] -= 1
                if not self._taken[device]:
                    del self._taken[device]
