"""Offices, people, devices and enrolment codes."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from cases.errors import InputError, NotPermittedError
from cases.events import CHAIN_START
from central.database.client import Connection
from central.database.rows import row, rows
from central.records import AgentRow, CodeRow, Device, DeviceRow, OfficeRow
from sync.messages import EnrolReply

_DEVICE = """
select tenant_id, device_id, kind, account_id, office_id, stream_id, public_key, revoked_ms, closed
from estafette.device where tenant_id = %s and
"""


MANDATE_ENDED = "right.mandate_ended"
OFFICE_CHANGED = "right.office_changed"


@dataclass(frozen=True)
class Agent:
    """Where an agent works, and whether the mandate ended."""

    office: str
    ended: bool


@dataclass(frozen=True)
class Code:
    account: str
    expires_ms: int
    device: str | None


def add_to_directory(connection: Connection, kind: str, key: str, tenant: int) -> None:
    """Write where a global name leads; the same again is no error.

    Raises:
        InputError: ``directory.taken``: the name belongs to another tenant.
    """
    connection.execute(
        "insert into estafette.directory (kind, key, tenant_id) values (%s, %s, %s) on conflict do nothing",
        [kind, key, tenant],
    )
    if directory_tenant(connection, kind, key) != tenant:
        raise InputError("directory.taken", kind=kind)


def directory_tenant(connection: Connection, kind: str, key: str) -> int | None:
    """Return the tenant that a global name leads to."""
    found = connection.execute(
        "select tenant_id from estafette.directory where kind = %s and key = %s", [kind, key]
    ).fetchone()
    return int(found[0]) if found else None


def tenants(connection: Connection) -> list[int]:
    """Return every tenant's number."""
    found = connection.execute(
        "select tenant_id from estafette.directory where kind = 'tenant' order by tenant_id"
    ).fetchall()
    return [int(tenant) for (tenant,) in found]


def add_tenant(connection: Connection, tenant: int, name: str, now_ms: int) -> None:
    connection.execute(
        "insert into estafette.tenant (tenant_id, name, created_ms) values (%s, %s, %s)", [tenant, name, now_ms]
    )


def add_office(connection: Connection, tenant: int, office: str, name: str, now_ms: int) -> None:
    """Write an office and its stream, which bears the office's identity."""
    connection.execute(
        "insert into estafette.office (tenant_id, office_id, name, created_ms) values (%s, %s, %s, %s)",
        [tenant, office, name, now_ms],
    )
    connection.execute(
        "insert into estafette.stream (tenant_id, stream_id, office_id) values (%s, %s, %s)", [tenant, office, office]
    )


def add_agent(connection: Connection, tenant: int, account: str, office: str, name: str, now_ms: int) -> None:
    """Write an agent, who signs in on devices only."""
    connection.execute(
        "insert into estafette.account (tenant_id, account_id, office_id, role, name, created_ms)"
        " values (%s, %s, %s, 'agent', %s, %s)",
        [tenant, account, office, name, now_ms],
    )


def add_supervisor(
    connection: Connection,
    tenant: int,
    account: str,
    *,
    name: str,
    login: str,
    passphrase_hash: str,
    totp_secret: str,
    now_ms: int,
    office: str | None = None,
) -> None:
    """Write a supervisor, of one office or of all."""
    connection.execute(
        "insert into estafette.account (tenant_id, account_id, office_id, role, name, login, passphrase_hash,"
        " totp_secret, created_ms) values (%s, %s, %s, 'supervisor', %s, %s, %s, %s, %s)",
        [tenant, account, office, name, login, passphrase_hash, totp_secret, now_ms],
    )


def device(connection: Connection, tenant: int, device_id: str) -> Device | None:
    """Return a device, revoked ones too."""
    return row(connection, Device, _DEVICE + " device_id = %s", [tenant, device_id])


def device_by_key(connection: Connection, tenant: int, public_key: str) -> Device | None:
    """Return the device that holds a key."""
    return row(connection, Device, _DEVICE + " public_key = %s", [tenant, public_key])


def add_device(
    connection: Connection, tenant: int, device_id: str, *, account: str, public_key: str, name: str, now_ms: int
) -> None:
    """Write an agent's device, with the agent's office and its stream, and keep the account as it is until the end.

    Raises:
        NotPermittedError: ``enrol.key_known``: the key belongs to a device already; ``enrol.wrong_code``: the agent's
            mandate ended, or the office changed at this very moment.
    """
    try:
        added = connection.execute(
            "insert into estafette.device (tenant_id, device_id, kind, account_id, office_id, stream_id, public_key,"
            " name, created_ms)"
            " select a.tenant_id, %s, 'agent', a.account_id, a.office_id, s.stream_id, %s, %s, %s"
            " from estafette.account a join estafette.stream s"
            " on s.tenant_id = a.tenant_id and s.office_id = a.office_id"
            " where a.tenant_id = %s and a.account_id = %s and a.disabled_ms is null for share of a",
            [device_id, public_key, name, now_ms, tenant, account],
        )
    except psycopg.errors.UniqueViolation as error:
        raise NotPermittedError("enrol.key_known") from error
    if added.rowcount != 1:
        raise NotPermittedError("enrol.wrong_code")


def add_console_device(
    connection: Connection, tenant: int, device_id: str, incarnation: int, public_key: str, now_ms: int
) -> None:
    """Write the device that signs what supervisors do, with its empty chain to lock; the same again is no error."""
    connection.execute(
        "insert into estafette.device (tenant_id, device_id, kind, public_key, name, created_ms)"
        " values (%s, %s, 'console', %s, 'console', %s) on conflict do nothing",
        [tenant, device_id, public_key, now_ms],
    )
    connection.execute(
        "insert into estafette.device_chain (tenant_id, device_id, incarnation, seq, head)"
        " values (%s, %s, %s, 0, %s) on conflict do nothing",
        [tenant, device_id, incarnation, CHAIN_START],
    )


def revoke_device(connection: Connection, tenant: int, device_id: str, now_ms: int) -> bool:
    """Revoke an agent's device, a closed one too, for good; False when there is none. A first one keeps its time."""
    done = connection.execute(
        "update estafette.device set revoked_ms = case when closed = '' then coalesce(revoked_ms, %s) else %s end,"
        " closed = ''"
        " where tenant_id = %s and device_id = %s and kind = 'agent'",
        [now_ms, now_ms, tenant, device_id],
    )
    return done.rowcount == 1


def lock_tenant(connection: Connection, tenant: int) -> None:
    """Let only one transaction at a time change which offices there are. Whoever only refers to the tenant goes on."""
    connection.execute("select 1 from estafette.tenant where tenant_id = %s for no key update", [tenant])


def lock_office(connection: Connection, tenant: int, office: str) -> None:
    """Let only one transaction at a time change who works in an office."""
    connection.execute(
        "select 1 from estafette.office where tenant_id = %s and office_id = %s for update", [tenant, office]
    )


def end_codes(connection: Connection, tenant: int, account: str, made_ms: int, now_ms: int) -> bool:
    """End an agent's unused code made at an instant; False when none of it could still be used."""
    done = connection.execute(
        "update estafette.enrolment_code set expires_ms = %s where tenant_id = %s and account_id = %s"
        " and created_ms = %s and used_ms is null and expires_ms > %s",
        [now_ms, tenant, account, made_ms, now_ms],
    )
    return done.rowcount > 0


def end_all_codes(connection: Connection, tenant: int, account: str, now_ms: int) -> None:
    """End every unused code of an agent."""
    connection.execute(
        "update estafette.enrolment_code set expires_ms = %s"
        " where tenant_id = %s and account_id = %s and used_ms is null and expires_ms > %s",
        [now_ms, tenant, account, now_ms],
    )


def lock_code(connection: Connection, tenant: int, code_hash: str) -> Code | None:
    """Return an enrolment code and lock it to the end of the transaction, and what its agent may do with it.

    The account comes first, as where it changes: who then ends its codes would otherwise wait for us, and we for them.
    """
    connection.execute(
        "select 1 from estafette.account where tenant_id = %s and account_id = (select account_id"
        " from estafette.enrolment_code where tenant_id = %s and code_hash = %s) for share",
        [tenant, tenant, code_hash],
    )
    return row(
        connection,
        Code,
        "select account_id, expires_ms, device_id from estafette.enrolment_code"
        " where tenant_id = %s and code_hash = %s for update",
        [tenant, code_hash],
    )


def spend_code(connection: Connection, tenant: int, code_hash: str, device_id: str, now_ms: int) -> None:
    connection.execute(
        "update estafette.enrolment_code set used_ms = %s, device_id = %s where tenant_id = %s and code_hash = %s",
        [now_ms, device_id, tenant, code_hash],
    )


def enrol_reply(
    connection: Connection, tenant: int, device_id: str, *, service_key: str, now_ms: int, timezone: str
) -> EnrolReply:
    """Return who a device is."""
    found = connection.execute(
        "select t.tenant_id, t.name, o.office_id, o.name, a.account_id, a.name, d.device_id, d.stream_id, t.epoch"
        " from estafette.device d"
        " join estafette.tenant t on t.tenant_id = d.tenant_id"
        " join estafette.office o on o.tenant_id = d.tenant_id and o.office_id = d.office_id"
        " join estafette.account a on a.tenant_id = d.tenant_id and a.account_id = d.account_id"
        " where d.tenant_id = %s and d.device_id = %s",
        [tenant, device_id],
    ).fetchone()
    assert found is not None, "an enrolled device has an office and an agent"
    return EnrolReply(*(*found[:8], service_key, found[8], now_ms, timezone))


def agent_office(connection: Connection, tenant: int, account: str) -> str | None:
    """Return an agent's office; None when there is no such agent."""
    found = connection.execute(
        "select office_id from estafette.account"
        " where tenant_id = %s and account_id = %s and role = 'agent' and disabled_ms is null",
        [tenant, account],
    ).fetchone()
    return str(found[0]) if found else None


def lock_agent(connection: Connection, tenant: int, account: str) -> Agent | None:
    """Return an agent, one whose mandate ended too, and lock the account to the end of the transaction."""
    return row(
        connection,
        Agent,
        "select office_id, disabled_ms is not null from estafette.account"
        " where tenant_id = %s and account_id = %s and role = 'agent' for update",
        [tenant, account],
    )


def hold_agent(connection: Connection, tenant: int, account: str) -> None:
    """Let nobody change what an agent may do before the end of the transaction."""
    connection.execute(
        "select 1 from estafette.account where tenant_id = %s and account_id = %s for share", [tenant, account]
    )


def former_agents(connection: Connection, tenant: int) -> list[AgentRow]:
    """Return the agents whose mandate ended, by office and name; none of their devices may sync."""
    return rows(
        connection,
        AgentRow,
        "select a.account_id, a.name, o.office_id, o.name, 0, a.disabled_ms from estafette.account a"
        " join estafette.office o on o.tenant_id = a.tenant_id and o.office_id = a.office_id"
        " where a.tenant_id = %s and a.role = 'agent' and a.disabled_ms is not null"
        " order by o.name, a.name, a.account_id",
        [tenant],
    )


def assign(
    connection: Connection, tenant: int, account: str, *, office: str, ended_ms: int | None, now_ms: int
) -> None:
    """Write where an agent works from now on, and close and open the agent's devices by it.

    A device keeps its office: it is open while that is the agent's and the mandate lasts. One that was revoked for
    itself stays so.
    """
    connection.execute(
        "update estafette.account set office_id = %s, disabled_ms = %s where tenant_id = %s and account_id = %s",
        [office, ended_ms, tenant, account],
    )
    connection.execute(
        "update estafette.device d set closed = n.closed, revoked_ms = case when n.closed <> '' then %s end from ("
        " select e.device_id, case when %s then %s when e.office_id <> %s then %s else '' end as closed"
        " from estafette.device e where e.tenant_id = %s and e.account_id = %s and e.kind = 'agent') n"
        " where d.tenant_id = %s and d.device_id = n.device_id and (d.revoked_ms is null or d.closed <> '')",
        [now_ms, ended_ms is not None, MANDATE_ENDED, office, OFFICE_CHANGED, tenant, account, tenant],
    )


def note_assignment(
    connection: Connection,
    tenant: int,
    account: str,
    what: str,
    *,
    office: str,
    by: str | None,
    reason: str,
    now_ms: int,
) -> None:
    """Keep who changed what an agent may do, and why."""
    connection.execute(
        "insert into estafette.assignment (tenant_id, account_id, since_ms, what, office_id, by_account, reason)"
        " values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        [tenant, account, now_ms, what, office, by, reason],
    )


def epoch(connection: Connection, tenant: int) -> int:
    """Return the tenant's epoch: it grows when the service is restored from a backup."""
    found = connection.execute("select epoch from estafette.tenant where tenant_id = %s", [tenant]).fetchone()
    assert found is not None, "a tenant has an epoch"
    return int(found[0])


def offices(connection: Connection, tenant: int) -> list[OfficeRow]:
    """Return the offices by name."""
    return rows(
        connection,
        OfficeRow,
        "select office_id, name from estafette.office where tenant_id = %s order by name, office_id",
        [tenant],
    )


def agents(connection: Connection, tenant: int) -> list[AgentRow]:
    """Return the agents by office and name, each with the number of devices that may still sync."""
    return rows(
        connection,
        AgentRow,
        "select a.account_id, a.name, o.office_id, o.name,"
        " (select count(*) from estafette.device d where d.tenant_id = a.tenant_id and d.account_id = a.account_id"
        "  and d.revoked_ms is null)"
        " from estafette.account a"
        " join estafette.office o on o.tenant_id = a.tenant_id and o.office_id = a.office_id"
        " where a.tenant_id = %s and a.role = 'agent' and a.disabled_ms is null order by o.name, a.name, a.account_id",
        [tenant],
    )


def devices(connection: Connection, tenant: int) -> list[DeviceRow]:
    """Return the agents' devices, newest first."""
    return rows(
        connection,
        DeviceRow,
        "select d.device_id, d.name, a.name, o.office_id, o.name, d.created_ms, d.revoked_ms, coalesce("
        " (select c.seq from estafette.device_chain c where c.tenant_id = d.tenant_id and c.device_id = d.device_id"
        "  order by c.incarnation desc limit 1), 0), d.closed, coalesce(k.pending, 0)"
        " from estafette.device d"
        " left join estafette.contact k on k.tenant_id = d.tenant_id and k.device_id = d.device_id"
        " join estafette.account a on a.tenant_id = d.tenant_id and a.account_id = d.account_id"
        " join estafette.office o on o.tenant_id = d.tenant_id and o.office_id = d.office_id"
        " where d.tenant_id = %s and d.kind = 'agent' order by d.created_ms desc, d.device_id",
        [tenant],
    )


def enrolment_codes(connection: Connection, tenant: int) -> list[CodeRow]:
    """Return the codes made, newest first; never the codes themselves."""
    return rows(
        connection,
        CodeRow,
        "select a.account_id, a.name, o.office_id, o.name, c.created_ms, c.expires_ms, c.used_ms"
        " from estafette.enrolment_code c"
        " join estafette.account a on a.tenant_id = c.tenant_id and a.account_id = c.account_id"
        " join estafette.office o on o.tenant_id = a.tenant_id and o.office_id = a.office_id"
        " where c.tenant_id = %s order by c.created_ms desc limit 200",
        [tenant],
    )
