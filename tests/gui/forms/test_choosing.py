"""Choices as forms lay them out: a drop list, columns, a scale, a table of questions, a ranking. By keys only."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from desktop.forms.blocks import ValueBlock
from desktop.forms.editors.across import LikertEditor, TableRowEditor
from desktop.forms.editors.buttons import RadioEditor
from desktop.forms.editors.drop import DropEditor
from desktop.forms.editors.ranking import RankEditor
from desktop.forms.tables import TableFieldBlock, TableHeadBlock
from desktop.forms.view import FormView
from desktop.theme import Mode, theme
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, focused, settle, tab
from tests.gui.forms.test_access import clipped
from tests.support.form_sessions import MemoryForm, definition_of

CHOICES = (
    *(("yesno", name, label) for name, label in (("y", "Oui"), ("n", "Non"), ("dk", "Ne sait pas"))),
    *(("often", name, label) for name, label in (("y", "Jamais"), ("n", "Parfois"), ("dk", "Régulièrement"))),
    *(("foods", name, name.capitalize()) for name in ("pain", "riz", "mil", "manioc")),
)
LAID_OUT = (
    ("select_one foods", "small", "Aliment préféré", {"appearance": "minimal"}),
    ("select_one foods", "fast", "Et vite", {"appearance": "quick"}),
    ("select_one foods", "wide", "En colonnes", {"appearance": "columns-2"}),
    ("select_multiple foods", "packed", "Serrés", {"appearance": "columns-pack"}),
    ("select_one yesno", "scale", "D'accord ?", {"appearance": "likert", "required": "yes"}),
    ("select_one foods", "picture", "Sur l'image", {"appearance": "image-map"}),
    ("rank foods", "order", "Du plus au moins cher", {}),
)
TABLE = (
    ("begin_group", "habits", "Habitudes", {"appearance": "field-list"}),
    ("select_one often", "head", "Dites si c'est vrai", {"appearance": "label"}),
    ("select_one often", "smokes", "Fume", {"appearance": "list-nolabel", "required": "yes"}),
    ("select_one often", "drinks", "Boit", {"appearance": "list-nolabel"}),
    ("select_multiple often", "sings", "Chante", {"appearance": "list-nolabel"}),
    ("end_group", "", "", {}),
)


@pytest.fixture
def form() -> MemoryForm:
    return MemoryForm(definition_of(LAID_OUT, CHOICES))


def key(target: QWidget, *keys: Qt.Key, alt: bool = False) -> None:
    for each in keys:
        QTest.keyClick(target, each, Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier)


def entrance(view: FormView, path: str) -> QWidget:
    widget = view.editor(path)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    return widget


def test_a_drop_list_is_chosen_by_digit_and_letter_and_cleared(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    box = entrance(view, "/small")
    assert isinstance(box, QComboBox) and box.currentIndex() == -1 and box.property("empty")
    QTest.keyClick(box, "2")
    settle(qtbot, view)
    assert form.stored["/small"] == "riz" and box.currentText() == "Riz"
    QTest.keyClick(box, "m")
    QTest.keyClick(box, "m")
    settle(qtbot, view)
    assert form.stored["/small"] == "manioc", "the same letter again means the next such choice"
    assert not field(view, "/small").status.undo_choice.isHidden()
    key(box, Qt.Key.Key_Delete)
    settle(qtbot, view)
    assert form.stored["/small"] is None and box.currentIndex() == -1
    key(box, Qt.Key.Key_Return)
    assert focused(view) == "/fast"


def test_the_wheel_never_changes_a_drop_list(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    box = entrance(view, "/small")
    turn = QWheelEvent(
        QPointF(box.rect().center()),
        QPointF(box.mapToGlobal(box.rect().center())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, turn)
    settle(qtbot, view)
    assert "/small" not in form.stored


def test_quick_goes_on_once_a_choice_is_made_and_not_while_looking(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    first = entrance(view, "/fast")
    key(first, Qt.Key.Key_Down)
    assert focused(view) == "/fast", "walking through the choices is no decision yet"
    QTest.keyClick(QApplication.focusWidget(), "3")
    settle(qtbot, view)
    assert form.stored["/fast"] == "mil" and focused(view) == "/wide"


def test_columns_are_walked_across_and_down(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    editor = field(view, "/wide").editor
    assert isinstance(editor, RadioEditor) and editor.columns == 2
    key(entrance(view, "/wide"), Qt.Key.Key_Space)
    key(QApplication.focusWidget(), Qt.Key.Key_Down)
    settle(qtbot, view)
    assert form.stored["/wide"] == "mil", "the choice below the first"
    key(QApplication.focusWidget(), Qt.Key.Key_Right)
    key(QApplication.focusWidget(), Qt.Key.Key_Right)
    settle(qtbot, view)
    assert form.stored["/wide"] == "manioc"
    assert field(view, "/packed").editor.columns == 4  # type: ignore[attr-defined]
    view.resize(340, 700)
    qtbot.waitUntil(lambda: editor.columns == 2 and field(view, "/packed").editor.columns < 4)  # type: ignore[attr-defined]


def test_a_scale_is_one_row_of_marks_and_a_column_where_there_is_no_room(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    editor = field(view, "/scale").editor
    assert isinstance(editor, LikertEditor) and editor.columns == 3
    assert len({button.y() for button in editor.buttons}) == 1
    QTest.keyClick(entrance(view, "/scale"), "3")
    settle(qtbot, view)
    assert form.stored["/scale"] == "dk"
    assert editor.buttons[2].accessibleName() == "D'accord ?: Ne sait pas"
    assert field(view, "/scale").required.text() in editor.buttons[2].accessibleDescription()
    key(QApplication.focusWidget(), Qt.Key.Key_Left)
    settle(qtbot, view)
    assert form.stored["/scale"] == "n"
    editor.setMaximumWidth(110)
    qtbot.waitUntil(lambda: editor.columns == 1)


def test_what_is_not_offered_is_said_beside_the_list(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    block = field(view, "/picture")
    assert block.aside.isVisible() and block.aside.text() in view.editor("/picture").accessibleDescription()
    assert isinstance(block.editor, RadioEditor)
    assert not field(view, "/fast").aside.isVisible()


def test_nothing_is_ranked_until_somebody_says_so(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    editor = field(view, "/order").editor
    assert isinstance(editor, RankEditor)
    assert editor.stored() is None and "/order" not in form.stored
    assert [editor.list.item(row).text() for row in range(2)] == ["–  Pain", "–  Riz"]
    rows = entrance(view, "/order")
    key(rows, Qt.Key.Key_Down, alt=True)
    settle(qtbot, view)
    assert form.stored["/order"] == "riz pain mil manioc"
    assert editor.list.item(0).text() == "1. Riz" and editor.list.currentItem().text() == "2. Pain"
    QTest.keyClick(rows, "4")
    key(rows, Qt.Key.Key_Up, alt=True)
    settle(qtbot, view)
    assert form.stored["/order"] == "riz mil pain manioc"
    view.undo()
    settle(qtbot, view)
    assert editor.list.item(3).text() == "4. Pain"
    key(rows, Qt.Key.Key_Delete)
    settle(qtbot, view)
    assert form.stored["/order"] is None and editor.list.item(0).text().startswith("–")


def test_an_order_that_is_right_is_taken_as_it_stands(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    editor = field(view, "/order").editor
    assert isinstance(editor, RankEditor)
    rows = entrance(view, "/order")
    tab(rows)
    assert QApplication.focusWidget() is editor.keep
    key(editor.keep, Qt.Key.Key_Space)
    settle(qtbot, view)
    assert form.stored["/order"] == "pain riz mil manioc"
    assert editor.keep.isHidden()


def test_a_submitted_ranking_reads_in_its_order(qtbot: QtBot, show: Show) -> None:
    view = show(MemoryForm(definition_of(LAID_OUT, CHOICES), {"/order": "mil pain riz manioc"}), read_only=True)
    block = view.page.block("/order")
    assert isinstance(block, ValueBlock)
    assert block.value.text().split("\n") == ["1. Mil", "2. Pain", "3. Riz", "4. Manioc"]


def test_a_table_has_its_head_once_and_a_row_of_marks_for_each_question(qtbot: QtBot, show: Show) -> None:
    form = MemoryForm(definition_of(TABLE, CHOICES))
    view = show(form, width=900)
    head, smokes = view.page.block("/habits/head"), field(view, "/habits/smokes")
    assert isinstance(head, TableHeadBlock) and [each.text() for each in head.columns] == [
        "Jamais",
        "Parfois",
        "Régulièrement",
    ]
    assert isinstance(smokes, TableFieldBlock) and isinstance(smokes.editor, TableRowEditor)
    qtbot.waitUntil(lambda: smokes.editor.columns == 3)  # type: ignore[attr-defined]
    for column, button in zip(head.columns, smokes.editor.buttons, strict=True):
        above, below = (each.mapTo(view, each.rect().center()).x() for each in (column, button))
        assert abs(above - below) <= 2, "marks stand under their words"
    assert smokes.editor.buttons[2].accessibleName() == "Fume: Régulièrement"
    qtbot.waitUntil(lambda: clipped(view) == [], timeout=2000)


def test_pictures_without_words_go_by_their_names_and_rows_without_room_keep_their_words(
    qtbot: QtBot, show: Show
) -> None:
    wordless = (("often", "happy", ""), ("often", "sad", ""), ("often", "so", "Moyen"))
    view = show(MemoryForm(definition_of(TABLE, wordless)), width=900)
    head, smokes = view.page.block("/habits/head"), field(view, "/habits/smokes")
    assert isinstance(head, TableHeadBlock) and [each.text() for each in head.columns] == ["happy", "sad", "Moyen"]
    assert isinstance(smokes.editor, TableRowEditor)
    qtbot.waitUntil(lambda: smokes.editor.buttons[0].wrapping.bare)  # type: ignore[attr-defined]
    smokes.setFixedWidth(130)
    qtbot.waitUntil(lambda: not smokes.editor.buttons[0].wrapping.bare)  # type: ignore[attr-defined]


def test_arrows_go_across_and_down_a_table(qtbot: QtBot, show: Show) -> None:
    form = MemoryForm(definition_of(TABLE, CHOICES))
    view = show(form, width=900)
    key(entrance(view, "/habits/smokes"), Qt.Key.Key_Right)
    settle(qtbot, view)
    assert form.stored["/habits/smokes"] == "n"
    key(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert focused(view) == "/habits/drinks"
    assert "/habits/drinks" not in form.stored, "going there chooses nothing"
    key(QApplication.focusWidget(), Qt.Key.Key_Space)
    key(QApplication.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(QApplication.focusWidget(), "1")
    QTest.keyClick(QApplication.focusWidget(), "3")
    settle(qtbot, view)
    assert form.stored["/habits/drinks"] == "n" and form.stored["/habits/sings"] == "y dk"
    key(QApplication.focusWidget(), Qt.Key.Key_Up)
    assert focused(view) == "/habits/drinks"


def test_a_missing_answer_in_a_table_is_told_in_its_row(qtbot: QtBot, show: Show) -> None:
    view = show(MemoryForm(definition_of(TABLE, CHOICES)), width=900)
    view.check()
    settle(qtbot, view)
    block = field(view, "/habits/smokes")
    qtbot.waitUntil(lambda: "Fume" in block.status.told)
    assert block.status.isVisible() and not field(view, "/habits/drinks").status.isVisible()


@pytest.mark.parametrize("survey", [LAID_OUT, TABLE])
def test_nothing_is_clipped_at_double_size(qtbot: QtBot, show: Show, survey: object) -> None:
    theme().choose(mode=Mode.LIGHT, percent=200)
    view = show(MemoryForm(definition_of(survey, CHOICES)), width=900)  # type: ignore[arg-type]
    view.check()
    settle(qtbot, view)
    qtbot.waitUntil(lambda: clipped(view) == [], timeout=2000)


def test_a_narrow_table_becomes_questions_with_their_words(qtbot: QtBot, show: Show) -> None:
    view = show(MemoryForm(definition_of(TABLE, CHOICES)), width=300)
    head, smokes = view.page.block("/habits/head"), field(view, "/habits/smokes")
    assert isinstance(head, TableHeadBlock) and isinstance(smokes.editor, TableRowEditor)
    qtbot.waitUntil(lambda: smokes.editor.columns == 1)  # type: ignore[attr-defined]
    assert not head.columns[0].isVisible()
    assert not smokes.editor.buttons[0].wrapping.bare  # type: ignore[attr-defined]


def test_a_drop_list_follows_its_filter(qtbot: QtBot, show: Show) -> None:
    survey = (
        ("select_one yesno", "more", "Tout ?", {}),
        (
            "select_one foods",
            "food",
            "Aliment",
            {"appearance": "minimal", "choice_filter": "${more} = 'y' or name = 'riz'"},
        ),
    )
    form = MemoryForm(definition_of(survey, CHOICES))
    view = show(form)
    editor = field(view, "/food").editor
    assert isinstance(editor, DropEditor) and editor.box.count() == 1
    QTest.keyClick(entrance(view, "/more"), "1")
    settle(qtbot, view)
    editor = field(view, "/food").editor
    assert isinstance(editor, DropEditor) and editor.box.count() == 4
