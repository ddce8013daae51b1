"""Ctrl+Z in a form: the last act goes back, wherever it was, and the person is taken there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.forms.view import FormView
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import button, field, focused, press, settle, tab, write
from tests.support.form_sessions import MemoryForm

CONTROL = Qt.KeyboardModifier.ControlModifier


def choose_works(qtbot: QtBot, view: FormView, key: str) -> None:
    buttons = field(view, "/who/works").editor.inputs()
    buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(buttons[0], key)
    settle(qtbot, view)


def test_a_choice_made_by_mistake_goes_back(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    choose_works(qtbot, view, "2")
    choose_works(qtbot, view, "1")
    assert form.stored["/who/works"] == "yes"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, CONTROL)
    settle(qtbot, view)
    assert form.stored["/who/works"] == "no"
    assert focused(view) == "/who/works"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Y, CONTROL)
    settle(qtbot, view)
    assert form.stored["/who/works"] == "yes"


def test_the_button_takes_back_an_answer_of_another_page_and_goes_there(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    assert not view.footer.undo_button.isEnabled()
    tab(write(view, "/who/name", "Koné"))
    settle(qtbot, view)
    view.go_to("/money")
    settle(qtbot, view)
    qtbot.waitUntil(view.footer.undo_button.isEnabled)
    qtbot.mouseClick(view.footer.undo_button, Qt.MouseButton.LeftButton)
    settle(qtbot, view)
    qtbot.waitUntil(lambda: focused(view) == "/who/name")
    assert form.stored["/who/name"] is None and view.editor("/who/name").text() == ""  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: not view.footer.undo_button.isEnabled())


def test_in_a_line_that_is_typed_the_keys_are_the_lines_own(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    choose_works(qtbot, view, "1")
    line = write(view, "/who/name", "Kon")
    QTest.keyClick(line, Qt.Key.Key_Z, CONTROL)
    tab(line)
    settle(qtbot, view)
    assert form.stored["/who/works"] == "yes"
    assert "Kon" not in (form.stored.get("/who/name") or "")


def test_a_removed_row_comes_back_with_its_answers(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    view.go_to("/person")
    settle(qtbot, view)
    row = next(path for path in form.session.answers() if path.startswith("/person[") and path.endswith("]"))
    tab(write(view, f"{row}/first", "Awa"))
    settle(qtbot, view)
    added = form.add_row("/person").added_row
    view.refresh()
    settle(qtbot, view)
    view.remove_row(row, "Awa")
    settle(qtbot, view)
    qtbot.waitUntil(lambda: f"{row}/first" not in form.session.submission())
    press(qtbot, button(view, "form.next"))
    QTest.keyClick(view.footer.on_button, Qt.Key.Key_Z, CONTROL)
    settle(qtbot, view)
    names = [value for path, value in form.session.submission().items() if path.endswith("/first")]
    assert names == ["Awa"] and added is not None
    qtbot.waitUntil(lambda: view.route["page"] == "/person")


def test_a_submitted_form_takes_nothing_back(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    form.answer("/who/name", "Koné")
    view = show(form, read_only=True)
    settle(qtbot, view)
    assert not view.footer.undo_button.isEnabled()
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    settle(qtbot, view)
    assert form.stored["/who/name"] == "Koné"
