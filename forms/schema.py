"""The frozen shape of a form: what a definition is made of. Built once by :mod:`forms.document`, then only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forms.bounds import Bounds

if TYPE_CHECKING:
    from forms.expressions.context import Context
    from forms.tables import Table
    from forms.values import Value


@dataclass(frozen=True, slots=True)
class Read:
    """An expression reads ``target``; a change in it touches only readers below the same instance of ``top``.

    ``picked``: of some rows only, those with a number or that a condition chooses.
    """

    target: SchemaNode
    top: SchemaNode
    picked: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled formula.

    Attributes:
        source: its text.
        evaluate: the closure.
        reads: what it depends on.
        fickle: it must not be recomputed on reloading (uuid, random, once): its result is stored.
        spoken: it depends on the session's language.
        weight: the steps that it takes at least (:mod:`forms.expressions.budget`).
        unknown: bare words in it that name nothing.
    """

    source: str
    evaluate: Callable[[Context], Value]
    reads: tuple[Read, ...]
    fickle: bool = False
    spoken: bool = False
    weight: int = 1
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as its author wrote it, with the question's path and the column of the survey that hold it."""

    path: str
    column: str
    source: str


TextPart = str | Expression


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Words of the form: language -> pieces, literal or computed. A form without languages uses ""."""

    parts: Mapping[str, tuple[TextPart, ...]]
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceSource:
    """Where a question's choices come from.

    Attributes:
        table, rows: a list and the expression that picks its rows, given a context.
        nodes: instead of a table, rows of a repeat.
        values: reads a row's stored value; labels: reads a row's label (tables: by language).
        reads: empty when the list never changes.
        static: row numbers when nothing filters the table.
    """

    table: Table | None
    rows: Callable[[Context], Sequence[int]] | None
    value_column: str
    labels: Callable[[str], Sequence[Text | str]] | None
    nodes: Expression | None = None
    node_value: Expression | None = None
    node_label: Expression | None = None
    reads: tuple[Read, ...] = ()
    spoken_nodes: bool = False
    shuffled: bool = False

    @property
    def fixed(self) -> bool:
        """True when every session offers the whole table at all times."""
        return self.nodes is None and self.rows is None


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """How a node is asked. ``kind`` as in :class:`forms.views.QuestionView`, or ``group`` or ``repeat``.

    ``bounds`` are those of a ``range``.
    """

    kind: str
    label: Text | None
    hint: Text | None
    guidance: Text | None
    appearance: frozenset[str]
    choices: ChoiceSource | None = None
    bounds: Bounds | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """A ``setvalue``: put ``value`` (or nothing) into ``target`` when one of ``events`` happens."""

    target: SchemaNode
    value: Expression | None
    events: frozenset[str]
    trigger: SchemaNode | None


@dataclass(slots=True, eq=False)
class SchemaNode:
    """One element of the form's instance. Only :mod:`forms.document` writes to it.

    Attributes:
        ref: path without the root, "" for the root.
        index: place among the parent's children; order: place in document order.
        initial_rows: rows that a new session starts with (repeats); added_rows: rows that it starts with inside a row
            that is added later, which is made from the form's template.
        default: static default text.
    """

    name: str
    ref: str
    parent: SchemaNode | None
    index: int
    order: int
    depth: int
    is_repeat: bool = False
    children: list[SchemaNode] = field(default_factory=list)
    data_type: str = "string"
    default: str = ""
    relevant: Expression | None = None
    required: Expression | None = None
    readonly: Expression | None = None
    constraint: Expression | None = None
    calculate: Expression | None = None
    required_message: Text | None = None
    constraint_message: Text | None = None
    preload: tuple[str, str] | None = None
    count: Expression | None = None
    counted: bool = False
    initial_rows: int = 1
    added_rows: int = 1
    control: Control | None = None
    actions: list[Action] = field(default_factory=list)
    computed: bool = False

    @property
    def is_leaf(self) -> bool:
        """True for a node that carries a value."""
        return not self.children and not self.is_repeat

    def child(self, name: str) -> SchemaNode | None:
        """The child called ``name``, without regard to a prefix."""
        for candidate in self.children:
            if candidate.name == name:
                return candidate
        return None

    def chain(self) -> list[SchemaNode]:
        """The nodes from the root to this one, both included."""
        found: list[SchemaNode] = []
        at: SchemaNode | None = self
        while at is not None:
            found.append(at)
            at = at.parent
        return found[::-1]

    def walk(self) -> list[SchemaNode]:
        """This node and all below it, in document order."""
        found = [self]
        for child in self.children:
            found.extend(child.walk())
        return found
