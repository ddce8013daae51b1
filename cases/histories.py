"""The history of one case on demand: what was fetched is checked where it comes, kept, and shown with what is here.

Events of others come without their hashes, and a record that comes whole comes without its events. Whoever opens or
hands on a case asks for the rest; without a line the screens show what there is and say that it is not all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from cases import foundation
from cases.core import Part, changed
from cases.errors import InputError, RejectedError
from cases.events import CHAIN_START, Event, EventId, Header, Kind, body_intact, header_hash
from cases.outbox import RENUMBERED
from cases.store import histories, log, registers
from cases.store.engine import Connection
from cases.store.histories import HistoryRow
from cases.store.log import StoredEvent
from cases.views import Changed

HISTORY_INVALID = "sync.history_invalid"
SAID = frozenset({Kind.NOTE, Kind.STATUS})
_HEADER_VERSION = 1


class PulledLike(Protocol):
    """One event with all that its hash covers; ``sync.messages.PulledEvent`` is one."""

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


class HistoryCheck(NamedTuple):
    """What can be said of a record's events as they are held here.

    Attributes:
        events: with all that their hashes cover, in the order of arrival; what waits to be sent comes last.
        complete: nothing of it is missing here.
        bad: the first one that is not what its device wrote; None when each is.
    """

    events: list[StoredEvent]
    complete: bool
    bad: EventId | None


class Histories(Part):
    """See the module. Any thread."""

    def history_complete(self, record: str) -> bool:
        """Say whether every event of a record is held with all that its hash covers; InputError ``record.unknown``."""
        with self._core.store.reading() as connection:
            return _complete(connection, self._known(connection, record).no, self._core.enrolled_identity().tenant)

    def history_mark(self, record: str) -> int:
        """Return what ``apply_history`` is to be told: how far the record came whole before the question was asked."""
        with self._core.store.reading() as connection:
            return _came_whole(connection, self._known(connection, record).no)

    def apply_history(self, record: str, events: Sequence[PulledLike], *, as_of: int = 0) -> None:
        """Keep a record's history as central gave it, after checking it. Twice is as once.

        Args:
            events: in the order of arrival.
            as_of: the ``history_mark`` from before the question.

        Raises:
            RejectedError: ``sync.history_invalid`` (``reason``: ``record``, ``twice``, ``body``, ``chain``, ``other``:
                an event is held here that says something else, ``missing``: a confirmed one is held here that it
                lacks); nothing was kept.
            InputError: ``record.unknown``.
        """
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[None, Changed]:
            known = self._known(connection, record)
            rows = [_row(identity.tenant, event) for event in events if event.record_type == known.type]
            _check(record, rows)
            _compare(rows, log.of_record(connection, identity.tenant, known.no))
            histories.put(connection, known.no, as_of, rows)
            return None, changed({known.type}, {record})

        self._core.transact(act)

    def check_history(self, record: str) -> HistoryCheck:
        """Check every event of a record against its own hashes and the chain that it hangs on, as far as held here.

        Raises:
            InputError: ``record.unknown``.
        """
        tenant = self._core.enrolled_identity().tenant
        with self._core.store.reading() as connection:
            number = self._known(connection, record).no
            complete = _complete(connection, number, tenant)
            held = events_of(connection, tenant, number)
        events = [one for one in held if one.state != log.QUARANTINED and one.event.header.digest != CHAIN_START]
        wrong = [one.id for one in events if not body_intact(one.event)]
        broken = first_broken([one.event.header for one in events])
        return HistoryCheck(events, complete, wrong[0] if wrong else broken)

    def _known(self, connection: Connection, record: str) -> registers.Known:
        known = registers.find(connection, record)
        if known is None:
            raise InputError("record.unknown", field="record")
        return known


def events_of(connection: Connection, tenant: int, record_no: int) -> list[StoredEvent]:
    """Return every event of a record that is held here, once: the fetched ones in the order of arrival, then others.

    Where it ended is what the log says, which hears of it first; its hashes are what was fetched.
    """
    return _with_fetched(log.of_record(connection, tenant, record_no), histories.of(connection, record_no)[1])


def said_of(connection: Connection, tenant: int, record_no: int) -> list[StoredEvent]:
    """Return what ``events_of`` does of notes and changes of state."""
    rows = [row for row in histories.of(connection, record_no)[1] if row.header.kind in SAID]
    return _with_fetched(log.said_of_record(connection, tenant, record_no), rows)


def written(connection: Connection, tenant: int, record_no: int, wanted: Collection[EventId]) -> list[StoredEvent]:
    """Return those of a record's events that bear these names, as ``events_of`` does, and maybe others of it."""
    if wanted and histories.of(connection, record_no)[1]:
        return events_of(connection, tenant, record_no)
    return log.named_of_record(connection, tenant, record_no, wanted)


def _with_fetched(logged: list[StoredEvent], rows: list[HistoryRow]) -> list[StoredEvent]:
    if not rows:
        return logged
    # A number of ours that another self of this device has used is that one's; what we wrote goes on under another.
    here = {one.id: one for one in logged if one.code != RENUMBERED}
    fetched = [_together(row.stored(), here.get(row.header.id)) for row in rows]
    known = {one.id for one in fetched}
    return fetched + [one for one in logged if one.id not in known or one.code == RENUMBERED]


def _together(fetched: StoredEvent, logged: StoredEvent | None) -> StoredEvent:
    if logged is None:
        return fetched
    event = logged.event if logged.event.header.digest != CHAIN_START else fetched.event
    return logged._replace(event=event, agent_name=logged.agent_name or fetched.agent_name)


def _came_whole(connection: Connection, record_no: int) -> int:
    """Return up to which central number a record came whole; 0 for one that came event by event."""
    built_on = foundation.of_numbers(connection, [record_no]).get(record_no)
    return 0 if built_on is None else built_on.central_seq


def _complete(connection: Connection, record_no: int, tenant: int) -> bool:
    as_of, rows = histories.of(connection, record_no)
    came_whole = _came_whole(connection, record_no)
    if came_whole and as_of < came_whole:
        return False
    fetched = {row.header.id for row in rows}
    return all(
        one.event.header.digest != CHAIN_START or one.id in fetched
        for one in log.confirmed_of_record(connection, tenant, record_no)
    )


def _row(tenant: int, event: PulledLike) -> HistoryRow:
    body: bytes | None = bytes(event.body)
    header = Header(
        _HEADER_VERSION,
        tenant,
        event.device,
        event.incarnation,
        event.seq,
        event.prev,
        event.agent,
        event.record_type,
        event.record_id,
        event.kind,
        event.base,
        event.time,
        event.digest,
    )
    if body == b"null":
        return HistoryRow(header, None, None, event.agent_name, event.central_seq, event.state)
    try:
        salt = bytes.fromhex(event.salt)
    except ValueError as error:
        raise RejectedError(HISTORY_INVALID, reason="body") from error
    return HistoryRow(header, body, salt, event.agent_name, event.central_seq, event.state)


def _check(record: str, rows: Sequence[HistoryRow]) -> None:
    """Check that these are events of one record, each once, each what its device wrote."""
    if any(row.header.record_id != record for row in rows):
        raise RejectedError(HISTORY_INVALID, reason="record")
    if len({row.header.id for row in rows}) != len(rows):
        raise RejectedError(HISTORY_INVALID, reason="twice")
    if not all(body_intact(Event(row.header, row.body, row.salt)) for row in rows):
        raise RejectedError(HISTORY_INVALID, reason="body")
    if first_broken([row.header for row in rows]) is not None:
        raise RejectedError(HISTORY_INVALID, reason="chain")


def first_broken(headers: Iterable[Header]) -> EventId | None:
    """Return the first event that is not chained to the one before it, where both are given; None when each is."""
    hashes = {header.id: header_hash(header) for header in headers}
    prevs = {header.id: header.prev for header in headers}
    for name, prev in prevs.items():
        before = CHAIN_START if name.seq == 1 else hashes.get(name._replace(seq=name.seq - 1))
        if before is not None and before != prev:
            return name
    return None


def _compare(rows: Sequence[HistoryRow], logged: Sequence[StoredEvent]) -> None:
    """Check what comes against what is here: of the same event both say the same, and nothing confirmed is lacking."""
    given = {row.header.id: row for row in rows}
    for one in logged:
        row = given.get(one.id)
        if row is None:
            if one.state in log.CONFIRMED and not one.code:
                raise RejectedError(HISTORY_INVALID, reason="missing")
            continue
        if one.state in log.CONFIRMED and not _same(row, one):
            raise RejectedError(HISTORY_INVALID, reason="other")


def _same(row: HistoryRow, one: StoredEvent) -> bool:
    mine = one.event.header
    if mine.digest != CHAIN_START:
        return mine == row.header
    said = (mine.kind, mine.base, mine.time, mine.agent) == (
        row.header.kind,
        row.header.base,
        row.header.time,
        row.header.agent,
    )
    return said and (one.event.body == row.body or row.body is None or one.event.body is None)
