"""FM1-FM5: mutated workbooks and XForms are opened or refused with a known code, soon and in bounded memory.

``python -m tests.soak.forms_fuzz --count 10000 [--seed N]`` prints one JSON line. It runs the worker's own code in one
process under the worker's limits, so that thousands take minutes; starting the worker is tested elsewhere.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import secrets
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import NoReturn

from forms import compile_worker, grids, limits, mending, reader
from forms.definition import parse_form
from forms.errors import FormRefused
from tests.support.forms import corpus_forms
from tests.support.memory import most_memory
from tests.support.workbooks import ods, workbook

CASE_S = 20
"""A case that takes longer is a hang: the worker would be ended."""
NASTY = (
    "",
    " ",
    "${",
    "${}",
    "${nowhere}",
    "${a} ${a",
    "]]>",
    "<b>&amp;",
    "\ufffe",
    "\x00",
    "é" * 300,
    "x" * 40_000,
    "begin repeat",
    "end group",
    "select_one",
    "select_multiple ${a}",
    "select_one a.csv",
    "calculate",
    "meta",
    "data",
    "1a",
    "a:b:c",
    "label::",
    "::",
    "bind::",
    "instance::x::y",
    "media::image::fr",
    "true()",
    "(" * 500,
    "concat(" * 80 + ")" * 80,
    "//*[position() = 1]/..",
    "0 div 0",
    "-1",
    "9" * 400,
    "'",
)


class Hang(BaseException):
    """Not an Exception, so that nothing on the way takes it for a damaged file."""


def main() -> int:
    """Run one series; 1 when anything but a document or a refusal came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else secrets.randbelow(1_000_000)
    most = limits.WORKER_MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGALRM, _hang)
    found: Counter[str] = Counter()
    faults: list[str] = []
    worst_s = 0.0
    for number in range(options.count):
        dice = random.Random(f"{seed}:{number}")
        began = time.monotonic()
        outcome = _one(dice)
        worst_s = max(worst_s, time.monotonic() - began)
        found[outcome] += 1
        if not outcome.startswith(("opened", "forms.")):
            faults.append(f"{seed}:{number} {outcome}")
    peak = most_memory() // 1024**2
    report = {"seed": seed, "count": options.count, "worst_s": round(worst_s, 2), "peak_mib": peak}
    print(json.dumps({**report, "outcomes": dict(found.most_common()), "faults": faults[:20]}))
    return 1 if faults else 0


def _hang(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Hang


def _one(dice: random.Random) -> str:
    signal.alarm(CASE_S)
    try:
        way = dice.choice((_bytes, _parts, _cells, _cells, _document))
        return way(dice)
    except FormRefused as refused:
        return refused.problems[0].code
    except MemoryError:
        return "forms.compile_memory"  # as the worker answers
    except Hang:
        return "hang"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    finally:
        signal.alarm(0)


def _open(data: bytes) -> str:
    if reader.kind_of(data) != reader.XML:
        data = compile_worker.convert(data, "fuzzed", lenient=True).xform
    parse_form(data, strict=False)
    return "opened"


def _bytes(dice: random.Random) -> str:
    return _open(_damaged(dice, dice.choice(_seeds())))


def _document(dice: random.Random) -> str:
    return _open(_damaged(dice, dice.choice(_documents())))


def _parts(dice: random.Random) -> str:
    """Damage one part inside the archive, so that its checksum still holds."""
    source = dice.choice([data for data in _seeds() if data.startswith(b"PK")])
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        names = archive.namelist()
        hit = dice.choice([name for name in names if name.endswith((".xml", ".rels"))])
        for name in names:
            content = archive.read(name)
            written.writestr(name, _damaged(dice, content) if name == hit else content)
    return _open(target.getvalue())


def _cells(dice: random.Random) -> str:
    """Damage cells of a workbook that is read well: what the repair pass and the converter meet."""
    book = _book(dice.randrange(len(_seeds())))
    for _ in range(dice.randint(1, 6)):
        grid = dice.choice(list(book.grids.values()))
        if not grid.rows:
            continue
        row = grid.rows[dice.choice((0, dice.randrange(len(grid.rows))))]
        act = dice.randrange(4)
        if act == 0 and row:
            row[dice.randrange(len(row))] = dice.choice(NASTY)
        elif act == 1:
            del grid.rows[dice.randrange(len(grid.rows))]
        elif act == 2:
            grid.rows.insert(dice.randrange(len(grid.rows) + 1), list(row))
        elif row:
            other = dice.choice(dice.choice(grid.rows) or [""])
            row[dice.randrange(len(row))] = other
    bench = mending.mend(book, lenient=dice.random() < 0.5)
    xform, _ = compile_worker.by_converter(bench.for_converter("fuzzed"), [])
    parse_form(xform, strict=False)
    return "opened"


def _damaged(dice: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 8))):
        at = dice.randrange(len(found) + 1)
        end = min(len(found), at + dice.choice((1, 4, 40, 400)))
        act: Callable[[], object] = dice.choice(
            (
                lambda at=at: found.__setitem__(slice(at, at + 1), bytes([dice.randrange(256)])),
                lambda at=at, end=end: found.__delitem__(slice(at, end)),
                lambda at=at, end=end: found.__setitem__(slice(at, at), bytes(found[at:end]) * dice.choice((1, 50))),
                lambda at=at: found.__setitem__(slice(at, at), dice.choice(NASTY).encode("utf-8", "replace")),
                lambda at=at: found.__delitem__(slice(max(at, len(found) // 2), None)),
            )
        )
        act()
    return bytes(found)


@cache
def _seeds() -> list[bytes]:
    """Small workbooks of our own in every format, and those of the public corpus where it is."""
    survey: list[list[object]] = [
        ["type", "name", "label", "label::Français (fr)", "relevant", "calculation", "constraint", "choice_filter"],
        ["text", "a", "A", "A", None, None, "regex(., '[a-z]+')", None],
        ["begin repeat", "r", "R", "R", None, None, None, None],
        ["select_one c", "s", "S", "S", "${a} != ''", None, None, "k = ${a}"],
        ["calculate", "t", None, None, None, "count(${r}) + 1", None, None],
        ["end repeat", None, None, None, None, None, None, None],
    ]
    choices: list[list[object]] = [["list_name", "name", "label", "k"], ["c", "x", "X", "1"], ["c", "y", "Y", "2"]]
    own = [workbook(survey=survey, choices=choices), ods(survey=survey, choices=choices)]
    table = "\n".join(",".join("" if cell is None else f'"{cell}"' for cell in row) for row in survey)
    found = [*own, table.encode()]
    for path in corpus_forms():
        if path.suffix != ".xml" and path.stat().st_size < 50_000:
            found.append(path.read_bytes())
    return found


@cache
def _documents() -> list[bytes]:
    found = [compile_worker.convert(_seeds()[0], "own", lenient=False).xform]
    return found + [
        path.read_bytes() for path in corpus_forms() if path.suffix == ".xml" and path.stat().st_size < 60_000
    ]


def _book(number: int) -> grids.Workbook:
    """A fresh copy of a workbook's cells."""
    book = _read(number)
    copies = {purpose: grids.Grid(grid.name, [list(row) for row in grid.rows]) for purpose, grid in book.grids.items()}
    return grids.Workbook(copies, list(book.names))


@cache
def _read(number: int) -> grids.Workbook:
    data = _seeds()[number]
    try:
        return grids.read_workbook(data, reader.kind_of(data))
    except FormRefused:
        return _read(0)


if __name__ == "__main__":
    sys.exit(main())
