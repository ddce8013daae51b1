"""The longest pause of the window while a first sync fills it, beside those of the same window with nothing to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from desktop import route
from tests.benchmarks.gui_window import PAGES, SNAPSHOT
from tests.benchmarks.measure import Figure, arguments, figure, report

CASES = 10_000
SCREENS = (route.HOME, route.CASES)
"""What most people look at meanwhile."""
TARGET_MS = 50
ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 900


def measure(
    cases: int = CASES, screens: tuple[str, ...] = SCREENS, ways: tuple[str, ...] = (SNAPSHOT, PAGES)
) -> list[Figure]:
    """Make a first sync under each screen by each way, each in a process of its own.

    A service with that many cases offers a snapshot; pages come to a computer that was restored or copied.
    """
    return [
        figure for way in ways for figure in _figures(way, {screen: _watch(cases, screen, way) for screen in screens})
    ]


def _figures(way: str, seen: dict[str, dict[str, float]]) -> list[Figure]:
    """Return the longest pause, and the longest without what other programs took of it."""
    notes = ", ".join(
        f"{screen}: {one['longest_ms']:.0f} ms, 99 % under {one['p99_ms']:.0f}, {one['long_pauses']:.0f} above "
        f"{TARGET_MS}, {one['held_ms']:.0f} of our own, in {one['wall_s']:.0f} s"
        for screen, one in seen.items()
    )
    longest, held, floor = (max(one[name] for one in seen.values()) for name in ("longest_ms", "held_ms", "idle_ms"))
    ending = "" if way == SNAPSHOT else "_by_pages"
    note = f"by {way}; {notes}; floor: the same window idle, offscreen"
    return [
        figure(f"gui.longest_pause{ending}_ms", longest, unit="ms", floor=floor, target=TARGET_MS, note=note),
        figure(f"gui.longest_held{ending}_ms", held, unit="ms", target=TARGET_MS, note="without waits for a processor"),
    ]


def _watch(cases: int, screen: str, way: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.gui_window", str(cases), screen, way]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the window under {screen} ended: {done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    options = arguments(__doc__)
    report("Window", measure(min(options.cases, CASES)), options.json)


if __name__ == "__main__":
    main()
