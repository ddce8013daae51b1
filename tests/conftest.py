"""Strictness for every test: an error in the log that the test did not announce makes it fail."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


class _ErrorCollector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "logs_errors: this test provokes errors in the log on purpose")


@pytest.fixture(autouse=True)
def _no_unexpected_log_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    collector = _ErrorCollector()
    logging.getLogger().addHandler(collector)
    yield
    logging.getLogger().removeHandler(collector)
    if collector.records and request.node.get_closest_marker("logs_errors") is None:
        lines = "\n".join(f"{record.name}: {record.getMessage()}" for record in collector.records)
        pytest.fail(f"unexpected errors in the log:\n{lines}")
