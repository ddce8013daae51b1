"""Reads the form's file away from the window, and again whenever it is saved."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from cases.errors import EstafetteError
from desktop.tasks import Tasks
from forms.errors import FormRefused
from sync.form_reading import ReadForm, ReportLine, data_files, read_form, refused_line, report_lines

STILL_MS = 250
"""A file must keep still so long before it is read: a spreadsheet program writes it in pieces."""
LOOK_MS = 2000
"""Where the system does not tell of changes (shares of other computers), so often they are looked for."""
READING_S = 300.0
"""Long: who waits can cancel, and a list of 50,000 choices takes a slow computer a minute."""
Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a reading.

    Attributes:
        signature: the files as they were just before.
        form: None when it does not open; ``lines`` then say why.
        cancelled: the person, or a newer reading, ended it.
    """

    signature: Signature
    form: ReadForm | None
    lines: list[ReportLine] = field(default_factory=list)
    cancelled: bool = False


class FormReader(QObject):
    """GUI thread only; reads on the background threads of ``tasks`` and in the limited worker.

    Signals:
        began: the file is being read.
        ended: an ``Outcome``.
        failed: an ``EstafetteError``: the file cannot be read at all.
    """

    began = Signal()
    ended = Signal(object)
    failed = Signal(object)

    def __init__(self, path: Path, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._tasks = tasks
        self._stop = threading.Event()
        self._known: Signature = ()
        self._moving: Signature = ()
        self.reading = False
        self._watcher = QFileSystemWatcher(self)
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._look = QTimer(self, interval=LOOK_MS)
        for watched in (self._watcher.fileChanged, self._watcher.directoryChanged):
            watched.connect(lambda _path: self._still.start())
        for timer in (self._still, self._look):
            timer.timeout.connect(self._ask)

    def read(self) -> None:
        """Read the file now; a reading under way is given up for this one."""
        self._stop.set()
        self._stop = threading.Event()
        self.reading = True
        self.began.emit()
        work = partial(_read, self.path, self._stop)
        self._tasks.read(self, work, self._done, self._failed, key="form")
        self._watch()

    def cancel(self) -> None:
        """End the reading under way; what was shown stays."""
        self._stop.set()

    def close(self) -> None:
        """Read no more."""
        self._stop.set()
        self._look.stop()
        self._still.stop()

    def _done(self, outcome: Outcome) -> None:
        self.reading = False
        self._known = outcome.signature
        self.ended.emit(outcome)

    def _failed(self, error: EstafetteError) -> None:
        self.reading = False
        self._known = ()
        self.failed.emit(error)

    def _watch(self) -> None:
        """A file that is saved is mostly another one under the old name, which is to be watched anew."""
        watched = {*self._watcher.files(), *self._watcher.directories()}
        for each in (self.path, self.path.parent, self.path.parent / f"{self.path.stem}-media"):
            if str(each) not in watched and each.exists():
                self._watcher.addPath(str(each))
        self._look.start()

    def _ask(self) -> None:
        self._tasks.read(self, partial(_signature, self.path), self._compare, key="look")

    def _compare(self, found: Signature) -> None:
        if self.reading or not found or found == self._known:
            return
        if found == self._moving:
            self.read()
        else:
            self._moving = found
            self._still.start()


def _read(path: Path, stop: threading.Event) -> Outcome:
    signature = _signature(path)
    try:
        form = read_form(path, for_author=True, timeout_s=READING_S, cancelled=stop.is_set)
        return Outcome(signature, form, report_lines(form), cancelled=stop.is_set())
    except FormRefused as refused:
        cancelled = any(problem.code == "forms.cancelled" for problem in refused.problems)
        return Outcome(signature, None, [refused_line(one) for one in refused.problems], cancelled)


def _signature(path: Path) -> Signature:
    """The form and the data files beside it as they are; empty while the form's own file is not there."""
    found = []
    try:
        for each in (path, *data_files(path)):
            facts = each.stat()
            found.append((str(each), facts.st_mtime_ns, facts.st_size))
    except OSError:
        # A file that is being replaced is gone for a moment; who reads it says what is wrong with it.
        return ()
    return tuple(found)
