"""LS3, LS4: the n-th call of the system kills the program, or fails; for every n of a scripted session.

Kill: old or new state, never between. Error (EIO or ENOSPC, once or from there on): a code, no acknowledgement of what
is not durable, reads go on, and what was acknowledged is there when the disk is well again. ``--bad pieces`` (a store
that does not write in transactions) and ``--bad deaf`` (a program that says an act although it was refused) must be
found.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cases.errors import EstafetteError
from cases.store import engine
from cases.workspace import Workspace
from tests.soak import released, work
from tests.soak.forks import Child, Ended, Tell
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import scratch, strace
from tests.soak.work import Said, Worker

BADS = ("pieces", "deaf")
ACTS = 14
KILLS = ("pwrite64", "fsync,fdatasync", "rename,unlink,ftruncate")
ERRORS = ("fsync,fdatasync", "pwrite64", "write", "ftruncate", "unlink", "openat", "rename")
CODES = {"store.io_error", "store.disk_full", "store.cannot_open", "store.read_only", "store.locked"}
FILES = ("w", "w/store.db", "w/store.db-wal", "w/keyslots.json", "w/keyslots.json.new")


class Fault(NamedTuple):
    """What happens to which call: ``how`` is ``kill`` or an error's name; ``lasting``: to every later one too."""

    calls: str
    number: int
    how: str
    lasting: bool

    def option(self) -> str:
        """Return it as strace reads it."""
        how = "signal=SIGKILL" if self.how == "kill" else f"error={self.how}"
        return f"inject={self.calls}:{how}:when={self.number}{'+' if self.lasting else ''}"


def faults(rng: random.Random) -> Iterator[Callable[[int], Fault]]:
    """Yield fault after fault, to be given its n, in an order of chance."""
    kinds: list[Callable[[int], Fault]] = []
    for calls in KILLS:
        kinds.append(lambda number, calls=calls: Fault(calls, number, "kill", False))  # type: ignore[misc]
    for calls in ERRORS:
        how, lasting = rng.choice(["EIO", "ENOSPC"]), rng.random() < 0.7
        kinds.append(lambda number, c=calls, h=how, la=lasting: Fault(c, number, h, la))  # type: ignore[misc]
    rng.shuffle(kinds)
    yield from kinds


class Scene:
    """One workspace, copied anew for each fault of a session."""

    def __init__(self, base: Path, known: list[Said], seed: int, bad: str) -> None:
        self._base = base
        self._known = known
        self._seed = seed
        self._bad = bad

    def suffer(self, root: Path, fault: Fault) -> tuple[bool, list[str]]:
        """Run the session with the fault; return whether it met the fault, and what is wrong afterwards."""
        shutil.copytree(self._base, root)
        child = Child(lambda tell: self._session(root, tell))
        ended = injected(child, root, fault)
        found = [line for line in ended.lines if line.startswith(("wrong ", "raised "))]
        refused = [line for line in ended.lines if line.startswith("refused ")]
        found += [f"wrong code: {line}" for line in refused if line.split()[1] not in CODES]
        if fault.lasting and fault.calls.startswith("fsync") and refused:
            after = ended.lines[ended.lines.index(refused[0]) :]
            # A passphrase is said before it is tried: that one line acknowledges nothing.
            claims = [line for line in after if line.startswith("said ") and not line.startswith("said trying")]
            found += [f"wrong acknowledged after a failed sync: {line}" for line in claims]
        met = bool(refused) or ended.code == -signal.SIGKILL
        found += self._afterwards(root, ended)
        shutil.rmtree(root)
        return met, [f"{fault.option()}: {line}" for line in found]

    def _afterwards(self, root: Path, ended: Ended) -> list[str]:
        said = self._known + [Said.read(line.removeprefix("said ")) for line in ended.lines if line.startswith("said ")]
        passphrases = [work.PASSPHRASE]
        for one in said:
            if one.what == "passphrase":
                passphrases = [one.token]
            elif one.what == "trying":
                passphrases.append(one.token)
        lines = Child(lambda tell: _check(root, said, passphrases, tell)).wait().lines
        return [line for line in lines if line.startswith(("wrong ", "raised "))]

    def _session(self, root: Path, tell: Tell) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)
        if self._bad == "pieces":
            engine.Store._transact = _in_pieces  # type: ignore[assignment,method-assign]

        def guarded(act: Callable[[], object]) -> None:
            try:
                act()
            except EstafetteError as error:
                tell(f"refused {error.code}")

        opened: list[Workspace] = []
        guarded(lambda: opened.append(work.unlock(root)))
        if not opened:
            return
        workspace = opened[0]
        rng = random.Random(self._seed)
        worker = Worker(workspace, rng, lambda said: tell(f"said {said.line()}"), liar=self._bad == "deaf")
        for _ in range(ACTS):
            guarded(worker.act)
        new = work.PASSPHRASES[1]
        tell(f"said {Said('trying', '', new).line()}")
        guarded(lambda: workspace.change_passphrase(work.PASSPHRASE, new))
        guarded(worker.act)
        guarded(workspace.close)


def _in_pieces(store: engine.Store, act: Callable[[Any], Any], _undone: object) -> Any:
    return act(store._writer)


def injected(child: Child, root: Path, fault: Fault) -> Ended:
    """Let a child that stopped itself go on with a fault in its way."""
    os.waitpid(child.pid, os.WUNTRACED)
    where = [part for name in FILES for part in ("-P", str(root / name))]
    command = [part for part in strace(*where, "-e", f"trace={fault.calls}", "-e", fault.option()) if part != "-qq"]
    tracer = subprocess.Popen(
        [*command, "-o", "/dev/null", "-p", str(child.pid)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert tracer.stderr is not None
    try:
        if b"attached" not in (line := tracer.stderr.readline()):
            raise RuntimeError(f"strace did not attach: {line.decode()}")
        os.kill(child.pid, signal.SIGCONT)
        return child.wait()
    finally:
        tracer.kill()
        tracer.stderr.close()
        tracer.wait()


def _check(root: Path, said: list[Said], passphrases: list[str], tell: Tell) -> None:
    right = work.right_ones(root, passphrases)
    if len(right) != 1:
        tell(f"wrong {len(right)} passphrases open the workspace")
        return
    workspace = work.unlock(root, right[0])
    for line in work.wrong(workspace, said):
        tell(f"wrong {line}")
    workspace.close()


def scene(directory: Path, seed: int, bad: str) -> Scene:
    """Make a workspace with some work in it."""
    rng = random.Random(seed)
    base = directory / f"base-{seed}"
    known: list[Said] = []
    if rng.random() < 0.3:
        known = released.copy(base)
    else:

        def prepare(tell: Tell) -> None:
            workspace = work.create(base)
            worker = Worker(workspace, rng, lambda said: tell(said.line()))
            for _ in range(6):
                worker.act()
            workspace.close()

        known = [Said.read(line) for line in Child(prepare).wait().lines]
    return Scene(base, known, seed, bad)


def run(budget: Budget, seed: int, *, bad: str = "", step: int = 1) -> Report:
    """Go through faults and their n as far as the budget allows; ``step`` takes every so many n only."""
    report = Report("n-th call kills or fails", seed)
    work.elsewhere()
    sessions = 0
    with scratch() as directory:
        while budget.left(report.runs):
            rng = random.Random(seed + report.runs)
            current = scene(directory, seed + report.runs, bad)
            sessions += 1
            for kind in faults(rng):
                number, met = rng.randint(1, step), True
                while met and budget.left(report.runs):
                    report.runs += 1
                    met, found = current.suffer(directory / "w", kind(number))
                    for words in found:
                        report.fail(seed + report.runs - 1, words)
                    number += step
    report.note = f"{sessions} sessions, every {step}. call"
    return report


def sampled(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Run with every 5th n where only a count is asked for: a count is small."""
    return run(budget, seed, bad=bad, step=1 if budget.by_time else 5)


if __name__ == "__main__":
    sys.exit(command_line(sampled, BADS))
