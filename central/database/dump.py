"""Describes the schema as text, the same on every version of PostgreSQL, so that a change of it shows in a review."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psycopg

COMMITTED = Path(__file__).parent / "schema.txt"

_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where n.nspname = 'estafette' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum
"""
# Not-null constraints became catalogue entries in PostgreSQL 18; the columns above say it for every version.
_CONSTRAINTS = """
select c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
from pg_constraint c join pg_namespace n on n.oid = c.connamespace
where n.nspname = 'estafette' and c.contype <> 'n' order by 1, 2
"""
_INDEXES = "select tablename, indexdef from pg_indexes where schemaname = 'estafette' order by tablename, indexname"
_OPTIONS = """
select c.relname, c.relrowsecurity, coalesce(c.reloptions::text, '') from pg_class c
join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'estafette' and c.relkind = 'r' order by 1
"""
_POLICIES = """
select tablename, policyname, roles::text, cmd, qual, with_check from pg_policies
where schemaname = 'estafette' order by 1, 2
"""
_GRANTS = """
select table_name, string_agg(privilege_type, ', ' order by privilege_type)
from information_schema.role_table_grants where table_schema = 'estafette' and grantee = 'estafette_app'
group by table_name order by table_name
"""
_FUNCTIONS = """
select p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.prosrc
from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'estafette' order by 1
"""
_PARTS = (
    ("columns", _COLUMNS),
    ("constraints", _CONSTRAINTS),
    ("indexes", _INDEXES),
    ("options", _OPTIONS),
    ("policies", _POLICIES),
    ("grants", _GRANTS),
    ("functions", _FUNCTIONS),
)


def describe(connection: psycopg.Connection[Any]) -> str:
    """Return the schema as text. The migrations' own table is left out: it is older than the first migration."""
    lines: list[str] = []
    for title, query in _PARTS:
        lines += [f"== {title}", ""]
        found = connection.execute(query.encode()).fetchall()
        lines += [" | ".join(_word(value) for value in row) for row in found if "migration" not in str(row[0])]
        lines.append("")
    return "\n".join(lines)


def _word(value: object) -> str:
    return "-" if value is None else str(value).strip()


def main() -> None:
    """Write the committed dump anew from a throw-away server. Run as: python -m central.database.dump"""
    import tempfile

    from central.database.migrations import migrate
    from central.postgres import PrivatePostgres

    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o711)
        with PrivatePostgres(Path(directory) / "postgres") as server:
            migrate(server.conninfo())
            with psycopg.connect(server.conninfo()) as connection:
                COMMITTED.write_text(describe(connection), "utf-8")
    print(f"written: {COMMITTED.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
