"""What a row needs besides type and name: a label, a calculation, parameters that can be read."""

from __future__ import annotations

import re

from pyxform import aliases
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

from forms.mending.bench import Bench, Row
from forms.mending.nesting import begins, ends
from forms.repairs import CERTAIN, GUESS, LIKELY

_SPEAKING = ("label", "media", "hint")
_YES = {"oui": "yes", "vrai": "yes", "o": "yes", "x": "yes", "non": "no", "faux": "no", "n": "no"}
_PARAMETER = re.compile(r"[\w:.-]+\s*=\s*\S+")


def skip_disabled(bench: Bench) -> None:
    """Empty the rows that are switched off, as the converter does, and those that only comment."""
    table = bench.survey
    off, kind = table.heading("disabled"), table.heading("type") or ""
    name, labels = table.heading("name") or "", table.headings("label")
    calculation = table.heading("bind", "calculate") or ""
    for index, row in table.filled():
        if off is not None and aliases.yes_no.get(row.get(off, ""), False):
            table.rows[index] = {}
        elif off is not None:
            row.pop(off, None)
        if not table.rows[index] or row.get(kind):
            continue
        if row.get(name) and row.get(calculation):
            row[kind] = "calculate"
            bench.note("forms.repair.type_spelling", table, index, kind or None, used="calculate", sure=LIKELY)
        elif not row.get(name):
            if any(row.get(label) for label in labels):
                text = "; ".join(row.values())
                bench.note("forms.repair.row_skipped", table, index, kind or None, found=text, sure=LIKELY)
            table.rows[index] = {}
        else:
            bench.refuse("forms.type_missing", table, index, kind or None, name=row[name][:100])


def say_yes(bench: Bench) -> None:
    """``oui`` and ``non`` where the converter knows ``yes`` and ``no`` alone; a formula stays one."""
    table = bench.survey
    for column in ("required", "readonly"):
        heading = table.heading("bind", column)
        for index, row in table.filled():
            found = bench.cell(table, row, heading)
            used = _YES.get(found.strip().casefold())
            if heading is not None and used is not None:
                row[heading] = used
                bench.note("forms.repair.yes_no", table, index, heading, found=found, used=used, sure=CERTAIN)


def mend(bench: Bench) -> None:
    """Look at every question once all names are known."""
    table = bench.survey
    kind_heading = table.heading("type") or ""
    for index, row in table.filled():
        kind = row.get(kind_heading, "")
        if not kind or ends(kind) or kind in aliases.settings_header:
            continue
        _parameters(bench, index, row)
        _search(bench, row)
        if kind == "calculate":
            _calculation(bench, index, row, kind_heading)
        elif not begins(kind):
            _label(bench, index, row, kind)


def _calculation(bench: Bench, index: int, row: Row, kind_heading: str) -> None:
    table = bench.survey
    heading = table.heading("bind", "calculate")
    default = bench.cell(table, row, table.heading("default"))
    if bench.cell(table, row, heading) or (default and re.search(r"[(\[{+*|]| div | mod | - ", default)):
        return
    if not bench.lenient:
        name = bench.cell(table, row, table.heading("name"))
        bench.refuse("forms.calculation_missing", table, index, heading or kind_heading, name=name[:100])
        return
    row[table.ensure("calculation", "bind", "calculate")] = "''"
    bench.note("forms.repair.calculation_missing", table, index, heading, used="''", sure=GUESS)


def _label(bench: Bench, index: int, row: Row, kind: str) -> None:
    """A question that is shown says something: its name when nothing else."""
    table = bench.survey
    plain = aliases._type_alias_map.get(kind, kind)
    if plain in QUESTION_TYPE_DICT and "control" not in QUESTION_TYPE_DICT[plain]:
        return
    if plain not in QUESTION_TYPE_DICT and kind.partition(" ")[0] not in ("select_one", "select_multiple", "rank"):
        return
    if any(row.get(heading) for first in _SPEAKING for heading in table.headings(first)):
        return
    if bench.cell(table, row, table.heading("bind", "calculate")):
        return  # computed and shown nowhere: the converter keeps it hidden
    columns = table.headings("label")
    heading = columns[0] if columns else table.ensure("label", "label")
    used = bench.cell(table, row, table.heading("name"))
    row[heading] = used
    bench.note("forms.repair.label_missing", table, index, heading, used=used, sure=LIKELY)


def _search(bench: Bench, row: Row) -> None:
    """``Search (`` as the converter knows it: else it takes the row that names columns for a choice."""
    heading = bench.survey.heading("control", "appearance")
    if heading is not None and row.get(heading):
        row[heading] = re.sub(r"\bsearch\s*\(", "search(", row[heading], flags=re.IGNORECASE)


def _parameters(bench: Bench, index: int, row: Row) -> None:
    """Parameters that are no ``key=value`` are left out."""
    table = bench.survey
    heading = table.heading("parameters")
    text = bench.cell(table, row, heading)
    if heading is None or not text:
        return
    words = [word for word in re.split(r"[,;\s]+", re.sub(r"\s*=\s*", "=", text)) if word]
    kept = [word for word in words if _PARAMETER.fullmatch(word) and word.count("=") == 1]
    if kept == words:
        return
    used = " ".join(kept)
    row[heading] = used
    if not used:
        del row[heading]
    bench.note("forms.repair.parameters", table, index, heading, found=text, used=used, sure=GUESS)
