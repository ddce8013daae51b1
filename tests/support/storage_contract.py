"""What every storage of central must do (``central.storage``): run against the one in memory and against PostgreSQL.

A test module makes a subclass and gives it the fixture ``storage``: a ``Furnished`` with two offices and their devices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from cases import merge
from cases.errors import ConflictError, NotPermittedError, RejectedError
from cases.events import CHAIN_START, Event, EventId, Header, body_bytes, body_digest, header_hash
from cases.merge import RecordState
from cases.tiles import Tile
from central.storage import (
    Appended,
    IssuedReceipt,
    KeptSnapshot,
    NewEvents,
    RecordMove,
    RecordWrite,
    Storage,
    Transaction,
    TreeState,
    Writes,
)
from sync.messages import ChunkEntry

TENANT = 7
OFFICE, OTHER = "office-1", "office-2"
ONE, TWO, THREE = "a" * 32, "b" * 32, "c" * 32
"""Devices: two of the first office, one of the second. Their agents are ``agent-`` and their first letter."""
REVOKED = "d" * 32
SIGNATURE = "00" * 64
CASE = f"{1:032x}"
RECEIVED_MS = 1_790_000_000_000


def agent_of(device: str) -> str:
    return f"agent-{device[0]}"


@dataclass
class Furnished:
    """A storage with offices, agents and devices; ``published``: what was published there."""

    storage: Storage
    published: frozenset[tuple[str, str]]


@dataclass
class Chain:
    """One device's chain, as the device makes it."""

    device: str
    stream: str = OFFICE
    incarnation: int = 1
    seq: int = 0
    head: str = CHAIN_START

    def add(self, *bodies: Mapping[str, object], record: str = CASE, received_ms: int = RECEIVED_MS) -> NewEvents:
        """Return the next events as a batch."""
        events: list[Event] = []
        hashes: list[str] = []
        for body in bodies:
            data, salt = body_bytes(dict(body)), bytes(16)
            self.seq += 1
            header = Header(
                1, TENANT, self.device, self.incarnation, self.seq, self.head, agent_of(self.device), "case", record,
                "set", 0, RECEIVED_MS + self.seq, body_digest(data, salt),
            )  # fmt: skip
            self.head = header_hash(header)
            events.append(Event(header, data, salt))
            hashes.append(self.head)
        return batch(self.stream, events, hashes, received_ms)


def batch(stream: str, events: Sequence[Event], hashes: Sequence[str], received_ms: int) -> NewEvents:
    header = events[0].header
    return NewEvents(
        TENANT, stream, header.device, header.incarnation, header.agent, events, hashes, SIGNATURE, received_ms
    )


def first(new: NewEvents, count: int) -> NewEvents:
    """Return the beginning of a batch."""
    return batch(new.stream, new.events[:count], new.hashes[:count], new.received_ms)


def take_in(transaction: Transaction, new: NewEvents) -> Appended:
    """Append a batch and write its record, as the core logic does."""
    appended = transaction.append(new)
    fresh = new.events[len(appended.held) :]
    numbers = range(appended.head - len(fresh) + 1, appended.head + 1)
    states: dict[str, RecordState] = {key[1]: known.state for key, known in appended.known.items()}
    last: dict[str, int] = {}
    for number, event in zip(numbers, fresh, strict=True):
        record = event.header.record_id
        seen = merge.seen_event(event.header, event.body, number)
        states[record], last[record] = merge.apply(states.get(record, merge.EMPTY), seen), number
    writes = [write_of(record, states[record], number, new.agent) for record, number in last.items()]
    transaction.write(Writes(TENANT, new.stream, new.stream, new.agent, RECEIVED_MS, writes))
    return appended


def write_of(record: str, state: RecordState, number: int, agent: str) -> RecordWrite:
    return RecordWrite("case", record, number, state, agent, RECEIVED_MS, RECEIVED_MS, None, None, merge.show(state))


class StorageContract:
    """See the module."""

    def test_numbers_follow_each_other(self, storage: Furnished) -> None:
        one, two = Chain(ONE), Chain(TWO)
        first_in, second_in = (self._take_in(storage, chain.add({"/a": "1"}, {"/b": "2"})) for chain in (one, two))
        assert (first_in.before, first_in.head, second_in.before, second_in.head) == (0, 2, 2, 4)
        assert (first_in.epoch, first_in.receipt_seq, first_in.received_ms) == (1, 2, RECEIVED_MS)

    def test_the_time_of_a_receipt_never_goes_back(self, storage: Furnished) -> None:
        one, two = Chain(ONE), Chain(TWO)
        ahead = self._take_in(storage, one.add({"/a": "1"}, received_ms=RECEIVED_MS + 86_400_000))
        events = one.add({"/b": "2"}, received_ms=RECEIVED_MS), two.add({"/c": "3"}, received_ms=RECEIVED_MS + 1)
        behind = [self._take_in(storage, new).received_ms for new in events]
        assert ahead.received_ms == RECEIVED_MS + 86_400_000
        assert behind == [ahead.received_ms] * 2, "the clock was set back, the stream's receipts were not"
        assert self._take_in(storage, events[0]).received_ms == ahead.received_ms, "said again as it was said"
        other = self._take_in(storage, Chain(THREE, OTHER).add({"/d": "4"}, record=f"{2:032x}"))
        assert other.received_ms == RECEIVED_MS, "another stream has receipts of its own"

    def test_repetition_changes_nothing_and_says_the_same(self, storage: Furnished) -> None:
        chain = Chain(ONE)
        new = chain.add({"/a": "1"}, {"/b": "2"})
        once = self._take_in(storage, new)
        again = self._take_in(storage, batch(OFFICE, new.events, new.hashes, RECEIVED_MS + 5))
        assert (again.before, again.head) == (2, 2)
        assert (again.received_ms, again.receipt_seq) == (once.received_ms, once.receipt_seq)
        assert [held[:3] for held in again.held] == [(1, 1, "accepted"), (2, 2, "accepted")]
        assert again.known == {}

    def test_what_is_held_in_part_goes_on_after_it(self, storage: Furnished) -> None:
        chain = Chain(ONE)
        new = chain.add({"/a": "1"}, {"/b": "2"}, {"/c": "3"})
        self._take_in(storage, first(new, 2))
        self._take_in(storage, Chain(TWO).add({"/d": "4"}))
        rest = self._take_in(storage, new)
        assert [held.seq for held in rest.held] == [1, 2]
        assert (rest.before, rest.head) == (3, 4)
        assert set(rest.known) == {("case", CASE)}
        assert rest.known["case", CASE].stream == OFFICE

    def test_gap_names_the_number_that_is_expected(self, storage: Furnished) -> None:
        chain = Chain(ONE)
        self._take_in(storage, chain.add({"/a": "1"}))
        chain.add({"/b": "2"})
        error = self._refused(storage, chain.add({"/c": "3"}))
        assert (error.code, str(error.details["seq"]), error.details["held"]) == ("push.gap", "2", "1:1")

    def test_fork_names_where_the_histories_part(self, storage: Furnished) -> None:
        chain, twin = Chain(ONE), Chain(ONE)
        new, other = chain.add({"/a": "1"}, {"/b": "2"}), twin.add({"/a": "1"}, {"/b": "other"})
        self._take_in(storage, new)
        error = self._refused(storage, other)
        assert (error.code, str(error.details["seq"])) == ("push.fork", "2")
        error = self._refused(storage, twin.add({"/c": "3"}))
        assert error.code == "push.fork"

    def test_incarnations_are_chains_of_their_own(self, storage: Furnished) -> None:
        self._take_in(storage, Chain(ONE).add({"/a": "1"}))
        self._take_in(storage, Chain(ONE, incarnation=2).add({"/b": "2"}))
        with storage.storage.transaction(TENANT) as transaction:
            assert transaction.chains(ONE) == {1: 1, 2: 1}
            assert transaction.chains(TWO) == {}

    def test_same_act_in_another_chain_of_the_device_is_known(self, storage: Furnished) -> None:
        self._take_in(storage, Chain(ONE).add({"/a": "1"}, {"/b": "2"}, {"/c": "3"}))
        self._take_in(storage, Chain(TWO).add({"/a": "1"}))
        other = Chain(ONE, incarnation=2).add({"/a": "1"}, {"/b": "other"}, {"/c": "3"})
        appended = self._take_in(storage, other)
        assert appended.elsewhere == {1: EventId(ONE, 1, 1), 3: EventId(ONE, 1, 3)}
        other_record = Chain(ONE, incarnation=3).add({"/a": "1"}, record=f"{9:032x}")
        assert self._take_in(storage, other_record).elsewhere == {}

    def test_who_may_not_write_is_refused_and_nothing_is_kept(self, storage: Furnished) -> None:
        for device, stream, code in (
            (REVOKED, OFFICE, "auth.device_revoked"),
            ("e" * 32, OFFICE, "auth.device_unknown"),
            (THREE, OFFICE, "right.foreign_stream"),
        ):
            with pytest.raises(NotPermittedError) as caught:
                self._take_in(storage, Chain(device, stream).add({"/a": "1"}))
            assert caught.value.code == code
        with storage.storage.transaction(TENANT) as transaction:
            assert transaction.standing(OFFICE) == (1, 0)

    def test_exception_undoes_everything(self, storage: Furnished) -> None:
        new = Chain(ONE).add({"/a": "1"})
        with pytest.raises(ZeroDivisionError), storage.storage.transaction(TENANT) as transaction:
            take_in(transaction, new)
            raise ZeroDivisionError
        with storage.storage.transaction(TENANT) as transaction:
            assert transaction.standing(OFFICE) == (1, 0)
            assert transaction.stored(OFFICE, [CASE]) == []
            assert transaction.chains(ONE) == {}
        assert self._take_in(storage, new).head == 1

    def test_verdicts_are_said_again(self, storage: Furnished) -> None:
        new = Chain(ONE).add({"/a": "1"}, {"/b": "2"})
        with storage.storage.transaction(TENANT) as transaction:
            transaction.append(new)
            verdicts = [(1, "contested", ""), (2, "parked", "event.malformed")]
            parked = [(2, "event.malformed", {"reason": "json"})]
            transaction.write(Writes(TENANT, OFFICE, OFFICE, new.agent, RECEIVED_MS, (), verdicts, parked))
        again = self._take_in(storage, new)
        assert [held.state for held in again.held] == ["contested", "parked"]
        assert (again.held[1].code, dict(again.held[1].details)) == ("event.malformed", {"reason": "json"})

    def test_page_leaves_out_own_and_parked_events(self, storage: Furnished) -> None:
        one, two = Chain(ONE), Chain(TWO)
        self._take_in(storage, one.add({"/a": "1"}))
        parked = two.add({"/b": "2"}, {"/c": "3"})
        with storage.storage.transaction(TENANT) as transaction:
            transaction.append(parked)
            transaction.write(
                Writes(TENANT, OFFICE, OFFICE, parked.agent, RECEIVED_MS, (), [(2, "parked", "x")], [(2, "x", {})])
            )
        with storage.storage.transaction(TENANT) as transaction:
            page = transaction.page(OFFICE, device=ONE, after=0, limit=10, held={})
            mine = transaction.page(OFFICE, device=TWO, after=0, limit=10, held={})
        assert [(event.central_seq, event.device, event.seq) for event in page.events] == [(3, TWO, 2)]
        assert (page.cursor, page.more, page.head, page.epoch) == (3, False, 3, 1)
        assert [event.agent_name for event in mine.events] == [agent_of(ONE)]

    def test_own_events_that_are_not_held_come_too(self, storage: Furnished) -> None:
        self._take_in(storage, Chain(ONE).add({"/a": "1"}, {"/b": "2"}))
        self._take_in(storage, Chain(ONE, incarnation=2).add({"/c": "3"}))
        with storage.storage.transaction(TENANT) as transaction:
            page = transaction.page(OFFICE, device=ONE, after=0, limit=10, held={1: 1})
        assert [(event.incarnation, event.seq) for event in page.events] == [(1, 2), (2, 1)]

    def test_full_page_leads_to_its_last_event(self, storage: Furnished) -> None:
        self._take_in(storage, Chain(TWO).add({"/a": "1"}, {"/b": "2"}, {"/c": "3"}))
        with storage.storage.transaction(TENANT) as transaction:
            page = transaction.page(OFFICE, device=ONE, after=0, limit=2, held={})
            rest = transaction.page(OFFICE, device=ONE, after=page.cursor, limit=2, held={})
        assert ([event.central_seq for event in page.events], page.cursor, page.more) == ([1, 2], 2, True)
        assert ([event.central_seq for event in rest.events], rest.cursor, rest.more) == ([3], 3, False)

    def test_stream_of_another_office_is_not_read(self, storage: Furnished) -> None:
        self._take_in(storage, Chain(ONE).add({"/a": "1"}))
        with storage.storage.transaction(TENANT) as transaction:
            with pytest.raises(NotPermittedError):
                transaction.page(OFFICE, device=THREE, after=0, limit=10, held={})
            assert transaction.history(OTHER, CASE, limit=9) == []
            assert transaction.stored(OTHER, [CASE]) == []

    def test_record_of_another_stream_is_not_written(self, storage: Furnished) -> None:
        self._take_in(storage, Chain(ONE).add({"/a": "1"}))
        new = Chain(THREE, OTHER).add({"/b": "2"})
        with pytest.raises(ConflictError) as caught, storage.storage.transaction(TENANT) as transaction:
            appended = transaction.append(new)
            assert appended.known["case", CASE].stream == OFFICE
            state = merge.apply(merge.EMPTY, merge.seen_event(new.events[0].header, new.events[0].body, 1))
            transaction.write(
                Writes(TENANT, OTHER, OTHER, new.agent, RECEIVED_MS, [write_of(CASE, state, 1, new.agent)])
            )
        assert caught.value.code == "push.again"

    def test_records_are_found_whole(self, storage: Furnished) -> None:
        other = f"{2:032x}"
        self._take_in(storage, Chain(ONE).add({"/a": "1"}))
        self._take_in(storage, Chain(TWO).add({"/b": "2"}, record=other))
        with storage.storage.transaction(TENANT) as transaction:
            (stored,) = transaction.stored(OFFICE, [CASE])
            (event,) = transaction.history(OFFICE, CASE, limit=9)
        # As of one instant: such a question is the first of its transaction.
        with storage.storage.transaction(TENANT) as transaction:
            head, ending = transaction.stored_ending(OFFICE, ["02"])
        with storage.storage.transaction(TENANT) as transaction:
            epoch, at, everything = transaction.stored_all(OFFICE)
            ids = [record.record_id for record in everything]
        assert (stored.central_seq, stored.created_ms, stored.agent) == (1, RECEIVED_MS, agent_of(ONE))
        assert merge.from_json(bytes(stored.state)).value("/a") == "1"
        assert (head, [record.record_id for record in ending]) == (2, [other])
        assert (epoch, at, ids) == (1, 2, [CASE, other])
        assert (event.central_seq, event.device, event.prev) == (1, ONE, CHAIN_START)

    def test_parked_event_that_somebody_settled(self, storage: Furnished) -> None:
        new = Chain(ONE).add({"/a": "1"}, {"/b": "2"})
        with storage.storage.transaction(TENANT) as transaction:
            transaction.append(new)
            parked: list[tuple[int, str, dict[str, str]]] = [(1, "event.malformed", {})]
            verdicts = [(1, "parked", "event.malformed")]
            transaction.write(Writes(TENANT, OFFICE, OFFICE, new.agent, RECEIVED_MS, (), verdicts, parked))
        with storage.storage.transaction(TENANT) as transaction:
            waiting = transaction.waiting(EventId(ONE, 1, 1))
            assert waiting is not None and (waiting.code, waiting.settled) == ("event.malformed", False)
            held = {EventId(ONE, 1, 1), EventId(ONE, 1, 2)}
            others = {EventId(ONE, 1, 3), EventId(ONE, 2, 1), EventId(TWO, 1, 1), EventId("no device", 1, 1)}
            assert transaction.held(held | others) == held and transaction.held(()) == set()
            settled = [(EventId(ONE, 1, 1), CASE, "adopt")]
            transaction.write(Writes(TENANT, OFFICE, OFFICE, new.agent, RECEIVED_MS, settled=settled))
        # How it was settled is for the queue of those who settle: its author is told as before.
        assert [held.state for held in self._take_in(storage, new).held] == ["parked", "accepted"]

    def test_snapshots_are_kept_by_their_chunks(self, storage: Furnished) -> None:
        entry = ChunkEntry("ab" * 32, 3, 1)
        snapshot = KeptSnapshot(5, 1, RECEIVED_MS, [(entry, ["agent-a"])])
        with storage.storage.transaction(TENANT) as transaction:
            assert transaction.kept_snapshot(OFFICE) is None
            transaction.keep_snapshot(OFFICE, snapshot, {entry.hash: b"abc"}, forget_ms=0)
        with storage.storage.transaction(TENANT) as transaction:
            kept = transaction.kept_snapshot(OFFICE)
            assert transaction.chunk(OFFICE, entry.hash) == b"abc"
            assert transaction.chunk(OTHER, entry.hash) is None
            assert transaction.chunk(OFFICE, "cd" * 32) is None
        assert kept is not None
        assert (kept.central_seq, [(found.hash, list(agents)) for found, agents in kept.chunks]) == (
            5,
            [(entry.hash, ["agent-a"])],
        )

    def test_moved_record_leaves_one_stream_and_enters_the_other(self, storage: Furnished) -> None:
        self._take_in(storage, Chain(ONE).add({"/a": "1"}))
        with storage.storage.transaction(TENANT) as transaction:
            heads = transaction.lock_streams([OTHER, OFFICE])
            (stored,) = transaction.stored(OFFICE, [CASE])
            state = merge.from_json(bytes(stored.state))
            transaction.move(OFFICE, OTHER, [RecordMove("case", CASE, state, heads[OTHER] + 1)], left_seq=2)
        with storage.storage.transaction(TENANT) as transaction:
            old = transaction.page(OFFICE, device=TWO, after=1, limit=10, held={})
            new = transaction.page(OTHER, device=THREE, after=0, limit=10, held={})
            assert [record.record_id for record in transaction.stored(OTHER, [CASE])] == [CASE]
            assert transaction.stored(OFFICE, [CASE]) == []
            assert transaction.entered(OTHER, [CASE, f"{2:032x}"]) == {CASE}
            assert transaction.entered(OFFICE, [CASE]) == set()
        assert (list(old.leaves), list(old.enters)) == ([(2, CASE)], [])
        assert ([record.record_id for record in new.enters], list(new.leaves)) == ([CASE], [])

    def test_procedures_that_were_published_are_known(self, storage: Furnished) -> None:
        with storage.storage.transaction(TENANT) as transaction:
            assert transaction.published() == storage.published

    def test_unknown_stream(self, storage: Furnished) -> None:
        with pytest.raises(RejectedError), storage.storage.transaction(TENANT) as transaction:
            transaction.standing("office-9")

    # --- parts

    def _take_in(self, storage: Furnished, new: NewEvents) -> Appended:
        with storage.storage.transaction(TENANT) as transaction:
            return take_in(transaction, new)

    def _refused(self, storage: Furnished, new: NewEvents) -> ConflictError:
        with pytest.raises(ConflictError) as caught:
            self._take_in(storage, new)
        return caught.value


class TreeContract:
    """What the log of receipts asks of a storage."""

    def test_what_was_committed_waits_until_it_has_a_leaf(self, storage: Furnished) -> None:
        one, other = Chain(ONE), Chain(THREE, stream=OTHER)
        news = [one.add({"/a": "1"}, {"/b": "2"}), other.add({"/c": "3"}, record=f"{2:032x}"), one.add({"/d": "4"})]
        with storage.storage.transaction(TENANT) as transaction:
            assert transaction.waiting_receipts(10) == []
        for new in news:
            with storage.storage.transaction(TENANT) as transaction:
                take_in(transaction, new)
        with storage.storage.transaction(TENANT) as transaction:
            waiting = transaction.waiting_receipts(10)
            assert [(each.stream, each.seq, each.central_seq) for each in waiting] == [
                (OFFICE, 2, 2),
                (OFFICE, 3, 3),
                (OTHER, 1, 1),
            ]
            assert waiting[0] == IssuedReceipt(OFFICE, ONE, 1, 1, 2, news[0].hashes[-1], 2, 1, RECEIVED_MS)
            assert transaction.waiting_receipts(2) == waiting[:2]

    def test_leaves_tiles_and_head_are_kept_together(self, storage: Furnished) -> None:
        chain = Chain(ONE)
        with storage.storage.transaction(TENANT) as transaction:
            take_in(transaction, chain.add({"/a": "1"}))
        head, hashes = TreeState(1, 6, "a" * 64, 5, "b" * 128), {Tile(0, 0): b"\x01" * 64, Tile(1, 7): b"\x02" * 32}
        with pytest.raises(KeyboardInterrupt), storage.storage.transaction(TENANT) as transaction:
            transaction.extend_tree(head, 5, transaction.waiting_receipts(9), hashes)
            raise KeyboardInterrupt
        with storage.storage.transaction(TENANT) as transaction:
            epoch, never = transaction.tree()
            assert (epoch, never.epoch, never.size) == (1, 0, 0) == (epoch, transaction.lock_tree().epoch, 0)
            (receipt,) = transaction.waiting_receipts(9)
            asked = {"epoch": 1, "received_ms": RECEIVED_MS}
            assert transaction.leaf_of(ONE, 1, 1, **asked) is None
            transaction.extend_tree(head, 5, [receipt], hashes)
        with storage.storage.transaction(TENANT) as transaction:
            assert transaction.tree() == (1, head) and transaction.lock_tree() == head
            assert transaction.waiting_receipts(9) == []
            assert transaction.leaf_of(ONE, 1, 1, **asked) == 5
            assert transaction.leaf_of(ONE, 1, 1, epoch=2, received_ms=RECEIVED_MS) is None
            assert transaction.leaf_of(TWO, 1, 1, **asked) is None
            assert transaction.tiles([Tile(0, 0), Tile(1, 7), Tile(2, 0)]) == hashes
            transaction.extend_tree(head, 6, [], {Tile(1, 7): b"\x03" * 64})
            assert transaction.tiles([Tile(1, 7)]) == {Tile(1, 7): b"\x03" * 64}

    def test_a_batch_that_comes_again_has_one_leaf(self, storage: Furnished) -> None:
        new = Chain(ONE).add({"/a": "1"}, {"/b": "2"})
        for _time in range(2):
            with storage.storage.transaction(TENANT) as transaction:
                take_in(transaction, new)
        with storage.storage.transaction(TENANT) as transaction:
            assert len(transaction.waiting_receipts(9)) == 1
