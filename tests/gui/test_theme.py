"""Colours that can be read, icons that exist, and no raw colour outside the tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from cases import resources
from desktop.theme import Mode, theme
from desktop.theme.manager import FAMILY, high_contrast
from desktop.theme.tokens import DARK, LIGHT, PAIRS, Tokens, contrast, names

DESKTOP = Path(__file__).resolve().parent.parent.parent / "desktop"


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_each_pair_of_tokens_can_be_read(tokens: Tokens, ink: str, ground: str, least: float) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= least


def test_contrast_agrees_with_the_ends_of_its_scale() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


def test_no_colour_is_written_outside_the_tokens() -> None:
    raw = re.compile(r"""["'#]#?[0-9A-Fa-f]{6}\b["';]|QColor\(\s*["'\d]""")
    guilty = [
        str(path.relative_to(DESKTOP))
        for path in DESKTOP.rglob("*.py")
        if path.name != "tokens.py" and raw.search(path.read_text("utf-8"))
    ]
    assert guilty == []


def test_every_icon_that_the_code_names_is_there() -> None:
    have = {path.stem for path in resources.directory("icons").glob("*.svg")}
    call = re.compile(
        r"""(?:icon=|icon\(|give_icon\(\w+, |Empty\(\s*|tool_button\(|pixmap\(|Banner\([^)]*icon=)"([a-z0-9-]+)\""""
    )
    named = {name for path in DESKTOP.rglob("*.py") for name in call.findall(path.read_text("utf-8"))}
    assert named - have - set(names()) == set()


def test_text_grows_with_the_chosen_size(qtbot: QtBot) -> None:
    line = QLabel("Mme Koné")
    qtbot.addWidget(line)
    line.show()
    small = line.sizeHint().height()
    theme().choose(percent=200)
    assert line.sizeHint().height() >= 1.8 * small
    assert theme().px(16) == 32


def test_the_bundled_font_is_used(qapp: QApplication) -> None:
    assert qapp.font().family() == FAMILY


def test_dark_is_dark_and_announced(qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme().changed):
        theme().choose(mode=Mode.DARK)
    assert theme().is_dark
    assert theme().colour("surface_0") == QColor(DARK.surface_0)


def test_high_contrast_takes_the_systems_own_palette() -> None:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor("black"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("yellow"))
    tokens = high_contrast(palette)
    assert (tokens.surface_0, tokens.ink, tokens.critical) == ("#000000", "#ffff00", "#ffff00")
