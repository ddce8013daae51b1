"""The one door to background work."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QThread
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from cases.errors import EnvironmentFault, EstafetteError
from desktop.tasks import Tasks


def test_a_result_arrives_on_the_gui_thread_and_the_work_ran_elsewhere(qtbot: QtBot) -> None:
    tasks, seen = Tasks(), []
    here = QThread.currentThread()
    tasks.read(tasks, threading.get_ident, lambda ident: seen.append((ident, QThread.currentThread() is here)))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != threading.get_ident() and seen[0][1]
    tasks.close()


def test_acts_run_in_the_order_they_were_asked(qtbot: QtBot) -> None:
    tasks, order = Tasks(), []
    for number in range(20):
        tasks.change(tasks, lambda number=number: order.append(number), lambda _done: None)
    qtbot.waitUntil(lambda: not tasks.busy)
    assert order == list(range(20))
    tasks.close()


def test_a_failure_goes_to_the_caller_else_to_the_strip(qtbot: QtBot) -> None:
    tasks, told = Tasks(), []

    def fail() -> None:
        raise EnvironmentFault("store.disk_full")

    def mine(error: EstafetteError) -> None:
        told.append(error.code)

    tasks.change(tasks, fail, lambda _done: None, mine)
    qtbot.waitUntil(lambda: told == ["store.disk_full"])
    with qtbot.waitSignal(tasks.refused) as refused:
        tasks.change(tasks, fail, lambda _done: None)
    assert refused.args[0].code == "store.disk_full"
    tasks.close()


def test_a_bug_is_raised_on_the_gui_thread(qtbot: QtBot) -> None:
    tasks = Tasks()
    with capture_exceptions() as caught:
        tasks.read(tasks, lambda: 1 // 0, lambda _done: None)
        qtbot.waitUntil(lambda: not tasks.busy)
    assert caught and caught[0][0] is ZeroDivisionError
    tasks.close()


def test_only_the_latest_read_of_a_key_is_delivered(qtbot: QtBot) -> None:
    tasks, seen = Tasks(), []
    gate = threading.Event()
    tasks.read(tasks, lambda: (gate.wait(10), "old")[1], seen.append, key="search")
    tasks.read(tasks, lambda: "new", seen.append, key="search")
    gate.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert seen == ["new"]
    tasks.close()


def test_a_screen_that_is_gone_gets_nothing(qtbot: QtBot) -> None:
    tasks, seen = Tasks(), []
    screen, gate = QObject(), threading.Event()
    tasks.read(screen, lambda: gate.wait(10), seen.append)
    screen.deleteLater()
    qtbot.waitSignal(screen.destroyed, timeout=2000).wait()
    gate.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert seen == []
    tasks.close()
