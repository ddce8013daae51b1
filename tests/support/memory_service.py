"""The service in memory as the contract's tests see it (``tests.support.clients.Service``)."""

from __future__ import annotations

from cases.clock import Clock
from sync.transport import TransportFactory
from tests.support.central_memory import MemoryCentral
from tests.support.clients import PROCEDURE, bundle
from tests.support.workspaces import SeededRandomness


class MemoryService:
    """Offers the procedure of ``tests.support.clients.bundle``."""

    url = "http://127.0.0.1:8420"

    def __init__(self, clock: Clock) -> None:
        self.central = MemoryCentral(clock, SeededRandomness(99))
        self.central.publish(PROCEDURE, bundle())

    def transport_factory(self) -> TransportFactory:
        return lambda url: self.central.transport()

    def enrolment_code(self) -> str:
        return self.central.enrolment_code()

    def revoke(self, device: str) -> None:
        self.central.revoke(device)

    def ask_for_information(self, case: str, message: str) -> None:
        body: dict[str, object] = {"from": "submitted", "to": "needs_information", "message": message}
        self.central.act_as_supervisor(case, "status", body)
