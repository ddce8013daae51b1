"""What a record becomes in another stream's numbers. Pure."""

from __future__ import annotations

from cases.merge import FieldHead, FieldState, RecordState

OFFICE = "office"


def rehomed(state: RecordState, number: int) -> RecordState:
    """Return a record as the new stream knows it: whole at one number, with nothing of it seen there before.

    Who has seen that number has seen every value. What is contested stays contested.
    """
    fields = {
        name: FieldState(tuple(head._replace(central_seq=number) for head in known.heads), 0, (), known.settled)
        for name, known in state.fields.items()
    }
    return RecordState(fields)


def in_office(state: RecordState, office: str, number: int) -> RecordState:
    """Return a moved case: ``rehomed``, and saying of itself which office it belongs to."""
    moved = rehomed(state, number)
    known = moved.fields.get(OFFICE)
    if known is None or not known.heads or moved.value(OFFICE) == office:
        return moved
    head: FieldHead = known.heads[0]
    return RecordState({**moved.fields, OFFICE: FieldState((head._replace(value=office),), 0)})
