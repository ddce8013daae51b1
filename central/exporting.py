"""Exports a case with everything that proves it: the lines that ``cases.verify`` checks without us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.errors import InputError
from cases.events import Header, RecordType
from cases.verify import (
    FORMAT,
    DeviceLine,
    EndLine,
    EventLine,
    HeadLine,
    Line,
    LinkLine,
    Start,
    end_bytes,
    line_bytes,
    line_digest,
    line_name,
)
from central.batches import HEADER_VERSION
from central.context import Central
from central.database import log as event_log
from central.database.client import Connection
from central.keys import public_hex


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
    lines: list[Line] = [Start(FORMAT, tenant, RecordType.CASE, case, public_hex(service_key))]
    keys = {chain.device: chain.public_key for chain in chains}
    lines += [DeviceLine(device, key) for device, key in sorted(keys.items())]
    for chain in chains:
        heads = event_log.heads_over(connection, HeadLine, tenant, chain.device, chain.incarnation, case)
        last_seq = max((head.last_seq for head in heads), default=chain.last_seq)
        lines += _segment(connection, tenant, case, chain, last_seq)
        lines += heads
    written = [line_bytes(line) for line in lines]
    listed = [(line_digest(data), line_name(line)) for data, line in zip(written, lines, strict=True)]
    end = EndLine(listed, service_key.sign(end_bytes(listed)).hex())
    return b"\n".join([*written, line_bytes(end), b""])


def _segment(connection: Connection, tenant: int, case: str, chain: Chain, last_seq: int) -> Sequence[Line]:
    found = event_log.segment(connection, tenant, chain.device, chain.incarnation, chain.first_seq, last_seq)
    return [_line(tenant, chain, case, row) for row in found]


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
