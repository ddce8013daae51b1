"""What the console and the portal read."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from cases import beside, merge, tracking, workflow
from cases.errors import InputError
from cases.events import Kind
from cases.merge import FieldHead, RecordState
from central.database import log as event_log
from central.database.client import Connection
from central.database.records import fold
from central.database.rows import rows
from central.database.scope import CITIZEN_OF_CASE
from central.records import (
    COUNTED_MAX,
    CaseView,
    ContestedField,
    ContestedValue,
    Decision,
    HistoryEntry,
    Hold,
    ParkedRow,
    PortalCase,
    QueueRow,
)
from sync.messages import NUMBER_MAX

QUEUE_LIMIT_MAX = 200


class Order(enum.Enum):
    """In which order cases are listed; ties go by identity, so that every page has one place.

    LONGEST_WAITING: since they were handed in (drafts: since their last change), the oldest first.
    LAST_ACTIVE: by the last thing that happened to them, the newest first.
    """

    LONGEST_WAITING = enum.auto()
    LAST_ACTIVE = enum.auto()

    @property
    def start(self) -> int:
        """A time before the first row of this order."""
        return -1 if self is Order.LONGEST_WAITING else NUMBER_MAX


_DEFAULT_STATES = tuple(state.value for state in workflow.State if state != workflow.State.DRAFT)
_WRITTEN = Mapping[str, object]
_decode = msgspec.json.Decoder(dict[str, object]).decode

_SHOWN = """
select c.case_id, c.tracking_code, c.procedure_id, c.procedure_version,
    trim(coalesce(p.given_names, '') || ' ' || coalesce(p.family_name, '')), o.name, coalesce(a.name, ''), c.state,
    c.submitted_ms, c.updated_ms, c.contested,
"""
_LINE = f"{_SHOWN} coalesce(c.submitted_ms, c.updated_ms) || '-' || c.case_id"
_ACTIVE_LINE = f"{_SHOWN} c.updated_ms || '-' || c.case_id"
_PEOPLE = f"""
join estafette.office o on o.tenant_id = c.tenant_id and o.office_id = c.office_id
{CITIZEN_OF_CASE}left join estafette.account a on a.tenant_id = c.tenant_id and a.account_id = c.agent
"""
_ORDER = "order by coalesce(c.submitted_ms, c.updated_ms), c.case_id limit %(limit)s"
_ACTIVE_ORDER = "order by c.updated_ms desc, c.case_id desc limit %(limit)s"

# Of each state only as many as are shown, in the order of its index: what a page costs does not grow with the log.
_QUEUE = f"""
{_LINE}
from unnest(%(states)s::text[]) as w (state)
cross join lateral (
    (select * from estafette.case_file h where h.tenant_id = %(tenant)s and h.state = w.state
        and h.submitted_ms is not null and (%(office)s::text is null or h.office_id = %(office)s)
        and (h.submitted_ms, h.case_id) > (%(after_ms)s::bigint, %(after_case)s::text)
        order by h.submitted_ms, h.case_id limit %(limit)s)
    union all
    (select * from estafette.case_file h where h.tenant_id = %(tenant)s and h.state = w.state
        and h.submitted_ms is null and (%(office)s::text is null or h.office_id = %(office)s)
        and (h.updated_ms, h.case_id) > (%(after_ms)s::bigint, %(after_case)s::text)
        order by h.updated_ms, h.case_id limit %(limit)s)
) c
{_PEOPLE}
{_ORDER}
"""

_ACTIVE = f"""
{_ACTIVE_LINE}
from unnest(%(states)s::text[]) as w (state)
cross join lateral (
    select * from estafette.case_file h where h.tenant_id = %(tenant)s and h.state = w.state
        and (%(office)s::text is null or h.office_id = %(office)s)
        and (h.updated_ms, h.case_id) < (%(after_ms)s::bigint, %(after_case)s::text)
    order by h.updated_ms desc, h.case_id desc limit %(limit)s
) c
{_PEOPLE}
{_ACTIVE_ORDER}
"""

_SEARCHED = "(p.search_text like %(like)s or c.tracking_code = nullif(%(code)s, ''))"
_FOUND = f"""
{_LINE}
from estafette.case_file c
{_PEOPLE}
where c.tenant_id = %(tenant)s and c.state = any(%(states)s)
    and (%(office)s::text is null or c.office_id = %(office)s) and {_SEARCHED}
    and (coalesce(c.submitted_ms, c.updated_ms), c.case_id) > (%(after_ms)s::bigint, %(after_case)s::text)
{_ORDER}
"""
_FOUND_ACTIVE = f"""
{_ACTIVE_LINE}
from estafette.case_file c
{_PEOPLE}
where c.tenant_id = %(tenant)s and c.state = any(%(states)s)
    and (%(office)s::text is null or c.office_id = %(office)s) and {_SEARCHED}
    and (c.updated_ms, c.case_id) < (%(after_ms)s::bigint, %(after_case)s::text)
{_ACTIVE_ORDER}
"""

_MANY = """
select w.state, n.cases from unnest(%(states)s::text[]) as w (state)
cross join lateral (
    select count(*) as cases from (
        select 1 from estafette.case_file c where c.tenant_id = %(tenant)s and c.state = w.state
            and (%(office)s::text is null or c.office_id = %(office)s) limit %(limit)s
    ) as found
) n where n.cases > 0
"""

_COUNTS = f"""
select c.state, count(*) from estafette.case_file c
{CITIZEN_OF_CASE}
where c.tenant_id = %(tenant)s and (%(office)s::text is null or c.office_id = %(office)s)
    and (c.tracking_code = nullif(%(code)s, '') or p.search_text like %(like)s)
group by c.state
"""

_CASE = f"""
select s.head, r.state, r.central_seq, c.procedure_id, c.procedure_version, coalesce(p.citizen_id, ''),
    c.tracking_code, c.office_id, o.name, coalesce(a.name, ''), c.submitted_ms, c.created_ms,
    (select count(*) from estafette.event e join estafette.parked k on k.tenant_id = e.tenant_id
        and k.stream_id = e.stream_id and k.central_seq = e.central_seq
     where e.tenant_id = c.tenant_id and e.record_id = c.case_id and k.settled_ms is null), c.stream_id
from estafette.case_file c
join estafette.stream s on s.tenant_id = c.tenant_id and s.stream_id = c.stream_id
join estafette.record_state r on r.tenant_id = c.tenant_id and r.record_type = 'case' and r.record_id = c.case_id
join estafette.office o on o.tenant_id = c.tenant_id and o.office_id = c.office_id
{CITIZEN_OF_CASE}left join estafette.account a on a.tenant_id = c.tenant_id and a.account_id = c.agent
where c.tenant_id = %s and c.case_id = %s
"""

_HISTORY = """
select e.device_id || '.' || e.incarnation || '.' || e.seq, e.kind, coalesce(a.name, ''),
    least(e.time_ms, e.received_ms), e.received_ms, e.central_seq, e.state, e.code, e.body, d.kind
from estafette.event e
join estafette.device d on d.tenant_id = e.tenant_id and d.device_id = e.device_id
left join estafette.account a on a.tenant_id = e.tenant_id and a.account_id = e.agent
where e.tenant_id = %s and e.record_id = %s and (%s::text is null or e.kind = %s) order by e.central_seq
"""

_RECENT = f"""
{_HISTORY.partition(" and (%s::text is null")[0]} and (%s::text[] is null or e.kind = any(%s)) and e.central_seq < %s
order by e.central_seq desc limit %s
"""

_STATES_REACHED = """
select record_id, received_ms, body from estafette.event
where tenant_id = %s and record_id = any(%s) and kind = 'status' and state <> 'parked' order by central_seq
"""

_PARKED = """
select e.device_id || '.' || e.incarnation || '.' || e.seq, e.record_type, e.record_id, k.code, k.details,
    coalesce(a.name, ''), k.parked_ms
from estafette.parked k
join estafette.event e on e.tenant_id = k.tenant_id and e.stream_id = k.stream_id and e.central_seq = k.central_seq
left join estafette.account a on a.tenant_id = e.tenant_id and a.account_id = e.agent
where k.tenant_id = %s and k.settled_ms is null order by k.parked_ms desc, k.central_seq limit 500
"""


def open_parked(connection: Connection, tenant: int, stream: str, numbers: Sequence[int]) -> int:
    """Return how many of these events of a stream are parked and wait for a person still."""
    found = connection.execute(
        "select count(*) from estafette.parked"
        " where tenant_id = %s and stream_id = %s and central_seq = any(%s) and settled_ms is null",
        [tenant, stream, list(numbers)],
    ).fetchone()
    return int(found[0]) if found is not None else 0


def queue(
    connection: Connection,
    tenant: int,
    *,
    states: Sequence[str] = (),
    search: str = "",
    office: str | None = None,
    limit: int = 50,
    after: str | None = None,
    order: Order = Order.LONGEST_WAITING,
) -> list[QueueRow]:
    """Return a page of cases in ``order``; the next page goes on where it ended, whatever moved meanwhile.

    Args:
        states: only these; everything but drafts when empty.
        search: part of the citizen's name, accents forgiven, or a tracking code in any writing.
        after: ``after`` of the last row of the page before.
    """
    after_ms, _, after_case = (after or "").partition("-")
    arguments = {
        "tenant": tenant,
        "states": list(states or _DEFAULT_STATES),
        "office": office,
        **_searched(search),
        "after_ms": int(after_ms) if after_ms.isascii() and after_ms.isdigit() and len(after_ms) < 18 else order.start,
        "after_case": after_case,
        "limit": max(1, min(limit, QUEUE_LIMIT_MAX)),
    }
    if order is Order.LAST_ACTIVE:
        found = rows(connection, QueueRow, _FOUND_ACTIVE if arguments["search"] else _ACTIVE, arguments)
    else:
        found = rows(connection, QueueRow, _FOUND if arguments["search"] else _QUEUE, arguments)
    holds = _holds(connection, tenant, [each.case for each in found])
    return [replace(each, holds=holds.get(each.case, ())) for each in found]


def _holds(connection: Connection, tenant: int, cases: Sequence[str]) -> dict[str, tuple[Hold, ...]]:
    """Return when each case waited for information. By our clock of arrival: a device's clock may be wrong."""
    found: dict[str, list[Hold]] = {}
    for case, received_ms, data in connection.execute(_STATES_REACHED, [tenant, list(cases)]).fetchall():
        body = _body(data)
        if body is None or "to" not in body:
            continue
        holds = found.setdefault(str(case), [])
        waiting = bool(holds) and holds[-1].until_ms is None
        asked = body["to"] == workflow.State.NEEDS_INFORMATION
        if asked and not waiting:
            holds.append(Hold(received_ms, None))
        elif waiting and not asked:
            holds[-1] = replace(holds[-1], until_ms=received_ms)
    return {case: tuple(holds) for case, holds in found.items()}


def _searched(search: str) -> dict[str, str]:
    """Return the arguments of a search: what is typed means itself, wildcards included."""
    plain = fold(search)
    like = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"search": plain, "like": f"%{like}%", "code": _tracking_text(search)}


def _tracking_text(text: str) -> str:
    try:
        return tracking.normalise(text)
    except InputError:
        return ""


def queue_counts(connection: Connection, tenant: int, office: str | None = None, *, search: str = "") -> dict[str, int]:
    """Return how many cases are in each state, of one office or of all; with ``search`` only those it finds.

    Without a search no state is counted past ``COUNTED_MAX`` + 1: whoever sees so many does not need to know how many.
    """
    searched = _searched(search)
    states, limit = [state.value for state in workflow.State], COUNTED_MAX + 1
    arguments = {"tenant": tenant, "office": office, "states": states, "limit": limit, **searched}
    found = connection.execute(_COUNTS if searched["search"] else _MANY, arguments).fetchall()
    return {str(state): int(count) for state, count in found}


def case_view(connection: Connection, tenant: int, case: str) -> CaseView | None:
    """Return a case as merged, None when there is no such case; without its citizen where that is another office's.

    Its head comes from the same statement as its state: ``base`` never claims to have seen more than is shown.
    """
    found = connection.execute(_CASE, [tenant, case]).fetchone()
    if found is None:
        return None
    head, blob, last_seq, procedure, version, citizen, code, office, office_name, agent_name, submitted, created = (
        found[:12]
    )
    state = merge.from_json(bytes(blob))
    shown = merge.show(state)
    when = _Times(connection, tenant, found[13], state, shown.contested)
    names = _names(connection, tenant, state)
    state_head = _head(state, merge.STATE)
    return CaseView(
        case=case,
        procedure=procedure,
        procedure_version=version,
        citizen=citizen,
        citizen_fields=_citizen_fields(connection, tenant, citizen),
        state=shown.values.get(merge.STATE) or workflow.State.DRAFT.value,
        answers={name: value for name, value in shown.values.items() if name.startswith("/")},
        fields={
            name: value for name, value in shown.values.items() if not name.startswith("/") and name != merge.STATE
        },
        contested=tuple(_contested(name, state, names, when) for name in shown.contested),
        base=head,
        last_seq=last_seq,
        tracking_code=code,
        office=office,
        office_name=office_name,
        agent_name=agent_name,
        submitted_ms=submitted,
        state_since_ms=when.of(state_head) if state_head is not None else created,
        message=_beside(state, merge.MESSAGE, state_head),
        decision=_decision(state, state_head, names, when),
        parked=found[12],
        holds=_holds(connection, tenant, [case]).get(case, ()),
        proposals=beside.proposals(state, names),
        notices=beside.notices(state, names),
        merged=state,
    )


def _head(state: RecordState, name: str) -> FieldHead | None:
    known = state.fields.get(name)
    return known.heads[0] if known is not None and known.heads else None


def _beside(state: RecordState, name: str, state_head: FieldHead | None) -> str:
    """Return what came with the shown state: words of an earlier change of state are not those of this one."""
    head = _head(state, name)
    if head is None or state_head is None or head.event != state_head.event:
        return ""
    return head.value or ""


class _Times:
    """When the shown heads of a case were written, never after they came: a desk's clock may be years ahead."""

    def __init__(
        self, connection: Connection, tenant: int, stream: str, state: RecordState, contested: Sequence[str]
    ) -> None:
        shown = [state.fields[name] for name in (merge.STATE, *contested) if name in state.fields]
        numbers = sorted({head.central_seq for field in shown for head in field.heads if head.central_seq is not None})
        self._received = event_log.received(connection, tenant, stream, numbers)

    def of(self, head: FieldHead) -> int:
        return min(head.time, self._received.get(head.central_seq or 0, head.time))


def _decision(state: RecordState, head: FieldHead | None, names: Mapping[str, str], when: _Times) -> Decision | None:
    if head is None or head.value not in workflow.DECISIONS:
        return None
    return Decision(head.value, _beside(state, merge.REASONS, head), names.get(head.agent, ""), when.of(head))


def _contested(name: str, state: RecordState, names: Mapping[str, str], when: _Times) -> ContestedField:
    heads = state.fields[name].heads
    return ContestedField(
        name, tuple(ContestedValue(h.value, str(h.event), names.get(h.agent, ""), when.of(h)) for h in heads)
    )


def _names(connection: Connection, tenant: int, state: RecordState) -> dict[str, str]:
    people = sorted({head.agent for known in state.fields.values() for head in known.heads})
    found = connection.execute(
        "select account_id, name from estafette.account where tenant_id = %s and account_id = any(%s)",
        [tenant, people],
    ).fetchall()
    return {str(account): str(name) for account, name in found}


def _citizen_fields(connection: Connection, tenant: int, citizen: str) -> dict[str, str | None]:
    found = connection.execute(
        "select state from estafette.record_state where tenant_id = %s and record_type = 'citizen' and record_id = %s",
        [tenant, citizen],
    ).fetchone()
    return dict(merge.show(merge.from_json(bytes(found[0]))).values) if found else {}


def history(connection: Connection, tenant: int, record: str, kind: str | None = None) -> list[HistoryEntry]:
    """Return every event of a record in central's order, parked ones too; with ``kind`` those of one kind."""
    found = connection.execute(_HISTORY, [tenant, record, kind, kind]).fetchall()
    return [HistoryEntry(*(*entry[:8], _body(entry[8]), entry[9])) for entry in found]


def recent_history(
    connection: Connection, tenant: int, record: str, *, before: int, limit: int, kinds: Sequence[str] | None = None
) -> list[HistoryEntry]:
    """Return the newest events of a record, in central's order: at most ``limit``, those of some kinds or all.

    Args:
        before: only events with a smaller central number.
    """
    asked = list(kinds) if kinds is not None else None
    found = connection.execute(_RECENT, [tenant, record, asked, asked, before, limit]).fetchall()
    return [HistoryEntry(*(*entry[:8], _body(entry[8]), entry[9])) for entry in reversed(found)]


def _body(data: Any) -> _WRITTEN | None:
    if data is None:
        return None
    try:
        return _decode(bytes(data))
    except (ValueError, RecursionError):
        return None


def parked(connection: Connection, tenant: int) -> list[ParkedRow]:
    """Return the events that wait for a person, newest first."""
    found = connection.execute(_PARKED, [tenant]).fetchall()
    return [ParkedRow(*(*entry[:4], _details(entry[4]), *entry[5:])) for entry in found]


def _details(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str])


def case_by_tracking(connection: Connection, tenant: int, code: str) -> str | None:
    """Return the case of a tracking code in any writing; None when there is none."""
    found = connection.execute(
        "select case_id from estafette.tracking where tenant_id = %s and code = %s", [tenant, _tracking_text(code)]
    ).fetchone()
    return str(found[0]) if found else None


def portal_case(connection: Connection, tenant: int, case: str) -> PortalCase | None:
    """Return what the holder of the case's tracking code may see."""
    view = case_view(connection, tenant, case)
    if view is None:
        return None
    title = connection.execute(
        "select title from estafette.procedure_version where tenant_id = %s and procedure_id = %s and version = %s",
        [tenant, view.procedure, view.procedure_version],
    ).fetchone()
    tenant_name = connection.execute("select name from estafette.tenant where tenant_id = %s", [tenant]).fetchone()
    return PortalCase(
        tenant_name=str(tenant_name[0]) if tenant_name else "",
        office_name=view.office_name,
        procedure=view.procedure,
        procedure_version=view.procedure_version,
        procedure_title=msgspec.json.decode(title[0], type=dict[str, str]) if title else {},
        state=view.state,
        submitted_ms=view.submitted_ms,
        state_since_ms=view.state_since_ms,
        message=view.message,
        reasons=view.decision.reasons if view.decision else "",
        decided_ms=view.decision.time_ms if view.decision else None,
        steps=_steps(history(connection, tenant, case, Kind.STATUS)),
        holds=view.holds,
    )


def _steps(entries: Sequence[HistoryEntry]) -> tuple[tuple[str, int], ...]:
    reached = [
        (str(entry.body["to"]), entry.time_ms)
        for entry in entries
        if entry.kind == Kind.STATUS and entry.state != "parked" and entry.body is not None and "to" in entry.body
    ]
    return tuple(sorted(reached, key=lambda step: step[1]))
