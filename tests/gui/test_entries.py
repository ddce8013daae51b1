"""What the enrolment and citizen forms understand and refuse."""

from __future__ import annotations

from datetime import date

import pytest

from desktop.screens.citizens.model import check, guess_fields, parse_date
from desktop.screens.unlock.view import delay_s
from desktop.screens.welcome.model import Entries, passphrase_hint, problems

TODAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("030425", date(2025, 4, 3)),
        ("030450", date(1950, 4, 3)),
        ("03041950", date(1950, 4, 3)),
        ("3/4/1950", date(1950, 4, 3)),
        ("3.4.50", date(1950, 4, 3)),
        ("3 4 1950", date(1950, 4, 3)),
        ("1950-04-03", date(1950, 4, 3)),
        ("041126", date(1926, 11, 4)),
        ("031126", date(2026, 11, 3)),
        ("31/02/1990", None),
        ("avril 1950", None),
        ("3450", None),
        ("", None),
    ],
)
def test_dates_as_they_are_typed(typed: str, understood: date | None) -> None:
    assert parse_date(typed, TODAY) == understood


def test_a_good_citizen_is_tidied() -> None:
    typed = {
        "family_name": " koné ",
        "given_names": "Awa  Marie",
        "birth_date": "3/4/1950",
        "phone": "+33 6.12.34.56.78",
        "postcode": "18 200",
        "email": "awa@exemple.fr",
    }
    checked = check(typed, TODAY)
    assert checked.problems == {}
    assert checked.fields == {
        "family_name": "KONÉ",
        "given_names": "Awa Marie",
        "birth_date": "1950-04-03",
        "phone": "06 12 34 56 78",
        "postcode": "18200",
        "email": "awa@exemple.fr",
    }


@pytest.mark.parametrize(
    ("field", "typed", "part"),
    [
        ("family_name", "", "Indiquez le nom"),
        ("birth_date", "hier", "Ce n’est pas une date"),
        ("birth_date", "3/4/2031", "futur"),
        ("birth_date", "3/4/1850", "130 ans"),
        ("phone", "12 34", "dix chiffres"),
        ("email", "awa@", "courriel"),
        ("postcode", "1820", "cinq chiffres"),
    ],
)
def test_each_bad_value_is_explained_at_its_field(field: str, typed: str, part: str) -> None:
    good = {"family_name": "KONÉ", "given_names": "Awa", "birth_date": "3/4/1950"}
    assert part in check({**good, field: typed}, TODAY).problems[field]


def test_what_was_searched_is_not_typed_twice() -> None:
    assert guess_fields("KONÉ Awa 03041950") == {
        "family_name": "KONÉ",
        "given_names": "Awa",
        "birth_date": "03041950",
    }
    assert guess_fields("koné awa") == {"family_name": "KONÉ", "given_names": "Awa"}
    assert guess_fields("") == {}


def entries(**given: str) -> Entries:
    good = {
        "server": "estafette.example.fr",
        "code": "ab-12 cd34",
        "device": "Accueil",
        "passphrase": "cheval pile agrafe correcte jardin",
        "again": "cheval pile agrafe correcte jardin",
    }
    return Entries(**{**good, **given})


def test_good_entries_have_no_problem_and_reach_the_wire_tidied() -> None:
    assert problems(entries()) == {}
    assert entries().server_url == "https://estafette.example.fr"
    assert entries().plain_code == "AB12CD34"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("server", ""),
        ("server", "http://estafette.example.fr"),
        ("server", "ftp://x"),
        ("server", "https://[::1"),
        ("code", "AB"),
        ("device", "  "),
        ("passphrase", "courte"),
        ("again", "autre chose"),
    ],
)
def test_each_bad_entry_is_said_at_its_field(field: str, typed: str) -> None:
    assert problems(entries(**{field: typed})).keys() >= {field}


def test_this_very_computer_may_be_reached_without_tls() -> None:
    assert problems(entries(server="http://127.0.0.1:8420")) == {}


def test_the_passphrase_hint_follows_the_typing() -> None:
    assert "Cinq mots" in passphrase_hint("")
    assert "trop court" in passphrase_hint("abc")
    assert "convient" in passphrase_hint("cheval pile agrafe correcte jardin")


def test_waiting_grows_after_the_second_wrong_passphrase() -> None:
    assert [delay_s(failures) for failures in range(1, 10)] == [0, 0, 1, 2, 4, 8, 16, 30, 30]
