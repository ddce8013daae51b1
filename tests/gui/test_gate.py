"""Enrolling, unlocking, locking: with everything that can go wrong, and nothing typed lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from cases.errors import EnvironmentFault
from cases.keys.device_secret import FileDeviceSecrets, MemoryDeviceSecrets
from desktop import route
from desktop.route import Route
from desktop.screens.unlock.view import UnlockView
from desktop.screens.welcome.view import WelcomeView
from desktop.station import PROBE
from desktop.window import ROUTE
from tests.support.faults import Fault
from tests.support.stage import PASSPHRASE, Stage, until
from tests.support.workspaces import make_citizen


class NoKeyring(MemoryDeviceSecrets):
    """A machine without a keyring."""

    def set(self, name: str, value: bytes) -> None:
        raise EnvironmentFault("keyring.unavailable", reason="NoKeyringError")


def fill(stage: Stage, code: str | None = None) -> None:
    stage.type("enrol.server", "https://estafette.example.fr")
    stage.type("enrol.code", code or stage.central.enrolment_code("Awa Koné"))
    stage.type("enrol.device", "Accueil")
    stage.type("enrol.passphrase", PASSPHRASE)
    stage.type("enrol.passphrase_again", PASSPHRASE)


def error(stage: Stage, field: str) -> str:
    return stage.find(QLabel, f"enrol.{field}_error").text()


def typed(stage: Stage, field: str) -> str:
    return stage.find(QLineEdit, f"enrol.{field}").text()


def test_enrolment_opens_the_shell_for_the_agent(stage: Stage) -> None:
    assert isinstance(stage.window.page, WelcomeView)
    stage.enrol()
    workspace = stage.window.workspace
    assert workspace is not None and workspace.identity is not None
    assert workspace.identity.agent_name == "Awa Koné"
    assert stage.find(QLabel, "rail.agent").text() == "Awa Koné"


def test_bad_entries_are_said_below_their_fields_and_nothing_is_made(stage: Stage) -> None:
    stage.type("enrol.server", "http://estafette.example.fr")
    stage.type("enrol.passphrase", "courte")
    stage.press("enrol.go")
    assert "pas protégée" in error(stage, "server")
    assert "code" in error(stage, "code")
    assert "court" in error(stage, "passphrase")
    assert typed(stage, "server") == "http://estafette.example.fr"
    assert stage.find(QLineEdit, "enrol.server").hasFocus()
    assert not stage.station.has_workspace


def test_a_wrong_code_is_said_at_its_field_and_can_be_corrected(stage: Stage) -> None:
    fill(stage, "ZZZZ-ZZZZ")
    stage.press("enrol.go")
    until(lambda: error(stage, "code"), "the error at the code")
    assert "ne connaît pas ce code" in error(stage, "code")
    assert typed(stage, "code") == "ZZZZ-ZZZZ" and typed(stage, "passphrase") == PASSPHRASE
    stage.type("enrol.code", stage.central.enrolment_code("Awa Koné"))
    stage.press("enrol.go")
    until(lambda: stage.window.shell is not None, "the shell")


@pytest.mark.parametrize(
    ("fault", "where", "part"),
    [(Fault.UNREACHABLE, "server", "injoignable"), (Fault.PORTAL, "message", "réseau local")],
)
def test_a_network_in_the_way_is_said_and_tried_again(stage: Stage, fault: Fault, where: str, part: str) -> None:
    stage.faults.add(fault)
    fill(stage)
    stage.press("enrol.go")
    view = stage.window.page
    assert isinstance(view, WelcomeView)

    def said() -> str:
        return error(stage, "server") if where == "server" else view.message

    until(lambda: part in said(), "the words")
    stage.press("enrol.go")
    until(lambda: stage.window.shell is not None, "the shell")


def test_a_lost_answer_costs_nothing(stage: Stage) -> None:
    stage.faults.add(Fault.REPLY_LOST)
    fill(stage)
    stage.press("enrol.go")
    until(lambda: error(stage, "server"), "the error")
    stage.press("enrol.go")
    until(lambda: stage.window.shell is not None, "the shell, by the same code")


def test_no_keyring_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "workspace", secrets=NoKeyring())
    fill(stage)
    stage.press("enrol.go")
    view = stage.window.page
    assert isinstance(view, WelcomeView)
    until(lambda: "trousseau" in view.message, "the words")
    assert typed(stage, "passphrase") == PASSPHRASE
    stage.close()


def test_no_keyring_is_said_before_anything_is_typed_and_names_the_option(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "workspace", secrets=NoKeyring())
    view = stage.window.page
    assert isinstance(view, WelcomeView)
    until(lambda: "trousseau" in view.warning, "the warning")
    assert "--device-secret-file" in view.warning
    stage.close()


def test_a_working_keyring_gets_no_warning_and_keeps_nothing_of_the_trial(tmp_path: Path) -> None:
    secrets = MemoryDeviceSecrets()
    stage = Stage(tmp_path / "workspace", secrets=secrets)
    stage.quiet()
    view = stage.window.page
    assert isinstance(view, WelcomeView) and view.warning == ""
    assert secrets.get(PROBE) is None
    stage.close()


@pytest.mark.parametrize(("in_file", "part"), [(True, "dossier indiqué"), (False, "Ce poste n’a pas le secret")])
def test_a_secret_that_is_not_here_is_told_by_where_it_was_looked_for(tmp_path: Path, in_file: bool, part: str) -> None:
    stage = Stage(tmp_path / "workspace")
    stage.enrol()
    stage.station.ports = replace(
        stage.station.ports,
        device_secrets=FileDeviceSecrets(tmp_path / "elsewhere") if in_file else MemoryDeviceSecrets(),
    )
    stage.open_again()
    stage.type("unlock.passphrase", PASSPHRASE)
    stage.press("unlock.go")
    view = stage.window.page
    assert isinstance(view, UnlockView)
    until(lambda: part in view.message, "the words")
    assert "--device-secret-file DIR" in view.message
    stage.close()


def test_enrolment_goes_on_after_the_program_was_ended_in_between(stage: Stage) -> None:
    fill(stage, "ZZZZ-ZZZZ")
    stage.press("enrol.go")
    until(lambda: error(stage, "code"), "the error")
    stage.open_again()
    stage.type("unlock.passphrase", PASSPHRASE)
    stage.press("unlock.go")
    until(lambda: isinstance(stage.window.page, WelcomeView), "the enrolment screen")
    assert not stage.find(QLineEdit, "enrol.passphrase").isEnabled()


def test_a_wrong_passphrase_is_said_and_selected_and_then_slowed(enrolled: Stage) -> None:
    enrolled.open_again()
    assert isinstance(enrolled.window.page, UnlockView)
    for _attempt in range(3):
        enrolled.type("unlock.passphrase", "une autre phrase")
        enrolled.press("unlock.go")
        until(lambda: not enrolled.window.tasks.busy, "the answer")
    line = enrolled.find(QLineEdit, "unlock.passphrase")
    words = enrolled.find(QLabel, "unlock.passphrase_error").text()
    assert "n’ouvre pas" in words and "Nouvel essai dans" in words
    assert line.selectedText() == line.text() != ""
    until(lambda: enrolled.find(QLabel, "unlock.passphrase_error").text().endswith("clavier."), "the pause is over")
    enrolled.unlock()


def test_the_locked_window_names_nobody(enrolled: Stage) -> None:
    enrolled.open_again()
    texts = [label.text() for label in enrolled.window.findChildren(QLabel)] + [enrolled.window.windowTitle()]
    assert not any("Koné" in text or "Antenne" in text for text in texts)


def test_a_store_of_a_newer_version_is_refused_in_words(enrolled: Stage) -> None:
    enrolled.open_again()
    slots = enrolled.station.directory / "keyslots.json"
    plain = json.loads(slots.read_bytes())
    plain["format"] = 99
    slots.write_bytes(json.dumps(plain).encode())
    enrolled.type("unlock.passphrase", PASSPHRASE)
    enrolled.press("unlock.go")
    view = enrolled.window.page
    assert isinstance(view, UnlockView)
    until(lambda: "version plus récente" in view.message, "the words")


def test_locking_restarts_and_unlocking_restores_the_very_screen(enrolled: Stage) -> None:
    workspace = enrolled.window.workspace
    assert workspace is not None
    citizen = workspace.create_citizen({"family_name": "DIALLO", "given_names": "Aminata"}).record
    enrolled.go(Route(route.CITIZEN, citizen))
    QTest.keyClick(enrolled.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    until(lambda: enrolled.restarts == 1, "the restart")
    enrolled.open_again()
    enrolled.unlock()
    assert enrolled.shell.current.route() == Route(route.CITIZEN, citizen)
    until(lambda: enrolled.find(QLabel, "citizen.name").text() == "DIALLO Aminata", "the citizen")


@pytest.mark.parametrize("way", ["rail", "keys", "escape", "at once"])
def test_locking_on_home_comes_back_to_home(enrolled: Stage, way: str) -> None:
    workspace = enrolled.window.workspace
    assert workspace is not None
    enrolled.publish("acte-etat-civil")
    citizen = make_citizen(workspace)
    case = enrolled.station.desk(workspace, "fr").new_case("acte-etat-civil", citizen).case_id
    enrolled.go(Route(route.CITIZEN, citizen))
    if way == "at once":
        enrolled.shell.go(Route(route.CASE, case))
    else:
        enrolled.go(Route(route.CASE, case))
    if way == "keys":
        QTest.keyClick(enrolled.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    elif way == "escape":
        while enrolled.shell.current.route().screen != route.HOME:
            QTest.keyClick(enrolled.window, Qt.Key.Key_Escape)
    else:
        enrolled.press("rail.home")
    QTest.keyClick(enrolled.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    until(lambda: enrolled.restarts == 1, "the restart")
    enrolled.open_again()
    enrolled.unlock()
    assert enrolled.shell.current.route() == Route()


def test_a_route_of_another_version_leads_home(enrolled: Stage) -> None:
    workspace = enrolled.window.workspace
    assert workspace is not None
    enrolled.window.close()
    opened = enrolled.station.unlock(PASSPHRASE)
    opened.remember(ROUTE, json.dumps({"screen": "of_tomorrow"}))
    opened.close()
    enrolled.open_again()
    enrolled.unlock()
    assert enrolled.shell.current.route() == Route()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_preferences_hold_nothing_personal(enrolled: Stage) -> None:
    enrolled.window.choose_language("en")
    enrolled.quiet()
    text = (enrolled.station.directory / "desktop.ini").read_text("utf-8")
    assert "language=en" in text and "Kon" not in text
