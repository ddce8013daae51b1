"""One start of a window in a process of its own: ours to the unlocked home screen, or a bare one with the same key.

Prints one line of JSON when the window can be used. Imports nothing before it knows which: that is part of a start.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CPU, WALL = "cpu_s", "wall_s"
OURS, BARE = "ours", "bare"
READY = "Bonjour"


def forget(modules: str) -> None:
    """Take away what an agent's computer does not have: only the other front doors and the developers need it."""
    sys.modules.update(dict.fromkeys(modules.split(",")))  # type: ignore[arg-type]


def _usable(begun: str) -> None:
    print(json.dumps({CPU: time.process_time(), WALL: time.monotonic() - float(begun)}), flush=True)


def run_ours(begun: str, workspace: str, secrets: str, passphrase: str) -> int:
    """Start as the program does, give the passphrase once it is asked for, end once the home screen is drawn."""
    import main

    main.start_quietly()
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QLabel, QLineEdit

    from desktop.application import build
    from desktop.screens.unlock.view import UnlockView

    class OncePainted(QObject):
        """Calls back after the first paint of a label that has words, or of anything else."""

        def __init__(self, watched: QObject, then: Callable[[], None]) -> None:
            super().__init__(watched)
            self._then: Callable[[], None] | None = then
            watched.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            empty = isinstance(watched, QLabel) and not watched.text()
            if event.type() == QEvent.Type.Paint and not empty and self._then is not None:
                then, self._then = self._then, None
                QTimer.singleShot(0, then)
            return False

    program = build(["--workspace", workspace, "--device-secret-file", secrets])
    window = program.window
    gate = window.page
    assert isinstance(gate, UnlockView)

    def unlock() -> None:
        line = gate.findChild(QLineEdit, "unlock.passphrase")
        assert line is not None
        line.setText(passphrase)
        gate.unlock()

    def opened() -> None:
        assert window.shell is not None
        greeting = window.shell.current.findChild(QLabel, "home.hello")
        assert greeting is not None
        OncePainted(greeting, done)

    def done() -> None:
        _usable(begun)
        window.close()

    window.unlocked.connect(opened)
    OncePainted(gate, unlock)
    return program.application.exec()


def run_bare(begun: str, slot: str, passphrase: str) -> int:
    """Show an empty main window, derive a key at the cost that the slot names, and show that it is there."""
    from argon2.low_level import Type, hash_secret_raw
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

    cost = json.loads(Path(slot).read_text())["slots"][0]
    application = QApplication([sys.argv[0]])
    window = QMainWindow()
    label = QLabel("…")
    window.setCentralWidget(label)
    window.resize(1366, 768)

    class Painted(QObject):
        """The first paint is followed by the derivation, the first one after that is the end."""

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and steps and (len(steps) == 2 or label.text() == READY):
                QTimer.singleShot(0, steps.pop(0))
            return False

    def derive() -> None:
        salt, passes, memory_kib, lanes = bytes.fromhex(cost["salt"]), cost["passes"], cost["memory_kib"], cost["lanes"]
        hash_secret_raw(passphrase.encode(), salt, passes, memory_kib, lanes, 32, Type.ID)
        label.setText(READY)

    def done() -> None:
        _usable(begun)
        window.close()

    steps = [derive, done]
    painted = Painted()
    label.installEventFilter(painted)
    window.show()
    return application.exec()


if __name__ == "__main__":
    runs: dict[str, Callable[..., int]] = {OURS: run_ours, BARE: run_bare}
    forget(sys.argv[2])
    sys.exit(runs[sys.argv[1]](*sys.argv[3:]))
