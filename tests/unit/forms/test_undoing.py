"""Acts taken back and made again: every answer, row and value as it was, and the store agrees with the screen."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Iterator

import pytest

from forms.errors import FormsError
from forms.session import Session
from forms.views import ChangeSet
from tests.support.forms import row_ids, start

FORM = """
| survey |  |  |  |  |  |  |  |  |
|  | type | name | label | relevant | default | trigger | calculation | repeat_count |
|  | text | name | Votre nom |  |  |  |  |  |
|  | text | greeting | Bonjour |  |  | ${name} | concat('Bonjour ', ${name}) |  |
|  | select_one yn | couple | En couple ? |  |  |  |  |  |
|  | text | pname | Son nom | ${couple} = 'yes' |  |  |  |  |
|  | integer | many | Combien |  | 2 |  |  |  |
|  | begin_repeat | counted | Compté |  |  |  |  | ${many} |
|  | text | what | Quoi |  |  |  |  |  |
|  | end_repeat |  |  |  |  |  |  |  |
|  | begin_repeat | member | Membre |  |  |  |  |  |
|  | text | mname | Nom |  | Inconnu |  |  |  |
|  | decimal | income | Revenu |  |  |  |  |  |
|  | begin_repeat | paper | Pièce |  |  |  |  |  |
|  | text | title | Titre |  |  |  |  |  |
|  | end_repeat |  |  |  |  |  |  |  |
|  | end_repeat |  |  |  |  |  |  |  |
|  | calculate | total |  |  |  |  | sum(${income}) |  |
| choices |  |  |  |  |  |  |  |  |
|  | list_name | name | label |  |  |  |  |  |
|  | yn | yes | Oui |  |  |  |  |  |
|  | yn | no | Non |  |  |  |  |  |
"""
_ROW = re.compile(r"\[(\w+)\]")


def named_by_place(values: dict[str, str]) -> dict[str, str]:
    """The same with rows called by their place, since a row that comes back has another identity."""
    rows = {path: value for path, value in values.items() if path.endswith("]")}

    def places(path: str) -> str:
        end, found = 0, ""
        for match in _ROW.finditer(path):
            found += path[end : match.start()] + f"[#{rows.get(path[: match.end()], '?')}]"
            end = match.end()
        return found + path[end:]

    return {places(path): value for path, value in values.items()}


def shown(session: Session) -> dict[str, str]:
    return named_by_place(session.submission())


class Filling:
    """A session with what a store would hold of it."""

    def __init__(self, seed: int = 0) -> None:
        self._ids = row_ids(f"s{seed}x")
        self.session = start(FORM, new_row_id=self._ids)
        self.stored = dict(self.session.answers())

    def keep(self, changes: ChangeSet) -> ChangeSet:
        self.stored.update(changes.answers)
        return changes

    def reopened(self) -> dict[str, str]:
        return shown(start(FORM, self.stored, new_row_id=row_ids("z")))


def test_an_answer_comes_back_with_all_that_it_set() -> None:
    filling = Filling()
    session = filling.session
    filling.keep(session.answer("/name", "Ada"))
    filling.keep(session.answer("/name", "Zoé"))
    back = filling.keep(session.undo())
    assert back.about == "/name" and back.answers == {"/name": "Ada", "/greeting": "Bonjour Ada"}
    filling.keep(session.undo())
    assert session.question("/name").value is None and session.question("/greeting").value is None
    assert filling.keep(session.redo()).answers == {"/name": "Ada", "/greeting": "Bonjour Ada"}
    assert filling.reopened() == shown(session)
    assert session.undo().about == "/name" and session.undo() == ChangeSet({})


def test_a_removed_row_comes_back_in_its_place_with_what_was_in_it() -> None:
    filling = Filling()
    session = filling.session
    filling.keep(session.add_row("/member"))
    rows = [path for path in session.submission() if re.fullmatch(r"/member\[\w+\]", path)]
    filling.keep(session.answer(f"{rows[0]}/income", "10"))
    papers = filling.keep(session.add_row(f"{rows[0]}/paper"))
    filling.keep(session.answer(f"{rows[0]}/paper[{papers.added_row}]/title", "Bail"))
    before = shown(session)
    filling.keep(session.remove_row(rows[0]))
    assert session.computed().get("/total", "") in ("", "0")
    back = filling.keep(session.undo())
    assert shown(session) == before == filling.reopened()
    assert back.about.startswith("/member[") and back.about != rows[0]
    filling.keep(session.redo())
    assert shown(session) != before and filling.reopened() == shown(session)


def test_a_row_added_goes_and_comes_with_its_answers() -> None:
    filling = Filling()
    session = filling.session
    added = filling.keep(session.add_row("/member"))
    row = f"/member[{added.added_row}]"
    filling.keep(session.answer(f"{row}/income", "5"))
    full = shown(session)
    filling.keep(session.undo())
    filling.keep(session.undo())
    assert f"{row}/income" not in session.submission()
    filling.keep(session.redo())
    filling.keep(session.redo())
    assert shown(session) == full == filling.reopened()


def members(session: Session) -> list[str]:
    rows = [(int(place), path) for path, place in session.submission().items() if re.fullmatch(r"/member\[\w+\]", path)]
    return [path for _place, path in sorted(rows)]


def test_a_row_is_moved_and_keeps_its_path_and_what_is_in_it() -> None:
    filling = Filling()
    session = filling.session
    for _ in range(2):
        filling.keep(session.add_row("/member"))
    first, second, third = members(session)
    filling.keep(session.answer(f"{third}/mname", "Zoé"))
    before = shown(session)
    change = filling.keep(session.move_row(third, -1))
    assert change.answers == {second: "3", third: "2"} and change.rows == {"/member"} and change.structure
    assert members(session) == [first, third, second] and filling.reopened() == shown(session)
    assert session.move_row(first, -1) == session.move_row(second, 1) == session.move_row(first, 0) == ChangeSet({})
    filling.keep(session.move_row(first, 7))
    assert members(session) == [third, second, first] and filling.reopened() == shown(session)
    assert filling.keep(session.undo()).about == first
    filling.keep(session.undo())
    assert shown(session) == before == filling.reopened() and members(session) == [first, second, third]
    filling.keep(session.redo())
    assert members(session) == [first, third, second] and session.question(f"{third}/mname").value == "Zoé"


def test_what_reads_the_order_of_rows_follows_a_move() -> None:
    session = start(
        """
| survey |              |       |       |               |
|        | type         | name  | label | calculation   |
|        | begin_repeat | r     | R     |               |
|        | text         | n     | N     |               |
|        | calculate    | place |       | position(..)  |
|        | end_repeat   |       |       |               |
|        | calculate    | all   |       | join(' ', ${n}) |
""",
        {"/r[a]": "1", "/r[a]/n": "a", "/r[b]": "4", "/r[b]/n": "b", "/r[c]": "4", "/r[c]/n": "c"},
    )
    assert session.move_row("/r[c]", -1).answers == {"/r[b]": "5"}
    assert session.submission()["/all"] == "a c b" and session.submission()["/r[c]/place"] == "2"


def test_the_rows_of_a_counted_repeat_stay_where_they_are() -> None:
    session = Filling().session
    for path, code in (("/counted[1]", "forms.read_only"), ("/counted[9]", "forms.unknown_path")):
        with pytest.raises(FormsError, match=code):
            session.move_row(path, 1)


def test_a_new_act_ends_what_could_be_made_again() -> None:
    session = Filling().session
    session.answer("/name", "Ada")
    session.undo()
    session.answer("/name", "Zoé")
    assert session.redo() == ChangeSet({})


def acts(session: Session, chance: random.Random) -> Iterator[ChangeSet]:
    for _ in range(chance.randint(1, 25)):
        rows = [path for path in session.answers() if path.endswith("]") and session.answers()[path] is not None]
        mine = [path for path in rows if not path.startswith("/counted")]
        fields = ["/name", "/couple", "/pname", "/many"]
        fields += [f"{row}/{name}" for row in rows if row.startswith("/counted") for name in ("what",)]
        fields += [f"{row}/title" for row in mine if "/paper[" in row]
        fields += [f"{row}/{name}" for row in mine if "/paper[" not in row for name in ("mname", "income")]
        what = chance.random()
        if what < 0.65 or not mine:
            value = chance.choice([None, "yes", "3", "0", "Éloïse", "12.5"])
            yield session.answer(chance.choice(fields), value)
        elif what < 0.85:
            outer = [row for row in mine if "/paper[" not in row]
            yield session.add_row(chance.choice(["/member", *(f"{row}/paper" for row in outer)]))
        elif what < 0.93:
            yield session.remove_row(chance.choice(mine))
        else:
            yield session.move_row(chance.choice(mine), chance.choice([-2, -1, 1]))


def test_any_acts_are_taken_back_to_the_beginning_and_made_again_to_the_end() -> None:
    seed = secrets.randbits(32)
    print("seed", seed)
    for number in range(60):
        chance = random.Random(seed + number)
        filling = Filling(number)
        session = filling.session
        stands = [shown(session)]
        for changes in acts(session, chance):
            filling.keep(changes)
            if changes.answers:
                stands.append(shown(session))
        for stand in reversed(stands[:-1]):
            filling.keep(session.undo())
            assert shown(session) == stand == filling.reopened()
        for stand in stands[1:]:
            filling.keep(session.redo())
            assert shown(session) == stand == filling.reopened()
