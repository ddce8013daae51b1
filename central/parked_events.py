"""Parked events as a person decides about them: who wrote what, why it waits, and whether its record exists at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from cases import merge
from central.database.client import Connection

PAGE_EVENTS = 100
"""Shown at a time, the longest waiting first."""
_Name = tuple[str, int, int]
"""An event's device, incarnation and number."""
_decode = msgspec.json.Decoder(dict[str, object]).decode

# An act can be about a record that is another office's, which is often why it waits: of such a record its reader, a
# supervisor of one office, is told nothing.
_PARKED = """
select e.device_id || '.' || e.incarnation || '.' || e.seq, e.record_type, e.record_id, e.kind, k.code, k.details,
    coalesce(a.name, ''), o.office_id, o.name, least(e.time_ms, e.received_ms), k.parked_ms, e.body, s.head,
    r.record_id is not null, coalesce(trim(coalesce(p.given_names, '') || ' ' || coalesce(p.family_name, '')), ''),
    coalesce(c.case_id, (select min(f.case_id) from estafette.case_file f
        where f.tenant_id = e.tenant_id and e.record_type = 'citizen' and f.citizen_id = e.record_id
            and (%(reader)s::text is null or f.office_id = %(reader)s)), '')
from estafette.parked k
join estafette.event e on e.tenant_id = k.tenant_id and e.stream_id = k.stream_id and e.central_seq = k.central_seq
join estafette.stream s on s.tenant_id = k.tenant_id and s.stream_id = k.stream_id
join estafette.office o on o.tenant_id = s.tenant_id and o.office_id = s.office_id
left join estafette.account a on a.tenant_id = e.tenant_id and a.account_id = e.agent
left join estafette.record_state r
    on r.tenant_id = e.tenant_id and r.record_type = e.record_type and r.record_id = e.record_id
    and (%(reader)s::text is null or r.stream_id = e.stream_id)
left join estafette.case_file c
    on c.tenant_id = e.tenant_id and c.case_id = e.record_id and e.record_type = 'case'
    and (%(reader)s::text is null or c.office_id = %(reader)s)
left join estafette.citizen p on p.tenant_id = e.tenant_id
    and p.citizen_id = case when e.record_type = 'citizen' then e.record_id else c.citizen_id end
    and (%(reader)s::text is null or p.office_id = %(reader)s or exists (select 1 from estafette.shared_record h
        where h.tenant_id = e.tenant_id and h.record_type = 'citizen' and h.record_id = p.citizen_id
            and h.stream_id = e.stream_id))
where k.tenant_id = %(tenant)s and k.settled_ms is null and (%(office)s::text is null or o.office_id = %(office)s)
    and (%(device)s::text is null or (e.device_id = %(device)s and e.incarnation = %(incarnation)s and e.seq = %(seq)s))
    and (%(after_device)s::text is null or (k.parked_ms, k.central_seq, k.stream_id) > (
        select j.parked_ms, j.central_seq, j.stream_id from estafette.event v
        join estafette.parked j on j.tenant_id = v.tenant_id and j.stream_id = v.stream_id
            and j.central_seq = v.central_seq
        where v.tenant_id = %(tenant)s and v.device_id = %(after_device)s and v.incarnation = %(after_incarnation)s
            and v.seq = %(after_seq)s))
order by k.parked_ms, k.central_seq, k.stream_id limit %(limit)s
"""
_COUNT = """
select count(*) from estafette.parked k
join estafette.stream s on s.tenant_id = k.tenant_id and s.stream_id = k.stream_id
where k.tenant_id = %(tenant)s and k.settled_ms is null and (%(office)s::text is null or s.office_id = %(office)s)
"""


@dataclass(frozen=True)
class ParkedEvent:
    """One event that waits.

    Attributes:
        base: the head of its stream now: what an act that follows has seen.
        exists: whether its record holds anything yet that the reader may see.
        case: the case that it is about, or one of its citizen's; empty when there is none for the reader.
    """

    event: str
    record_type: str
    record_id: str
    kind: str
    code: str
    details: str
    agent_name: str
    office: str
    office_name: str
    time_ms: int
    parked_ms: int
    body: Mapping[str, object]
    base: int
    exists: bool
    citizen_name: str
    case: str

    @property
    def touched(self) -> dict[str, str | None]:
        """The fields that it writes."""
        return merge.touched(self.kind, self.body)

    def edited(self, values: Mapping[str, str]) -> dict[str, object]:
        """Return its body with other values for fields that it writes; an empty text clears one."""
        return {**self.body, **{name: values[name].strip() or None for name in self.touched if name in values}}


def parked_queue(
    connection: Connection, tenant: int, office: str | None, *, after: str = "", limit: int = PAGE_EVENTS
) -> list[ParkedEvent]:
    """Return the events that wait, of one office or of all, the longest waiting first.

    Args:
        after: the last event of the page before, which may have been settled since; empty for the first page.
    """
    return _read(connection, tenant, office=office, reader=office, after=_named(after), limit=limit)


def parked_count(connection: Connection, tenant: int, office: str | None) -> int:
    """Return how many events wait, of one office or of all."""
    found = connection.execute(_COUNT, {"tenant": tenant, "office": office}).fetchone()
    return int(found[0]) if found is not None else 0


def parked_event(connection: Connection, tenant: int, event: str, *, reader: str | None = None) -> ParkedEvent | None:
    """Return one event that waits, named device.incarnation.seq; None when none of that name does.

    Args:
        reader: the one office whose records may be told of; None for all.
    """
    name = _named(event)
    found = _read(connection, tenant, reader=reader, one=name) if name is not None else []
    return found[0] if found else None


def _named(event: str) -> _Name | None:
    device, _, rest = event.partition(".")
    incarnation, _, seq = rest.partition(".")
    if not (len(device) <= 64 and _number(incarnation, 9) and _number(seq, 16)):
        return None
    return device, int(incarnation), int(seq)


def _number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= digits


def _read(
    connection: Connection,
    tenant: int,
    *,
    office: str | None = None,
    reader: str | None = None,
    one: _Name | None = None,
    after: _Name | None = None,
    limit: int = 1,
) -> list[ParkedEvent]:
    nobody = (None, 0, 0)
    arguments = {
        "tenant": tenant,
        "office": office,
        "reader": reader,
        **dict(zip(("device", "incarnation", "seq"), one or nobody, strict=True)),
        **dict(zip(("after_device", "after_incarnation", "after_seq"), after or nobody, strict=True)),
        "limit": limit,
    }
    return [_event(row) for row in connection.execute(_PARKED, arguments).fetchall()]


def _event(row: tuple[Any, ...]) -> ParkedEvent:
    try:
        body = _decode(bytes(row[11])) if row[11] is not None else {}
    except ValueError:
        # It may wait exactly because nobody can read it: it can still be withdrawn.
        body = {}
    event, record_type, record_id, kind, code, details, agent, office, office_name, time_ms, parked_ms = row[:11]
    return ParkedEvent(
        event,
        record_type,
        record_id,
        kind,
        code,
        details,
        agent,
        office,
        office_name,
        time_ms,
        parked_ms,
        body,
        *row[12:16],
    )
