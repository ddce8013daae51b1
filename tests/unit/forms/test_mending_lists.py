"""The repair pass over lists: those of external_choices, ``or_other`` written out, filters that read a label."""

from __future__ import annotations

from forms import compile_worker, mending
from forms.compile_worker import by_converter
from forms.definition import FormDefinition, parse_form
from tests.support.forms import start
from tests.unit.forms.test_mending import HEAD, Lines, book, mended, problems, said

FRENCH = ["type", "name", "label::French", "label::English (en)", "choice_filter"]
BOTH = ["list_name", "name", "label::French", "label::English (en)", "area"]


def opened(survey: Lines, choices: Lines | None = None, **more: Lines) -> FormDefinition:
    return mended(survey, choices, **more)[0]


def test_external_lists_are_read_as_ordinary_ones() -> None:
    rows = [
        HEAD,
        ["select_one c", "kind", "Kind"],
        ["select_one_external c", "town", "Town", "", "", "minimal", "", "area=${kind}"],
        ["select_one_external z", "zone", "Zone"],
    ]
    external = [
        ["list_name", "name", "label", "area"],
        ["c", "t1", "One", "x"],
        ["c", "t2", "Two", "y"],
        ["c", "t2", "Two again", "x"],
        ["z", "z1", "Zed", ""],
    ]
    choices = [["list_name", "name", "label"], ["c", "x", "X"], ["c", "y", "Y"]]
    definition, repairs = mended(rows, choices, external_choices=external)
    assert said(repairs) == [
        ("choices_repeated", "B1", "", "allow_choice_duplicates"),
        ("external_list", "A3", "select_one_external c", "select_one c_external"),
        ("external_list", "A4", "select_one_external z", "select_one z"),
    ]
    session = start(definition)
    session.answer("/kind", "x")
    assert [choice.label for choice in session.choices("/town")] == ["One", "Two again"]
    assert session.question("/town").appearance == {"minimal"} and session.offered("/zone") == ("z1",)


def test_an_external_list_that_is_missing_is_told_with_its_cell() -> None:
    rows = [HEAD, ["select_one_external tonws", "town", "Town"]]
    (problem,) = problems(rows, external_choices=[["list_name", "name", "label"], ["towns", "t1", "One"]])
    assert (problem.code, problem.details["cell"], problem.details["nearest"]) == ("forms.list_missing", "A2", "towns")


def test_other_is_asked_for_in_every_language_and_passes_the_filter() -> None:
    rows = [
        FRENCH,
        ["text", "area", "Zone", "Area"],
        ["select_one c or_other", "s", "Lequel ?", "Which?", "area = ${area}"],
        ["select_multiple c or_other", "m", "Lesquels ?", "Which ones?", "area = ${area}"],
        ["note", "said", "Vous dites ${s_other}", "You say ${s_other}"],
    ]
    definition, repairs = mended(rows, [BOTH, ["c", "x", "Ixe", "Ex", "1"]])
    assert repairs == []
    assert list(definition.questions) == ["/area", "/s", "/s_other", "/m", "/m_other", "/said"]
    session = start(definition, language="French")
    assert [choice.label for choice in session.choices("/s")] == ["Autre"]
    session.answer("/area", "1")
    assert session.offered("/s") == ("x", "other")
    assert not [item for page in session.pages() for item in page.items if item.path == "/s_other"]
    session.answer("/s", "other")
    session.answer("/s_other", "Autre chose")
    assert session.question("/s_other").label == "Précisez."
    assert session.question("/said").label == "Vous dites Autre chose"
    session.set_language("English (en)")
    assert session.question("/s_other").label == "Specify other." and session.choice_label("/s", "other") == "Other"
    session.answer("/s", "x")
    assert "/s_other" not in session.submission()


def test_one_language_is_that_of_the_settings() -> None:
    rows = [["type", "name", "label"], ["select_one c or_other", "s", "Lequel ?"]]
    choices = [["list_name", "name", "label"], ["c", "other", "Un autre"]]
    settings = [["default_language"], ["fr"]]
    session = start(opened(rows, choices, settings=settings))
    session.answer("/s", "other")
    assert session.question("/s_other").label == "Précisez."
    assert [choice.label for choice in session.choices("/s")] == ["Un autre"]


def test_rows_after_a_written_out_question_keep_their_number() -> None:
    rows = [HEAD, ["select_one c or_other", "s", "S"], ["text", "t", "T"], ["decimal", "d", "D", "", "", "", "x=1=2"]]
    bench = mending.mend(book(rows, [["list_name", "name", "label"], ["c", "x", "X"]]))
    assert bench.numbers == [2, 2, 3, 4]
    found = compile_worker._survey_rows(bench.survey.rows, bench.numbers)
    assert [(number, path) for number, path, _cells in found] == [(2, "/s"), (2, "/s_other"), (3, "/t"), (4, "/d")]


def test_a_filter_may_read_a_label() -> None:
    rows = [FRENCH, ["select_one c", "s", "S", "S", "label::French != ''"]]
    choices = [BOTH, ["c", "x", "Ixe", "Ex"], ["c", "y", "", "Why"]]
    bench = mending.mend(book(rows, choices))
    assert said(bench.repairs) == [("label_filter", "E2", "label::French != ''", "label_French != ''")]
    xform, _ = by_converter(bench.for_converter("essai"), [])
    assert start(parse_form(xform)).offered("/s") == ("x",)
