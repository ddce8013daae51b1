"""A device that the service has closed: it hands over, is told why, and holds on to what is not said to be over."""

from __future__ import annotations

import msgspec
import pytest

from cases.errors import InputError, NetworkFault, NotPermittedError
from cases.merge import show
from sync.state import SyncState
from tests.simulation.checking import confirmed
from tests.support.central_memory import MANDATE_ENDED, OFFICE_CHANGED, OFFICES
from tests.support.clients import TOWN, Client, Office
from tests.support.faults import Fault
from tests.support.memory_service import MemoryService


def assign(memory: MemoryService, client: Client, office: str = OFFICES[0], *, ended: bool = False) -> None:
    identity = client.workspace.identity
    assert identity is not None
    memory.central.assign(identity.agent, office, ended=ended)


def told(client: Client) -> str:
    with pytest.raises(NotPermittedError) as refused:
        client.sync()
    return refused.value.code


def test_every_act_that_waits_is_taken_and_parked_and_later_ones_are_judged_again(
    memory: MemoryService, post: Office
) -> None:
    client = post.client()
    before = client.case({TOWN: "Aubin"})
    client.sync()
    assign(memory, client, ended=True)
    meanwhile = client.case({TOWN: "Cransac"})
    waited = client.pending
    assert told(client) == MANDATE_ENDED
    status = client.agent.status()
    assert (status.state, status.pending, status.parked) == (SyncState.MANDATE_ENDED, 0, waited)
    assert {held.verdict.code for held in memory.central.log if held.header.record_id == meanwhile} == {MANDATE_ENDED}
    assert client.workspace.case(before).answers[TOWN] == "Aubin"
    assign(memory, client)
    after = client.case({TOWN: "Viviez"})
    client.sync()
    assert client.agent.status().state is SyncState.IDLE
    assert memory.central.record(after).value(TOWN) == "Viviez" and not memory.central.record(meanwhile).fields


def test_a_record_on_which_an_act_waits_stays_before_the_agent_s_eyes_until_it_is_answered_for(
    memory: MemoryService, post: Office
) -> None:
    client = post.client()
    worked_on, other = client.case({TOWN: "Aubin"}), client.case({TOWN: "Cransac"})
    client.sync()
    client.workspace.answer(worked_on, {TOWN: "Figeac"}, base=client.workspace.case(worked_on).base)
    client.workspace.leave_office()
    client.workspace.leave_office()
    assert [row.id for row in client.workspace.case_rows([worked_on, other])] == [worked_on]
    assert client.workspace.case(worked_on).answers[TOWN] == "Figeac"
    assign(memory, client, OFFICES[1])
    assert told(client) == OFFICE_CHANGED
    assert client.workspace.case_rows([worked_on, other]) == []
    assert [one.code for one in client.workspace.parked()] == [OFFICE_CHANGED]
    assert len(client.events(worked_on)) > 1, "the log stays"


def test_who_comes_back_finds_everything_as_it_is_by_now(memory: MemoryService, post: Office) -> None:
    leaver, stayer = post.client(), post.client()
    case = leaver.case({TOWN: "Aubin"})
    leaver.sync()
    stayer.sync()
    assign(memory, leaver, OFFICES[1])
    assert told(leaver) == OFFICE_CHANGED and not held(leaver)
    form = stayer.desk.open(case)
    form.answer(TOWN, "Decazeville")
    stayer.sync()
    assign(memory, leaver)
    leaver.sync()
    assert held(leaver) == held(stayer) and leaver.workspace.case(case).answers[TOWN] == "Decazeville"


def held(client: Client) -> dict[str, dict[str, str | None]]:
    return {record: dict(show(state).values) for record, _kind, state in confirmed(client.workspace) if state.fields}


def test_a_restore_of_the_service_meanwhile_makes_nothing_count_as_lost(memory: MemoryService, post: Office) -> None:
    client, colleague = post.client(), post.client()
    theirs = colleague.case({TOWN: "Aubin"})
    colleague.sync()
    client.sync()
    assign(memory, client, ended=True)
    assert told(client) == MANDATE_ENDED
    memory.central.restored(memory.central.storage.copy())
    assert told(client) == MANDATE_ENDED
    assert client.workspace.case(theirs).answers[TOWN] == "Aubin", "that it is not said again does not mean it is gone"
    assign(memory, client)
    client.sync()
    assert client.workspace.case(theirs).answers[TOWN] == "Aubin" and client.pending == 0


def test_an_answer_that_is_lost_leaves_the_acts_waiting(memory: MemoryService, post: Office) -> None:
    client = post.client()
    assign(memory, client, ended=True)
    client.case()
    client.faults.add(Fault.REPLY_LOST)
    with pytest.raises(NetworkFault):
        client.sync()
    assert client.pending
    assert told(client) == MANDATE_ENDED and client.pending == 0


def test_a_workspace_never_takes_over_another_office(memory: MemoryService, post: Office) -> None:
    client = post.client()
    identity = client.workspace.identity
    assert identity is not None
    with pytest.raises(InputError, match=r"workspace\.enrolled_otherwise"):
        client.workspace.enrolled(msgspec.structs.replace(identity, stream=OFFICES[1], office=OFFICES[1]))


def test_a_code_of_another_office_is_refused_and_serves_once_the_agent_is_back(
    memory: MemoryService, post: Office
) -> None:
    client = post.client()
    identity = client.workspace.identity
    assert identity is not None
    kept = memory.central.storage.copy()
    del kept.devices[identity.device]
    memory.central.restored(kept)
    client.case()
    with pytest.raises(NotPermittedError, match=r"auth\.device_unknown"):
        client.sync()
    assign(memory, client, OFFICES[1])
    code = memory.central.enrolment_code(agent=identity.agent)
    with pytest.raises(NotPermittedError, match=r"enrol\.other_office"):
        client.agent.enrol(memory.url, code, "Poste")
    assign(memory, client)
    client.agent.enrol(memory.url, code, "Poste")
    client.sync()
    assert client.pending == 0 and client.workspace.identity == identity


def test_what_left_with_the_office_stays_away_when_the_mandate_ends_and_the_service_is_restored(
    memory: MemoryService, post: Office
) -> None:
    client = post.client()
    case = client.case({TOWN: "Aubin"})
    client.sync()
    assign(memory, client, OFFICES[1])
    assert told(client) == OFFICE_CHANGED and not held(client)
    assign(memory, client, ended=True)
    memory.central.restored(memory.central.storage.copy())
    assert told(client) == MANDATE_ENDED
    assert not held(client) and client.workspace.case_rows([case]) == []
