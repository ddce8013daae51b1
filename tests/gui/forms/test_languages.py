"""The form's language changes at once, and nothing of the old one stays."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.forms.view import FormView
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import settle, tab, write
from tests.support.form_sessions import MemoryForm, definition_of

FRENCH, ENGLISH = "Français (fr)", "English (en)"
KINDS = ("text", "integer", "date", "select_one yn", "note", "select_multiple yn", "decimal")
QUESTIONS, A_PAGE = 500, 20


def both(words: str, column: str = "label") -> dict[str, str]:
    return {f"{column}::{FRENCH}": f"{words} en français", f"{column}::{ENGLISH}": f"{words} in English"}


@pytest.fixture(scope="module")
def survey() -> list[tuple[str, str, str, dict[str, str]]]:
    rows: list[tuple[str, str, str, dict[str, str]]] = []
    for number in range(QUESTIONS):
        if number % A_PAGE == 0:
            rows.append(("begin_group", f"g{number}", "", both(f"Part {number}")))
        more = both("Help", "hint") | both("Wrong", "constraint_message") | both("Missing", "required_message")
        needed = {"constraint": ". != 'x'", "required": "yes"} if KINDS[number % 7] == "text" else {}
        rows.append((KINDS[number % 7], f"q{number}", "", both(f"Question {number}") | more | needed))
        if number % A_PAGE == A_PAGE - 1:
            rows.append(("end_group", "", "", {}))
    rows.append(("begin_repeat", "row", "", both("Rows")))
    rows.append(("text", "cell", "", both("Cell")))
    rows.append(("end_repeat", "", "", {}))
    return rows


def words_of(view: FormView) -> list[str]:
    """All that is shown or read aloud of the form's own words."""
    found = []
    for widget in view.findChildren(QWidget):
        if widget.isVisibleTo(view):
            found += [widget.accessibleName(), widget.accessibleDescription()]
            if isinstance(widget, (QLabel, QAbstractButton)):
                found.append(widget.text())
    found += [view.contents.title(row) for row in range(view.contents.rowCount())]
    return [words for words in found if words]


def test_a_filled_form_changes_its_language_at_once_and_whole(
    qtbot: QtBot, show: Show, survey: list[tuple[str, str, str, dict[str, str]]]
) -> None:
    form = MemoryForm(definition_of(survey, (("yn", "y", "Oui"), ("yn", "n", "Non"))))
    form.session.set_language(FRENCH)
    view = show(form, width=1300)
    tab(write(view, "/g0/q0", "x"))
    view.check()
    settle(qtbot, view)
    assert any("Wrong en français" in words for words in words_of(view))
    began = time.perf_counter()
    QTest.keyClick(view, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: form.session.language == ENGLISH and view.page.title.text().endswith("in English"))
    print(f"{QUESTIONS} questions in another language after {(time.perf_counter() - began) * 1000:.0f} ms")
    settle(qtbot, view)
    qtbot.waitUntil(lambda: not [words for words in words_of(view) if "en français" in words])
    assert any("Wrong in English" in words for words in words_of(view))
    view.go_to("/row")
    settle(qtbot, view)
    qtbot.waitUntil(lambda: not [words for words in words_of(view) if "en français" in words])
    button = view.footer.language_button
    assert button.isVisible() and ENGLISH in button.toolTip()
    next(action for action in button.menu().actions() if action.text() == FRENCH).trigger()
    qtbot.waitUntil(lambda: form.session.language == FRENCH)
    settle(qtbot, view)
    qtbot.waitUntil(lambda: not [words for words in words_of(view) if "in English" in words])


def test_a_form_of_one_language_offers_none(show: Show, form: MemoryForm) -> None:
    assert not show(form).footer.language_button.isVisible()
