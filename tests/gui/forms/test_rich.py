"""Formatted words of a form on the screen."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.forms import rich
from desktop.forms.blocks import NoteBlock
from desktop.theme import Mode, theme
from desktop.theme.tokens import TEXT_CONTRAST, contrast
from forms.markup import segments
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import settle
from tests.support.form_sessions import MemoryForm


def shown(text: str) -> QLabel:
    label = QLabel()
    rich.put(label, "words", segments(text))
    return label


def test_the_authors_emphasis_is_on_the_page(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    view.go_to("/money")
    settle(qtbot, view)
    note = view.page.block("/money/money_note")
    assert isinstance(note, NoteBlock)
    assert note.label.text() == "Comptez les revenus <i>nets</i> de <b>tous</b>."
    assert note.label.accessibleName() == note.question.label == "Comptez les revenus nets de tous."


def test_words_are_never_markup_of_qt(qtbot: QtBot) -> None:
    assert shown(r"**a** & \<img src=x\>").text() == "<b>a</b> &amp; &lt;img src=x&gt;"


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
@pytest.mark.parametrize("name", ["red", "yellow", "#7a0000", "#00f", "white", "black"])
def test_a_colour_is_shown_so_that_it_can_be_read(qtbot: QtBot, mode: Mode, name: str) -> None:
    theme().choose(mode=mode)
    text = shown(f'<span style="color: {name}">lisez</span>').text()
    colour = re.search(r"color: (#[0-9a-f]{6})", text)
    assert colour is not None
    for ground in ("surface_0", "surface_1", "surface_2"):
        assert contrast(colour[1], theme().colour(ground).name()) >= TEXT_CONTRAST


def test_a_colour_that_can_be_read_stays_and_no_colour_is_none(qtbot: QtBot) -> None:
    assert "color: #7a0000" in shown('<span style="color: #7a0000">lisez</span>').text()
    assert "color" not in shown('<span style="color: nonsense"><b>x</b></span>').text()


def test_a_link_leads_to_the_web_and_nowhere_else(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    label = shown("[le site](https://exemple.fr/)")
    assert label.textInteractionFlags() & Qt.TextInteractionFlag.LinksAccessibleByKeyboard
    label.linkActivated.emit("https://exemple.fr/")
    label.linkActivated.emit("file:///etc/passwd")
    assert [url.toString() for url in opened] == ["https://exemple.fr/"]
    rich.put(label, "plus rien", ())
    assert label.textFormat() == Qt.TextFormat.PlainText
