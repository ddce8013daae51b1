"""Writing a small file so that after a power cut it is the old one or the new one, never between."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from cases.errors import EnvironmentFault


def environment_fault(error: OSError) -> EnvironmentFault:
    """Return the fault that a file-system error means, with a code of the ``store.`` family."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return EnvironmentFault("store.disk_full")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return EnvironmentFault("store.read_only")
    return EnvironmentFault("store.io_error", reason=errno.errorcode.get(error.errno or 0, "unknown"))


def write_file(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``, mode 0600, durable on return.

    Raises:
        EnvironmentFault: ``store.disk_full``, ``store.read_only``, ``store.io_error``; the old file is still there.
    """
    beside = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        sync_directory(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise environment_fault(error) from error


def sync_directory(directory: Path) -> None:
    """Make the directory's entries durable. Windows offers no such call and needs none: NTFS logs its metadata."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
