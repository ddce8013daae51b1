from __future__ import annotations

import itertools

import pytest

from sync.state import TRANSITIONS, WAITS_FOR_PERSON, StateMachine, SyncState

ARROWS = """
offline -> handshake paused
handshake -> push offline backing_off needs_sign_in revoked
push -> pull offline backing_off needs_sign_in revoked
pull -> documents offline backing_off needs_sign_in revoked
documents -> idle offline backing_off needs_sign_in revoked
idle -> handshake offline paused
backing_off -> handshake offline paused
needs_sign_in -> offline
revoked -> offline
paused -> offline
"""
EXPECTED = {
    (SyncState(source), SyncState(target))
    for source, targets in (line.split(" -> ") for line in ARROWS.strip().splitlines())
    for target in targets.split()
}


def machine(current: SyncState | str = "") -> tuple[StateMachine, list[str]]:
    stored = [str(current)]
    return StateMachine(lambda: stored[-1], stored.append), stored


def test_table_covers_every_state() -> None:
    assert TRANSITIONS.keys() == set(SyncState)


@pytest.mark.parametrize(("source", "target"), sorted(EXPECTED))
def test_arrow(source: SyncState, target: SyncState) -> None:
    steps, stored = machine(source)
    steps.move(target)
    assert stored[-1] == target.value
    assert steps.current is target


@pytest.mark.parametrize(("source", "target"), sorted(set(itertools.product(SyncState, SyncState)) - EXPECTED))
def test_no_other_arrow(source: SyncState, target: SyncState) -> None:
    steps, stored = machine(source)
    with pytest.raises(AssertionError):
        steps.move(target)
    assert stored == [source.value]


def test_new_workspace_is_offline() -> None:
    assert machine()[0].current is SyncState.OFFLINE


@pytest.mark.parametrize("state", SyncState)
def test_killed_program_resumes(state: SyncState) -> None:
    steps, _stored = machine(state)
    assert steps.resume() is (state if state in WAITS_FOR_PERSON else SyncState.OFFLINE)


def test_every_state_can_come_back_to_idle() -> None:
    for state in SyncState:
        reached = {state}
        while (wider := reached.union(*(TRANSITIONS[known] for known in reached))) != reached:
            reached = wider
        assert SyncState.IDLE in reached
