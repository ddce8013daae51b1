"""What every harness hands back, how long it may run, and its command line.

``python -m tests.soak.NAME [--minutes M | --count N] [--seed S] [--bad VARIANT] [--json]``
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

FAILURES_KEPT = 20
"""More failures than this are only counted."""


class Report(msgspec.Struct):
    """What a harness found.

    Attributes:
        seed: of the first run; run number i has seed + i, so a failing seed alone repeats its run.
        failures: one line each, the seed first; at most ``FAILURES_KEPT`` of ``failed``.
        note: figures, and what was not possible on this machine.
    """

    name: str
    seed: int
    runs: int = 0
    failed: int = 0
    failures: list[str] = []
    note: str = ""
    seconds: float = 0.0

    def fail(self, seed: int, words: str) -> None:
        """Record a failure."""
        self.failed += 1
        if len(self.failures) < FAILURES_KEPT:
            self.failures.append(f"seed {seed}: {words}")

    def line(self) -> str:
        """Return the one line that a person reads."""
        seeds = f"seeds {self.seed}..{self.seed + max(self.runs, 1) - 1}"
        note = f"; {self.note}" if self.note else ""
        return f"{self.name}: {self.runs} runs, {seeds}, {self.failed} failures, {self.seconds:.0f} s{note}"


class Budget:
    """How much may be done: so many runs, or as many as begin within so many minutes; one at least."""

    def __init__(self, *, minutes: float | None = None, count: int | None = None) -> None:
        if (minutes is None) == (count is None):
            raise ValueError("give minutes or a count")
        self._until_s = None if minutes is None else time.monotonic() + 60 * minutes
        self._count = count

    @property
    def by_time(self) -> bool:
        """Whether time alone ends it."""
        return self._count is None

    def left(self, done: int) -> bool:
        """Say whether another run may begin after ``done`` of them."""
        if done == 0:
            return True
        if self._count is not None:
            return done < self._count
        return self._until_s is not None and time.monotonic() < self._until_s

    def seeds(self, report: Report) -> Iterator[int]:
        """Yield the seed of one run after the other, counting them in ``report``."""
        while self.left(report.runs):
            report.runs += 1
            yield report.seed + report.runs - 1


class Harness(Protocol):
    """One harness; ``bad`` names the known-bad variant that it must catch."""

    def __call__(self, budget: Budget, seed: int, *, bad: str = "") -> Report: ...


def fresh_seed() -> int:
    """Return a seed that nobody chose."""
    return random.SystemRandom().randrange(10**9)


def command_line(run: Harness, bads: tuple[str, ...]) -> int:
    """Run one harness from the command line; exit code 1 when it found something."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--bad", choices=bads, default="", help="run a known-bad variant instead")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.minutes is None and options.count is None:
        options.minutes = 1.0
    seed = fresh_seed() if options.seed is None else options.seed
    logging.disable(logging.ERROR)  # What the faults make the product log is no finding.
    print(f"seed {seed}", file=sys.stderr, flush=True)
    begun = time.monotonic()
    report = run(Budget(minutes=options.minutes, count=options.count), seed, bad=options.bad)
    report.seconds = time.monotonic() - begun
    if options.json:
        print(msgspec.json.encode(report).decode())
    else:
        print("\n".join([*report.failures, report.line()]))
    return 1 if report.failed else 0


def told(act: Callable[[], object]) -> str:
    """Return in one line why an act failed, empty when it did not."""
    try:
        act()
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({place.name}:{place.lineno})"
    return ""
