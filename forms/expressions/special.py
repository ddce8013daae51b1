"""Functions that need more than the values of their arguments: laziness, nodes, places, lists."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from forms.errors import ExpressionError
from forms.expressions import functions, patterns
from forms.expressions.context import Context
from forms.expressions.paths import Nodeset
from forms.expressions.syntax import Call, Literal, Syntax, parse
from forms.schema import SchemaNode
from forms.tables import Table
from forms.tree import Node, Repeat
from forms.values import Nodes, Value, to_number, to_text, to_truth

if TYPE_CHECKING:
    from forms.expressions.compiler import Closure, Compiler, Dot

Maker = Callable[["Compiler", Call, "Dot"], "Closure"]
SPECIAL: dict[str, tuple[int, int, Maker]] = {}


def _special(name: str, low: int, high: int | None = None) -> Callable[[Maker], Maker]:
    def register(make: Maker) -> Maker:
        SPECIAL[name] = (low, low if high is None else high, make)
        return make

    return register


@_special("if", 3)
def _if(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    test, then, otherwise = (compiler.value(argument, dot) for argument in tree.arguments)
    return lambda context: then(context) if to_truth(test(context)) else otherwise(context)


@_special("coalesce", 1, functions.ANY)
def _coalesce(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    closures = [compiler.value(argument, dot) for argument in tree.arguments]

    def first(context: Context) -> Value:
        for closure in closures:
            value = to_text(closure(context))
            if value not in ("", "NaN"):
                return value
        return ""

    return first


@_special("once", 1)
def _once(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    compiler.fickle = True
    closure = compiler.value(tree.arguments[0], dot)
    return lambda context: context.current.calculated or closure(context)


@_special("count", 1)
def _count(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    found = compiler.nodeset(tree.arguments[0], dot)
    if found.rows is not None:
        rows = found.rows
        return lambda context: float(len(rows(context)))
    nodes = found.nodes
    return lambda context: float(len(nodes(context)))


@_special("count-non-empty", 1)
def _count_non_empty(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    nodes = compiler.nodes(tree.arguments[0], dot)
    return lambda context: float(sum(1 for node in nodes(context) if _has_text(context, node)))


def _has_text(context: Context, node: object) -> bool:
    if isinstance(node, Node) and not node.schema.is_leaf:
        for child in node.below():
            context.env.budget.spend(1)
            if isinstance(child, Node) and child.schema.is_leaf and child.value:
                return True
        return False
    return bool(getattr(node, "value", ""))


@_special("sum", 1)
def _sum(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    add = functions.FUNCTIONS["sum"].apply
    nodes = compiler.nodes(tree.arguments[0], dot)
    return lambda context: add(context, nodes(context))


@_special("position", 0, 1)
def _position(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    if not tree.arguments:
        return lambda context: float(context.position)
    target = compiler.target(tree.arguments[0], dot)
    around = compiler.current.chain()
    if not target.is_repeat or target not in around or target.parent is None:
        raise ExpressionError("unsupported", "position", tree.position)
    compiler.read(target, target.parent)

    def position(context: Context) -> Value:
        node: Node | None = context.node
        while node is not None and node.schema is not target:
            node = node.parent
        return float(node.position) if node is not None else math.nan

    return position


@_special("last", 0)
def _last(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    return lambda context: float(context.size)


@_special("current", 0)
def _current(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    compiler.read(compiler.current, compiler.current)
    return lambda context: context.current.value


@_special("local-name", 0, 1)
def _local_name(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    name = compiler.target(tree.arguments[0], dot).name if tree.arguments else compiler.current.name
    return lambda context: name


@_special("version", 0)
def _version(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    version = compiler.names.version
    return lambda context: version


@_special("regex", 2)
def _regex(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    text, pattern = (compiler.value(argument, dot) for argument in tree.arguments)
    given = tree.arguments[1]
    if isinstance(given, Literal):
        try:
            patterns.check_pattern(str(given.value))
        except patterns.PatternError:
            raise ExpressionError("pattern", str(given.value), given.position) from None
        held, known = compiler.names.patterns, str(given.value)
        if held.hold(known):
            return lambda context: held.matches(known, to_text(text(context)), context.env.budget.spend)
    return lambda context: patterns.matches(to_text(pattern(context)), to_text(text(context)), context.env.budget.spend)


@_special("jr:choice-name", 2)
def _choice_name(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    """The label of a choice; the question is named by a path in quotes."""
    value = compiler.value(tree.arguments[0], dot)
    named = tree.arguments[1]
    source = str(named.value) if isinstance(named, Literal) else ""
    path: Syntax = parse(source.strip()) if source else named
    target = compiler.target(path, dot)
    if target.control is not None and target.control.choices is None:
        raise ExpressionError("unsupported", source, named.position)
    nodes = compiler.nodes(path, dot)
    compiler.spoken = True

    def label(context: Context) -> Value:
        found = nodes(context)
        text = to_text(value(context))
        if not text or not found or not isinstance(found[0], Node):
            return ""
        return context.env.choice_label(found[0], text)

    return label


@_special("indexed-repeat", 3, 7)
def _indexed_repeat(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    """``indexed-repeat(value, repeat, number, …)``: a value in the given row of each named repeat."""
    if len(tree.arguments) % 2 == 0:
        raise ExpressionError("argument_count", tree.name, tree.position)
    target = _named(compiler, tree.arguments[0], dot)
    chain = target.chain()[1:]
    numbers: dict[str, Closure] = {}
    for place in range(1, len(tree.arguments), 2):
        repeat = _named(compiler, tree.arguments[place], dot)
        if not repeat.is_repeat or repeat not in chain:
            raise ExpressionError("unsupported", tree.name, tree.arguments[place].position)
        numbers[repeat.ref] = compiler.value(tree.arguments[place + 1], dot)
    root = compiler.names.root
    for schema in chain:
        if schema.is_repeat:
            compiler.read(schema, root, picked=True)
    compiler.read(target, root, picked=True)

    def find(context: Context) -> Value:
        rows = {
            schema.ref: number(context) for schema, number in ((s, numbers[s.ref]) for s in chain if s.ref in numbers)
        }
        node = _indexed(context, chain, rows)
        return node.value if node is not None else ""

    return find


def _named(compiler: Compiler, tree: Syntax, dot: Dot) -> SchemaNode:
    """What a path leads to, when only its name counts and nothing is read by it."""
    before = compiler.reads
    compiler.reads = dict(before)
    try:
        return compiler.target(tree, dot)
    finally:
        compiler.reads = before


def _indexed(context: Context, chain: Sequence[SchemaNode], numbers: dict[str, Value]) -> Node | None:
    around: dict[str, Node] = {}
    at: Node | None = context.current
    while at is not None:
        around[at.schema.ref] = at
        at = at.parent
    node = around[""]
    for schema in chain:
        child = node.children[schema.index]
        if isinstance(child, Repeat):
            row = _row(child, schema, numbers, around, context)
            if row is None:
                return None
            node = row
        else:
            node = child
    return node


def _row(
    child: Repeat, schema: SchemaNode, numbers: dict[str, Value], around: dict[str, Node], context: Context
) -> Node | None:
    context.env.budget.spend(len(child.rows) >> 3)
    rows = [row for row in child.rows if row.relevant]
    if schema.ref not in numbers:
        mine = around.get(schema.ref)
        return mine if mine is not None and mine.container is child else (rows[0] if rows else None)
    number = to_number(numbers[schema.ref], context.env.zone)
    place = 1 if math.isnan(number) or number < 1 else number
    return rows[int(place) - 1] if place <= len(rows) else None


def _data_table(compiler: Compiler, name: str, named: Syntax) -> Table:
    """The list of that name, declared by the form or only lying beside it."""
    table = compiler.names.tables.get(name)
    if table is None and compiler.names.files is not None:
        found = compiler.names.files.table(f"{name}.csv")
        if not isinstance(found, Table):
            raise ExpressionError("data_file", f"{name}.csv", named.position)
        table = found
    if table is None:
        raise ExpressionError("unknown_instance", name, named.position)
    return table


@_special("pulldata", 4)
def _pulldata(compiler: Compiler, tree: Call, dot: Dot) -> Closure:
    """``pulldata('file', 'column', 'key column', key)`` over a CSV media file."""
    names: list[str] = []
    for argument in tree.arguments[:3]:
        if not isinstance(argument, Literal):
            raise ExpressionError("unsupported", "pulldata", argument.position)
        names.append(str(argument.value))
    table = _data_table(compiler, names[0].removesuffix(".csv"), tree.arguments[0])
    for name, argument in zip(names[1:], tree.arguments[1:], strict=False):
        if not table.has(name):
            raise ExpressionError("unknown_path", name, argument.position)
    cells, index = table.cells(names[1]), table.index(names[2])
    key = compiler.value(tree.arguments[3], dot)

    def look_up(context: Context) -> Value:
        rows = index.get(to_text(key(context)))
        return cells[rows[0]] if rows else ""

    return look_up


def randomized(compiler: Compiler, tree: Call, dot: Dot) -> Nodeset:
    """``randomize(nodes, seed)``: shuffled, the same way for one seed (Park-Miller, as ODK's clients do); without a
    seed the same way all through a session."""
    if not 1 <= len(tree.arguments) <= 2:
        raise ExpressionError("argument_count", tree.name, tree.position)
    found = compiler.nodeset(tree.arguments[0], dot)
    seed = compiler.value(tree.arguments[1], dot) if len(tree.arguments) == 2 else None
    inner_nodes, inner_rows = found.nodes, found.rows

    def order(context: Context, size: int) -> list[int]:
        context.env.budget.spend(size * 2)
        return _shuffled(size, context.env.shuffle if seed is None else _seed(seed(context), context.env.zone))

    def nodes(context: Context) -> Nodes:
        given = inner_nodes(context)
        return [given[place] for place in order(context, len(given))]

    def rows(context: Context) -> Sequence[int]:
        assert inner_rows is not None
        given = inner_rows(context)
        return [given[place] for place in order(context, len(given))]

    return Nodeset(nodes, found.target, found.table, rows if inner_rows is not None else None, found.column, True)


def _seed(value: Value, zone: tzinfo) -> int:
    """A seed as a whole number; text that is no number is hashed, as ODK's clients do."""
    number = to_number(value, zone)
    if not math.isnan(number):
        return int(max(-(2.0**63), min(2.0**63 - 1, number)))
    text = to_text(value)
    hashed = hashlib.sha256(text.encode()).digest()[:8]
    return int.from_bytes(hashed, "big", signed=True) if text not in ("", "NaN") else 0


def _shuffled(size: int, seed: int) -> list[int]:
    state = int(math.fmod(seed, 2147483647))
    if state <= 0:
        state += 2147483646
    order: list[int] = []
    for place in range(size):
        state = state * 16807 % 2147483647
        other = int((state - 1) / 2147483646 * (place + 1))
        order.append(place)
        order[place], order[other] = order[other], place
    return order
