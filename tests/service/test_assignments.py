"""An agent's mandate ends or the office changes: what waits is taken and parked, nothing is lost, and it can go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from cases.errors import NotPermittedError
from cases.workspace import Workspace
from central import settling
from central.database import people
from central.service import parked, queue
from sync.agent import Agent
from sync.state import SyncState
from sync.transport import RequestsTransport
from tests.service.test_commandline import run
from tests.service.test_remedies import waiting
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, WireDevice
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
    assert {item.actions for item in desk.workspace.parked_queue()} == {("withdraw",)}, "a supervisor takes them on"

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
        (("renew-mandate", "Nadia Lambert", "--reason", "x"), "agent.unknown"),
        (("move-agent", "Nadia Lambert", first, "--reason", "x"), "office.same"),
        (("move-agent", "Nadia Lambert", "Nulle part", "--reason", "x"), "office.unknown"),
    ):
        said = office(*arguments)
        assert said.returncode == 1 and f"[{code}]" in said.stderr and "Traceback" not in said.stderr
    desk.agent.sync_once()
    with central_service.central.transaction(central_service.tenant) as connection:
        assert people.former_agents(connection, central_service.tenant) == []
