"""Sealed envelopes at central: opened here alone, checked as their author's own pushes, appended by the same function.

Whoever forwards one gains nothing and needs no right on what is in it. Repetition changes nothing. What a revoked
device or an agent who left had written is held, parked with ``auth.device_revoked``, that of a closed one with the code
of why it is closed (ADR 28): a supervisor sees it (ADR 12).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from cases.envelopes import Envelope, open_sealed, read_envelope, signed_by
from cases.errors import DamagedError, EnvironmentFault, EstafetteError, InputError
from central import alerts, syncing
from central.context import Central
from central.database import people
from central.records import Device
from sync.envelopes import covers
from sync.messages import Pushed, Receipt, SignedBatch
from sync.sealed import (
    ENVELOPES_MAX,
    EnvelopeAnswer,
    EnvelopesReply,
    EnvelopesRequest,
    answer_bytes,
    unpack,
)

log = logging.getLogger("estafette.central.intake")

REVOKED = "auth.device_revoked"
_WAITS = frozenset({"push.gap"})
"""Codes of envelopes that are whole and only come too soon."""


def take_in(
    central: Central, tenant: int, request: EnvelopesRequest, *, by: str = alerts.THE_SERVICE
) -> EnvelopesReply:
    """Open and append envelopes of one organisation; one signed answer each, in their order.

    Args:
        by: the device that hands them in; none for a bundle.

    Raises:
        InputError: ``envelope.too_many``. EnvironmentFault: ``database.unavailable``; what was done stays, ask again.
    """
    if len(request.envelopes) > ENVELOPES_MAX:
        raise InputError("envelope.too_many", limit=ENVELOPES_MAX)
    answers = [take_one(central, tenant, raw, by=by) for raw in request.envelopes]
    return EnvelopesReply(answers, central.clock.now_ms())


def take_one(central: Central, tenant: int, raw: bytes, *, by: str = alerts.THE_SERVICE) -> EnvelopeAnswer:
    """Open and append one envelope; an answer in any case but EnvironmentFault, with a code when it was not taken.

    Whoever it says wrote it is named to the supervisors only once the signature holds; before, who hands it in is.
    """
    try:
        envelope = read_envelope(raw)
    except (DamagedError, InputError) as error:
        _tell(central, tenant, by, error)
        return _signed(central, _refusal(tenant, raw, error))
    named = by
    try:
        device, refused = _author(central, tenant, envelope)
        named = device.device
        pushed = _append(central, device, envelope, refused)
    except EnvironmentFault:
        raise
    except EstafetteError as error:
        log.warning("envelope not taken in code=%s device=%s", error.code, named)
        if error.code not in _WAITS:
            _tell(central, tenant, named, error)
        return _signed(central, _refusal(tenant, raw, error))
    backed_up = _backed_up(central, device, envelope, pushed.receipt)
    return _signed(central, EnvelopeAnswer(envelope.hash, tenant, pushed=pushed, backed_up=backed_up))


def _tell(central: Central, tenant: int, device: str, error: EstafetteError) -> None:
    """Let the supervisors know of an envelope that was not taken in. ``device``: one that is known, or none."""
    code = error.code if error.code.startswith(alerts.ENVELOPE) else alerts.UNREADABLE
    with central.transaction(tenant) as connection:
        alerts.met(connection, tenant, device, code, central.clock.now_ms())


def _append(central: Central, device: Device, envelope: Envelope, refused: str) -> Pushed:
    batch = unpack(open_sealed(envelope, central.keys.intake()))
    if not _as_labelled(batch, envelope):
        raise InputError("envelope.label")
    return syncing.push(central, device, batch, refused=refused)


def _author(central: Central, tenant: int, envelope: Envelope) -> tuple[Device, str]:
    """Return the device that wrote, revoked ones too, and the code with which all of it is parked, empty for none."""
    if envelope.label.tenant != tenant:
        raise InputError("envelope.other_organisation")
    with central.transaction(tenant) as connection:
        device = people.device(connection, tenant, envelope.label.device)
        if device is None or device.kind != "agent" or device.account is None:
            raise InputError("envelope.unknown_device")
        employed = people.agent_office(connection, tenant, device.account) is not None
    if not signed_by(envelope, device.public_key):
        raise InputError("envelope.signature")
    return device, device.closed or ("" if device.revoked_ms is None and employed else REVOKED)


def _as_labelled(batch: SignedBatch, envelope: Envelope) -> bool:
    label = envelope.label
    last_seq = batch.first_seq + len(batch.events.record) - 1
    return (batch.tenant, batch.device, batch.incarnation, batch.first_seq, last_seq) == (
        label.tenant,
        label.device,
        label.incarnation,
        label.first_seq,
        label.last_seq,
    )


def _backed_up(central: Central, device: Device, envelope: Envelope, receipt: Receipt) -> Receipt | None:
    held = {receipt.incarnation: 0}
    found = central.backups.receipts(device.tenant, device.device, receipt.stream, held)
    return next((each for each in found if covers(each, envelope)), None)


def _refusal(tenant: int, raw: bytes, error: EstafetteError) -> EnvelopeAnswer:
    details = {name: str(value) for name, value in error.details.items()}
    return EnvelopeAnswer(Envelope.name_of(raw), tenant, error.code, details)


def _signed(central: Central, answer: EnvelopeAnswer) -> EnvelopeAnswer:
    return msgspec.structs.replace(answer, signature=central.keys.service().sign(answer_bytes(answer)).hex())


def counted(answers: Sequence[EnvelopeAnswer]) -> tuple[int, int]:
    """Return how many envelopes were taken in, and how many not."""
    taken = sum(answer.pushed is not None for answer in answers)
    return taken, len(answers) - taken
