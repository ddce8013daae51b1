"""What comes in: other devices' events, procedures, the time at central."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from cases import foundation, returning, scope
from cases.core import changed
from cases.events import EventId, decode_body
from cases.journal import NO_HASH
from cases.merge import SeenEvent
from cases.outbox import Outbox, rebuild
from cases.projections import Working, load_many
from cases.store import facts, log, registers, scopes
from cases.store.engine import Connection
from cases.store.log import EventRow
from cases.store.registers import Registers
from cases.views import Changed, Identity

MANY_RECORDS = 200
"""More records than this in one notice are not named one by one."""
_NO_HASH = bytes.fromhex(NO_HASH)
UNKNOWN_STATE = "sync.unknown_state"
UNREADABLE_BODY = "sync.unreadable_body"


class NewsLike(scope.MovesLike, Protocol):
    """What is new in one stream.

    Attributes:
        events: in the stream's order; ``enters`` and ``leaves``: see ``cases.scope``.
        cursor: where it goes on; ``more``: there is more now.
    """

    @property
    def events(self) -> Sequence[returning.ComingLike]: ...
    @property
    def more(self) -> bool: ...


class Inbox(Outbox):
    """What comes in. Every page is one transaction with its cursor."""

    def cursors(self) -> dict[str, int]:
        """Return how far each stream of this workspace was pulled; its own stream from the moment of enrolment."""
        identity = self._core.identity
        if identity is None:
            return {}
        with self._core.store.reading() as connection:
            return {identity.stream: 0, **facts.cursors(connection)}

    def apply_news(
        self, streams: Mapping[str, NewsLike], *, epoch: int | None = None, central_time_ms: int | None = None
    ) -> None:
        """Take in what a signed answer says is new, in one transaction with its cursors. Twice is as once.

        Args:
            streams: stream -> its news, in the stream's order.
            epoch: central's epoch as the answer says. A new one means that it was restored from a backup: every stream
                is taken from its start once more. Call ``replay`` first.
        """
        identity = self._core.enrolled_identity()
        incoming = [event for news in streams.values() for event in news.events]

        def act(connection: Connection) -> tuple[None, Changed | None]:
            points = returning.parted(connection, identity, incoming)
            if points:
                self.part_ways(connection, points, taken=returning.newest_chain(identity, incoming))
            fresh, again = returning.sort_out(connection, incoming)
            returning.go_on_beside(connection, identity, self._core.journal, fresh)
            spared = returning.sent_by_another_self(connection, identity, fresh)
            again |= spared.records
            if spared.gaps:
                self.leave_gaps(connection, spared.gaps, taken=returning.newest_chain(identity, incoming))
            touched = self._take_in(connection, identity, fresh) if fresh else {}
            touched |= scope.take_in(connection, self._core.projector, identity, streams)
            for stream, news in streams.items():
                facts.move_cursor(connection, stream, news.cursor)
            if epoch is not None and epoch > identity.epoch and epoch != _claimed(connection):
                self._core.claim_epoch(connection, epoch)
            elif not any(news.more for news in streams.values()) and log.any_in_doubt(connection):
                doubted = returning.settle_doubts(connection, identity, self._core.journal)
                log.end_doubts(connection)
                foundation.settle_doubts(connection)
                unsaid = scopes.settle_doubts(connection)
                touched |= self._made_again(connection, identity, again | doubted | set(unsaid))
                # Not left for another office: who wrote them may send them again.
                scopes.forget_left(connection, unsaid)
                again = set()
            touched |= self._made_again(connection, identity, again)
            if central_time_ms is not None:
                self._core.note_contact(connection, central_time_ms)
            return None, _notice(touched)

        self._core.transact(act)

    def _made_again(self, connection: Connection, identity: Identity, records: set[str]) -> dict[str, Working]:
        """Make records again from the log."""
        self._core.projector.forget_records()
        touched = load_many(connection, identity.tenant, dict(registers.types_of(connection, sorted(records))))
        for working in touched.values():
            rebuild(connection, identity.tenant, working)
        self._core.projector.save(connection, list(touched.values()))
        return touched

    def claimed_epoch(self) -> int:
        """Return the newest epoch that a page named; 0 when none ever named one beyond the enrolment's."""
        with self._core.store.reading() as connection:
            return _claimed(connection)

    def in_doubt(self) -> bool:
        """Say whether confirmed events wait to be heard of again, one by one, since the service was restored."""
        with self._core.store.reading() as connection:
            return log.any_in_doubt(connection)

    def rewind(self) -> None:
        """Begin every stream again: central holds less than was pulled. What is held stays, and comes twice as once."""

        def act(connection: Connection) -> tuple[None, Changed]:
            facts.reset_cursors(connection)
            return None, changed({"sync"})

        self._core.transact(act)

    def contact(self, central_time_ms: int) -> None:
        """Note that central answered just now, and its time."""

        def act(connection: Connection) -> tuple[None, Changed]:
            self._core.note_contact(connection, central_time_ms)
            return None, changed({"sync"})

        self._core.transact(act)

    def sync_state(self) -> str:
        """Return the sync client's stored state, empty before the first."""
        with self._core.store.reading() as connection:
            return facts.get(connection, facts.SYNC_STATE) or ""

    def set_sync_state(self, state: str) -> None:
        """Store the sync client's state."""

        def act(connection: Connection) -> tuple[None, Changed]:
            facts.put(connection, facts.SYNC_STATE, state)
            return None, changed({"sync"})

        self._core.transact(act)

    def store_procedure(self, procedure: str, version: str, bundle: bytes, *, newest: bool = True) -> None:
        """Keep a version of a procedure, from now on its newest unless a case alone asks for it."""

        def act(connection: Connection) -> tuple[None, Changed]:
            stored_ms = self._core.ports.clock.now_ms() if newest else 0
            facts.put_procedure(connection, procedure, version, bundle, stored_ms)
            return None, changed({"procedure"})

        self._core.transact(act)

    def procedures_offered(self, offered: Collection[tuple[str, str]]) -> None:
        """Take in which version of each procedure is the newest, by what central offers; held ones only."""
        with self._core.store.reading() as connection:
            behind = facts.all_procedures(connection) - set(facts.procedures(connection))
        if behind.isdisjoint(offered):
            return

        def act(connection: Connection) -> tuple[None, Changed]:
            facts.put_newest(connection, offered, self._core.ports.clock.now_ms())
            return None, changed({"procedure"})

        self._core.transact(act)

    def remember(self, name: str, value: str) -> None:
        """Keep a screen's small state (its route, as JSON) inside the store."""

        def act(connection: Connection) -> tuple[None, None]:
            facts.remember(connection, name, value)
            return None, None

        self._core.transact(act)

    # --- inside the page's transaction ---

    def _take_in(
        self, connection: Connection, identity: Identity, fresh: Sequence[returning.ComingLike]
    ) -> dict[str, Working]:
        self._core.projector.forget_records()
        wanted = {event.record_id: event.record_type for event in fresh}
        touched = load_many(connection, identity.tenant, wanted)
        numbers = self._core.projector.registers
        rows: list[EventRow] = []
        for event in fresh:
            working = touched[event.record_id]
            row, seen = _read(connection, numbers, event, working.no)
            rows.append(row)
            if seen is not None:
                working.note_event(seen)
                working.confirm(seen)
        log.insert_many(connection, rows)
        self._core.projector.save(connection, list(touched.values()))
        return touched


def _read(
    connection: Connection, numbers: Registers, event: returning.ComingLike, record_no: int
) -> tuple[EventRow, SeenEvent | None]:
    """Return an event's row, and the event as merge sees it, None when it takes no part in the confirmed state."""
    body: bytes | None = bytes(event.body)
    if body == b"null":
        body = None
    state, code = (event.state, "") if event.state in log.CONFIRMED else (log.PARKED, "")
    if event.state not in log.CONFIRMED and event.state != log.PARKED:
        code = UNKNOWN_STATE
    seen: SeenEvent | None = None
    if state in log.CONFIRMED:
        try:
            fields = decode_body(body) if body is not None else {}
            event_id = EventId(event.device, event.incarnation, event.seq)
            seen = SeenEvent(event_id, event.agent, event.kind, event.base, event.time, fields, event.central_seq)
        except ValueError:
            state, code = log.PARKED, UNREADABLE_BODY
    row = EventRow(
        device_no=numbers.device(connection, event.device),
        incarnation=event.incarnation,
        seq=event.seq,
        record_no=record_no,
        kind=event.kind,
        agent_no=numbers.agent(connection, event.agent, event.agent_name),
        base=event.base,
        time=event.time,
        prev=_NO_HASH,
        digest=_NO_HASH,
        body=body,
        salt=None,
        central_seq=event.central_seq,
        state=state,
        code=code,
    )
    return row, seen


def _claimed(connection: Connection) -> int:
    return int(facts.get(connection, facts.CLAIMED_EPOCH) or 0)


def _notice(touched: Mapping[str, Working]) -> Changed:
    kinds = {"sync", *(working.type for working in touched.values())}
    return changed(kinds, touched if len(touched) <= MANY_RECORDS else ())
