from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.words import date_words, distance, fold, prefix_distance, sort_key, words

text = st.text(alphabet="abcde", max_size=7)


@pytest.mark.parametrize(
    ("a", "b", "errors"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("jean", "jaen", 1),
        ("dupond", "dupont", 1),
        ("abc", "cab", 2),
        ("kitten", "sitting", 3),
    ],
)
def test_typing_errors_are_counted(a: str, b: str, errors: int) -> None:
    assert distance(a, b, 3) == errors
    assert distance(a, b, 0) == min(errors, 1)


@given(text, text)
def test_distance_is_symmetric_and_zero_only_for_equals(a: str, b: str) -> None:
    assert distance(a, b, 9) == distance(b, a, 9)
    assert (distance(a, b, 9) == 0) == (a == b)
    assert distance(a, b, 2) == min(distance(a, b, 9), 3)


@given(st.text())
def test_folding_again_changes_nothing_and_words_are_plain(value: str) -> None:
    assert words(" ".join(words(value))) == words(value)
    assert all(word and " " not in word for word in words(value))


def test_beginnings_are_near() -> None:
    assert prefix_distance("lefev", "lefevre", 1) == 0
    assert prefix_distance("lefbv", "lefebvre", 1) == 1
    assert prefix_distance("abc", "xyz", 1) == 2


def test_folding_takes_accents_and_ligatures() -> None:
    assert fold("Œuvre ÉTÉ Straße Æ") == "oeuvre ete strasse ae"
    assert sort_key("Étienne", "Zoé") == "etienne zoe"


def test_dates_are_spelt_as_people_type_them() -> None:
    assert date_words("1951-03-07") == "07 03 1951 07031951"
    assert date_words("unknown") == "unknown"
