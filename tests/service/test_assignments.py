"""An agent's mandate ends or the office changes: what waits is taken and parked, nothing is lost, and it can go on."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
import pytest
import requests

from cases.errors import InputError, NotPermittedError
from cases.workspace import Workspace
from central import alerts, settling, staffing
from central.console.visits import Cookies
from central.database import people
from central.enrolment import parse_code
from central.records import DeviceRow
from central.service import make_enrolment_code, parked, queue, revoke_device
from sync.agent import Agent
from sync.state import SyncState
from sync.transport import RequestsTransport
from tests.service.test_commandline import run
from tests.service.test_remedies import waiting
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, Refused, WireDevice, enrolled
from tests.support.workspaces import PASSPHRASE, make_ports

Office = Callable[..., "CompletedProcess[str]"]
ENDED, MOVED = "right.mandate_ended", "right.office_changed"


class Desk:
    """An agent's computer on the network."""

    def __init__(self, directory: Path, service: RunningService, code: str, seed: int) -> None:
        ports = make_ports(seed=seed)
        self.workspace = Workspace.create(directory, PASSPHRASE, ports=ports)
        self.agent = Agent(self.workspace, RequestsTransport, ports=ports)
        self.agent.enrol(service.url, code, directory.name)
        self.agent.sync_once()

    def open_case(self) -> str:
        citizen = self.workspace.create_citizen({"family_name": "Durand", "given_names": "Zoé"}).record
        return str(self.workspace.open_case("apa", VERSION, citizen, {}).record)

    def told(self) -> str:
        """Make a round that ends with a refusal; return its code."""
        with pytest.raises(NotPermittedError) as told:
            self.agent.sync_once()
        return told.value.code

    def close(self) -> None:
        self.agent.stop()
        self.workspace.close()


@pytest.fixture
def office(owner_conninfo: str, central_service: RunningService, tmp_path: Path) -> Office:
    """Run the command on this test's database."""
    return lambda *arguments: run("office", *arguments, "--data", str(tmp_path), "--database", owner_conninfo)


@pytest.fixture
def desk(office: Office, central_service: RunningService, device: WireDevice, tmp_path: Path) -> Iterator[Desk]:
    """Nadia's, in the first office."""
    added = office("agent", central_service.first.office_name, "Nadia Lambert")
    made = Desk(tmp_path / "nadia", central_service, _code(added), seed=5)
    yield made
    made.close()


def _code(said: CompletedProcess[str]) -> str:
    assert said.returncode == 0, said.stderr
    return str(re.findall(r": (\S+)$", said.stdout, re.MULTILINE)[0])


def _cases(service: RunningService) -> set[str]:
    with service.central.transaction(service.tenant) as connection:
        return {row.case for row in queue(connection, service.tenant, states=["draft"])}


def _parked_codes(service: RunningService) -> list[str]:
    with service.central.transaction(service.tenant) as connection:
        return [row.code for row in parked(connection, service.tenant)]


def test_what_waits_when_a_mandate_ends_is_parked_and_on_renewal_it_goes_on(
    office: Office, central_service: RunningService, desk: Desk
) -> None:
    before = desk.open_case()
    desk.agent.sync_once()
    meanwhile = desk.open_case()
    ended = office("end-mandate", "nadia  LAMBERT", "--reason", "Fin de contrat")
    assert ended.returncode == 0 and "Mandat terminé" in ended.stdout and "Mandate ended" in ended.stdout

    for _again in range(2):
        assert desk.told() == ENDED
        status = desk.agent.status()
        assert (status.state, status.fault, status.pending, status.parked) == (SyncState.MANDATE_ENDED, ENDED, 0, 2)
    assert status.retry_s is not None and status.retry_s > 0, "it is asked again by itself"
    assert _parked_codes(central_service) == [ENDED] * 2 and _cases(central_service) == {before}
    assert desk.workspace.case(before) and desk.workspace.case(meanwhile), "what it holds stays to be read and exported"
    assert len(desk.workspace.parked()) == 2
    assert {item.actions for item in desk.workspace.parked_queue()} == {()}, "what would be done here would wait too"
    with pytest.raises(InputError, match=r"resolve\.closed"):
        desk.workspace.withdraw(desk.workspace.parked_queue()[0].event, "Saisi deux fois")

    _, session = central_service.sign_in()
    central, tenant = central_service.central, central_service.tenant
    for one in waiting(central_service):
        with central.transaction(tenant) as connection:
            settling.resolve(
                central, connection, session, one.event, one.record_type, one.record_id, settling.ADOPT, "Fait à temps",
                base=one.base, kind=one.kind, applied=one.body,
            )  # fmt: skip
    assert _cases(central_service) == {before, meanwhile}, "a supervisor can make it take effect"

    renewed = office("renew-mandate", "Nadia Lambert", "--reason", "Contrat prolongé")
    assert renewed.returncode == 0, renewed.stderr
    after = desk.open_case()
    desk.agent.sync_once()
    status = desk.agent.status()
    assert (status.state, status.fault, status.pending, status.parked) == (SyncState.IDLE, "", 0, 0)
    assert _cases(central_service) == {before, meanwhile, after}
    with central.transaction(tenant) as connection:
        said = connection.execute("select what, reason from estafette.assignment order by since_ms").fetchall()
    assert said == [("ended", "Fin de contrat"), ("renewed", "Contrat prolongé")]


def test_an_agent_who_changes_office_leaves_its_records_there_and_finds_them_again(
    office: Office, central_service: RunningService, desk: Desk, tmp_path: Path
) -> None:
    here = desk.open_case()
    desk.agent.sync_once()
    unsent = desk.open_case()
    assert office("add", "Antenne nord").returncode == 0
    moved = office("move-agent", "Nadia Lambert", "antenne nord", "--reason", "Mutation")
    assert desk.told() == MOVED
    status = desk.agent.status()
    assert (status.state, status.pending, status.parked) == (SyncState.OFFICE_CHANGED, 0, 2)
    assert _parked_codes(central_service) == [MOVED] * 2
    assert desk.workspace.case_rows([here, unsent]) == [] and desk.workspace.search("Durand") == []

    north = Desk(tmp_path / "nord", central_service, _code(moved), seed=6)
    identity, old = north.workspace.identity, desk.workspace.identity
    assert identity is not None and old is not None
    assert (identity.office_name, identity.agent) == ("Antenne nord", old.agent)
    there = north.open_case()
    north.agent.sync_once()
    assert _cases(central_service) == {here, there}

    back = office("move-agent", "Nadia Lambert", old.office, "--reason", "Retour")
    assert back.returncode == 0, back.stderr
    desk.agent.sync_once()
    assert desk.agent.status().state is SyncState.IDLE
    assert [row.id for row in desk.workspace.case_rows([here])] == [here]
    assert north.told() == MOVED and north.workspace.case_rows([there]) == []
    north.close()


def test_a_closed_device_reads_nothing(office: Office, central_service: RunningService, desk: Desk) -> None:
    desk.open_case()
    desk.agent.sync_once()
    office("end-mandate", "Nadia Lambert", "--reason", "Fin")
    identity = desk.workspace.identity
    assert identity is not None
    client = desk.agent.line().rounds
    for ask in (lambda: client.snapshot_manifest(identity.stream), lambda: client.procedures()):
        with pytest.raises(NotPermittedError) as refused:
            ask()
        assert refused.value.code == ENDED


def test_what_is_asked_for_in_vain_changes_nothing(office: Office, central_service: RunningService, desk: Desk) -> None:
    first = central_service.first.office_name
    for arguments, code in (
        (("end-mandate", "Personne", "--reason", "x"), "agent.unknown"),
        (("end-mandate", "Nadia Lambert", "--reason", "  "), "case.reasons_required"),
        (("renew-mandate", "Nadia Lambert", "--reason", "x"), "agent.mandate_lasts"),
        (("move-agent", "Nadia Lambert", first, "--reason", "x"), "office.same"),
        (("move-agent", "Nadia Lambert", "Nulle part", "--reason", "x"), "office.unknown"),
    ):
        said = office(*arguments)
        assert said.returncode == 1 and f"[{code}]" in said.stderr and "Traceback" not in said.stderr
    desk.agent.sync_once()
    with central_service.central.transaction(central_service.tenant) as connection:
        assert people.former_agents(connection, central_service.tenant) == []


def _row(service: RunningService, device: str) -> DeviceRow:
    with service.central.transaction(service.tenant) as connection:
        return next(each for each in people.devices(connection, service.tenant) if each.device == device)


def test_a_closed_computer_is_shown_with_what_waits_and_can_be_revoked_for_good(
    office: Office, central_service: RunningService, desk: Desk, device: WireDevice
) -> None:
    central, tenant = central_service.central, central_service.tenant
    token, session = central_service.sign_in()
    identity = desk.workspace.identity
    assert identity is not None
    desk.open_case()
    desk.agent.sync_once()
    with central.transaction(tenant) as connection:
        connection.execute("update estafette.contact set pending = 3 where device_id = %s", [identity.device])
    office("end-mandate", "Nadia Lambert", "--reason", "Fin")

    names = Cookies.for_address(central.settings.public_url)
    cookies = {names.session: token, names.visitor: "0" * 32}

    def page(path: str) -> str:
        answer = requests.get(
            central_service.url + path, cookies=cookies, headers={"Accept-Language": "fr"}, timeout=10
        )
        assert answer.status_code == 200
        return answer.text

    row = _row(central_service, identity.device)
    assert (row.closed, row.revoked, row.pending) == (ENDED, False, 3)
    shown = page("/console/postes")
    assert "mandat terminé" in shown and "3 actes en attente" in shown
    assert f"/console/postes/{identity.device}/revoquer" in shown
    assert "Fermé : mandat terminé" in page("/console/suivi-postes")
    assert "Révoquer ce poste" in page(f"/console/postes/{identity.device}/revoquer")
    central_service.clock.move(hours=alerts.SILENT_MS / 3_600_000 + 1)
    with central.transaction(tenant) as connection:
        told = alerts.open_alerts(connection, tenant, None, central.clock.now_ms())
    assert (identity.device, alerts.SILENT) in {(each.device, each.code) for each in told}

    with central.transaction(tenant) as connection:
        revoke_device(central, connection, session, identity.device)
    row = _row(central_service, identity.device)
    assert row.revoked and row.revoked_ms is not None and row.revoked_ms > central.clock.now_ms() - 3_600_000
    office("renew-mandate", "Nadia Lambert", "--reason", "Contrat prolongé")
    assert _row(central_service, identity.device) == row
    assert desk.told() == "auth.device_revoked"


def test_a_computer_that_is_enrolled_while_the_mandate_ends_does_not_stay_open(
    central_service: RunningService, device: WireDevice
) -> None:
    central, tenant, now_ms = central_service.central, central_service.tenant, central_service.clock.now_ms()
    agent, refused = device.me.agent, []

    def enrol() -> None:
        try:
            with central.transaction(tenant) as connection:
                people.add_device(
                    connection, tenant, "late", account=agent, public_key="0" * 64, name="Tard", now_ms=now_ms
                )
        except NotPermittedError as error:
            refused.append(error.code)

    thread = threading.Thread(target=enrol)
    with central.transaction(tenant) as connection:
        found = people.lock_agent(connection, tenant, agent)
        assert found is not None
        people.assign(connection, tenant, agent, office=found.office, ended_ms=now_ms, now_ms=now_ms)
        thread.start()
        _until_somebody_waits_or_is_done(central_service, thread)
    thread.join(20)
    assert refused == ["enrol.wrong_code"]
    with central.transaction(tenant) as connection:
        assert people.device(connection, tenant, "late") is None


def test_whoever_enrols_and_whoever_ends_the_mandate_wait_for_each_other_and_never_in_a_ring(
    central_service: RunningService, device: WireDevice
) -> None:
    central, tenant = central_service.central, central_service.tenant
    with central.transaction(tenant) as connection:
        code = make_enrolment_code(central, connection, None, device.me.agent).code
    ended: list[str] = []

    def end() -> None:
        with central.transaction(tenant) as connection:
            staffing.end_mandate(central, connection, None, device.me.agent, "Fin")
            ended.append(device.me.agent)

    parsed = parse_code(code)
    assert parsed is not None
    thread = threading.Thread(target=end)
    with central.transaction(tenant) as connection:
        assert people.lock_code(connection, tenant, parsed.hash) is not None
        thread.start()
        _until_somebody_waits_or_is_done(central_service, thread)
        people.add_device(
            connection, tenant, "first", account=device.me.agent, public_key="0" * 64, name="Tôt", now_ms=1
        )
        people.spend_code(connection, tenant, parsed.hash, "first", 1)
    thread.join(20)
    assert ended and _row(central_service, "first").closed == ENDED


def _until_somebody_waits_or_is_done(service: RunningService, thread: threading.Thread) -> None:
    until_s = time.monotonic() + 20
    with psycopg.connect(service.owner_conninfo, autocommit=True) as watching:
        while thread.is_alive() and time.monotonic() < until_s:
            waiting_now = watching.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            ).fetchone()
            if waiting_now != (0,):
                return
            thread.join(0.01)


def test_unused_codes_end_with_the_mandate_and_with_a_change_of_office(
    office: Office, central_service: RunningService, desk: Desk
) -> None:
    central, tenant = central_service.central, central_service.tenant
    identity = desk.workspace.identity
    assert identity is not None

    def code() -> str:
        with central.transaction(tenant) as connection:
            return make_enrolment_code(central, connection, None, identity.agent).code

    def refused(text: str) -> None:
        late = WireDevice(central_service.url)
        with pytest.raises(Refused, match=r"403 enrol\.code_expired"):
            late.enrol(text)
        late.close()

    before = code()
    office("end-mandate", "Nadia Lambert", "--reason", "Fin")
    office("renew-mandate", "Nadia Lambert", "--reason", "Retour")
    refused(before)
    before = code()
    assert office("add", "Antenne nord").returncode == 0
    moved = _code(office("move-agent", "Nadia Lambert", "antenne nord", "--reason", "Mutation"))
    refused(before)
    made = enrolled(central_service.url, moved)
    assert made.me.office_name == "Antenne nord"
    made.close()


def test_codes_of_an_agent_whose_mandate_ended_are_the_own_office_s_alone(
    office: Office, central_service: RunningService, desk: Desk
) -> None:
    central, tenant = central_service.central, central_service.tenant
    _, session = central_service.sign_in()
    identity = desk.workspace.identity
    assert identity is not None
    office("end-mandate", "Nadia Lambert", "--reason", "Fin")
    for who, error in ((replace(session, office="0" * 32), NotPermittedError), (session, InputError)):
        with central.transaction(tenant) as connection, pytest.raises(error):
            staffing.cancel_codes(central, connection, who, identity.agent, 1)
