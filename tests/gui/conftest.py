"""Every GUI test without a screen, dressed as the program is, in French unless it asks otherwise."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop import i18n
from desktop.theme import Mode, theme
from desktop.words import dates
from tests.support.stage import Stage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Qt's offscreen plugin says so of every window of its own, such as the help.
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", extend=True))


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> Iterator[None]:
    theme().start(Mode.LIGHT, 100)
    i18n.install("fr")
    dates.use_zone(None)
    yield
    theme().choose(mode=Mode.LIGHT, percent=100)


@pytest.fixture
def stage(tmp_path: Path, qapp: QApplication) -> Iterator[Stage]:
    """One computer that is not enrolled yet."""
    made = Stage(tmp_path / "workspace")
    yield made
    made.close()


@pytest.fixture
def enrolled(stage: Stage) -> Stage:
    """One computer whose agent has just enrolled it."""
    stage.enrol()
    return stage
