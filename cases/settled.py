"""Fields that a person has settled: what was chosen among what, so that it can be looked at and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cases import merge
from cases.errors import InputError
from cases.events import EventId, Kind, RecordType
from cases.merge import RecordState
from cases.reads import Reads
from cases.store import log, registers
from cases.store.log import StoredEvent
from cases.views import Claim
from cases.workflow import may_type


class Settled(msgspec.Struct, frozen=True):
    """A settlement that stands.

    Attributes:
        value: what it says; ``before``: the value that was shown until then, to which an undo goes back.
        claims: what it settled, the latest first.
        base: what the caller passes back with an act that takes it back.
        can_undo: this agent may take it back; False: the case is handed in, and a supervisor may choose anew.
    """

    record_type: str
    record: str
    field: str
    value: str | None
    before: str | None
    event: EventId
    agent_name: str
    time_ms: int
    claims: tuple[Claim, ...]
    base: int
    can_undo: bool = True


class Settlements(Reads):
    """What was settled on a record. A settlement is an event: it is reversed by another one, never removed."""

    def settled(self, record: str) -> tuple[Settled, ...]:
        """Return the settlements of a case or citizen that nothing has replaced since, the newest first.

        Raises:
            InputError: ``record.not_here``.
        """
        with self._core.store.reading() as connection:
            known = registers.find(connection, record)
            if known is None or not registers.known_type(connection, record):
                raise InputError("record.not_here", field="record")
            number, state, _pending = self._found(connection, record, RecordType(known.type))
            return _standing(
                known.type, record, state, self._events(connection, number), self._base(connection, number)
            )

    def settlement(self, record: str, field: str) -> Settled:
        """Return the settlement of one field. InputError ``record.not_here``, ``settle.not_settled`` (``field``)."""
        found = [each for each in self.settled(record) if each.field == field]
        if not found:
            raise InputError("settle.not_settled", field=field)
        return found[0]


def _standing(
    record_type: str, record: str, state: RecordState, events: Sequence[StoredEvent], base: int
) -> tuple[Settled, ...]:
    by_name = {str(stored.id): stored for stored in events}
    found: list[Settled] = []
    about = merge.show(state).values.get(merge.STATE) if record_type == RecordType.CASE else None
    for stored in events:
        if stored.event.header.kind != Kind.SETTLE or stored.state in (log.PARKED, log.QUARANTINED):
            continue
        body = log.body_of(stored)
        for field, value in merge.touched(Kind.SETTLE, body).items():
            held = state.fields.get(field)
            if held is None or len(held.heads) != 1 or held.heads[0].event != stored.id:
                continue
            claims = _claims(field, body, by_name)
            before = claims[0].value if claims else None
            header = stored.event.header
            found.append(
                Settled(
                    record_type,
                    record,
                    field,
                    value,
                    before,
                    stored.id,
                    stored.agent_name,
                    header.time,
                    claims,
                    base,
                    may_type(field, about),
                )  # fmt: skip
            )
    return tuple(sorted(found, key=lambda one: one.time_ms, reverse=True))


def _claims(field: str, body: Mapping[str, object], by_name: Mapping[str, StoredEvent]) -> tuple[Claim, ...]:
    """Return what a settlement names, as far as it is held here; a settlement that is settled again is one of them."""
    names = body.get("settles")
    found: list[Claim] = []
    for name in names if isinstance(names, list) else ():
        stored = by_name.get(str(name))
        if stored is None:
            continue
        seen = merge.applied(log.seen(stored))
        said = merge.touched(seen.kind, seen.body)
        if field in said:
            header = stored.event.header
            found.append(Claim(said[field], stored.id, header.agent, stored.agent_name, header.time))
    return tuple(sorted(found, key=lambda one: (one.time_ms, one.event), reverse=True))
