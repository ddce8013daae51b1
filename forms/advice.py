"""What an author should look at although the form can be used: conditions that never hold, values that nobody reads,
formulas that may take too long. Found in the form alone, without answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import UTC

from forms import datatypes, limits
from forms.definition import FormDefinition
from forms.errors import ExpressionError, Problem
from forms.expressions.compiler import Compiler, Names
from forms.expressions.costs import ROWS_EXPECTED, Estimator, expected_instances
from forms.expressions.syntax import Call, Literal, Operation, Path, Step, Syntax, parse
from forms.schema import Formula, SchemaNode
from forms.values import number_of_text, text_of_number

_COMPARING = frozenset({"=", "!=", "<", "<=", ">", ">="})
_CONSTANT = frozenset({"true", "false", "not", "boolean", "number", "string", "if", "concat", "int", "round"})


def advice(definition: FormDefinition) -> tuple[Problem, ...]:
    """Return what an author should look at; code ``forms.notice``, sheet and row None.

    Details: ``reason`` (``not_in_list``, ``other_type``, ``never_changes``, ``unread``, ``too_slow``), ``path``, and
    where there are any ``expression``, ``name`` (the value), ``question``, ``nearest``, ``steps``, ``allowed``,
    ``rows``.
    """
    names = Names(definition.root, definition.tables, definition.version)
    found: dict[tuple[str, ...], Problem] = {}
    for formula in definition.formulas:
        node = definition.nodes.get(formula.path)
        if node is None:
            continue
        try:
            tree = parse(formula.source)
            for details in _Look(names, node, formula).details(tree):
                key = (formula.path, details["reason"], details.get("name", ""), details.get("expression", ""))
                found.setdefault(key, _notice(formula.path, formula.column, details))
        except (ExpressionError, RecursionError):
            continue  # told elsewhere, or plain text that the converter took for a formula
    for path in _unread(definition):
        found[(path, "unread")] = _notice(path, "calculation", {"reason": "unread", "name": path.rpartition("/")[2]})
    return tuple(found.values())


def _notice(path: str, column: str, details: dict[str, str]) -> Problem:
    return Problem("forms.notice", column=column, details=details | {"path": path})


def _unread(definition: FormDefinition) -> Iterator[str]:
    """Hidden calculations that no formula, text or list reads."""
    read = set(definition.plan.triggers)
    for action in definition.actions:
        read.update(one.target.ref for one in (action.value.reads if action.value is not None else ()))
        read.update((action.target.ref, action.trigger.ref if action.trigger is not None else ""))
    for entity in definition.entities:
        read.update(question.ref for _property, question in entity.saved)
    for ref, node in definition.nodes.items():
        if node.calculate is not None and node.control is None and ref not in read and "/meta/" not in ref:
            yield ref


class _Look:
    """Looks at one formula."""

    def __init__(self, names: Names, node: SchemaNode, formula: Formula) -> None:
        self._names = names
        self._node = node
        self._formula = formula

    def details(self, tree: Syntax) -> Iterator[dict[str, str]]:
        """What there is to tell of the formula."""
        source = {"expression": self._formula.source}
        if self._formula.column == "relevant" and _is_constant(tree):
            yield {"reason": "never_changes"} | source
        for details in self._pieces(tree, self._node):
            yield details | source
        steps = Estimator(self._names, self._node).steps(tree)
        whole = steps * expected_instances(self._node)
        one = steps > limits.STEPS_PER_FORMULA_MAX
        if one or whole > limits.STEPS_PER_ACT_MAX:
            yield source | {
                "reason": "too_slow",
                "steps": f"{min(steps if one else whole, 1e15):.0f}",
                "allowed": str(limits.STEPS_PER_FORMULA_MAX if one else limits.STEPS_PER_ACT_MAX),
                "rows": str(ROWS_EXPECTED),
            }

    def _pieces(self, tree: Syntax, dot: SchemaNode) -> Iterator[dict[str, str]]:
        if isinstance(tree, Operation) and tree.right is not None:
            if tree.operator in _COMPARING:
                for mine, other in ((tree.left, tree.right), (tree.right, tree.left)):
                    if isinstance(mine, Path) and isinstance(other, Literal):
                        yield from self._compared(mine, other, dot, tree.operator)
            yield from self._pieces(tree.left, dot)
            yield from self._pieces(tree.right, dot)
        elif isinstance(tree, Operation):
            yield from self._pieces(tree.left, dot)
        elif isinstance(tree, Call):
            if tree.name in ("selected", "is-selected") and len(tree.arguments) == 2:
                first, second = tree.arguments
                if isinstance(first, Path) and isinstance(second, Literal):
                    yield from self._compared(first, second, dot, "selected")
            for argument in tree.arguments:
                yield from self._pieces(argument, dot)
        elif isinstance(tree, Path):
            yield from self._inside(tree, dot)

    def _inside(self, path: Path, dot: SchemaNode) -> Iterator[dict[str, str]]:
        for count, step in enumerate(path.steps, 1):
            at = self._reached(path, dot, count) if step.predicates else None
            for predicate in step.predicates if at is not None else ():
                yield from self._pieces(predicate, at or dot)

    def _reached(self, path: Path, dot: SchemaNode, count: int) -> SchemaNode | None:
        steps = tuple(Step(step.name, (), step.position) for step in path.steps[:count])
        try:
            return Compiler(self._names, self._node).target(Path(path.absolute, path.start, steps, path.position), dot)
        except ExpressionError:
            return None

    def _compared(self, mine: Path, other: Literal, dot: SchemaNode, operator: str) -> Iterator[dict[str, str]]:
        """A question beside a value that is written in the formula."""
        question = self._reached(mine, dot, len(mine.steps))
        if question is None or not question.is_leaf or other.value == "":
            return
        text = other.value if isinstance(other.value, str) else text_of_number(other.value)
        told = {"name": text, "question": question.name}
        values = _values(question)
        if values is not None and operator in ("=", "!=", "selected"):
            yield from (told | one for one in _outside(values, text, question, operator))
        elif not _compares(question, other, text, operator):
            yield told | {"reason": "other_type"}


def _values(question: SchemaNode) -> tuple[str, ...] | None:
    """All values that a choice question can have, None for any other, and where they are not known beforehand."""
    source = question.control.choices if question.control is not None else None
    if source is None or source.table is None or question.computed:
        return None
    return source.table.columns.get(source.value_column) or None


def _outside(values: tuple[str, ...], text: str, question: SchemaNode, operator: str) -> Iterator[dict[str, str]]:
    several = question.control is not None and question.control.kind != "select_one" and operator != "selected"
    known = frozenset(values)
    numbers: frozenset[float] | None = None
    for word in text.split() if several else [text]:
        if word in known:
            continue
        number = number_of_text(word, UTC)
        if number == number:
            numbers = numbers or frozenset(number_of_text(one, UTC) for one in values)
            if number in numbers:
                continue  # 1 is also the choice 01
        near = difflib.get_close_matches(word.casefold(), [one.casefold() for one in values[:5_000]], 1, 0.6)
        nearest = next((one for one in values[:5_000] if near and one.casefold() == near[0]), "")
        yield {"reason": "not_in_list", "name": word} | ({"nearest": nearest} if nearest else {})


def _compares(question: SchemaNode, other: Literal, text: str, operator: str) -> bool:
    """Whether the comparison can come out either way."""
    kind = question.data_type
    if isinstance(other.value, float) or operator == "selected":
        return True
    is_number = number_of_text(text, UTC) == number_of_text(text, UTC)
    if operator in ("=", "!="):
        if kind in ("int", "decimal"):
            return is_number
        return kind not in ("date", "dateTime", "time") or datatypes.fits(text, kind, UTC)
    return is_number  # a text has no order: both sides become numbers, days count as such


def _is_constant(tree: Syntax) -> bool:
    """Whether a condition is the same whatever is answered, and whenever."""
    waiting = [tree]
    while waiting:
        at = waiting.pop()
        if isinstance(at, Path) or (isinstance(at, Call) and at.name not in _CONSTANT):
            return False
        if isinstance(at, Call):
            waiting.extend(at.arguments)
        elif isinstance(at, Operation):
            waiting.append(at.left)
            if at.right is not None:
                waiting.append(at.right)
    return True
