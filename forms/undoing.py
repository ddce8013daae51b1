"""What a session needs to take its acts back, one after the other, and to make them again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

STEPS_MAX = 200


@dataclass(frozen=True, slots=True)
class Written:
    """What a field held before."""

    path: str
    text: str | None


@dataclass(frozen=True, slots=True)
class RowAdded:
    """A row that was not there before."""

    path: str


@dataclass(frozen=True, slots=True)
class RowRemoved:
    """A row that was there before, with the stored answers below it, nested rows included, by path."""

    path: str
    place: int
    answers: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class RowMoved:
    """A row that stood elsewhere before: at ``index``, from 0, among the rows of its repeat."""

    path: str
    index: int


Piece = Written | RowAdded | RowRemoved | RowMoved


class Past:
    """The acts of one session as steps back, newest last, and those taken back as steps forth. Not for two threads.

    A row that was removed keeps its identity for good (another device may have edited it), so bringing it back makes
    another one; ``rename`` tells the steps.
    """

    def __init__(self) -> None:
        self._back: deque[tuple[Piece, ...]] = deque(maxlen=STEPS_MAX)
        self._forth: list[tuple[Piece, ...]] = []
        self._now: list[Piece] | None = None

    def begin(self) -> None:
        """An act begins."""
        self._now = []

    def note(self, piece: Piece) -> None:
        """Something is about to change; outside an act nothing is noted."""
        if self._now is not None:
            self._now.append(piece)

    def end(self) -> None:
        """The act is over; what was taken back before it cannot be made again."""
        if self._now:
            self._back.append(tuple(self._now))
            self._forth.clear()
        self._now = None

    @property
    def can_go_back(self) -> bool:
        """Whether there is an act to take back."""
        return bool(self._back)

    def step_back(self) -> tuple[Piece, ...]:
        """Take the newest step off; empty when there is none."""
        return self._back.pop() if self._back else ()

    def step_forth(self) -> tuple[Piece, ...]:
        """Take the step last taken back off; empty when there is none."""
        return self._forth.pop() if self._forth else ()

    def keep(self, step: tuple[Piece, ...], *, back: bool) -> None:
        """Remember the way to where things stood before the last ``step_forth`` (``back``) or ``step_back``."""
        if step:
            (self._back if back else self._forth).append(step)

    def rename(self, old: str, new: str) -> None:
        """The row ``old`` is ``new`` from now on."""
        self._back = deque((renamed(step, old, new) for step in self._back), maxlen=STEPS_MAX)
        self._forth = [renamed(step, old, new) for step in self._forth]


def renamed(step: tuple[Piece, ...], old: str, new: str) -> tuple[Piece, ...]:
    """The same step where the row ``old`` is called ``new``."""

    def name(path: str) -> str:
        return new + path[len(old) :] if path == old or path.startswith(f"{old}/") else path

    found: list[Piece] = []
    for piece in step:
        if isinstance(piece, RowRemoved):
            answers = {name(path): value for path, value in piece.answers.items()}
            found.append(replace(piece, path=name(piece.path), answers=answers))
        else:
            found.append(replace(piece, path=name(piece.path)))
    return tuple(found)
