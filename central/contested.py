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

from cases import merge
from cases.clock import moment
from cases.events import Kind, RecordType
from cases.merge import RecordState
from central.database.client import Connection
from central.database.scope import CITIZEN_OF_CASE

QUEUE_MAX = 200
_SATURDAY = 5
_SUPERVISORS = frozenset({merge.STATE, merge.NOTIFIED})
"""Contested fields that no agent may settle."""
_decode = msgspec.json.Decoder(dict[str, object]).decode

_EVENTS = """
select e.device_id || '.' || e.incarnation || '.' || e.seq, e.kind, coalesce(a.name, ''), e.base, e.central_seq,
    least(e.time_ms, e.received_ms), e.received_ms, e.body
from estafette.event e
left join estafette.account a on a.tenant_id = e.tenant_id and a.account_id = e.agent
where e.tenant_id = %s and e.record_id = %s and e.record_type = %s and e.state <> 'parked' order by e.central_seq
"""
_STATE = "select state from estafette.record_state where tenant_id = %s and record_type = %s and record_id = %s"
_QUEUE = f"""
select c.case_id, c.tracking_code, c.procedure_id, c.procedure_version,
    trim(coalesce(p.given_names, '') || ' ' || coalesce(p.family_name, '')), o.name, c.state,
    coalesce(p.citizen_id, ''), c.contested, coalesce(p.contested, 0)
from estafette.case_file c
join estafette.office o on o.tenant_id = c.tenant_id and o.office_id = c.office_id
{CITIZEN_OF_CASE}where c.tenant_id = %(tenant)s and (%(office)s::text is null or c.office_id = %(office)s)
    and (c.contested > 0 or p.contested > 0)
order by c.updated_ms, c.case_id limit %(limit)s
"""


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
    """A field with several values that were written without seeing each other; the first is shown meanwhile."""

    record_type: str
    record_id: str
    field: str
    claims: tuple[Claim, ...]

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


@dataclass(frozen=True)
class ContestedCase:
    """A case with something to settle. ``due_ms``: when it becomes the supervisor's."""

    case: str
    tracking_code: str
    procedure: str
    procedure_version: str
    citizen_name: str
    office_name: str
    state: str
    fields: tuple[ContestedField, ...]
    due_ms: int = field(default=0)


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


def contested_fields(connection: Connection, tenant: int, case: str, citizen: str) -> tuple[ContestedField, ...]:
    """Return what is contested in a case and in its citizen's particulars."""
    found: list[ContestedField] = []
    for record_type, record_id in ((RecordType.CASE, case), (RecordType.CITIZEN, citizen)):
        state = _state(connection, tenant, record_type, record_id)
        names = merge.show(state).contested if state is not None else ()
        if state is None or not names:
            continue
        written = _written(connection, tenant, record_type, record_id)
        found += [ContestedField(record_type, record_id, name, _claims(state, name, written)) for name in names]
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
    connection: Connection, tenant: int, office: str | None, zone: dt.tzinfo, *, delay_days: int
) -> list[ContestedCase]:
    """Return the cases with something to settle, of one office or of all, the soonest due first.

    Args:
        delay_days: working days in which the agents concerned settle by themselves; what only a supervisor may settle
            does not wait for them.
    """
    arguments = {"tenant": tenant, "office": office, "limit": QUEUE_MAX}
    found = []
    for row in connection.execute(_QUEUE, arguments).fetchall():
        fields = contested_fields(connection, tenant, row[0], row[7])
        if fields:
            due_ms = min(
                each.since_ms if each.field in _SUPERVISORS else working_days_after(each.since_ms, delay_days, zone)
                for each in fields
            )
            found.append(_case(row, fields, due_ms))
    return sorted(found, key=lambda each: (each.due_ms, each.case))


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
    return ContestedCase(case, tracking_code, procedure, version, citizen_name, office_name, state, fields, due_ms)


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
    heads = [(head.value, by_event.get(str(head.event)), head) for head in state.fields[name].heads]
    return tuple(
        Claim(
            value,
            str(head.event),
            known.agent_name if known is not None else "",
            known.time_ms if known is not None else head.time,
            known.received_ms if known is not None else head.time,
            _seen(name, known, written) if known is not None else None,
        )
        for value, known, head in heads
    )


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
    )
