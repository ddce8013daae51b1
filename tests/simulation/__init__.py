"""A world that can be replayed: some devices and one central service in one process, every accident from one seed."""

from __future__ import annotations


def run(seed: int, postgres: bool = False) -> list[str]:
    """Let the world of a seed live and return what is wrong with it in the end, one line each; empty when it is good.

    Args:
        postgres: the service is on PostgreSQL instead of in memory.
    """
    from tests.simulation import running

    return running.run(seed, postgres)
