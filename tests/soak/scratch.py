"""Folders that are gone afterwards, and the machine's own tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")


class Unavailable(Exception):
    """This machine cannot inject that fault; the text says what is missing."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="estafette-soak-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is one: rebuilt disks need no disk."""
    place = os.environ.get("SOAK_MEMORY") or (MEMORY if os.access(MEMORY, os.W_OK) else None)
    directory = Path(tempfile.mkdtemp(prefix="estafette-soak-", dir=place))
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


@contextmanager
def small_disk(directory: Path, size: str) -> Iterator[Path]:
    """A disk of that size at ``directory``. Unavailable where this account may not mount."""
    directory.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(directory)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        raise Unavailable("mounting a small disk needs more rights")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=True)


def strace(*options: str) -> list[str]:
    """Return the beginning of a command that traces, or injects faults into, what follows."""
    program = shutil.which("strace")
    if program is None:
        raise Unavailable("strace is not installed")
    return [program, "-f", "-qq", *options]
