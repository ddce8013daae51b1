"""How much waits for a supervisor, beside the names of the pages in the menu: counted only as far as it is said."""

from __future__ import annotations

from dataclasses import dataclass

from central import alerts
from central.database.client import Connection
from central.records import ConsoleSession
from central.web.words import Words

COUNTED = 99
"""``99+`` from here on."""

_COUNTS = """
select
    (select count(*) from (select 1 from estafette.parked k
        where k.tenant_id = %(tenant)s and k.settled_ms is null and (%(office)s::text is null or exists (
            select 1 from estafette.stream s where s.tenant_id = k.tenant_id and s.stream_id = k.stream_id
                and s.office_id = %(office)s)) limit %(limit)s) w),
    (select count(*) from (
        (select c.case_id from estafette.case_file c where c.tenant_id = %(tenant)s and c.contested > 0
            and (%(office)s::text is null or c.office_id = %(office)s) limit %(limit)s)
        union
        (select distinct on (c.citizen_id) c.case_id from estafette.citizen p
            join estafette.case_file c on c.tenant_id = p.tenant_id and c.citizen_id = p.citizen_id
            where p.tenant_id = %(tenant)s and p.contested > 0
                and (p.stream_id = c.stream_id or exists (select 1 from estafette.shared_record lent
                    where lent.tenant_id = c.tenant_id and lent.stream_id = c.stream_id
                        and lent.record_type = 'citizen' and lent.record_id = c.citizen_id))
                and (%(office)s::text is null or c.office_id = %(office)s)
            order by c.citizen_id, c.updated_ms, c.case_id limit %(limit)s)) u),
    (select count(*) from (select 1 from estafette.record_mark m
        join estafette.case_file c on c.tenant_id = m.tenant_id and c.case_id = m.record_id
        where m.tenant_id = %(tenant)s and m.record_type = 'case' and m.proposed_ms is not null
            and (%(office)s::text is null or c.office_id = %(office)s) limit %(limit)s) v)
"""


@dataclass(frozen=True)
class Count:
    """One figure: ``shown`` beside a name, ``said`` to who hears the page. Both empty when nothing waits."""

    shown: str = ""
    said: str = ""


@dataclass(frozen=True)
class Counts:
    """What waits, by page of the menu."""

    waiting: Count = Count()
    to_settle: Count = Count()
    alerts: Count = Count()


def counts(connection: Connection, session: ConsoleSession, words: Words, now_ms: int) -> Counts:
    """Return how much waits in this person's offices."""
    limit = COUNTED + 1
    arguments = {"tenant": session.tenant, "office": session.office, "limit": limit}
    found = connection.execute(_COUNTS, arguments).fetchone()
    assert found is not None, "an aggregate always gives a row"
    told = len(alerts.open_alerts(connection, session.tenant, session.office, now_ms, limit=limit))
    waiting, contested, proposed = map(int, found)
    return Counts(_count(waiting, words), _count(contested + proposed, words), _count(told, words))


def _count(number: int, words: Words) -> Count:
    if not number:
        return Count()
    if number > COUNTED:
        return Count(f"{COUNTED}+", words.gettext("more than %(count)s wait") % {"count": COUNTED})
    return Count(words.number(number), words.plural("%(count)s waits", "%(count)s wait", number))
