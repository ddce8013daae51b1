"""A draft and the versions of its form: two devices, one central service, nothing lost."""

from __future__ import annotations

import argparse
import random
from typing import Any

import pytest

from cases.errors import InputError
from forms.moving import Earlier
from sync import moving
from sync.command import Context
from sync.commands import COMMANDS
from sync.messages import bundle_version
from tests.support.clients import AGE, CHILD, NAME, PROCEDURE, TOWN, Client, Office, bundle
from tests.support.memory_service import MemoryService

NEXT = """
| survey   |                  |         |                 |            |            |                  |
|          | type             | name    | label           | required   | constraint | calculation      |
|          | begin group      | who     | Demandeur       |            |            |                  |
|          | text             | name    | Nom de famille  | yes        |            |                  |
|          | integer          | age     | Âge             |            | . < 130    |                  |
|          | text             | mail    | Courriel        | yes        |            |                  |
|          | end group        |         |                 |            |            |                  |
|          | begin group      | place   | Où              |            |            |                  |
|          | text             | town    | Commune         |            |            |                  |
|          | end group        |         |                 |            |            |                  |
| settings |                  |         |                 |            |            |                  |
|          | form_title       | form_id | version         |            |            |                  |
|          | Demande d'essai  | essai   | 2               |            |            |                  |
"""
HIDDEN = """
| survey   |      |        |        |                  |
|          | type | name   | label  | relevant         |
|          | text | child  | Enfant |                  |
|          | text | school | École  | ${child} = 'yes' |
| settings |      |        |        |                  |
|          | form_title      | form_id |      |         |
|          | Demande d'essai | essai   |      |         |
"""
MAIL, PLACE = "/who/mail", "/place/town"


def published(memory: MemoryService) -> str:
    """Offer the next version of the procedure; return its name."""
    return memory.central.publish(PROCEDURE, bundle(form=NEXT))


def offered(*clients: Client) -> None:
    """Let the devices hear of what is offered: a new greeting says that there is something."""
    for client in clients:
        client.agent._offers_due_s = 0
        client.sync()


def a_draft(client: Client) -> str:
    form = client.desk.open(client.case({NAME: "Petit", AGE: "41", TOWN: "Aubin"}))
    row = form.add_row(CHILD).added_row
    form.answer(f"{CHILD}[{row}]/first", "Ana")
    return form.case_id


def moved(client: Client, case: str) -> None:
    form = client.desk.open(case)
    newer = moving.newer_version(client.desk, form.view)
    assert newer is not None
    moving.move(client.desk, form, moving.plan(client.desk, form, newer))


def earlier(client: Client, case: str) -> dict[str, Earlier]:
    found = moving.earlier(client.desk, client.desk.open(case))
    return {each.path.partition("[")[0] + each.path.partition("]")[2]: each for each in found}


def test_a_draft_stays_until_it_is_moved_and_comes_back(post: Office, memory: MemoryService) -> None:
    client = post.client()
    case = a_draft(client)
    form = client.desk.open(case)
    first = form.view.version
    assert moving.newer_version(client.desk, form.view) is None
    newest = published(memory)
    offered(client)
    form.refresh()
    assert (form.view.version, moving.newer_version(client.desk, form.view)) == (first, newest)
    move = moving.plan(client.desk, form, newest)
    assert (move.name, move.back) == ("2", False)
    assert [line.question.label for line in move.plan.kept] == ["Nom", "Âge"]
    assert [line.to for line in move.plan.moved] == [PLACE]
    assert [line.question.label for line in move.plan.unplaced] == ["Prénom"]
    assert [each.path for each in move.plan.asked] == [MAIL]
    assert form.view.version == first
    moving.move(client.desk, form, move)
    assert (form.view.version, form.session.question(PLACE).value) == (newest, "Aubin")
    assert {path: each.value for path, each in earlier(client, case).items()} == {f"{CHILD}/first": "Ana"}
    assert earlier(client, case)[f"{CHILD}/first"].label == "Prénom"
    assert moving.newer_version(client.desk, form.view) is None
    form.answer(PLACE, "Rodez")
    back = moving.plan(client.desk, form, first)
    assert back.back
    moving.move(client.desk, form, back)
    assert (form.session.question(TOWN).value, form.view.version) == ("Rodez", first)
    assert [row.items for page in form.session.pages() for row in getattr(page.items[0], "rows", ())]
    assert earlier(client, case) == {}


def test_an_answer_given_elsewhere_on_the_version_before_is_told(post: Office, memory: MemoryService) -> None:
    one, other = post.client(), post.client()
    case = a_draft(one)
    one.sync()
    published(memory)
    offered(one, other)
    there = other.desk.open(case)
    moved(one, case)
    there.answer(TOWN, "Millau")
    for client in (one, other, one):
        client.sync()
    there.refresh()
    assert there.view.version == one.desk.open(case).view.version
    for client in (one, other):
        late = earlier(client, case)[TOWN]
        assert (late.value, late.to, late.now, late.label) == ("Millau", PLACE, "Aubin", "Commune")
    form = one.desk.open(case)
    form.answer(PLACE, "Millau")
    assert TOWN not in earlier(one, case)
    form = one.desk.open(case)
    form.answer(PLACE, "Rodez")
    assert TOWN not in earlier(one, case)


def test_two_who_move_at_once_meet(post: Office, memory: MemoryService) -> None:
    one, other = post.client(), post.client()
    case = a_draft(one)
    one.sync()
    newest = published(memory)
    offered(one, other)
    moved(one, case)
    moved(other, case)
    other.desk.open(case).answer(PLACE, "Millau")
    for client in (one, other, one):
        client.sync()
    views = [client.workspace.case(case) for client in (one, other)]
    assert views[0].version == views[1].version == newest
    assert views[0].answers == views[1].answers
    assert [each.field for each in views[0].contested] == [PLACE]
    assert {claim.value for claim in views[0].contested[0].claims} == {"Aubin", "Millau"}


def test_an_old_version_is_handed_in_whenever_that_is(post: Office, memory: MemoryService) -> None:
    client = post.client()
    case = client.case({NAME: "Petit"})
    first = client.desk.open(case).view.version
    for title in ("Deux", "Trois"):
        memory.central.publish(PROCEDURE, bundle(title))
        offered(client)
    client.desk.open(case).submit()
    client.sync()
    view = client.workspace.case(case)
    assert (view.state, view.version, view.pending, client.workspace.parked()) == ("submitted", first, 0, [])


def test_moved_here_and_handed_in_there_is_for_a_person_to_settle(post: Office, memory: MemoryService) -> None:
    one, other = post.client(), post.client()
    case = a_draft(one)
    one.sync()
    published(memory)
    offered(one, other)
    moved(one, case)
    one.desk.open(case).answer(MAIL, "a@b.fr")
    other.desk.open(case).submit()
    for client in (one, other, one):
        client.sync()
    view = one.workspace.case(case)
    assert view.state == "submitted"
    assert [each.field for each in view.contested] == ["procedure_version"]
    assert view.answers[MAIL] == "a@b.fr" and view.computed[TOWN] == "Aubin"
    assert not one.workspace.parked() and not other.workspace.parked()


def test_a_move_after_an_unseen_hand_in_waits_and_loses_nothing(post: Office, memory: MemoryService) -> None:
    one, other = post.client(), post.client()
    case = a_draft(one)
    one.sync()
    published(memory)
    offered(one, other)
    first = other.desk.open(case).view.version
    moved(one, case)
    one.desk.open(case).answer(MAIL, "a@b.fr")
    other.desk.open(case).submit()
    for client in (other, one, other):
        client.sync()
    assert {each.code for each in one.workspace.parked()} == {"right.protected_field", "workflow.not_seen"}
    assert [item.body for item in one.workspace.parked_queue() if item.kind == "set" and MAIL in (item.body or {})]
    for client in (one, other):
        view = client.workspace.case(case)
        assert (view.version, view.answers[TOWN], view.state) == (first, "Aubin", "submitted")


def test_a_plan_that_is_not_true_any_more_moves_nothing(post: Office, memory: MemoryService) -> None:
    client = post.client()
    case = a_draft(client)
    newest = published(memory)
    offered(client)
    form = client.desk.open(case)
    move = moving.plan(client.desk, form, newest)
    client.desk.open(case).answer(TOWN, "Millau")
    form.refresh()
    with pytest.raises(InputError, match="version.changed"):
        moving.move(client.desk, form, move)
    assert client.workspace.case(case).version != newest
    with pytest.raises(InputError, match="version.same"):
        moving.plan(client.desk, form, form.view.version)


def test_a_version_that_a_case_alone_asks_for_is_not_the_newest(post: Office, memory: MemoryService) -> None:
    one = post.client()
    case = a_draft(one)
    one.sync()
    newest = published(memory)
    late = post.client()
    assert late.workspace.case(case).version != newest
    assert late.desk.newest_version(PROCEDURE) == newest
    assert late.desk.open(case).session.question(TOWN).value == "Aubin"
    assert memory.central.publish(PROCEDURE, bundle()) == late.workspace.case(case).version
    offered(late)
    assert late.desk.newest_version(PROCEDURE) == late.workspace.case(case).version


def test_any_order_of_moving_and_answering_on_two_devices_ends_alike(post: Office, memory: MemoryService) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    clients = [post.client(), post.client()]
    case = a_draft(clients[0])
    clients[0].sync()
    published(memory)
    offered(*clients)
    typed: set[tuple[str, str]] = set()
    for number in range(30):
        client = chance.choice(clients)
        if chance.random() < 0.3:
            client.sync()
            continue
        form = client.desk.open(case)
        known = [each.field for each in form.view.contested]
        if chance.random() < 0.4 and "procedure_version" not in known:
            held = client.workspace.case(case)
            (other,) = {bundle_version(bundle()), bundle_version(bundle(form=NEXT))} - {held.version}
            moving.move(client.desk, form, moving.plan(client.desk, form, other))
        else:
            path = chance.choice([each.path for each in form.session.find("", 99) if "older" not in each.path])
            if form.session.question(path).kind in ("text", "integer"):
                form.answer(path, f"{number}")
                typed.add((path, f"{number}"))
    for _round in range(3):
        for client in clients:
            client.sync()
    views = [client.workspace.case(case) for client in clients]
    assert views[0].answers == views[1].answers
    assert (views[0].version, views[0].contested) == (views[1].version, views[1].contested)
    assert earlier(clients[0], case) == earlier(clients[1], case)
    assert not any(client.workspace.parked() for client in clients)
    written = {
        (path, value) for entry in clients[0].workspace.history(case) for path, value in (entry.body or {}).items()
    }
    assert typed <= written
    for path in {path for path, _value in typed}:
        told = views[0].answers.get(path)
        assert told is not None, path


def ran(client: Client, command: str, *words: str) -> dict[str, Any]:
    """Run a command of the client as its shell does; return what it answers."""
    context = Context(client.workspace, client.agent, client.desk)
    parser = argparse.ArgumentParser()
    COMMANDS[command].arguments(parser)
    return COMMANDS[command].run(context, parser.parse_args(words))


def test_the_command_line_says_what_a_move_would_do_and_does_it(post: Office, memory: MemoryService) -> None:
    client = post.client()
    case = a_draft(client)
    assert "move" not in ran(client, "version", case)
    newest = published(memory)
    offered(client)
    would = ran(client, "version", case)
    assert (would["newer"], would["move"]["to"], would["move"]["name"]) == (newest, newest, "2")
    assert [each["now_at"] for each in would["move"]["moved"]] == [PLACE]
    assert would["move"]["newly_asked"] == [{"path": MAIL, "label": "Courriel", "required": True}]
    assert client.workspace.case(case).version == would["version"]
    assert ran(client, "version", case, "--to", "2")["move"]["to"] == newest, "as people call it"
    with pytest.raises(InputError) as refused:
        ran(client, "version", case, "--to", "999")
    assert refused.value.code == "version.unknown" and refused.value.details["known"] == "2"
    done = ran(client, "version", case, "--move")
    assert done["name"] == "2" and done["newer"] is None
    assert client.workspace.case(case).version == done["version"] == newest and done["event"]
    assert [each["value"] for each in ran(client, "show", case)["earlier_answers"]] == ["Ana"]
    assert ran(client, "version", case, "--to", would["version"], "--move")["version"] == would["version"]


def test_an_answer_to_what_is_not_asked_is_kept_and_said(post: Office, memory: MemoryService) -> None:
    client = post.client()
    memory.central.publish(PROCEDURE, bundle(form=HIDDEN))
    offered(client)
    case = client.case()
    with pytest.raises(InputError, match="answer.not_asked") as refused:
        ran(client, "answer", case, "/school", "Jean Moulin")
    assert refused.value.details["field"] == "/school"
    assert client.workspace.case(case).answers["/school"] == "Jean Moulin"
    assert ran(client, "answer", case, "/child", "yes")["problem"] is None
    assert ran(client, "answer", case, "/school", "Jean Zay")["stored"] == {"/school": "Jean Zay"}
