"""Faults without end, for as long as asked: every harness of ``tests/soak``, two at a time, one line each at the end.

Standard library only. Each harness runs in a process group of its own, is stopped when it goes on for much too long,
and prints its seeds, so that one failure can be run again: ``python -m tests.soak.NAME --count 1 --seed S``.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

LANES = 2
GRACE_S = 240.0
"""How much longer than its time a harness may need: to start a service, to finish a run, to clean up."""
MEMORY = "/dev/shm"
SHARES = {
    "kill": 0.18,
    "power_cut": 0.21,
    "faulty_calls": 0.10,
    "disk_full": 0.08,
    "connections": 0.12,
    "simulated": 0.12,
    "audits": 0.02,
    "clocks": 0.03,
    "devices": 0.03,
    "healing": 0.03,
    "stopped": 0.03,
    "far": 0.03,
    "forms_walk": 0.02,
}
"""Harness -> share of the time of all lanes together."""


class Outcome(NamedTuple):
    """How one harness ended: its line, what else to print, and whether all was well."""

    line: str
    failures: list[str]
    good: bool


def soak(python: Path, root: Path, minutes: float, seed: int | None, environment: dict[str, str]) -> int:
    """Run every harness and print one line each; 1 when any found something or did not start."""
    first = secrets.randbelow(10**9) if seed is None else seed
    print(f"soak: {minutes:g} min, seed {first}", flush=True)
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="estafette-soak-") as scratch,
        tempfile.TemporaryDirectory(prefix="estafette-soak-", dir=memory) as in_memory,
    ):
        env = {**environment, "TMPDIR": scratch, "SOAK_MEMORY": in_memory, "PYTHONPATH": str(root)}
        os.chmod(scratch, 0o711)  # PostgreSQL's own account walks through it.

        def one(name: str) -> Outcome:
            share_min = minutes * LANES * SHARES[name]
            outcome = run(name, [str(python), "-m", f"tests.soak.{name}"], share_min, first, root, env)
            print(f"   done: {outcome.line}", flush=True)
            return outcome

        with ThreadPoolExecutor(LANES) as lanes:
            outcomes = list(lanes.map(one, sorted(SHARES, key=lambda name: -SHARES[name])))
        _unmount(scratch)
    print()
    for outcome in outcomes:
        print("\n".join([*(f"  {failure}" for failure in outcome.failures), outcome.line]))
    return 0 if all(outcome.good for outcome in outcomes) else 1


def run(name: str, command: list[str], minutes: float, seed: int, root: Path, env: dict[str, str]) -> Outcome:
    """Run one harness to its end and tell how it went."""
    options = ["--minutes", f"{minutes:.3f}", "--seed", str(seed), "--json"]
    process = subprocess.Popen(
        [*command, *options],
        cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        output, errors = process.communicate(timeout=60 * minutes + GRACE_S)
    except subprocess.TimeoutExpired:
        _end_group(process)
        process.communicate()
        return Outcome(f"{name}: did not end by itself (seed {seed})", [], False)
    finally:
        _end_group(process)
    return outcome_of(name, output, errors, process.returncode)


def outcome_of(name: str, output: str, errors: str, code: int) -> Outcome:
    """Read what a harness printed."""
    try:
        report = json.loads(output.strip().splitlines()[-1])
        last = report["seed"] + max(report["runs"], 1) - 1
        line = (
            f"{report['name']}: {report['runs']} runs, seeds {report['seed']}..{last}, {report['failed']} failures, "
            f"{report['seconds']:.0f} s" + (f"; {report['note']}" if report["note"] else "")
        )
        return Outcome(line, [f"{name} {failure}" for failure in report["failures"]], code == 0)
    except (IndexError, KeyError, TypeError, ValueError):
        why = errors.strip().splitlines()[-1:] or [f"exit code {code}"]
        return Outcome(f"{name}: did not run: {why[0]}", [], False)


def _unmount(below: str) -> None:
    """Unmount the small disks that a harness that was stopped left behind."""
    mounts = Path("/proc/mounts")
    if mounts.exists():
        for line in mounts.read_text(encoding="utf-8").splitlines():
            if line.split()[1].startswith(f"{below}/"):
                subprocess.run(["umount", "-l", line.split()[1]], check=False)


def _end_group(process: subprocess.Popen[str]) -> None:
    """End what a harness may have left behind: its own process group, nobody else's."""
    if sys.platform != "win32":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
