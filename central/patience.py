"""How long a connection may take over a request's head, and to take its answer: both for ever would hold a place.

Bodies have bounds of their own (``central.api.bodies``), idle connections uvicorn's. A request pays for this with two
numbers; one look a second at the open connections does the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_WAIT_S = 20.0
"""A head fits into a packet or two: on the worst line it takes some seconds."""
HEAD_BYTES_MAX = 32 * 1024
ANSWER_WAIT_S = 300.0
"""So long nothing of an answer was taken: nobody is there any more."""
_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which knows since when it waits.

    Attributes:
        head_since_s: when the head that is not whole yet began (of the first one: when the connection was made); 0.0
            while none is awaited.
        stuck_since_s: since when the other end takes nothing; 0.0 while it does.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.head_since_s = self.loop.time()
        self.head_bytes = 0
        self.stuck_since_s = 0.0
        self.answering: RequestResponseCycle | None = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # ``self.cycle`` is the newest request that was read, which may still queue behind this one.
        self.answering = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if not self.head_since_s and (self.cycle is None or self.cycle.response_complete):
            # Not only when a message begins: line ends before one would hold the place for ever.
            self.head_since_s = self.loop.time()
        if self.head_since_s:
            self.head_bytes += len(data)
        super().data_received(data)
        # Zero again once the head is whole, and whatever came of the body with it.
        if self.head_bytes > HEAD_BYTES_MAX:
            self._end(_LARGE)

    def on_headers_complete(self) -> None:
        self.head_since_s = 0.0
        self.head_bytes = 0
        super().on_headers_complete()

    def pause_writing(self) -> None:
        self.stuck_since_s = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self.stuck_since_s = 0.0
        super().resume_writing()

    def look(self, now_s: float) -> None:
        """End the connection if it has waited too long."""
        if self.transport.is_closing():
            return
        if self.head_since_s and now_s - self.head_since_s > HEAD_WAIT_S:
            self._end(_LATE)
        elif self.stuck_since_s and now_s - self.stuck_since_s > ANSWER_WAIT_S:
            if self.answering is not None:
                # It must know at once; the loop tells it only later, and a write in between is a bug to it.
                self.answering.disconnected = True
            self.transport.abort()

    def _end(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()


def look_at(connections: Iterable[Any], now_s: float) -> None:
    """End those that have waited too long. Event loop thread only."""
    for connection in list(connections):
        if isinstance(connection, PatientProtocol):
            connection.look(now_s)
