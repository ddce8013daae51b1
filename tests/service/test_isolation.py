"""Row-level security: a tenant sees and takes only its own rows, whatever the query says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from central.context import Central
from central.database.client import Connection
from tests.support.central_service import MovedClock, RunningService, opened_central
from tests.support.wire_device import WireDevice, new_id

SHARED = {"directory", "migration"}
OTHER_TENANT = 2


@pytest.fixture
def central(owner_conninfo: str, tmp_path: Path) -> Iterator[Central]:
    with opened_central(owner_conninfo, tmp_path, MovedClock()) as opened:
        yield opened


def tables(connection: psycopg.Connection[tuple[str]] | Connection) -> list[str]:
    found = connection.execute("select tablename from pg_tables where schemaname = 'estafette' order by 1").fetchall()
    return [name for (name,) in found if name not in SHARED]


def table(name: str) -> sql.Identifier:
    return sql.Identifier("estafette", name)


def fill(owner: psycopg.Connection[tuple[str]], tenant: int) -> None:
    """Put one row of the tenant in every table, as the owner, without the foreign keys' order mattering."""
    owner.execute("set session_replication_role = replica")
    for name in tables(owner):
        columns = owner.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'estafette' and table_name = %s and is_nullable = 'NO'",
            [name],
        ).fetchall()
        values = {column: example(name, column, kind, tenant) for column, kind in columns}
        if name == "account":
            values |= {"office_id": "o"}
        elif name == "device":
            values |= {"account_id": "a", "office_id": "o", "stream_id": "s"}
        owner.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                table(name),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(map(sql.Literal, values.values())),
            )
        )


def example(name: str, column: str, kind: str, tenant: int) -> object:
    fixed = {
        "tenant_id": tenant,
        "role": "agent",
        "public_key": "0" * 64,
        "stage": "open",
        "details": "{}",
        "state": "accepted",
    }
    if (name, column) == ("device", "kind"):
        return "agent"
    if column in fixed and kind != "bytea":
        return fixed[column]
    return {"text": "x", "bytea": b"x"}.get(kind, 1)


def test_every_table_hides_foreign_rows_and_refuses_to_take_or_change_them(
    central: Central, owner_conninfo: str
) -> None:
    with psycopg.connect(owner_conninfo) as owner:
        fill(owner, 1)
        fill(owner, OTHER_TENANT)
        names = tables(owner)
    assert len(names) > 15
    for name in names:
        with central.transaction(1) as connection:
            seen = connection.execute(sql.SQL("select distinct tenant_id from {}").format(table(name))).fetchall()
            assert seen == [(1,)], name
            foreign = sql.SQL("select 1 from {} where tenant_id = {}").format(table(name), sql.Literal(OTHER_TENANT))
            assert connection.execute(foreign).fetchall() == [], name
            changed = connection.execute(
                sql.SQL("update {0} set tenant_id = tenant_id where tenant_id = {1}").format(
                    table(name), sql.Literal(OTHER_TENANT)
                )
            )
            assert changed.rowcount == 0, name
        with pytest.raises(psycopg.errors.InsufficientPrivilege), central.transaction(1) as connection:
            connection.execute(sql.SQL("update {} set tenant_id = 2").format(table(name)))


def test_without_a_tenant_nothing_is_visible(central: Central, owner_conninfo: str) -> None:
    with psycopg.connect(owner_conninfo) as owner:
        fill(owner, 1)
        names = tables(owner)
        owner.commit()
        owner.execute("set role estafette_app")
        for name in names:
            assert owner.execute(sql.SQL("select 1 from {}").format(table(name))).fetchall() == [], name


def test_a_pooled_connection_keeps_nothing_of_the_tenant_before(central: Central) -> None:
    for tenant in range(1, 40):
        with central.transaction(tenant) as connection:
            assert connection.execute("select current_setting('app.tenant_id')").fetchone() == (str(tenant),)
    with central.database._pool.connection() as connection:
        assert connection.execute("select current_setting('app.tenant_id', true)").fetchone() == ("",)


def test_the_service_works_under_a_role_that_owns_nothing(central: Central) -> None:
    with central.transaction(1) as connection:
        assert connection.execute("select current_user").fetchone() == ("estafette_app",)
        owned = connection.execute("select count(*) from pg_class where relowner = 'estafette_app'::regrole").fetchone()
        assert owned == (0,)
        flags = connection.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcanlogin from pg_roles where rolname = current_user"
        ).fetchone()
        assert flags == (False, False, False, False)


def test_events_are_never_deleted_by_the_service(central: Central) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), central.transaction(1) as connection:
        connection.execute("delete from estafette.event")


def test_a_device_of_one_tenant_is_nobody_in_another(central_service: RunningService, device: WireDevice) -> None:
    from central.database import people

    central = central_service.central
    with central.transaction(OTHER_TENANT) as connection:
        people.add_tenant(connection, OTHER_TENANT, "Autre", 1)
        people.add_office(connection, OTHER_TENANT, new_id(), "Autre antenne", 1)
        assert people.device(connection, OTHER_TENANT, device.me.device) is None
        assert people.offices(connection, OTHER_TENANT)[0].name == "Autre antenne"
        assert len(people.offices(connection, OTHER_TENANT)) == 1
