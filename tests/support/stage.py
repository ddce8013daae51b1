"""The real window on a real encrypted store, with a central service in memory: for GUI tests and for pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QElapsedTimer, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from cases import resources
from cases.clock import SystemClock
from cases.ids import SystemRandomness
from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import DeviceSecrets, Ports
from cases.procedures import load_directory, to_bundle
from desktop import i18n
from desktop.route import Route
from desktop.shell.view import Shell
from desktop.station import Station
from desktop.theme import theme
from desktop.window import Window
from sync.agent import Agent
from tests.support.central_memory import MemoryCentral
from tests.support.faults import Faults
from tests.support.workspaces import CHEAP_KDF

PASSPHRASE = "cheval pile agrafe correcte jardin"
PROCEDURES = ("apa", "inscription-scolaire", "acte-etat-civil")
WAIT_MS = 15_000
SETTLE_MS = 130
"""Longer than the pauses that screens wait for a fast typist and for commits to gather."""
W = TypeVar("W", bound=QObject)
_bundles: dict[str, bytes] = {}


def bundle(procedure: str) -> bytes:
    """Return the bundle of one of our procedures; compiled once for all tests of a run."""
    if procedure not in _bundles:
        _bundles[procedure] = to_bundle(load_directory(resources.directory(f"procedures/{procedure}")))
    return _bundles[procedure]


class Stage:
    """One computer with its window. Press, type, then wait for what people would see."""

    def __init__(self, directory: Path, *, language: str = "fr", secrets: DeviceSecrets | None = None) -> None:
        self.central = MemoryCentral(SystemClock(), SystemRandomness())
        self.faults = Faults()
        self.restarts = 0
        ports = Ports(device_secrets=secrets or MemoryDeviceSecrets(), kdf=CHEAP_KDF)
        self.station = Station(
            directory, ports, transport_factory=lambda _url: self.central.transport(self.faults), restart=self._restart
        )
        i18n.install(language)
        self.window = Window(self.station)
        self.window.show()

    def _restart(self) -> None:
        self.restarts += 1

    @property
    def is_locked(self) -> bool:
        """No workspace is open in the window."""
        return self.window.workspace is None

    def open_again(self) -> None:
        """Begin the program anew on the same computer, as after locking or a crash."""
        self.close()
        self.window = Window(self.station)
        self.window.show()
        self.window.activateWindow()

    def close(self) -> None:
        """Close the window and let everything end."""
        window = self.window
        window.close()
        window.deleteLater()
        until(lambda: not shiboken6.isValid(window), "the window is gone")

    @property
    def shell(self) -> Shell:
        """The unlocked window's content."""
        assert self.window.shell is not None
        return self.window.shell

    def find(self, kind: type[W], name: str) -> W:
        """Return the widget of that object name on the visible screen, else any of that name."""
        found = [each for each in self.window.findChildren(kind, name)]
        assert found, f"no {kind.__name__} named {name}"
        shown = [each for each in found if not isinstance(each, QWidget) or each.isVisible()]
        return (shown or found)[0]

    def press(self, name: str) -> None:
        """Click a button, once it can be clicked."""
        until(lambda: self.find(QAbstractButton, name).isEnabled(), f"{name} enabled")
        QTest.mouseClick(self.find(QAbstractButton, name), Qt.MouseButton.LeftButton)

    def type(self, name: str, text: str) -> None:
        """Replace what is in a line by typing. Pasted, for offscreen has no keyboard map for accents."""
        line = self.find(QLineEdit, name)
        line.setFocus()
        line.selectAll()
        line.insert(text)
        line.textEdited.emit(line.text())

    def enrol(self, passphrase: str = PASSPHRASE) -> None:
        """Go through the enrolment screen."""
        self.type("enrol.server", "https://estafette.example.fr")
        self.type("enrol.code", self.central.enrolment_code("Awa Koné"))
        self.type("enrol.device", "Poste de l’accueil")
        self.type("enrol.passphrase", passphrase)
        self.type("enrol.passphrase_again", passphrase)
        self.press("enrol.go")
        until(lambda: self.window.shell is not None, "the shell after enrolment")
        self.quiet()

    def unlock(self, passphrase: str = PASSPHRASE) -> None:
        """Go through the unlock screen."""
        self.type("unlock.passphrase", passphrase)
        self.press("unlock.go")
        until(lambda: self.window.shell is not None, "the shell after unlocking")
        self.quiet()

    def agent(self) -> Agent:
        """Return the sync client; it is there a moment after the shell."""
        until(lambda: self.window.agent is not None, "the sync client")
        assert self.window.agent is not None
        return self.window.agent

    def publish(self, *procedures: str) -> None:
        """Offer procedures at the central service and wait until this computer holds them."""
        for procedure in procedures:
            self.central.publish(procedure, bundle(procedure))
        workspace = self.window.workspace
        assert workspace is not None
        for procedure in procedures:
            workspace.store_procedure(procedure, self.central.publish(procedure, bundle(procedure)), bundle(procedure))
        until(lambda: len(workspace.procedures()) >= len(procedures), "procedures")
        self.quiet()

    def go(self, route: Route) -> None:
        """Show a screen and wait until it is drawn."""
        self.shell.go(route)
        self.quiet()

    def quiet(self) -> None:
        """Wait until no background work is under way and its results are drawn."""
        until(lambda: not self.window.tasks.busy, "quiet")
        QTest.qWait(SETTLE_MS)
        until(lambda: not self.window.tasks.busy, "quiet")

    def picture(self, path: Path) -> None:
        """Save what the window shows."""
        self.quiet()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.window.grab().save(str(path))


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition while Qt works; AssertionError naming it when it does not come."""
    clock = QElapsedTimer()
    clock.start()
    while not condition():
        assert clock.elapsed() < WAIT_MS, f"waited in vain for: {what}"
        QTest.qWait(5)


def dress(percent: int = 100) -> None:
    """Dress the application once, then take a text size."""
    if not theme().started:
        theme().start()
    theme().choose(percent=percent)
