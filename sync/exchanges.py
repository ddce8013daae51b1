"""The exchanges of one round with the central service: batches out, news in. Each is safe to repeat after any failure.

What an answer claims is checked before anything of it is kept: a receipt by the service key that was pinned at
enrolment, a page by its order and its limits. An answer that fails its check changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from cases.errors import EstafetteError, InputError, NetworkFault, NotPermittedError, RejectedError
from cases.outbox import BACKED_UP, OutgoingBatch
from cases.snapshot import PackedRecord, unpack
from cases.version import VERSION
from cases.views import Identity, Troubles
from cases.workspace import Workspace
from sync import columns
from sync.backoff import BatchSize
from sync.client import CentralClient
from sync.columns import PageEvent
from sync.messages import (
    PAGE_EVENTS_MAX,
    PROTOCOL,
    REQUEST_BYTES_MAX,
    Exchange,
    ExchangeReply,
    Hello,
    HelloReply,
    Pushed,
    SignedBatch,
    StreamNews,
    Verdict,
)
from sync.problems import AUTH, SERVICE_FAILED
from sync.proving import TreeQuestion, check_tree
from sync.rounds import (
    CURSOR_AHEAD,
    FORK,
    GAP,
    OFFICE_CHANGED,
    PAGE_INVALID,
    RECEIPT_INVALID,
    VERDICT_STATES,
    Tally,
    ends_of,
    procedures_named,
    procedures_of,
    receipt_signed,
)
from sync.snapshots import Taking

CAPABILITIES = ["columns", "snapshot", "audit", "history"]
PROTOCOLS = (PROTOCOL,)
"""Versions of the protocol that this end speaks, its best one first."""
UNSUPPORTED = "protocol.unsupported"
"""The two ends have no version of the protocol in common: one of the programs must be updated."""
_NO_SNAPSHOT = "2"
"""A device that has a second chain is sent events instead of a snapshot: what is in doubt is to be said one by one."""


class News(NamedTuple):
    """What one stream has after a cursor, unpacked and checked."""

    events: Sequence[PageEvent]
    cursor: int
    more: bool
    enters: Sequence[PackedRecord]
    leaves: Sequence[tuple[int, str]]


class Greeting:
    """What this end says of itself in a session: in the first exchange, and once more when nothing waits here any more.

    What waits is what stays when the exchange that says so is through, so that nobody is taken for late whose acts came
    in with it. It is said once more with the last batch of many, which needs no exchange of its own, and when something
    begins or ends that the supervisors are to know (``Troubles``).
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._said: int | None = None
        """How many events wait here, as the service was last told."""
        self._told: Troubles | None = None

    def due(self, carried: int) -> Hello | None:
        """Return what an exchange that carries so many events is to say; None for nothing."""
        troubles = self._workspace.troubles()
        news = self._told is None or _kind(troubles) != _kind(self._told)
        if self._said == 0 and not news:
            return None
        status = self._workspace.status()
        waits = max(0, status.pending - carried)
        if not news and waits:
            return None
        oldest_ms = max(0, status.oldest_pending_ms or 0) if waits else 0
        return Hello(
            list(PROTOCOLS),
            VERSION,
            CAPABILITIES,
            waits,
            oldest_ms,
            max(0, status.parked),
            troubles.alarm,
            troubles.forked_ms,
            troubles.clock_off_ms,
        )

    def heard(self, hello: Hello) -> None:
        """Note that the service has answered this."""
        self._said = hello.pending
        self._told = Troubles(hello.alarm, hello.forked_ms, hello.clock_off_ms)


def _kind(troubles: Troubles) -> tuple[str, int, bool]:
    """Return what is worth being said anew: a clock drifts all the time, and is off or is not."""
    return troubles.alarm, troubles.forked_ms, troubles.clock_off_ms != 0


class Exchanges:
    """The exchanges of one round.

    Args:
        size: how much goes at once.
        tally: gets what was done.
        greeting: of this session; None says nothing.
    """

    def __init__(
        self,
        workspace: Workspace,
        client: CentralClient,
        identity: Identity,
        size: BatchSize,
        tally: Tally,
        *,
        greeting: Greeting | None = None,
    ) -> None:
        self._workspace = workspace
        self._client = client
        self._identity = identity
        self._size = size
        self._tally = tally
        self._greeting = greeting
        self._common = 0
        self._news_first = workspace.in_doubt()
        """An earlier round may have ended before central had said what it holds: until then nothing is sent again."""
        self._refused: EstafetteError | None = None
        self._again: set[str] = set()
        self._offered: Taking | None = None
        self._tree = TreeQuestion(workspace)

    def run(self) -> EstafetteError | None:
        """Hand over everything that waits and take in everything that is new.

        Returns:
            Why the service refused what was sent: what is new was still taken in. None when nothing was refused.

        Raises:
            NetworkFault: what got a receipt stays so, and what was taken in.
            NotPermittedError: ``auth.*``; ``right.mandate_ended``, ``right.office_changed``: everything was handed over
                and parked, and nothing comes any more. RejectedError: ``sync.receipt_invalid``, ``sync.page_invalid``…
        """
        while not self._one() or self._offered is not None:
            self._take_snapshot()
        return self._refused

    def _take_snapshot(self) -> None:
        """Take the snapshot that was offered, until it is complete or something of ours waits to go out."""
        taking, self._offered = self._offered, None
        while taking is not None and not taking.step():
            if self._refused is None and self._workspace.status().pending:
                return

    def _one(self) -> bool:
        """Make one exchange; say whether it was the last."""
        outgoing = None
        if self._refused is None and not self._news_first:
            outgoing = self._workspace.next_batch(self._common or self._size.events)
        self._common = 0
        batch = None if outgoing is None else columns.signed_batch(outgoing, self._workspace.sign)
        cursors = self._workspace.cursors()
        carried = 0 if batch is None else len(batch.events.record)
        hello = None if self._greeting is None else self._greeting.due(carried)
        message = msgspec.json.encode(self._request(batch, cursors, hello))
        if batch is not None and len(message) > REQUEST_BYTES_MAX and self._size.failed():
            return False
        try:
            reply = self._client.exchange(message)
        except NetworkFault:
            if batch is not None:
                self._size.failed()
            raise
        except (RejectedError, NotPermittedError) as error:
            self._refusal(batch, error)
            return False
        if self._greeting is not None and hello is not None:
            self._tally.capabilities = check_hello(reply.hello)
            self._greeting.heard(hello)
        return self._take(reply, outgoing, batch, cursors)

    def _request(self, batch: SignedBatch | None, cursors: dict[str, int], hello: Hello | None) -> Exchange:
        held = {str(incarnation): seq for incarnation, seq in self._workspace.chains().items()}
        if batch is not None and batch.first_seq == held.get(str(batch.incarnation), 0) + 1:
            held[str(batch.incarnation)] = batch.first_seq + len(batch.events.record) - 1
        # Said always, a few bytes: no computer knows by itself that it was restored or copied.
        held.setdefault("1", 0)
        if self._workspace.in_doubt():
            held.setdefault(_NO_SNAPSHOT, 0)
        epoch = max(self._identity.epoch, self._workspace.claimed_epoch())
        backed_up = {str(incarnation): seq for incarnation, seq in self._workspace.backed_up().items()}
        return Exchange(cursors, batch, PAGE_EVENTS_MAX, self._tree.asked(), backed_up, hello, epoch, held)

    def _refusal(self, batch: SignedBatch | None, error: RejectedError | NotPermittedError) -> None:
        """Do what helps; raises ``error`` when nothing does."""
        if error.code == CURSOR_AHEAD:
            self._once(CURSOR_AHEAD, error)
            self._tally.restored = True
            self._again_from_the_start(error)
            return
        if batch is None or error.code.startswith(AUTH):
            raise error
        if error.code == FORK and self._part(batch, error):
            return
        if error.code == GAP:
            self._once(f"{GAP} {batch.incarnation}", error)
            self._again_from_the_start(error)
            return
        if error.code == "wire.too_large" and self._size.failed():
            return
        self._refused = error

    def _again_from_the_start(self, error: EstafetteError) -> None:
        """Central holds less than this end thought: what it says comes first, and then what it turns out to lack."""
        self._workspace.replay(_held_in(error))
        self._workspace.rewind()
        self._news_first = True

    def _once(self, what: str, error: EstafetteError) -> None:
        if what in self._again:
            raise error
        self._again.add(what)

    def _part(self, batch: SignedBatch, error: EstafetteError) -> bool:
        """Central holds another history of this device from some number on: go on in a new chain there."""
        parted = _number(error.details.get("seq"))
        if batch.first_seq < parted < batch.first_seq + len(batch.events.record):
            # Those that both histories hold go alone first.
            self._common = parted - batch.first_seq
            return True
        # Another self may have sent the very same acts: its news come before ours go.
        self._news_first = True
        return self._workspace.fork(batch.incarnation, batch.first_seq)

    def _take(
        self,
        reply: ExchangeReply,
        outgoing: OutgoingBatch | None,
        batch: SignedBatch | None,
        cursors: Mapping[str, int],
    ) -> bool:
        verdicts = check_pushed(reply.push, batch, self._identity) if batch is not None else []
        news = check_news(reply, cursors, self._identity)
        check_backed_up(reply, self._identity)
        check_tree(reply, self._identity)
        restored = reply.epoch > self._identity.epoch and reply.epoch != self._workspace.claimed_epoch()
        if restored:
            if "epoch" in self._again:
                raise RejectedError(PAGE_INVALID, reason="epoch")
            self._again.add("epoch")
            self._tally.restored = True
            self._workspace.replay({int(name): seq for name, seq in reply.held.items() if name.isdigit()})
        if outgoing is not None and batch is not None and reply.push is not None:
            self._workspace.apply_verdicts(outgoing, verdicts, reply.push.receipt, central_time_ms=reply.time)
            self._size.succeeded()
            self._tally.pushed += len(verdicts)
            self._tally.ends += ends_of(verdicts)
        self._workspace.note_closed(reply.closed)
        if reply.closed or self._workspace.has_left():
            return self._without_news(reply, batch, restored=restored)
        self._note_offer(reply, cursors, restored=restored)
        self._workspace.apply_news(news, epoch=reply.epoch, central_time_ms=reply.time)
        self._workspace.apply_backed_up(reply.backed_up)
        self._tree.answered(reply)
        for one in news.values():
            self._tally.pulled += len(one.events)
            self._tally.wanted_procedures |= procedures_named(one.events) | procedures_of(one.enters)
        waits = self._news_first
        self._news_first = restored or (waits and any(one.more for one in news.values()))
        if restored or any(one.more for one in news.values()):
            if not restored and all(one.cursor <= cursors[stream] for stream, one in news.items()):
                raise NetworkFault(SERVICE_FAILED, reason="cursor")
            return False
        return self._refused is not None or (batch is None and not waits) or not self._workspace.status().pending

    def _without_news(self, reply: ExchangeReply, batch: SignedBatch | None, *, restored: bool) -> bool:
        """Go on with a service that has closed this device, or has opened it again; what is not said is not over.

        Raises:
            NotPermittedError: with the code of why it is closed, once everything is handed over.
        """
        if restored:
            self._workspace.apply_news({}, epoch=reply.epoch, central_time_ms=reply.time)
        else:
            self._workspace.contact(reply.time)
        self._workspace.apply_backed_up(reply.backed_up)
        self._tree.answered(reply)
        if not reply.closed:
            # The agent came back: what is new begins at the stream's start, as none of it is held any more.
            self._workspace.come_back()
            self._news_first = True
            return False
        if reply.closed == OFFICE_CHANGED or self._workspace.has_left():
            # Whatever closes it by now: what left stays away, and a leave that was cut short is completed.
            self._workspace.leave_office()
        waits, self._news_first = self._news_first, False
        if restored or (self._workspace.status().pending and (batch is not None or waits)):
            return False
        raise NotPermittedError(reply.closed)

    def _note_offer(self, reply: ExchangeReply, cursors: Mapping[str, int], *, restored: bool) -> None:
        """Note a snapshot that is offered; one that was begun and is offered no more gives way to pages."""
        stream = self._identity.stream
        if reply.snapshot and (reply.snapshot != [stream] or cursors.get(stream) != 0 or stream in reply.streams):
            raise RejectedError(PAGE_INVALID, reason="snapshot")
        if reply.snapshot and not restored:
            self._offered = Taking(self._workspace, self._client, stream, reply.epoch, self._tally)
        elif stream in reply.streams and self._workspace.snapshot_progress() is not None:
            self._workspace.abandon_snapshot(stream)


def check_hello(reply: HelloReply | None) -> frozenset[str]:
    """Check that the service goes on in a protocol that this end speaks; return what else it can do.

    Names that are not known here are kept and mean nothing; a service that says nothing can nothing of it.

    Raises:
        RejectedError: ``protocol.unsupported`` (``protocol``): nothing of its answer was taken.
    """
    if reply is None:
        return frozenset()
    if reply.protocol not in PROTOCOLS:
        raise RejectedError(UNSUPPORTED, protocol=reply.protocol)
    return frozenset(reply.capabilities)


def check_pushed(pushed: Pushed | None, batch: SignedBatch, identity: Identity) -> list[Verdict]:
    """Check that an answer is the pinned service's word on exactly this batch; return its verdicts, one an event.

    Raises:
        RejectedError: ``sync.receipt_invalid``; ``reason`` names what does not hold.
    """
    if pushed is None:
        raise RejectedError(RECEIPT_INVALID, reason="missing")
    last_seq = batch.first_seq + len(batch.events.record) - 1
    receipt = pushed.receipt
    expected = (batch.tenant, identity.stream, batch.device, batch.incarnation, last_seq, batch.head, "accepted")
    said = (
        receipt.tenant,
        receipt.stream,
        receipt.device,
        receipt.incarnation,
        receipt.seq,
        receipt.head,
        receipt.level,
    )
    if not receipt_signed(receipt, identity.service_key):
        raise RejectedError(RECEIPT_INVALID, reason="signature")
    if said != expected:
        raise RejectedError(RECEIPT_INVALID, reason="content")
    if receipt.epoch < identity.epoch:
        raise RejectedError(RECEIPT_INVALID, reason="epoch")
    try:
        verdicts = columns.unpack_verdicts(pushed.verdicts, batch.first_seq, last_seq)
    except InputError as error:
        raise RejectedError(RECEIPT_INVALID, reason="verdicts") from error
    if any(verdict.state not in VERDICT_STATES or verdict.central_seq < 1 for verdict in verdicts):
        raise RejectedError(RECEIPT_INVALID, reason="verdicts")
    return verdicts


def check_backed_up(reply: ExchangeReply, identity: Identity) -> None:
    """Check that receipts for what is backed up are the pinned service's word on this device.

    Raises:
        RejectedError: ``sync.receipt_invalid``; ``reason`` names what does not hold.
    """
    expected = (identity.tenant, identity.stream, identity.device, BACKED_UP, reply.epoch)
    for receipt in reply.backed_up:
        if not receipt_signed(receipt, identity.service_key):
            raise RejectedError(RECEIPT_INVALID, reason="signature")
        if (receipt.tenant, receipt.stream, receipt.device, receipt.level, receipt.epoch) != expected:
            raise RejectedError(RECEIPT_INVALID, reason="content")


def check_news(reply: ExchangeReply, cursors: Mapping[str, int], identity: Identity) -> dict[str, News]:
    """Check that news hold only what was asked for, in order; return them unpacked.

    Raises:
        RejectedError: ``sync.page_invalid``; ``reason`` is ``scope``, ``order``, ``epoch`` or ``columns``.
    """
    if reply.epoch < identity.epoch:
        raise RejectedError(PAGE_INVALID, reason="epoch")
    if not reply.streams.keys() <= cursors.keys():
        raise RejectedError(PAGE_INVALID, reason="scope")
    return {stream: _checked(news, cursors[stream]) for stream, news in reply.streams.items()}


def _checked(news: StreamNews, cursor: int) -> News:
    try:
        events = [] if news.events is None else columns.unpack_page(news.events)
        enters = [record for chunk in news.enters for record in unpack(bytes(chunk)).records]
    except InputError as error:
        raise RejectedError(PAGE_INVALID, reason="columns") from error
    numbers = [cursor, *(event.central_seq for event in events)]
    if any(later <= earlier for earlier, later in zip(numbers, numbers[1:], strict=False)):
        raise RejectedError(PAGE_INVALID, reason="order")
    if news.cursor < numbers[-1] or (news.more and events and news.cursor != numbers[-1]):
        # A page that is not full leads to the stream's head, past events that are not for this device.
        raise RejectedError(PAGE_INVALID, reason="order")
    return News(events, news.cursor, news.more, enters, news.leaves)


def _held_in(error: EstafetteError) -> dict[int, int]:
    """Return what an error says central holds of this device's chains: ``1:120,2:7``."""
    pairs = [one.partition(":") for one in str(error.details.get("held", "")).split(",") if one]
    return {_number(incarnation): _number(seq) for incarnation, _, seq in pairs}


def _number(detail: object) -> int:
    text = str(detail)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else 0
