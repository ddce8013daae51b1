"""The choices offered now: picked lazily, kept until something they depend on changes, searched while typing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from forms import markup
from forms.expressions.budget import OverBudget
from forms.expressions.context import Context, Environment
from forms.schema import ChoiceSource, Expression, SchemaNode, Text, TextPart
from forms.tables import SearchIndex
from forms.tree import Node, Repeat
from forms.values import to_text
from forms.views import Choice

_FRACTION = re.compile(r"-?\d+\.\d+", re.ASCII)
_NUMBERS = frozenset({"int", "decimal"})
_KEPT_INDEXES = 64


class ChoiceBook:
    """Choices of every question of one session.

    Args:
        decimal_sign: of numbers inside sentences. What formulas read of a sentence has a point whatever it is.
    """

    def __init__(self, env: Environment, default_language: str, decimal_sign: str = ".") -> None:
        self._env = env
        self._decimal_sign = decimal_sign
        self._default_language = default_language
        self._offered: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {}
        self._rows: dict[str, Sequence[int]] = {}
        self._search: dict[tuple[object, ...], SearchIndex] = {}
        self._labels: dict[tuple[int, str], dict[str, str]] = {}
        self._unknown: set[str] = set()
        self._unsaid: dict[str, set[int]] = {}
        self._late_lists: dict[str, Node] = {}
        self._late_words: set[str] = set()

    def forget(self, node: Node) -> None:
        """What the node's choices depend on has changed."""
        self._offered.pop(node.path, None)
        self._rows.pop(node.path, None)
        self._search.pop((node.path, self._env.language), None)
        self._unknown.discard(node.path)
        self.forget_texts(node)

    def forget_texts(self, node: Node | Repeat) -> None:
        """What the node's words depend on has changed: those that could not be computed may be now."""
        self._unsaid.pop(node.path, None)

    def begin(self) -> list[Node]:
        """A new act begins: what only the one before had no steps left for may be found now.

        Returns:
            The nodes whose choices it had none left for.
        """
        late = list(self._late_lists.values())
        self._late_lists.clear()
        self._late_words.clear()
        for node in late:
            self.forget(node)
        return late

    def are_unknown(self, node: Node) -> bool:
        """Whether the node's choices would take too many steps to find; none are offered then."""
        if node.path not in self._unknown:
            self.offered(node)
        return node.path in self._unknown

    def is_unsaid(self, node: Node) -> bool:
        """Whether a piece of the node's words would take too many steps to find; it is left out then."""
        return node.path in self._unsaid or node.path in self._late_words

    def _give_up_list(self, node: Node) -> None:
        budget = self._env.budget
        if budget.is_inside:
            raise OverBudget
        self._unknown.add(node.path)
        if budget.is_used_up:
            self._late_lists[node.path] = node

    def forget_words(self) -> None:
        """The language has changed."""
        self._search.clear()
        self._offered.clear()

    def offered(self, node: Node) -> tuple[tuple[str, ...], frozenset[str]]:
        """The values offered, in order, and the same as a set."""
        source = _source(node.schema)
        key = f"\0{node.schema.ref}" if source.fixed else node.path
        found = self._offered.get(key)
        if found is None:
            values = tuple(self._values(node, source))
            found = (values, frozenset(values))
            self._offered[key] = found
        return found

    def _context(self, node: Node) -> Context:
        return Context(self._env, node, node)

    def _values(self, node: Node, source: ChoiceSource) -> Sequence[str]:
        if source.nodes is not None:
            return [value for value, _label in self._from_nodes(node, source)]
        assert source.table is not None
        cells = source.table.columns.get(source.value_column, ())
        if source.rows is None:
            return cells
        return [cells[row] for row in self._picked(node, source)]

    def _picked(self, node: Node, source: ChoiceSource) -> Sequence[int]:
        """The rows that pass the filter; all of them without one."""
        assert source.table is not None
        if source.rows is None:
            return range(source.table.length)
        rows = self._rows.get(node.path)
        if rows is None:
            try:
                rows = self._env.budget.run(source.rows, self._context(node))
            except OverBudget:
                self._give_up_list(node)
                rows = ()
            self._rows[node.path] = rows
        return rows

    def _from_nodes(self, node: Node, source: ChoiceSource) -> list[tuple[str, str]]:
        if node.path in self._unknown:
            return []
        try:
            return self._env.budget.run(lambda context: self._node_pairs(context, source), self._context(node))
        except OverBudget:
            self._give_up_list(node)
            return []

    def _node_pairs(self, context: Context, source: ChoiceSource) -> list[tuple[str, str]]:
        assert source.nodes is not None and source.node_value is not None and source.node_label is not None
        budget = self._env.budget
        found = budget.run(source.nodes.evaluate, context)
        pairs: list[tuple[str, str]] = []
        for row in found if not isinstance(found, (str, float, bool)) else ():
            if isinstance(row, Node):
                inside = Context(self._env, row, row)
                value = to_text(budget.run(source.node_value.evaluate, inside, source.node_value.weight))
                if value:
                    label = budget.run(source.node_label.evaluate, inside, source.node_label.weight)
                    pairs.append((value, to_text(label)))
        return pairs

    def written(self, node: Node, text: Text | str | None) -> str:
        """A text as its author wrote it, formatting included, in the session's language, its values at ``node``."""
        return self._joined(node, text, str)

    def words(self, node: Node, text: Text | str | None) -> str:
        """The same without its formatting."""
        return markup.plain(self._joined(node, text, markup.escaped))

    def formatted(self, node: Node, text: Text | str | None) -> tuple[markup.Segment, ...]:
        """The same in pieces with their formatting."""
        return markup.segments(self._joined(node, text, markup.escaped))

    def _joined(self, node: Node, text: Text | str | None, value: Callable[[str], str]) -> str:
        if text is None:
            return ""
        if isinstance(text, str):
            return text
        context = self._context(node)
        return "".join(
            part if isinstance(part, str) else value(self._piece(part, context)) for part in self._parts(text)
        )

    def _parts(self, text: Text) -> Sequence[TextPart]:
        parts = text.parts.get(self._env.language)
        if parts is None:
            parts = text.parts.get(self._default_language) or next(iter(text.parts.values()), ())
        return parts

    def fixed_words(self, text: Text) -> str:
        """A text without its computed pieces."""
        return markup.plain("".join(part for part in self._parts(text) if isinstance(part, str))).strip()

    def _piece(self, part: Expression, context: Context) -> str:
        """One computed piece. One that took too many steps is not tried again before something that it reads changes:
        words are looked at again and again."""
        path = context.node.path
        if id(part) in self._unsaid.get(path, ()):
            return ""
        try:
            value = to_text(self._env.budget.run(part.evaluate, context, part.weight))
        except OverBudget:
            if self._env.budget.is_inside:
                raise
            if self._env.budget.is_used_up:
                self._late_words.add(path)
            else:
                self._unsaid.setdefault(path, set()).add(id(part))
            return ""
        return "" if value == "NaN" else self._as_read(part, value)

    def _as_read(self, part: Expression, value: str) -> str:
        """A number inside a sentence with the reader's decimal sign; a text that somebody typed stays as it is."""
        if self._decimal_sign == "." or not _FRACTION.fullmatch(value) or self._env.budget.is_inside:
            return value
        if not part.reads or not all(read.target.computed or read.target.data_type in _NUMBERS for read in part.reads):
            return value
        return value.replace(".", self._decimal_sign)

    def find(self, node: Node, search: str, limit: int) -> tuple[Choice, ...]:
        """Choices whose label contains ``search``, best first; see :class:`forms.tables.SearchIndex`."""
        source = _source(node.schema)
        if source.nodes is not None:
            pairs = self._from_nodes(node, source)
            hits = SearchIndex([label for _value, label in pairs]).find(search, limit)
            return tuple(Choice(*pairs[hit]) for hit in hits)
        assert source.table is not None
        cells = source.table.columns.get(source.value_column, ())
        rows = self._picked(node, source)
        labels = self._row_labels(source)
        if not search.strip():
            hits = list(range(min(limit, len(rows))))
        else:
            hits = self._index(node, source, rows, labels).find(search, limit)
        return tuple(Choice(cells[rows[hit]], self.words(node, labels[rows[hit]])) for hit in hits)

    def _row_labels(self, source: ChoiceSource) -> Sequence[Text | str]:
        assert source.labels is not None
        return source.labels(self._env.language)

    def _index(
        self, node: Node, source: ChoiceSource, rows: Sequence[int], labels: Sequence[Text | str]
    ) -> SearchIndex:
        whole = source.rows is None and not any(isinstance(label, Text) for label in labels[:1])
        key = (id(labels), self._env.language) if whole else (node.path, self._env.language)
        found = self._search.get(key)
        if found is None or any(isinstance(labels[row], Text) for row in rows[:1]):
            found = SearchIndex([self.words(node, labels[row]) for row in rows])
            if len(self._search) >= _KEPT_INDEXES:
                self._search.clear()
            self._search[key] = found
        return found

    def label(self, node: Node, value: str) -> str:
        """The label of ``value``; ``value`` itself when the list does not know it. Filters do not matter."""
        source = node.schema.control.choices if node.schema.control is not None else None
        if source is None:
            return value
        if source.nodes is not None:
            return dict(self._from_nodes(node, source)).get(value, value)
        assert source.table is not None
        if not source.table.length:
            return value
        rows = source.table.index(source.value_column).get(value)
        if rows is None:
            return value
        if len(rows) > 1 and source.rows is not None:
            # Cascades may use one value under several parents: prefer the one that is offered here.
            offered = set(self._picked(node, source))
            rows = [row for row in rows if row in offered] or rows
        return self.words(node, self._row_labels(source)[rows[0]])


def _source(schema: SchemaNode) -> ChoiceSource:
    assert schema.control is not None and schema.control.choices is not None
    return schema.control.choices
