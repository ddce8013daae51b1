"""How long to wait before the next try, and how much to send then. Pure."""

from __future__ import annotations

from cases.ids import Randomness
from sync.messages import BATCH_EVENTS_MAX, EXCHANGE_EVENTS_MAX

FIRST_S = 1.0
LONGEST_S = 30.0
"""Short enough that the strip turns to "received" while the agent still looks; jitter spreads an office's machines."""


class Backoff:
    """Doubling waits with jitter: between half and all of the nominal wait, so that clients do not return together."""

    def __init__(self, randomness: Randomness, *, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> None:
        self._randomness = randomness
        self._first_s = first_s
        self._longest_s = longest_s
        self.failures = 0

    def failed(self, *, at_least_s: float = 0.0) -> float:
        """Count a failure and return the seconds to wait; ``at_least_s`` is what the service asked for."""
        nominal_s = min(self._longest_s, self._first_s * 2.0 ** min(self.failures, 30))
        self.failures += 1
        share = int.from_bytes(self._randomness.token(2), "big") / 0xFFFF
        return max(at_least_s, nominal_s * (0.5 + share / 2))

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self.failures = 0


class BatchSize:
    """How many events the next batch may hold: half after each failure, so that a poor line still gets some through."""

    def __init__(self, first: int = BATCH_EVENTS_MAX, largest: int = EXCHANGE_EVENTS_MAX) -> None:
        self._largest = largest
        self.events = first

    def failed(self) -> bool:
        """Shrink; false when one event is already all that is tried."""
        smaller = self.events > 1
        self.events = max(1, self.events // 2)
        return smaller

    def succeeded(self) -> None:
        """Grow: a line that carries a batch may carry twice as much."""
        self.events = min(self._largest, self.events * 2)
