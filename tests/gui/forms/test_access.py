"""The form for people who do not use a mouse, do not see the screen, or need it large."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.forms import words
from desktop.forms.view import FormView
from desktop.theme import Mode, theme
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, focused, press, settle, tab, write
from tests.support.form_sessions import MemoryForm, definition_of

LONG = "Un choix dont le texte est si long qu'il ne tient jamais sur une seule ligne, même sur un grand écran de bureau"
LONG_LABELS = (
    (
        "select_one long",
        "one",
        "Une question dont l'intitulé est lui aussi très long, comme dans les vrais formulaires",
        {},
    ),
    ("select_multiple long", "many", "Et une autre", {"hint": LONG}),
    ("note", "said", LONG, {}),
)
PAGES = ("/who", "/money", "/person", "/end")


def nodes(top: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield top
    for place in range(top.childCount()):
        child = top.child(place)
        if child is not None and child.isValid():
            yield from nodes(child)


@pytest.mark.parametrize("page", PAGES)
def test_everything_that_takes_the_focus_has_a_name(qtbot: QtBot, show: Show, form: MemoryForm, page: str) -> None:
    QAccessible.setActive(True)
    view = show(form)
    view.go_to(page)
    settle(qtbot, view)
    top = QAccessible.queryAccessibleInterface(view)
    assert top is not None
    nameless = [
        node.object()
        for node in nodes(top)
        if node.state().focusable and not node.state().invisible and not node.text(QAccessible.Text.Name).strip()
    ]
    assert nameless == []


def test_label_duty_help_and_problem_are_spoken(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    name = view.editor("/who/name")
    assert name.accessibleName() == "Nom de famille"
    assert field(view, "/who/name").required.text() in name.accessibleDescription()
    assert "pièce d'identité" in name.accessibleDescription()
    tab(write(view, "/who/birth", "03042030"))
    settle(qtbot, view)
    assert "Déjà né·e" in view.editor("/who/birth").accessibleDescription()
    radio = field(view, "/who/works").editor.inputs()[0]
    assert radio.accessibleName() == "Travaillez-vous ?: Oui" or radio.accessibleName().startswith("Travaillez-vous")


def test_tab_goes_in_reading_order_through_what_came_and_went(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    press(qtbot, field(view, "/who/works").editor.inputs()[0])
    settle(qtbot, view)
    view.editor("/who/name").setFocus(Qt.FocusReason.TabFocusReason)
    order = []
    for _ in range(40):
        if focused(view) not in order:
            order.append(focused(view))
        if QApplication.focusWidget() is view.footer.on_button:
            break
        tab(QApplication.focusWidget())
    asked = ["name", "birth", "children", "works", "employer", "helps", "town"]
    assert [path for path in order if path] == [f"/who/{name}" for name in asked]
    assert QApplication.focusWidget() is view.footer.on_button


def test_a_radio_list_is_one_tab_stop(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    buttons = field(view, "/who/works").editor.inputs()
    buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    tab(buttons[0])
    assert focused(view) == "/who/helps"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert focused(view) == "/who/works"


def test_tab_reaches_rows_and_the_button_that_adds_one(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    form.add_row("/person")
    view.refresh()
    view.go_to("/person")
    settle(qtbot, view)
    reached: list[str] = []
    for _ in range(30):
        widget = QApplication.focusWidget()
        assert widget is not None
        reached.append(focused(view) or widget.objectName())
        if widget is view.footer.on_button:
            break
        tab(widget)
    block = view.page.repeat("/person")
    assert block is not None
    first, second = (card.row.path for card in block.cards())
    wanted = [f"{first}/first", f"{first}/age", f"remove_row:{first}", f"{second}/first", f"{second}/age"]
    assert [each for each in reached if each in wanted] == wanted
    assert reached[-5:] == ["add_row:/person", "form.back", "form.jump_to", "form.undo", "form.next"]


def clipped(view: FormView) -> list[str]:
    """Return the texts that do not fit into their widgets."""
    found = []
    for widget in view.findChildren(QWidget):
        if not widget.isVisibleTo(view) or widget.size().isEmpty():
            continue
        if isinstance(widget, (QLabel, QAbstractButton)):
            needed = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else widget.sizeHint().height()
            if widget.height() < needed and widget.text():
                found.append(f"{widget.text()}: {widget.height()} < {needed}")
        elif isinstance(widget, (QLineEdit, QPlainTextEdit)) and widget.height() < widget.fontMetrics().height() + 4:
            found.append(f"{widget.accessibleName()}: {widget.height()}")
        if widget.mapTo(view, widget.rect().topRight()).x() > view.width():
            found.append(f"{widget!r} goes beyond the window")
    return found


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_clipped_at_double_size(qtbot: QtBot, show: Show, form: MemoryForm, page: str, percent: int) -> None:
    theme().choose(mode=Mode.LIGHT, percent=percent)
    view = show(form, width=900 if percent == 200 else 640, height=600)
    view.go_to(page)
    view.check()
    settle(qtbot, view)
    qtbot.waitUntil(lambda: clipped(view) == [], timeout=2000)


@pytest.mark.parametrize("percent", [100, 200])
def test_long_choices_wrap(qtbot: QtBot, show: Show, percent: int) -> None:
    theme().choose(mode=Mode.LIGHT, percent=percent)
    view = show(MemoryForm(definition_of(LONG_LABELS, (("long", "a", LONG), ("long", "b", "Court")))), width=800)
    settle(qtbot, view)
    qtbot.waitUntil(lambda: clipped(view) == [], timeout=2000)
    long, short = field(view, view.page_paths()[0]).editor.inputs()
    assert long.height() > short.height()
    press(qtbot, long)
    assert long.isChecked()  # type: ignore[attr-defined]


def test_a_wide_form_has_its_contents_beside_and_a_narrow_one_above(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form, width=1000)
    assert view.contents_list.isVisible()
    assert not view.contents_box.isVisible()
    view.resize(600, 700)
    qtbot.waitUntil(view.contents_box.isVisible)
    assert not view.contents_list.isVisible()
    view.contents_box.activated.emit(3)
    qtbot.waitUntil(lambda: view.route["page"] == "/end")
    assert view.contents_box.currentIndex() == 3


def test_a_form_says_where_it_stands_in_words_not_colours(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    tab(write(view, "/who/name", "Koné"))
    settle(qtbot, view)
    status = field(view, "/who/name").status
    assert status.icon.isVisible()
    assert status.told == words.saved_text()
