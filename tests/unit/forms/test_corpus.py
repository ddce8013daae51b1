"""The public corpus: every form opens whole or is refused by name; what opens survives a random filling."""

from __future__ import annotations

import os
import random
import secrets
from functools import cache
from pathlib import Path

import pytest

from forms.definition import FormDefinition, parse_form
from forms.errors import FormRefused
from forms.reader import XML, kind_of
from tests.support.form_walks import Walk
from tests.support.forms import convert_here, corpus_forms, corpus_media

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


@pytest.mark.parametrize("path", [one for one in corpus_forms() if one.name not in BROKEN], ids=lambda path: path.name)
def test_a_random_filling_reloads_equal(path: Path) -> None:
    """A short one of ``python -m tests.soak.forms_walk``, for every valid form."""
    seed = int(os.environ.get("FORMS_WALK_SEED") or secrets.randbelow(1_000_000))
    print(f"FORMS_WALK_SEED={seed}")
    read = document(path)
    assert isinstance(read, bytes)
    walk = Walk(parse_form(read, corpus_media(), strict=False), random.Random(seed))
    assert walk.run(60) == []


def test_a_walk_sees_what_is_not_stored() -> None:
    (path,) = (one for one in corpus_forms() if one.name == "onadata__childrens_survey_sw.xlsx")
    read = document(path)
    assert isinstance(read, bytes)
    definition = parse_form(read, corpus_media(), strict=False)
    walks = (Walk(definition, random.Random(seed), deaf=True) for seed in range(10))
    assert any("from its acts" in fault for walk in walks for fault in walk.run(80))
