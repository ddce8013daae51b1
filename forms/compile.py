"""Workbook -> XForm document, in a limited process, and checked whole: what comes out can be shown."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from forms import reader
from forms.definition import parse_form
from forms.errors import FormRefused, Problem

WORKER_ARGUMENT = "--compile-worker"
"""The hidden argument with which a packaged program starts itself as the worker; see ``main.py``."""

Row = tuple[int, str, str]


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
    """

    xform: bytes
    rows: Sequence[Row] = ()
    warnings: Sequence[str] = ()

    def located(self, problem: Problem) -> Problem:
        """``problem`` with sheet and row, where the document came from a workbook."""
        return _located(problem, self.rows) if self.rows else problem


def convert_form(
    workbook: bytes, *, name: str, timeout_s: float = 20, command: Callable[[], Sequence[str]] = worker_command
) -> Converted:
    """Convert a workbook, or take an XForm document as it is; whether it can be shown is not looked at.

    Arguments and errors as for :func:`compile_form`.
    """
    if reader.kind_of(workbook) == reader.XML:
        return Converted(workbook)
    return _convert(workbook, name, timeout_s, command())


def compile_form(
    workbook: bytes,
    *,
    name: str,
    media: Mapping[str, bytes] | None = None,
    timeout_s: float = 20,
    command: Callable[[], Sequence[str]] = worker_command,
) -> bytes:
    """Convert a workbook (.xlsx or .xls) or take an XForm document as it is, and check that this engine can show all
    of it.

    Args:
        workbook: the file's content; what it is, is decided by looking at it.
        name: identity of the form when the workbook gives none.
        media: file name -> content of the lists that the form names.
        timeout_s: bound on the conversion, in seconds of the wall clock.
        command: gives the worker's command line.

    Returns:
        XForm XML that :func:`forms.definition.parse_form` accepts with the same media.

    Raises:
        FormRefused: with sheet and row for every reason that has one.
    """
    converted = convert_form(workbook, name=name, timeout_s=timeout_s, command=command)
    try:
        parse_form(converted.xform, media)
    except FormRefused as refused:
        raise FormRefused(*(converted.located(problem) for problem in refused.problems)) from None
    return converted.xform


def _convert(workbook: bytes, name: str, timeout_s: float, command: Sequence[str]) -> Converted:
    header = json.dumps({"name": name[:200], "cpu_s": max(1, int(timeout_s + 1))}).encode() + b"\n"
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        done = subprocess.run(
            command,
            input=header + workbook,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
            cwd=None if getattr(sys, "frozen", False) else Path(__file__).resolve().parent.parent,
            creationflags=flags,
        )
    except subprocess.TimeoutExpired:
        raise FormRefused(Problem("forms.compile_timeout", details={"seconds": f"{timeout_s:g}"})) from None
    head, _, xform = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise FormRefused(_death(done.returncode, timeout_s))
    reply = json.loads(head)
    if "problems" in reply:
        raise FormRefused(*(Problem(**problem) for problem in reply["problems"]))
    rows = [(int(row), str(path), str(cells)) for row, path, cells in reply["rows"]]
    return Converted(xform, rows, [str(warning) for warning in reply["warnings"]])


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
