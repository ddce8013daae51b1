"""How many steps a formula may take, found without answers: what an author should know before a form is published."""

from __future__ import annotations

from forms.errors import ExpressionError
from forms.expressions.compiler import Compiler, Names
from forms.expressions.syntax import Call, Literal, Operation, Path, Step, Syntax
from forms.schema import SchemaNode
from forms.tables import Table

ROWS_EXPECTED = 20
"""The rows that a repeat is taken to have where the form does not say how many."""
_MOST = 1e18


def expected_rows(repeat: SchemaNode) -> int:
    """How many rows a repeat has by its form, else ``ROWS_EXPECTED``."""
    source = repeat.count.source.strip() if repeat.count is not None else ""
    return int(source) if source.isascii() and source.isdigit() and len(source) < 5 else ROWS_EXPECTED


def expected_instances(node: SchemaNode) -> int:
    """In how many rows a node stands."""
    found = 1
    for one in node.chain():
        found *= expected_rows(one) if one.is_repeat else 1
    return found


class Estimator:
    """Estimates the formulas of one node."""

    def __init__(self, names: Names, current: SchemaNode) -> None:
        self._names = names
        self._current = current

    def steps(self, tree: Syntax, dot: SchemaNode | Table | None = None) -> float:
        """The steps of one evaluation, at ``dot`` (the node itself unless said otherwise); never above 1e18."""
        where = self._current if dot is None else dot
        found = 0.0
        while isinstance(tree, Operation):  # chains of hundreds of terms lean to the left
            found += 1 + (0 if tree.right is None else self.steps(tree.right, where))
            tree = tree.left
        if isinstance(tree, Call):
            found += 1 + sum(self.steps(one, where) for one in tree.arguments)
        elif isinstance(tree, Path):
            table = self._table(tree)
            found += 1 + (self._through_form(tree, where) if table is None else self._through_table(tree, table))
        return min(found + 1, _MOST)

    def _table(self, path: Path) -> Table | None:
        start = path.start
        if isinstance(start, Call) and start.name == "instance" and start.arguments:
            named = start.arguments[0]
            return self._names.tables.get(str(named.value)) if isinstance(named, Literal) else None
        return None

    def _through_table(self, path: Path, table: Table) -> float:
        found, rows = 0.0, float(table.length)
        for step in path.steps:
            for predicate in step.predicates:
                for one in _conjuncts(predicate):
                    inside = self.steps(one, table)
                    if _looks_up(one, table):
                        found, rows = found + inside, min(rows, _rows_of_one_value(one, table))
                    else:
                        found += rows * inside
        return found + rows

    def _through_form(self, path: Path, dot: SchemaNode | Table) -> float:
        if isinstance(dot, Table) and not path.absolute and path.start is None:
            return 0
        around = self._current.chain()
        found, nodes = 0.0, 1.0
        for count, step in enumerate(path.steps, 1):
            at = self._reached(path, count, dot)
            if at is None:
                break
            mine = path.absolute and at in around and not step.predicates and count < len(path.steps)
            if step.name not in (".", "..") and at.is_repeat and not mine:
                nodes *= expected_rows(at)
            found += nodes
            for predicate in step.predicates:
                found += nodes * (self.steps(predicate, at) + 2)
        return found

    def _reached(self, path: Path, count: int, dot: SchemaNode | Table) -> SchemaNode | None:
        """Where the first ``count`` steps of a path lead."""
        steps = tuple(Step(step.name, (), step.position) for step in path.steps[:count])
        try:
            return Compiler(self._names, self._current).target(
                Path(path.absolute, path.start, steps, path.position), dot
            )
        except ExpressionError:
            return None


def _conjuncts(tree: Syntax) -> list[Syntax]:
    if isinstance(tree, Operation) and tree.operator == "and" and tree.right is not None:
        return [*_conjuncts(tree.left), tree.right]
    return [tree]


def _columns(tree: Syntax, table: Table) -> list[str]:
    sides = (tree.left, tree.right) if isinstance(tree, Operation) and tree.operator == "=" else ()
    names = [side.steps[0].name for side in sides if isinstance(side, Path) and len(side.steps) == 1]
    return [name for name in names if name in table.columns]


def _looks_up(tree: Syntax, table: Table) -> bool:
    return bool(_columns(tree, table))


def _rows_of_one_value(tree: Syntax, table: Table) -> float:
    return table.length / max(1, len(table.index(_columns(tree, table)[0])))
