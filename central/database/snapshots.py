"""Records whole: for snapshots, for a move, for an audit; and the snapshots that were built."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from cases.errors import RejectedError
from central.database.client import WHOLE_STREAM, Connection
from central.storage import KeptSnapshot, StoredRecord
from sync.messages import ChunkEntry

_COLUMNS = (
    "select r.record_type, r.record_id, r.state, r.central_seq, r.created_ms, r.updated_ms, r.submitted_ms, r.agent,"
    " r.stream_id from estafette.record_state r"
)
_SHARED = (
    " join estafette.shared_record h on h.tenant_id = r.tenant_id and h.record_type = r.record_type"
    " and h.record_id = r.record_id and h.stream_id = %(stream)s"
)
_OF_STREAM = " where r.tenant_id = %(tenant)s and r.stream_id = %(stream)s"
_OF_TENANT = " where r.tenant_id = %(tenant)s"
_STORED = (
    f"{_COLUMNS}{_OF_STREAM} and r.record_id = any(%(ids)s)"
    f" union all {_COLUMNS}{_SHARED}{_OF_TENANT} and r.record_id = any(%(ids)s)"
)
_ENDING = (
    f"{_COLUMNS}{_OF_STREAM} and right(r.record_id, 2) = any(%(endings)s)"
    f" union all {_COLUMNS}{_SHARED}{_OF_TENANT} and right(r.record_id, 2) = any(%(endings)s)"
)
# A citizen goes with the agent of one of the cases, so that each agent's own work stands together.
_ALL = """
with of_citizen as (
    select c.citizen_id, min(c.agent) as agent from estafette.case_file c
    where c.tenant_id = %(tenant)s and c.citizen_id <> '' group by c.citizen_id
), visible as (
    select r.* from estafette.record_state r where r.tenant_id = %(tenant)s and r.stream_id = %(stream)s
    union all
    select r.* from estafette.record_state r
    join estafette.shared_record h on h.tenant_id = r.tenant_id and h.record_type = r.record_type
        and h.record_id = r.record_id and h.stream_id = %(stream)s
    where r.tenant_id = %(tenant)s
)
select r.record_type, r.record_id, r.state, r.central_seq, r.created_ms, r.updated_ms, r.submitted_ms,
    case when r.record_type = 'citizen' then coalesce(o.agent, '') else r.agent end as whose, r.stream_id
from visible r
left join of_citizen o on r.record_type = 'citizen' and o.citizen_id = r.record_id
order by whose, r.record_type desc, r.record_id
"""
_encode_chunks = msgspec.json.Encoder().encode
_decode_chunks = msgspec.json.Decoder(list[tuple[ChunkEntry, list[str]]]).decode


def standing(connection: Connection, tenant: int, stream: str) -> tuple[int, int]:
    """See ``central.storage.Transaction.standing``."""
    found = connection.execute(
        "select t.epoch, s.head from estafette.stream s join estafette.tenant t on t.tenant_id = s.tenant_id"
        " where s.tenant_id = %s and s.stream_id = %s",
        [tenant, stream],
    ).fetchone()
    if found is None:
        raise RejectedError("push.no_stream")
    return int(found[0]), int(found[1])


def _in_one_instant(connection: Connection) -> None:
    """Let all that follows in this transaction see one snapshot. Nothing was read in it before."""
    connection.execute("set transaction isolation level repeatable read")


def stored(connection: Connection, tenant: int, stream: str, ids: Sequence[str]) -> list[StoredRecord]:
    """See ``central.storage.Transaction.stored``."""
    arguments = {"tenant": tenant, "stream": stream, "ids": list(ids)}
    found = connection.execute(_STORED, arguments, binary=True).fetchall()
    return [StoredRecord(*row) for row in found]


def agent_names(connection: Connection, tenant: int, agents: Collection[str]) -> dict[str, str]:
    """See ``central.storage.Transaction.agent_names``."""
    found = connection.execute(
        "select account_id, name from estafette.account where tenant_id = %s and account_id = any(%s)",
        [tenant, sorted(agents)],
    ).fetchall()
    return {str(agent): str(name) for agent, name in found}


def stored_ending(
    connection: Connection, tenant: int, stream: str, endings: Sequence[str]
) -> tuple[int, list[StoredRecord]]:
    """See ``central.storage.Transaction.stored_ending``."""
    _in_one_instant(connection)
    _epoch, head = standing(connection, tenant, stream)
    arguments = {"tenant": tenant, "stream": stream, "endings": list(endings)}
    found = connection.execute(_ENDING, arguments, binary=True).fetchall()
    return head, [StoredRecord(*row) for row in found]


def stored_all(connection: Connection, tenant: int, stream: str) -> tuple[int, int, Iterator[StoredRecord]]:
    """See ``central.storage.Transaction.stored_all``. The records are read as they are asked for."""
    _in_one_instant(connection)
    connection.execute(WHOLE_STREAM.settings("local").encode(), prepare=False)
    epoch, head = standing(connection, tenant, stream)
    return epoch, head, _all(connection, tenant, stream)


def _all(connection: Connection, tenant: int, stream: str) -> Iterator[StoredRecord]:
    with connection.cursor(name="snapshot", binary=True) as cursor:
        cursor.itersize = 2_000
        cursor.execute(_ALL, {"tenant": tenant, "stream": stream})
        for row in cursor:
            yield StoredRecord(*row)


def kept(connection: Connection, tenant: int, stream: str) -> KeptSnapshot | None:
    """See ``central.storage.Transaction.kept_snapshot``."""
    found = connection.execute(
        "select central_seq, epoch, made_ms, chunks from estafette.snapshot where tenant_id = %s and stream_id = %s"
        " order by epoch desc, central_seq desc limit 1",
        [tenant, stream],
    ).fetchone()
    if found is None:
        return None
    return KeptSnapshot(int(found[0]), int(found[1]), int(found[2]), _decode_chunks(found[3]))


def keep(
    connection: Connection,
    tenant: int,
    stream: str,
    snapshot: KeptSnapshot,
    chunks: Mapping[str, bytes],
    *,
    forget_ms: int,
) -> None:
    """See ``central.storage.Transaction.keep_snapshot``. A chunk in use is as old as its newest snapshot."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into estafette.snapshot_chunk (tenant_id, stream_id, hash, data, made_ms)"
            " values (%s, %s, %s, %b, %s)"
            " on conflict (tenant_id, stream_id, hash) do update set made_ms = excluded.made_ms",
            [(tenant, stream, name, data, snapshot.made_ms) for name, data in chunks.items()],
        )
    connection.execute(
        "insert into estafette.snapshot (tenant_id, stream_id, central_seq, epoch, made_ms, chunks)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (tenant_id, stream_id, epoch, central_seq)"
        " do update set made_ms = excluded.made_ms, chunks = excluded.chunks",
        [
            tenant,
            stream,
            snapshot.central_seq,
            snapshot.epoch,
            snapshot.made_ms,
            _encode_chunks(snapshot.chunks).decode(),
        ],
    )
    for statement in (
        "delete from estafette.snapshot_chunk where tenant_id = %s and stream_id = %s and made_ms < %s",
        "delete from estafette.snapshot where tenant_id = %s and stream_id = %s and made_ms < %s",
    ):
        connection.execute(statement, [tenant, stream, forget_ms])


def chunk(connection: Connection, tenant: int, stream: str, name: str) -> bytes | None:
    """See ``central.storage.Transaction.chunk``."""
    found = connection.execute(
        "select data from estafette.snapshot_chunk where tenant_id = %s and stream_id = %s and hash = %s",
        [tenant, stream, name],
        binary=True,
    ).fetchone()
    return bytes(found[0]) if found else None
