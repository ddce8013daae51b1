"""Moves between offices: a supervisor's act, after which the case belongs to another stream (ADR 13)."""

from __future__ import annotations

from cases.errors import InputError, NotPermittedError
from cases.events import RecordType
from central.console_acts import MOVE, act_as_console
from central.context import Central
from central.database import moving as database
from central.database.client import Connection
from central.database.storage import PostgresTransaction
from central.records import Act, ConsoleSession
from central.rehoming import Around, move

REASON_MAX = 2_000


def move_case(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    case: str,
    office: str,
    reason: str,
    *,
    base: int,
) -> Act:
    """Give a case to another office, committed with the caller's transaction.

    The citizen goes with it unless another case stays; then both offices read the citizen.

    Args:
        office: the new one.
        reason: why, in the supervisor's words.
        base: the number up to which the person had seen the case.

    Raises:
        NotPermittedError: ``right.role``, ``right.office``.
        InputError: ``case.unknown``, ``office.unknown``, ``office.same``, ``case.reasons_required``,
            ``case.text_too_long``, ``case.text_unstorable`` (``field``).
        ConflictError: ``case.changed``: something came that the person had not seen.
    """
    _check_reason(reason)
    transaction = PostgresTransaction.within(connection, session.tenant)
    around = database.around(connection, Around, session.tenant, case)
    if around is None:
        raise InputError("case.unknown")
    new = database.stream_of(connection, session.tenant, office)
    if new is None:
        raise InputError("office.unknown")
    if new == around.stream:
        raise InputError("office.same")
    if session.office not in (None, around.stream):
        raise NotPermittedError("right.office")
    heads = transaction.lock_streams([around.stream, new])
    body = {"office": office, "reason": reason.strip()}
    act = act_as_console(central, connection, session, RecordType.CASE, case, MOVE, body, base=base)
    move(transaction, around, new, case, office, head=heads[new], seq=act.central_seq)
    return act


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InputError("case.reasons_required", field="reason")
    if "\x00" in reason:
        raise InputError("case.text_unstorable", field="reason")
    if len(reason) > REASON_MAX:
        raise InputError("case.text_too_long", field="reason", limit=REASON_MAX)
