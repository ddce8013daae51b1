"""The index of devices that lag: when each was heard of last, and what it said of itself then.

What a device says of itself decides nothing; it only helps people to see which PC somebody should look at.
"""

from __future__ import annotations

from dataclasses import dataclass

from cases.clock import Clock
from central import alerts
from central.database.client import Connection, Database
from central.database.rows import rows
from central.records import Device
from sync.messages import NUMBER_MAX, Hello

VERSION_LENGTH_MAX = 64

_HEARD = """
insert into estafette.contact as c (tenant_id, device_id, heard_ms, version, pending, oldest_pending_ms, parked)
values (%(tenant)s, %(device)s, %(heard_ms)s, %(version)s, %(pending)s, %(oldest_ms)s, %(parked)s)
on conflict (tenant_id, device_id) do update set heard_ms = greatest(c.heard_ms, excluded.heard_ms),
    version = excluded.version, pending = excluded.pending, oldest_pending_ms = excluded.oldest_pending_ms,
    parked = excluded.parked
"""
_LAGGING = """
select d.device_id, d.name, a.name, o.name, c.heard_ms, coalesce(c.pending, 0), c.oldest_pending_ms,
    coalesce(c.version, ''), coalesce(c.parked, 0), d.revoked_ms, d.closed
from estafette.device d
join estafette.account a on a.tenant_id = d.tenant_id and a.account_id = d.account_id
join estafette.office o on o.tenant_id = d.tenant_id and o.office_id = d.office_id
left join estafette.contact c on c.tenant_id = d.tenant_id and c.device_id = d.device_id
where d.tenant_id = %(tenant)s and d.kind = 'agent' and (%(office)s::text is null or d.office_id = %(office)s)
order by (d.revoked_ms is not null and d.closed = ''), coalesce(c.heard_ms, 0), d.device_id limit 1000
"""


@dataclass(frozen=True)
class LaggingDevice:
    """One device. ``last_contact_ms`` and ``oldest_pending_ms`` are None when nothing was said of it.

    ``closed``: why it may only hand over (ADR 28); empty for one that is open or was revoked for itself.
    """

    device: str
    name: str
    agent_name: str
    office_name: str
    last_contact_ms: int | None
    pending: int
    oldest_pending_ms: int | None
    version: str
    parked: int
    revoked_ms: int | None
    closed: str


def lagging_devices(connection: Connection, tenant: int, office: str | None) -> list[LaggingDevice]:
    """Return the devices of one office or of all, the longest silent first, revoked ones last."""
    return rows(connection, LaggingDevice, _LAGGING, {"tenant": tenant, "office": office})


class DatabaseContacts:
    """The index in PostgreSQL (``central.context.Contacts``). Any thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def heard(self, device: Device, hello: Hello) -> None:
        """Note that a device called, and what it said of itself."""
        now_ms = self._clock.now_ms()
        with self._database.transaction(device.tenant) as connection:
            connection.execute(
                _HEARD,
                {
                    "tenant": device.tenant,
                    "device": device.device,
                    "heard_ms": now_ms,
                    "version": "".join(letter for letter in hello.version if letter.isprintable())[:VERSION_LENGTH_MAX],
                    "pending": min(hello.pending, NUMBER_MAX),
                    "oldest_ms": hello.oldest_pending_ms or None,
                    "parked": min(hello.parked, NUMBER_MAX),
                },
            )
            alerts.heard(connection, device.tenant, device.device, alerts.said(hello), now_ms)
