"""Restoring a service from a backup into an empty place (ADR 15).

Everything is made beside its place and gets its name last: no service can open what is not finished, and a restore that
was killed leaves the place as it was.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from cases.clock import Clock
from cases.errors import EnvironmentFault, InputError
from cases.events import CHAIN_START
from cases.ids import SystemRandomness
from central import alerts
from central.backups import DUMP, KEYS, Manifest, program_path, read_backup, run_program, sync_directory, sync_file
from central.console_acts import write_console_device
from central.covered import cover
from central.database.migrations import all_migrations, ensure_role, migrate
from central.keys import Keys
from central.postgres import PrivatePostgres, find_binaries
from central.starting import prepare_directory

RESTORED = "restored.json"
SLOT_BITS = 32
_SLOTS_FROM_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
_SLOT_MS = 3_600_000

_RAISE_EPOCHS = "update estafette.tenant set epoch = greatest(epoch + 1, %(slot)s)"
_JUMP_HEADS = "update estafette.stream set head = greatest((head >> %(bits)s) + 1, %(slot)s) << %(bits)s"
_NEW_CHAINS = """
insert into estafette.device_chain (tenant_id, device_id, incarnation, seq, head)
select c.tenant_id, c.device_id, greatest(max(c.incarnation) + 1, %(slot)s), 0, %(start)s
from estafette.device_chain c
join estafette.device d on d.tenant_id = c.tenant_id and d.device_id = c.device_id and d.kind = 'console'
group by c.tenant_id, c.device_id
"""
STEPS = (_RAISE_EPOCHS, _JUMP_HEADS, _NEW_CHAINS, "delete from estafette.console_session")
"""What must be done to a restored database before anybody may open it, in one transaction."""


class Restored(msgspec.Struct, frozen=True):
    """Left in a restored place, so that a restore over it takes no number again. See ``slot_of``."""

    slot: int


def slot_of(now_ms: int, replaced: int = 0) -> int:
    """Return the least epoch and block of 2^32 numbers that a restore at this time begins.

    The same backup can be restored twice: what the first restored service gave out is in no backup. So the time decides
    as well (one block an hour, enough for 239 years), and the block of the place that is replaced.
    """
    return max((now_ms - _SLOTS_FROM_MS) // _SLOT_MS, replaced + 1, 1)


def restore(
    source: Path,
    data: Path,
    clock: Clock,
    *,
    binaries: Path | None = None,
    force: bool = False,
    steps: tuple[str, ...] = STEPS,
) -> Manifest:
    """Put a backup into the data folder ``data``. A replaced folder is kept beside it, never removed.

    Args:
        force: the folder may hold something, though no service that runs.
        steps: a seam for tests.

    Raises:
        InputError: ``backup.none``, ``restore.not_empty``. DamagedError: ``backup.damaged``. EnvironmentFault:
            ``database.newer_version``, ``postgres.*``, ``backup.no_program``, ``backup.failed``, ``data.unwritable``.
    """
    data = data.absolute()
    occupied = data.exists() and any(data.iterdir())
    if occupied and not force:
        raise InputError("restore.not_empty", directory=str(data))
    if PrivatePostgres(data / "postgres").in_use():
        raise EnvironmentFault("postgres.in_use", directory=str(data))
    manifest = read_backup(source)
    newest = len(all_migrations())
    if manifest.schema > newest:
        raise EnvironmentFault("database.newer_version", known=newest, found=manifest.schema)
    slot = slot_of(clock.now_ms(), _slot_in(data))
    try:
        staging = data.with_name(data.name + ".restoring")
        shutil.rmtree(staging, ignore_errors=True)
        prepare_directory(staging)
        _fill(source, staging, manifest, slot, binaries, steps, clock.now_ms())
        _put_in_place(staging, data, clock.now_ms() if occupied else None)
    except OSError as error:
        raise EnvironmentFault("data.unwritable", directory=str(data), cause=type(error).__name__) from error
    return manifest


def _fill(
    source: Path,
    staging: Path,
    manifest: Manifest,
    slot: int,
    binaries: Path | None,
    steps: tuple[str, ...],
    now_ms: int,
) -> None:
    programs = find_binaries(binaries, major=manifest.major)
    pg_restore = program_path(programs, "pg_restore")
    shutil.copytree(source / KEYS, staging / KEYS)
    (staging / RESTORED).write_bytes(msgspec.json.encode(Restored(slot)))
    with PrivatePostgres(staging / "postgres", binaries=programs.directory) as server:
        conninfo = server.conninfo()
        with psycopg.connect(conninfo, autocommit=True) as connection:
            ensure_role(connection)
        command = [pg_restore, "--no-owner", "--exit-on-error", "--single-transaction", str(source / DUMP)]
        run_program(command, conninfo, source)
        migrate(conninfo)
        with psycopg.connect(conninfo) as connection:
            _write_consoles(connection, Keys(staging / KEYS, SystemRandomness()), manifest)
            _finish(connection, manifest, slot, steps)
            alerts.restored(connection, manifest.time_ms, now_ms)


def _write_consoles(connection: psycopg.Connection[Any], keys: Keys, manifest: Manifest) -> None:
    """Write the console devices whose keys were kept: one can have acted first between the dump and the keys' copy."""
    for tenant in map(int, manifest.epochs):
        if f"{KEYS}/console-{tenant}.key" in manifest.files:
            write_console_device(connection, keys, tenant, manifest.time_ms)


def _finish(connection: psycopg.Connection[Any], manifest: Manifest, slot: int, steps: tuple[str, ...]) -> None:
    for step in steps:
        connection.execute(step.encode(), {"slot": slot, "bits": SLOT_BITS, "start": CHAIN_START})
    cover(connection, manifest.coverage, manifest.time_ms)


def _put_in_place(staging: Path, data: Path, replaced_ms: int | None) -> None:
    """Give the finished folder its name. Renaming over an empty folder takes its place."""
    for path in (*(staging / KEYS).iterdir(), staging / RESTORED):
        sync_file(path)
    sync_directory(staging / KEYS)
    sync_directory(staging)
    if replaced_ms is not None:
        data.rename(data.with_name(f"{data.name}.replaced-{replaced_ms}"))
    staging.rename(data)
    sync_directory(data.parent)


def _slot_in(data: Path) -> int:
    try:
        return msgspec.json.decode((data / RESTORED).read_bytes(), type=Restored).slot
    except (OSError, msgspec.DecodeError):
        return 0
