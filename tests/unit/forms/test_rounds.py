"""Formulas that read other rows of their own column: chains are worked out to their end, circles are told."""

from __future__ import annotations

import random

import pytest

from forms.definition import FormDefinition
from forms.session import Session
from tests.support.forms import define, row_ids, start

CHAIN = """
| survey |              |         |       | |
|        | type         | name    | label | calculation |
|        | begin_repeat | r       | R     | |
|        | calculate    | opening |       | {other} |
|        | integer      | a       | A     | |
|        | calculate    | closing |       | ${{opening}} + coalesce(${{a}}, 0) |
|        | end_repeat   |         |       | |
"""
OWN = """
| survey |              |         |       | |
|        | type         | name    | label | calculation |
|        | begin_repeat | r       | R     | |
|        | integer      | a       | A     | |
|        | calculate    | closing |       | coalesce(${{a}}, 0) + {other} |
|        | end_repeat   |         |       | |
"""
FORWARD, BACKWARD = (
    {"other": f"if(position(..) {edge}, 0, indexed-repeat(${{closing}}, ${{r}}, position(..) {step} 1))"}
    for edge, step in (("= 1", "-"), ("= count(${r})", "+"))
)
POINTING = """
| survey |              |      |       |                                                          |
|        | type         | name | label | calculation                                              |
|        | text         | t    | Début |                                                          |
|        | begin_repeat | r    | R     |                                                          |
|        | integer      | to   | Vers  |                                                          |
|        | calculate    | v    |       | 1 + if(${to} > 0, coalesce(indexed-repeat(${v}, ${r}, ${to}), 0), 0) |
|        | end_repeat   |      |       |                                                          |
|        | calculate    | sum  |       | sum(${v})                                                |
"""


def rows(session: Session) -> list[str]:
    return [path for path in session.submission() if path.endswith("]")]


def column(session: Session, name: str) -> list[str | None]:
    found = session.submission()
    return [found.get(f"{row}/{name}") for row in rows(session)]


def told(session: Session) -> set[str]:
    return {issue.code for issue in session.validate()}


def anew(session: Session) -> Session:
    return start(session.definition, session.answers(), new_row_id=row_ids("again"))


def with_rows(form: str | FormDefinition, count: int) -> Session:
    session = start(form)
    while len(rows(session)) < count:
        session.add_row("/r")
    return session


@pytest.mark.parametrize("form", [CHAIN, OWN])
@pytest.mark.parametrize("way", [FORWARD, BACKWARD])
def test_a_chain_over_rows_is_worked_out_to_its_end(form: str, way: dict[str, str]) -> None:
    session = with_rows(form.format(**way), 30)
    for row in rows(session):
        session.answer(f"{row}/a", "1")
    row = rows(session)[0 if way is FORWARD else -1]
    session.answer(f"{row}/a", "101")
    wanted = [str(number) for number in range(101, 131)]
    assert (
        column(session, "closing") == (wanted if way is FORWARD else wanted[::-1]) == column(anew(session), "closing")
    )
    assert not told(session) and not told(anew(session))


@pytest.mark.parametrize("way", [FORWARD, BACKWARD])
def test_a_running_stock_is_right_whatever_is_done(way: dict[str, str]) -> None:
    definition = define(CHAIN.format(**way))
    for seed in range(6):
        print("seed", seed)
        dice = random.Random(seed)
        session = with_rows(definition, 8)
        for _ in range(25):
            chance, row = dice.random(), dice.choice(rows(session) or ["/r"])
            if chance < 0.3 or row == "/r":
                session.add_row("/r")
            elif chance < 0.6:
                session.answer(f"{row}/a", str(dice.randint(-5, 9)))
            elif chance < 0.75:
                session.move_row(row, dice.choice((-9, -1, 1, 9)))
            elif chance < 0.85:
                session.remove_row(row)
            else:
                session.undo() if chance < 0.95 else session.redo()
            assert column(session, "closing") == stock(session, backward=way is BACKWARD), seed
        assert column(anew(session), "closing") == column(session, "closing"), seed


def stock(session: Session, *, backward: bool) -> list[str]:
    given = [int(text or 0) for text in column(session, "a")]
    count = len(given)
    return [str(sum(given[at:] if backward else given[: at + 1])) for at in range(count)]


def test_what_goes_in_circles_is_told_and_the_same_when_loaded_again() -> None:
    session = with_rows(POINTING, 8)
    made = rows(session)
    for at, to in enumerate((2, 1, 2, 5, "", 7, 8, "")):  # 1 and 2 need each other, and 3 needs them
        session.answer(f"{made[at]}/to", str(to))
    for one in (session, anew(session)):
        assert column(one, "v") == [None, None, None, "2", "1", "3", "2", "1"]
        assert told(one) == {"uncomputed"}
        assert one.state()["uncomputed"] == [f"/data/r[{number}]/v" for number in (1, 2, 3)]
    session.answer(f"{made[1]}/to", "8")
    assert column(session, "v") == ["3", "2", "3", "2", "1", "3", "2", "1"] and not told(session)
    assert session.submission()["/sum"] == "17"
    session.undo()
    assert column(session, "v")[:4] == [None, None, None, "2"] and told(session) == {"uncomputed"}


def test_a_value_that_needs_itself_is_told() -> None:
    session = with_rows(POINTING, 2)
    session.answer(f"{rows(session)[0]}/to", "1")
    assert column(session, "v") == [None, "1"] == column(anew(session), "v")
    assert told(session) == told(anew(session)) == {"uncomputed"}


def test_two_questions_that_need_each_other_are_told() -> None:
    form = """
| survey |           |      |       |                      |
|        | type      | name | label | calculation          |
|        | integer   | a    | A     |                      |
|        | calculate | b    |       | coalesce(${c}, 0) + 1 |
|        | calculate | c    |       | ${b} + ${a}          |
"""
    session = start(form)
    session.answer("/a", "1")
    assert told(session) == told(anew(session)) == {"uncomputed"}
    assert session.computed() == anew(session).computed() == {}


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("${v} + 1", True),
        ("sum(/data/r/v) + 1", True),
        ("indexed-repeat(${v}, ${r}, position(..) - 1)", False),
        ("/data/r[position() = 1]/v", False),
        ("once(uuid())", False),
        ("${w}", True),
    ],
)
def test_what_is_a_circle_whatever_the_rows_is_named(formula: str, named: bool) -> None:
    form = f"""
| survey |              |      |       |             |
|        | type         | name | label | calculation |
|        | begin_repeat | r    | R     |             |
|        | text         | t    | T     |             |
|        | calculate    | v    |       | {formula}   |
|        | calculate    | w    |       | ${{v}}      |
|        | end_repeat   |      |       |             |
"""
    assert any("/r/v" in cycle for cycle in define(form).cycles) == named
    assert define(CHAIN.format(**BACKWARD)).cycles == ()
