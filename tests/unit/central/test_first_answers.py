"""The short way of judging an agent's first answers says what the long way says."""

from __future__ import annotations

import random

from cases import merge
from cases.events import Event, Header, RecordType, body_bytes
from cases.merge import RecordState
from central.judging import Actor, Judgement, Known, judge

SEED = 20261125
ROUNDS = 3_000
ACTOR = Actor(1, "agent", "office", "stream")
NAMES = ["/a", "/b", "/c", "/g[x]", "/g[x]/d", "state", "citizen", "office", "=/a", "same_as"]
VALUES = ["1", "2", None, "", "\x00", "office", "é"]


def known_state(chance: random.Random) -> RecordState:
    state = merge.EMPTY
    for number in range(chance.randrange(4)):
        name = chance.choice(["/a", "/z", "/g[x]", *(["state"] if chance.random() < 0.2 else [])])
        header = Header(1, 1, f"d{chance.randrange(2)}", 1, number + 1, "", "a", "case", "r", "set", 0, 5, "")
        state = merge.apply(state, merge.seen_event(header, body_bytes({name: chance.choice(["1", None])}), number + 1))
    return state


def both_ways(chance: random.Random) -> tuple[Judgement, Judgement]:
    names = chance.sample(NAMES, chance.randrange(1, 3)) if chance.random() < 0.5 else [chance.choice(NAMES[:5])]
    fields = {name: chance.choice(VALUES) for name in names}
    header = Header(
        1,
        1,
        f"d{chance.randrange(2)}",
        1,
        chance.choice([2, 9]),
        "",
        "a",
        chance.choice([RecordType.CASE, RecordType.CASE, RecordType.CITIZEN]),
        "r",
        chance.choice(["set", "set", "set", "note"]),
        chance.choice([0, 2, 9, 10]),
        chance.choice([5, 2**60]),
        "",
    )
    event = Event(header, body_bytes(dict(fields)), b"")
    known = Known(chance.choice(["stream", "stream", "stream", None, "other"]), known_state(chance))
    return judge(event, 10, known, ACTOR), judge(event, 10, known, ACTOR, fields=fields, shown=False)


def test_the_short_way_says_what_the_long_way_says() -> None:
    chance = random.Random(SEED)
    print("seed", SEED)
    for _round in range(ROUNDS):
        long, short = both_ways(chance)
        assert (long.state, long.code, dict(long.details)) == (short.state, short.code, dict(short.details))
        assert (long.record is None) == (short.record is None)
        if long.record is not None and short.record is not None:
            assert merge.to_json(long.record) == merge.to_json(short.record)
            assert dict(long.body) == dict(short.body)
