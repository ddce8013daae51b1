"""Every focusable thing has a name for assistive tools, and Tab reaches what the screens show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget

from desktop import route
from desktop.route import Route
from tests.support.stage import Stage, until
from tests.support.workspaces import make_citizen


@pytest.fixture
def spoken() -> Iterator[None]:
    """An assistive tool listens."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


pytestmark = pytest.mark.usefixtures("spoken")


def unnamed(window: QWidget) -> list[str]:
    """Return the visible focusable widgets without a name."""
    found: list[str] = []

    def walk(interface: QAccessibleInterface) -> None:
        widget = interface.object()
        state = interface.state()
        if isinstance(widget, QWidget) and widget.isVisible() and state.focusable:
            name = interface.text(QAccessible.Text.Name)
            if not name.strip() and widget is not window:
                found.append(f"{type(widget).__name__} {widget.objectName()}")
        for number in range(interface.childCount()):
            child = interface.child(number)
            if child is not None and child.object() is not None:
                walk(child)

    walk(QAccessible.queryAccessibleInterface(window))
    return sorted(set(found))


def test_the_gate_is_named(stage: Stage) -> None:
    assert unnamed(stage.window) == []
    stage.enrol()
    stage.open_again()
    assert unnamed(stage.window) == []


def test_every_screen_is_named(enrolled: Stage) -> None:
    workspace = enrolled.window.workspace
    assert workspace is not None
    enrolled.publish("acte-etat-civil")
    citizen = make_citizen(workspace, family_name="DIALLO", given_names="Aminata")
    case = enrolled.station.desk(workspace, "fr").new_case("acte-etat-civil", citizen).case_id
    for target in (
        Route(),
        Route(route.CASES),
        Route(route.CITIZENS, detail={"search": "zz"}),
        Route(route.CITIZEN, citizen),
        Route(route.NEW_CASE, citizen),
        Route(route.CONTESTED),
        Route(route.PARKED),
        Route(route.SYNC),
        Route(route.CASE, case),
        Route(route.CASE, case, {"tab": "follow_up"}),
        Route(route.CASE, case, {"tab": "history"}),
    ):
        enrolled.go(target)
        assert unnamed(enrolled.window) == [], target


def test_tab_walks_the_enrolment_in_reading_order(stage: Stage) -> None:
    order = ["enrol.server", "enrol.code", "enrol.device", "enrol.passphrase", "enrol.passphrase_again", "enrol.go"]
    view = stage.window.page
    until(lambda: QApplication.focusWidget() is not None, "a focus")
    seen = []
    for _step in order:
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus.objectName())
        view.focusNextChild()
    assert seen == order
