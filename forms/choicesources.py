"""Where the choices of a question come from: inline items, a list with a filter, or the rows of a repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lxml import etree

from forms.building import Builder
from forms.datafiles import column_missing
from forms.errors import ExpressionError, Problem
from forms.expressions.compiler import Compiler
from forms.expressions.context import Context
from forms.expressions.syntax import Call, parse
from forms.foundchoices import found_choices
from forms.schema import ChoiceSource, Expression, Formula, Read, SchemaNode, Text
from forms.searching import Search, parted
from forms.tables import Table
from forms.texts import make_text
from forms.values import Nodes
from forms.xmlreading import attribute, child, children, text

_ITEMSETS = "itemsets.csv"
_LIST = "list_name"
Labels = Callable[[str], Sequence[Text | str]]


class ChoiceReader:
    """Reads choices; label lists of one table are shared by all questions that use it."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._shared: dict[tuple[str, str, str], Sequence[Text | str]] = {}
        self._outputs: dict[tuple[str, str], bool] = {}

    def read(self, element: etree._Element, node: SchemaNode) -> ChoiceSource:
        """Return the choices of the ``select`` or ``select1`` element of ``node``, or of an ``input`` with a
        ``query``."""
        itemset = child(element, "itemset")
        query = attribute(element, "query")
        _, search = parted(attribute(element, "appearance") or "")
        source, column = search or "", "appearance"
        if itemset is not None or query is not None:
            source, column = (query if itemset is None else attribute(itemset, "nodeset")) or "", "choice_filter"
        try:
            try:
                if itemset is not None and search is not None:
                    Search.read(search)
                    raise ExpressionError("unsupported", "search", 0)
                if itemset is not None:
                    return self._itemset(itemset, node)
                if query is not None:
                    return self._external(query, node)
                if search is not None:
                    return found_choices(self._builder, search, children(element, "item"), node)
            except RecursionError:
                raise ExpressionError("unsupported", "depth", 0) from None
        except ExpressionError as error:
            self._builder.expression_problem(error, source, node.ref, column)
            return ChoiceSource(Table("", {}), None, "", lambda language: ())
        return self._inline(children(element, "item"), node)

    def _external(self, query: str, node: SchemaNode) -> ChoiceSource:
        """Choices of ``itemsets.csv``, where old forms keep long lists: one file, each row names its list."""
        found = self._builder.files.table(_ITEMSETS)
        if isinstance(found, Problem):
            self._builder.refuse(found)
            return ChoiceSource(Table("", {}), None, "", lambda language: ())
        listed = {**self._builder.names.tables, **lists_of(found)}
        compiler = Compiler(replace(self._builder.names, tables=listed), node)
        self._builder.formulas[Formula(node.ref, "choice_filter", query)] = None
        picked = compiler.nodeset(parse(query), node)
        self._builder.note_unknown(compiler.unknown, query, node.ref, "choice_filter")
        if picked.table is None or not picked.table.has("name"):
            raise ExpressionError("unknown_path", "name", 0)
        table, rows = picked.table, picked.rows if picked.filtered else None
        reads = tuple(compiler.reads.values())
        return ChoiceSource(table, rows, "name", lambda language: _spoken_column(table, language), reads=reads)

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
        self._builder.note_unknown(compiler.unknown, source, node.ref, "choice_filter")
        reads = tuple(compiler.reads.values())
        if found.table is None and found.target is None:
            raise ExpressionError("unknown_path", source, 0)
        if found.table is None:
            return self._from_nodes(found.nodes, found.target, source, reads, value_ref, label_ref)
        table = found.table
        if table.length and not table.has(value_ref):
            self._builder.refuse(column_missing(table.name, value_ref, table, node.ref))
        labels, label_reads = self._labels(table, label_ref, node)
        rows = found.rows if found.filtered else None
        shuffled = isinstance(tree, Call)
        return ChoiceSource(table, rows, value_ref, labels, reads=reads + label_reads, shuffled=shuffled)

    def _labels(self, table: Table, reference: str, node: SchemaNode) -> tuple[Labels, tuple[Read, ...]]:
        """A function from language to the labels of all rows; computed at first use, per language."""
        translations = self._builder.translations
        inner = reference.strip()
        if not inner.startswith("jr:itext("):
            cells: Sequence[str] = table.cells(inner)
            if table.length and not table.has(inner):
                self._builder.refuse(column_missing(table.name, inner, table, node.ref))
            return (lambda language: cells), ()
        column = inner.removeprefix("jr:itext(").removesuffix(")").strip()
        identities: Sequence[str] = table.cells(column)
        if self._are_computed(table, column):
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

    def _are_computed(self, table: Table, column: str) -> bool:
        """Whether a label of the list has values in it; hundreds of questions may share a list of all communes."""
        found = self._outputs.get((table.name, column))
        if found is None:
            has_outputs = self._builder.translations.has_outputs
            found = any(map(has_outputs, table.cells(column)))
            self._outputs[(table.name, column)] = found
        return found

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


def lists_of(table: Table) -> Mapping[str, Table]:
    """The lists that a file holds whose rows name theirs."""
    found: dict[str, Table] = {}
    for name, rows in table.index(_LIST).items() if table.has(_LIST) else ():
        columns = {column: [cells[row] for row in rows] for column, cells in table.columns.items() if column != _LIST}
        found[name] = Table(name, columns)
    return found


def _spoken_column(table: Table, language: str) -> Sequence[str]:
    """The labels of a list whose columns are called ``label`` or ``label::French``."""
    for column in (f"label::{language}", "label", *sorted(name for name in table.columns if name.startswith("label"))):
        if column in table.columns:
            return table.columns[column]
    return table.cells("name")
