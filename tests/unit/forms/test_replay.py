"""A script of steps: what each state says, what is refused, and which scripts cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from forms.definition import parse_form
from forms.replay import Replayed, StepsError, open_session, read_steps, replay
from tests.support.forms import xform

HOUSEHOLD = """
| survey |  |  |  |  |  |  |  |  |  |
|  | type | name | label::fr | label::en | relevant | required | constraint | constraint_message | calculation |
|  | select_one yn | couple | En couple ? | A couple? |  | yes |  |  |  |
|  | begin_group | partner | Conjoint | Partner | ${couple} = 'yes' |  |  |  |  |
|  | text | pname | Son nom | Name |  |  |  |  |  |
|  | end_group |  |  |  |  |  |  |  |  |
|  | begin_repeat | member | Membre | Member |  |  |  |  |  |
|  | integer | age | Âge de ${mname} | Age of ${mname} |  |  | . < 130 | Trop vieux |  |
|  | text | mname | Nom | Name |  |  |  |  |  |
|  | calculate | rank |  |  |  |  |  |  | position(..) |
|  | end_repeat |  |  |  |  |  |  |  |  |
|  | calculate | total |  |  |  |  |  |  | sum(${age}) |
| choices |  |  |  |  |
|  | list_name | name | label::fr | label::en |
|  | yn | yes | Oui | Yes |
|  | yn | no | Non | No |
| settings |  |
|  | default_language |
|  | fr |
"""
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def states(*steps: dict[str, Any], form: str = HOUSEHOLD, seed: int = 0) -> list[Replayed]:
    session = open_session(parse_form(xform(form), strict=False), now=NOW, zone=UTC, seed=seed)
    return list(replay(session, read_steps(json.dumps(steps).encode()), UTC))


def test_the_first_state_is_the_whole_form() -> None:
    (state,) = states()
    assert state["values"]["/data/couple"] == "" and state["values"]["/data/member[1]/rank"] == "1"
    assert state["hidden"] == ["/data/partner"] and state["rows"] == {"/data/member": 1}
    assert state["choices"] == {"/data/couple": [["yes", "Oui"], ["no", "Non"]]}
    assert state["required"] == state["missing"] == ["/data/couple"]
    assert state["invalid"] == {} and state["refused"] is False
    assert state["labels"]["/data/couple"] == "En couple ?"
    assert "/data/partner" not in state["labels"] and "/data/partner/pname" not in state["labels"]


def test_each_step_gives_a_whole_state() -> None:
    found = states(
        {"answer": "/data/couple", "with": "yes"},
        {"add_row": "/data/member"},
        {"answer": "/data/member[2]/age", "with": "130"},
        {"answer": "/data/member[2]/mname", "with": "Ada"},
        {"language": "en"},
        {"remove_row": "/data/member[1]"},
    )
    assert [state["refused"] for state in found] == [False] * 7
    assert found[1]["hidden"] == [] and found[1]["missing"] == []
    assert found[2]["rows"] == {"/data/member": 2}
    assert found[3]["invalid"] == {"/data/member[2]/age": "Trop vieux"} and found[3]["values"]["/data/total"] == "130"
    assert found[4]["labels"]["/data/member[2]/age"] == "Âge de Ada"
    assert found[5]["labels"]["/data/member[2]/age"] == "Age of Ada"
    assert found[5]["choices"]["/data/couple"] == [["yes", "Yes"], ["no", "No"]]
    assert found[6]["values"]["/data/member[1]/mname"] == "Ada" and found[6]["values"]["/data/member[1]/rank"] == "1"


def test_an_answer_is_stored_as_its_type_stores_it() -> None:
    found = states(
        {"answer": "/data/member[1]/age", "with": "10.7"},
        {"answer": "/data/member[1]/age", "with": "ten"},
        {"answer": "/data/member/age", "with": "7"},
    )
    assert [state["values"]["/data/member[1]/age"] for state in found] == ["", "10", "", "7"]


def test_choices_are_stored_in_the_order_of_the_list_and_a_day_is_no_number() -> None:
    form = """
| survey |                   |      |       |
|        | type              | name | label |
|        | select_multiple l | m    | M     |
|        | integer           | i    | I     |
|        | geotrace          | g    | G     |
|        | end               | end  |       |
| choices |                  |      |       |
|        | list_name         | name | label |
|        | l                 | a    | A     |
|        | l                 | b    | B     |
"""
    last = states(
        {"answer": "/data/m", "with": "b a"},
        {"answer": "/data/i", "with": "2026-05-01"},
        {"answer": "/data/g", "with": "here"},
        form=form,
    )[-1]
    assert last["values"]["/data/m"] == "a b" and last["values"]["/data/i"] == last["values"]["/data/g"] == ""
    assert last["values"]["/data/end"] == ""  # stored when the form is handed in


def test_a_formula_that_cannot_be_read_leaves_the_rest_usable() -> None:
    form = """
| survey |              |      |       |               |             |
|        | type         | name | label | choice_filter | calculation |
|        | select_one l | c    | C     | pastel = maybe|             |
|        | calculate    | d    |       |               | frobnicate()  |
|        | text         | t    | T     |               |             |
| choices |             |      |       |        |
|        | list_name    | name | label | pastel |
|        | l            | a    | A     | yes    |
"""
    first, last = states({"answer": "/data/t", "with": "x"}, form=form)
    assert first["choices"] == {"/data/c": []} and first["values"]["/data/d"] == ""
    assert last["values"]["/data/t"] == "x"
    read = parse_form(xform(form), strict=False)
    assert [problem.details["name"] for problem in read.limitations] == ["frobnicate"]
    assert [problem.details["name"] for problem in read.notices] == ["maybe"]


@pytest.mark.parametrize(
    "step",
    [
        {"answer": "/data/couple", "with": "perhaps"},
        {"answer": "/data/total", "with": "3"},
        {"answer": "/data/member[2]/age", "with": "3"},
        {"answer": "/data/member[0]/age", "with": "3"},
        {"answer": "/data/partner", "with": "3"},
        {"answer": "couple", "with": "yes"},
        {"answer": "/other/couple", "with": "yes"},
        {"add_row": "/data/partner"},
        {"remove_row": "/data/member"},
        {"remove_row": "/data/member[3]"},
        {"language": "Klingon"},
    ],
    ids=str,
)
def test_a_step_that_is_not_allowed_changes_nothing_and_says_so(step: dict[str, str]) -> None:
    before, after = states(step)
    assert after["refused"] is True
    assert {**after, "refused": False} == before


def test_readonly_is_inherited_and_refuses() -> None:
    form = """
| survey |  |  |  |  |
|  | type | name | label | readonly |
|  | text | lock | Lock |  |
|  | begin_group | g | Group | ${lock} = 'x' |
|  | text | inside | Inside |  |
|  | end_group |  |  |  |
"""
    first, locked, refused = states(
        {"answer": "/data/lock", "with": "x"}, {"answer": "/data/g/inside", "with": "no"}, form=form
    )
    assert "/data/g/inside" not in first["readonly"]
    assert "/data/g/inside" in locked["readonly"] and refused["refused"]


def test_chance_is_given_from_outside() -> None:
    form = """
| survey |  |  |  |
|  | type | name | calculation |
|  | calculate | u | uuid() |
|  | calculate | r | random() |
"""
    first, same, other = (states(form=form, seed=seed)[0]["values"] for seed in (1, 1, 2))
    assert first == same and first["/data/u"] != other["/data/u"] and first["/data/r"] != other["/data/r"]


@pytest.mark.parametrize(
    ("script", "reason", "step"),
    [
        ("[", "not_json", 0),
        ("\xff", "not_json", 0),
        ("{}", "not_a_list", 0),
        ("[1]", "not_a_step", 1),
        ("[{}]", "not_a_step", 1),
        ('[{"language": "fr"}, {"add_row": "/a", "answer": "/b"}]', "two_acts", 2),
        ('[{"add_row": "/a", "whit": ""}]', "unknown_key", 1),
        ('[{"answer": "/a"}]', "no_value", 1),
        ('[{"answer": "/a", "with": 3}]', "not_text", 1),
        ('[{"answer": null, "with": "3"}]', "not_text", 1),
    ],
)
def test_a_wrong_script_is_refused_with_its_step(script: str, reason: str, step: int) -> None:
    with pytest.raises(StepsError) as caught:
        read_steps(script.encode("latin-1"))
    assert (caught.value.reason, caught.value.step) == (reason, step)
