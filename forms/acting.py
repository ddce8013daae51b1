"""What a form does by itself (``setvalue``): at loading, in a new row, and when an answer changes."""

from __future__ import annotations

from collections.abc import Iterable

from forms import graph
from forms.engine import Engine
from forms.schema import Action, SchemaNode
from forms.tree import Node, Repeat
from forms.undoing import Past, Written

_FIRST_LOAD = frozenset({"odk-instance-first-load", "xforms-ready"})
_CHAINED_MAX = 50
_STEPS = 20
"""What an action costs besides its formula: actions can set each other off in ever more ways."""


class Actor:
    """Writes into one session's tree, and runs the actions that wait for that."""

    def __init__(self, actions: Iterable[Action], engine: Engine, past: Past) -> None:
        self._engine = engine
        self._past = past
        self._waiting: dict[str, list[Action]] = {}
        self._initial: dict[str, list[tuple[int, Action]]] = {}
        for place, action in enumerate(actions):
            if action.trigger is None:
                self._initial.setdefault(action.target.ref, []).append((place, action))
            elif "xforms-value-changed" in action.events:
                self._waiting.setdefault(action.trigger.ref, []).append(action)

    def loaded(self, root: Node) -> None:
        """Run what waits for the form to be opened, in the order of the form."""
        initial = sorted((one for found in self._initial.values() for one in found), key=lambda one: one[0])
        for _place, action in initial:
            if action.events & (_FIRST_LOAD | {"odk-instance-load"}):
                for node in instances(root, action.target):
                    if not node.touched or "odk-instance-load" in action.events:
                        self._act(action, node, 0)

    def put(self, node: Node, text: str | None, chained: int = 0) -> None:
        """Store ``text``, recompute, then run the actions that wait for this node."""
        before = node.text
        self._past.note(Written(node.path, before))
        self._engine.write(node, text)
        if before == text or chained >= _CHAINED_MAX:
            return
        for action in self._waiting.get(node.schema.ref, ()):
            target = _nearest(action.target, node)
            if target is not None:
                self._act(action, target, chained + 1)

    def begin_row(self, row: Node) -> None:
        """Run what waits for a new row. Everything else in it is as it will be."""
        found = [
            (place, action, node)
            for node in row.below()
            if isinstance(node, Node) and node is not row and not node.touched
            for place, action in self._initial.get(node.schema.ref, ())
        ]
        waiting = [(action, node) for _place, action, node in sorted(found, key=lambda one: one[0])]
        for action, node in waiting:
            if "odk-new-repeat" in action.events:
                self._engine.run()
                self._act(action, node, 0)
        for _action, node in waiting:
            if not node.touched:
                # First-load actions are over; without this mark they would run when the answers are loaded again.
                node.touched = True
                self._engine.changes.answers[node.path] = None

    def _act(self, action: Action, node: Node, chained: int) -> None:
        """Run an action; one that would take too many steps writes nothing, and its target says so."""
        if not self._engine.env.budget.charge(_STEPS):
            self._engine.mark(graph.ACTION, node)
            return
        value = "" if action.value is None else self._engine.evaluate(graph.ACTION, action.value, node)
        if value is not None:
            self.put(node, self._engine.coerced(graph.ACTION, value, node) or None, chained)


def instances(root: Node, schema: SchemaNode) -> list[Node]:
    """Every instance of ``schema``."""
    found: list[Node] = [root]
    for step in schema.chain()[1:]:
        below: list[Node] = []
        for node in found:
            child = node.children[step.index]
            below.extend([child] if isinstance(child, Node) else child.rows)
        found = below
    return found


def _nearest(schema: SchemaNode, origin: Node) -> Node | None:
    """The instance of ``schema`` in the rows that ``origin`` is in, else in the first row."""
    around: set[int] = set()
    node = origin
    while node.parent is not None:
        around.add(id(node))
        node = node.parent
    for step in schema.chain()[1:]:
        child = node.children[step.index]
        if isinstance(child, Repeat):
            mine = [row for row in child.rows if id(row) in around] or child.rows
            if not mine:
                return None
            child = mine[0]
        node = child
    return node
