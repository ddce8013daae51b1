"""What waits for a person on this computer: contested fields and parked events, each with all that a screen shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from cases import foundation, merge
from cases.again import Asking, cannot_be_corrected, refusal
from cases.authors import authors_of
from cases.events import EventId, Kind, RecordType
from cases.merge import FieldHead, RecordState, SeenEvent
from cases.projections import state_here
from cases.reads import Reads
from cases.remedies import ADOPT, RESEND, WITHDRAW, attempts, texts_of
from cases.store import facts, log, projected, registers
from cases.store.engine import Connection
from cases.store.log import StoredEvent
from cases.views import CaseRow, Claim, ContestedItem, Identity, ParkedItem
from cases.workflow import CLOSED, is_supervisors, may_settle, may_type

QUEUE_MAX = 500
"""Records looked at for one queue."""


class Queues(Reads):
    """The queues. Any thread, one read transaction each."""

    def contested_queue(self) -> list[ContestedItem]:
        """Return the contested fields of the records held here: first those in which one value is this agent's own.

        Then the one that waits longest first.
        """
        identity = self._core.identity
        if identity is None:
            return []
        with self._core.store.reading() as connection:
            found = [
                item
                for record_type, record in projected.contested_records(connection, QUEUE_MAX)
                for item in self._contested_items(connection, identity, record_type, record)
            ]
        return sorted(found, key=lambda item: (not item.mine, item.since_ms, item.record, item.field))

    def parked_queue(self) -> list[ParkedItem]:
        """Return the events of this computer that wait for a person, newest first.

        An attempt to end one that was refused is not shown by itself, but as ``tried`` of the event that still waits.
        """
        identity = self._core.identity
        if identity is None:
            return []
        with self._core.store.reading() as connection:
            waiting = log.troubled(connection, identity.tenant, identity.device)
            names = {str(one.id) for one in waiting}
            shown = [one for one in waiting if not _is_attempt(one, names)]
            items = [self._parked_item(connection, identity, one) for one in shown]
            if facts.get(connection, facts.CLOSED):
                # Whatever is done here would only wait as well.
                items = [msgspec.structs.replace(item, actions=()) for item in items]
            return items

    def _contested_items(
        self, connection: Connection, identity: Identity, record_type: str, record: str
    ) -> Iterator[ContestedItem]:
        number, state, _pending = self._found(connection, record, RecordType(record_type))
        stored = self._events(connection, number)
        whole = not foundation.of_numbers(connection, [number])
        place = _place(connection, record_type, record)
        base = self._base(connection, number)
        shown = merge.show(state)
        agents = {head.agent for field in shown.contested for head in state.fields[field].heads}
        agents |= {one.event.header.agent for one in stored}
        names = registers.names_of(connection, agents)
        for field in shown.contested:
            claims = claims_of(state, field, stored, identity.device, names, whole=whole)
            times = sorted(claim.time_ms for claim in claims)
            mine = any(claim.agent == identity.agent for claim in claims)
            since_ms = times[1] if len(times) > 1 else times[0]
            about = shown.values.get(merge.STATE) if record_type == RecordType.CASE else None
            may = may_settle(field, about), may_type(field, about), about in CLOSED
            yield ContestedItem(record_type, record, *place, field, claims, base, since_ms, mine, *may)

    def _parked_item(self, connection: Connection, identity: Identity, stored: StoredEvent) -> ParkedItem:
        header = stored.event.header
        number = registers.record_no(connection, header.record_id)
        tried = attempts([] if number is None else self._events(connection, number), stored.id)
        body = None if stored.state == log.QUARANTINED else log.body_of(stored)
        state = state_here(connection, identity.tenant, header.record_id)
        asking = self._core.asking(connection, identity)
        base = self._base(connection, number)
        return ParkedItem(
            stored.id,
            header.record_type,
            header.record_id,
            *_place(connection, header.record_type, header.record_id),
            state=stored.state,
            code=stored.code,
            details=stored.details,
            kind=header.kind,
            body=body,
            texts=texts_of(body or {}),
            agent_name=stored.agent_name,
            time_ms=header.time,
            base=base,
            actions=_actions(connection, stored, state, asking, base),
            tried=tried[-1].code if tried else "",
        )


def claims_of(
    state: RecordState,
    field: str,
    stored: Sequence[StoredEvent],
    device: str,
    names: Mapping[str, str],
    *,
    whole: bool,
) -> tuple[Claim, ...]:
    """Return the values of a field that nobody overwrote knowingly, with what each author had seen.

    Args:
        stored: the record's events that are held here; ``whole``: they are all that there are.
        names: agent -> name.
    """
    written = {one.id: one for one in stored}
    seen = [log.seen(one) for one in stored if one.state not in (log.PARKED, log.QUARANTINED)]
    found: list[Claim] = []
    for author in authors_of(state, field, written):
        own, name = author.event.device == device, names.get(author.agent, "")
        found.append(_claim(author, written.get(author.event), name, field, seen, own=own, whole=whole))
    return tuple(found)


def _claim(
    head: FieldHead,
    stored: StoredEvent | None,
    name: str,
    field: str,
    events: Sequence[SeenEvent],
    *,
    own: bool,
    whole: bool,
) -> Claim:
    if stored is None:
        return Claim(head.value, head.event, head.agent, name, head.time, own)
    base = stored.event.header.base
    before = [
        event
        for event in events
        if event.event != head.event and _had_seen(head.event, base, event) and field in _touched(event)
    ]
    # By their numbers, and what has none yet after them: it is the same computer's.
    before.sort(key=lambda event: (event.central_seq is None, event.central_seq or 0, event.event.seq))
    value = _touched(before[-1])[field] if before else None
    known = whole or bool(before)
    return Claim(head.value, head.event, head.agent, name, head.time, own, value, known, base)


def _had_seen(author: EventId, base: int, event: SeenEvent) -> bool:
    if event.event[:2] == author[:2]:
        return event.event.seq < author.seq
    return event.central_seq is not None and event.central_seq <= base


def _touched(event: SeenEvent) -> Mapping[str, str | None]:
    return merge.touched(event.kind, event.body)


def _place(connection: Connection, record_type: str, record: str) -> tuple[str, str, str, str]:
    """Return (case to open, citizen's name, procedure, its version) for a record; empty where there is none."""
    row: CaseRow | None
    if record_type == RecordType.CASE:
        row = next(iter(projected.case_rows(connection, [record])), None)
    else:
        row = next(iter(projected.cases_of_citizens(connection, [record], 1)), None)
    citizens = projected.citizen_rows(connection, [record]) if record_type == RecordType.CITIZEN else []
    name = f"{citizens[0].family_name} {citizens[0].given_names}".strip() if citizens else ""
    if row is None:
        return "", name, "", ""
    return row.id, name or row.citizen_name, row.procedure, row.procedure_version


def _is_attempt(stored: StoredEvent, names: set[str]) -> bool:
    return stored.event.header.kind == Kind.RESOLVE and log.body_of(stored).get("event") in names


def _actions(
    connection: Connection, stored: StoredEvent, state: RecordState, asking: Asking, base: int
) -> tuple[str, ...]:
    """Return what may be done about a parked event here; not what would only bring it back."""
    header = stored.event.header
    if stored.state == log.QUARANTINED:
        return ()
    if header.kind == Kind.RESOLVE or is_supervisors(stored.code):
        return (WITHDRAW,)
    if registers.known_type(connection, header.record_id) is None:
        return (WITHDRAW,)
    body = log.body_of(stored)
    act = state, header.record_type, header.kind, body, asking, base
    adopts = () if refusal(*act) else (ADOPT,)
    resends = (RESEND,) if texts_of(body) and not cannot_be_corrected(*act) else ()
    return (*adopts, *resends, WITHDRAW)
