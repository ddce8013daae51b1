"""Sealing what is not sent yet: within about a second of each commit, off the user's path, and always at close."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from cases.core import Part
from cases.envelopes import FORMAT, SUITE, Coverage, Label, covered, seal
from cases.errors import EstafetteError
from cases.events import body_intact, header_hash
from cases.mailbox import Mailbox, mailboxes
from cases.outbox import OutgoingBatch, OutgoingEvent
from cases.store import log, sealing
from cases.store.log import StoredEvent
from cases.views import Identity

if TYPE_CHECKING:
    from cases.workspace import Workspace

BATCH_EVENTS_MAX = 500
BATCH_BYTES_MAX = 2 * 1024 * 1024
DELAY_S = 0.5
"""How long after a commit the sealing waits for more: one envelope then holds what one person just did."""
PATIENCE_S = 5.0
"""Another session of this computer holds the mailbox for the moment of a removal only."""
RETRY_S = 30.0
"""After the disk refused: what is not sealed is still in the store, and still goes out by the ordinary way."""

_log = logging.getLogger(__name__)

Pack = Callable[[OutgoingBatch], bytes]
"""Writes a batch as the wire's signed batch; ``sync`` gives it, as this layer does not know the wire."""


class Sealing(Part):
    """The side of a workspace that envelopes need."""

    def own_mailbox(self) -> Mailbox:
        """Return this workspace's envelopes."""
        return Mailbox(self._core.directory)

    def computer_mailboxes(self) -> list[Mailbox]:
        """Return the mailboxes of this computer, this workspace's own first."""
        return mailboxes(self._core.directory)

    def before_close(self, work: Callable[[], object]) -> None:
        """Have ``work`` done by ``close`` before the store closes, on the thread that closes."""
        self._core.closing.append(work)

    def unsealed_batch(self, sealed: Coverage, *, events_max: int = BATCH_EVENTS_MAX) -> OutgoingBatch | None:
        """Return the oldest pending events that no envelope holds, as one batch; None when there are none.

        Damaged events are left out: they are never sent (invariant 8).
        """
        identity = self._core.enrolled_identity()
        with self._core.store.reading() as connection:
            numbers = [each for each in sealing.pending_numbers(connection) if each not in sealed]
            for place, (incarnation, first_seq) in enumerate(numbers):
                run = numbers[place : place + events_max]
                waiting = log.own_pending_between(connection, identity, incarnation, first_seq, run[-1][1])
                batch = self._batch_of(identity, waiting, sealed, events_max)
                if batch is not None:
                    return batch
        return None

    def pending_batch(self, incarnation: int, first_seq: int, last_seq: int) -> OutgoingBatch | None:
        """Return what of a stretch still waits for an answer, None when nothing of it does."""
        identity = self._core.enrolled_identity()
        with self._core.store.reading() as connection:
            waiting = log.own_pending_between(connection, identity, incarnation, first_seq, last_seq)
        return self._batch_of(identity, waiting, Coverage(), last_seq - first_seq + 1) if waiting else None

    def _batch_of(
        self, identity: Identity, waiting: list[StoredEvent], sealed: Coverage, events_max: int
    ) -> OutgoingBatch | None:
        run: list[StoredEvent] = []
        size = 0
        for stored in waiting[:events_max]:
            header, body = stored.event.header, stored.event.body
            if body is None or not body_intact(stored.event) or stored.event.salt != self._core.journal.salt(stored.id):
                break
            size += len(body)
            if run and (
                header.prev != header_hash(run[-1].event.header)
                or header.agent != run[-1].event.header.agent
                or size > BATCH_BYTES_MAX
                or (header.incarnation, header.seq) in sealed
            ):
                break
            run.append(stored)
        return _outgoing(identity, run, self._core.journal.seeds) if run else None


def _outgoing(identity: Identity, run: list[StoredEvent], seeds: Callable[[int, range], list[str]]) -> OutgoingBatch:
    first, last = run[0].event.header, run[-1].event.header
    return OutgoingBatch(
        tenant=identity.tenant,
        device=first.device,
        incarnation=first.incarnation,
        agent=first.agent,
        first_seq=first.seq,
        prev=first.prev,
        salt_seeds=tuple(seeds(first.incarnation, range(first.seq, last.seq + 1))),
        events=tuple(
            OutgoingEvent(
                header.record_type, header.record_id, header.kind, header.base, header.time, stored.event.body or b""
            )
            for stored in run
            for header in (stored.event.header,)
        ),
        head=header_hash(last),
    )


class Sealer:
    """Keeps the mailbox of an open workspace up with its pending events. Any thread.

    Args:
        workspace: open; its ``close`` seals what is left.
        pack: see ``Pack``.
    """

    def __init__(self, workspace: Workspace, pack: Pack) -> None:
        self._workspace = workspace
        self._pack = pack
        self._mailbox = workspace.own_mailbox()
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._unlisten = workspace.listen(lambda changed: self._wanted.set())
        self.fault = ""
        """Code of why the last sealing failed; empty when all is sealed."""
        workspace.before_close(self.finish)

    def start(self) -> None:
        """Seal in the background from now on. Once."""
        if self._thread is None:
            self._wanted.set()
            self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the background; ``close`` of the workspace still seals what is left. A second call does nothing."""
        self._ended.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def finish(self) -> None:
        """Seal what is left and end. What goes wrong is logged: the store keeps the events, and must close."""
        self.stop()
        self._unlisten()
        try:
            self.seal_now()
        except EstafetteError as error:
            _log.error("envelopes: not sealed at close code=%s", error.code)

    def seal_now(self) -> int:
        """Seal every pending event that no envelope holds, and remove what is backed up. Return how many were sealed.

        Raises:
            EnvironmentFault: ``store.*``. Nothing is lost: the events are in the store.
        """
        with self._lock:
            identity = self._workspace.identity
            if identity is None or not identity.intake_key:
                return 0
            try:
                with self._mailbox.held(patience_s=PATIENCE_S):
                    count = self._seal(identity)
                    self._remove(identity)
            except EstafetteError as error:
                self.fault = error.code
                raise
            self.fault = ""
            return count

    def _seal(self, identity: Identity) -> int:
        self._mailbox.mend()
        own = [each.label for each in self._mailbox.envelopes() if each.label.device == identity.device]
        sealed = Coverage(own)
        count = 0
        while (batch := self._workspace.unsealed_batch(sealed)) is not None:
            label = Label(
                FORMAT, SUITE, batch.tenant, batch.device, batch.incarnation, batch.first_seq, batch.last_seq, ""
            )
            self._mailbox.append(seal(self._pack(batch), label, identity.intake_key, self._workspace.sign))
            sealed.add(batch.incarnation, batch.first_seq, batch.last_seq)
            count += len(batch.events)
        return count

    def _remove(self, identity: Identity) -> None:
        backed_up = self._workspace.backed_up()
        if backed_up:
            self._mailbox.remove(lambda each: each.label.device == identity.device and covered(each.label, backed_up))

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wanted.wait()
            if self._ended.wait(DELAY_S):
                return
            self._wanted.clear()
            try:
                self.seal_now()
            except EstafetteError as error:
                _log.warning("envelopes: not sealed code=%s", error.code)
                if self._ended.wait(RETRY_S):
                    return
                self._wanted.set()
