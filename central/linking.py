"""Duplicates: a supervisor says that a citizen is the same person as another, or takes it back. Nothing is copied."""

from __future__ import annotations

from cases import merge
from cases.errors import InputError
from cases.events import Kind, RecordType
from central.console_acts import act_as_console
from central.context import Central
from central.database import marks
from central.database.client import Connection
from central.records import Act, ConsoleSession


def link_citizen(
    central: Central, connection: Connection, session: ConsoleSession, citizen: str, same_as: str | None, *, base: int
) -> Act:
    """Say that a citizen is the same person as another, or (None) that they stand for themselves.

    Raises:
        InputError: ``link.self``, ``link.unknown`` (nobody whom this person may read), ``link.circle``; those of
            ``act_as_console``.
    """
    tenant = session.tenant
    if not citizen:
        raise InputError("link.unknown", field="citizen")
    if same_as is not None:
        if same_as == citizen:
            raise InputError("link.self", field="same_as")
        if not marks.persons(connection, tenant, session.office, [same_as]):
            raise InputError("link.unknown", field="same_as")
        if citizen in chain(connection, tenant, same_as):
            raise InputError("link.circle", field="same_as")
    body = {merge.SAME_AS: same_as}
    return act_as_console(central, connection, session, RecordType.CITIZEN, citizen, Kind.SET, body, base=base)


def chain(connection: Connection, tenant: int, citizen: str) -> list[str]:
    """Return the citizen and those that they lead to, each once."""
    found = [citizen]
    while len(found) < marks.GROUP_MAX:
        after = marks.leads_to(connection, tenant, RecordType.CITIZEN, found[-1])
        if after is None or after in found:
            break
        found.append(after)
    return found
