"""The main job at the desk: a person, a case, its form, the receipt, a request, the decision."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPlainTextEdit, QPushButton, QTableView, QWidget
from pytestqt.modeltest import ModelTester

from cases.errors import EnvironmentFault
from cases.workspace import Workspace
from desktop import route
from desktop.route import Route
from desktop.screens.citizens.view import CitizensScreen
from desktop.screens.record.receipt import ReceiptTab
from desktop.screens.record.view import RecordScreen
from desktop.widgets.chip import Chip
from tests.support.stage import Stage, until
from tests.support.workspaces import make_citizen

PROCEDURE = "acte-etat-civil"


@pytest.fixture
def desk(enrolled: Stage) -> Stage:
    """An enrolled computer that holds one procedure."""
    enrolled.publish(PROCEDURE)
    return enrolled


def workspace_of(stage: Stage) -> Workspace:
    assert stage.window.workspace is not None
    return stage.window.workspace


def record(stage: Stage) -> RecordScreen:
    shown = stage.shell.current
    assert isinstance(shown, RecordScreen)
    return shown


def open_case(stage: Stage) -> str:
    citizen = make_citizen(workspace_of(stage), family_name="DIALLO", given_names="Aminata", birth_date="1948-03-07")
    form = stage.station.desk(workspace_of(stage), "fr").new_case(PROCEDURE, citizen)
    stage.go(Route(route.CASE, form.case_id))
    return form.case_id


def submitted(stage: Stage) -> str:
    """Return a case that was handed in and has arrived."""
    case = open_case(stage)
    workspace = workspace_of(stage)
    code = stage.station.desk(workspace, "fr").new_tracking_code()
    workspace.change_status(case, "submitted", base=workspace.case(case).base, fields={"tracking_code": code})
    until(lambda: workspace.status().pending == 0, "received")
    stage.quiet()
    return case


def test_a_citizen_is_searched_then_created_then_gets_a_case(desk: Stage) -> None:
    desk.press("case.new")
    desk.type("citizens.search", "koné awa")
    until(lambda: "Aucun usager ne correspond" in desk.find(QLabel, "citizens.outcome").text(), "no match")
    desk.press("citizens.new")
    assert desk.find(QLineEdit, "citizen.field.family_name").text() == "KONÉ"
    desk.type("citizen.field.birth_date", "30021950")
    desk.press("citizen.save")
    assert "Ce n’est pas une date" in desk.find(QLabel, "citizen.field.birth_date_error").text()
    assert desk.find(QLineEdit, "citizen.field.birth_date").text() == "30021950"
    desk.type("citizen.field.birth_date", "030450")
    desk.press("citizen.save")
    until(lambda: desk.shell.current.route().screen == route.CITIZEN, "the citizen")
    until(lambda: desk.find(QLabel, "citizen.name").text() == "KONÉ Awa", "the name")
    assert desk.shell.strip.message == "Usager enregistré sur ce poste"
    desk.press("citizen.new_case")
    until(lambda: desk.find(QListView, "procedure.list").isVisible(), "the procedures")
    desk.press("procedure.start")
    until(lambda: desk.shell.current.route().screen == route.CASE, "the case")
    until(lambda: record(desk).form_view is not None, "the form")
    assert desk.find(Chip, "case.state").word == "Brouillon"
    assert len(workspace_of(desk).cases(state="draft")) == 1


def test_near_names_are_shown_while_a_new_one_is_typed(desk: Stage) -> None:
    make_citizen(workspace_of(desk), family_name="MOREAU", given_names="Hélène")
    desk.go(Route(route.CITIZENS, detail={"search": "morau helene"}))
    screen = desk.shell.current
    assert isinstance(screen, CitizensScreen)
    screen.begin()
    until(lambda: [hit.title for hit in screen.near.hits] == ["MOREAU Hélène"], "the near match")


def test_escape_from_the_new_citizen_keeps_what_was_typed(desk: Stage) -> None:
    desk.go(Route(route.CITIZENS, detail={"search": "Zwingelstein"}))
    desk.press("citizens.new")
    desk.type("citizen.field.given_names", "Odile")
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    desk.press("citizens.new")
    assert desk.find(QLineEdit, "citizen.field.given_names").text() == "Odile"


def test_a_full_disk_is_said_and_the_input_stays(desk: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.go(Route(route.CITIZENS, detail={"search": "KONÉ Awa"}))
    desk.press("citizens.new")
    desk.type("citizen.field.birth_date", "030450")

    def full(*_: object) -> None:
        raise EnvironmentFault("store.disk_full")

    with monkeypatch.context() as disk:
        disk.setattr(workspace_of(desk)._core.projector, "save", full)
        desk.press("citizen.save")
        until(lambda: "disque" in desk.find(QWidget, "citizen.message").accessibleName(), "the words")
    assert desk.find(QLineEdit, "citizen.field.family_name").text() == "KONÉ"
    desk.press("citizen.save")
    until(lambda: desk.shell.current.route().screen == route.CITIZEN, "saved once there is room")


def test_an_unfinished_form_is_not_handed_in(desk: Stage) -> None:
    case = open_case(desk)
    desk.press("case.submit")
    desk.quiet()
    assert workspace_of(desk).case(case).state == "draft"
    assert desk.find(Chip, "case.state").word == "Brouillon"


def test_what_was_typed_is_there_after_the_program_was_begun_anew(desk: Stage) -> None:
    case = open_case(desk)
    view = record(desk).form_view
    assert view is not None
    before = view.route
    desk.open_again()
    desk.unlock()
    until(lambda: record(desk).form_view is not None, "the form")
    assert desk.shell.current.route().record == case
    again = record(desk).form_view
    assert again is not None and again.route["page"] == before["page"]


def test_a_case_shows_its_receipt_and_saves_it(desk: Stage, tmp_path: Path) -> None:
    case = submitted(desk)
    desk.press("case.submit")
    tab = record(desk).receipt
    until(lambda: tab.page_count > 0, "the receipt")
    assert isinstance(tab, ReceiptTab)
    until(lambda: "Reçu" in desk.find(QLabel, "receipt.state").text(), "received")
    until(lambda: tab.page_count > 0, "the receipt drawn anew")
    target = tmp_path / "recepisse.pdf"
    tab.save_to(target)
    until(lambda: target.name in desk.shell.strip.message, "the file, said once it is whole")
    assert target.read_bytes().startswith(b"%PDF")
    code = workspace_of(desk).case(case).tracking_code
    until(lambda: code in desk.find(QLabel, "case.tracking_code").text(), "the code")


def test_a_receipt_that_cannot_be_written_says_so(desk: Stage, tmp_path: Path) -> None:
    submitted(desk)
    tab = record(desk).receipt
    until(lambda: tab.page_count > 0, "the receipt")
    tab.save_to(tmp_path / "nowhere" / "recepisse.pdf")
    until(lambda: "pas pu être écrit" in tab.message, "the words")


def test_a_request_appears_by_itself_and_the_decision_too(desk: Stage) -> None:
    case = submitted(desk)
    words = "Il manque la date de l’acte."
    desk.central.act_as_supervisor(case, "status", {"from": "submitted", "to": "needs_information", "message": words})
    until(lambda: desk.find(Chip, "case.state").word == "À compléter", "the request, without a click")
    desk.press("case.submit")
    assert words in desk.find(QWidget, "followup.request").accessibleName()
    assert desk.find(QPlainTextEdit, "followup.reply").hasFocus()
    desk.go(Route())
    until(lambda: desk.find(QListView, "home.to_complete").isVisible(), "the case on the home screen")
    desk.central.act_as_supervisor(
        case, "status", {"from": "needs_information", "to": "closed_without_effect", "reasons": "Doublon."}
    )


def test_a_note_is_added_and_seen(desk: Stage) -> None:
    case = open_case(desk)
    desk.go(Route(route.CASE, case, {"tab": "follow_up"}))
    desk.press("followup.add_note")
    assert "Écrivez" in desk.find(QLabel, "followup.note_error").text()
    desk.find(QPlainTextEdit, "followup.note").setPlainText("Rappelle jeudi.")
    desk.press("followup.add_note")
    until(lambda: [note.text for note in workspace_of(desk).case(case).notes] == ["Rappelle jeudi."], "the note")
    until(lambda: desk.find(QPlainTextEdit, "followup.note").toPlainText() == "", "an empty field")


def test_the_history_says_who_did_what_and_where_it_is(desk: Stage) -> None:
    case = submitted(desk)
    desk.go(Route(route.CASE, case, {"tab": "history"}))
    model = desk.find(QListView, "case.history").model()
    until(lambda: model.rowCount() >= 3, "the history")
    lines = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert "Dossier transmis" in lines and lines[-1] == "Dossier ouvert"


def test_cases_are_listed_filtered_and_previewed(desk: Stage) -> None:
    case = submitted(desk)
    open_case(desk)
    desk.go(Route(route.CASES))
    until(lambda: desk.find(QLabel, "cases.count").text() == "2", "two cases")
    desk.go(Route(route.CASES, detail={"state": "submitted"}))
    until(lambda: desk.find(QLabel, "cases.count").text() == "1", "one case")
    until(lambda: desk.find(QLabel, "preview.citizen").text() == "DIALLO Aminata", "the preview")
    QTest.keyClick(desk.shell.focusWidget(), Qt.Key.Key_Return)
    assert desk.shell.current.route().record == case


def test_the_case_opens_its_citizen(desk: Stage) -> None:
    open_case(desk)
    until(lambda: desk.find(QPushButton, "case.citizen").text() == "DIALLO Aminata", "the name")
    desk.press("case.citizen")
    assert desk.shell.current.route().screen == route.CITIZEN


def test_the_models_keep_qts_rules(desk: Stage, qtmodeltester: ModelTester) -> None:
    for _number in range(3):
        open_case(desk)
    desk.go(Route(route.CASES))
    until(lambda: desk.find(QLabel, "cases.count").text() == "3", "three cases")
    qtmodeltester.check(desk.find(QTableView, "cases.table").model())
    desk.go(Route())
    qtmodeltester.check(desk.find(QListView, "home.drafts").model())
