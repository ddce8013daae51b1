"""The desktop's front door: options, then one window."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

from cases.keys.device_secret import FileDeviceSecrets, KeyringDeviceSecrets, device_secret_directory
from cases.ports import Ports
from desktop import crash, i18n
from desktop.display import NO_DISPLAY, NO_DISPLAY_CODE, has_display
from desktop.station import Station, restart_program
from desktop.theme import theme
from desktop.window import Window
from sync.usage import SpokenParser


@dataclass
class Program:
    """The running desktop, for the event loop and for whoever drives it."""

    application: QApplication
    station: Station
    window: Window


def options(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = SpokenParser(prog="main.py desktop", description="The agent's window.")
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="folder of the workspace (default: per user)")
    parser.add_argument("--language", choices=tuple(i18n.LANGUAGES), help="language of the screens")
    parser.add_argument(
        "--device-secret-file",
        nargs="?",
        type=Path,
        const=device_secret_directory(),
        metavar="DIR",
        help="by policy, where a computer has no keyring: keep the device secret in a file in this folder"
        " (default: %(const)s)",
    )
    return parser.parse_args(argv)


def build(argv: list[str], *, restart: Callable[[], None] = restart_program) -> Program:
    """Make the application and its window, shown, without entering the event loop.

    Args:
        argv: as for ``run_desktop``.
        restart: what locking does once everything is closed.
    """
    chosen = options(argv)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0]])
    application.setApplicationName("estafette")
    application.setApplicationDisplayName("Estafette")
    directory = chosen.workspace or default_directory()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    secrets = FileDeviceSecrets(chosen.device_secret_file) if chosen.device_secret_file else KeyringDeviceSecrets()
    station = Station(directory.resolve(), Ports(device_secrets=secrets), restart=restart)
    i18n.install(chosen.language or station.preferences.language)
    theme().start(station.preferences.mode, station.preferences.percent)
    window = Window(station)
    application.setWindowIcon(theme().icon("folder-open", "accent", size=64))
    window.show()
    if not gc.isenabled():
        # See main.start_quietly. What there is now stays, and is not looked at again.
        gc.freeze()
        gc.enable()
    return Program(application, station, window)


def default_directory() -> Path:
    """Return this account's folder for the workspace."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))


def run_desktop(argv: list[str]) -> int:
    """Open the window and stay until it is closed; returns the process's exit code, 3 where there is no screen."""
    if not has_display(os.environ):
        # Help and wrong options first: they need no screen.
        options(argv)
        print(NO_DISPLAY, file=sys.stderr)
        return NO_DISPLAY_CODE
    program = build(argv)
    crash.install(program.station.directory / "crash", lambda: _tell(program.window))
    signal.signal(signal.SIGTERM, lambda *_what: program.window.close())
    # Python sees a signal only between its own instructions: the timer lets it look while Qt waits.
    wake = QTimer(interval=500)
    wake.timeout.connect(lambda: None)
    wake.start()
    return program.application.exec()


def _tell(window: Window) -> None:
    if window.shell is not None:
        words = window.tr("Something unexpected happened. What was saved is safe; go on, or start Estafette again.")
        window.shell.say(words, "critical")
