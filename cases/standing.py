"""How records stand: confirmed state with what waits on top, kept between the acts of a person.

Whoever works for days without a line has thousands of acts waiting in one case; reading it must not go through all of
them again after each. An act hands on what it arrived at; whatever else is written lets all of it go.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

from cases.merge import RecordState

KEPT = 64
"""Records whose state is kept; the one that was needed longest ago goes first."""


class Standing(NamedTuple):
    """One record's state with its ``pending`` acts on top, true since the commit ``since``."""

    state: RecordState
    pending: int
    since: int


class Standings:
    """See the module. Any thread; commits come one at a time. A workspace has one owner, so it hears of every commit.

    A reader says of which commit it reads (``mark`` before and after its first question), so that it neither gets what
    came later nor keeps what is over.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Standing] = OrderedDict()
        self._said: dict[int, tuple[RecordState, int]] = {}
        self._commits = 0
        self._committing = False

    # --- of the write whose turn it is ---

    def begin(self) -> None:
        """A write begins."""
        with self._lock:
            if self._committing:
                # The last one was cut off (Ctrl+C) between its commit and the word of it.
                self._let_go()
            self._said = {}

    def now(self, record_no: int, state: RecordState, pending: int) -> None:
        """Say how the one record that this write changes stands after it; a write that says nothing ends them all."""
        self._said[record_no] = (state, pending)

    def commit(self) -> None:
        """The write is committed next: nobody knows meanwhile what a reader sees."""
        with self._lock:
            self._committing = True

    def committed(self) -> None:
        """The write is durable."""
        with self._lock:
            self._commits += 1
            self._committing = False
            if not self._said:
                self._kept.clear()
            for record_no, (state, pending) in self._said.items():
                self._put(record_no, Standing(state, pending, self._commits))

    def undone(self) -> None:
        """The write was rolled back, or nobody knows whether it was."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        self._commits += 1
        self._committing = False
        self._kept.clear()

    # --- of readers ---

    def mark(self) -> int | None:
        """Return the number of commits so far; None while one is being made."""
        with self._lock:
            return None if self._committing else self._commits

    def of(self, record_no: int, commit: int | None) -> Standing | None:
        """Return how a record stood after this commit, when that is known."""
        with self._lock:
            found = self._kept.get(record_no)
            if found is None or commit is None or commit < found.since:
                return None
            self._kept.move_to_end(record_no)
            return found

    def keep(self, record_no: int, commit: int | None, state: RecordState, pending: int) -> None:
        """Keep what was made of a record as it was after this commit, if none came since."""
        with self._lock:
            if commit is not None and commit == self._commits and not self._committing:
                self._put(record_no, Standing(state, pending, commit))

    def _put(self, record_no: int, standing: Standing) -> None:
        self._kept[record_no] = standing
        self._kept.move_to_end(record_no)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
