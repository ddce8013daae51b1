"""Long lists: 35,000 communes stay a line to type into."""

from __future__ import annotations

import time

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QScrollArea, QWidget
from pytestqt.logging import _QtMessageCapture as LogCapture
from pytestqt.qtbot import QtBot

from desktop.forms import words
from desktop.forms.editors.choice_model import ROWS_MOST, ChoiceModel
from desktop.forms.editors.search import ChoicePopup, SearchLine, SearchManyEditor, SearchOneEditor
from desktop.forms.view import FormView
from forms.definition import FormDefinition
from forms.views import Choice
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, focused, settle, tab, type_text, write
from tests.support.form_sessions import MemoryForm, definition_of

COMMUNES = 35_000
SURVEY = (
    ("text", "name", "Nom", {}),
    ("select_one_from_file communes.csv", "town", "Commune", {}),
    ("select_multiple_from_file communes.csv", "seen", "Communes visitées", {}),
    ("text", "after", "Ensuite", {}),
)
FIRST = ("Bourg", "Château", "Étang", "Fort", "Grand", "Haut", "Île", "Lac", "Mont", "Saint")


def communes(count: int) -> FormDefinition:
    """Compile a form that asks for some of so many communes."""
    made = (f"{FIRST[number % 10]}-{number:05d}-sur-Loire" for number in range(count - 2))
    names = (*made, "Évreux", "Sainte-Œuvre")
    lines = ["name,label", *(f"c{number},{name}" for number, name in enumerate(names))]
    return definition_of(SURVEY, media={"communes.csv": "\n".join(lines).encode()})


@pytest.fixture(scope="module")
def long_list() -> FormDefinition:
    return communes(COMMUNES)


def town(view: FormView) -> SearchOneEditor:
    editor = field(view, view.page_paths()[0].replace("name", "town")).editor
    assert isinstance(editor, SearchOneEditor)
    return editor


def shown(view: FormView) -> list[str]:
    return [choice.label for choice in town(view).model.choices]


def test_typing_narrows_the_list_and_enter_takes_the_first(qtbot: QtBot, show: Show, long_list: FormDefinition) -> None:
    form = MemoryForm(long_list)
    view = show(form)
    settle(qtbot, view)
    line = write(view, "/town", "evr")
    qtbot.waitUntil(lambda: shown(view) == ["Évreux"])
    assert town(view).is_open
    QTest.keyClick(line, Qt.Key.Key_Return)
    settle(qtbot, view)
    assert form.stored["/town"] == f"c{COMMUNES - 2}"
    assert town(view).line.text() == "Évreux"
    assert not town(view).is_open
    assert focused(view) == "/seen"


def test_the_list_never_holds_more_than_a_few_rows(qtbot: QtBot, show: Show, long_list: FormDefinition) -> None:
    view = show(MemoryForm(long_list))
    settle(qtbot, view)
    write(view, "/town", "s")
    qtbot.waitUntil(lambda: len(shown(view)) == ROWS_MOST)
    assert town(view).popup.more.isVisible()
    type_text(town(view).line, "aint-00009")
    qtbot.waitUntil(lambda: shown(view) == ["Saint-00009-sur-Loire"])
    assert not town(view).popup.more.isVisible()


def test_a_keystroke_costs_about_the_same_in_a_long_list_as_in_a_short_one(
    qtbot: QtBot, show: Show, long_list: FormDefinition
) -> None:
    def cost(definition: FormDefinition) -> float:
        view = show(MemoryForm(definition))
        settle(qtbot, view)
        line = write(view, "/town", "s")
        taken = []
        for _ in range(9):
            start = time.perf_counter()
            type_text(line, "a")
            QApplication.processEvents()
            taken.append(time.perf_counter() - start)
            QTest.keyClick(line, Qt.Key.Key_Backspace)
            QApplication.processEvents()
        return sorted(taken)[len(taken) // 2]

    short = cost(communes(350))
    assert cost(long_list) < 25 * short, "a list a hundred times longer"


def test_arrows_walk_the_list_and_escape_gives_the_answer_back(
    qtbot: QtBot, show: Show, long_list: FormDefinition
) -> None:
    form = MemoryForm(long_list)
    form.answer("/town", f"c{COMMUNES - 2}")
    view = show(form)
    settle(qtbot, view)
    line = write(view, "/town", "lac")
    qtbot.waitUntil(lambda: len(shown(view)) == ROWS_MOST)
    QTest.keyClick(line, Qt.Key.Key_Down)
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert town(view).popup.list.currentIndex().row() == 2
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert town(view).line.text() == "Évreux"
    tab(line)
    settle(qtbot, view)
    assert form.stored["/town"] == f"c{COMMUNES - 2}"


def test_a_name_typed_in_full_is_taken_when_the_field_is_left(
    qtbot: QtBot, show: Show, long_list: FormDefinition
) -> None:
    form = MemoryForm(long_list)
    view = show(form)
    settle(qtbot, view)
    tab(write(view, "/town", "SAINTE-ŒUVRE"))
    settle(qtbot, view)
    assert form.stored["/town"] == f"c{COMMUNES - 1}"
    assert town(view).line.text() == "Sainte-Œuvre"


def test_words_that_name_nothing_stay_and_are_explained(qtbot: QtBot, show: Show, long_list: FormDefinition) -> None:
    form = MemoryForm(long_list)
    form.answer("/town", "c1")
    view = show(form)
    settle(qtbot, view)
    tab(write(view, "/town", "Nulle part"))
    settle(qtbot, view)
    assert town(view).line.text() == "Nulle part"
    assert field(view, "/town").status.told == words.not_in_list_text("Commune")
    assert form.stored["/town"] is None, "the screen and the store say the same"
    line = town(view).line
    line.setFocus(Qt.FocusReason.TabFocusReason)
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    tab(line)
    settle(qtbot, view)
    assert field(view, "/town").status.told != words.not_in_list_text("Commune")


def test_a_click_takes_a_row(qtbot: QtBot, show: Show, long_list: FormDefinition) -> None:
    form = MemoryForm(long_list)
    view = show(form)
    settle(qtbot, view)
    line = town(view).line
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: town(view).is_open)
    rows = town(view).popup.list
    place = rows.visualRect(rows.model().index(2, 0)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, view)
    assert form.stored["/town"] == "c2"
    assert line.text() == "Étang-00002-sur-Loire"


def test_a_list_whose_line_has_gone_is_not_placed_any_more(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    area = QScrollArea(window)
    window.setCentralWidget(area)
    page = QWidget()
    area.setWidget(page)
    line = SearchLine(page)
    popup = ChoicePopup(ChoiceModel(parent=window), line)
    window.show()
    popup.open()
    bar = area.verticalScrollBar()
    bar.setMaximum(100)
    shiboken6.delete(line)
    with qtbot.waitSignal(popup.destroyed):
        # What a slot raises fails the test.
        bar.setValue(100)


def test_a_list_that_outlives_its_editor_by_a_moment_logs_nothing(qtbot: QtBot, qtlog: LogCapture) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    editor = QWidget()
    window.setCentralWidget(editor)
    model = ChoiceModel(parent=editor)
    popup = ChoicePopup(model, SearchLine(editor))
    model.offer((Choice("a", "Aubin"), Choice("b", "Blois")))
    window.show()
    popup.open()
    popup.list.setCurrentIndex(model.index(1))
    with qtbot.waitSignal(popup.destroyed):
        shiboken6.delete(editor)
        popup.list.reset()  # As Qt does by itself once the window has gone on to something else.
    assert [record.message for record in qtlog.records if "Selection" in record.message] == []


def test_several_can_be_searched_and_ticked(qtbot: QtBot, show: Show, long_list: FormDefinition) -> None:
    form = MemoryForm(long_list)
    view = show(form)
    settle(qtbot, view)
    line = write(view, "/seen", "evreux")
    QTest.keyClick(line, Qt.Key.Key_Return)
    type_text(line, "lac-00007")
    QTest.keyClick(line, Qt.Key.Key_Return)
    settle(qtbot, view)
    assert form.stored["/seen"] == f"c{COMMUNES - 2} c7"
    type_text(line, "mont-00008")
    QTest.keyClick(line, Qt.Key.Key_Down)
    rows = QApplication.focusWidget()
    assert rows is not None
    QTest.keyClick(rows, Qt.Key.Key_Space)
    settle(qtbot, view)
    assert form.stored["/seen"] == f"c{COMMUNES - 2} c7 c8"
    editor = field(view, "/seen").editor
    assert isinstance(editor, SearchManyEditor)
    assert "Évreux, Lac-00007-sur-Loire, Mont-00008-sur-Loire" in editor.summary.text()


def test_the_model_keeps_qt_s_rules(qtbot: QtBot) -> None:
    model = ChoiceModel(checkable=True)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.offer((Choice("a", "A"), Choice("b", "B")))
    model.check(frozenset({"b"}))
    assert model.index(1).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    model.offer(())
    assert tester.model() is model
