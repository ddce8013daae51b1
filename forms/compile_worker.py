"""The limited process that converts a workbook: ``python -m forms.compile_worker``.

Standard input: a JSON header on one line (``name``, ``cpu_s``), then the workbook. Standard output: a JSON line, then
the XForm document when there is one. The process gives itself a bound on memory and processor time before it reads
anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from forms import grids, limits, reader
from forms.errors import FormRefused, Problem
from forms.repairs import Repair, as_json, column_letters

if TYPE_CHECKING:
    from forms.mending.bench import Bench

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"'(survey|choices|settings|external_choices|entities|osm)' sheet")
_QUOTED = re.compile(r"'([^']{1,100})'")
_ASPECTS = {
    "relevant": "relevant",
    "constraint": "constraint",
    "calculate": "calculate",
    "required": "required",
    "readonly": "readonly",
    "jr:count": "count",
    "choice_filter": "choice_filter",
    "default": "default",
}
"""The columns that hold formulas, by the name that the converter has for them."""
_UNKNOWN_TYPE = re.compile(r"Unknown question type '([^']*)'")


def main() -> int:
    """Convert one workbook from standard input to standard output; always answers with a JSON line."""
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not mix with the answer.
    os.dup2(2, 1)
    with open(0, "rb", closefd=False) as source:
        header = json.loads(source.readline(4096))
        _limit(int(header["cpu_s"]))
        data = source.read(limits.PACKED_BYTES_MAX + 1)
    try:
        done = convert(data, str(header["name"]), lenient=bool(header.get("lenient")))
        repairs = [as_json(one) for one in done.repairs]
        head = {"rows": done.rows, "warnings": done.warnings, "repairs": repairs, "written": done.written}
        _reply(answers, head, done.xform)
    except FormRefused as refused:
        _reply(answers, {"problems": [_as_json(problem) for problem in refused.problems]}, b"")
    except MemoryError:
        _reply(answers, {"problems": [{"code": "forms.compile_memory"}]}, b"")
    return 0


def _limit(cpu_s: int) -> None:
    """Bound memory, processor time and files where the system can (not on Windows: there the time limit remains)."""
    sys.dont_write_bytecode = True
    if sys.platform == "win32":
        return
    import resource

    for name, bound in (
        (resource.RLIMIT_AS, limits.WORKER_MEMORY_BYTES),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 2 * limits.XFORM_BYTES_MAX),  # the converter writes its result to a temporary file
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(name)
        most = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(name, (most, most))


def _reply(answers: BinaryIO, head: dict[str, Any], xform: bytes) -> None:
    answers.write(json.dumps(head).encode() + b"\n" + xform)
    answers.flush()


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "details": dict(problem.details),
    }


@dataclass(frozen=True)
class Converted:
    """What a workbook became.

    Attributes:
        xform: the XForm document.
        rows: for each row of the survey sheet its number, its question's path and all its cells as text.
        warnings: what the converter remarked, in its own English words.
        repairs: what was changed to get there.
        written: each formula of the survey sheet as its author wrote it: row, question's path, aspect (as in
            :class:`forms.explaining.Explanation`, ``choice_filter`` or ``default``), cell, text.
    """

    xform: bytes
    rows: list[tuple[int, str, str]]
    warnings: list[str]
    repairs: list[Repair]
    written: list[tuple[int, str, str, str, str]]


def convert(data: bytes, name: str, *, lenient: bool = False) -> Converted:
    """Convert a workbook.

    Raises:
        FormRefused: with sheet and row where they are known.
    """
    kind = reader.kind_of(data)
    if kind in (reader.XLSX, reader.ODS):
        reader.check_workbook(data, kind)
    book = grids.read_workbook(data, kind)
    from forms import mending

    bench = mending.mend(book, lenient=lenient)
    rows, xform, warnings = _converted(bench, name)
    if len(xform) > limits.XFORM_BYTES_MAX:
        raise reader.too_large("xform_bytes", len(xform), limits.XFORM_BYTES_MAX)
    return Converted(xform, rows, warnings, bench.repairs, _written(bench, rows))


def _converted(bench: Bench, name: str) -> tuple[list[tuple[int, str, str]], bytes, list[str]]:
    """The rows, the document and the warnings; for an author without what the converter refuses."""
    from forms.mending.leaving_out import TRIES_MAX, leave_out

    left_out = 0
    while True:
        rows = _survey_rows(bench.survey.rows, bench.numbers)
        try:
            return rows, *by_converter(bench.for_converter(name), rows, bench.numbers)
        except FormRefused as refused:
            left_out += 1
            if not bench.lenient or left_out > TRIES_MAX or not leave_out(bench, refused.problems[0]):
                raise


@contextlib.contextmanager
def converter_in_haste() -> Iterator[None]:
    """Two things of the converter take half a minute each on a large form, and give the same document without it.

    Its elements compare by turning themselves into nested dictionaries; they compare by identity meanwhile. And it
    looks for one type of question by walking through every list of choices once for each question that uses it.
    """
    from pyxform import xls2xform
    from pyxform.survey_element import SurveyElement

    own = SurveyElement.__dict__.get("__eq__")
    walk = xls2xform.has_external_choices
    SurveyElement.__eq__ = object.__eq__
    xls2xform.has_external_choices = _has_external_choices
    try:
        yield
    finally:
        xls2xform.has_external_choices = walk
        if own is not None:
            SurveyElement.__eq__ = own


def _has_external_choices(json_struct: object) -> bool:
    """Whether a question takes its choices from another file; each list is looked at once."""
    waiting, seen = [json_struct], set[int]()
    while waiting:
        at = waiting.pop()
        if not isinstance(at, (dict, list)) or id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, dict):
            kind = at.get("type")
            if isinstance(kind, str) and kind.startswith("select one external"):
                return True
        waiting.extend(at.values() if isinstance(at, dict) else at)
    return False


def by_converter(
    sheets: dict[str, Any], rows: list[tuple[int, str, str]], numbers: Sequence[int] = ()
) -> tuple[bytes, list[str]]:
    """Hand mended sheets to the converter: the document and its warnings.

    Args:
        numbers: where the survey's rows stand in its sheet, if not one after the other.

    Raises:
        FormRefused: the converter refuses them, or crashes on them.
    """
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert as pyxform_convert

    try:
        with converter_in_haste():
            result = pyxform_convert(sheets)
    except PyXFormError as error:
        raise FormRefused(_authors_mistake(str(error), rows, numbers)) from None
    except MemoryError:
        raise
    except RecursionError:
        raise FormRefused(Problem("forms.too_large", details={"limit": "depth"})) from None
    except Exception as error:
        # Some broken workbooks crash the converter; to the author that is the workbook's fault all the same.
        raise FormRefused(_crash(error)) from None
    return str(result.xform).encode(), [str(warning) for warning in result.warnings]


def _crash(error: Exception) -> Problem:
    """A crash of the converter, with the row at which it was."""
    row: int | None = None
    frame = error.__traceback__
    while frame is not None:
        found = frame.tb_frame.f_locals.get("row_number")
        row = found if isinstance(found, int) else row
        frame = frame.tb_next
    details = {"reason": type(error).__name__}
    return Problem("forms.compile_failed", sheet="survey" if row else None, row=row, details=details)


def _survey_rows(survey: Sequence[Mapping[str, str]], numbers: Sequence[int]) -> list[tuple[int, str, str]]:
    """The path of each row's question, from the nesting of groups; ``numbers`` says where the row stands."""
    found: list[tuple[int, str, str]] = []
    around: list[str] = []
    for number, row in zip(numbers, survey, strict=True):
        cells = {str(key).strip().lower(): str(value).strip() for key, value in row.items() if value is not None}
        kind = " ".join(cells.get("type", "").lower().replace("_", " ").split())
        name = cells.get("name", "")
        if kind.startswith("end ") and around and kind.split()[1:2] in (["group"], ["repeat"], ["loop"]):
            around.pop()
            continue
        path = "/" + "/".join([*around, name]) if name else f"/{kind}"
        found.append((number, path, "\n".join(cells.values())))
        if kind.startswith("begin "):
            around.append(name)
    return found


def _written(bench: Bench, rows: list[tuple[int, str, str]]) -> list[tuple[int, str, str, str, str]]:
    """The formulas before anything was mended in them; of two columns that mean the same, the first."""
    columns = {
        _ASPECTS[tokens[-1]]: bench.survey.places[heading]
        for heading, tokens in bench.survey.tokens.items()
        if tokens[-1] in _ASPECTS and heading in bench.survey.places
    }
    cells = bench.grids["survey"].rows
    found: list[tuple[int, str, str, str, str]] = []
    for number, path, _cells in rows:
        row = cells[number - 1] if number <= len(cells) else []
        for aspect, place in columns.items():
            text = row[place].strip() if place < len(row) else ""
            if text:
                found.append((number, path, aspect, f"{column_letters(place)}{number}", text))
    return found


def _authors_mistake(message: str, rows: list[tuple[int, str, str]], numbers: Sequence[int]) -> Problem:
    """The converter's words as a problem, with the row it tells or else the first row that holds what it quotes."""
    row = _ROW.search(message)
    sheet = _SHEET.search(message)
    unknown = _UNKNOWN_TYPE.search(message)
    told = int(row[1]) if row else 0
    told = numbers[told - 2] if 2 <= told < len(numbers) + 2 and sheet is None else told
    number = told if row else (_quoted_row(message, rows) if sheet is None else None)
    details = {"reason": _ROW.sub("", message).strip()[:500]}
    code = "forms.author"
    if unknown is not None:
        code, details = "forms.unsupported", {"feature": unknown[1]}
    elif "not recognized as a supported type" in message or "must have a sheet named 'survey'" in message:
        code = "forms.not_a_form"
    place = sheet[1] if sheet else ("survey" if number is not None else None)
    return Problem(code, sheet=place, row=number, details=details)


def _quoted_row(message: str, rows: list[tuple[int, str, str]]) -> int | None:
    wanted = ["select"] if "should be a choices sheet" in message else _QUOTED.findall(message)
    for number, _path, cells in rows:
        lines = cells.split("\n")
        if any(line == text or line.startswith(text) or f"{{{text}}}" in line for text in wanted for line in lines):
            return number
    return None


if __name__ == "__main__":
    sys.exit(main())
