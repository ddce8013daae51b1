"""What the converter refuses is left out of the workbook, cell by cell, so that its author sees the rest."""

from __future__ import annotations

import re

from forms.errors import Problem
from forms.mending.bench import Bench
from forms.repairs import GUESS

_COLUMN = re.compile(r"the '([^']+)' value is invalid")
TRIES_MAX = 20
"""A workbook with more to leave out than this is refused."""


def leave_out(bench: Bench, problem: Problem) -> bool:
    """Empty the cell that the converter names, else the whole row where it only asks; False when it names neither."""
    survey = bench.survey
    if problem.sheet != "survey" or problem.row not in bench.numbers:
        return False
    row = survey.rows[bench.numbers.index(problem.row)]
    named = _COLUMN.search(problem.details.get("reason", ""))
    heading = named[1] if named is not None and named[1] in row else None
    kind = survey.heading("type") or ""
    if heading is None and not row.get(kind, "").lower().startswith(("begin", "end")) and row:
        found = row.get(kind, "")
        row.clear()
        bench.note("forms.repair.row_skipped", survey, problem.row - 2, kind, found=found, sure=GUESS)
        return True
    if heading is None or heading == kind:
        return False
    bench.note("forms.repair.cell_dropped", survey, problem.row - 2, heading, found=row.pop(heading), sure=GUESS)
    return True
