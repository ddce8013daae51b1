"""Syntax tree -> closures, and what each closure reads.

Closures rather than a walk over the tree: one formula runs thousands of times an hour; names are resolved once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from forms.datafiles import DataFiles
from forms.errors import ExpressionError
from forms.expressions import dialects, functions, special
from forms.expressions.budget import LONG_TEXT, weight_of
from forms.expressions.context import Context
from forms.expressions.paths import Nodeset, PathCompiler
from forms.expressions.patterns import Held
from forms.expressions.syntax import Call, Literal, Operation, Path, Syntax, parse
from forms.schema import Expression, Read, SchemaNode
from forms.tables import Table
from forms.values import Nodes, Value, different, equal, to_number, to_truth

Closure = Callable[[Context], Value]
Dot = SchemaNode | Table


@dataclass(frozen=True)
class Names:
    """What formulas of one form may name: its nodes from ``root``, its tables by instance id, its version, and the data
    files beside it."""

    root: SchemaNode
    tables: Mapping[str, Table]
    version: str = ""
    files: DataFiles | None = None
    patterns: Held = field(default_factory=Held)


class Compiler:
    """Compiles formulas that belong to one node; collects what they read.

    Attributes:
        unknown: bare words that name nothing here; they read as nothing.

    Args:
        names: what may be named.
        current: the node whose formula it is (``current()``, and ``.`` outside predicates).
    """

    def __init__(self, names: Names, current: SchemaNode) -> None:
        self.unknown: list[str] = []
        self.names = names
        self.current = current
        self.reads: dict[tuple[str, str], Read] = {}
        self.fickle = False
        self.spoken = False
        self.inside_predicate = 0
        self._paths = PathCompiler(self)

    def read(self, target: SchemaNode, top: SchemaNode, *, picked: bool = False) -> None:
        """Note that the formula reads ``target``, found from ``top``; see :class:`forms.schema.Read`."""
        if self.inside_predicate and top.parent is not None:
            # A predicate moves the context; the safe bound is the whole form.
            top = self.names.root
        key = (target.ref, top.ref)
        picked = picked and (key not in self.reads or self.reads[key].picked)
        self.reads[key] = Read(target, top, picked)

    def finish(self, source: str, tree: Syntax, closure: Closure) -> Expression:
        """Make the frozen result."""
        unknown = tuple(dict.fromkeys(self.unknown))
        reads = tuple(self.reads.values())
        return Expression(source, closure, reads, self.fickle, self.spoken, weight_of(tree), unknown)

    def value(self, tree: Syntax, dot: Dot) -> Closure:
        """Compile for a value."""
        if isinstance(tree, Literal):
            constant = tree.value
            return lambda context: constant
        if isinstance(tree, Operation):
            return self._operation(tree, dot)
        if isinstance(tree, Path):
            return self._paths.value(tree, dot)
        return self._call(tree, dot)

    def nodes(self, tree: Syntax, dot: Dot) -> Callable[[Context], Nodes]:
        """Compile for a node set.

        Raises:
            ExpressionError: ``unsupported`` when ``tree`` is not a path.
        """
        return self.nodeset(tree, dot).nodes

    def nodeset(self, tree: Syntax, dot: Dot) -> Nodeset:
        """Compile for a node set, with what it is made of."""
        if isinstance(tree, Call) and tree.name == "randomize":
            return special.randomized(self, tree, dot)
        if not isinstance(tree, Path):
            name = tree.name if isinstance(tree, Call) else str(getattr(tree, "value", getattr(tree, "operator", "")))
            raise ExpressionError("unsupported", name, tree.position)
        return self._paths.nodeset(tree, dot)

    def target(self, tree: Syntax, dot: Dot) -> SchemaNode:
        """The node of the form that a path without predicates leads to."""
        return self._paths.target(tree, dot)

    def _call(self, tree: Call, dot: Dot) -> Closure:
        maker = special.SPECIAL.get(tree.name) or dialects.LAZY.get(tree.name)
        if maker is not None:
            low, high, make = maker
            self._check_count(tree, low, high)
            return make(self, tree, dot)
        found = functions.FUNCTIONS.get(tree.name) or dialects.PLAIN.get(tree.name)
        if found is None:
            raise ExpressionError("unknown_function", tree.name, tree.position)
        self._check_count(tree, found.low, found.high)
        if tree.name in functions.FICKLE:
            self.fickle = True
        if tree.name in functions.SPOKEN:
            self.spoken = True
        return _applied(found.apply, [self.value(argument, dot) for argument in tree.arguments])

    @staticmethod
    def _check_count(tree: Call, low: int, high: int) -> None:
        if not low <= len(tree.arguments) <= high:
            raise ExpressionError("argument_count", tree.name, tree.position)

    def _operation(self, tree: Operation, dot: Dot) -> Closure:
        if tree.right is None:
            operand = self.value(tree.left, dot)
            return lambda context: -to_number(operand(context), context.env.zone)
        if tree.operator in ("and", "or"):
            return _junction([self.value(term, dot) for term in _terms(tree)], tree.operator == "or")
        left, right = self.value(tree.left, dot), self.value(tree.right, dot)
        if tree.operator in ("=", "!="):
            return _equality(equal if tree.operator == "=" else different, left, right)
        if tree.operator in _ORDER:
            return _ordering(_ORDER[tree.operator], left, right)
        return _arithmetic(_ARITHMETIC[tree.operator], left, right)


def _terms(tree: Operation) -> list[Syntax]:
    """The terms of a chain such as ``a or b or c``: hundreds occur, so they must not nest."""
    found: list[Syntax] = []
    at: Syntax = tree
    while isinstance(at, Operation) and at.operator == tree.operator and at.right is not None:
        found.append(at.right)
        at = at.left
    found.append(at)
    return found[::-1]


def _junction(terms: list[Closure], decisive: bool) -> Closure:
    """``or`` (decided by the first true) or ``and`` (by the first false)."""

    def decide(context: Context) -> Value:
        for term in terms:
            if to_truth(term(context)) == decisive:
                return decisive
        return not decisive

    return decide


def compile_source(names: Names, current: SchemaNode, source: str) -> Expression:
    """Compile one formula for a value.

    Raises:
        ExpressionError: with the position in ``source``.
    """
    compiler = Compiler(names, current)
    try:
        tree = parse(source)
        return compiler.finish(source, tree, compiler.value(tree, current))
    except RecursionError:
        raise ExpressionError("unsupported", "depth", 0) from None


def _applied(apply: functions.Apply, arguments: list[Closure]) -> Closure:
    if not arguments:
        return lambda context: apply(context)
    if len(arguments) == 1:
        only = arguments[0]
        return lambda context: _weighed(context, apply(context, _weighed(context, only(context))))
    if len(arguments) == 2:
        first, second = arguments
        return lambda context: _weighed(
            context, apply(context, _weighed(context, first(context)), _weighed(context, second(context)))
        )
    return lambda context: _weighed(
        context, apply(context, *[_weighed(context, argument(context)) for argument in arguments])
    )


def _weighed(context: Context, value: Value) -> Value:
    """Count the work on a long text: formulas could double one again and again."""
    if isinstance(value, str) and len(value) > LONG_TEXT:
        context.env.budget.spend_text(value)
    return value


def _equality(test: Callable[[Value, Value, tzinfo], bool], left: Closure, right: Closure) -> Closure:
    def compare(context: Context) -> Value:
        a, b = left(context), right(context)
        if not isinstance(a, (str, float, bool)) and not isinstance(b, (str, float, bool)):
            context.env.budget.spend(len(a) * len(b))
        return test(a, b, context.env.zone)

    return compare


def _ordering(test: Callable[[float, float], bool], left: Closure, right: Closure) -> Closure:
    def compare(context: Context) -> Value:
        a, b = left(context), right(context)
        zone = context.env.zone
        if not isinstance(a, (str, float, bool)) and len(a) > 1:
            return any(test(to_number(node.value, zone), to_number(b, zone)) for node in a)
        if not isinstance(b, (str, float, bool)) and len(b) > 1:
            return any(test(to_number(a, zone), to_number(node.value, zone)) for node in b)
        return test(to_number(a, zone), to_number(b, zone))

    return compare


def _arithmetic(apply: Callable[[float, float], float], left: Closure, right: Closure) -> Closure:
    def compute(context: Context) -> Value:
        zone = context.env.zone
        return apply(to_number(left(context), zone), to_number(right(context), zone))

    return compute


def _add(a: float, b: float) -> float:
    return float(a) + float(b)


def _divide(a: float, b: float) -> float:
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return float(a) / float(b)


def _multiply(a: float, b: float) -> float:
    return float(a) * float(b)


def _remainder(a: float, b: float) -> float:
    if b == 0 or math.isnan(a) or math.isnan(b) or math.isinf(a):
        return math.nan
    return math.fmod(a, b)


_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": _add,
    "-": lambda a, b: float(a) - float(b),
    "*": _multiply,
    "div": _divide,
    "mod": _remainder,
}
