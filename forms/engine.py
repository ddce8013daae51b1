"""Recalculation: a heap of pending works in dependency order, stopping wherever a value did not change."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import cast

from forms import datatypes, graph, limits
from forms.choices import ChoiceBook
from forms.definition import FormDefinition
from forms.errors import FormsError
from forms.expressions.budget import OverBudget
from forms.expressions.context import Context, Environment
from forms.graph import Trigger, Work
from forms.schema import Expression
from forms.tree import Node, Repeat
from forms.values import Value, coerce, to_number, to_truth

_STEPS_AROUND = 4
_Sweep = tuple[int, ...]


@dataclass
class Changes:
    """What one act changed so far."""

    answers: dict[str, str | None] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    rows: set[str] = field(default_factory=set)
    structure: bool = False


class Engine:
    """Keeps the tree of one session true. It decides nothing about rows' identities: :mod:`forms.session` does.

    Args:
        make_row: called when a counted repeat needs one more row; returns it, already in ``repeat.rows``.
        things: everything in the tree now.
    """

    def __init__(
        self,
        definition: FormDefinition,
        env: Environment,
        choices: ChoiceBook,
        make_row: Callable[[Repeat], Node],
        things: Callable[[], Iterable[Node | Repeat]],
    ) -> None:
        self._definition = definition
        self._plan = definition.plan
        self.env = env
        self._choices = choices
        self._make_row = make_row
        self._things = things
        self.changes = Changes()
        self.loading = True
        self._heap: list[tuple[int, int, _Sweep, int, int, Work, Node | Repeat]] = []
        self._queued: set[tuple[int, int, int]] = set()
        self._done: set[tuple[int, int, int]] = set()
        self._at: tuple[int, int, _Sweep] | None = None
        self._told: dict[int, set[tuple[int, tuple[int, ...]]]] = {}
        self._late: dict[tuple[str, int], tuple[str, Node | Repeat]] = {}
        self.uncomputed: dict[int, Node | Repeat] = {}
        self._serial = 0

    def begin(self) -> None:
        """An act or a look begins, with a budget of its own."""
        self.env.budget.begin()
        self.uncomputed = {key: node for key, node in self.uncomputed.items() if node.alive}
        for node in self._choices.begin():
            if node.alive:
                self._push_kind(graph.CHOICES, node)

    # --- asking for work

    def push(self, work: Work, node: Node | Repeat) -> None:
        """Queue ``work`` for ``node`` once. Formulas that read their own column go through the rows, down and up in
        turn, so that a chain over the rows is settled in two or three rounds whichever way it runs."""
        around, sweep = 0, cast(_Sweep, ())
        if work.circular:
            sweep = _sweep(node, 0)
            if self._at is not None and self._at[0] == work.stage:
                around = self._at[1]
                if _sweep(node, around) < self._at[2] or (work.order, id(node), around) in self._done:
                    around += 1
                sweep = _sweep(node, around)
        key = (work.order, id(node), around)
        if key not in self._queued:
            self._queued.add(key)
            self._serial += 1
            heappush(self._heap, (work.stage, around, sweep, work.order, self._serial, work, node))

    def push_below(self, top: Node | Repeat) -> None:
        """Queue everything that belongs to ``top`` and to what is below it."""
        for thing in top.below():
            if isinstance(thing, Node) and thing.schema.is_repeat:
                continue  # a row: its works belong to the repeat as a whole
            for work in self._plan.of.get(thing.schema.ref, ()):
                self.push(work, thing)

    def _push_kind(self, kind: str, node: Node | Repeat) -> None:
        for work in self._plan.of.get(node.schema.ref, ()):
            if work.kind == kind:
                self.push(work, node)

    def fire(self, thing: Node | Repeat) -> None:
        """``thing`` changed: queue all that reads it."""
        for trigger in self._plan.triggers.get(thing.schema.ref, ()):
            top = _climbed(thing, trigger)
            # A thousand rows that change together would each queue all readers of the column.
            if trigger.work.circular:
                for node in _instances(top, trigger):
                    self.env.budget.charge(_STEPS_AROUND)  # every row tells every row: that adds up
                    self.push(trigger.work, node)
                continue
            told = self._told.setdefault(trigger.work.order, set())
            key = (id(top), trigger.downs)
            if key not in told:
                told.add(key)
                for node in _instances(top, trigger):
                    self.push(trigger.work, node)

    def run(self) -> None:
        """Work until nothing is pending. What another act had no steps left for comes last, on half of this budget."""
        self._drain()
        while self._late and self.env.budget.used < limits.STEPS_PER_ACT_MAX // 2:
            key = next(iter(self._late))
            kind, node = self._late.pop(key)
            if node.alive:
                self._push_kind(kind, node)
                self._drain()

    def _drain(self) -> None:
        outer, sizes = self._at, dict[int, int]()
        while self._heap:
            stage, around, sweep, _order, _serial, work, node = heappop(self._heap)
            key = (work.order, id(node), around)
            self._queued.discard(key)
            self._told.pop(work.order, None)
            if not node.alive:
                continue
            self._at = stage, around, sweep
            if work.circular:
                self._done.add(key)
            if around <= limits.ROUNDS_FREE or around <= sizes.setdefault(stage, self._size(work)):
                self._do(work, node)
            else:
                self._do_last(work, node)
        self._at = outer
        self._told.clear()
        if outer is None:
            self._done.clear()

    def _size(self, work: Work) -> int:
        """How many values need each other, perhaps: a chain through them all is settled after so many rounds."""
        refs = [one.schema.ref for one in self._plan.works if one.stage == work.stage]
        return sum(refs.count(thing.schema.ref) for thing in self._things())

    def _do_last(self, work: Work, node: Node | Repeat) -> None:
        """Every chain is settled by now: what still changes needs its own value, or that of one that does. It has none,
        however often it is worked out, and says so; who reads it is worked out without it."""
        if work.kind in node.uncomputed:
            return
        before = _state(node)
        self._do(work, node)
        if _state(node) == before or not node.alive:
            return
        self.mark(work.kind, node)
        if isinstance(node, Node) and work.kind == graph.CALCULATE and not (work.expression and work.expression.fickle):
            node.calculated = ""
            self.refresh(node)

    def take_changes(self) -> Changes:
        """Return what changed and start anew."""
        changes, self.changes = self.changes, Changes()
        return changes

    # --- doing it

    def evaluate(self, kind: str, expression: Expression, node: Node | Repeat) -> Value | None:
        """Evaluate one formula of ``node``. A repeat as a whole has no value of its own and is only climbed from.

        Returns:
            None when it would take too many steps; the node then says so (``uncomputed``).
        """
        here = cast(Node, node)
        try:
            value = self.env.budget.run(expression.evaluate, Context(self.env, here, here), expression.weight)
        except OverBudget:
            if self.env.budget.is_used_up:
                self._late[(kind, id(node))] = (kind, node)
            self.mark(kind, node)
            return None
        self._late.pop((kind, id(node)), None)
        if kind in node.uncomputed:
            self.unmark(kind, node)
            if kind == graph.CALCULATE:
                self.fire(node)  # nothing and not worked out look the same to who reads it
        return value

    def mark(self, kind: str, node: Node | Repeat) -> None:
        """Say that one formula of ``node`` is not computed."""
        if kind not in node.uncomputed:
            self._set_uncomputed(node, node.uncomputed | {kind})

    def unmark(self, kind: str, node: Node | Repeat) -> None:
        """Take that back."""
        self._set_uncomputed(node, node.uncomputed - {kind})

    def _set_uncomputed(self, node: Node | Repeat, kinds: frozenset[str]) -> None:
        node.uncomputed = kinds
        if kinds:
            self.uncomputed[id(node)] = node
        else:
            self.uncomputed.pop(id(node), None)
        # It may be told on a question elsewhere.
        self.changes.structure = True
        self.changes.changed.add(node.path)

    def _do(self, work: Work, node: Node | Repeat) -> None:
        if isinstance(node, Repeat):
            if work.kind == graph.COUNT:
                self._count(work, node)
            elif work.kind == graph.RELEVANT:
                self._relevant(work, node)
            else:
                self._choices.forget_texts(node)
                self.changes.changed.add(node.path)
            return
        if work.kind == graph.RELEVANT:
            self._relevant(work, node)
        elif work.kind == graph.CALCULATE:
            self._calculate(work, node)
        elif work.kind == graph.CHOICES:
            if graph.CHOICES in node.uncomputed:
                self.unmark(graph.CHOICES, node)
            self._choices.forget(node)
            self.changes.changed.add(node.path)
            self.refresh(node)
        elif work.kind == graph.CONSTRAINT:
            self.judge(node)
        elif work.kind == graph.TEXT:
            self._choices.forget_texts(node)
            self.changes.changed.add(node.path)
            self.changes.structure |= not node.schema.is_leaf
        else:
            self._flag(work, node)

    def _truth(self, work: Work, node: Node | Repeat) -> bool | None:
        """What a condition is now; None leaves things as they are."""
        assert work.expression is not None
        value = self.evaluate(work.kind, work.expression, node)
        return None if value is None else to_truth(value)

    def _flag(self, work: Work, node: Node) -> None:
        truth = self._truth(work, node)
        if truth is not None and truth != getattr(node, work.kind):
            setattr(node, work.kind, truth)
            # Readonly is inherited: what is inside looks different too.
            self.changes.changed.update(thing.path for thing in node.below())

    def _relevant(self, work: Work, node: Node | Repeat) -> None:
        truth = self._truth(work, node)
        if truth is not None:
            node.own = truth
        self.spread(node, node.parent is None or node.parent.relevant)

    def spread(self, thing: Node | Repeat, around: bool) -> None:
        """Carry relevance down from ``thing``, whose surroundings are relevant or not."""
        relevant = around and thing.own
        if relevant == thing.relevant:
            return
        thing.relevant = relevant
        self.changes.structure = True
        self.changes.changed.add(thing.path)
        if isinstance(thing, Repeat):
            for row in thing.rows:
                self.spread(row, relevant)
            self.fire(thing)
        elif thing.schema.is_leaf:
            self.refresh(thing)
        else:
            for child in thing.children:
                self.spread(child, relevant)
            self.fire(thing)

    def _calculate(self, work: Work, node: Node) -> None:
        expression = work.expression
        assert expression is not None
        if expression.fickle and self.loading and node.touched:
            return
        value = self.evaluate(graph.CALCULATE, expression, node)
        if value is None and expression.fickle:
            return  # what was found once counts for good
        node.calculated = self.coerced(graph.CALCULATE, value, node)
        if expression.fickle and node.text != (node.calculated or None):
            node.text, node.touched = node.calculated or None, True
            self.changes.answers[node.path] = node.text
        self.refresh(node)

    def coerced(self, kind: str, value: Value | None, node: Node) -> str:
        """The text to store of what a formula gave; nothing of what was not computed, or is longer than any answer."""
        found = "" if value is None else coerce(value, node.schema.data_type, self.env.zone)
        if len(found) <= limits.ANSWER_CHARS_MAX:
            return found
        self.mark(kind, node)
        return ""

    def write(self, node: Node, text: str | None) -> None:
        """Store ``text`` and recompute what follows from it."""
        node.text, node.touched = text, True
        if graph.ACTION in node.uncomputed:
            self.unmark(graph.ACTION, node)
        self.changes.answers[node.path] = text
        self.changes.changed.add(node.path)
        self.refresh(node)
        self.run()

    def refresh_below(self, top: Node) -> None:
        """Recompute what expressions read in every question below ``top``."""
        for node in top.below():
            if isinstance(node, Node) and node.schema.is_leaf:
                self.refresh(node)

    def refresh(self, node: Node) -> None:
        """Recompute what expressions read in ``node``."""
        if not node.relevant:
            value = ""
        elif node.schema.computed:
            value = node.calculated
        else:
            value = self._effective(node)
        if value != node.value:
            node.value = value
            self.changes.changed.add(node.path)
            self.fire(node)
        self.judge(node)

    def _effective(self, node: Node) -> str:
        text = node.text or ""
        if not text or not self._fits(node, text):
            return ""
        control = node.schema.control
        if control is None or control.choices is None or control.choices.fixed:
            return text
        _order, offered = self._choices.offered(node)
        if self._choices.are_unknown(node):
            return text
        if control.kind == "select_one":
            return text if text in offered else ""
        return " ".join(one for one in text.split() if one in offered)

    def _fits(self, node: Node, text: str) -> bool:
        """Whether a text that was entered is of the question's type, and within its bounds where it has any."""
        if not datatypes.fits(text, node.schema.data_type, self.env.zone):
            return False
        bounds = None if node.schema.control is None else node.schema.control.bounds
        return bounds is None or bounds.hold(text)

    def judge(self, node: Node) -> None:
        """Recompute what is wrong with the node's value."""
        flaw = self._flaw(node)
        if flaw != node.flaw:
            node.flaw = flaw
            self.changes.changed.add(node.path)

    def _flaw(self, node: Node) -> str:
        schema = node.schema
        if graph.CONSTRAINT in node.uncomputed and not (node.relevant and node.value):
            self.unmark(graph.CONSTRAINT, node)  # nothing is judged, so nothing is left to be computed
        if not node.relevant or not (node.text or node.value):
            return ""
        if not schema.computed and node.text and not self._fits(node, node.text):
            return "type"
        # Nobody can mend what a calculation gave, so a choice that no list has is not told of it.
        if node.value and not schema.computed and schema.control is not None and schema.control.choices is not None:
            _order, offered = self._choices.offered(node)
            if self._choices.are_unknown(node):
                return ""
            chosen = [node.value] if schema.control.kind == "select_one" else node.value.split()
            if any(one not in offered for one in chosen):
                return "type"
        if schema.constraint is None or not node.value:
            return ""
        holds = self.evaluate(graph.CONSTRAINT, schema.constraint, node)
        return "" if holds is None or to_truth(holds) else "constraint"

    # --- rows

    def _count(self, work: Work, repeat: Repeat) -> None:
        assert work.expression is not None
        value = self.evaluate(graph.COUNT, work.expression, repeat)
        if value is None:
            return
        number = to_number(value, self.env.zone)
        wanted = 0 if math.isnan(number) else int(max(0, min(number, limits.ROWS_MAX)))
        if wanted == repeat.wanted and (number > limits.ROWS_MAX) == (graph.ROWS in repeat.uncomputed):
            return
        repeat.wanted = wanted
        made = self._make_rows(repeat, wanted)
        if not made or number > limits.ROWS_MAX:
            self.mark(graph.ROWS, repeat)
        elif graph.ROWS in repeat.uncomputed:
            self.unmark(graph.ROWS, repeat)
        self.settle_rows(repeat)

    def _make_rows(self, repeat: Repeat, wanted: int) -> bool:
        """Make the rows that are missing; False when the whole form has no room for them."""
        while len(repeat.rows) < wanted:
            try:
                self._make_row(repeat)
            except FormsError:
                return False
        return True

    def settle_rows(self, repeat: Repeat) -> None:
        """Rows beyond the count stay stored but do not count; tell everyone who reads the rows."""
        repeat.renumber()
        for row in repeat.rows:
            row.own = repeat.wanted is None or row.position <= repeat.wanted
            self.spread(row, repeat.relevant)
        self.changes.rows.add(repeat.path)
        self.changes.structure = True
        self.fire(repeat)


def _sweep(thing: Node | Repeat, around: int) -> _Sweep:
    """Where a round passes ``thing``: row by row, every other round from the last row to the first."""
    found: list[int] = []
    at: Node | None = thing if isinstance(thing, Node) else thing.parent
    while at is not None:
        if at.container is not None:
            found.append(-at.position if around % 2 else at.position)
        at = at.parent
    return tuple(reversed(found))


def _state(thing: Node | Repeat) -> tuple[object, ...]:
    """What others can read of ``thing``."""
    return (thing.own, thing.wanted) if isinstance(thing, Repeat) else (thing.own, thing.value)


def _climbed(thing: Node | Repeat, trigger: Trigger) -> Node | Repeat | None:
    """The instance below which everything that ``trigger`` makes due is found, given the node that changed."""
    top: Node | Repeat | None = thing
    for _ in range(trigger.ups):
        assert top is not None
        top = top.parent
    return top


def _instances(top: Node | Repeat | None, trigger: Trigger) -> Iterator[Node | Repeat]:
    """The nodes below ``top`` whose work ``trigger`` makes due."""
    found: list[Node | Repeat] = [] if top is None else [top]
    for index in trigger.downs:
        below: list[Node | Repeat] = []
        for node in found:
            if isinstance(node, Repeat):
                below.extend(row.children[index] for row in node.rows)
            else:
                below.append(node.children[index])
        found = below
    for node in found:
        if isinstance(node, Repeat) and trigger.work.kind not in (graph.COUNT, graph.RELEVANT, graph.TEXT):
            yield from node.rows
        else:
            yield node
