"""Who owns the private PostgreSQL of a folder, who has joined it and who waits: nobody loses a server that they use.

A service owns its server until it is stopped: it waits while a command owns one. A command joins the server that is
there; the command that had to start one stops it only when the last command that joined is done. Both are locks on
files, which the kernel frees when a process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from cases.errors import EnvironmentFault
from central.postgres import PrivatePostgres

JOINED_LOCK = "joined.lock"
"""In the server's folder: shared by those who joined, exclusive of them for the owner who stops."""
FOR_OWNER = "postgres.waiting_for_command"
FOR_OTHERS = "postgres.waiting_for_others"
JOIN_PATIENCE_S = 10.0
"""So long may an owner take to start or stop its server before whoever would join it hears of that."""
TELL_EVERY_S = 10.0
_POLL_S = 0.1

Waits = Callable[[str], None]
"""Told for what somebody waits, ``FOR_OWNER`` or ``FOR_OTHERS``: at once, then every ``TELL_EVERY_S`` seconds."""


@contextmanager
def held_server(server: PrivatePostgres, *, keeps: bool, waits: Waits) -> Iterator[bool]:
    """Start the server or join the one that runs; yield whether it is owned here.

    A server whose owner was killed goes on for those who had joined it: a command joins it too, a service waits until
    they are done. Whoever then owns the directory stops it and starts anew.

    Args:
        keeps: of a service: it must own the server, however long that takes, and stops it when it ends.

    Raises:
        EnvironmentFault: ``postgres.not_running`` (whoever owns it is starting or stopping it for longer than
            ``JOIN_PATIENCE_S``); those of ``PrivatePostgres.start``, but ``postgres.in_use``.
    """
    patience = _Telling(waits)
    give_up_s = time.monotonic() + JOIN_PATIENCE_S
    while not _owned(server, keeps, patience):
        if keeps:
            patience.wait(FOR_OWNER)
            continue
        with _joined_lock(server) as joined:
            if _taken(joined, fcntl.LOCK_SH) and _attached(server):
                yield False
                return
        if time.monotonic() >= give_up_s:
            raise EnvironmentFault("postgres.not_running", directory=str(server.directory))
        patience.a_moment()
    try:
        yield True
    finally:
        # The lock is held until the server is gone: whoever comes now starts it anew and does not join its end.
        with _joined_lock(server) as joined:
            try:
                while not keeps and not _taken(joined, fcntl.LOCK_EX):
                    patience.wait(FOR_OTHERS)
            finally:
                server.stop()


def _owned(server: PrivatePostgres, keeps: bool, patience: _Telling) -> bool:
    """Start the server, unless another owns it, or a killed owner's is still used and whoever asks may join it."""
    try:
        server.own()
    except EnvironmentFault as fault:
        if fault.code != "postgres.in_use":
            raise
        return False
    try:
        with _joined_lock(server) as joined:
            # Held until the new one answers: nobody joins the old one's end.
            while not _taken(joined, fcntl.LOCK_EX) and server.orphaned():
                if not keeps:
                    server.stop()
                    return False
                patience.wait(FOR_OTHERS)
            server.start()
    except BaseException:
        server.stop()
        raise
    return True


def _joined_lock(server: PrivatePostgres) -> IO[bytes]:
    return (server.directory / JOINED_LOCK).open("ab")


def _attached(server: PrivatePostgres) -> bool:
    try:
        server.attach()
    except EnvironmentFault as fault:
        if fault.code != "postgres.not_running":
            raise
        return False
    return True


def _taken(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _Telling:
    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._next_s = 0.0
        self._never = threading.Event()

    def wait(self, code: str) -> None:
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + TELL_EVERY_S
            self._waits(code)
        self.a_moment()

    def a_moment(self) -> None:
        """Let the other process go on. A signal ends the wait: a lock that is waited for by the kernel says nothing."""
        self._never.wait(_POLL_S)
