"""A way to the service that counts what passes, and can be slow or cut: a small TCP proxy on loopback."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_PIECE = 64 * 1024
_SLOW_PIECE = 1460
"""On a slow link bytes arrive packet by packet."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with which closing a socket resets its connection."""


@dataclass
class Traffic:
    """Bytes in each direction, HTTP headers included, and round trips: turns of the talk on one connection."""

    up: int = 0
    down: int = 0
    round_trips: int = 0

    def minus(self, before: Traffic) -> Traffic:
        """Return what passed since."""
        return Traffic(self.up - before.up, self.down - before.down, self.round_trips - before.round_trips)


@dataclass
class Link:
    """How fast the way is. One link a direction for all connections; ``free_s`` is when it may take the next bytes.

    Attributes:
        bytes_per_s: 0 means as fast as it goes.
        round_trip_s: a new connection pays one more, for TCP's own greeting.
    """

    bytes_per_s: float = 0.0
    round_trip_s: float = 0.0

    def __post_init__(self) -> None:
        self.free_s = {True: 0.0, False: 0.0}


class CountingProxy:
    """Listens on ``url`` and passes everything on to the service at ``target``. Use as a context manager."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._lock = threading.Lock()
        self._total = Traffic()
        self._sockets: list[socket.socket] = []
        self._link = Link()
        self._cut_at: tuple[bool, int] | None = None
        self._is_cut = threading.Event()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept, name="proxy")]

    def __enter__(self) -> CountingProxy:
        self._threads[0].start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._end(self._listening)
        self._threads[0].join()
        for one in self._sockets:
            self._end(one)
        for thread in self._threads[1:]:
            thread.join()

    @contextlib.contextmanager
    def counted(self) -> Iterator[Traffic]:
        """Count what passes during a block; the object given is filled at its end."""
        seen = Traffic()
        before = self._now()
        yield seen
        passed = self._now().minus(before)
        seen.up, seen.down, seen.round_trips = passed.up, passed.down, passed.round_trips

    def shape(self, *, kbit_per_s: float = 0.0, round_trip_s: float = 0.0) -> None:
        """Be a slow link from now on; without arguments a fast one again."""
        self._link = Link(kbit_per_s * 1000 / 8, round_trip_s)

    def cut_after(self, more: int, *, upwards: bool) -> None:
        """Reset every connection once that many more bytes went that way, then refuse new ones until ``heal``."""
        with self._lock:
            self._cut_at = (upwards, (self._total.up if upwards else self._total.down) + more)

    def wait_until_cut(self, seconds: float) -> bool:
        """Wait for the cut; false when it did not come."""
        return self._is_cut.wait(seconds)

    def heal(self) -> None:
        """Take connections again."""
        with self._lock:
            self._cut_at = None
        self._is_cut.clear()

    def _now(self) -> Traffic:
        with self._lock:
            return Traffic(self._total.up, self._total.down, self._total.round_trips)

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return  # Closed: the end.
            if self._is_cut.is_set():
                self._reset(near)
                continue
            far = socket.create_connection(self._target)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets += [near, far]
            asked = threading.Event()
            for source, sink, upwards in ((near, far, True), (far, near, False)):
                thread = threading.Thread(target=self._pump, args=[source, sink, upwards, asked], name="proxy")
                self._threads.append(thread)
                thread.start()

    def _pump(self, source: socket.socket, sink: socket.socket, upwards: bool, asked: threading.Event) -> None:
        """Pass on until either end is gone. ``asked``: the last word on this connection was the client's."""
        with contextlib.suppress(OSError):
            greeted = False
            while data := source.recv(_SLOW_PIECE if self._link.bytes_per_s else _PIECE):
                with self._lock:
                    data, cut = self._until_the_cut(data, upwards)
                    turned = asked.is_set() != upwards
                    if upwards:
                        self._total.up += len(data)
                        self._total.round_trips += turned
                        asked.set()
                    else:
                        self._total.down += len(data)
                        asked.clear()
                    late_s = self._late_s(len(data), upwards, turned=turned, greets=upwards and not greeted)
                greeted = True
                if late_s > 0:
                    self._ended.wait(late_s)  # The slow link itself.
                sink.sendall(data)
                if cut:
                    self._cut()
        self._end(sink)

    def _until_the_cut(self, data: bytes, upwards: bool) -> tuple[bytes, bool]:
        """Return what of ``data`` still passes, and whether the line is cut after it."""
        if self._cut_at is None or self._cut_at[0] != upwards:
            return data, False
        left = self._cut_at[1] - (self._total.up if upwards else self._total.down)
        return data[: max(left, 0)], len(data) >= left

    def _late_s(self, size: int, upwards: bool, *, turned: bool, greets: bool) -> float:
        """Return how long these bytes take: their turn on the link, their length, and half a round trip.

        Only the first bytes after a turn of the talk wait for the way itself: those behind them are on it already.
        """
        link = self._link
        if not link.bytes_per_s and not link.round_trip_s:
            return 0.0
        now_s = time.monotonic()
        sent_s = max(now_s, link.free_s[upwards]) + (size / link.bytes_per_s if link.bytes_per_s else 0.0)
        sent_s += (link.round_trip_s / 2 if turned else 0.0) + (link.round_trip_s if greets else 0.0)
        link.free_s[upwards] = sent_s
        return sent_s - now_s

    def _cut(self) -> None:
        self._is_cut.set()
        for one in list(self._sockets):
            self._reset(one)

    def _reset(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            one.shutdown(socket.SHUT_RD)  # Wakes the thread that reads it; as long as it waits nothing is closed.
        one.close()

    def _end(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
