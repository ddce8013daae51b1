"""The other side of a workspace's exchange, for tests without a network: numbers events and hands them to others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from cases.events import Event, Header, body_digest, header_hash, salt_from_seed
from cases.outbox import OutgoingBatch
from cases.snapshot import PackedRecord
from cases.workspace import Workspace
from sync.columns import PageEvent
from sync.messages import PulledEvent, Receipt, Verdict


class Numbering:
    """A stream that accepts everything in the order of arrival; ``parks`` names the kinds that it parks instead."""

    def __init__(self, *, parks: frozenset[str] = frozenset()) -> None:
        self.events: list[PulledEvent] = []
        self.parks = parks
        self.code = "workflow.not_allowed"

    @property
    def head(self) -> int:
        return len(self.events)

    def push(self, workspace: Workspace, *, limit: int = 500) -> int:
        """Take everything that the workspace has to send; return how many events."""
        count = 0
        while (batch := workspace.next_batch(limit)) is not None:
            verdicts, receipt = self.answer(batch)
            workspace.apply_verdicts(batch, verdicts, receipt)
            count += len(batch.events)
        return count

    def answer(self, batch: OutgoingBatch) -> tuple[list[Verdict], Receipt]:
        """Number a batch's events, checking its chain."""
        verdicts: list[Verdict] = []
        for event in opened(batch):
            header = event.header
            state = "parked" if header.kind in self.parks else "accepted"
            self.events.append(pulled(event, self.head + 1, state))
            code = self.code if state == "parked" else ""
            verdicts.append(Verdict(header.seq, self.head, state, code, {"why": "test"} if code else {}))
        receipt = Receipt(
            batch.tenant, "office-1", batch.device, batch.incarnation, batch.last_seq, batch.head, self.head, 1,
            "accepted", 5, "00",
        )  # fmt: skip
        return verdicts, receipt

    def pull(self, workspace: Workspace, *, upto: int | None = None) -> int:
        """Hand the workspace what others wrote since its cursor; return how many events."""
        identity = workspace.identity
        assert identity is not None
        cursor = workspace.cursors()[identity.stream]
        head = self.head if upto is None else upto
        events = [event for event in self.events[cursor:head] if event.device != identity.device]
        hand_over(workspace, events, head, epoch=identity.epoch)
        return len(events)


class Page(NamedTuple):
    """News of one stream as ``Workspace.apply_news`` takes it."""

    events: Sequence[PageEvent]
    cursor: int
    more: bool = False
    enters: Sequence[PackedRecord] = ()
    leaves: Sequence[tuple[int, str]] = ()


def hand_over(
    workspace: Workspace,
    events: Sequence[PulledEvent],
    cursor: int,
    *,
    epoch: int = 1,
    central_time_ms: int | None = None,
) -> None:
    """Hand a workspace a page of its stream."""
    identity = workspace.identity
    assert identity is not None
    page = Page([page_event(event) for event in events], cursor)
    workspace.apply_news({identity.stream: page}, epoch=epoch, central_time_ms=central_time_ms)


def page_event(event: PulledEvent) -> PageEvent:
    """Return an event as an exchange carries it: without hashes."""
    return PageEvent(
        event.central_seq, event.device, event.incarnation, event.seq, event.agent, event.agent_name,
        event.record_type, event.record_id, event.kind, event.base, event.time, bytes(event.body), None, event.state,
    )  # fmt: skip


def opened(batch: OutgoingBatch) -> list[Event]:
    """Return a batch's events as central rebuilds them; fails when the chain does not arrive at the head."""
    seeds = {}
    for seq in range(batch.first_seq, batch.last_seq + 1):
        seeds.setdefault(seq // 256, batch.salt_seeds[len(seeds) if seq // 256 not in seeds else -1])
    events: list[Event] = []
    prev = batch.prev
    for seq, sent in enumerate(batch.events, start=batch.first_seq):
        salt = salt_from_seed(bytes.fromhex(seeds[seq // 256]), seq)
        header = Header(
            1, batch.tenant, batch.device, batch.incarnation, seq, prev, batch.agent, sent.record_type, sent.record_id,
            sent.kind, sent.base, sent.time, body_digest(sent.body, salt),
        )  # fmt: skip
        events.append(Event(header, sent.body, salt))
        prev = header_hash(header)
    assert prev == batch.head, "the chain does not arrive at the head"
    return events


def pulled(event: Event, central_seq: int, state: str = "accepted") -> PulledEvent:
    """Return an event as a page carries it."""
    header = event.header
    return PulledEvent(
        central_seq, header.device, header.incarnation, header.seq, header.agent, f"Agent {header.agent[-1]}",
        header.record_type, header.record_id, header.kind, header.base, header.time, header.prev, header.digest,
        (event.salt or b"").hex(), msgspec.Raw(event.body if event.body is not None else b"null"), state,
    )  # fmt: skip
