"""Decisions given to the citizen on paper: recorded as facts, and what a supervisor does when they contradict."""

from __future__ import annotations

import datetime as dt

from cases import merge, workflow
from cases.clock import moment
from cases.errors import InputError
from cases.events import Kind, RecordType
from central.console_acts import TEXT_MAX, act_as_console
from central.context import Central
from central.database import records
from central.database.client import Connection
from central.database.reading import case_view
from central.records import Act, CaseView, ConsoleSession


def notify(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    case: str,
    decision: str,
    on: str,
    how: str,
    *,
    base: int,
) -> Act:
    """Record that the citizen was given a decision on paper: a fact that no merge undoes.

    Args:
        on: the day, ISO 8601. how: in a few words.

    Raises:
        InputError: ``case.unknown``; ``notify.decision``, ``notify.date``, ``notify.how_required``,
            ``case.text_too_long``, ``case.text_unstorable`` (``field``); those of ``act_as_console``, among them
            ``act.parked`` with ``workflow.paper_too_early`` or ``workflow.not_handed_in``.
    """
    if decision not in workflow.DECISIONS:
        raise InputError("notify.decision", field="decision")
    try:
        day = dt.date.fromisoformat(on)
    except ValueError:
        raise InputError("notify.date", field="on") from None
    if day > moment(central.clock.now_ms(), central.zone).date():
        raise InputError("notify.date", field="on")
    if not how.strip():
        raise InputError("notify.how_required", field="how")
    if "\x00" in how:
        raise InputError("case.text_unstorable", field="how")
    if len(how.strip()) > workflow.HOW_MAX:
        raise InputError("case.text_too_long", field="how", limit=workflow.HOW_MAX)
    body = {"state": decision, "on": day.isoformat(), "how": how.strip()}
    return act_as_console(central, connection, session, RecordType.CASE, case, Kind.NOTIFY, body, base=base)


def settle_papers(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    case: str,
    decision: str | None,
    reason: str,
    *,
    base: int,
) -> None:
    """Say which decision on paper holds, or (None) that none does: the others stay as facts that hold no more.

    Where the case was decided otherwise than the paper that holds, its state becomes the paper's: the citizen has it.

    Raises:
        InputError: ``case.unknown``, ``settle.clear``: no such paper; ``settle.reason_required``,
            ``case.text_too_long``; those of ``act_as_console``.
    """
    view = case_view(connection, session.tenant, case)
    if view is None:
        raise InputError("case.unknown")
    if not reason.strip():
        raise InputError("settle.reason_required", field="reason")
    if len(reason) > TEXT_MAX:
        raise InputError("case.text_too_long", field="reason", limit=TEXT_MAX)
    holding = [one for one in view.notices if one.holds]
    if not holding or decision not in (None, *(one.decision for one in holding)):
        raise InputError("settle.clear")
    for field, value, named in _settlements(connection, session.tenant, view, decision):
        body = {"field": field, "value": value, "settles": named, "reason": reason.strip()}
        act_as_console(central, connection, session, RecordType.CASE, case, Kind.SETTLE, body, base=base)


def _settlements(
    connection: Connection, tenant: int, view: CaseView, decision: str | None
) -> list[tuple[str, str | None, list[str]]]:
    """Return what is to be settled: (field, value, events named)."""
    over = [str(one.event) for one in view.notices if one.holds and one.decision != decision]
    found: list[tuple[str, str | None, list[str]]] = [(merge.NOTIFIED, decision, over)] if over else []
    if decision is not None and view.state in workflow.DECISIONS and view.state != decision:
        state = records.load_states(connection, tenant, [view.case])[RecordType.CASE, view.case][1]
        heads = [str(head.event) for head in state.fields[merge.STATE].heads]
        found.append((merge.STATE, decision, heads))
    return found
