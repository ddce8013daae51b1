"""What an audit asks of the store, and how a record's confirmed state is forgotten before it is made anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from cases.store import facts
from cases.store.engine import Connection
from cases.views import Finding

MADE_AGAIN = "audit.made_again"
"""What was kept of the record could not be read; it was made again from what it was made of."""
FINDINGS_MAX = 100

_COUNTERS = """
SELECT 'citizens', count(*) FROM citizen
UNION ALL SELECT 'citizens.pending', count(*) FROM citizen WHERE pending > 0
UNION ALL SELECT 'cases', count(*) FROM case_file
UNION ALL SELECT 'cases.pending', count(*) FROM case_file WHERE pending > 0
UNION ALL SELECT 'records.contested', (SELECT count(*) FROM case_file WHERE contested > 0)
    + (SELECT count(*) FROM citizen WHERE contested > 0)
UNION ALL SELECT 'cases:' || state, count(*) FROM case_file GROUP BY state
UNION ALL SELECT 'cases.contested:' || state, count(*) FROM case_file WHERE contested > 0 GROUP BY state
"""


def ending_with(connection: Connection, endings: Sequence[str]) -> list[str]:
    """Return the identities that end with these two digits.

    Read from the index on identities alone, which is short beside the records: no index of endings has to be kept.
    """
    marks = ",".join("?" * len(endings))
    return [row[0] for row in connection.execute(f"SELECT id FROM record WHERE substr(id, -2) IN ({marks})", endings)]


def not_here(connection: Connection) -> set[int]:
    """Return the numbers of the records that left this device's scope, or are about to."""
    return {row[0] for row in connection.execute("SELECT record_no FROM scope WHERE standing != 'here'")}


def forget(connection: Connection, records: Iterable[tuple[str, int]]) -> None:
    """Forget what was confirmed of these records, (type, number) each."""
    connection.executemany("UPDATE record SET type = ?, confirmed = 0, state = NULL WHERE no = ?", list(records))


def count_again(connection: Connection) -> None:
    """Count anew what the lists hold: a row that was found wrong may have been counted as it was, or never."""
    connection.execute("UPDATE counter SET value = 0 WHERE name GLOB 'cases*' OR name GLOB 'citizens*'")
    connection.executemany(
        "INSERT INTO counter (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        connection.execute(_COUNTERS).fetchall(),
    )


def findings(connection: Connection) -> list[Finding]:
    """Return what was found of records, newest first."""
    text = facts.get(connection, facts.FINDINGS)
    return (
        [] if not text else [Finding(*row) for row in msgspec.json.decode(text, type=list[tuple[int, str, str, str]])]
    )


def note(connection: Connection, found: Sequence[Finding]) -> None:
    """Keep what was found; the last ``FINDINGS_MAX``."""
    if found:
        kept = [*found, *findings(connection)][:FINDINGS_MAX]
        facts.put(connection, facts.FINDINGS, msgspec.json.encode([tuple(one) for one in kept]).decode())
