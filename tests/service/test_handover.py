"""One private PostgreSQL, several processes: nobody loses a database that another stops."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from central import words
from central.handover import FOR_OTHERS, FOR_OWNER
from central.postgres import find_binaries
from tests.support.central_service import reachable_directory

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


class Command:
    """A front door in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "main.py", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def says(self, text: str) -> str:
        """Wait for the next line that is no log's and return it; it must begin with ``text``."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if line.startswith(text):
                return line.strip()
            assert not line.startswith("ready "), self.said
        raise AssertionError(self.said)

    def ends(self) -> int:
        assert self.process.stdout is not None
        with self.process.stdout as rest:
            self.said += rest.read()
        return self.process.wait(timeout=PATIENCE_S)


@pytest.fixture
def place() -> Iterator[Path]:
    made = reachable_directory()
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A folder on which a service was started and stopped; each test leaves it so."""
    made = reachable_directory()
    service = Command("serve", "--port", "0", "--data", str(made / "data"))
    service.says("ready ")
    service.process.terminate()
    assert service.ends() == 0
    yield made / "data"
    shutil.rmtree(made)


@pytest.fixture
def held_up(place: Path) -> Path:
    """PostgreSQL's programs, with a pg_dump that says that it is at work and waits for a word."""
    made = place / "bin"
    made.mkdir(mode=0o755)
    for program in find_binaries().directory.iterdir():
        (made / program.name).symlink_to(program)
    real = (made / "pg_dump").resolve()
    (made / "pg_dump").unlink()
    (made / "pg_dump").write_text(f'#!/bin/sh\necho > {place}/at-work\nread word < {place}/go\nexec {real} "$@"\n')
    (made / "pg_dump").chmod(0o755)
    for name in ("at-work", "go"):
        os.mkfifo(place / name)
    return made


def at_work(place: Path) -> None:
    """Wait for pg_dump."""
    (place / "at-work").read_text()


def let_go(place: Path) -> None:
    (place / "go").write_text("go\n")


def test_a_service_waits_for_the_backup_that_owns_the_database_and_keeps_its_own(
    place: Path, data: Path, held_up: Path
) -> None:
    backup = Command("backup", str(place / "kept"), "--data", str(data), "--postgres", str(held_up))
    at_work(place)
    service = Command("serve", "--port", "0", "--data", str(data))
    french, english = words.waiting_lines(FOR_OWNER)
    assert service.says(french) and service.says(english)
    assert "ready" not in service.said and backup.process.poll() is None
    let_go(place)
    url = service.says("ready ").split()[1]
    assert backup.ends() == 0, backup.said
    assert requests.get(f"{url}/readyz").status_code == 200, "the service has a database of its own"
    service.process.terminate()
    assert service.ends() == 0 and "Traceback" not in service.said
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_a_service_that_waits_can_be_told_to_stop(place: Path, data: Path, held_up: Path) -> None:
    backup = Command("backup", str(place / "kept"), "--data", str(data), "--postgres", str(held_up))
    at_work(place)
    service = Command("serve", "--port", "0", "--data", str(data))
    service.says(words.waiting_lines(FOR_OWNER)[1])
    service.process.terminate()
    assert service.ends() == 0
    let_go(place)
    assert backup.ends() == 0, backup.said


def test_the_command_that_owns_the_database_waits_for_one_that_joined(place: Path, data: Path, held_up: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdin is not None and owner.stdout is not None and owner.stdout.readline() == b"owned\n"
    backup = Command("backup", str(place / "kept"), "--data", str(data), "--postgres", str(held_up))
    at_work(place)
    owner.stdin.close()
    assert owner.stdout.readline().decode().strip() == FOR_OTHERS
    assert owner.poll() is None
    let_go(place)
    assert backup.ends() == 0, backup.said
    assert owner.wait(timeout=PATIENCE_S) == 0
    owner.stdout.close()
    assert (place / "kept" / "manifest.json").exists()


def test_nobody_waits_for_a_command_that_was_killed(place: Path, data: Path, held_up: Path) -> None:
    backup = Command("backup", str(place / "kept"), "--data", str(data), "--postgres", str(held_up))
    at_work(place)
    service = Command("serve", "--port", "0", "--data", str(data))
    service.says(words.waiting_lines(FOR_OWNER)[1])
    backup.process.kill()
    backup.ends()
    url = service.says("ready ").split()[1]
    let_go(place)  # its pg_dump is nobody's any more
    assert requests.get(f"{url}/readyz").status_code == 200
    os.kill(service.process.pid, 15)
    assert service.ends() == 0


def test_who_had_joined_a_service_that_was_killed_keeps_the_database_until_done(
    place: Path, data: Path, held_up: Path
) -> None:
    first = Command("serve", "--port", "0", "--data", str(data))
    first.says("ready ")
    backup = Command("backup", str(place / "kept"), "--data", str(data), "--postgres", str(held_up))
    at_work(place)
    first.process.kill()
    first.ends()
    listing = Command("office", "list", "--data", str(data))
    assert listing.ends() == 0, "a command joins the server that is left, and stops it under nobody"
    second = Command("serve", "--port", "0", "--data", str(data))
    french, english = words.waiting_lines(FOR_OTHERS)
    assert second.says(french) and second.says(english)
    listing = Command("office", "list", "--data", str(data))
    assert listing.ends() == 0, listing.said
    assert "ready" not in second.said and backup.process.poll() is None
    let_go(place)
    assert backup.ends() == 0, backup.said
    url = second.says("ready ").split()[1]
    assert requests.get(f"{url}/readyz").status_code == 200
    second.process.terminate()
    assert second.ends() == 0 and "Traceback" not in second.said
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_nobody_waits_for_a_killed_service_that_nobody_had_joined(data: Path) -> None:
    first = Command("serve", "--port", "0", "--data", str(data))
    first.says("ready ")
    first.process.kill()
    first.ends()
    second = Command("serve", "--port", "0", "--data", str(data))
    second.says("ready ")
    second.process.terminate()
    assert second.ends() == 0 and words.waiting_lines(FOR_OTHERS)[0] not in second.said


OWNER = """
import pathlib, sys
from central import starting
place = starting.opened_conninfo(
    pathlib.Path(sys.argv[1]), None, create=False, waits=lambda code: print(code, flush=True)
)
with place as (_conninfo, server):
    assert server is not None
    print("owned", flush=True)
    sys.stdin.read()
"""
