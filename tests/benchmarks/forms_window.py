"""The form of a thousand questions in its window: each key press until it is painted, beside a bare line of Qt.

A process of its own; prints one line of JSON, in milliseconds: ``open`` (document -> first page painted), ``key`` (a
digit), ``leave`` (Tab: the answer goes through the engine and comes back to the page) and ``bare`` (a digit in a bare
field).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop.forms.view import FormView
from desktop.tasks import Tasks
from desktop.theme.manager import Mode, theme
from forms.definition import parse_form
from tests.benchmarks.forms_made import place
from tests.benchmarks.gui_window import queued_ms
from tests.support.form_sessions import TODAY, MemoryForm

LONGEST_S = 30.0


class Painted(QObject):
    """Remembers that a widget was painted."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.seen = False
        watched.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return False


def until(true: Callable[[], bool]) -> None:
    """Let events happen until something is true."""
    end = time.monotonic() + LONGEST_S
    while not true():
        QApplication.processEvents()
        if time.monotonic() > end:
            raise TimeoutError("the window does not come to rest")


class Watch:
    """Milliseconds by the clock since it was made, without those in which the GUI thread waited for a processor."""

    def __init__(self) -> None:
        self._begun, self._queued = time.perf_counter(), queued_ms()

    def ms(self) -> float:
        """So many until now."""
        return (time.perf_counter() - self._begun) * 1e3 - (queued_ms() - self._queued)


def pressed_ms(line: QLineEdit, key: Qt.Key) -> float:
    """From a key press to the first paint of the field after it."""
    painted = Painted(line)
    watch = Watch()
    QTest.keyClick(line, key)
    until(lambda: painted.seen)
    return watch.ms()


def filled(view: FormView, times: int) -> tuple[list[float], list[float]]:
    """Type a digit over the answer of field after field and leave it."""
    keys, leaves = [], []
    lines = [line for line in view.page.findChildren(QLineEdit) if line.isVisible() and line.isEnabled()]
    for number in range(times):
        line = lines[number % len(lines)]
        line.setFocus()
        QApplication.processEvents()
        line.selectAll()
        keys.append(pressed_ms(line, Qt.Key(Qt.Key.Key_2 + number % 7)))
        watch = Watch()
        QTest.keyClick(line, Qt.Key.Key_Tab)
        until(lambda: QApplication.focusWidget() is not line and not view._saver.busy)  # noqa: B023 (runs at once)
        QApplication.processEvents()
        leaves.append(watch.ms())
    return keys, leaves


def bare(times: int) -> list[float]:
    """Digits in a field that nothing belongs to."""
    line = QLineEdit()
    line.resize(400, 40)
    line.show()
    line.activateWindow()
    until(line.isActiveWindow)
    line.setFocus()
    taken = []
    for number in range(times):
        line.selectAll()
        taken.append(pressed_ms(line, Qt.Key(Qt.Key.Key_2 + number % 7)))
    line.close()
    return taken


def main() -> None:
    document, questions, times = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    _application = QApplication([sys.argv[0]])
    theme().start(Mode.LIGHT, 100)
    tasks = Tasks()
    plain = bare(times)
    opened: list[float] = []
    answered = {place(number).removeprefix("/data"): "5" for number in range(questions)}
    for _ in range(3):
        watch = Watch()
        form = MemoryForm(parse_form(document.read_bytes()), answered)
        view = FormView(form, tasks, today=TODAY, zone=UTC)  # type: ignore[arg-type]
        view.resize(1000, 700)
        painted = Painted(view)
        view.show()
        until(lambda: painted.seen and bool(view.findChildren(QLineEdit)))  # noqa: B023 (runs at once)
        QApplication.processEvents()
        opened.append(watch.ms())
    view.activateWindow()
    until(view.isActiveWindow)
    keys, leaves = filled(view, times)
    print(json.dumps({"open": opened, "key": keys, "leave": leaves, "bare": plain}), flush=True)
    view.close()
    tasks.close()


if __name__ == "__main__":
    main()
