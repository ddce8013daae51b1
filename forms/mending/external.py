"""Lists of the sheet ``external_choices``: kept apart in old forms because long lists were slow. Here a list is a table
and its filters are indexed, so that they are read as any other list."""

from __future__ import annotations

from forms.mending.bench import Bench, Row, Table
from forms.mending.types import list_of

SHEET = "external_choices"
_COMMAND, _READ_AS = "select_one_external", "select_one"


def read_as_choices(bench: Bench) -> None:
    """Move the lists to the other ones, and make the questions that ask for them ordinary ones."""
    external = bench.tables.get(SHEET)
    if external is None or not any(external.rows):
        return
    choices = bench.tables.setdefault("choices", Table("choices", "choices"))
    renamed = _renamed(external, choices)
    moved = {heading: choices.ensure(heading, *tokens) for heading, tokens in external.tokens.items()}
    listed = choices.heading("list name") or ""
    for row in external.rows:
        if row:
            found: Row = {moved[heading]: text for heading, text in row.items()}
            found[listed] = renamed.get(found.get(listed, ""), found.get(listed, ""))
            choices.rows.append(found)
    del bench.tables[SHEET]
    _questions(bench, renamed)


def _renamed(external: Table, choices: Table) -> dict[str, str]:
    """New names for lists whose name the other sheet uses too."""
    heading, other = external.heading("list name") or "", choices.heading("list name") or ""
    taken = {row[other] for row in choices.rows if row.get(other)}
    names = dict.fromkeys(row[heading] for row in external.rows if row.get(heading))
    found: dict[str, str] = {}
    for name in names:
        used = name
        while used in taken:
            used += "_external"
        found[name] = used
    return found


def _questions(bench: Bench, renamed: dict[str, str]) -> None:
    survey = bench.survey
    heading = survey.heading("type") or ""
    for index, row in survey.filled():
        kind = row.get(heading, "")
        asked = list_of(kind)
        if asked is None or asked[0] != _COMMAND or asked[1] not in renamed:
            continue
        rest = kind.split(maxsplit=2)[2:]
        row[heading] = " ".join([_READ_AS, renamed[asked[1]], *rest])
        bench.note("forms.repair.external_list", survey, index, heading, found=kind, used=row[heading])
