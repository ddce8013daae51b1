"""The computed state line by line, for an author to look at while a form is filled. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from forms.choices import ChoiceBook
from forms.tree import Node, Repeat
from forms.wholestate import references


@dataclass(frozen=True, slots=True)
class StateLine:
    """One node as it stands.

    Attributes:
        reference: XPath, with the root's name and rows from 1 (:mod:`forms.wholestate`).
        path: the session's path, with row identities.
        kind: ``question``, ``computed`` (nobody enters it), ``part`` (a group or a row) or ``repeat``.
        value: what formulas read, or the text as typed where it is of another type or not offered.
        hidden: it is not relevant.
        missing: it is required and has no answer.
        flaw: ``constraint`` or ``type`` when the answer is refused; message: the form's words for that.
        rows: how many rows a repeat has, None for what is no repeat.
        uncomputed: it has a formula that would take too many steps, so that it may be otherwise.
    """

    reference: str
    path: str
    kind: str
    value: str = ""
    hidden: bool = False
    required: bool = False
    readonly: bool = False
    missing: bool = False
    flaw: str = ""
    message: str = ""
    rows: int | None = None
    uncomputed: bool = False


def state_lines(root: Node, book: ChoiceBook) -> list[StateLine]:
    """Every node that carries a value and every repeat, in document order; groups and rows where there is something to
    say of them."""
    return [
        _line(reference, thing, book)
        for reference, thing in references(root)
        if isinstance(thing, Repeat) or thing.schema.is_leaf or not thing.relevant or thing.uncomputed
    ]


def _line(reference: str, thing: Node | Repeat, book: ChoiceBook) -> StateLine:
    unknown = bool(thing.uncomputed)
    if isinstance(thing, Repeat):
        count = sum(1 for row in thing.rows if row.own)
        return StateLine(reference, thing.path, "repeat", hidden=not thing.relevant, rows=count, uncomputed=unknown)
    if not thing.schema.is_leaf:
        return StateLine(reference, thing.path, "part", hidden=not thing.relevant, uncomputed=unknown)
    schema = thing.schema
    message = schema.constraint_message if thing.flaw == "constraint" else None
    return StateLine(
        reference,
        thing.path,
        "computed" if schema.computed or schema.control is None else "question",
        thing.value or ("" if schema.computed else thing.text or ""),
        hidden=not thing.relevant,
        required=thing.required and thing.relevant,
        readonly=thing.locked,
        missing=thing.required and thing.relevant and not thing.value and schema.control is not None,
        flaw=thing.flaw if thing.relevant else "",
        message=book.written(thing, message) if message is not None and thing.relevant else "",
        uncomputed=unknown,
    )
