"""Merge is a pure function of the events and of what each had seen: order, repetition and delay change nothing.

Histories are made as they come about: replicas write with the base that they pulled up to, central numbers what
arrives, and replicas pull at any time. Hypothesis prints the seed and the smallest history that breaks a claim.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import merge
from cases.events import EventId, Kind
from cases.merge import EMPTY, RecordState, SeenEvent

FIELDS = ("/a", "/b", "/rows[r1]", "/rows[r1]/x", "/rows[r1]/y")
VALUES = ("1", "2", None)

write = st.tuples(
    st.just("write"), st.integers(0, 2), st.sampled_from(FIELDS), st.sampled_from(VALUES), st.integers(0, 9)
)
push = st.tuples(st.just("push"), st.integers(0, 2))
pull = st.tuples(st.just("pull"), st.integers(0, 2))
settle = st.tuples(st.just("settle"), st.integers(0, 2), st.sampled_from(FIELDS), st.sampled_from(VALUES))
steps = st.lists(st.one_of(write, write, push, pull, settle), max_size=30)
histories = st.tuples(steps, st.integers(0, 2**32))


@dataclass
class Replica:
    """One device: what it has pulled, what it has written, and which of that central has numbered."""

    device: str
    cursor: int = 0
    seq: int = 0
    pending: list[SeenEvent] = field(default_factory=list)
    own: list[SeenEvent] = field(default_factory=list)


@dataclass
class World:
    """Three replicas and one stream."""

    stream: list[SeenEvent] = field(default_factory=list)
    replicas: list[Replica] = field(default_factory=lambda: [Replica(name) for name in "xyz"])
    time: int = 0

    def write(self, number: int, kind: str, body: dict[str, object], skew: int, stale: int = 0) -> None:
        replica = self.replicas[number]
        replica.seq += 1
        self.time += 1
        event = SeenEvent(
            EventId(replica.device, 1, replica.seq), replica.device, kind, max(0, replica.cursor - stale),
            self.time + skew, body, None,
        )  # fmt: skip
        replica.pending.append(event)

    def push(self, number: int) -> None:
        replica = self.replicas[number]
        for event in replica.pending:
            self.stream.append(event._replace(central_seq=len(self.stream) + 1))
        replica.pending.clear()

    def pull(self, number: int) -> None:
        self.replicas[number].cursor = len(self.stream)

    def seen_by(self, number: int) -> list[SeenEvent]:
        """What a replica holds: what it pulled, its own numbered events, its pending ones."""
        replica = self.replicas[number]
        held = [event for event in self.stream if event.event.device == replica.device]
        pulled = [event for event in self.stream[: replica.cursor] if event.event.device != replica.device]
        return [*held, *pulled, *replica.pending]


def play(steps: list[tuple[object, ...]]) -> World:
    world = World()
    for step in steps:
        match step:
            case ("write", int(number), str(name), value, int(skew)):
                # Some screens were filled before the last pull: their base is older than the cursor.
                world.write(number, Kind.SET, {name: value}, skew=5 - skew, stale=skew % 3)
            case ("push", int(number)):
                world.push(number)
            case ("pull", int(number)):
                world.pull(number)
            case ("settle", int(number), str(name), value):
                state = merge.apply_all(EMPTY, world.seen_by(number))
                heads = state.fields[name].heads if name in state.fields else ()
                if heads:
                    names = [str(head.event) for head in heads]
                    world.write(number, Kind.SETTLE, {"field": name, "value": value, "settles": names}, skew=0)
    return world


def finished(steps: list[tuple[object, ...]]) -> World:
    """Play a history and let everything arrive."""
    world = play(steps)
    for number in range(3):
        world.push(number)
    for number in range(3):
        world.pull(number)
    return world


def folded(events: list[SeenEvent]) -> bytes:
    return merge.to_json(merge.apply_all(EMPTY, events))


def by_definition(events: list[SeenEvent]) -> dict[str, set[EventId]]:
    """The heads of each field straight from the rule, over the whole set at once."""
    touching: dict[str, list[SeenEvent]] = {}
    for event in events:
        for name in merge.touched(event.kind, event.body):
            touching.setdefault(name, []).append(event)
    return {
        name: {one.event for one in those if not any(saw(other, one) for other in those)}
        for name, those in touching.items()
    }


def saw(later: SeenEvent, earlier: SeenEvent) -> bool:
    if later.event == earlier.event:
        return False
    if later.event[:2] == earlier.event[:2] and earlier.event.seq < later.event.seq:
        return True
    if later.kind == Kind.SETTLE and str(earlier.event) in later.body["settles"]:  # type: ignore[operator]
        return True
    return earlier.central_seq is not None and earlier.central_seq <= later.base


def heads(state: RecordState) -> dict[str, set[EventId]]:
    return {name: {head.event for head in field.heads} for name, field in state.fields.items()}


@settings(print_blob=True, deadline=None, max_examples=300)
@given(histories)
def test_any_order_and_any_repetition_give_the_same_bytes(history: tuple[list[tuple[object, ...]], int]) -> None:
    steps, seed = history
    events = finished(steps).stream
    expected = folded(events)
    shuffler = random.Random(seed)
    for _ in range(5):
        arrival = events + shuffler.sample(events, k=len(events) // 2)
        shuffler.shuffle(arrival)
        assert folded(arrival) == expected


@settings(print_blob=True, deadline=None, max_examples=300)
@given(histories)
def test_heads_are_those_that_nobody_saw_and_overwrote(history: tuple[list[tuple[object, ...]], int]) -> None:
    steps, seed = history
    events = finished(steps).stream
    random.Random(seed).shuffle(events)
    assert heads(merge.apply_all(EMPTY, events)) == by_definition(events)


@settings(print_blob=True, deadline=None, max_examples=200)
@given(histories)
def test_replicas_that_hold_the_same_show_the_same(history: tuple[list[tuple[object, ...]], int]) -> None:
    world = finished(history[0])
    states = [merge.apply_all(EMPTY, world.seen_by(number)) for number in range(3)]
    assert len({merge.to_json(state) for state in states}) == 1
    assert merge.show(states[0]) == merge.show(states[1]) == merge.show(states[2])


@settings(print_blob=True, deadline=None, max_examples=200)
@given(histories)
def test_in_between_a_replica_shows_its_own_pending_work(history: tuple[list[tuple[object, ...]], int]) -> None:
    world = play(history[0])
    for number, replica in enumerate(world.replicas):
        held = world.seen_by(number)
        state = merge.apply_all(EMPTY, held)
        assert heads(state) == by_definition(held)
        confirmed = merge.apply_all(EMPTY, [event for event in held if event.central_seq is not None])
        assert merge.apply_all(confirmed, replica.pending) == state


@settings(print_blob=True, deadline=None, max_examples=200)
@given(histories)
def test_grouping_does_not_matter_and_nothing_changes_the_second_time(
    history: tuple[list[tuple[object, ...]], int],
) -> None:
    steps, seed = history
    events = finished(steps).stream
    cut = seed % (len(events) + 1)
    half = merge.from_json(merge.to_json(merge.apply_all(EMPTY, events[:cut])))
    whole = merge.apply_all(half, events[cut:])
    assert merge.to_json(whole) == folded(events)
    assert merge.apply_all(whole, events) == whole


@settings(print_blob=True, deadline=None, max_examples=200)
@given(histories)
def test_every_unseen_different_value_stays_to_be_settled(history: tuple[list[tuple[object, ...]], int]) -> None:
    state = merge.apply_all(EMPTY, finished(history[0]).stream)
    shown = merge.show(state)
    for name, found in state.fields.items():
        values = {head.value for head in found.heads}
        if "[" not in name:
            assert (name in shown.contested) == (len(values) > 1)
            assert shown.values[name] == found.heads[0].value


@settings(print_blob=True, deadline=None, max_examples=300)
@given(histories)
def test_an_edit_in_a_row_beats_a_removal_that_had_not_seen_it(history: tuple[list[tuple[object, ...]], int]) -> None:
    events = finished(history[0]).stream
    by_id = {event.event: event for event in events}
    state = merge.apply_all(EMPTY, events)
    row = state.fields.get("/rows[r1]")
    if row is None or any(head.value is not None for head in row.heads):
        return
    shown = merge.show(state)
    unseen = [
        head
        for name in ("/rows[r1]/x", "/rows[r1]/y")
        for head in (state.fields[name].heads if name in state.fields else ())
        if head.value is not None and not any(saw(by_id[gone.event], by_id[head.event]) for gone in row.heads)
    ]
    shown_inside = [name for name in shown.values if name.startswith("/rows[r1]/")]
    if not unseen:
        assert shown.values["/rows[r1]"] is None and not shown_inside
    elif shown.values["/rows[r1]"] is not None:
        assert "/rows[r1]" in shown.contested and shown_inside


@settings(print_blob=True, deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES)))
def test_one_event_shows_the_same_by_the_short_way(body: dict[str, object]) -> None:
    event = SeenEvent(EventId("x", 1, 1), "x", Kind.SET, 0, 5, body, 1)
    assert merge.show_one(event) == merge.show(merge.apply(EMPTY, event))


def test_known_bad_merge_is_caught() -> None:
    """The harness itself: a merge where the last to arrive wins must not pass as one that ignores order."""
    first = SeenEvent(EventId("x", 1, 1), "x", Kind.SET, 0, 5, {"/a": "1"}, 1)
    second = SeenEvent(EventId("y", 1, 1), "y", Kind.SET, 0, 6, {"/a": "2"}, 2)

    def last_wins(events: list[SeenEvent]) -> dict[str, object]:
        return {name: value for event in events for name, value in event.body.items()}

    assert last_wins([first, second]) != last_wins([second, first])
    assert folded([first, second]) == folded([second, first])
    with pytest.raises(AssertionError):
        assert heads(merge.apply(EMPTY, second)) == by_definition([first, second])
