"""How a session's tree comes to be: from the schema, from stored answers, and row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from forms import limits
from forms.errors import FormsError
from forms.schema import SchemaNode
from forms.tree import Node, Repeat
from forms.undoing import RowRemoved


class Stored:
    """Stored answers, with the rows that they name.

    A row exists when its marker (``/rep[id]``) is not None, or when it has no marker but an answer inside it: an edit
    made elsewhere may arrive without the marker, and nothing typed is lost.
    """

    def __init__(self, answers: Mapping[str, str | None]) -> None:
        self.answers = answers
        self._rows: dict[str, dict[str, str | None]] = {}
        implied: list[tuple[str, str]] = []
        for path, value in answers.items():
            start = path.find("[")
            while start >= 0:
                end = path.find("]", start)
                if end < 0:
                    break
                repeat, row = path[:start], path[start + 1 : end]
                if end + 1 == len(path):
                    self._rows.setdefault(repeat, {})[row] = value
                elif value is not None:
                    implied.append((repeat, row))
                start = path.find("[", end)
        for repeat, row in implied:
            self._rows.setdefault(repeat, {}).setdefault(row, "1")

    def rows(self, repeat: str) -> dict[str, str | None] | None:
        """Row identity -> marker (None: removed); None when nothing was ever stored for this repeat."""
        return self._rows.get(repeat)


class Grower:
    """Makes nodes and keeps them findable by path.

    Args:
        new_row_id: gives an identity to a row that a person adds.
    """

    def __init__(self, stored: Stored, new_row_id: Callable[[], str]) -> None:
        self._stored = stored
        self._new_row_id = new_row_id
        self.by_path: dict[str, Node | Repeat] = {}
        self._sizes: dict[str, int] = {}

    def grow(self, schema: SchemaNode, parent: Node | None, path: str) -> Node:
        """Make a node and all below it, with what is stored, else defaults and the initial rows."""
        node = Node(schema, parent, path)
        self.by_path[path] = node
        self._fill(node)
        return node

    def _fill(self, node: Node) -> None:
        if len(self.by_path) > limits.NODES_LIVE_MAX:
            raise FormsError("forms.row_limit", path=node.path)
        schema = node.schema
        if not schema.children:
            self._read(node)
        for child in schema.children:
            path = f"{node.path}/{child.name}"
            node.children.append(self._repeat(child, node, path) if child.is_repeat else self.grow(child, node, path))

    def _read(self, node: Node) -> None:
        answers = self._stored.answers
        if node.path in answers:
            node.text, node.touched = answers[node.path] or None, True
            if node.schema.computed:
                node.calculated = node.text or ""
        elif node.schema.default and not node.schema.computed:
            node.text, node.touched = node.schema.default, True

    def _repeat(self, schema: SchemaNode, parent: Node, path: str) -> Repeat:
        repeat = Repeat(schema, parent, path)
        self.by_path[path] = repeat
        rows = self._stored.rows(path)
        if rows is None:
            if not schema.counted:
                for _ in range(schema.added_rows if _is_added(parent) else schema.initial_rows):
                    self.add_row(repeat)
            return repeat
        repeat.removed = [row for row, marker in rows.items() if marker is None]
        repeat.taken.update(repeat.removed)
        kept = [(_place(marker), row) for row, marker in rows.items() if marker is not None]
        for place, row in sorted(kept):
            self._row(repeat, row, place)
        repeat.renumber()
        return repeat

    def add_row(self, repeat: Repeat) -> Node:
        """Append a row with everything below it.

        The rows of a counted repeat are called by their number, so that two computers that fill the same form meet in
        the same row; a row that a person adds has an identity of its own.

        Raises:
            FormsError: ``forms.row_limit``.
        """
        if len(repeat.rows) >= limits.ROWS_MAX or len(self.by_path) + self._size(repeat.schema) > limits.NODES_LIVE_MAX:
            raise FormsError("forms.row_limit", path=repeat.path)
        # Never the place of an initial row again, also when all rows are gone: rows there start otherwise.
        place = max(len(repeat.removed), repeat.rows[-1].place if repeat.rows else 0) + 1
        if repeat.schema.counted:
            number = len(repeat.rows) + 1
            while str(number) in repeat.taken:
                number += 1
            identity = str(number)
        else:
            identity = self._new_row_id()
            if identity in repeat.taken or not identity.isalnum():
                raise FormsError("forms.row_identity", path=repeat.path)
        return self._row(repeat, identity, place)

    def _size(self, schema: SchemaNode) -> int:
        """How many nodes one row, group or question starts with; known before it is made, so that none is made half."""
        found = self._sizes.get(schema.ref)
        if found is None:
            found = 1
            for child in schema.children:
                rows = max(child.initial_rows, child.added_rows) if child.is_repeat and not child.counted else 1
                found += 1 + self._size(child) * rows
            self._sizes[schema.ref] = found
        return found

    def bring_back(self, repeat: Repeat, removed: RowRemoved) -> Node:
        """Make a removed row again, in its place and with its answers, under an identity of its own."""
        identity = self._new_row_id()
        if identity in repeat.taken or not identity.isalnum():
            raise FormsError("forms.row_identity", path=repeat.path)
        path = f"{repeat.path}[{identity}]"
        answers = {path + field[len(removed.path) :]: value for field, value in removed.answers.items()}
        before, self._stored = self._stored, Stored(answers)
        try:
            row = self._row(repeat, identity, removed.place)
        finally:
            self._stored = before
        repeat.rows.sort(key=lambda one: (one.place, one.row_id))
        repeat.renumber()
        return row

    def _row(self, repeat: Repeat, identity: str, place: int) -> Node:
        row = Node(repeat.schema, repeat.parent, f"{repeat.path}[{identity}]")
        row.container, row.row_id, row.place, row.touched = repeat, identity, place, True
        row.relevant = repeat.relevant
        self.by_path[row.path] = row
        repeat.rows.append(row)
        repeat.taken.add(identity)
        row.position = len(repeat.rows)
        self._fill(row)
        return row

    def move(self, row: Node, to: int) -> dict[str, str]:
        """Put a row at another place in its repeat, from 0.

        Returns:
            The markers that changed. Rows that two computers gave one place get places of their own.
        """
        assert row.container is not None
        repeat = row.container
        places = [one.place for one in repeat.rows]
        repeat.rows.remove(row)
        repeat.rows.insert(to, row)
        begun = row.schema.initial_rows if _begins_otherwise(row.schema) else 0
        changed: dict[str, str] = {}
        least = 1
        for one, place in zip(repeat.rows, places, strict=True):
            # A row that was added never takes the place of an initial one: it would begin as that one when it is
            # loaded again. An initial one that gives its place up keeps what it began with by its markers.
            place = max(place, least, begun + 1 if one.place > begun else 0)
            least = place + 1
            if one.place != place:
                if one.place <= begun < place:
                    changed |= _markers_below(one)
                one.place = place
                changed[one.path] = str(place)
        repeat.renumber()
        return changed

    def fell(self, row: Node) -> None:
        """Take a row and all below it out of the tree."""
        assert row.container is not None
        row.container.rows.remove(row)
        row.container.removed.append(row.row_id)
        row.container.renumber()
        for thing in row.below():
            thing.alive = False
            self.by_path.pop(thing.path, None)


def stored_below(top: Node) -> Iterator[tuple[str, str | None]]:
    """Everything to store of what is below ``top``, by path; a row's own marker left out."""
    for thing in top.below():
        if isinstance(thing, Repeat):
            yield from ((f"{thing.path}[{row}]", None) for row in thing.removed)
        elif thing.container is not None:
            if thing is not top:
                yield thing.path, str(thing.place)
        elif thing.touched:
            yield thing.path, thing.text


def _begins_otherwise(schema: SchemaNode) -> bool:
    """Whether an initial row of a repeat starts with other rows inside it than one that is added."""
    return any(one.is_repeat and one.initial_rows != one.added_rows for one in schema.walk() if one is not schema)


def _markers_below(row: Node) -> dict[str, str]:
    return {
        thing.path: str(thing.place)
        for thing in row.below()
        if isinstance(thing, Node) and thing.container is not None and thing is not row
    }


def _is_added(node: Node | None) -> bool:
    """True inside a row that the form does not start with."""
    at = node
    while at is not None:
        if at.container is not None and at.place > at.schema.initial_rows:
            return True
        at = at.parent
    return False


def _place(marker: str | None) -> int:
    """A marker is the row's place in the order of adding; anything else counts as the first."""
    return int(marker) if marker is not None and marker.isascii() and marker.isdigit() and len(marker) < 10 else 1
