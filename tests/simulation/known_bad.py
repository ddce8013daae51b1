"""Products that are broken in a known way. Each must be caught within ``SEEDS_MAX`` worlds, or the checker is blind.

A variant is a context manager: inside it worlds are made of the broken parts. It may also give the service's storage
another class.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any

import msgspec

from cases import merge, returning, scope
from cases.auditing import Differences
from cases.errors import InputError, NotPermittedError
from cases.merge import FieldState, RecordState, SeenEvent
from cases.merkle import HASH_BYTES, leaf_hash
from cases.tiles import Tile
from cases.treelog import tree_bytes
from cases.workspace import Workspace
from central import appending, judging, syncing, whole
from central.judging import Judgement
from central.storage import Appended, IssuedReceipt, NewEvents
from central.tree import ReceiptTree
from sync.agent import Agent
from sync.messages import TreeNews
from tests.simulation import services
from tests.simulation.machines import CrashingDisk
from tests.support.memory_storage import Batch, Logged, MemoryStorage, MemoryTransaction

SEEDS_MAX = 40


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Let ``owner.name`` be something else for a while."""
    sound = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, sound)


# --- the client ------------------------------------------------------------------------------------------------------


@contextmanager
def dropped_retry() -> Iterator[None]:
    """What was sent once is not sent again, whether or not it was answered for."""
    sound = Workspace.next_batch

    def next_batch(self: Any, *limits: Any, **named: Any) -> Any:
        batch = sound(self, *limits, **named)
        sent: set[tuple[int, int]] = self._core.__dict__.setdefault("sent", set())
        if batch is None or (batch.incarnation, batch.first_seq) in sent:
            return None
        sent.add((batch.incarnation, batch.first_seq))
        return batch

    with replaced(Workspace, "next_batch", next_batch):
        yield


@contextmanager
def said_before_it_is_durable() -> Iterator[None]:
    """An act returns though its commit is still on the way to the disk."""
    reached, keep = CrashingDisk.reached, CrashingDisk.keep

    def late(self: Any, point: str) -> None:
        if point == "before commit":
            keep(self)
            self.__dict__["earlier"] = True
        reached(self, point)

    def keep_earlier(self: Any) -> None:
        if "earlier" not in self.__dict__:
            keep(self)

    with replaced(CrashingDisk, "reached", late), replaced(CrashingDisk, "keep", keep_earlier):
        yield


@contextmanager
def deletes_what_a_list_lacks() -> Iterator[None]:
    """A record that a full listing does not name is taken for deleted."""
    sound = Workspace.apply_news

    def apply_news(self: Any, streams: Any, **named: Any) -> Any:
        cursors = self.cursors()
        done = sound(self, streams, **named)
        for stream, news in streams.items():
            if cursors.get(stream, 0) == 0 and news.events:
                _delete_others(self, {event.record_id for event in news.events})
        return done

    with replaced(Workspace, "apply_news", apply_news):
        yield


def _delete_others(workspace: Workspace, listed: set[str]) -> None:
    def act(connection: Any) -> tuple[None, None]:
        for number, record in connection.execute("SELECT no, id FROM record").fetchall():
            if record not in listed:
                connection.execute("DELETE FROM event WHERE record_no = ?", (number,))
        return None, None

    workspace._core.transact(act)


@contextmanager
def replays_the_living_incarnation_only() -> Iterator[None]:
    """After a restore of the service, what was written before a fork is not sent again."""
    sound = Workspace.replay

    def replay(self: Any, held: Any) -> Any:
        living = self.identity.incarnation
        return sound(self, {**{one: 2**52 for one in range(1, living)}, living: held.get(living, 0)})

    # What central turns out not to hold is found a second time when all has come again: that net is cut as well.
    with replaced(Workspace, "replay", replay), replaced(returning, "settle_doubts", lambda *_all: set()):
        yield


# --- merge -----------------------------------------------------------------------------------------------------------


def _after_each_event(change: Callable[[RecordState, SeenEvent], RecordState]) -> AbstractContextManager[None]:
    sound = merge.apply_all

    def apply(state: RecordState, event: SeenEvent) -> RecordState:
        return change(sound(state, (event,)), event)

    def apply_all(state: RecordState, events: Any) -> RecordState:
        for event in events:
            state = apply(state, event)
        return state

    @contextmanager
    def broken() -> Iterator[None]:
        with replaced(merge, "apply", apply), replaced(merge, "apply_all", apply_all):
            yield

    return broken()


def last_write_wins() -> AbstractContextManager[None]:
    """Of two values that had not seen each other the later one stays, and nobody is told."""

    def latest(state: RecordState, event: SeenEvent) -> RecordState:
        return _with_heads(state, event, lambda heads: heads[:1])

    return _after_each_event(latest)


def merges_in_order_of_arrival() -> AbstractContextManager[None]:
    """Of two values that had not seen each other the one that came last is shown."""

    def newest_first(state: RecordState, event: SeenEvent) -> RecordState:
        return _with_heads(state, event, lambda heads: sorted(heads, key=lambda head: head.event != event.event))

    return _after_each_event(newest_first)


def _with_heads(state: RecordState, event: SeenEvent, change: Callable[[Any], Any]) -> RecordState:
    fields = dict(state.fields)
    for name in merge.touched(event.kind, event.body):
        if name in fields:
            fields[name] = fields[name]._replace(heads=tuple(change(list(fields[name].heads))))
    assert all(isinstance(one, FieldState) for one in fields.values())
    return RecordState(fields)


# --- the service -----------------------------------------------------------------------------------------------------


class _Forgetful(MemoryStorage):
    """The last commit is gone when the process ends, though its answer was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.last: MemoryTransaction | None = None

    @contextmanager
    def transaction(self, tenant: int) -> Iterator[MemoryTransaction]:
        with super().transaction(tenant) as transaction:
            yield transaction
        if transaction.wrote:
            self.last = transaction

    def restarted(self) -> None:
        if self.last is not None:
            self.last.undo()
            self.last = None


class _Late(MemoryTransaction):
    """Readers see a stream's head before all the events under it."""

    hidden: set[int] = set()

    def append(self, new: NewEvents) -> Appended:
        appended = super().append(new)
        self.hidden.clear()
        self.hidden.update(range(appended.before + 1, appended.head + 1))
        return appended

    def visible(self, stream: str) -> list[Logged]:
        return [one for one in super().visible(stream) if one.central_seq not in self.hidden]


class _Forgets(MemoryTransaction):
    """What could not be applied is answered for and thrown away."""

    def park(self, logged: Logged, code: str, details: Any) -> None:
        super().park(logged, code, details)
        self._tables.log.remove(logged)
        self._undo.append(lambda: self._tables.log.append(logged))


class _Repeats(MemoryTransaction):
    """What comes twice is appended twice."""

    def append(self, new: NewEvents) -> Appended:
        chain = self._tables.chains.get((new.device, new.incarnation))
        if chain is not None and new.first_seq <= len(chain):
            self._put(self._tables.chains, (new.device, new.incarnation), chain[: new.first_seq - 1])
        return super().append(new)


def _storage(transaction: type[MemoryTransaction]) -> type[MemoryStorage]:
    class Broken(MemoryStorage):
        def begin(self) -> MemoryTransaction:
            return transaction(self.tables)

    return Broken


def _with_storage(storage: type[MemoryStorage]) -> AbstractContextManager[None]:
    return replaced(services, "STORAGE", storage)


def acknowledged_before_commit() -> AbstractContextManager[None]:
    return _with_storage(_Forgetful)


def cursor_passes_an_open_transaction() -> AbstractContextManager[None]:
    return _with_storage(_storage(_Late))


def forgets_parked_events() -> AbstractContextManager[None]:
    return _with_storage(_storage(_Forgets))


def no_dedupe_on_push() -> AbstractContextManager[None]:
    return _with_storage(_storage(_Repeats))


@contextmanager
def stuck_after_a_poison_event() -> Iterator[None]:
    """A batch with an event that cannot be applied is refused whole."""
    sound = judging.judge

    def judge(*arguments: Any, **named: Any) -> Judgement:
        judgement = sound(*arguments, **named)
        if judgement.code in ("event.malformed", "event.too_large", "right.protected_field", "workflow.malformed"):
            raise InputError("push.malformed", reason=judgement.code)
        return judgement

    with replaced(appending, "judge", judge):
        yield


@contextmanager
def numbers_given_again_after_a_restore() -> Iterator[None]:
    """The restored service gives the numbers after its backup again: old bases claim to have seen the new events."""
    sound = MemoryStorage.restore

    def restore(self: Any, backup: Any) -> None:
        sound(self, backup)
        self.tables.heads.update(backup.heads)

    with replaced(MemoryStorage, "restore", restore):
        yield


# --- the log of receipts ---------------------------------------------------------------------------------------------


class _DropsLeaves(MemoryTransaction):
    """Some receipts are said to be in the log and are not."""

    def waiting_receipts(self, limit: int) -> list[IssuedReceipt]:
        found = super().waiting_receipts(limit)
        dropped = [one for one in found if one.central_seq % 7 == 3]
        for one in dropped:
            self._put(self._tables.batches, (*one[1:3], one.first_seq, one.seq, one.epoch), Batch(one, 0))
        return [one for one in found if one not in dropped]


class _RewritesLeaves(MemoryTransaction):
    """What was first in the log is something else later."""

    def tiles(self, wanted: Collection[Tile]) -> dict[Tile, bytes]:
        first = Tile(0, 0)
        found = super().tiles(wanted)
        if first in found and self._tables.tree.size > 5:
            found[first] = bytes(HASH_BYTES) + found[first][HASH_BYTES:]
        return found


class _SkipsLateCommits(MemoryTransaction):
    """The sequencer takes what came after its last run, as if commits came in the order of their times."""

    def waiting_receipts(self, limit: int) -> list[IssuedReceipt]:
        return [one for one in super().waiting_receipts(limit) if one.received_ms > self._tables.tree.time_ms]


def drops_leaves() -> AbstractContextManager[None]:
    return _with_storage(_storage(_DropsLeaves))


def rewrites_leaves() -> AbstractContextManager[None]:
    return _with_storage(_storage(_RewritesLeaves))


def skips_late_commits() -> AbstractContextManager[None]:
    return _with_storage(_storage(_SkipsLateCommits))


@contextmanager
def shows_another_log_to_some() -> Iterator[None]:
    """Who asks for the first time is at times shown a log that nobody else sees."""
    sound, asked = ReceiptTree.news, count()

    def news(self: ReceiptTree, tenant: int, size: int) -> TreeNews | None:
        true = sound(self, tenant, size)
        if true is None or size or not true.head.size or next(asked) % 2:
            return true
        other = msgspec.structs.replace(true.head, root=leaf_hash(true.head.root.encode()).hex())
        signature = self._keys.service().sign(tree_bytes(other)).hex()
        return TreeNews(msgspec.structs.replace(other, signature=signature))

    with replaced(ReceiptTree, "news", news):
        yield


# --- audits, moves, first contact ------------------------------------------------------------------------------------


def audits_see_nothing() -> AbstractContextManager[None]:
    """Whatever both ends hold, an audit finds it in order."""

    @contextmanager
    def blind() -> Iterator[None]:
        nothing = replaced(Workspace, "audit_differences", lambda *_all: Differences([], []))
        with nothing, replaced(Workspace, "mend_lists", lambda *_all: []):
            yield

    return blind()


def lent_records_grow_old() -> AbstractContextManager[None]:
    """An office that only reads a citizen is told of it once and never again."""
    return replaced(MemoryTransaction, "_changed", lambda *_all: [])


def moved_records_stay() -> AbstractContextManager[None]:
    """What left an office is not taken out of its computers."""

    @contextmanager
    def deaf() -> Iterator[None]:
        def fresh_moves(*arguments: Any) -> Any:
            return sound(*arguments)[0], {}

        sound = scope.fresh_moves
        with replaced(scope, "fresh_moves", fresh_moves):
            yield

    return deaf()


@contextmanager
def snapshots_miss_a_chunk() -> Iterator[None]:
    """First contact ends before its last chunk came."""
    sound = whole.manifest

    def manifest(*arguments: Any) -> Any:
        given = sound(*arguments)
        return msgspec.structs.replace(given, chunks=given.chunks[:-1]) if len(given.chunks) > 1 else given

    with replaced(whole, "manifest", manifest):
        yield


@contextmanager
def copies_send_what_the_other_wrote() -> Iterator[None]:
    """What waits is sent though another self of the device sent the same act; and central does not see it either."""
    with replaced(MemoryTransaction, "elsewhere", lambda *_all: {}):
        with replaced(returning, "sent_by_another_self", lambda *_all: returning.Spared(set(), {})):
            yield


@contextmanager
def knows_acts_by_their_numbers_only() -> Iterator[None]:
    """An act that two copies of a computer send under two numbers is two acts."""
    with replaced(MemoryTransaction, "elsewhere", lambda *_all: {}):
        yield


# --- what an agent may do changes -------------------------------------------------------------------------------------


@contextmanager
def drops_what_waits_when_access_is_lost() -> Iterator[None]:
    """The service takes nothing of a device whose agent's mandate ended, and the device gives up what it holds."""
    sound, failed = syncing.exchange, Agent._round_failed

    def exchange(core: Any, device: Any, request: Any) -> Any:
        if device.closed:
            raise NotPermittedError(device.closed)
        return sound(core, device, request)

    def give_up(self: Any, error: Any, *, progress: bool) -> None:
        def act(connection: Any) -> tuple[None, None]:
            connection.execute("UPDATE event SET state = 'parked', code = ? WHERE state = 'pending'", (error.code,))
            return None, None

        if error.code.startswith("right."):
            self._workspace._core.transact(act)
        failed(self, error, progress=progress)

    with replaced(syncing, "exchange", exchange), replaced(Agent, "_round_failed", give_up):
        yield


def records_of_an_office_stay_when_its_agent_goes() -> AbstractContextManager[None]:
    """What an office's agent read there stays to be read on the computer that was left."""
    return replaced(Workspace, "leave_office", lambda _self: None)


VARIANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    variant.__name__: variant
    for variant in (
        dropped_retry,
        said_before_it_is_durable,
        deletes_what_a_list_lacks,
        replays_the_living_incarnation_only,
        last_write_wins,
        merges_in_order_of_arrival,
        acknowledged_before_commit,
        cursor_passes_an_open_transaction,
        forgets_parked_events,
        no_dedupe_on_push,
        stuck_after_a_poison_event,
        numbers_given_again_after_a_restore,
        audits_see_nothing,
        lent_records_grow_old,
        moved_records_stay,
        snapshots_miss_a_chunk,
        copies_send_what_the_other_wrote,
        knows_acts_by_their_numbers_only,
        drops_what_waits_when_access_is_lost,
        records_of_an_office_stay_when_its_agent_goes,
        drops_leaves,
        rewrites_leaves,
        skips_late_commits,
        shows_another_log_to_some,
    )
}
OFTEN: dict[str, tuple[str, ...]] = {
    "audits_see_nothing": ("rot",),
    "lent_records_grow_old": ("move",),
    "moved_records_stay": ("move",),
    "snapshots_miss_a_chunk": ("arrive",),
    "drops_what_waits_when_access_is_lost": ("end_mandate",),
    "records_of_an_office_stay_when_its_agent_goes": ("change_office",),
    "copies_send_what_the_other_wrote": ("clone", "back_up_service", "restore_service"),
    "knows_acts_by_their_numbers_only": ("clone", "back_up_service", "restore_service"),
    "replays_the_living_incarnation_only": ("back_up_service", "restore_service", "back_up_machine", "restore_machine"),
    "numbers_given_again_after_a_restore": ("back_up_service", "restore_service"),
}
"""What must happen often for a variant to show."""
