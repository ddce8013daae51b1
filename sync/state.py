"""The sync client's states and every step allowed between them, as data. The current one is stored in the workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum


class SyncState(StrEnum):
    OFFLINE = "offline"
    """The service cannot be reached, or was not tried since the program started. Work goes on; it is tried again."""
    HANDSHAKE = "handshake"
    """Getting an access token."""
    PUSH = "push"
    PULL = "pull"
    DOCUMENTS = "documents"
    """Fetching what records refer to: new versions of procedures."""
    IDLE = "idle"
    """Everything is exchanged; listening for what comes."""
    BACKING_OFF = "backing_off"
    """The service answered but could not do it, or this machine could not keep it; tried again by itself."""
    NEEDS_SIGN_IN = "needs_sign_in"
    """The service does not know this device's word any more; a person must enrol it again."""
    REVOKED = "revoked"
    """The device was revoked. Nothing is sent until a person enrols it again."""
    PAUSED = "paused"
    """A person asked to wait."""


_FAILURES = frozenset({SyncState.OFFLINE, SyncState.BACKING_OFF, SyncState.NEEDS_SIGN_IN, SyncState.REVOKED})
"""Where any step of a round can end. ``OFFLINE`` is also where a round that was killed is found again."""

TRANSITIONS: Mapping[SyncState, frozenset[SyncState]] = {
    SyncState.OFFLINE: frozenset({SyncState.HANDSHAKE, SyncState.PAUSED}),
    SyncState.HANDSHAKE: frozenset({SyncState.PUSH}) | _FAILURES,
    SyncState.PUSH: frozenset({SyncState.PULL}) | _FAILURES,
    SyncState.PULL: frozenset({SyncState.DOCUMENTS}) | _FAILURES,
    SyncState.DOCUMENTS: frozenset({SyncState.IDLE}) | _FAILURES,
    SyncState.IDLE: frozenset({SyncState.HANDSHAKE, SyncState.OFFLINE, SyncState.PAUSED}),
    SyncState.BACKING_OFF: frozenset({SyncState.HANDSHAKE, SyncState.OFFLINE, SyncState.PAUSED}),
    SyncState.NEEDS_SIGN_IN: frozenset({SyncState.OFFLINE}),
    SyncState.REVOKED: frozenset({SyncState.OFFLINE}),
    SyncState.PAUSED: frozenset({SyncState.OFFLINE}),
}

WAITS_FOR_PERSON = frozenset({SyncState.NEEDS_SIGN_IN, SyncState.REVOKED, SyncState.PAUSED})
"""States that a restart keeps and that no timer leaves."""


class StateMachine:
    """The stored current state. One thread at a time.

    Args:
        load: returns the stored text; empty when none was ever stored.
        store: keeps the text, durable on return.
    """

    def __init__(self, load: Callable[[], str], store: Callable[[str], None]) -> None:
        self._load = load
        self._store = store

    @property
    def current(self) -> SyncState:
        """The stored state; ``OFFLINE`` at first."""
        return SyncState(self._load() or SyncState.OFFLINE)

    def move(self, to: SyncState) -> None:
        """Go to ``to``. AssertionError for a step that the table does not have: a bug, never an event of life."""
        current = self.current
        if to not in TRANSITIONS[current]:
            raise AssertionError(f"sync state {current} -> {to}")
        self._store(to.value)

    def resume(self) -> SyncState:
        """Start over after the program ended anywhere: a round that was under way is found ``OFFLINE``."""
        current = self.current
        if current is not SyncState.OFFLINE and current not in WAITS_FOR_PERSON:
            self.move(SyncState.OFFLINE)
        return self.current
