"""The repair pass: what real workbooks say is opened with a list of every change, or refused with cell and names."""

from __future__ import annotations

import pytest

from forms import mending
from forms.compile_worker import by_converter
from forms.definition import FormDefinition, parse_form
from forms.errors import FormRefused, Problem
from forms.grids import Grid, Workbook, collect
from forms.repairs import CODES, SURENESS, Repair, column_letters
from sync.repair_words import SENTENCES, repair_lines, repair_words

Lines = list[list[str]]
HEAD = ["type", "name", "label", "calculation", "relevant", "appearance", "parameters", "choice_filter"]
LISTS = [["list_name", "name", "label"], ["c", "x", "X"], ["c", "y", "Y"]]


def book(survey: Lines, choices: Lines | None = None, **more: Lines) -> Workbook:
    sheets = {"survey": survey, "choices": choices, **more}
    return Workbook(
        {name: Grid(name, [list(row) for row in rows]) for name, rows in sheets.items() if rows}, list(sheets)
    )


def mended(
    survey: Lines, choices: Lines | None = None, *, lenient: bool = False, **more: Lines
) -> tuple[FormDefinition, list[Repair]]:
    """The form as it opens, and what was changed."""
    bench = mending.mend(book(survey, choices, **more), lenient=lenient)
    xform, _ = by_converter(bench.for_converter("essai"), [])
    return parse_form(xform, strict=False), bench.repairs


def problems(survey: Lines, choices: Lines | None = None, **more: Lines) -> tuple[Problem, ...]:
    with pytest.raises(FormRefused) as caught:
        mending.mend(book(survey, choices, **more))
    return caught.value.problems


def said(repairs: list[Repair]) -> list[tuple[str, str | None, str, str]]:
    return [(one.code.removeprefix("forms.repair."), one.cell, one.found, one.used) for one in repairs]


def test_what_is_right_is_left_alone() -> None:
    definition, repairs = mended([HEAD, ["text", "a", "A"], ["select_one c", "s", "S"]], LISTS)
    assert list(definition.questions) == ["/a", "/s"] and repairs == []


def test_a_group_called_meta_opens_under_another_name() -> None:
    rows = [HEAD, ["begin group", "meta", "M"], ["text", "a", "A", "", "${meta} != 'x'"], ["end group"]]
    definition, repairs = mended(rows)
    assert said(repairs) == [("name_reserved", "B2", "meta", "meta_")]
    assert list(definition.questions) == ["/meta_/a"]


@pytest.mark.parametrize(
    ("kind", "code", "used"),
    [
        ("tel", "type_dialect", "text"),
        ("db:person", "type_dialect", "text"),
        ("Text", "type_spelling", "text"),
        ("integr", "type_spelling", "integer"),
        ("Select_One c", "type_spelling", "select_one c"),
        ("select_one:c", "type_spelling", "select_one c"),
        ("slect_one c", "type_spelling", "select_one c"),
        ("SELECT ONE from c", "type_spelling", "select one from c"),
    ],
)
def test_types_of_other_tools_and_spellings_are_read(kind: str, code: str, used: str) -> None:
    definition, repairs = mended([HEAD, [kind, "q", "Q"]], LISTS)
    assert said(repairs) == [(code, "A2", kind, used)] and list(definition.questions) == ["/q"]


def test_an_unknown_type_is_refused_with_the_nearest() -> None:
    (problem,) = problems([HEAD, ["text", "a", "A"], ["geopnt_map", "q", "Q"]])
    assert (problem.code, problem.sheet, problem.row, problem.column) == ("forms.unsupported", "survey", 3, "type")
    assert problem.details["cell"] == "A3" and "geopoint" in problem.details["nearest"]
    definition, repairs = mended([HEAD, ["geopnt_map", "q", "Q"]], lenient=True)
    assert said(repairs) == [("type_as_text", "A2", "geopnt_map", "text")] and definition.questions["/q"]


def test_two_spellings_of_one_column_are_one() -> None:
    rows = [
        ["type", "name", "label", "relevance", "bind:relevant"],
        ["text", "a", "A"],
        ["text", "b", "B", "${a} = 1"],
        ["text", "c", "C", "", "${a} = 2"],
    ]
    definition, repairs = mended(rows)
    assert said(repairs) == [("column_merged", "E1", "bind:relevant", "relevance")]
    assert {path for path, node in definition.questions.items() if node.relevant} == {"/b", "/c"}


def test_two_columns_that_disagree_keep_the_first_and_say_so() -> None:
    _, repairs = mended([["type", "name", "label", "label"], ["text", "a", "A", "Z"]])
    assert said(repairs)[0] == ("column_conflict", "C2", "Z", "A") and repairs[0].sure == "guess"


def test_choices_may_be_named_by_another_column() -> None:
    definition, repairs = mended(
        [HEAD, ["select_one c", "s", "S"]], [["list_name", "data_value", "label"], ["c", "x", "X"]]
    )
    assert said(repairs) == [("column_name", "B1", "data_value", "name")]
    assert definition.questions["/s"]
    (problem,) = problems([HEAD, ["select_one c", "s", "S"]], [["list_name", "label"], ["c", "X"]])
    assert (problem.code, problem.sheet, problem.details["name"]) == ("forms.column_missing", "choices", "name")


def test_a_choice_without_name_takes_its_label() -> None:
    _, repairs = mended([HEAD, ["select_one c", "s", "S"]], [*LISTS, ["c", "", "Été à Paris"], ["c"]])
    assert said(repairs) == [
        ("choice_name", "B4", "Été à Paris", "ete_a_paris"),
        ("row_skipped", None, "c", ""),
    ]


def test_a_choice_twice_is_left_out_and_one_told_apart_by_a_filter_stays() -> None:
    rows = [HEAD, ["select_one c", "s", "S"]]
    _, repairs = mended(rows, [*LISTS, ["c", "x", "X"], ["c", "y", "Z"]])
    assert [(one.cell, one.sure) for one in repairs] == [("B4", "certain"), ("B5", "guess")]
    choices = [["list_name", "name", "label", "town"], ["c", "x", "X", "1"], ["c", "x", "X", "2"]]
    _, repairs = mended(rows, choices)
    assert said(repairs) == [("choices_repeated", "B1", "", "allow_choice_duplicates")]


def test_blanks_in_names_of_several_choices_become_signs_that_formulas_follow() -> None:
    rows = [HEAD, ["select_multiple c", "s", "S"], ["text", "t", "T", "", "selected(${s}, 'x y')"]]
    definition, repairs = mended(rows, [LISTS[0], ["c", "x y", "X"]])
    assert said(repairs) == [("choice_name", "B2", "x y", "x_y")] and repairs[0].sure == "guess"
    assert "/t" in definition.questions


def test_a_missing_list_is_refused_with_the_nearest_or_opened_as_text_when_asked() -> None:
    rows = [HEAD, ["select_one colurs", "s", "S"]]
    choices = [LISTS[0], ["colours", "x", "X"]]
    (problem,) = problems(rows, choices)
    assert (problem.code, problem.row, problem.details["nearest"]) == ("forms.list_missing", 2, "colours")
    _, repairs = mended(rows, choices, lenient=True)
    assert said(repairs) == [("list_missing", "A2", "colurs", "text")]
    _, repairs = mended([HEAD, ["select_one Colours", "s", "S"]], choices)
    assert said(repairs) == [("list_name", "A2", "Colours", "colours")]


def test_references_follow_the_root_and_capitals_or_are_refused_with_the_nearest() -> None:
    rows = [HEAD, ["text", "Name", "N"], ["calculate", "c", "", "concat(${name}, ${data}/Name)"]]
    _, repairs = mended(rows)
    assert said(repairs) == [("reference", "D3", "${name}", "${Name}"), ("reference_root", "D3", "${data}", "/data")]
    (problem,) = problems([HEAD, ["text", "name", "N"], ["text", "b", "B", "", "${nam} = 1"]])
    assert (problem.code, problem.row, problem.column) == ("forms.dangling", 3, "relevant")
    assert problem.details["cell"] == "E3" and problem.details["nearest"].split(", ")[0] == "name"
    _, repairs = mended([HEAD, ["text", "b", "${gone} B"]], lenient=True)
    assert said(repairs) == [("reference_empty", "C2", "${gone}", "")]


def test_names_that_are_missing_invalid_or_taken() -> None:
    rows = [
        HEAD,
        ["text", "", "Votre âge"],
        ["text", "my name", "N"],
        ["text", "a", "A", "", "${my name} != ''"],
        ["text", "a", "A again"],
        ["begin repeat", "data", "D"],
        ["text", "x", "X"],
        ["end repeat"],
    ]
    definition, repairs = mended(rows)
    assert said(repairs) == [
        ("root_name", "B6", "data", "data_form"),
        ("name_missing", "B2", "", "votre_age"),
        ("name_invalid", "B3", "my name", "my_name"),
        ("name_duplicate", "B5", "a", "a_2"),
    ]
    assert list(definition.questions) == ["/votre_age", "/my_name", "/a", "/a_2", "/data/x"]


def test_groups_are_closed_and_ends_match() -> None:
    rows = [
        HEAD,
        ["end group"],
        ["begin repeat", "r", "R"],
        ["text", "a", "A"],
        ["end group"],
        ["begin group", "g", "G"],
    ]
    definition, repairs = mended([*rows, ["text", "b", "B"]])
    assert [one[0] for one in said(repairs)] == ["group_end_dropped", "group_end_kind", "group_closed"]
    assert list(definition.questions) == ["/r/a", "/g/b"]


def test_a_missing_label_is_the_name_and_a_missing_calculation_is_refused() -> None:
    _, repairs = mended([HEAD, ["text", "a"]])
    assert said(repairs) == [("label_missing", "C2", "", "a")]
    (problem,) = problems([HEAD, ["calculate", "c"]])
    assert (problem.code, problem.row, problem.details["cell"]) == ("forms.calculation_missing", 2, "D2")
    _, repairs = mended([HEAD, ["calculate", "c"]], lenient=True)
    assert [one[0] for one in said(repairs)] == ["calculation_missing"]


def test_a_row_without_type_is_a_remark_or_refused() -> None:
    _, repairs = mended([HEAD, ["text", "a", "A"], ["", "", "Part two"], ["", "c", "", "1 + 1"]])
    assert [one[0] for one in said(repairs)] == ["row_skipped", "type_spelling"]
    (problem,) = problems([HEAD, ["text", "a", "A"], ["", "b", "B"]])
    assert (problem.code, problem.row) == ("forms.type_missing", 3)


def test_columns_and_parameters_that_stop_the_converter_are_left_out() -> None:
    rows = [[*HEAD, "instance::tag", "label::a::b"], ["text", "a", "A", "", "", "", "oops", "", "t", "l"]]
    _, repairs = mended(rows)
    assert [one[:2] for one in said(repairs)] == [
        ("column_dropped", "I1"),
        ("column_dropped", "J1"),
        ("parameters", "G2"),
    ]


def test_a_list_called_as_a_file_gets_another_name() -> None:
    rows = [HEAD, ["select_one_from_file c.csv", "f", "F"], ["select_one c", "s", "S"]]
    bench = mending.mend(book(rows, LISTS))
    assert said(bench.repairs) == [("list_name", "A2", "c", "c_choices")]
    by_converter(bench.for_converter("essai"), [])


def test_every_repair_has_words_in_both_languages() -> None:
    assert set(SENTENCES) == CODES
    for code in CODES:
        for sure in SURENESS:
            french, english = repair_words(
                Repair(code, "survey", 4, "type", "A4", "fou\n{nd}", "us}ed", sure, {"row": "2"})
            )
            assert french != english and french.startswith("feuille survey A4 : ") and english.isprintable()
            assert "{found}" not in french and code in english
    lines = repair_lines([Repair("forms.repair.sheet_hidden", found="x")] * 50)
    assert lines[0] == "Corrigé à la lecture du classeur (50) :" and lines[-1] == "  … and 10 more"


def test_columns_are_lettered_as_spreadsheets_do() -> None:
    assert [column_letters(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_question_called_as_the_form_keeps_its_name_unless_paths_are_spelled() -> None:
    definition, repairs = mended([HEAD, ["text", "data", "D"], ["text", "b", "B", "", "${data} = 1"]])
    assert said(repairs) == [("root_name", "B2", "data", "data_form")] and "/data" in definition.questions
    rows = [HEAD, ["begin repeat", "data", "D"], ["text", "x", "X"], ["end repeat"], ["calculate", "c", "", "/data/b"]]
    bench = mending.mend(book(rows))
    assert said(bench.repairs) == [("name_duplicate", "B2", "data", "data_2")]


def test_a_form_for_another_tool_is_named() -> None:
    (problem,) = problems([["clause", "type", "name", "display.prompt"], ["", "text", "a", "A"]])
    assert (problem.code, problem.details["dialect"], problem.details["cell"]) == ("forms.dialect", "ODK-X", "A1")


def test_a_column_of_remarks_cannot_stop_the_converter() -> None:
    _, repairs = mended([[*HEAD, "remarks"], ["text", "a", "A", "", "", "", "", "", "see ${no such thing"]])
    assert said(repairs) == [("column_dropped", "I1", "remarks", "")]


def test_lists_far_apart_are_all_read() -> None:
    choices = [["c", "x", "X"], *[[]] * 200, ["d", "y", "Y"]]
    assert len(collect("choices", "choices", choices).rows) == 202
    assert len(collect("survey", "survey", choices).rows) == 1


def test_paths_spelled_to_a_reserved_name_follow_it() -> None:
    rows = [
        HEAD,
        ["begin group", "meta", "M"],
        ["text", "a", "A"],
        ["end group"],
        ["calculate", "c", "", "concat(../meta/a, /data/meta/instanceID)"],
    ]
    bench = mending.mend(book(rows))
    assert bench.survey.rows[3]["calculation"] == "concat(../meta_/a, /data/meta/instanceID)"
