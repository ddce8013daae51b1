"""Alerts: what a supervisor should know of a device or of the service, until one takes note of it with a reason.

Three sources: what devices say of themselves in their hello, what the service meets by itself (an envelope that cannot
be opened, a restore), and what follows from silence (``contact``), which is stored only once somebody took note of it.
A row is never removed: who took note, when and why stays.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from cases.errors import InputError
from cases.treelog import INCONSISTENT, MISSING
from central.database.client import Connection
from central.database.rows import rows
from central.records import ConsoleSession
from sync.messages import NUMBER_MAX, Hello

FORKED = "device.forked"
CLOCK_OFF = "device.clock_off"
SILENT = "device.silent"
BEHIND = "device.behind"
RESTORED = "service.restored"
ENVELOPE = "envelope."
"""What the codes of refused envelopes begin with."""
UNREADABLE = "envelope.unreadable"
"""Any other reason for which an envelope was not taken in."""
THE_SERVICE = ""
"""Stands where a device would: of no device, or of one that is not known."""

DAY_MS = 24 * 3600 * 1000
SILENT_MS = 14 * DAY_MS
BEHIND_MS = 3 * DAY_MS
OPEN_MAX = 100
"""More are not shown, nor counted: whoever sees so many does not need to know how many."""
SETTLED_SHOWN = 20
REASON_LENGTH_MAX = 2_000
_SAID = frozenset({INCONSISTENT, MISSING})

log = logging.getLogger("estafette.central.alerts")

# The unsettled row of a code, else what still goes on, else a fork that somebody took note of: never told twice.
_KNOWN = """
select code, number, since_ms, settled_ms is null, ended_ms is null from estafette.alert
where tenant_id = %s and device_id = %s and (ended_ms is null or settled_ms is null or code = 'device.forked')
order by (settled_ms is null) desc, since_ms desc
"""
_BEGIN = """
insert into estafette.alert (tenant_id, device_id, code, since_ms, heard_ms, number)
values (%(tenant)s, %(device)s, %(code)s, %(now)s, %(now)s, %(number)s) on conflict do nothing
"""
_RESTORED = """
insert into estafette.alert (tenant_id, device_id, code, since_ms, heard_ms, ended_ms, number)
select tenant_id, %(device)s, %(code)s, %(now)s, %(now)s, %(now)s, %(number)s from estafette.tenant
on conflict do nothing
"""
_GO_ON = """
update estafette.alert set heard_ms = greatest(heard_ms, %(now)s), number = %(number)s, ended_ms = null
where tenant_id = %(tenant)s and device_id = %(device)s and code = %(code)s and since_ms = %(since)s
"""
_AGAIN = """
update estafette.alert set heard_ms = greatest(heard_ms, %(now)s), number = number + 1
where tenant_id = %(tenant)s and device_id = %(device)s and code = %(code)s and settled_ms is null
"""
_END = """
update estafette.alert set ended_ms = %(now)s
where tenant_id = %(tenant)s and device_id = %(device)s and code = %(code)s and since_ms = %(since)s
"""
# A clock that was set right is no alert any more; a log that did not hold stays one, whatever the desk says later.
_WAITING = """
select a.device_id, a.code, a.since_ms, a.heard_ms, a.number, coalesce(d.name, '') as device_name,
    coalesce(p.name, '') as agent_name, coalesce(o.name, '') as office_name
from (
    select device_id, code, since_ms, heard_ms, number from estafette.alert
    where tenant_id = %(tenant)s and settled_ms is null and (code <> 'device.clock_off' or ended_ms is null)
    union all
    select c.device_id, w.code, w.since_ms, c.heard_ms, c.pending
    from estafette.contact c
    join estafette.device d on d.tenant_id = c.tenant_id and d.device_id = c.device_id
        and (d.revoked_ms is null or d.closed <> '')
    cross join lateral (values
        ('device.silent', case when c.heard_ms < %(silent)s then c.heard_ms end),
        ('device.behind', case when c.heard_ms >= %(silent)s and c.oldest_pending_ms < %(behind)s
            then c.oldest_pending_ms end)) as w (code, since_ms)
    where c.tenant_id = %(tenant)s and w.since_ms is not null and not exists (
        select 1 from estafette.alert k where k.tenant_id = c.tenant_id and k.device_id = c.device_id
            and k.code = w.code and k.since_ms = w.since_ms)
) a
left join estafette.device d on d.tenant_id = %(tenant)s and d.device_id = a.device_id
left join estafette.account p on p.tenant_id = d.tenant_id and p.account_id = d.account_id
left join estafette.office o on o.tenant_id = d.tenant_id and o.office_id = d.office_id
where (%(office)s::text is null or d.office_id = %(office)s)
"""
# Of each device the newest of each code, so that nothing that one device says hides what another said.
_OPEN = f"""
select n.* from (
    select distinct on (w.device_id, w.code) w.* from ({_WAITING}) w order by w.device_id, w.code, w.since_ms desc
) n order by n.since_ms desc, n.device_id, n.code limit %(limit)s
"""
_ONE = f"{_WAITING} and a.device_id = %(device)s and a.code = %(code)s and a.since_ms = %(since)s"
_SETTLED = """
select a.device_id, a.code, a.since_ms, coalesce(d.name, ''), coalesce(p.name, ''), a.settled_ms, coalesce(s.name, ''),
    coalesce(a.reason, '')
from estafette.alert a
left join estafette.device d on d.tenant_id = a.tenant_id and d.device_id = a.device_id
left join estafette.account p on p.tenant_id = d.tenant_id and p.account_id = d.account_id
left join estafette.account s on s.tenant_id = a.tenant_id and s.account_id = a.settled_by
where a.tenant_id = %(tenant)s and a.settled_ms is not null and (%(office)s::text is null or d.office_id = %(office)s)
order by a.settled_ms desc, a.device_id, a.code limit %(limit)s
"""
# What goes on at the device is not begun anew by its next hello; what is over, or was met by chance, begins anew.
_SETTLE = """
insert into estafette.alert as a
    (tenant_id, device_id, code, since_ms, heard_ms, ended_ms, number, settled_ms, settled_by, reason)
values (%(tenant)s, %(device)s, %(code)s, %(since)s, %(heard)s, %(now)s, %(number)s, %(now)s, %(by)s, %(reason)s)
on conflict (tenant_id, device_id, code, since_ms) do update set settled_ms = excluded.settled_ms,
    settled_by = excluded.settled_by, reason = excluded.reason,
    ended_ms = case when left(a.code, 9) = 'envelope.' then coalesce(a.ended_ms, excluded.ended_ms) else a.ended_ms end
where a.settled_ms is null
"""


@dataclass(frozen=True)
class Alert:
    """One alert that nobody has taken note of.

    Attributes:
        device: identity; empty for the service itself or a device that is not known.
        since_ms: when central first learnt of it; for what follows from silence, since when there is silence.
        number: by how many milliseconds a clock is behind (negative: ahead), when a fork was noticed (the device's
            clock), how many envelopes, how many acts wait; of which backup (its time) the service was restored.
    """

    device: str
    code: str
    since_ms: int
    heard_ms: int
    number: int
    device_name: str
    agent_name: str
    office_name: str

    @property
    def key(self) -> str:
        """Names it among those of its organisation."""
        return f"{self.device or '-'}~{self.code}~{self.since_ms}"


@dataclass(frozen=True)
class SettledAlert:
    """One alert that somebody took note of."""

    device: str
    code: str
    since_ms: int
    device_name: str
    agent_name: str
    settled_ms: int
    settled_by: str
    reason: str


def said(hello: Hello) -> dict[str, int]:
    """Return what a device says that it suffers from: code -> number. Codes that are not known are none."""
    found = {}
    if hello.alarm in _SAID:
        found[hello.alarm] = 0
    if hello.forked_ms:
        found[FORKED] = hello.forked_ms
    if hello.clock_off_ms:
        found[CLOCK_OFF] = max(-NUMBER_MAX, min(hello.clock_off_ms, NUMBER_MAX))
    return found


def heard(connection: Connection, tenant: int, device: str, now: Mapping[str, int], now_ms: int) -> None:
    """Take in what a device suffers from now: what is new begins, what it says no more has ended.

    What nobody has taken note of yet goes on in its row, however often it comes and goes: one row a device and code.
    The caller keeps two calls for one device apart.
    """
    arguments = {"tenant": tenant, "device": device, "now": now_ms}
    begun = dict(now)
    for code, number, since_ms, waits, goes_on in connection.execute(_KNOWN, [tenant, device]).fetchall():
        if code.startswith(ENVELOPE):
            continue
        if code in begun and (waits or (number == now[code] if code == FORKED else goes_on)):
            del begun[code]
            connection.execute(_GO_ON, {**arguments, "code": code, "since": since_ms, "number": now[code]})
        elif goes_on:
            connection.execute(_END, {**arguments, "code": code, "since": since_ms})
    for code, number in begun.items():
        connection.execute(_BEGIN, {**arguments, "code": code, "number": number})
        log.warning("alert code=%s device=%s", code, device)


def met(connection: Connection, tenant: int, device: str, code: str, now_ms: int) -> None:
    """Note that something was met once more that nobody has taken note of yet. A device that is not known is ''."""
    arguments = {"tenant": tenant, "device": device, "code": code, "now": now_ms}
    if not connection.execute(_AGAIN, arguments).rowcount:
        connection.execute(_BEGIN, {**arguments, "number": 1})


def restored(connection: psycopg.Connection[Any], backup_ms: int, now_ms: int) -> None:
    """Tell every organisation that the service goes on from the backup of that time. By the database's owner."""
    connection.execute(_RESTORED, {"device": THE_SERVICE, "code": RESTORED, "now": now_ms, "number": backup_ms})


def open_alerts(
    connection: Connection, tenant: int, office: str | None, now_ms: int, *, limit: int = OPEN_MAX
) -> list[Alert]:
    """Return what nobody has taken note of, of one office's devices or of all and the service, the newest first.

    Of one device and code the newest alone; the one before it shows once somebody took note of that.
    """
    return rows(connection, Alert, _OPEN, {**_reader(tenant, office, now_ms), "limit": limit})


def _reader(tenant: int, office: str | None, now_ms: int) -> dict[str, object]:
    return {"tenant": tenant, "office": office, "silent": now_ms - SILENT_MS, "behind": now_ms - BEHIND_MS}


def _named(connection: Connection, session: ConsoleSession, key: str, now_ms: int) -> Alert | None:
    """Return the alert of a ``key`` that still waits, whether or not a page shows it."""
    device, code, since_ms = ([*key.split("~"), "", ""])[:3]
    if not (since_ms.isascii() and since_ms.isdigit() and len(since_ms) < 18) or "\x00" in key:
        return None
    named = {"device": "" if device == "-" else device, "code": code, "since": int(since_ms)}
    found = rows(connection, Alert, _ONE, {**_reader(session.tenant, session.office, now_ms), **named})
    return found[0] if found else None


def settled_alerts(connection: Connection, tenant: int, office: str | None) -> list[SettledAlert]:
    """Return the alerts that somebody took note of last, the newest first."""
    arguments = {"tenant": tenant, "office": office, "limit": SETTLED_SHOWN}
    return rows(connection, SettledAlert, _SETTLED, arguments)


def settle(connection: Connection, session: ConsoleSession, key: str, reason: str, now_ms: int) -> None:
    """Take note of an alert. Who, when and why are kept for good.

    Raises:
        InputError: ``alert.unknown``: never was, is another office's, or somebody took note of it meanwhile;
            ``alert.reason`` (``limit``): none, or too long.
    """
    if not reason or len(reason) > REASON_LENGTH_MAX:
        raise InputError("alert.reason", field="reason", limit=REASON_LENGTH_MAX)
    alert = _named(connection, session, key, now_ms)
    if alert is None:
        raise InputError("alert.unknown")
    connection.execute(
        _SETTLE,
        {
            "tenant": session.tenant,
            "device": alert.device,
            "code": alert.code,
            "since": alert.since_ms,
            "heard": alert.heard_ms,
            "number": alert.number,
            "now": now_ms,
            "by": session.account,
            "reason": reason,
        },
    )
    log.info("alert settled code=%s device=%s by=%s", alert.code, alert.device, session.account)
