"""The body of a form -> controls on the schema and a layout for the screens. Unsupported parts are reported, not
skipped."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from forms import refusals
from forms.bounds import Bounds, read_bounds
from forms.building import Builder
from forms.choicesources import ChoiceReader
from forms.schema import Control, SchemaNode, Text
from forms.searching import parted
from forms.xmlreading import attribute, child, children, local

_CHOOSES = frozenset({"select_one", "select_multiple", "rank"})
_QUESTIONS = frozenset({"input", "select1", "select", "trigger", "range", "rank", "upload", "secret"})
_TOLD_BY_TYPE = frozenset({"geopoint", "geotrace", "geoshape", "barcode"})


@dataclass(frozen=True, slots=True, eq=False)
class LayoutItem:
    """A place on the screens: ``group``, ``repeat`` or ``question``. A group may have no node of its own."""

    kind: str
    node: SchemaNode | None
    label: Text | None
    items: tuple[LayoutItem, ...] = ()
    appearance: frozenset[str] = frozenset()


@dataclass
class BodyReader:
    """Reads the body once; every refused part becomes a problem of the builder."""

    builder: Builder
    choices: ChoiceReader
    asked: list[SchemaNode] = field(default_factory=list)

    def read(self, body: etree._Element) -> tuple[LayoutItem, ...]:
        """Return the layout of the top level."""
        return self._items(body, self.builder.root)

    def _items(self, element: etree._Element, around: SchemaNode) -> tuple[LayoutItem, ...]:
        found: list[LayoutItem] = []
        for one in children(element):
            name = local(one)
            if name == "group":
                found.append(self._group(one, around))
            elif name == "repeat":
                found.append(self._repeat(one, around, None))
            elif name in _QUESTIONS or name in refusals.FEATURES_BY_ELEMENT:
                item = self._question(one, around)
                if item is not None:
                    found.append(item)
            elif name not in ("label", "hint", "help", "setvalue", "alert", "item", "itemset", "value", "extra"):
                self.builder.unsupported(name, around.ref)
        return tuple(found)

    def _node(self, reference: str | None, around: SchemaNode) -> SchemaNode | None:
        if not reference:
            return None
        node = self.builder.find(reference, around)
        if node is None:
            self.builder.broken_reference(reference)
        return node

    def _label(self, element: etree._Element, around: SchemaNode) -> Text | None:
        found = child(element, "label")
        return None if found is None else self.builder.text(found, around)

    def _appearance(self, element: etree._Element, ref: str) -> frozenset[str]:
        words, _search = parted(attribute(element, "appearance") or "")
        words, call = refusals.without_call(words)
        if call:
            self.builder.notice("appearance_unknown", ref, "appearance", name=call)
        left_out = refusals.left_out_feature(words)
        if left_out is not None:
            self.builder.leave_out(left_out, ref)
        return frozenset(words.split())

    def _group(self, element: etree._Element, around: SchemaNode) -> LayoutItem:
        reference = attribute(element, "ref") or attribute(element, "nodeset")
        repeats = children(element, "repeat")
        others = [one for one in children(element) if local(one) not in ("label", "hint", "repeat")]
        if len(repeats) == 1 and not others:
            return self._repeat(repeats[0], around, element)
        node = self._node(reference, around)
        label = self._label(element, node or around)
        appearance = self._appearance(element, reference or around.ref)
        if node is not None and not node.is_repeat:
            node.control = Control("group", label, None, None, frozenset())
        return LayoutItem("group", node, label, self._items(element, node or around), appearance)

    def _repeat(self, element: etree._Element, around: SchemaNode, group: etree._Element | None) -> LayoutItem:
        node = self._node(attribute(element, "nodeset"), around)
        if node is None:
            return LayoutItem("group", None, None)
        label = self._label(group if group is not None else element, node)
        appearance = self._appearance(element, node.ref)
        if group is not None:
            appearance |= self._appearance(group, node.ref)
        node.control = Control("repeat", label, None, None, frozenset())
        count = attribute(element, "count")
        if count:
            node.counted = True
            node.count = self.builder.compile_for_repeat(count, node, "repeat_count")
        return LayoutItem("repeat", node, label, self._items(element, node), appearance)

    def _question(self, element: etree._Element, around: SchemaNode) -> LayoutItem | None:
        node = self._node(attribute(element, "ref"), around)
        if node is None:
            return None
        refused = self._refused_feature(element)
        if refused is not None:
            self.builder.unsupported(refused, node.ref)
            if self.builder.strict:
                return None
        label = self._label(element, node)
        hint = child(element, "hint")
        kind = self._kind(element, node)
        appearance = self._appearance(element, node.ref) | self._told_by_appearance(element, node)
        node.control = Control(
            kind,
            label,
            None if hint is None else self.builder.text(hint, node),
            None if hint is None else self.builder.text(hint, node, "guidance"),
            appearance,
            self.choices.read(element, node) if kind in _CHOOSES else None,
            self._bounds(element, node) if kind == "range" else None,
        )
        self.asked.append(node)
        for action in children(element, "setvalue"):
            self.builder.action(action, trigger=node)
        return LayoutItem("question", node, label)

    def _bounds(self, element: etree._Element, node: SchemaNode) -> Bounds | None:
        found = read_bounds(lambda name: attribute(element, name))
        if found is None or node.data_type not in ("int", "decimal"):
            written = " ".join(f"{name}={attribute(element, name) or ''}" for name in ("start", "end", "step"))
            self.builder.unsupported("range", node.ref, f"{written} {node.data_type}")
            return None
        return found

    def _refused_feature(self, element: etree._Element) -> str | None:
        return refusals.FEATURES_BY_ELEMENT.get(local(element))

    def _told_by_appearance(self, element: etree._Element, node: SchemaNode) -> frozenset[str]:
        """What a screen must know of a question beyond its kind."""
        name, written = local(element), self.builder.types.get(node.ref, "")
        if name == "upload":
            feature = refusals.upload_feature(attribute(element, "mediatype") or "")
            self.builder.leave_out(feature, node.ref)
            return frozenset({feature})
        if name == "secret":
            return frozenset({"masked"})
        return frozenset({written} & _TOLD_BY_TYPE)

    def _kind(self, element: etree._Element, node: SchemaNode) -> str:
        name = local(element)
        if name in ("select", "select1") or attribute(element, "query") is not None:
            return "select_multiple" if name == "select" else "select_one"
        if name == "trigger":
            return "acknowledge"
        if name in ("upload", "rank", "range"):
            return "file" if name == "upload" else name
        kind = refusals.QUESTION_KINDS[node.data_type]
        silent = node.calculate is None and not node.default and not self.builder.is_target(node)
        if kind == "text" and silent and node.readonly is not None and node.readonly.source.strip() == "true()":
            return "note"
        return kind
