"""The public corpus: every form opens whole or is refused by name; what opens survives a random filling."""

from __future__ import annotations

import os
import random
import secrets
from functools import cache
from pathlib import Path

import pytest

from forms import limits
from forms.definition import FormDefinition, parse_form
from forms.errors import FormRefused
from forms.reader import XML, kind_of
from forms.session import Session
from forms.views import Item, QuestionView, RepeatView, Section
from tests.support.forms import convert_here, corpus_forms, corpus_media, row_ids, start

LACKS = {
    "pyxform__UCL_Biomass_Plot_Form.xlsx": "forms.media_missing",
    "pyxform__xlsform_spec_test.xlsx": "forms.unsupported",
    "table-list__Sample_Form_-_Display_Roster_in_Table.xlsx": "forms.media_missing",
}
"""Valid forms that are not published as they are: data files that nobody has, encryption."""
BROKEN = {
    "odk_tools__Q1302_BEHAVE_broken.xlsx": ("forms.list_missing", "survey", 16),
    "pyxform__calculate_without_calculation.xls": ("forms.calculation_missing", "survey", 34),
}
"""Broken on purpose: refused with sheet and row."""

pytestmark = pytest.mark.skipif(not corpus_forms(), reason="the public corpus is not beside this repository")


@cache
def document(path: Path) -> bytes | FormRefused:
    data = path.read_bytes()
    try:
        return data if kind_of(data) == XML else convert_here(data, path.stem)
    except FormRefused as refused:
        return refused


@cache
def opened(path: Path) -> FormDefinition | FormRefused:
    read = document(path)
    try:
        return read if isinstance(read, FormRefused) else parse_form(read, corpus_media())
    except FormRefused as refused:
        return refused


@pytest.mark.parametrize("path", corpus_forms(), ids=lambda path: path.name)
def test_a_form_opens_whole_or_is_refused_by_name(path: Path) -> None:
    found = opened(path)
    if path.name in LACKS or path.name in BROKEN:
        assert isinstance(found, FormRefused)
        assert {problem.code for problem in found.problems} == {(LACKS.get(path.name) or BROKEN[path.name][0])}
    else:
        assert isinstance(found, FormDefinition), str(found)
        assert found.questions and found.title


@pytest.mark.parametrize("path", corpus_forms(), ids=lambda path: path.name)
def test_every_valid_form_is_read_and_the_broken_ones_are_refused_with_their_place(path: Path) -> None:
    read = document(path)
    if isinstance(read, FormRefused):
        (problem,) = read.problems
        assert (problem.code, problem.sheet, problem.row) == BROKEN[path.name]
        return
    assert path.name not in BROKEN
    assert parse_form(read, corpus_media(), strict=False).questions


ODD = (
    "",
    "x" * 50,
    "-1",
    "0",
    "3",
    "17.5",
    "1e9",
    "2026-02-30",
    "2026-05-01",
    "12:30",
    "Éloïse",
    "'\"<&>",
    "a b c",
    "48.1 -1.6",
)


def _answer(session: Session, view: QuestionView, dice: random.Random) -> str | None:
    if view.choice_count and dice.random() < 0.9:
        offered = [choice.value for choice in session.choices(view.path, limit=30)]
        return " ".join(dice.sample(offered, min(len(offered), 1 if view.kind == "select_one" else dice.randint(1, 3))))
    typical = {"integer": str(dice.randint(0, 9)), "decimal": f"{dice.random() * 10:.2f}", "date": "2026-05-01"}
    return typical[view.kind] if view.kind in typical and dice.random() < 0.7 else dice.choice(ODD)


def _spread(items: tuple[Item, ...]) -> tuple[list[QuestionView], list[RepeatView]]:
    questions: list[QuestionView] = []
    repeats: list[RepeatView] = []
    for item in items:
        if isinstance(item, QuestionView):
            questions.append(item)
            continue
        if isinstance(item, RepeatView):
            repeats.append(item)
        for inner in [item.items] if isinstance(item, Section) else [row.items for row in item.rows]:
            more, deeper = _spread(inner)
            questions += more
            repeats += deeper
    return questions, repeats


def _step(session: Session, stored: dict[str, str | None], dice: random.Random) -> None:
    questions, repeats = _spread(tuple(item for page in session.pages() for item in page.items))
    chance = dice.random()
    if repeats and chance < 0.15:
        repeat = dice.choice(repeats)
        if repeat.can_add and len(repeat.rows) < 6:
            stored.update(session.add_row(repeat.path).answers)
        elif repeat.can_remove and repeat.rows:
            stored.update(session.remove_row(dice.choice(repeat.rows).path).answers)
        return
    if session.definition.languages and chance > 0.97:
        session.set_language(dice.choice(session.definition.languages))
        return
    open_questions = [view for view in questions if not view.readonly and view.kind != "note"]
    if open_questions:
        view = dice.choice(open_questions)
        stored.update(session.answer(view.path, _answer(session, view, dice)).answers)
        assert session.steps_taken < limits.STEPS_PER_ACT_MAX / 50, "a real form stays far below the budget"


@pytest.mark.parametrize(
    "path", [path for path in corpus_forms() if path.name not in {**LACKS, **BROKEN}], ids=lambda path: path.name
)
def test_a_random_filling_reloads_equal(path: Path) -> None:
    seed = int(os.environ.get("FORMS_WALK_SEED") or secrets.randbelow(1_000_000))
    print(f"FORMS_WALK_SEED={seed}")
    dice = random.Random(seed)
    definition = opened(path)
    assert isinstance(definition, FormDefinition)
    session = start(definition)
    stored = session.answers()
    for _ in range(60):
        _step(session, stored, dice)
    session.validate()
    assert not session.state()["uncomputed"] and session.steps_taken < limits.STEPS_PER_ACT_MAX / 100
    session.summary()
    spoken = session.language or None  # a calculation may quote a label, so the language is part of the state
    again = start(definition, session.answers(), new_row_id=row_ids("again"), language=spoken)
    assert again.submission() == session.submission()
    assert again.answers() == session.answers()
    # What was committed act by act is enough to come back after a crash.
    from_acts = start(definition, stored, new_row_id=row_ids("acts"), language=spoken)
    assert from_acts.submission() == session.submission()
