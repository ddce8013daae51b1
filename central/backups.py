"""A backup of the whole service: database, keys and a manifest, written beside a running service.

Layout of a backup: ``database.dump`` (pg_dump's custom format), ``keys/``, ``manifest.json``. What the manifest says to
be covered was read in the very snapshot that was dumped, so it never exceeds the dump; devices are told only once the
whole backup is durable under its name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cases.clock import Clock
from cases.errors import DamagedError, EnvironmentFault, InputError
from central.covered import Covered, cover, read_chains
from central.postgres import Binaries, find_binaries

FORMAT = 1
DUMP = "database.dump"
KEYS = "keys"
MANIFEST = "manifest.json"
_CHUNK = 1 << 20


class Manifest(msgspec.Struct, frozen=True):
    """What a backup is made of.

    Attributes:
        major: of PostgreSQL. schema: the newest migration. epochs: tenant (as text) -> epoch.
        files: path within the backup -> SHA-256.
        coverage: how far the dump holds every chain.
    """

    format: int
    time_ms: int
    major: int
    schema: int
    epochs: dict[str, int]
    coverage: list[Covered]
    files: dict[str, str]


def back_up(conninfo: str, keys: Path, target: Path, clock: Clock, *, binaries: Path | None = None) -> Manifest:
    """Write a backup to ``target``, which must not exist; then let the devices know how far they are covered.

    Args:
        conninfo: of the database's owner; a service may be at work on it.
        keys: the service's key folder, in its data folder.
        target: in a folder that is there, outside the data folder.

    Raises:
        InputError: ``backup.exists``, ``backup.no_folder``, ``backup.inside_data``. EnvironmentFault:
            ``backup.no_program``, ``backup.failed``, ``backup.unwritable``, ``database.unavailable`` and those of
            ``find_binaries``.
    """
    _check_place(target, keys.parent)
    fresh = target.with_name(target.name + ".new")
    try:
        with psycopg.connect(conninfo) as connection:
            programs = find_binaries(binaries, major=connection.info.server_version // 10_000)
            pg_dump = program_path(programs, "pg_dump")
            _make_empty(fresh)
            manifest = _write(connection, conninfo, pg_dump, keys, fresh, clock.now_ms())
            fresh.rename(target)
            sync_directory(target.absolute().parent)
            connection.rollback()
            cover(connection, manifest.coverage, manifest.time_ms)
    except psycopg.OperationalError as error:
        raise EnvironmentFault("database.unavailable", cause=type(error).__name__) from error
    except OSError as error:
        raise EnvironmentFault("backup.unwritable", directory=str(target), cause=type(error).__name__) from error
    return manifest


def _write(
    connection: psycopg.Connection[Any], conninfo: str, pg_dump: str, keys: Path, fresh: Path, now_ms: int
) -> Manifest:
    """Dump one snapshot, and say what is in it. The keys come after: those that the dump needs were made before it."""
    connection.execute("set transaction isolation level repeatable read read only")
    # The transaction waits for the dump, however long that takes.
    connection.execute("set local idle_in_transaction_session_timeout = 0")
    (snapshot,) = connection.execute("select pg_export_snapshot()").fetchone() or ("",)
    coverage = read_chains(connection)
    tenants = connection.execute("select tenant_id, epoch from estafette.tenant").fetchall()
    (schema,) = connection.execute("select max(number) from estafette.migration").fetchone() or (0,)
    run_program(
        [pg_dump, "-Fc", "--schema=estafette", f"--snapshot={snapshot}", f"--file={fresh / DUMP}"], conninfo, fresh
    )
    shutil.copytree(keys, fresh / KEYS, ignore=shutil.ignore_patterns("*.new"))
    files = sorted(path for path in fresh.rglob("*") if path.is_file())
    manifest = Manifest(
        FORMAT,
        now_ms,
        connection.info.server_version // 10_000,
        schema,
        {str(tenant): epoch for tenant, epoch in tenants},
        coverage,
        {path.relative_to(fresh).as_posix(): file_hash(path) for path in files},
    )
    (fresh / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    for path in (*files, fresh / MANIFEST):
        path.chmod(0o600)
        sync_file(path)
    for directory in (fresh / KEYS, fresh):
        directory.chmod(0o700)
        sync_directory(directory)
    return manifest


def read_backup(source: Path) -> Manifest:
    """Return a backup's manifest after checking every file against it.

    Raises:
        InputError: ``backup.none``: this is no backup, or one of a newer format. DamagedError: ``backup.damaged``
            (``file``): a file is missing or not what was written.
    """
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except OSError as error:
        raise InputError("backup.none", directory=str(source)) from error
    except msgspec.DecodeError as error:
        raise DamagedError("backup.damaged", file=MANIFEST) from error
    if manifest.format != FORMAT:
        raise InputError("backup.none", directory=str(source))
    if DUMP not in manifest.files or not any(name.startswith(f"{KEYS}/") for name in manifest.files):
        raise DamagedError("backup.damaged", file=MANIFEST)
    for name, digest in manifest.files.items():
        path = source / name
        if ".." in Path(name).parts or not path.is_file() or file_hash(path) != digest:
            raise DamagedError("backup.damaged", file=name)
    return manifest


def program_path(programs: Binaries, name: str) -> str:
    """Return the path of one of PostgreSQL's programs that not every installation has.

    Raises:
        EnvironmentFault: ``backup.no_program``.
    """
    path = programs.program(name)
    if not os.access(path, os.X_OK):
        raise EnvironmentFault("backup.no_program", program=name, directory=str(programs.directory))
    return path


def run_program(command: list[str], conninfo: str, about: Path) -> None:
    """Run one of PostgreSQL's clients on a database. The password goes by the environment, where nobody else looks.

    Raises:
        EnvironmentFault: ``backup.failed``, with the first line of what it said.
    """
    # Taken out by hand: to ``make_conninfo`` None says nothing, and the password would stay where everybody looks.
    parts = conninfo_to_dict(conninfo)
    password = str(parts.pop("password", None) or "")
    address = make_conninfo("", **parts)
    done = subprocess.run(
        [*command, f"--dbname={address}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=os.environ | ({"PGPASSWORD": password} if password else {}),
    )
    if done.returncode != 0:
        said = next(iter(done.stderr.splitlines()), "")
        raise EnvironmentFault("backup.failed", program=Path(command[0]).name, directory=str(about), said=said)


def file_hash(path: Path) -> str:
    """Return a file's SHA-256, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_directory(directory: Path) -> None:
    """Return once the names in a directory are on the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Return once a file's content is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _check_place(target: Path, data: Path) -> None:
    """Raise unless a backup may be made here: a place that is not there is mistyped, or a disk that is not mounted."""
    if target.exists():
        raise InputError("backup.exists", directory=str(target))
    real, service = target.resolve(), data.resolve()
    if not real.parent.is_dir():
        raise InputError("backup.no_folder", directory=str(real.parent))
    if service == real or service in real.parents:
        # It would go with what it is to replace, and every backup would lie in the place that the next one saves.
        raise InputError("backup.inside_data", directory=str(target), data=str(data))


def _make_empty(fresh: Path) -> None:
    """Make the folder that is written to; what a backup that was killed left there goes, and nothing else."""
    if fresh.exists():
        strangers = {path.name for path in fresh.iterdir()} - {DUMP, KEYS, MANIFEST}
        if strangers:
            raise InputError("backup.exists", directory=str(fresh))
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    fresh.chmod(0o700)
