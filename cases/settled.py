"""Fields that a person has settled: what was chosen among what, so that it can be looked at and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cases import merge, reopening
from cases.acts import Acts, Deed, check_storable
from cases.errors import InputError
from cases.events import EventId, Kind, RecordType
from cases.merge import RecordState
from cases.projections import Working
from cases.reads import Reads
from cases.reopening import Brought, Written
from cases.store import log, registers
from cases.store.log import StoredEvent
from cases.views import Act, Claim
from cases.workflow import may_type


class Settled(msgspec.Struct, frozen=True):
    """A settlement that stands.

    Attributes:
        value: what it says; ``before``: the value that is shown again once it is taken back.
        claims: what it settled, the latest first.
        reopens: the values that stand again once it is taken back, the latest first; one: there was no contest.
        base: what the caller passes back with an act that takes it back.
        can_undo: this agent may take it back; False: the case is handed in, and a supervisor may choose anew, or what
            was settled is not held here.
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
    reopens: tuple[Brought, ...] = ()


class Settlements(Acts, Reads):
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

    def unsettle(self, record: str, field: str, *, base: int, reason: str = "") -> Act:
        """Take the settlement of a field back: the values that it was chosen among stand again, to be settled anew.

        Raises:
            InputError: ``record.not_here``, ``settle.not_settled``; ``settle.not_yours``: see ``Settled.can_undo``;
                ``input.unstorable``.
        """
        check_storable({"reason": reason})
        settled = self.settlement(record, field)
        if not settled.can_undo:
            raise InputError("settle.not_yours", field=field)

        def deeds(working: Working) -> list[Deed]:
            held = working.state().fields.get(field)
            if held is None or [head.event for head in held.heads] != [settled.event]:
                raise InputError("settle.not_settled", field=field)
            return [Deed(Kind.SETTLE, reopening.body_of(field, settled.event, settled.reopens, reason.strip()))]

        return self._recorded(None, record, deeds, base)


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
            reopens = _contest_before(field, stored, events)
            header = stored.event.header
            found.append(
                Settled(
                    record_type,
                    record,
                    field,
                    value,
                    reopens[0].value if reopens else None,
                    stored.id,
                    stored.agent_name,
                    header.time,
                    claims,
                    base,
                    may_type(field, about) and bool(reopens),
                    reopens,
                )  # fmt: skip
            )
    return tuple(sorted(found, key=lambda one: one.time_ms, reverse=True))


def _contest_before(field: str, settlement: StoredEvent, events: Sequence[StoredEvent]) -> tuple[Brought, ...]:
    """Return what stands again once a settlement is taken back; nothing when not all that it names is held here."""
    written = {one.event: one for one in (_written(field, stored) for stored in events) if one is not None}
    own = written[settlement.id]
    if any(name not in written for name in own.settles or ()):
        return ()
    return reopening.contest_before(own, written.values())


def _written(field: str, stored: StoredEvent) -> Written | None:
    if stored.state in (log.PARKED, log.QUARANTINED):
        return None
    seen = merge.applied(log.seen(stored))
    changes = merge.touched(seen.kind, seen.body)
    if field not in changes:
        return None
    settles = reopening.settled_names(seen.body) if seen.kind == Kind.SETTLE else None
    brings = reopening.brought(seen.body) if settles is not None else ()
    return Written(stored.id, changes[field], seen.time, settles, brings)


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
