"""DV1, DV2, SC15: folders put back from a backup, folders copied to a second computer, clocks years off; real service.

Every act that was acknowledged at any copy must be at central and shown everywhere, and the fork is told. ``--bad
deaf`` (a client that takes a fork for an answer and goes on) must be found.
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path
from typing import Any

from cases.clock import SystemClock
from cases.ports import Ports
from cases.workspace import Workspace
from sync.agent import Agent
from sync.transport import RequestsTransport
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import scratch
from tests.soak.town_hall import Post, TownHall, disagreements, town_hall
from tests.support.workspaces import PASSPHRASE

BADS = ("deaf",)
TWO_YEARS_MS = 2 * 365 * 86_400_000


class WrongClock(SystemClock):
    """A computer's clock that is off by so much."""

    def __init__(self, off_ms: int) -> None:
        self._off_ms = off_ms

    def now_ms(self) -> int:
        return super().now_ms() + self._off_ms


def opened(directory: Path, ports: Ports, said: dict[str, str]) -> Post:
    """Open a folder as the next start of the program does."""
    workspace = Workspace.unlock(directory, PASSPHRASE, ports=ports)
    return Post(workspace, Agent(workspace, RequestsTransport, ports=ports), said)


def closed_copy(post: Post, to: Path) -> None:
    """Copy a post's folder as a backup takes it."""
    post.close()
    shutil.copytree(post.workspace.directory, to)


def worked(post: Post, token: str, rng: random.Random) -> None:
    """Act a few times, each acknowledged."""
    for one in range(rng.randint(1, 4)):
        post.act(f"{token}-{one}")


class Places:
    """Posts of one town hall whose folders are put back and copied."""

    def __init__(self, hall: TownHall, directory: Path) -> None:
        self._hall = hall
        self._directory = directory
        self._witness = hall.post()

    def restored(self, seed: int) -> list[str]:
        """DV1: work, back up, work and send, put the backup back, work on, send."""
        rng = random.Random(seed)
        first, ports = self._post(None)
        worked(first, f"{seed}a", rng)
        first.settle()
        backup = self._directory / f"backup-{seed}"
        closed_copy(first, backup)
        later = opened(first.workspace.directory, ports, dict(first.said))
        worked(later, f"{seed}b", rng)
        code = later.settle()
        later.close()
        shutil.rmtree(first.workspace.directory)
        shutil.move(backup, first.workspace.directory)
        again = opened(first.workspace.directory, ports, dict(first.said))
        notes = self._notes(again, f"{seed}c")
        found = [f"stuck: {code}"] if (code := code or again.settle()) else []
        found += self._judged(again, notes)
        if again.workspace.forked_ms() is None:
            found.append("nobody was told of the fork")
        again.close()
        return found

    def cloned(self, seed: int) -> list[str]:
        """DV2: one folder on two computers, both working and sending in turn."""
        rng = random.Random(seed)
        first, ports = self._post(None)
        worked(first, f"{seed}a", rng)
        first.settle()
        clone = self._directory / f"clone-{seed}"
        closed_copy(first, clone)
        pair = [opened(first.workspace.directory, ports, dict(first.said)), opened(clone, ports, dict(first.said))]
        notes: dict[str, str] = {}
        found: list[str] = []
        for turn in range(rng.randint(2, 5)):
            one = pair[turn % 2]
            notes |= self._notes(one, f"{seed}-{turn}")
            if code := one.settle():
                found.append(f"turn {turn} stuck: {code}")
        found += self._judged(pair[0], notes)
        if not any(one.workspace.forked_ms() for one in pair):
            found.append("nobody was told of the fork")
        for one in pair:
            one.close()
        return found

    def off(self, seed: int) -> list[str]:
        """SC15: a clock years off when it synchronises."""
        rng = random.Random(seed)
        post, _ = self._post(WrongClock(rng.choice([-1, 1]) * rng.randrange(TWO_YEARS_MS)))
        worked(post, f"{seed}w", rng)
        found = [f"stuck: {code}"] if (code := post.settle()) else []
        self._witness.settle()
        found += disagreements([post, self._witness])
        post.close()
        return found

    def _post(self, clock: SystemClock | None) -> tuple[Post, Ports]:
        ports = self._hall.ports(clock)
        return self._hall.post(ports=ports), ports

    def _notes(self, post: Post, token: str) -> dict[str, str]:
        """Write remarks, which never contest each other; return which case each is in."""
        case = post.case()
        post.said.setdefault(case, "")
        made = {f"{token}-{one}": case for one in range(2)}
        for text in made:
            post.workspace.add_note(case, text, base=0)
        return made

    def _judged(self, post: Post, notes: dict[str, str]) -> list[str]:
        """Return which remarks a witness does not find once everything was sent, and what stays unsent."""
        self._witness.settle()
        found = []
        for text, case in notes.items():
            shown = self._hall.history(self._witness, case)
            count = sum((entry.body or {}).get("text") == text for entry in shown)
            if count != 1:
                found.append(f"a witness finds {text!r} {count} times")
        status = post.workspace.status()
        return [*found, *([f"{status.pending} still pending"] if status.pending else [])]


def deaf() -> None:
    """The known-bad client: what is pending when a fork is told is taken for sent."""

    def fork(workspace: Workspace, incarnation: int, seq: int, *_: Any, **__: Any) -> bool:
        workspace._core.store.write(lambda c: c.execute("UPDATE event SET state = 'accepted' WHERE state = 'pending'"))
        return True

    Workspace.fork = fork  # type: ignore[assignment,method-assign]


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Restore, clone, and set clocks wrong in turn."""
    report = Report("restored, cloned, wrong clocks", seed)
    with scratch() as directory, town_hall(directory) as hall:
        places = Places(hall, directory)
        if bad:
            deaf()
        kinds = (places.restored, places.cloned, places.off)
        for number in budget.seeds(report):
            kind = kinds[number % (1 if bad else 3)]
            for words in kind(number):
                report.fail(number, f"{kind.__name__}: {words}")
            if bad and report.failed:
                break
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
