"""Records as merged, and what the screens read of them."""

from __future__ import annotations

from collections.abc import Sequence

from cases import merge
from cases.words import words
from central.database.client import Connection


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


def fold(text: str) -> str:
    """Return text for searching: its words, folded. Done here, as the database has no collation for it."""
    return " ".join(words(text))
