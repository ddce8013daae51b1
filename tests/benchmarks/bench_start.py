"""From the start of the process to a window that can be used, beside a bare Qt window and the same key derivation."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib import metadata
from pathlib import Path

from cases import resources
from cases.keys import slots
from cases.keys.device_secret import FileDeviceSecrets
from cases.ports import Ports
from cases.procedures import load_directory, to_bundle
from sync.messages import bundle_version
from tests.benchmarks.measure import Figure, arguments, figure, middle, report
from tests.benchmarks.office import filled
from tests.benchmarks.start_window import BARE, CPU, OURS, WALL
from tests.support.workspaces import PASSPHRASE

RUNS = 5
ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 60


def measure(cases: int, *, runs: int = RUNS, warm_ups: int = 1, procedures: bool = True) -> list[Figure]:
    """Start ours and the bare window in turn; the first starts of each only warm the machine up."""
    with tempfile.TemporaryDirectory() as directory:
        workspace, secrets = Path(directory) / "workspace", Path(directory) / "secrets"
        opened = filled(workspace, cases, ports=Ports(FileDeviceSecrets(secrets)))
        try:
            for folder in sorted(resources.directory("procedures").iterdir()) if procedures else []:
                bundle = to_bundle(load_directory(folder))
                opened.store_procedure(folder.name, bundle_version(bundle), bundle)
        finally:
            opened.close()
        ours: list[dict[str, float]] = []
        bare: list[dict[str, float]] = []
        compiled = Path(directory) / "compiled"
        for _run in range(warm_ups + runs):
            ours.append(_start(compiled, OURS, str(workspace), str(secrets), PASSPHRASE))
            bare.append(_start(compiled, BARE, str(workspace / slots.FILE_NAME), PASSPHRASE))
    ours, bare = ours[warm_ups:], bare[warm_ups:]
    return [_ratio("start.ratio", CPU, ours, bare, cases), _ratio("start.wall_ratio", WALL, ours, bare)]


def _ratio(id: str, kind: str, ours: list[dict[str, float]], bare: list[dict[str, float]], cases: int = 0) -> Figure:
    taken, floor = (middle([one[kind] for one in runs]) for runs in (ours, bare))
    held = f"{cases:,} cases held, " if cases else ""
    note = (
        f"{'CPU' if kind == CPU else 'wall'}, {held}median of {len(ours)}: {taken:.2f} against {floor:.2f} s, offscreen"
    )
    return figure(id, taken / floor, unit="ratio", floor=1, target=1.5, note=note)


@cache
def not_installed() -> list[str]:
    """Return the modules here that the desktop's lock does not bring: an agent's computer does not have them."""
    lock = (ROOT / "requirements" / "desktop.txt").read_text()
    brought = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.M))
    here = metadata.packages_distributions()
    beside = {name for name, owners in here.items() if not brought & {_plain(owner) for owner in owners}}
    return sorted(name for name in beside if name.isidentifier() and not (ROOT / name).exists())


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _start(compiled: Path, which: str, *arguments_: str) -> dict[str, float]:
    """Run one start as an installed program starts, from bytecode in ``compiled``; return its CPU and wall seconds."""
    missing = ",".join(not_installed())
    start = [sys.executable, "-m", "tests.benchmarks.start_window"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    environment |= {"PYTHONPYCACHEPREFIX": str(compiled), "PYTHONDONTWRITEBYTECODE": ""}
    command = [*start, which, missing, str(time.monotonic()), *arguments_]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the {which} window did not start: {done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[0])
    return figures


def main() -> None:
    options = arguments(__doc__)
    report("Start", measure(options.cases), options.json)


if __name__ == "__main__":
    main()
