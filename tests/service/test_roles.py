"""The service's own login: made by the owner, kept in the data folder, of no use for anything but the service."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cases.errors import DamagedError, EnvironmentFault
from central import starting
from central.database.client import Database
from central.database.migrations import all_migrations
from central.database.roles import LOGIN_FILE, is_service_login, service_login
from central.postgres import PrivatePostgres
from tests.support.central_service import fresh_database, reachable_directory


@pytest.fixture
def data() -> Iterator[Path]:
    made = reachable_directory()
    yield made
    shutil.rmtree(made)


def user_of(conninfo: str) -> str:
    with psycopg.connect(conninfo) as connection:
        found = connection.execute("select session_user::text").fetchone()
    assert found is not None
    return str(found[0])


def test_the_private_server_gets_a_login_with_a_password_of_its_own(data: Path) -> None:
    with starting.opened_database(data, None) as (database, server):
        assert server is not None
        file = data / "postgres" / LOGIN_FILE
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        login = service_login(server.conninfo(), data / "postgres")
        with database.transaction(1) as connection:
            assert connection.execute("select session_user::text").fetchone() == (login.name,)
        with psycopg.connect(server.conninfo()) as owner:
            kept = owner.execute("select rolpassword from pg_authid where rolname = %s", [login.name]).fetchone()
        assert kept is not None and kept[0].startswith("SCRAM-SHA-256$")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(make_conninfo(login.conninfo(server.conninfo()), password="wrong"))
        assert login.password not in (data / "postgres" / "server.log").read_text()
    with starting.opened_database(data, None) as (database, server):
        assert server is not None and service_login(server.conninfo(), data / "postgres") == login


def test_a_place_of_an_earlier_version_is_brought_up_at_start(data: Path) -> None:
    with starting.opened_database(data, None) as (_database, server):
        assert server is not None
        login = service_login(server.conninfo(), data / "postgres")
    # As it was: nobody but the owner could log in.
    with PrivatePostgres(data / "postgres") as before, psycopg.connect(before.conninfo(), autocommit=True) as owner:
        owner.execute(sql.SQL("drop role {}").format(sql.Identifier(login.name)))
    (data / "postgres" / LOGIN_FILE).unlink()
    with starting.opened_database(data, None) as (database, _server), database.transaction(1) as connection:
        assert connection.execute("select session_user::text <> %s", [login.name]).fetchone() == (True,)


def test_a_role_that_was_lost_is_made_again(postgres: PrivatePostgres, data: Path) -> None:
    owner_conninfo = fresh_database(postgres)
    login = service_login(owner_conninfo, data)
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        owner.execute(sql.SQL("drop role {}").format(sql.Identifier(login.name)))
    assert user_of(service_login(owner_conninfo, data).conninfo(owner_conninfo)) == login.name


def test_a_login_for_the_service_alone_serves_but_migrates_nothing(postgres: PrivatePostgres, data: Path) -> None:
    owner_conninfo = fresh_database(postgres)
    conninfo = service_login(owner_conninfo, data).conninfo(owner_conninfo)
    assert is_service_login(conninfo) and not is_service_login(owner_conninfo)
    with starting.opened_database(data, conninfo) as (database, _server), database.transaction(1) as connection:
        assert connection.info.user == conninfo_to_dict(conninfo)["user"]
    with pytest.raises(EnvironmentFault, match=r"database\.not_owner"), starting.opened_conninfo(data, conninfo):
        pass
    with psycopg.connect(owner_conninfo) as owner:
        owner.execute("delete from estafette.migration where number = %s", [len(all_migrations())])
    with pytest.raises(EnvironmentFault, match=r"database\.old_version"), starting.opened_database(data, conninfo):
        pass


def test_an_owner_who_may_not_make_roles_is_told_so(postgres: PrivatePostgres, data: Path) -> None:
    owner_conninfo = fresh_database(postgres)
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        owner.execute("drop role if exists estafette_poor_owner")
        owner.execute("create role estafette_poor_owner login password 'not a secret'")
    poor = make_conninfo(owner_conninfo, user="estafette_poor_owner", password="not a secret")
    with pytest.raises(EnvironmentFault, match=r"database\.no_service_role"):
        service_login(poor, data)


@pytest.mark.parametrize("power", ["superuser", "bypassrls", "createrole"])
def test_a_login_that_may_become_a_stronger_role_is_refused(postgres: PrivatePostgres, data: Path, power: str) -> None:
    """By a role in between, as organisations do: what the login itself is called says nothing."""
    owner_conninfo = fresh_database(postgres)
    login = service_login(owner_conninfo, data)
    strong, between = (sql.Identifier(f"estafette_{name}_{power}") for name in ("strong", "between"))
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        owner.execute(sql.SQL("create role {} {}").format(strong, sql.SQL(power)))
        owner.execute(sql.SQL("create role {} in role {}").format(between, strong))
        owner.execute(sql.SQL("grant {} to {}").format(between, sql.Identifier(login.name)))
    conninfo = login.conninfo(owner_conninfo)
    with pytest.raises(EnvironmentFault, match=r"database\.wrong_role"):
        Database(conninfo).open()
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        owner.execute(sql.SQL("revoke {} from {}").format(between, sql.Identifier(login.name)))
    database = Database(conninfo)
    database.open()
    database.close()


def test_a_damaged_login_file_is_not_replaced(data: Path) -> None:
    (data / LOGIN_FILE).write_text("something else")
    with pytest.raises(DamagedError, match=r"login\.damaged"):
        service_login("host=/nowhere", data)
    assert (data / LOGIN_FILE).read_text() == "something else"
