"""One case's history on demand: fetched, checked where it comes, kept, shown; and what is said without a line."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from cases.errors import InputError, RejectedError
from cases.events import CHAIN_START
from sync.messages import API, PulledEvent, RecordHistory
from tests.support.central_memory import STREAM
from tests.support.clients import NAME, TOWN, Client, Office
from tests.support.faults import Fault
from tests.support.memory_service import MemoryService


@pytest.fixture
def pair(post: Office) -> tuple[Client, Client, str]:
    """Two desks of an office, and a case that both have worked on."""
    one, other = post.client(), post.client()
    case = one.case({NAME: "Durand"})
    one.workspace.add_note(case, "Pièce vue", base=0)
    one.sync()
    other.sync()
    other.workspace.answer(case, {TOWN: "Viviez"}, base=other.workspace.case(case).base)
    other.sync()
    one.sync()
    return one, other, case


def test_a_case_of_another_device_is_not_complete_until_it_was_asked_for(pair: tuple[Client, Client, str]) -> None:
    _one, other, case = pair
    assert not other.workspace.history_complete(case)
    shown = other.events(case)
    assert other.agent.bring_history(case).complete
    assert other.workspace.history_complete(case)
    assert other.events(case) == shown, "nothing is shown twice"


def test_what_was_fetched_can_be_checked_event_by_event(pair: tuple[Client, Client, str]) -> None:
    one, other, case = pair
    before = other.workspace.check_history(case)
    assert not before.complete and len(before.events) < len(other.events(case))
    other.agent.bring_history(case)
    check = other.workspace.check_history(case)
    assert (check.complete, check.bad) == (True, None)
    assert {str(event.id) for event in check.events} == set(one.events(case))
    assert all(event.event.header.digest != CHAIN_START for event in check.events)


def test_it_is_asked_for_once(pair: tuple[Client, Client, str], memory: MemoryService) -> None:
    _one, other, case = pair
    other.agent.bring_history(case)
    asked = len(memory.central.requests)
    assert other.agent.bring_history(case).complete
    assert len(memory.central.requests) == asked


def test_work_that_comes_later_asks_for_the_rest(pair: tuple[Client, Client, str]) -> None:
    one, other, case = pair
    other.agent.bring_history(case)
    one.workspace.add_note(case, "Rappelée", base=0)
    one.sync()
    other.sync()
    assert not other.workspace.history_complete(case)
    assert other.agent.bring_history(case).complete


def test_without_a_line_what_is_here_is_shown_and_the_reason_is_said(pair: tuple[Client, Client, str]) -> None:
    _one, other, case = pair
    other.faults.add(Fault.UNREACHABLE, path="/events")
    outcome = other.agent.bring_history(case)
    assert (outcome.complete, outcome.fault) == (False, "network.unreachable")
    assert other.events(case)


def test_own_work_alone_needs_no_asking(pair: tuple[Client, Client, str], memory: MemoryService) -> None:
    one, _other, _case = pair
    case = one.case()
    asked = len(memory.central.requests)
    assert one.agent.bring_history(case).complete
    assert len(memory.central.requests) == asked


def test_a_case_that_came_from_another_office_brings_its_events_and_stays_what_it_is(
    pair: tuple[Client, Client, str], memory: MemoryService
) -> None:
    one, other, case = pair
    before = one.events(case)
    memory.central.move(case, "office-2")
    memory.central.move(case, STREAM)
    for client in (one, other):
        client.sync()
        assert not client.workspace.history_complete(case)
        answers = client.workspace.case(case).answers
        assert client.agent.bring_history(case).complete
        assert client.workspace.check_history(case).bad is None
        assert client.workspace.case(case).answers == answers
        assert set(before) < set(client.events(case)), "the moves themselves are in it"
        assert [note.text for note in client.workspace.case(case).notes] == ["Pièce vue"]


def test_an_unknown_record_is_said(pair: tuple[Client, Client, str]) -> None:
    with pytest.raises(InputError, match="record.unknown"):
        pair[1].agent.bring_history("0" * 32)


# --- what cannot be true ---

Change = Callable[[list[PulledEvent]], list[PulledEvent]]


def other_words(events: list[PulledEvent]) -> list[PulledEvent]:
    noted = next(event for event in events if event.kind == "note")
    changed = msgspec.structs.replace(noted, body=msgspec.Raw(b'{"text":"Rien vu"}'))
    return [changed if event is noted else event for event in events]


def other_time(events: list[PulledEvent]) -> list[PulledEvent]:
    return [msgspec.structs.replace(events[0], time=events[0].time + 1), *events[1:]]


def last_left_out(events: list[PulledEvent]) -> list[PulledEvent]:
    return events[:-1]


def twice(events: list[PulledEvent]) -> list[PulledEvent]:
    return [*events, events[0]]


def of_another_case(events: list[PulledEvent]) -> list[PulledEvent]:
    return [msgspec.structs.replace(event, record_id="f" * 32) for event in events]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (other_words, "body"),
        (other_time, "chain"),
        (last_left_out, "missing"),
        (twice, "twice"),
        (of_another_case, "record"),
    ],
)
def test_a_history_that_cannot_be_true_is_not_kept(
    pair: tuple[Client, Client, str], memory: MemoryService, change: Change, reason: str
) -> None:
    _one, other, case = pair
    line = other.agent.line()
    told = line.questions.record_history(case)
    with pytest.raises(RejectedError, match="sync.history_invalid") as caught:
        other.workspace.apply_history(case, change(list(told.events)))
    assert caught.value.details["reason"] == reason
    assert not other.workspace.history_complete(case)
    assert f"{API}/records/{case}/events" in memory.central.requests


def test_a_shorter_history_of_an_own_event_is_noticed(pair: tuple[Client, Client, str]) -> None:
    """The service says that somebody wrote something else under a number that is held here with its hashes."""
    one, _other, case = pair
    told = one.agent.line().questions.record_history(case)
    forged = [
        msgspec.structs.replace(event, kind="note") if event.device == one.workspace.identity.device else event  # type: ignore[union-attr]
        for event in told.events
    ]
    with pytest.raises(RejectedError, match="sync.history_invalid"):
        one.workspace.apply_history(case, RecordHistory(forged).events)
