"""Moving a draft to another version of its form: where each answer goes, and that none is dropped."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from forms.definition import FormDefinition
from forms.moving import Moving, Ways, plan_move, without_place
from forms.session import Session
from tests.support.form_sessions import TODAY, definition_of

V1 = (
    ("begin_group", "who", "Demandeur", {}),
    ("text", "name", "Nom", {}),
    ("text", "phone", "Téléphone", {}),
    ("select_one place", "town", "Commune", {}),
    ("text", "gone", "Observation", {}),
    ("integer", "age", "Âge", {}),
    ("end_group", "", "", {}),
    ("begin_repeat", "person", "Personne", {}),
    ("text", "first", "Prénom", {}),
    ("text", "link", "Lien", {}),
    ("end_repeat", "", "", {}),
)
V2 = (
    ("begin_group", "who", "Demandeur", {}),
    ("text", "name", "Nom de famille", {}),
    ("select_one place", "town", "Commune", {}),
    ("text", "mail", "Courriel", {"required": "yes"}),
    ("text", "unasked", "Autre", {"relevant": "${name} = 'never'"}),
    ("date", "age", "Né le", {}),
    ("end_group", "", "", {}),
    ("begin_group", "reach", "Joindre", {}),
    ("text", "phone", "Téléphone", {}),
    ("end_group", "", "", {}),
    ("begin_group", "home", "Foyer", {}),
    ("begin_repeat", "person", "Personne", {}),
    ("text", "first", "Prénom", {}),
    ("end_repeat", "", "", {}),
    ("end_group", "", "", {}),
)
TOWNS = (("place", "aix", "Aix"), ("place", "gap", "Gap"))
FEWER = (("place", "gap", "Gap"), ("place", "lyon", "Lyon"))


def one() -> FormDefinition:
    return definition_of(V1, TOWNS)


def two() -> FormDefinition:
    return definition_of(V2, FEWER)


def opened(definition: FormDefinition, answers: Mapping[str, str | None] | None = None) -> Session:
    ids = (f"n{number}" for number in itertools.count(1))
    return Session(
        definition, answers=answers, today=TODAY, now_ms=1_795_000_000_000, tz=UTC, new_row_id=lambda: next(ids)
    )


def moved(stored: Mapping[str, str | None], before: FormDefinition, after: FormDefinition) -> Moving:
    return plan_move(opened(before, stored), stored, after, lambda answers: opened(after, answers))


def test_where_each_answer_goes() -> None:
    stored = {
        "/who/name": "Petit",
        "/who/phone": "0600000000",
        "/who/town": "aix",
        "/who/gone": "à voir",
        "/who/age": "42",
        "/person[k7]": "1",
        "/person[k7]/first": "Ana",
        "/person[k7]/link": "sœur",
    }
    plan = moved(stored, one(), two())
    assert [line.question.path for line in plan.kept] == ["/who/name", "/who/town", "/who/age"]
    assert [(line.question.path, line.to) for line in plan.moved] == [
        ("/who/phone", "/reach/phone"),
        ("/person[k7]/first", "/home/person[k7]/first"),
    ]
    assert [line.question.path for line in plan.unplaced] == ["/who/gone", "/person[k7]/link"]
    assert [line.question.path for line in plan.doubtful] == ["/who/town", "/who/age"]
    assert [question.path for question in plan.asked] == ["/who/mail"]
    assert plan.asked[0].required
    assert plan.kept[1].labels == ("Aix",)
    assert plan.writes == {
        "/reach/phone": "0600000000",
        "/home/person[k7]": "1",
        "/home/person[k7]/first": "Ana",
    }
    then = {**stored, **plan.writes}
    assert without_place(two(), then) == {
        "/who/phone": "0600000000",
        "/who/gone": "à voir",
        "/person[k7]/first": "Ana",
        "/person[k7]/link": "sœur",
    }


def test_moving_back_takes_along_what_was_answered_since() -> None:
    stored: dict[str, Any] = {"/who/phone": "0600000000", "/person[k7]": "1", "/person[k7]/first": "Ana"}
    stored |= moved(stored, one(), two()).writes
    stored |= {"/reach/phone": "0611111111", "/home/person[k7]": None, "/home/person[b2]": "2"}
    stored |= {"/home/person[b2]/first": "Bea", "/who/mail": "a@b.fr"}
    back = moved(stored, two(), one())
    assert back.writes == {
        "/who/phone": "0611111111",
        "/person[k7]": None,
        "/person[b2]": "2",
        "/person[b2]/first": "Bea",
    }
    assert [line.question.path for line in back.unplaced] == ["/who/mail"]


def test_a_name_that_two_places_have_moves_nowhere() -> None:
    before = definition_of((("text", "name", "Nom", {}),))
    after = definition_of(
        (
            ("begin_group", "a", "A", {}),
            ("text", "name", "Nom", {}),
            ("end_group", "", "", {}),
            ("begin_group", "b", "B", {}),
            ("text", "name", "Nom", {}),
            ("end_group", "", "", {}),
        )
    )
    assert "/name" not in Ways(before, after).refs
    plan = moved({"/name": "Petit"}, before, after)
    assert [line.question.path for line in plan.unplaced] == ["/name"]
    assert not plan.writes


def test_a_question_that_the_form_computes_now_keeps_what_was_typed() -> None:
    before = definition_of((("integer", "total", "Total", {}), ("integer", "part", "Part", {})))
    after = definition_of((("integer", "part", "Part", {}), ("calculate", "total", "", {"calculation": "${part} * 2"})))
    stored = {"/total": "7", "/part": "2"}
    assert [line.question.path for line in moved(stored, before, after).unplaced] == ["/total"]
    assert without_place(after, stored) == {"/total": "7"}
    assert opened(after, stored).question("/total").value == "4"


def test_a_group_that_becomes_a_list_takes_no_answer() -> None:
    before = definition_of((("begin_group", "p", "P", {}), ("text", "x", "X", {}), ("end_group", "", "", {})))
    after = definition_of((("begin_repeat", "p", "P", {}), ("text", "x", "X", {}), ("end_repeat", "", "", {})))
    plan = moved({"/p/x": "là"}, before, after)
    assert [line.question.path for line in plan.unplaced] == ["/p/x"]
    assert without_place(after, {"/p/x": "là"}) == {"/p/x": "là"}


def _a_form(chance: random.Random) -> FormDefinition:
    """Some of ten questions, each in one of three places, of one of four types."""
    places: dict[str, list[tuple[str, str, str, dict[str, str]]]] = {"": [], "g": [], "h": [], "r": []}
    for number in range(10):
        if chance.random() < 0.8:
            kind = chance.choice(["text", "text", "integer", "decimal", "select_one place"])
            places[chance.choice(list(places))].append((kind, f"q{number}", f"Q{number}", {}))
    rows = list(places[""])
    for name, how in (("g", "group"), ("h", "group"), ("r", "repeat")):
        if places[name]:
            rows += [(f"begin_{how}", name, name, {}), *places[name], (f"end_{how}", "", "", {})]
    return definition_of(rows or [("text", "only", "O", {})], TOWNS)


def test_nothing_typed_is_dropped_by_any_walk_through_versions() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    forms = [_a_form(chance) for _ in range(4)]
    for _walk in range(60):
        form = chance.choice(forms)
        stored: dict[str, str | None] = {}
        for _step in range(12):
            session = opened(form, stored)
            if chance.random() < 0.25:
                after = chance.choice(forms)
                plan = moved(stored, form, after)
                said = [line.question.path for part in (plan.kept, plan.moved, plan.unplaced) for line in part]
                asked = [each.path for each in session.find("", 999)]
                assert sorted(said) == sorted(path for path in asked if stored.get(path) is not None)
                then = {**stored, **plan.writes}
                for line in (*plan.kept, *plan.moved):
                    assert line.to is not None and then[line.to] == line.question.value
                assert all(then[path] == value for path, value in stored.items() if path not in plan.writes)
                # What a move writes over was an earlier copy of the very answer that it brings.
                there = opened(after, then)
                held = {each.path for each in there.find("", 999)} | set(without_place(after, then))
                assert held >= {path for path, value in then.items() if value is not None and path[-1] != "]"}
                stored, form = then, after
                continue
            asked = [each.path for each in session.find("", 999)]
            if asked:
                stored.update(session.answer(chance.choice(asked), chance.choice(["1", "aix", "x y", "2.5"])).answers)
