"""Groups and repeats: each end has its begin, of the same kind."""

from __future__ import annotations

from dataclasses import dataclass

from pyxform import aliases
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL

from forms.mending.bench import Bench, Row
from forms.repairs import GUESS, LIKELY


@dataclass(frozen=True)
class Begin:
    """An open group or repeat."""

    index: int
    kind: str


def begins(kind: str) -> str | None:
    """``group``, ``repeat`` or ``loop`` when a type opens one."""
    found = RE_BEGIN_CONTROL.search(kind)
    return str(aliases.control[found["type"]]) if found else None


def ends(kind: str) -> str | None:
    """``group``, ``repeat`` or ``loop`` when a type closes one."""
    found = RE_END_CONTROL.search(kind)
    return str(aliases.control[found["type"]]) if found else None


def mend(bench: Bench) -> None:
    """Close what is open, drop an end without begin, give an end its begin's kind."""
    table = bench.survey
    heading = table.heading("type")
    if heading is None:
        return
    around: list[Begin] = []
    for index, row in table.filled():
        kind = row.get(heading, "")
        opened, closed = begins(kind), ends(kind)
        if opened:
            around.append(Begin(index, opened))
        if not closed:
            continue
        if not around:
            bench.note("forms.repair.group_end_dropped", table, index, heading, found=kind, sure=LIKELY)
            table.rows[index] = {}
            continue
        begin = around.pop()
        if begin.kind != closed:
            used = f"end {begin.kind}"
            row[heading] = used
            code = "forms.repair.group_end_kind"
            bench.note(code, table, index, heading, found=kind, used=used, sure=LIKELY, row=str(begin.index + 2))
    for begin in reversed(around):
        closing: Row = {heading: f"end {begin.kind}"}
        table.rows.append(closing)
        found = table.rows[begin.index].get(heading, "")
        bench.note("forms.repair.group_closed", table, begin.index, heading, found=found, sure=GUESS)
