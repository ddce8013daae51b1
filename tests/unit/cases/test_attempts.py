"""Attempts end with their act: whatever was tried about a parked act, and refused, waits no more once it has ended.

A random desk, checked against a model of two sets; a store that is broken in a known way must not pass.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from cases.events import EventId
from cases.store import log
from cases.workspace import Workspace
from tests.support.exchange import Numbering
from tests.support.workspaces import make_case, make_workspace

STEPS = 14
_OF_ATTEMPTS = "CASE WHEN e.kind = 'resolve'"


class Desk:
    """One computer whose acts are parked, and what must wait there.

    Attributes:
        waiting: parked act -> whether something was tried about it in vain.
    """

    def __init__(self, directory: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.workspace: Workspace = make_workspace(directory / "w")
        self.stream = Numbering()
        self.case = make_case(self.workspace)
        self.stream.push(self.workspace)
        self.waiting: dict[EventId, bool] = {}

    def step(self) -> None:
        """Do one thing that leaves an act waiting, tries to end one in vain, or ends one."""
        ways = [self._act] if not self.waiting else [self._act, self._try, self._try, self._end]
        self.chance.choice(ways)()

    def _act(self) -> None:
        self.workspace.answer(self.case, {"/income": str(len(self.stream.events))}, base=0)
        self._answered("set")
        self.waiting.update(
            {one.event: False for one in self.workspace.parked_queue() if one.event not in self.waiting}
        )

    def _try(self) -> None:
        event = self.chance.choice(sorted(self.waiting))
        self.workspace.adopt(event, "encore", base=0)
        self._answered("resolve")
        self.waiting[event] = True

    def _end(self) -> None:
        event = self.chance.choice(sorted(self.waiting))
        self.workspace.withdraw(event, "erreur")
        self._answered()
        del self.waiting[event]

    def _answered(self, *parks: str) -> None:
        self.stream.parks = frozenset(parks)
        self.stream.push(self.workspace)

    def check(self) -> None:
        """Assert that the queue, the list and the counter say what waits, and nothing else."""
        shown = {item.event: bool(item.tried) for item in self.workspace.parked_queue()}
        assert shown == self.waiting
        listed = {parked.event for parked in self.workspace.parked() if parked.kind != "resolve"}
        assert listed == set(self.waiting)
        tried = [parked for parked in self.workspace.parked() if parked.kind == "resolve"]
        assert not tried or any(self.waiting.values()), "what was tried about nothing that waits"
        assert self.workspace.status().parked == len(listed) + len(tried)


def lived(directory: Path, seed: int) -> int:
    """Let a desk live, checked after each step; return how many steps it took."""
    desk = Desk(directory, seed)
    try:
        for _step in range(STEPS):
            desk.step()
            desk.check()
    finally:
        desk.workspace.close()
    return STEPS


def test_what_was_tried_ends_with_the_act(tmp_path: Path) -> None:
    seed = int(os.environ.get("ESTAFETTE_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"ESTAFETTE_SEED={seed}")
    assert lived(tmp_path, seed) == STEPS


def test_a_store_that_keeps_the_attempts_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _OF_ATTEMPTS in log._RESOLVED
    monkeypatch.setattr(log, "_RESOLVED", log._RESOLVED.replace(_OF_ATTEMPTS, "CASE WHEN 0"))
    for seed in range(1, 6):
        try:
            lived(tmp_path / str(seed), seed)
        except AssertionError:
            return
    pytest.fail("five desks did not notice")
