"""PostgreSQL keeps the contract that the storage in memory keeps: what is tested over that one holds over this one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from central.database import people, procedures
from central.database.client import Database
from central.database.storage import PostgresStorage
from tests.support.central_service import service_conninfo
from tests.support.rules_contract import RulesContract
from tests.support.storage_contract import (
    OFFICE,
    ONE,
    OTHER,
    REVOKED,
    TENANT,
    THREE,
    TWO,
    Furnished,
    StorageContract,
    TreeContract,
    agent_of,
)


@pytest.fixture
def storage(owner_conninfo: str) -> Iterator[Furnished]:
    database = Database(service_conninfo(owner_conninfo), size=2)
    database.open()
    with database.transaction(TENANT) as connection:
        people.add_tenant(connection, TENANT, "Département", 1)
        for office in (OFFICE, OTHER):
            people.add_office(connection, TENANT, office, office, 1)
        for device in (ONE, TWO, THREE, REVOKED):
            account = agent_of(device)
            people.add_agent(connection, TENANT, account, OTHER if device == THREE else OFFICE, account, 1)
            people.add_device(connection, TENANT, device, account=account, public_key=device * 2, name="PC", now_ms=1)
        people.revoke_device(connection, TENANT, REVOKED, 1)
        procedures.publish(connection, TENANT, "apa", "1" * 64, b"bundle", {"fr": "APA"}, 1)
    yield Furnished(PostgresStorage(database), frozenset({("apa", "1" * 64)}))
    database.close()


class TestPostgresStorage(StorageContract, TreeContract, RulesContract):
    """Every test of the contract."""
