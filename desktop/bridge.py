"""The adapter from the core's plain listeners to Qt signals, so that screens never see a foreign thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

GATHER_MS = 40
"""Commits that follow each other so closely reach the screens as one: a first sync must not make lists flicker."""


TITLES = "titles"
"""The kind of a change that nobody committed: the procedures' titles are known now, and are only to be drawn."""


class _Changed(Protocol):
    @property
    def kinds(self) -> frozenset[str]: ...

    @property
    def records(self) -> frozenset[str]: ...


class _Listenable(Protocol):
    def listen(self, callback: Callable[[Any], None], /) -> Callable[[], None]: ...


class Changes(msgspec.Struct, frozen=True):
    """What changed since the screens last heard.

    Attributes:
        kinds: ``citizen``, ``case``, ``sync``, ``procedure``, ``TITLES``.
        records: those that changed; none means any.
    """

    kinds: frozenset[str]
    records: frozenset[str]

    def touches(self, record: str) -> bool:
        """Say whether ``record`` may be another now."""
        return not self.records or record in self.records


class Bridge(QObject):
    """Signals of one unlocked workspace.

    Signals:
        changed: ``Changes``, on the GUI thread; every screen decides whether it is stale.
    """

    changed = Signal(object)
    _heard = Signal(object)

    def __init__(self, workspace: _Listenable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kinds: frozenset[str] = frozenset()
        self._records: frozenset[str] = frozenset()
        self._timer = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._timer.timeout.connect(self._tell)
        self._heard.connect(self._gather, Qt.ConnectionType.QueuedConnection)
        # The listener holds the signal only: it is called on whichever thread committed.
        self._stop = workspace.listen(self._heard.emit)

    def close(self) -> None:
        """Hear nothing any more."""
        self._stop()
        self._timer.stop()

    @Slot(object)
    def _gather(self, change: _Changed) -> None:
        self._kinds |= change.kinds
        self._records |= change.records
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _tell(self) -> None:
        changes = Changes(self._kinds, self._records)
        self._kinds, self._records = frozenset(), frozenset()
        self.changed.emit(changes)
