"""LS5: the disk fills up at any level while somebody works, opens, migrates or changes the passphrase.

One run: a small disk with so many bytes left, work until it is refused; then a code, reads that go on, and, with room
again, everything that was acknowledged. Where mounting is not allowed a limit of file size takes the disk's place.
``--bad deaf``: a program that says an act although it was refused; it must be found.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.errors import EstafetteError
from cases.workspace import Workspace
from tests.soak import released, work
from tests.soak.forks import Child, Tell
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import Unavailable, scratch, small_disk
from tests.soak.work import Said, Worker

BADS = ("deaf",)
DISK = 12 * 1024 * 1024
ACTS = 250
FULL = "store.disk_full"


class Room:
    """The small disk, or its substitute: how many bytes are left is set anew for each run."""

    def __init__(self, directory: Path, *, mounted: bool) -> None:
        self.directory = directory
        self.mounted = mounted

    def leave(self, size: int) -> None:
        """Leave so many bytes."""
        if self.mounted:
            free = shutil.disk_usage(self.directory).free
            with (self.directory / "filler").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(1, free - size))

    def limit(self, size: int) -> None:
        """Limit this process, where there is no disk to fill."""
        if not self.mounted:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    def clear(self) -> None:
        """Make room again."""
        (self.directory / "filler").unlink(missing_ok=True)


@contextmanager
def room(directory: Path) -> Iterator[Room]:
    """The small disk at ``directory``."""
    try:
        with small_disk(directory, str(DISK)) as disk:
            yield Room(disk, mounted=True)
    except Unavailable:
        yield Room(directory, mounted=False)


def fill(place: Room, seed: int, bad: str) -> list[str]:
    """Work on a disk that fills up; return what is wrong."""
    rng = random.Random(seed)
    root = place.directory / "w"
    known: list[Said] = []
    if rng.random() < 0.4:
        known = released.copy(root)
    else:
        _alone(lambda tell: work.create(root).close())
    place.leave(size := rng.choice([rng.randrange(64 * 1024), rng.randrange(600 * 1024), rng.randrange(4_000_000)]))
    ended = Child(lambda tell: _work(place, root, size, seed, bad, tell)).wait()
    place.clear()
    said = known + [Said.read(line.removeprefix("said ")) for line in ended.lines if line.startswith("said ")]
    found = [line for line in ended.lines if line.startswith(("wrong ", "raised "))]
    found += _alone(lambda tell: _check(root, said, tell))
    shutil.rmtree(root)
    return [f"{size} bytes left: {line}" for line in found]


def _alone(act: object) -> list[str]:
    assert callable(act)
    return [line for line in Child(act).wait().lines if line.startswith(("wrong ", "raised "))]


def _work(place: Room, root: Path, size: int, seed: int, bad: str, tell: Tell) -> None:
    rng = random.Random(seed)
    place.limit(size + 400_000)
    try:
        workspace = work.unlock(root)
    except EstafetteError as error:
        if error.code != FULL:
            tell(f"wrong code at the opening: {error.code}")
        return
    worker = Worker(workspace, rng, lambda said: tell(f"said {said.line()}"), liar=bad == "deaf")
    refused = 0
    for _ in range(ACTS):
        try:
            worker.act() if rng.random() < 0.97 else _passphrase(workspace, rng, tell)
        except EstafetteError as error:
            refused += 1
            if error.code != FULL:
                tell(f"wrong code: {error.code}")
            _readable(workspace, tell)
            if refused > 5:
                break
    workspace.close()


def _passphrase(workspace: Workspace, rng: random.Random, tell: Tell) -> None:
    """Change the passphrase to itself: the file is written anew."""
    workspace.change_passphrase(work.PASSPHRASE, work.PASSPHRASE)


def _readable(workspace: Workspace, tell: Tell) -> None:
    """On a full disk everything can still be read."""
    for row in workspace.cases(limit=3):
        workspace.case(row.id)
        if not workspace.history(row.id):
            tell("wrong a case has no history on a full disk")


def _check(root: Path, said: list[Said], tell: Tell) -> None:
    workspace = work.unlock(root)
    for line in work.wrong(workspace, said):
        tell(f"wrong {line}")
    citizen = workspace.create_citizen({"family_name": "Après"}).record
    if workspace.citizen(citizen).fields["family_name"] != "Après":
        tell("wrong what is recorded with room again is not there")
    workspace.close()


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Fill as often as the budget allows."""
    report = Report("disk full", seed)
    work.elsewhere()
    with scratch() as directory, room(directory / "disk") as place:
        place.directory.mkdir(exist_ok=True)
        for number in budget.seeds(report):
            for words in fill(place, number, bad):
                report.fail(number, words)
        report.note = "a small disk of its own" if place.mounted else "no right to mount: limits of file size instead"
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
