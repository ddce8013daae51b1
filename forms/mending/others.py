"""``or_other``: the choice "other" and the question that asks which, written out in the languages of the form.

The converter writes both in English alone and refuses them beside a choice filter.
"""

from __future__ import annotations

import os
import re

from pyxform.xls2json import RE_SELECT

from forms.languages import matching_language
from forms.mending.bench import Bench, Row, Table

OTHER, SUFFIX = "other", "_other"
_WORDS = {
    "fr": ("Autre", "Précisez."),
    "en": ("Other", "Specify other."),
    "es": ("Otro", "Especifique."),
    "pt": ("Outro", "Especifique."),
    "ar": ("أخرى", "يرجى التحديد"),
}
"""The choice and the question; English where the language is another one."""
_LANGUAGES = {
    "es": ("spanish", "espanol", "español"),
    "pt": ("portuguese", "portugues", "português"),
    "ar": ("arabic",),
}


def asks(kind: str) -> bool:
    """Whether a select asks for what its list lacks."""
    found = RE_SELECT.search(kind)
    return bool(found and found["specify_other"])


def write_out(bench: Bench) -> None:
    """Add the choice and the question, last of all: rows move only here (see :attr:`Bench.numbers`)."""
    survey = bench.survey
    kind, name = survey.heading("type") or "", survey.heading("name") or ""
    names = {row.get(name) for row in survey.rows}
    rows: list[Row] = []
    numbers: list[int] = []
    for index, row in enumerate(survey.rows):
        rows.append(row)
        numbers.append(index + 2)
        found = RE_SELECT.search(row.get(kind, ""))
        if found is None or not found["specify_other"] or "choices" not in bench.tables or _is_file(found["list_name"]):
            continue
        row[kind] = f"{found['select_command']} {found['list_name']}"
        _choice(bench, found["list_name"])
        _past_the_filter(bench, row)
        if row.get(name, "") + SUFFIX not in names:
            rows.append(_question(bench, row))
            numbers.append(index + 2)
    survey.rows, bench.numbers = rows, numbers


def _is_file(name: str) -> bool:
    return bool(os.path.splitext(name)[1])


def _choice(bench: Bench, listed: str) -> None:
    table = bench.tables["choices"]
    heading, name = table.heading("list name") or "", table.ensure("name", "name")
    same = [row for row in table.rows if row.get(heading) == listed]
    if any(row.get(name) == OTHER for row in same):
        return
    labels = table.headings("label") or [table.ensure("label", "label")]
    table.rows.append({heading: listed, name: OTHER} | _said(bench, table, labels, 0))


def _question(bench: Bench, asked: Row) -> Row:
    survey = bench.survey
    kind, name = survey.heading("type") or "", survey.heading("name") or ""
    labels = survey.headings("label") or [survey.ensure("label", "label")]
    relevant = survey.ensure("relevant", "bind", "relevant")
    return {
        kind: "text",
        name: asked[name] + SUFFIX,
        relevant: f"selected(${{{asked[name]}}}, '{OTHER}')",
    } | _said(bench, survey, labels, 1)


def _said(bench: Bench, table: Table, labels: list[str], which: int) -> Row:
    return {heading: _WORDS[_language(bench, table.tokens[heading])][which] for heading in labels}


def _language(bench: Bench, tokens: tuple[str, ...]) -> str:
    """The language of a label's column; a column that says none is in the form's default language."""
    settings = bench.tables.get("settings")
    named = tokens[1] if len(tokens) > 1 else ""
    if not named and settings is not None and settings.rows:
        named = bench.cell(settings, settings.rows[0], settings.heading("default_language"))
    for code in _WORDS:
        if named and (matching_language([named], code) or named.casefold() in _LANGUAGES.get(code, ())):
            return code
    return "en"


def _past_the_filter(bench: Bench, row: Row) -> None:
    """No filter takes the choice away."""
    heading = bench.survey.heading("choice_filter")
    if heading is not None and row.get(heading):
        row[heading] = f"({row[heading]}) or name = '{OTHER}'"


_LABEL = re.compile(r"\blabel\s*::\s*([^\s!=<>()'\"]+)")


def read_labels_in_filters(bench: Bench) -> None:
    """A filter that names the label in one language (``label::French != ''``) reads a copy of that column: in the
    converted form a label is no column any more."""
    survey, choices = bench.survey, bench.tables.get("choices")
    heading = survey.heading("choice_filter")
    if heading is None or choices is None:
        return
    for index, row in survey.filled():
        text = row.get(heading, "")
        for found in list(_LABEL.finditer(text)):
            column = choices.heading("label", found[1])
            if column is None:
                continue
            used = "label_" + re.sub(r"\W", "_", found[1])
            for choice in choices.rows:
                if column in choice:
                    choice[choices.ensure(used, used)] = choice[column]
            row[heading] = row[heading].replace(found[0], used)
        if row.get(heading, "") != text:
            bench.note("forms.repair.label_filter", survey, index, heading, found=text, used=row[heading])
