"""What this agent last answered, read from the workspace."""

from __future__ import annotations

from sync.last_values import last_values
from tests.support.clients import AGE, CHILD, NAME, PROCEDURE, TOWN, Office


def test_the_answers_of_the_last_case_of_the_procedure_are_found(post: Office) -> None:
    client = post.client()
    client.desk.open(client.case({NAME: "A"})).answer(TOWN, "Foix")
    second = client.desk.open(client.case({NAME: "B"}))
    second.answer(TOWN, "Gap")
    second.answer(AGE, "40")
    second.answer(AGE, None)
    row = second.add_row(CHILD).added_row
    second.answer(f"{CHILD}[{row}]/first", "Awa")
    third = client.desk.open(client.case())
    found = last_values(client.workspace, third.case_id, PROCEDURE)
    assert found[TOWN] == "Gap"
    assert found[f"{CHILD}/first"] == "Awa"
    assert AGE not in found, "what was taken back is not repeated"
    assert last_values(client.workspace, third.case_id, "another") == {}
    assert last_values(client.workspace, second.case_id, PROCEDURE)[TOWN] == "Foix", "never the case's own"


def test_what_a_case_began_with_is_no_answer_of_the_agent_s(post: Office) -> None:
    client = post.client()
    client.desk.new_case(PROCEDURE, client.citizen(family_name="Moreau"))
    other = client.desk.new_case(PROCEDURE, client.citizen(family_name="Diallo"))
    assert NAME not in last_values(client.workspace, other.case_id, PROCEDURE)
