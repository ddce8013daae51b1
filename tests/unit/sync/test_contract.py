from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.clock import SystemClock
from tests.support.clients import Office
from tests.support.contract import ContractTests
from tests.support.memory_service import MemoryService


@pytest.fixture
def service() -> MemoryService:
    return MemoryService(SystemClock())


@pytest.fixture
def office(service: MemoryService, tmp_path: Path) -> Iterator[Office]:
    made = Office(service, tmp_path, SystemClock())
    yield made
    made.close()


class TestMemoryCentral(ContractTests):
    pass
