"""Workbook -> XForm document, in a limited process, and checked whole: what comes out can be shown."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from forms import reader
from forms.conversions import ConversionCache
from forms.definition import parse_form
from forms.errors import FormRefused, Problem
from forms.repairs import Repair, from_json

WORKER_ARGUMENT = "--compile-worker"
"""The hidden argument with which a packaged program starts itself as the worker; see ``main.py``."""

Row = tuple[int, str, str]


class Written(NamedTuple):
    """A formula of the survey sheet as its author wrote it.

    Attributes:
        path: the question's, without the root and without rows.
        aspect: as in :class:`forms.explaining.Explanation`, ``choice_filter`` or ``default``.
        cell: its address (``F12``).
    """

    row: int
    path: str
    aspect: str
    cell: str
    text: str


_LOOK_S = 0.2
"""How often the caller is asked whether it still wants the form, in seconds."""
_BUSY_S = 60.0
"""How much longer than its processor time a conversion may take on a machine that has other work, in seconds."""


def worker_command() -> Sequence[str]:
    """The command that starts :mod:`forms.compile_worker` from source or from a packaged program."""
    if getattr(sys, "frozen", False):
        return (sys.executable, WORKER_ARGUMENT)
    return (sys.executable, "-m", "forms.compile_worker")


@dataclasses.dataclass(frozen=True)
class Converted:
    """A document, with where its questions stand in the workbook (none for a document given as it is), and warnings.

    Attributes:
        rows: number in the survey sheet, question's path, all cells as text.
        warnings: what the converter remarked, in its own English words.
        repairs: what was changed in the workbook to open it.
        written: its formulas as they were before that.
    """

    xform: bytes
    rows: Sequence[Row] = ()
    warnings: Sequence[str] = ()
    repairs: Sequence[Repair] = ()
    written: Sequence[Written] = ()

    def located(self, problem: Problem) -> Problem:
        """``problem`` with sheet and row, where the document came from a workbook."""
        return _located(problem, self.rows) if self.rows else problem


def convert_form(
    workbook: bytes,
    *,
    name: str,
    lenient: bool = False,
    timeout_s: float = 20,
    command: Callable[[], Sequence[str]] = worker_command,
    cancelled: Callable[[], bool] | None = None,
    cache: ConversionCache | None = None,
) -> Converted:
    """Convert a workbook (.xlsx, .xls, .ods, .csv), or take an XForm document as it is; whether it can be shown is not
    looked at. May be called from any thread.

    Args:
        workbook: the file's content; what it is, is decided by looking at it.
        name: identity of the form when the workbook gives none.
        lenient: also open what its author must mend; see :func:`forms.mending.mend`.
        timeout_s: bound on the conversion, in seconds of processor time; where the system cannot count that
            (Windows), of the wall clock. On a machine that has other work the clock may show up to a minute more.
        command: gives the worker's command line.
        cancelled: asked some times a second while the worker runs; true ends the worker.
        cache: where conversions are kept by content.

    Raises:
        FormRefused: with sheet and row for every reason that has one; ``forms.cancelled``.
    """
    if reader.kind_of(workbook) == reader.XML:
        return Converted(workbook)
    header = json.dumps({"name": name[:200], "lenient": lenient, "cpu_s": max(1, int(timeout_s + 1))})
    order = header.encode() + b"\n" + workbook
    key = ConversionCache.key(workbook, name[:200], lenient)
    answer = cache.get(key) if cache is not None else None
    if answer is not None:
        with contextlib.suppress(ValueError, TypeError, KeyError, FormRefused):  # what cannot be read is made again
            return _read(answer)
    answer = _run(order, timeout_s, command(), cancelled)
    converted = _read(answer)
    if cache is not None:
        cache.put(key, answer)
    return converted


def compile_form(
    workbook: bytes,
    *,
    name: str,
    media: Mapping[str, bytes] | None = None,
    timeout_s: float = 20,
    command: Callable[[], Sequence[str]] = worker_command,
) -> bytes:
    """The document of :func:`checked_form`, and nothing about how it came to be."""
    return checked_form(workbook, name=name, media=media, timeout_s=timeout_s, command=command).xform


def checked_form(
    workbook: bytes,
    *,
    name: str,
    media: Mapping[str, bytes] | None = None,
    timeout_s: float = 20,
    command: Callable[[], Sequence[str]] = worker_command,
) -> Converted:
    """Convert a workbook as :func:`convert_form` does, and check that this engine can show all of it.

    Args:
        media: file name -> content of the lists that the form names.

    Returns:
        XForm XML that :func:`forms.definition.parse_form` accepts with the same media, and the repairs.

    Raises:
        FormRefused: with sheet and row for every reason that has one.
    """
    converted = convert_form(workbook, name=name, timeout_s=timeout_s, command=command)
    try:
        parse_form(converted.xform, media)
    except FormRefused as refused:
        raise FormRefused(*(converted.located(problem) for problem in refused.problems)) from None
    return converted


def _run(order: bytes, timeout_s: float, command: Sequence[str], cancelled: Callable[[], bool] | None) -> bytes:
    """The worker's whole answer."""
    worker = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=None if getattr(sys, "frozen", False) else Path(__file__).resolve().parent.parent,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    with worker:
        try:
            answer = _wait(worker, order, _patience_s(timeout_s), cancelled)
        finally:
            worker.kill()
    if worker.returncode != 0 or not answer.partition(b"\n")[0]:
        raise FormRefused(_death(worker.returncode, timeout_s))
    return answer


def _patience_s(timeout_s: float) -> float:
    """How long to wait for a worker that holds itself to ``timeout_s`` of processor time: a form is not refused
    because the machine is busy."""
    return timeout_s if sys.platform == "win32" else timeout_s + min(2 * timeout_s, _BUSY_S)


def _wait(
    worker: subprocess.Popen[bytes], order: bytes, timeout_s: float, cancelled: Callable[[], bool] | None
) -> bytes:
    _feed(worker, order)
    looks = math.ceil(timeout_s / _LOOK_S) if cancelled is not None else 1
    for _ in range(looks):
        if cancelled is not None and cancelled():
            raise FormRefused(Problem("forms.cancelled"))
        try:
            return worker.communicate(timeout=timeout_s / looks)[0]
        except subprocess.TimeoutExpired:
            continue  # the caller may not want it any more
    raise FormRefused(Problem("forms.compile_timeout", details={"seconds": f"{timeout_s:g}"}))


def _feed(worker: subprocess.Popen[bytes], order: bytes) -> None:
    """Hand over the order on a thread of its own: ``communicate`` forgets what it has not written at a timeout."""
    stdin, worker.stdin = worker.stdin, None
    assert stdin is not None

    def write() -> None:
        with contextlib.suppress(OSError), stdin:  # a worker that has ended reads no more
            stdin.write(order)

    threading.Thread(target=write, name="compile order", daemon=True).start()


def _read(answer: bytes) -> Converted:
    """Read the worker's answer.

    Raises:
        FormRefused: the worker refuses the workbook.
    """
    head, _, xform = answer.partition(b"\n")
    reply = json.loads(head)
    if "problems" in reply:
        raise FormRefused(*(Problem(**problem) for problem in reply["problems"]))
    rows = [(int(row), str(path), str(cells)) for row, path, cells in reply["rows"]]
    repairs = [from_json(plain) for plain in reply["repairs"]]
    written = [Written(int(row), *map(str, rest)) for row, *rest in reply["written"]]
    return Converted(xform, rows, [str(warning) for warning in reply["warnings"]], repairs, written)


def _death(code: int, timeout_s: float) -> Problem:
    """Why a worker ended without an answer."""
    if code == -getattr(signal, "SIGXCPU", 0) or code == -getattr(signal, "SIGKILL", 0):
        return Problem("forms.compile_timeout", details={"seconds": f"{timeout_s:g}"})
    return Problem("forms.compile_failed", details={"exit": str(code)})


def _located(problem: Problem, rows: Sequence[Row]) -> Problem:
    """Add sheet and row to a problem found in the converted document."""
    details = problem.details
    feature = details.get("feature", "")
    if feature == "encryption":
        return dataclasses.replace(problem, sheet="settings", row=2)
    path = details.get("path", "")
    if not path and details.get("reason") == "media_not_shown":
        return dataclasses.replace(problem, sheet="choices")
    if "/meta/entity" in path:
        return dataclasses.replace(problem, sheet="entities", row=2)
    if path == "/meta/instanceName":
        return dataclasses.replace(problem, sheet="settings", row=2, column="instance_name")
    for row, own, _cells in rows:
        if path and own == path:
            return dataclasses.replace(problem, sheet="survey", row=row)
    last = path.rpartition("/")[2]
    wanted = details.get("file") or details.get("value") or ""
    for row, own, cells in rows:
        kind = own.rpartition("/")[2]
        named = last and (kind == last or own.endswith(f"/{last}"))
        if named or (wanted and (wanted in cells or f"'{wanted.rpartition('.')[0]}'" in cells)):
            return dataclasses.replace(problem, sheet="survey", row=row)
    return dataclasses.replace(problem, sheet="survey")
