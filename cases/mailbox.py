"""The folder of sealed envelopes beside a store: append-only files, and the answers that others brought back.

Any session of this computer reads it, without the workspace's key. Names say nothing: running numbers, and hashes.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cases.envelopes import Envelope, scan
from cases.errors import EnvironmentFault
from cases.keys.files import environment_fault, sync_directory, write_file
from cases.lock import FolderLock

FOLDER = "envelopes"
SEALED = ".sealed"
DAMAGED = ".damaged"
ANSWER = ".answer"
FILE_BYTES_MAX = 256 * 1024
"""A file that is longer gets a successor: files go only as a whole, once all in them is backed up."""
ANSWER_BYTES_MAX = 8 * 1024 * 1024
COMPUTER_MAILBOXES_MAX = 256
_NAME_LENGTH = 32
_POLL_S = 0.02

log = logging.getLogger(__name__)


def mailboxes(workspace: Path) -> list[Mailbox]:
    """Return the mailboxes of a workspace's computer: its own first, then those of the folders beside it."""
    own = workspace.absolute()
    found = [Mailbox(own)]
    try:
        beside = sorted(folder for folder in own.parent.iterdir() if (folder / FOLDER).is_dir() and folder != own)
    except OSError:
        # Somebody else's folder: what cannot be read there is not ours to forward.
        return found
    return found + [Mailbox(folder) for folder in beside[:COMPUTER_MAILBOXES_MAX]]


def answer_name(envelope: str) -> str:
    """Return the name under which the answer to an envelope (its hash) is kept."""
    return envelope[:_NAME_LENGTH]


class Mailbox:
    """One workspace's envelopes. One thread at a time; ``held`` keeps other processes from changing it.

    Args:
        workspace: the workspace's folder; nothing else in it is touched.
    """

    def __init__(self, workspace: Path) -> None:
        self.directory = workspace / FOLDER
        self._seen: dict[Path, tuple[tuple[int, int], tuple[Envelope, ...], int]] = {}

    @contextlib.contextmanager
    def held(self, *, patience_s: float = 0.0) -> Iterator[None]:
        """Hold the mailbox alone.

        Raises:
            EnvironmentFault: ``store.in_use``: another program held it for all of ``patience_s``; ``store.*``.
        """
        self._make()
        lock = self._lock(time.monotonic() + patience_s)
        try:
            yield
        finally:
            lock.release()

    def _lock(self, deadline_s: float) -> FolderLock:
        while True:
            try:
                return FolderLock(self.directory)
            except EnvironmentFault as error:
                if error.code != "store.in_use" or time.monotonic() >= deadline_s:
                    raise
            # A lock of the file system tells nobody when it is free.
            threading.Event().wait(_POLL_S)

    def _make(self) -> None:
        if self.directory.is_dir():
            return
        try:
            self.directory.mkdir(mode=0o700, exist_ok=True)
            sync_directory(self.directory.parent)
        except OSError as error:
            raise environment_fault(error) from error

    # --- envelopes ---

    def envelopes(self) -> list[Envelope]:
        """Return every whole envelope, in the order of sealing. Unreadable files count as damaged."""
        return [envelope for path in self._files() for envelope in self._read(path)[0]]

    def damaged_bytes(self) -> int:
        """Return how many bytes belong to no whole envelope, those set aside included."""
        return sum(self._read(path)[1] for path in [*self._files(), *self._named(DAMAGED)])

    def append(self, envelope: Envelope) -> None:
        """Keep an envelope; on disk on return. While ``held``.

        Raises:
            EnvironmentFault: ``store.disk_full``…; what was half written is cut off, or else known as damaged.
        """
        path = self._last()
        fresh = path is None or path.stat().st_size >= FILE_BYTES_MAX
        if path is None or fresh:
            path = self.directory / f"{self._next_number():08d}{SEALED}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise environment_fault(error) from error
        try:
            size = os.fstat(descriptor).st_size
            try:
                _write_all(descriptor, envelope.raw)
                os.fsync(descriptor)
                if fresh:
                    sync_directory(self.directory)
            except OSError as error:
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise environment_fault(error) from error
        finally:
            os.close(descriptor)

    def mend(self) -> int:
        """Set damaged files aside, their whole envelopes kept in new ones. Return how many. While ``held``."""
        mended = 0
        for path in self._files():
            envelopes, damaged = self._read(path)
            if not damaged:
                continue
            if envelopes:
                self._rewrite(self.directory / f"{self._next_number():08d}{SEALED}", envelopes)
            try:
                os.replace(path, path.with_suffix(DAMAGED))
                sync_directory(self.directory)
            except OSError as error:
                raise environment_fault(error) from error
            log.warning("envelopes: damaged file set aside bytes=%d", damaged)
            mended += 1
        return mended

    def _rewrite(self, path: Path, envelopes: tuple[Envelope, ...]) -> None:
        write_file(path, b"".join(envelope.raw for envelope in envelopes))

    def remove(self, done: Callable[[Envelope], bool]) -> int:
        """Remove the files all of whose envelopes are ``done``; answers stay. Return how many envelopes went.

        While ``held``. A file with damage in it stays until it is mended.
        """
        gone = 0
        for path in self._files():
            envelopes, damaged = self._read(path)
            if not envelopes or damaged or not all(done(envelope) for envelope in envelopes):
                continue
            try:
                path.unlink()
                sync_directory(self.directory)
            except OSError as error:
                raise environment_fault(error) from error
            gone += len(envelopes)
        return gone

    # --- answers ---

    def put_answer(self, envelope: str, answer: bytes) -> None:
        """Keep what central said of an envelope (its hash), in place of what it said before; durable on return."""
        write_file(self._answer(envelope), answer)

    def answers(self) -> list[tuple[str, bytes]]:
        """Return what central said, each with the beginning of its envelope's hash."""
        found = ((path.stem, _bytes_of(path, ANSWER_BYTES_MAX)) for path in self._named(ANSWER))
        return [(name, data) for name, data in found if data is not None]

    def drop_answer(self, envelope: str) -> None:
        """Forget an answer that does not hold."""
        self._answer(envelope).unlink(missing_ok=True)

    def _answer(self, envelope: str) -> Path:
        name = answer_name(envelope)
        if len(name) != _NAME_LENGTH or not set(name) <= set("0123456789abcdef"):
            raise ValueError("not an envelope's hash")
        return self.directory / (name + ANSWER)

    # --- files ---

    def _files(self) -> list[Path]:
        return self._named(SEALED)

    def _named(self, ending: str) -> list[Path]:
        try:
            return sorted(path for path in self.directory.iterdir() if path.suffix == ending and path.is_file())
        except OSError:
            return []

    def _last(self) -> Path | None:
        files = self._files()
        return files[-1] if files and not self._read(files[-1])[1] else None

    def _next_number(self) -> int:
        numbers = [path.stem for path in [*self._files(), *self._named(DAMAGED)] if path.stem.isdigit()]
        return max((int(number) for number in numbers), default=0) + 1

    def _read(self, path: Path) -> tuple[tuple[Envelope, ...], int]:
        """Return a file's whole envelopes and its damaged bytes; a file that did not change is not read again."""
        try:
            about = path.stat()
            mark = (about.st_size, about.st_mtime_ns)
            held = self._seen.get(path)
            if held is None or held[0] != mark:
                found = scan(path.read_bytes())
                held = self._seen[path] = (mark, found.envelopes, found.damaged_bytes)
        except OSError as error:
            log.warning("envelopes: unreadable file error=%s", type(error).__name__)
            return (), 1
        return held[1], held[2]


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _bytes_of(path: Path, limit: int) -> bytes | None:
    try:
        if path.stat().st_size > limit:
            return None
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise environment_fault(error) from error
