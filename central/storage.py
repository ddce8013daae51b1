"""What central's core logic asks of its storage, so that it runs over PostgreSQL and over memory alike.

Syncing, appending, judging, moving and snapshots use nothing but this. A ``Transaction`` is one tenant's: everything in
it is committed together or not at all, and a reader never sees a stream's number before all lower ones are there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from cases.events import Event, EventId, decode_body
from cases.merge import EMPTY, RecordState, Shown
from cases.tiles import Tile
from sync.messages import ChunkEntry, PulledEvent

RecordKey = tuple[str, str]
"""(record type, identity)."""


@dataclass(frozen=True)
class NewEvents:
    """Consecutive events of one device, oldest first, for one stream.

    Attributes:
        hashes: of the events; the last is the chain's head, over which ``signature`` is.
        agent: who acts; must be the device's own account unless the device is the console's.
        fields: of each event, what its body says, where somebody has read it already; or nothing at all.
        even_revoked: take them though the device was revoked meanwhile (what it sealed before).
    """

    tenant: int
    stream: str
    device: str
    incarnation: int
    agent: str
    events: Sequence[Event]
    hashes: Sequence[str]
    signature: str
    received_ms: int
    even_revoked: bool = False
    fields: Sequence[Mapping[str, str | None] | None] = ()

    @property
    def first_seq(self) -> int:
        return self.events[0].header.seq


class Held(NamedTuple):
    """An event that was held before this push: its number and where it ended."""

    seq: int
    central_seq: int
    state: str
    code: str
    details: Mapping[str, str]


@dataclass(frozen=True)
class Appended:
    """What ``Transaction.append`` did.

    Attributes:
        epoch: of the tenant.
        before: the stream's head before; ``head``: now. Equal when everything was held already.
        held: the events of the batch that were held before, a prefix of it; the rest is new and was numbered
            consecutively up to ``head``.
        received_ms: when a batch of exactly these bounds came for the first time: its receipt says so again. Never
            before that of an earlier receipt of the stream, whatever the clock says.
        receipt_seq: the central number of its last event, as that first receipt said it.
        known: stream and state of each record that the *new* events name and that exists.
        covered_ms: see ``StreamPage``.
        elsewhere: number of an event of the batch -> the name under which the very same act of this device is held
            already: another self of it, of before a restore or on a copied computer, sent it in another chain.
    """

    epoch: int
    before: int
    head: int
    held: Sequence[Held]
    received_ms: int
    receipt_seq: int
    known: Mapping[RecordKey, KnownRecord]
    covered_ms: int = 0
    elsewhere: Mapping[int, EventId] = field(default_factory=dict)


class KnownRecord(NamedTuple):
    """What central holds of a record; ``stream`` None while there is none."""

    stream: str | None = None
    state: RecordState = EMPTY


@dataclass(frozen=True)
class RecordWrite:
    """A record after a push: its merged state and the times that are kept beside it.

    Attributes:
        first_agent: who made the first event of it in this push; kept only when the record is new.
        time_ms: of the newest event in it, never after it came.
        created_ms: kept when it is earlier than what is held.
        shown: what ``merge.show`` says of the state.
        submitted_ms, decided_ms: None when this push says nothing of it, or it is not decided.
    """

    record_type: str
    record_id: str
    central_seq: int
    state: RecordState
    first_agent: str
    time_ms: int
    created_ms: int
    submitted_ms: int | None
    decided_ms: int | None
    shown: Shown


@dataclass(frozen=True)
class Writes:
    """Everything that one push changes beside the log.

    Attributes:
        records: merged states; their projections follow from them.
        verdicts: (central number, state, code) of the new events that are not plainly accepted.
        parked: (central number, code, details) of those that wait for a person.
        settled: (parked event, its record, how) of those that a person dealt with: ``adopt``… What was tried about
            one of them and is parked itself (``about``) ends with it, as ``ATTEMPT``.
    """

    tenant: int
    stream: str
    office: str
    account: str
    now_ms: int
    records: Sequence[RecordWrite] = ()
    verdicts: Sequence[tuple[int, str, str]] = ()
    parked: Sequence[tuple[int, str, Mapping[str, str]]] = ()
    settled: Sequence[tuple[EventId, str, str]] = ()


class WaitingEvent(NamedTuple):
    """A parked event as the one that resolves it is held against. ``body`` is None once erased by law.

    ``code``: why it was parked.
    """

    record_type: str
    record_id: str
    kind: str
    agent: str
    body: bytes | None
    settled: bool
    code: str = ""


REPEATED = "event.repeated"
"""Code of an act that is held already under another number of its device: it counts once, as it first came."""
ATTEMPT = "withdraw"
"""How an attempt about a parked event ends that somebody has dealt with otherwise."""


def about(body: bytes | None) -> str:
    """Return the name of the event that a ``resolve`` event is about; empty when it says none that can be read."""
    try:
        return "" if body is None else str(decode_body(body).get("event", ""))
    except (ValueError, RecursionError):
        return ""


class StoredRecord(NamedTuple):
    """A record whole, as it goes into a snapshot. ``state`` as ``merge.to_json`` wrote it.

    ``stream``: where it lives; empty where nobody asked.
    """

    record_type: str
    record_id: str
    state: bytes
    central_seq: int
    created_ms: int
    updated_ms: int
    submitted_ms: int | None
    agent: str
    stream: str = ""


class LoggedEvent(NamedTuple):
    """An event of a page. ``body`` is None once erased by law."""

    central_seq: int
    device: str
    incarnation: int
    seq: int
    agent: str
    agent_name: str
    record_type: str
    record_id: str
    kind: str
    base: int
    time: int
    body: bytes | None
    state: str


@dataclass(frozen=True)
class StreamPage:
    """Events after a cursor, without the reader's own and the parked ones, and the cursor after them.

    Attributes:
        head, epoch: as of the same instant as the events.
        cursor: the last event's number when the page is full, else the head.
        enters: records that came into the stream between the cursors, as they are now.
        leaves: (central number, record identity) of those that left it there.
        lent_changed: see ``Transaction.lent_changed``.
        covered_ms: changes whenever a backup covers more of the tenant's log; 0 while none ever did.
    """

    epoch: int
    head: int
    cursor: int
    more: bool
    events: Sequence[LoggedEvent]
    enters: Sequence[StoredRecord] = ()
    leaves: Sequence[tuple[int, str]] = ()
    lent_changed: bool = False
    covered_ms: int = 0


@dataclass(frozen=True)
class KeptSnapshot:
    """A snapshot that was built: the entries of its chunks, each with the agents whose cases are in it."""

    central_seq: int
    epoch: int
    made_ms: int
    chunks: Sequence[tuple[ChunkEntry, Sequence[str]]]


class RecordMove(NamedTuple):
    """A record's new place: its state in the new stream's numbers. ``shared``: it stays, and is readable there too."""

    record_type: str
    record_id: str
    state: RecordState
    central_seq: int
    shared: bool = False


class IssuedReceipt(NamedTuple):
    """Everything that a receipt of level ``accepted`` says, and the first number of the batch that it is for."""

    stream: str
    device: str
    incarnation: int
    first_seq: int
    seq: int
    head: str
    central_seq: int
    epoch: int
    received_ms: int


class TreeState(NamedTuple):
    """A tenant's log of receipts as its newest signed head says; one that was never signed has epoch 0."""

    epoch: int
    size: int
    root: str
    time_ms: int
    signature: str


class Transaction(Protocol):
    """One transaction of one tenant, on one thread. Its end is the context manager's that gave it."""

    def append(self, new: NewEvents) -> Appended:
        """Append to the log; the stream's head is held from here to the end of the transaction.

        Raises:
            NotPermittedError: ``auth.device_revoked``, ``auth.device_unknown``, ``right.foreign_stream`` (the
                device has another stream or agent by now).
            ConflictError: ``push.gap`` (``seq``: the number expected), ``push.fork`` (``seq``: where the histories
                part); both with ``held``: how far each incarnation is held (``1:120,2:7``). The transaction is void.
            RejectedError: ``push.no_stream``.
        """

    def write(self, writes: Writes) -> None:
        """Write what the push changed.

        Raises:
            ConflictError: ``push.again``: another stream made a record of the same identity meanwhile; void.
        """

    def waiting(self, event: EventId) -> WaitingEvent | None:
        """Return a parked event, held to the end of the transaction; None when none of that name was parked."""

    def held(self, events: Collection[EventId]) -> set[EventId]:
        """Return those of the events that the log holds, parked ones too. Their numbers are such as can be stored."""

    def published(self) -> frozenset[tuple[str, str]]:
        """Return (procedure, version) of everything that was ever published."""

    def decisive(self, procedure: str, version: str) -> Collection[str] | None:
        """Return what a procedure says that deciding rests on; None where it does not say, or there is none."""

    def foreign_citizens(self, stream: str, citizens: Sequence[str]) -> set[str]:
        """Return those of the citizens that live in another stream and that this one neither reads nor ever held.

        What ever left the stream is no stranger: an office may have opened a case before it heard of the move.
        """

    def page(self, stream: str, *, device: str, after: int, limit: int, held: Mapping[int, int]) -> StreamPage:
        """Return what comes after a cursor.

        Args:
            held: of the reader's own device, incarnation -> how far it holds its chain: beyond that its own events come
                too (it was restored or cloned). Empty: none of its own.

        Raises:
            NotPermittedError: as ``append``. RejectedError: ``push.no_stream``.
        """

    def history(self, stream: str, record_id: str, *, after: int = 0, limit: int) -> list[PulledEvent]:
        """Return every event of a record in the order of arrival, parked ones left out.

        None if the stream may not read the record.
        """

    def stored(self, stream: str, ids: Sequence[str]) -> list[StoredRecord]:
        """Return these records as they are, as far as the stream may read them."""

    def stored_ending(self, stream: str, endings: Sequence[str]) -> tuple[int, list[StoredRecord]]:
        """Return the stream's head, and all its records whose identity ends with one of these two digits.

        As of one instant: nothing else may have been asked in the transaction before.
        """

    def stored_all(self, stream: str) -> tuple[int, int, Iterator[StoredRecord]]:
        """Return (epoch, head, all records of the stream), by agent and identity.

        As of one instant: nothing else may have been asked in the transaction before.
        """

    def agent_names(self, agents: Collection[str]) -> dict[str, str]:
        """Return agent -> name; unknown ones are left out."""

    def standing(self, stream: str) -> tuple[int, int]:
        """Return (epoch, the stream's head).

        Raises:
            RejectedError: ``push.no_stream``.
        """

    def kept_snapshot(self, stream: str) -> KeptSnapshot | None:
        """Return the newest snapshot built of the stream."""

    def keep_snapshot(
        self, stream: str, snapshot: KeptSnapshot, chunks: Mapping[str, bytes], *, forget_ms: int
    ) -> None:
        """Keep a snapshot; forget those made before ``forget_ms``."""

    def chunk(self, stream: str, name: str) -> bytes | None:
        """Return a kept chunk by its hash."""

    def lock_streams(self, streams: Sequence[str]) -> dict[str, int]:
        """Lock these streams' heads, in the order of their names, to the end of the transaction; return them."""

    def move(self, old: str, new: str, moves: Sequence[RecordMove], *, left_seq: int) -> None:
        """Give records to another stream: they leave the old one at ``left_seq`` and enter at their own numbers."""

    def unshare(self, stream: str, record_type: str, record_id: str, *, left_seq: int) -> None:
        """End that a stream reads a record of another one; its readers are told at ``left_seq``."""

    def left(self, stream: str, up_to: int) -> list[tuple[int, str]]:
        """Return (central number, record identity) of what left the stream up to a number and is not back."""

    def entered(self, stream: str, ids: Sequence[str]) -> set[str]:
        """Return those of the records that ever came to the stream from another one: their values are numbered anew."""

    def lent_changed(self, stream: str) -> bool:
        """Say whether a record that the stream only reads is another than it was last fed."""

    def renew_lent(self, stream: str) -> None:
        """Feed the stream every record that it only reads and that has changed, as entering at numbers of its own.

        Takes the stream's head and no other lock: who writes such a record where it lives waits for nobody.
        """

    def chains(self, device: str) -> dict[int, int]:
        """Return incarnation -> how far the device's chain is held."""

    def tree(self) -> tuple[int, TreeState]:
        """Return the tenant's epoch, and its log of receipts as it stands."""

    def lock_tree(self) -> TreeState | None:
        """Lock the log to the end of the transaction and return how it stands; None while somebody else holds it."""

    def waiting_receipts(self, limit: int) -> list[IssuedReceipt]:
        """Return receipts that were committed and are in no leaf yet, those of a stream in their order."""

    def tiles(self, wanted: Collection[Tile]) -> dict[Tile, bytes]:
        """Return these tiles of the log."""

    def extend_tree(
        self, state: TreeState, first: int, leaves: Sequence[IssuedReceipt], tiles: Mapping[Tile, bytes]
    ) -> None:
        """Write down that these receipts are the log's leaves from ``first`` on, and how it stands then."""

    def leaf_of(self, device: str, incarnation: int, seq: int, *, epoch: int, received_ms: int) -> int | None:
        """Return which leaf a receipt is; None when it waits, or when there is none."""


class Storage(Protocol):
    """Any thread."""

    def transaction(self, tenant: int) -> AbstractContextManager[Transaction]:
        """One transaction of one tenant: committed on leaving, rolled back by an exception.

        Raises:
            EnvironmentFault: ``database.unavailable``; nothing was committed, or it is unknown: ask again.
        """
