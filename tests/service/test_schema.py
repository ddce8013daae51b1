"""The schema keeps the nine rules that make it ready for a distributed PostgreSQL, and matches the committed dump."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from cases.errors import DamagedError, EnvironmentFault
from central.database import dump, lint
from central.database.migrations import all_migrations, migrate
from central.postgres import PrivatePostgres
from tests.support.central_service import fresh_database

Rows = list[tuple[str, ...]]
MIGRATIONS = Path(dump.__file__).parent / "migrations"


def ask(conninfo: str, query: str) -> Rows:
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query.encode()).fetchall()


def test_the_schema_keeps_the_nine_rules(owner_conninfo: str) -> None:
    with psycopg.connect(owner_conninfo) as connection:
        assert lint.findings(connection) == []
    assert len(ask(owner_conninfo, "select 1 from pg_tables where schemaname = 'estafette'")) > 20
    locale = ask(owner_conninfo, "select datcollate, pg_encoding_to_char(encoding) from pg_database limit 1")
    assert locale == [("C.UTF-8", "UTF8")]


def test_no_text_of_ours_breaks_a_rule() -> None:
    for file in sorted(MIGRATIONS.glob("*.sql")):
        assert lint.file_findings(file.read_text("utf-8"), file.name) == []
    for file in sorted(MIGRATIONS.parent.parent.rglob("*.py")):
        if file.name != "lint.py":
            statements = re.sub(r"#.*|\"\"\"[\s\S]*?\"\"\"", "", file.read_text("utf-8"))
            assert lint.file_findings(statements, file.name) == []


BAD = {
    "1 a key without the tenant": (
        "create table estafette.bad (tenant_id integer not null, a int primary key)",
        "1 bad",
    ),
    "1 the tenant not first": (
        "create table estafette.bad (a int, tenant_id integer, primary key (tenant_id, a))",
        "1 bad",
    ),
    "1 the tenant of another type": ("create table estafette.bad (tenant_id bigint primary key)", "1 bad"),
    "1 no key at all": ("create table estafette.bad (tenant_id integer not null)", "1 bad: no primary"),
    "1 an index": ("create index bad on estafette.event (record_id)", "1 event: index bad"),
    "1 a unique key": ("create unique index bad on estafette.device (public_key)", "1 device: unique index bad"),
    "1 a foreign key": (
        "create table estafette.bad (tenant_id integer primary key, name text references estafette.bad_parent);",
        "1 bad: foreign key",
    ),
    "1 an exclusion": (
        "alter table estafette.case_file add constraint bad exclude using btree (case_id with =)",
        "1 case_file: exclusion bad",
    ),
    "2 a table of no tenant": ("create table estafette.bad (code text primary key)", "1 bad: tenant_id"),
    "2 a reference that leads away": (
        "alter table estafette.directory add foreign key (tenant_id) references estafette.tenant (tenant_id)",
        "2 directory",
    ),
    "3 a reference that changes": ("grant update on estafette.directory to estafette_app", "3 directory"),
    "4 a trigger": (
        "create trigger bad before update on estafette.event"
        " for each row execute function suppress_redundant_updates_trigger()",
        "4 trigger event.bad",
    ),
    "4 a sequence": ("create sequence estafette.bad", "4 bad"),
    "4 an identity": (
        "alter table estafette.event add column bad bigint generated always as identity",
        "4 event.bad",
    ),
    "4 an advisory lock": (
        "create function estafette.bad(p_tenant_id integer) returns void language sql"
        " as 'select pg_advisory_xact_lock(p_tenant_id)'",
        "4 bad: advisory",
    ),
    "4 a notification": (
        "create function estafette.bad(p_tenant_id integer) returns void language plpgsql"
        " as 'begin notify heads, ''x''; end'",
        "4 bad: notify heads",
    ),
    "5 an identity made by the database": (
        "alter table estafette.case_file add column bad uuid default gen_random_uuid()",
        "5 case_file.bad",
    ),
    "6 a view over tenants": ("create view estafette.bad as select count(*) from estafette.event", "6 bad"),
    "6 a function that chooses": (
        "create function estafette.bad(p_tenant_id integer) returns void language plpgsql"
        " as $$ begin execute 'set local app.tenant_id = 2'; end $$",
        "6 bad",
    ),
    "7 a function without the tenant first": (
        "create function estafette.bad(p_name text, p_tenant_id integer) returns bigint language sql"
        " as 'select count(*) from estafette.event'",
        "7 bad: its first",
    ),
    "7 a name without its schema": (
        "set search_path = estafette; create function estafette.bad(p_tenant_id integer) returns bigint language sql"
        " as 'select count(*) from event where tenant_id = p_tenant_id'",
        "7 bad: event",
    ),
    "8 no isolation": ("alter table estafette.event disable row level security", "8 event: no row-level"),
    "8 a policy for all": (
        "drop policy tenant_only on estafette.event;"
        "create policy tenant_only on estafette.event to estafette_app using (true)",
        "8 event: not exactly",
    ),
    "8 a second policy": ("create policy more on estafette.event using (true)", "8 event: not exactly"),
    "8 the owner's rights": (
        "create function estafette.bad(p_tenant_id integer) returns bigint language sql security definer"
        " as 'select count(*) from estafette.event'",
        "8 bad: runs",
    ),
    "9 a collation": ('alter table estafette.citizen add column bad text collate "ucs_basic"', "9 citizen.bad"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_schema_that_breaks_a_rule_is_caught(owner_conninfo: str, name: str) -> None:
    statements, said = BAD[name]
    with psycopg.connect(owner_conninfo) as connection:
        connection.execute("create table estafette.bad_parent (name text primary key)")
        connection.execute(statements.encode(), prepare=False)
        found = [line for line in lint.findings(connection) if "bad_parent:" not in line]
        connection.rollback()
    assert any(line.startswith(said) for line in found), found


@pytest.mark.parametrize(
    "text",
    [
        "select nextval('x')",
        "select pg_advisory_lock(1)",
        "notify heads;",
        "select set_config('app.tenant_id', '1', true)",
    ],
)
def test_a_text_that_breaks_a_rule_is_caught(text: str) -> None:
    assert lint.file_findings(text, "x") and not lint.file_findings(f"-- {text}", "x")
    assert lint.file_findings("select create_distributed_table('a', 'b')", "x")


_STAND_INS = """
create table public.done (at int generated always as identity, name text, how text);
create function create_reference_table(t regclass) returns void language sql
    as 'insert into public.done (name, how) values (t::text, ''reference'')';
create function create_distributed_table(t regclass, c text, colocate_with text) returns void language sql
    as 'insert into public.done (name, how) values (t::text, c)';
create function create_distributed_function(f regprocedure, c text, colocate_with text) returns void language sql
    as 'insert into public.done (name, how) values (f::text, ''function '' || c)';
"""


def test_the_optional_file_distributes_every_table_once_and_parents_first(owner_conninfo: str) -> None:
    """Run for real, with stand-ins for the functions of Citus that note what they are given."""
    with psycopg.connect(owner_conninfo, autocommit=True) as connection:
        connection.execute(_STAND_INS.encode())
        connection.execute(lint.DISTRIBUTION.read_text("utf-8").encode(), prepare=False)
    done = ask(owner_conninfo, "select name, how from public.done order by at")
    names = [name for name, how in done if not how.startswith("function")]
    tables = {row[0] for row in ask(owner_conninfo, "select tablename from pg_tables where schemaname = 'estafette'")}
    assert sorted(names) == sorted(f"estafette.{table}" for table in tables - lint.LOCAL)
    assert {name for name, how in done if how == "reference"} == {f"estafette.{name}" for name in lint.REFERENCES}
    keys = "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f'"
    assert all(names.index(parent) <= names.index(child) for child, parent in ask(owner_conninfo, keys))
    functions = {name.partition("(")[0] for name, how in done if how == "function p_tenant_id"}
    assert functions >= {"estafette.take_batch", "estafette.write_batch"}


def test_hot_rows_have_room_on_their_page(owner_conninfo: str) -> None:
    found = ask(
        owner_conninfo, "select relname, reloptions::text from pg_class where relname in ('stream', 'device_chain')"
    )
    assert all(row[1] == "{fillfactor=50}" for row in found) and len(found) == 2


def test_the_schema_is_the_committed_one(owner_conninfo: str) -> None:
    with psycopg.connect(owner_conninfo) as connection:
        now = dump.describe(connection)
    assert now == dump.COMMITTED.read_text("utf-8"), "run: python -m central.database.dump, and read the difference"


def test_migrating_again_changes_nothing(postgres: PrivatePostgres) -> None:
    conninfo = fresh_database(postgres, empty=True)
    assert migrate(conninfo) == len(all_migrations())
    assert migrate(conninfo) == 0


def test_a_newer_database_is_refused(postgres: PrivatePostgres) -> None:
    conninfo = fresh_database(postgres)
    with psycopg.connect(conninfo) as connection:
        connection.execute("insert into estafette.migration (number, name, digest) values (9999, 'x', 'x')")
    with pytest.raises(EnvironmentFault, match=r"database\.newer_version"):
        migrate(conninfo)


def test_a_changed_migration_is_refused(postgres: PrivatePostgres) -> None:
    conninfo = fresh_database(postgres)
    with psycopg.connect(conninfo) as connection:
        connection.execute("update estafette.migration set digest = 'x' where number = 1")
    with pytest.raises(DamagedError, match=r"database\.migration_changed"):
        migrate(conninfo)
