"""``main.py office``: the organisation's offices and who works in them, by a command of its IT; the service may run."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from itertools import groupby

from cases.clock import moment
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
    listing = commands.add_parser("list", help="the offices and who works or worked there, each with the identity")
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
            agent = _agent_named(central, connection, tenant, options.agent, _works)
            staffing.end_mandate(central, connection, None, agent, options.reason)
            return [
                "Mandat terminé. Ce que ses postes remettent encore est mis de côté, à reprendre par un responsable.",
                "Mandate ended. What the agent's computers still hand over is parked, for a supervisor to take on.",
            ]
        case "renew-mandate":
            agent = _agent_named(central, connection, tenant, options.agent, _has_ended)
            staffing.renew_mandate(central, connection, None, agent, options.reason)
            return [
                "Mandat renouvelé. Ce qui a été mis de côté entre-temps le reste, à reprendre par un responsable.",
                "Mandate renewed. What was parked meanwhile stays so, for a supervisor to take on.",
            ]
    return _listed(central, connection, tenant)


def _move_agent(central: Central, connection: Connection, tenant: int, options: argparse.Namespace) -> list[str]:
    agent = _agent_named(central, connection, tenant, options.agent, _works)
    office = _office_named(connection, tenant, options.office)
    staffing.move_agent(central, connection, None, agent, office, options.reason)
    code = make_enrolment_code(central, connection, None, agent).code
    return [
        f"Agent affecté. Code d'inscription de son espace dans la nouvelle antenne (7 jours, un seul poste) : {code}",
        f"Agent moved. Enrolment code for a workspace in the new office (7 days, one device): {code}",
        "Ce que ses anciens postes remettent encore y est mis de côté.",
        "What the former computers still hand over is parked there.",
    ]


def _works(agent: AgentRow) -> bool:
    return agent.ended_ms is None


def _has_ended(agent: AgentRow) -> bool:
    return agent.ended_ms is not None


def _agent_named(
    central: Central, connection: Connection, tenant: int, asked: str, concerned: Callable[[AgentRow], bool]
) -> str:
    """Return the identity of the agent who is asked for by name, in any case, or by identity.

    Of several of one name it is the one whom the command concerns; where it concerns none of them, the only one.

    Raises:
        InputError: ``agent.unknown``; ``agent.several`` (``known``: office, end of the mandate and identity of each).
    """
    wanted = " ".join(asked.split()).casefold()
    everybody = [*people.agents(connection, tenant), *people.former_agents(connection, tenant)]
    named = [each for each in everybody if wanted in (each.name.casefold(), each.account)]
    if not named:
        raise InputError("agent.unknown", field="agent")
    found = [each for each in named if concerned(each)] or named
    if len(found) > 1:
        known = (f"{each.office_name}{_ended(central, each, ' → ')} : {each.account}" for each in found)
        raise InputError("agent.several", field="agent", known=" ; ".join(known))
    return found[0].account


def _ended(central: Central, agent: AgentRow, before: str) -> str:
    """Return the day on which a mandate ended, with what comes before it; nothing while it lasts."""
    return "" if agent.ended_ms is None else f"{before}{moment(agent.ended_ms, central.zone).date().isoformat()}"


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


def _listed(central: Central, connection: Connection, tenant: int) -> list[str]:
    working, former = people.agents(connection, tenant), people.former_agents(connection, tenant)
    count = Counter(each.office for each in working)
    there = sorted([*working, *former], key=lambda each: each.office)
    by_office = {office: list(agents) for office, agents in groupby(there, key=lambda each: each.office)}
    lines = []
    for each in people.offices(connection, tenant):
        lines.append(f"{each.name} : {count[each.office]} agent(s) [{each.office}]")
        lines += [f"  {_described(central, agent)} [{agent.account}]" for agent in by_office.get(each.office, ())]
    return lines


def _described(central: Central, agent: AgentRow) -> str:
    if agent.ended_ms is not None:
        return f"{agent.name} : mandat terminé / mandate ended{_ended(central, agent, ' ')}"
    return f"{agent.name} : en fonction / active, {agent.devices} poste(s) / device(s)"
