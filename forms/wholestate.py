"""The whole state of a session under XPath references, for scripts and for comparison with other engines. Reads only.

A reference is absolute, holds the root's name, and counts rows from 1: ``/data/member[2]/name``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from forms import graph
from forms.choices import ChoiceBook
from forms.tree import Node, Repeat

_CHOICES_MAX = 1_000_000


class WholeState(TypedDict):
    """What stands after a step.

    Attributes:
        values: text of every node that carries one, "" when it is empty or not relevant.
        hidden: topmost nodes that are not relevant.
        choices: what each relevant choice question offers now: pairs of value and label.
        required, readonly: relevant questions; readonly is inherited from what is around a question.
        missing: required and without an answer; invalid: the author's words for a constraint that does not hold.
        uncomputed: what has a formula that would take too many steps.
        rows: how many rows each relevant repeat has; labels: the words of all that is relevant and has words.
    """

    values: dict[str, str]
    hidden: list[str]
    choices: dict[str, list[list[str]]]
    required: list[str]
    readonly: list[str]
    missing: list[str]
    invalid: dict[str, str]
    uncomputed: list[str]
    rows: dict[str, int]
    labels: dict[str, str]


def references(root: Node) -> Iterator[tuple[str, Node | Repeat]]:
    """Every node and repeat that counts now with its reference, in document order; rows beyond a count do not."""
    yield from _below(f"/{root.schema.name}", root)


def _below(reference: str, thing: Node | Repeat) -> Iterator[tuple[str, Node | Repeat]]:
    yield reference, thing
    if isinstance(thing, Repeat):
        for row in thing.rows:
            if row.own:
                yield from _below(f"{reference}[{row.position}]", row)
        return
    for child in thing.children:
        yield from _below(f"{reference}/{child.schema.name}", child)


def reference(thing: Node | Repeat) -> str:
    """The reference that names ``thing`` now."""
    if isinstance(thing, Node) and thing.container is not None:
        return f"{reference(thing.container)}[{thing.position}]"
    around = "" if thing.parent is None else reference(thing.parent)
    return f"{around}/{thing.schema.name}"


def whole_state(root: Node, book: ChoiceBook) -> WholeState:
    """Return the state of the tree under ``root``."""
    found = WholeState(
        values={},
        hidden=[],
        choices={},
        required=[],
        readonly=[],
        missing=[],
        invalid={},
        uncomputed=[],
        rows={},
        labels={},
    )
    for reference, thing in references(root):
        if not thing.relevant:
            if graph.RELEVANT in thing.uncomputed and _around_relevant(thing):
                found["uncomputed"].append(reference)
            if _around(thing) is None or _around_relevant(thing):
                found["hidden"].append(reference)
            if isinstance(thing, Node) and thing.schema.is_leaf:
                found["values"][reference] = ""
            continue
        if isinstance(thing, Repeat):
            found["rows"][reference] = sum(1 for row in thing.rows if row.own)
        elif thing.schema.is_leaf:
            _leaf(found, reference, thing, book)
        words = _label(thing, book)
        if words:
            found["labels"][reference] = words
        if thing.uncomputed or (isinstance(thing, Node) and (book.is_unsaid(thing) or _is_unknown(thing, book))):
            found["uncomputed"].append(reference)
    return found


def _around(thing: Node | Repeat) -> Node | Repeat | None:
    return thing.container if isinstance(thing, Node) and thing.container is not None else thing.parent


def _around_relevant(thing: Node | Repeat) -> bool:
    around = _around(thing)
    return around is None or around.relevant


def _label(thing: Node | Repeat, book: ChoiceBook) -> str:
    """The words of a question, a group or a row; those of a repeat as a whole, which has no values, as far as fixed."""
    control = thing.schema.control
    if control is None or control.label is None:
        return ""
    if isinstance(thing, Repeat):
        return book.fixed_words(control.label)
    return book.written(thing, control.label)


def _leaf(found: WholeState, reference: str, node: Node, book: ChoiceBook) -> None:
    schema = node.schema
    found["values"][reference] = _text(node)
    if node.required:
        found["required"].append(reference)
        if not node.value and schema.control is not None:
            found["missing"].append(reference)
    if node.locked:
        found["readonly"].append(reference)
    if node.flaw:
        message = schema.constraint_message if node.flaw == "constraint" else None
        found["invalid"][reference] = book.written(node, message)
    if _is_choice(node):
        offered = book.find(node, "", _CHOICES_MAX)
        found["choices"][reference] = [[choice.value, choice.label] for choice in offered]


def _text(node: Node) -> str:
    """What is stored now."""
    return node.value or ("" if node.schema.computed or _is_choice(node) else node.text or "")


def _is_choice(node: Node) -> bool:
    return node.schema.control is not None and node.schema.control.choices is not None


def _is_unknown(node: Node, book: ChoiceBook) -> bool:
    return _is_choice(node) and book.are_unknown(node)


def locate(root: Node, reference: str) -> Node | Repeat | None:
    """The node, row or repeat that ``reference`` names now; None when there is none.

    A step to a repeat without a row number goes on in its first row, and names the whole repeat where it is the last.
    """
    names = [part for part in reference.strip().split("/") if part]
    if not reference.strip().startswith("/") or not names or _step(names[0])[0] != root.schema.name:
        return None
    at: Node | Repeat = root
    for name, number in map(_step, names[1:]):
        if isinstance(at, Repeat):
            at = at.rows[0] if at.rows and at.rows[0].own else at
        if isinstance(at, Repeat):
            return None
        schema = at.schema.child(name) or at.schema.child(name.rpartition(":")[2])
        if schema is None or number == 0:
            return None
        at = at.children[schema.index]
        if number is not None and isinstance(at, Repeat):
            counting = [row for row in at.rows if row.own]
            if number > len(counting):
                return None
            at = counting[number - 1]
        elif number not in (None, 1):
            return None
    return at


def _step(text: str) -> tuple[str, int | None]:
    """A step's name and row number; a row number that is none is 0, which no row has."""
    name, bracket, rest = text.partition("[")
    if not bracket:
        return name, None
    number = rest.removesuffix("]").strip()
    return name, int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
