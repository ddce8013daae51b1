"""The case's form on paper, from the desk: preview, blank or filled, saved as PDF."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop import route
from desktop.route import Route
from desktop.screens.record.view import RecordScreen
from tests.support.stage import Stage, until
from tests.support.workspaces import make_citizen

PROCEDURE = "acte-etat-civil"


@pytest.fixture
def record(enrolled: Stage) -> RecordScreen:
    enrolled.publish(PROCEDURE)
    workspace = enrolled.window.workspace
    assert workspace is not None
    citizen = make_citizen(workspace, family_name="DIALLO", given_names="Aminata", birth_date="1948-03-07")
    form = enrolled.station.desk(workspace, "fr").new_case(PROCEDURE, citizen)
    enrolled.go(Route(route.CASE, form.case_id))
    shown = enrolled.shell.current
    assert isinstance(shown, RecordScreen)
    return shown


def test_a_form_is_seen_printed_and_saved_and_esc_leads_back(
    enrolled: Stage, record: RecordScreen, tmp_path: Path
) -> None:
    view = record.form_view
    assert view is not None
    QTest.keyClick(view, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    until(lambda: record.paper.page_count > 0, "the pages")
    assert record.paper.isVisible() and not view.isVisible()
    focus = enrolled.window.focusWidget()
    assert focus is not None and record.paper.isAncestorOf(focus), "the keys go on from here"
    assert "DIALLO" in str(record.paper._data)
    filled, blank = tmp_path / "filled.pdf", tmp_path / "blank.pdf"
    record.paper.save_to(filled)
    record.paper.what.setCurrentIndex(1)
    until(lambda: record.paper.page_count > 0, "the blank pages")
    assert "DIALLO" not in str(record.paper._data)
    record.paper.save_to(blank)
    enrolled.quiet()
    assert filled.read_bytes() != blank.read_bytes()
    assert b"pdfuaid" in filled.read_bytes() and b"pdfuaid" in blank.read_bytes()
    QTest.keyClick(record.paper, Qt.Key.Key_Escape)
    until(view.isVisible, "the form again")
    assert record.paper.page_count == 0


def test_a_place_that_cannot_be_written_is_said(enrolled: Stage, record: RecordScreen, tmp_path: Path) -> None:
    enrolled.press("form.print")
    until(lambda: record.paper.page_count > 0, "the pages")
    record.paper.save_to(tmp_path / "nowhere" / "form.pdf")
    enrolled.quiet()
    said = [each.text() for each in record.paper.findChildren(QLabel) if "écrit" in each.text()]
    assert said
