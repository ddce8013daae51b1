"""Questions beside each other by the widths that a form gives them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.forms.view import FormView
from desktop.theme import Mode, theme
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, focused, settle, tab, type_text
from tests.gui.forms.test_access import clipped
from tests.support.form_sessions import MemoryForm
from tests.support.forms import define

FORM = """
| survey   |              |       |                                 |            |               |
|          | type         | name  | label                           | appearance | relevant      |
|          | begin_group  | who   | Demandeur                       | w4         |               |
|          | text         | given | Prénom                          | w1         |               |
|          | text         | name  | Nom de famille                  | w3         |               |
|          | text         | maid  | Nom de naissance s'il est autre | w2         |               |
|          | integer      | age   | Âge                             | w1         |               |
|          | text         | job   | Métier                          | w2         | ${age} >= 16  |
|          | text         | note  | Remarques                       |            |               |
|          | end_group    |       |                                 |            |               |
|          | begin_repeat | kid   | Enfant                          | w2         |               |
|          | text         | first | Prénom                          | w1         |               |
|          | integer      | years | Âge                             | w1         |               |
|          | end_repeat   |       |                                 |            |               |
| settings |              |       |                                 |            |               |
|          | style        |       |                                 |            |               |
|          | theme-grid   |       |                                 |            |               |
"""


@pytest.fixture
def form() -> MemoryForm:
    return MemoryForm(define(FORM))


def place(view: FormView, name: str) -> QPoint:
    return field(view, f"/who/{name}").mapTo(view, QPoint(0, 0))


def test_widths_go_into_rows_and_the_last_of_a_row_takes_the_rest(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form, width=1400)
    qtbot.waitUntil(lambda: place(view, "given").y() == place(view, "name").y())
    given, name = field(view, "/who/given"), field(view, "/who/name")
    assert place(view, "name").x() > place(view, "given").x() + given.width()
    assert 2.8 < name.width() / given.width() < 3.4
    assert place(view, "maid").y() > place(view, "given").y() + given.height()
    assert field(view, "/who/note").width() == view.page.block("/who/note").parentWidget().width()  # type: ignore[union-attr]
    age = field(view, "/who/age")
    right = age.mapTo(view, age.rect().topRight()).x()
    assert abs(right - name.mapTo(view, name.rect().topRight()).x()) <= 1


def test_a_question_that_comes_finds_its_place_and_typing_goes_on(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form, width=1400)
    line = view.editor("/who/age")
    line.setFocus(Qt.FocusReason.TabFocusReason)
    type_text(line, "30")
    tab(line)
    settle(qtbot, view)
    qtbot.waitUntil(lambda: place(view, "job").y() > place(view, "age").y())
    assert form.stored["/who/age"] == "30"
    order = []
    view.editor("/who/given").setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(6):
        order.append(focused(view).rpartition("/")[2])
        widget = QApplication.focusWidget()
        assert widget is not None
        tab(widget)
    assert order == ["given", "name", "maid", "age", "job", "note"]


@pytest.mark.parametrize(("width", "percent", "beside"), [(1400, 100, True), (420, 100, False), (900, 200, False)])
def test_where_there_is_no_room_questions_stand_below_each_other(
    qtbot: QtBot, show: Show, form: MemoryForm, width: int, percent: int, beside: bool
) -> None:
    theme().choose(mode=Mode.LIGHT, percent=percent)
    view = show(form, width=width)
    qtbot.waitUntil(lambda: (place(view, "given").y() == place(view, "name").y()) is beside)
    qtbot.waitUntil(lambda: clipped(view) == [], timeout=2000)


def test_rows_of_a_repeat_are_laid_out_alike(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    first, second = (form.add_row("/kid").added_row for _ in range(2))
    assert first and second
    view = show(form, width=1400)
    view.go_to("/kid")
    settle(qtbot, view)
    assert view.page.repeat("/kid") is not None
    assert clipped(view) == []
