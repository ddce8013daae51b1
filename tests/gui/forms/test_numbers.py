"""A number between two ends: nothing until somebody chose, then by keys, by typing or by the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from desktop.forms import words
from desktop.forms.blocks import ValueBlock
from desktop.forms.editors.across import RatingEditor, Star
from desktop.forms.editors.slider import NumberSlider, RangeEditor
from desktop.forms.view import FormView
from desktop.theme import Mode, theme
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, focused, settle, tab, type_text
from tests.gui.forms.test_access import clipped
from tests.support.form_sessions import MemoryForm, definition_of

SURVEY = (
    ("range", "pain", "Douleur", {"parameters": "start=0 end=10 step=1", "required": "yes"}),
    ("range", "fine", "Dose", {"parameters": "start=0.5 end=2.5 step=0.25"}),
    ("range", "down", "Compte à rebours", {"parameters": "start=20 end=-20 step=5", "appearance": "vertical no-ticks"}),
    ("range", "pick", "Étage", {"parameters": "start=8 end=22 step=2", "appearance": "picker"}),
    ("range", "stars", "Accueil", {"parameters": "start=1 end=5 step=1", "appearance": "rating"}),
)


@pytest.fixture
def form() -> MemoryForm:
    return MemoryForm(definition_of(SURVEY))


def slider(view: FormView, path: str) -> NumberSlider:
    editor = field(view, path).editor
    assert isinstance(editor, RangeEditor)
    editor.slider.setFocus(Qt.FocusReason.TabFocusReason)
    return editor.slider


def test_an_untouched_slider_has_no_value_and_says_so(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    editor = field(view, "/pain").editor
    assert isinstance(editor, RangeEditor)
    assert editor.stored() is None and editor.slider.held is None and editor.line.text() == ""
    assert editor.echo.isVisible() and editor.echo.text() in editor.slider.accessibleDescription()
    view.check()
    settle(qtbot, view)
    qtbot.waitUntil(lambda: "Douleur" in field(view, "/pain").status.told)
    assert "/pain" not in form.stored


@pytest.mark.parametrize(
    ("path", "keys", "stored"),
    [
        ("/pain", [Qt.Key.Key_Right], "0"),
        ("/pain", [Qt.Key.Key_Right] * 4, "3"),
        ("/pain", [Qt.Key.Key_End, Qt.Key.Key_Left], "9"),
        ("/pain", [Qt.Key.Key_Home, Qt.Key.Key_PageUp, Qt.Key.Key_Up], "10"),
        ("/pain", [Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_Down], "0"),
        ("/pain", [Qt.Key.Key_End, Qt.Key.Key_Delete], None),
        ("/fine", [Qt.Key.Key_Home, Qt.Key.Key_Up, Qt.Key.Key_Up], "1"),
        ("/fine", [Qt.Key.Key_Home, Qt.Key.Key_Up], "0.75"),
        ("/down", [Qt.Key.Key_Up, Qt.Key.Key_Up], "15"),
        ("/down", [Qt.Key.Key_End], "-20"),
    ],
)
def test_keys_move_a_slider(
    qtbot: QtBot, show: Show, form: MemoryForm, path: str, keys: list[Qt.Key], stored: str | None
) -> None:
    view = show(form)
    moved = slider(view, path)
    for each in keys:
        QTest.keyClick(moved, each)
    QTest.keyClick(moved, Qt.Key.Key_Return)
    settle(qtbot, view)
    assert form.stored.get(path) == stored


def test_moving_is_saved_once_it_pauses(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    moved = slider(view, "/pain")
    with qtbot.waitSignal(view.saved, timeout=3000):
        for _ in range(6):
            QTest.keyClick(moved, Qt.Key.Key_Right)
        assert form.stored == {}, "not one act for each step"
    assert form.stored == {"/pain": "5"}
    assert field(view, "/pain").status.told == words.saved_text()
    view.undo()
    settle(qtbot, view)
    assert form.stored["/pain"] is None and moved.held is None


def test_a_number_is_typed_and_moves_the_slider(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = slider(view, "/fine")
    tab(line)
    typed = field(view, "/fine").editor.inputs()[1]
    type_text(typed, "1,25")
    tab(typed)
    settle(qtbot, view)
    assert form.stored["/fine"] == "1.25"
    assert str(slider(view, "/fine").held) == "1.25"
    assert "1,25" in typed.accessibleDescription()


def test_a_number_outside_is_kept_and_told(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    typed = field(view, "/pain").editor.inputs()[1]
    typed.setFocus(Qt.FocusReason.TabFocusReason)
    type_text(typed, "12")
    tab(typed)
    settle(qtbot, view)
    told = field(view, "/pain").status.told
    assert form.stored["/pain"] == "12" and "Douleur" in told and "0" in told and "10" in told
    assert typed.property("invalid") and told in typed.accessibleDescription()
    assert slider(view, "/pain").held is None, "no handle stands where the number is not"


def test_the_mouse_sets_a_slider_where_it_points(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    moved = slider(view, "/pain")
    qtbot.mouseClick(moved, Qt.MouseButton.LeftButton, pos=QPoint(moved.width() // 2, 12))
    settle(qtbot, view)
    assert form.stored["/pain"] == "5"


def test_a_number_is_picked_from_a_list(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    box = view.editor("/pick")
    assert isinstance(box, QComboBox)
    box.setFocus(Qt.FocusReason.TabFocusReason)
    type_text(box, "12")
    settle(qtbot, view)
    assert form.stored["/pick"] == "12"


def test_stars_are_chosen_by_digit_arrow_and_taken_back(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    editor = field(view, "/stars").editor
    assert isinstance(editor, RatingEditor)
    first = view.editor("/stars")
    first.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(first, "4")
    settle(qtbot, view)
    assert form.stored["/stars"] == "4"
    assert [isinstance(each, Star) and each.full for each in editor.buttons] == [True] * 4 + [False]
    assert editor.buttons[3].accessibleName() == "Accueil: 4"
    QTest.keyClick(editor.buttons[3], Qt.Key.Key_Left)
    settle(qtbot, view)
    assert form.stored["/stars"] == "3"
    QTest.keyClick(editor.buttons[2], Qt.Key.Key_Delete)
    settle(qtbot, view)
    assert form.stored["/stars"] is None and not any(each.full for each in editor.buttons)  # type: ignore[attr-defined]


def test_a_slider_has_a_name_a_role_and_a_value(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    QAccessible.setActive(True)
    view = show(form)
    moved = slider(view, "/pain")
    QTest.keyClick(moved, Qt.Key.Key_End)
    node = QAccessible.queryAccessibleInterface(moved)
    assert node is not None and node.role() == QAccessible.Role.Slider
    assert node.text(QAccessible.Text.Name) == "Douleur"
    value = node.valueInterface()
    assert (value.minimumValue(), value.maximumValue(), value.currentValue()) == (0, 10, 10)
    QTest.keyClick(moved, Qt.Key.Key_Return)
    assert focused(view) == "/fine"


def test_a_submitted_number_reads_as_one(qtbot: QtBot, show: Show) -> None:
    view = show(MemoryForm(definition_of(SURVEY), {"/fine": "0.75"}), read_only=True)
    block = view.page.block("/fine")
    assert isinstance(block, ValueBlock)
    assert block.value.text() == f"0{words.decimal_sign()}75"


@pytest.mark.parametrize("percent", [100, 200])
def test_nothing_is_clipped(qtbot: QtBot, show: Show, form: MemoryForm, percent: int) -> None:
    theme().choose(mode=Mode.LIGHT, percent=percent)
    view = show(form, width=900 if percent == 200 else 640)
    qtbot.waitUntil(lambda: clipped(view) == [], timeout=2000)
