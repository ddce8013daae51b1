"""A way to the service that counts what passes: a small TCP proxy on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_PIECE = 64 * 1024


@dataclass
class Traffic:
    """Bytes in each direction, HTTP headers included, and round trips: turns of the talk on one connection."""

    up: int = 0
    down: int = 0
    round_trips: int = 0

    def minus(self, before: Traffic) -> Traffic:
        """Return what passed since."""
        return Traffic(self.up - before.up, self.down - before.down, self.round_trips - before.round_trips)


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
        self._threads = [threading.Thread(target=self._accept, name="proxy")]

    def __enter__(self) -> CountingProxy:
        self._threads[0].start()
        return self

    def __exit__(self, *_exception: object) -> None:
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

    def _now(self) -> Traffic:
        with self._lock:
            return Traffic(self._total.up, self._total.down, self._total.round_trips)

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return  # Closed: the end.
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
            while data := source.recv(_PIECE):
                with self._lock:
                    if upwards:
                        self._total.up += len(data)
                        self._total.round_trips += not asked.is_set()
                        asked.set()
                    else:
                        self._total.down += len(data)
                        asked.clear()
                sink.sendall(data)
        self._end(sink)

    def _end(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
