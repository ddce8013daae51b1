"""Exports a case with everything that proves it: the lines that ``cases.verify`` checks without us."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases import merkle, tiles
from cases.errors import InputError
from cases.events import Header, RecordType
from cases.verify import (
    FORMAT,
    DeviceLine,
    EndLine,
    EventLine,
    HeadLine,
    LeafLine,
    Line,
    LinkLine,
    LogLine,
    Start,
    end_bytes,
    line_bytes,
    line_digest,
    line_name,
)
from central.batches import HEADER_VERSION
from central.context import Central
from central.database import log as event_log
from central.database import tree as receipt_log
from central.database.client import Connection
from central.database.sessions import Begun
from central.keys import public_hex
from central.storage import IssuedReceipt
from central.tree import head_of

log = logging.getLogger("estafette.central.exporting")

EVENTS_AT_A_TIME = 500


@dataclass(frozen=True)
class Chain:
    """Where one device's chain touches a record: its first and last events there."""

    device: str
    incarnation: int
    public_key: str
    first_seq: int
    last_seq: int


def export_case(central: Central, connection: Connection, tenant: int, case: str) -> bytes:
    """Return the case's whole chain of events as JSON lines, signed at the end.

    Raises:
        InputError: ``case.unknown``.
    """
    chains = event_log.chains_of(connection, Chain, tenant, case)
    if not chains:
        raise InputError("case.unknown")
    service_key = central.keys.service()
    written = _Written()
    written.add(Start(FORMAT, tenant, RecordType.CASE, case, public_hex(service_key)))
    keys = {chain.device: chain.public_key for chain in chains}
    for device, key in sorted(keys.items()):
        written.add(DeviceLine(device, key))
    heads: list[HeadLine] = []
    for chain in chains:
        over = event_log.heads_over(connection, HeadLine, tenant, chain.device, chain.incarnation, case)
        last_seq = max((head.last_seq for head in over), default=chain.last_seq)
        for line in itertools.chain(_segment(connection, tenant, case, chain, last_seq), over):
            written.add(line)
        heads += over
    try:
        for line in _logged(connection, tenant, heads):
            written.add(line)
    except KeyError:
        # The chains prove the events without it; that nothing is said of the log is seen by who checks.
        log.warning("the log of receipts is damaged tenant=%s", tenant)
    end = EndLine(written.listed, service_key.sign(end_bytes(written.listed)).hex())
    return b"\n".join([*written.lines, line_bytes(end), b""])


class _Written:
    """The lines as they are sent, each written as soon as it is known: what it was made of is held no longer."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.listed: list[tuple[str, str]] = []

    def add(self, line: Line) -> None:
        data = line_bytes(line)
        self.lines.append(data)
        self.listed.append((line_digest(data), line_name(line)))


def _logged(connection: Connection, tenant: int, heads: Sequence[HeadLine]) -> list[Line]:
    """Return where the batches' receipts stand in the log of receipts, and its head; those that wait are left out."""
    epoch, state = receipt_log.tree(Begun(connection), tenant)
    if state.epoch != epoch:
        return []
    read = tiles.reader(lambda wanted: receipt_log.tiles(connection, tenant, list(wanted)))
    lines: list[Line] = []
    for device, incarnation in dict.fromkeys((head.device, head.incarnation) for head in heads):
        bounds = [
            (head.first_seq, head.last_seq)
            for head in heads
            if (head.device, head.incarnation) == (device, incarnation)
        ]
        for receipt, leaf in receipt_log.leaves_over(connection, tenant, device, incarnation, bounds):
            if leaf < state.size:
                proof = [each.hex() for each in merkle.inclusion(leaf, state.size, read)]
                lines.append(_leaf_line(receipt, leaf, proof))
    return [*lines, LogLine(head_of(tenant, state))]


def _leaf_line(receipt: IssuedReceipt, leaf: int, proof: list[str]) -> LeafLine:
    return LeafLine(
        receipt.device,
        receipt.incarnation,
        receipt.seq,
        receipt.stream,
        receipt.central_seq,
        receipt.epoch,
        receipt.received_ms,
        leaf,
        proof,
    )


def _segment(connection: Connection, tenant: int, case: str, chain: Chain, last_seq: int) -> Iterator[Line]:
    """Yield a stretch of a chain, some events at a time: between two of one case may lie thousands."""
    for first in range(chain.first_seq, last_seq + 1, EVENTS_AT_A_TIME):
        last = min(first + EVENTS_AT_A_TIME - 1, last_seq)
        for row in event_log.segment(connection, tenant, chain.device, chain.incarnation, first, last, case):
            yield _line(tenant, chain, case, row)


def _line(tenant: int, chain: Chain, case: str, row: event_log.Stored) -> Line:
    header = Header(
        HEADER_VERSION,
        tenant,
        chain.device,
        chain.incarnation,
        row.seq,
        row.prev,
        row.agent,
        row.record_type,
        row.record_id,
        row.kind,
        row.base,
        row.time_ms,
        row.digest,
    )
    if row.record_id != case:
        # Somebody else's event: its header holds the chain together, its body is none of this export's business.
        return LinkLine(header)
    text, data = _text(row.body)
    salt = row.salt.hex() if row.salt is not None else None
    return EventLine(header, text, salt, row.central_seq, row.state, row.code, data)


def _text(body: bytes | None) -> tuple[str | None, str | None]:
    """Return a body as text, or as hexadecimal digits when it is none."""
    if body is None:
        return None, None
    try:
        return body.decode("utf-8"), None
    except UnicodeDecodeError:
        return None, body.hex()
