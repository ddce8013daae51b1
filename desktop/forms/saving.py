"""The one way from the form view to the disk and back: acts go out, what they changed comes in once nothing runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from cases.errors import EstafetteError, InputError
from desktop.forms.ports import Changer, OpenForm
from forms.errors import FormsError
from forms.views import ChangeSet

NOTHING = ChangeSet({})
_OF_THE_PERSON = frozenset({"forms.row_limit", "forms.answer_too_long"})
Act = Callable[[], ChangeSet]


@dataclass(frozen=True)
class _Bug:
    """An error that nobody expects, carried to the GUI thread, where it is raised once the books are right again."""

    error: Exception


class Saver(QObject):
    """Runs acts in the background, one after the other, and keeps readers of the session away from them.

    The session is no thread's in particular: an act changes it on the background thread, and everything else reads it
    on the GUI thread through `when_quiet`, which waits until no act is under way and holds new acts back meanwhile.
    GUI thread only.

    Signals:
        saved: the act that was made for this path is durable.
        failed: the act for this path is not saved: ``(path, EstafetteError)``; the session holds its value.
        recovered: an act succeeded after others had failed, and committed theirs too.
        applied: what changed since the last time, as one ``ChangeSet``; None when it is unknown (after a failure).
            Emitted while quiet.
        quiet: nothing is under way.
    """

    saved = Signal(str)
    failed = Signal(str, object)
    recovered = Signal()
    applied = Signal(object)
    quiet = Signal()

    def __init__(self, form: OpenForm, tasks: Changer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._tasks = tasks
        self._under_way = 0
        self._reading = 0
        self._held_back: deque[Callable[[], None]] = deque()
        self._readings: deque[Callable[[], None]] = deque()
        self._changes: list[ChangeSet] = []
        self._unknown = False
        self.unsaved = False

    @property
    def busy(self) -> bool:
        """True while an act is under way or waits."""
        return bool(self._under_way or self._held_back)

    def act(self, path: str, work: Act, done: Callable[[ChangeSet], None] | None = None) -> None:
        """Run `work` in the background; `done` gets what it changed once that is durable, while quiet.

        Args:
            path: the question, row or repeat that the act is about.
            work: changes the form and returns when the change is committed.
            done: called after `applied`, on the GUI thread.
        """

        def finished(outcome: ChangeSet | _Bug) -> None:
            self._finish(path, outcome, done)

        def begin() -> None:
            self._under_way += 1
            self._tasks.change(self, lambda: _guarded(work), finished, lambda error: self._fail(path, error))

        self._start_or_hold(begin)

    def _start_or_hold(self, begin: Callable[[], None]) -> None:
        if self._reading:
            self._held_back.append(begin)
        else:
            begin()

    def prepare(self, reading: Callable[[], object]) -> None:
        """Let `reading` warm what the session keeps for later (a search index), in the background, among the acts."""

        def begin() -> None:
            self._under_way += 1
            self._tasks.change(self, lambda: _guarded_reading(reading), self._prepared, self._not_prepared)

        self._start_or_hold(begin)

    def _prepared(self, outcome: _Bug | None) -> None:
        self._under_way -= 1
        self._settle()
        if outcome is not None:
            raise outcome.error

    def _not_prepared(self, _error: EstafetteError) -> None:
        # Nobody asked for it yet; whoever does meets the error again, with a place to show it.
        self._under_way -= 1
        self._settle()

    def retry(self, path: str) -> None:
        """Try again to commit what could not be saved."""

        def work() -> ChangeSet:
            self._form.save()
            return NOTHING

        self.act(path, work)

    def when_quiet(self, reading: Callable[[], None]) -> None:
        """Run `reading`, which may read the session, now or as soon as no act is under way."""
        if self._under_way or (self._readings and not self._reading):
            self._readings.append(reading)
            return
        self._reading += 1
        try:
            reading()
        finally:
            self._reading -= 1
            self._start_held_back()

    def _start_held_back(self) -> None:
        while self._held_back and not self._reading:
            self._held_back.popleft()()

    def _finish(self, path: str, outcome: ChangeSet | _Bug, done: Callable[[ChangeSet], None] | None) -> None:
        self._under_way -= 1
        if isinstance(outcome, _Bug):
            self._unknown = True
            self._settle()
            raise outcome.error
        self._changes.append(outcome)
        if self.unsaved:
            self.unsaved = False
            self.recovered.emit()
        self.saved.emit(path)
        if done is not None:
            changes = outcome
            self._readings.append(lambda: done(changes))
        self._settle()

    def _fail(self, path: str, error: EstafetteError) -> None:
        self._under_way -= 1
        self._unknown = True
        self.unsaved = self.unsaved or not isinstance(error, InputError)
        self.failed.emit(path, error)
        self._settle()

    def _settle(self) -> None:
        """With nothing under way: tell what changed, then let the waiting readers read."""
        if self._under_way:
            return
        if self._changes or self._unknown:
            changes = None if self._unknown else merged(self._changes)
            self._changes, self._unknown = [], False
            self._readings.appendleft(lambda: self.applied.emit(changes))
        while self._readings and not self._under_way:
            self._read_next()
        if not self.busy:
            self.quiet.emit()

    def _read_next(self) -> None:
        reading = self._readings.popleft()
        self._reading += 1
        try:
            reading()
        finally:
            self._reading -= 1
            self._start_held_back()


def _guarded(work: Act) -> ChangeSet | _Bug:
    # The edge of the background thread: a bug must not leave the view waiting for ever, so it travels as a value.
    try:
        return work()
    except EstafetteError:
        raise
    except FormsError as error:
        if error.code not in _OF_THE_PERSON:
            return _Bug(error)
        raise InputError(error.code) from error
    except Exception as error:
        return _Bug(error)


def _guarded_reading(reading: Callable[[], object]) -> _Bug | None:
    try:
        reading()
    except FormsError:
        # The question went away before its turn came; there is nothing to warm.
        return None
    except EstafetteError:
        raise
    except Exception as error:
        return _Bug(error)
    return None


def merged(changes: list[ChangeSet]) -> ChangeSet:
    """Return several change sets as one."""
    answers: dict[str, str | None] = {}
    for each in changes:
        answers.update(each.answers)
    return ChangeSet(
        answers,
        changed=frozenset().union(*(each.changed for each in changes)),
        rows=frozenset().union(*(each.rows for each in changes)),
        added_row=next((each.added_row for each in reversed(changes) if each.added_row), None),
        structure=any(each.structure for each in changes),
    )
