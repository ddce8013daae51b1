from __future__ import annotations

import itertools

import pytest

from sync.state import TRANSITIONS, TRIED_AGAIN, WAITS_FOR_PERSON, StateMachine, SyncState

ARROWS = """
offline -> handshake paused
handshake -> push ENDS
push -> pull ENDS
pull -> documents ENDS
documents -> idle ENDS
idle -> handshake offline paused
portal -> handshake offline paused
proxy -> handshake offline paused
untrusted -> handshake offline paused
altered -> handshake offline paused
clock -> handshake offline paused
told_to_wait -> handshake offline paused
needs_update -> handshake offline paused
mandate_ended -> handshake offline paused
office_changed -> handshake offline paused
backing_off -> handshake offline paused
needs_sign_in -> offline
revoked -> offline
paused -> offline
""".replace(
    "ENDS",
    "offline portal proxy untrusted altered clock told_to_wait needs_update mandate_ended office_changed backing_off"
    " needs_sign_in revoked",
)
EXPECTED = {
    (SyncState(source), SyncState(target))
    for source, targets in (line.split(" -> ") for line in ARROWS.strip().splitlines())
    for target in targets.split()
}


ROUND = (SyncState.HANDSHAKE, SyncState.PUSH, SyncState.PULL, SyncState.DOCUMENTS)
WAYS = {
    SyncState.OFFLINE: (),
    SyncState.HANDSHAKE: ROUND[:1],
    SyncState.PUSH: ROUND[:2],
    SyncState.PULL: ROUND[:3],
    SyncState.DOCUMENTS: ROUND,
    SyncState.IDLE: (*ROUND, SyncState.IDLE),
    **{state: (*ROUND[:1], state) for state in TRIED_AGAIN},
    SyncState.NEEDS_SIGN_IN: (*ROUND[:1], SyncState.NEEDS_SIGN_IN),
    SyncState.REVOKED: (*ROUND[:1], SyncState.REVOKED),
    SyncState.PAUSED: (SyncState.PAUSED,),
}


def machine(current: SyncState = SyncState.OFFLINE) -> tuple[StateMachine, list[str]]:
    """Return a machine that came to ``current`` from a new workspace, and what it stored on the way."""
    stored = [""]
    steps = StateMachine(lambda: stored[-1], stored.append)
    for state in WAYS[current]:
        steps.move(state)
    return steps, stored


def test_table_covers_every_state() -> None:
    assert TRANSITIONS.keys() == set(SyncState)


@pytest.mark.parametrize(("source", "target"), sorted(EXPECTED))
def test_arrow(source: SyncState, target: SyncState) -> None:
    steps, _stored = machine(source)
    steps.move(target)
    assert steps.current is target


@pytest.mark.parametrize(("source", "target"), sorted(set(itertools.product(SyncState, SyncState)) - EXPECTED))
def test_no_other_arrow(source: SyncState, target: SyncState) -> None:
    steps, stored = machine(source)
    before = list(stored)
    with pytest.raises(AssertionError):
        steps.move(target)
    assert (steps.current, stored) == (source, before)


def test_new_workspace_is_offline() -> None:
    assert machine()[0].current is SyncState.OFFLINE


@pytest.mark.parametrize("state", SyncState)
def test_killed_program_resumes(state: SyncState) -> None:
    _steps, stored = machine(state)
    again = StateMachine(lambda: stored[-1], stored.append)
    assert again.current is (state if state in WAITS_FOR_PERSON else SyncState.OFFLINE)


def test_only_an_end_that_differs_from_the_last_is_stored() -> None:
    steps, stored = machine(SyncState.IDLE)
    for state in (*ROUND, SyncState.IDLE, *ROUND, SyncState.IDLE):
        steps.move(state)
    assert stored == ["", "idle"]
    for state in (SyncState.HANDSHAKE, SyncState.BACKING_OFF, *ROUND, SyncState.IDLE):
        steps.move(state)
    assert stored == ["", "idle", "backing_off", "idle"]


def test_how_the_last_round_ended_is_known_after_a_restart() -> None:
    _steps, stored = machine(SyncState.BACKING_OFF)
    again = StateMachine(lambda: stored[-1], stored.append)
    assert (again.current, again.last) == (SyncState.OFFLINE, SyncState.BACKING_OFF)


def test_every_state_can_come_back_to_idle() -> None:
    for state in SyncState:
        reached = {state}
        while (wider := reached.union(*(TRANSITIONS[known] for known in reached))) != reached:
            reached = wider
        assert SyncState.IDLE in reached
