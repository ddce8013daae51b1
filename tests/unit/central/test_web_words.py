"""Words, dates and numbers of console and portal."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from central.web.words import Words, best_language

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_dates_are_written_as_people_write_them_in_the_reader_s_zone() -> None:
    late_evening = at("2026-10-31T23:30:00")  # already the first of November in Paris
    assert Words("fr", PARIS).date(late_evening) == "dimanche 1er novembre 2026"
    assert Words("en", PARIS).date(late_evening) == "Sunday, 1 November 2026"
    assert Words("fr", PARIS).moment(late_evening) == "dimanche 1er novembre 2026 à 00:30"


def test_an_iso_date_is_written_out_and_anything_else_stays_as_typed() -> None:
    words = Words("fr", PARIS)
    assert words.calendar_day("1987-04-03") == "3 avril 1987"
    assert words.calendar_day("vers 1950") == "vers 1950"


def test_numbers_are_grouped_by_language() -> None:
    assert Words("fr", PARIS).number(12345) == "12\u202f345"
    assert Words("en", PARIS).number(12345) == "12,345"


def test_plurals_follow_french_rules() -> None:
    words = Words("fr", PARIS)
    one, many = "saved %(count)s answer", "saved %(count)s answers"
    assert words.plural(one, many, 0) == "a enregistré 0 réponse"
    assert words.plural(one, many, 2) == "a enregistré 2 réponses"


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, None, "fr"),
        (None, "de,es;q=0.9", "fr"),
        (None, "en-GB,en;q=0.9,fr;q=0.8", "en"),
        (None, "en;q=0.2, fr;q=0.9", "fr"),
        (None, "en;q=oops,fr", "fr"),
        (None, "en;q=0", "fr"),
        ("en", "fr", "en"),
        ("tlh", "en", "en"),
    ],
)
def test_the_reader_s_choice_wins_then_the_browser_then_french(
    chosen: str | None, accepted: str | None, language: str
) -> None:
    assert best_language(chosen, accepted) == language
