"""The tree as views: pages, questions, problems and the summary. Reads, never changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from forms import graph
from forms.body import LayoutItem
from forms.choices import ChoiceBook
from forms.definition import FormDefinition
from forms.expressions.context import Environment
from forms.markup import Segment, is_formatted
from forms.schema import Control, Read, SchemaNode, Text
from forms.tables import SearchIndex
from forms.tree import Node, Repeat
from forms.views import FoundQuestion, Issue, Item, Page, QuestionView, RepeatView, Row, Section, SummaryItem

_UNASKED = frozenset({"note", "calculate", "file"})
"""Nobody can answer them at a desk, so that nothing is missing where they are empty."""


WIDTH = re.compile(r"w(10|[1-9])")
COLUMNS = 4
"""The widths in a row of a grid whose group says nothing."""


def _is_heading(control: Control) -> bool:
    """As :attr:`QuestionView.heading`."""
    return control.kind in ("select_one", "select_multiple") and "label" in control.appearance


class Views:
    """Makes views of one session's tree as it stands.

    Args:
        uncomputed: what has formulas that would take too many steps.
        everything: what is not asked now is shown too, as on a form of paper.
    """

    def __init__(
        self,
        definition: FormDefinition,
        root: Node,
        choices: ChoiceBook,
        env: Environment,
        uncomputed: Sequence[Node | Repeat] = (),
        *,
        everything: bool = False,
    ) -> None:
        self._everything = everything
        self._uncomputed = uncomputed
        self._told: dict[str, Issue] | None = None
        self._definition = definition
        self._root = root
        self._choices = choices
        self._env = env

    # --- questions

    def question(self, node: Node) -> QuestionView:
        """One question; a node that is never asked shows as ``calculate``."""
        control = node.schema.control
        kind = "calculate" if control is None else control.kind
        choice_count = 0
        if control is not None and control.choices is not None:
            choice_count = len(self._choices.offered(node)[0])
        return QuestionView(
            path=node.path,
            ref=node.schema.ref,
            kind=kind,
            label=self.label(node),
            hint="" if control is None else self._choices.words(node, control.hint),
            guidance="" if control is None else self._choices.words(node, control.guidance),
            value=self._shown(node),
            relevant=node.relevant,
            required=node.required,
            readonly=node.locked or node.schema.computed,
            problem=self._problem(node) or self._unspoken(node),
            appearance=frozenset() if control is None else control.appearance,
            choice_count=choice_count,
            computed=node.schema.computed,
            label_parts=() if control is None else self._formatted(node, control.label),
            help_parts=() if control is None else self._formatted(node, control.hint, control.guidance),
            bounds=None if control is None else control.bounds,
        )

    def _formatted(self, node: Node, *texts: Text | None) -> tuple[Segment, ...]:
        """Texts below each other, in pieces; nothing when no piece has any formatting."""
        found: list[Segment] = []
        for text in texts:
            parts = self._choices.formatted(node, text)
            found += [Segment("\n"), *parts] if found and parts else parts
        return tuple(found) if is_formatted(tuple(found)) else ()

    def find(self, search: str, limit: int) -> tuple[FoundQuestion, ...]:
        """Questions whose words contain ``search``, those not asked now included; best first, else in order."""
        nodes = [
            node
            for node in self._root.below()
            if isinstance(node, Node) and node.schema.is_leaf and node.schema.control is not None
        ]
        labels = [self.label(node) for node in nodes]
        hits = SearchIndex(labels).find(search, limit) if search.strip() else range(min(limit, len(nodes)))
        return tuple(
            FoundQuestion(nodes[hit].path, labels[hit], self._around(nodes[hit]), nodes[hit].relevant) for hit in hits
        )

    def _around(self, node: Node) -> tuple[str, ...]:
        """The words of the groups and rows around a node that have any, from the outside in."""
        found: list[str] = []
        at = node.parent
        while at is not None and at.parent is not None:
            words = self.label(at)
            found.append(f"{words or at.schema.name} {at.position}" if at.container is not None else words)
            at = at.parent
        return tuple(words for words in reversed(found) if words)

    def label(self, node: Node) -> str:
        """The question's words, its name when it has none."""
        control = node.schema.control
        words = "" if control is None else self._choices.words(node, control.label)
        return words if words or (control is not None and control.kind in ("group", "repeat")) else node.schema.name

    def _shown(self, node: Node) -> str | None:
        """The value, or the text as it was typed when it is not of its type."""
        if node.value:
            return node.value
        control = node.schema.control
        selects = control is not None and control.choices is not None and not control.choices.fixed
        return None if node.schema.computed or selects else node.text

    def _problem(self, node: Node) -> Issue | None:
        if not node.flaw:
            return self._not_computed(node)
        message = node.schema.constraint_message if node.flaw == "constraint" else None
        return Issue(node.path, node.flaw, self._choices.words(node, message), self.label(node))

    def _not_computed(self, node: Node) -> Issue | None:
        """A formula of this question, or one whose own place is on no screen, would take too many steps."""
        told = self._places_told().get(node.path) if self._uncomputed else None
        if told is None and _has_list(node) and self._choices.are_unknown(node):
            return Issue(node.path, "uncomputed", "", self.label(node))
        return told

    def _unspoken(self, node: Node) -> Issue | None:
        """A piece of the question's own words would take too many steps: told, but no reason not to hand in."""
        return Issue(node.path, "uncomputed", "", self.label(node)) if self._choices.is_unsaid(node) else None

    def _places_told(self) -> dict[str, Issue]:
        """What is told on which question, by its path."""
        if self._told is None:
            self._told = {}
            asked = self._asked(self._definition.layout, self._root)
            answered = [node.path for node in asked if not node.schema.computed and not _is_note(node)]
            own = {node.path for node in asked}
            for thing in self._uncomputed:
                if thing.relevant or (graph.RELEVANT in thing.uncomputed and _is_around_relevant(thing)):
                    code = "rows" if graph.ROWS in thing.uncomputed else "uncomputed"
                    path = thing.path if thing.path in own else _nearest(thing, answered or list(own))
                    self._told.setdefault(path, Issue(path, code, "", self._called(thing)))
        return self._told

    def _called(self, thing: Node | Repeat) -> str:
        if isinstance(thing, Node):
            return self.label(thing) or thing.schema.name
        control = thing.schema.control
        return self._repeat_label(None if control is None else control.label, thing) or thing.schema.name

    def _missing(self, node: Node) -> Issue | None:
        schema = node.schema
        if not node.required or not node.relevant or node.value or schema.computed or node.locked:
            return None
        if schema.control is None or schema.control.kind in _UNASKED or _is_heading(schema.control):
            return None
        return Issue(node.path, "required", self._choices.words(node, schema.required_message), self.label(node))

    def validate(self) -> tuple[Issue, ...]:
        """Flaws and missing answers in the order of the screens."""
        found: list[Issue] = []
        for node in self._asked(self._definition.layout, self._root):
            issue = self._problem(node) or self._missing(node)
            if issue is not None:
                found.append(issue)
        if self._uncomputed and not found:
            found += self._places_told().values()  # nothing is asked that could tell of it
        return tuple(found)

    def _asked(self, layout: Sequence[LayoutItem], around: Node) -> list[Node]:
        """The relevant questions below ``around``, in the order of the screens."""
        found: list[Node] = []
        for item in layout:
            for node in self._places(item, around):
                if item.kind == "question":
                    found.append(node)
                else:
                    found.extend(self._asked(item.items, node))
        return found

    def _places(self, item: LayoutItem, around: Node) -> list[Node]:
        """The relevant nodes that a layout item stands for: one, or the rows of a repeat."""
        if item.node is None:
            return [around]
        thing = self._find(item, around)
        if isinstance(thing, Repeat):
            return [row for row in thing.rows if row.relevant or self._everything]
        return [thing] if thing.relevant or self._everything else []

    @staticmethod
    def _find(item: LayoutItem, around: Node) -> Node | Repeat:
        """The node of ``item`` seen from ``around``; a body may name a node outside the group that shows it."""
        assert item.node is not None
        top = around
        chain = item.node.chain()
        while top.schema not in chain:
            assert top.parent is not None
            top = top.parent
        thing: Node | Repeat = top
        for step in chain[top.schema.depth + 1 :]:
            if isinstance(thing, Repeat):
                thing = thing.rows[0]
            thing = thing.children[step.index]
        return thing

    # --- pages

    def pages(self) -> tuple[Page, ...]:
        """A page per top-level group or repeat, and one for each run of top-level questions."""
        found: list[Page] = []
        loose: list[Item] = []
        for item in self._top_items():
            if item.kind == "group" and item.items:
                self._close(found, loose)
                found.extend(self._group_page(item))
                continue
            items = self._items((item,), self._root)
            if item.kind == "question":
                loose.extend(items)
            elif items:
                self._close(found, loose)
                repeat = items[0]
                found.append(Page(repeat.path, cast(RepeatView, repeat).label, items))
        self._close(found, loose)
        return tuple(found)

    def _top_items(self) -> tuple[LayoutItem, ...]:
        """The top level; a single group around everything is looked through, or the form would be one long page."""
        layout = self._definition.layout
        if len(layout) == 1 and layout[0].kind == "group" and layout[0].node is None:
            return layout[0].items
        return layout

    def _group_page(self, item: LayoutItem) -> list[Page]:
        node = self._root if item.node is None else self._find(item, self._root)
        if not isinstance(node, Node) or not (node.relevant or self._everything):
            return []
        items = self._items(item.items, node)
        path = node.path if item.node is not None else (items[0].path if items else "")
        label = self._choices.words(node, item.label)
        return [Page(path, label, items, self._columns(item.appearance))] if items else []

    def _columns(self, appearance: frozenset[str]) -> int:
        """How many widths go into a row of a form that is laid out as a grid, else 0."""
        if not self._definition.grid:
            return 0
        return next((int(word[1:]) for word in appearance if WIDTH.fullmatch(word)), COLUMNS)

    def _close(self, found: list[Page], loose: list[Item]) -> None:
        if loose:
            found.append(Page(loose[0].path, "", tuple(loose), self._columns(frozenset())))
            loose.clear()

    def _items(self, layout: Sequence[LayoutItem], around: Node) -> tuple[Item, ...]:
        found: list[Item] = []
        for item in layout:
            if item.kind == "repeat":
                view = self._repeat(item, around)
                if view is not None:
                    found.append(view)
                continue
            for node in self._places(item, around):
                if item.kind == "question":
                    found.append(self.question(node))
                else:
                    found.extend(self._section(item, node, around))
        return tuple(found)

    def _section(self, item: LayoutItem, node: Node, around: Node) -> tuple[Item, ...]:
        items = self._items(item.items, node)
        if not items or item.node is None and item.label is None:
            return items
        path = node.path if item.node is not None else items[0].path
        return (Section(path, self._choices.words(node, item.label), items, self._columns(item.appearance)),)

    def _repeat(self, item: LayoutItem, around: Node) -> RepeatView | None:
        repeat = self._find(item, around)
        if not isinstance(repeat, Repeat) or not (repeat.relevant or self._everything):
            return None
        free = not repeat.schema.counted
        rows = tuple(self._row(item, row) for row in repeat.rows if row.relevant or self._everything)
        columns = self._columns(item.appearance)
        return RepeatView(repeat.path, self._repeat_label(item.label, repeat), rows, free, free, columns)

    def _repeat_label(self, label: Text | None, repeat: Repeat) -> str:
        """The label of the whole repeat. Of one that speaks of a row ("Enfant ${number}") only the fixed words stay."""
        if label is None:
            return repeat.schema.name
        if _reads_row(label, repeat.schema):
            return self._choices.fixed_words(label).rstrip(" :#-–") or repeat.schema.name
        return self._choices.words(cast(Node, repeat), label) or repeat.schema.name

    def _row(self, item: LayoutItem, row: Node) -> Row:
        items = self._items(item.items, row)
        return Row(row.path, row.row_id, self.row_label(item, row), items)

    def row_label(self, item: LayoutItem, row: Node) -> str:
        """What the form says of the row's answers, else the first answer in the row, else the label and the number."""
        assert row.container is not None
        label = item.label
        spoken = self._choices.words(row, label) if label is not None and _reads_row(label, row.schema) else ""
        if spoken and label is not None and any(_is_answer_in(read, row.schema) for read in label.reads):
            return spoken
        for node in self._asked(item.items, row):
            control = node.schema.control
            if node.value and control is not None and control.kind not in _UNASKED and control.kind != "acknowledge":
                return self.value_text(node)
        return spoken or f"{self._repeat_label(label, row.container)} {row.position}".strip()

    # --- summary

    def value_text(self, node: Node) -> str:
        """A value as people read it: labels for choices."""
        control = node.schema.control
        value = node.value or (self._shown(node) or "")
        if control is None or control.choices is None:
            return value
        chosen = [value] if control.kind == "select_one" else value.split()
        return ", ".join(self._choices.label(node, one) for one in chosen)

    def summary(self) -> tuple[SummaryItem, ...]:
        """Groups, rows and answers that are there."""
        return tuple(self._summary(self._definition.layout, self._root, 0))

    def _summary(self, layout: Sequence[LayoutItem], around: Node, depth: int) -> list[SummaryItem]:
        found: list[SummaryItem] = []
        for item in layout:
            for node in self._places(item, around):
                if item.kind == "question":
                    found.extend(self._answer_line(node, depth))
                    continue
                is_row = item.kind == "repeat"
                label = self.row_label(item, node) if is_row else self._choices.words(node, item.label)
                inside = self._summary(item.items, node, depth + 1 if label else depth)
                if label and (inside or is_row):
                    found.append(SummaryItem(depth, "row" if is_row else "group", label, "", node.path))
                found.extend(inside)
        return found

    def _answer_line(self, node: Node, depth: int) -> list[SummaryItem]:
        control = node.schema.control
        text = self.value_text(node)
        if control is None or control.kind == "note" or not text:
            return []
        return [SummaryItem(depth, "answer", self.label(node), text, node.path)]


def _reads_row(label: Text, repeat: SchemaNode) -> bool:
    """True when the words differ from row to row: they read the row's place or something in it."""
    return any(repeat in read.target.chain() for read in label.reads)


def _is_answer_in(read: Read, repeat: SchemaNode) -> bool:
    return read.target.is_leaf and not read.target.computed and repeat in read.target.chain()


def _has_list(node: Node) -> bool:
    control = node.schema.control
    return control is not None and control.choices is not None and not control.choices.fixed


def _is_note(node: Node) -> bool:
    return node.schema.control is None or node.schema.control.kind in _UNASKED


def _is_around_relevant(thing: Node | Repeat) -> bool:
    around = thing.container if isinstance(thing, Node) and thing.container is not None else thing.parent
    return around is None or around.relevant


def _nearest(thing: Node | Repeat, asked: Sequence[str]) -> str:
    """The question on which something is told: itself, the first inside it, else the first beside it."""
    at: Node | Repeat | None = thing
    while at is not None:
        for path in asked:
            if path == at.path or path.startswith((f"{at.path}/", f"{at.path}[")):
                return path
        at = at.parent
    return thing.path
