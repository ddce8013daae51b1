"""One at a time, in the order of asking."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class Turn:
    """A lock that is given in the order in which it was asked for.

    An ordinary lock may go back to the one who has just let it go: a first sync would keep an answer waiting for many
    of its pages. Not to be taken twice by one thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner: int | None = None

    @property
    def mine(self) -> bool:
        """Whether the calling thread has it."""
        return self._owner == threading.get_ident()

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._lock:
            if self._owner is None:
                self._owner = me
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append((me, gate))
        try:
            gate.acquire()
        except BaseException:
            # Interrupted (Ctrl+C): give up the place, or pass on what was given in this very moment.
            with self._lock:
                if (me, gate) in self._waiting:
                    self._waiting.remove((me, gate))
                else:
                    self._pass_on()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._waiting:
            self._owner, gate = self._waiting.popleft()
            gate.release()
        else:
            self._owner = None
