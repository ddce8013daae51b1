"""The way to the service while a workspace is open: connections for rounds, news and what people ask, and their end."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from cases.errors import NetworkFault
from sync.auth import Credentials
from sync.client import CentralClient
from sync.transport import ANSWER_TIMEOUT_S, Response, Transport

STOPPED = "network.stopped"
"""The request was ended from this side; no fault of anybody, and nothing to show."""


class Exit:
    """A door that closes once: knows which threads are out on the network, where nothing of ours can be touched."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._outside: set[int] = set()
        self._running: set[int] = set()
        self._closed = False

    def leave(self) -> None:
        """The calling thread goes out. NetworkFault ``network.stopped`` once closed."""
        with self._changed:
            if self._closed:
                raise NetworkFault(STOPPED)
            self._outside.add(threading.get_ident())
            self._changed.notify_all()

    def come_back(self) -> None:
        """The calling thread is back. NetworkFault ``network.stopped`` once closed: it must not go on with its work."""
        with self._changed:
            self._outside.discard(threading.get_ident())
            if self._closed:
                raise NetworkFault(STOPPED)

    def began(self) -> None:
        """The calling thread is one to wait for."""
        with self._changed:
            self._running.add(threading.get_ident())

    def ended(self) -> None:
        """The calling thread is done."""
        with self._changed:
            self._running.discard(threading.get_ident())
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody out or back in any more."""
        with self._changed:
            self._closed = True

    def wait(self, threads: Iterable[threading.Thread]) -> None:
        """Wait until every thread has ended or is outside, where all that it can still do is end."""
        with self._changed:
            self._changed.wait_for(lambda: self._running <= self._outside)
            outside = set(self._outside)
        for thread in threads:
            if thread.ident is not None and thread.ident not in outside:
                thread.join()


class Line:
    """Three clients of one device over three connections; ``close`` ends what is under way on all of them.

    Args:
        rounds, news, questions: their transports.
        credentials: shared by all.
        exit_: see ``Exit``.
    """

    def __init__(
        self, rounds: Transport, news: Transport, questions: Transport, credentials: Credentials, exit_: Exit
    ) -> None:
        self._gates = (_Gate(rounds, exit_), _Gate(news, exit_), _Gate(questions, exit_))
        self.rounds, self.news, self.questions = (CentralClient(gate, credentials) for gate in self._gates)
        self.asking = threading.Lock()
        """Held over a call of ``questions``: a connection carries one at a time."""

    def close(self) -> None:
        """End the connections; requests under way raise NetworkFault."""
        for gate in self._gates:
            gate.close()


class _Gate:
    """A transport whose every request goes through the exit."""

    def __init__(self, inner: Transport, exit_: Exit) -> None:
        self._inner = inner
        self._exit = exit_

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        self._exit.leave()
        try:
            return self._inner.request(method, path, body, headers, timeout_s=timeout_s)
        finally:
            self._exit.come_back()

    def close(self) -> None:
        self._inner.close()
