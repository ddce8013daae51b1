"""The phases of one round with the central service: push, pull, documents. Each is safe to repeat after any failure.

What a reply claims is checked before anything of it is kept: a receipt by the service key that was pinned at
enrolment, a pulled body by its digest, a bundle by its version. A reply that fails its check changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.errors import EstafetteError, InputError, NetworkFault, NotPermittedError, RejectedError
from cases.events import Event, Header, Kind, body_intact, decode_body
from cases.outbox import OutgoingBatch
from cases.procedure_file import ID_PATTERN
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
    offer_fingerprint,
    receipt_bytes,
)
from sync.problems import AUTH, SERVICE_FAILED
from sync.wire import compress

RECEIPT_INVALID = "sync.receipt_invalid"
PAGE_INVALID = "sync.page_invalid"
FORK = "push.fork"
CURSOR_AHEAD = "pull.cursor_ahead"
BUNDLE_INVALID = "sync.bundle_invalid"
VERDICT_STATES = frozenset({"accepted", "merged", "contested", "parked"})
_HEADER_VERSION = 1
_VERSION_PATTERN = re.compile("[0-9a-f]{64}")


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
    offers: str = ""
    """Fingerprint of the procedures on offer, when they were asked for."""
    refused_procedures: dict[tuple[str, str], str] = field(default_factory=dict)
    """Bundles that could not be had, and the code of why; asked for again once a case or the list names them again."""


def push(workspace: Workspace, client: CentralClient, identity: Identity, size: BatchSize, tally: Tally) -> None:
    """Send everything pending, oldest first, and record where each event ended.

    Raises:
        NetworkFault: some or nothing was received; what got a receipt stays so.
        NotPermittedError, RejectedError: the service refuses, or its receipt does not hold (``sync.receipt_invalid``).
    """
    common = 0
    """How many of the next events central holds already: those go alone, before the histories part."""
    while (outgoing := workspace.next_batch(common or size.events)) is not None:
        common = 0
        batch = wire_batch(outgoing, workspace)
        message = msgspec.json.encode(batch)
        if len(message) > REQUEST_BYTES_MAX and size.failed():
            continue
        try:
            reply = client.push(compress(message))
        except EstafetteError as error:
            if error.code == FORK:
                common = _part(workspace, batch, error)
                continue
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
    held = _number(error.details.get("seq"))
    if error.code == "push.gap" and 1 <= held < batch.first_seq:
        workspace.replay_from(held)
        return True
    return False


def _part(workspace: Workspace, batch: Batch, error: EstafetteError) -> int:
    """Central holds another history of this device from some number on: go on in a new chain there.

    Returns:
        How many events from the batch's first on are the same in both; 0 when the new chain was opened.

    Raises:
        ``error``, when too many chains were begun without an answer.
    """
    parted = _number(error.details.get("seq"))
    if batch.first_seq < parted < batch.first_seq + len(batch.events):
        return parted - batch.first_seq
    if not workspace.fork(batch.incarnation, batch.first_seq):
        raise error
    return 0


def _number(detail: object) -> int:
    text = str(detail)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


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
    pending again before the new epoch is noted, and the streams are pulled from their start. So it is when central says
    that a cursor is beyond its stream. Both words are unsigned: what they cause loses nothing, and happens once.

    Raises:
        NetworkFault: pages applied so far stay, the next round goes on after them.
        RejectedError: ``sync.page_invalid``: nothing of that page was applied. ``pull.cursor_ahead``: again, from the
            start.
    """
    rewound = claimed = False
    while True:
        cursors = workspace.cursors()
        try:
            page = client.pull(cursors, PAGE_EVENTS_MAX)
        except RejectedError as error:
            if error.code != CURSOR_AHEAD or rewound:
                raise
            rewound = tally.restored = True
            workspace.replay_from(1)
            workspace.rewind()
            continue
        check_page(page, cursors, identity)
        new_epoch = page.epoch > identity.epoch and page.epoch != workspace.claimed_epoch()
        if new_epoch:
            if claimed:
                raise RejectedError(PAGE_INVALID, reason="epoch")
            claimed = tally.restored = True
            workspace.replay_from(1)
        workspace.apply_page(page.events, page.cursors, epoch=page.epoch, central_time_ms=page.time)
        for events in page.events.values():
            tally.pulled += len(events)
            tally.wanted_procedures |= _procedures_named(events)
        if new_epoch:
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
    if any(cursor < cursors[stream] for stream, cursor in page.cursors.items()):
        raise RejectedError(PAGE_INVALID, reason="order")
    for stream, events in page.events.items():
        numbers = [cursors[stream], *(event.central_seq for event in events)]
        if any(later <= earlier for earlier, later in zip(numbers, numbers[1:], strict=False)):
            raise RejectedError(PAGE_INVALID, reason="order")
        cursor = page.cursors.get(stream, -1)
        if cursor < numbers[-1] or (page.more and events and cursor != numbers[-1]):
            # A page that is not full leads to the stream's head, past events that are not for this device.
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
        try:
            body = decode_body(bytes(event.body))
        except ValueError:
            # Set aside by the workspace, which says so; it names nothing.
            continue
        procedure, version = body.get("procedure"), body.get("procedure_version")
        if isinstance(procedure, str) and isinstance(version, str) and _can_be_asked_for(procedure, version):
            named.add((procedure, version))
    return named


def _can_be_asked_for(procedure: str, version: str) -> bool:
    """Say whether these can be names of a published procedure: they become part of an address."""
    return ID_PATTERN.fullmatch(procedure) is not None and _VERSION_PATTERN.fullmatch(version) is not None


def documents(workspace: Workspace, client: CentralClient, tally: Tally, *, offered: bool) -> None:
    """Fetch the procedures that are not held yet: those that pulled cases use and, when asked, all on offer.

    A bundle that the service refuses or that is not its version keeps no other from coming: it is noted in
    ``refused_procedures``. One that the service failed over stays wanted.

    Raises:
        NetworkFault: the line broke; what was fetched so far stays.
        NotPermittedError: ``auth.*``: the device itself is refused.
    """
    if offered:
        listed = {(summary.id, summary.version) for summary in client.procedures()}
        tally.offers = offer_fingerprint(listed)
        tally.wanted_procedures |= {names for names in listed if _can_be_asked_for(*names)}
    for procedure, version in sorted(tally.wanted_procedures):
        if not _held(workspace, procedure, version):
            refused = _fetch(workspace, client, procedure, version)
            if refused == SERVICE_FAILED:
                continue
            if refused:
                tally.refused_procedures[procedure, version] = refused
            else:
                tally.procedures += 1
        tally.wanted_procedures.discard((procedure, version))


def _fetch(workspace: Workspace, client: CentralClient, procedure: str, version: str) -> str:
    """Fetch and keep one bundle. Return the code of why it could not be had, empty when it is held now."""
    try:
        bundle = client.procedure_bundle(procedure, version)
    except RejectedError as error:
        return error.code
    except NotPermittedError as error:
        if error.code.startswith(AUTH):
            raise
        return error.code
    except NetworkFault as error:
        if error.code != SERVICE_FAILED:
            raise
        return error.code
    if bundle_version(bundle) != version:
        return BUNDLE_INVALID
    workspace.store_procedure(procedure, version, bundle)
    return ""


def _held(workspace: Workspace, procedure: str, version: str) -> bool:
    try:
        workspace.procedure_bundle(procedure, version)
    except InputError:
        return False
    return True
