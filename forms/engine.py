"""Recalculation: a heap of pending works in dependency order, stopping wherever a value did not change."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import cast

from forms import datatypes, graph, limits
from forms.choices import ChoiceBook
from forms.definition import FormDefinition
from forms.expressions.context import Context, Environment
from forms.graph import Trigger, Work
from forms.schema import Expression
from forms.tree import Node, Repeat
from forms.values import Value, coerce, to_number, to_truth


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
    """

    def __init__(
        self, definition: FormDefinition, env: Environment, choices: ChoiceBook, make_row: Callable[[Repeat], Node]
    ) -> None:
        self._definition = definition
        self._plan = definition.plan
        self.env = env
        self._choices = choices
        self._make_row = make_row
        self.changes = Changes()
        self.loading = True
        self._heap: list[tuple[int, int, Work, Node | Repeat]] = []
        self._queued: set[tuple[int, int]] = set()
        self._runs: dict[tuple[int, int], int] = {}
        self._serial = 0

    # --- asking for work

    def push(self, work: Work, node: Node | Repeat) -> None:
        """Queue ``work`` for ``node`` once."""
        key = (work.order, id(node))
        if key not in self._queued:
            self._queued.add(key)
            self._serial += 1
            heappush(self._heap, (work.order, self._serial, work, node))

    def push_below(self, top: Node | Repeat) -> None:
        """Queue everything that belongs to ``top`` and to what is below it."""
        for thing in top.below():
            if isinstance(thing, Node) and thing.schema.is_repeat:
                continue  # a row: its works belong to the repeat as a whole
            for work in self._plan.of.get(thing.schema.ref, ()):
                self.push(work, thing)

    def fire(self, thing: Node | Repeat) -> None:
        """``thing`` changed: queue all that reads it."""
        for trigger in self._plan.triggers.get(thing.schema.ref, ()):
            for node in _instances(thing, trigger):
                self.push(trigger.work, node)

    def run(self) -> None:
        """Work until nothing is pending."""
        while self._heap:
            _order, _serial, work, node = heappop(self._heap)
            key = (work.order, id(node))
            self._queued.discard(key)
            runs = self._runs.get(key, 0)
            # Only a cycle comes back this often; its last link is then ignored for this act.
            if node.alive and runs < limits.RUNS_PER_ACT_MAX:
                self._runs[key] = runs + 1
                self._do(work, node)
        self._runs.clear()

    def take_changes(self) -> Changes:
        """Return what changed and start anew."""
        changes, self.changes = self.changes, Changes()
        return changes

    # --- doing it

    def evaluate(self, expression: Expression, node: Node | Repeat) -> Value:
        """Evaluate for ``node``. A repeat as a whole has no value of its own and is only climbed from."""
        here = cast(Node, node)
        try:
            return expression.evaluate(Context(self.env, here, here))
        except RecursionError:
            # A formula nested to the limit was accepted with a shorter stack; it then has no value, and nothing breaks.
            return ""

    def _do(self, work: Work, node: Node | Repeat) -> None:
        if isinstance(node, Repeat):
            if work.kind == graph.COUNT:
                self._count(work, node)
            elif work.kind == graph.RELEVANT:
                self._relevant(work, node)
            else:
                self.changes.changed.add(node.path)
            return
        if work.kind == graph.RELEVANT:
            self._relevant(work, node)
        elif work.kind == graph.CALCULATE:
            self._calculate(work, node)
        elif work.kind == graph.CHOICES:
            self._choices.forget(node)
            self.changes.changed.add(node.path)
            self.refresh(node)
        elif work.kind == graph.CONSTRAINT:
            self.judge(node)
        elif work.kind == graph.TEXT:
            self.changes.changed.add(node.path)
            self.changes.structure |= not node.schema.is_leaf
        else:
            self._flag(work, node)

    def _truth(self, work: Work, node: Node | Repeat) -> bool:
        assert work.expression is not None
        return to_truth(self.evaluate(work.expression, node))

    def _flag(self, work: Work, node: Node) -> None:
        truth = self._truth(work, node)
        if truth != getattr(node, work.kind):
            setattr(node, work.kind, truth)
            # Readonly is inherited: what is inside looks different too.
            self.changes.changed.update(thing.path for thing in node.below())

    def _relevant(self, work: Work, node: Node | Repeat) -> None:
        node.own = self._truth(work, node)
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
        node.calculated = coerce(self.evaluate(expression, node), node.schema.data_type, self.env.zone)
        if expression.fickle and node.calculated and node.text != node.calculated:
            node.text, node.touched = node.calculated, True
            self.changes.answers[node.path] = node.text
        self.refresh(node)

    def write(self, node: Node, text: str | None) -> None:
        """Store ``text`` and recompute what follows from it."""
        node.text, node.touched = text, True
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
        if not node.relevant or not (node.text or node.value):
            return ""
        if not schema.computed and node.text and not self._fits(node, node.text):
            return "type"
        # Nobody can mend what a calculation gave, so a choice that no list has is not told of it.
        if node.value and not schema.computed and schema.control is not None and schema.control.choices is not None:
            _order, offered = self._choices.offered(node)
            chosen = [node.value] if schema.control.kind == "select_one" else node.value.split()
            if any(one not in offered for one in chosen):
                return "type"
        if schema.constraint is None or not node.value:
            return ""
        return "" if to_truth(self.evaluate(schema.constraint, node)) else "constraint"

    # --- rows

    def _count(self, work: Work, repeat: Repeat) -> None:
        assert work.expression is not None
        number = to_number(self.evaluate(work.expression, repeat), self.env.zone)
        wanted = 0 if math.isnan(number) else int(max(0, min(number, limits.ROWS_MAX)))
        if wanted == repeat.wanted:
            return
        repeat.wanted = wanted
        while len(repeat.rows) < wanted:
            self._make_row(repeat)
        self.settle_rows(repeat)

    def settle_rows(self, repeat: Repeat) -> None:
        """Rows beyond the count stay stored but do not count; tell everyone who reads the rows."""
        repeat.renumber()
        for row in repeat.rows:
            row.own = repeat.wanted is None or row.position <= repeat.wanted
            self.spread(row, repeat.relevant)
        self.changes.rows.add(repeat.path)
        self.changes.structure = True
        self.fire(repeat)


def _instances(thing: Node | Repeat, trigger: Trigger) -> Iterator[Node | Repeat]:
    """The nodes whose work ``trigger`` makes due, given the node that changed."""
    top: Node | Repeat | None = thing
    for _ in range(trigger.ups):
        assert top is not None
        top = top.parent
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
