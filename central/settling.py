"""What a supervisor does about contested fields, parked events and cases of another office: events of the console."""

from __future__ import annotations

from collections.abc import Mapping

from cases import reopening
from cases.errors import InputError
from cases.events import EventId, Kind, RecordType
from central.console_acts import TEXT_MAX, act_as_console
from central.contested import contested_fields, settled_fields
from central.context import Central
from central.database.client import Connection
from central.database.reading import case_view
from central.records import Act, ConsoleSession

RESOLVE = "resolve"
ADOPT, RESEND, WITHDRAW = "adopt", "resend", "withdraw"
ACTIONS = (ADOPT, RESEND, WITHDRAW)
VALUE_MAX = 10_000


def settle(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    case: str,
    field: str,
    value: str | None,
    reason: str,
    *,
    base: int,
    record_type: str = RecordType.CASE,
) -> Act:
    """Settle a contested field of a case or of its citizen, or settle anew what was settled before.

    It names the values that it settles, so that one which comes later and had not seen this contests again.

    Args:
        value: the one to keep, chosen among them or typed; None to leave the field empty.

    Raises:
        InputError: ``case.unknown``; ``settle.clear``: nothing to settle there any more; ``settle.reason_required``,
            ``case.text_too_long``, ``case.text_unstorable`` (``field``).
        NotPermittedError: ``right.role``, ``right.office``.
    """
    view = case_view(connection, session.tenant, case)
    if view is None:
        raise InputError("case.unknown")
    reason = _text(reason, "reason", needed="settle.reason_required")
    if value is not None:
        _text(value, "value")
    contested = contested_fields(connection, session.tenant, case, view.citizen)
    settled = settled_fields(connection, session.tenant, case, view.citizen)
    named = [
        name for each in contested if (each.record_type, each.field) == (record_type, field) for name in each.names
    ]
    named += [each.event for each in settled if (each.record_type, each.field) == (record_type, field)]
    if not named:
        raise InputError("settle.clear")
    body = {"field": field, "value": value, "settles": named, "reason": reason}
    record = case if record_type == RecordType.CASE else view.citizen
    return act_as_console(central, connection, session, record_type, record, Kind.SETTLE, body, base=base)


def reopen(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    case: str,
    field: str,
    reason: str,
    *,
    base: int,
    record_type: str = RecordType.CASE,
) -> Act:
    """Take the settlement of a field back: the values that it was chosen among stand again, to be settled anew.

    Raises:
        InputError: ``case.unknown``; ``settle.clear``: no settlement stands there, or it was no choice among several;
            ``settle.reason_required``, ``case.text_too_long``, ``case.text_unstorable`` (``field``).
        NotPermittedError: ``right.role``, ``right.office``.
    """
    view = case_view(connection, session.tenant, case)
    if view is None:
        raise InputError("case.unknown")
    reason = _text(reason, "reason", needed="settle.reason_required")
    standing = settled_fields(connection, session.tenant, case, view.citizen)
    settled = next((each for each in standing if (each.record_type, each.field) == (record_type, field)), None)
    if settled is None or len(settled.reopens) < 2:
        raise InputError("settle.clear")
    body = reopening.body_of(field, EventId.parse(settled.event), settled.reopens, reason)
    return act_as_console(central, connection, session, record_type, settled.record_id, Kind.SETTLE, body, base=base)


def resolve(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    event: str,
    record_type: str,
    record_id: str,
    action: str,
    reason: str,
    *,
    base: int,
    kind: str = "",
    applied: Mapping[str, object] | None = None,
) -> Act:
    """Say how a parked event ends: adopt it as it is, resend it edited, or withdraw it.

    Args:
        event: the parked event, as device.incarnation.seq.
        kind, applied: what takes effect by ``adopt`` and ``resend``: the parked event's kind, and its body or an
            edited one.

    Raises:
        InputError: ``resolve.action``, ``resolve.reason_required``, ``case.text_too_long``, ``case.text_unstorable``;
            those of ``act_as_console``.
    """
    if action not in ACTIONS:
        raise InputError("resolve.action", field="action")
    reason = _text(reason, "reason", needed="resolve.reason_required")
    body: dict[str, object] = {"event": event, "action": action, "reason": reason}
    if action != WITHDRAW:
        body |= {"kind": kind, "body": dict(applied or {})}
    return act_as_console(central, connection, session, record_type, record_id, RESOLVE, body, base=base)


def _text(text: str, field: str, *, needed: str = "") -> str:
    if needed and not text.strip():
        raise InputError(needed, field=field)
    if "\x00" in text:
        raise InputError("case.text_unstorable", field=field)
    if len(text) > TEXT_MAX:
        raise InputError("case.text_too_long", field=field, limit=TEXT_MAX)
    return text.strip()
