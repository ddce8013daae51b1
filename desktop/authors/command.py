"""``main.py form``: without a window as ``sync.form_command`` does it; else the authors' bench.

Qt is imported only for the window: a form is checked and replayed where there is none.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from desktop.display import NO_DISPLAY, NO_DISPLAY_CODE, has_display
from sync import form_command

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.authors.window import BenchWindow


@dataclass
class Bench:
    """The running bench, for the event loop and for whoever drives it."""

    application: QApplication
    window: BenchWindow


def run_form(argv: Sequence[str]) -> int:
    """Run ``main.py form``; exit codes as :func:`sync.form_command.run_form`, 0 when the window is closed."""
    return form_command.run_form(argv, window=_run)


def build(options: argparse.Namespace, now: datetime | None, zone: tzinfo) -> Bench:
    """Make the application and the bench's window, shown, without entering the event loop."""
    from PySide6.QtWidgets import QApplication

    from desktop import i18n
    from desktop.authors.window import BenchWindow
    from desktop.theme import theme

    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0]])
    application.setApplicationName("estafette")
    application.setApplicationDisplayName("Estafette")
    i18n.install(options.language or i18n.DEFAULT_LANGUAGE)
    theme().start()
    window = BenchWindow(options.file.resolve(), now=now, zone=zone, zone_name=options.timezone, seed=options.seed)
    application.setWindowIcon(theme().icon("clipboard-check", "accent", size=64))
    window.show()
    window.begin()
    return Bench(application, window)


def _run(options: argparse.Namespace, now: datetime | None, zone: tzinfo) -> int:
    if not has_display(os.environ):
        print(NO_DISPLAY, file=sys.stderr)
        return NO_DISPLAY_CODE
    bench = build(options, now, zone)
    from PySide6.QtCore import QTimer

    gc.freeze()
    sys.excepthook = bench.window.tell_bug
    signal.signal(signal.SIGTERM, lambda *_what: bench.window.close())
    # Python sees a signal only between its own instructions: the timer lets it look while Qt waits.
    wake = QTimer(interval=500)
    wake.timeout.connect(lambda: None)
    wake.start()
    return bench.application.exec()
