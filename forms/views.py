"""What a session shows: frozen values, safe to hand to any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.bounds import Bounds
from forms.markup import Segment


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with one question.

    Attributes:
        path: the question's field path.
        code: ``required``, ``constraint``, ``type``, or ``uncomputed``: a formula would take too many steps, so that
            nobody knows, or ``rows``: a repeat asks for more rows than a form may have. Both may belong to another
            place of the form that cannot tell of it itself.
        message: the form's own words in the session's language, or "" when the form has none.
        label: the question's label, for a list of problems; of the last two that of what the formula belongs to.
    """

    path: str
    code: str
    message: str
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen: ``value`` is stored, ``label`` is read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as it stands now.

    Attributes:
        path: field path, with row identities (``/household[k3]/income``).
        ref: the same without row identities (``/household/income``).
        kind: ``text``, ``integer``, ``decimal``, ``date``, ``time``, ``datetime``, ``select_one``, ``select_multiple``,
            ``note``, ``calculate``, ``range``, ``rank``, ``file`` or ``acknowledge``. A scanned code, a position and a
            line are ``text`` with ``barcode``, ``geopoint``, ``geotrace`` or ``geoshape`` in ``appearance``; a file has
            ``image``, ``audio``, ``video`` or ``file`` there, and nobody is made to answer it.
        value: what the person entered (or a calculation gave) as stored text; None when empty. A selection that the
            list no longer offers reads as empty and comes back with the list.
        problem: all but a missing required answer, which :meth:`Session.validate` tells of.
        choice_count: how many choices are offered now, 0 when it is not a choice.
        computed: the form finds the value, nobody enters it.
        label_parts, help_parts: the label, and the hint with the guidance below it, in pieces with their formatting;
            empty when there is none. ``label``, ``hint`` and ``guidance`` are the same words without it.
        bounds: of a ``range``: its ``start``, ``end`` and ``step``; None for any other kind. An answer outside reads as
            empty and has the problem ``type``.
    """

    path: str
    ref: str
    kind: str
    label: str
    hint: str
    guidance: str
    value: str | None
    relevant: bool
    required: bool
    readonly: bool
    problem: Issue | None
    appearance: frozenset[str]
    choice_count: int
    computed: bool = False
    label_parts: tuple[Segment, ...] = ()
    help_parts: tuple[Segment, ...] = ()
    bounds: Bounds | None = None

    @property
    def heading(self) -> bool:
        """Whether it only names the choices of the questions below it, a table with its rows, and asks nothing."""
        return self.kind in ("select_one", "select_multiple") and "label" in self.appearance


@dataclass(frozen=True, slots=True)
class FoundQuestion:
    """A question found by its words. ``around`` names what it stands in, from the outside in."""

    path: str
    label: str
    around: tuple[str, ...]
    relevant: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a repeat; ``label`` is its first answer, else the repeat's label and the row's number."""

    path: str
    row_id: str
    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class RepeatView:
    """A repeat and its rows; a counted repeat lets nobody add or remove. ``columns`` as of a :class:`Page`."""

    path: str
    label: str
    rows: tuple[Row, ...]
    can_add: bool
    can_remove: bool
    columns: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A group inside a page. ``columns`` as of a :class:`Page`."""

    path: str
    label: str
    items: tuple[Item, ...]
    columns: int = 0


Item = QuestionView | Section | RepeatView


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown together: one top-level group, or a run of top-level questions (``label`` is then "").

    ``columns``: how many widths (``w1`` and so on in a question's appearance) go into a row; 0 where questions stand
    below each other.
    """

    path: str
    label: str
    items: tuple[Item, ...]
    columns: int = 0


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """One line for reading or printing; ``kind`` is ``group``, ``row`` or ``answer``; ``depth`` starts at 0."""

    depth: int
    kind: str
    label: str
    value_text: str
    path: str


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one act changed.

    Attributes:
        answers: stored fields to commit: the answer itself, effects of value-changed actions, row markers. A row
            marker is the row's place in the order of adding ("1", "2", …), None for a removed row.
        changed: paths whose :class:`QuestionView` may differ.
        rows: repeat paths whose rows changed.
        added_row: identity of the row added by this act.
        structure: :meth:`Session.pages` changed: relevance of items, rows, or language.
        about: what an undo or redo was about, else "".
    """

    answers: Mapping[str, str | None]
    changed: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    added_row: str | None = None
    structure: bool = False
    about: str = ""
