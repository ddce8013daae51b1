"""Going to a question by its words, and why one is hidden, refuses an answer or has its value."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop.forms.blocks import ValueBlock
from desktop.forms.view import FormView
from desktop.forms.why import WhyPanel
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, focused, settle, tab, type_text, write
from tests.support.form_sessions import MemoryForm


def jump(qtbot: QtBot, view: FormView, text: str) -> list[str]:
    """Open the bar by its key, type, and return what is listed."""
    settle(qtbot, view)
    focus = QApplication.focusWidget()
    at = focus if focus is not None and view.isAncestorOf(focus) else view.editor("/who/name")
    QTest.keyClick(at, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert not view.jump.isHidden() and QApplication.focusWidget() is view.jump.line
    type_text(view.jump.line, text)
    return [view.jump.list.item(row).text() for row in range(view.jump.list.count())]


def reading(panel: WhyPanel) -> list[str]:
    lines = [panel.title.text(), panel.intro.text(), *panel.texts()]
    return [line.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ") for line in lines]


def test_a_question_of_another_page_is_reached_by_its_words(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    assert jump(qtbot, view, "mensuel") == ["Revenu mensuel · Ressources"]
    QTest.keyClick(view.jump.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: focused(view) == "/money/income")
    assert view.jump.isHidden()


def test_every_question_is_listed_before_a_letter_is_typed_and_escape_goes_back(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    tab(write(view, "/who/name", "Koné"))
    settle(qtbot, view)
    found = jump(qtbot, view, "")
    assert found[0].startswith("Nom de famille") and len(found) > 10
    QTest.keyClick(view.jump.line, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: focused(view) == "/who/birth")
    assert view.jump.isHidden()


def test_what_is_only_read_is_reached_too_and_the_keys_go_on_from_there(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    form.answer("/money/income", "1500")
    view = show(form)
    for words, path in (("annuel", "/money/yearly"), ("revenus", "/money/money_note")):
        assert len(jump(qtbot, view, words)) == 1
        QTest.keyClick(view.jump.line, Qt.Key.Key_Return)
        settle(qtbot, view)
        block = view.page.block(path)
        focus = QApplication.focusWidget()
        assert block is not None and focus is not None and (focus is block or block.isAncestorOf(focus))
        QTest.keyClick(focus, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        assert not view.jump.isHidden()
        QTest.keyClick(view.jump.line, Qt.Key.Key_Escape)


def test_words_of_no_question_are_said(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    assert jump(qtbot, view, "xylophone") == []
    assert not view.jump.nothing.isHidden() and view.jump.list.isHidden()
    QTest.keyClick(view.jump.line, Qt.Key.Key_Return)
    assert not view.jump.isHidden()


def test_a_hidden_question_says_why_and_leads_to_the_answer_behind(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    found = jump(qtbot, view, "employeur")
    assert found == ["Nom de l'employeur · Demandeur · non posée pour le moment"]
    QTest.keyClick(view.jump.line, Qt.Key.Key_Return)
    assert reading(view.jump.why) == [
        "Pourquoi « Nom de l'employeur » n’est pas posée",
        "Cette question n’est posée que si :",
        "la réponse à « Travaillez-vous ? » est « Oui » (actuellement : pas encore de réponse) : non remplie",
    ]
    link = view.jump.why.findChild(QPushButton, "why.go")
    assert link is not None
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: focused(view) == "/who/works")
    assert view.jump.isHidden()


def test_a_calculated_value_says_what_makes_it_and_follows_the_answers(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    view.go_to("/money/income")
    qtbot.waitUntil(lambda: focused(view) == "/money/income")
    tab(write(view, "/money/income", "1500"))
    settle(qtbot, view)
    block = view.page.block("/money/yearly")
    assert isinstance(block, ValueBlock)
    block.origin.click()
    panel = block.findChild(WhyPanel)
    assert panel is not None and panel.isVisible()
    assert reading(panel) == [
        "D’où vient « Revenu annuel »",
        "« Revenu mensuel » × 12 = 18 000",
        "« Revenu mensuel » : 1 500",
    ]
    line = view.editor("/money/income")
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text(line, "1000")
    tab(line)
    qtbot.waitUntil(lambda: panel.intro.text().endswith("12\N{NARROW NO-BREAK SPACE}000"))
    block.origin.click()
    assert panel.isHidden()


def test_a_refused_answer_says_what_is_accepted(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = write(view, "/who/children", "25")
    tab(line)
    settle(qtbot, view)
    block = field(view, "/who/children")
    assert not block.status.ask_why.isHidden()
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    panel = block.findChild(WhyPanel)
    assert panel is not None
    assert reading(panel)[1:] == [
        "La réponse n’est acceptée que si :",
        "la réponse à « Nombre d'enfants » est au moins 0 (actuellement : 25) : remplie",
        "la réponse à « Nombre d'enfants » est inférieure à 20 (actuellement : 25) : non remplie",
    ]
    QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text(line, "3")
    tab(line)
    qtbot.waitUntil(lambda: panel.isHidden() and block.status.ask_why.isHidden())


def test_an_answer_of_the_wrong_type_has_no_formula_to_explain(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    tab(write(view, "/who/children", "beaucoup"))
    settle(qtbot, view)
    assert field(view, "/who/children").status.ask_why.isHidden()
