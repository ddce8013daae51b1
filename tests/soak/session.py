"""A whole session of the product in one process, for a trace of its system calls: ``ACK`` lines on standard output.

``python -m tests.soak.session ROOT SEED ACTS [--bad normal|unsynced]``. Known bad: ``normal`` commits without waiting
for the disk (``synchronous=NORMAL``), ``unsynced`` writes the key file without ``fsync``.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from pathlib import Path
from typing import Any

from cases.keys import files
from cases.store import engine
from cases.workspace import Workspace
from tests.soak import work
from tests.soak.work import Said, Worker

BADS = ("normal", "unsynced")
CREATED = Said("created", "", "")


def say(said: Said) -> None:
    """Acknowledge, in one call of the system."""
    os.write(1, f"ACK {said.line()}\n".encode())


def spoil(bad: str) -> None:
    """Make this process one of the known-bad programs."""
    if bad == "normal":
        sound = engine.connect

        def hasty(*arguments: Any, **named: Any) -> Any:
            connection = sound(*arguments, **named)
            if not named["read_only"]:
                connection.execute("PRAGMA synchronous = NORMAL")
            return connection

        engine.connect = hasty
    elif bad == "unsynced":
        files.os.fsync = lambda descriptor: None  # type: ignore[attr-defined]


def session(root: Path, seed: int, acts: int) -> None:
    """Open or make the workspace, act, change the passphrase, close, open again and act on."""
    rng = random.Random(seed)
    passphrase = work.PASSPHRASE
    if (root / work.WORKSPACE / "keyslots.json").exists():
        workspace = work.unlock(root)
    else:
        workspace = work.create(root)
        say(CREATED)
    for part in range(3):
        _act(workspace, rng, acts // 3)
        new = work.PASSPHRASES[(part + 1) % 3]
        say(Said("trying", "", new))
        workspace.change_passphrase(passphrase, new)
        say(Said("passphrase", "", new))
        passphrase = new
        if part == 1:
            workspace.close()
            workspace = work.unlock(root, passphrase)
    _act(workspace, rng, 3)
    workspace.close()


def _act(workspace: Workspace, rng: random.Random, acts: int) -> None:
    worker = Worker(workspace, rng, say)
    for _ in range(acts):
        worker.act()


def main() -> int:
    """Run one session."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("acts", type=int)
    parser.add_argument("--bad", choices=BADS, default="")
    options = parser.parse_args()
    work.elsewhere()
    spoil(options.bad)
    say(Said("begun", "", ""))
    session(options.root, options.seed, options.acts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
