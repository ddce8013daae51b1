"""Reads the catalogue and says where a schema breaks one of the nine rules that make it ready to be distributed.

The rules are those of the reference of the central service, section B. Each finding begins with the rule's number.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg

SCHEMA = "estafette"
REFERENCES = frozenset({"directory"})
"""Small tables across tenants, copied to every node (rule 2)."""
LOCAL = frozenset({"migration"})
"""Not the service's: the migrations' own record, on one node."""
MIGRATIONS = Path(__file__).parent / "migrations"
DISTRIBUTION = Path(__file__).parent / "citus.sql"

_TABLES = """
select c.oid, c.relname, c.relkind, c.relrowsecurity, coalesce((select a.attnum = 1 and a.attnotnull and
    a.atttypid = 'int4'::regtype from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'), false),
    exists (select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'p'),
    has_table_privilege('estafette_app', c.oid, 'update'), has_table_privilege('estafette_app', c.oid, 'delete')
from pg_class c where c.relnamespace = 'estafette'::regnamespace and c.relkind not in ('i', 'I', 't', 'c') order by 2
"""
_INDEXES = """
select t.relname, i.relname, x.indisunique,
    coalesce((select a.attname = 'tenant_id' from pg_attribute a where a.attrelid = t.oid and a.attnum = x.indkey[0]),
        false)
from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
where t.relnamespace = 'estafette'::regnamespace and t.relkind in ('r', 'p') order by 1, 2
"""
_CONSTRAINTS = """
select k.conrelid::regclass::text, k.conname, k.contype, f.relname, f.relnamespace::regnamespace::text,
    coalesce((select a.attname = 'tenant_id' from pg_attribute a where a.attrelid = k.conrelid
        and a.attnum = k.conkey[1]), false),
    coalesce((select a.attname = 'tenant_id' from pg_attribute a where a.attrelid = k.confrelid
        and a.attnum = k.confkey[1]), false), c.relname
from pg_constraint k left join pg_class f on f.oid = k.confrelid join pg_class c on c.oid = k.conrelid
where k.connamespace = 'estafette'::regnamespace and k.contype in ('f', 'x') order by 1, 2
"""
_TRIGGERS = """
select c.relname || '.' || g.tgname from pg_trigger g join pg_class c on c.oid = g.tgrelid
where c.relnamespace = 'estafette'::regnamespace and not g.tgisinternal order by 1
"""
_COLUMNS = """
select c.relname || '.' || a.attname, a.attidentity <> '', coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
    coalesce(l.collname not in ('default', 'C', 'POSIX'), false)
from pg_attribute a join pg_class c on c.oid = a.attrelid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_collation l on l.oid = a.attcollation
where c.relnamespace = 'estafette'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
    and c.relname <> 'migration' order by 1
"""
_FUNCTIONS = """
select p.proname, coalesce(p.proargnames[1], ''), coalesce(p.proargtypes[0] = 'int4'::regtype, false), p.prosecdef,
    p.prosrc, l.lanname
from pg_proc p join pg_language l on l.oid = p.prolang where p.pronamespace = 'estafette'::regnamespace order by 1
"""
_POLICIES = """
select tablename, cmd, roles::text, coalesce(qual, ''), coalesce(with_check, '') from pg_policies
where schemaname = 'estafette' order by 1
"""
_EXTENSIONS = "select extname from pg_extension where extname not in ('plpgsql', 'citus', 'citus_columnar') order by 1"
_CONSTANT = re.compile(r"^(-?\d+|'[^']*'(::[a-z ]+(\[\])?)?|true|false|NULL::[a-z ]+)$")
_SETTING = "current_setting('app.tenant_id'::text, true)"
_NAMED = re.compile(r"\b(?:from|join|update|into)\s+(?:only\s+)?([a-z_][a-z_.]*)", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_FORBIDDEN = re.compile(r"advisory|pg_notify|\b(?:listen|notify)\s+[a-z_]+\s*[;,]|nextval|currval|set_config\s*\(")


def findings(connection: psycopg.Connection[Any]) -> list[str]:
    """Return where the schema of a database breaks the rules; empty when it does not."""
    tables = connection.execute(_TABLES).fetchall()
    names = {row[1] for row in tables if row[2] in ("r", "p")}
    return [
        *_of_tables(tables),
        *_of_keys(connection),
        *_of_columns(connection),
        *_of_functions(connection, names),
        *_of_policies(connection, names - REFERENCES - LOCAL),
        *(f"9 extension {row[0]}" for row in connection.execute(_EXTENSIONS)),
    ]


def file_findings(text: str, name: str) -> list[str]:
    """Return where a migration's or a module's text breaks the rules that no catalogue shows."""
    plain = _COMMENT.sub("", text).lower()
    found = [f"4 {name}: {match.group(0)}" for match in _FORBIDDEN.finditer(plain)]
    if "create_distributed_table" in plain or "create_reference_table" in plain:
        found.append(f"9 {name}: distributes tables")
    return found


def _of_tables(tables: list[tuple[Any, ...]]) -> list[str]:
    found = []
    for _oid, name, kind, _secured, led, keyed, updates, deletes in tables:
        if kind not in ("r", "p"):
            found.append(f"{4 if kind == 'S' else 6} {name}: neither table nor index (kind {kind})")
            continue
        if name in LOCAL:
            continue
        if not keyed:
            found.append(f"1 {name}: no primary key")
        if name in REFERENCES:
            if updates or deletes:
                found.append(f"3 {name}: a reference table that the service may change")
        elif not led:
            found.append(f"1 {name}: tenant_id integer not null is not its first column")
    return found


def _of_keys(connection: psycopg.Connection[Any]) -> list[str]:
    found = []
    shared = REFERENCES | LOCAL
    for table, index, unique, led in connection.execute(_INDEXES):
        if table not in shared and not led:
            found.append(f"1 {table}: {'unique ' if unique else ''}index {index} does not begin with tenant_id")
    for _table, name, kind, target, target_schema, led, target_led, table in connection.execute(_CONSTRAINTS):
        if kind == "x":
            if not led:
                found.append(f"1 {table}: exclusion {name} does not begin with tenant_id")
        elif target_schema != SCHEMA:
            found.append(f"1 {table}: foreign key {name} leaves the schema")
        elif table in shared:
            found.append(f"2 {table}: a table of no tenant has the foreign key {name}")
        elif target not in shared and not (led and target_led):
            found.append(f"1 {table}: foreign key {name} does not begin with tenant_id on both sides")
    return found


def _of_columns(connection: psycopg.Connection[Any]) -> list[str]:
    found = [f"4 trigger {name}" for (name,) in connection.execute(_TRIGGERS)]
    for name, identity, default, collated in connection.execute(_COLUMNS):
        if identity or "nextval" in default:
            found.append(f"4 {name}: numbered by a sequence")
        elif default and not _CONSTANT.match(default):
            found.append(f"5 {name}: the database makes its value: {default}")
        if collated:
            found.append(f"9 {name}: a collation that not every server has")
    return found


def _of_functions(connection: psycopg.Connection[Any], tables: set[str]) -> list[str]:
    found = []
    for name, first, is_integer, definer, source, language in connection.execute(_FUNCTIONS):
        plain = _COMMENT.sub("", source)
        if first != "p_tenant_id" or not is_integer:
            found.append(f"7 {name}: its first argument is not p_tenant_id integer")
        if definer:
            found.append(f"8 {name}: runs with its owner's rights, past row-level security")
        if language not in ("sql", "plpgsql"):
            found.append(f"9 {name}: language {language}")
        if re.search(r"app\.tenant_id", plain):
            found.append(f"6 {name}: chooses the tenant itself")
        found += [f"4 {name}: {match.group(0)}" for match in _FORBIDDEN.finditer(plain.lower())]
        found += [f"7 {name}: {table} without its schema" for table in _NAMED.findall(plain) if table in tables]
    return found


def _of_policies(connection: psycopg.Connection[Any], tables: set[str]) -> list[str]:
    secured = {row[1] for row in connection.execute(_TABLES) if row[3]}
    policies: dict[str, list[tuple[str, ...]]] = {}
    for table, *policy in connection.execute(_POLICIES):
        policies.setdefault(table, []).append(tuple(policy))
    found = []
    for table in sorted(tables):
        if table not in secured:
            found.append(f"8 {table}: no row-level security")
        held = policies.get(table, [])
        if len(held) != 1 or not all(_SETTING in text and "tenant_id = " in text for text in held[0][2:]):
            found.append(f"8 {table}: not exactly the policy of one tenant")
    return found


__all__ = ["DISTRIBUTION", "LOCAL", "MIGRATIONS", "REFERENCES", "file_findings", "findings"]
