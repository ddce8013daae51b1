"""The exchange: what a device's request does, apart from HTTP and apart from where it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from cases import workflow
from cases.errors import ConflictError, InputError, NotPermittedError
from cases.version import VERSION
from central import whole
from central.appending import Taken, append_events, retried
from central.batches import check_batch
from central.context import Core
from central.judging import Actor
from central.records import Device
from central.storage import LoggedEvent, NewEvents, StreamPage
from sync.columns import PageEvent, pack_page
from sync.messages import (
    PAGE_EVENTS_MAX,
    PROTOCOL,
    Exchange,
    ExchangeReply,
    Hello,
    HelloReply,
    Pushed,
    Receipt,
    SignedBatch,
    StreamNews,
    receipt_bytes,
)

LEVEL = "accepted"
SNAPSHOT_FROM = 2_000
"""A device that has nothing yet and would be sent more events than this is offered a snapshot instead."""
CAPABILITIES = ["columns", "snapshot", "moves", "tree", "backed_up", "envelopes", "audit", "history"]
_ATTEMPTS = 3
_NUMBER_MAX = 2**53


@dataclass(frozen=True)
class _Done:
    """A batch that is in: what became of it, and its receipt."""

    taken: Taken
    receipt: Receipt


def exchange(core: Core, device: Device, request: Exchange) -> ExchangeReply:
    """Take a batch in, if there is one, and answer with what is new.

    A closed device reads nothing, and all of its batch is parked with the code of why; receipts it gets like any other.

    Raises:
        NotPermittedError: ``right.foreign_stream``, ``right.foreign_batch``, ``auth.device_revoked``.
        InputError: ``pull.malformed``, ``protocol.unsupported``, and those of ``check_batch``.
        ConflictError: ``push.gap``, ``push.fork`` (``seq``, ``held``); ``pull.cursor_ahead`` (``stream``, ``head``,
            ``epoch``, ``held``): the device has seen what this service does not hold.
    """
    _check(device, request)
    hello = _greeted(core, device, request.hello)
    done = _take_in(core, device, request.batch, device.closed) if request.batch is not None else None
    if request.hello is not None:
        # Only now: what a device says of itself holds when its batch is in.
        core.contacts.heard(device, request.hello)
    epoch, covered_ms, streams, snapshot = (_no_news if device.closed else _news)(core, device, request, done)
    held: dict[str, int] = {}
    if request.epoch not in (0, epoch):
        with core.storage.transaction(device.tenant) as transaction:
            held = _named(transaction.chains(device.device))
    return ExchangeReply(
        core.clock.now_ms(),
        epoch,
        Pushed(done.taken.packed(), done.receipt) if done is not None else None,
        streams,
        snapshot,
        core.tree.news(device.tenant, request.tree) if request.tree >= 0 else None,
        core.backups.receipts(
            device.tenant, device.device, str(device.stream), _numbered(request.backed_up), covered_ms
        ),
        hello,
        held,
        device.closed,
    )


def push(core: Core, device: Device, batch: SignedBatch, *, refused: str = "") -> Pushed:
    """Take a batch in alone; one of a device that lost its rights is parked with the code ``refused``.

    Raises:
        As ``exchange``.
    """
    done = _take_in(core, device, batch, refused)
    return Pushed(done.taken.packed(), done.receipt)


def _check(device: Device, request: Exchange) -> None:
    check_stream(device, *request.cursors)
    if any(not 0 <= cursor < _NUMBER_MAX for cursor in request.cursors.values()) or request.limit < 1:
        raise InputError("pull.malformed")
    if not -1 <= request.tree < _NUMBER_MAX:
        raise InputError("pull.malformed")
    for numbers in (request.backed_up, request.held):
        if not all(
            name.isascii() and name.isdigit() and len(name) < 11 and 0 <= seq < _NUMBER_MAX
            for name, seq in numbers.items()
        ):
            raise InputError("pull.malformed")


def _greeted(core: Core, device: Device, hello: Hello | None) -> HelloReply | None:
    if hello is None:
        return None
    if PROTOCOL not in hello.protocols:
        raise InputError("protocol.unsupported", protocol=PROTOCOL, spoken=",".join(map(str, hello.protocols[:8])))
    return HelloReply(PROTOCOL, VERSION, CAPABILITIES)


def _take_in(core: Core, device: Device, batch: SignedBatch, refused: str = "") -> _Done:
    """Check a batch outside of any transaction, append it in one, and sign its receipt once it is committed."""
    chained = check_batch(batch, device)
    new = NewEvents(
        device.tenant,
        str(device.stream),
        device.device,
        batch.incarnation,
        batch.agent,
        chained.events,
        chained.hashes,
        batch.signature,
        core.clock.now_ms(),
        even_revoked=bool(refused),
        fields=chained.fields,
    )
    actor = Actor(device.tenant, workflow.Role.AGENT, str(device.office), str(device.stream), refused, core.zone)

    def learned(published: frozenset[tuple[str, str]]) -> None:
        core.published[device.tenant] = published

    def work() -> Taken:
        with core.storage.transaction(device.tenant) as transaction:
            known = core.published.get(device.tenant, frozenset())
            return append_events(transaction, actor, new, published=known, learned=learned)

    taken = retried(_ATTEMPTS, work)
    core.tree.appended(device.tenant)
    return _Done(taken, _receipt(core, device, new, taken))


def _receipt(core: Core, device: Device, new: NewEvents, taken: Taken) -> Receipt:
    receipt = Receipt(
        tenant=device.tenant,
        stream=str(device.stream),
        device=device.device,
        incarnation=new.incarnation,
        seq=new.first_seq + len(new.events) - 1,
        head=new.hashes[-1],
        central_seq=taken.appended.receipt_seq,
        epoch=taken.appended.epoch,
        level=LEVEL,
        time=taken.appended.received_ms,
        signature="",
    )
    return msgspec.structs.replace(receipt, signature=core.keys.service().sign(receipt_bytes(receipt)).hex())


def _news(
    core: Core, device: Device, request: Exchange, done: _Done | None
) -> tuple[int, int, dict[str, StreamNews], list[str]]:
    """Return epoch and backups' stamp, what is new in the device's stream, the streams to be had from a snapshot."""
    stream = str(device.stream)
    after = request.cursors.get(stream)
    if done is not None and after in (None, done.taken.appended.before):
        # Nothing lies between what the device has seen and what it has just sent.
        appended = done.taken.appended
        news = {stream: StreamNews(appended.head)} if after not in (None, appended.head) else {}
        return appended.epoch, appended.covered_ms, news, []
    limit = 1 if after is None else min(request.limit, PAGE_EVENTS_MAX)
    first = after == 0 and not request.held.keys() - {"1"}
    page = _page(core, device, after or 0, max(limit, SNAPSHOT_FROM) if first else limit, request.held)
    if after is None:
        return page.epoch, page.covered_ms, {}, []
    if page.head < after:
        raise _ahead(core, device, page)
    if first and len(page.events) >= SNAPSHOT_FROM:
        return page.epoch, page.covered_ms, {}, [stream]
    if len(page.events) > limit:
        page = _page(core, device, after, limit, request.held)
    return page.epoch, page.covered_ms, {stream: _packed(page)} if page.cursor != after else {}, []


def _no_news(
    core: Core, device: Device, request: Exchange, done: _Done | None
) -> tuple[int, int, dict[str, StreamNews], list[str]]:
    """Return what ``_news`` does, for a device that is told nothing of its stream."""
    if done is not None:
        return done.taken.appended.epoch, done.taken.appended.covered_ms, {}, []
    with core.storage.transaction(device.tenant) as transaction:
        return transaction.standing(str(device.stream))[0], 0, {}, []


def _page(core: Core, device: Device, after: int, limit: int, held: Mapping[str, int]) -> StreamPage:
    page = _read_page(core, device, after, limit, held)
    if not page.lent_changed:
        return page
    # Fed by whoever asks first, in a transaction of its own, rather than by whoever changed it: a push takes no other
    # stream's head, so that no two of them can wait for each other.
    with core.storage.transaction(device.tenant) as transaction:
        transaction.renew_lent(str(device.stream))
    return _read_page(core, device, after, limit, held)


def _read_page(core: Core, device: Device, after: int, limit: int, held: Mapping[str, int]) -> StreamPage:
    with core.storage.transaction(device.tenant) as transaction:
        return transaction.page(
            str(device.stream),
            device=device.device,
            after=after,
            limit=limit,
            held=_numbered(held),
        )


def _ahead(core: Core, device: Device, page: StreamPage) -> ConflictError:
    """Restored from a backup without being told, or a damaged cursor: an empty page would hide it for ever."""
    with core.storage.transaction(device.tenant) as transaction:
        held = transaction.chains(device.device)
    said = ",".join(f"{incarnation}:{seq}" for incarnation, seq in held.items())
    return ConflictError("pull.cursor_ahead", stream=device.stream, head=page.head, epoch=page.epoch, held=said)


def _packed(page: StreamPage) -> StreamNews:
    return StreamNews(
        page.cursor,
        page.more,
        pack_page([_page_event(event) for event in page.events]),
        [msgspec.Raw(whole.packed(page.enters))] if page.enters else [],
        list(page.leaves),
    )


def _page_event(event: LoggedEvent) -> PageEvent:
    body = bytes(event.body) if event.body is not None else b"null"
    return PageEvent(*event[:11], body, None, event.state)


def _numbered(held: Mapping[str, int]) -> dict[int, int]:
    return {int(incarnation): seq for incarnation, seq in held.items()}


def _named(chains: Mapping[int, int]) -> dict[str, int]:
    return {str(incarnation): seq for incarnation, seq in chains.items()}


def check_stream(device: Device, *streams: str) -> None:
    """Raise NotPermittedError ``right.foreign_stream`` unless the device may read these streams."""
    if any(stream != device.stream for stream in streams):
        raise NotPermittedError("right.foreign_stream")


__all__ = ["LEVEL", "SNAPSHOT_FROM", "check_stream", "exchange", "push"]
