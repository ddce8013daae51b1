"""Citizens as a list that forms choose from, and what forms say of citizens as acts on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cases import entities
from cases.errors import InputError
from cases.procedures import from_bundle, load_directory, to_bundle
from forms.entities import Entity
from sync.desk import OpenForm
from sync.messages import bundle_version
from tests.support.clients import Client, Office, bundle
from tests.support.forms import xform
from tests.support.memory_service import MemoryService
from tests.support.workbooks import workbook

FORM = """
| survey |                                  |        |           |             |
|        | type                             | name   | label     | save_to     |
|        | select_one_from_file usagers.csv | who    | Usager    |             |
|        | text                             | phone  | Téléphone | telephone   |
|        | text                             | name   | Nom       | nom         |
|        | date                             | born   | Né(e) le  | birth_date  |
|        | text                             | shoes  | Pointure  | shoe_size   |
| entities | | | | | |
|        | list_name | label   | create_if   | update_if    | entity_id |
|        | usagers   | ${name} | ${who} = '' | ${who} != '' | ${who}    |
"""
ROWS = """
| survey |              |       |        |            |
|        | type         | name  | label  | save_to    |
|        | begin_repeat | child | Enfant |            |
|        | text         | first | Prénom | prenom     |
|        | text         | last  | Nom    | last_name  |
|        | end_repeat   |       |        |            |
| entities | | |
|        | list_name | label    |
|        | citizens  | ${first} |
"""


def opened(client: Client, form: str, citizen: str, memory: MemoryService | None = None) -> OpenForm:
    """A new case of a procedure with this form, which ``memory`` knows too."""
    procedure = replace(from_bundle(bundle()), id="listes", form=xform(form), prefill={})
    data = to_bundle(procedure)
    client.workspace.store_procedure(procedure.id, bundle_version(data), data)
    if memory is not None:
        memory.central.publish(procedure.id, data)
    return client.desk.new_case(procedure.id, citizen)


def test_a_form_chooses_among_the_office_s_citizens_and_changes_the_one_chosen(post: Office) -> None:
    client = post.client()
    other = client.citizen(family_name="Moreau", given_names="Anne", birth_date="1990-05-02")
    form = opened(client, FORM, client.citizen())
    labels = {choice.value: choice.label for choice in form.session.choices("/who")}
    assert labels[other] == "Moreau Anne, 1990-05-02"
    form.answer("/who", other)
    form.answer("/phone", "0612345678")
    form.answer("/shoes", "42")
    before = client.pending
    form.submit()
    fields = client.workspace.citizen(other).fields
    assert (fields["phone"], fields["family_name"], fields["given_names"]) == ("0612345678", "Moreau", "Anne")
    assert client.workspace.case(form.case_id).answers["/shoes"] == "42"  # what a citizen has not stays in the case
    assert client.pending > before
    client.sync()
    assert client.workspace.citizen(other).fields["phone"] == "0612345678" and client.pending == 0


def test_a_form_creates_a_citizen_once_however_often_it_is_handed_in(post: Office, memory: MemoryService) -> None:
    client = post.client()
    known = {row.id for row in client.workspace.citizens()} | {(mine := client.citizen())}
    form = opened(client, FORM, mine, memory)
    form.answer("/name", "Roux")
    form.answer("/born", "2001-02-03")
    form.submit()
    client.sync()
    (made,) = {row.id for row in client.workspace.citizens()} - known
    assert client.workspace.citizen(made).fields["birth_date"] == "2001-02-03"
    memory.ask_for_information(form.case_id, "Et le téléphone ?")
    client.sync()
    form.refresh()
    form.answer("/phone", "0699")
    form.submit()
    assert {row.id for row in client.workspace.citizens()} - known == {made}
    assert client.workspace.citizen(made).fields["phone"] == "0699"
    assert [choice.value for choice in client.desk.open(form.case_id).session.choices("/who", "roux")] == [made]


def test_rows_create_citizens_and_a_name_may_come_from_the_label(post: Office) -> None:
    client = post.client()
    mine = client.citizen()
    form = opened(client, ROWS, mine)
    (first,) = [path for path in form.session.submission() if path.endswith("]")]
    second = f"/child[{form.add_row('/child').added_row}]"
    form.answer(f"{first}/first", "Léa")
    form.answer(f"{first}/last", "Petit")
    form.answer(f"{second}/first", "Tom")
    form.submit()
    made = {(row.family_name, row.given_names) for row in client.workspace.citizens() if row.id != mine}
    assert made == {("Petit", "Léa"), ("Tom", "Tom")}


def test_nothing_is_recorded_when_a_citizen_cannot_be(post: Office) -> None:
    client = post.client()
    form = opened(client, ROWS, client.citizen())
    before = client.pending
    with pytest.raises(InputError, match=r"citizen\.name_missing"):
        form.submit()
    assert client.workspace.case(form.case_id).state == "draft" and client.pending == before


def test_what_another_agent_wrote_meanwhile_is_not_overwritten_in_silence(post: Office) -> None:
    one, other = post.client(), post.client()
    known = one.citizen(family_name="Moreau")
    form = opened(one, FORM, known)
    one.sync()
    other.sync()
    other.workspace.edit_citizen(known, {"phone": "0111"}, base=other.workspace.citizen(known).base)
    other.sync()
    form.answer("/who", known)
    form.answer("/phone", "0222")
    one.sync()  # the form on the screen does not show what came
    form.submit()
    one.sync()
    assert [contested.field for contested in one.workspace.citizen(known).contested] == ["phone"]


def test_an_empty_answer_clears_nothing_and_nobody_named_is_the_citizen_of_the_case() -> None:
    said = Entity("/meta/entity", "usagers", "", "X", False, True, {"nom": "", "telephone": " 06 "})
    (change,) = entities.changes([said], case="c" * 32, citizen="d" * 32, base=4)
    assert change == entities.CitizenChange("d" * 32, {"phone": "06"}, 4, False)
    assert entities.changes([replace(said, dataset="menages")], case="c" * 32, citizen="d" * 32, base=4) == ()
    made = entities.created("0197f0a1b2c37" + "0" * 19, "/meta/entity")
    assert made[:12] == "0197f0a1b2c3" and made[12] == "7" and made[16] in "89ab" and entities.is_record(made)


def test_what_cannot_become_an_act_on_a_citizen_is_told_with_its_row(tmp_path: Path) -> None:
    folder = tmp_path / "menage"
    folder.mkdir()
    (folder / "procedure.toml").write_text(
        'states = ["draft"]\ndelay_days = 30\nsilence = "unspecified"\nretention_months = 12\n[title]\nfr = "M"\n'
    )
    survey = [["type", "name", "label", "save_to"], ["text", "a", "A", "telephone"], ["text", "b", "B", "shoe_size"]]
    listed = [["list_name", "label"], ["usagers", "${a}"]]
    (folder / "form.xlsx").write_bytes(workbook(survey=survey, entities=listed))
    remarks = load_directory(folder).remarks
    assert [(one.details["reason"], one.sheet, one.row) for one in remarks] == [
        ("entity_property_kept", "survey", 3),
        ("entity_name_from_label", "entities", 2),
    ]
    listed[1][0] = "menages"
    (folder / "form.xlsx").write_bytes(workbook(survey=survey, entities=listed))
    assert [one.details["reason"] for one in load_directory(folder).remarks] == ["entity_list_elsewhere"]
