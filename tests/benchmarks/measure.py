"""How figures are taken: CPU seconds and ratios against a floor measured in the same run."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
"""How finely Linux tells the CPU time of other processes."""


@dataclass(frozen=True)
class Figure:
    """One line of the table: ours beside the floor (the bare library doing the same work) and the target of DESIGN 10.

    ``met`` is None where there is no target.
    """

    id: str
    ours: float
    floor: float | None
    peer: float | None
    target: float | None
    met: bool | None
    unit: str
    note: str = ""


def figure(
    id: str,
    ours: float,
    *,
    unit: str,
    floor: float | None = None,
    peer: float | None = None,
    target: float | None = None,
    at_least: bool = False,
    note: str = "",
) -> Figure:
    """Return a figure whose target is a ceiling, or with ``at_least`` one that must be reached."""
    met = None if target is None else ours >= target if at_least else ours <= target
    return Figure(id, round(ours, 4), floor if floor is None else round(floor, 4), peer, target, met, unit, note)


class Meter:
    """CPU seconds (user and system, every thread of this process) and wall seconds of a block."""

    cpu_s = 0.0
    wall_s = 0.0


@contextmanager
def metered() -> Iterator[Meter]:
    """Measure a block."""
    meter = Meter()
    before, wall = time.process_time(), time.perf_counter()
    yield meter
    meter.cpu_s = time.process_time() - before
    meter.wall_s = time.perf_counter() - wall


def tree_cpu_s(root: int) -> float:
    """Return the CPU seconds of a process and all that it started, ended or not (Linux: from /proc)."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended while we looked; its time is in its parent's.
        parents[int(entry.name)] = int(fields[1])
        ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    tree, fresh = {root}, {root}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - tree
        tree |= fresh
    return sum(ticks.get(pid, 0) for pid in tree) * TICK_S


def repeated(work: Callable[[], object], times: int) -> list[float]:
    """Return the wall seconds of each run of ``work``."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return taken


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def middle(values: list[float]) -> float:
    """Return the median."""
    return median(values)


def report(title: str, figures: list[Figure], json_file: str | None) -> None:
    """Print the table and write it as JSON, keyed by id, when asked."""
    print(f"\n{title}\n")
    print(f"{'figure':32} {'ours':>12} {'floor':>12} {'peer':>10} {'target':>9}  met  unit")
    for line in figures:
        floor = "" if line.floor is None else f"{line.floor:.4g}"
        peer = "" if line.peer is None else f"{line.peer:.4g}"
        target = "" if line.target is None else f"{line.target:g}"
        met = {True: "yes", False: "NO", None: ""}[line.met]
        print(f"{line.id:32} {line.ours:12.4g} {floor:>12} {peer:>10} {target:>9}  {met:4} {line.unit}  {line.note}")
    if json_file:
        Path(json_file).write_text(json.dumps({line.id: asdict(line) for line in figures}, indent=1) + "\n")


def arguments(description: str | None, *, cases: bool = True, grow: bool = False) -> argparse.Namespace:
    """Return the command line that every bench shares.

    Args:
        cases: this one depends on how many are held.
        grow: this one can look at how latency grows with the log.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    if cases:
        parser.add_argument("--cases", type=int, default=50_000, help="cases held (default 50,000)")
    if grow:
        words = "latencies at 100,000 events, ten times as many, up to so many, instead of the capacity"
        parser.add_argument("--grow", type=int, default=0, metavar="EVENTS", help=words)
    return parser.parse_args()
