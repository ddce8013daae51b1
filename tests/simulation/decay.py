"""Silent damage: a disk, or a bug, changes what a store keeps of a record, past everything that would notice."""

from __future__ import annotations

from typing import Any, Protocol

from cases import merge
from cases.workspace import Workspace


class Picks(Protocol):
    """What chooses; ``tests.simulation.clocks.Chance`` and ``random.Random`` by a shim."""

    def one(self, choices: list[Any]) -> Any: ...


def rot(workspace: Workspace, chance: Picks) -> str | None:
    """Damage what is confirmed of one record, or how a list shows it; return which. None when there is nothing yet.

    Not its type: what a person then does there would be another act, on another kind of record, and nobody could tell.
    """
    rows = workspace._core.store.rows(
        "SELECT r.no, r.id, r.type, r.state IS NOT NULL FROM record r LEFT JOIN scope s ON s.record_no = r.no"
        " WHERE r.confirmed > 0 AND coalesce(s.standing, 'here') = 'here' ORDER BY r.id"
    )
    if not rows:
        return None
    number, record, kind, kept = chance.one([tuple(row) for row in rows])
    ways = [_list] + ([_value, _unreadable, _forgotten] if kept else [])
    chance.one(ways)(workspace, number, kind)
    return str(record)


def _value(workspace: Workspace, number: int, _kind: str) -> None:
    """One value is another."""
    try:
        state = merge.from_json(workspace._core.store.rows("SELECT state FROM record WHERE no = ?", (number,))[0][0])
    except ValueError:
        return  # It rotted before.
    fields = dict(state.fields)
    name = sorted(fields)[0]
    heads = tuple(head._replace(value="rotten") for head in fields[name].heads)
    fields[name] = fields[name]._replace(heads=heads)
    _write(workspace, "UPDATE record SET state = ? WHERE no = ?", merge.to_json(merge.RecordState(fields)), number)


def _unreadable(workspace: Workspace, number: int, _kind: str) -> None:
    """What was kept is no state at all."""
    _write(workspace, "UPDATE record SET state = x'7b5d' WHERE no = ?", number)


def _forgotten(workspace: Workspace, number: int, _kind: str) -> None:
    """A write was lost: the record is as if nothing was ever confirmed of it."""
    _write(workspace, "UPDATE record SET state = NULL, confirmed = 0 WHERE no = ?", number)


def _list(workspace: Workspace, number: int, kind: str) -> None:
    """A list shows something else."""
    column = {"citizen": "citizen SET family_name", "case": "case_file SET tracking_code"}[kind]
    _write(workspace, f"UPDATE {column} = 'Rotten' WHERE record_no = ?", number)


def _write(workspace: Workspace, statement: str, *values: object) -> None:
    workspace._core.store.write(lambda connection: connection.execute(statement, values) and None)
    workspace._core.projector.forget()
