"""Children that are forked and killed: a run costs milliseconds because everything is imported already.

Only for processes without threads of their own; ``report.command_line`` gives a harness one.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

Tell = Callable[[str], None]
FAILED = 70
"""Exit code of a child whose own code raised."""


class Ended(NamedTuple):
    """How a child ended: negative signal or exit code, and the whole lines it told."""

    code: int
    lines: list[str]


class Child:
    """A forked process that runs ``work`` with a way to tell lines; its open handles are its own."""

    def __init__(self, work: Callable[[Tell], None]) -> None:
        self._read, write = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._read)
            _run(work, write)
        os.close(write)
        self._data = b""
        self._open = True

    def read_until(self, line: str, timeout_s: float = 30.0) -> bool:
        """Wait until the child told ``line``; false when it ended before."""
        until_s = time.monotonic() + timeout_s
        while f"{line}\n".encode() not in self._data:
            if not self._open:
                return False
            self._read_some(until_s - time.monotonic())
        return True

    def let_run(self, seconds: float) -> None:
        """Let it work that long, or until it ends."""
        until_s = time.monotonic() + seconds
        while self._open and (left_s := until_s - time.monotonic()) > 0:
            with suppress(TimeoutError):
                self._read_some(left_s)

    def kill(self) -> Ended:
        """End it as a power failure of this one process would."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self, timeout_s: float = 120.0) -> Ended:
        """Wait for its end; one that hangs is killed and TimeoutError raised."""
        until_s = time.monotonic() + timeout_s
        try:
            while self._open:
                self._read_some(until_s - time.monotonic())
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise
        finally:
            os.close(self._read)
        _, status = os.waitpid(self.pid, 0)
        # A line that the end cut in two was not told.
        return Ended(os.waitstatus_to_exitcode(status), self._data.decode().split("\n")[:-1])

    def _read_some(self, timeout_s: float) -> None:
        if timeout_s <= 0 or not select.select([self._read], [], [], timeout_s)[0]:
            raise TimeoutError(f"child {self.pid} said nothing more")
        data = os.read(self._read, 1 << 16)
        self._data += data
        self._open = bool(data)


def _run(work: Callable[[Tell], None], write: int) -> None:
    """The child's whole life."""
    code = FAILED
    # A collection would touch, and so copy, all that the parent holds.
    gc.disable()
    try:
        work(lambda line: _tell(write, line))
        code = 0
    except BaseException:
        _tell(write, "raised " + traceback.format_exc().strip().replace("\n", " | "))
    finally:
        os._exit(code)


def _tell(write: int, line: str) -> None:
    os.write(write, line.encode() + b"\n")
