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
REASON_LENGTH_MAX = 2_000


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


def end_mandate(
    central: Central, connection: Connection, session: ConsoleSession | None, agent: str, reason: str
) -> None:
    """End an agent's mandate: the agent's devices read nothing any more, and what they still hand over is parked.

    The agent's unused enrolment codes end too, for good.

    Raises:
        InputError: ``agent.unknown``, ``agent.mandate_ended``, and those of a reason: ``case.reasons_required``,
            ``case.text_unstorable``, ``case.text_too_long`` (field ``reason``).
        NotPermittedError: ``right.role``, ``right.office``.
    """
    office, ended = _agent(connection, session, agent)
    if ended:
        raise InputError("agent.mandate_ended", field="agent")
    _assign(central, connection, session, agent, "ended", office, reason, ended=True)


def renew_mandate(
    central: Central, connection: Connection, session: ConsoleSession | None, agent: str, reason: str
) -> None:
    """Let an agent whose mandate ended go on: the devices are open again. What was parked meanwhile stays so.

    Raises:
        InputError: ``agent.unknown``, ``agent.mandate_lasts``; else as ``end_mandate``.
    """
    office, ended = _agent(connection, session, agent)
    if not ended:
        raise InputError("agent.mandate_lasts", field="agent")
    _assign(central, connection, session, agent, "renewed", office, reason, ended=False)


def move_agent(
    central: Central, connection: Connection, session: ConsoleSession | None, agent: str, office: str, reason: str
) -> None:
    """Let an agent work in another office from now on (ADR 28). The devices of the old one are closed.

    What they still hand over is parked there; the agent enrols a workspace in the new office, with a new code: unused
    ones end. Back in an office, its devices are open again.

    Raises:
        InputError: ``agent.unknown``, ``agent.mandate_ended``, ``office.unknown``, ``office.same``,
            ``agent.name_taken``; else as ``end_mandate``.
    """
    old, ended = _agent(connection, session, agent)
    if ended:
        raise InputError("agent.mandate_ended", field="agent")
    if office not in {each.office for each in people.offices(connection, tenant_of(connection))}:
        raise InputError("office.unknown", field="office")
    if office == old:
        raise InputError("office.same", field="office")
    if session is not None:
        require_right(session, office)
    working = people.agents(connection, tenant_of(connection))
    name = next(each.name for each in working if each.account == agent)
    if name.casefold() in {each.name.casefold() for each in working if each.office == office}:
        raise InputError("agent.name_taken", field="name")
    _assign(central, connection, session, agent, "moved", office, reason, ended=False)


def _agent(connection: Connection, session: ConsoleSession | None, agent: str) -> tuple[str, bool]:
    found = people.lock_agent(connection, tenant_of(connection), agent)
    if found is None:
        raise InputError("agent.unknown", field="agent")
    if session is not None:
        require_right(session, found.office)
    return found.office, found.ended


def _assign(
    central: Central,
    connection: Connection,
    session: ConsoleSession | None,
    agent: str,
    what: str,
    office: str,
    reason: str,
    *,
    ended: bool,
) -> None:
    _check_reason(reason)
    tenant, now_ms, by = tenant_of(connection), central.clock.now_ms(), session.account if session else None
    people.assign(connection, tenant, agent, office=office, ended_ms=now_ms if ended else None, now_ms=now_ms)
    if what != "renewed":
        # A code is for where its agent works: it must not come to life in another office, or after a renewal.
        people.end_all_codes(connection, tenant, agent, now_ms)
    people.note_assignment(connection, tenant, agent, what, office=office, by=by, reason=reason.strip(), now_ms=now_ms)
    log.info("agent %s account=%s office=%s by=%s", what, agent, office, by)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InputError("case.reasons_required", field="reason")
    if "\x00" in reason:
        raise InputError("case.text_unstorable", field="reason")
    if len(reason) > REASON_LENGTH_MAX:
        raise InputError("case.text_too_long", field="reason", limit=REASON_LENGTH_MAX)


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
    found = people.lock_agent(connection, session.tenant, agent)
    require_right(session, found.office if found is not None else session.office)
    if not people.end_codes(connection, session.tenant, agent, made_ms, central.clock.now_ms()):
        raise InputError("code.unknown")
    log.info("enrolment code cancelled account=%s by=%s", agent, session.account)
