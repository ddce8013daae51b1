"""What a service set aside from the search for garbage goes with it: services come and go in one process."""

from __future__ import annotations

import gc
from pathlib import Path

from tests.support.central_service import running_service


def test_a_service_that_ended_leaves_the_search_for_garbage_as_it_was(owner_conninfo: str, tmp_path: Path) -> None:
    before = gc.get_threshold()
    with running_service(owner_conninfo, tmp_path):
        assert gc.get_freeze_count() > 0 and gc.get_threshold() != before
    assert gc.get_freeze_count() == 0 and gc.get_threshold() == before
