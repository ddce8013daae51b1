"""Holding the service to kept roots of other days (``serve root``) from a device: by its proofs, not its database."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cases.errors import InputError
from cases.signatures import signature_holds
from cases.treelog import INCONSISTENT, Evidence, RootLine, TreeHead, follows, head_signed, root_bytes
from cases.views import Identity
from cases.workspace import Workspace
from sync.client import CentralClient
from sync.messages import Exchange
from sync.proving import check_tree

HOLDS, OTHER, ENDED, UNSIGNED, LATER = "holds", "other", "ended", "unsigned", "later"
"""The log still begins so; it does not, which raises the alarm; a restore ended that epoch; not this service's word, or
another organisation's; the service has no head to show now."""
_decode = msgspec.json.Decoder(RootLine).decode


def check_roots(workspace: Workspace, client: CentralClient, texts: Iterable[bytes]) -> list[dict[str, object]]:
    """Return of each line its number, its day and size where they can be read, and what it turned out to be.

    Raises:
        InputError: ``enrol.needed``. NetworkFault, NotPermittedError, RejectedError: the service could not be asked.
    """
    identity = workspace.identity
    if identity is None:
        raise InputError("enrol.needed")
    client.handshake()
    found: list[dict[str, object]] = []
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        line = _read(text, identity)
        if line is None:
            found.append({"line": number, "finding": UNSIGNED})
            continue
        finding = _finding(workspace, client, identity, line)
        found.append({"line": number, "date": line.date, "size": line.size, "finding": finding})
    return found


def _read(text: bytes, identity: Identity) -> RootLine | None:
    """Return a line that the pinned service has signed about this organisation, None for any other."""
    try:
        line = _decode(text)
    except (ValueError, RecursionError):
        return None
    key = identity.service_key
    told = (line.tenant, line.service_key) == (identity.tenant, key)
    sound = told and signature_holds(key, root_bytes(line), line.seal) and head_signed(_head(line), key)
    return line if sound else None


def _finding(workspace: Workspace, client: CentralClient, identity: Identity, line: RootLine) -> str:
    reply = client.exchange(msgspec.json.encode(Exchange({}, tree=line.size)))
    check_tree(reply, identity)
    if reply.tree is None:
        return LATER
    kept, shown = _head(line), reply.tree
    if follows(kept, shown.head, shown.proof):
        return HOLDS
    if kept.epoch < shown.head.epoch:
        return ENDED
    workspace.note_evidence(
        Evidence(INCONSISTENT, reply.time, identity.service_key, kept, shown.head, list(shown.proof))
    )
    return OTHER


def _head(line: RootLine) -> TreeHead:
    return TreeHead(line.tenant, line.epoch, line.size, line.root, line.time, line.signature)
