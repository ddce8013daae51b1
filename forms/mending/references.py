"""References ``${name}``: those that follow a new name, mean the whole form, or name nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from forms.mending import others
from forms.mending.bench import Bench, Table, nearest
from forms.mending.names import root_name
from forms.mending.nesting import ends
from forms.repairs import GUESS, LIKELY

_REFERENCE = re.compile(r"\$\{\s*(last-saved#)?([^{}]*?)\s*\}")
_OF_THE_CONVERTER = frozenset({"instanceID"})
_COMPUTED = frozenset({"bind", "choice_filter", "control", "default"})
_OWN_META = re.compile(r"/meta/(?!instanceID|instanceName|audit|entity|deprecatedID)")
_UNCOMPUTED = frozenset({"label", "hint", "guidance_hint", "media", "trigger"})
_TABLES = ("survey", "choices", "settings", "entities")


@dataclass(frozen=True)
class _Cell:
    """Where a reference stands."""

    table: Table
    index: int
    heading: str


@dataclass(frozen=True)
class _Known:
    """The names there are, and those that read alike."""

    names: set[str]
    folded: dict[str, set[str]]


def mend(bench: Bench) -> None:
    """Make every reference name a question or group of the form."""
    names = _names(bench)
    known = _Known(names, {})
    for name in names:
        known.folded.setdefault(name.casefold(), set()).add(name)
    _follow_paths(bench)
    for cell in list(_cells(bench)):
        row = cell.table.rows[cell.index]
        row[cell.heading] = _REFERENCE.sub(partial(_one, bench, cell, known), row[cell.heading])
        if not row[cell.heading].strip(" ,"):
            del row[cell.heading]


def _follow_paths(bench: Bench) -> None:
    """Formulas that spell a path to a group whose name was reserved follow its new name."""
    used = bench.renamed.get("meta")
    if used is None:
        return
    for row in bench.survey.rows:
        for heading, text in row.items():
            if "/meta/" in text and bench.survey.tokens.get(heading, ("",))[0] in _COMPUTED:
                row[heading] = _OWN_META.sub(f"/{used}/", text)


def _names(bench: Bench) -> set[str]:
    survey = bench.survey
    kind, name = survey.heading("type") or "", survey.heading("name") or ""
    named = [row for _, row in survey.filled() if row.get(name) and not ends(row.get(kind, ""))]
    return {row[name] for row in named} | {row[name] + others.SUFFIX for row in named if others.asks(row.get(kind, ""))}


def _cells(bench: Bench) -> Iterator[_Cell]:
    for purpose in _TABLES:
        table = bench.tables.get(purpose)
        if table is None:
            continue
        for index, row in table.filled():
            for heading in [column for column, text in row.items() if "${" in text and _is_read(table, column)]:
                yield _Cell(table, index, heading)


def _is_read(table: Table, heading: str) -> bool:
    """Whether the converter looks at references in a column: a choice's further columns are data."""
    tokens = table.tokens.get(heading, ("",))
    return table.purpose != "choices" or tokens[0] in ("label", "media")


def _one(bench: Bench, cell: _Cell, known: _Known, found: re.Match[str]) -> str:
    before, name = found[1] or "", found[2]
    renamed = bench.renamed.get(name)
    if renamed is not None and renamed in known.names:
        return f"${{{before}{renamed}}}"
    if name in known.names or (name in _OF_THE_CONVERTER and not before):
        return f"${{{before}{name}}}"
    place, said = (cell.table, cell.index, cell.heading), found[0]
    if name == root_name(bench) and not before:
        bench.note("forms.repair.reference_root", *place, found=said, used=f"/{name}", sure=LIKELY)
        return f"/{name}"
    alike = known.folded.get(name.casefold(), set())
    if len(alike) == 1:
        used = f"${{{before}{next(iter(alike))}}}"
        bench.note("forms.repair.reference", *place, found=said, used=used, sure=LIKELY)
        return used
    if bench.lenient:
        used = "" if cell.table.tokens.get(cell.heading, ("",))[0] in _UNCOMPUTED else "''"
        bench.note("forms.repair.reference_empty", *place, found=said, used=used, sure=GUESS)
        return used
    bench.refuse("forms.dangling", *place, name=name[:100], nearest=nearest(name, known.names))
    return said
