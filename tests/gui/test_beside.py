"""Beside the form: the whole history, a decision proposed or handed over on paper, and a person recorded twice."""

from __future__ import annotations

from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from desktop import route
from desktop.route import Route
from desktop.screens.citizens.record import CitizenScreen
from desktop.screens.record.decision_forms import DECISIONS
from desktop.screens.record.history_tab import Held, HistoryTab
from desktop.theme import theme
from desktop.widgets.banner import Banner
from tests.gui.test_accessibility import spoken as _spoken
from tests.gui.test_accessibility import unnamed
from tests.gui.test_waiting import CTRL_SHIFT, a_case, key, online, tab_to, texts, workspace_of
from tests.support.faults import Fault
from tests.support.stage import Stage, until
from tests.support.workspaces import make_citizen

__all__ = ["_spoken"]


def submitted(stage: Stage) -> str:
    """Return a case that was handed in and has arrived."""
    case = a_case(stage)
    workspace = workspace_of(stage)
    code = stage.station.desk(workspace, "fr").new_tracking_code()
    workspace.change_status(case, "submitted", base=workspace.case(case).base, fields={"tracking_code": code})
    until(lambda: workspace.status().pending == 0, "received")
    stage.quiet()
    return case


def follow_up(stage: Stage, case: str) -> None:
    stage.go(Route(route.CASE, case, {"tab": "follow_up"}))


def write(stage: Stage, name: str, text: str) -> None:
    """Tab to a field and type; accents come as from the clipboard, for offscreen has no keyboard map for them."""
    field = tab_to(stage, name)
    assert isinstance(field, QLineEdit | QPlainTextEdit)
    field.selectAll()
    (field.insert if isinstance(field, QLineEdit) else field.insertPlainText)(text)


def choose(stage: Stage, form: str, decision: str) -> None:
    """Tab to the first of the three, choose it, and walk on with the arrows."""
    tab_to(stage, f"{form}.decision.accepted")
    key(stage, Qt.Key.Key_Space)
    for _step in range(DECISIONS.index(decision)):
        key(stage, Qt.Key.Key_Down)


# --- the whole history -----------------------------------------------------------------------------------------------


def said_of_history(stage: Stage) -> str:
    return stage.find(Banner, "history.state").words


def with_supervisor(stage: Stage) -> str:
    """Return a case that another computer has worked on too."""
    case = submitted(stage)
    stage.central.act_as_supervisor(case, "status", {"from": "submitted", "to": "in_review"})
    online(stage)
    until(lambda: workspace_of(stage).case(case).state == "in_review", "the supervisor's act")
    assert not workspace_of(stage).history_complete(case)
    return case


def test_the_rest_of_a_history_is_brought_when_it_is_looked_at(enrolled: Stage) -> None:
    case = with_supervisor(enrolled)
    enrolled.go(Route(route.CASE, case))
    assert not workspace_of(enrolled).history_complete(case), "nothing is asked for before"
    enrolled.go(Route(route.CASE, case, {"tab": "history"}))
    until(lambda: "Vérifié" in said_of_history(enrolled), "verified")
    assert workspace_of(enrolled).history_complete(case)
    count = len(workspace_of(enrolled).history(case))
    assert f"{count} événements" in said_of_history(enrolled)
    assert not enrolled.find(QPushButton, "history.again").isVisible()


def test_without_a_line_what_is_here_is_shown_and_the_rest_asked_for_later(enrolled: Stage) -> None:
    case = with_supervisor(enrolled)
    enrolled.faults.always = Fault.UNREACHABLE
    enrolled.go(Route(route.CASE, case, {"tab": "history"}))
    until(lambda: "n’est pas complet" in said_of_history(enrolled), "said")
    assert "service central" in said_of_history(enrolled)
    assert enrolled.find(QListView, "case.history").model().rowCount() > 0
    enrolled.faults.always = None
    tab_to(enrolled, "history.again")
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: "Vérifié" in said_of_history(enrolled), "verified")


def test_an_answer_from_the_service_asks_for_the_rest_by_itself(enrolled: Stage) -> None:
    case = with_supervisor(enrolled)
    enrolled.faults.always = Fault.UNREACHABLE
    enrolled.go(Route(route.CASE, case, {"tab": "history"}))
    until(lambda: "n’est pas complet" in said_of_history(enrolled), "said")
    online(enrolled)
    until(lambda: "Vérifié" in said_of_history(enrolled), "verified")


def test_a_history_that_is_not_what_was_written_is_never_called_verified(enrolled: Stage) -> None:
    case = submitted(enrolled)
    enrolled.go(Route(route.CASE, case, {"tab": "history"}))
    until(lambda: "Vérifié" in said_of_history(enrolled), "verified")
    tab = enrolled.find(HistoryTab, "case.history_tab")
    tab.show_held(Held(complete=True, events=3, intact=False))
    assert "Vérifié" not in said_of_history(enrolled) and "pas ce que son poste a écrit" in said_of_history(enrolled)


# --- a decision proposed ---------------------------------------------------------------------------------------------


def test_a_decision_is_proposed_by_the_keyboard_and_taken_back(enrolled: Stage) -> None:
    case = submitted(enrolled)
    follow_up(enrolled, case)
    QTest.keyClick(enrolled.window, Qt.Key.Key_P, CTRL_SHIFT)
    tab_to(enrolled, "propose.take")
    key(enrolled, Qt.Key.Key_Return)
    wrong = enrolled.find(QLabel, "propose.decision_error")
    until(lambda: wrong.text().startswith("Décision"), "the field is named")
    choose(enrolled, "propose", "accepted")
    tab_to(enrolled, "propose.take")
    key(enrolled, Qt.Key.Key_Return)
    wrong = enrolled.find(QLabel, "propose.reasons_error")
    until(lambda: wrong.text().startswith("Motifs"), "the field is named")
    assert workspace_of(enrolled).case(case).proposals == ()
    assert QApplication.focusWidget() is enrolled.find(QPlainTextEdit, "propose.reasons")
    write(enrolled, "propose.reasons", "Conditions remplies")
    key(enrolled, Qt.Key.Key_Escape)
    assert enrolled.shell.current.route().record == case and not wrong.isVisible()
    QTest.keyClick(enrolled.window, Qt.Key.Key_P, CTRL_SHIFT)
    assert enrolled.find(QPlainTextEdit, "propose.reasons").toPlainText() == "Conditions remplies"
    assert unnamed(enrolled.window) == []
    tab_to(enrolled, "propose.take")
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: "Proposée par Awa Koné" in texts(enrolled), "shown")
    (proposal,) = workspace_of(enrolled).case(case).proposals
    assert (proposal.decision, proposal.reasons) == ("accepted", "Conditions remplies")
    assert "Conditions remplies" in texts(enrolled)
    QTest.keyClick(enrolled.window, Qt.Key.Key_Z, CTRL_SHIFT)
    until(lambda: workspace_of(enrolled).case(case).proposals == (), "taken back")
    until(lambda: "Proposée par" not in texts(enrolled), "shown no more")


def test_what_is_being_filled_in_is_kept_for_its_case(enrolled: Stage) -> None:
    one = submitted(enrolled)
    follow_up(enrolled, one)
    QTest.keyClick(enrolled.window, Qt.Key.Key_P, CTRL_SHIFT)
    write(enrolled, "propose.reasons", "Hors délai")
    person = make_citizen(workspace_of(enrolled), family_name="SOW", given_names="Ali")
    other = enrolled.station.desk(workspace_of(enrolled), "fr").new_case("apa", person).case_id
    follow_up(enrolled, other)
    assert not enrolled.find(QWidget, "beside").isVisible()
    follow_up(enrolled, one)
    assert enrolled.find(QPlainTextEdit, "propose.reasons").toPlainText() == "Hors délai"
    assert enrolled.find(QPlainTextEdit, "propose.reasons").isVisible()


# --- a decision on paper ---------------------------------------------------------------------------------------------


def test_a_decision_on_paper_is_recorded_by_the_keyboard(enrolled: Stage) -> None:
    case = submitted(enrolled)
    follow_up(enrolled, case)
    QTest.keyClick(enrolled.window, Qt.Key.Key_R, CTRL_SHIFT)
    on, how = enrolled.find(QLabel, "paper.on_error"), enrolled.find(QLabel, "paper.how_error")
    choose(enrolled, "paper", "refused")
    write(enrolled, "paper.on", "31/02/2026")
    key(enrolled, Qt.Key.Key_Return)
    assert on.text().startswith("Jour") and "31/02/2026" in on.text()
    assert enrolled.find(QLineEdit, "paper.on").text() == "31/02/2026"
    coming = QDate.currentDate().addDays(3).toString("dd/MM/yyyy")
    write(enrolled, "paper.on", coming)
    write(enrolled, "paper.how", "remis en main propre")
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: "à venir" in on.text(), "a day to come is refused")
    assert enrolled.find(QLineEdit, "paper.on").text() == coming
    write(enrolled, "paper.on", QDate.currentDate().toString("dd/MM/yyyy"))
    write(enrolled, "paper.how", " ")
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: how.text().startswith("Comment"), "the field is named")
    assert workspace_of(enrolled).case(case).notices == ()
    write(enrolled, "paper.how", "remis en main propre")
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: "Remise sur papier le" in texts(enrolled), "shown")
    (notice,) = workspace_of(enrolled).case(case).notices
    assert (notice.decision, notice.how) == ("refused", "remis en main propre")
    assert notice.on == QDate.currentDate().toString("yyyy-MM-dd")


def test_what_is_wrong_is_in_sight_at_large_text_too(enrolled: Stage) -> None:
    case = submitted(enrolled)
    theme().choose(percent=200)
    enrolled.window.resize(1366, 768)
    follow_up(enrolled, case)
    QTest.keyClick(enrolled.window, Qt.Key.Key_R, CTRL_SHIFT)
    enrolled.quiet()
    choose(enrolled, "paper", "accepted")
    write(enrolled, "paper.on", "31/02/2026")
    enrolled.find(QScrollArea, "followup.scroll").verticalScrollBar().setValue(0)
    key(enrolled, Qt.Key.Key_Return)
    wrong = enrolled.find(QLabel, "paper.on_error")
    until(lambda: not wrong.visibleRegion().isEmpty(), "the words")


def test_paper_begins_with_what_is_proposed(enrolled: Stage) -> None:
    case = submitted(enrolled)
    workspace_of(enrolled).propose(case, "refused", base=workspace_of(enrolled).case(case).base, reasons="Hors délai")
    follow_up(enrolled, case)
    QTest.keyClick(enrolled.window, Qt.Key.Key_R, CTRL_SHIFT)
    write(enrolled, "paper.how", "lettre recommandée")
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: len(workspace_of(enrolled).case(case).notices) == 1, "recorded")
    assert workspace_of(enrolled).case(case).notices[0].decision == "refused"


# --- the same person twice -------------------------------------------------------------------------------------------


def test_two_records_of_one_person_are_linked_seen_and_parted_by_the_keyboard(enrolled: Stage) -> None:
    workspace = workspace_of(enrolled)
    one = make_citizen(workspace, family_name="DIALLO", given_names="Aminata", commune="Orval")
    two = make_citizen(workspace, family_name="DIALLO", given_names="Amina", commune="Vesdun")
    enrolled.go(Route(route.CITIZEN, two))
    QTest.keyClick(enrolled.window, Qt.Key.Key_L, CTRL_SHIFT)
    enrolled.quiet()
    found = enrolled.find(QListView, "link.results").model()
    assert [found.index(each, 0).data() for each in range(found.rowCount())] == ["DIALLO Aminata"], "not itself"
    tab_to(enrolled, "link.take")
    key(enrolled, Qt.Key.Key_Return)
    assert "aucune n’est choisie" in enrolled.find(Banner, "link.message").words
    assert unnamed(enrolled.window) == []
    key(enrolled, Qt.Key.Key_Return)
    assert "DIALLO Aminata" in enrolled.find(Banner, "link.both").words
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: workspace.citizen(two).stands_for == one, "linked")
    until(lambda: enrolled.find(QWidget, "citizen.same").isVisible(), "shown")
    assert "DIALLO Aminata" in texts(enrolled) and "la fiche qui reste" in texts(enrolled)
    tab_to(enrolled, "same1.open")
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: enrolled.shell.current.route().record == one, "the other record")
    until(lambda: "enregistrée une seconde fois" in texts(enrolled), "said there too")
    tab_to(enrolled, "same1.take_back")
    key(enrolled, Qt.Key.Key_Return)
    until(lambda: workspace.citizen(one).alike == (), "parted")
    until(lambda: not enrolled.find(QWidget, "citizen.same").isVisible(), "shown")


def test_a_link_is_undone_from_the_strip_and_a_circle_is_refused_in_words(enrolled: Stage) -> None:
    workspace = workspace_of(enrolled)
    one = make_citizen(workspace, family_name="DIALLO", given_names="Aminata")
    two = make_citizen(workspace, family_name="SOW", given_names="Ali")
    enrolled.go(Route(route.CITIZEN, two))
    screen = enrolled.shell.current
    assert isinstance(screen, CitizenScreen)
    QTest.keyClick(enrolled.window, Qt.Key.Key_L, CTRL_SHIFT)
    enrolled.type("link.search", "diallo")
    enrolled.quiet()
    key(enrolled, Qt.Key.Key_Down)
    key(enrolled, Qt.Key.Key_Return)
    workspace.link(one, two, base=workspace.citizen(one).base)
    enrolled.press("link.take")
    until(lambda: "tournerait en rond" in enrolled.find(Banner, "link.message").words, "a circle")
    workspace.link(one, None, base=workspace.citizen(one).base)
    enrolled.press("link.take")
    until(lambda: workspace.citizen(two).stands_for == one, "linked")
    enrolled.quiet()
    QTest.keyClick(enrolled.window, Qt.Key.Key_Z, CTRL_SHIFT)
    until(lambda: workspace.citizen(two).alike == (), "undone")


def test_escape_leaves_the_link_and_the_citizen_is_still_there(enrolled: Stage) -> None:
    two = make_citizen(workspace_of(enrolled), family_name="SOW", given_names="Ali")
    enrolled.go(Route(route.CITIZEN, two))
    QTest.keyClick(enrolled.window, Qt.Key.Key_L, CTRL_SHIFT)
    enrolled.quiet()
    key(enrolled, Qt.Key.Key_Escape)
    assert enrolled.shell.current.route().record == two
    assert QApplication.focusWidget() is enrolled.find(QPushButton, "citizen.link")
