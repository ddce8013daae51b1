"""Filling a form in native widgets, handing it in, being asked, answering: the way through, on a small procedure."""

from __future__ import annotations

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QToolButton, QWidget

from cases.events import decode_body
from cases.procedures import load_workbook, to_bundle
from cases.workspace import Workspace
from desktop import route
from desktop.forms.view import FormView
from desktop.route import Route
from desktop.screens.record.view import RecordScreen
from desktop.widgets.chip import Chip
from tests.support.faults import Fault
from tests.support.stage import Stage, until
from tests.support.workspaces import make_citizen

PATH = "/motif"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A procedure with one required question, authored as offices do: a workbook."""
    book = openpyxl.Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    survey.append(["type", "name", "label", "required"])
    survey.append(["text", "motif", "Motif de la demande", "yes"])
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id"])
    settings.append(["Demande simple", "demande-simple"])
    path = tmp_path_factory.mktemp("procedure") / "demande-simple.xlsx"
    book.save(path)
    return to_bundle(load_workbook(path))


@pytest.fixture
def desk(enrolled: Stage, bundle: bytes) -> Stage:
    """An enrolled computer with a draft of that procedure on the screen."""
    workspace = workspace_of(enrolled)
    version = enrolled.central.publish("demande-simple", bundle)
    workspace.store_procedure("demande-simple", version, bundle)
    citizen = make_citizen(workspace, family_name="DIALLO", given_names="Aminata")
    enrolled.go(Route(route.NEW_CASE, citizen))
    enrolled.press("procedure.start")
    until(lambda: enrolled.shell.current.route().screen == route.CASE, "the case")
    until(lambda: record(enrolled).form_view is not None, "the form")
    enrolled.quiet()
    return enrolled


def workspace_of(stage: Stage) -> Workspace:
    assert stage.window.workspace is not None
    return stage.window.workspace


def record(stage: Stage) -> RecordScreen:
    shown = stage.shell.current
    assert isinstance(shown, RecordScreen)
    return shown


def form(stage: Stage) -> FormView:
    view = record(stage).form_view
    assert view is not None
    return view


def fill(stage: Stage, text: str) -> None:
    editor = form(stage).editor(PATH)
    editor.setFocus()
    assert isinstance(editor, QLineEdit | QPlainTextEdit)
    editor.selectAll()
    QTest.keyClicks(editor, text)
    form(stage).flush()
    until(lambda: form(stage).is_saved, "saved")


def case_of(stage: Stage) -> str:
    return stage.shell.current.route().record


def state_word(stage: Stage) -> str:
    return stage.find(Chip, "case.state").word


def hand_in(stage: Stage) -> str:
    fill(stage, "Renouvellement")
    stage.press("case.submit")
    until(lambda: state_word(stage) == "En construction", "handed in")
    until(lambda: workspace_of(stage).status().pending == 0, "received")
    return case_of(stage)


def test_each_answer_is_saved_without_a_button(desk: Stage) -> None:
    fill(desk, "Renouvellement")
    assert workspace_of(desk).case(case_of(desk)).answers[PATH] == "Renouvellement"


def test_a_missing_answer_keeps_the_case_here_and_a_full_one_lets_it_go(desk: Stage) -> None:
    desk.press("case.submit")
    desk.quiet()
    assert state_word(desk) == "Brouillon"
    case = hand_in(desk)
    assert desk.shell.strip.message.startswith("Dossier transmis et enregistré sur ce poste")
    assert workspace_of(desk).case(case).tracking_code
    until(lambda: record(desk).receipt.page_count > 0, "the receipt")
    assert record(desk).tabs.currentWidget() is record(desk).receipt


def test_a_request_is_answered_and_the_decision_is_seen(desk: Stage) -> None:
    case = hand_in(desk)
    asked = {"from": "submitted", "to": "needs_information", "message": "Précisez le motif."}
    desk.central.act_as_supervisor(case, "status", asked)
    until(lambda: state_word(desk) == "À compléter", "the request")
    desk.press("case.submit")
    assert "Précisez le motif." in desk.find(QWidget, "followup.request").accessibleName()
    desk.find(QPlainTextEdit, "followup.reply").setPlainText("C’est pour un renouvellement de carte.")
    desk.press("followup.send")
    until(lambda: state_word(desk) == "En instruction", "sent back")
    until(lambda: workspace_of(desk).status().pending == 0, "received")
    notes = [decode_body(held.body)["text"] for held in desk.central.log if held.header.kind == "note"]
    assert notes == ["C’est pour un renouvellement de carte."]
    decision = {"from": "in_review", "to": "accepted", "reasons": "Demande fondée."}
    desk.central.act_as_supervisor(case, "status", decision)
    until(lambda: state_word(desk) == "Accepté", "the decision")
    desk.go(Route(route.CASE, case, {"tab": "follow_up"}))
    assert "Demande fondée." in desk.find(QWidget, "followup.decision").accessibleName()


def test_an_answer_that_is_still_typed_survives_locking(desk: Stage) -> None:
    editor = form(desk).editor(PATH)
    editor.setFocus()
    QTest.keyClicks(editor, "Premier passage")
    case = case_of(desk)
    QTest.keyClick(desk.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert desk.restarts == 1
    desk.open_again()
    desk.unlock()
    assert workspace_of(desk).case(case).answers[PATH] == "Premier passage"
    assert case_of(desk) == case


def test_a_submitted_case_can_only_be_read(desk: Stage) -> None:
    hand_in(desk)
    record(desk).tabs.setCurrentIndex(0)
    desk.quiet()
    with pytest.raises(KeyError):
        form(desk).editor(PATH)
    assert any(label.text() == "Renouvellement" for label in form(desk).findChildren(QLabel))


def test_a_contested_field_shows_both_values_and_who_wrote_them(desk: Stage) -> None:
    fill(desk, "Renouvellement")
    until(lambda: workspace_of(desk).status().pending == 0, "received")
    desk.faults.always = Fault.UNREACHABLE
    fill(desk, "Perte")
    case = case_of(desk)
    desk.central.act_as_supervisor(case, "set", {PATH: "Vol"})
    desk.faults.always = None
    desk.agent().wake()
    until(lambda: workspace_of(desk).status().contested == 1, "both values")
    desk.go(Route(route.CONTESTED))
    until(lambda: "Motif de la demande" in texts(desk), "the field, in the form's own words")
    assert {"Perte", "Vol", "DIALLO Aminata"} <= texts(desk)
    assert desk.find(QToolButton, "rail.contested").accessibleName() == "À départager (1)"


def texts(stage: Stage) -> set[str]:
    """Return every text on the screen shown."""
    return {label.text() for label in stage.shell.current.findChildren(QLabel) if label.isVisible()}
