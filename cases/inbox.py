"""What comes in: pages of other devices' events, procedures, the time at central."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from cases import foundation, returning, scope
from cases.core import changed
from cases.events import CHAIN_START, EventId, decode_body
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
UNKNOWN_STATE = "sync.unknown_state"
UNREADABLE_BODY = "sync.unreadable_body"


class PulledLike(Protocol):
    """One event of another device; ``sync.messages.PulledEvent`` is one."""

    @property
    def central_seq(self) -> int: ...
    @property
    def device(self) -> str: ...
    @property
    def incarnation(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def agent(self) -> str: ...
    @property
    def agent_name(self) -> str: ...
    @property
    def record_type(self) -> str: ...
    @property
    def record_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def base(self) -> int: ...
    @property
    def time(self) -> int: ...
    @property
    def prev(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def salt(self) -> str: ...
    @property
    def body(self) -> msgspec.Raw: ...
    @property
    def state(self) -> str: ...


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


class _Hashless:
    """An event of a signed answer as a row is made of it: its hashes stayed at central."""

    prev = digest = CHAIN_START
    salt = ""

    def __init__(self, event: returning.ComingLike) -> None:
        self._event = event

    def __getattr__(self, name: str) -> Any:
        return getattr(self._event, name)


class Inbox(Outbox):
    """What comes in. Every page is one transaction with its cursor."""

    def cursors(self) -> dict[str, int]:
        """Return how far each stream of this workspace was pulled; its own stream from the moment of enrolment."""
        identity = self._core.identity
        if identity is None:
            return {}
        with self._core.store.reading() as connection:
            return {identity.stream: 0, **facts.cursors(connection)}

    def apply_page(
        self,
        events: Mapping[str, Sequence[PulledLike]],
        cursors: Mapping[str, int],
        *,
        epoch: int | None = None,
        central_time_ms: int | None = None,
    ) -> None:
        """Take in a page that the caller has checked (signature of the service, scope, order, digests). Twice is as
        once.

        Args:
            events: stream -> events in the stream's order.
            cursors: stream -> where the next page goes on.
            epoch: central's epoch as this page says. A new one means that it was restored from a backup: the numbers
                of its streams may be given again to other events, so every stream is pulled from its start once more.
                A page is not signed, so the identity keeps its epoch until a receipt names the new one.
        """
        identity = self._core.enrolled_identity()
        incoming = [event for stream in events.values() for event in stream]

        def act(connection: Connection) -> tuple[None, Changed | None]:
            fresh = self._unknown(connection, incoming)
            touched = self._take_in(connection, identity, fresh) if fresh else {}
            for stream, central_seq in cursors.items():
                facts.move_cursor(connection, stream, central_seq)
            if epoch is not None and epoch > identity.epoch and epoch != _claimed(connection):
                self._core.claim_epoch(connection, epoch)
            if central_time_ms is not None:
                self._core.note_contact(connection, central_time_ms)
            return None, _notice(touched)

        self._core.transact(act)

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
        with self._core.store.reading() as connection:
            parted = returning.parted(connection, identity, incoming)
        if parted is not None:
            self.take_back(*parted)
            self.fork(*parted, taken=returning.newest_chain(identity, incoming))

        def act(connection: Connection) -> tuple[None, Changed | None]:
            fresh, again = returning.sort_out(connection, incoming)
            returning.go_on_beside(connection, identity, self._core.journal, fresh)
            again |= returning.sent_by_another_self(connection, identity, fresh)
            touched = self._take_in(connection, identity, [_Hashless(event) for event in fresh]) if fresh else {}
            touched |= scope.take_in(connection, self._core.projector, identity, streams)
            for stream, news in streams.items():
                facts.move_cursor(connection, stream, news.cursor)
            if epoch is not None and epoch > identity.epoch and epoch != _claimed(connection):
                self._core.claim_epoch(connection, epoch)
            elif not any(news.more for news in streams.values()) and log.any_in_doubt(connection):
                doubted = returning.settle_doubts(connection, identity)
                log.end_doubts(connection)
                foundation.settle_doubts(connection)
                again |= doubted | set(scopes.settle_doubts(connection))
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

    def store_procedure(self, procedure: str, version: str, bundle: bytes) -> None:
        """Keep a version of a procedure, from now on its newest."""

        def act(connection: Connection) -> tuple[None, Changed]:
            facts.put_procedure(connection, procedure, version, bundle, self._core.ports.clock.now_ms())
            return None, changed({"procedure"})

        self._core.transact(act)

    def remember(self, name: str, value: str) -> None:
        """Keep a screen's small state (its route, as JSON) inside the store."""

        def act(connection: Connection) -> tuple[None, None]:
            facts.remember(connection, name, value)
            return None, None

        self._core.transact(act)

    # --- inside the page's transaction ---

    def _unknown(self, connection: Connection, incoming: Iterable[PulledLike]) -> list[PulledLike]:
        """Return the events that this store does not hold yet, each once."""
        chains: dict[tuple[str, int], dict[int, PulledLike]] = {}
        for event in incoming:
            chains.setdefault((event.device, event.incarnation), {}).setdefault(event.seq, event)
        unknown: list[PulledLike] = []
        for (device, incarnation), by_seq in chains.items():
            held = log.held_seqs(connection, device, incarnation, min(by_seq), max(by_seq))
            unknown += [event for seq, event in by_seq.items() if seq not in held]
        # Records get their numbers in the stream's order, so that a list of the newest is one by number too.
        return sorted(unknown, key=lambda event: event.central_seq)

    def _take_in(self, connection: Connection, identity: Identity, fresh: Sequence[PulledLike]) -> dict[str, Working]:
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
    connection: Connection, numbers: Registers, event: PulledLike, record_no: int
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
        prev=bytes.fromhex(event.prev),
        digest=bytes.fromhex(event.digest),
        body=body,
        salt=None if body is None else bytes.fromhex(event.salt) or None,
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
