from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clients import Office
from tests.support.memory_service import MemoryService
from tests.support.workspaces import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def memory(clock: FakeClock) -> MemoryService:
    """The service in memory, on a clock that stands still."""
    return MemoryService(clock)


@pytest.fixture
def post(memory: MemoryService, tmp_path: Path, clock: FakeClock) -> Iterator[Office]:
    """An office whose clients share the service's clock."""
    made = Office(memory, tmp_path, clock)
    yield made
    made.close()
