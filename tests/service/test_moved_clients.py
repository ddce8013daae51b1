"""A case that moves reaches the computers of its new office and leaves those of the old one. Whole clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.clock import SystemClock
from central.database import people
from central.records import ConsoleSession
from central.service import case_view, make_enrolment_code, move_case
from tests.service.test_contract import RealService
from tests.support.central_service import RunningService
from tests.support.clients import NAME, Client, Office
from tests.support.wire_device import new_id

NORTH = "f" * 32


class TwoOffices(RealService):
    """The real service with agents in two offices; the next client is of ``agent``."""

    def __init__(self, running: RunningService) -> None:
        super().__init__(running)
        self.session: ConsoleSession = self._session
        self.agent: str | None = None

    def enrolment_code(self) -> str:
        if self.agent is None:
            return super().enrolment_code()
        with self._central.transaction(self._tenant) as connection:
            return make_enrolment_code(self._central, connection, self.session, self.agent).code

    def open_north(self) -> None:
        self.agent = new_id()
        with self._central.transaction(self._tenant) as connection:
            people.add_office(connection, self._tenant, NORTH, "Nord", 1)
            people.add_agent(connection, self._tenant, self.agent, NORTH, "Nadia", 1)

    def move(self, case: str, office: str) -> None:
        with self._central.transaction(self._tenant) as connection:
            view = case_view(connection, self._tenant, case)
            assert view is not None
            move_case(self._central, connection, self.session, case, office, "Déménagement", base=view.base)


@pytest.fixture
def service(central_service: RunningService) -> TwoOffices:
    return TwoOffices(central_service)


@pytest.fixture
def office(service: TwoOffices, tmp_path: Path) -> Iterator[Office]:
    made = Office(service, tmp_path, SystemClock())
    yield made
    made.close()


@pytest.fixture
def here(office: Office) -> Client:
    return office.client()


@pytest.fixture
def north(here: Client, office: Office, service: TwoOffices) -> Client:
    service.open_north()
    return office.client()


def cases(client: Client) -> list[str]:
    return [row.id for row in client.workspace.cases()]


def test_a_moved_case_is_at_the_new_office_and_no_more_at_the_old_one(
    here: Client, north: Client, service: TwoOffices
) -> None:
    case = here.case({NAME: "Zoé"})
    here.sync()
    service.move(case, NORTH)
    for _time in range(2):
        here.sync()
        north.sync()
    assert (cases(here), cases(north)) == ([], [case])
    view = north.workspace.case(case)
    assert (view.answers[NAME], view.citizen_name) == ("Zoé", "Durand Zoé")
    assert [hit.record_id for hit in here.workspace.search("durand", 9)] == []
    assert case in {hit.record_id for hit in north.workspace.search("durand", 9)}
    # The new office goes on with it.
    north.workspace.answer(case, {NAME: "Zoë"}, base=view.base)
    north.sync()
    assert north.pending == 0 and north.workspace.parked() == []
    home = here.workspace.identity
    assert home is not None
    service.move(case, home.office)
    for client in (here, north):
        client.sync()
    assert (cases(here), cases(north)) == ([case], [])
    assert here.workspace.case(case).answers[NAME] == "Zoë"


def test_work_that_waits_at_the_old_office_is_answered_before_the_case_goes(
    here: Client, north: Client, service: TwoOffices
) -> None:
    case = here.case({NAME: "Zoé"})
    here.sync()
    service.move(case, NORTH)
    here.workspace.add_note(case, "Rappeler", base=here.workspace.case(case).base)
    assert cases(here) == [case]
    for client in (here, north, here):
        client.sync()
    assert (cases(here), cases(north), here.pending) == ([], [case], 0)
    assert [parked.code for parked in here.workspace.parked()] == ["right.foreign_record"]
