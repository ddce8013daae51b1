"""Names of questions and groups: missing, not a name, reserved, twice."""

from __future__ import annotations

import re
import unicodedata

from pyxform import aliases
from pyxform.parsing.expression import is_xml_tag

from forms.mending.bench import Bench, Row, Table
from forms.mending.nesting import begins, ends
from forms.repairs import CERTAIN, GUESS, LIKELY

_RESERVED = frozenset({"meta"})
ROOT = "data"
"""What the converter calls the form's own element."""


def mend(bench: Bench) -> None:
    """Give every row a name of its own in its group."""
    table = bench.survey
    kind_heading = table.heading("type")
    if kind_heading is None:
        return
    name_heading = table.ensure("name", "name")
    _root(bench, name_heading)
    rows = [(index, row, row.get(kind_heading, "")) for index, row in table.filled()]
    taken = {row.get(name_heading, "").lower() for _, row, _ in rows}
    around: list[set[str]] = [set()]
    repeats: set[str] = {root_name(bench)}
    for index, row, kind in rows:
        if not kind or kind in aliases.settings_header:
            continue
        if ends(kind):
            around.pop()
            continue
        _named(bench, index, row, kind, taken)
        name = _free(bench, index, name_heading, row[name_heading], around[-1], taken)
        if begins(kind) == "repeat":
            name = _free(bench, index, name_heading, name, repeats, taken)
            repeats.add(name)
        row[name_heading] = name
        around[-1].add(name)
        if begins(kind):
            around.append(set())


def _root(bench: Bench, heading: str) -> None:
    """The form's own element gives way to a question of its name, unless a formula spells a path from it."""
    root = root_name(bench)
    kind = bench.survey.heading("type") or ""
    same = [index for index, row in bench.survey.filled() if row.get(heading) == root]
    repeated = any(begins(bench.survey.rows[index].get(kind, "")) == "repeat" for index in same)
    texts = [text for table in bench.tables.values() for row in table.rows for text in row.values()]
    meant = repeated or any(f"${{{root}}}" in text for text in texts)
    if not same or not meant or any(f"/{root}" in text for text in texts):
        return
    used = f"{root}_form"
    settings = bench.tables.setdefault("settings", Table("settings", "settings"))
    column = settings.ensure("name", "name")
    if not settings.rows:
        settings.rows.append({})
    settings.rows[0][column] = used
    bench.note("forms.repair.root_name", bench.survey, same[0], heading, found=root, used=used)


def root_name(bench: Bench) -> str:
    """The name of the form's own element."""
    settings = bench.tables.get("settings")
    if settings is None or not settings.rows:
        return ROOT
    return bench.cell(settings, settings.rows[0], settings.heading("name")) or ROOT


def _named(bench: Bench, index: int, row: Row, kind: str, taken: set[str]) -> None:
    """A name that is there, is an XML name and is not reserved."""
    table = bench.survey
    heading = table.ensure("name", "name")
    name = row.get(heading, "")
    if not name:
        used = _unused(_slug(_label(table, row)) or f"{_slug(kind)}_{index + 2}", taken)
        row[heading] = used
        if kind not in ("note", "audit"):  # the converter itself names notes
            bench.note("forms.repair.name_missing", table, index, heading, used=used, sure=LIKELY)
        if kind == "audit":
            row[heading] = "audit"
    elif name in _RESERVED:
        used = _unused(f"{name}_", taken)
        row[heading] = bench.renamed[name] = used
        bench.note("forms.repair.name_reserved", table, index, heading, found=name, used=used)
    elif not is_xml_tag(name):
        used = _unused(_slug(name, keep_case=True) or f"q_{index + 2}", taken)
        row[heading] = bench.renamed[name] = used
        bench.note("forms.repair.name_invalid", table, index, heading, found=name, used=used, sure=LIKELY)


def _free(bench: Bench, index: int, heading: str, name: str, here: set[str], taken: set[str]) -> str:
    if name not in here:
        return name
    used = _unused(f"{name}_2", taken)
    sure = CERTAIN if name == root_name(bench) else GUESS
    if name == root_name(bench):
        bench.renamed[name] = used
    bench.note("forms.repair.name_duplicate", bench.survey, index, heading, found=name, used=used, sure=sure)
    return used


def _unused(name: str, taken: set[str]) -> str:
    wanted, number = name, 2
    while wanted.lower() in taken:
        wanted, number = f"{name.rstrip('_')}_{number}", number + 1
    taken.add(wanted.lower())
    return wanted


def _label(table: Table, row: Row) -> str:
    return next((row[heading] for heading in table.headings("label") if row.get(heading)), "")


def _slug(text: str, *, keep_case: bool = False) -> str:
    """An XML name made of a text; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", plain if keep_case else plain.lower()).strip("_.-")[:60]
    return f"_{plain}" if plain[:1].isdigit() else plain


slug = _slug
