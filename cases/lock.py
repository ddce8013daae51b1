"""One program at a time in a workspace folder."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from cases.errors import EnvironmentFault
from cases.keys.files import environment_fault

LOCK_NAME = "workspace.lock"


class FolderLock:
    """A lock on a folder, held until ``release`` or until the process ends in whatever way.

    Raises:
        EnvironmentFault: ``store.in_use``: another program, or another workspace object here, holds it.
    """

    def __init__(self, directory: Path) -> None:
        try:
            self._descriptor: int | None = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise environment_fault(error) from error
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise EnvironmentFault("store.in_use") from error

    def release(self) -> None:
        """Let others in. A second call does nothing. The file stays: removing it would race with the next holder."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):  # On Windows closing alone may release late; both are tried.
                _unlock(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
