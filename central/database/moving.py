"""Gives records to another stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from cases import merge
from cases.errors import InputError
from central.database.client import Connection
from central.database.rows import row
from central.storage import RecordMove

T = TypeVar("T")

_CHANGED = """
select h.record_type, h.record_id, r.central_seq from estafette.shared_record h
join estafette.record_state r on r.tenant_id = h.tenant_id and r.record_type = h.record_type
    and r.record_id = h.record_id
where h.tenant_id = %s and h.stream_id = %s and h.fed_seq <> r.central_seq
"""
_LEFT = """
select f.central_seq, f.record_id from estafette.feed f
where f.tenant_id = %s and f.stream_id = %s and f.way = 'leaves' and f.central_seq <= %s
    and not exists (select 1 from estafette.record_state r where r.tenant_id = f.tenant_id
        and r.record_type = f.record_type and r.record_id = f.record_id and r.stream_id = f.stream_id)
    and not exists (select 1 from estafette.shared_record h where h.tenant_id = f.tenant_id
        and h.record_type = f.record_type and h.record_id = f.record_id and h.stream_id = f.stream_id)
order by f.central_seq
"""
_FOREIGN = """
select r.record_id from estafette.record_state r
where r.tenant_id = %(tenant)s and r.record_type = 'citizen' and r.record_id = any(%(ids)s)
    and r.stream_id <> %(stream)s
    and not exists (select 1 from estafette.shared_record h where h.tenant_id = r.tenant_id
        and h.stream_id = %(stream)s and h.record_type = r.record_type and h.record_id = r.record_id)
    and not exists (select 1 from estafette.feed f where f.tenant_id = r.tenant_id and f.stream_id = %(stream)s
        and f.record_type = r.record_type and f.record_id = r.record_id)
"""
_FED_UP_TO = """
update estafette.stream set head = greatest(head, %s), fed = greatest(fed, %s) where tenant_id = %s and stream_id = %s
"""

_REHOME = """
update estafette.record_state set stream_id = %s, central_seq = %s, state = %s
where tenant_id = %s and record_type = %s and record_id = %s and stream_id = %s
"""
_FEED = """
insert into estafette.feed (tenant_id, stream_id, central_seq, record_type, record_id, way)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing
"""
_PROJECTIONS = (
    "update estafette.case_file c set stream_id = s.stream_id, office_id = s.office_id from estafette.stream s"
    " where s.tenant_id = %s and s.stream_id = %s and c.tenant_id = s.tenant_id and c.case_id = any(%s)",
    "update estafette.citizen c set stream_id = s.stream_id, office_id = s.office_id from estafette.stream s"
    " where s.tenant_id = %s and s.stream_id = %s and c.tenant_id = s.tenant_id and c.citizen_id = any(%s)",
)


_AROUND = """
select c.stream_id, c.citizen_id, p.stream_id, exists (
    select 1 from estafette.case_file o where o.tenant_id = c.tenant_id and o.citizen_id = c.citizen_id
        and o.citizen_id <> '' and o.stream_id = c.stream_id and o.case_id <> c.case_id)
from estafette.case_file c
left join estafette.record_state p on p.tenant_id = c.tenant_id and p.record_type = 'citizen'
    and p.record_id = c.citizen_id
where c.tenant_id = %s and c.case_id = %s
"""


def around(connection: Connection, shape: type[T], tenant: int, case: str) -> T | None:
    """Return (stream, citizen, the citizen's stream, whether the citizen has another case there) of a case."""
    return row(connection, shape, _AROUND, [tenant, case])


def stream_of(connection: Connection, tenant: int, office: str) -> str | None:
    """Return an office's stream."""
    found = connection.execute(
        "select stream_id from estafette.stream where tenant_id = %s and office_id = %s", [tenant, office]
    ).fetchone()
    return str(found[0]) if found else None


def unshare(
    connection: Connection, tenant: int, stream: str, record_type: str, record_id: str, *, left_seq: int
) -> None:
    """See ``central.storage.Transaction.unshare``."""
    done = connection.execute(
        "delete from estafette.shared_record where tenant_id = %s and stream_id = %s and record_type = %s"
        " and record_id = %s",
        [tenant, stream, record_type, record_id],
    )
    if done.rowcount:
        connection.execute(_FEED, [tenant, stream, left_seq, record_type, record_id, "leaves"])


def left(connection: Connection, tenant: int, stream: str, up_to: int) -> list[tuple[int, str]]:
    """See ``central.storage.Transaction.left``."""
    found = connection.execute(_LEFT, [tenant, stream, up_to]).fetchall()
    return [(int(number), str(record)) for number, record in found]


def entered(connection: Connection, tenant: int, stream: str, ids: Sequence[str]) -> set[str]:
    """See ``central.storage.Transaction.entered``."""
    found = connection.execute(
        "select distinct record_id from estafette.feed where tenant_id = %s and stream_id = %s and way = 'enters'"
        " and record_id = any(%s)",
        [tenant, stream, list(ids)],
    ).fetchall()
    return {str(record) for (record,) in found}


def foreign_citizens(connection: Connection, tenant: int, stream: str, citizens: Sequence[str]) -> set[str]:
    """See ``central.storage.Transaction.foreign_citizens``."""
    found = connection.execute(_FOREIGN, {"tenant": tenant, "stream": stream, "ids": list(citizens)}).fetchall()
    return {str(record) for (record,) in found}


def lent_changed(connection: Connection, tenant: int, stream: str) -> bool:
    """See ``central.storage.Transaction.lent_changed``."""
    return bool(connection.execute(f"{_CHANGED} limit 1", [tenant, stream]).fetchall())


def renew_lent(connection: Connection, tenant: int, stream: str) -> None:
    """See ``central.storage.Transaction.renew_lent``."""
    (head,) = lock_streams(connection, tenant, [stream]).values()
    changed = connection.execute(f"{_CHANGED} order by h.record_id", [tenant, stream]).fetchall()
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            _FEED,
            [
                (tenant, stream, number, record_type, record_id, "enters")
                for number, (record_type, record_id, _home_seq) in enumerate(changed, head + 1)
            ],
        )
        cursor.executemany(
            "update estafette.shared_record set fed_seq = %s where tenant_id = %s and stream_id = %s"
            " and record_type = %s and record_id = %s",
            [(home_seq, tenant, stream, record_type, record_id) for record_type, record_id, home_seq in changed],
        )
    connection.execute(_FED_UP_TO, [head + len(changed), head + len(changed), tenant, stream])


def lock_streams(connection: Connection, tenant: int, streams: Sequence[str]) -> dict[str, int]:
    """See ``central.storage.Transaction.lock_streams``.

    Raises:
        InputError: ``office.unknown``: one of them does not exist.
    """
    found = connection.execute(
        "select stream_id, head from estafette.stream where tenant_id = %s and stream_id = any(%s)"
        " order by stream_id for update",
        [tenant, list(streams)],
    ).fetchall()
    if len(found) != len(set(streams)):
        raise InputError("office.unknown")
    return {str(stream): int(head) for stream, head in found}


def move(
    connection: Connection, tenant: int, old: str, new: str, moves: Sequence[RecordMove], *, left_seq: int
) -> None:
    """See ``central.storage.Transaction.move``. Both streams are locked."""
    gone = [each for each in moves if not each.shared]
    with connection.cursor() as cursor:
        cursor.executemany(
            _REHOME,
            [(new, m.central_seq, merge.to_json(m.state), tenant, m.record_type, m.record_id, old) for m in gone],
        )
        feed = [(tenant, new, m.central_seq, m.record_type, m.record_id, "enters") for m in moves]
        feed += [(tenant, old, left_seq, m.record_type, m.record_id, "leaves") for m in gone]
        cursor.executemany(_FEED, feed)
    for statement, record_type in zip(_PROJECTIONS, ("case", "citizen"), strict=True):
        connection.execute(statement, [tenant, new, [m.record_id for m in gone if m.record_type == record_type]])
    for each in moves:
        key = [tenant, new, each.record_type, each.record_id]
        if each.shared:
            connection.execute(
                "insert into estafette.shared_record (tenant_id, stream_id, record_type, record_id, fed_seq)"
                " select %s, %s, r.record_type, r.record_id, r.central_seq from estafette.record_state r"
                " where r.tenant_id = %s and r.record_type = %s and r.record_id = %s on conflict do nothing",
                [tenant, new, tenant, each.record_type, each.record_id],
            )
        else:
            # Its numbers are another stream's from here on: who reads it elsewhere is told anew.
            connection.execute(
                "update estafette.shared_record set fed_seq = 0 where tenant_id = %s and record_type = %s"
                " and record_id = %s",
                [tenant, each.record_type, each.record_id],
            )
            connection.execute(
                "delete from estafette.shared_record where tenant_id = %s and stream_id = %s and record_type = %s"
                " and record_id = %s",
                key,
            )
    last = max(each.central_seq for each in moves)
    for stream, number in ((new, last), (old, left_seq)):
        connection.execute(_FED_UP_TO, [number, number, tenant, stream])
