"""The storage in memory keeps the contract that PostgreSQL keeps."""

from __future__ import annotations

import pytest

from central.records import Device
from tests.support.memory_storage import MemoryStorage
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
def storage() -> Furnished:
    made = MemoryStorage()
    made.tables.heads.update({OFFICE: 0, OTHER: 0})
    made.tables.published["apa", "1" * 64] = b"bundle"
    for device in (ONE, TWO, THREE, REVOKED):
        office = OTHER if device == THREE else OFFICE
        revoked_ms = 1 if device == REVOKED else None
        made.tables.names[agent_of(device)] = agent_of(device)
        made.tables.devices[device] = Device(
            TENANT, device, "agent", agent_of(device), office, office, device * 2, revoked_ms
        )
    return Furnished(made, frozenset({("apa", "1" * 64)}))


class TestMemoryStorage(StorageContract, TreeContract, RulesContract):
    """Every test of the contract."""
