"""``main.py office``: the organisation's offices and who works in them, by a command of its IT; the service may run."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from cases.errors import InputError
from central import staffing
from central.commandline import DONE, add_database, guarded, opened
from central.context import Central
from central.database import people
from central.database.client import NO_TENANT, Connection
from central.enrolment import make_enrolment_code
from central.records import AgentRow
from sync.usage import SpokenParser


def run_office(argv: list[str]) -> int:
    """Run ``main.py office`` and return its exit code: 1 when what was asked is refused, and then nothing is made."""
    parser = SpokenParser(prog="main.py office", description="The organisation's offices; serve may run.")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="make an office")
    agent = commands.add_parser("agent", help="add an agent to an office, with the enrolment code for the agent's PC")
    listing = commands.add_parser("list", help="the offices, each with its number of agents and its identity")
    agent.add_argument("office", metavar="OFFICE", help="its name or its identity")
    moving = commands.add_parser("move-agent", help="an agent works in another office from now on")
    ending = commands.add_parser("end-mandate", help="an agent's mandate ends: what still comes is parked")
    renewing = commands.add_parser("renew-mandate", help="an agent whose mandate ended goes on")
    for command in (moving, ending, renewing):
        command.add_argument("agent", metavar="AGENT", help="the agent's name or identity")
        command.add_argument("--reason", required=True, metavar="TEXT", help="why, in your words; it is kept")
    moving.add_argument("office", metavar="OFFICE", help="the new one's name or its identity")
    for command in (add, agent):
        command.add_argument("name", metavar="NAME", help=f"at most {staffing.NAME_LENGTH_MAX} characters")
    for command in (add, agent, listing, moving, ending, renewing):
        add_database(command)
        command.add_argument("--tenant", type=int, metavar="N", help="the organisation's number (the only one)")
    options = parser.parse_args(argv)
    return guarded(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    with opened(options) as central:
        tenant = _chosen_tenant(central, options.tenant)
        with central.transaction(tenant) as connection:
            lines = _done(central, connection, tenant, options)
    print("\n".join(lines))
    return DONE


def _done(central: Central, connection: Connection, tenant: int, options: argparse.Namespace) -> list[str]:
    match options.command:
        case "add":
            return _add(central, connection, options.name)
        case "agent":
            return _add_agent(central, connection, tenant, options.office, options.name)
        case "move-agent":
            return _move_agent(central, connection, tenant, options)
        case "end-mandate":
            agent = _agent_named(people.agents(connection, tenant), options.agent)
            staffing.end_mandate(central, connection, None, agent, options.reason)
            return [
                "Mandat terminé. Ce que ses postes remettent encore est mis de côté, à reprendre par un responsable.",
                "Mandate ended. What the agent's computers still hand over is parked, for a supervisor to take on.",
            ]
        case "renew-mandate":
            agent = _agent_named(people.former_agents(connection, tenant), options.agent)
            staffing.renew_mandate(central, connection, None, agent, options.reason)
            return [
                "Mandat renouvelé. Ce qui a été mis de côté entre-temps le reste, à reprendre par un responsable.",
                "Mandate renewed. What was parked meanwhile stays so, for a supervisor to take on.",
            ]
    return _listed(connection, tenant)


def _move_agent(central: Central, connection: Connection, tenant: int, options: argparse.Namespace) -> list[str]:
    agent = _agent_named(people.agents(connection, tenant), options.agent)
    office = _office_named(connection, tenant, options.office)
    staffing.move_agent(central, connection, None, agent, office, options.reason)
    code = make_enrolment_code(central, connection, None, agent).code
    return [
        f"Agent affecté. Code d'inscription de son espace dans la nouvelle antenne (7 jours, un seul poste) : {code}",
        f"Agent moved. Enrolment code for a workspace in the new office (7 days, one device): {code}",
        "Ce que ses anciens postes remettent encore y est mis de côté.",
        "What the former computers still hand over is parked there.",
    ]


def _agent_named(known: Sequence[AgentRow], asked: str) -> str:
    """Return the identity of the agent who is asked for by name, in any case, or by identity."""
    wanted = " ".join(asked.split()).casefold()
    found = [each.account for each in known if wanted in (each.name.casefold(), each.account)]
    if not found:
        raise InputError("agent.unknown", field="agent")
    if len(found) > 1:
        raise InputError("agent.several", field="agent", known=", ".join(found))
    return found[0]


def _chosen_tenant(central: Central, asked: int | None) -> int:
    with central.transaction(NO_TENANT) as connection:
        known = people.tenants(connection)
    if asked is None and len(known) == 1:
        return known[0]
    if asked is None or asked not in known:
        raise InputError("options.tenant", known=", ".join(map(str, known)))
    return asked


def _add(central: Central, connection: Connection, name: str) -> list[str]:
    office = staffing.add_office(central, connection, None, name)
    return [
        f"Antenne créée : {office}. Ajoutez ses agents : main.py office agent, ou la console, page Postes.",
        f"Office made: {office}. Add its agents: main.py office agent, or the console's page Devices.",
    ]


def _add_agent(central: Central, connection: Connection, tenant: int, office: str, name: str) -> list[str]:
    account = staffing.add_agent(central, connection, None, name, _office_named(connection, tenant, office))
    code = make_enrolment_code(central, connection, None, account).code
    return [
        f"Agent ajouté. Code d'inscription (valable 7 jours, pour un seul poste, montré une fois) : {code}",
        f"Agent added. Enrolment code (valid for 7 days, for one device, shown once): {code}",
    ]


def _office_named(connection: Connection, tenant: int, asked: str) -> str:
    """Return the identity of the office that is asked for by name, in any case, or by identity."""
    wanted = " ".join(asked.split()).casefold()
    for each in people.offices(connection, tenant):
        if wanted in (each.name.casefold(), each.office):
            return each.office
    raise InputError("office.unknown", field="office")


def _listed(connection: Connection, tenant: int) -> list[str]:
    agents = Counter(each.office for each in people.agents(connection, tenant))
    return [
        f"{each.name} : {agents[each.office]} agent(s) [{each.office}]" for each in people.offices(connection, tenant)
    ]
