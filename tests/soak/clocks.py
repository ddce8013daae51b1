"""LS13: the computer's clock jumps by up to ten years, either way, again and again; nobody is refused or reordered.

One run is one jump, between two acts. Order is by sequence, and each device's time of an act never goes back. ``--bad
wall`` (a clock that is taken as it is) must be found.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from cases.clock import HybridClock
from cases.workspace import Workspace
from tests.soak import work
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import memory_folder
from tests.soak.work import Said, Worker
from tests.support.workspaces import PASSPHRASE, START_MS, FakeClock, make_ports, make_workspace

BADS = ("wall",)
YEAR_S = 365.25 * 86_400
JUMPS_A_WORKSPACE = 100
JUMPS_S = (-10 * YEAR_S, 10 * YEAR_S, -3600, 3600, 86_400, -86_400, 0.5, -0.5, -2 * YEAR_S, 2 * YEAR_S)
MOMENTS_MS = (0, 951_782_400_000, 1_709_164_800_000, 1_774_746_000_000, START_MS, 4_102_444_800_000)
"""1970, two leap days, a change of summer time, now, and 2100."""


def jump(clock: FakeClock, rng: random.Random) -> None:
    """Move the clock as people, batteries and time zones do."""
    if rng.random() < 0.3:
        clock.time_ms = rng.choice(MOMENTS_MS) + rng.randrange(3_600_000)
    else:
        clock.time_ms = max(0, clock.time_ms + int(1000 * rng.choice(JUMPS_S) * rng.random()))


def lives(directory: Path, seed: int, jumps: int) -> list[str]:
    """Work through so many jumps, close and open in between, and return what is wrong."""
    rng = random.Random(seed)
    clock = FakeClock()
    ports = make_ports(seed=seed, clock=clock)
    workspace = make_workspace(directory, ports=ports)
    said: list[Said] = []
    worker = Worker(workspace, rng, said.append)
    for _ in range(jumps):
        jump(clock, rng)
        worker.act()
        if rng.random() < 0.03:
            workspace.close()
            workspace = Workspace.unlock(directory, PASSPHRASE, ports=ports)
            worker = Worker(workspace, rng, said.append)
    found = [*work.wrong(workspace, said), *out_of_order(workspace)]
    workspace.close()
    return found


def out_of_order(workspace: Workspace) -> list[str]:
    """Return where the time of a device's acts goes back along its sequence."""
    assert workspace.identity is not None
    records = [row.id for row in workspace.cases(limit=1000)] + [row.id for row in workspace.citizens(limit=1000)]
    own = sorted(
        (entry.event.seq, entry.time_ms)
        for record in records
        for entry in workspace.history(record)
        if entry.event.device == workspace.identity.device
    )
    return [
        f"time goes back at {seq}" for (_, before), (seq, after) in zip(own, own[1:], strict=False) if after < before
    ]


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Jump as often as the budget allows, a hundred times in the life of one workspace."""
    report = Report("clock jumps", seed)
    sound = HybridClock.read
    if bad:
        HybridClock.read = lambda clock: clock._clock.now_ms()  # type: ignore[method-assign,assignment]
    try:
        while budget.left(report.runs):
            with memory_folder() as memory:
                first = seed + report.runs
                for words in lives(memory / "w", first, JUMPS_A_WORKSPACE):
                    report.fail(first, words)
                report.runs += JUMPS_A_WORKSPACE
    finally:
        HybridClock.read = sound  # type: ignore[method-assign]
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
