"""Choices found in data files with ``search()``, and those of old external lists."""

from __future__ import annotations

import time
from datetime import UTC

import pytest

from forms.definition import parse_form
from forms.errors import FormRefused
from forms.replay import Step, replay
from forms.searching import parted
from tests.support.forms import define, start, xform

PLANTS = b"""code,nom,name_en,family,sortby
r1,Rose th\xc3\xa9,Tea rose,rosaceae,2
r2,Ronce,Bramble,rosaceae,1
s1,Primerose,Hollyhock,malvaceae,3
s2,Rose tr\xc3\xa9mi\xc3\xa8re,Hollyhock,malvaceae,
r1,Encore th\xc3\xa9,Again,rosaceae,9
"""
FORM = """
| survey |                   |        |       |            |
|        | type              | name   | label | appearance |
|        | text              | part   | Part  |            |
|        | text              | family | Family|            |
|        | select_one plants | plant  | Plant | {} |
| choices | | | |
|        | list_name | name | label |
|        | plants    | code | {} |
{}
"""


def form(search: str, label: str = "nom", more: str = "") -> str:
    return FORM.format(search, label, more)


def found(session: object, path: str = "/plant") -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in session.choices(path)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "rest", "search"),
    [
        ("minimal", "minimal", None),
        ("minimal search('a')", "minimal", "search('a')"),
        (
            "search ('a)', 'contains', 'b', concat('(', /d/x)) w2",
            "w2",
            "search ('a)', 'contains', 'b', concat('(', /d/x))",
        ),
        ("quick search('a'", "quick", "search('a'"),
        ("search", "search", None),
    ],
)
def test_a_search_is_parted_from_the_other_words(words: str, rest: str, search: str | None) -> None:
    assert (parted(words)[0].strip(), parted(words)[1]) == (rest, search)


def test_every_row_once_in_the_order_that_the_file_says() -> None:
    session = start(form("minimal search('plants')"), media={"plants.csv": PLANTS})
    assert [value for value, _label in found(session)] == ["r2", "r1", "s1", "s2"]
    assert session.choice_label("/plant", "s1") == "Primerose"
    assert session.question("/plant").appearance == {"minimal"}


@pytest.mark.parametrize(
    ("kind", "part", "values"),
    [
        ("contains", "ROSE", ["r1", "s1", "s2"]),
        ("startswith", "rose", ["r1", "s2"]),
        ("endsWith", "rose", ["s1"]),
        ("matches", "ronce", ["r2"]),
        ("matches", "", []),
        ("contains", "", ["r2", "r1", "s1", "s2"]),
    ],
)
def test_rows_are_sought_by_what_was_answered(kind: str, part: str, values: list[str]) -> None:
    session = start(form(f"search('plants', '{kind}', 'nom', ${{part}})"), media={"Plants.csv": PLANTS})
    session.answer("/part", part)
    assert list(session.offered("/plant")) == values
    session.answer("/part", "nothing like it")
    assert session.offered("/plant") == ()


def test_several_columns_a_filter_and_labels_of_several_columns() -> None:
    search = "search('plants.csv', 'contains', 'nom, name_en', ${part}, 'family', ${family})"
    session = start(form(search, "nom, name_en"), media={"plants.csv": PLANTS})
    session.answer("/part", "holly")
    assert found(session) == []
    session.answer("/family", "malvaceae")
    assert found(session) == [("s1", "Primerose (name_en: Hollyhock)"), ("s2", "Rose trémière (name_en: Hollyhock)")]
    session.answer("/plant", "s1")
    session.answer("/family", "rosaceae")
    assert session.submission().get("/plant") is None  # no longer offered, and it comes back:
    session.answer("/family", "malvaceae")
    assert session.submission()["/plant"] == "s1"


def test_choices_of_the_sheet_stand_before_and_after_what_is_found() -> None:
    more = "|        | plants    | 99 | Another |"
    session = start(form("search('plants', 'matches', 'family', ${family})", more=more), media={"plants.csv": PLANTS})
    assert found(session) == [("99", "Another")]
    session.answer("/family", "ROSACEAE")
    assert found(session) == [("r2", "Ronce"), ("r1", "Rose thé"), ("99", "Another")]
    assert [choice.value for choice in session.choices("/plant", "ron")] == ["r2"]
    assert session.choice_label("/plant", "99") == "Another"


def test_labels_follow_the_language() -> None:
    table = """
| survey |                   |       |             |              |            |
|        | type              | name  | label::fr   | label::en    | appearance |
|        | select_one plants | plant | Plante      | Plant        | search('plants') |
| choices | | | |
|        | list_name | name | label::fr | label::en |
|        | plants    | code | nom | name_en |
"""
    session = start(table, media={"plants.csv": PLANTS}, language="fr")
    assert found(session)[0] == ("r2", "Ronce")
    session.set_language("en")
    assert found(session)[0] == ("r2", "Bramble")
    assert [choice.value for choice in session.choices("/plant", "holly")] == ["s1", "s2"]


@pytest.mark.parametrize(
    ("search", "label", "code", "said"),
    [
        ("search('trees')", "nom", "forms.media_missing", "trees.csv"),
        ("search('plants', 'contains', 'nmo', 'x')", "nom", "forms.data_column", "nmo"),
        ("search('plants')", "nomm", "forms.data_column", "nomm"),
        ("search('plants', 'contains')", "nom", "forms.expression", "argument_count"),
        ("search(${part})", "nom", "forms.expression", "unsupported"),
        ("search('plants'", "nom", "forms.expression", "syntax"),
    ],
)
def test_what_cannot_be_looked_up_is_told_by_name(search: str, label: str, code: str, said: str) -> None:
    with pytest.raises(FormRefused) as refused:
        define(form(search, label), {"plants.csv": PLANTS})
    (problem,) = refused.value.problems
    assert problem.code == code and said in problem.details.values()
    lenient = parse_form(xform(form(search, label)), {"plants.csv": PLANTS}, strict=False)
    assert [one.code for one in lenient.limitations] == [code]
    assert start(lenient).choices("/plant") == () or code == "forms.data_column"


def test_a_long_file_is_searched_quickly() -> None:
    rows = "\n".join(f"c{n},Place {n},{n % 500}" for n in range(50_000))
    table = form("search('plants', 'matches', 'nom', ${part}, 'family', ${family})", "nom")
    session = start(table, media={"plants.csv": f"code,nom,family\n{rows}\n".encode()})
    assert len(session.choices("/plant")) == 0
    times = []
    for n in range(5):
        began = time.perf_counter()
        session.answer("/part", f"place {n + 500}")
        session.answer("/family", str(n))
        assert session.offered("/plant") == (f"c{n + 500}",)
        times.append(time.perf_counter() - began)
    whole = time.perf_counter()
    assert sum("place 7" in f"place {n}" for n in range(50_000)) > 1
    assert min(times) < time.perf_counter() - whole  # less than one look at every row


ITEMSETS = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
  <h:head><h:title>Old</h:title><model>
    <instance><data id="old"><region/><town/></data></instance>
    <bind nodeset="/data/region" type="string"/><bind nodeset="/data/town" type="string"/>
  </model></h:head>
  <h:body>
    <input ref="/data/region"><label>Region</label></input>
    <input ref="/data/town" query="instance('towns')/root/item[region= /data/region ]"><label>Town</label></input>
  </h:body>
</h:html>
"""


def test_an_old_form_chooses_from_itemsets() -> None:
    data = b'"list_name","name","label","region"\n"towns","t1","One","a"\n"towns","t2","Two","b"\n'
    data += b'"rivers","t1","Nil","a"\n'
    session = start(parse_form(ITEMSETS.encode(), {"itemsets.csv": data}))
    assert session.offered("/town") == ()
    session.answer("/region", "b")
    assert found(session, "/town") == [("t2", "Two")] and session.question("/town").kind == "select_one"
    with pytest.raises(FormRefused) as refused:
        parse_form(ITEMSETS.encode())
    assert refused.value.problems[0].details["file"] == "itemsets.csv"


def test_a_word_that_names_nothing_reads_as_nothing_and_is_told() -> None:
    table = """
| survey |                |      |       |               |
|        | type           | name | label | choice_filter |
|        | select_one yn  | yn   | Yn    | warm=yes      |
| choices | | | | |
|        | list_name | name | label | warm |
|        | yn        | a    | A     | yes  |
"""
    definition = define(table)
    (notice,) = definition.notices
    assert (notice.code, notice.details["name"], notice.column) == ("forms.notice", "yes", "choice_filter")
    assert start(definition).offered("/yn") == ()


def test_a_ranking_keeps_its_order_and_holds_nothing_twice() -> None:
    table = """
| survey |        |      |       |
|        | type   | name | label |
|        | rank l | r    | R     |
| choices | | | |
|        | list_name | name | label |
|        | l         | a    | A     |
|        | l         | b    | B     |
|        | l         | c    | C     |
"""
    session = start(table)
    session.answer("/r", "c  a c b")
    assert session.submission()["/r"] == "c a b"
    steps = [Step("answer", "/data/r", "b c a"), Step("answer", "/data/r", "b b"), Step("answer", "/data/r", "b z")]
    states = list(replay(start(table), steps, UTC))
    assert [state["refused"] for state in states] == [False, False, True, True]
    assert states[-1]["values"]["/data/r"] == "b c a"


def test_pictures_of_choices_and_labels_are_told_once_a_list_and_question() -> None:
    table = """
| survey |              |      |       |              |
|        | type         | name | label | media::image |
|        | select_one l | q    | Q     | q.png        |
| choices | | | | |
|        | list_name | name | label | media::audio |
|        | l         | a    | A     | a.mp3        |
|        | l         | b    | B     | b.mp3        |
"""
    told = [(one.details["name"], one.details["count"], one.details["path"]) for one in define(table).notices]
    assert sorted(told) == [("l", "2", ""), ("q", "1", "/q")]
