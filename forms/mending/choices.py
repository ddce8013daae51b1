"""Choice lists: a name missing, the same name twice, blanks in names of several choices, a list that is not there."""

from __future__ import annotations

import os
import re
from collections import defaultdict

from pyxform import aliases

from forms.mending import external
from forms.mending.bench import Bench, Row, Table, nearest
from forms.mending.names import slug
from forms.mending.types import list_of
from forms.repairs import CERTAIN, GUESS, LIKELY

_FILES = frozenset({".csv", ".xml", ".geojson"})
_SETTING = "allow_choice_duplicates"
_ASIDE = frozenset({"label", "media", "name", "list name"})


def mend(bench: Bench) -> None:
    """Make the lists such that the converter takes them, then look at what each select asks for."""
    for purpose in ("choices", external.SHEET):
        sheet = bench.tables.get(purpose)
        if sheet is not None and any(sheet.rows):
            _name(bench, sheet)
            _once(bench, sheet)
    external.read_as_choices(bench)
    table = bench.tables.get("choices")
    _selects(bench, table)
    if table is not None:
        _apart_from_files(bench, table)


def _apart_from_files(bench: Bench, table: Table) -> None:
    """A list that is called as a data file gets another name: the form names both in one way."""
    survey, list_heading = bench.survey, table.heading("list name")
    heading = survey.heading("type") or ""
    asked = [(row, found) for _, row in survey.filled() if (found := list_of(row.get(heading, "")))]
    files = {os.path.splitext(name)[0] for _, (_, name) in asked if os.path.splitext(name)[1] in _FILES}
    lists = set(_lists(table))
    for name in sorted(files & lists):
        used = f"{name}_choices"
        while used in lists:
            used += "_"
        rows = _lists(table)[name]
        for _, row in rows:
            row[list_heading or ""] = used
        for row, (command, wanted) in asked:
            if wanted == name:
                row[heading] = f"{command} {used}" + row[heading].partition(f" {name}")[2]
        bench.note("forms.repair.list_name", table, rows[0][0], list_heading, found=name, used=used)


def _lists(table: Table | None) -> dict[str, list[tuple[int, Row]]]:
    found: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    heading = table.heading("list name") if table is not None else None
    if table is not None and heading is not None:
        for index, row in table.filled():
            if row.get(heading):
                found[row[heading]].append((index, row))
    return found


def _name(bench: Bench, table: Table) -> None:
    """Every choice has a name, made of its label where it has none."""
    heading = table.ensure("name", "name")
    list_heading = table.heading("list name")
    for index, row in table.filled():
        if row.get(heading):
            continue
        label = next((row[column] for column in table.headings("label") if row.get(column)), "")
        used = slug(label)
        if list_heading is None or not row.get(list_heading) or not used:
            bench.note("forms.repair.row_skipped", table, index, found="; ".join(row.values()), sure=LIKELY)
            table.rows[index] = {}
            continue
        row[heading] = used
        bench.note("forms.repair.choice_name", table, index, heading, found=label, used=used, sure=LIKELY)


def _once(bench: Bench, table: Table) -> None:
    """A name twice in a list: the same choice again is left out, one that a filter tells apart stays."""
    if _allowed(bench):
        return
    heading = table.ensure("name", "name")
    extras = [column for column, tokens in table.tokens.items() if tokens[0] not in _ASIDE]
    labels = table.headings("label")
    kept_apart = False
    for rows in _lists(table).values():
        first: dict[str, list[Row]] = defaultdict(list)
        for index, row in rows:
            before = first[row.get(heading, "")]
            same = [old for old in before if all(old.get(column) == row.get(column) for column in extras)]
            before.append(row)
            if not same:
                kept_apart = kept_apart or len(before) > 1
                continue
            equal = all(same[0].get(label) == row.get(label) for label in labels)
            sure, name = CERTAIN if equal else GUESS, row.get(heading, "")
            bench.note("forms.repair.choice_duplicate", table, index, heading, found=name, sure=sure)
            table.rows[index] = {}
    if kept_apart:
        settings = bench.tables.setdefault("settings", Table("settings", "settings"))
        column = settings.ensure(_SETTING, _SETTING)
        if not settings.rows:
            settings.rows.append({})
        settings.rows[0][column] = "yes"
        bench.note("forms.repair.choices_repeated", table, None, heading, used=_SETTING)


def _allowed(bench: Bench) -> bool:
    settings = bench.tables.get("settings")
    if settings is None or not settings.rows:
        return False
    return bool(aliases.yes_no.get(bench.cell(settings, settings.rows[0], settings.heading(_SETTING)), False))


def _selects(bench: Bench, choices: Table | None) -> None:
    survey = bench.survey
    heading = survey.heading("type")
    lists = _lists(choices)
    for index, row in survey.filled():
        asked = list_of(row.get(heading or "", ""))
        if asked is None or heading is None or "${" in asked[1] or os.path.splitext(asked[1])[1] in _FILES:
            continue
        command, name = asked
        found = _list_meant(bench, index, heading, name, lists)
        if found is None:
            _without_list(bench, index, heading, name, lists)
        elif aliases.select.get(command) == "select all that apply" and choices is not None:
            _blanks(bench, choices, lists[found])


def _list_meant(
    bench: Bench, index: int, heading: str, name: str, known: dict[str, list[tuple[int, Row]]]
) -> str | None:
    """The list, or the one whose name differs only in capitals, blanks and signs."""
    if name in known:
        return name
    plain = {re.sub(r"[\W_]+", "", candidate).casefold(): candidate for candidate in known}
    meant = plain.get(re.sub(r"[\W_]+", "", name).casefold())
    if meant is None or " " in meant:
        return None
    row = bench.survey.rows[index]
    before = row[heading]
    row[heading] = (
        before.replace(name, meant, 1)
        if before.count(name) == 1
        else re.sub(rf"(?<=\s){re.escape(name)}(?=\s|$)", meant, before, count=1)
    )
    bench.note("forms.repair.list_name", bench.survey, index, heading, found=name, used=meant, sure=LIKELY)
    return meant


def _without_list(bench: Bench, index: int, heading: str, name: str, known: dict[str, list[tuple[int, Row]]]) -> None:
    """A text when asked for, else a refusal with the nearest lists."""
    if not bench.lenient:
        near = nearest(name, known)
        bench.refuse("forms.list_missing", bench.survey, index, heading, name=name[:100], nearest=near)
        return
    row = bench.survey.rows[index]
    for column in ("choice_filter", "parameters"):
        row.pop(bench.survey.heading(column) or "", None)
    row[heading] = "text"
    code = "forms.repair.list_missing"
    bench.note(code, bench.survey, index, heading, found=name, used="text", sure=GUESS)


def _blanks(bench: Bench, table: Table, rows: list[tuple[int, Row]]) -> None:
    """Names of several choices are stored side by side, so none may hold a blank."""
    heading = table.ensure("name", "name")
    for index, row in rows:
        name = row.get(heading, "")
        if " " not in name or not table.rows[index]:
            continue
        used = "_".join(name.split())
        row[heading] = used
        quoted = [f"'{name}'", f'"{name}"']
        followed = 0
        for other in bench.survey.rows:
            for column, text in other.items():
                if any(mark in text for mark in quoted):
                    other[column] = text.replace(quoted[0], f"'{used}'").replace(quoted[1], f'"{used}"')
                    followed += 1
        sure = GUESS if followed else LIKELY
        bench.note("forms.repair.choice_name", table, index, heading, found=name, used=used, sure=sure)
