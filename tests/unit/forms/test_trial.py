"""A trial is the steps that made it: taken back, made again on a changed form, and handed on as a script."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from forms.definition import FormDefinition, parse_form
from forms.replay import Step, open_session, read_steps, replay
from forms.trial import Trial, as_script
from tests.support.forms import xform

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
FORM = """
| survey |              |        |        |             |             |
|        | type         | name   | label  | calculation | default     |
|        | begin_group  | who    | Who    |             |             |
|        | text         | name   | Name   |             |             |
|        | integer      | age    | Age    |             | 7           |
|        | end_group    |        |        |             |             |
|        | begin_repeat | pet    | Pet    |             |             |
|        | text         | called | Called |             |             |
|        | end_repeat   |        |        |             |             |
|        | calculate    | next   |        | ${age} + 1  |             |
"""


def form(text: str = FORM) -> FormDefinition:
    return parse_form(xform(text), strict=False)


def trial(definition: FormDefinition, steps: tuple[Step, ...] = (), *, script: bool = False) -> Trial:
    return Trial(definition, now=NOW, zone=UTC, steps=steps, as_script=script)


def filled() -> Trial:
    made = trial(form())
    made.answer("/who/name", "Koné")
    row = made.add_row("/pet").added_row
    made.answer(f"/pet[{row}]/called", "Rex")
    made.answer("/who/age", "eight")
    return made


def values(made: Trial) -> dict[str, str]:
    return {line.reference: line.value for line in made.session.state_lines() if line.kind != "repeat"}


def test_steps_are_what_was_done_and_not_taken_back() -> None:
    made = filled()
    assert [(step.act, step.on, step.value) for step in made.steps] == [
        ("answer", "/data/who/name", "Koné"),
        ("add_row", "/data/pet", ""),
        ("answer", "/data/pet[2]/called", "Rex"),
        ("answer", "/data/who/age", "eight"),
    ]
    made.undo()
    made.undo()
    assert len(made.steps) == 2 and values(made)["/data/pet[2]/called"] == ""
    made.redo()
    assert made.steps[-1].value == "Rex"
    made.answer("/who/name", "Koné")
    assert len(made.steps) == 3, "an answer that is there already is no step"
    for _ in range(9):
        made.undo()
    assert made.steps == ()


def test_a_changed_form_takes_over_what_fits_and_names_the_rest() -> None:
    changed = FORM.replace("| integer      | age ", "| integer      | years ").replace("${age}", "${years}")
    changed = changed.replace("| text         | called |", "| integer      | called |").replace("| 7 ", "| 9 ")
    made = trial(form(changed), filled().steps)
    assert [(step.on, step.value) for step in made.dropped] == [("/data/who/age", "eight")]
    assert values(made)["/data/pet[2]/called"] == "Rex", "what does not fit its type stays as it was typed"
    assert values(made)["/data/who/years"] == "9" and values(made)["/data/next"] == "10"
    made.undo()
    assert values(made)["/data/pet[2]/called"] == ""


def test_a_question_that_moved_to_another_group_keeps_its_answer() -> None:
    lines = FORM.splitlines()
    name = next(line for line in lines if "| name " in line and "Name" in line)
    lines.remove(name)
    made = trial(form("\n".join([*lines, name])), filled().steps)
    assert made.dropped == () and values(made)["/data/name"] == "Koné"


def test_a_choice_that_is_no_longer_offered_is_told() -> None:
    text = FORM + "|        | select_one yn | works  | Works  |             |             |\n"
    lists = "| choices |           |      |       |\n|         | list_name | name | label |\n"
    both = lists + "|         | yn        | y    | Y     |\n|         | yn        | n    | N     |\n"
    made = trial(form(text + both), (Step("answer", "/data/works", "n"),))
    assert made.unfit == ()
    less = trial(form(text + both.replace("| n    | N     |", "| m    | M     |")), made.steps)
    assert [step.on for step in less.unfit] == ["/data/works"] and less.dropped == ()


def test_the_script_makes_the_same_state_for_anyone() -> None:
    made = filled()
    made.answer("/who/age", "8")
    script = as_script(made.steps)
    assert script[0] == {"answer": "/data/who/name", "with": "Koné"} and script[1] == {"add_row": "/data/pet"}
    steps = read_steps(json.dumps(script).encode())
    session = open_session(form(), now=NOW, zone=UTC, seed=0)
    *_before, last = replay(session, steps, UTC)
    assert {key: value for key, value in last.items() if key != "refused"} == made.session.state()
    again = trial(form(), steps, script=True)
    assert again.session.state() == made.session.state()


def test_a_row_that_was_moved_moves_for_anyone() -> None:
    made = filled()
    second = made.session.locate("/data/pet[2]")
    assert second is not None
    made.move_row(second.path, -1)
    assert values(made)["/data/pet[1]/called"] == "Rex"
    assert made.move_row(second.path, -1).answers == {}, "it stands at the top"
    assert as_script(made.steps)[-1] == {"move_row": "/data/pet[2]", "with": "up"}
    steps = read_steps(json.dumps(as_script(made.steps)).encode())
    session = open_session(form(), now=NOW, zone=UTC, seed=0)
    *_before, last = replay(session, steps, UTC)
    assert last["values"]["/data/pet[1]/called"] == "Rex" and not last["refused"]
    assert values(trial(form(), made.steps)) == values(made)
    session = open_session(form(), now=NOW, zone=UTC, seed=0)
    *_before, last = replay(session, [*steps[:-1], Step("move_row", "/data/pet[2]", "sideways")], UTC)
    assert last["refused"]
    made.undo()
    assert values(made)["/data/pet[2]/called"] == "Rex" and len(made.steps) == len(steps) - 1


def test_state_lines_agree_with_the_whole_state() -> None:
    made = filled()
    whole, lines = made.session.state(), made.session.state_lines()
    assert {line.reference: line.rows for line in lines if line.rows is not None} == whole["rows"]
    assert [line.reference for line in lines if line.flaw] == list(whole["invalid"])
    leaves = [line.reference for line in lines if line.kind in ("question", "computed")]
    assert leaves == list(whole["values"])
