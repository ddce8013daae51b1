"""Turns at building snapshots: one tenant's big one keeps nobody else waiting, and those who wait are few."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator

from cases.errors import EnvironmentFault

AT_ONCE = 4
"""Tenants whose snapshots are under way in this process: each holds a connection, and packs with a core."""
WAITING_EACH = 2
WAITING_MAX = 8
"""Who waits holds one of the threads that answer everybody; the rest are told to ask again, and find it built."""
PATIENCE_S = 60.0


class Building:
    """Who builds. Any thread; one process.

    A tenant builds one snapshot at a time, so that one stream's is built once however many ask for it.

    Args:
        at_once: tenants that build at a time.
        patience_s: how long somebody waits for a turn.
    """

    def __init__(self, at_once: int = AT_ONCE, *, patience_s: float = PATIENCE_S) -> None:
        self._at_once = at_once
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._building: set[int] = set()
        self._waiting: Counter[int] = Counter()

    @contextlib.contextmanager
    def turn(self, tenant: int) -> Iterator[None]:
        """Wait for the tenant's turn and hold it.

        Raises:
            EnvironmentFault: ``service.busy``: too many wait already, or none came in good time.
        """
        with self._changed:
            if not self._free(tenant):
                self._wait(tenant)
            self._building.add(tenant)
        try:
            yield
        finally:
            with self._changed:
                self._building.discard(tenant)
                self._changed.notify_all()

    def waiting(self) -> int:
        """Return how many wait."""
        with self._changed:
            return self._waiting.total()

    def _wait(self, tenant: int) -> None:
        if self._waiting[tenant] >= WAITING_EACH or self._waiting.total() >= WAITING_MAX:
            raise EnvironmentFault("service.busy", cause="snapshot")
        self._waiting[tenant] += 1
        try:
            if not self._changed.wait_for(lambda: self._free(tenant), self._patience_s):
                raise EnvironmentFault("service.busy", cause="snapshot")
        finally:
            self._waiting[tenant] -= 1

    def _free(self, tenant: int) -> bool:
        return tenant not in self._building and len(self._building) < self._at_once
