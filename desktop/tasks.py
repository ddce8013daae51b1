"""The one door to background work. Feature code hands in a function and gets its result on the GUI thread.

Three doors: ``read`` for looking things up (several at a time), ``change`` for acts (one after the other, in the order
they were asked) and ``ask`` for questions to the central service, which may take long and hold up neither.
Plain values cross: frozen structs, dataclasses and exceptions, never widgets, rows or connections.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from cases.errors import EstafetteError

T = TypeVar("T")
READERS = 3


class Job:
    """One piece of work that was handed in. GUI thread only."""

    def __init__(
        self,
        owner: QObject,
        done: Callable[[Any], None],
        failed: Callable[[EstafetteError], None] | None,
    ) -> None:
        self.owner = owner
        self.done = done
        self.failed = failed
        self.cancelled = False

    def cancel(self) -> None:
        """Deliver nothing. Work that has begun runs to its end unseen; cancelling is not an error."""
        self.cancelled = True


class Tasks(QObject):
    """Runs work away from the GUI thread and delivers results and failures on it.

    Signals:
        refused: an ``EstafetteError`` for which the caller gave no handler; the message strip says it in words.
        settled: nothing is under way any more.
    """

    refused = Signal(object)
    settled = Signal()
    _finished = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="change")
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="ask")
        self._under_way = 0
        self._closed = False
        self._latest: dict[tuple[int, str], Job] = {}
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """True while any work is under way or not delivered yet."""
        return self._under_way > 0

    def read(
        self,
        owner: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[EstafetteError], None] | None = None,
        *,
        key: str = "",
    ) -> Job:
        """Look something up.

        Args:
            owner: the screen that asks; once it is gone nothing is delivered.
            work: runs on another thread and touches no widget.
            done, failed: called on the GUI thread with the result, or with the ``EstafetteError``.
            key: a later read of the same owner with the same key replaces this one.
        """
        return self._start(self._readers, owner, work, done, failed, key)

    def change(
        self,
        owner: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[EstafetteError], None] | None = None,
    ) -> Job:
        """Act on data. Acts run one after the other in the order of the calls; arguments as for ``read``."""
        return self._start(self._writer, owner, work, done, failed, "")

    def ask(
        self,
        owner: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[EstafetteError], None] | None = None,
        *,
        key: str = "",
    ) -> Job:
        """Ask the central service, which may take as long as a request does; arguments as for ``read``."""
        return self._start(self._asker, owner, work, done, failed, key)

    def close(self) -> None:
        """Wait for acts that were handed in, deliver nothing more. Idempotent.

        A question under way is waited for too: whoever closes has stopped the sync client, which ends it.
        """
        if self._closed:
            return
        self._closed = True
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._asker.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)
        self._under_way = 0

    def _start(
        self,
        pool: ThreadPoolExecutor,
        owner: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[EstafetteError], None] | None,
        key: str,
    ) -> Job:
        job = Job(owner, done, failed)
        if self._closed:
            # A timer of a screen may still fire while the window goes; there is nobody to deliver to.
            job.cancel()
            return job
        if key:
            place = (id(owner), key)
            if earlier := self._latest.get(place):
                earlier.cancel()
            self._latest[place] = job
        self._under_way += 1
        pool.submit(self._work, job, work)
        return job

    def _work(self, job: Job, work: Callable[[], object]) -> None:
        # The outermost edge of a thread: whatever happened is carried to the GUI thread, which tells fault from bug.
        try:
            result, error = work(), None
        except Exception as problem:
            result, error = None, problem
        if shiboken6.isValid(self):
            self._finished.emit(job, result, error)

    @Slot(object, object, object)
    def _deliver(self, job: Job, result: object, error: Exception | None) -> None:
        if self._closed:
            # Posted before the door was closed: Qt still delivers it.
            return
        self._under_way -= 1
        for place in [place for place, latest in self._latest.items() if latest is job]:
            del self._latest[place]
        try:
            if not job.cancelled and shiboken6.isValid(job.owner):
                self._hand_over(job, result, error)
        finally:
            if not self._under_way:
                self.settled.emit()

    def _hand_over(self, job: Job, result: object, error: Exception | None) -> None:
        if error is None:
            job.done(result)
        elif not isinstance(error, EstafetteError):
            raise error
        elif job.failed is not None:
            job.failed(error)
        else:
            self.refused.emit(error)
