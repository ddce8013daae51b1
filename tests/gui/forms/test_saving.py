"""Saved means saved: what the screen says when the disk refuses, and what is there after the program was killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cases.errors import EnvironmentFault
from cases.procedures import Procedure, load_workbook, to_bundle
from cases.workspace import Workspace
from desktop.forms import words
from desktop.forms.saving import Saver
from desktop.tasks import Tasks
from forms.views import ChangeSet
from sync.desk import Desk
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import button, field, focused, press, settle, tab, type_text, write
from tests.support.form_sessions import CHOICES, SURVEY, MemoryForm, workbook_of
from tests.support.workspaces import PASSPHRASE, make_citizen, make_ports, make_workspace

FULL = EnvironmentFault("store.disk_full")
PORTS = make_ports()


@pytest.fixture(scope="module")
def procedure(tmp_path_factory: pytest.TempPathFactory) -> Procedure:
    path = tmp_path_factory.mktemp("procedure") / "essai.xlsx"
    path.write_bytes(workbook_of(SURVEY, CHOICES))
    return load_workbook(path)


@pytest.fixture
def workspace(tmp_path: Path, procedure: Procedure) -> Iterator[Workspace]:
    made = make_workspace(tmp_path / "workspace", ports=PORTS)
    made.store_procedure(procedure.id, "1" * 64, to_bundle(procedure))
    yield made
    made.close()


def test_a_full_disk_keeps_the_text_and_names_the_field(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    form.fault = FULL
    line = write(view, "/who/name", "Koné")
    tab(line)
    block = field(view, "/who/name")
    qtbot.waitUntil(lambda: block.status.told == words.failure_text(FULL, "Nom de famille"))
    assert line.text() == "Koné"  # type: ignore[attr-defined]
    assert form.stored == {}
    assert not view.is_saved
    assert line.property("invalid") is True
    assert block.status.again.isVisible()


def test_the_next_change_saves_what_could_not_be_saved(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    form.fault = FULL
    tab(write(view, "/who/name", "Koné"))
    qtbot.waitUntil(lambda: field(view, "/who/name").status.again.isVisible())
    form.fault = None
    tab(write(view, "/who/children", "2"))
    settle(qtbot, view)
    assert (form.stored["/who/name"], form.stored["/who/children"]) == ("Koné", "2")
    assert not field(view, "/who/name").status.again.isVisible()
    assert not view.editor("/who/name").property("invalid")


def test_a_press_tries_again(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    form.fault = FULL
    press(qtbot, field(view, "/who/works").editor.inputs()[0])
    again = field(view, "/who/works").status.again
    qtbot.waitUntil(again.isVisible)
    assert field(view, "/who/employer").isVisible(), "what the answer changes is shown, saved or not"
    press(qtbot, again)
    qtbot.waitUntil(lambda: not view._saver.busy)
    assert again.isVisible()
    form.fault = None
    press(qtbot, again)
    settle(qtbot, view)
    assert form.stored["/who/works"] == "yes"
    assert field(view, "/who/works").status.told == words.saved_text()


def test_a_failure_is_not_forgotten_on_another_page_and_nothing_is_submitted(
    qtbot: QtBot, show: Show, form: MemoryForm
) -> None:
    view = show(form)
    submitted = []
    view.submitRequested.connect(lambda: submitted.append(True))
    form.fault = FULL
    tab(write(view, "/who/name", "Koné"))
    qtbot.waitUntil(lambda: field(view, "/who/name").status.again.isVisible())
    view.go_to("/money")
    qtbot.waitUntil(view.footer.failure.isVisible)
    assert "Nom de famille" in view.footer.failure.told
    view.request_submit()
    form.fault = None
    press(qtbot, view.footer.failure.again)
    settle(qtbot, view)
    assert form.stored["/who/name"] == "Koné"
    assert not view.footer.failure.isVisible()
    assert not submitted


def test_a_row_that_could_not_be_saved_is_there_and_saved_later(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    view.go_to("/person")
    settle(qtbot, view)
    form.fault = FULL
    press(qtbot, button(view, "add_row:/person"))
    block = view.page.repeat("/person")
    assert block is not None
    qtbot.waitUntil(block.status.isVisible)
    assert len(list(block.cards())) == 2
    form.fault = None
    press(qtbot, block.status.again)
    settle(qtbot, view)
    rows = [card.row.path for card in block.cards()]
    assert form.stored[rows[1]] is not None
    assert not block.status.isVisible()


def test_hiding_the_form_saves_what_is_being_typed(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    write(view, "/who/name", "Kon")
    view.hide()
    settle(qtbot, view)
    assert form.stored["/who/name"] == "Kon"


def test_a_bug_in_an_act_is_raised_and_the_form_goes_on(qtbot: QtBot, tasks: Tasks, form: MemoryForm) -> None:
    saver = Saver(form, tasks)  # type: ignore[arg-type]
    saved: list[str] = []
    saver.saved.connect(saved.append)

    def broken() -> ChangeSet:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as raised:
        saver.act("/who/name", broken)
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError
    saver.act("/who/name", lambda: form.answer("/who/name", "Koné"))
    qtbot.waitUntil(lambda: saved == ["/who/name"])


def test_after_a_kill_everything_typed_and_the_place_are_back(
    qtbot: QtBot, show: Show, workspace: Workspace, procedure: Procedure, tmp_path: Path
) -> None:
    desk = Desk(workspace, ports=PORTS)
    opened = desk.new_case(procedure.id, make_citizen(workspace))
    view = show(opened)
    tab(write(view, "/who/name", "Koné"))
    press(qtbot, field(view, "/who/works").editor.inputs()[0])
    settle(qtbot, view)
    view.go_to("/person")
    settle(qtbot, view)
    type_text(view.focusWidget(), "Awa")
    QTest.keyClick(view.focusWidget(), Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, view)
    with qtbot.waitSignal(view.saved, timeout=3000):
        type_text(view.focusWidget(), "Iss")
    route = view.route
    workspace.close()
    # From here on, another process: nothing of the first is used but the folder and the case's identity.
    again = Workspace.unlock(tmp_path / "workspace", PASSPHRASE, ports=PORTS)
    try:
        reopened = Desk(again, ports=PORTS).open(opened.case_id)
        second = show(reopened)
        second.route = route
        settle(qtbot, second)
        assert second.route == route
        assert focused(second) == route["focus"]
        assert second.focusWidget().text() == "Iss"  # type: ignore[attr-defined]
        block = second.page.repeat("/person")
        assert block is not None
        assert [card.row.label for card in block.cards()] == ["Awa", "Iss"]
        second.go_to("/who/name")
        settle(qtbot, second)
        assert second.editor("/who/name").text() == "Koné"  # type: ignore[attr-defined]
        assert field(second, "/who/employer").isVisible()
        second.close()
    finally:
        again.close()


def test_the_real_store_without_room_keeps_the_answer_for_the_next_time(
    qtbot: QtBot, show: Show, workspace: Workspace, procedure: Procedure
) -> None:
    opened = Desk(workspace, ports=PORTS).new_case(procedure.id, make_citizen(workspace))
    view = show(opened)
    view.go_to("/money")
    settle(qtbot, view)
    area = view.editor("/money/remarks")
    workspace._core.store.maintain(lambda db: db.execute("PRAGMA max_page_count = 1").fetchall())
    area.setFocus(Qt.FocusReason.TabFocusReason)
    area.setPlainText("x" * 90_000)  # type: ignore[attr-defined]
    tab(area)
    block = field(view, "/money/remarks")
    qtbot.waitUntil(block.status.again.isVisible)
    assert block.status.told == words.failure_text(FULL, "Remarques")
    # The store opens its writer anew after such a fault, and so without the limit.
    press(qtbot, block.status.again)
    settle(qtbot, view)
    assert workspace.case(opened.case_id).answers["/money/remarks"] == "x" * 90_000
