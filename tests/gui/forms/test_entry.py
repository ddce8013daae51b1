"""What people type into dates, times and numbers, and what is stored for it."""

from __future__ import annotations

from datetime import date, time

import pytest

from desktop.forms import entry

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("030425", date(2025, 4, 3)),
        ("03041950", date(1950, 4, 3)),
        ("030450", date(1950, 4, 3)),
        ("0304", date(2026, 4, 3)),
        ("3/4", date(2026, 4, 3)),
        ("3/4/1950", date(1950, 4, 3)),
        ("3/4/50", date(1950, 4, 3)),
        ("03.04.1950", date(1950, 4, 3)),
        ("3-4-1950", date(1950, 4, 3)),
        (" 3  4 1950 ", date(1950, 4, 3)),
        ("1950-04-03", date(1950, 4, 3)),
        ("19500403", date(1950, 4, 3)),
        ("3 avril 1950", date(1950, 4, 3)),
        ("1er août 1950", date(1950, 8, 1)),
        ("3 févr. 50", date(1950, 2, 3)),
        ("3 April 1950", date(1950, 4, 3)),
        ("29/02/2024", date(2024, 2, 29)),
        ("3/4/29", date(2029, 4, 3)),
        ("3/4/30", date(1930, 4, 3)),
    ],
)
def test_a_date_is_read_as_people_type_it(typed: str, meant: date) -> None:
    assert entry.parse_date(typed, today=TODAY) == meant
    assert entry.stored_date(typed, today=TODAY) == meant.isoformat()


@pytest.mark.parametrize(
    "typed", ["31/02/2025", "3", "12345", "3/13/2025", "jamais", "3 ju 1950", "32/1", "0/0", "1/2/3/4"]
)
def test_what_is_no_date_is_kept_as_typed(typed: str) -> None:
    assert entry.parse_date(typed, today=TODAY) is None
    assert entry.stored_date(typed, today=TODAY) == typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9", time(9)),
        ("9h", time(9)),
        ("9h30", time(9, 30)),
        ("14 h 05", time(14, 5)),
        ("09:30", time(9, 30)),
        ("930", time(9, 30)),
        ("0930", time(9, 30)),
        ("9.30", time(9, 30)),
        ("23:59:58", time(23, 59, 58)),
        ("235958", time(23, 59, 58)),
    ],
)
def test_a_time_is_read_as_people_type_it(typed: str, meant: time) -> None:
    assert entry.parse_time(typed) == meant


@pytest.mark.parametrize("typed", ["25:00", "9h75", "midi", "99"])
def test_what_is_no_time_is_kept_as_typed(typed: str) -> None:
    assert entry.parse_time(typed) is None
    assert entry.stored_time(typed) == typed


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("12", "12"),
        ("1 234,5", "1234.5"),
        ("1234.5", "1234.5"),
        ("1\u202f234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567"),
        (",5", "0.5"),
        ("5,", "5"),
        ("-3,2", "-3.2"),
        ("\u22123", "-3"),
        ("+7", "7"),
        ("007", "7"),
        ("0,00", "0.00"),
        ("1 200 €", "1200"),
    ],
)
def test_a_number_takes_a_comma_or_a_point(typed: str, stored: str) -> None:
    assert entry.parse_decimal(typed) == stored


@pytest.mark.parametrize("typed", ["abc", "1,2,3", "--1", ".", "12 ans", "€"])
def test_what_is_no_number_is_kept_as_typed(typed: str) -> None:
    assert entry.parse_decimal(typed) is None
    assert entry.stored_decimal(typed) == typed


def test_a_whole_number_has_no_fraction() -> None:
    assert entry.stored_integer("1 234") == "1234"
    assert entry.stored_integer("12,0") == "12"
    assert entry.stored_integer("12,5") == "12,5"


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0"])
def test_blank_clears_the_answer(blank: str) -> None:
    assert entry.stored_date(blank, today=TODAY) is None
    assert entry.stored_decimal(blank) is None


def test_stored_values_are_shown_as_people_write_them() -> None:
    assert entry.shown_date("1950-04-03") == "03/04/1950"
    assert entry.shown_date("31/02") == "31/02"
    assert entry.shown_number("1234.5") == "1234,5"
    assert entry.shown_number("1.2.3") == "1.2.3"
    assert entry.shown_time("09:30:00.000") == "09:30"
    assert entry.shown_time("midi") == "midi"
    assert (entry.shown_date(None), entry.shown_number(None), entry.shown_time(None)) == ("", "", "")
