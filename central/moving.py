"""Moves between offices: a supervisor's act, after which the case belongs to another stream (ADR 13)."""

from __future__ import annotations

from typing import NamedTuple

from cases import merge
from cases.errors import InputError, NotPermittedError
from cases.events import RecordType
from central.console_acts import MOVE, act_as_console
from central.context import Central
from central.database import moving as database
from central.database.client import Connection
from central.database.storage import PostgresTransaction
from central.records import Act, ConsoleSession
from central.rehoming import in_office, rehomed
from central.storage import RecordMove, Transaction

REASON_MAX = 2_000


class _Around(NamedTuple):
    """What a case hangs together with: its stream, its citizen, and the cases that the citizen has beside it.

    Attributes:
        citizen_stream: None when there is no such record.
        staying: the citizen has another case in the case's own stream.
    """

    stream: str
    citizen: str
    citizen_stream: str | None
    staying: bool


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
    around = database.around(connection, _Around, session.tenant, case)
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
    moves = _moves(transaction, around, new, case, office, heads[new])
    unshared = around.citizen if around.citizen_stream not in (around.stream, None) and not around.staying else None
    transaction.move(around.stream, new, moves, left_seq=act.central_seq)
    if unshared is not None:
        database.unshare(connection, session.tenant, around.stream, unshared, act.central_seq)
    return act


def _moves(transaction: Transaction, around: _Around, new: str, case: str, office: str, head: int) -> list[RecordMove]:
    known = {
        (each.record_type, each.record_id): merge.from_json(bytes(each.state))
        for each in transaction.stored(around.stream, [case, around.citizen])
    }
    state = in_office(known[RecordType.CASE, case], office, head + 1)
    moves = [RecordMove(RecordType.CASE, case, state, head + 1)]
    citizen = known.get((RecordType.CITIZEN, around.citizen))
    if citizen is not None and around.citizen_stream != new:
        shared = around.staying or around.citizen_stream != around.stream
        moves.append(RecordMove(RecordType.CITIZEN, around.citizen, rehomed(citizen, head + 2), head + 2, shared))
    return moves


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InputError("case.reasons_required", field="reason")
    if "\x00" in reason:
        raise InputError("case.text_unstorable", field="reason")
    if len(reason) > REASON_MAX:
        raise InputError("case.text_too_long", field="reason", limit=REASON_MAX)
