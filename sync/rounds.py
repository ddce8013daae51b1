"""The phases of one round with the central service: push, pull, documents. Each is safe to repeat after any failure.

What a reply claims is checked before anything of it is kept: a receipt by the service key that was pinned at
enrolment, a pulled body by its digest, a bundle by its version. A reply that fails its check changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.errors import EstafetteError, InputError, NetworkFault, RejectedError
from cases.events import Event, Header, Kind, body_intact, decode_body
from cases.outbox import OutgoingBatch
from cases.views import Identity
from cases.workspace import Workspace
from sync.backoff import BatchSize
from sync.client import CentralClient
from sync.messages import (
    PAGE_EVENTS_MAX,
    REQUEST_BYTES_MAX,
    Batch,
    Page,
    PulledEvent,
    PushReply,
    Receipt,
    Verdict,
    WireEvent,
    batch_bytes,
    bundle_version,
    receipt_bytes,
)
from sync.problems import SERVICE_FAILED
from sync.wire import compress

RECEIPT_INVALID = "sync.receipt_invalid"
PAGE_INVALID = "sync.page_invalid"
BUNDLE_INVALID = "sync.bundle_invalid"
VERDICT_STATES = frozenset({"accepted", "merged", "contested", "parked"})
_HEADER_VERSION = 1


@dataclass
class Tally:
    """What a round has done so far; kept when a later phase fails."""

    pushed: int = 0
    parked: int = 0
    pulled: int = 0
    procedures: int = 0
    restored: bool = False
    """Central came back from an older backup: what this device holds was made pending again."""
    wanted_procedures: set[tuple[str, str]] = field(default_factory=set)


def push(workspace: Workspace, client: CentralClient, identity: Identity, size: BatchSize, tally: Tally) -> None:
    """Send everything pending, oldest first, and record where each event ended.

    Raises:
        NetworkFault: some or nothing was received; what got a receipt stays so.
        NotPermittedError, RejectedError: the service refuses, or its receipt does not hold (``sync.receipt_invalid``).
    """
    while (outgoing := workspace.next_batch(size.events)) is not None:
        batch = wire_batch(outgoing, workspace)
        message = msgspec.json.encode(batch)
        if len(message) > REQUEST_BYTES_MAX and size.failed():
            continue
        try:
            reply = client.push(compress(message))
        except EstafetteError as error:
            if not _try_otherwise(workspace, batch, size, error):
                raise
            continue
        check_push_reply(reply, batch, identity)
        workspace.apply_verdicts(outgoing, reply.verdicts, reply.receipt, central_time_ms=reply.time)
        size.succeeded()
        tally.pushed += len(batch.events)
        tally.parked += sum(verdict.state == "parked" for verdict in reply.verdicts)


def _try_otherwise(workspace: Workspace, batch: Batch, size: BatchSize, error: EstafetteError) -> bool:
    """Say whether another try within this round makes sense; shrinks the next batch after what size may have caused."""
    if error.code == "wire.too_large":
        return size.failed()
    if isinstance(error, NetworkFault):
        size.failed()
        return False
    held = str(error.details.get("seq", ""))
    if error.code == "push.gap" and held.isascii() and held.isdigit() and 1 <= int(held) < batch.first_seq:
        workspace.replay_from(int(held))
        return True
    return False


def wire_batch(outgoing: OutgoingBatch, workspace: Workspace) -> Batch:
    """Return the signed message for a batch of the outbox. The bodies' bytes travel as they were written."""
    events = [
        WireEvent(
            record_type=event.record_type,
            record_id=event.record_id,
            kind=event.kind,
            base=event.base,
            time=event.time,
            body=msgspec.Raw(event.body),
        )
        for event in outgoing.events
    ]
    unsigned = Batch(
        tenant=outgoing.tenant,
        device=outgoing.device,
        incarnation=outgoing.incarnation,
        agent=outgoing.agent,
        first_seq=outgoing.first_seq,
        prev=outgoing.prev,
        salt_seeds=list(outgoing.salt_seeds),
        events=events,
        head=outgoing.head,
        signature="",
    )
    return msgspec.structs.replace(unsigned, signature=workspace.sign(batch_bytes(unsigned)))


def check_push_reply(reply: PushReply, batch: Batch, identity: Identity) -> None:
    """Check that a reply is the pinned service's word on exactly this batch.

    Raises:
        RejectedError: ``sync.receipt_invalid``; ``reason`` names what does not hold.
    """
    last_seq = batch.first_seq + len(batch.events) - 1
    receipt = reply.receipt
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
    if not _verdicts_cover(reply.verdicts, batch.first_seq, last_seq):
        raise RejectedError(RECEIPT_INVALID, reason="verdicts")


def receipt_signed(receipt: Receipt, service_key: str) -> bool:
    """Say whether the service with this raw Ed25519 key (hexadecimal) signed the receipt."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(service_key))
        key.verify(bytes.fromhex(receipt.signature), receipt_bytes(receipt))
    except (ValueError, InvalidSignature):
        return False
    return True


def _verdicts_cover(verdicts: Sequence[Verdict], first_seq: int, last_seq: int) -> bool:
    return [verdict.seq for verdict in verdicts] == list(range(first_seq, last_seq + 1)) and all(
        verdict.state in VERDICT_STATES and verdict.central_seq > 0 for verdict in verdicts
    )


def pull(workspace: Workspace, client: CentralClient, identity: Identity, tally: Tally) -> None:
    """Fetch and apply what comes after the cursors, page by page; each page is one transaction with its cursor.

    A new epoch means that central was restored from a backup (DESIGN invariant 5): everything this device wrote is made
    pending again before the new epoch is noted, and the streams are pulled from their start.

    Raises:
        NetworkFault: pages applied so far stay, the next round goes on after them.
        RejectedError: ``sync.page_invalid``: nothing of that page was applied.
    """
    while True:
        cursors = workspace.cursors()
        page = client.pull(cursors, PAGE_EVENTS_MAX)
        check_page(page, cursors, identity)
        if page.epoch > identity.epoch:
            workspace.replay_from(1)
            tally.restored = True
        workspace.apply_page(page.events, page.cursors, epoch=page.epoch, central_time_ms=page.time)
        for events in page.events.values():
            tally.pulled += len(events)
            tally.wanted_procedures |= _procedures_named(events)
        if page.epoch > identity.epoch:
            identity = replace(identity, epoch=page.epoch)
            continue
        if not page.more:
            return
        if all(page.cursors.get(stream, 0) <= cursor for stream, cursor in cursors.items()):
            raise NetworkFault(SERVICE_FAILED, reason="cursor")


def check_page(page: Page, cursors: Mapping[str, int], identity: Identity) -> None:
    """Check that a page holds only what was asked for, in order and unaltered.

    Raises:
        RejectedError: ``sync.page_invalid``; ``reason`` is ``scope``, ``order``, ``epoch`` or ``body``.
    """
    if not (page.events.keys() | page.cursors.keys()) <= cursors.keys():
        raise RejectedError(PAGE_INVALID, reason="scope")
    if page.epoch < identity.epoch:
        raise RejectedError(PAGE_INVALID, reason="epoch")
    for stream, events in page.events.items():
        numbers = [cursors[stream], *(event.central_seq for event in events)]
        if any(later <= earlier for earlier, later in zip(numbers, numbers[1:], strict=False)):
            raise RejectedError(PAGE_INVALID, reason="order")
        if page.cursors.get(stream, -1) < numbers[-1]:
            raise RejectedError(PAGE_INVALID, reason="order")
        for event in events:
            if not pulled_intact(event, identity.tenant):
                raise RejectedError(PAGE_INVALID, reason="body", event=event.central_seq)


def pulled_header(event: PulledEvent, tenant: int) -> Header:
    """Return the header that the event's device hashed."""
    return Header(
        _HEADER_VERSION,
        tenant,
        event.device,
        event.incarnation,
        event.seq,
        event.prev,
        event.agent,
        event.record_type,
        event.record_id,
        event.kind,
        event.base,
        event.time,
        event.digest,
    )


def pulled_intact(event: PulledEvent, tenant: int) -> bool:
    """Say whether the body is the one that the device wrote; true for a body erased by law (null, without salt)."""
    body = bytes(event.body)
    erased = body == b"null" and not event.salt
    try:
        salt = bytes.fromhex(event.salt)
    except ValueError:
        return False
    return body_intact(Event(pulled_header(event, tenant), None if erased else body, None if erased else salt))


def _procedures_named(events: Iterable[PulledEvent]) -> set[tuple[str, str]]:
    """Return the procedure versions that pulled cases use, so that their forms can be shown."""
    named: set[tuple[str, str]] = set()
    for event in events:
        if event.kind != Kind.SET or b'"procedure_version"' not in bytes(event.body):
            continue
        body = decode_body(bytes(event.body))
        procedure, version = body.get("procedure"), body.get("procedure_version")
        if isinstance(procedure, str) and isinstance(version, str):
            named.add((procedure, version))
    return named


def documents(workspace: Workspace, client: CentralClient, tally: Tally, *, offered: bool) -> None:
    """Fetch the procedures that are not held yet: those that pulled cases use and, when asked, all on offer.

    Raises:
        NetworkFault: what was fetched so far stays.
        RejectedError: ``sync.bundle_invalid``: that bundle was not kept.
    """
    wanted = set(tally.wanted_procedures)
    if offered:
        wanted |= {(summary.id, summary.version) for summary in client.procedures()}
    for procedure, version in sorted(wanted):
        if _held(workspace, procedure, version):
            continue
        bundle = client.procedure_bundle(procedure, version)
        if bundle_version(bundle) != version:
            raise RejectedError(BUNDLE_INVALID, procedure=procedure)
        workspace.store_procedure(procedure, version, bundle)
        tally.procedures += 1
    tally.wanted_procedures.clear()


def _held(workspace: Workspace, procedure: str, version: str) -> bool:
    try:
        workspace.procedure_bundle(procedure, version)
    except InputError:
        return False
    return True
