"""The form view in a window of its own, dressed as the program is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC

import pytest
from pytestqt.qtbot import QtBot

from desktop.forms.view import FormView
from desktop.tasks import Tasks
from tests.support.form_sessions import CHOICES, SURVEY, TODAY, MemoryForm, definition_of


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    door = Tasks()
    yield door
    door.close()


@pytest.fixture
def form() -> MemoryForm:
    return MemoryForm(definition_of(SURVEY, CHOICES))


Show = Callable[..., FormView]


@pytest.fixture
def show(qtbot: QtBot, tasks: Tasks) -> Show:
    """Give a function that shows an open form in a window and waits for it. pytest-qt closes the windows."""

    def show_form(form: MemoryForm, *, width: int = 1000, height: int = 700, read_only: bool = False) -> FormView:
        view = FormView(form, tasks, today=TODAY, zone=UTC, read_only=read_only)  # type: ignore[arg-type]
        qtbot.addWidget(view)
        view.resize(width, height)
        with qtbot.waitExposed(view):
            view.show()
        view.activateWindow()
        qtbot.waitUntil(view.isActiveWindow)
        return view

    return show_form


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of each thing that a screen would do that it cannot."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))
