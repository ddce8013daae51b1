"""Filling a form as a person does: keys and clicks on real widgets over a real session."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.forms import words
from desktop.forms.blocks import ValueBlock
from desktop.forms.editors.typed import CalendarPopup
from desktop.theme import theme
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, focused, press, settle, tab, type_text, write
from tests.support.form_sessions import MemoryForm, definition_of


def test_an_answer_is_saved_when_the_field_is_left(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    with qtbot.waitSignal(view.saved) as saved:
        tab(write(view, "/who/name", "Koné"))
    assert saved.args == ["/who/name"]
    assert form.stored["/who/name"] == "Koné"
    assert field(view, "/who/name").status.told == words.saved_text()
    assert QApplication.focusWidget() is view.editor("/who/birth")


def test_typing_that_pauses_is_saved(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    with qtbot.waitSignal(view.saved, timeout=3000):
        write(view, "/who/name", "Kon")
        assert not view.is_saved
        assert field(view, "/who/name").status.told == ""
    assert form.stored["/who/name"] == "Kon"
    assert focused(view) == "/who/name"


def test_enter_goes_to_the_next_question_and_at_the_end_to_the_next_page(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    QTest.keyClick(write(view, "/who/name", "Koné"), Qt.Key.Key_Return)
    assert focused(view) == "/who/birth"
    view.go_to("/end")
    settle(qtbot, view)
    box = view.editor("/end/agree")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is view.footer.on_button


def test_relevance_shows_and_hides_a_question(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    assert view.page.block("/who/employer") is None
    before = view.page.block("/who/town")
    press(qtbot, field(view, "/who/works").editor.inputs()[0])
    settle(qtbot, view)
    assert field(view, "/who/employer").isVisible()
    assert view.page.block("/who/town") is before, "the other questions keep their widgets"
    assert focused(view) == "/who/works"
    press(qtbot, field(view, "/who/works").editor.inputs()[1])
    settle(qtbot, view)
    assert view.page.block("/who/employer") is None
    assert form.stored["/who/works"] == "no"


def test_a_constraint_explains_itself_and_goes_away_when_corrected(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = write(view, "/who/birth", "03042030")
    qtbot.waitUntil(lambda: form.stored.get("/who/birth") == "2030-04-03", timeout=3000)
    assert field(view, "/who/birth").status.told != "Déjà né·e, en principe.", "nobody is corrected in mid-word"
    with qtbot.waitSignal(view.issuesChanged) as issues:
        tab(line)
    assert issues.args == [1]
    assert field(view, "/who/birth").status.told == "Déjà né·e, en principe."
    assert line.property("invalid") is True
    with qtbot.waitSignal(view.issuesChanged) as issues:
        line.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keySequence(line, "Ctrl+A")
        tab(write(view, "/who/birth", "030450"))
    assert issues.args == [0]
    assert form.stored["/who/birth"] == "1950-04-03"
    assert field(view, "/who/birth").status.told == words.saved_text()
    assert not line.property("invalid")


def test_text_of_the_wrong_type_is_kept_saved_and_flagged(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    tab(write(view, "/who/children", "deux"))
    settle(qtbot, view)
    assert form.stored["/who/children"] == "deux"
    assert "Nombre d'enfants" in field(view, "/who/children").status.told
    view.go_to("/money")
    view.go_to("/who/children")
    settle(qtbot, view)
    assert view.editor("/who/children").text() == "deux"  # type: ignore[attr-defined]


def test_a_required_field_left_empty_says_so_and_others_wait(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    assert field(view, "/who/name").required.isVisible()
    assert field(view, "/who/name").status.told == ""
    tab(write(view, "/who/name", ""))
    assert "Nom de famille" in field(view, "/who/name").status.told
    assert field(view, "/who/works").status.told == ""


def test_calculations_follow_the_answers(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    view.go_to("/money")
    settle(qtbot, view)
    tab(write(view, "/money/income", "1234,5"))
    settle(qtbot, view)
    yearly = view.page.block("/money/yearly")
    assert isinstance(yearly, ValueBlock)
    assert yearly.value.text() == "14814"
    assert form.stored["/money/income"] == "1234.5"
    assert view.editor("/money/income").text() == "1234,5"  # type: ignore[attr-defined]
    assert view.page.block("/money/double") is None, "a calculation without a label is not shown"


def test_digits_letters_and_arrows_choose_in_a_radio_list(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    buttons = field(view, "/who/works").editor.inputs()
    buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(buttons[0], "2")
    settle(qtbot, view)
    assert form.stored["/who/works"] == "no"
    assert QApplication.focusWidget() is buttons[1]
    QTest.keyClick(buttons[1], "o")
    settle(qtbot, view)
    assert form.stored["/who/works"] == "yes"
    QTest.keyClick(buttons[0], Qt.Key.Key_Down)
    settle(qtbot, view)
    assert form.stored["/who/works"] == "no"
    QTest.keyClick(buttons[1], Qt.Key.Key_Delete)
    settle(qtbot, view)
    assert form.stored["/who/works"] is None


def test_check_boxes_store_the_chosen_values(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    boxes = field(view, "/who/helps").editor.inputs()
    boxes[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(boxes[0], Qt.Key.Key_Space)
    QTest.keyClick(boxes[0], "3")
    settle(qtbot, view)
    assert form.stored["/who/helps"] == "h1 h3"


def test_acknowledging_time_and_moment(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    view.go_to("/end")
    settle(qtbot, view)
    QTest.keyClick(view.editor("/end/agree"), Qt.Key.Key_Space)
    tab(write(view, "/end/call_at", "9h30"))
    day = write(view, "/end/meeting", "030427")
    tab(day)
    clock = QApplication.focusWidget()
    assert clock is not None and clock is not day
    assert field(view, "/end/meeting").status.told == "", "a moment is whole only with its time"
    type_text(clock, "14h")
    tab(clock)
    settle(qtbot, view)
    assert form.stored["/end/agree"] == "OK"
    assert form.stored["/end/call_at"] == "09:30:00.000"
    assert form.stored["/end/meeting"] == "2027-04-03T14:00:00.000+00:00"
    assert form.session.question("/end/meeting").problem is None


def test_a_day_can_be_picked_in_the_calendar(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = write(view, "/who/birth", "03042025")
    QTest.keyClick(line, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, CalendarPopup)
    assert popup.calendar.selectedDate().toString("yyyy-MM-dd") == "2025-04-03"
    popup.calendar.clicked.emit(popup.calendar.selectedDate().addDays(1))
    settle(qtbot, view)
    assert form.stored["/who/birth"] == "2025-04-04"
    assert view.focusWidget() is line


def test_pages_turn_by_keys_and_the_first_question_takes_the_focus(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = write(view, "/who/name", "Koné")
    QTest.keyClick(line, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, view)
    assert view.route["page"] == "/money"
    assert focused(view) == "/money/income"
    assert form.stored["/who/name"] == "Koné"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, view)
    assert view.route == {"page": "/who", "focus": "/who/name"}


def test_the_table_of_contents_counts_and_leads(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    tab(write(view, "/who/name", "Koné"))
    tab(write(view, "/who/children", "-1"))
    model = view.contents_list.model()
    qtbot.waitUntil(lambda: (model.pages[0].answered, model.pages[0].to_check) == (2, 1))  # type: ignore[attr-defined]
    spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"Demandeur: {words.progress_text(2, 6, 1)}"
    place = view.contents_list.visualRect(model.index(3, 0)).center()
    QTest.mouseClick(view.contents_list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: view.route["page"] == "/end")


def test_f8_walks_the_problems_round_all_pages(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    seen = []
    for _ in range(5):
        QTest.keyClick(view, Qt.Key.Key_F8)
        qtbot.waitUntil(lambda: focused(view) not in seen[-1:] and focused(view) != "")
        seen.append(focused(view))
    row = form.session.pages()[2].items[0].rows[0].path  # type: ignore[union-attr]
    assert seen == ["/who/name", "/who/works", f"{row}/first", "/end/agree", "/who/name"]
    QTest.keyClick(view, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: focused(view) == "/end/agree")


def test_submitting_shows_every_problem_first_and_then_lets_go(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    submitted = []
    view.submitRequested.connect(lambda: submitted.append(True))
    view.request_submit()
    settle(qtbot, view)
    assert not submitted
    assert view.page.problems.isVisible()
    assert focused(view) == "/who/name"
    write(view, "/who/name", "Koné")
    press(qtbot, field(view, "/who/works").editor.inputs()[1])
    view.go_to("/person")
    settle(qtbot, view)
    write(view, focused(view), "Awa")
    view.go_to("/end")
    settle(qtbot, view)
    QTest.keyClick(view.editor("/end/agree"), Qt.Key.Key_Space)
    QTest.keyClick(view.editor("/end/agree"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(submitted))
    assert submitted == [True]
    assert form.stored["/end/agree"] == "OK", "what was given last is durable before submitting"


def test_a_submitted_case_is_only_read(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    form.answer("/who/name", "Koné")
    form.answer("/who/works", "no")
    form.answer("/who/birth", "1950-04-03")
    view = show(form, read_only=True)
    assert not list(view.page.fields())
    texts = {block.path: block.value.text() for block in view.page.blocks() if isinstance(block, ValueBlock)}
    assert texts["/who/name"] == "Koné"
    assert texts["/who/works"] == "Non"
    assert texts["/who/birth"] == "03/04/1950"
    view.set_read_only(False)
    settle(qtbot, view)
    assert field(view, "/who/name").isVisible()


def test_a_page_is_complete_once_what_is_required_is_answered(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    progress = view.contents_list.model()
    who = progress.index(0)
    assert "Complet" not in who.data()
    tab(write(view, "/who/name", "Koné"))
    press(qtbot, field(view, "/who/works").editor.inputs()[1])
    qtbot.waitUntil(lambda: who.data().endswith("· Complet"), timeout=1000)
    tab(write(view, "/who/children", "deux"))
    qtbot.waitUntil(lambda: "à vérifier" in who.data(), timeout=1000)


def test_a_page_without_required_questions_is_complete_once_gone_through(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    money = view.contents_list.model().index(1)
    assert "Complet" not in money.data()
    view.go_to("/money")
    settle(qtbot, view)
    assert "Complet" not in money.data()
    view.next_page()
    qtbot.waitUntil(lambda: money.data().endswith("· Complet"), timeout=1000)


def test_a_form_without_any_answer_is_submitted_only_when_that_is_meant(qtbot: QtBot, show: Show) -> None:
    survey = (("text", "remarks", "Remarques", {}), ("text", "more", "Autre chose", {}))
    form = MemoryForm(definition_of(survey))
    view = show(form)
    asked: list[bool] = []
    view.submitRequested.connect(lambda: asked.append(True))
    view.request_submit()
    qtbot.waitUntil(view.footer.question.isVisible)
    assert not asked and view.footer.question.words == "Aucune réponse n’est donnée. Transmettre quand même ?"
    assert QApplication.focusWidget() is view.footer.anyway_button
    tab(write(view, "/remarks", "Rien"))
    settle(qtbot, view)
    assert not view.footer.question.isVisible()
    view.request_submit()
    qtbot.waitUntil(lambda: asked == [True])


def test_a_form_without_any_answer_can_be_submitted_anyway(qtbot: QtBot, show: Show) -> None:
    view = show(MemoryForm(definition_of((("text", "remarks", "Remarques", {}),))))
    view.request_submit()
    qtbot.waitUntil(view.footer.question.isVisible)
    with qtbot.waitSignal(view.submitRequested):
        press(qtbot, view.footer.anyway_button)
    assert not view.footer.question.isVisible()


@pytest.mark.parametrize("percent", [100, 150])
def test_the_bar_below_has_room_for_its_main_button_at_any_width(
    qtbot: QtBot, show: Show, form: MemoryForm, percent: int
) -> None:
    before = theme().percent
    theme().choose(percent=percent)
    try:
        view = show(form, width=1400)
        footer = view.footer
        below = (footer.on_button, footer.problem_button, footer.back_button)
        footer.print_button.show()
        footer.language_button.show()
        footer.show_problems(12)
        for width in range(1400, view.minimumSizeHint().width() - 40, -40):
            view.resize(width, 700)
            settle(qtbot, view)
            qtbot.waitUntil(lambda: all(button.width() >= button.minimumSizeHint().width() for button in below))
            assert footer.on_button.geometry().right() <= footer.width()
        assert footer.back_button.text() == "" and footer.problem_button.text().strip() == "12"
    finally:
        theme().choose(percent=before)
