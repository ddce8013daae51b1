"""Repeats: rows come, go and come back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.forms.view import FormView
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import button, field, focused, press, settle, tab, type_text, write
from tests.support.form_sessions import CHOICES, MemoryForm, definition_of

NESTED = (
    ("begin_repeat", "home", "Logement", {}),
    ("text", "street", "Rue", {}),
    ("begin_repeat", "room", "Pièce", {}),
    ("text", "use", "Usage", {}),
    ("end_repeat", "", "", {}),
    ("end_repeat", "", "", {}),
)


def rows(view: FormView, repeat: str) -> list[str]:
    block = view.page.repeat(repeat)
    assert block is not None
    return [card.row.path for card in block.cards()]


def open_people(qtbot: QtBot, show: Show, form: MemoryForm) -> FormView:
    view = show(form)
    view.go_to("/person")
    settle(qtbot, view)
    return view


def test_a_new_row_takes_the_focus(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = open_people(qtbot, show, form)
    before = rows(view, "/person")
    press(qtbot, button(view, "add_row:/person"))
    qtbot.waitUntil(lambda: len(rows(view, "/person")) == len(before) + 1)
    new = rows(view, "/person")[-1]
    assert focused(view) == f"{new}/first"
    type_text(QApplication.focusWidget(), "Awa")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: len(rows(view, "/person")) == len(before) + 2)
    assert form.stored[f"{new}/first"] == "Awa"
    assert focused(view) == f"{rows(view, '/person')[-1]}/first"


def test_a_new_row_is_in_sight(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = open_people(qtbot, show, form)
    for _ in range(3):
        press(qtbot, button(view, "add_row:/person"))
        settle(qtbot, view)
    line = QApplication.focusWidget()
    assert line is not None
    qtbot.waitUntil(lambda: not line.visibleRegion().isEmpty())


def test_the_card_is_named_by_its_first_answer(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = open_people(qtbot, show, form)
    press(qtbot, button(view, "switch:/person"))
    row = rows(view, "/person")[0]
    tab(write(view, f"{row}/first", "Awa"))
    settle(qtbot, view)
    block = view.page.repeat("/person")
    assert block is not None
    assert next(block.cards()).title.text() == "Awa"


def test_relevance_inside_a_row_touches_that_row_only(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = open_people(qtbot, show, form)
    press(qtbot, button(view, "add_row:/person"))
    settle(qtbot, view)
    first, second = rows(view, "/person")
    tab(write(view, f"{second}/age", "7"))
    settle(qtbot, view)
    assert field(view, f"{second}/school").isVisible()
    assert view.page.block(f"{first}/school") is None


def test_a_removed_row_comes_back_with_its_answers(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = open_people(qtbot, show, form)
    row = rows(view, "/person")[0]
    tab(write(view, f"{row}/first", "Awa"))
    tab(write(view, f"{row}/age", "7"))
    settle(qtbot, view)
    tab(write(view, f"{row}/school", "Jules-Ferry"))
    press(qtbot, button(view, f"remove_row:{row}"))
    settle(qtbot, view)
    assert form.stored[row] is None
    assert rows(view, "/person") == []
    undo = button(view, "undo_row:/person")
    assert undo.isVisible()
    assert QApplication.focusWidget() is undo
    press(qtbot, undo)
    qtbot.waitUntil(lambda: len(rows(view, "/person")) == 1)
    settle(qtbot, view)
    back = rows(view, "/person")[0]
    assert back != row, "a removed row keeps its identity for good"
    assert [form.stored[f"{back}/{name}"] for name in ("first", "age", "school")] == ["Awa", "7", "Jules-Ferry"]
    assert focused(view) == f"{back}/first"
    assert not undo.isVisible()


def test_nested_rows_come_back_in_their_places(qtbot: QtBot, show: Show) -> None:
    form = MemoryForm(definition_of(NESTED))
    view = show(form)
    (home,) = rows(view, "/home")
    (room,) = rows(view, f"{home}/room")
    tab(write(view, f"{home}/street", "Rue des Lilas"))
    tab(write(view, f"{room}/use", "Cuisine"))
    press(qtbot, button(view, f"add_row:{home}/room"))
    settle(qtbot, view)
    type_text(QApplication.focusWidget(), "Chambre")
    press(qtbot, button(view, f"remove_row:{home}"))
    settle(qtbot, view)
    press(qtbot, button(view, "undo_row:/home"))
    qtbot.waitUntil(lambda: len(rows(view, "/home")) == 1)
    settle(qtbot, view)
    (back,) = rows(view, "/home")
    assert form.stored[f"{back}/street"] == "Rue des Lilas"
    assert [form.stored[f"{each}/use"] for each in rows(view, f"{back}/room")] == ["Cuisine", "Chambre"]


def test_many_rows_open_closed_and_are_built_when_opened(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    for _ in range(40):
        form.add_row("/person")
    view = open_people(qtbot, show, form)
    block = view.page.repeat("/person")
    assert block is not None
    cards = list(block.cards())
    assert len(cards) == 41
    assert sum(card.items is not None for card in cards) <= 1, "only the row that took the focus is built"
    last = cards[-1]
    qtbot.mouseClick(last.fold, Qt.MouseButton.LeftButton)
    settle(qtbot, view)
    assert field(view, f"{last.row.path}/first").isVisible()
    view.go_to(f"{cards[20].row.path}/age")
    settle(qtbot, view)
    assert focused(view) == f"{cards[20].row.path}/age"


def three_people(qtbot: QtBot, show: Show, form: MemoryForm) -> tuple[FormView, list[str]]:
    for _ in range(2):
        form.add_row("/person")
    view = open_people(qtbot, show, form)
    found = rows(view, "/person")
    for row, name in zip(found, ("Awa", "Bela", "Cléo"), strict=True):
        form.answer(f"{row}/first", name)
    view.refresh()
    settle(qtbot, view)
    return view, found


def press_alt(qtbot: QtBot, view: FormView, key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, view)


@pytest.mark.parametrize("as_table", [True, False])
def test_a_row_moves_by_keys_and_the_focus_follows(qtbot: QtBot, show: Show, form: MemoryForm, as_table: bool) -> None:
    view, (a, b, c) = three_people(qtbot, show, form)
    if not as_table:
        press(qtbot, button(view, "switch:/person"))
        settle(qtbot, view)
    line = view.editor(f"{a}/first")
    line.setFocus(Qt.FocusReason.TabFocusReason)
    press_alt(qtbot, view, Qt.Key.Key_Down)
    assert rows(view, "/person") == [b, a, c]
    assert QApplication.focusWidget() is line and focused(view) == f"{a}/first"
    above = [view.editor(f"{row}/first") for row in (b, a, c)]
    heights = [each.mapTo(view.page.widget(), each.rect().topLeft()).y() for each in above]
    qtbot.waitUntil(
        lambda: (
            [each.mapTo(view.page.widget(), each.rect().topLeft()).y() for each in above] == sorted(heights)
            and len(set(heights)) == 3
        )
    )
    assert [form.stored[row] for row in (b, a, c)] == ["1", "2", "3"]
    tab(view.editor(f"{b}/age"))
    view.undo()
    settle(qtbot, view)
    assert rows(view, "/person") == [a, b, c]


def test_what_is_being_typed_moves_along(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view, (a, b, c) = three_people(qtbot, show, form)
    line = write(view, f"{c}/age", "4")
    press_alt(qtbot, view, Qt.Key.Key_Up)
    assert rows(view, "/person") == [a, c, b]
    type_text(line, "1")
    tab(line)
    settle(qtbot, view)
    assert form.stored[f"{c}/age"] == "41"


def test_buttons_move_too_and_at_the_end_it_is_said(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view, (a, b, c) = three_people(qtbot, show, form)
    press(qtbot, button(view, f"move_down:{b}"))
    settle(qtbot, view)
    assert rows(view, "/person") == [a, c, b]
    assert "Bela" in button(view, f"move_up:{b}").accessibleName()
    button(view, f"move_down:{b}").setFocus()
    press_alt(qtbot, view, Qt.Key.Key_Down)
    assert rows(view, "/person") == [a, c, b]
    assert view.footer.remark.isVisible() and "Bela" in view.footer.remark.text()


def test_alt_and_an_arrow_on_a_choice_move_the_row_and_not_the_choice(qtbot: QtBot, show: Show) -> None:
    survey = (
        ("begin_repeat", "person", "Personne", {}),
        ("select_one yesno", "works", "Travaille", {}),
        ("text", "story", "Récit", {"appearance": "multiline"}),
        ("end_repeat", "", "", {}),
    )
    form = MemoryForm(definition_of(survey, CHOICES))
    form.add_row("/person")
    view = show(form)
    a, b = rows(view, "/person")
    form.answer(f"{a}/works", "yes")
    view.refresh()
    settle(qtbot, view)
    view.editor(f"{a}/works").setFocus()
    press_alt(qtbot, view, Qt.Key.Key_Down)
    assert rows(view, "/person") == [b, a]
    assert form.stored[f"{a}/works"] == "yes" and focused(view) == f"{a}/works"


def test_rows_that_the_form_counts_do_not_move(qtbot: QtBot, show: Show) -> None:
    survey = (
        ("integer", "n", "Combien", {"default": "2"}),
        ("begin_repeat", "child", "Enfant", {"repeat_count": "${n}"}),
        ("text", "first", "Prénom", {}),
        ("end_repeat", "", "", {}),
    )
    view = show(MemoryForm(definition_of(survey)))
    view.go_to("/child")
    settle(qtbot, view)
    first, second = rows(view, "/child")
    assert not button(view, f"move_down:{first}").isVisible()
    view.editor(f"{first}/first").setFocus()
    press_alt(qtbot, view, Qt.Key.Key_Down)
    assert rows(view, "/child") == [first, second]
