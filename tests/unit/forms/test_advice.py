"""What an author is told of although the form can be used."""

from __future__ import annotations

import pytest

from forms import limits
from forms.advice import advice
from forms.errors import Problem
from sync.refusal_words import problem_lines
from tests.support.forms import define

FORM = """
| survey |                   |      |       |          |            |             |
|        | type              | name | label | relevant | constraint | calculation |
|        | select_one color  | one  | One   |          |            |             |
|        | select_multiple color | many | Many |       |            |             |
|        | integer           | age  | Age   |          |            |             |
|        | date              | day  | Day   |          |            |             |
|        | text              | word | Word  |          |            |             |
|        | begin_repeat      | row  | Row   |          |            |             |
|        | select_one color  | mine | Mine  |          |            |             |
|        | end_repeat        |      |       |          |            |             |
|        | text              | q    | Q     | {relevant} | {constraint} | {calculation} |
| choices |                  |      |       |
|        | list_name         | name | label |
|        | color             | red  | Red   |
|        | color             | blue | Blue  |
|        | color             | 01   | One   |
"""


def told(relevant: str = "", constraint: str = "", calculation: str = "") -> list[Problem]:
    definition = define(FORM.format(relevant=relevant, constraint=constraint, calculation=calculation))
    return list(advice(definition))


@pytest.mark.parametrize(
    ("formula", "name", "nearest"),
    [
        ("${one} = 'blu'", "blu", "blue"),
        ("'Red' = ${one}", "Red", "red"),
        ("${one} != 'zzzz'", "zzzz", ""),
        ("selected(${many}, 'bleu')", "bleu", "blue"),
        ("${many} = 'red green'", "green", ""),
        ("${one} = 2", "2", ""),
        ("not(${age} > 3 and (selected(${one}, 'redd')))", "redd", "red"),
        ("count(${row}[mine = 'rod']) > 0", "rod", "red"),
    ],
)
def test_a_choice_that_the_list_has_not(formula: str, name: str, nearest: str) -> None:
    (problem,) = told(formula)
    details = problem.details
    assert (details["name"], details.get("nearest", ""), problem.column) == (name, nearest, "relevant")
    assert details["reason"] == "not_in_list" and details["path"] == "/q"
    assert all(name in line and nearest in line for line in problem_lines(problem))


@pytest.mark.parametrize(
    "formula", ["${age} = 'old'", "${age} > 'old'", "${day} = 'tomorrow'", "${word} < 'abc'", "${day} = '2026-1-5'"]
)
def test_kinds_that_cannot_be_compared(formula: str) -> None:
    assert [problem.details["reason"] for problem in told(formula)] == ["other_type"]


@pytest.mark.parametrize(
    "formula",
    [
        "${one} = 'red'",
        "${one} = ''",
        "${one} = 1",
        "selected(${many}, 'blue') or ${many} = 'red blue'",
        "${age} = '12' and ${age} >= 3 and ${age} != ''",
        "${day} > '2026-01-05' and ${day} = '2026-01-05' and ${day} < today() and ${day} > 20000",
        "${word} = 'abc' and ${word} > 3",
        "${one} = ${word}",
    ],
)
def test_what_is_right_is_left_alone(formula: str) -> None:
    assert told(formula) == []


@pytest.mark.parametrize(("formula", "constant"), [("1 = 2", True), ("false()", True), ("today() > 3", False)])
def test_a_condition_that_never_changes(formula: str, constant: bool) -> None:
    assert [problem.details["reason"] for problem in told(formula)] == ["never_changes"] * constant


def test_the_question_itself_in_its_constraint() -> None:
    form = FORM.format(relevant="", constraint="", calculation="").replace(
        "| age  | Age   |          |            |", "| age  | Age   |          | . != 'x'  |"
    )
    (problem,) = advice(define(form))
    assert (problem.details["reason"], problem.details["question"], problem.column) == (
        "other_type",
        "age",
        "constraint",
    )


def test_a_calculation_that_nothing_reads() -> None:
    found = advice(
        define(
            """
| survey |           |      |             |             |
|        | type      | name | label       | calculation |
|        | integer   | a    | A           |             |
|        | calculate | used |             | ${a} + 1    |
|        | calculate | said |             | ${a} + 2    |
|        | calculate | lost |             | ${used} + 3 |
|        | note      | n    | C'est ${said} |           |
"""
        )
    )
    assert [(one.details["reason"], one.details["path"], one.column) for one in found] == [
        ("unread", "/lost", "calculation")
    ]


def nested(levels: int) -> str:
    found = "mine = 'red'"
    for _ in range(levels):
        found = f"count(/data/row[{found}]) > 0"
    return found


def test_a_formula_that_will_take_too_long_is_told_of_beforehand() -> None:
    assert told(nested(3)) == []
    (problem,) = told(nested(12))
    assert problem.details["reason"] == "too_slow" and int(problem.details["steps"]) > limits.STEPS_PER_FORMULA_MAX
    assert all(str(limits.STEPS_PER_FORMULA_MAX) in line for line in problem_lines(problem))


def test_long_chains_of_conditions_are_looked_at_as_well() -> None:
    assert told(" or ".join(["${one} = 'red'"] * 300)) == []
