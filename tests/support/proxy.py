"""A line between a client and the service on which everything goes wrong that goes wrong on lines: a TCP proxy.

Every change holds at once, for open connections too, and in either direction by itself: delay, throttle, standstill,
a cut at a given byte with RST, a call that is answered by something else, a request that arrives twice.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass
from types import TracebackType

_CHUNK = 1 << 16
_SEGMENT = 1460
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of 0 seconds: closing sends RST instead of waiting for what is on its way."""


@dataclass
class Direction:
    """What happens to bytes that go one way.

    Attributes:
        cut_after: so many more bytes get through, over all connections; then every connection is reset. None: no cut.
        still: bytes wait until it is lifted.
        latency_s: added to every piece.
        bytes_per_s: speed of the line; None: as fast as it goes.
        loss: share of the segments that get lost; each round of sending them again costs two latencies, as TCP does it.
        cut_every: every so many bytes every connection is reset, again and again; None: never.
        carried: bytes that got through since the start.
    """

    cut_after: int | None = None
    still: bool = False
    latency_s: float = 0.0
    bytes_per_s: float | None = None
    carried: int = 0
    loss: float = 0.0
    cut_every: int | None = None


class FaultProxy:
    """Listens on ``url``; ``serve`` says for whom. ``heal`` makes the line sound again."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._port: int = self._listening.getsockname()[1]
        self.target: tuple[str, int] | None = None
        self._changed = threading.Condition()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._closed = False
        self.up = Direction()
        self.down = Direction()
        self.refused = False
        self.instead: bytes | None = None
        self.twice = False
        self.cuts = 0
        self.chance = random.Random(1)
        self.connections = 0
        self._thread = threading.Thread(target=self._accept, name="fault-proxy", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def serve(self, port: int) -> None:
        """Lead to that port of this machine from now on."""
        self.target = ("127.0.0.1", port)
        if not self._thread.is_alive():
            self._thread.start()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every connection and stop listening."""
        with self._changed:
            self._closed = True
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.reset()
        if self._thread.is_alive():
            self._thread.join(10)

    # --- what goes wrong ---

    def cut(self, *, up: int | None = None, down: int | None = None) -> None:
        """Reset everything once so many more bytes went up, or came down."""
        with self._changed:
            self.up.cut_after, self.down.cut_after = up, down

    def stall(self, *, up: bool = False, down: bool = False) -> None:
        """Hold what goes up, or comes down, until it is lifted."""
        with self._changed:
            self.up.still, self.down.still = up, down
            self._changed.notify_all()

    def reset(self) -> None:
        """Reset every open connection now."""
        with self._changed:
            pairs, self._pairs = self._pairs, []
            self._changed.notify_all()
        for pair in pairs:
            _reset(pair)

    def heal(self) -> None:
        """Make the line sound again. Connections that stood still go on; those that were reset do not come back."""
        with self._changed:
            for one in (self.up, self.down):
                one.cut_after, one.still, one.latency_s, one.bytes_per_s = None, False, 0.0, None
                one.loss, one.cut_every = 0.0, None
            self.refused, self.instead, self.twice = False, None, False
            self._changed.notify_all()

    # --- threads ---

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            if self.refused or self.target is None:
                _reset((client, client))
                continue
            if self.instead is not None:
                threading.Thread(target=_answer_instead, args=(client, self.instead), daemon=True).start()
                continue
            self._join(client, self.target)

    def _join(self, client: socket.socket, target: tuple[str, int]) -> None:
        try:
            service = socket.create_connection(target, 5)
            service.settimeout(None)
            shadow = socket.create_connection(target, 5) if self.twice else None
        except OSError:
            _reset((client, client))
            return
        for one in (client, service):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._changed:
            self._pairs.append((client, service))
        pair = (client, service)
        threading.Thread(target=self._pump, args=(client, service, self.up, pair, shadow), daemon=True).start()
        threading.Thread(target=self._pump, args=(service, client, self.down, pair, None), daemon=True).start()

    def _pump(
        self,
        source: socket.socket,
        sink: socket.socket,
        way: Direction,
        pair: tuple[socket.socket, socket.socket],
        shadow: socket.socket | None,
    ) -> None:
        try:
            while data := source.recv(_CHUNK):
                passed = self._let_through(data, way)
                sink.sendall(passed)
                if shadow is not None:
                    shadow.sendall(passed)
                cut = self._is_cut(way)
                if cut or len(passed) < len(data):
                    self.cuts += 1
                    self.reset()
                    return
        except OSError:
            # Either end has gone: the other one must learn it.
            _reset(pair)
        finally:
            self._over(pair)
            if shadow is not None:
                # Its answers are read by nobody; what it asked is done all the same.
                with contextlib.suppress(OSError):
                    shadow.settimeout(5)
                    shadow.recv(_CHUNK)
                shadow.close()

    def _let_through(self, data: bytes, way: Direction) -> bytes:
        """Wait as long as the line makes it wait; return how much of it gets through."""
        if way.latency_s or way.bytes_per_s:
            again_s = 2 * way.latency_s * self._rounds_again(-(-len(data) // _SEGMENT), way.loss)
            self._pause(way.latency_s + again_s + (len(data) / way.bytes_per_s if way.bytes_per_s else 0.0))
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not way.still)
            if way.cut_every is not None and way.cut_after is None:
                way.cut_after = way.cut_every
            passed = data if way.cut_after is None else data[: way.cut_after]
            if way.cut_after is not None:
                way.cut_after -= len(passed)
            way.carried += len(passed)
            return passed

    def _rounds_again(self, segments: int, loss: float) -> int:
        """Return how often something of so many segments had to be sent again."""
        rounds = 0
        while loss and (segments := sum(self.chance.random() < loss for _ in range(segments))):
            rounds += 1
        return rounds

    def _pause(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: self._closed or time.monotonic() >= until_s, seconds)

    def _is_cut(self, way: Direction) -> bool:
        with self._changed:
            cut = way.cut_after == 0
            if cut and way.cut_every is not None:
                # The next connection gets as far as this one did.
                way.cut_after = None
            return cut

    def _over(self, pair: tuple[socket.socket, socket.socket]) -> None:
        with self._changed:
            if pair in self._pairs:
                self._pairs.remove(pair)
        for one in pair:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _reset(pair: tuple[socket.socket, socket.socket]) -> None:
    for one in pair:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def _answer_instead(client: socket.socket, answer: bytes) -> None:
    """Read a request and answer for the service, as a captive portal does."""
    with client, contextlib.suppress(OSError):
        client.settimeout(5)
        data = b""
        while b"\r\n\r\n" not in data:
            piece = client.recv(_CHUNK)
            if not piece:
                return
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length and (piece := client.recv(_CHUNK)):
            body += piece
        client.sendall(answer)
