"""What moves with a case, and what a record becomes in another stream's numbers (ADR 13)."""

from __future__ import annotations

from typing import NamedTuple

from cases import merge
from cases.events import RecordType
from cases.merge import FieldHead, FieldState, RecordState
from central.storage import RecordMove, Transaction

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


class Around(NamedTuple):
    """What a case hangs together with: its stream, its citizen, and the cases that the citizen has beside it.

    Attributes:
        citizen_stream: None when there is no such record.
        staying: the citizen has another case in the case's own stream.
    """

    stream: str
    citizen: str
    citizen_stream: str | None
    staying: bool

    def unshared(self) -> bool:
        """Say whether the case's old stream only read the citizen, and has no reason to any more."""
        return self.citizen_stream not in (self.stream, None) and not self.staying


def move(transaction: Transaction, around: Around, new: str, case: str, office: str, *, head: int, seq: int) -> None:
    """Give a case to a stream, and its citizen unless another case stays. Both streams are locked.

    Args:
        head: of the new stream; seq: of the event that says so, in the old one.
    """
    known = {
        (each.record_type, each.record_id): merge.from_json(bytes(each.state))
        for each in transaction.stored(around.stream, [case, around.citizen])
    }
    state = in_office(known[RecordType.CASE, case], office, head + 1)
    moves = [RecordMove(RecordType.CASE, case, state, head + 1)]
    citizen = known.get((RecordType.CITIZEN, around.citizen))
    if citizen is not None and around.citizen_stream != new:
        shared = around.staying or around.citizen_stream != around.stream
        moves.append(RecordMove(RecordType.CITIZEN, around.citizen, rehomed(citizen, head + 2), head + 2, shared))
    transaction.move(around.stream, new, moves, left_seq=seq)
    if around.unshared():
        transaction.unshare(around.stream, RecordType.CITIZEN, around.citizen, left_seq=seq)
