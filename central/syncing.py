"""Push and pull: what a device's request does, apart from HTTP."""

from __future__ import annotations

from cases import workflow
from cases.errors import ConflictError, InputError, NotPermittedError
from central.appending import append_events
from central.batches import ChainedEvents, check_batch
from central.context import Central
from central.database import log as event_log
from central.database import people
from central.judging import Actor
from central.records import Device
from sync.messages import (
    PAGE_EVENTS_MAX,
    Batch,
    Page,
    PullRequest,
    PushReply,
    Receipt,
    Verdict,
    receipt_bytes,
)

LEVEL = "accepted"
_ATTEMPTS = 3


def push(central: Central, device: Device, batch: Batch) -> PushReply:
    """Take a batch in and answer with its verdicts and a receipt, signed only once everything is committed.

    Raises:
        NotPermittedError: ``right.foreign_batch``. InputError: ``push.malformed``, ``push.chain``, ``push.signature``.
        ConflictError: ``push.gap``, ``push.fork`` (``seq``). EnvironmentFault: ``database.unavailable``.
    """
    chained = check_batch(batch, device)
    now_ms = central.clock.now_ms()
    for attempt in range(_ATTEMPTS):
        try:
            verdicts, epoch = _append(central, device, batch, chained, now_ms)
            break
        except ConflictError as error:
            # Another stream took a record's identity between our look and our write: the second look sees it.
            if error.code != "push.again" or attempt == _ATTEMPTS - 1:
                raise
    return PushReply(verdicts, _receipt(central, device, batch, verdicts, epoch, now_ms), now_ms)


def _append(
    central: Central, device: Device, batch: Batch, chained: ChainedEvents, now_ms: int
) -> tuple[list[Verdict], int]:
    actor = _actor(device)
    with central.transaction(device.tenant) as connection:
        epoch = people.epoch(connection, device.tenant)
        verdicts = append_events(
            connection, actor, chained.events, chained.hashes, signature=batch.signature, now_ms=now_ms
        )
    return verdicts, epoch


def _actor(device: Device) -> Actor:
    assert device.office is not None and device.stream is not None, "an agent's device has an office"
    return Actor(device.tenant, workflow.Role.AGENT, device.office, device.stream)


def _receipt(
    central: Central, device: Device, batch: Batch, verdicts: list[Verdict], epoch: int, now_ms: int
) -> Receipt:
    def receipt(signature: str) -> Receipt:
        return Receipt(
            tenant=device.tenant,
            stream=str(device.stream),
            device=device.device,
            incarnation=batch.incarnation,
            seq=batch.first_seq + len(batch.events) - 1,
            head=batch.head,
            central_seq=max(verdict.central_seq for verdict in verdicts),
            epoch=epoch,
            level=LEVEL,
            time=now_ms,
            signature=signature,
        )

    return receipt(central.keys.service().sign(receipt_bytes(receipt(""))).hex())


def pull(central: Central, device: Device, request: PullRequest) -> Page:
    """Return what comes after the device's cursors.

    Raises:
        NotPermittedError: ``right.foreign_stream``. InputError: ``pull.malformed``.
        ConflictError: ``pull.cursor_ahead`` (``head``, ``epoch``): the device has seen what this service does not hold.
    """
    check_stream(device, *request.cursors)
    if any(not 0 <= cursor < 2**53 for cursor in request.cursors.values()) or request.limit < 1:
        raise InputError("pull.malformed")
    stream = str(device.stream)
    with central.transaction(device.tenant) as connection:
        page = event_log.page(
            connection,
            device.tenant,
            stream,
            after=request.cursors.get(stream, 0),
            device=device.device,
            limit=min(request.limit, PAGE_EVENTS_MAX),
        )
        epoch = people.epoch(connection, device.tenant)
    if page.head < request.cursors.get(stream, 0):
        # Restored from a backup without being told, or a damaged cursor: an empty page would hide it for ever.
        raise ConflictError("pull.cursor_ahead", head=page.head, epoch=epoch)
    return Page({stream: page.events}, {stream: page.cursor}, page.more, epoch, central.clock.now_ms())


def check_stream(device: Device, *streams: str) -> None:
    """Raise NotPermittedError ``right.foreign_stream`` unless the device may read these streams."""
    if any(stream != device.stream for stream in streams):
        raise NotPermittedError("right.foreign_stream")
