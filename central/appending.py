"""Appends events to the log and merges them into their records: the one way in, for devices and for the console."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from cases import merge, workflow
from cases.errors import ConflictError
from cases.events import Event, EventId, Header, Kind, RecordType, decode_body
from cases.merge import RecordState, Shown
from central.batches import SEQ_MAX
from central.judging import ACCEPTED, PARKED, Actor, Judgement, Known, first_answer, judge, latest_edits
from central.storage import REPEATED, Appended, NewEvents, RecordKey, RecordWrite, Transaction, WaitingEvent, Writes
from sync.messages import Verdict, Verdicts

log = logging.getLogger("estafette.central.appending")

Fields = Mapping[str, str | None] | None
_UNKNOWN = Known()
Published = Collection[tuple[str, str]]
UNKNOWN_PROCEDURE = "event.unknown_procedure"
RESOLVE, WITHDRAW = "resolve", "withdraw"
ALREADY_SETTLED = "resolve.settled"


@dataclass(frozen=True)
class Taken:
    """What became of a batch: where it stands in the log, and the verdicts of its events by their ``seq``."""

    appended: Appended
    first_seq: int
    count: int
    others: list[Verdict]

    def verdicts(self) -> list[Verdict]:
        """Return one verdict an event, in order."""
        known = {verdict.seq: verdict for verdict in self.others}
        old = self.appended.held
        numbers = [held.central_seq for held in old]
        numbers += range(self.appended.head - (self.count - len(old)) + 1, self.appended.head + 1)
        return [known.get(seq) or Verdict(seq, number, ACCEPTED) for seq, number in enumerate(numbers, self.first_seq)]

    def packed(self) -> Verdicts:
        """Return the same as it travels."""
        runs: list[tuple[int, int, int]] = []
        for seq, central_seq, *_rest in self.appended.held:
            last = runs[-1] if runs else None
            if last and (last[0] + last[2], last[1] + last[2]) == (seq, central_seq):
                runs[-1] = (last[0], last[1], last[2] + 1)
            else:
                runs.append((seq, central_seq, 1))
        fresh = self.count - len(self.appended.held)
        if fresh:
            runs.append((self.first_seq + self.count - fresh, self.appended.head - fresh + 1, fresh))
        return Verdicts(runs, self.others)


def append_events(
    transaction: Transaction,
    actor: Actor,
    new: NewEvents,
    *,
    published: Published = frozenset(),
    learned: Callable[[frozenset[tuple[str, str]]], None] = lambda _published: None,
) -> Taken:
    """Append one device's consecutive events and merge the new ones.

    Repetition changes nothing and gives the same verdicts. A bad event is parked alone.

    Args:
        published: the procedures that cases may follow, as far as the caller knows them; read anew when that is not
            enough, and then given to ``learned``.

    Raises:
        ConflictError: ``push.gap``, ``push.fork``, ``push.again``; the transaction is void.
        NotPermittedError: see ``Transaction.append``.
    """
    appended = transaction.append(new)
    others = [
        Verdict(held.seq, held.central_seq, held.state, held.code, dict(held.details))
        for held in appended.held
        if held.state != ACCEPTED or held.code
    ]
    fresh = new.events[len(appended.held) :]
    if fresh:
        read = new.fields[len(appended.held) :] or [None] * len(fresh)
        merging = _Merging(transaction, actor, new, appended, published, learned)
        merging.judge_all(fresh, read, appended.head - len(fresh) + 1)
        if not merging.can_be_shown():
            # One of these events breaks us: found out one by one, it is parked alone.
            merging = _Merging(transaction, actor, new, appended, published, learned, shown=True)
            merging.judge_all(fresh, read, appended.head - len(fresh) + 1)
            merging.can_be_shown()
        merging.write()
        others += merging.others
    return Taken(appended, new.first_seq, len(new.events), others)


class _Open:
    """A record while a batch changes it."""

    __slots__ = ("central_seq", "created_ms", "first_agent", "latest", "state", "submitted_ms", "time_ms")

    def __init__(self, state: RecordState, first_agent: str, created_ms: int) -> None:
        self.state = state
        self.first_agent = first_agent
        self.created_ms = created_ms
        self.central_seq = 0
        self.time_ms = created_ms
        self.submitted_ms: int | None = None
        self.latest = latest_edits(state)

    def changed(self, header: Header, state: RecordState, central_seq: int, time_ms: int) -> None:
        """Take an event in that made the record what it is now."""
        self.state, self.central_seq = state, central_seq
        self.latest[header.device, header.incarnation] = central_seq
        if time_ms > self.time_ms:
            self.time_ms = time_ms


@dataclass
class _Merging:
    """Judges the new events of one batch in order, and gathers what they change."""

    transaction: Transaction
    actor: Actor
    new: NewEvents
    appended: Appended
    published: Published
    learned: Callable[[frozenset[tuple[str, str]]], None]
    shown: bool = False
    others: list[Verdict] = field(default_factory=list)
    _open: dict[RecordKey, _Open] = field(default_factory=dict)
    _shown: dict[RecordKey, Shown] = field(default_factory=dict)
    _parked: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    _settled: list[tuple[EventId, str, str]] = field(default_factory=list)
    _waiting: dict[EventId, WaitingEvent] = field(default_factory=dict)
    _asked: bool = False

    def judge_all(self, events: Sequence[Event], fields: Sequence[Fields], first_number: int) -> None:
        """Judge events, each with the fields of its body where they are known, by their numbers in the stream."""
        now_ms, opened_by_key = self.appended.received_ms, self._open
        actor, stream, plain = (
            self.actor,
            self.actor.stream,
            not (self.actor.refused or self.appended.elsewhere),
        )
        for central_seq, (event, read) in enumerate(zip(events, fields, strict=True), first_number):
            header = event.header
            key = (header.record_type, header.record_id)
            opened = opened_by_key.get(key)
            if read is not None and opened is not None and plain:
                known = Known(stream, opened.state, opened.latest)
                # Nearly every event. ``judge`` would say the same of it, only later.
                answered = first_answer(event, read, central_seq, known, actor)
                if answered is not None and answered.record is not None:
                    opened.changed(header, answered.record, central_seq, min(header.time, now_ms))
                    if answered.state != ACCEPTED:
                        self._said(header, central_seq, answered)
                    continue
            self._judge_one(event, read, central_seq, key, opened)

    def _judge_one(self, event: Event, read: Fields, central_seq: int, key: RecordKey, opened: _Open | None) -> None:
        """Judge an event the long way, and gather what comes of it."""
        header = event.header
        judgement = self._judged(event, read, central_seq, key, opened)
        state = judgement.record
        if state is None:
            self._parked.append((central_seq, judgement.code, dict(judgement.details)))
            if judgement.code in (ALREADY_SETTLED, REPEATED):
                # Somebody had said how it ends, or it is held already: nothing is left for a person to decide.
                self._settled.append((header.id, header.record_id, WITHDRAW))
            self._waiting[header.id] = WaitingEvent(
                *key, header.kind, header.agent, event.body, settled=False, code=judgement.code
            )
        elif header.kind == RESOLVE and not state.fields:
            # Withdrawn, of a record of which nothing ever took effect: there is no record to write.
            self._settle(header.record_id, judgement)
        else:
            # No time in a record lies after the event came: a desk's clock may be years ahead.
            time_ms = min(header.time, self.appended.received_ms)
            if opened is None:
                opened = self._open[key] = _Open(state, header.agent, time_ms)
            opened.changed(header, state, central_seq, time_ms)
            if header.kind == RESOLVE:
                self._settle(header.record_id, judgement)
            if _hands_in(header.kind, judgement.body):
                opened.submitted_ms = min(time_ms, opened.submitted_ms or time_ms)
        if judgement.state != ACCEPTED or judgement.code:
            self._said(header, central_seq, judgement)

    def _said(self, header: Header, central_seq: int, judgement: Judgement) -> None:
        self.others.append(Verdict(header.seq, central_seq, judgement.state, judgement.code, dict(judgement.details)))

    def can_be_shown(self) -> bool:
        try:
            self._shown = {key: merge.show(opened.state) for key, opened in self._open.items()}
        except Exception as error:  # the outermost edge of a batch: whatever it is, it must not block the rest
            log.exception("a record cannot be shown kind=%s", type(error).__name__)
            return False
        return True

    def _judged(self, event: Event, read: Fields, central_seq: int, key: RecordKey, opened: _Open | None) -> Judgement:
        held_as = self.appended.elsewhere.get(event.header.seq)
        if held_as is not None:
            return Judgement(PARKED, None, REPEATED, {"as": str(held_as)})
        if opened is not None:
            known = Known(self.actor.stream, opened.state, opened.latest)
        else:
            held = self.appended.known.get(key)
            known = Known(held.stream, held.state) if held is not None else _UNKNOWN
        waiting = self._named(event) if event.header.kind == RESOLVE else None
        judging = partial(
            judge,
            event,
            central_seq,
            known,
            self.actor,
            waiting=waiting,
            shown=self.shown,
            decisive=self.transaction.decisive,
            foreign=self._is_foreign,
            unknown=self._unknown,
        )
        judgement = judging(published=self.published, fields=read)
        if judgement.code == UNKNOWN_PROCEDURE and not self._asked:
            # Published since we last looked: what was published once stays, so only a miss needs a second look.
            self._asked = True
            self.published = self.transaction.published()
            self.learned(self.published)
            judgement = judging(published=self.published)
        return judgement

    def _is_foreign(self, citizen: str) -> bool:
        key = (str(RecordType.CITIZEN), citizen)
        held = self.appended.known.get(key)
        if key in self._open or (held is not None and held.stream == self.actor.stream):
            return False  # Nearly always: a case is opened together with its citizen.
        return bool(self.transaction.foreign_citizens(self.actor.stream, [citizen]))

    def _unknown(self, names: Collection[EventId]) -> Collection[EventId]:
        """Return those of the events that are not held; what cannot be stored is not."""
        sound = {name for name in names if _numbered(name) and name.device.isascii() and name.device.isprintable()}
        return (set(names) - sound) | (sound - self.transaction.held(sound))

    def _named(self, event: Event) -> WaitingEvent | None:
        """Return the parked event that one resolves, of this batch or of before; None when it names none."""
        try:
            text = str(decode_body(event.body or b"").get("event"))
            name = EventId.parse(text)
        except (ValueError, RecursionError):
            return None
        if str(name) != text or not text.isascii() or "\x00" in text or not _numbered(name):
            return None
        found = self._waiting.get(name) or self.transaction.waiting(name)
        settled = any(name == done for done, _record, _how in self._settled)
        return found._replace(settled=True) if found is not None and settled else found

    def _settle(self, record_id: str, judgement: Judgement) -> None:
        name = EventId.parse(str(judgement.body.get("event")))
        self._settled.append((name, record_id, str(judgement.body.get("action"))))

    def write(self) -> None:
        now_ms = self.appended.received_ms
        self.transaction.write(
            Writes(
                self.actor.tenant,
                self.actor.stream,
                self.actor.office,
                self.new.agent,
                now_ms,
                [_written(key, opened, self._shown[key], now_ms) for key, opened in self._open.items()],
                [(verdict.central_seq, verdict.state, verdict.code) for verdict in self.others],
                self._parked,
                self._settled,
            )
        )


def _numbered(name: EventId) -> bool:
    """Say whether an event's numbers are such as can be stored."""
    return 0 < name.incarnation < 2**31 and 0 < name.seq <= SEQ_MAX


def _written(key: RecordKey, opened: _Open, shown: Shown, now_ms: int) -> RecordWrite:
    return RecordWrite(
        key[0],
        key[1],
        opened.central_seq,
        opened.state,
        opened.first_agent,
        opened.time_ms,
        opened.created_ms,
        opened.submitted_ms,
        decided_ms(opened.state, now_ms),
        shown,
    )


def decided_ms(state: RecordState, now_ms: int) -> int | None:
    """Return when a case was decided, never later than now; None when it is not."""
    heads = state.fields[merge.STATE].heads if merge.STATE in state.fields else ()
    return min(heads[0].time, now_ms) if heads and heads[0].value in workflow.DECISIONS else None


def retried(attempts: int, work: Callable[[], Taken]) -> Taken:
    """Do the work again when another stream took a record's identity between our look and our write."""
    for attempt in range(attempts):
        try:
            return work()
        except ConflictError as error:
            if error.code != "push.again" or attempt == attempts - 1:
                raise
    raise AssertionError("unreachable")


__all__ = ["Published", "RecordType", "Taken", "append_events", "retried"]


def _hands_in(kind: str, body: Mapping[str, object]) -> bool:
    """Say whether an event hands a case in, by itself or as a parked one that it makes take effect."""
    if kind == RESOLVE and merge.applies(body):
        inner = body.get("body")
        kind, body = str(body.get("kind")), inner if isinstance(inner, dict) else {}
    return kind == Kind.STATUS and body.get("to") == workflow.State.SUBMITTED
