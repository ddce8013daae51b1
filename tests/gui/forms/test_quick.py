"""Keys that answer: the last value again, "does not know", "refuses"."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.forms.unknowns import REFUSED, UNKNOWN, value_of
from desktop.forms.view import FormView
from forms.views import Choice
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import button, field, press, settle, type_text, write
from tests.support.form_sessions import CHOICES, MemoryForm, definition_of

SURVEY = (
    ("text", "town", "Commune", {}),
    ("select_one yesno", "works", "Travaillez-vous ?", {}),
    ("select_one plain", "plain", "Sans cela", {}),
    ("begin_repeat", "person", "Personne", {}),
    ("text", "first", "Prénom", {}),
    ("text", "last", "Nom", {}),
    ("end_repeat", "", "", {}),
)
LISTS = (*CHOICES, ("plain", "a", "A"), ("plain", "b", "B"))


@pytest.fixture
def form() -> MemoryForm:
    return MemoryForm(definition_of(SURVEY, LISTS))


def key(qtbot: QtBot, view: FormView, path: str, which: Qt.Key, *, shift: bool = False) -> None:
    view.editor(path).setFocus(Qt.FocusReason.TabFocusReason)
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(QApplication.focusWidget(), which, held)
    settle(qtbot, view)


@pytest.mark.parametrize(
    ("label", "value", "meaning"),
    [
        ("Ne sait pas", "9", UNKNOWN),
        ("Je ne sais pas", "98", UNKNOWN),
        ("NSP", "ns", UNKNOWN),
        ("Don’t know", "dk", UNKNOWN),
        ("Does not know", "88", UNKNOWN),
        ("Hajui", "dk", UNKNOWN),
        ("98. Ne sait pas (NSP)", "98", UNKNOWN),
        ("Refus", "99", REFUSED),
        ("Ne souhaite pas répondre", "3", REFUSED),
        ("Prefer not to say", "99", REFUSED),
        ("Refuse de répondre", "r", REFUSED),
    ],
)
def test_the_choice_is_known_by_its_words_or_its_name(label: str, value: str, meaning: str) -> None:
    choices = (Choice("1", "Oui"), Choice("2", "Non"), Choice(value, label))
    assert value_of(choices, meaning) == value
    assert value_of(choices, UNKNOWN if meaning == REFUSED else REFUSED) is None


def test_a_number_alone_means_nothing_and_two_that_fit_are_none() -> None:
    assert value_of((Choice("98", "98 ans"), Choice("99", "99 ans")), UNKNOWN) is None
    assert value_of((Choice("99", "99 ans"),), REFUSED) is None
    assert value_of((Choice("1", "Ne sait pas"), Choice("2", "Inconnu")), UNKNOWN) is None


@pytest.mark.parametrize("label", ["Ne sait pas lire", "Père inconnu de la mère", "Unknown father", "Permis refusé"])
def test_words_that_only_hold_it_are_another_answer(label: str) -> None:
    choices = (Choice("1", "Oui"), Choice("2", label))
    assert value_of(choices, UNKNOWN) is None and value_of(choices, REFUSED) is None
    assert value_of((Choice("1", "Accepté"), Choice("2", "Refusé")), REFUSED) is None


def test_one_key_marks_does_not_know_and_it_is_taken_back(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    key(qtbot, view, "/works", Qt.Key.Key_F7)
    assert form.stored["/works"] == "unknown"
    assert field(view, "/works").editor.stored() == "unknown"
    view.undo()
    settle(qtbot, view)
    assert form.stored["/works"] is None


def test_a_list_without_such_a_choice_says_so_and_nothing_is_invented(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    for path, which, shift in (
        ("/plain", Qt.Key.Key_F7, False),
        ("/works", Qt.Key.Key_F7, True),
        ("/town", Qt.Key.Key_F7, False),
    ):
        key(qtbot, view, path, which, shift=shift)
        assert view.footer.remark.isVisible() and field(view, path).question.label in view.footer.remark.text()
    assert not any(form.stored.values())


def test_one_key_gives_the_last_case_s_value_read_when_asked(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    reads: list[int] = []

    def last() -> dict[str, str]:
        reads.append(1)
        return {"/town": "Foix", "/plain": "gone"}

    view.quick.last_values = last
    assert not reads
    write(view, "/town", "Ga")
    key(qtbot, view, "/town", Qt.Key.Key_F9)
    assert form.stored["/town"] == "Foix"
    key(qtbot, view, "/plain", Qt.Key.Key_F9)
    assert form.stored.get("/plain") is None, "a choice that is not offered any more is no answer"
    assert view.footer.remark.isVisible()
    assert len(reads) == 1
    view.undo()
    settle(qtbot, view)
    assert form.stored["/town"] == "Ga", "what was typed before is there again"


def test_in_a_row_the_value_of_the_row_above_comes_first(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    view.quick.last_values = lambda: {"/person/last": "Moreau"}
    view.go_to("/person")
    settle(qtbot, view)
    repeat = view.page.repeat("/person")
    assert repeat is not None
    (first,) = [card.row.path for card in repeat.cards()]
    key(qtbot, view, f"{first}/last", Qt.Key.Key_F9)
    assert form.stored[f"{first}/last"] == "Moreau"
    view.editor(f"{first}/last").setFocus()
    view.editor(f"{first}/last").selectAll()  # type: ignore[attr-defined]
    type_text(view.editor(f"{first}/last"), "Diallo")
    press(qtbot, button(view, "add_row:/person"))
    settle(qtbot, view)
    second = [card.row.path for card in repeat.cards()][1]
    key(qtbot, view, f"{second}/last", Qt.Key.Key_F9)
    assert form.stored[f"{second}/last"] == "Diallo"


def test_the_keys_are_told_at_the_question(show: Show, form: MemoryForm) -> None:
    view = show(form)
    assert "F9" in field(view, "/town").toolTip() and "F7" not in field(view, "/town").toolTip()
    assert "F7" in field(view, "/works").toolTip()
