"""What a round counts, and its last phase: fetching the procedures that records refer to. See ``sync.exchanges``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cases import versions
from cases.errors import InputError, NetworkFault, NotPermittedError, RejectedError
from cases.events import Kind, decode_body
from cases.outbox import ACCEPTED, REPEATED
from cases.procedure_file import ID_PATTERN
from cases.snapshot import PackedRecord
from cases.verify import signature_holds
from cases.workspace import Workspace
from sync.client import CentralClient
from sync.columns import PageEvent
from sync.messages import (
    Receipt,
    Verdict,
    bundle_version,
    offer_fingerprint,
    receipt_bytes,
)
from sync.problems import AUTH, SERVICE_FAILED

RECEIPT_INVALID = "sync.receipt_invalid"
PAGE_INVALID = "sync.page_invalid"
FORK = "push.fork"
GAP = "push.gap"
CURSOR_AHEAD = "pull.cursor_ahead"
MANDATE_ENDED = "right.mandate_ended"
OFFICE_CHANGED = "right.office_changed"
BUNDLE_INVALID = "sync.bundle_invalid"
VERDICT_STATES = frozenset({"accepted", "merged", "contested", "parked"})
_HEADER_VERSION = 1
_VERSION_PATTERN = re.compile("[0-9a-f]{64}")


@dataclass
class Tally:
    """What a round has done so far; kept when a later phase fails."""

    ends: Counter[str] = field(default_factory=Counter)
    """Where the events that this round handed over ended, by state."""
    pushed: int = 0
    """Events that this round itself handed over."""
    pulled: int = 0
    procedures: int = 0
    mended: int = 0
    """Records that an audit found wrong."""
    capabilities: frozenset[str] | None = None
    """What the service says that it can do; None when it was not asked in this round."""
    restored: bool = False
    """Central came back from an older backup: what this device holds was made pending again."""
    wanted_procedures: set[tuple[str, str]] = field(default_factory=set)
    offers: str = ""
    """Fingerprint of the procedures on offer, when they were asked for."""
    refused_procedures: dict[tuple[str, str], str] = field(default_factory=dict)
    """Bundles that could not be had, and the code of why; asked for again once a case or the list names them again."""


def ends_of(verdicts: Iterable[Verdict]) -> Counter[str]:
    """Return how many events ended in each state. What central held already, from a copy, is accepted there."""
    return Counter(ACCEPTED if one.code == REPEATED else one.state for one in verdicts)


def receipt_signed(receipt: Receipt, service_key: str) -> bool:
    """Say whether the service with this raw Ed25519 key (hexadecimal) signed the receipt."""
    return signature_holds(service_key, receipt_bytes(receipt), receipt.signature)


def procedures_named(events: Iterable[PageEvent]) -> set[tuple[str, str]]:
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
        named |= {names for names in versions.named(body) if nameable(*names)}
    return named


def procedures_of(records: Iterable[PackedRecord]) -> set[tuple[str, str]]:
    """Return the procedure versions that cases use which came whole."""
    named: set[tuple[str, str]] = set()
    for record in records:
        named |= versions.named({name: record.state.value(name) for name in record.state.fields if name[:1] != "/"})
    return {names for names in named if nameable(*names)}


def nameable(procedure: str, version: str) -> bool:
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
    listed: set[tuple[str, str]] = set()
    if offered:
        listed = {(summary.id, summary.version) for summary in client.procedures()}
        tally.offers = offer_fingerprint(listed)
        listed = {names for names in listed if nameable(*names)}
        tally.wanted_procedures |= listed
    for procedure, version in sorted(tally.wanted_procedures):
        if not _held(workspace, procedure, version):
            refused = _fetch(workspace, client, procedure, version, newest=(procedure, version) in listed)
            if refused == SERVICE_FAILED:
                continue
            if refused:
                tally.refused_procedures[procedure, version] = refused
            else:
                tally.procedures += 1
        tally.wanted_procedures.discard((procedure, version))
    if listed:
        # One that a case alone asked for is not what new cases follow, nor one that central offers no more.
        workspace.procedures_offered(listed)


def _fetch(workspace: Workspace, client: CentralClient, procedure: str, version: str, *, newest: bool) -> str:
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
    workspace.store_procedure(procedure, version, bundle, newest=newest)
    return ""


def _held(workspace: Workspace, procedure: str, version: str) -> bool:
    try:
        workspace.procedure_bundle(procedure, version)
    except InputError:
        return False
    return True
