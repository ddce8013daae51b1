"""What this workspace keeps of the service's Merkle log of receipts (ADR 11): its newest head, a receipt to look for in
it, and, if the log turns out not to be one, the proof of that.

An alarm stops nothing: work goes on being kept, sent and received, and nothing is deleted. The head that is held stays
the measure until a person has seen the alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from cases.core import Part, changed
from cases.signatures import signature_holds
from cases.store import facts
from cases.store.engine import Connection
from cases.treelog import (
    ACCEPTED,
    INCONSISTENT,
    MERGE_DELAY_MS,
    MISSING,
    Evidence,
    SignedReceipt,
    Standing,
    TreeHead,
    compared,
    follows,
    holds,
    receipt_bytes,
)
from cases.views import Changed, Identity

T = TypeVar("T")
HEADS_EVERY_MS = 3_600_000
"""How often a newer head is asked for; a few hundred bytes each time."""
PROBES_EVERY_MS = 24 * 3_600_000
"""How often a receipt is looked for in the log; one round trip each time."""
EVIDENCE_MAX = 10
EARLIER_MAX = 100

_LOG = "receipt_log"
_EVIDENCE = "receipt_log_evidence"


class Earlier(msgspec.Struct, frozen=True):
    """The last head of an epoch that ended. ``continued``: the next epoch's first head was shown to follow it."""

    head: TreeHead
    continued: bool
    ended_ms: int


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of the log.

    Attributes:
        head: the measure of what comes.
        asked_ms: when the service was last asked for a newer one; by this computer's clock, as are the other times.
        earlier: of the epochs before, oldest first.
        probe: a receipt that is to be shown in the log, ``probed_ms``: when that was last asked for.
        proven_ms: when one was last shown there.
    """

    head: TreeHead | None = None
    asked_ms: int = 0
    earlier: list[Earlier] = []
    probe: SignedReceipt | None = None
    probed_ms: int = 0
    proven_ms: int = 0


class Probe(NamedTuple):
    """A receipt to be shown in the log of a head."""

    receipt: SignedReceipt
    head: TreeHead


class TreeHeads(Part):
    """The side of a workspace that holds the service to what it has shown."""

    def tree_head(self) -> TreeHead | None:
        """Return the head that later ones must follow; None before the first one."""
        return self.tree_log().head

    def tree_log(self) -> Kept:
        """Return all that is known of the log."""
        with self._core.store.reading() as connection:
            return _kept(connection)

    def tree_evidence(self) -> list[Evidence]:
        """Return what proves each alarm, oldest first; it stays when an alarm was acknowledged."""
        with self._core.store.reading() as connection:
            return _evidence(connection)

    def tree_due(self) -> bool:
        """Say whether it is time to ask for a newer head."""
        return self._passed(self.tree_log().asked_ms, HEADS_EVERY_MS)

    def keep_tree_head(self, head: TreeHead | None, proof: Sequence[str] = ()) -> str:
        """Take in the service's answer about its log, in one transaction; return the code of an alarm, or nothing.

        Args:
            head: signed by the service, which the caller has checked; None when there is none but the one held.
        """
        now_ms = self._core.ports.clock.now_ms()

        def act(connection: Connection, identity: Identity, kept: Kept) -> tuple[str, Kept]:
            kept = msgspec.structs.replace(kept, asked_ms=now_ms)
            standing = Standing.SAME if head is None else compared(kept.head, head, proof)
            if standing in (Standing.INCONSISTENT, Standing.OLD_EPOCH):
                found = Evidence(INCONSISTENT, now_ms, identity.service_key, kept.head, head, list(proof))
                _raise(connection, found)
                return INCONSISTENT, kept
            if standing is Standing.NEW_EPOCH and kept.head is not None and head is not None:
                last = Earlier(kept.head, follows(kept.head, head, proof), now_ms)
                kept = msgspec.structs.replace(kept, earlier=[*kept.earlier, last][-EARLIER_MAX:], probe=None)
            if head is not None:
                kept = msgspec.structs.replace(kept, head=head)
            return "", self._with_probe(connection, identity, kept)

        return self._change(act)

    def tree_probe(self) -> Probe | None:
        """Return a receipt that is to be looked for in the log now; None when none is."""
        kept = self.tree_log()
        if kept.probe is None or kept.head is None or not self._passed(kept.probed_ms, HEADS_EVERY_MS):
            return None
        # A head from before the receipt need not hold it, unless it has had all the time there is.
        late = self._contact_ms() - kept.probe.time > MERGE_DELAY_MS
        return Probe(kept.probe, kept.head) if late or kept.head.time > kept.probe.time else None

    def probe_answered(self, probe: Probe, index: int, proof: Sequence[str]) -> str:
        """Take in where a receipt is said to stand; return the code of an alarm, or nothing.

        Args:
            index: of its leaf; -1 or one beyond the head: not there yet.
        """
        now_ms, contact_ms = self._core.ports.clock.now_ms(), self._contact_ms()
        waits = not 0 <= index < probe.head.size

        def act(connection: Connection, identity: Identity, kept: Kept) -> tuple[str, Kept]:
            if kept.probe != probe.receipt:
                return "", kept
            kept = msgspec.structs.replace(kept, probed_ms=now_ms)
            if waits and contact_ms - probe.receipt.time <= MERGE_DELAY_MS:
                return "", kept
            kept = msgspec.structs.replace(kept, probe=None, proven_ms=now_ms)
            if not waits and holds(probe.head, probe.receipt, index, proof):
                return "", kept
            key = identity.service_key
            _raise(connection, Evidence(MISSING, now_ms, key, None, probe.head, list(proof), probe.receipt, index))
            return MISSING, kept

        return self._change(act)

    def note_evidence(self, found: Evidence) -> None:
        """Raise the alarm for what was found by other means than heads and receipts of this workspace."""

        def act(connection: Connection, _identity: Identity, kept: Kept) -> tuple[None, Kept]:
            _raise(connection, found)
            return None, kept

        self._change(act)

    def put_probe_off(self) -> None:
        """Note that a receipt could not be looked for now: the next try comes in a while."""
        now_ms = self._core.ports.clock.now_ms()
        self._change(lambda _connection, _identity, kept: (None, msgspec.structs.replace(kept, probed_ms=now_ms)))

    def acknowledge_alarm(self) -> None:
        """End the alarm: a person has seen it. The evidence stays; what the service showed last is the measure now."""

        def act(connection: Connection, _identity: Identity, kept: Kept) -> tuple[None, Kept]:
            facts.put(connection, facts.ALARM, "")
            shown = [each.shown for each in _evidence(connection) if each.code == INCONSISTENT and each.shown]
            if shown and kept.head is not None and shown[-1].epoch == kept.head.epoch:
                kept = msgspec.structs.replace(kept, head=shown[-1], probe=None)
            return None, kept

        self._change(act)

    def _change(self, act: Callable[[Connection, Identity, Kept], tuple[T, Kept]]) -> T:
        identity = self._core.enrolled_identity()

        def work(connection: Connection) -> tuple[T, Changed]:
            outcome, kept = act(connection, identity, _kept(connection))
            facts.put(connection, _LOG, msgspec.json.encode(kept).decode())
            return outcome, changed({"sync"})

        return self._core.transact(work)

    def _with_probe(self, connection: Connection, identity: Identity, kept: Kept) -> Kept:
        """Choose the newest receipt to be looked for, once the last one was found long enough ago."""
        if kept.head is None or kept.probe is not None or not self._passed(kept.proven_ms, PROBES_EVERY_MS):
            return kept
        for receipt in reversed(facts.receipts(connection)):
            if (receipt.level, receipt.epoch) == (ACCEPTED, kept.head.epoch):
                signed = _signed(identity, receipt)
                if signature_holds(identity.service_key, receipt_bytes(signed), signed.signature):
                    return msgspec.structs.replace(kept, probe=signed)
        return kept

    def _passed(self, since_ms: int, wait_ms: int) -> bool:
        """Say whether so much time went by, or the clock was set back."""
        now_ms = self._core.ports.clock.now_ms()
        return not since_ms <= now_ms < since_ms + wait_ms

    def _contact_ms(self) -> int:
        with self._core.store.reading() as connection:
            return int(facts.get(connection, facts.LAST_CONTACT) or 0)


def _signed(identity: Identity, receipt: facts.StoredReceipt) -> SignedReceipt:
    return SignedReceipt(
        identity.tenant,
        identity.stream,
        identity.device,
        receipt.incarnation,
        receipt.seq,
        receipt.head,
        receipt.central_seq,
        receipt.epoch,
        receipt.level,
        receipt.time,
        receipt.signature,
    )


def _kept(connection: Connection) -> Kept:
    said = facts.get(connection, _LOG)
    return Kept() if said is None else msgspec.json.decode(said, type=Kept)


def _evidence(connection: Connection) -> list[Evidence]:
    said = facts.get(connection, _EVIDENCE)
    return [] if said is None else msgspec.json.decode(said, type=list[Evidence])


def _raise(connection: Connection, found: Evidence) -> None:
    """Raise the alarm, and keep what proves it: the first ones, and the last."""
    facts.put(connection, facts.ALARM, found.code)
    known = _evidence(connection)
    if known and (known[-1].shown, known[-1].receipt) == (found.shown, found.receipt):
        return
    known = [*known[: EVIDENCE_MAX - 1], found]
    facts.put(connection, _EVIDENCE, msgspec.json.encode(known).decode())
