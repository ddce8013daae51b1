"""The background job that gives receipts their leaves in the Merkle log (``central.tree``).

Any number of processes may run one: whoever holds a tenant's log appends, the others pass on. A batch that this process
took in is appended within a moment; whatever else was committed, by others or before a crash, by the next sweep.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading

from starlette.concurrency import run_in_threadpool

from cases.errors import EstafetteError
from central.context import Central
from central.database import people
from central.database.client import NO_TENANT

log = logging.getLogger("estafette.central.sequencing")

PAUSE_S = 1.0
"""Between two runs: what comes meanwhile goes in together."""
SWEEP_S = 20.0
"""Every tenant is looked at so often."""


class Sequencer:
    """Appends until closed. One event loop; ``run`` must be running in it. ``appended``: from any thread."""

    def __init__(self, central: Central, *, pause_s: float = PAUSE_S, sweep_s: float = SWEEP_S) -> None:
        self._central = central
        self._pause_s = pause_s
        self._sweep_s = sweep_s
        self._lock = threading.Lock()
        self._tenants: set[int] = set()
        self._closed = asyncio.Event()

    def appended(self, tenant: int) -> None:
        """Note that a tenant has something to append."""
        with self._lock:
            self._tenants.add(tenant)

    def close(self) -> None:
        """End after the run under way. Event loop thread only."""
        self._closed.set()

    async def run(self) -> None:
        """Append until closed: the first sweep at once."""
        loop = asyncio.get_running_loop()
        sweep_at = loop.time()
        while not self._closed.is_set():
            due = loop.time() >= sweep_at
            if due:
                sweep_at = loop.time() + self._sweep_s
            if due or self._tenants:
                await run_in_threadpool(self._run, sweep=due)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), self._pause_s)

    def _run(self, *, sweep: bool) -> None:
        with self._lock:
            tenants, self._tenants = self._tenants, set()
        if sweep:
            try:
                with self._central.transaction(NO_TENANT) as connection:
                    tenants |= set(people.tenants(connection))
            except EstafetteError as error:
                log.warning("tenants not listed code=%s", error.code)
        for tenant in sorted(tenants):
            self._append(tenant)

    def _append(self, tenant: int) -> None:
        """Append all that waits. What cannot be goes on waiting, in the database: the next sweep finds it."""
        try:
            while not self._closed.is_set() and self._central.tree.sequence(tenant):
                continue
        except EstafetteError as error:
            log.warning("not appended tenant=%s code=%s", tenant, error.code)
        except Exception as error:  # the outermost edge of one tenant: whatever it is, the others must not wait for it
            log.exception("not appended tenant=%s kind=%s", tenant, type(error).__name__)
