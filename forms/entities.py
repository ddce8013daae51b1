"""Entities: which people or things a form creates or changes beside its own answers, as ODK's specification says.

Values only: what an office does with them is decided by who asks (:meth:`forms.session.Session.entities`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from forms.schema import SchemaNode
from forms.tree import Node, Repeat
from forms.xmlreading import attribute, children, local

_ATTRIBUTES = ("create", "update", "id")
_TRUE = frozenset({"1", "true", "true()"})
COLUMNS = ("name", "label", "__version")
"""The columns that every list of entities has: their identity, their words, and how often they were changed."""


@dataclass(frozen=True, slots=True, eq=False)
class EntityForm:
    """How a form, or each row of one of its repeats, makes one entity.

    Attributes:
        dataset: the list it belongs to.
        scope: the form's root, or the repeat.
        node: the ``entity`` element.
        creates, updates: what holds where nothing is computed; a node ``@create`` or ``@update`` is read instead.
        saved: property -> question.
    """

    dataset: str
    scope: SchemaNode
    node: SchemaNode
    creates: bool
    updates: bool
    saved: tuple[tuple[str, SchemaNode], ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """What a filling says of one entity, as it stands.

    Attributes:
        path: field path of its ``entity`` element, with rows.
        id: its identity, "" where the form gives none.
        creates, updates: at least one; both: change it where it is there, else create it.
        properties: those that are asked now; an empty one clears.
    """

    path: str
    dataset: str
    id: str
    label: str
    creates: bool
    updates: bool
    properties: Mapping[str, str]


def elements(primary: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Each ``meta/entity`` of the instance, with its reference; rows that a form starts with count once."""
    seen: set[str] = set()
    waiting = [("", primary)]
    while waiting:
        reference, element = waiting.pop(0)
        for one in children(element):
            below = f"{reference}/{local(one)}"
            if local(one) == "entity" and local(element) == "meta" and element is not primary:
                if below not in seen:
                    seen.add(below)
                    yield below, one
            else:
                waiting.append((below, one))


def computed_attributes(model: etree._Element, body: etree._Element) -> frozenset[str]:
    """References (without the root) of the attributes that a bind or an action gives a value: they become nodes."""
    found: set[str] = set()
    for part in (model, body):
        for element in part.iter():
            if isinstance(element.tag, str) and local(element) in ("bind", "setvalue"):
                reference = (attribute(element, "nodeset") or attribute(element, "ref") or "").strip()
                steps = [step.rpartition(":")[2] if step[:1] != "@" else step for step in reference.split("/") if step]
                if steps and steps[-1].startswith("@"):
                    found.add("/" + "/".join(steps[1:]))
    return frozenset(found)


def read(primary: etree._Element, root: SchemaNode, saved: list[tuple[str, SchemaNode]]) -> tuple[EntityForm, ...]:
    """Read what a form declares.

    Args:
        saved: each ``save_to`` with its question.
    """
    nodes = {node.ref: node for node in root.walk()}
    found: list[EntityForm] = []
    for reference, element in elements(primary):
        node = nodes[reference]
        meta = node.parent
        assert meta is not None and meta.parent is not None
        scope = meta.parent
        creates, updates = (_is_true(element, name) for name in _ATTRIBUTES[:2])
        found.append(EntityForm(attribute(element, "dataset") or "", scope, node, creates, updates))
    scopes = {one.scope.ref: one for one in found}
    mine: dict[str, list[tuple[str, SchemaNode]]] = {}
    for name, question in saved:
        scope_ref = next((at.ref for at in reversed(question.chain()) if at.ref in scopes), None)
        if scope_ref is not None:
            mine.setdefault(scope_ref, []).append((name, question))
    return tuple(
        EntityForm(one.dataset, one.scope, one.node, one.creates, one.updates, tuple(mine.get(one.scope.ref, ())))
        for one in found
    )


def _is_true(element: etree._Element, name: str) -> bool:
    return (attribute(element, name) or "").strip().lower() in _TRUE


def datasets(primary: etree._Element) -> frozenset[str]:
    """The lists that a form adds to."""
    return frozenset(attribute(element, "dataset") or "" for _reference, element in elements(primary))


def declared(forms: tuple[EntityForm, ...], root: Node) -> tuple[Entity, ...]:
    """What the tree under ``root`` says now; what is not relevant says nothing."""
    found: list[Entity] = []
    for form in forms:
        for scope in _instances(root, form.scope):
            entity = _entity(form, scope)
            if entity is not None:
                found.append(entity)
    return tuple(found)


def _instances(root: Node, schema: SchemaNode) -> list[Node]:
    found = [root]
    for step in schema.chain()[1:]:
        below: list[Node] = []
        for node in found:
            thing = node.children[step.index]
            below.extend(thing.rows if isinstance(thing, Repeat) else [thing])
        found = [node for node in below if node.relevant]
    return found


def _entity(form: EntityForm, scope: Node) -> Entity | None:
    node = _down(scope, form.node)
    if node is None or not node.relevant:
        return None
    creates, updates = _flag(node, "@create", form.creates), _flag(node, "@update", form.updates)
    if not creates and not updates:
        return None
    properties: dict[str, str] = {}
    for name, schema in form.saved:
        question = _down(scope, schema)
        if question is not None and question.relevant:
            properties[name] = question.value
    return Entity(node.path, form.dataset, _value(node, "@id"), _value(node, "label"), creates, updates, properties)


def _down(scope: Node, schema: SchemaNode) -> Node | None:
    """The one node of ``schema`` inside ``scope``; None where it lies in a further repeat."""
    node = scope
    for step in schema.chain()[scope.schema.depth + 1 :]:
        thing = node.children[step.index]
        if isinstance(thing, Repeat):
            return None
        node = thing
    return node


def _value(node: Node, name: str) -> str:
    found = node.schema.child(name)
    thing = None if found is None else node.children[found.index]
    return thing.value if isinstance(thing, Node) else ""


def _flag(node: Node, name: str, otherwise: bool) -> bool:
    if node.schema.child(name) is None:
        return otherwise
    return _value(node, name).strip().lower() in _TRUE
