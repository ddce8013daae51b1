"""What the console and the portal may ask of central: one list of functions, shared with the API.

Functions that take ``central`` make their own transactions; those that take a connection work inside the caller's::

    with central.transaction(session.tenant) as connection:
        view = case_view(connection, session.tenant, case)
"""

from __future__ import annotations

from cases import tracking
from cases.errors import InputError
from central.accounts import console_session, sign_in_code, sign_in_passphrase, sign_out
from central.appending import append_events
from central.console_acts import act_as_console, change_status
from central.context import Central
from central.database.people import agents, devices, enrolment_codes, former_agents, offices
from central.database.procedures import procedure_bundle, procedures
from central.database.reading import (
    case_by_tracking,
    case_view,
    history,
    parked,
    portal_case,
    queue,
    queue_counts,
    recent_history,
)
from central.enrolment import make_enrolment_code
from central.exporting import export_case
from central.moving import move_case
from central.records import (
    Act,
    AgentRow,
    CaseView,
    CodeRow,
    ConsoleSession,
    ContestedField,
    ContestedValue,
    Decision,
    DeviceRow,
    EnrolmentCode,
    HistoryEntry,
    OfficeRow,
    ParkedRow,
    PortalCase,
    ProcedureRow,
    QueueRow,
)
from central.staffing import add_agent, add_office, cancel_codes, renew_mandate, revoke_device
from central.throttle import Subject, forgive, take

_FREE_TRACKING = 10

__all__ = [
    "Act",
    "AgentRow",
    "CaseView",
    "CodeRow",
    "ConsoleSession",
    "ContestedField",
    "ContestedValue",
    "Decision",
    "DeviceRow",
    "EnrolmentCode",
    "HistoryEntry",
    "OfficeRow",
    "ParkedRow",
    "PortalCase",
    "ProcedureRow",
    "QueueRow",
    "act_as_console",
    "add_agent",
    "add_office",
    "agents",
    "append_events",
    "cancel_codes",
    "case_by_tracking",
    "case_view",
    "change_status",
    "console_session",
    "devices",
    "enrolment_codes",
    "export_case",
    "former_agents",
    "history",
    "make_enrolment_code",
    "move_case",
    "offices",
    "parked",
    "procedure_bundle",
    "procedures",
    "queue",
    "queue_counts",
    "recent_history",
    "renew_mandate",
    "revoke_device",
    "sign_in_code",
    "sign_in_passphrase",
    "sign_out",
    "tracking_case",
]


def tracking_case(central: Central, code: str, address: str) -> PortalCase | None:
    """Return where the case of a tracking code stands; None for a code that is none. Guessing is slowed down.

    Args:
        code: in any writing: lower case, spaces, dashes.
        address: who asks, for the throttle only.

    Raises:
        NotPermittedError: ``tracking.throttled`` with ``retry_s``.
    """
    by_address = Subject("tracking-address", address, _FREE_TRACKING)
    take(central, [by_address], "tracking.throttled")
    try:
        parsed = tracking.parse(code)
    except InputError:
        return None
    with central.transaction(parsed.tenant) as connection:
        case = case_by_tracking(connection, parsed.tenant, parsed.text)
        found = portal_case(connection, parsed.tenant, case) if case is not None else None
    if found is not None:
        forgive(central, [by_address])
    return found
