"""Row-level security: a tenant sees and takes only its own rows, whatever the query says."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from cases.errors import EnvironmentFault
from central.context import Central
from central.database.client import Connection, Database
from tests.support.central_service import MovedClock, RunningService, opened_central, service_conninfo
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
        put(owner, name, row_of(owner, name, tenant))


def row_of(connection: psycopg.Connection[tuple[str]] | Connection, name: str, tenant: int) -> dict[str, object]:
    columns = connection.execute(
        "select a.attname, format_type(a.atttypid, null) from pg_attribute a"
        " where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull",
        [f"estafette.{name}"],
    ).fetchall()
    values = {column: example(name, column, kind, tenant) for column, kind in columns}
    if name == "account":
        values |= {"office_id": "o"}
    elif name == "device":
        values |= {"account_id": "a", "office_id": "o", "stream_id": "s"}
    return values


def put(connection: psycopg.Connection[tuple[str]] | Connection, name: str, values: dict[str, object]) -> None:
    connection.execute(
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
    if (name, column) == ("assignment", "what"):
        return "ended"
    if column in fixed and kind != "bytea":
        return fixed[column]
    return {"text": "x", "bytea": b"x"}.get(kind, 1)


def may(connection: Connection, name: str, right: str) -> bool:
    found = connection.execute("select has_table_privilege(%s, %s)", [f"estafette.{name}", right]).fetchone()
    return bool(found and found[0])


def breaches(central: Central, name: str, own: int, foreign: int) -> list[str]:
    """Return what a transaction of the tenant ``own`` can see or do of rows of ``foreign``."""
    where = sql.SQL("where tenant_id = {}").format(sql.Literal(foreign))
    found: list[str] = []
    with central.transaction(own) as connection:
        seen = connection.execute(sql.SQL("select distinct tenant_id from {}").format(table(name))).fetchall()
        if seen != [(own,)]:
            found.append(f"sees {seen}")
        if connection.execute(sql.SQL("select 1 from {} {}").format(table(name), where)).fetchall():
            found.append("sees by name")
        if connection.execute(sql.SQL("update {} set tenant_id = tenant_id {}").format(table(name), where)).rowcount:
            found.append("changes")
        deletes = may(connection, name, "delete")
        if deletes and connection.execute(sql.SQL("delete from {} {}").format(table(name), where)).rowcount:
            found.append("deletes")
        row = row_of(connection, name, foreign)
    for act, work in {
        "puts": lambda connection: put(connection, name, row),
        "moves": lambda connection: connection.execute(
            sql.SQL("update {} set tenant_id = {}").format(table(name), sql.Literal(foreign))
        ),
    }.items():
        try:
            with central.transaction(own) as connection:
                work(connection)
            found.append(act)
        except psycopg.errors.InsufficientPrivilege:
            continue
        except psycopg.IntegrityError:
            # Another row stood in the way, not a policy: those are asked first.
            found.append(act)
    return found


def test_every_table_hides_foreign_rows_and_refuses_to_take_or_change_them(
    central: Central, owner_conninfo: str
) -> None:
    """Every table of the catalogue, between random tenants, as the role that the service logs in as."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    tenants = chance.sample(range(1, 2**31 - 1), 4)
    with psycopg.connect(owner_conninfo) as owner:
        for tenant in tenants:
            fill(owner, tenant)
        names = tables(owner)
    assert len(names) > 20
    for name in names:
        own, foreign = chance.sample(tenants, 2)
        assert breaches(central, name, own, foreign) == [], (name, own, foreign)


def test_a_table_without_its_policy_is_caught(central: Central, owner_conninfo: str) -> None:
    """The known-bad variant of the one above."""
    with psycopg.connect(owner_conninfo) as owner:
        fill(owner, 1)
        fill(owner, OTHER_TENANT)
        owner.execute("alter table estafette.console_session disable row level security")
        owner.execute("drop policy tenant_only on estafette.parked")
        owner.execute("create policy tenant_only on estafette.parked to estafette_app using (true)")
    said = breaches(central, "console_session", 1, OTHER_TENANT)
    assert {"sees by name", "changes", "deletes"} < set(said)
    assert {"sees by name", "changes"} < set(breaches(central, "parked", 1, OTHER_TENANT))
    assert breaches(central, "device", 1, OTHER_TENANT) == []


def test_without_a_tenant_nothing_is_visible(central: Central, owner_conninfo: str) -> None:
    with psycopg.connect(owner_conninfo) as owner:
        fill(owner, 1)
        names = tables(owner)
    with psycopg.connect(service_conninfo(owner_conninfo)) as service:
        for name in names:
            assert service.execute(sql.SQL("select 1 from {}").format(table(name))).fetchall() == [], name


def test_a_pooled_connection_keeps_nothing_of_the_tenant_before(central: Central) -> None:
    for tenant in range(1, 40):
        with central.transaction(tenant) as connection:
            assert connection.execute("select current_setting('app.tenant_id')").fetchone() == (str(tenant),)
    with central.database._pool.connection() as connection:
        assert connection.execute("select current_setting('app.tenant_id', true)").fetchone() == ("",)


def test_the_service_logs_in_as_a_role_that_owns_nothing_and_cannot_become_owner(central: Central) -> None:
    with central.transaction(1) as connection:
        user = connection.execute("select session_user, current_user, current_user = session_user").fetchone()
        assert user == ("estafette_service_tests", "estafette_service_tests", True)
        owned = connection.execute(
            "select count(*) from pg_class where pg_has_role(session_user, relowner, 'member') and relnamespace ="
            " 'estafette'::regnamespace"
        ).fetchone()
        assert owned == (0,)
        flags = connection.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = session_user"
        ).fetchone()
        assert flags == (False, False, False, False)
    for role in ("estafette_owner", "pg_database_owner", "pg_write_all_data"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), central.transaction(1) as connection:
            connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


def test_the_owner_is_refused_as_the_services_login(owner_conninfo: str) -> None:
    with pytest.raises(EnvironmentFault, match=r"database\.wrong_role"):
        Database(owner_conninfo, size=1).open()


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
