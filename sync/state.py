"""The sync client's states and every step allowed between them, as data; how a round ended is stored."""

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
    PORTAL = "portal"
    """A page of the local network answers in place of the service: somebody must sign in to the network."""
    PROXY = "proxy"
    """The proxy of the network lets nothing through: it is not there, asks for a password, or refuses."""
    UNTRUSTED = "untrusted"
    """Whoever answers cannot prove to be the service: no certificate that this computer trusts. Nothing was said."""
    ALTERED = "altered"
    """The answer is not the service's own: it was made or changed on the way, and nothing of it was used."""
    CLOCK = "clock"
    """This computer's clock is so wrong that the service cannot be trusted by it, or the other way round."""
    TOLD_TO_WAIT = "told_to_wait"
    """The service, or what stands before it, asked to come back later."""
    NEEDS_UPDATE = "needs_update"
    """The service speaks no protocol that this program does: one of the two must be updated. Asked again rarely."""
    MANDATE_ENDED = "mandate_ended"
    """The agent's mandate ended. What waits is handed over and parked; nothing comes. Asked again now and then."""
    OFFICE_CHANGED = "office_changed"
    """The agent works in another office now, in another workspace. What waits here is handed over and parked."""
    BACKING_OFF = "backing_off"
    """The service answered but could not do it, or this machine could not keep it; tried again by itself."""
    NEEDS_SIGN_IN = "needs_sign_in"
    """The service does not know this device's word any more; a person must enrol it again."""
    REVOKED = "revoked"
    """The device was revoked. Nothing is sent until a person enrols it again."""
    PAUSED = "paused"
    """A person asked to wait."""


TRIED_AGAIN = (
    SyncState.PORTAL,
    SyncState.PROXY,
    SyncState.UNTRUSTED,
    SyncState.ALTERED,
    SyncState.CLOCK,
    SyncState.TOLD_TO_WAIT,
    SyncState.NEEDS_UPDATE,
    SyncState.MANDATE_ENDED,
    SyncState.OFFICE_CHANGED,
    SyncState.BACKING_OFF,
)
"""Why it does not go now; each is left by itself, at the next try."""

_FAILURES = frozenset({SyncState.OFFLINE, *TRIED_AGAIN, SyncState.NEEDS_SIGN_IN, SyncState.REVOKED})
"""Where any step of a round can end. ``OFFLINE`` is also where a round that was killed is found again."""
_AGAIN = frozenset({SyncState.HANDSHAKE, SyncState.OFFLINE, SyncState.PAUSED})

TRANSITIONS: Mapping[SyncState, frozenset[SyncState]] = {
    SyncState.OFFLINE: frozenset({SyncState.HANDSHAKE, SyncState.PAUSED}),
    SyncState.HANDSHAKE: frozenset({SyncState.PUSH}) | _FAILURES,
    SyncState.PUSH: frozenset({SyncState.PULL}) | _FAILURES,
    SyncState.PULL: frozenset({SyncState.DOCUMENTS}) | _FAILURES,
    SyncState.DOCUMENTS: frozenset({SyncState.IDLE}) | _FAILURES,
    SyncState.IDLE: _AGAIN,
    **dict.fromkeys(TRIED_AGAIN, _AGAIN),
    SyncState.NEEDS_SIGN_IN: frozenset({SyncState.OFFLINE}),
    SyncState.REVOKED: frozenset({SyncState.OFFLINE}),
    SyncState.PAUSED: frozenset({SyncState.OFFLINE}),
}

UNDER_WAY = frozenset({SyncState.HANDSHAKE, SyncState.PUSH, SyncState.PULL, SyncState.DOCUMENTS})
"""Phases of a round: never stored, and the current state between rounds only when an end could not be stored."""

WAITS_FOR_PERSON = frozenset({SyncState.NEEDS_SIGN_IN, SyncState.REVOKED, SyncState.PAUSED})
"""States that a restart keeps and that no timer leaves."""


class StateMachine:
    """The current state. One thread at a time.

    Only where a round ends is stored, and only when it ended otherwise than the one before: that is all that a restart
    resumes from, and a round with nothing to do costs no write.

    Args:
        load: returns the stored text; empty when none was ever stored.
        store: keeps the text, durable on return.
    """

    def __init__(self, load: Callable[[], str], store: Callable[[str], None]) -> None:
        self._store = store
        stored = SyncState(load() or SyncState.OFFLINE)
        self._last = SyncState.OFFLINE if stored in UNDER_WAY else stored
        self._current = self._last if self._last in WAITS_FOR_PERSON else SyncState.OFFLINE

    @property
    def current(self) -> SyncState:
        """Where the client is; ``OFFLINE`` after a start, unless a person is waited for."""
        return self._current

    @property
    def last(self) -> SyncState:
        """How the last round ended, be it in an earlier run; ``OFFLINE`` when there was none."""
        return self._last

    def move(self, to: SyncState) -> None:
        """Go to ``to``. AssertionError for a step that the table does not have: a bug, never an event of life."""
        if to not in TRANSITIONS[self._current]:
            raise AssertionError(f"sync state {self._current} -> {to}")
        if to not in UNDER_WAY and to is not self._last:
            self._store(to.value)
            self._last = to
        self._current = to
