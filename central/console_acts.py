"""What supervisors do, as events: written and signed by the tenant's console device, on a chain of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cases import merge, workflow
from cases.errors import ConflictError, InputError, NotPermittedError
from cases.events import (
    Event,
    EventId,
    Header,
    Kind,
    RecordType,
    body_bytes,
    body_digest,
    header_hash,
    salt_from_seed,
    salt_seed,
)
from cases.verify import head_bytes
from central.appending import append_events
from central.batches import HEADER_VERSION
from central.contested import contested_fields
from central.context import Central
from central.database import log as event_log
from central.database import people, procedures, records
from central.database.client import Connection
from central.database.reading import case_view
from central.database.storage import PostgresTransaction
from central.judging import TIME_LAST_MS, Actor
from central.keys import Keys, public_hex
from central.records import Act, CaseView, ConsoleSession
from central.storage import NewEvents

FIRST_INCARNATION = 1
_NEEDS_REASONS = frozenset({workflow.State.REFUSED, workflow.State.CLOSED_WITHOUT_EFFECT, workflow.State.ACCEPTED})
_NEEDS_MESSAGE = frozenset({workflow.State.NEEDS_INFORMATION})
TEXT_MAX = 10_000
MOVE, RESOLVE, WITHDRAW = "move", "resolve", "withdraw"


def change_status(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    case: str,
    to: str,
    *,
    base: int,
    message: str = "",
    reasons: str = "",
) -> Act:
    """Move a case to another state, with the words that the state asks for.

    Raises:
        InputError: ``case.unknown``; ``case.transition`` (``state``, ``to``); ``case.reasons_required``,
            ``case.message_required``, ``case.text_too_long``, ``case.text_unstorable`` (``field``);
            ``workflow.contested``: it is not settled who the citizen is.
        ConflictError: ``case.changed``. NotPermittedError: ``right.role``.
    """
    view = case_view(connection, session.tenant, case)
    if view is None:
        raise InputError("case.unknown")
    if not view.last_seq <= base <= view.base:
        raise ConflictError("case.changed")
    if not workflow.allowed(view.state, to, session.role):
        raise InputError("case.transition", state=view.state, to=to if to in set(workflow.State) else "")
    if to in workflow.DECISIONS and _who_is_contested(connection, session.tenant, view):
        raise InputError("workflow.contested")
    body: dict[str, object] = {"from": view.state, "to": to}
    for name, text, needed in ((merge.MESSAGE, message, _NEEDS_MESSAGE), (merge.REASONS, reasons, _NEEDS_REASONS)):
        if to in needed and not text.strip():
            raise InputError(f"case.{name}_required", field=name)
        if "\x00" in text:
            raise InputError("case.text_unstorable", field=name)
        if len(text) > TEXT_MAX:
            raise InputError("case.text_too_long", field=name, limit=TEXT_MAX)
        if text.strip():
            body[name] = text.strip()
    return act_as_console(central, connection, session, RecordType.CASE, case, Kind.STATUS, body, base=base)


def _who_is_contested(connection: Connection, tenant: int, view: CaseView) -> bool:
    """Say whether a particular of the citizen is contested on which deciding this case rests."""
    decisive = procedures.decisive(connection, tenant, view.procedure, view.procedure_version)
    contested = contested_fields(connection, tenant, view.case, view.citizen)
    names = [each.field for each in contested if each.record_type == RecordType.CITIZEN]
    return bool(workflow.blocking_who(names, decisive))


def act_as_console(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    record_type: str,
    record_id: str,
    kind: str,
    body: Mapping[str, object],
    *,
    base: int,
) -> Act:
    """Record an act of a signed-in person on an existing record; committed with the caller's transaction.

    Args:
        base: the number up to which the person had seen the record when the page was shown.

    Raises:
        NotPermittedError: ``right.role``; ``right.office`` (the person answers for another office).
        InputError: ``case.unknown``; ``act.parked`` (``code``): the act cannot be applied, and nothing is written.
        ConflictError: ``case.changed``: a change of state by someone who had not seen the newest event, or who claims
            to have seen what has not happened.
    """
    if session.role != workflow.Role.SUPERVISOR:
        raise NotPermittedError("right.role")
    tenant = session.tenant
    stream, office = _place(connection, tenant, record_type, record_id, body if kind == RESOLVE else {})
    if session.office not in (None, office):
        raise NotPermittedError("right.office")
    head = event_log.lock_head(connection, tenant, stream)
    if kind in (Kind.STATUS, MOVE) and not _last_seq(connection, tenant, record_type, record_id) <= base <= head:
        raise ConflictError("case.changed")
    device = _console_device(central, connection, tenant)
    event, digest = _next_event(
        central, connection, session, device, record_type, record_id, kind, body_bytes(dict(body)), min(base, head)
    )
    signature = _signature(central, event, digest)
    actor = Actor(tenant, session.role, office, stream, zone=central.zone)
    new = NewEvents(
        tenant,
        stream,
        device,
        event.header.incarnation,
        session.account,
        [event],
        [digest],
        signature,
        central.clock.now_ms(),
    )
    (verdict,) = append_events(PostgresTransaction.within(connection, tenant), actor, new).verdicts()
    if verdict.state == "parked":
        # A person is at the screen: better to say why than to file an act that does nothing. The caller rolls back.
        raise InputError("act.parked", code=verdict.code)
    return Act(str(event.header.id), verdict.central_seq, verdict.state, verdict.code)


def _place(
    connection: Connection, tenant: int, record_type: str, record_id: str, body: Mapping[str, object]
) -> tuple[str, str]:
    """Return the record's (stream, office); those of the parked event that ``body`` names when there is no record.

    A withdrawal is written where the parked event is: there its author hears of it, wherever the record went.
    """
    if body.get("action") == WITHDRAW and (place := _parked_place(connection, tenant, record_id, body.get("event"))):
        return str(place[0]), str(place[1])
    found = connection.execute(
        "select s.stream_id, s.office_id from estafette.record_state r"
        " join estafette.stream s on s.tenant_id = r.tenant_id and s.stream_id = r.stream_id"
        " where r.tenant_id = %s and r.record_type = %s and r.record_id = %s",
        [tenant, record_type, record_id],
    ).fetchone()
    if found is None:
        found = _parked_place(connection, tenant, record_id, body.get("event"))
    if found is None:
        raise InputError("case.unknown")
    return str(found[0]), str(found[1])


def _parked_place(
    connection: Connection, tenant: int, record_id: str, name: object
) -> tuple[str, str] | tuple[object, ...] | None:
    try:
        event = EventId.parse(str(name))
    except ValueError:
        return None
    return connection.execute(
        "select s.stream_id, s.office_id from estafette.event e"
        " join estafette.stream s on s.tenant_id = e.tenant_id and s.stream_id = e.stream_id"
        " where e.tenant_id = %s and e.device_id = %s and e.incarnation = %s and e.seq = %s and e.record_id = %s"
        " and e.state = 'parked'",
        [tenant, *event, record_id],
    ).fetchone()


def _last_seq(connection: Connection, tenant: int, record_type: str, record_id: str) -> int:
    found = connection.execute(
        "select central_seq from estafette.record_state where tenant_id = %s and record_type = %s and record_id = %s",
        [tenant, record_type, record_id],
    ).fetchone()
    assert found is not None, "records are never deleted"
    return int(found[0])


def _console_device(central: Central, connection: Connection, tenant: int) -> str:
    """Return the device of the console's key, made at its first act. Its identity follows from its key."""
    return write_console_device(connection, central.keys, tenant, central.clock.now_ms())


def write_console_device(connection: Connection, keys: Keys, tenant: int, now_ms: int) -> str:
    """Write the console's device and its empty chain, unless they are there; return its identity."""
    public_key = public_hex(keys.console(tenant))
    device = hashlib.sha256(b"estafette/console/1\x00" + bytes.fromhex(public_key)).hexdigest()[:32]
    people.add_console_device(connection, tenant, device, FIRST_INCARNATION, public_key, now_ms)
    return device


def _next_event(
    central: Central,
    connection: Connection,
    session: ConsoleSession,
    device: str,
    record_type: str,
    record_id: str,
    kind: str,
    body: bytes,
    base: int,
) -> tuple[Event, str]:
    """Return the chain's next event and its hash. The chain is locked: acts on several streams take turns here."""
    tenant = session.tenant
    incarnation, held_seq, prev = event_log.lock_chain(connection, tenant, device)
    seq = held_seq + 1
    seed = salt_seed(central.keys.secret(f"console-salt-{tenant}"), incarnation, seq)
    salt = salt_from_seed(seed, seq)
    latest = _latest_time(connection, tenant, record_type, record_id)
    header = Header(
        HEADER_VERSION,
        tenant,
        device,
        incarnation,
        seq,
        prev,
        session.account,
        record_type,
        record_id,
        kind,
        base,
        max(central.clock.now_ms(), min(latest + 1, TIME_LAST_MS)),
        body_digest(body, salt),
    )
    return Event(header, body, salt), header_hash(header)


def _latest_time(connection: Connection, tenant: int, record_type: str, record_id: str) -> int:
    """Return the latest time in a record: an act on what was seen comes after it, whatever the other's clock."""
    found = records.load_states(connection, tenant, [record_id]).get((record_type, record_id))
    heads = [head.time for known in (found[1].fields.values() if found else ()) for head in known.heads]
    return max(heads, default=0)


def _signature(central: Central, event: Event, digest: str) -> str:
    header = event.header
    said = head_bytes(header.tenant, header.device, header.incarnation, header.seq, header.seq, digest)
    return central.keys.console(header.tenant).sign(said).hex()
