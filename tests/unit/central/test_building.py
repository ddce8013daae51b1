"""Turns at building snapshots."""

from __future__ import annotations

import threading

import pytest

from cases.errors import EnvironmentFault
from central.building import WAITING_EACH, Building


def test_one_tenant_s_snapshot_keeps_no_other_tenant_waiting() -> None:
    building = Building()
    with building.turn(1):
        thread = threading.Thread(target=lambda: building.turn(2).__enter__())
        thread.start()
        thread.join(10)
        assert not thread.is_alive()


def test_of_one_tenant_one_builds_a_few_wait_and_the_rest_are_told_to_ask_again() -> None:
    building = Building()
    came: list[int] = []

    def ask() -> None:
        with building.turn(1):
            came.append(1)

    threads = [threading.Thread(target=ask) for _ in range(WAITING_EACH)]
    with building.turn(1):
        for thread in threads:
            thread.start()
        while building.waiting() < WAITING_EACH:
            assert all(thread.is_alive() for thread in threads)
        with pytest.raises(EnvironmentFault, match=r"service\.busy"), building.turn(1):
            pass
        assert came == []
    for thread in threads:
        thread.join(10)
    assert len(came) == WAITING_EACH and building.waiting() == 0


def test_nobody_waits_without_end() -> None:
    building = Building(at_once=1, patience_s=0.05)
    with building.turn(1), pytest.raises(EnvironmentFault, match=r"service\.busy"), building.turn(2):
        pass
    with building.turn(2):
        pass
