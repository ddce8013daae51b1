"""The projections: what lists show. Rows in, rows out; what they hold is decided in ``cases.projections``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from cases.store.engine import Connection, Row
from cases.views import CaseKey, CaseRow, CitizenKey, CitizenRow


class CitizenColumns(NamedTuple):
    """A row of ``citizen``."""

    record_no: int
    family_name: str
    given_names: str
    birth_date: str
    commune: str
    phone: str
    sort: str
    updated_ms: int
    pending: int
    contested: int


class CaseColumns(NamedTuple):
    """A row of ``case_file``."""

    record_no: int
    citizen_no: int | None
    procedure: str
    procedure_version: str
    tracking_code: str
    state: str
    agent_no: int
    created_ms: int
    updated_ms: int
    submitted_ms: int | None
    pending: int
    contested: int


class CaseWords(NamedTuple):
    """What the search index needs of a case that is not touched otherwise."""

    record_no: int
    tracking_code: str
    procedure: str


def put_citizens(connection: Connection, rows: Iterable[CitizenColumns]) -> None:
    """Write citizens' rows, replacing those there are."""
    marks = ",".join("?" * len(CitizenColumns._fields))
    connection.executemany(
        f"INSERT OR REPLACE INTO citizen ({','.join(CitizenColumns._fields)}) VALUES ({marks})", rows
    )


def put_cases(connection: Connection, rows: Iterable[CaseColumns], old: Mapping[int, CaseColumns]) -> None:
    """Write cases' rows. Of those in ``old`` only the columns that differ, so that only their indices are written."""
    fresh: list[CaseColumns] = []
    changes: dict[tuple[str, ...], list[list[str | int | None]]] = {}
    for row in rows:
        before = old.get(row.record_no)
        if before is None:
            fresh.append(row)
        elif before != row:
            differ = [(name, new) for name, new, was in zip(row._fields, row, before, strict=True) if new != was]
            values = [*(new for _name, new in differ), row.record_no]
            changes.setdefault(tuple(name for name, _new in differ), []).append(values)
    marks = ",".join("?" * len(CaseColumns._fields))
    columns = ",".join(CaseColumns._fields)
    connection.executemany(f"INSERT OR REPLACE INTO case_file ({columns}) VALUES ({marks})", fresh)
    for names, changed in changes.items():
        settings = ",".join(f"{name} = ?" for name in names)
        connection.executemany(f"UPDATE case_file SET {settings} WHERE record_no = ?", changed)


def add_citizens(connection: Connection, rows: Iterable[Sequence[object]]) -> None:
    """Write rows of citizens that have none yet; their columns as of ``CitizenColumns``."""
    marks = ",".join("?" * len(CitizenColumns._fields))
    connection.executemany(f"INSERT INTO citizen ({','.join(CitizenColumns._fields)}) VALUES ({marks})", rows)


def add_cases(connection: Connection, rows: Iterable[Sequence[object]]) -> None:
    """Write rows of cases that have none yet; their columns as of ``CaseColumns``."""
    marks = ",".join("?" * len(CaseColumns._fields))
    connection.executemany(f"INSERT INTO case_file ({','.join(CaseColumns._fields)}) VALUES ({marks})", rows)


def remove(connection: Connection, numbers: Iterable[int]) -> None:
    """Take records out of the lists."""
    rows = [(no,) for no in numbers]
    connection.executemany("DELETE FROM citizen WHERE record_no = ?", rows)
    connection.executemany("DELETE FROM case_file WHERE record_no = ?", rows)


def citizens_by_no(connection: Connection, numbers: Collection[int]) -> dict[int, CitizenColumns]:
    """Return the rows of these citizens."""
    rows = _by_no(connection, "citizen", CitizenColumns._fields, numbers)
    return {row[0]: CitizenColumns(*row) for row in rows}


def cases_by_no(connection: Connection, numbers: Collection[int]) -> dict[int, CaseColumns]:
    """Return the rows of these cases."""
    rows = _by_no(connection, "case_file", CaseColumns._fields, numbers)
    return {row[0]: CaseColumns(*row) for row in rows}


def cases_of_citizen_no(connection: Connection, citizen_no: int) -> list[CaseWords]:
    """Return a citizen's cases as the search index needs them."""
    sql = "SELECT record_no, tracking_code, procedure FROM case_file WHERE citizen_no = ?"
    return [CaseWords(*row) for row in connection.execute(sql, (citizen_no,))]


def _by_no(connection: Connection, table: str, columns: Sequence[str], numbers: Collection[int]) -> list[Row]:
    found: list[Row] = []
    wanted = list(numbers)
    for start in range(0, len(wanted), 5_000):
        part = wanted[start : start + 5_000]
        marks = ",".join("?" * len(part))
        found += connection.execute(f"SELECT {','.join(columns)} FROM {table} WHERE record_no IN ({marks})", part)
    return found


# --- lists -----------------------------------------------------------------------------------------------------------

_CASE_ROW = (
    "SELECT r.id, c.tracking_code, c.procedure, c.procedure_version, coalesce(p.id, ''),"
    " trim(coalesce(z.family_name, '') || ' ' || coalesce(z.given_names, '')), c.state, c.updated_ms, c.pending,"
    " c.contested, a.id, a.name, c.submitted_ms"
    " FROM case_file c JOIN record r ON r.no = c.record_no JOIN agent a ON a.no = c.agent_no"
    " LEFT JOIN record p ON p.no = c.citizen_no LEFT JOIN citizen z ON z.record_no = c.citizen_no"
)
_CITIZEN_ROW = (
    "SELECT r.id, c.family_name, c.given_names, c.birth_date, c.commune, c.phone, c.updated_ms, c.pending,"
    " c.contested, c.sort"
    " FROM citizen c JOIN record r ON r.no = c.record_no"
)


def list_cases(
    connection: Connection, *, state: str | None, contested_only: bool, limit: int, after: CaseKey | None
) -> list[CaseRow]:
    """Return a page of cases, newest activity first; each of its three questions has an index of its own."""
    where, parameters = _case_filter(state, contested_only, after)
    sql = f"{_CASE_ROW}{where} ORDER BY c.updated_ms DESC, c.record_no DESC LIMIT ?"
    return [CaseRow(*row) for row in connection.execute(sql, [*parameters, limit])]


def list_case_ids(
    connection: Connection, *, state: str | None, contested_only: bool, limit: int, after: CaseKey | None
) -> list[str]:
    """Return the identities alone, in the order of ``list_cases``."""
    where, parameters = _case_filter(state, contested_only, after)
    sql = (
        f"SELECT r.id FROM case_file c JOIN record r ON r.no = c.record_no{where}"
        " ORDER BY c.updated_ms DESC, c.record_no DESC LIMIT ?"
    )
    return [row[0] for row in connection.execute(sql, [*parameters, limit])]


def _case_filter(state: str | None, contested_only: bool, after: CaseKey | None) -> tuple[str, list[object]]:
    conditions: list[str] = []
    parameters: list[object] = []
    if state is not None:
        conditions.append("c.state = ?")
        parameters.append(state)
    if contested_only:
        conditions.append("c.contested > 0")
    if after is not None:
        conditions.append("(c.updated_ms, c.record_no) < (?, (SELECT no FROM record WHERE id = ?))")
        parameters += after
    return (" WHERE " + " AND ".join(conditions) if conditions else ""), parameters


def case_rows(connection: Connection, ids: Sequence[str]) -> list[CaseRow]:
    """Return the rows of these cases, in the order asked; unknown ones are left out."""
    marks = ",".join("?" * len(ids))
    rows = {row[0]: CaseRow(*row) for row in connection.execute(f"{_CASE_ROW} WHERE r.id IN ({marks})", list(ids))}
    return [rows[record_id] for record_id in ids if record_id in rows]


def cases_of_citizens(connection: Connection, citizens: Sequence[str], limit: int) -> list[CaseRow]:
    """Return the cases of these citizens, newest activity first."""
    marks = ",".join("?" * len(citizens))
    sql = (
        f"{_CASE_ROW} WHERE c.citizen_no IN (SELECT no FROM record WHERE id IN ({marks}))"
        " ORDER BY c.updated_ms DESC LIMIT ?"
    )
    return [CaseRow(*row) for row in connection.execute(sql, [*citizens, limit])]


def contested_records(connection: Connection, limit: int) -> list[tuple[str, str]]:
    """Return (type, identity) of the records with a contested field, each kind by an index of its own."""
    sql = (
        "SELECT * FROM (SELECT r.type, r.id FROM case_file c JOIN record r ON r.no = c.record_no"
        " WHERE c.contested > 0 LIMIT ?1) UNION ALL SELECT * FROM (SELECT r.type, r.id FROM citizen c"
        " JOIN record r ON r.no = c.record_no WHERE c.contested > 0 LIMIT ?1)"
    )
    return [(row[0], row[1]) for row in connection.execute(sql, (limit,))]


def list_citizens(connection: Connection, *, limit: int, after: CitizenKey | None) -> list[CitizenRow]:
    """Return a page of citizens in the order of their names."""
    where, parameters = "", list[object]()
    if after is not None:
        where = " WHERE (c.sort, c.record_no) > (?, (SELECT no FROM record WHERE id = ?))"
        parameters += after
    sql = f"{_CITIZEN_ROW}{where} ORDER BY c.sort, c.record_no LIMIT ?"
    return [CitizenRow(*row) for row in connection.execute(sql, [*parameters, limit])]


def citizen_rows(connection: Connection, ids: Sequence[str]) -> list[CitizenRow]:
    """Return the rows of these citizens, in the order asked; unknown ones are left out."""
    marks = ",".join("?" * len(ids))
    found = connection.execute(f"{_CITIZEN_ROW} WHERE r.id IN ({marks})", list(ids))
    rows = {row[0]: CitizenRow(*row) for row in found}
    return [rows[record_id] for record_id in ids if record_id in rows]


def found_citizens(connection: Connection, numbers: Sequence[int]) -> dict[int, CitizenRow]:
    """Return the rows of found records that are citizens, by number."""
    marks = ",".join("?" * len(numbers))
    sql = _CITIZEN_ROW.replace("SELECT ", "SELECT c.record_no, ", 1)
    rows = connection.execute(f"{sql} WHERE c.record_no IN ({marks})", list(numbers))
    return {row[0]: CitizenRow(*row[1:]) for row in rows}


def found_cases(connection: Connection, numbers: Sequence[int]) -> dict[int, CaseRow]:
    """Return the rows of found records that are cases, by number."""
    marks = ",".join("?" * len(numbers))
    sql = _CASE_ROW.replace("SELECT ", "SELECT c.record_no, ", 1)
    rows = connection.execute(f"{sql} WHERE c.record_no IN ({marks})", list(numbers))
    return {row[0]: CaseRow(*row[1:]) for row in rows}


def procedures_used(connection: Connection) -> set[tuple[str, str]]:
    """Return (identity, version) of the procedures of all cases."""
    return set(connection.execute("SELECT DISTINCT procedure, procedure_version FROM case_file").fetchall())


def submitted_at(connection: Connection, record_no: int) -> int | None:
    """Return when a case was first handed in, by the events that stand; None when it was not."""
    sql = (
        "SELECT min(time) FROM event WHERE record_no = ? AND kind = 'status' AND state NOT IN ('parked', 'quarantined')"
        " AND json_extract(body, '$.to') = 'submitted'"
    )
    row = connection.execute(sql, (record_no,)).fetchone()
    return None if row[0] is None else int(row[0])
