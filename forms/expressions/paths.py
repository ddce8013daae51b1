"""Paths: resolved against the form's shape when compiled, so that at run time only list steps are left.

ODK's rule: an absolute path inside a repeat means this row, as far as the path and the place where it stands share
repeats; a path that ends at a repeat, or that carries a predicate, means all rows from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms.errors import ExpressionError
from forms.expressions.budget import weight_of
from forms.expressions.context import Context
from forms.expressions.syntax import Call, Literal, Operation, Path, Step, Syntax
from forms.schema import SchemaNode
from forms.tables import Table
from forms.tree import Node, Repeat
from forms.values import Moment, Nodes, Readable, Value, to_truth

if TYPE_CHECKING:
    from forms.expressions.compiler import Compiler

Predicate = Callable[[Context], Value]
Filter = tuple[int, Predicate]
"""A predicate and the steps that one evaluation of it takes."""


class Leaf:
    """One cell of a table as an expression reads it."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value


@dataclass(frozen=True, slots=True)
class Nodeset:
    """A compiled node set: nodes of the form, or rows of a table (``column`` is the last step, "" for whole rows)."""

    nodes: Callable[[Context], Nodes]
    target: SchemaNode | None = None
    table: Table | None = None
    rows: Callable[[Context], Sequence[int]] | None = None
    column: str = ""
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class _Down:
    index: int
    schema: SchemaNode
    predicates: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class _Route:
    """Up ``ups`` from the start, then down; ``from_current`` starts at ``current()`` rather than at ``.``."""

    from_current: bool
    ups: int
    downs: tuple[_Down, ...]
    top: SchemaNode
    target: SchemaNode

    @property
    def single(self) -> bool:
        return not any(down.schema.is_repeat or down.predicates for down in self.downs)


class PathCompiler:
    """Compiles the paths of one formula for its :class:`Compiler`."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def value(self, path: Path, dot: SchemaNode | Table) -> Callable[[Context], Value]:
        """Compile a path for its value: text where it can lead to one node only, else a node set."""
        if self._over_table(path, dot):
            found = self._table_path(path, dot)
            if not isinstance(dot, Table) or path.start is not None:
                return found.nodes
            return self._own_cell(path, dot)
        if self._names_nothing(path, dot):
            return lambda context: ()
        route = self._route(path, dot)
        if route.single:
            return _reader(route)
        return _collector(route)

    def nodeset(self, path: Path, dot: SchemaNode | Table) -> Nodeset:
        """Compile a path for its nodes."""
        if self._over_table(path, dot):
            return self._table_path(path, dot)
        if self._names_nothing(path, dot):
            return Nodeset(lambda context: ())
        route = self._route(path, dot)
        return Nodeset(_collector(route), target=route.target, filtered=any(down.predicates for down in route.downs))

    def target(self, tree: Syntax, dot: SchemaNode | Table) -> SchemaNode:
        """Where a plain path leads."""
        if not isinstance(tree, Path) or self._over_table(tree, dot):
            raise ExpressionError("unsupported", str(getattr(tree, "name", "")), tree.position)
        return self._route(tree, dot).target

    # --- paths over the form's own nodes

    def _names_nothing(self, path: Path, dot: SchemaNode | Table) -> bool:
        """A bare word that is no question here, mostly a text without its quotes: it reads as nothing, as in ODK."""
        if path.absolute or path.start is not None or len(path.steps) != 1 or isinstance(dot, Table):
            return False
        step = path.steps[0]
        nothing = step.name[:1] not in ".*@" and not step.predicates and _below(dot, step.name) is None
        if nothing:
            self._compiler.unknown.append(step.name)
        return nothing

    def _over_table(self, path: Path, dot: SchemaNode | Table) -> bool:
        if isinstance(path.start, Call) and path.start.name == "instance":
            return True
        return not path.absolute and path.start is None and isinstance(dot, Table)

    def _route(self, path: Path, dot: SchemaNode | Table) -> _Route:
        if path.absolute:
            route = self._absolute(path)
        else:
            from_current = path.start is not None
            if isinstance(path.start, Call) and path.start.name == "current" or path.start is None:
                start = self._compiler.current if from_current else dot
            else:
                raise ExpressionError("unsupported", str(getattr(path.start, "name", "(")), path.position)
            if not isinstance(start, SchemaNode):
                raise ExpressionError("unsupported", path.steps[0].name, path.position)
            route = self._relative(path.steps, start, from_current)
        picked = any(down.predicates for down in route.downs)
        self._compiler.read(route.target, route.top, picked=picked)
        for down in route.downs:
            if down.schema.is_repeat and down.schema is not route.target:
                self._compiler.read(down.schema, route.top)
        return route

    def _relative(self, steps: tuple[Step, ...], start: SchemaNode, from_current: bool) -> _Route:
        ups = 0
        top = start
        downs: list[_Down] = []
        at = start
        for step in steps:
            if step.name == ".":
                if step.predicates:
                    raise ExpressionError("unsupported", ".[", step.position)
            elif step.name == "..":
                at = self._up(at, step)
                if downs:
                    downs.pop()
                else:
                    ups += 1
                    top = at
            else:
                at = self._down(at, step, downs)
        return _Route(from_current, ups, tuple(downs), top, at)

    def _absolute(self, path: Path) -> _Route:
        root = self._compiler.names.root
        if path.steps[0].name != root.name:
            raise ExpressionError("unknown_path", path.steps[0].name, path.steps[0].position)
        downs: list[_Down] = []
        at = root
        for step in path.steps[1:]:
            if step.name == "..":
                at = self._up(at, step)
                downs.pop()
            elif step.name != ".":
                at = self._down(at, step, downs)
        shared = self._shared(downs, at)
        top = downs[shared - 1].schema if shared else root
        return _Route(True, self._compiler.current.depth - top.depth, tuple(downs[shared:]), top, at)

    def _shared(self, downs: list[_Down], target: SchemaNode) -> int:
        """How many steps of an absolute path lead to nodes around (or at) the place where it stands."""
        around = self._compiler.current.chain()[1:]
        shared = 0
        for down, ancestor in zip(downs, around, strict=False):
            if down.schema is not ancestor or down.predicates or (down.schema.is_repeat and down.schema is target):
                break
            shared += 1
        return shared

    @staticmethod
    def _up(at: SchemaNode, step: Step) -> SchemaNode:
        if at.parent is None or step.predicates:
            raise ExpressionError("unknown_path", "..", step.position)
        return at.parent

    def _down(self, at: SchemaNode, step: Step, downs: list[_Down]) -> SchemaNode:
        child = _below(at, step.name)
        if step.name == "*" or (step.name.startswith("@") and child is None):
            raise ExpressionError("unsupported", step.name, step.position)
        if child is None:
            raise ExpressionError("unknown_path", step.name, step.position)
        predicates = tuple((weight_of(tree), self._predicate(tree, child)) for tree in step.predicates)
        downs.append(_Down(child.index, child, predicates))
        return child

    def _predicate(self, tree: Syntax, dot: SchemaNode | Table) -> Predicate:
        self._compiler.inside_predicate += isinstance(dot, SchemaNode)
        try:
            return self._compiler.value(tree, dot)
        finally:
            self._compiler.inside_predicate -= isinstance(dot, SchemaNode)

    # --- paths over tables

    def _table_path(self, path: Path, dot: SchemaNode | Table) -> Nodeset:
        steps = list(path.steps)
        if path.start is None:
            if not isinstance(dot, Table):
                raise ExpressionError("unsupported", path.steps[0].name, path.position)
            cell = self._own_cell(path, dot)
            return Nodeset(lambda context: [Leaf(cell(context))], table=dot, column=steps[-1].name)
        table = self._table(path)
        if len(steps) < 2 or len(steps) > 3 or any(step.name == ".." for step in steps):
            raise ExpressionError("unsupported", "instance", path.position)
        if table.item is not None and steps[1].name not in (table.item, "*"):
            raise ExpressionError("unknown_path", steps[1].name, steps[1].position)
        predicates = [_TableFilter(self, tree, table) for whole in steps[1].predicates for tree in _conjuncts(whole)]
        rows = _row_picker(table, predicates)
        column = self._column(table, steps[2]) if len(steps) == 3 else ""
        cells = table.cells(column) if column else ("",) * table.length

        def nodes(context: Context) -> Nodes:
            picked = rows(context)
            context.env.budget.spend(len(picked))
            return [Leaf(cells[row]) for row in picked]

        return Nodeset(nodes, table=table, rows=rows, column=column, filtered=bool(predicates))

    def _table(self, path: Path) -> Table:
        start = path.start
        if not isinstance(start, Call) or len(start.arguments) != 1 or not isinstance(start.arguments[0], Literal):
            raise ExpressionError("unsupported", "instance", path.position)
        name = str(start.arguments[0].value)
        table = self._compiler.names.tables.get(name)
        if table is None:
            raise ExpressionError("unknown_instance", name, start.position)
        return table

    def _own_cell(self, path: Path, table: Table) -> Callable[[Context], str]:
        """The value of a column in the row that a predicate looks at."""
        steps = [step for step in path.steps if step.name != "."]
        if len(steps) != 1:
            raise ExpressionError("unsupported", path.steps[0].name, path.position)
        step = steps[0]
        if not table.has(step.name) and not step.predicates and step.name[:1] not in ".*@":
            self._compiler.unknown.append(step.name)
            return lambda context: ""
        cells = table.cells(self._column(table, step))
        return lambda context: cells[context.row]

    @staticmethod
    def _column(table: Table, step: Step) -> str:
        if step.predicates:
            raise ExpressionError("unsupported", step.name, step.position)
        if not table.has(step.name):
            raise ExpressionError("unknown_path", step.name, step.position)
        return step.name

    def own_column(self, tree: Syntax, table: Table) -> str | None:
        """The column that a path names in the row looked at, None for anything else."""
        if not isinstance(tree, Path) or tree.absolute or tree.start is not None:
            return None
        steps = [step for step in tree.steps if step.name != "."]
        named = len(steps) == 1 and steps[0].name != ".." and table.has(steps[0].name)
        return self._column(table, steps[0]) if named else None

    def compile(self, tree: Syntax, dot: SchemaNode | Table) -> Predicate:
        """Compile a predicate's expression."""
        return self._predicate(tree, dot)


def _below(node: SchemaNode, name: str) -> SchemaNode | None:
    return node.child(name) or node.child(name.rpartition(":")[2])


class _TableFilter:
    """One condition over the rows of a table; equality with something outside the row uses the column's index."""

    def __init__(self, paths: PathCompiler, tree: Syntax, table: Table) -> None:
        self.table = table
        self.test = paths.compile(tree, table)
        self.weight = weight_of(tree) + 1
        self.column: str | None = None
        self.key: Predicate | None = None
        if isinstance(tree, Operation) and tree.operator == "=" and tree.right is not None:
            for mine, other in ((tree.left, tree.right), (tree.right, tree.left)):
                column = paths.own_column(mine, table)
                if column is not None and not _mentions_row(other):
                    self.column, self.key = column, paths.compile(other, table)
                    break

    def pick(self, context: Context, rows: Sequence[int] | None) -> Sequence[int]:
        """Keep the rows of ``rows`` (None: the whole table) that pass."""
        if self.key is not None and self.column is not None:
            value = self.key(context)
            if isinstance(value, str) or (not isinstance(value, (float, bool)) and len(value) <= 1):
                text = value if isinstance(value, str) else (value[0].value if value else "")
                if rows is None:
                    return self.table.index(self.column).get(text, ())
                context.env.budget.spend(len(rows) >> 2)
                cells = self.table.cells(self.column)
                return [row for row in rows if cells[row] == text]
        return self._scan(context, range(self.table.length) if rows is None else rows)

    def _scan(self, context: Context, rows: Sequence[int]) -> list[int]:
        context.env.budget.spend(len(rows) * self.weight)
        inner = Context(context.env, context.node, context.current, size=len(rows))
        kept = []
        for position, row in enumerate(rows, 1):
            inner.position, inner.row = position, row
            if _passes(self.test(inner), position):
                kept.append(row)
        return kept


def _passes(value: Value, position: int) -> bool:
    if isinstance(value, float) and not isinstance(value, Moment):
        return value == position
    return to_truth(value)


def _row_picker(table: Table, predicates: list[_TableFilter]) -> Callable[[Context], Sequence[int]]:
    def pick(context: Context) -> Sequence[int]:
        rows: Sequence[int] | None = None
        for predicate in predicates:
            rows = predicate.pick(context, rows)
        return range(table.length) if rows is None else rows

    return pick


def _conjuncts(tree: Syntax) -> list[Syntax]:
    """Split ``a and b`` into its conditions, unless one counts rows: then the order of filtering would matter."""
    if isinstance(tree, Operation) and tree.operator == "and" and tree.right is not None and not _counts_rows(tree):
        return _conjuncts(tree.left) + _conjuncts(tree.right)
    return [tree]


def _children(tree: Syntax) -> list[Syntax]:
    if isinstance(tree, Operation):
        return [tree.left] if tree.right is None else [tree.left, tree.right]
    if isinstance(tree, Call):
        return list(tree.arguments)
    if isinstance(tree, Path):
        return [tree.start] if tree.start is not None else []
    return []


def _counts_rows(tree: Syntax) -> bool:
    if isinstance(tree, Call) and tree.name in ("position", "last"):
        return True
    return any(_counts_rows(child) for child in _children(tree))


def _mentions_row(tree: Syntax) -> bool:
    """True when the value may differ from row to row."""
    if isinstance(tree, Path) and not tree.absolute and tree.start is None:
        return True
    if isinstance(tree, Call) and tree.name in ("position", "last", "random", "uuid"):
        return True
    return any(_mentions_row(child) for child in _children(tree))


def _start(route: _Route) -> Callable[[Context], Node]:
    ups = route.ups
    if route.from_current:

        def climb_from_current(context: Context) -> Node:
            node = context.current
            for _ in range(ups):
                assert node.parent is not None
                node = node.parent
            return node

        return climb_from_current

    def climb(context: Context) -> Node:
        node = context.node
        for _ in range(ups):
            assert node.parent is not None
            node = node.parent
        return node

    return climb


def _reader(route: _Route) -> Callable[[Context], str]:
    """A closure for a path that leads to exactly one node."""
    start = _start(route)
    indexes = tuple(down.index for down in route.downs)
    if not route.target.is_leaf:
        return lambda context: ""
    if len(indexes) == 1:
        only = indexes[0]

        def read_child(context: Context) -> str:
            return start(context).children[only].value

        return read_child

    def read(context: Context) -> str:
        node: Node | Repeat = start(context)
        for index in indexes:
            assert isinstance(node, Node)
            node = node.children[index]
        return node.value

    return read


def _collector(route: _Route) -> Callable[[Context], Nodes]:
    """A closure for a path that may lead to several nodes; those that are not relevant are left out."""
    start = _start(route)

    def collect(context: Context) -> Nodes:
        found: list[Node] = [start(context)]
        for down in route.downs:
            below: list[Node] = []
            for node in found:
                child = node.children[down.index]
                candidates = [child] if isinstance(child, Node) else child.rows
                context.env.budget.spend(len(candidates) + 1)
                reached = [candidate for candidate in candidates if candidate.relevant]
                for predicate in down.predicates:
                    reached = _filtered(reached, predicate, context)
                below.extend(reached)
            found = below
        nodes: Sequence[Readable] = found
        return nodes

    return collect


def _filtered(nodes: list[Node], filtering: Filter, context: Context) -> list[Node]:
    weight, predicate = filtering
    context.env.budget.spend(len(nodes) * (weight + 2))
    kept = []
    for position, node in enumerate(nodes, 1):
        inner = Context(context.env, node, context.current, position, len(nodes), context.row)
        if _passes(predicate(inner), position):
            kept.append(node)
    return kept
