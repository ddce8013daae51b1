"""Conversions kept on disk by content: the same workbook is not converted twice by the same importer."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path

from forms import limits

IMPORTER = 3
"""The version of the repair pass; raise it with every change of what it makes of a workbook."""
_SUFFIX = ".form"


class ConversionCache:
    """A folder of answers of the worker, at most ``entries_max`` and ``bytes_max`` of them; the ones not used for
    longest go first. Several processes may share it. What it holds is as untrusted as the workbooks it came from: who
    reads it parses and checks it again."""

    def __init__(self, folder: Path, *, entries_max: int = 50, bytes_max: int = 100 * 1024 * 1024) -> None:
        self._folder = folder
        self._entries_max = entries_max
        self._bytes_max = bytes_max

    @staticmethod
    def key(workbook: bytes, name: str, lenient: bool) -> str:
        """What a conversion depends on, as a file's name."""
        digest = hashlib.sha256(f"{IMPORTER}\0{_converter()}\0{name}\0{lenient}\0".encode(errors="surrogateescape"))
        digest.update(workbook)
        return digest.hexdigest()

    def get(self, key: str) -> bytes | None:
        """The answer kept under a key; None when there is none."""
        file = self._folder / f"{key}{_SUFFIX}"
        with contextlib.suppress(OSError):  # a cache that cannot be read costs only time
            if file.stat().st_size <= 2 * limits.XFORM_BYTES_MAX:
                answer = file.read_bytes()
                os.utime(file)
                digest, content = answer[:32], answer[32:]
                return content if hashlib.sha256(content).digest() == digest else None
        return None

    def put(self, key: str, answer: bytes) -> None:
        """Keep an answer, whole or not at all; nothing is raised when that cannot be done."""
        if len(answer) > self._bytes_max:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            written = tempfile.NamedTemporaryFile(dir=self._folder, delete=False)  # noqa: SIM115
            try:
                with written:
                    written.write(hashlib.sha256(answer).digest() + answer)
                Path(written.name).replace(self._folder / f"{key}{_SUFFIX}")
            finally:
                # On a full disk half of it is there, and nothing would ever take it away.
                Path(written.name).unlink(missing_ok=True)
            self._trim()

    def _trim(self) -> None:
        files = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        room = self._bytes_max
        for number, file in enumerate(files):
            room -= file.stat().st_size
            if number >= self._entries_max or room < 0:
                file.unlink(missing_ok=True)


@cache
def _converter() -> str:
    return metadata.version("pyxform")
