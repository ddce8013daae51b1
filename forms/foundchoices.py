"""The choices of a question with ``search()``: the rows of a data file, with choices of the sheet before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from lxml import etree

from forms.building import Builder
from forms.datafiles import column_missing
from forms.errors import Problem
from forms.expressions.compiler import Compiler
from forms.expressions.context import Context
from forms.schema import ChoiceSource, Read, SchemaNode, Text
from forms.searching import Rows, Search, columns_of, is_column_row, once
from forms.tables import Table
from forms.xmlreading import attribute, child, text

Words = Callable[[str], Text | str]
_VALUE = "value"


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows of the offered list that belong together: all of a file, or one choice of the sheet (``table`` None).

    Attributes:
        values: one a row.
        labels: by language.
        rows: picks among them; None for all.
    """

    values: Sequence[str]
    labels: Callable[[str], Sequence[Text | str]]
    rows: Callable[[Context], Rows] | None = None


def found_choices(builder: Builder, source: str, items: list[etree._Element], node: SchemaNode) -> ChoiceSource:
    """Return the choices that ``source`` (``search(…)``) finds for ``node``.

    Raises:
        ExpressionError: it cannot be read.
    """
    search = Search.read(source)
    table = builder.files.table(search.file)
    if isinstance(table, Problem):
        builder.refuse(table)
        table = Table(search.file, {}, open=True)
    for column in search.columns():
        _check(builder, search, table, column, node)
    compiler = Compiler(builder.names, node)
    picker = search.picker(compiler, node, table)
    builder.note_unknown(compiler.unknown, source, node.ref, "appearance")
    blocks = [_block(builder, search, table, picker, item, node) for item in items]
    reads = {(read.target.ref, read.top.ref): read for read in compiler.reads.values()}
    for item in items:
        label = _label(builder, item, node)
        if isinstance(label, Text):
            reads.update(((read.target.ref, read.top.ref), read) for read in label.reads)
    return _joined(f"{node.ref} {search.file}", blocks, tuple(reads.values()))


def _check(builder: Builder, search: Search, table: Table, column: str, node: SchemaNode) -> None:
    if not table.has(column):
        builder.refuse(column_missing(search.file, column, table, node.ref))


def _label(builder: Builder, item: etree._Element, node: SchemaNode) -> Text | None:
    found = child(item, "label")
    return None if found is None else builder.text(found, node)


def _block(
    builder: Builder,
    search: Search,
    table: Table,
    picker: Callable[[Context], Rows] | None,
    item: etree._Element,
    node: SchemaNode,
) -> _Block:
    value = child(item, "value")
    named = "" if value is None else text(value)
    if not is_column_row(named):
        words: Text | str = _label(builder, item, node) or named
        return _Block((named,), lambda language: (words,))
    _check(builder, search, table, named, node)
    values = table.cells(named)
    label = child(item, "label")
    spoken = _spoken(builder, label)
    for language in builder.translations.all_languages():
        for column in columns_of(spoken(language)):
            _check(builder, search, table, column, node)
    labels = cache(lambda language: _labels(table, values, columns_of(spoken(language))))
    unique = len(table.index(named)) == table.length
    if unique or picker is None:
        kept = once(values, range(table.length))
        rows = picker if unique else (lambda context: kept)
        return _Block(values, labels, rows)
    pick = picker
    return _Block(values, labels, lambda context: once(values, pick(context)))


def _spoken(builder: Builder, label: etree._Element | None) -> Callable[[str], str]:
    """The label of a row that names columns, by language."""
    if label is None:
        return lambda language: ""
    identity = builder.translations.identity(attribute(label, "ref"))
    if identity is None:
        own = "".join(str(piece) for piece in label.itertext()).strip()
        return lambda language: own
    return lambda language: builder.translations.plain(language, identity)


def _labels(table: Table, values: Sequence[str], columns: Sequence[str]) -> Sequence[str]:
    """``first (second: …) (third: …)``; the value where the first column is empty."""
    if not columns:
        return values
    cells = [table.cells(column) for column in columns]
    if not all(cells):
        return values
    if len(cells) == 1:
        return tuple(label or value for label, value in zip(cells[0], values, strict=True))
    return tuple(
        (row[0] + "".join(f" ({name}: {more})" for name, more in zip(columns[1:], row[1:], strict=True))).strip()
        for row in zip(*cells, strict=True)
    )


def _joined(name: str, blocks: Sequence[_Block], reads: tuple[Read, ...]) -> ChoiceSource:
    """One list of all blocks; the rows of a later block stand after those of the earlier ones."""
    if len(blocks) == 1:
        (only,) = blocks
        return ChoiceSource(Table(name, {_VALUE: only.values}), only.rows, _VALUE, only.labels, reads=reads)
    starts: list[int] = []
    values: list[str] = []
    for block in blocks:
        starts.append(len(values))
        values.extend(block.values)

    def rows(context: Context) -> Rows:
        found: list[int] = []
        for start, block in zip(starts, blocks, strict=True):
            mine = range(len(block.values)) if block.rows is None else block.rows(context)
            found.extend(start + row for row in mine)
        return once(values, found)

    def labels(language: str) -> Sequence[Text | str]:
        return [label for block in blocks for label in block.labels(language)]

    plain = all(block.rows is None for block in blocks) and len(set(values)) == len(values)
    return ChoiceSource(Table(name, {_VALUE: values}), None if plain else rows, _VALUE, cache(labels), reads=reads)
