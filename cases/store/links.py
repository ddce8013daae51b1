"""Which record was said to be the same person or matter as which other. Made from the records' field ``same_as``.

Both live for ever and a link can be taken back, so nothing is copied: reads follow what stands here now.
"""

from __future__ import annotations

from collections.abc import Iterable

from cases.store.engine import Connection

GROUP_MAX = 64
"""Records said to be the same that are followed; no person has more."""


def put(connection: Connection, rows: Iterable[tuple[int, str | None]]) -> None:
    """Write where records (number) lead to (identity); None for those that stand for themselves."""
    rows = list(rows)
    connection.executemany("DELETE FROM link WHERE record_no = ?", [(no,) for no, same_as in rows if not same_as])
    kept = [(no, same_as) for no, same_as in rows if same_as]
    connection.executemany("INSERT OR REPLACE INTO link (record_no, same_as) VALUES (?, ?)", kept)


def remove(connection: Connection, numbers: Iterable[int]) -> None:
    """Forget where these records led to."""
    connection.executemany("DELETE FROM link WHERE record_no = ?", [(no,) for no in numbers])


def chain(connection: Connection, record: str) -> list[str]:
    """Return the record and those that it leads to, one after the other; each once, should they lead in a circle."""
    found = [record]
    while len(found) < GROUP_MAX:
        row = connection.execute(
            "SELECT l.same_as FROM link l JOIN record r ON r.no = l.record_no WHERE r.id = ?", (found[-1],)
        ).fetchone()
        if row is None or row[0] in found:
            break
        found.append(str(row[0]))
    return found


def leads_to(connection: Connection, record: str) -> str:
    """Return the record that stands for this one: itself where it leads to none, the first by name of a circle."""
    found = chain(connection, record)
    last = connection.execute(
        "SELECT l.same_as FROM link l JOIN record r ON r.no = l.record_no WHERE r.id = ?", (found[-1],)
    ).fetchone()
    return found[-1] if last is None else min(found[found.index(last[0]) :] if last[0] in found else found)


def group(connection: Connection, record: str) -> list[str]:
    """Return every record that is said to be the same as this one, itself first."""
    found = dict.fromkeys(chain(connection, record))
    waiting = list(found)
    while waiting and len(found) < GROUP_MAX:
        one = waiting.pop()
        linked = connection.execute(
            "SELECT r.id FROM link l JOIN record r ON r.no = l.record_no WHERE l.same_as = ?1"
            " UNION SELECT l.same_as FROM link l JOIN record r ON r.no = l.record_no WHERE r.id = ?1 ORDER BY 1",
            (one,),
        )
        fresh = [str(row[0]) for row in linked if row[0] not in found]
        found.update(dict.fromkeys(fresh))
        waiting += fresh
    return list(found)
