"""A session's own tree: nodes with text, relevance and rows. It knows nothing of expressions."""

from __future__ import annotations

from collections.abc import Iterator

from forms.schema import SchemaNode


class Node:
    """A question, a group or one row of a repeat.

    Attributes:
        parent: the node around it; for a row, the node around the repeat.
        children: one entry per child of the schema, in its order.
        container: the repeat that a row belongs to.
        text: what is stored (person, default or action), None when nothing is.
        touched: ``text`` was set on purpose, so it is part of the stored answers even when None.
        calculated: the result of the calculation.
        value: what expressions read: "" when not relevant, of the wrong type or no longer offered.
        own: its own relevance; relevant: with that of everything around it.
        alive: False once its row was removed.
        uncomputed: which of its formulas would take too many steps: kinds of :mod:`forms.graph`, or ``action``.
    """

    __slots__ = (
        "alive",
        "calculated",
        "children",
        "container",
        "flaw",
        "own",
        "parent",
        "path",
        "place",
        "position",
        "readonly",
        "relevant",
        "required",
        "row_id",
        "schema",
        "text",
        "touched",
        "uncomputed",
        "value",
    )

    def __init__(self, schema: SchemaNode, parent: Node | None, path: str) -> None:
        self.schema = schema
        self.parent = parent
        self.path = path
        self.children: list[Node | Repeat] = []
        self.container: Repeat | None = None
        self.row_id = ""
        self.position = 0
        self.place = 0
        self.text: str | None = None
        self.touched = False
        self.calculated = ""
        self.value = ""
        self.own = True
        self.relevant = True
        self.required = False
        self.readonly = False
        self.flaw = ""
        self.alive = True
        self.uncomputed: frozenset[str] = frozenset()

    @property
    def locked(self) -> bool:
        """Readonly itself or inside something that is: the specification lets it be inherited."""
        at: Node | None = self
        while at is not None:
            if at.readonly:
                return True
            at = at.parent
        return False

    def below(self) -> Iterator[Node | Repeat]:
        """This node and everything below it, in document order."""
        yield self
        for child in self.children:
            yield from child.below()


class Repeat:
    """The rows of one repeat in one place. ``relevant`` rows are those that count; a counted repeat may keep more.

    Attributes:
        rows: in the order of their places.
        removed: identities of the rows that were taken out; taken: those and the rows' own.
    """

    __slots__ = (
        "alive",
        "own",
        "parent",
        "path",
        "relevant",
        "removed",
        "rows",
        "schema",
        "taken",
        "uncomputed",
        "wanted",
    )

    def __init__(self, schema: SchemaNode, parent: Node, path: str) -> None:
        self.schema = schema
        self.parent = parent
        self.path = path
        self.rows: list[Node] = []
        self.removed: list[str] = []
        self.taken: set[str] = set()
        self.wanted: int | None = None
        self.own = True
        self.relevant = True
        self.alive = True
        self.uncomputed: frozenset[str] = frozenset()

    value = ""

    def below(self) -> Iterator[Node | Repeat]:
        """This repeat and everything below it, in document order."""
        yield self
        for row in self.rows:
            yield from row.below()

    def renumber(self) -> None:
        """Give each row its position, from 1."""
        for position, row in enumerate(self.rows, 1):
            row.position = position
