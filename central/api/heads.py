"""Long polls: one query every half second for everybody who waits, however many they are.

No NOTIFY: in the write path it halves the commits, and it does not cross the nodes of a distributed PostgreSQL.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from cases.errors import EstafetteError
from central.context import Central
from central.database import log as event_log

log = logging.getLogger("estafette.central.heads")

POLL_S = 0.5
WAIT_MAX_S = 60.0


@dataclass(eq=False)
class _Waiter:
    after: int
    woken: asyncio.Future[int]


class Heads:
    """Answers who waits for a stream to move. One event loop; ``run`` must be running in it."""

    def __init__(self, central: Central, *, poll_s: float = POLL_S) -> None:
        self._central = central
        self._poll_s = poll_s
        self._waiting: dict[tuple[int, str], set[_Waiter]] = defaultdict(set)
        self._somebody = asyncio.Event()
        self._closed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def passed(self, tenant: int, stream: str, after: int, wait_s: float) -> int:
        """Return the stream's head once it is above ``after``; as it stands after ``wait_s`` or on closing."""
        head = await self._head(tenant, stream)
        if head > after or wait_s <= 0 or self._closed.is_set():
            return head
        waiter = _Waiter(after, asyncio.get_running_loop().create_future())
        key = (tenant, stream)
        self._waiting[key].add(waiter)
        self._somebody.set()
        try:
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(waiter.woken, min(wait_s, WAIT_MAX_S))
        finally:
            self._waiting[key].discard(waiter)
            if not self._waiting[key]:
                del self._waiting[key]
        return await self._head(tenant, stream)

    def close(self) -> None:
        """Send everybody home with what is known: the service stops. Event loop thread only."""
        self._closed.set()
        self._somebody.set()
        for waiters in self._waiting.values():
            for waiter in waiters:
                if not waiter.woken.done():
                    waiter.woken.set_result(waiter.after)

    def close_soon(self) -> None:
        """``close`` from any thread or signal handler."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.close)

    async def run(self) -> None:
        """Poll until closed, and only while somebody waits."""
        self._loop = asyncio.get_running_loop()
        while not self._closed.is_set():
            await self._somebody.wait()
            if not self._waiting:
                self._somebody.clear()
                continue
            await self._poll()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), self._poll_s)

    async def _poll(self) -> None:
        by_tenant: dict[int, list[str]] = defaultdict(list)
        for tenant, stream in self._waiting:
            by_tenant[tenant].append(stream)
        for tenant, streams in by_tenant.items():
            try:
                heads = await run_in_threadpool(self._read, tenant, streams)
            except EstafetteError as error:
                # The waiters go on waiting; their own last look then meets the fault and says it.
                log.warning("heads not read code=%s", error.code)
                continue
            for stream, head in heads.items():
                self._wake(tenant, stream, head)

    def _wake(self, tenant: int, stream: str, head: int) -> None:
        for waiter in self._waiting.get((tenant, stream), ()):
            if head > waiter.after and not waiter.woken.done():
                waiter.woken.set_result(head)

    async def _head(self, tenant: int, stream: str) -> int:
        heads = await run_in_threadpool(self._read, tenant, [stream])
        return heads.get(stream, 0)

    def _read(self, tenant: int, streams: list[str]) -> dict[str, int]:
        with self._central.transaction(tenant) as connection:
            return event_log.heads(connection, tenant, streams)
