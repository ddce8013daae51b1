"""``main.py office`` beside a service that runs: an office, its agents, and a case that moves to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
import pytest

from cases.errors import InputError, NotPermittedError
from central import service
from central.database import people
from tests.service.test_commandline import run
from tests.service.test_moves import move, open_case
from tests.support.central_service import RunningService
from tests.support.wire_device import WireDevice, enrolled, new_id

Office = Callable[..., "CompletedProcess[str]"]
_WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@pytest.fixture
def office(owner_conninfo: str, central_service: RunningService, tmp_path: Path) -> Office:
    """Run the command on this test's database."""
    return lambda *arguments: run("office", *arguments, "--data", str(tmp_path), "--database", owner_conninfo)


def offices(running: RunningService) -> dict[str, str]:
    with running.central.transaction(running.tenant) as connection:
        return {each.name: each.office for each in people.offices(connection, running.tenant)}


def test_a_case_moves_to_an_office_made_by_the_command(
    office: Office, device: WireDevice, central_service: RunningService
) -> None:
    made = office("add", " Antenne  de Guéret ")
    assert made.returncode == 0, made.stderr
    assert "Antenne créée" in made.stdout and "Office made" in made.stdout
    north = offices(central_service)["Antenne de Guéret"]
    assert north in made.stdout

    added = office("agent", "antenne de guéret", "Nadia Lambert")
    assert added.returncode == 0, added.stderr
    code = re.findall(r": (\S+)$", added.stdout, re.MULTILINE)
    assert len(set(code)) == 1 and len(code) == 2, "one code, in both languages"
    nadia = enrolled(central_service.url, code[0])
    assert (nadia.me.agent_name, nadia.me.office, nadia.me.stream) == ("Nadia Lambert", north, north)

    citizen, case = new_id(), new_id()
    open_case(device, citizen, case)
    move(central_service, central_service.sign_in()[1], case, north)
    assert nadia.exchange(0).streams[north].cursor == 2, "the case and its citizen"
    nadia.close()

    listed = office("list")
    assert listed.returncode == 0
    first = central_service.first.office_name
    assert [line.partition(" [")[0] for line in listed.stdout.splitlines() if line[:1] != " "] == [
        "Antenne de Guéret : 1 agent(s)",
        f"{first} : 1 agent(s)",
    ]


@pytest.mark.parametrize(
    ("name", "code", "french", "english"),
    [
        ("  ", "office.name_missing", "donnez le nom", "give the office's name"),
        ("x" * 101, "office.name_too_long", "100 caractères", "at most 100"),
        ("a\u202eb", "office.name_malformed", "ne peuvent pas être affichés", "cannot be shown"),
        ("ANTENNE principale", "office.name_taken", "porte déjà ce nom", "has this name already"),
    ],
)
def test_a_name_that_could_not_be_read_or_told_apart_makes_nothing(
    office: Office, central_service: RunningService, name: str, code: str, french: str, english: str
) -> None:
    before = offices(central_service)
    said = office("add", name)
    assert said.returncode == 1 and said.stdout == "" and "Traceback" not in said.stderr
    assert "NAME : " in said.stderr and french in said.stderr and english in said.stderr and f"[{code}]" in said.stderr
    assert offices(central_service) == before


def test_an_agent_needs_an_office_and_a_name_of_their_own(office: Office, central_service: RunningService) -> None:
    for arguments, code in (
        (("Nulle part", "Nadia"), "office.unknown"),
        ((central_service.first.office_name, " "), "agent.name_missing"),
        ((central_service.first.office_name, central_service.first.agent_name.upper()), "agent.name_taken"),
    ):
        said = office("agent", *arguments)
        assert said.returncode == 1 and f"[{code}]" in said.stderr and said.stdout == ""
    said = office("list", "--tenant", "7")
    assert said.returncode == 1 and "[options.tenant]" in said.stderr and "(1)" in said.stderr


def test_of_two_who_make_one_office_at_once_one_is_told_of_the_other(central_service: RunningService) -> None:
    central, tenant = central_service.central, central_service.tenant

    def add() -> str:
        with central.transaction(tenant) as connection:
            return service.add_office(central, connection, None, "Nord")

    with ThreadPoolExecutor(1) as thread, psycopg.connect(central_service.owner_conninfo, autocommit=True) as owner:
        with central.transaction(tenant) as connection:
            made = service.add_office(central, connection, None, "nord")
            second = thread.submit(add)
            while not second.done() and owner.execute(_WAITING).fetchone() == (0,):
                pass
            assert not second.done(), "the second waits for the first"
        with pytest.raises(InputError, match=r"office\.name_taken"):
            second.result(30)
    assert offices(central_service)["nord"] == made


def test_only_who_answers_for_all_offices_makes_one(central_service: RunningService) -> None:
    everywhere = central_service.sign_in()[1]
    here = replace(everywhere, office=next(iter(offices(central_service).values())))
    for who, code in ((here, "right.office"), (replace(everywhere, role="agent"), "right.role")):
        with (
            central_service.central.transaction(everywhere.tenant) as connection,
            pytest.raises(NotPermittedError) as refused,
        ):
            service.add_office(central_service.central, connection, who, "Nord")
        assert refused.value.code == code
    assert "Nord" not in offices(central_service)
