"""Merge: a pure function of the set of events and of what each had seen (DESIGN invariant 4).

Arrival order, repetition and delay do not change the result. Of one field, an event is *covered* when some event that
touches the field had seen it; the events that are not covered are the field's heads. One head, or several with the same
value: the value is clear. Several with different values: the field is contested, all stay, the latest is shown.

"B saw A" means: the same device and incarnation numbered A before B; or central numbered A at or below B's ``base``;
or B settles A by name. A covered event is forgotten, but what covered it is not: ``FieldState`` keeps the highest base,
and where that does not suffice, the highest number of a device and the settled names. So a late or repeated event
finds itself covered whatever arrived before it, without any assumption that seeing is transitive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from cases.events import EventId, Header, Kind, decode_body

STATE = "state"
MESSAGE = "message"
REASONS = "reasons"
COMPUTED = "="
"""Prefix of the fields that hold what the form had calculated when the case was handed in: ``=/path``."""
APPLYING = frozenset({"adopt", "resend"})
"""Actions of a ``RESOLVE`` event that make what it carries take effect."""
ROW_EXISTS = "1"
"""Marker of a row that returns because an edit inside it had not seen its removal."""


class FieldHead(NamedTuple):
    """One value that nobody overwrote knowingly."""

    value: str | None
    event: EventId
    time: int
    agent: str
    central_seq: int | None


class Reached(NamedTuple):
    """The highest event of one device and incarnation that touched a field, where a base does not cover it yet."""

    event: EventId
    central_seq: int | None


class FieldState(NamedTuple):
    """One field: its heads, latest first, and what covers the events that are gone.

    Attributes:
        base: the highest ``base`` of the events that touched the field.
        reached: see ``Reached``; only those that neither ``base`` nor a head implies.
        settled: events settled by name.
    """

    heads: tuple[FieldHead, ...]
    base: int
    reached: tuple[Reached, ...] = ()
    settled: tuple[EventId, ...] = ()


class RecordState(NamedTuple):
    """A record: its fields. An empty one has seen nothing."""

    fields: Mapping[str, FieldState]

    def value(self, field: str) -> str | None:
        """Return the value to show; None when the field was never set or was cleared."""
        state = self.fields.get(field)
        return state.heads[0].value if state is not None and state.heads else None


EMPTY = RecordState({})


class SeenEvent(NamedTuple):
    """What merge needs of an event. ``central_seq`` is None while central has not numbered it."""

    event: EventId
    agent: str
    kind: str
    base: int
    time: int
    body: Mapping[str, object]
    central_seq: int | None


def seen_event(header: Header, body: bytes | None, central_seq: int | None) -> SeenEvent:
    """Return the event as merge sees it; an erased body touches nothing.

    Raises:
        ValueError: the body is no JSON object.
    """
    fields = decode_body(body) if body is not None else {}
    return SeenEvent(header.id, header.agent, header.kind, header.base, header.time, fields, central_seq)


def applied(event: SeenEvent) -> SeenEvent:
    """Return the event as it takes effect: one that resolves a parked event is what it carries, under its own name."""
    if event.kind != Kind.RESOLVE:
        return event
    kind, body = event.body.get("kind"), event.body.get("body")
    if event.body.get("action") not in APPLYING or not isinstance(kind, str) or not isinstance(body, dict):
        return event
    # Not one inside the other: what is resolved is always an act on the record itself.
    return event if kind == Kind.RESOLVE else event._replace(kind=kind, body=body)


def touched(kind: str, body: Mapping[str, object]) -> dict[str, str | None]:
    """Return the fields that an event sets.

    Values that are no text or null are left out: a newer version's business.
    """
    if kind == Kind.SET:
        return {name: value for name, value in body.items() if value is None or isinstance(value, str)}
    if kind == Kind.STATUS:
        return _touched_by_status(body)
    if kind == Kind.SETTLE:
        name, value = body.get("field"), body.get("value")
        if isinstance(name, str) and (value is None or isinstance(value, str)):
            return {name: value}
    if kind == Kind.RESOLVE and body.get("action") in APPLYING:
        inner, carried = body.get("kind"), body.get("body")
        if isinstance(inner, str) and inner != Kind.RESOLVE and isinstance(carried, dict):
            return touched(inner, carried)
    return {}


def _touched_by_status(body: Mapping[str, object]) -> dict[str, str | None]:
    fields: dict[str, str | None] = {}
    to = body.get("to")
    if isinstance(to, str):
        fields[STATE] = to
    for name in (MESSAGE, REASONS):
        value = body.get(name)
        if isinstance(value, str):
            fields[name] = value
    computed = body.get("computed")
    if isinstance(computed, Mapping):
        fields.update((COMPUTED + path, text) for path, text in computed.items() if isinstance(text, str))
    return fields


def apply(state: RecordState, event: SeenEvent) -> RecordState:
    """Return the state with one more event. Applying it twice, or in another order, gives the same."""
    return apply_all(state, (event,))


def apply_all(state: RecordState, events: Iterable[SeenEvent]) -> RecordState:
    """Return the state with all these events."""
    fields = dict(state.fields)
    for event in events:
        _apply_to(fields, event)
    return RecordState(fields)


def _apply_to(fields: dict[str, FieldState], event: SeenEvent) -> None:
    event = applied(event)
    changes = touched(event.kind, event.body)
    settles = _settles(event) if event.kind == Kind.SETTLE else ()
    for name, value in changes.items():
        head = FieldHead(value, event.event, event.time, event.agent, event.central_seq)
        current = fields.get(name)
        if current is None and not settles:
            fields[name] = FieldState((head,), event.base)
        else:
            fields[name] = _merge_field(current or FieldState((), 0), head, event.base, settles)


def _settles(event: SeenEvent) -> tuple[EventId, ...]:
    names = event.body.get("settles")
    settled: list[EventId] = []
    for name in names if isinstance(names, list) else ():
        try:
            settled.append(EventId.parse(name))
        except (ValueError, AttributeError):
            continue  # Not a name that this version knows: nothing of ours is settled by it.
    return tuple(settled)


def _merge_field(current: FieldState, head: FieldHead, base: int, settles: tuple[EventId, ...]) -> FieldState:
    base = max(current.base, base)
    settled = tuple(sorted({*current.settled, *settles})) if settles else current.settled
    candidates = {known.event: known for known in current.heads}
    known = candidates.get(head.event)
    # A pending event that comes again with its central number replaces itself; never the other way round.
    if known is None or known.central_seq is None:
        candidates[head.event] = head
    highest = _highest(current.reached, candidates.values())
    heads = [
        candidate
        for candidate in candidates.values()
        if not _covered(candidate.event, candidate.central_seq, base, highest, settled)
    ]
    heads.sort(key=_lateness, reverse=True)
    return FieldState(tuple(heads), base, _still_needed(highest, heads, base), settled)


def _lateness(head: FieldHead) -> tuple[int, str, int, int]:
    return (head.time, head.event.device, head.event.incarnation, head.event.seq)


def _highest(reached: tuple[Reached, ...], heads: Iterable[FieldHead]) -> dict[tuple[str, int], Reached]:
    highest: dict[tuple[str, int], Reached] = {}
    for event, central_seq in (*reached, *((head.event, head.central_seq) for head in heads)):
        known = highest.get(event[:2])
        if known is None or (event.seq, central_seq or 0) > (known.event.seq, known.central_seq or 0):
            highest[event[:2]] = Reached(event, central_seq)
    return highest


def _covered(
    event: EventId,
    central_seq: int | None,
    base: int,
    highest: Mapping[tuple[str, int], Reached],
    settled: tuple[EventId, ...],
) -> bool:
    if central_seq is not None and central_seq <= base:
        return True
    return highest[event[:2]].event.seq > event.seq or event in settled


def _still_needed(highest: Mapping[tuple[str, int], Reached], heads: list[FieldHead], base: int) -> tuple[Reached, ...]:
    shown = {head.event for head in heads}
    return tuple(
        sorted(
            reached
            for reached in highest.values()
            if reached.event not in shown and not (reached.central_seq is not None and reached.central_seq <= base)
        )
    )


# --- what the screens show -------------------------------------------------------------------------------------------


class Shown(NamedTuple):
    """A record as it is shown: one value a field, and the fields that a person must settle."""

    values: dict[str, str | None]
    contested: tuple[str, ...]


def show(state: RecordState) -> Shown:
    """Return the values to show and the contested fields, in the order of their names.

    A removed row of a repeat hides what is inside it, unless something inside was written without having seen
    the removal: edit beats delete, the row is shown and its marker is contested.
    """
    values: dict[str, str | None] = {}
    contested: list[str] = []
    removed: list[str] = []
    for name, field in state.fields.items():
        heads = field.heads
        if not heads:
            continue
        values[name] = heads[0].value
        if len(heads) > 1:
            if is_contested(name, field):
                contested.append(name)
            if name.endswith("]"):
                values[name] = next((head.value for head in heads if head.value is not None), None)
        if name.endswith("]") and values[name] is None:
            removed.append(name)
    for row in sorted(removed):
        _remove_row(state, row, values, contested)
    return Shown(values, tuple(sorted(contested)))


def show_one(event: SeenEvent) -> Shown:
    """Return what ``show`` returns for a record of this one event, without making its state."""
    values = touched(event.kind, event.body)
    if any(value is None and name.endswith("]") for name, value in values.items()):
        return show(apply(EMPTY, event))
    return Shown(values, ())


def is_contested(name: str, field: FieldState) -> bool:
    """Say whether a person must settle the field. What rides along with a change of state is settled with it."""
    heads = field.heads
    if len(heads) < 2 or name in (MESSAGE, REASONS) or name.startswith(COMPUTED):
        return False
    return any(head.value != heads[0].value for head in heads)


def _remove_row(state: RecordState, row: str, values: dict[str, str | None], contested: list[str]) -> None:
    inside = [name for name in values if name.startswith(row) and name != row]
    removal = state.fields[row]
    if any(_unseen_edit(state.fields[name], removal) for name in inside if values[name] is not None):
        values[row] = ROW_EXISTS
        contested.append(row)
        return
    for name in inside:
        del values[name]
        if name in contested:
            contested.remove(name)


def _unseen_edit(edit: FieldState, removal: FieldState) -> bool:
    return any(
        head.value is not None and not any(_saw(gone, removal.base, head) for gone in removal.heads)
        for head in edit.heads
    )


def _saw(later: FieldHead, base: int, earlier: FieldHead) -> bool:
    if later.event[:2] == earlier.event[:2]:
        return earlier.event.seq < later.event.seq
    return earlier.central_seq is not None and earlier.central_seq <= base


# --- at rest ---------------------------------------------------------------------------------------------------------


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(RecordState).decode


def to_json(state: RecordState) -> bytes:
    """Return the state's bytes: the same for the same state, whatever the order of arrival."""
    return _encode(RecordState(dict(sorted(state.fields.items()))))


def from_json(data: bytes) -> RecordState:
    """Return the state written by ``to_json``; msgspec.ValidationError (a ValueError) if it is none."""
    return _decode(data)
