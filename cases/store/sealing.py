"""What the sealing of envelopes asks of the log."""

from __future__ import annotations

from cases.store.engine import Connection


def pending_numbers(connection: Connection) -> list[tuple[int, int]]:
    """Return (incarnation, number) of every event that waits for an answer, oldest first."""
    sql = "SELECT incarnation, seq FROM event WHERE state = 'pending' ORDER BY incarnation, seq"
    return [(int(incarnation), int(seq)) for incarnation, seq in connection.execute(sql)]
