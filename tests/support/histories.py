"""Random histories of one record on several replicas, and what must hold of any merge of them.

A history comes about as in life: replicas write with the base that they pulled up to (some from an older screen),
central numbers what arrives, replicas pull at any time, people settle what is contested and hand decisions over on
paper. A merge is given as functions, so that bad ones can be tried.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cases import merge
from cases.events import EventId, Kind
from cases.merge import EMPTY, NOTIFIED, STATE, RecordState, SeenEvent
from cases.reopening import Written, body_of, brought, contest_before, settled_names

FIELDS = ("/a", "/b", "/rows[r1]", "/rows[r1]/x", "/rows[r2]", "/rows[r2]/x", "same_as")
VALUES = ("1", "2", None)
STATES = ("submitted", "in_review", "accepted", "refused")
PAPERS = ("accepted 2026-11-20 main", "refused 2026-11-20 main")


@dataclass(frozen=True)
class Merge:
    """A way to merge: ``fold`` takes events into a state, ``join`` two states into one."""

    fold: Callable[[RecordState, Sequence[SeenEvent]], RecordState] = merge.apply_all
    join: Callable[[RecordState, RecordState], RecordState] = merge.join


@dataclass
class Replica:
    """One device: what it has pulled, what it has written, and which of that central has not numbered."""

    device: str
    cursor: int = 0
    seq: int = 0
    pending: list[SeenEvent] = field(default_factory=list)


@dataclass
class History:
    """Replicas and the stream in which central numbered what they wrote."""

    replicas: list[Replica]
    stream: list[SeenEvent] = field(default_factory=list)
    time: int = 5
    """No skew makes it negative: no clock of ours says a time before 1970, and ``reopens`` is not read with one."""

    def write(self, replica: Replica, kind: str, body: dict[str, object], *, skew: int = 0, stale: int = 0) -> None:
        """Record an act; ``stale``: how far its screen was behind, ``skew``: how wrong its clock is."""
        replica.seq += 1
        self.time += 1
        base = max(0, replica.cursor - stale)
        name = EventId(replica.device, 1, replica.seq)
        replica.pending.append(SeenEvent(name, replica.device, kind, base, self.time + skew, body, None))

    def push(self, replica: Replica) -> None:
        """Let central number what waits."""
        for event in replica.pending:
            self.stream.append(event._replace(central_seq=len(self.stream) + 1))
        replica.pending.clear()

    def pull(self, replica: Replica) -> None:
        """Bring a replica up to date."""
        replica.cursor = len(self.stream)

    def confirmed(self, replica: Replica) -> list[SeenEvent]:
        """Return what a replica holds of what central numbered: what it pulled, and all of its own."""
        pulled = self.stream[: replica.cursor]
        return pulled + [event for event in self.stream[replica.cursor :] if event.event.device == replica.device]


def make(chance: random.Random, *, replicas: int = 5, steps: int = 24) -> History:
    """Return a random history; some replicas have not pulled or sent everything at its end."""
    history = History([Replica(chr(ord("a") + number)) for number in range(replicas)])
    for _step in range(chance.randrange(1, steps + 1)):
        _step_of(chance, history, chance.choice(history.replicas))
    return history


def _step_of(chance: random.Random, history: History, replica: Replica) -> None:
    skew, stale = chance.choice((0, 0, 0, -5, 7)), chance.choice((0, 0, 0, 1, 3))
    match chance.randrange(10):
        case 0 | 1 | 2 | 3:
            names = chance.sample(FIELDS, k=chance.choice((1, 1, 2)))
            body: dict[str, object] = {name: chance.choice(VALUES) for name in names}
            history.write(replica, Kind.SET, body, skew=skew, stale=stale)
        case 4:
            said: dict[str, object] = {"from": "draft", "to": chance.choice(STATES), "message": str(history.time)}
            history.write(replica, Kind.STATUS, said, skew=skew)
        case 5:
            _beside(chance, history, replica, skew)
        case 6:
            _settle(chance, history, replica)
        case 7 | 8:
            history.push(replica)
        case _:
            history.pull(replica)


def _beside(chance: random.Random, history: History, replica: Replica, skew: int) -> None:
    """Write what leaves the fields alone, or what only gathers."""
    kind, body = chance.choice(
        (
            (Kind.NOTIFY, {"state": chance.choice(("accepted", "refused")), "on": "2026-11-20", "how": "main"}),
            (Kind.PROPOSE, {"to": chance.choice(("accepted", "refused", None)), "reasons": "r"}),
            (Kind.NOTE, {"text": "n"}),
            ("of_a_newer_version", {"what": {"nobody": "knows"}}),
            (Kind.SET, {"/of_a_newer_version": {"what": ["nobody", "knows"]}}),
        )
    )
    history.write(replica, kind, dict(body), skew=skew)


def _settle(chance: random.Random, history: History, replica: Replica) -> None:
    held = [*history.confirmed(replica), *replica.pending]
    state = merge.apply_all(EMPTY, held)
    if chance.random() < 0.5 and _take_back(chance, history, replica, held):
        return
    contested = merge.show(state).contested or tuple(sorted(state.fields))
    if contested:
        name = chance.choice(contested)
        names = [str(head.event) for head in state.fields[name].heads]
        value = chance.choice(STATES if name == STATE else VALUES)
        history.write(replica, Kind.SETTLE, {"field": name, "value": value, "settles": names})


def _take_back(chance: random.Random, history: History, replica: Replica, held: Sequence[SeenEvent]) -> bool:
    """Take a settlement back, one that stands or (an older screen) any other; False when there is none."""
    settlements = [event for event in held if event.kind == Kind.SETTLE and event.body["field"] != NOTIFIED]
    if not settlements:
        return False
    event = chance.choice(settlements)
    name = str(event.body["field"])
    written = {one.event: written_by(one, name) for one in held if name in merge.touched(one.kind, one.body)}
    values = contest_before(written[event.event], written.values())
    if values:
        history.write(replica, Kind.SETTLE, body_of(name, event.event, values, "r"), stale=chance.choice((0, 0, 2)))
    return bool(values)


def written_by(event: SeenEvent, name: str) -> Written:
    """Return what an event wrote in a field."""
    settles = settled_names(event.body) if event.kind == Kind.SETTLE else None
    again = brought(event.body) if settles is not None else ()
    return Written(event.event, merge.touched(event.kind, event.body)[name], event.time, settles, again)


def check(history: History, way: Merge, chance: random.Random) -> None:
    """Assert everything that must hold of a merge. The states of all replicas are joined in any order and grouping."""
    states = [way.fold(EMPTY, history.confirmed(replica)) for replica in history.replicas]
    _check_laws(states, way, chance)
    union = list(dict.fromkeys(event.event for replica in history.replicas for event in history.confirmed(replica)))
    by_name = {event.event: event for event in history.stream}
    expected = merge.to_json(way.fold(EMPTY, [by_name[name] for name in union]))
    for _order in range(3):
        order = chance.sample(states, k=len(states)) + chance.choices(states, k=2)
        assert merge.to_json(_grouped(order, way, chance)) == expected, "joined states are not what the events say"
        arrival = [by_name[name] for name in union] + [by_name[name] for name in union[::2]]
        chance.shuffle(arrival)
        assert merge.to_json(way.fold(EMPTY, arrival)) == expected, "the order of arrival shows"
    _check_healed(history, way)


def _check_laws(states: Sequence[RecordState], way: Merge, chance: random.Random) -> None:
    one, two, three = (chance.choice(states) for _ in range(3))
    join = way.join
    assert merge.to_json(join(one, two)) == merge.to_json(join(two, one)), "not commutative"
    left, right = join(join(one, two), three), join(one, join(two, three))
    assert merge.to_json(left) == merge.to_json(right), "not associative"
    assert merge.to_json(join(one, one)) == merge.to_json(one), "not idempotent"
    assert merge.to_json(join(join(one, two), two)) == merge.to_json(join(one, two)), "not idempotent"
    assert merge.to_json(join(one, EMPTY)) == merge.to_json(one), "nothing changes something"


def _grouped(states: list[RecordState], way: Merge, chance: random.Random) -> RecordState:
    waiting = list(states)
    while len(waiting) > 1:
        place = chance.randrange(len(waiting) - 1)
        waiting[place : place + 2] = [way.join(waiting[place], waiting[place + 1])]
    return waiting[0]


def _check_healed(history: History, way: Merge) -> None:
    """Let everything arrive everywhere: replicas are equal byte for byte, and no value or fact is lost."""
    for replica in history.replicas:
        history.push(replica)
    for replica in history.replicas:
        history.pull(replica)
    ends = {merge.to_json(way.fold(EMPTY, history.confirmed(replica))) for replica in history.replicas}
    assert len(ends) == 1, "replicas that hold the same differ"
    state = merge.from_json(ends.pop())
    by_name = {event.event: event for event in history.stream}
    for name, heads in by_definition(history.stream).items():
        kept_heads = state.fields[name].heads if name in state.fields else ()
        assert {head.event for head in kept_heads} == heads, f"{name}: what nobody overwrote is not what is kept"
        said = {(event, value) for event in heads for value in values_by(by_name[event], name)}
        assert sorted(map(repr, said)) == sorted(repr((head.event, head.value)) for head in kept_heads), "values"
    shown = merge.show(state)
    for name, kept in state.fields.items():
        if name not in (STATE, NOTIFIED) and "[" not in name and merge.is_contested(name, kept):
            assert name in shown.contested and shown.values[name] == kept.heads[0].value


def by_definition(events: Sequence[SeenEvent]) -> dict[str, set[EventId]]:
    """Return the heads of each field straight from the rule, over the whole set at once."""
    touching: dict[str, list[SeenEvent]] = {}
    for event in events:
        for name in merge.touched(event.kind, event.body):
            if name != NOTIFIED or event.kind == Kind.NOTIFY:
                touching.setdefault(name, []).append(event)
    return {
        name: {one.event for one in those if name == NOTIFIED or not any(saw(other, one) for other in those)}
        for name, those in touching.items()
    }


def values_by(event: SeenEvent, name: str) -> list[str | None]:
    """Return the values that an event makes stand in a field: of a settlement taken back, all that it was among."""
    again = event.body.get("reopens") if event.kind == Kind.SETTLE and name != NOTIFIED else None
    return [one["value"] for one in again] if isinstance(again, list) else [merge.touched(event.kind, event.body)[name]]


def saw(later: SeenEvent, earlier: SeenEvent) -> bool:
    """Say whether the author of one event had seen another."""
    if later.event == earlier.event:
        return False
    if later.event[:2] == earlier.event[:2] and earlier.event.seq < later.event.seq:
        return True
    settles = later.body.get("settles") if later.kind == Kind.SETTLE else None
    if isinstance(settles, list) and str(earlier.event) in settles:
        return True
    return earlier.central_seq is not None and earlier.central_seq <= later.base
