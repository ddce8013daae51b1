"""Instances of a form: the primary one becomes the schema, the others become tables."""

from __future__ import annotations

from lxml import etree

from forms import limits
from forms.datafiles import DataFiles
from forms.errors import FormRefused, Problem
from forms.externals import table_of
from forms.schema import SchemaNode
from forms.tables import Table
from forms.xmlreading import JR, attribute, children, local, text


class SchemaBuilder:
    """Builds the schema from the primary instance and the set of repeats that the body declares.

    Args:
        repeats: paths without the root of every ``repeat``.
        attributes: paths of attributes that formulas or actions give a value; they are nodes like others.
    """

    def __init__(self, repeats: frozenset[str], attributes: frozenset[str] = frozenset()) -> None:
        self._repeats = repeats
        self._attributes = attributes
        self._order = 0

    def build(self, element: etree._Element) -> SchemaNode:
        """Return the root node.

        Raises:
            FormRefused: ``forms.too_large``.
        """
        return self._node([element], None, 0, "", [element])

    def _node(
        self, same: list[etree._Element], parent: SchemaNode | None, index: int, ref: str, added: list[etree._Element]
    ) -> SchemaNode:
        """Make the node for elements of one name: a template and the rows that a new form starts with, or one
        element. ``added`` are the elements of this name in a row that is added later."""
        depth = 0 if parent is None else parent.depth + 1
        if self._order >= limits.NODES_MAX or depth > limits.NODE_DEPTH_MAX:
            limit = "nodes" if depth <= limits.NODE_DEPTH_MAX else "depth"
            raise FormRefused(Problem("forms.too_large", details={"limit": limit, "path": ref}))
        templates = [one for one in same if one.get(f"{JR}template") is not None]
        plain = [one for one in same if one.get(f"{JR}template") is None]
        model = (templates or plain)[0]
        node = SchemaNode(local(model), ref, parent, index, self._order, depth)
        self._order += 1
        node.is_repeat = ref in self._repeats
        node.initial_rows = len(plain)
        node.added_rows = sum(one.get(f"{JR}template") is None for one in added)
        in_added = _by_name(model) if node.is_repeat else (_by_name(added[0]) if added else {})
        below = _by_name(model)
        # A template holds only templates of the repeats inside it; how many rows they start with is told by the plain
        # row.
        first = _by_name(plain[0]) if templates and plain else below
        for name in below:
            inner = [one for one in below[name] if one.get(f"{JR}template") is not None]
            started = [one for one in first.get(name, []) if one.get(f"{JR}template") is None]
            elements = (inner + started) or below[name]
            node.children.append(
                self._node(elements, node, len(node.children), f"{ref}/{name}", in_added.get(name, []))
            )
        self._with_attributes(node, model)
        if not node.children:
            node.default = text(model)
        return node

    def _with_attributes(self, node: SchemaNode, model: etree._Element) -> None:
        """Attributes of an entity; a question has a value of its own and can have none beside it."""
        if not self._attributes or node.name != "entity" or node.parent is None or node.parent.name != "meta":
            return
        for name, value in model.attrib.items():
            written = "@" + str(name).rpartition("}")[2]
            ref = f"{node.ref}/{written}"
            if ref in self._attributes:
                child = SchemaNode(written, ref, node, len(node.children), self._order, node.depth + 1)
                child.default = str(value)
                node.children.append(child)
                self._order += 1


def _by_name(element: etree._Element) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for below in children(element):
        found.setdefault(local(below), []).append(below)
    return found


def read_table(element: etree._Element, files: DataFiles) -> tuple[str, Table | Problem]:
    """Read one secondary instance: a table, or the reason why it cannot be one."""
    name = attribute(element, "id") or ""
    source = attribute(element, "src")
    if source is not None:
        return name, _external(source, files)
    outer = children(element)
    table = table_of(name, outer[0]) if outer else Table(name, {})
    if table is None:
        return name, Problem("forms.unsupported", details={"feature": "nested_list", "value": name})
    return name, table


def _external(source: str, files: DataFiles) -> Table | Problem:
    if source.startswith("jr://instance/last-saved"):
        return Problem("forms.unsupported", details={"feature": "last_saved"})
    return files.table(source.rpartition("/")[2])
