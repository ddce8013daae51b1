"""The outbox.

Own events that central has not answered for, as signed batches. Damaged ones never leave (invariant 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from cases.core import Part, changed
from cases.events import EventId, body_intact, header_hash
from cases.projections import Working, load_many
from cases.store import chunks, facts, log, registers, scopes
from cases.store.engine import Connection
from cases.store.facts import StoredReceipt
from cases.store.log import StoredEvent
from cases.views import Changed, Identity

BATCH_BYTES_MAX = 2 * 1024 * 1024
"""Bodies of one batch together; a batch holds one event at least."""
_BATCH_DOMAIN = b"estafette/batch/1\x00"

ACCEPTED = "accepted"
"""Level of a receipt for what central holds."""
BACKED_UP = "backed_up"
"""Level of a receipt for what a backup of central holds."""
UNANSWERED_CHAINS_MAX = 8
"""New chains begun one after the other, as a device that was copied finds some taken; then a person must look."""
DAMAGED_BODY = "store.damaged_body"
DAMAGED_CHAIN = "store.damaged_chain"
_BEHIND_A_GAP = "store.behind_a_gap"
"""What is next to go follows a number that was set aside: central never gets that one, so this goes beside."""
RENUMBERED = "store.renumbered"
REPEATED = "event.repeated"
"""Code with which central parks an act that it holds under another number of this device; ``as`` says which."""
UNVERIFIED = "store.unverified"
"""Code of a confirmed event between a restore of the service and the moment when it is sent again."""


class OutgoingEvent(NamedTuple):
    """One event of a batch; ``body`` is its exact bytes."""

    record_type: str
    record_id: str
    kind: str
    base: int
    time: int
    body: bytes


class OutgoingBatch(NamedTuple):
    """Consecutive own events, oldest first, with all that the wire's batch says but its signature (``sync`` signs).

    Attributes:
        prev: hash of event ``first_seq - 1``.
        salt_seeds: seed of each salt block that the batch touches, in order, hexadecimal.
        head: hash of the last event.
    """

    tenant: int
    device: str
    incarnation: int
    agent: str
    first_seq: int
    prev: str
    salt_seeds: tuple[str, ...]
    events: tuple[OutgoingEvent, ...]
    head: str

    @property
    def last_seq(self) -> int:
        return self.first_seq + len(self.events) - 1


class VerdictLike(Protocol):
    """Where one pushed event ended; ``sync.messages.Verdict`` is one."""

    @property
    def seq(self) -> int: ...
    @property
    def central_seq(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def details(self) -> dict[str, str]: ...


class ReceiptLike(Protocol):
    """Central's signed statement, checked by the caller; ``sync.messages.Receipt`` is one."""

    @property
    def incarnation(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def head(self) -> str: ...
    @property
    def central_seq(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def time(self) -> int: ...
    @property
    def signature(self) -> str: ...


class Outbox(Part):
    """What goes out, and the answers to it."""

    def next_batch(self, max_events: int) -> OutgoingBatch | None:
        """Return the oldest pending events of one chain, checked against their digests; None when nothing is pending.

        A damaged event is set aside where a person sees it, and the sound ones after it go on in a new
        incarnation, so that it blocks nothing.
        """
        identity = self._core.enrolled_identity()
        while True:
            with self._core.store.reading() as connection:
                pending = log.oldest_pending(connection, identity.tenant, max_events)
                if not pending:
                    return None
                fault = self._fault(connection, identity, pending[0])
                sound = [] if fault else self._sound(connection, identity, pending)
            if fault is None:
                return self._batch(identity, sound)
            if fault == _BEHIND_A_GAP:
                self._beside(identity, pending[0].id)
            else:
                self._set_aside(identity, pending[0], fault)

    def apply_verdicts(
        self,
        batch: OutgoingBatch,
        verdicts: Sequence[VerdictLike],
        receipt: ReceiptLike,
        *,
        central_time_ms: int | None = None,
    ) -> None:
        """Record where the events of a batch ended, in one transaction. A second time it changes nothing.

        The caller has checked the receipt's signature and that it covers the batch.
        """
        identity = self._core.enrolled_identity()
        by_seq = {verdict.seq: verdict for verdict in verdicts}

        def act(connection: Connection) -> tuple[Identity, Changed]:
            waiting = log.own_pending_between(connection, identity, batch.incarnation, batch.first_seq, batch.last_seq)
            touched = self._load(connection, identity, waiting)
            counts = {"events.troubled": 0}
            for stored in waiting:
                verdict = by_seq.get(stored.id.seq)
                if verdict is not None:
                    _take_verdict(connection, touched[stored.event.header.record_id], stored, verdict, counts)
            self._core.projector.save(connection, list(touched.values()))
            facts.count(connection, counts)
            _keep_receipt(connection, receipt)
            if central_time_ms is not None:
                self._core.note_contact(connection, central_time_ms)
            known_as = self._core.confirm_epoch(connection, identity, receipt.epoch)
            return known_as, changed({"sync", *(one.type for one in touched.values())}, touched)

        self._core.set_identity(self._core.transact(act))

    def apply_backed_up(self, receipts: Sequence[ReceiptLike]) -> None:
        """Keep receipts that say how far a backup covers this device's chains. Twice is as once.

        The caller has checked their signatures and whom they are about. One whose hash is not that of our own chain at
        that number is about another self of this device, and one of an older epoch about a service that is no more:
        neither is kept.
        """
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[None, Changed]:
            for receipt in receipts:
                event = EventId(identity.device, receipt.incarnation, receipt.seq)
                if receipt.level == BACKED_UP and receipt.head == log.hash_after(connection, event):
                    _keep_receipt(connection, receipt)
            return None, changed({"sync"})

        if receipts:
            self._core.transact(act)

    def backed_up(self) -> dict[int, int]:
        """Return how far a backup covers each incarnation of this device, as the service of the newest epoch says."""
        identity = self._core.identity
        with self._core.store.reading() as connection:
            held = facts.receipts(connection)
            claimed = int(facts.get(connection, facts.CLAIMED_EPOCH) or 0)
        epoch = max(claimed, 0 if identity is None else identity.epoch)
        return {one.incarnation: one.seq for one in held if one.level == BACKED_UP and one.epoch >= epoch}

    def replay_from(self, seq: int) -> None:
        """Make the events of the living chain from ``seq`` on pending again: central was restored and lost them.

        They were confirmed by numbers that no longer hold, so the confirmed states are made again from the log.
        """
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[None, Changed]:
            incarnation = log.chain_head(connection).incarnation
            again = log.own_settled_from(connection, identity, incarnation, seq)
            counts = {"events.troubled": -sum(one.state == log.PARKED for one in again)}
            for stored in again:
                log.settle_verdict(connection, stored.no, state=log.PENDING, central_seq=None, code="", details={})
            touched = self._load(connection, identity, again)
            for working in touched.values():
                rebuild(connection, identity.tenant, working)
            self._core.projector.save(connection, list(touched.values()))
            facts.count(connection, counts)
            return None, changed({"sync", *(one.type for one in touched.values())}, touched)

        self._core.transact(act)

    def replay(self, held: Mapping[int, int]) -> None:
        """Central was restored and holds this device's chains up to ``held``: make the rest pending again.

        Of every incarnation, not of the living one alone. What is confirmed is in doubt until it comes again. What is
        parked never comes by a page: it is sent again, as a copy of this computer may have used its number meanwhile.
        """
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[None, Changed]:
            again = [
                stored
                for incarnation in log.incarnations(connection, identity.device)
                for stored in (
                    *log.own_parked_up_to(connection, identity, incarnation, held.get(incarnation, 0)),
                    *log.own_settled_from(connection, identity, incarnation, held.get(incarnation, 0) + 1),
                )
                if stored.event.salt == self._core.journal.salt(stored.id)
            ]
            counts = {"events.troubled": -sum(one.state == log.PARKED for one in again)}
            for stored in again:
                log.settle_verdict(connection, stored.no, state=log.PENDING, central_seq=None, code="", details={})
            log.doubt_confirmed(connection, UNVERIFIED)
            types = {stored.event.header.record_id: stored.event.header.record_type for stored in again}
            types |= registers.types_of(connection, scopes.doubt(connection))
            chunks.doubt(connection)
            self._core.projector.forget_records()
            touched = load_many(connection, identity.tenant, types)
            for working in touched.values():
                rebuild(connection, identity.tenant, working)
            self._core.projector.save(connection, list(touched.values()))
            facts.count(connection, counts)
            return None, changed({"sync", *(one.type for one in touched.values())}, touched)

        self._core.transact(act)

    def part_ways(self, connection: Connection, points: Mapping[int, int], *, taken: int) -> None:
        """Another self of this device wrote other events under numbers of ours: ours go on in a chain of their own.

        Inside the transaction that takes the others' in. What was confirmed under those numbers waits again.

        Args:
            points: incarnation -> the first number at which the two histories differ.
            taken: the other self has used chains up to this one.
        """
        identity = self._core.enrolled_identity()
        touched: dict[str, Working] = {}
        past = _past(connection, taken)
        for incarnation, seq in sorted(points.items()):
            again = [
                stored
                for stored in log.own_settled_from(connection, identity, incarnation, seq)
                if stored.event.salt == self._core.journal.salt(stored.id)
            ]
            troubled = sum(one.state == log.PARKED for one in again)
            for stored in again:
                log.settle_verdict(connection, stored.no, state=log.PENDING, central_seq=None, code="", details={})
            facts.count(connection, {"events.troubled": -troubled})
            touched |= self._go_beside(connection, identity, incarnation, seq, past)
        for working in touched.values():
            rebuild(connection, identity.tenant, working)
        self._core.projector.save(connection, list(touched.values()))

    def leave_gaps(self, connection: Connection, gaps: Mapping[int, int], *, taken: int) -> None:
        """Numbers of ours will never be sent: what follows them, and what comes next, goes on in another chain.

        Args:
            gaps: incarnation -> the first number that was set aside.
            taken: see ``part_ways``.
        """
        identity = self._core.enrolled_identity()
        touched: dict[str, Working] = {}
        past = _past(connection, taken)
        for incarnation, seq in sorted(gaps.items()):
            if log.chain_head(connection).incarnation <= max(incarnation, taken):
                self._core.journal.open_incarnation(connection, identity, taken=taken)
            touched |= self._go_beside(connection, identity, incarnation, seq, past)
        for working in touched.values():
            rebuild(connection, identity.tenant, working)
        self._core.projector.save(connection, list(touched.values()))

    def _go_beside(
        self, connection: Connection, identity: Identity, incarnation: int, seq: int, past: int
    ) -> dict[str, Working]:
        """Number what waits of a chain from ``seq`` on anew, in a chain past all these; return the records."""
        waiting = log.pending_from(connection, identity.tenant, incarnation, seq)
        if waiting:
            if log.chain_head(connection).incarnation <= max(incarnation, past):
                self._core.journal.open_incarnation(connection, identity, taken=past)
            facts.put(connection, facts.FORKED, str(self._core.ports.clock.now_ms()))
        touched = self._load(connection, identity, waiting)
        for stored in waiting:
            self._number_again(connection, identity, stored, touched[stored.event.header.record_id])
        return touched

    def chains(self) -> dict[int, int]:
        """Return incarnation -> how far this device's chain is confirmed here without a hole; for ``Exchange.held``."""
        identity = self._core.enrolled_identity()
        with self._core.store.reading() as connection:
            found = log.confirmed_ends(connection, identity.device)
            return dict.fromkeys(found or (1,), 0) if log.any_in_doubt(connection) else found

    def fork(self, incarnation: int, seq: int) -> bool:
        """Go on in a new incarnation with what is pending of a chain from ``seq`` on: central holds another history.

        So it is after this computer was restored from a backup or copied (DESIGN invariant 6). What central took of
        either history stays as it is; the acts that it does not know are numbered anew, and nothing is lost.

        Returns:
            False when ``UNANSWERED_CHAINS_MAX`` chains were begun already without an answer: nothing was changed.
        """
        identity = self._core.enrolled_identity()

        with self._core.store.reading() as connection:
            answered = max((receipt.incarnation for receipt in facts.receipts(connection)), default=0)
            if log.chain_head(connection).incarnation - answered > UNANSWERED_CHAINS_MAX:
                return False
        self._beside(identity, EventId(identity.device, incarnation, seq))
        return True

    def _beside(self, identity: Identity, first: EventId) -> None:
        """Go on in a new incarnation with what is pending of a chain from an event on."""

        def act(connection: Connection) -> tuple[None, Changed]:
            touched = self._go_beside(connection, identity, first.incarnation, first.seq, _past(connection, 0))
            for working in touched.values():
                rebuild(connection, identity.tenant, working)
            self._core.projector.save(connection, list(touched.values()))
            return None, changed({"sync", *(one.type for one in touched.values())}, touched)

        self._core.transact(act)

    def forked_ms(self) -> int | None:
        """Return when this device last went on in a new chain after a fork, by its own clock; None: it never did."""
        with self._core.store.reading() as connection:
            said = facts.get(connection, facts.FORKED)
        return None if said is None else int(said)

    # --- checks before sending ---

    def _fault(self, connection: Connection, identity: Identity, stored: StoredEvent) -> str | None:
        """Say what is wrong with the event that is next to go, None when it is what was written."""
        if not body_intact(stored.event) or stored.event.salt != self._core.journal.salt(stored.id):
            return DAMAGED_BODY
        if not self._header_intact(connection, identity, stored):
            return DAMAGED_CHAIN
        before = self._core.journal.hash_before(connection, identity.tenant, stored.id)
        last = log.find(connection, identity.tenant, stored.id._replace(seq=stored.id.seq - 1))
        if not before and last is not None and last.state == log.QUARANTINED:
            return _BEHIND_A_GAP
        if stored.event.header.prev != before:
            return DAMAGED_CHAIN
        return None

    def _header_intact(self, connection: Connection, identity: Identity, stored: StoredEvent) -> bool:
        """Say whether the header is the one that what follows was chained to.

        When the two do not fit, the follower is to blame if it does not fit what follows itself.
        """
        if header_hash(stored.event.header) == log.hash_after(connection, stored.id):
            return True
        follower = log.find(connection, identity.tenant, stored.id._replace(seq=stored.id.seq + 1))
        return follower is not None and header_hash(follower.event.header) != log.hash_after(connection, follower.id)

    def _sound(self, connection: Connection, identity: Identity, pending: list[StoredEvent]) -> list[StoredEvent]:
        """Return the first events that can go together: sound, consecutive, of one agent, not too long."""
        sound = pending[:1]
        size = len(pending[0].event.body or b"")
        for stored in pending[1:]:
            size += len(stored.event.body or b"")
            header, last = stored.event.header, sound[-1].event.header
            if header.seq != last.seq + 1 or header.agent != last.agent or size > BATCH_BYTES_MAX:
                break
            if header.prev != header_hash(last) or not body_intact(stored.event):
                break
            if stored.event.salt != self._core.journal.salt(stored.id):
                break
            sound.append(stored)
        # A damaged header shows only in what follows it: the last one is checked against that too.
        while len(sound) > 1 and not self._header_intact(connection, identity, sound[-1]):
            sound.pop()
        return sound

    def _batch(self, identity: Identity, sound: list[StoredEvent]) -> OutgoingBatch:
        first, last = sound[0].event.header, sound[-1].event.header
        return OutgoingBatch(
            tenant=identity.tenant,
            device=first.device,
            incarnation=first.incarnation,
            agent=first.agent,
            first_seq=first.seq,
            prev=first.prev,
            salt_seeds=tuple(self._core.journal.seeds(first.incarnation, range(first.seq, last.seq + 1))),
            events=tuple(
                OutgoingEvent(
                    header.record_type, header.record_id, header.kind, header.base, header.time, stored.event.body
                )
                for stored in sound
                for header in (stored.event.header,)
                if stored.event.body is not None
            ),
            head=header_hash(last),
        )

    def _set_aside(self, identity: Identity, damaged: StoredEvent, fault: str) -> None:
        """Quarantine a damaged event, and number the sound ones after it anew in a new incarnation."""

        def act(connection: Connection) -> tuple[None, Changed]:
            log.settle_verdict(connection, damaged.no, state=log.QUARANTINED, central_seq=None, code=fault, details={})
            later = log.pending_from(connection, identity.tenant, damaged.id.incarnation, damaged.id.seq + 1)
            if later:
                self._core.journal.open_incarnation(connection, identity)
            touched = self._load(connection, identity, [damaged, *later])
            for stored in later:
                working = touched[stored.event.header.record_id]
                self._number_again(connection, identity, stored, working)
            for working in touched.values():
                rebuild(connection, identity.tenant, working)
            self._core.projector.save(connection, list(touched.values()))
            facts.count(connection, {"events.troubled": 1})
            return None, changed({"sync", *(one.type for one in touched.values())}, touched)

        self._core.transact(act)

    def _number_again(self, connection: Connection, identity: Identity, stored: StoredEvent, working: Working) -> None:
        intact = body_intact(stored.event)
        code, details = DAMAGED_BODY, dict[str, str]()
        if intact:
            again = self._core.journal.append_again(connection, identity, stored.event, working.no)
            code, details = RENUMBERED, {"to": str(again.header.id)}
        else:
            facts.count(connection, {"events.troubled": 1})
        log.settle_verdict(connection, stored.no, state=log.QUARANTINED, central_seq=None, code=code, details=details)

    def _load(self, connection: Connection, identity: Identity, events: Sequence[StoredEvent]) -> dict[str, Working]:
        headers = [stored.event.header for stored in events]
        self._core.projector.forget_records()
        return load_many(connection, identity.tenant, {header.record_id: header.record_type for header in headers})


def _past(connection: Connection, taken: int) -> int:
    """Return the chain behind which acts that get another number may not be put: one that has acts already.

    Within a chain the later act has seen the earlier one, and those had not.
    """
    head = log.chain_head(connection)
    return max(taken, head.incarnation if head.seq else head.incarnation - 1)


def rebuild(connection: Connection, tenant: int, working: Working) -> None:
    """Make a record again from what central gave of it whole and from the log: all that is kept beside the events.

    It was loaded in this transaction, after what it is built on changed last.
    """
    events = log.of_record(connection, tenant, working.no)
    confirmed = [log.seen(stored) for stored in events if stored.state in log.CONFIRMED]
    working.pending = {stored.id: log.seen(stored) for stored in events if stored.state == log.PENDING}
    working.found(working.foundation)
    for event in confirmed:
        working.confirm(event)
    for stored in events:
        working.note_event(log.seen(stored))


def _take_verdict(
    connection: Connection, working: Working, stored: StoredEvent, verdict: VerdictLike, counts: dict[str, int]
) -> None:
    log.settle_verdict(
        connection,
        stored.no,
        state=verdict.state,
        central_seq=verdict.central_seq,
        code=verdict.code,
        details=verdict.details,
    )
    working.remove_pending(stored.id)
    seen = log.seen(stored)._replace(central_seq=verdict.central_seq)
    if verdict.state in log.CONFIRMED:
        working.confirm(seen)
    else:
        counts["events.troubled"] += 1
        working.note_event(seen)
        working.status = True


def _keep_receipt(connection: Connection, receipt: ReceiptLike) -> None:
    facts.put_receipt(
        connection,
        StoredReceipt(
            receipt.incarnation,
            receipt.level,
            receipt.seq,
            receipt.head,
            receipt.central_seq,
            receipt.epoch,
            receipt.time,
            receipt.signature,
        ),
    )
