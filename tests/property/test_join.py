"""``merge.join``: states of one record come together to the same, in any order and grouping, however often.

``ESTAFETTE_HISTORIES=10000`` makes the run long (``python -m tests.property.test_join 10000 [seed]`` is the same by
hand); ``ESTAFETTE_SEED`` repeats one. Bad ways to merge must each be caught by the same checks.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import merge
from cases.merge import EMPTY, FieldState, RecordState, SeenEvent
from tests.support import histories
from tests.support.histories import Merge

HISTORIES = int(os.environ.get("ESTAFETTE_HISTORIES", "1000"))
REPLICAS = 5


def run(count: int, seed: int, way: Merge = Merge()) -> int:  # noqa: B008
    """Check ``count`` histories and return how many hold; AssertionError names the seed of the one that does not."""
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        history = histories.make(chance, replicas=REPLICAS)
        try:
            histories.check(history, way, chance)
        except AssertionError as failed:
            raise AssertionError(f"seed {seed}, history {number}: {failed}") from failed
    return count


def test_histories_on_five_replicas_come_together() -> None:
    seed = int(os.environ.get("ESTAFETTE_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"seed {seed}, {HISTORIES} histories x {REPLICAS} replicas")
    assert run(HISTORIES, seed) == HISTORIES


@settings(print_blob=True, deadline=None, max_examples=200)
@given(st.randoms(use_true_random=False))
def test_join_keeps_its_laws(chance: random.Random) -> None:
    histories.check(histories.make(chance, replicas=REPLICAS), Merge(), chance)


# --- ways that must be caught ----------------------------------------------------------------------------------------


def _fields(
    one: RecordState, other: RecordState, choose: Callable[[FieldState, FieldState], FieldState]
) -> RecordState:
    both = {**one.fields, **other.fields}
    shared = one.fields.keys() & other.fields.keys()
    return RecordState({**both, **{name: choose(one.fields[name], other.fields[name]) for name in shared}})


def _latest(one: FieldState, other: FieldState) -> FieldState:
    def time_of(field: FieldState) -> tuple[int, str]:
        return (field.heads[0].time, str(field.heads[0].event)) if field.heads else (0, "")

    return max(one, other, key=time_of)


def _last_wins(state: RecordState, events: Sequence[SeenEvent]) -> RecordState:
    """Fold so that of each field only the latest by its clock stays."""
    whole = merge.apply_all(state, events)
    return RecordState({name: field._replace(heads=field.heads[:1]) for name, field in whole.fields.items()})


def _arrived_last(state: RecordState, events: Sequence[SeenEvent]) -> RecordState:
    """Fold so that what arrives last covers what is there."""
    fields = dict(state.fields)
    for event in events:
        fields |= merge.apply(EMPTY, event).fields
    return RecordState(fields)


def _forgets_what_was_seen(one: RecordState, other: RecordState) -> RecordState:
    """Join the heads without what covers those that are gone."""
    bare = {name: FieldState(field.heads, 0) for name, field in other.fields.items()}
    return merge.join(RecordState({name: FieldState(field.heads, 0) for name, field in one.fields.items()}),
                      RecordState(bare))  # fmt: skip


def _gathers(one: RecordState, other: RecordState) -> RecordState:
    """Join so that the same head comes in again each time."""
    return _fields(one, other, lambda mine, theirs: mine._replace(heads=mine.heads + theirs.heads))


def _paper_is_covered(state: RecordState, events: Sequence[SeenEvent]) -> RecordState:
    """Fold so that a decision on paper gives way to a later one that had seen it."""
    renamed = [
        event._replace(kind="set", body={"paper": str(event.body["state"])}) if event.kind == "notify" else event
        for event in events
    ]
    fields = dict(merge.apply_all(state, renamed).fields)
    if "paper" in fields:
        fields[merge.NOTIFIED] = fields.pop("paper")
    return RecordState(fields)


KNOWN_BAD = {
    "last write wins": Merge(fold=_last_wins),
    "last write wins between replicas": Merge(join=lambda one, other: _fields(one, other, _latest)),
    "order dependent": Merge(fold=_arrived_last),
    "order dependent between replicas": Merge(join=lambda one, other: RecordState({**one.fields, **other.fields})),
    "drops a side": Merge(join=lambda one, other: one),
    "forgets what was seen": Merge(join=_forgets_what_was_seen),
    "not idempotent": Merge(join=_gathers),
    "paper is covered": Merge(fold=_paper_is_covered),
}


@pytest.mark.parametrize("name", KNOWN_BAD)
def test_a_bad_way_to_merge_is_caught(name: str) -> None:
    with pytest.raises(AssertionError, match="history"):
        run(200, 1, KNOWN_BAD[name])


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1, 2**32)
    started = time.monotonic()
    run(wanted, chosen)
    took = time.monotonic() - started
    print(f"seed {chosen}: {wanted} histories x {REPLICAS} replicas joined, 0 failures, {took:.0f} s")
