"""Runs the service until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from cases.errors import EnvironmentFault
from central.api.application import Service
from central.notify import READY, STOPPING, WATCHDOG, Notifier
from central.patience import PatientProtocol, look_at

GRACE_S = 10
KEPT_S = 60
"""How long an idle connection is kept. On a satellite line the next request takes longer than the library's 5 seconds
to arrive whole, and would meet a closed door: everything in it is then sent again."""


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        EnvironmentFault: ``service.port_taken``, ``service.bad_address``.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        code = "service.bad_address" if isinstance(error, socket.gaierror) else "service.port_taken"
        raise EnvironmentFault(code, host=host, port=port) from error


class Server(uvicorn.Server):
    """uvicorn, which says when it is ready and lets those who wait go when it stops."""

    def __init__(self, service: Service, ready: Callable[[], None], notifier: Notifier | None = None) -> None:
        config = uvicorn.Config(
            service.asgi,
            log_config=None,
            # Addresses hold tracking codes; our own log names routes instead.
            access_log=False,
            server_header=False,
            lifespan="on",
            # Anybody can write the header that names the asker's address; only a named proxy is believed.
            proxy_headers=bool(service.central.settings.trusted_proxies),
            forwarded_allow_ips=list(service.central.settings.trusted_proxies),
            timeout_graceful_shutdown=GRACE_S,
            timeout_keep_alive=KEPT_S,
            http=PatientProtocol,
            ws="none",
        )
        super().__init__(config)
        self._service = service
        self._ready = ready
        self._notifier = notifier or Notifier()
        self._alive_due_s = 0.0
        self.failed = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # A batch makes tens of thousands of objects without a cycle among them: looking for one costs a tenth.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        await super().startup(sockets)
        if self.started:
            self._ready()
            self._notifier.tell(READY)

    async def on_tick(self, counter: int) -> bool:
        """Look after connections once a second; say that the loop turns as often as systemd wants to hear it."""
        if counter % 10 == 0:
            look_at(self.server_state.connections, asyncio.get_running_loop().time())
        every_s = self._notifier.watchdog_s
        if every_s is not None and (now_s := asyncio.get_running_loop().time()) >= self._alive_due_s:
            self._alive_due_s = now_s + every_s
            self._notifier.tell(WATCHDOG)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, let what is under way end within ``GRACE_S``."""
        self._notifier.tell(STOPPING)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._service.heads.close_soon()

    def fail(self) -> None:
        """Stop because something we rest on has gone. Any thread."""
        self.failed = True
        self.should_exit = True
        self._service.heads.close_soon()

    def run_on(self, *listening: socket.socket) -> None:
        """Serve on listening sockets until stopped."""
        with _garbage_as_before(), contextlib.suppress(asyncio.CancelledError):
            self.run(sockets=list(listening))


@contextlib.contextmanager
def _garbage_as_before() -> Iterator[None]:
    """Give back what a server set aside from the search for garbage: all that goes with it would stay for ever."""
    before = gc.get_threshold()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextlib.contextmanager
def stopping_in_order() -> Iterator[None]:
    """Let SIGTERM and SIGINT unwind the block, so that what it opened is closed, and nothing cuts the closing short."""

    def unwind(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = {number: signal.signal(number, unwind) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """From here on only finish."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
