"""The audit of what both ends hold: now and then, at the end of a round, a slice of the records is compared.

A small store is compared whole, a large one slice by slice. What differs is fetched anew and replaced, and told; what
waits to be sent is never touched by it, and a round without an audit costs nothing more.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import msgspec

from cases.clock import Clock
from cases.errors import InputError, NetworkFault, NotPermittedError, RejectedError
from cases.snapshot import PackedRecord, unpack
from cases.views import Finding, Identity
from cases.workspace import Workspace
from sync.client import CentralClient
from sync.messages import AuditRequest
from sync.problems import AUTH

log = logging.getLogger(__name__)

AUDIT_EVERY_S = 3600
RECORDS_AT_ONCE = 2_000
"""Records compared in one audit, about; both ends read so many states for it."""
FETCHED_AT_ONCE = 500
AUDIT_INVALID = "sync.audit_invalid"
_BUCKETS = [f"{number:02x}" for number in range(256)]


class _Standing(msgspec.Struct, frozen=True, array_like=True):
    """When the last audit was made, by this computer's clock, and with which bucket the next one begins."""

    audited_ms: int
    next: int = 0


class Audits:
    """One workspace's audits. The round's thread.

    Args:
        clock: its wall time says when one is due: it is kept, so that short days at the desk add up.
    """

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self._workspace = workspace
        self._clock = clock
        self._standing: _Standing | None = None

    def due(self) -> bool:
        """Say whether an audit is to be made now; a new workspace makes its first one after the usual time."""
        now_ms = self._clock.now_ms()
        if self._standing is None:
            kept = self._workspace.audit_state()
            self._standing = msgspec.json.decode(kept, type=_Standing) if kept else None
        if self._standing is None:
            self._keep(_Standing(now_ms))
            return False
        # A clock that was set back must not put audits off for years.
        return not 0 <= now_ms - self._standing.audited_ms < AUDIT_EVERY_S * 1000

    def hasten(self) -> None:
        """Make an audit due."""
        self._keep(_Standing(-AUDIT_EVERY_S * 1000, self._standing.next if self._standing else 0))

    def make(self, client: CentralClient, identity: Identity) -> Sequence[Finding]:
        """Compare the next slice and mend what differs. What stops it is logged, and ends nobody's round.

        Raises:
            NotPermittedError: ``auth.*``: the device itself is refused.
        """
        assert self._standing is not None
        endings = self._slice(self._standing.next)
        try:
            found = self._made(client, identity, endings)
        except NetworkFault as error:
            log.info("no audit code=%s", error.code)
            return []
        except (RejectedError, NotPermittedError) as error:
            if error.code.startswith(AUTH):
                raise
            # An older service has none: asked again at the usual time.
            log.info("no audit code=%s", error.code)
            found = []
        if found is None:
            return []
        for finding in found:
            log.warning("audit: %s %s %s", finding.code, finding.record_type, finding.record_id)
        after = (_BUCKETS.index(endings[-1]) + 1) % len(_BUCKETS)
        self._keep(_Standing(self._clock.now_ms(), after))
        return found

    def _slice(self, first: int) -> list[str]:
        held = self._workspace.records_held()
        if held <= RECORDS_AT_ONCE:
            return _BUCKETS
        count = max(1, RECORDS_AT_ONCE * len(_BUCKETS) // held)
        return _BUCKETS[first : first + count]

    def _made(self, client: CentralClient, identity: Identity, endings: Sequence[str]) -> list[Finding] | None:
        """Return what was found; None when the two ends do not stand at the same number, so that nothing can be said.

        Our own lists are looked at first: they follow from records that both ends may well agree on.
        """
        found = list(self._workspace.mend_lists(endings))
        held = self._workspace.audit_buckets(endings)
        if held is None:
            return None
        reply = client.audit(AuditRequest(identity.stream, held.cursor, held.buckets))
        if not reply.current:
            return None
        differ = _checked(reply.differ, endings)
        if not differ:
            return found
        fetch, not_there = self._workspace.audit_differences(differ)
        given: list[PackedRecord] = []
        for start in range(0, len(fetch), FETCHED_AT_ONCE):
            given += _asked_for(client, fetch[start : start + FETCHED_AT_ONCE])
        return found + self._workspace.replace_confirmed(given, not_there)

    def _keep(self, standing: _Standing) -> None:
        self._workspace.set_audit_state(msgspec.json.encode(standing).decode())
        self._standing = standing


def _checked(differ: Mapping[str, Mapping[str, str]], endings: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Return the differences; RejectedError ``sync.audit_invalid`` when they are about what was not asked."""
    for ending, prints in differ.items():
        if ending not in endings or any(record[-2:] != ending for record in prints):
            raise RejectedError(AUDIT_INVALID, reason="bucket")
    return differ


def _asked_for(client: CentralClient, ids: Sequence[str]) -> list[PackedRecord]:
    try:
        records = unpack(client.records(list(ids))).records
    except InputError as error:
        raise RejectedError(AUDIT_INVALID, reason="records") from error
    if not {record.record_id for record in records} <= set(ids):
        raise RejectedError(AUDIT_INVALID, reason="records")
    return records


__all__ = ["AUDIT_EVERY_S", "AUDIT_INVALID", "Audits"]
