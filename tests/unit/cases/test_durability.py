"""Saved means saved: what was said to be recorded is there after a kill at any moment and on a full disk."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cases.workspace import Workspace
from tests.support.acting import ports_for
from tests.support.exchange import Numbering
from tests.support.workspaces import PASSPHRASE

KILLS = 30
ROOT = Path(__file__).parents[3]


def start(directory: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.acting", str(directory), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def killed_after(directory: Path, delay_s: float, *options: str) -> list[str]:
    """Let the program act, kill it after ``delay_s``, and return what it had said."""
    process = start(directory, *options)
    assert process.stdout is not None
    # The moment of the kill is what is tested; there is no condition to wait for but the program's own end.
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay_s)
    process.send_signal(signal.SIGKILL)
    # A line that the kill cut in two was not said.
    said = process.stdout.read().split("\n")[:-1]
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    return said


def lost(workspace: Workspace, said: list[str]) -> list[str]:
    """Return what was said and is not there."""
    missing: list[str] = []
    last: dict[str, int] = {}
    for line in said:
        kind, *words = line.split()
        if kind == "answer":
            last[words[0]] = int(words[1])
            continue
        kept = (
            workspace.citizen(words[0]).fields["family_name"] if kind == "citizen" else workspace.case(words[0]).citizen
        )
        if kept != words[1]:
            missing.append(line)
    for case, number in last.items():
        held = {int(str((entry.body or {}).get("/count", 0))) for entry in workspace.history(case)}
        missing += [f"answer {case} {one}" for one in range(1, number + 1) if one not in held]
        if int(workspace.case(case).answers.get("/count") or 0) < number:
            missing.append(f"shown {case} {number}")
    return missing


def chain_holds(workspace: Workspace) -> None:
    """Check numbering, hashes, bodies and counters from the first event to the last."""
    pending = workspace.status().pending
    stream = Numbering()
    assert stream.push(workspace) == pending
    assert [event.seq for event in stream.events] == list(range(1, pending + 1))
    assert (workspace.status().pending, workspace.parked()) == (0, [])


@pytest.mark.slow
def test_nothing_said_is_lost_by_a_kill_at_any_moment(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    delays = random.Random(seed)
    directory = tmp_path / "w"
    said: list[str] = []
    for _ in range(KILLS):
        said += killed_after(directory, delays.uniform(0, 0.12))
    assert sum(line.startswith("answer") for line in said) > KILLS
    workspace = Workspace.unlock(directory, PASSPHRASE, ports=ports_for(directory))
    assert lost(workspace, said) == []
    chain_holds(workspace)
    integrity = workspace._core.store.rows("PRAGMA integrity_check")
    assert integrity == [("ok",)]
    workspace.close()


@pytest.mark.slow
def test_known_bad_program_is_caught(tmp_path: Path) -> None:
    """The harness itself: a program that speaks before the disk does must be found out."""
    for attempt in range(10):
        directory = tmp_path / str(attempt) / "w"
        said = killed_after(directory, 0.1, "--liar")
        workspace = Workspace.unlock(directory, PASSPHRASE, ports=ports_for(directory))
        missing = lost(workspace, said)
        workspace.close()
        if missing:
            return
    pytest.fail("a program that lies was not found out")


def full_disk_keeps_what_was_said(directory: Path, *options: str) -> None:
    process = start(directory, *options)
    assert process.stdout is not None
    said = process.stdout.read().splitlines()
    process.stdout.close()
    assert process.wait() == 0
    refused = next(line for line in said if line.startswith("refused"))
    assert refused == "refused store.disk_full"
    assert said[-1].startswith("readable ") and said[-1] != "readable 0"
    acts = said[: said.index(refused)]
    assert len(acts) > 5
    workspace = Workspace.unlock(directory, PASSPHRASE, ports=ports_for(directory))
    assert lost(workspace, acts) == []
    chain_holds(workspace)
    workspace.close()


@pytest.mark.slow
def test_a_limit_of_file_size_says_full_and_keeps_everything(tmp_path: Path) -> None:
    full_disk_keeps_what_was_said(tmp_path / "w", "--file-bytes-max", str(1_500_000))


@contextmanager
def small_disk(directory: Path, size: str) -> Iterator[Path]:
    """Mount a disk of that size; skip where this account may not."""
    directory.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(directory)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting needs more rights")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=True)


@pytest.mark.slow
def test_a_full_disk_says_so_and_keeps_everything(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        process = start(disk / "w")
        assert process.stdout is not None
        said = process.stdout.read().splitlines()
        process.stdout.close()
        assert process.wait() == 0
        refused = next(line for line in said if line.startswith("refused"))
        assert refused == "refused store.disk_full"
        acts = said[: said.index(refused)]
        # Elsewhere there is room again: what is on the full disk is complete.
        for folder in ("w", "secrets"):
            shutil.copytree(disk / folder, tmp_path / "room" / folder)
        (tmp_path / "room" / "secrets").chmod(0o700)
        directory = tmp_path / "room" / "w"
        workspace = Workspace.unlock(directory, PASSPHRASE, ports=ports_for(directory))
        assert lost(workspace, acts) == []
        chain_holds(workspace)
        case = workspace.cases()[0].id
        workspace.answer(case, {"/count": "1000000"}, base=0)
        workspace.close()
