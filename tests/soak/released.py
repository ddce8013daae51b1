"""A store as the released program left it, with what was acknowledged in it: what migrations are killed on.

``python -m tests.soak.released`` made it with that release's code; it is not made again with later code.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from cases.workspace import Workspace
from tests.soak import work
from tests.soak.work import Said, Worker

RELEASED = Path(__file__).parent / "released_store"
SAID = "said.txt"
ACTS = 120


def copy(root: Path) -> list[Said]:
    """Put the released workspace under ``root`` (a new folder) and return what was acknowledged in it."""
    shutil.copytree(RELEASED, root)
    (root / work.SECRETS).chmod(0o700)
    for path in root.rglob("*"):
        if path.is_file():
            path.chmod(0o600)
    return [Said.read(line) for line in (root / SAID).read_text(encoding="utf-8").splitlines()]


def make() -> None:
    """Make the released workspace, left as a kill leaves it: part of it still in the write-ahead log."""
    said: list[Said] = []
    made = RELEASED.with_name("released_store.new")
    workspace = work.create(made)
    _work(workspace, 1, ACTS, said)
    workspace.close()
    workspace = work.unlock(made)
    _work(workspace, 2, 10, said)
    shutil.copytree(made, RELEASED, ignore=shutil.ignore_patterns("*-shm", "*.lock"))
    workspace.close()
    shutil.rmtree(made)
    (RELEASED / SAID).write_text("".join(f"{one.line()}\n" for one in said), encoding="utf-8")


def _work(workspace: Workspace, seed: int, acts: int, said: list[Said]) -> None:
    worker = Worker(workspace, random.Random(seed), said.append)
    for _ in range(acts):
        worker.act()


if __name__ == "__main__":
    make()
