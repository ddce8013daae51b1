"""Runs worlds: one seed, one world, one list of what is wrong."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

from cases import snapshots
from central import syncing, whole
from tests.simulation.clocks import Chance, MachineClock
from tests.simulation.known_bad import OFTEN, VARIANTS, replaced
from tests.simulation.services import InMemory, Service
from tests.simulation.world import World

_MEMORY_DISK = Path("/dev/shm")
"""Files here cost no disk; what a power cut does to a real one is another harness's business."""


def run(
    seed: int,
    postgres: bool = False,
    *,
    bad: str | None = None,
    story: list[str] | None = None,
    often: Collection[str] = (),
) -> list[str]:
    """Let the world of a seed live and return what is wrong with it in the end, one line each; empty when it is good.

    Args:
        postgres: the service is on PostgreSQL.
        bad: the product is broken in this way (``known_bad.VARIANTS``).
        story: gets what happened, a line each.
        often: happenings that this world has often; else those that the variant needs.
    """
    with _directory() as directory, _small(), VARIANTS[bad]() if bad else nullcontext():
        world = World(seed, directory, _on_postgres if postgres else InMemory, often=often or OFTEN.get(bad or "", ()))
        try:
            failures = world.run()
        finally:
            world.service.close()
        if story is not None:
            story.extend(world.story)
        return failures


@contextmanager
def _small() -> Iterator[None]:
    """Let small offices be first met by snapshots of several chunks, as large ones are."""
    sizes = ((syncing, "SNAPSHOT_FROM", 12), (whole, "CHUNK_BYTES", 4_000), (snapshots, "LAY_OUT_FROM", 6))
    with ExitStack() as small:
        for owner, name, size in sizes:
            small.enter_context(replaced(owner, name, size))
        yield


def _on_postgres(clock: MachineClock, chance: Chance) -> Service:
    from tests.simulation.postgres import OnPostgres

    return OnPostgres(clock, chance)


@contextmanager
def _directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="world-", dir=_MEMORY_DISK if _MEMORY_DISK.is_dir() else None))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
