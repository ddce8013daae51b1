"""The form at large text on a small screen: what a person fills has room, and the header says the rest in one line."""

from __future__ import annotations

from desktop import route
from desktop.route import Route
from desktop.screens.record.view import RecordScreen
from desktop.theme import theme
from tests.support.stage import Stage
from tests.support.workspaces import make_citizen

FORM_MIN_PX = 250
SMALL_SCREEN = (1366, 768 - 32)
"""What the window manager leaves of a 768-px screen."""


def test_the_form_has_room_at_twice_the_text_on_a_small_screen(enrolled: Stage) -> None:
    enrolled.publish("apa")
    workspace = enrolled.window.workspace
    assert workspace is not None
    person = make_citizen(workspace, family_name="DIALLO", given_names="Aminata", birth_date="1948-03-07")
    case = enrolled.station.desk(workspace, "fr").new_case("apa", person).case_id
    enrolled.window.resize(*SMALL_SCREEN)
    theme().choose(percent=200)
    enrolled.go(Route(route.CASE, case))
    screen = enrolled.shell.current
    assert isinstance(screen, RecordScreen) and screen.form_view is not None
    assert enrolled.window.height() <= SMALL_SCREEN[1]
    assert screen.form_view.page.viewport().height() >= FORM_MIN_PX
    assert screen.header.state_word == "Brouillon" and screen.header.act.isVisible()
    assert "Allocation" in screen.header.toolTip()
    theme().choose(percent=100)
    enrolled.quiet()
    assert screen.header.toolTip() == ""
