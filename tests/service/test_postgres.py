"""The supervisor of the private PostgreSQL: starts, stops, and cleans up after an owner that was killed."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cases.errors import EnvironmentFault
from central.postgres import SERVICE_ACCOUNT, PrivatePostgres, find_binaries
from tests.support.central_service import reachable_directory

ROOT = Path(__file__).resolve().parents[2]
_OWNER = """
import sys, pathlib
sys.path.insert(0, {root!r})
from central.postgres import PrivatePostgres
server = PrivatePostgres(pathlib.Path({directory!r}))
server.start()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    made = reachable_directory()
    yield made / "postgres"
    shutil.rmtree(made)


def test_what_was_written_is_there_after_a_restart(directory: Path) -> None:
    with PrivatePostgres(directory) as server, psycopg.connect(server.conninfo()) as connection:
        connection.execute("create table kept (value text)")
        connection.execute("insert into kept values ('é')")
    with PrivatePostgres(directory) as server, psycopg.connect(server.conninfo()) as connection:
        assert connection.execute("select value from kept").fetchone() == ("é",)


def test_the_cluster_is_closed_to_others_and_trusts_nobody(directory: Path) -> None:
    with PrivatePostgres(directory) as server:
        assert stat.S_IMODE((directory / "cluster").stat().st_mode) == 0o700
        assert stat.S_IMODE((directory / "owner.password").stat().st_mode) == 0o600
        rules = [
            line.split()
            for line in (directory / "cluster" / "pg_hba.conf").read_text().splitlines()
            if line and not line.startswith("#")
        ]
        assert rules and all(rule[-1] == "scram-sha-256" for rule in rules)
        with psycopg.connect(server.conninfo()) as connection:
            shown = {
                name: connection.execute(f"show {name}".encode()).fetchone()
                for name in ("listen_addresses", "data_checksums", "lc_collate", "server_encoding", "fsync")
            }
        assert shown == {
            "listen_addresses": ("",),
            "data_checksums": ("on",),
            "lc_collate": ("C.UTF-8",),
            "server_encoding": ("UTF8",),
            "fsync": ("on",),
        }
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.conninfo(password="wrong"))


def test_as_root_the_server_runs_under_the_packages_account(directory: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root lays itself down")
    import pwd

    with PrivatePostgres(directory):
        pid = int((directory / "cluster" / "postmaster.pid").read_text().split()[0])
        assert os.stat(f"/proc/{pid}").st_uid == pwd.getpwnam(SERVICE_ACCOUNT).pw_uid


def test_a_directory_that_the_account_cannot_reach_is_named(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root lays itself down")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EnvironmentFault) as fault:
        PrivatePostgres(closed / "postgres").start()
    assert fault.value.code == "postgres.unreachable_directory"
    assert fault.value.details["account"] == SERVICE_ACCOUNT


def test_a_second_owner_is_refused_and_may_join(directory: Path) -> None:
    with PrivatePostgres(directory) as server:
        second = PrivatePostgres(directory)
        with pytest.raises(EnvironmentFault, match=r"postgres\.in_use"):
            second.start()
        second.attach()
        assert second.conninfo() == server.conninfo()
    with pytest.raises(EnvironmentFault, match=r"postgres\.not_running"):
        PrivatePostgres(directory).attach()


@pytest.mark.parametrize("kill_server_too", [False, True])
def test_a_killed_owner_is_followed_by_a_clean_start(directory: Path, kill_server_too: bool) -> None:
    script = _OWNER.format(root=str(ROOT), directory=str(directory))
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    assert owner.stdout is not None and owner.stdout.readline() == b"ready\n"
    orphan = int((directory / "cluster" / "postmaster.pid").read_text().split()[0])
    joined = PrivatePostgres(directory)
    joined.attach()
    with psycopg.connect(joined.conninfo()) as connection:
        connection.execute("create table kept (value text)")
    owner.kill()
    owner.communicate()
    os.kill(orphan, 0)  # it outlived its owner
    if kill_server_too:
        os.kill(orphan, signal.SIGKILL)
    with PrivatePostgres(directory) as server:
        with psycopg.connect(server.conninfo()) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
        now = int((directory / "cluster" / "postmaster.pid").read_text().split()[0])
        assert now != orphan
    assert not (directory / "cluster" / "postmaster.pid").exists()


def test_a_half_made_cluster_is_made_again(directory: Path) -> None:
    (directory / "cluster.new" / "base").mkdir(parents=True)
    with PrivatePostgres(directory) as server, psycopg.connect(server.conninfo()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_long_path_puts_the_socket_elsewhere(directory: Path) -> None:
    deep = directory / ("x" * 60) / ("y" * 60)
    for step in (directory, deep.parent):
        step.mkdir(mode=0o711)
    with PrivatePostgres(deep) as server:
        with psycopg.connect(server.conninfo()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        elsewhere = server._socket_directory
        assert elsewhere != deep / "run" and stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    assert not elsewhere.exists()


@pytest.mark.logs_errors
def test_a_server_that_ends_by_itself_is_started_again(directory: Path) -> None:
    with PrivatePostgres(directory) as server:
        server.watch(lambda: pytest.fail("it could have been started again"))
        before = postmaster(directory)
        os.kill(before, signal.SIGKILL)
        await_answer(server, before, directory)
    assert not (directory / "cluster" / "postmaster.pid").exists(), "and it is stopped like any other"


@pytest.mark.logs_errors
def test_a_server_that_cannot_be_started_again_is_told_of(directory: Path) -> None:
    ended = threading.Event()
    with PrivatePostgres(directory) as server:
        server.watch(ended.set)
        (directory / "cluster" / "postgresql.conf").write_text("no setting of anybody's = 1")
        os.kill(postmaster(directory), signal.SIGQUIT)
        assert ended.wait(60)


def postmaster(directory: Path) -> int:
    return int((directory / "cluster" / "postmaster.pid").read_text().split()[0])


def await_answer(server: PrivatePostgres, before: int, directory: Path) -> None:
    """Wait until a server answers that is another one than before."""
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s:
        try:
            with psycopg.connect(server.conninfo(), connect_timeout=10):
                if postmaster(directory) != before:
                    return
        except (psycopg.OperationalError, FileNotFoundError, IndexError):
            continue
    pytest.fail("no server answers")


def test_another_major_version_is_refused_in_words(directory: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"postgres\.wrong_major"):
        find_binaries(major=9)


def test_a_configured_directory_without_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"postgres\.not_found"):
        find_binaries(tmp_path)
