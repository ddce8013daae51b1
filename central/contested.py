"""Contested fields as a person settles them: every value with its author, time and what its author had seen.

The agents concerned are asked first; after the delay of the organisation's policy, in working days, the supervisor is.
Reads only; the acts are in ``central.settling``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cases import merge, reopening, workflow
from cases.clock import moment
from cases.events import EventId, Kind, RecordType
from cases.merge import FieldHead, RecordState
from cases.reopening import Brought, Written
from central.database.client import Connection
from central.database.scope import CITIZEN_OF_CASE

PAGE_CASES = 50
"""Shown at a time: each is read whole."""
_SATURDAY = 5
_decode = msgspec.json.Decoder(dict[str, object]).decode

_EVENTS = """
select e.device_id || '.' || e.incarnation || '.' || e.seq, e.kind, coalesce(a.name, ''), e.base, e.central_seq,
    least(e.time_ms, e.received_ms), e.received_ms, e.body
from estafette.event e
left join estafette.account a on a.tenant_id = e.tenant_id and a.account_id = e.agent
where e.tenant_id = %s and e.record_id = %s and e.record_type = %s and e.state <> 'parked' order by e.central_seq
"""
_STATE = "select state from estafette.record_state where tenant_id = %s and record_type = %s and record_id = %s"
_HERE = f"""
from estafette.case_file c
join estafette.office o on o.tenant_id = c.tenant_id and o.office_id = c.office_id
{CITIZEN_OF_CASE}cross join lateral (select p.contested > 0 and not exists (
    select 1 from estafette.case_file b
    where b.tenant_id = c.tenant_id and b.citizen_id = c.citizen_id
        and (%(office)s::text is null or b.office_id = %(office)s)
        and (b.updated_ms, b.case_id) < (c.updated_ms, c.case_id)
        and (p.stream_id = b.stream_id or exists (select 1 from estafette.shared_record lent
            where lent.tenant_id = b.tenant_id and lent.stream_id = b.stream_id
                and lent.record_type = 'citizen' and lent.record_id = b.citizen_id))) as particulars) q
where c.tenant_id = %(tenant)s and (%(office)s::text is null or c.office_id = %(office)s)
    and (c.contested > 0 or q.particulars)
    and (c.updated_ms, c.case_id) > (%(after_ms)s::bigint, %(after_case)s::text)
"""
"""A citizen of several cases is settled once: their particulars are told with the case that has lain longest."""
_QUEUE = f"""
select c.case_id, c.tracking_code, c.procedure_id, c.procedure_version,
    trim(coalesce(p.given_names, '') || ' ' || coalesce(p.family_name, '')), o.name, c.state,
    case when q.particulars then p.citizen_id else '' end, c.updated_ms
{_HERE}order by c.updated_ms, c.case_id limit %(limit)s
"""
_COUNT = f"select count(*) {_HERE}"


@dataclass(frozen=True)
class Claim:
    """One value.

    Attributes:
        event: who wrote it, as device.incarnation.seq.
        saw: what its author saw in the field before writing; None for an empty field.
        received_ms: when central learnt of it.
    """

    value: str | None
    event: str
    agent_name: str
    time_ms: int
    received_ms: int
    saw: str | None


@dataclass(frozen=True)
class ContestedField:
    """A field with several values that were written without seeing each other; the first is shown meanwhile.

    Attributes:
        names: the events that a settlement of it names: who brought a value back stands there for its author.
        agents_may: an agent may settle it; False: it is the supervisor's at once, as its case stands.
    """

    record_type: str
    record_id: str
    field: str
    claims: tuple[Claim, ...]
    names: tuple[str, ...] = ()
    agents_may: bool = True

    @property
    def since_ms(self) -> int:
        """When the second of the values came; the only one, for a paper that contradicts a decision."""
        return sorted(claim.received_ms for claim in self.claims)[:2][-1]

    @property
    def concerned(self) -> tuple[str, ...]:
        """The names of those who wrote the values: they know."""
        return tuple(dict.fromkeys(claim.agent_name for claim in self.claims if claim.agent_name))


@dataclass(frozen=True)
class Settled:
    """A field whose value a person chose; it can be chosen anew.

    Attributes:
        settled: the values that it was chosen among, those that are known.
        reopens: the values that stand again once it is taken back, the latest first.
    """

    record_type: str
    record_id: str
    field: str
    value: str | None
    event: str
    agent_name: str
    time_ms: int
    reason: str
    settled: tuple[Claim, ...]
    reopens: tuple[Brought, ...] = ()


@dataclass(frozen=True)
class ContestedCase:
    """A case with something to settle. ``due_ms``: when it becomes the supervisor's. ``after``: its place in a page."""

    case: str
    tracking_code: str
    procedure: str
    procedure_version: str
    citizen_name: str
    office_name: str
    state: str
    fields: tuple[ContestedField, ...]
    due_ms: int = field(default=0)
    after: str = ""


@dataclass(frozen=True)
class _Written:
    """One event that wrote something."""

    event: str
    kind: str
    agent_name: str
    base: int
    central_seq: int
    time_ms: int
    received_ms: int
    body: Mapping[str, object]

    @property
    def touched(self) -> dict[str, str | None]:
        return merge.touched(self.kind, self.body)

    @property
    def brings(self) -> tuple[Brought, ...]:
        return reopening.brought(self.body) if self.kind == Kind.SETTLE else ()

    def wrote(self, name: str) -> Written:
        """Return what it wrote in a field that it touches."""
        settles = reopening.settled_names(self.body) if self.kind == Kind.SETTLE else None
        return Written(EventId.parse(self.event), self.touched[name], self.time_ms, settles, self.brings)


def contested_fields(connection: Connection, tenant: int, case: str, citizen: str) -> tuple[ContestedField, ...]:
    """Return what is contested in a case and in its citizen's particulars."""
    found: list[ContestedField] = []
    for record_type, record_id in ((RecordType.CASE, case), (RecordType.CITIZEN, citizen)):
        state = _state(connection, tenant, record_type, record_id)
        shown = merge.show(state) if state is not None else None
        if state is None or shown is None or not shown.contested:
            continue
        written = _written(connection, tenant, record_type, record_id)
        about = shown.values.get(merge.STATE)
        for name in shown.contested:
            names = tuple(dict.fromkeys(str(head.event) for head in state.fields[name].heads))
            agents_may = record_type != RecordType.CASE or workflow.may_settle(name, about)
            claims = _claims(state, name, written)
            found.append(ContestedField(record_type, record_id, name, claims, names, agents_may))
    return tuple(found)


def settled_fields(connection: Connection, tenant: int, case: str, citizen: str) -> tuple[Settled, ...]:
    """Return the fields of a case and its citizen whose value stands because a person chose it."""
    found: list[Settled] = []
    for record_type, record_id in ((RecordType.CASE, case), (RecordType.CITIZEN, citizen)):
        state = _state(connection, tenant, record_type, record_id)
        if state is None:
            continue
        written = _written(connection, tenant, record_type, record_id)
        heads = {
            str(known.heads[0].event): name
            for name, known in state.fields.items()
            if len(known.heads) == 1 and name != merge.NOTIFIED
        }
        found += [
            _settled(event, record_type, record_id, written)
            for event in written
            if event.kind == Kind.SETTLE and heads.get(event.event) == event.body.get("field")
        ]
    return tuple(found)


def contested_cases(
    connection: Connection,
    tenant: int,
    office: str | None,
    zone: dt.tzinfo,
    *,
    delay_days: int,
    after: str = "",
    limit: int = PAGE_CASES,
) -> list[ContestedCase]:
    """Return the cases with something to settle, of one office or of all: those that have lain longest, by when due.

    Each contested field of a record is there once, a citizen's with one of their cases.

    Args:
        delay_days: working days in which the agents concerned settle by themselves; what only a supervisor may settle,
            as everything of a decided case, does not wait for them.
        after: the greatest ``after`` of the page before; empty for the first page.
    """
    arguments = {"tenant": tenant, "office": office, "limit": limit, **_place(after)}
    found = []
    for row in connection.execute(_QUEUE, arguments).fetchall():
        fields = contested_fields(connection, tenant, row[0], row[7])
        if fields:
            due_ms = min(
                working_days_after(each.since_ms, delay_days, zone) if each.agents_may else each.since_ms
                for each in fields
            )
            found.append(_case(row, fields, due_ms))
    return sorted(found, key=lambda each: (each.due_ms, each.case))


def _place(after: str) -> dict[str, object]:
    after_ms, _, after_case = after.partition("-")
    known = after_ms.isascii() and after_ms.isdigit() and len(after_ms) < 18
    return {"after_ms": int(after_ms) if known else -1, "after_case": after_case.replace("\x00", "")}


def contested_count(connection: Connection, tenant: int, office: str | None, *, after: str = "") -> int:
    """Return how many cases have something to settle, of one office or of all; those that come after a place."""
    found = connection.execute(_COUNT, {"tenant": tenant, "office": office, **_place(after)}).fetchone()
    return int(found[0]) if found is not None else 0


def working_days_after(when_ms: int, days: int, zone: dt.tzinfo) -> int:
    """Return the same hour so many working days later; Saturdays and Sundays are none."""
    when = moment(when_ms, zone)
    while days > 0:
        when += dt.timedelta(days=1)
        days -= when.weekday() < _SATURDAY
    return int(when.timestamp() * 1000)


def _state(connection: Connection, tenant: int, record_type: str, record_id: str) -> RecordState | None:
    row = connection.execute(_STATE, [tenant, record_type, record_id]).fetchone()
    return merge.from_json(bytes(row[0])) if row is not None else None


def _written(connection: Connection, tenant: int, record_type: str, record_id: str) -> list[_Written]:
    found = connection.execute(_EVENTS, [tenant, record_id, record_type]).fetchall()
    return [_event(*row) for row in found]


def _case(row: tuple[Any, ...], fields: tuple[ContestedField, ...], due_ms: int) -> ContestedCase:
    case, tracking_code, procedure, version, citizen_name, office_name, state = row[:7]
    after = f"{row[8]:017d}-{case}"
    return ContestedCase(
        case, tracking_code, procedure, version, citizen_name, office_name, state, fields, due_ms, after
    )


def _event(
    event: str, kind: str, agent: str, base: int, central_seq: int, time_ms: int, received_ms: int, body: Any
) -> _Written:
    return _Written(event, kind, agent, base, central_seq, time_ms, received_ms, _body(body))


def _body(data: Any) -> Mapping[str, object]:
    try:
        return _decode(bytes(data)) if data is not None else {}
    except ValueError:
        # Erased by law, or never readable: it says nothing, and what others wrote is still shown.
        return {}


def _claims(state: RecordState, name: str, written: Sequence[_Written]) -> tuple[Claim, ...]:
    by_event = {each.event: each for each in written}
    found: dict[tuple[str, str | None], Claim] = {}
    for head in state.fields[name].heads:
        came, wrote = by_event.get(str(head.event)), _author(head, name, by_event)
        claim = Claim(
            head.value,
            wrote.event if wrote is not None else str(head.event),
            wrote.agent_name if wrote is not None else "",
            wrote.time_ms if wrote is not None else head.time,
            came.received_ms if came is not None else head.time,
            _seen(name, wrote, written) if wrote is not None else None,
        )
        # Two people may have brought the same values back, neither having seen the other do it.
        found.setdefault((claim.event, claim.value), claim)
    return tuple(found.values())


def _author(head: FieldHead, name: str, by_event: Mapping[str, _Written]) -> _Written | None:
    """Return who wrote a value, also where another event brought it back, if that says the truth."""
    came = by_event.get(str(head.event))
    if came is None:
        return None
    for one in came.brings:
        first = by_event.get(str(one.event))
        if one.value == head.value and first is not None and (name, one.value) in first.touched.items():
            return first
    return came


def _seen(name: str, of: _Written, written: Sequence[_Written]) -> str | None:
    """Return the value that an author saw: the last one at or below the base, or that the same device wrote before."""
    device = of.event.rpartition(".")[0]
    value: str | None = None
    for each in written:
        mine = each.event.rpartition(".")[0] == device and each.central_seq < of.central_seq
        if (each.central_seq <= of.base or mine) and name in each.touched:
            value = each.touched[name]
    return value


def _settled(event: _Written, record_type: str, record_id: str, written: Sequence[_Written]) -> Settled:
    name, said = str(event.body.get("field")), event.body.get("settles")
    named = [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
    claims = [
        Claim(each.touched[name], each.event, each.agent_name, each.time_ms, each.received_ms, None)
        for each in written
        if each.event in named and name in each.touched
    ]
    reason = event.body.get("reason")
    return Settled(
        record_type,
        record_id,
        name,
        event.touched.get(name),
        event.event,
        event.agent_name,
        event.time_ms,
        reason if isinstance(reason, str) else "",
        tuple(claims),
        reopening.contest_before(event.wrote(name), (each.wrote(name) for each in written if name in each.touched)),
    )
