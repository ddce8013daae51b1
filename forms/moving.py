"""Moving a draft to another version of its form: a dry run that says where each answer goes, and what to store for it.

Nothing typed is dropped: a move only adds. An answer keeps its path where the other version asks there too; it is
written again where one question of the same name stands elsewhere; and what has no place stays stored under its path,
to be read, and to be found again by a version that asks for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from forms.definition import FormDefinition
from forms.errors import FormsError
from forms.limits import NODES_LIVE_MAX
from forms.schema import SchemaNode
from forms.session import Session
from forms.views import QuestionView

_ROW = re.compile(r"\[[^\]]*\]")
_UNASKED = frozenset({"note", "calculate"})
Answers = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One answer, as the version that asked for it reads it.

    Attributes:
        question: with ``value``, what is stored; never None.
        labels: the names of its choices, where it has any.
        to: where the other version asks for it; None where it has no place there.
    """

    question: QuestionView
    labels: tuple[str, ...]
    to: str | None


@dataclass(frozen=True, slots=True)
class Moving:
    """What a move would do; each list in the order of the screens.

    Attributes:
        kept: answers that stay where they are. moved: answers of a question that stands elsewhere now.
        unplaced: answers that no question of the other version takes; they stay with the case.
        doubtful: of the kept and moved ones, those that the other version finds wrong or does not offer, as it has
            them.
        asked: questions that wait for an answer now and that the version before did not ask.
        writes: what the move stores beside the version itself.
    """

    kept: tuple[Line, ...]
    moved: tuple[Line, ...]
    unplaced: tuple[Line, ...]
    doubtful: tuple[Line, ...]
    asked: tuple[QuestionView, ...]
    writes: Answers


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer that the version of now has no place for, or that was given elsewhere without having seen the move.

    Attributes:
        path, value: as they are stored; ``label``: the question's words, its name where no version held knows it.
        question: as an earlier version asks it; None where none that is held knows it. labels: of its choices.
        to: where the version of now asks for it; None when it does not. now: what stands there.
    """

    path: str
    value: str
    label: str
    question: QuestionView | None
    labels: tuple[str, ...]
    to: str | None = None
    now: str | None = None


def plan_move(before: Session, stored: Answers, after: FormDefinition, opened: Callable[[Answers], Session]) -> Moving:
    """Say what moving a draft from the version of ``before`` to ``after`` would do. Nothing is changed.

    Args:
        before: a session over ``stored`` at the version of now.
        stored: everything that the case stores, what an earlier move left without a place included.
        opened: makes a session of ``after`` over such answers.
    """
    ways = Ways(before.definition, after)
    writes = ways.writes(stored)
    then = opened({**stored, **writes})
    kept, moved, unplaced, doubtful = list[Line](), list[Line](), list[Line](), list[Line]()
    for line in lines(before, stored, ways):
        if line.to is None:
            unplaced.append(line)
            continue
        (kept if line.to == line.question.path else moved).append(line)
        if _is_doubtful(then, line):
            doubtful.append(line)
    known = {ref for old, ref in ways.refs.items() if old in before.definition.questions}
    asked = (question for question in _questions(then) if question.ref not in known and question.value is None)
    return Moving(
        tuple(kept),
        tuple(moved),
        tuple(unplaced),
        tuple(doubtful),
        tuple(question for question in asked if question.relevant and question.kind not in _UNASKED),
        writes,
    )


def lines(session: Session, stored: Answers, ways: Ways) -> tuple[Line, ...]:
    """Return the answers that people gave to the questions of a session's form, in the form's order."""
    found = []
    for question in _questions(session):
        value = stored.get(question.path)
        if value is None or question.computed or question.kind in _UNASKED:
            continue
        labels = _labels(session, question, value)
        found.append(Line(replace(question, value=value), labels, ways.to(question.path)))
    return tuple(found)


def earlier_answers(
    now: FormDefinition, stored: Answers, before: Iterable[Session], unseen: Callable[[str, str], bool]
) -> tuple[Earlier, ...]:
    """Return what the version of now does not show of a case, in the order of the versions that asked for it.

    Args:
        before: a session over ``stored`` at each version that the case was on before.
        unseen: says that nobody who wrote the second field had seen what stands in the first.
    """
    left = without_place(now, stored)
    if not left:
        return ()
    found: dict[str, Earlier] = {}
    for session in before:
        for line in lines(session, left, Ways(session.definition, now)):
            found.setdefault(line.question.path, _told(line, stored))
    for path, value in sorted(left.items()):
        name = reference(path).rsplit("/", 1)[-1].replace("_", " ")
        found.setdefault(path, Earlier(path, value, name, None, ()))
    return tuple(each for each in found.values() if _is_earlier(each, unseen))


def _told(line: Line, stored: Answers) -> Earlier:
    question = line.question
    now = None if line.to is None else stored.get(line.to)
    return Earlier(question.path, question.value or "", question.label, question, line.labels, line.to, now)


def _is_earlier(each: Earlier, unseen: Callable[[str, str], bool]) -> bool:
    """Say whether an answer is to be told: it has no place, or came to its old one after the move had left it."""
    return each.to is None or (each.now != each.value and unseen(each.path, each.to))


def without_place(definition: FormDefinition, stored: Answers) -> dict[str, str]:
    """Return the stored answers that no question of this version takes, by path; markers of rows are none."""
    found = {}
    for path, value in stored.items():
        if value is None or path.endswith("]"):
            continue
        node = definition.nodes.get(reference(path))
        if node is None or not _takes(node) or _placed(path, node) != path:
            found[path] = value
    return found


def reference(path: str) -> str:
    """Return a field's path without the identities of rows."""
    return _ROW.sub("", path)


class Ways:
    """Where another version has what this one stores.

    The same reference where it is the same kind of place; else the one question of that name that is new there, when
    exactly one has lost its place here and what it takes can be read there. Rows keep their identities.

    Attributes:
        refs: reference of a question or repeat -> that in the other version; nothing for what has no place.
    """

    def __init__(self, before: FormDefinition, after: FormDefinition) -> None:
        self.refs: dict[str, str] = {}
        self._after = after
        self._find_repeats(before)
        self._find_places(before)
        self._find_names(before)

    def to(self, path: str) -> str | None:
        """Return where a field stands in the other version; None when it has no place."""
        ref = self.refs.get(reference(path))
        return None if ref is None else _placed(path, self._after.nodes[ref])

    def writes(self, stored: Answers) -> dict[str, str | None]:
        """Return what has to be stored again elsewhere, with the markers of its rows. What stands there gives way."""
        found: dict[str, str | None] = {}
        for path, value in stored.items():
            to = self.to(path)
            if to is not None and to != path and (to not in stored or stored[to] != value):
                found[to] = value
        return found

    def _find_repeats(self, before: FormDefinition) -> None:
        old, new = ([node for node in each.root.walk() if node.is_repeat] for each in (before, self._after))
        held = {node.ref for node in new}
        self.refs.update((node.ref, node.ref) for node in old if node.ref in held)
        lost = [node for node in old if node.ref not in self.refs]
        # The outer ones come first: a repeat moves only together with those around it.
        for node, there in _pairs(lost, [node for node in new if node.ref not in self.refs]):
            if self._beside(node, there):
                self.refs[node.ref] = there.ref

    def _find_places(self, before: FormDefinition) -> None:
        for node in _leaves(before):
            there = self._after.nodes.get(node.ref)
            if there is not None and _takes(there) and self._beside(node, there):
                self.refs[node.ref] = node.ref
                continue
            there = self._after.nodes.get(self._in_moved_repeat(node))
            if there is not None and self._could_be(node, there):
                self.refs[node.ref] = there.ref

    def _find_names(self, before: FormDefinition) -> None:
        taken = set(self.refs.values())
        lost = [node for node in _leaves(before) if node.ref not in self.refs and node.ref in before.questions]
        new = [node for node in _leaves(self._after) if node.ref not in taken and node.ref in self._after.questions]
        for node, there in _pairs(lost, new):
            if self._could_be(node, there):
                self.refs[node.ref] = there.ref

    def _could_be(self, node: SchemaNode, there: SchemaNode) -> bool:
        return _takes(there) and _compatible(node, there) and self._beside(node, there)

    def _beside(self, node: SchemaNode, there: SchemaNode) -> bool:
        """Say whether the rows around the one place are the rows around the other."""
        return [self.refs.get(ref) for ref in _around(node)] == _around(there)

    def _in_moved_repeat(self, node: SchemaNode) -> str:
        """Where the question stands if its repeat went elsewhere as a whole."""
        around = _around(node)
        moved = self.refs.get(around[-1]) if around else None
        return node.ref if moved is None else moved + node.ref[len(around[-1]) :]


def _pairs(lost: Iterable[SchemaNode], new: Iterable[SchemaNode]) -> list[tuple[SchemaNode, SchemaNode]]:
    """Return those of both sides whose name no other of the same side has."""
    sides = list(lost), list(new)
    counts = [Counter(node.name for node in side) for side in sides]
    named = {node.name: node for node in sides[1]}
    return [(node, named[node.name]) for node in sides[0] if counts[0][node.name] == 1 and counts[1][node.name] == 1]


def _leaves(definition: FormDefinition) -> list[SchemaNode]:
    return [node for node in definition.root.walk() if _takes(node)]


def _takes(node: SchemaNode) -> bool:
    """Say whether a node stores what a person enters."""
    return node.is_leaf and not node.computed


def _around(node: SchemaNode) -> list[str]:
    """The repeats that a node is in, from the outside in; a repeat is not in itself."""
    return [each.ref for each in node.chain()[:-1] if each.is_repeat]


def _compatible(node: SchemaNode, there: SchemaNode) -> bool:
    """Say whether answers to the one can be answers to the other. A text takes every answer but a file."""
    chosen, choosing = (each.control is not None and each.control.choices is not None for each in (node, there))
    if choosing:
        return chosen
    if node.data_type == there.data_type or (node.data_type, there.data_type) == ("int", "decimal"):
        return True
    return there.data_type == "string" and node.data_type != "binary"


def _placed(path: str, there: SchemaNode) -> str | None:
    """Return the path at a place with the rows of ``path``; None when there are more rows, or fewer, than it has."""
    rows = _ROW.findall(path)
    chain = there.chain()[1:]
    if len(rows) != sum(node.is_repeat for node in chain):
        return None
    left = iter(rows)
    return "".join(f"/{node.name}{next(left) if node.is_repeat else ''}" for node in chain)


# --- what an answer says ---------------------------------------------------------------------------------------------


def _questions(session: Session) -> list[QuestionView]:
    """Every question of a session, those that are not asked now included."""
    found = session.find("", NODES_LIVE_MAX)
    questions = (session.question(each.path) for each in found)
    return [question for question in questions if question.ref in session.definition.questions]


def _labels(session: Session, question: QuestionView, value: str) -> tuple[str, ...]:
    if question.kind not in ("select_one", "select_multiple"):
        return ()
    values = value.split() if question.kind == "select_multiple" else [value]
    return tuple(session.choice_label(question.path, each) or each for each in values)


def _is_doubtful(then: Session, line: Line) -> bool:
    """Say whether the other version finds the answer wrong, or does not offer it."""
    assert line.to is not None
    try:
        question = then.question(line.to)
    except FormsError:
        return False  # In a row that the other version does not have now: a counted repeat may have fewer.
    return question.relevant and (question.problem is not None or question.value != line.question.value)
