"""What the parts of a workspace share: the store, the journal, who acts, and who wants to know of commits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.again import Asking
from cases.clock import HybridClock, believable
from cases.errors import DamagedError, InputError
from cases.journal import Journal
from cases.ports import Ports
from cases.projections import Projector
from cases.snapshot import Opened
from cases.standing import Standings
from cases.store import facts, log
from cases.store.engine import Connection, Store
from cases.views import Changed, Identity, Listener

T = TypeVar("T")

logger = logging.getLogger(__name__)


def changed(kinds: Iterable[str], records: Iterable[str] = ()) -> Changed:
    """Return a notice of these kinds and records."""
    return Changed(frozenset(kinds), frozenset(records))


class Core:
    """An open workspace from inside. Any thread; writes take turns, each on the thread that asks for it.

    Args:
        store: open and migrated; it holds the device's secrets.
    """

    def __init__(self, directory: Path, store: Store, ports: Ports) -> None:
        self.directory = directory
        self.store = store
        self.ports = ports
        self.closing: list[Callable[[], object]] = []
        """What ``Workspace.close`` does before the store closes."""
        self.read_chunks: dict[str, Opened] = {}
        """Chunks of a snapshot that were read and wait to be laid out, by hash; what is missing is read again."""
        self._listeners: list[Listener] = []
        self._listeners_lock = threading.Lock()
        with store.reading() as connection:
            device_key = facts.secret(connection, facts.DEVICE_KEY)
            salt_secret = facts.secret(connection, facts.SALT_SECRET)
            last = log.chain_head(connection)
            correction_ms = int(facts.get(connection, facts.CORRECTION) or 0)
            said = facts.get(connection, facts.IDENTITY)
        if device_key is None or salt_secret is None:
            raise DamagedError("store.damaged", reason="no device key")
        self.device_key = Ed25519PrivateKey.from_private_bytes(device_key)
        self.clock = HybridClock(ports.clock, last_ms=last.time, correction_ms=correction_ms)
        self.projector = Projector()
        self.standings = Standings()
        self.journal = Journal(self.clock, salt_secret, self.projector.registers)
        self._identity = None if said is None else msgspec.json.decode(said, type=Identity)

    @property
    def identity(self) -> Identity | None:
        return self._identity

    def current_identity(self) -> Identity | None:
        """Return who acts, with the incarnation that the store's chain is at now."""
        if self._identity is None:
            return None
        with self.store.reading() as connection:
            return msgspec.structs.replace(self._identity, incarnation=log.chain_head(connection).incarnation)

    def enrolled_identity(self) -> Identity:
        """Return who acts; InputError ``workspace.not_enrolled`` before enrolment."""
        if self._identity is None:
            raise InputError("workspace.not_enrolled")
        return self._identity

    def set_identity(self, identity: Identity) -> None:
        """Take a committed identity into use."""
        self._identity = identity

    def asking(self, connection: Connection, identity: Identity) -> Asking:
        """Return who would act now, for the rules that the central service will hold an act to."""
        incarnation = log.chain_head(connection).incarnation
        return Asking(identity.device, incarnation, self.clock.read(), identity.zone)

    # --- inside a write transaction ---

    def note_contact(self, connection: Connection, central_time_ms: int) -> None:
        """Record that central answered now, and how wrong this machine's clock is."""
        self.clock.contact(central_time_ms)
        if believable(central_time_ms):
            facts.put(connection, facts.LAST_CONTACT, str(central_time_ms))
        facts.put(connection, facts.CORRECTION, str(self.clock.correction_ms))
        last = log.chain_head(connection)
        if last.time > self.clock.last_ms:
            # The clock had run away and was set right: the next start must not go on from there.
            log.move_chain(connection, last._replace(time=self.clock.last_ms))

    def claim_epoch(self, connection: Connection, epoch: int) -> None:
        """Note that central says it was restored: every stream is pulled again from its start.

        Nothing is refused on this word, which nobody signed; see ``confirm_epoch``.
        """
        facts.put(connection, facts.CLAIMED_EPOCH, str(epoch))
        facts.reset_cursors(connection)

    def confirm_epoch(self, connection: Connection, identity: Identity, epoch: int) -> Identity:
        """Take over a claimed epoch that a signed receipt names too: from now on an earlier one is refused."""
        if epoch <= identity.epoch or facts.get(connection, facts.CLAIMED_EPOCH) != str(epoch):
            return identity
        renewed = msgspec.structs.replace(identity, epoch=epoch)
        facts.put(connection, facts.IDENTITY, msgspec.json.encode(renewed).decode())
        return renewed

    # --- writing ---

    def transact(self, act: Callable[[Connection], tuple[T, Changed | None]]) -> T:
        """Run ``act`` in one durable transaction, then tell the listeners what changed. All or nothing.

        A store that could not be written leaves nothing remembered in memory either.
        """

        def heard(connection: Connection) -> tuple[T, Changed | None]:
            self.standings.begin()
            outcome = act(connection)
            self.standings.commit()
            return outcome

        def tell(outcome: tuple[T, Changed | None]) -> Callable[[], None]:
            self.standings.committed()
            return self._notice(outcome)

        return self.store.write(heard, tell=tell, undone=self._undone)[0]

    def _undone(self) -> None:
        self.projector.forget()
        self.standings.undone()

    # --- reading ---

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, int | None]]:
        """Give this thread's connection inside one read transaction, and the commit that it sees for ``standings``.

        None where that is not known: inside another reading, or when a write is committed at this very moment.
        """
        before = None if self.store.is_reading() else self.standings.mark()
        with self.store.reading() as connection:
            # A transaction sees what is committed when it asks for the first time.
            connection.execute("SELECT 1 FROM chain LIMIT 1").fetchone()
            yield connection, before if before == self.standings.mark() else None

    # --- notices ---

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after each commit, on the store's own thread. Returns how to stop."""
        with self._listeners_lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._listeners_lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def _notice(self, outcome: tuple[T, Changed | None]) -> Callable[[], None]:
        """Return how to tell those who listen now; who begins later reads what is committed already."""
        with self._listeners_lock:
            return partial(self._announce, outcome[1], tuple(self._listeners))

    def _announce(self, notice: Changed | None, listeners: Sequence[Listener]) -> None:
        if notice is None:
            return
        for listener in listeners:
            with self._listeners_lock:
                if listener not in self._listeners:
                    continue
            try:
                listener(notice)
            except Exception:
                # One screen's bug must not keep the others from hearing; the act itself is durable already.
                logger.exception("a listener failed")


class Part:
    """One side of the workspace's face."""

    def __init__(self, core: Core) -> None:
        self._core = core
