"""The frame around the screens: search, keys, routes, settings, the strip."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMessageBox, QPushButton, QToolButton, QWidget

from cases.errors import EnvironmentFault
from cases.views import Hit
from cases.workspace import Workspace
from desktop import i18n, route
from desktop.bridge import TITLES, Changes
from desktop.route import Route
from desktop.shell.search.delegate import subtitle
from desktop.shell.strip import Strip
from desktop.theme import Mode, theme
from tests.support.faults import Fault
from tests.support.stage import Stage, until
from tests.support.workspaces import make_case, make_citizen

CTRL = Qt.KeyboardModifier.ControlModifier


def workspace_of(stage: Stage) -> Workspace:
    assert stage.window.workspace is not None
    return stage.window.workspace


def test_search_opens_a_citizen_by_the_keyboard_alone(enrolled: Stage) -> None:
    wanted = make_citizen(workspace_of(enrolled), family_name="LEFÈVRE", given_names="Jean-Baptiste")
    make_citizen(workspace_of(enrolled), family_name="DIALLO", given_names="Aminata")
    QTest.keyClick(enrolled.window, Qt.Key.Key_K, CTRL)
    box = enrolled.find(QLineEdit, "search.box")
    assert box.hasFocus()
    QTest.keyClicks(box, "lefevre")
    until(lambda: [hit.record_id for hit in enrolled.shell.search.hits] == [wanted], "the hit")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert enrolled.shell.current.route() == Route(route.CITIZEN, wanted)
    assert box.text() == ""


def test_escape_closes_results_then_empties_the_box_then_goes_back(enrolled: Stage) -> None:
    make_citizen(workspace_of(enrolled), family_name="DIALLO", given_names="Aminata")
    enrolled.go(Route(route.CASES))
    box = enrolled.find(QLineEdit, "search.box")
    box.setFocus()
    QTest.keyClicks(box, "dia")
    until(lambda: enrolled.shell.search.popup_shown, "the results")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not enrolled.shell.search.popup_shown and box.text() == "dia"
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not box.hasFocus()
    QTest.keyClick(enrolled.window, Qt.Key.Key_Escape)
    assert enrolled.shell.current.route().screen == route.HOME


@pytest.mark.parametrize(
    ("key", "screen"),
    [
        (Qt.Key.Key_1, route.HOME),
        (Qt.Key.Key_2, route.CASES),
        (Qt.Key.Key_3, route.CITIZENS),
        (Qt.Key.Key_4, route.CONTESTED),
        (Qt.Key.Key_5, route.PARKED),
        (Qt.Key.Key_6, route.SYNC),
        (Qt.Key.Key_N, route.CITIZENS),
    ],
)
def test_every_screen_has_its_keys(enrolled: Stage, key: Qt.Key, screen: str) -> None:
    QTest.keyClick(enrolled.window, key, CTRL)
    assert enrolled.shell.current.route().screen == screen
    assert "Koné" not in enrolled.window.windowTitle()


def test_f1_explains_the_screen_and_escape_closes_it(enrolled: Stage) -> None:
    QTest.keyClick(enrolled.window, Qt.Key.Key_F1)
    until(lambda: enrolled.window.findChildren(QMessageBox), "the help")
    box = enrolled.find(QMessageBox, "help")
    assert "Ctrl+K" in box.informativeText()
    words = box.findChild(QLabel, "qt_msgbox_informativelabel")
    assert words is not None and words.width() >= 500
    QTest.keyClick(box, Qt.Key.Key_Escape)
    until(lambda: not enrolled.window.findChildren(QMessageBox), "no help")


def test_the_rail_folds_when_there_is_no_room_for_words(enrolled: Stage) -> None:
    enrolled.window.resize(1366, 768)
    lock = enrolled.find(QToolButton, "rail.lock")
    assert lock.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    theme().choose(percent=200)
    assert lock.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    assert lock.accessibleName() == "Verrouiller" and "Ctrl+L" in lock.toolTip()


def test_settings_are_taken_at_once_and_kept(enrolled: Stage) -> None:
    enrolled.find(QAction, "settings.dark").trigger()
    enrolled.find(QAction, "settings.150").trigger()
    assert theme().is_dark and theme().percent == 150
    assert (enrolled.station.preferences.mode, enrolled.station.preferences.percent) == (Mode.DARK, 150)
    enrolled.go(Route(route.CASES))
    enrolled.find(QAction, "settings.en").trigger()
    enrolled.quiet()
    assert i18n.language() == "en" and enrolled.station.preferences.language == "en"
    assert enrolled.shell.current.route().screen == route.CASES
    assert enrolled.find(QPushButton, "case.new").accessibleName() == "New"


def test_the_strip_is_worded_before_the_sync_client_is_loaded(enrolled: Stage) -> None:
    enrolled.quiet()
    strip = Strip()
    assert "Tout ce qui est saisi est enregistré" in strip.state_text
    strip.deleteLater()


def test_the_strip_goes_from_here_to_received_without_a_click(enrolled: Stage) -> None:
    enrolled.faults.always = Fault.UNREACHABLE
    make_case(workspace_of(enrolled))
    until(lambda: "sur ce poste" in enrolled.shell.strip.state_text, "the pending line")
    until(lambda: "pas de réseau" in enrolled.shell.strip.state_text, "the offline line")
    enrolled.faults.always = None
    enrolled.agent().wake()
    until(lambda: "out est reçu" in enrolled.shell.strip.state_text, "received")


def test_f5_synchronises_now(enrolled: Stage) -> None:
    enrolled.faults.always = Fault.UNREACHABLE
    make_case(workspace_of(enrolled))
    until(lambda: "pas de réseau" in enrolled.shell.strip.state_text, "the offline line")
    enrolled.faults.always = None
    QTest.keyClick(enrolled.window, Qt.Key.Key_F5)
    assert enrolled.shell.strip.message == "Synchronisation lancée"
    until(lambda: "out est reçu" in enrolled.shell.strip.state_text, "received")
    until(lambda: enrolled.shell.strip.message.startswith("Synchronisé"), "how it ended")
    enrolled.faults.always = Fault.UNREACHABLE
    QTest.keyClick(enrolled.window, Qt.Key.Key_F5)
    assert enrolled.shell.strip.message == "Synchronisation lancée"
    until(lambda: "Pas synchronisé — pas de réseau" in enrolled.shell.strip.message, "that it could not be")
    assert "Synchroniser maintenant" in [action.text() for action in enrolled.shell.rail.actions()]


def test_asking_for_an_exchange_while_it_is_paused_resumes_it_and_says_so(enrolled: Stage) -> None:
    enrolled.agent().pause()
    make_case(workspace_of(enrolled))
    until(lambda: "en pause" in enrolled.shell.strip.state_text, "the pause")
    enrolled.go(Route(route.SYNC))
    now = enrolled.find(QPushButton, "sync.now")
    assert now.text() == now.accessibleName() == "Reprendre et synchroniser"
    enrolled.press("sync.now")
    assert enrolled.shell.strip.message == "La synchronisation était en pause : elle reprend"
    until(lambda: "out est reçu" in enrolled.shell.strip.state_text, "received")
    until(lambda: enrolled.shell.strip.message.startswith("Synchronisé"), "how it ended")
    until(lambda: now.text() == "Synchroniser maintenant", "the button as ever")


def test_a_long_message_is_cut_before_the_state_of_sync(enrolled: Stage) -> None:
    enrolled.window.resize(900, 700)
    until(lambda: "out est reçu" in enrolled.shell.strip.state_text, "received")
    state = enrolled.find(QLabel, "strip.state")
    enrolled.shell.say("Un message bien plus long que la place qui reste sur cette ligne. " * 4, "critical")
    enrolled.quiet()
    assert state.width() >= state.fontMetrics().horizontalAdvance(state.text())
    assert enrolled.find(QLabel, "strip.message").width() > 0


def test_what_was_searched_is_gone_on_another_screen(enrolled: Stage) -> None:
    make_citizen(workspace_of(enrolled), family_name="DIALLO", given_names="Aminata")
    box = enrolled.find(QLineEdit, "search.box")
    box.setFocus()
    QTest.keyClicks(box, "dia")
    until(lambda: enrolled.shell.search.popup_shown, "the results")
    enrolled.press("rail.cases")
    enrolled.quiet()
    assert box.text() == "" and not enrolled.shell.search.popup_shown


def test_a_captive_portal_is_named_in_the_strip(enrolled: Stage) -> None:
    enrolled.faults.always = Fault.PORTAL
    make_case(workspace_of(enrolled))
    until(lambda: "ouvrez un navigateur" in enrolled.shell.strip.state_text, "the portal")


def test_a_refusal_nobody_handles_is_said_in_the_strip(enrolled: Stage) -> None:
    def fail() -> None:
        raise EnvironmentFault("store.read_only")

    enrolled.window.tasks.change(enrolled.window, fail, lambda _done: None)
    until(lambda: "On ne peut pas écrire" in enrolled.shell.strip.message, "the words")
    assert "store.read_only" not in enrolled.shell.strip.message


def test_a_home_without_work_says_so(enrolled: Stage) -> None:
    screen = enrolled.shell.current
    assert screen.route() == Route()
    enrolled.quiet()
    assert enrolled.find(QPushButton, "case.new").isVisible()
    make_case(workspace_of(enrolled))
    until(lambda: enrolled.shell.screen_named(route.HOME).drafts.isVisible(), "the draft appears by itself")


class _Windows(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(type(watched).__name__)
        return False


def test_no_part_of_a_screen_flashes_as_a_window_of_its_own(enrolled: Stage, qapp: QApplication) -> None:
    citizen = make_citizen(workspace_of(enrolled))
    case = make_case(workspace_of(enrolled), citizen=citizen)
    windows = _Windows()
    qapp.installEventFilter(windows)
    for name in (route.CASES, route.CITIZENS, route.CONTESTED):
        enrolled.go(Route(name))
    enrolled.go(Route(route.CITIZEN, citizen))
    enrolled.go(Route(route.NEW_CASE, citizen))
    enrolled.go(Route(route.CASE, case))
    qapp.removeEventFilter(windows)
    assert windows.shown == []


def test_a_found_case_names_its_procedure_in_words() -> None:
    hit = Hit("case", "1" * 32, "KONÉ Awa", "apa · E1-JZ9V-4JBA-67DH-4", "draft")
    assert subtitle(hit, {"apa": "Allocation"}.__getitem__) == "Allocation · E1-JZ9V-4JBA-67DH-4"
    person = Hit("citizen", "1" * 32, "KONÉ Awa", "1950-04-03 · Orval", None)
    assert subtitle(person, str) == "03/04/1950 · Orval"


def test_titles_that_are_known_now_are_drawn_and_nothing_is_read_again(enrolled: Stage) -> None:
    until(lambda: not enrolled.window.tasks.busy, "the first reading")
    changed = enrolled.shell.context.bridge.changed
    changed.emit(Changes(frozenset({TITLES}), frozenset()))
    assert not enrolled.window.tasks.busy
    changed.emit(Changes(frozenset({"case"}), frozenset()))
    assert enrolled.window.tasks.busy
