"""A newer version of a form at the desk: a quiet line, what it would change, the move and the way back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QLabel

from cases.workspace import Workspace
from desktop import route
from desktop.route import Route
from desktop.screens.record.view import RecordScreen
from sync.messages import bundle_version
from tests.support.clients import AGE, NAME, PROCEDURE, TOWN, bundle
from tests.support.stage import Stage, until
from tests.support.workspaces import make_citizen
from tests.unit.sync.test_moving import MAIL, NEXT, PLACE

FIRST, SECOND = bundle(), bundle(form=NEXT)


@pytest.fixture
def desk(enrolled: Stage) -> Stage:
    """An enrolled computer with a draft whose form has a newer version."""
    workspace = workspace_of(enrolled)
    enrolled.central.publish(PROCEDURE, FIRST)
    workspace.store_procedure(PROCEDURE, bundle_version(FIRST), FIRST)
    citizen = make_citizen(workspace, family_name="DIALLO", given_names="Aminata", birth_date="1948-03-07")
    form = enrolled.station.desk(workspace, "fr").new_case(PROCEDURE, citizen)
    for path, value in ((NAME, "Diallo"), (AGE, "78"), (TOWN, "Aubin")):
        form.answer(path, value)
    row = form.add_row("/child").added_row
    form.answer(f"/child[{row}]/first", "Ana")
    enrolled.go(Route(route.CASE, form.case_id))
    until(lambda: record(enrolled).form_view is not None, "the form")
    return enrolled


def workspace_of(stage: Stage) -> Workspace:
    assert stage.window.workspace is not None
    return stage.window.workspace


def record(stage: Stage) -> RecordScreen:
    shown = stage.shell.current
    assert isinstance(shown, RecordScreen)
    return shown


def newer(stage: Stage) -> None:
    stage.central.publish(PROCEDURE, SECOND)
    workspace_of(stage).store_procedure(PROCEDURE, bundle_version(SECOND), SECOND)
    until(lambda: record(stage).form_tab.line.said, "the line")


def texts(stage: Stage, part: str) -> list[str]:
    return [each.text() for each in stage.find(QFrame, f"version.{part}").findChildren(QLabel)]


def test_a_newer_version_is_a_quiet_line_until_the_case_is_moved(desk: Stage) -> None:
    tab = record(desk).form_tab
    assert tab.line.said == "" and tab.line.isHidden()
    newer(desk)
    assert tab.line.said == "Une version plus récente du formulaire existe."
    desk.press("case.version_look")
    until(lambda: tab.reads_versions, "what would change")
    assert desk.find(QLabel, "version.title").text() == "Passer à la version 2 du formulaire"
    assert texts(desk, "kept")[1:] == ["Nom", "Diallo", "Âge", "78"]
    assert texts(desk, "moved")[1:] == ["Commune", "Aubin"]
    assert texts(desk, "without_place")[1:] == ["Prénom", "Ana"]
    assert texts(desk, "asked")[1:] == ["Courriel", "obligatoire"]
    case = workspace_of(desk).case(record(desk).route().record)
    assert case.version == bundle_version(FIRST)
    desk.press("version.move")
    until(lambda: workspace_of(desk).case(case.id).version == bundle_version(SECOND), "the move")
    until(lambda: not tab.reads_versions, "the form")
    desk.quiet()
    assert desk.shell.strip.message == "Le dossier est maintenant à la version 2 du formulaire, enregistré sur ce poste"
    view = record(desk).form_view
    assert view is not None
    view.go_to(MAIL)
    until(lambda: view.editor(MAIL).isVisible(), "the new question")
    assert tab.line.said == "1 réponse d’une version antérieure du formulaire reste avec ce dossier."
    desk.press("case.earlier_look")
    assert texts(desk, "earlier") == ["Prénom", "Ana"]
    desk.press("version.back")
    until(lambda: "Passer" in desk.find(QLabel, "version.title").text(), "the way back")
    desk.press("version.move")
    until(lambda: workspace_of(desk).case(case.id).version == bundle_version(FIRST), "back")
    desk.quiet()
    assert record(desk).form_view is view and tab.line.said.startswith("Une version plus récente")


def test_not_now_puts_it_off_and_escape_goes_back_to_the_form(desk: Stage) -> None:
    newer(desk)
    tab = record(desk).form_tab
    desk.press("case.version_look")
    until(lambda: tab.reads_versions, "what would change")
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    assert not tab.reads_versions and record(desk).form_view is not None
    desk.press("case.version_later")
    assert tab.line.said == ""
    assert workspace_of(desk).case(record(desk).route().record).version == bundle_version(FIRST)


def test_what_was_answered_while_the_page_was_read_is_kept(desk: Stage) -> None:
    newer(desk)
    workspace, case = workspace_of(desk), record(desk).route().record
    other = desk.station.desk(workspace, "fr").open(case)
    desk.press("case.version_look")
    until(lambda: record(desk).form_tab.reads_versions, "what would change")
    other.answer(AGE, "79")
    until(lambda: not desk.window.tasks.busy, "quiet")
    desk.press("version.move")
    until(lambda: workspace.case(case).version == bundle_version(SECOND), "the move")
    assert (workspace.case(case).answers[AGE], workspace.case(case).answers[PLACE]) == ("79", "Aubin")
