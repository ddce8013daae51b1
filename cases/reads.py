"""What the screens read: confirmed state with pending events on top, each answer from one commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from cases import beside, foundation, merge, versions
from cases.authors import authors_of, named_by
from cases.clock import CLOCK_OFF_MS
from cases.core import Part
from cases.errors import InputError
from cases.events import EventId, Kind, RecordType
from cases.histories import events_of, said_of, written
from cases.merge import RecordState, Shown
from cases.outbox import ACCEPTED, BACKED_UP, RENUMBERED, REPEATED
from cases.projections import confirmed_state
from cases.search import search
from cases.store import chunks, facts, links, log, projected, registers
from cases.store.engine import Connection
from cases.store.log import StoredEvent
from cases.views import (
    CaseKey,
    CaseRow,
    CaseView,
    CitizenKey,
    CitizenRow,
    CitizenView,
    Claim,
    Contested,
    Decision,
    HistoryEntry,
    Hit,
    Identity,
    Note,
    ParkedEvent,
    SyncStatus,
    Troubles,
)

CASES_OF_CITIZEN_MAX = 200


class Reads(Part):
    """The questions a screen may ask. Any thread; the first one of a thread opens its connection."""

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Return citizens and cases that fit, best first (see ``cases.search``)."""
        with self._core.store.reading() as connection:
            return search(connection, text, limit)

    def citizens(self, *, limit: int = 256, after: CitizenKey | None = None) -> list[CitizenRow]:
        """Return a page of citizens by name; ``after`` is the ``key`` of the last row shown."""
        with self._core.store.reading() as connection:
            return projected.list_citizens(connection, limit=limit, after=after)

    def citizen(self, citizen: str) -> CitizenView:
        """Return a citizen; InputError ``citizen.unknown``."""
        with self._core.reading() as (connection, commit):
            number, state, pending = self._found(connection, citizen, RecordType.CITIZEN, commit)
            shown = merge.show(state)
            alike = links.group(connection, citizen)
            return CitizenView(
                id=citizen,
                fields=shown.values,
                base=self._base(connection, number),
                cases=tuple(projected.cases_of_citizens(connection, alike, CASES_OF_CITIZEN_MAX)),
                contested=_contested(
                    state, shown, _names(connection, state), self._written(connection, number, state, shown)
                ),
                pending=pending,
                stands_for=links.leads_to(connection, citizen),
                alike=tuple(alike[1:]),
            )

    def cases(
        self, *, state: str | None = None, contested_only: bool = False, limit: int = 256, after: CaseKey | None = None
    ) -> list[CaseRow]:
        """Return a page of cases, newest activity first; ``after`` is the ``key`` of the last row shown."""
        with self._core.store.reading() as connection:
            return projected.list_cases(
                connection, state=state, contested_only=contested_only, limit=limit, after=after
            )

    def case_ids(
        self, *, state: str | None = None, contested_only: bool = False, limit: int = 256, after: CaseKey | None = None
    ) -> list[str]:
        """Return the identities alone, in the order of ``cases``; for models that fetch rows as they are painted."""
        with self._core.store.reading() as connection:
            return projected.list_case_ids(
                connection, state=state, contested_only=contested_only, limit=limit, after=after
            )

    def case_rows(self, ids: Sequence[str]) -> list[CaseRow]:
        """Return the rows of these cases in the order asked."""
        with self._core.store.reading() as connection:
            return projected.case_rows(connection, ids)

    def case_count(self, *, state: str | None = None, contested_only: bool = False) -> int:
        """Return how many cases there are, from counters kept with every commit."""
        with self._core.store.reading() as connection:
            counters = facts.counters(connection)
        if not contested_only:
            return counters.get("cases" if state is None else f"cases:{state}", 0)
        if state is not None:
            return counters.get(f"cases.contested:{state}", 0)
        return sum(value for name, value in counters.items() if name.startswith("cases.contested:"))

    def citizen_rows(self, ids: Sequence[str]) -> list[CitizenRow]:
        """Return the rows of these citizens in the order asked."""
        with self._core.store.reading() as connection:
            return projected.citizen_rows(connection, ids)

    def citizen_count(self) -> int:
        """Return how many citizens there are."""
        with self._core.store.reading() as connection:
            return facts.counters(connection).get("citizens", 0)

    def case(self, case: str) -> CaseView:
        """Return a case; InputError ``case.unknown``."""
        with self._core.reading() as (connection, commit):
            number, state, pending = self._found(connection, case, RecordType.CASE, commit)
            row = projected.case_rows(connection, [case])[0]
            created_ms = projected.cases_by_no(connection, [number])[number].created_ms
            said = said_of(connection, self._tenant(), number)
            base = self._base(connection, number)
            shown = merge.show(state)
            names = _names(connection, state)
            contested = _contested(state, shown, names, self._written(connection, number, state, shown))
            view = _case_view(row, shown, state, said, names, base, created_ms, pending, contested)
            alike = tuple(links.group(connection, case)[1:])
            return msgspec.structs.replace(view, stands_for=links.leads_to(connection, case), alike=alike)

    def unseen(self, case: str, fields: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those (earlier, later) of a case where nobody who wrote the later had seen the earlier one."""
        if not fields:
            return frozenset()
        with self._core.reading() as (connection, commit):
            _number, state, _pending = self._found(connection, case, RecordType.CASE, commit)
            return frozenset(pair for pair in fields if versions.unseen(state, *pair))

    def history(self, record: str) -> list[HistoryEntry]:
        """Return every event of a case or citizen that this store holds, in the order in which it learnt of them."""
        with self._core.store.reading() as connection:
            number = registers.record_no(connection, record)
            events = [] if number is None else self._events(connection, number)
        here = {str(event.id) for event in events}
        twice = {event.id for event in events if event.code == REPEATED and event.details.get("as") in here}
        return [_history_entry(event) for event in events if event.code != RENUMBERED and event.id not in twice]

    def parked(self) -> list[ParkedEvent]:
        """Return the events that wait for a person to say how they end, newest first."""
        with self._core.store.reading() as connection:
            identity = self._core.identity
            events = [] if identity is None else log.troubled(connection, identity.tenant, identity.device)
        return [
            ParkedEvent(
                event=stored.id,
                record_type=stored.event.header.record_type,
                record_id=stored.event.header.record_id,
                kind=stored.event.header.kind,
                time_ms=stored.event.header.time,
                state=stored.state,
                code=stored.code,
                details=stored.details,
            )
            for stored in events
        ]

    def status(self) -> SyncStatus:
        """Return where this workspace stands with the central service."""
        with self._core.store.reading() as connection:
            counters = facts.counters(connection)
            last_contact = facts.get(connection, facts.LAST_CONTACT)
            forked = facts.get(connection, facts.FORKED)
            identity = self._core.identity
            covered = _covered(connection, identity)
            taking = None if identity is None else chunks.progress(connection, identity.stream)
            return SyncStatus(
                pending=log.count_pending(connection),
                pending_cases=counters.get("cases.pending", 0),
                pending_citizens=counters.get("citizens.pending", 0),
                oldest_pending_ms=log.oldest_pending_ms(connection),
                last_contact_ms=None if last_contact is None else int(last_contact),
                parked=self._waiting(connection) if counters.get("events.troubled", 0) else 0,
                contested=counters.get("records.contested", 0),
                sync_state=facts.get(connection, facts.SYNC_STATE) or "",
                accepted=covered[ACCEPTED] - covered[BACKED_UP],
                backed_up=covered[BACKED_UP],
                clock_off_ms=int(facts.get(connection, facts.CORRECTION) or 0),
                forked_ms=None if forked is None else int(forked),
                snapshot_share=None if taking is None else taking.share,
                own_caseload_ready=taking is None or taking.own_ready,
                alarm=facts.get(connection, facts.ALARM) or "",
            )

    def troubles(self) -> Troubles:
        """Return what central is told of this workspace's state of health."""
        with self._core.store.reading() as connection:
            off_ms = int(facts.get(connection, facts.CORRECTION) or 0)
            return Troubles(
                alarm=facts.get(connection, facts.ALARM) or "",
                forked_ms=max(0, int(facts.get(connection, facts.FORKED) or 0)),
                clock_off_ms=off_ms if abs(off_ms) > CLOCK_OFF_MS else 0,
            )

    def procedures(self) -> list[tuple[str, str]]:
        """Return (identity, newest version) of each procedure held."""
        with self._core.store.reading() as connection:
            return facts.procedures(connection)

    def procedures_missing(self) -> set[tuple[str, str]]:
        """Return (identity, version) of the procedures that cases use and that are not held. Looks at every case."""
        with self._core.store.reading() as connection:
            return projected.procedures_used(connection) - facts.all_procedures(connection)

    def procedure_bundle(self, procedure: str, version: str) -> bytes:
        """Return a procedure's bundle; InputError ``procedure.unknown``."""
        with self._core.store.reading() as connection:
            bundle = facts.bundle(connection, procedure, version)
        if bundle is None:
            raise InputError("procedure.unknown", field="procedure", procedure=procedure)
        return bundle

    def recall(self, name: str) -> str | None:
        """Return what ``remember`` kept, None when nothing was."""
        with self._core.store.reading() as connection:
            return facts.recall(connection, name)

    # --- inside one read transaction ---

    def _waiting(self, connection: Connection) -> int:
        identity = self._core.identity
        return 0 if identity is None else log.count_troubled(connection, identity.device)

    def _tenant(self) -> int:
        identity = self._core.identity
        return 0 if identity is None else identity.tenant

    def _base(self, connection: Connection, number: int | None) -> int:
        # Everything up to the cursor was pulled, and own events are seen by their chain. The record's own highest
        # number would claim too much: an own event may be numbered before others' earlier ones have arrived.
        identity = self._core.identity
        if identity is None:
            return 0
        cursor = facts.cursors(connection).get(identity.stream, 0)
        taking = chunks.taking(connection, identity.stream)
        if taking is None or number is None:
            return cursor
        # The cursor waits for the last chunk; what this record is built on was central's word up to its number.
        built_on = foundation.of_numbers(connection, [number]).get(number)
        return cursor if built_on is None else max(cursor, min(built_on.central_seq, taking.central_seq))

    def _found(
        self, connection: Connection, record: str, record_type: RecordType, commit: int | None = None
    ) -> tuple[int, RecordState, int]:
        """Return a record's number, its state with what waits on top, and how much that is.

        ``commit``: as ``Core.reading`` gives it; without it everything is gone through.
        """
        known = registers.find(connection, record)
        if known is None or known.type != record_type or not registers.known_type(connection, record):
            raise InputError(f"{record_type}.unknown", field=str(record_type))
        kept = self._core.standings.of(known.no, commit)
        if kept is not None:
            return known.no, kept.state, kept.pending
        pending = log.pending_of_record(connection, self._tenant(), known.no)
        confirmed = confirmed_state(connection, self._tenant(), known)
        state = merge.apply_all(confirmed, map(log.seen, pending))
        self._core.standings.keep(known.no, commit, state, len(pending))
        return known.no, state, len(pending)

    def _written(
        self, connection: Connection, number: int, state: RecordState, shown: Shown
    ) -> dict[EventId, StoredEvent]:
        """Return the events that made the values which stand in contested fields, and those that they brought back."""
        heads = {head.event for field in shown.contested for head in state.fields[field].heads}
        first = written(connection, self._tenant(), number, heads)
        brought = {name for stored in first for name in named_by(stored)} - heads
        return {one.id: one for one in (*first, *written(connection, self._tenant(), number, brought))}

    def _events(self, connection: Connection, number: int) -> list[StoredEvent]:
        return events_of(connection, self._tenant(), number)


def _names(connection: Connection, state: RecordState) -> Mapping[str, str]:
    """Return the names of those who wrote what stands; the events themselves may not be here."""
    return registers.names_of(connection, {head.agent for field in state.fields.values() for head in field.heads})


def _case_view(
    row: CaseRow,
    shown: Shown,
    state: RecordState,
    events: Sequence[StoredEvent],
    names: Mapping[str, str],
    base: int,
    created_ms: int,
    pending: int,
    contested: tuple[Contested, ...],
) -> CaseView:
    values = shown.values
    return CaseView(
        id=row.id,
        procedure=row.procedure,
        version=row.procedure_version,
        citizen=row.citizen,
        citizen_name=row.citizen_name,
        state=row.state,
        answers={name: value for name, value in values.items() if name.startswith("/")},
        fields={name: value for name, value in values.items() if name[:1] not in ("/", merge.COMPUTED)},
        computed={
            name[1:]: value for name, value in values.items() if name[:1] == merge.COMPUTED and value is not None
        },
        contested=contested,
        base=base,
        notes=tuple(_note(event) for event in events if event.event.header.kind == Kind.NOTE and event.event.body),
        tracking_code=row.tracking_code,
        decision=_decision(events),
        agent=row.agent,
        agent_name=row.agent_name,
        pending=pending,
        created_ms=created_ms,
        updated_ms=row.updated_ms,
        submitted_ms=row.submitted_ms,
        proposals=beside.proposals(state, names),
        notices=beside.notices(state, names),
    )


def _covered(connection: Connection, identity: Identity | None) -> dict[str, int]:
    """Return how many own events receipts of each level cover; numbers have no gaps, so this reads no event.

    A backup's word counts only in the newest epoch that central named, and never beyond what was accepted.
    """
    epoch = max(int(facts.get(connection, facts.CLAIMED_EPOCH) or 0), 0 if identity is None else identity.epoch)
    ends: dict[str, dict[int, int]] = {ACCEPTED: {}, BACKED_UP: {}}
    for receipt in facts.receipts(connection):
        if receipt.level in ends and (receipt.level == ACCEPTED or receipt.epoch >= epoch):
            ends[receipt.level][receipt.incarnation] = receipt.seq
    accepted = ends[ACCEPTED]
    backed_up = {chain: min(seq, accepted.get(chain, seq)) for chain, seq in ends[BACKED_UP].items()}
    return {ACCEPTED: sum({**backed_up, **accepted}.values()), BACKED_UP: sum(backed_up.values())}


def _contested(
    state: RecordState, shown: Shown, names: Mapping[str, str], written: Mapping[EventId, StoredEvent]
) -> tuple[Contested, ...]:
    def claims(field: str) -> tuple[Claim, ...]:
        found: list[Claim] = []
        for author in authors_of(state, field, written):
            stored = written.get(author.event)
            name = names.get(author.agent) or (stored.agent_name if stored is not None else "")
            found.append(Claim(author.value, author.event, author.agent, name, author.time))
        return tuple(found)

    return tuple(Contested(field, claims(field)) for field in shown.contested)


def _note(stored: StoredEvent) -> Note:
    header = stored.event.header
    text = log.body_of(stored).get("text")
    return Note(stored.id, header.agent, stored.agent_name, header.time, text if isinstance(text, str) else "")


def _decision(events: Sequence[StoredEvent]) -> Decision | None:
    last: Decision | None = None
    for stored in events:
        header = stored.event.header
        if header.kind != Kind.STATUS or stored.state in (log.PARKED, log.QUARANTINED):
            continue
        body = log.body_of(stored)
        reasons, message, to = (str(body.get(name) or "") for name in ("reasons", "message", "to"))
        if (reasons or message) and (last is None or header.time >= last.time_ms):
            last = Decision(to, reasons, message, header.agent, stored.agent_name, header.time)
    return last


def _history_entry(stored: StoredEvent) -> HistoryEntry:
    header = stored.event.header
    body = None if stored.event.body is None else log.body_of(stored) or None
    return HistoryEntry(
        event=stored.id,
        kind=header.kind,
        agent=header.agent,
        agent_name=stored.agent_name,
        time_ms=header.time,
        central_seq=stored.central_seq,
        state=stored.state,
        body=body,
        code=stored.code,
        details=stored.details,
    )
