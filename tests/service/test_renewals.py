"""A mandate is renewed in the console, by who answers for the office; the command names agents so that one is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
import pytest
import requests

from central import staffing
from central.console.visits import Cookies
from central.database import people
from central.records import AgentRow
from central.web.security import form_token
from tests.service.test_commandline import run
from tests.support.central_service import RunningService
from tests.support.wire_device import WireDevice

Office = Callable[..., "CompletedProcess[str]"]
VISITOR = "0" * 32


@pytest.fixture
def office(owner_conninfo: str, central_service: RunningService, tmp_path: Path) -> Office:
    """Run the command on this test's database."""
    return lambda *arguments: run("office", *arguments, "--data", str(tmp_path), "--database", owner_conninfo)


def former(running: RunningService) -> list[AgentRow]:
    with running.central.transaction(running.tenant) as connection:
        return people.former_agents(connection, running.tenant)


class Browser:
    """A signed-in supervisor without a script."""

    def __init__(self, running: RunningService) -> None:
        names = Cookies.for_address(running.central.settings.public_url)
        self._url, (token, self.session) = running.url, running.sign_in()
        self._cookies = {names.session: token, names.visitor: VISITOR}

    def get(self, path: str) -> requests.Response:
        return requests.get(
            self._url + path, cookies=self._cookies, headers={"Accept-Language": "fr"}, timeout=10, allow_redirects=True
        )

    def post(self, path: str, token: str = form_token(VISITOR), **said: str) -> requests.Response:
        return requests.post(
            self._url + path,
            {"token": token, **said},
            cookies=self._cookies,
            headers={"Accept-Language": "fr", "Origin": self._url},
            timeout=10,
        )


def test_a_mandate_is_renewed_in_the_console_with_a_reason_that_is_kept(
    central_service: RunningService, device: WireDevice
) -> None:
    browser, central, agent = Browser(central_service), central_service.central, device.me.agent
    address = f"/console/postes/agents/{agent}/renouveler"
    assert "en cours" in browser.get(address).text, "nothing to renew yet"
    with central.transaction(central_service.tenant) as connection:
        staffing.end_mandate(central, connection, None, agent, "Fin de contrat")
    page = browser.get("/console/postes").text
    assert "Mandats terminés" in page and address in page
    assert "Renouveler le mandat ?" in browser.get(address).text
    for said, status, words in (("  ", 422, "Écrivez pourquoi"), ("x" * 2_001, 422, "2 000 caractères")):
        refused = browser.post(address, reason=said)
        assert (refused.status_code, words in refused.text) == (status, True)
    assert browser.post(address, token="", reason="Reprise").status_code == 403, "no page of ours asked"
    assert former(central_service), "nothing has changed"
    done = browser.post(address, reason=" Nouveau contrat ")
    assert done.status_code == 200 and "Le mandat est renouvelé" in done.text
    assert not former(central_service) and address not in done.text
    with psycopg.connect(central_service.owner_conninfo) as connection:
        kept = connection.execute(
            "select what, by_account, reason from estafette.assignment order by since_ms desc limit 1"
        ).fetchone()
    assert kept == ("renewed", browser.session.account, "Nouveau contrat")
    assert device.exchange(0).closed == "", "the device is open again"


def test_a_supervisor_of_another_office_renews_nothing(central_service: RunningService, device: WireDevice) -> None:
    central, tenant = central_service.central, central_service.tenant
    browser = Browser(central_service)
    with central.transaction(tenant) as connection:
        staffing.end_mandate(central, connection, None, device.me.agent, "Fin de contrat")
        other = staffing.add_office(central, connection, None, "Antenne de Guéret")
    with psycopg.connect(central_service.owner_conninfo) as connection:
        connection.execute("update estafette.account set office_id = %s where role <> 'agent'", [other])
    address = f"/console/postes/agents/{device.me.agent}/renouveler"
    assert address not in browser.get("/console/postes").text
    for answer in (browser.get(address), browser.post(address, reason="Reprise")):
        assert answer.status_code == 404
    assert [each.account for each in former(central_service)] == [device.me.agent]


def test_each_agent_is_listed_and_namesakes_are_told_apart(office: Office, central_service: RunningService) -> None:
    first = central_service.first.office_name
    said = office("renew-mandate", central_service.first.agent_name, "--reason", "x")
    assert said.returncode == 1 and "[agent.mandate_lasts]" in said.stderr and "est en cours" in said.stderr
    office("add", "Guéret")
    for where in (first, "Guéret"):
        assert office("agent", where, "Nadia Lambert").returncode == 0
    said = office("end-mandate", "nadia lambert", "--reason", "Fin")
    known = re.findall(r"(Guéret|Antenne principale) : ([0-9a-f]{32})", said.stderr)
    assert said.returncode == 1 and {name for name, _ in known} == {first, "Guéret"}, said.stderr
    gone = dict(known)["Guéret"]
    assert office("end-mandate", gone, "--reason", "Fin").returncode == 0
    said = office("end-mandate", gone, "--reason", "Fin")
    assert "[agent.mandate_ended]" in said.stderr and "déjà terminé" in said.stderr
    listed = office("list").stdout.splitlines()
    day = r"\d{4}-\d\d-\d\d"
    expected = [
        rf"{first} : 2 agent\(s\) \[[0-9a-f]{{32}}\]",
        r"  Agent d'accueil : en fonction / active, 0 poste\(s\) / device\(s\) \[[0-9a-f]{32}\]",
        r"  Nadia Lambert : en fonction / active, 0 poste\(s\) / device\(s\) \[[0-9a-f]{32}\]",
        r"Guéret : 0 agent\(s\) \[[0-9a-f]{32}\]",
        rf"  Nadia Lambert : mandat terminé / mandate ended {day} \[{gone}\]",
    ]
    assert len(listed) == len(expected), listed
    for line, pattern in zip(listed, expected, strict=True):
        assert re.fullmatch(pattern, line), (line, pattern)
    assert office("renew-mandate", "Nadia Lambert", "--reason", "Reprise").returncode == 0, (
        "the one whose mandate ended"
    )
