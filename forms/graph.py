"""What must be recomputed when something changes, and in which order. Made once per form; cycles are named, not
fatal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms.schema import Expression, Read, SchemaNode

COUNT, RELEVANT, CHOICES, CALCULATE, READONLY, REQUIRED, CONSTRAINT, TEXT = (
    "count",
    "relevant",
    "choices",
    "calculate",
    "readonly",
    "required",
    "constraint",
    "text",
)
ACTION, ROWS = "action", "rows"
"""What else may be left uncomputed: the value that an action writes, and rows beyond what a form may have."""
_SHAPES_VALUES = (COUNT, RELEVANT)
_GIVES_VALUE = (CHOICES, CALCULATE)


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """One thing to recompute for each instance of ``schema``.

    Attributes:
        order: its place in dependency order.
        stage: works that need each other share one, and nothing between them in order has another.
        circular: it reads its own column or that of one of its stage; its rows may still need each other in a chain.
    """

    kind: str
    schema: SchemaNode
    expression: Expression | None
    reads: tuple[Read, ...]
    order: int
    stage: int
    circular: bool


@dataclass(frozen=True, slots=True)
class Trigger:
    """``work`` is due for the instances found by climbing ``ups`` from a changed node and going down ``downs``."""

    work: Work
    ups: int
    downs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Attributes:
    works: everything, in dependency order; of: the same by node reference.
    triggers: by the reference of what changed.
    cycles: for each certain cycle the references of the nodes in it. What reads picked rows only may be a chain through
        the rows: a session finds out, and says what goes in circles.
    """

    works: tuple[Work, ...]
    of: Mapping[str, tuple[Work, ...]]
    triggers: Mapping[str, tuple[Trigger, ...]]
    cycles: tuple[tuple[str, ...], ...]


Wanted = tuple[str, SchemaNode, Expression | None, tuple[Read, ...]]


def make_plan(wanted: Iterable[Wanted]) -> Plan:
    """Order the works so that each comes after what it reads, in document order where that leaves a choice."""
    given = list(wanted)
    before = _dependencies(given)
    order, _cycles = _sorted(before)
    stages = _stages(before, order)
    order.sort(key=stages.__getitem__)
    shared = Counter(stages)
    works = tuple(
        Work(
            *given[place],
            order=number,
            stage=stages[place],
            circular=shared[stages[place]] > 1 or _reads_itself(given[place]),
        )
        for number, place in enumerate(order)
    )
    of: dict[str, list[Work]] = {}
    triggers: dict[str, list[Trigger]] = {}
    for work in works:
        of.setdefault(work.schema.ref, []).append(work)
        for read in work.reads:
            below = work.schema.chain()[read.top.depth + 1 :]
            trigger = Trigger(work, read.target.depth - read.top.depth, tuple(node.index for node in below))
            triggers.setdefault(read.target.ref, []).append(trigger)
    named = _named(given)
    return Plan(
        works,
        {ref: tuple(found) for ref, found in of.items()},
        {ref: tuple(found) for ref, found in triggers.items()},
        named,
    )


def _named(given: Sequence[Wanted]) -> tuple[tuple[str, ...], ...]:
    """The cycles that are some whatever the rows."""
    certain = [
        (kind, schema, expression, tuple(read for read in reads if not read.picked))
        for kind, schema, expression, reads in given
    ]
    _order, cycles = _sorted(_dependencies(certain))
    found = [tuple(dict.fromkeys(given[place][1].ref for place in cycle)) for cycle in cycles]
    own = [
        (schema.ref,)
        for kind, schema, _expression, reads in certain
        if kind == CALCULATE and any(read.target is schema for read in reads)
    ]
    return tuple(cycle for cycle in found if len(cycle) > 1) + tuple(own)


def _reads_itself(wanted: Wanted) -> bool:
    kind, schema, _expression, reads = wanted
    return kind in _SHAPES_VALUES + _GIVES_VALUE and any(read.target is schema for read in reads)


def _dependencies(given: Sequence[Wanted]) -> list[list[int]]:
    """For each work, the works that must come first."""
    shaping: dict[str, list[int]] = {}
    giving: dict[str, list[int]] = {}
    for place, (kind, schema, _expression, _reads) in enumerate(given):
        if kind in _SHAPES_VALUES:
            shaping.setdefault(schema.ref, []).append(place)
        elif kind in _GIVES_VALUE:
            giving.setdefault(schema.ref, []).append(place)
    before: list[list[int]] = []
    for place, (_kind, schema, _expression, reads) in enumerate(given):
        first: dict[int, None] = {}
        for read in reads:
            first.update(dict.fromkeys(giving.get(read.target.ref, ())))
            own = read.target is schema
            for around in read.target.chain():
                # What encloses both ends is settled by the enclosing node's own work, not by this link.
                if not own and around.ref:
                    first.update(dict.fromkeys(shaping.get(around.ref, ())))
        first.pop(place, None)
        before.append(list(first))
    return before


def _sorted(before: list[list[int]]) -> tuple[list[int], list[list[int]]]:
    """Depth-first order without recursion (chains of a thousand questions exist), and the cycles met."""
    state = [0] * len(before)
    order: list[int] = []
    cycles: list[list[int]] = []
    for start in range(len(before)):
        if state[start]:
            continue
        state[start] = 1
        stack: list[tuple[int, int]] = [(start, 0)]
        while stack:
            place, at = stack.pop()
            if at == len(before[place]):
                state[place] = 2
                order.append(place)
                continue
            stack.append((place, at + 1))
            following = before[place][at]
            if state[following] == 0:
                state[following] = 1
                stack.append((following, 0))
            elif state[following] == 1:
                trail = [one for one, _ in stack]
                cycles.append(trail[trail.index(following) :])
    return order, cycles


def _stages(before: list[list[int]], order: Sequence[int]) -> list[int]:
    """For each work a number that it shares with exactly those that it needs and that need it, lower for what must
    come first. ``order`` is the depth-first order of all."""
    after: list[list[int]] = [[] for _ in before]
    for place, needed in enumerate(before):
        for one in needed:
            after[one].append(place)
    stages = [-1] * len(before)
    for number in range(len(order) - 1, -1, -1):
        waiting = [order[number]]
        while waiting:
            place = waiting.pop()
            if stages[place] < 0:
                stages[place] = number
                waiting.extend(one for one in after[place] if stages[one] < 0)
    return stages
