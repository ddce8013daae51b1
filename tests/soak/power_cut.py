"""LS2: the power goes at any moment. What was said to be recorded is on the disk, whatever the disk had kept back.

A real session is traced, its disk rebuilt at random moments with unsynced writes kept, dropped or torn (``disk``), and
opened with the product's own code. ``--bad normal`` (``synchronous=NORMAL``) and ``--bad unsynced`` (key file without
``fsync``) must be found.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cases.errors import InputError
from cases.workspace import Workspace
from tests.soak import released, work
from tests.soak.disk import TRACED, Call, Disk, calls
from tests.soak.forks import Child, Tell
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import ROOT, memory_folder, scratch, strace
from tests.soak.session import BADS, CREATED
from tests.soak.work import Said

ACTS = 45
STATES_A_SESSION = 400
_IDLE = ("openat", "close")


class State(NamedTuple):
    """A disk after a cut, and what had been said before it."""

    seed: int
    files: dict[str, bytes]
    said: list[Said]


def record(root: Path, seed: int, bad: str) -> Path:
    """Trace a session in ``root`` and return the trace; ``root`` is as the session left it."""
    trace = root.with_name(f"{root.name}.trace")
    program = [sys.executable, "-m", "tests.soak.session", str(root), str(seed), str(ACTS)]
    command = [*strace("-xx", "-s", "10000000", "-e", f"trace={','.join(TRACED)}", "-o", str(trace)), *program]
    subprocess.run([*command, *(["--bad", bad] if bad else [])], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return trace


def states(directory: Path, seed: int, count: int, bad: str) -> Iterator[State]:
    """Yield disks of one session, cut at ``count`` random moments; seed + i makes the i-th."""
    rng = random.Random(seed)
    root = directory / str(seed)
    known: list[Said] = []
    if rng.random() < 0.5:
        known = [CREATED, *released.copy(root)]
    disk = Disk(root)
    disk.hold()
    traced = list(calls(record(root, seed, bad)))
    at = _begin(traced, disk)
    # Only what changes the disk, or what was said of it, makes a new moment.
    telling = [number for number, call in enumerate(traced, start=1) if number > at and call.name not in _IDLE]
    moments = sorted(rng.choices(telling, k=count))
    for number, moment in enumerate(moments, start=seed):
        for call in traced[at:moment]:
            disk.take(call)
        at = moment
        said = [*known, *(Said.read(line) for line in disk.said)]
        yield State(number, disk.cut(random.Random(number)), said)
    shutil.rmtree(root)


def _begin(traced: list[Call], disk: Disk) -> int:
    """Take what comes before the session's first word, which is the program's own start; return how much that was."""
    for number, call in enumerate(traced, start=1):
        disk.take(call)
        if disk.said:
            return number
    raise ValueError("the session said nothing")


def judge(root: Path, state: State) -> list[str]:
    """Open a disk with the product and return what is wrong."""
    for name, data in state.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(data)
        path.chmod(0o600)
    root.mkdir(exist_ok=True)
    (root / work.SECRETS).mkdir(exist_ok=True, mode=0o700)
    try:
        ended = Child(lambda tell: _check(root, state.said, tell)).wait()
    finally:
        shutil.rmtree(root)
    return [line for line in ended.lines if line.startswith(("wrong ", "raised "))]


def _check(root: Path, said: list[Said], tell: Tell) -> None:
    workspace = _opened(root, said, tell)
    if workspace is None:
        return
    for line in work.wrong(workspace, said):
        tell(f"wrong {line}")
    # It goes on working.
    citizen = workspace.create_citizen({"family_name": "Après"}).record
    if workspace.citizen(citizen).fields["family_name"] != "Après":
        tell("wrong what is recorded after the cut is not there")
    workspace.close()


def _opened(root: Path, said: list[Said], tell: Tell) -> Workspace | None:
    created = CREATED in said
    try:
        passphrases = work.right_ones(root, _in_question(said))
    except InputError as error:
        if not created and error.code == "unlock.no_workspace":
            work.create(root).close()
            return None
        raise
    if len(passphrases) != 1:
        tell(f"wrong {len(passphrases)} passphrases open the workspace")
        return None
    workspace = work.unlock(root, passphrases[0])
    if created and workspace.identity is None:
        tell("wrong the enrolment is lost")
    if workspace.identity is None:
        workspace.close()
        return None
    return workspace


def _in_question(said: list[Said]) -> list[str]:
    found = [work.PASSPHRASE]
    for one in said:
        if one.what == "passphrase":
            found = [one.token]
        elif one.what == "trying":
            found.append(one.token)
    return found


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Cut as often as the budget allows."""
    report = Report("power cut, replayed", seed)
    sessions = 0
    work.elsewhere()
    with scratch() as directory, memory_folder() as memory:
        while budget.left(report.runs):
            sessions += 1
            count = STATES_A_SESSION if bad == "" else 60
            for state in states(directory, seed + report.runs, count, bad):
                if not budget.left(report.runs):
                    break
                report.runs += 1
                for words in judge(memory / "w", state):
                    report.fail(state.seed, words)
    report.note = f"{sessions} sessions traced"
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
