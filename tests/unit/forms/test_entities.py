"""Entities: what a filling says of people or things beside its own answers."""

from __future__ import annotations

import pytest

from forms.advice import advice
from forms.definition import parse_form
from forms.entities import Entity
from forms.errors import FormRefused
from tests.support.forms import corpus_forms, define, row_ids, start, xform

PEOPLE = b"name,label,first_name,__version\np1,Anna A,Anna,3\np2,Bea B,Bea,1\n"
UPSERT = """
| survey |                                 |      |       |            |               |
|        | type                            | name | label | save_to    | relevant      |
|        | select_one_from_file people.csv | who  | Who   |            |               |
|        | text                            | a    | First | first_name |               |
|        | integer                         | n    | Age   | age        | ${a} != 'Zoe' |
| entities | | | | | |
|        | list_name | label                   | create_if   | update_if    | entity_id |
|        | people    | concat(${a}, ' ', ${n}) | ${who} = '' | ${who} != '' | ${who}    |
"""
ROWS = """
| survey |              |      |       |            |
|        | type         | name | label | save_to    |
|        | text         | town | Town  |            |
|        | begin_repeat | kid  | Kid   |            |
|        | text         | a    | First | first_name |
|        | end_repeat   | kid  |       |            |
| entities | | | |
|        | list_name | label | create_if  |
|        | people    | ${a}  | ${a} != '' |
"""


def test_one_is_created_or_changed_as_the_answers_say() -> None:
    session = start(UPSERT, media={"people.csv": PEOPLE})
    session.answer("/a", "Cleo")
    session.answer("/n", "7")
    assert session.entities() == (
        Entity("/meta/entity", "people", "", "Cleo 7", True, False, {"first_name": "Cleo", "age": "7"}),
    )
    session.answer("/who", "p2")
    (entity,) = session.entities()
    assert (entity.id, entity.creates, entity.updates) == ("p2", False, True)
    assert session.submission()["/meta/entity/@baseVersion"] == "1"
    session.answer("/a", "Zoe")
    assert session.entities()[0].properties == {"first_name": "Zoe"}  # what is not asked is not said


def test_a_created_one_keeps_its_identity_when_the_form_is_opened_again() -> None:
    table = """
| survey |      |      |       |            |
|        | type | name | label | save_to    |
|        | text | a    | First | first_name |
| entities | | |
|        | list_name | label |
|        | people    | ${a}  |
"""
    session = start(table)
    session.answer("/a", "Anna")
    (entity,) = session.entities()
    assert entity.id and entity.creates and not entity.updates
    again = start(define(table), session.answers(), new_row_id=row_ids("other"))
    assert again.entities() == (entity,)


def test_each_row_makes_its_own() -> None:
    session = start(ROWS)
    session.add_row("/kid")
    rows = [path for path in session.submission() if path.endswith("]")]
    session.answer(f"{rows[1]}/a", "Bea")
    assert [(entity.path, entity.label) for entity in session.entities()] == [(f"{rows[1]}/meta/entity", "Bea")]
    session.answer(f"{rows[0]}/a", "Anna")
    first, second = session.entities()
    assert first.id and second.id and first.id != second.id and first.properties == {"first_name": "Anna"}
    session.remove_row(rows[0])
    assert session.entities() == (second,)


def test_what_an_entity_reads_is_not_told_to_be_unread() -> None:
    assert advice(define(ROWS)) == () and advice(define(UPSERT)) == ()


def test_a_list_that_the_form_itself_fills_begins_empty_and_is_told() -> None:
    definition = define(UPSERT)
    assert [(one.details["reason"], one.details["name"]) for one in definition.notices] == [
        ("entity_list_empty", "people")
    ]
    session = start(definition)
    assert session.choices("/who") == () and session.entities()[0].creates


def test_values_of_entities_follow_a_replayed_state() -> None:
    values = start(UPSERT, media={"people.csv": PEOPLE}).state()["values"]
    assert values["/data/meta/entity/@create"] == "true" and values["/data/meta/entity/@id"] == ""


def test_the_entity_of_an_xform() -> None:
    path = next((path for path in corpus_forms() if "entity-upsert" in path.name), None)
    if path is None:
        return
    session = start(parse_form(path.read_bytes(), {"people.csv": PEOPLE}))
    session.answer("/action", "create")
    session.answer("/name", "Dora")
    (entity,) = session.entities()
    assert entity.creates and entity.updates and entity.id and entity.properties == {"full_name": "Dora"}
    session.answer("/action", "update")
    session.answer("/person", "p1")
    assert session.entities()[0].id == "p1"


def test_odd_documents_are_opened_or_refused_and_never_crash() -> None:
    document = xform("| survey |\n| | type | name | label |\n| | text | a | A |\n")
    bound = b'<bind nodeset="/data/a/@x" calculate="1"/></model>'
    with pytest.raises(FormRefused):
        parse_form(document.replace(b"<a/>", b'<a x="2"/>').replace(b"</model>", bound))
    odd = document.replace(b"<data id", b"<meta id").replace(b"</data></instance>", b"<entity/></meta></instance>")
    odd = odd.replace(b"/data/", b"/meta/")
    assert parse_form(odd).entities == ()
    nested = document.replace(b"<meta>", b'<meta><entity dataset="x" create="1"><meta><entity/></meta></entity>')
    assert [one.dataset for one in parse_form(nested).entities] == ["x"]
