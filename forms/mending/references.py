"""References ``${name}``: those that follow a new name, mean the whole form, or name nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms.mending.bench import Bench, Table, nearest
from forms.mending.names import root_name
from forms.mending.nesting import ends
from forms.repairs import GUESS, LIKELY

_REFERENCE = re.compile(r"\$\{\s*(last-saved#)?([^{}]*?)\s*\}")
_OF_THE_CONVERTER = frozenset({"instanceID"})
_UNCOMPUTED = frozenset({"label", "hint", "guidance_hint", "media", "trigger"})
_TABLES = ("survey", "choices", "settings", "entities")


def mend(bench: Bench) -> None:
    """Make every reference name a question or group of the form."""
    names = _names(bench)
    folded: dict[str, set[str]] = {}
    for name in names:
        folded.setdefault(name.casefold(), set()).add(name)
    for table, index, heading in _cells(bench):
        row = table.rows[index]
        row[heading] = _REFERENCE.sub(lambda found: _one(bench, table, index, heading, found, names, folded), row[heading])
        if not row[heading].strip(" ,"):
            del row[heading]


def _names(bench: Bench) -> set[str]:
    survey = bench.survey
    kind, name = survey.heading("type") or "", survey.heading("name") or ""
    return {row[name] for _, row in survey.filled() if row.get(name) and not ends(row.get(kind, ""))}


def _cells(bench: Bench) -> Iterator[tuple[Table, int, str]]:
    for purpose in _TABLES:
        table = bench.tables.get(purpose)
        if table is None:
            continue
        for index, row in table.filled():
            for heading in [column for column, text in row.items() if "${" in text and _is_read(table, column)]:
                yield table, index, heading


def _is_read(table: Table, heading: str) -> bool:
    """Whether the converter looks at references in a column: a choice's further columns are data."""
    tokens = table.tokens.get(heading, ("",))
    return table.purpose != "choices" or tokens[0] in ("label", "media")


def _one(
    bench: Bench,
    table: Table,
    index: int,
    heading: str,
    found: re.Match[str],
    names: set[str],
    folded: dict[str, set[str]],
) -> str:
    before, name = found[1] or "", found[2]
    renamed = bench.renamed.get(name)
    if renamed is not None and renamed in names:
        return f"${{{before}{renamed}}}"
    if name in names or (name in _OF_THE_CONVERTER and not before):
        return f"${{{before}{name}}}"
    if name == root_name(bench) and not before:
        used = f"/{name}"
        bench.note("forms.repair.reference_root", table, index, heading, found=found[0], used=used, sure=LIKELY)
        return used
    alike = folded.get(name.casefold(), set())
    if len(alike) == 1:
        used = f"${{{before}{next(iter(alike))}}}"
        bench.note("forms.repair.reference", table, index, heading, found=found[0], used=used, sure=LIKELY)
        return used
    if bench.lenient:
        used = "" if table.tokens.get(heading, ("",))[0] in _UNCOMPUTED else "''"
        bench.note("forms.repair.reference_empty", table, index, heading, found=found[0], used=used, sure=GUESS)
        return used
    bench.refuse("forms.dangling", table, index, heading, name=name[:100], nearest=nearest(name, names))
    return found[0]


