"""Connections are not tested before use: broken ones give way, and nothing of one tenant is left on them."""

from __future__ import annotations

import threading

import psycopg
import pytest

from cases.errors import EnvironmentFault
from cases.events import Kind, RecordType
from tests.support.central_service import RunningService
from tests.support.wire_device import WireDevice, new_id


def broken_off(service: RunningService) -> int:
    """End every connection of the service; return how many there were."""
    with psycopg.connect(service.owner_conninfo, autocommit=True) as connection:
        row = connection.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_broken_connections_give_way_without_a_word(device: WireDevice, central_service: RunningService) -> None:
    central, tenant = central_service.central, central_service.tenant
    held = threading.Barrier(4)

    def hold() -> None:
        with central.transaction(tenant):
            held.wait(20)

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken_off(central_service) >= 4
    for _ in range(6):
        device.exchange(None, device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Durand"}))


def test_a_connection_that_breaks_in_the_middle_is_told(central_service: RunningService) -> None:
    central, tenant = central_service.central, central_service.tenant
    with pytest.raises(EnvironmentFault, match=r"database\.unavailable"), central.transaction(tenant) as connection:
        assert broken_off(central_service) >= 1
        connection.execute("select 1")
    with central.transaction(tenant) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_nothing_of_a_tenant_is_left_on_a_connection(central_service: RunningService) -> None:
    central = central_service.central
    with central.transaction(central_service.tenant) as connection:
        assert connection.execute("select count(*) from estafette.tenant").fetchone() == (1,)
    with pytest.raises(ZeroDivisionError), central.transaction(central_service.tenant):
        raise ZeroDivisionError
    with central.database._pool.connection() as connection:
        found = connection.execute("select current_setting('app.tenant_id', true)").fetchone()
        assert found in (("",), (None,))
