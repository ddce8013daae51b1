"""Positions, codes, hidden text, counts, bearings, months and years: typed as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop.forms import entry, words
from desktop.forms.blocks import ValueBlock
from desktop.forms.editors.places import PlaceEditor, PlacesEditor
from desktop.forms.editors.special import AddressEditor, BearingEditor, CounterEditor, MaskedEditor
from desktop.forms.editors.typed import DateEditor
from desktop.forms.left_out import LeftOutBlock
from desktop.forms.places import parse_position, shown_places, stored_line, stored_position
from desktop.theme import Mode, theme
from tests.gui.forms.conftest import Show
from tests.gui.forms.keys import field, focused, settle, tab, write
from tests.gui.forms.test_access import clipped
from tests.support.form_sessions import TODAY, MemoryForm, definition_of

SURVEY = (
    ("geopoint", "here", "Lieu", {}),
    ("geoshape", "field", "Parcelle", {}),
    ("barcode", "code", "Code", {}),
    ("text", "after", "Ensuite", {}),
    ("text", "secret", "Mot de passe", {"appearance": "masked"}),
    ("text", "site", "Site", {"appearance": "url"}),
    ("integer", "count", "Moutons", {"appearance": "counter"}),
    ("decimal", "way", "Cap", {"appearance": "bearing"}),
    ("date", "month", "Mois", {"appearance": "month-year"}),
    ("date", "year", "Année", {"appearance": "year"}),
    ("date", "plain", "Jour", {"appearance": "no-calendar"}),
    ("date", "other", "Jour éthiopien", {"appearance": "ethiopian"}),
    ("image", "photo", "Photo", {"required": "yes"}),
)


@pytest.fixture
def form() -> MemoryForm:
    return MemoryForm(definition_of(SURVEY))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("48,85 2,35", "48.85 2.35 0 0"),
        ("48.85, 2.35", "48.85 2.35 0 0"),
        ("48.85,2.35", "48.85 2.35 0 0"),
        ("48,85 ; 2,35", "48.85 2.35 0 0"),
        ("geo:48.85,2.35", "48.85 2.35 0 0"),
        ("-1,5 -2,5 120 5", "-1.5 -2.5 120 5"),
        ("48°51'24\"N 2°21'03\"E", "48.8566667 2.3508333 0 0"),
        ("48° 51′ 24″ N, 2° 21′ 3″ O", "48.8566667 -2.3508333 0 0"),
        ("N 48 51.4 E 2 21.05", "48.8566667 2.3508333 0 0"),
        ("2°21'E 48°51'N", "48.85 2.35 0 0"),
        ("48,85° Nord 2,35° Ouest", "48.85 -2.35 0 0"),
        ("Lat: 48.85 Lon: 2.35", "48.85 2.35 0 0"),
        ("48,2", None),
        ("95 2", None),
        ("48°75' 2°", None),
        ("près du puits", None),
    ],
)
def test_a_position_is_read_as_people_write_it(typed: str, stored: str | None) -> None:
    found = parse_position(typed)
    assert (found.stored() if found else None) == stored
    assert stored_position(typed) == (stored or typed), "what cannot be read stays as it was typed"


def test_a_surface_closes_itself_and_reads_back() -> None:
    stored = stored_line("48,85 2,35\n48,86 2,36\n48,87 2,3\n", closed=True)
    assert stored == "48.85 2.35 0 0; 48.86 2.36 0 0; 48.87 2.3 0 0; 48.85 2.35 0 0"
    assert stored_line(shown_places(stored, ","), closed=True) == stored
    assert stored_line("48,85 2,35\n48,86 2,36", closed=True) == "48,85 2,35\n48,86 2,36"
    assert stored_line("1 1; 2 2", closed=False) == "1 1 0 0; 2 2 0 0"


@pytest.mark.parametrize(
    ("typed", "month", "year"),
    [
        ("3/2026", "2026-03-01", "3/2026"),
        ("03 26", "2026-03-01", "03 26"),
        ("032026", "2026-03-01", "032026"),
        ("mars 1950", "1950-03-01", "mars 1950"),
        ("2026-03", "2026-03-01", "2026-03"),
        ("12/03/2026", "2026-03-01", "2026-01-01"),
        ("1950", "1950", "1950-01-01"),
        ("50", "50", "1950-01-01"),
        ("13/2026", "13/2026", "13/2026"),
    ],
)
def test_months_and_years_are_read(typed: str, month: str, year: str) -> None:
    assert entry.stored_month(typed, today=TODAY) == month
    assert entry.stored_year(typed, today=TODAY) == year
    assert entry.parse_month("mars", today=date(2026, 11, 23)) == date(2026, 3, 1)


def test_a_position_says_below_what_was_understood(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = write(view, "/here", "48°51'N 2°21'O")
    editor = field(view, "/here").editor
    assert isinstance(editor, PlaceEditor)
    qtbot.waitUntil(editor.echo.isVisible)
    tab(line)
    settle(qtbot, view)
    assert form.stored["/here"] == "48.85 -2.35 0 0"
    assert editor.echo.text() == words.place_text("48.85 -2.35 0 0") != ""
    assert editor.echo.text() in line.accessibleDescription()
    assert line.text() == "48°51'N 2°21'O", "what was typed stays as it was typed"  # type: ignore[attr-defined]
    view.undo()
    settle(qtbot, view)
    assert line.text() == ""  # type: ignore[attr-defined]
    view.redo()
    settle(qtbot, view)
    assert line.text() == f"48{words.decimal_sign()}85 -2{words.decimal_sign()}35"  # type: ignore[attr-defined]


def test_a_place_that_is_none_is_kept_and_told(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    tab(write(view, "/here", "au puits"))
    settle(qtbot, view)
    assert form.stored["/here"] == "au puits" and "Lieu" in field(view, "/here").status.told


def test_a_surface_is_pasted_line_by_line(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    area = view.editor("/field")
    assert isinstance(area, QPlainTextEdit)
    area.setFocus(Qt.FocusReason.TabFocusReason)
    area.insertPlainText("48,85 2,35\n48,86 2,36\n48,87 2,3")
    tab(area)
    settle(qtbot, view)
    editor = field(view, "/field").editor
    assert isinstance(editor, PlacesEditor)
    assert (form.stored["/field"] or "").count(";") == 3 and "3" in editor.echo.text()
    assert area.toPlainText().count("\n") == 2, "the corner that closes it was not typed and is not shown"
    assert field(view, "/field").status.told == words.saved_text()


def test_a_scanner_types_its_code_and_goes_on(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = write(view, "/code", " 0034 ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert focused(view) == "/after"
    settle(qtbot, view)
    assert form.stored["/code"] == " 0034 ", "sign by sign"


def test_hidden_text_is_shown_on_demand_and_hidden_when_left(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = write(view, "/secret", "soleil")
    editor = field(view, "/secret").editor
    assert isinstance(editor, MaskedEditor) and isinstance(line, QLineEdit)
    assert line.displayText() != "soleil"
    tab(line)
    assert QApplication.focusWidget() is editor.button
    QTest.keyClick(editor.button, Qt.Key.Key_Space)
    assert line.displayText() == "soleil" and "Mot de passe" in editor.button.accessibleName()
    tab(editor.button)
    assert line.displayText() != "soleil"
    settle(qtbot, view)
    assert form.stored["/secret"] == "soleil"


def test_an_address_is_copied_and_not_opened(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    write(view, "/site", "https://exemple.fr")
    editor = field(view, "/site").editor
    assert isinstance(editor, AddressEditor)
    editor.button.click()
    assert QApplication.clipboard().text() == "https://exemple.fr" and editor.echo.isVisible()


def test_a_counter_goes_up_and_down_and_never_below_nought(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    line = view.editor("/count")
    assert isinstance(field(view, "/count").editor, CounterEditor)
    line.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(line, key)
    tab(line)
    settle(qtbot, view)
    assert form.stored["/count"] == "1"


def test_a_bearing_says_its_direction(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    tab(write(view, "/way", "225,5"))
    settle(qtbot, view)
    editor = field(view, "/way").editor
    assert isinstance(editor, BearingEditor)
    assert form.stored["/way"] == "225.5" and editor.echo.text() == words.direction_text(225)
    assert words.direction_text(359) == words.direction_text(0) and words.direction_text(361) == ""


def test_a_month_and_a_year_are_typed_without_a_day(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    tab(write(view, "/month", "mars 26"))
    tab(write(view, "/year", "50"))
    settle(qtbot, view)
    assert (form.stored["/month"], form.stored["/year"]) == ("2026-03-01", "1950-01-01")
    assert view.editor("/month").text() == "03/2026" and view.editor("/year").text() == "1950"  # type: ignore[attr-defined]
    for path in ("/month", "/year", "/plain"):
        editor = field(view, path).editor
        assert isinstance(editor, DateEditor) and editor.button.isHidden()
        QTest.keyClick(view.editor(path), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        assert QApplication.activePopupWidget() is None


def test_another_calendar_is_told_as_not_offered(qtbot: QtBot, show: Show, form: MemoryForm) -> None:
    view = show(form)
    block = field(view, "/other")
    assert block.aside.isVisible() and block.aside.text() in view.editor("/other").accessibleDescription()


def test_what_a_desk_cannot_do_holds_nobody_up(qtbot: QtBot, show: Show) -> None:
    view = show(
        MemoryForm(definition_of((("image", "photo", "Photo", {"required": "yes"}), ("text", "name", "Nom", {}))))
    )
    block = view.page.block("/photo")
    assert isinstance(block, LeftOutBlock)
    assert block.said.text() in block.accessibleName()
    tab(write(view, "/name", "Koné"))
    with qtbot.waitSignal(view.submitRequested):
        view.request_submit()


def test_answers_read_in_words(qtbot: QtBot, show: Show) -> None:
    stored = {"/here": "48.85 -2.35 0 0", "/month": "2026-03-01", "/year": "1950-01-01"}
    view = show(MemoryForm(definition_of(SURVEY), stored), read_only=True)
    shown = {}
    for path in stored:
        block = view.page.block(path)
        assert isinstance(block, ValueBlock)
        shown[path] = block.value.text()
    assert shown == {"/here": words.place_text("48.85 -2.35 0 0"), "/month": "03/2026", "/year": "1950"}


@pytest.mark.parametrize("percent", [100, 200])
def test_nothing_is_clipped(qtbot: QtBot, show: Show, form: MemoryForm, percent: int) -> None:
    theme().choose(mode=Mode.LIGHT, percent=percent)
    view = show(form, width=900 if percent == 200 else 640)
    qtbot.waitUntil(lambda: clipped(view) == [], timeout=2000)
