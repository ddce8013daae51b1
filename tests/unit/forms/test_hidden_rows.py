"""Rows that come to be while they are hidden: a session is what one made anew from its answers is."""

from __future__ import annotations

import random
import re

import pytest

from forms.session import Session
from tests.support.forms import define, row_ids, start

COUNTED = """
| survey |               |       |           |                |         |              |                            |
|        | type          | name  | label     | relevant       | default | repeat_count | calculation                |
|        | select_one yn | has   | Enfants ? |                |         |              |                            |
|        | integer       | many  | Combien   |                |         |              |                            |
|        | begin_repeat  | child | Enfant    | ${has} = 'yes' |         | ${many}      |                            |
|        | integer       | age   | Age       |                | 7       |              |                            |
|        | begin_group   | more  | Plus      |                |         |              |                            |
|        | text          | note  | Note      |                | rien    |              |                            |
|        | begin_repeat  | toy   | Jouet     |                |         |              |                            |
|        | text          | what  | Quoi      |                | balle   |              |                            |
|        | end_repeat    |       |           |                |         |              |                            |
|        | end_group     |       |           |                |         |              |                            |
|        | end_repeat    |       |           |                |         |              |                            |
|        | calculate     | total |           |                |         |              | sum(${age})                |
| choices |              |       |           |                |         |              |                            |
|        | list_name     | name  | label     |                |         |              |                            |
|        | yn            | yes   | Oui       |                |         |              |                            |
|        | yn            | no    | Non       |                |         |              |                            |
"""
FREE = COUNTED.replace("| ${many}      |", "|              |")
PLACED = re.compile(r"\[\w+\]")


def known(session: Session) -> dict[str, str]:
    return {path: value for path, value in session.submission().items() if not path.startswith("/meta")}


def anew(session: Session) -> Session:
    return start(session.definition, session.answers(), new_row_id=row_ids("again"))


def test_counted_rows_made_while_the_repeat_is_hidden_are_hidden_throughout() -> None:
    session = start(COUNTED)
    session.answer("/has", "no")
    session.answer("/many", "2")
    assert known(session) == {"/has": "no", "/many": "2", "/total": "0"} == known(anew(session))
    session.answer("/has", "yes")
    assert known(session)["/total"] == "14" and known(session) == known(anew(session))
    assert known(session)["/child[2]/more/note"] == "rien" and "balle" in known(session).values()


def test_a_row_added_or_brought_back_while_the_repeat_is_hidden_is_hidden_throughout() -> None:
    session = start(FREE)
    session.answer("/has", "no")
    row = session.add_row("/child").added_row
    assert known(session) == {"/has": "no", "/total": "0"} == known(anew(session))
    session.answer("/has", "yes")
    session.answer(f"/child[{row}]/age", "9")
    assert known(session)["/total"] == "16"
    session.answer("/has", "no")
    session.remove_row(f"/child[{row}]")
    session.undo()
    assert known(session) == {"/has": "no", "/total": "0"} == known(anew(session))
    session.undo()
    assert known(session)["/total"] == "16" and known(session) == known(anew(session))


@pytest.mark.parametrize("form", [COUNTED, FREE])
def test_whatever_is_done_a_session_made_anew_is_the_same_and_undoing_all_leads_back(form: str) -> None:
    definition = define(form)
    for seed in range(12):
        print("seed", seed)
        dice = random.Random(seed)
        session = start(definition, new_row_id=row_ids(f"s{seed}x"))
        begun = by_place(session)
        for _ in range(25):
            act(session, dice)
            assert known(session) == known(anew(session)), seed
        while session.can_undo:
            session.undo()
            assert known(session) == known(anew(session)), seed
        assert by_place(session) == begun, seed


def act(session: Session, dice: random.Random) -> None:
    paths = list(session.answers())
    rows = [path for path in paths if path.endswith("]") and session.answers()[path] is not None]
    chance = dice.random()
    if chance < 0.25:
        session.answer("/has", dice.choice(("yes", "no")))
    elif chance < 0.4:
        session.answer("/many", dice.choice(("0", "1", "3")))
    elif chance < 0.5:
        session.undo()
    elif chance < 0.6:
        session.redo()
    elif chance < 0.8 and not session.definition.nodes["/child"].counted:
        session.add_row("/child")
    else:
        toys = [row for row in rows if "/toy[" in row]
        if toys and chance < 0.9:
            session.remove_row(dice.choice(toys))
        elif toys:
            session.add_row(dice.choice(toys).rpartition("[")[0])


def by_place(session: Session) -> list[tuple[str, str]]:
    """What would be handed in, in order, whatever the rows are called."""
    return [(PLACED.sub("[]", path), value) for path, value in known(session).items()]
