"""Every editor outside its form, as a contested value shows it: it holds what is stored and gives it back."""

from __future__ import annotations

from datetime import UTC

import pytest
from pytestqt.qtbot import QtBot

from desktop.values.field import ValueField
from desktop.values.reader import FieldWords
from tests.gui.forms.test_choosing import CHOICES, LAID_OUT, TABLE
from tests.gui.forms.test_numbers import SURVEY as NUMBERS
from tests.gui.forms.test_special import SURVEY as SPECIAL
from tests.support.form_sessions import TODAY, MemoryForm, definition_of

STORED = {
    "/small": "riz",
    "/wide": "mil",
    "/packed": "pain mil",
    "/scale": "n",
    "/order": "mil pain riz manioc",
    "/habits/smokes": "dk",
    "/habits/sings": "y dk",
    "/pain": "7",
    "/fine": "0.75",
    "/pick": "12",
    "/stars": "4",
    "/here": "48.85 -2.35 0 0",
    "/field": "1 1 0 0; 2 2 0 0; 1 2 0 0; 1 1 0 0",
    "/code": " 0034 ",
    "/secret": "soleil",
    "/site": "https://exemple.fr",
    "/count": "3",
    "/way": "225.5",
    "/month": "2026-03-01",
    "/year": "1950-01-01",
}
SURVEYS = (LAID_OUT, TABLE, NUMBERS, SPECIAL)


@pytest.mark.parametrize("survey", SURVEYS)
def test_an_editor_gives_back_what_it_was_given(qtbot: QtBot, survey: object) -> None:
    session = MemoryForm(definition_of(survey, CHOICES)).session  # type: ignore[arg-type]
    asked = [path for path in STORED if path in session.definition.questions]
    assert asked
    for path in asked:
        question = session.question(path)
        known = FieldWords("case", path, question.label, "form", question, session)
        shown = ValueField(known, STORED[path], TODAY, UTC, name="value")
        qtbot.addWidget(shown)
        assert shown.stored() == STORED[path]
        assert shown.problem() == ""
        assert shown.stored() == STORED[path], "leaving it changes nothing"
        assert known.said(STORED[path])
