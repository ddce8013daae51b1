"""Records as merged, and what the screens read of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases import merge
from cases.errors import ConflictError
from cases.words import words
from central.database.client import Connection

_STATE = """
insert into estafette.record_state as r (tenant_id, record_type, record_id, stream_id, central_seq, state)
values (%s, %s, %s, %s, %s, %s)
on conflict (tenant_id, record_type, record_id)
do update set central_seq = excluded.central_seq, state = excluded.state where r.stream_id = excluded.stream_id
"""
_CITIZEN = """
insert into estafette.citizen (tenant_id, citizen_id, stream_id, office_id, family_name, given_names, birth_date,
    search_text, contested, updated_ms)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (tenant_id, citizen_id) do update set family_name = excluded.family_name,
    given_names = excluded.given_names, birth_date = excluded.birth_date, search_text = excluded.search_text,
    contested = excluded.contested, updated_ms = greatest(estafette.citizen.updated_ms, excluded.updated_ms)
"""
_CASE = """
insert into estafette.case_file as c (tenant_id, case_id, stream_id, office_id, procedure_id, procedure_version,
    citizen_id, agent, state, tracking_code, contested, created_ms, submitted_ms, decided_ms, updated_ms)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (tenant_id, case_id) do update set procedure_id = excluded.procedure_id,
    procedure_version = excluded.procedure_version, citizen_id = excluded.citizen_id, agent = excluded.agent,
    state = excluded.state, tracking_code = excluded.tracking_code, contested = excluded.contested,
    created_ms = least(c.created_ms, excluded.created_ms), submitted_ms = least(c.submitted_ms, excluded.submitted_ms),
    decided_ms = excluded.decided_ms, updated_ms = greatest(c.updated_ms, excluded.updated_ms)
"""
_TRACKING = """
insert into estafette.tracking (tenant_id, code, case_id) values (%s, %s, %s) on conflict do nothing
"""


@dataclass(frozen=True)
class RecordWrite:
    """A record after a push: its merged state and the times that the projection keeps."""

    record_type: str
    record_id: str
    central_seq: int
    state: merge.RecordState
    first_agent: str
    time_ms: int
    submitted_ms: int | None
    decided_ms: int | None


def load_states(
    connection: Connection, tenant: int, ids: Sequence[str]
) -> dict[tuple[str, str], tuple[str, merge.RecordState]]:
    """Return (record type, id) -> (stream, state) of the records that exist."""
    found = connection.execute(
        "select record_type, record_id, stream_id, state from estafette.record_state"
        " where tenant_id = %s and record_id = any(%s)",
        [tenant, list(ids)],
    ).fetchall()
    return {(kind, record): (stream, merge.from_json(bytes(state))) for kind, record, stream, state in found}


def save(connection: Connection, tenant: int, stream: str, office: str, writes: Sequence[RecordWrite]) -> None:
    """Write merged states and their projections.

    Raises:
        ConflictError: ``push.again``: another stream made a record of the same identity meanwhile; the transaction
            is void.
    """
    if not writes:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            _STATE,
            [(tenant, w.record_type, w.record_id, stream, w.central_seq, merge.to_json(w.state)) for w in writes],
        )
        if cursor.rowcount != len(writes):
            raise ConflictError("push.again")
        citizens = [_citizen_row(tenant, stream, office, w) for w in writes if w.record_type == "citizen"]
        if citizens:
            cursor.executemany(_CITIZEN, citizens)
        cases = [_case_row(tenant, stream, office, w) for w in writes if w.record_type == "case"]
        if cases:
            cursor.executemany(_CASE, cases)
        codes = [(tenant, row[9], row[1]) for row in cases if row[9]]
        if codes:
            cursor.executemany(_TRACKING, codes)


def _citizen_row(tenant: int, stream: str, office: str, write: RecordWrite) -> tuple[object, ...]:
    shown = merge.show(write.state)
    names = [shown.values.get(name) or "" for name in ("family_name", "given_names", "birth_name")]
    return (
        tenant,
        write.record_id,
        stream,
        office,
        names[0],
        names[1],
        shown.values.get("birth_date") or "",
        fold(" ".join(names)),
        len(shown.contested),
        write.time_ms,
    )


def _case_row(tenant: int, stream: str, office: str, write: RecordWrite) -> tuple[object, ...]:
    shown = merge.show(write.state)
    values = shown.values
    return (
        tenant,
        write.record_id,
        stream,
        office,
        values.get("procedure") or "",
        values.get("procedure_version") or "",
        values.get("citizen") or "",
        values.get("agent") or write.first_agent,
        values.get(merge.STATE) or "draft",
        values.get("tracking_code") or "",
        len(shown.contested),
        write.time_ms,
        write.submitted_ms,
        write.decided_ms,
        write.time_ms,
    )


def fold(text: str) -> str:
    """Return text for searching: its words, folded. Done here, as the database has no collation for it."""
    return " ".join(words(text))
