"""Taking a session's acts back and making them again: each piece of a step is put as it was, newest first."""

from __future__ import annotations

from forms.engine import Engine
from forms.growing import Grower, stored_below
from forms.tree import Node, Repeat
from forms.undoing import Past, Piece, RowAdded, RowMoved, RowRemoved, Written, renamed


class Rewinder:
    """Walks through one session's past. What its steps change is gathered by the engine, as an act's is."""

    def __init__(self, past: Past, engine: Engine, grower: Grower) -> None:
        self._past = past
        self._engine = engine
        self._grower = grower

    def back(self) -> str:
        """Take the newest act back; return the path that it was about, "" without one."""
        made = self._walk(self._past.step_back())
        self._past.keep(made, back=False)
        return made[-1].path if made else ""

    def forth(self) -> str:
        """Make the act again that was last taken back; return the path that it was about, "" without one."""
        made = self._walk(self._past.step_forth())
        self._past.keep(made, back=True)
        return made[-1].path if made else ""

    def fell(self, row: Node) -> RowRemoved:
        """Take a row out of its repeat; what follows from that is queued."""
        assert row.container is not None
        repeat = row.container
        removed = RowRemoved(row.path, row.place, dict(stored_below(row)))
        self._grower.fell(row)
        self._engine.changes.answers[row.path] = None
        self._engine.settle_rows(repeat)
        return removed

    def move(self, row: Node, to: int) -> RowMoved:
        """Put a row at another place in its repeat, from 0; what follows from that is queued."""
        assert row.container is not None
        moved = RowMoved(row.path, row.container.rows.index(row))
        self._engine.changes.answers.update(self._grower.move(row, to))
        self._engine.settle_rows(row.container)
        return moved

    def _walk(self, step: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """Put each piece back, the last first; return the way to where things stood."""
        left, made = step, list[Piece]()
        while left:
            piece, left = left[-1], left[:-1]
            found = self._put_back(piece)
            if isinstance(piece, RowRemoved):
                left = renamed(left, piece.path, found.path)
                self._past.rename(piece.path, found.path)
            made.append(found)
        return tuple(made)

    def _put_back(self, piece: Piece) -> Piece:
        if isinstance(piece, RowRemoved):
            return self._bring_back(piece)
        node = self._grower.by_path[piece.path]
        assert isinstance(node, Node)
        if isinstance(piece, RowMoved):
            moved = self.move(node, piece.index)
            self._engine.run()
            return moved
        if isinstance(piece, RowAdded):
            removed = self.fell(node)
            self._engine.run()
            return removed
        before = Written(node.path, node.text)
        self._engine.write(node, piece.text)
        return before

    def _bring_back(self, removed: RowRemoved) -> RowAdded:
        repeat = self._grower.by_path[removed.path.rpartition("[")[0]]
        assert isinstance(repeat, Repeat)
        row = self._grower.bring_back(repeat, removed)
        self._engine.changes.answers[row.path] = str(row.place)
        self._engine.changes.answers.update(stored_below(row))
        self._engine.push_below(row)
        self._engine.refresh_below(row)
        self._engine.settle_rows(repeat)
        self._engine.run()
        return RowAdded(row.path)
