"""What the form could not work out is told where somebody reads it, and the form is not complete."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.forms.blocks import ValueBlock
from forms import limits
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, settle
from tests.support.form_sessions import MemoryForm, Survey, definition_of

_SLOW = "a > 0"
for _level in range(12):
    _SLOW = f"count(${{r}}[{_SLOW}]) > 0"
SURVEY: Survey = (
    ("text", "t", "Votre nom", {}),
    ("text", "q", "Votre profession", {"constraint": _SLOW}),
    ("text", "shown", "Résultat", {"calculation": _SLOW}),
    ("begin_repeat", "r", "Revenu", {}),
    ("integer", "a", "Montant", {}),
    ("end_repeat", "", "", {}),
    ("calculate", "total", "", {"calculation": _SLOW}),
)


@pytest.fixture
def form(monkeypatch: pytest.MonkeyPatch) -> MemoryForm:
    for name in ("STEPS_PER_FORMULA_MAX", "STEPS_PER_ACT_MAX"):
        monkeypatch.setattr(limits, name, getattr(limits, name) // 100)
    made = MemoryForm(definition_of(SURVEY))
    for _ in range(3):
        made.add_row("/r")
    made.answer(next(path for path in made.session.answers() if path.startswith("/r[")) + "/a", "3")
    return made


def test_a_question_tells_what_was_not_worked_out(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    form.answer("/q", "Menuisière")
    view = show(form)
    settle(qtbot, view)
    for path, label in (("/q", "Votre profession"), ("/t", "total")):
        line = field(view, path).status.told
        assert label in line and "trop de calculs" in line
    shown = view.findChild(ValueBlock, "question:/shown")
    assert shown is not None and shown._unknown is not None
    assert "Résultat" in shown._unknown.told and not shown._unknown.isHidden()
    assert [issue.path for issue in form.session.validate()] == ["/t", "/q", "/shown"]
    for row in [path for path in form.stored if path.endswith("]")]:
        form.remove_row(row)
    assert not form.session.validate()
