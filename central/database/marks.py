"""What is said of records beside what they hold: links between them, and proposals that wait. Few records have any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases import beside, merge
from central.database.client import Connection
from central.database.rows import rows
from central.database.scope import CITIZEN_FOR_OFFICE, CITIZEN_OF_CASE
from central.storage import RecordWrite

GROUP_MAX = 64
CANDIDATES_MAX = 20
CASES_MAX = 200
PROPOSED_MAX = 100

_PUT = """
insert into estafette.record_mark as m (tenant_id, record_type, record_id, same_as, proposed_ms)
values (%s, %s, %s, %s, %s)
on conflict (tenant_id, record_type, record_id) do update
    set same_as = excluded.same_as, proposed_ms = excluded.proposed_ms
"""
_PROPOSED_FROM = """
from estafette.record_mark m
join estafette.case_file c on c.tenant_id = m.tenant_id and c.case_id = m.record_id
"""
_PROPOSED_WHERE = """where m.tenant_id = %(tenant)s and m.record_type = 'case' and m.proposed_ms is not null
    and (%(office)s::text is null or c.office_id = %(office)s)
    and (m.proposed_ms, c.case_id) > (%(after_ms)s::bigint, %(after_case)s::text)
"""
_PROPOSED = f"""
select c.case_id as case, trim(coalesce(p.given_names, '') || ' ' || coalesce(p.family_name, '')) as citizen_name,
    c.tracking_code, c.procedure_id as procedure, c.procedure_version, c.state, o.name as office_name, m.proposed_ms
{_PROPOSED_FROM}join estafette.office o on o.tenant_id = c.tenant_id and o.office_id = c.office_id
{CITIZEN_OF_CASE}{_PROPOSED_WHERE}order by m.proposed_ms, c.case_id limit %(limit)s
"""
_PROPOSED_COUNT = f"select count(*) {_PROPOSED_FROM}{_PROPOSED_WHERE}"
_CITIZENS = """
select p.citizen_id as citizen, trim(p.given_names || ' ' || p.family_name) as name, p.birth_date,
    o.name as office_name, (select count(*) from estafette.case_file c
        where c.tenant_id = p.tenant_id and c.citizen_id = p.citizen_id
            and (%(office)s::text is null or c.office_id = %(office)s))::integer as cases,
    coalesce((select c.tracking_code from estafette.case_file c
        where c.tenant_id = p.tenant_id and c.citizen_id = p.citizen_id
            and (%(office)s::text is null or c.office_id = %(office)s)
        order by c.updated_ms desc, c.case_id limit 1), '') as tracking_code
from estafette.citizen p
join estafette.office o on o.tenant_id = p.tenant_id and o.office_id = p.office_id
"""
_ALIKE_IN_NAME = (
    _CITIZENS
    + """
join estafette.citizen me on me.tenant_id = p.tenant_id and me.citizen_id = %(citizen)s
where p.tenant_id = %(tenant)s and p.citizen_id <> me.citizen_id
    and (%(office)s::text is null or p.office_id = %(office)s)
    and (p.search_text = me.search_text or (p.birth_date <> '' and p.birth_date = me.birth_date))
order by (p.birth_date = me.birth_date and p.search_text = me.search_text) desc, p.updated_ms desc limit %(limit)s
"""
)


@dataclass(frozen=True)
class Proposed:
    """A case with a decision that waits for a supervisor."""

    case: str
    citizen_name: str
    tracking_code: str
    procedure: str
    procedure_version: str
    state: str
    office_name: str
    proposed_ms: int

    @property
    def after(self) -> str:
        """What the next page begins after, as ``proposed`` takes it."""
        return f"{self.proposed_ms}.{self.case}"


@dataclass(frozen=True)
class Person:
    """A citizen as one of several that may be the same person.

    Attributes:
        cases: how many they have that the reader may see. tracking_code: of the newest of these, or empty.
    """

    citizen: str
    name: str
    birth_date: str
    office_name: str
    cases: int
    tracking_code: str


@dataclass(frozen=True)
class CaseOf:
    """A case of one of several citizens."""

    case: str
    citizen: str
    procedure: str
    version: str
    state: str


def cases_of(connection: Connection, tenant: int, office: str | None, citizens: Sequence[str]) -> list[CaseOf]:
    """Return the cases of these citizens, newest first, of one office or of all."""
    query = (
        "select case_id, citizen_id, procedure_id, procedure_version, state from estafette.case_file"
        " where tenant_id = %(tenant)s and citizen_id = any(%(ids)s)"
        " and (%(office)s::text is null or office_id = %(office)s) order by updated_ms desc, case_id limit %(limit)s"
    )
    arguments = {"tenant": tenant, "ids": list(citizens), "office": office, "limit": CASES_MAX}
    return rows(connection, CaseOf, query, arguments) if citizens else []


def has_marks(write: RecordWrite) -> bool:
    """Say whether there is anything to write of a record here; nearly always not."""
    return merge.SAME_AS in write.state.fields or merge.PROPOSAL in write.state.fields


def put(connection: Connection, tenant: int, records: Sequence[RecordWrite]) -> None:
    """Write the marks of those of the records that have any, or had."""
    for write in records:
        if not has_marks(write):
            continue
        proposals = beside.proposals(write.state, {})
        # No time here lies after the event came: a desk's clock may be years ahead.
        proposed_ms = min((min(one.time_ms, write.time_ms) for one in proposals), default=None)
        same_as = write.shown.values.get(merge.SAME_AS) or None
        connection.execute(_PUT, [tenant, write.record_type, write.record_id, same_as, proposed_ms])


def proposed(connection: Connection, tenant: int, office: str | None, *, after: str = "") -> list[Proposed]:
    """Return the cases with a decision that waits for a supervisor, the longest waiting first, ``PROPOSED_MAX``.

    Args:
        after: ``Proposed.after`` of the last one shown; empty, or anything else, for the first page.
    """
    arguments = {"tenant": tenant, "office": office, "limit": PROPOSED_MAX, **_after(after)}
    return rows(connection, Proposed, _PROPOSED, arguments)


def proposed_count(connection: Connection, tenant: int, office: str | None, *, after: str = "") -> int:
    """Return how many there are, or come after one of them."""
    found = connection.execute(_PROPOSED_COUNT, {"tenant": tenant, "office": office, **_after(after)}).fetchone()
    return int(found[0]) if found is not None else 0


def _after(after: str) -> dict[str, object]:
    time_ms, _, case = after.partition(".")
    known = time_ms.isascii() and time_ms.isdigit() and len(time_ms) < 17
    return {"after_ms": int(time_ms), "after_case": case} if known else {"after_ms": -1, "after_case": ""}


def leads_to(connection: Connection, tenant: int, record_type: str, record: str) -> str | None:
    """Return the record that this one is said to be the same as; None when it stands for itself."""
    found = connection.execute(
        "select same_as from estafette.record_mark where tenant_id = %s and record_type = %s and record_id = %s",
        [tenant, record_type, record],
    ).fetchone()
    return str(found[0]) if found is not None and found[0] is not None else None


def group(connection: Connection, tenant: int, record_type: str, record: str) -> list[str]:
    """Return every record that is said to be the same as this one, itself first."""
    found = {record: None}
    waiting = [record]
    while waiting and len(found) < GROUP_MAX:
        linked = connection.execute(
            "select record_id from estafette.record_mark where tenant_id = %(t)s and record_type = %(k)s"
            " and same_as = any(%(ids)s) union select same_as from estafette.record_mark"
            " where tenant_id = %(t)s and record_type = %(k)s and record_id = any(%(ids)s) and same_as is not null"
            " order by 1",
            {"t": tenant, "k": record_type, "ids": waiting},
        ).fetchall()
        waiting = [str(one) for (one,) in linked if one not in found]
        found.update(dict.fromkeys(waiting))
    return list(found)


def candidates(connection: Connection, tenant: int, office: str | None, citizen: str) -> list[Person]:
    """Return citizens who may be the same person: the same names, or the same date of birth; the likeliest first."""
    arguments = {"tenant": tenant, "office": office, "citizen": citizen, "limit": CANDIDATES_MAX}
    return rows(connection, Person, _ALIKE_IN_NAME, arguments)


def persons(connection: Connection, tenant: int, office: str | None, citizens: Sequence[str]) -> list[Person]:
    """Return these citizens, those that are known and that one office, or all, may read."""
    query = f"{_CITIZENS} where p.tenant_id = %(tenant)s and p.citizen_id = any(%(ids)s) and {CITIZEN_FOR_OFFICE}"
    return rows(
        connection,
        Person,
        f"{query} order by p.citizen_id",
        {"tenant": tenant, "office": office, "ids": list(citizens)},
    )
