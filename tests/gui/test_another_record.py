"""One person's data never stays, is saved or arrives late under another's name, however slow this computer is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QListView, QPlainTextEdit, QPushButton, QWidget

from cases.errors import EnvironmentFault
from cases.receipt import ReceiptData, receipt_pages
from cases.workspace import Workspace
from desktop import route
from desktop.route import Route
from desktop.screens.citizens.view import CitizensScreen
from desktop.screens.record import receipt as receipt_module
from desktop.screens.record.view import RecordScreen
from tests.support.stage import Stage, until
from tests.support.workspaces import make_citizen

PROCEDURE = "acte-etat-civil"
FIRST = {"family_name": "DIALLO", "given_names": "Aminata", "birth_date": "1948-03-07"}
SECOND = {"family_name": "LEFÈVRE", "given_names": "Jean-Baptiste", "birth_date": "1939-11-21"}


@pytest.fixture
def desk(enrolled: Stage) -> Stage:
    """An enrolled computer that holds one procedure."""
    enrolled.publish(PROCEDURE)
    return enrolled


def workspace_of(stage: Stage) -> Workspace:
    assert stage.window.workspace is not None
    return stage.window.workspace


def record(stage: Stage) -> RecordScreen:
    screen = stage.shell.screen_named(route.CASE)
    assert isinstance(screen, RecordScreen)
    return screen


def submitted(stage: Stage, person: dict[str, str]) -> str:
    workspace = workspace_of(stage)
    desk = stage.station.desk(workspace, "fr")
    case = desk.new_case(PROCEDURE, make_citizen(workspace, **person)).case_id
    fields = {"tracking_code": desk.new_tracking_code()}
    workspace.change_status(case, "submitted", base=workspace.case(case).base, fields=fields)
    until(lambda: workspace.status().pending == 0, "received")
    return case


@contextmanager
def busy(stage: Stage) -> Iterator[None]:
    """Keep every background thread busy meanwhile, as a slow disk does."""
    go_on = threading.Event()
    tasks = stage.window.tasks
    tasks.change(stage.window, go_on.wait, lambda _done: None)
    for _reader in range(3):
        tasks.read(stage.window, go_on.wait, lambda _done: None)
    try:
        yield
    finally:
        go_on.set()


def words_of(screen: QWidget) -> str:
    """Return every word on a screen, also those of pages that are not in front."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    texts = [each.text() for each in screen.findChildren(QLabel)]
    texts += [each.text() for each in screen.findChildren(QAbstractButton)]
    for view in screen.findChildren(QListView):
        model = view.model()
        texts += [str(model.index(row, 0).data()) for row in range(model.rowCount())] if model is not None else []
    return "\n".join(texts)


def test_nothing_of_a_case_stays_while_another_is_opened(desk: Stage) -> None:
    first, second = submitted(desk, FIRST), submitted(desk, SECOND)
    desk.go(Route(route.CASE, first, {"tab": "receipt"}))
    screen = record(desk)
    until(lambda: screen.receipt.page_count > 0, "the receipt")
    code = workspace_of(desk).case(first).tracking_code
    assert "DIALLO" in words_of(screen) and code in words_of(screen)
    with busy(desk):
        desk.shell.go(Route(route.CASE, second, {"tab": "receipt"}))
        left = words_of(screen)
        assert "DIALLO" not in left and code not in left and "Dossier transmis" not in left
        assert screen.receipt.page_count == 0
        assert not desk.find(QPushButton, "receipt.save").isEnabled()
        assert not desk.find(QPushButton, "receipt.print").isEnabled()
    until(lambda: "LEFÈVRE" in words_of(screen), "the other case")
    until(lambda: screen.receipt.page_count > 0, "its receipt")


def test_a_receipt_that_takes_long_is_never_shown_or_saved_for_another_case(
    desk: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = submitted(desk, FIRST), submitted(desk, SECOND)
    desk.go(Route(route.CASE, first, {"tab": "receipt"}))
    tab = record(desk).receipt
    until(lambda: tab.page_count > 0, "the receipt")
    go_on, made = threading.Event(), []

    def slow(data: ReceiptData) -> list[bytes]:
        go_on.wait(10)
        made.append(data.citizen_name)
        return receipt_pages(data)

    monkeypatch.setattr(receipt_module, "receipt_pages", slow)
    desk.shell.go(Route(route.CASE, second, {"tab": "receipt"}))
    until(lambda: "LEFÈVRE" in words_of(desk.shell.current), "the other case")
    assert tab.page_count == 0 and desk.find(QLabel, "receipt.state").text() == ""
    assert not desk.find(QPushButton, "receipt.save").isEnabled()
    target = tmp_path / "recepisse.pdf"
    tab.save_to(target)
    # Back to the first while the second's is still being made: it arrives late and is dropped.
    desk.shell.go(Route(route.CASE, first, {"tab": "receipt"}))
    go_on.set()
    until(lambda: tab.page_count > 0, "the first one's receipt again")
    assert len(made) == 2 and "Aminata" in made[-1]
    assert tab.case_id == first
    assert not target.exists()


def test_after_a_failure_no_receipt_is_left_and_it_is_tried_again(desk: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = submitted(desk, FIRST), submitted(desk, SECOND)
    desk.go(Route(route.CASE, first, {"tab": "receipt"}))
    tab = record(desk).receipt
    until(lambda: tab.page_count > 0, "the receipt")

    def fail(_data: ReceiptData) -> list[bytes]:
        raise EnvironmentFault("resources.missing")

    with monkeypatch.context() as broken:
        broken.setattr(receipt_module, "receipt_pages", fail)
        desk.go(Route(route.CASE, second, {"tab": "receipt"}))
        until(lambda: tab.message, "the words")
        assert tab.page_count == 0 and not desk.find(QPushButton, "receipt.print").isEnabled()
    desk.go(Route(route.CASE, second, {"tab": "receipt"}))
    until(lambda: tab.page_count > 0, "the receipt")
    assert tab.message == ""


def test_what_is_being_typed_stays_with_its_case(desk: Stage) -> None:
    first, second = submitted(desk, FIRST), submitted(desk, SECOND)
    desk.go(Route(route.CASE, first, {"tab": "follow_up"}))
    note = desk.find(QPlainTextEdit, "followup.note")
    note.setPlainText("Aminata rappelle jeudi.")
    desk.go(Route(route.CASE, second, {"tab": "follow_up"}))
    assert note.toPlainText() == ""
    desk.go(Route(route.CASE, first, {"tab": "follow_up"}))
    assert note.toPlainText() == "Aminata rappelle jeudi."


def test_two_cases_opened_in_haste_leave_only_the_last(desk: Stage) -> None:
    first, second = submitted(desk, FIRST), submitted(desk, SECOND)
    with busy(desk):
        desk.shell.go(Route(route.CASE, first))
        desk.shell.go(Route(route.CASE, second))
    desk.quiet()
    left = words_of(desk.shell.current)
    assert "LEFÈVRE" in left and "DIALLO" not in left


def test_nothing_of_a_citizen_stays_while_another_is_opened(desk: Stage) -> None:
    first = make_citizen(workspace_of(desk), **FIRST)
    second = make_citizen(workspace_of(desk), **SECOND)
    desk.go(Route(route.CITIZEN, first))
    until(lambda: "DIALLO" in words_of(desk.shell.current), "the first")
    with busy(desk):
        desk.shell.go(Route(route.CITIZEN, second))
        assert "DIALLO" not in words_of(desk.shell.current) and "1948" not in words_of(desk.shell.current)
        desk.shell.go(Route(route.NEW_CASE, first))
    until(lambda: "Aminata Diallo" in desk.find(QLabel, "new_case.citizen").text(), "for the first")
    with busy(desk):
        desk.shell.go(Route(route.NEW_CASE, second))
        assert "Aminata" not in desk.find(QLabel, "new_case.citizen").text()


def test_the_preview_is_of_the_chosen_case_or_empty(desk: Stage) -> None:
    submitted(desk, FIRST)
    submitted(desk, SECOND)
    desk.window.resize(1366, 768)
    desk.go(Route(route.CASES))
    screen = desk.shell.current
    name = desk.find(QLabel, "preview.citizen")
    until(lambda: name.isVisible(), "the preview")
    before = name.text()
    with busy(desk):
        row = 1 - screen.table.currentIndex().row()
        screen.table.selectRow(row)
        assert not name.isVisible()
    until(lambda: name.isVisible() and name.text() != before, "the other one")


def test_near_matches_are_of_what_is_typed_now(desk: Stage) -> None:
    make_citizen(workspace_of(desk), **FIRST)
    desk.go(Route(route.CITIZENS, detail={"search": "dialo"}))
    screen = desk.shell.current
    assert isinstance(screen, CitizensScreen)
    screen.begin()
    until(lambda: screen.near.hits, "the near match")
    with busy(desk):
        desk.type("citizen.field.family_name", "DIALLO A")
        desk.type("citizen.field.family_name", "")
        desk.type("citizen.field.given_names", "")
        until(lambda: not screen.near.hits, "nothing near")
    desk.quiet()
    assert screen.near.hits == ()


def test_nothing_moves_while_near_names_come_and_go(desk: Stage) -> None:
    make_citizen(workspace_of(desk), **FIRST)
    desk.window.resize(1366, 768)
    desk.go(Route(route.CITIZENS, detail={"search": "Zwingelstein"}))
    screen = desk.shell.current
    assert isinstance(screen, CitizensScreen)
    for width in (1366, 900):
        desk.window.resize(width, 768)
        screen.begin()
        desk.quiet()
        line = desk.find(QWidget, "citizen.field.family_name")
        places = []
        for name, found in (("ZZZ", 0), ("DIALLO", 1), ("ZZZ", 0)):
            desk.type("citizen.field.family_name", name)
            until(lambda found=found: len(screen.near.hits) == found, "the near names")
            desk.quiet()
            places.append((line.mapTo(screen, line.rect().topLeft()), line.size()))
        assert len(set(map(str, places))) == 1, places
