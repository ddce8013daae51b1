"""A thousand services that cut, changed, put back, or reordered what they gave receipts for: each raises the alarm."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases import merkle, tiles
from cases.treelog import INCONSISTENT, TreeHead, tree_bytes
from cases.workspace import Workspace
from tests.support.workspaces import SeededRandomness, make_workspace

LIES = 1_000
HONEST = 200
KEY = Ed25519PrivateKey.from_private_bytes(SeededRandomness(5).token(32))
Log = list[bytes]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = make_workspace(tmp_path / "w")
    yield made
    made.close()


def shown(log: Log, held: int, epoch: int = 1) -> tuple[TreeHead, list[str]]:
    """Return a log's signed head, and the proof that it would give to who holds a head of that size."""
    made = tiles.grow(0, {}, log)
    read = tiles.reader(lambda wanted: {tile: made[tile] for tile in wanted})
    root = merkle.root(len(log), read).hex()
    head = TreeHead(1, epoch, len(log), root, 1, "")
    signed = TreeHead(1, epoch, len(log), root, 1, KEY.sign(tree_bytes(head)).hex())
    proof = merkle.consistency(held, len(log), read) if held <= len(log) else []
    return signed, [each.hex() for each in proof]


def leaf(chance: random.Random) -> bytes:
    return merkle.leaf_hash(chance.randbytes(8))


def altered(log: Log, chance: random.Random) -> Log:
    place = chance.randrange(len(log))
    return [*log[:place], leaf(chance), *log[place + 1 :]]


def dropped(log: Log, chance: random.Random) -> Log:
    place = chance.randrange(len(log))
    return log[:place] + log[place + 1 :]


def inserted(log: Log, chance: random.Random) -> Log:
    place = chance.randrange(len(log))
    return [*log[:place], leaf(chance), *log[place:]]


def swapped(log: Log, chance: random.Random) -> Log:
    first, second = chance.sample(range(len(log)), 2)
    other = list(log)
    other[first], other[second] = other[second], other[first]
    return other


def put_back(log: Log, chance: random.Random) -> Log:
    return log[: chance.randrange(len(log))]


LYING: tuple[Callable[[Log, random.Random], Log], ...] = (altered, dropped, inserted, swapped, put_back)


def test_every_history_that_was_changed_raises_the_alarm_and_no_honest_one_does(workspace: Workspace) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    found: dict[str, int] = {}
    for run in range(LIES + HONEST):
        log = [leaf(chance) for _leaf in range(chance.choice([2, 3, 7, 8, 9, 255, 256, 257, chance.randint(2, 600)]))]
        # Every run begins in an epoch of its own, which is no alarm.
        epoch = run + 1
        assert workspace.keep_tree_head(shown(log, 0, epoch)[0]) == "", run
        lie = chance.choice(LYING) if run < LIES else None
        later = lie(log, chance) if lie is not None else log
        later = [*later, *(leaf(chance) for _more in range(chance.choice([0, 0, 1, 5, 300])))]
        head, proof = shown(later, len(log), epoch)
        alarm = workspace.keep_tree_head(head, proof)
        assert alarm == (INCONSISTENT if lie is not None else ""), (run, lie, len(log), len(later))
        if lie is not None:
            found[lie.__name__] = found.get(lie.__name__, 0) + 1
            kept = workspace.tree_head()
            assert kept is not None and kept.root == shown(log, 0, epoch)[0].root, "the measure stays"
    assert sum(found.values()) == LIES and len(found) == len(LYING)
    print(found)
