"""Lists: reading CSV files and searching labels."""

from __future__ import annotations

import pytest

from forms.errors import FormRefused
from forms.tables import SearchIndex, Table, fold, read_csv


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Saint-Étienne", "saint etienne"), ("L'Œuf", "l oeuf"), ("Aix’s", "aix s"), ("ÇA", "ca"), ("Straße", "strasse")],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_better_matches_come_first_and_each_label_once() -> None:
    labels = ["Le Vaux-Vaux", "Devaux", "Vauxbuin", "Vaux", "Ambert"]
    assert [labels[hit] for hit in SearchIndex(labels).find("vaux", 10)] == [
        "Vaux",
        "Vauxbuin",
        "Le Vaux-Vaux",
        "Devaux",
    ]
    assert SearchIndex(labels).find("vaux", 2) == [3, 2]
    assert SearchIndex(labels).find("", 3) == [0, 1, 2]
    assert SearchIndex(labels).find("zzz", 3) == []
    assert SearchIndex([]).find("a", 3) == []


def test_a_match_never_runs_over_into_the_next_label() -> None:
    assert SearchIndex(["ab", "cd"]).find("b\nc", 5) == []
    assert SearchIndex(["ab", "b c"]).find("b\nc", 5) == [1]


def test_search_agrees_with_a_plain_scan() -> None:
    labels = [f"{first}{second} {third}" for first in "abc" for second in "abc" for third in ("ba", "c-a", "Éa")]
    index = SearchIndex(labels)
    for text in ("a", "ab", "a b", "ea", "c a", "bb", "b e"):
        expected = {position for position, label in enumerate(labels) if text in fold(label)}
        assert set(index.find(text, 100)) == expected


@pytest.mark.parametrize("data", [b"code;nom\n1;A\n2;B,b\n", b'\xef\xbb\xbfcode,nom\r\n1,A\r\n2,"B,b"\r\n'])
def test_csv_of_either_habit(data: bytes) -> None:
    table = read_csv("t", "t.csv", data)
    assert table.columns == {"code": ("1", "2"), "nom": ("A", "B,b")}
    assert table.index("code")["2"] == [1]


def test_short_rows_are_filled_and_an_empty_file_is_refused() -> None:
    assert read_csv("t", "t.csv", b"a,b\n1\n").columns == {"a": ("1",), "b": ("",)}
    for data in (b"", b"\xff\xfe\x00"):
        with pytest.raises(FormRefused):
            read_csv("t", "t.csv", data)


def test_an_index_keeps_every_row_of_a_value() -> None:
    assert Table("t", {"a": ["x", "y", "x"]}).index("a") == {"x": [0, 2], "y": [1]}
