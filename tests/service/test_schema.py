"""The schema keeps the nine rules that make it ready for a distributed PostgreSQL, and matches the committed dump."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from cases.errors import DamagedError, EnvironmentFault
from central.database import dump
from central.database.migrations import all_migrations, migrate
from central.postgres import PrivatePostgres
from tests.support.central_service import fresh_database

Rows = list[tuple[str, ...]]
DIRECTORIES = {"directory", "migration"}
"""Small tables across tenants (rule 2) and the migrations' own record."""
MIGRATIONS = Path(dump.__file__).parent / "migrations"


def ask(conninfo: str, query: str) -> Rows:
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query.encode()).fetchall()


def test_the_tenant_leads_every_key_and_index(owner_conninfo: str) -> None:
    found = ask(
        owner_conninfo,
        "select t.relname, i.relname, a.attname from pg_index x"
        " join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid"
        " join pg_namespace n on n.oid = t.relnamespace"
        " join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]"
        " where n.nspname = 'estafette' and t.relkind = 'r'",
    )
    wrong = [row for row in found if row[2] != "tenant_id" and row[0] not in DIRECTORIES]
    assert wrong == [] and len(found) > 20


def test_every_table_has_a_key_and_a_tenant_that_is_never_null(owner_conninfo: str) -> None:
    found = ask(
        owner_conninfo,
        "select t.relname, exists (select 1 from pg_constraint c where c.conrelid = t.oid and c.contype = 'p'),"
        " coalesce((select a.attnum = 1 and a.attnotnull and a.atttypid = 'int4'::regtype from pg_attribute a"
        "  where a.attrelid = t.oid and a.attname = 'tenant_id'), false)"
        " from pg_class t join pg_namespace n on n.oid = t.relnamespace"
        " where n.nspname = 'estafette' and t.relkind = 'r'",
    )
    assert [row for row in found if not row[1]] == []
    assert [row[0] for row in found if not row[2] and row[0] not in DIRECTORIES] == []


def test_foreign_keys_lead_with_the_tenant_on_both_sides(owner_conninfo: str) -> None:
    found = ask(
        owner_conninfo,
        "select c.conname, a.attname, f.attname from pg_constraint c"
        " join pg_namespace n on n.oid = c.connamespace"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
        " join pg_attribute f on f.attrelid = c.confrelid and f.attnum = c.confkey[1]"
        " where n.nspname = 'estafette' and c.contype = 'f'",
    )
    assert [row for row in found if row[1:] != ("tenant_id", "tenant_id")] == [] and found


def test_there_is_no_trigger_sequence_extension_or_foreign_collation(owner_conninfo: str) -> None:
    assert ask(owner_conninfo, "select tgname from pg_trigger where not tgisinternal") == []
    assert ask(owner_conninfo, "select sequencename from pg_sequences") == []
    assert ask(owner_conninfo, "select extname from pg_extension where extname <> 'plpgsql'") == []
    assert ask(owner_conninfo, "select attname from pg_attribute where attidentity <> ''") == []
    locale = ask(owner_conninfo, "select datcollate, pg_encoding_to_char(encoding) from pg_database limit 1")
    assert locale == [("C.UTF-8", "UTF8")]


def test_no_statement_uses_advisory_locks_or_notify() -> None:
    for file in sorted(MIGRATIONS.parent.parent.rglob("*.py")) + sorted(MIGRATIONS.glob("*.sql")):
        statements = re.sub(r"--.*|#.*|\"\"\"[\s\S]*?\"\"\"", "", file.read_text("utf-8")).lower()
        assert "advisory" not in statements and "pg_notify" not in statements, file.name
        assert not re.search(r"\b(listen|notify) [a-z_]+;", statements), file.name
        assert "nextval" not in statements and "set_config(" not in statements, file.name


def test_hot_functions_take_the_tenant_first_and_name_their_schema(owner_conninfo: str) -> None:
    found = ask(
        owner_conninfo,
        "select p.proname, p.proargnames[1], p.prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = 'estafette'",
    )
    assert {row[0] for row in found} >= {"push", "take_in", "write_records"}
    assert {row[1] for row in found} == {"p_tenant_id"}
    tables = {row[0] for row in ask(owner_conninfo, "select tablename from pg_tables where schemaname = 'estafette'")}
    for row in found:
        for _keyword, name in re.findall(r"\b(from|join|update|into) ([a-z_.]+)", row[2]):
            assert name.removeprefix("estafette.") not in tables or name.startswith("estafette."), name


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
