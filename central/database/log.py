"""The append-only log: the hot path in, the pages out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cases.errors import RejectedError
from central.database.client import Connection
from central.database.rows import rows

T = TypeVar("T")


def lock_head(connection: Connection, tenant: int, stream: str) -> int:
    """Lock the stream's head row to the end of the transaction and return the head."""
    row = connection.execute(
        "select head from estafette.stream where tenant_id = %s and stream_id = %s for update", [tenant, stream]
    ).fetchone()
    if row is None:
        raise RejectedError("push.no_stream")
    return int(row[0])


def lock_chain(connection: Connection, tenant: int, device: str) -> tuple[int, int, str]:
    """Lock how far the console device's newest chain is held; return (incarnation, number, hash) of its last event.

    A restore from a backup opens a new incarnation: what came after the backup is known to others under the old one.
    """
    row = connection.execute(
        "select incarnation, seq, head from estafette.device_chain where tenant_id = %s and device_id = %s"
        " order by incarnation desc limit 1 for update",
        [tenant, device],
    ).fetchone()
    assert row is not None, "a console device is written with its chain"
    return int(row[0]), int(row[1]), str(row[2])


def heads(connection: Connection, tenant: int, streams: Sequence[str]) -> dict[str, int]:
    """Return the heads of these streams."""
    found = connection.execute(
        "select stream_id, head from estafette.stream where tenant_id = %s and stream_id = any(%s)",
        [tenant, list(streams)],
    ).fetchall()
    return {str(stream): int(head) for stream, head in found}


def received(connection: Connection, tenant: int, stream: str, numbers: Sequence[int]) -> dict[int, int]:
    """Return when these events came, by their central numbers."""
    found = connection.execute(
        "select central_seq, received_ms from estafette.event"
        " where tenant_id = %s and stream_id = %s and central_seq = any(%s)",
        [tenant, stream, list(numbers)],
    ).fetchall()
    return {int(number): int(received_ms) for number, received_ms in found}


@dataclass(frozen=True)
class Stored:
    """One event as it stands in the log."""

    seq: int
    prev: str
    agent: str
    record_type: str
    record_id: str
    kind: str
    base: int
    time_ms: int
    digest: str
    salt: bytes | None
    body: bytes | None
    central_seq: int
    state: str
    code: str


def chains_of(connection: Connection, shape: type[T], tenant: int, record: str) -> list[T]:
    """Return (device, incarnation, public key, first, last) of the chains that touch a record, the earliest first."""
    return rows(
        connection,
        shape,
        "select e.device_id, e.incarnation, d.public_key, min(e.seq), max(e.seq) from estafette.event e"
        " join estafette.device d on d.tenant_id = e.tenant_id and d.device_id = e.device_id"
        " where e.tenant_id = %s and e.record_id = %s and e.record_type = 'case'"
        " group by e.device_id, e.incarnation, d.public_key order by min(e.central_seq)",
        [tenant, record],
    )


def segment(
    connection: Connection, tenant: int, device: str, incarnation: int, first_seq: int, last_seq: int, record: str
) -> list[Stored]:
    """Return a stretch of one chain, in order; what was said of other records than one is not read."""
    return rows(
        connection,
        Stored,
        "select seq, prev, agent, record_type, record_id, kind, base, time_ms, digest,"
        " case when record_id = %s then salt end, case when record_id = %s then body end, central_seq, state, code"
        " from estafette.event where tenant_id = %s and device_id = %s and incarnation = %s"
        " and seq between %s and %s order by seq",
        [record, record, tenant, device, incarnation, first_seq, last_seq],
    )


def heads_over(
    connection: Connection, shape: type[T], tenant: int, device: str, incarnation: int, record: str
) -> list[T]:
    """Return (device, incarnation, first, last, head, signature) of the batches that hold events of a record."""
    return rows(
        connection,
        shape,
        "select distinct h.device_id, h.incarnation, h.first_seq, h.last_seq, h.head, h.signature"
        " from estafette.batch_head h"
        " where h.tenant_id = %s and h.device_id = %s and h.incarnation = %s and exists ("
        "  select 1 from estafette.event e where e.tenant_id = h.tenant_id and e.device_id = h.device_id"
        "  and e.incarnation = h.incarnation and e.seq between h.first_seq and h.last_seq and e.record_id = %s"
        "  and e.record_type = 'case') order by h.last_seq, h.first_seq",
        [tenant, device, incarnation, record],
    )
