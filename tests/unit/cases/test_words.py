from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.words import date_words, errors, fold, one_error_away, sort_key, words

text = st.text(alphabet="abcde", max_size=7)


def distance(a: str, b: str) -> int:
    """Return the restricted Damerau-Levenshtein distance, row by row as it is defined."""
    rows = [list(range(len(b) + 1))]
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            cost = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("jean", "jaen", 1),
        ("dupond", "dupont", 1),
        ("abc", "cab", 2),
        ("kitten", "sitting", 3),
    ],
)
def test_typing_errors_are_counted(a: str, b: str, count: int) -> None:
    assert errors(a, b, 3) == distance(a, b) == count
    assert errors(a, b, 0) == min(count, 1)


@given(text, text, st.integers(0, 3))
def test_errors_are_the_distance_up_to_the_limit(a: str, b: str, limit: int) -> None:
    assert errors(a, b, limit) == min(distance(a, b), limit + 1)
    nearest = min(distance(a, b[:end]) for end in range(len(b) + 1))
    assert errors(a, b, limit, unfinished=True) == min(nearest, limit + 1)


@given(st.text(alphabet="abc", max_size=4))
def test_one_error_away_is_all_that_is_one_error_away(typed: str) -> None:
    away = one_error_away(typed)
    assert len(set(away)) == len(away)
    assert all(distance(typed, other) == 1 for other in away)
    here = {"".join(letters) for size in range(6) for letters in itertools.product("ab", repeat=size)}
    assert {other for other in here if distance(typed, other) == 1} <= set(away)


@given(st.text())
def test_folding_again_changes_nothing_and_words_are_plain(value: str) -> None:
    assert words(" ".join(words(value))) == words(value)
    assert all(word and " " not in word for word in words(value))


def test_beginnings_are_near() -> None:
    assert errors("lefev", "lefevre", 1, unfinished=True) == 0
    assert errors("lefbv", "lefebvre", 1, unfinished=True) == 1
    assert errors("abc", "xyz", 1, unfinished=True) == 2


def test_folding_takes_accents_and_ligatures() -> None:
    assert fold("Œuvre ÉTÉ Straße Æ") == "oeuvre ete strasse ae"
    assert sort_key("Étienne", "Zoé") == "etienne zoe"


def test_dates_are_spelt_as_people_type_them() -> None:
    assert date_words("1951-03-07") == "07 03 1951 07031951"
    assert date_words("unknown") == "unknown"
