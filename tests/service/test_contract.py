"""The clients' contract, kept by the real service: the very tests that the service in memory passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.clock import SystemClock
from central import service as asked
from central.database import procedures as published
from sync.messages import bundle_version
from sync.transport import RequestsTransport
from tests.support.central_service import RunningService
from tests.support.clients import PROCEDURE, Office, TransportFactory, bundle
from tests.support.contract import ContractTests


class RealService:
    """``tests.support.clients.Service`` over a running service, its first supervisor signed in."""

    def __init__(self, running: RunningService) -> None:
        self._central = running.central
        self.url = running.url
        _, self._session = running.sign_in()
        self._tenant = self._session.tenant
        data = bundle()
        with self._central.transaction(self._tenant) as connection:
            published.publish(connection, self._tenant, PROCEDURE, bundle_version(data), data, {"fr": PROCEDURE}, 1)

    def transport_factory(self) -> TransportFactory:
        return RequestsTransport

    def enrolment_code(self) -> str:
        with self._central.transaction(self._tenant) as connection:
            (agent,) = asked.agents(connection, self._tenant)
            return asked.make_enrolment_code(self._central, connection, self._session, agent.account).code

    def revoke(self, device: str) -> None:
        with self._central.transaction(self._tenant) as connection:
            asked.revoke_device(self._central, connection, self._session, device)

    def ask_for_information(self, case: str, message: str) -> None:
        with self._central.transaction(self._tenant) as connection:
            view = asked.case_view(connection, self._tenant, case)
            assert view is not None
            asked.change_status(
                self._central, connection, self._session, case, "needs_information", base=view.base, message=message
            )


@pytest.fixture
def service(central_service: RunningService) -> RealService:
    return RealService(central_service)


@pytest.fixture
def office(service: RealService, tmp_path: Path) -> Iterator[Office]:
    made = Office(service, tmp_path, SystemClock())
    yield made
    made.close()


class TestRealCentral(ContractTests):
    """Every test of the contract."""
