"""Where the choices of a question come from: inline items, a list with a filter, or the rows of a repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lxml import etree

from forms.building import Builder
from forms.errors import ExpressionError
from forms.expressions.compiler import Compiler
from forms.expressions.context import Context
from forms.expressions.syntax import Call, parse
from forms.schema import ChoiceSource, Expression, Formula, Read, SchemaNode, Text
from forms.tables import Table
from forms.texts import make_text
from forms.values import Nodes
from forms.xmlreading import attribute, child, children, text

Labels = Callable[[str], Sequence[Text | str]]


class ChoiceReader:
    """Reads choices; label lists of one table are shared by all questions that use it."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._shared: dict[tuple[str, str, str], Sequence[Text | str]] = {}

    def read(self, element: etree._Element, node: SchemaNode) -> ChoiceSource:
        """Return the choices of the ``select`` or ``select1`` element of ``node``."""
        itemset = child(element, "itemset")
        if itemset is not None:
            try:
                try:
                    return self._itemset(itemset, node)
                except RecursionError:
                    raise ExpressionError("unsupported", "depth", 0) from None
            except ExpressionError as error:
                source = attribute(itemset, "nodeset") or ""
                self._builder.expression_problem(error, source, node.ref, "choice_filter")
                return ChoiceSource(Table("", {}), None, "", lambda language: ())
        return self._inline(children(element, "item"), node)

    def _inline(self, items: list[etree._Element], node: SchemaNode) -> ChoiceSource:
        values: list[str] = []
        labels: list[Text | str] = []
        reads: dict[tuple[str, str], Read] = {}
        for item in items:
            value = child(item, "value")
            label = child(item, "label")
            values.append("" if value is None else text(value))
            words = None if label is None else self._builder.text(label, node)
            labels.append(words if words is not None else values[-1])
            if words is not None:
                reads.update(((read.target.ref, read.top.ref), read) for read in words.reads)
        table = Table(node.ref, {"name": values})
        return ChoiceSource(table, None, "name", lambda language: labels, reads=tuple(reads.values()))

    def _itemset(self, itemset: etree._Element, node: SchemaNode) -> ChoiceSource:
        source = attribute(itemset, "nodeset") or ""
        value, label = child(itemset, "value"), child(itemset, "label")
        value_ref = ("" if value is None else attribute(value, "ref")) or "name"
        label_ref = ("" if label is None else attribute(label, "ref")) or value_ref
        compiler = Compiler(self._builder.names, node)
        tree = parse(source)
        self._builder.formulas[Formula(node.ref, "choice_filter", source)] = None
        found = compiler.nodeset(tree, node)
        reads = tuple(compiler.reads.values())
        if found.table is None:
            return self._from_nodes(found.nodes, found.target, source, reads, value_ref, label_ref)
        table = found.table
        if table.length and value_ref not in table.columns:
            raise ExpressionError("unknown_path", value_ref, 0)
        labels, label_reads = self._labels(table, label_ref, node)
        rows = found.rows if found.filtered else None
        shuffled = isinstance(tree, Call)
        return ChoiceSource(table, rows, value_ref, labels, reads=reads + label_reads, shuffled=shuffled)

    def _labels(self, table: Table, reference: str, node: SchemaNode) -> tuple[Labels, tuple[Read, ...]]:
        """A function from language to the labels of all rows; computed at first use, per language."""
        translations = self._builder.translations
        inner = reference.strip()
        if not inner.startswith("jr:itext("):
            cells: Sequence[str] = table.columns.get(inner, ())
            if table.length and inner not in table.columns:
                raise ExpressionError("unknown_path", inner, 0)
            return (lambda language: cells), ()
        column = inner.removeprefix("jr:itext(").removesuffix(")").strip()
        identities: Sequence[str] = table.columns.get(column, ())
        if any(translations.has_outputs(identity) for identity in identities):
            computed = self._computed(identities, node)
            reads = {
                (read.target.ref, read.top.ref): read for one in computed if isinstance(one, Text) for read in one.reads
            }
            return (lambda language: computed), tuple(reads.values())

        def labels(language: str) -> Sequence[Text | str]:
            key = (table.name, column, language)
            if key not in self._shared:
                self._shared[key] = [translations.plain(language, identity) for identity in identities]
            return self._shared[key]

        return labels, ()

    def _computed(self, identities: Sequence[str], node: SchemaNode) -> list[Text | str]:
        found: list[Text | str] = []
        for identity in identities:
            words = self._builder.identified_text(identity, node)
            found.append(words if words is not None else make_text({}))
        return found

    def _from_nodes(
        self,
        nodes: Callable[[Context], Nodes],
        target: SchemaNode | None,
        source: str,
        reads: tuple[Read, ...],
        value_ref: str,
        label_ref: str,
    ) -> ChoiceSource:
        """Choices taken from the rows of a repeat (or from groups): value and label are read in each row."""
        assert target is not None
        value = self._builder.compile(value_ref, target, target.ref, "choices")
        label = self._builder.compile(label_ref, target, target.ref, "choices")
        root = self._builder.root
        extra: dict[tuple[str, str], Read] = {(target.ref, ""): Read(target, root)}
        for expression in (value, label):
            for read in expression.reads if expression is not None else ():
                extra[(read.target.ref, "")] = Read(read.target, root)
        listed = Expression(source, nodes, reads)
        return ChoiceSource(
            None, None, "", None, nodes=listed, node_value=value, node_label=label, reads=reads + tuple(extra.values())
        )
