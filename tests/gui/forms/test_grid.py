"""Rows entered as a table: keys, words for what is wrong, and the way back to blocks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.forms.contested import ContestedMark
from desktop.forms.grid import CellBlock, GridRow
from desktop.forms.repeats import RepeatBlock, RowCard
from desktop.forms.view import FormView
from desktop.theme import theme
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import button, field, focused, press, settle, tab, type_text, write
from tests.support.form_sessions import CHOICES, MemoryForm, definition_of

ROWS = (
    ("begin_repeat", "person", "Personne du foyer", {}),
    ("text", "first", "Prénom", {"required": "yes"}),
    ("integer", "age", "Âge", {"constraint": ". < 130", "constraint_message": "Personne n'a cet âge."}),
    ("select_one yesno", "works", "Travaille", {}),
    ("text", "school", "École", {"relevant": "${age} < 18"}),
    ("calculate", "next", "", {"calculation": "${age} + 1"}),
    ("end_repeat", "", "", {}),
)


@pytest.fixture
def form() -> MemoryForm:
    return MemoryForm(definition_of(ROWS, CHOICES))


def table(view: FormView) -> RepeatBlock:
    found = view.page.repeat("/person")
    assert found is not None
    return found


def paths(view: FormView) -> list[str]:
    return [card.row.path for card in table(view).cards()]


def add(qtbot: QtBot, view: FormView) -> str:
    before = len(paths(view))
    press(qtbot, button(view, "add_row:/person"))
    qtbot.waitUntil(lambda: len(paths(view)) == before + 1)
    settle(qtbot, view)
    return paths(view)[-1]


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_short_questions_are_a_table_whose_cells_stand_under_each_other(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    add(qtbot, view)
    assert table(view).is_grid
    first, second = ([view.editor(f"{row}/{name}") for name in ("first", "age", "works")] for row in paths(view))

    def edges(cells: list[QWidget]) -> list[tuple[int, int]]:
        return [(each.mapTo(view, each.rect().topLeft()).x(), each.width()) for each in cells]

    def heights(cells: list[QWidget]) -> set[int]:
        return {each.mapTo(view, each.rect().topLeft()).y() for each in cells}

    qtbot.waitUntil(lambda: edges(first) == edges(second))
    qtbot.waitUntil(
        lambda: len(heights(first)) == len(heights(second)) == 1 and max(heights(first)) < min(heights(second))
    )


def test_tab_and_enter_go_on_through_the_cells_and_a_new_row_takes_the_focus(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    (row,) = paths(view)
    tab(write(view, f"{row}/first", "Awa"))
    assert focused(view) == f"{row}/age"
    type_text(focus(), "41")
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    settle(qtbot, view)
    assert focused(view) == f"{row}/works"
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    assert focus() is button(view, "add_row:/person"), "from the last cell Enter leads to the next row"
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(paths(view)) == 2)
    settle(qtbot, view)
    assert focused(view) == f"{paths(view)[1]}/first"
    assert form.stored[f"{row}/age"] == "41"


def test_what_is_wrong_is_shown_in_the_cell_and_in_words_below_the_row(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    (row,) = paths(view)
    tab(write(view, f"{row}/age", "200"))
    settle(qtbot, view)
    cell = field(view, f"{row}/age")
    assert isinstance(cell, CellBlock)
    assert cell.editor.inputs()[0].property("invalid")
    assert cell.status.isVisible() and cell.status.told == "Âge – Personne n'a cet âge."
    assert "Personne n'a cet âge." in cell.editor.inputs()[0].accessibleDescription()
    top = cell.status.mapTo(view, cell.status.rect().topLeft()).y()
    assert top >= cell.mapTo(view, cell.rect().bottomLeft()).y()
    line = view.editor(f"{row}/age")
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    type_text(line, "20")
    tab(line)
    settle(qtbot, view)
    assert not field(view, f"{row}/age").status.isVisible()


def test_each_cell_says_its_question_and_its_row(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    second = add(qtbot, view)
    name = view.editor(f"{second}/age").accessibleName()
    assert "Âge" in name and "2" in name


def test_a_cell_that_is_asked_only_sometimes_comes_and_goes_in_its_column(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    (first,) = paths(view)
    second = add(qtbot, view)
    tab(write(view, f"{second}/age", "7"))
    settle(qtbot, view)
    school = field(view, f"{second}/school")
    assert isinstance(school, CellBlock) and school.isVisible()
    assert view.page.block(f"{first}/school") is None
    assert table(view).is_grid


def test_the_agent_switches_between_table_and_blocks_and_nothing_typed_is_lost(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    (row,) = paths(view)
    write(view, f"{row}/first", "Awa")
    press(qtbot, button(view, "switch:/person"))
    settle(qtbot, view)
    assert not table(view).is_grid and isinstance(next(iter(table(view).cards())), RowCard)
    assert form.stored[f"{row}/first"] == "Awa"
    press(qtbot, button(view, "switch:/person"))
    settle(qtbot, view)
    assert table(view).is_grid and isinstance(next(iter(table(view).cards())), GridRow)
    line = view.editor(f"{row}/first")
    assert isinstance(line, QLineEdit) and line.text() == "Awa"


def test_a_narrow_window_and_large_text_show_blocks_and_keep_the_focus(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    (row,) = paths(view)
    write(view, f"{row}/age", "4")
    view.resize(420, 700)
    qtbot.waitUntil(lambda: not table(view).is_grid)
    assert focused(view) == f"{row}/age"
    view.resize(1000, 700)
    qtbot.waitUntil(lambda: table(view).is_grid)
    theme().choose(percent=200)
    try:
        qtbot.waitUntil(lambda: not table(view).is_grid)
    finally:
        theme().choose(percent=100)
    qtbot.waitUntil(lambda: table(view).is_grid)
    settle(qtbot, view)
    assert form.stored[f"{row}/age"] == "4"


def test_taking_back_and_contested_marks_work_in_cells(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    (row,) = paths(view)
    tab(write(view, f"{row}/first", "Awa"))
    settle(qtbot, view)
    went: list[str] = []
    view.page.show_contested({f"{row}/first": "Quelqu'un a écrit « Ava »."}, went.append)
    mark = view.findChild(ContestedMark, f"contested:{row}/first")
    assert mark is not None and mark.isVisible() and mark.text.text() == "Quelqu'un a écrit « Ava »."
    press(qtbot, mark.link)
    assert went == [f"{row}/first"]
    view.undo()
    settle(qtbot, view)
    assert form.stored[f"{row}/first"] is None
    assert focused(view) == f"{row}/first"


def test_a_long_or_nested_repeat_is_no_table(qtbot: QtBot, show: Show) -> None:
    survey = (
        ("begin_repeat", "person", "Personne", {}),
        ("text", "first", "Prénom", {}),
        ("text", "story", "Récit", {"appearance": "multiline"}),
        ("end_repeat", "", "", {}),
    )
    view = show(MemoryForm(definition_of(survey)))
    assert not table(view).is_grid
    assert not button(view, "switch:/person").isVisible()
