"""LS1: SIGKILL at any moment. What was said to be recorded is there, and the store is whole.

One run: a child opens the workspace with the product's own code, checks everything that was ever said of it, works and
is killed after 0 to 30 ms. Some are killed while they still open, recover, migrate a released store or change the
passphrase. ``--bad liar``: a program that says an act before it is durable; it must be found.
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

from cases.workspace import Workspace
from tests.soak import released, work
from tests.soak.forks import Child, Ended, Tell
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import scratch
from tests.soak.work import PASSPHRASE, Said, Worker

BADS = ("liar",)
KILL_WITHIN_S = 0.030
RUNS_A_WORKSPACE = 40
MIGRATIONS = 0.1
"""Share of the runs that kill the migration of a released store."""


class Life:
    """One workspace from its first run to its last check, through many kills."""

    def __init__(self, root: Path, rng: random.Random, bad: str, *, migrates: bool = False) -> None:
        self.root = root
        self._rng = rng
        self._bad = bad
        self.said: list[Said] = []
        self._passphrases = [PASSPHRASE]
        if migrates or rng.random() < 0.5:
            self.said += released.copy(root)
        else:
            work.create(root).close()

    def run(self, seed: int) -> list[str]:
        """Let a child work and kill it; return what it found wrong when it had opened."""
        rng = random.Random(seed)
        child = Child(lambda tell: self._work(tell, rng.getrandbits(64)))
        # One in four is killed while it still opens.
        if rng.random() >= 0.25:
            child.read_until("opened")
        child.let_run(rng.uniform(0, KILL_WITHIN_S))
        return self._heard(child.kill())

    def check(self) -> list[str]:
        """Open once more and check, without a kill."""
        return self._heard(Child(lambda tell: self._open(tell).close()).wait())

    def _heard(self, ended: Ended) -> list[str]:
        found = [line for line in ended.lines if line.startswith(("wrong ", "raised "))]
        for line in ended.lines:
            kind, _, rest = line.partition(" ")
            if kind == "said":
                self.said.append(Said.read(rest))
            elif kind == "trying":
                self._passphrases.append(rest)
            elif kind == "passphrase":
                self._passphrases = [rest]
        return found

    # --- inside the child ---

    def _work(self, tell: Tell, seed: int) -> None:
        rng = random.Random(seed)
        workspace = self._open(tell)
        worker = Worker(workspace, rng, lambda said: tell(f"said {said.line()}"), liar=self._bad == "liar")
        while True:
            worker.act()
            if rng.random() < 0.03:
                self._change_passphrase(workspace, tell, rng)

    def _open(self, tell: Tell) -> Workspace:
        workspace = self._unlocked(tell)
        for line in work.wrong(workspace, self.said):
            tell(f"wrong {line}")
        tell("opened")
        return workspace

    def _unlocked(self, tell: Tell) -> Workspace:
        self._passphrases = work.right_ones(self.root, self._passphrases)
        if len(self._passphrases) != 1:
            tell(f"wrong {len(self._passphrases)} passphrases open the workspace")
        tell(f"passphrase {self._passphrases[0]}")
        return work.unlock(self.root, self._passphrases[0])

    def _change_passphrase(self, workspace: Workspace, tell: Tell, rng: random.Random) -> None:
        new = rng.choice([one for one in work.PASSPHRASES if one != self._passphrases[0]])
        tell(f"trying {new}")
        workspace.change_passphrase(self._passphrases[0], new)
        tell(f"passphrase {new}")
        self._passphrases = [new]


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Kill as often as the budget allows."""
    report = Report("kill -9 at 0-30 ms", seed)
    work.elsewhere()
    acknowledged = 0
    with scratch() as directory:
        life: Life | None = None
        for number in budget.seeds(report):
            if life is None or report.runs % RUNS_A_WORKSPACE == 0:
                acknowledged += _ended(life, report, number)
                life = Life(directory / str(number), random.Random(number), bad)
            chosen = life
            if random.Random(-number).random() < MIGRATIONS:
                chosen = Life(directory / f"migration-{number}", random.Random(number), bad, migrates=True)
            for words in chosen.run(number):
                report.fail(number, words)
            if chosen is not life:
                acknowledged += _ended(chosen, report, number)
        acknowledged += _ended(life, report, seed + report.runs - 1)
    report.note = f"{acknowledged} acts acknowledged"
    return report


def _ended(life: Life | None, report: Report, seed: int) -> int:
    if life is None:
        return 0
    for words in life.check():
        report.fail(seed, words)
    shutil.rmtree(life.root)
    return len(life.said)


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
