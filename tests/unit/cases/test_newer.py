"""What a newer version of the program writes goes through this one untouched: stored, shown in history, sent on."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec

from cases.acts import Deed, DeedsOf
from cases.events import body_bytes
from tests.support.exchange import Numbering
from tests.support.workspaces import make_case, make_identity, make_ports, make_workspace

SEED = 20261123
KINDS = ("sign", "attach", "set", "status", "settle", "resolve", "propose", "notify", "move")
ACTS = 1_000


def _anything(chance: random.Random, depth: int = 0) -> object:
    shapes: list[object] = [None, True, chance.randrange(10**9), chance.random(), "é" * chance.randrange(9)]
    if depth < 3:
        shapes += [
            [_anything(chance, depth + 1) for _each in range(chance.randrange(3))],
            {f"k{number}": _anything(chance, depth + 1) for number in range(chance.randrange(3))},
        ]
    return chance.choice(shapes)


def _always(kind: str, body: dict[str, object]) -> DeedsOf:
    return lambda working: [Deed(kind, body)]  # type: ignore[arg-type]


def test_a_thousand_acts_of_a_newer_version_come_back_byte_for_byte(tmp_path: Path) -> None:
    """From a device of a newer version, by the stream, into a store of this version, and out of its history."""
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    newer = make_workspace(tmp_path / "n")
    here = make_workspace(
        tmp_path / "h", ports=make_ports(seed=2), identity=make_identity(device="d" * 31 + "2", agent="a" * 31 + "2")
    )
    case = make_case(newer, answers={"/a": "1"})
    written = []
    for _act in range(ACTS):
        body = {f"new{number}": _anything(chance) for number in range(chance.randrange(1, 4))}
        written.append(body_bytes(body))
        newer._recorded(None, case, _always(chance.choice(KINDS), body), 0)
    stream = Numbering()
    stream.push(newer)
    stream.pull(here)
    read = [msgspec.json.encode(entry.body) for entry in here.history(case)][1:]
    with here._core.store.reading() as connection:
        held = [bytes(row[0]) for row in connection.execute("SELECT body FROM event ORDER BY central_seq")]
    assert held[-ACTS:] == written and read == written
    assert here.case(case).answers == {"/a": "1"} and here.case(case).state == "draft"
    newer.close()
    here.close()
