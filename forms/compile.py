"""Workbook -> XForm document, in a limited process, and checked whole: what comes out can be shown."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from forms import reader
from forms.conversions import ConversionCache
from forms.definition import parse_form
from forms.errors import FormRefused, Problem
from forms.repairs import Repair, from_json

WORKER_ARGUMENT = "--compile-worker"
"""The hidden argument with which a packaged program starts itself as the worker; see ``main.py``."""

Row = tuple[int, str, str]
_LOOK_S = 0.2
"""How often the caller is asked whether it still wants the form, in seconds."""


def worker_command() -> Sequence[str]:
    """The command that starts :mod:`forms.compile_worker` from source or from a packaged program."""
    if getattr(sys, "frozen", False):
        return (sys.executable, WORKER_ARGUMENT)
    return (sys.executable, "-m", "forms.compile_worker")


@dataclasses.dataclass(frozen=True)
class Compiled:
    """A form as it is opened: the XForm document, and what was changed in the workbook to get it."""

    xform: bytes
    repairs: tuple[Repair, ...] = ()


def compile_form(
    workbook: bytes,
    *,
    name: str,
    media: Mapping[str, bytes] | None = None,
    timeout_s: float = 20,
    command: Callable[[], Sequence[str]] = worker_command,
) -> bytes:
    """The XForm document alone; see :func:`open_form`."""
    return open_form(workbook, name=name, media=media, timeout_s=timeout_s, command=command).xform


def open_form(
    workbook: bytes,
    *,
    name: str,
    media: Mapping[str, bytes] | None = None,
    lenient: bool = False,
    timeout_s: float = 20,
    command: Callable[[], Sequence[str]] = worker_command,
    cancelled: Callable[[], bool] | None = None,
    cache: ConversionCache | None = None,
) -> Compiled:
    """Convert a workbook (.xlsx, .xls, .ods, .csv) or take an XForm document as it is, and check that this engine can
    show all of it. May be called from any thread; returns within ``timeout_s`` and a little.

    Args:
        workbook: the file's content; what it is, is decided by looking at it.
        name: identity of the form when the workbook gives none.
        media: file name -> content of the lists that the form names.
        lenient: also open what its author must mend; see :func:`forms.mending.mend`.
        timeout_s: bound on the conversion, in seconds of the wall clock.
        command: gives the worker's command line.
        cancelled: asked some times a second while the worker runs; true ends the worker.
        cache: where conversions are kept by content.

    Returns:
        XForm XML that :func:`forms.definition.parse_form` accepts with the same media, and the repairs.

    Raises:
        FormRefused: with sheet and row for every reason that has one; ``forms.cancelled``.
    """
    if reader.kind_of(workbook) == reader.XML:
        parse_form(workbook, media)
        return Compiled(workbook)
    found = _converted(workbook, _Order(name[:200], lenient, timeout_s), command, cancelled, cache)
    try:
        parse_form(found.xform, media)
    except FormRefused as refused:
        raise FormRefused(*(_located(problem, found.rows) for problem in refused.problems)) from None
    return Compiled(found.xform, found.repairs)


@dataclasses.dataclass(frozen=True)
class _Order:
    name: str
    lenient: bool
    timeout_s: float


@dataclasses.dataclass(frozen=True)
class _Answer:
    xform: bytes
    rows: list[Row]
    repairs: tuple[Repair, ...]


def _converted(
    workbook: bytes,
    order: _Order,
    command: Callable[[], Sequence[str]],
    cancelled: Callable[[], bool] | None,
    cache: ConversionCache | None,
) -> _Answer:
    key = ConversionCache.key(workbook, order.name, order.lenient)
    answer = cache.get(key) if cache is not None else None
    if answer is not None:
        with contextlib.suppress(ValueError, TypeError, KeyError, FormRefused):  # what cannot be read is made again
            return _read(answer)
    answer = _run(workbook, order, command(), cancelled)
    found = _read(answer)
    if cache is not None:
        cache.put(key, answer)
    return found


def _run(
    workbook: bytes, order: _Order, command: Sequence[str], cancelled: Callable[[], bool] | None
) -> bytes:
    """The worker's whole answer."""
    header = {"name": order.name, "lenient": order.lenient, "cpu_s": max(1, int(order.timeout_s + 1))}
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
            answer = _wait(worker, json.dumps(header).encode() + b"\n" + workbook, order.timeout_s, cancelled)
        finally:
            worker.kill()
    if worker.returncode != 0 or not answer.partition(b"\n")[0]:
        raise FormRefused(_death(worker.returncode, order.timeout_s))
    return answer


def _wait(
    worker: subprocess.Popen[bytes], order: bytes, timeout_s: float, cancelled: Callable[[], bool] | None
) -> bytes:
    given: bytes | None = order
    for left in range(math.ceil(timeout_s / _LOOK_S), 0, -1):
        try:
            wait_s = min(_LOOK_S, timeout_s)
            return worker.communicate(given, timeout=wait_s if cancelled is not None else timeout_s)[0]
        except subprocess.TimeoutExpired:
            given = None
        if cancelled is None or left == 1:
            break
        if cancelled():
            raise FormRefused(Problem("forms.cancelled"))
    raise FormRefused(Problem("forms.compile_timeout", details={"seconds": f"{timeout_s:g}"}))


def _read(answer: bytes) -> _Answer:
    """Read the worker's answer.

    Raises:
        FormRefused: the worker refuses the workbook.
    """
    head, _, xform = answer.partition(b"\n")
    reply = json.loads(head)
    if "problems" in reply:
        raise FormRefused(*(Problem(**problem) for problem in reply["problems"]))
    rows = [(int(row), str(path), str(cells)) for row, path, cells in reply["rows"]]
    return _Answer(xform, rows, tuple(from_json(plain) for plain in reply["repairs"]))


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
    if feature == "entities":
        return dataclasses.replace(problem, sheet="entities", row=2)
    path = details.get("path", "")
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
