"""``search()`` in an appearance: the choices are rows of a data file, and the choices sheet says which columns.

The facts are those of ODK Collect: a choice whose name is a whole number stays as it is; any other row of the list
names the column of values and, in its label, the column or columns of labels. Capitals do not count while searching, a
filter is exact, a value comes once, and a column ``sortby`` gives the order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC

from forms.errors import ExpressionError
from forms.expressions.compiler import Closure, Compiler
from forms.expressions.context import Context
from forms.expressions.syntax import Call, Literal, Syntax, parse
from forms.schema import SchemaNode
from forms.tables import Table
from forms.values import number_of_text, to_text

Rows = Sequence[int]
_STARTS = re.compile(r"\bsearch\s*\(", re.IGNORECASE)
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_COUNTS = (1, 4, 6)
_SORT = "sortby"
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda cell, wanted: wanted in cell,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def parted(appearance: str) -> tuple[str, str | None]:
    """The words of an appearance, and the ``search(…)`` in it: its text up to the bracket that closes it."""
    found = _STARTS.search(appearance)
    if found is None:
        return appearance, None
    depth, quote = 0, ""
    for at in range(found.end() - 1, len(appearance)):
        sign = appearance[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth == 0:
                return f"{appearance[: found.start()]} {appearance[at + 1 :]}", appearance[found.start() : at + 1]
    return appearance[: found.start()], appearance[found.start() :]


def is_column_row(value: str) -> bool:
    """Whether a row of the choices sheet names columns; a whole number is a choice of its own."""
    return not _WHOLE.fullmatch(value.strip())


def columns_of(text: str) -> list[str]:
    """The columns that a cell names, one or several with commas between them."""
    return [name.strip() for name in text.split(",") if name.strip()]


@dataclass(frozen=True, slots=True)
class Search:
    """One ``search()``, read.

    Attributes:
        file: the data file, with its ending.
        tree: the call.
    """

    file: str
    tree: Call

    @classmethod
    def read(cls, source: str) -> Search:
        """Read the text that :func:`parted` found.

        Raises:
            ExpressionError: with the position in ``source``.
        """
        tree = parse(source)
        if not isinstance(tree, Call) or tree.name.lower() != "search":
            raise ExpressionError("syntax", "search", 0)
        if len(tree.arguments) not in _COUNTS:
            raise ExpressionError("argument_count", "search", tree.position)
        name = _literal(tree.arguments[0])
        return cls(name if name.lower().endswith(".csv") else f"{name}.csv", tree)

    def columns(self) -> list[str]:
        """The columns that are searched or filtered by."""
        arguments = self.tree.arguments
        named = [*arguments[2:3], *arguments[4:5]]
        return [name for argument in named for name in columns_of(_literal(argument))]

    def picker(self, compiler: Compiler, node: SchemaNode, table: Table) -> Callable[[Context], Rows] | None:
        """What gives the rows that are found, in order; None where every row is one, once and in the file's order."""
        arguments = self.tree.arguments
        steps: list[Callable[[Context, Rows | None], Rows]] = []
        if len(arguments) == 6:
            steps.append(_filter(table, _literal(arguments[4]), compiler.value(arguments[5], node)))
        searched = columns_of(_literal(arguments[2])) if len(arguments) > 1 else []
        if searched:
            kind, wanted = compiler.value(arguments[1], node), compiler.value(arguments[3], node)
            steps.append(_seek(table, searched, kind, wanted))
        rank = _ranks(table)
        if not steps and rank is None:
            return None

        def pick(context: Context) -> Rows:
            rows: Rows | None = None
            for step in steps:
                rows = step(context, rows)
            found = range(table.length) if rows is None else rows
            return found if rank is None else sorted(found, key=rank.__getitem__)

        return pick


def _literal(tree: Syntax) -> str:
    """A file or a column is named, not computed: its mistakes are then found before anybody fills the form."""
    if not isinstance(tree, Literal):
        raise ExpressionError("unsupported", "search", tree.position)
    return str(tree.value).strip()


def _filter(table: Table, column: str, wanted: Closure) -> Callable[[Context, Rows | None], Rows]:
    return lambda context, rows: table.index(column).get(to_text(wanted(context)), ())


def _seek(
    table: Table, columns: Sequence[str], kind: Closure, wanted: Closure
) -> Callable[[Context, Rows | None], Rows]:
    def seek(context: Context, rows: Rows | None) -> Rows:
        how, text = to_text(kind(context)).strip().lower(), to_text(wanted(context)).casefold()
        if how == "matches":
            return _matching(table, columns, text, rows)
        if not text:
            return range(table.length) if rows is None else rows
        test = _TESTS.get(how, _TESTS["contains"])
        looked = range(table.length) if rows is None else rows
        context.env.budget.spend(len(looked) * len(columns))
        if len(columns) == 1:
            cells = table.folded(columns[0])
            return [row for row in looked if cells and test(cells[row], text)]
        several = [table.folded(column) for column in columns]
        return [row for row in looked if any(cells and test(cells[row], text) for cells in several)]

    return seek


def _matching(table: Table, columns: Sequence[str], text: str, rows: Rows | None) -> Rows:
    hits = [table.folded_index(column).get(text, ()) for column in columns]
    found: Rows = hits[0] if len(hits) == 1 else sorted({row for hit in hits for row in hit})
    if rows is None:
        return found
    kept = set(rows)
    return [row for row in found if row in kept]


def _ranks(table: Table) -> list[float] | None:
    """Each row's place by the column ``sortby``; what is no number comes last."""
    if _SORT not in table.columns:
        return None
    numbers = [number_of_text(text, UTC) for text in table.columns[_SORT]]
    return [number if number == number else float("inf") for number in numbers]


def once(values: Sequence[str], rows: Rows) -> Rows:
    """The first row of every value."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(values[row], row)
    return rows if len(first) == len(rows) else list(first.values())
