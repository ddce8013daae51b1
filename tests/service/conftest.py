"""The real service over a real PostgreSQL, for every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from central.database import procedures
from central.service import make_enrolment_code
from tests.support.central_service import RunningService, central_service, owner_conninfo, postgres
from tests.support.clients import bundle
from tests.support.wire_device import VERSION, WireDevice, enrolled

__all__ = ["central_service", "device", "owner_conninfo", "postgres", "second_device"]


@pytest.fixture
def device(central_service: RunningService) -> Iterator[WireDevice]:
    """The first agent's enrolled device, in an organisation that has published the procedure ``apa``."""
    with central_service.central.transaction(central_service.tenant) as connection:
        procedures.publish(connection, central_service.tenant, "apa", VERSION, bundle(), {"fr": "APA"}, 1)
    made = enrolled(central_service.url, central_service.first.enrolment_code)
    yield made
    made.close()


@pytest.fixture
def second_device(central_service: RunningService, device: WireDevice) -> Iterator[WireDevice]:
    """A second device of the same agent."""
    central = central_service.central
    with central.transaction(central_service.tenant) as connection:
        code = make_enrolment_code(central, connection, None, device.me.agent)
    made = enrolled(central_service.url, code.code)
    yield made
    made.close()
