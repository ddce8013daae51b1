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
    if reader.kind_of(workbook) == reader.XML:
        parse_form(workbook, media)
        return workbook
    xform, rows = _convert(workbook, name, timeout_s, command())
    try:
        parse_form(xform, media)
    except FormRefused as refused:
        raise FormRefused(*(_located(problem, rows) for problem in refused.problems)) from None
    return xform


def _convert(workbook: bytes, name: str, timeout_s: float, command: Sequence[str]) -> tuple[bytes, list[Row]]:
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
    return xform, [(int(row), str(path), str(cells)) for row, path, cells in reply["rows"]]


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
