"""Appends events to the log and merges them into their records: the one way in, for devices and for the console."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cases import merge, workflow
from cases.events import Event, Kind, RecordType
from central.database import log as event_log
from central.database import procedures, records
from central.database.client import Connection
from central.database.log import Held
from central.judging import ACCEPTED, PARKED, Actor, Judgement, Known, judge
from sync.messages import Verdict

_decode_details = msgspec.json.Decoder(dict[str, str]).decode


def append_events(
    connection: Connection,
    actor: Actor,
    events: Sequence[Event],
    hashes: Sequence[str],
    *,
    signature: str,
    now_ms: int,
) -> list[Verdict]:
    """Append one device's consecutive events and merge the new ones; one verdict an event, in order.

    Repetition changes nothing and gives the same verdicts. A bad event is parked alone.

    Raises:
        ConflictError: ``push.gap``, ``push.fork``, ``push.again``; the transaction is void.
    """
    held = event_log.append(connection, actor.stream, events, hashes, signature=signature, received_ms=now_ms)
    fresh = [(event, place) for event, place in zip(events, held, strict=True) if place.inserted]
    judged = _merge(connection, actor, fresh, now_ms) if fresh else {}
    return [_verdict(place, judged.get(place.seq)) for place in held]


def _verdict(place: Held, judgement: Judgement | None) -> Verdict:
    if judgement is None:
        return Verdict(place.seq, place.central_seq, place.state, place.code, _decode_details(place.details))
    return Verdict(place.seq, place.central_seq, judgement.state, judgement.code, dict(judgement.details))


def _merge(
    connection: Connection, actor: Actor, fresh: Sequence[tuple[Event, Held]], now_ms: int
) -> dict[int, Judgement]:
    """Judge the new events in order, write the records they changed and the verdicts that are not plain."""
    tenant, stream = actor.tenant, actor.stream
    found = records.load_states(connection, tenant, sorted({event.header.record_id for event, _ in fresh}))
    known = {key: Known(*value) for key, value in found.items()}
    published = procedures.versions(connection, tenant) if any(_names_procedure(event) for event, _ in fresh) else ()
    writes: dict[tuple[str, str], records.RecordWrite] = {}
    judged: dict[int, Judgement] = {}
    for event, place in fresh:
        key = (event.header.record_type, event.header.record_id)
        judgement = judge(event, place.central_seq, known.get(key, Known()), actor, published=published)
        judged[place.seq] = judgement
        if judgement.record is not None:
            known[key] = Known(stream, judgement.record)
            writes[key] = _write(writes.get(key), event, place, judgement, now_ms)
        else:
            details = dict(judgement.details)
            event_log.park(connection, tenant, stream, place.central_seq, judgement.code, details, now_ms)
    records.save(connection, tenant, stream, actor.office, list(writes.values()))
    places = {place.seq: place.central_seq for _, place in fresh}
    plain = [(places[seq], j.state, j.code) for seq, j in judged.items() if j.state != ACCEPTED]
    if plain:
        event_log.set_verdicts(connection, tenant, stream, plain)
    return judged


def _names_procedure(event: Event) -> bool:
    """Say whether the event may name a procedure; an escaped letter would hide it, so escapes count as well."""
    body = event.body or b""
    return event.header.record_type == RecordType.CASE and (b"procedure" in body or b"\\u" in body)


def _write(
    before: records.RecordWrite | None, event: Event, place: Held, judgement: Judgement, now_ms: int
) -> records.RecordWrite:
    """Return the record as it is kept. No time in it lies after the event came: a desk's clock may be years ahead."""
    header, state = event.header, judgement.record
    time_ms = min(header.time, now_ms)
    assert state is not None and judgement.state != PARKED
    submitted_ms = before.submitted_ms if before else None
    if header.kind == Kind.STATUS and judgement.body.get("to") == workflow.State.SUBMITTED:
        submitted_ms = min(time_ms, submitted_ms) if submitted_ms is not None else time_ms
    head = state.fields[merge.STATE].heads[0] if merge.STATE in state.fields else None
    return records.RecordWrite(
        header.record_type,
        header.record_id,
        place.central_seq,
        state,
        before.first_agent if before else header.agent,
        time_ms,
        submitted_ms,
        min(head.time, now_ms) if head is not None and head.value in workflow.DECISIONS else None,
    )
