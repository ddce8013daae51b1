"""Why a question is hidden, refuses its answer or has its value: a formula taken apart over the answers as they stand.

Values only: sentences are made where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from forms.choices import ChoiceBook
from forms.errors import ExpressionError
from forms.expressions.budget import OverBudget, weight_of
from forms.expressions.compiler import Compiler, Names
from forms.expressions.context import Context, Environment
from forms.expressions.spelling import paths_in, spelled
from forms.expressions.syntax import Call, Operation, Path, Syntax, parse
from forms.schema import Expression, SchemaNode
from forms.tree import Node, Repeat
from forms.values import Value, to_text, to_truth

SEEN_MAX = 50
"""A formula may read every row of a long list; nobody reads more of them than that."""
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Seen:
    """A question that a formula reads, as it stands.

    Attributes:
        path: field path with rows; "" for a value that no question holds (a cell of a list).
        label: the question's own words, its name when it has none.
        value: what the formula reads, "" for no answer.
        shown: the same as a person reads it: labels of choices, else ``value``.
        relevant: whether the question is asked now.
    """

    path: str
    label: str
    value: str
    shown: str
    relevant: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of a formula and what became of it.

    Attributes:
        kind: ``all`` and ``any`` (of ``parts``), ``not`` (of its one part), ``compare``, ``selected``, ``answered``
            (a question alone), ``choose`` (``if``: the test and what it led to) or ``formula`` (anything else).
        holds: what the piece is as a condition.
        value: its text as a value, "" for none.
        text: the piece with the words of its questions in place of their names.
        operator: of ``compare``.
        wanted: the other side of ``compare`` and ``selected`` as a person reads it.
        subject: the one question that ``compare``, ``selected`` and ``answered`` are about, None when it is a formula.
        seen: the questions it reads, in the order of reading; at most ``SEEN_MAX``, ``more`` counts the rest.
    """

    kind: str
    holds: bool
    value: str
    text: str
    operator: str = ""
    wanted: str = ""
    subject: Seen | None = None
    seen: tuple[Seen, ...] = ()
    more: int = 0
    parts: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is as it is.

    Attributes:
        aspect: ``relevant``, ``calculate``, ``constraint``, ``required``, ``readonly`` or ``count``.
        path, label: what carries the formula: the question itself, or the group or repeat around it.
        holds: what the formula is as a condition; value: as text.
        source: the formula as the form writes it.
    """

    aspect: str
    path: str
    label: str
    holds: bool
    value: str
    source: str
    finding: Finding


class Labels(Protocol):
    """Says how a node is called on the screen (``presentation.Views``)."""

    def label(self, node: Node, /) -> str: ...


class Explainer:
    """Explains one session's tree as it stands; reads, never changes. On the session's thread.

    Args:
        quoted: puts the words of a question between the marks of the reader's language.
    """

    def __init__(
        self,
        names: Names,
        env: Environment,
        choices: ChoiceBook,
        labels: Labels,
        quoted: Callable[[str], str],
    ) -> None:
        self.names = names
        self.env = env
        self.quoted = quoted
        self._choices = choices
        self._labels = labels

    def why_hidden(self, node: Node | Repeat) -> Explanation | None:
        """The condition that hides the node: the outermost that does not hold. None when it is asked."""
        hiding = [thing for thing in _upwards(node) if not thing.own]
        if node.relevant or not hiding:
            return None
        outermost = hiding[-1]
        container = outermost.container if isinstance(outermost, Node) else None
        if container is not None and container.schema.count is not None:
            return self._explained("count", container.schema.count, container)
        expression = outermost.schema.relevant
        return None if expression is None else self._explained("relevant", expression, outermost)

    def why(self, node: Node | Repeat, aspect: str) -> Explanation | None:
        """What one formula of a question or repeat makes of it now; None when it has no such formula."""
        schema = node.schema
        expressions = {
            "relevant": schema.relevant,
            "calculate": schema.calculate,
            "constraint": schema.constraint,
            "required": schema.required,
            "readonly": schema.readonly,
        }
        expression = expressions.get(aspect)
        return None if expression is None else self._explained(aspect, expression, node)

    def _explained(self, aspect: str, expression: Expression, thing: Node | Repeat) -> Explanation:
        piece = _Piece(self, thing)
        finding = piece.finding(parse(expression.source))
        return Explanation(
            aspect, thing.path, self.called(thing), finding.holds, finding.value, expression.source, finding
        )

    def called(self, thing: Node | Repeat | SchemaNode) -> str:
        """The words for a node; those of a group without a label are its name."""
        if isinstance(thing, Node):
            return self._labels.label(thing) or thing.schema.name
        schema = thing.schema if isinstance(thing, Repeat) else thing
        words = schema.control.label if schema.control is not None else None
        return (self._choices.fixed_words(words) if words is not None else "") or schema.name

    def seen(self, node: Node) -> Seen:
        """A question as it stands; the name of a choice is never worth less than its code."""
        return Seen(node.path, self.called(node), node.value, self.shown(node, node.value), node.relevant)

    def shown(self, node: Node, value: str) -> str:
        """A value of ``node`` as a person reads it."""
        control = node.schema.control
        if not value or control is None or control.choices is None:
            return value
        values = [value] if control.kind == "select_one" else value.split()
        return ", ".join(self._choices.label(node, one) for one in values)


class _Piece:
    """Takes one formula apart at one place."""

    def __init__(self, explainer: Explainer, thing: Node | Repeat) -> None:
        self._explainer = explainer
        self._names = explainer.names
        self._schema = thing.schema
        # A repeat as a whole is only climbed from, as in the engine.
        self._context = Context(explainer.env, thing, thing)  # type: ignore[arg-type]

    def finding(self, tree: Syntax) -> Finding:
        if isinstance(tree, Operation) and tree.operator in ("and", "or"):
            return self._junction(tree)
        if isinstance(tree, Call) and tree.name == "not" and len(tree.arguments) == 1:
            return self._whole(tree, "not", parts=(self.finding(tree.arguments[0]),))
        if isinstance(tree, Call) and tree.name == "if" and len(tree.arguments) == 3:
            return self._choice(tree)
        if isinstance(tree, Operation) and tree.operator in _TURNED:
            return self._comparison(tree)
        if isinstance(tree, Call) and tree.name == "selected" and len(tree.arguments) == 2:
            return self._about(self._whole(tree, "selected"), *tree.arguments, "selected")
        if isinstance(tree, Path):
            return replace(self._about(self._whole(tree, "answered"), tree, tree, ""), wanted="")
        return self._whole(tree, "formula")

    def _junction(self, tree: Operation) -> Finding:
        terms: list[Syntax] = []
        at: Syntax = tree
        while isinstance(at, Operation) and at.operator == tree.operator and at.right is not None:
            terms.append(at.right)
            at = at.left
        parts = tuple(self.finding(term) for term in (at, *reversed(terms)))
        return self._whole(tree, "all" if tree.operator == "and" else "any", parts=parts)

    def _choice(self, tree: Call) -> Finding:
        test = self.finding(tree.arguments[0])
        taken = self.finding(tree.arguments[1 if test.holds else 2])
        return self._whole(tree, "choose", parts=(test, taken))

    def _comparison(self, tree: Operation) -> Finding:
        assert tree.right is not None
        found = self._whole(tree, "compare")
        if any(paths_in(tree.left)) or not any(paths_in(tree.right)):
            return self._about(found, tree.left, tree.right, tree.operator)
        return self._about(found, tree.right, tree.left, _TURNED[tree.operator])

    def _about(self, found: Finding, mine: Syntax, other: Syntax, operator: str) -> Finding:
        nodes = self._nodes(mine)
        subject = self._explainer.seen(nodes[0]) if len(nodes) == 1 else None
        return replace(found, operator=operator, wanted=self._wanted(mine, other), subject=subject)

    def _wanted(self, mine: Syntax, other: Syntax) -> str:
        """The other side of a comparison: the label of a choice where the first side is a choice question."""
        text = to_text(self._value(other))
        nodes = self._nodes(mine)
        return self._explainer.shown(nodes[0], text) if nodes else text

    def _whole(self, tree: Syntax, kind: str, parts: tuple[Finding, ...] = ()) -> Finding:
        value = self._value(tree)
        seen: dict[str, Seen] = {}
        for path in paths_in(tree):
            for node in self._nodes(path):
                seen.setdefault(node.path, self._explainer.seen(node))
        few = tuple(seen.values())[:SEEN_MAX]
        text = to_text(value)
        return Finding(
            kind,
            to_truth(value),
            "" if text == "NaN" else text,
            self._spelled(tree),
            seen=few,
            more=len(seen) - len(few),
            parts=parts,
        )

    def _compiler(self) -> Compiler:
        return Compiler(self._names, self._schema)

    def _value(self, tree: Syntax) -> Value:
        """The value of one piece, "" where it would take too many steps."""
        try:
            closure = self._compiler().value(tree, self._schema)
            return self._explainer.env.budget.run(closure, self._context, weight_of(tree))
        except OverBudget:
            return ""

    def _nodes(self, tree: Syntax) -> list[Node]:
        """The questions that a path leads to now; nothing for what is no path, or leads into a list."""
        if not isinstance(tree, Path):
            return []
        try:
            closure = self._compiler().nodes(tree, self._schema)
            found = self._explainer.env.budget.run(closure, self._context)
        except (ExpressionError, OverBudget):
            return []
        nodes = [node for node in found if isinstance(node, Node) and node.schema.is_leaf]
        return nodes or self._unasked(tree)

    def _unasked(self, tree: Syntax) -> list[Node]:
        """A question that is hidden reads as empty, and is named all the same."""
        try:
            target = self._compiler().target(tree, self._schema)
        except ExpressionError:
            return []
        at: Node | Repeat | None = self._context.node
        chain = target.chain()
        while at is not None and at.schema not in chain:
            at = at.parent
        for step in chain[at.schema.depth + 1 :] if at is not None else ():
            if isinstance(at, Repeat) or at is None:
                return []
            at = at.children[step.index]
        return [at] if isinstance(at, Node) and at.schema.is_leaf else []

    def _spelled(self, tree: Syntax) -> str:
        return spelled(tree, self._words)

    def _words(self, path: Path) -> str | None:
        try:
            target = self._compiler().target(path, self._schema)
        except ExpressionError:
            return None
        return self._explainer.quoted(self._explainer.called(target))


def _upwards(thing: Node | Repeat) -> list[Node | Repeat]:
    """The thing, and everything around it from the inside out, repeats included."""
    found: list[Node | Repeat] = [thing]
    at = thing
    while (around := at.container if isinstance(at, Node) and at.container is not None else at.parent) is not None:
        found.append(around)
        at = around
    return found
