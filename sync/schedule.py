"""When the next round is due: one condition that every reason to make one goes through. No thread sleeps blindly."""

from __future__ import annotations

import threading
from enum import Enum

from cases.clock import Clock


class Reason(Enum):
    """Why a round is due: something asks for one, or a commit may have left something to send."""

    WANTED = "wanted"
    COMMIT = "commit"


class Schedule:
    """Reasons in, turns out. Any thread.

    Args:
        clock: its monotonic time says when a retry is due.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._wanted = False
        self._committed = False
        self._retry_at_s: float | None = None
        self._waits_for_person = False
        self._connected = False
        self._closed = False

    @property
    def closed(self) -> bool:
        with self._changed:
            return self._closed

    def close(self) -> None:
        """End every wait; final."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def want(self) -> None:
        """Ask for a round now, whatever was planned."""
        with self._changed:
            self._wanted = True
            self._changed.notify_all()

    def committed(self) -> None:
        """Say that something was committed; it does not shorten the wait after a failure."""
        with self._changed:
            self._committed = True
            self._changed.notify_all()

    def succeeded(self) -> None:
        """A whole round was made."""
        with self._changed:
            self._retry_at_s = None
            self._waits_for_person = False
            self._connected = True
            self._changed.notify_all()

    def failed(self, wait_s: float | None) -> None:
        """Plan the next try after ``wait_s`` seconds; None: only when somebody asks."""
        with self._changed:
            self._retry_at_s = None if wait_s is None else self._clock.monotonic_s() + wait_s
            self._waits_for_person = wait_s is None
            self._wanted = self._wanted and not self._waits_for_person
            self._connected = False
            self._changed.notify_all()

    def retry_s(self) -> float | None:
        """Return the seconds until the planned try; None when none is planned."""
        with self._changed:
            return self._remaining_s()

    def next_reason(self) -> Reason | None:
        """Wait until a round is due; None once closed."""
        with self._changed:
            while not self._closed:
                remaining_s = self._remaining_s()
                if self._wanted or remaining_s == 0.0:
                    self._wanted = self._committed = False
                    self._retry_at_s = None
                    return Reason.WANTED
                if self._committed and remaining_s is None and not self._waits_for_person:
                    self._committed = False
                    return Reason.COMMIT
                self._changed.wait(remaining_s)
            return None

    def wait_until_connected(self) -> bool:
        """Wait until the last round was a whole one; false once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._connected)
            return not self._closed

    def lost(self) -> None:
        """Say that the line broke outside a round, and ask for one that finds out."""
        with self._changed:
            self._connected = False
            self._wanted = self._wanted or not self._waits_for_person
            self._changed.notify_all()

    def pause(self, seconds: float) -> bool:
        """Wait that long; false, and at once, when closed."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._closed, seconds)

    def _remaining_s(self) -> float | None:
        if self._retry_at_s is None:
            return None
        return max(0.0, self._retry_at_s - self._clock.monotonic_s())
