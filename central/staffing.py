"""What is decided about offices, people and devices: who joins which office, which PC must stop, which code ends."""

from __future__ import annotations

import logging

from cases.errors import InputError
from cases.ids import uuid7
from central.context import Central
from central.database import people
from central.database.client import Connection
from central.enrolment import tenant_of
from central.records import ConsoleSession
from central.rights import require_right

log = logging.getLogger("estafette.central.staffing")

NAME_LENGTH_MAX = 100


def add_office(central: Central, connection: Connection, session: ConsoleSession | None, name: str) -> str:
    """Make an office with its stream and return its identity. Its agents and cases come after.

    Args:
        session: the supervisor who asks; None for a command on the service's own machine.

    Raises:
        InputError: ``office.name_missing``, ``office.name_too_long``, ``office.name_malformed``, ``office.name_taken``
            (field ``name``).
        NotPermittedError: ``right.role``, ``right.office``: only who answers for all offices makes one.
    """
    if session is not None:
        require_right(session, None)
    name = _readable(name, "office")
    tenant = tenant_of(connection)
    people.lock_tenant(connection, tenant)
    if name.casefold() in {each.name.casefold() for each in people.offices(connection, tenant)}:
        raise InputError("office.name_taken", field="name")
    now_ms = central.clock.now_ms()
    office = uuid7(now_ms, central.randomness)
    people.add_office(connection, tenant, office, name, now_ms)
    log.info("office added office=%s by=%s", office, session.account if session else None)
    return office


def add_agent(central: Central, connection: Connection, session: ConsoleSession | None, name: str, office: str) -> str:
    """Make an agent's account and return its identity. An agent signs in on devices only.

    Args:
        session: the supervisor who asks; None for a command on the service's own machine.

    Raises:
        InputError: ``agent.name_missing``, ``agent.name_too_long``, ``agent.name_malformed``, ``agent.name_taken``
            (field ``name``); ``office.unknown`` (field ``office``).
        NotPermittedError: ``right.role``, ``right.office``.
    """
    tenant = tenant_of(connection)
    if office not in {each.office for each in people.offices(connection, tenant)}:
        raise InputError("office.unknown", field="office")
    if session is not None:
        require_right(session, office)
    name = _readable(name, "agent")
    people.lock_office(connection, tenant, office)
    colleagues = (each for each in people.agents(connection, tenant) if each.office == office)
    # Two of the same name in one office could not be told apart in the history.
    if name.casefold() in {each.name.casefold() for each in colleagues}:
        raise InputError("agent.name_taken", field="name")
    account = uuid7(central.clock.now_ms(), central.randomness)
    people.add_agent(connection, tenant, account, office, name, central.clock.now_ms())
    log.info("agent added account=%s by=%s", account, session.account if session else None)
    return account


def _readable(name: str, kind: str) -> str:
    """Return a name as it is kept; raise the kind's error for one that could not be read."""
    name = " ".join(name.split())
    if not name:
        raise InputError(f"{kind}.name_missing", field="name")
    if len(name) > NAME_LENGTH_MAX:
        raise InputError(f"{kind}.name_too_long", field="name", limit=NAME_LENGTH_MAX)
    if not name.isprintable():
        raise InputError(f"{kind}.name_malformed", field="name")
    return name


def revoke_device(central: Central, connection: Connection, session: ConsoleSession, device: str) -> None:
    """Revoke a device: its next request is refused. What it sent stays.

    Raises:
        NotPermittedError: ``right.role``, ``right.office``. InputError: ``device.unknown``.
    """
    held = people.device(connection, session.tenant, device)
    require_right(session, held.office if held is not None else session.office)
    if not people.revoke_device(connection, session.tenant, device, central.clock.now_ms()):
        raise InputError("device.unknown")
    log.info("device revoked device=%s by=%s", device, session.account)


def cancel_codes(central: Central, connection: Connection, session: ConsoleSession, agent: str, made_ms: int) -> None:
    """End the code made for an agent at an instant, if it was not used: from now on it enrols nobody.

    Raises:
        NotPermittedError: ``right.role``, ``right.office``. InputError: ``code.unknown``: used, ended or never made.
    """
    office = people.agent_office(connection, session.tenant, agent)
    require_right(session, office if office is not None else session.office)
    if not people.end_codes(connection, session.tenant, agent, made_ms, central.clock.now_ms()):
        raise InputError("code.unknown")
    log.info("enrolment code cancelled account=%s by=%s", agent, session.account)
