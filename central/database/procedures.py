"""Published procedures: every version stays, the newest of each is offered."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from cases import procedure_file
from cases.errors import InputError
from central.database.client import Connection
from central.records import ProcedureRow

log = logging.getLogger("estafette.central.procedures")

_NEWEST = """
select distinct on (procedure_id) procedure_id, version, title, published_ms, length(bundle)
from estafette.procedure_version where tenant_id = %s
order by procedure_id, published_ms desc, version
"""


def publish(
    connection: Connection,
    tenant: int,
    procedure: str,
    version: str,
    bundle: bytes,
    title: Mapping[str, str],
    now_ms: int,
) -> bool:
    """Publish a version; False when it is the newest one already. An older one published again is the newest again."""
    hold(connection, tenant, procedure)
    newest = {known.id: known.version for known in procedures(connection, tenant)}
    if newest.get(procedure) == version:
        return False
    connection.execute(
        "insert into estafette.procedure_version (tenant_id, procedure_id, version, bundle, title, published_ms)"
        " values (%s, %s, %s, %s, %s, %s)"
        " on conflict (tenant_id, procedure_id, version) do update set published_ms = excluded.published_ms",
        [tenant, procedure, version, bundle, msgspec.json.encode(title).decode(), now_ms],
    )
    return True


def hold(connection: Connection, tenant: int, procedure: str) -> None:
    """Let nobody else publish a version of a procedure that has one, until this transaction ends."""
    connection.execute(
        "select 1 from estafette.procedure_version where tenant_id = %s and procedure_id = %s"
        " order by version for update",
        [tenant, procedure],
    )


def procedures(connection: Connection, tenant: int) -> list[ProcedureRow]:
    """Return the newest version of each procedure, by identity."""
    return [
        ProcedureRow(identity, version, msgspec.json.decode(title, type=dict[str, str]), published_ms, size)
        for identity, version, title, published_ms, size in connection.execute(_NEWEST, [tenant]).fetchall()
    ]


def offered(connection: Connection, tenant: int) -> list[tuple[str, str]]:
    """Return (procedure, newest version) of each, without reading what is in them."""
    found = connection.execute(
        "select distinct on (procedure_id) procedure_id, version from estafette.procedure_version where tenant_id = %s"
        " order by procedure_id, published_ms desc, version",
        [tenant],
    ).fetchall()
    return [(str(procedure), str(version)) for procedure, version in found]


def versions(connection: Connection, tenant: int) -> frozenset[tuple[str, str]]:
    """Return (procedure, version) of everything that was ever published: cases go on with the version they began."""
    found = connection.execute(
        "select procedure_id, version from estafette.procedure_version where tenant_id = %s", [tenant]
    ).fetchall()
    return frozenset((str(procedure), str(version)) for procedure, version in found)


def procedure_bundle(connection: Connection, tenant: int, procedure: str, version: str) -> bytes | None:
    """Return a version's bundle, older versions too; None when there is none."""
    found = connection.execute(
        "select bundle from estafette.procedure_version where tenant_id = %s and procedure_id = %s and version = %s",
        [tenant, procedure, version],
    ).fetchone()
    return bytes(found[0]) if found else None


def decisive(connection: Connection, tenant: int, procedure: str, version: str) -> frozenset[str] | None:
    """Return what a published procedure says that deciding rests on; None where it does not say, or there is none.

    A bundle that nobody can read says nothing, and then everything counts.
    """
    bundle = procedure_bundle(connection, tenant, procedure, version)
    if bundle is None:
        return None
    try:
        return procedure_file.decisive(bundle)
    except InputError as error:
        log.warning("published procedure cannot be read code=%s", error.code)
        return None
