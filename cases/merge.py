"""Merge: a pure function of the set of events and of what each had seen (DESIGN invariant 4).

Arrival order, repetition and delay do not change the result. Of one field, an event is *covered* when some event that
touches the field had seen it; the events that are not covered are the field's heads. One head, or several with the same
value: the value is clear. Several with different values: the field is contested, all stay, the latest is shown.

"B saw A" means: the same device and incarnation numbered A before B; or central numbered A at or below B's ``base``;
or B settles A by name. A covered event is forgotten, but what covered it is not: ``FieldState`` keeps the highest base,
and where that does not suffice, the highest number of a device and the settled names. So a late or repeated event
finds itself covered whatever arrived before it, without any assumption that seeing is transitive.

A decision that was given to the citizen on paper (``NOTIFIED``) is a fact of the world: nothing covers it, whoever saw
it. Facts only gather; a person may say by name that one no longer holds, and it still stays.

A settlement is taken back by an event that settles it and brings the values back that it was chosen among
(``cases.reopening``): each is a head of the field under that event's name, and the field is contested again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from cases.events import EventId, Header, Kind, decode_body
from cases.reopening import brought, settled_names

STATE = "state"
MESSAGE = "message"
REASONS = "reasons"
NOTIFIED = "notified"
"""Decisions given to the citizen on paper, each ``state date how``: facts that no merge undoes."""
PROPOSAL = "proposal"
"""The decision that somebody without the right to take it proposes; every unseen one stays, none is a contest."""
PROPOSAL_REASONS = "proposal_reasons"
SAME_AS = "same_as"
"""The record of the same person or matter that this one leads to; empty when it stands for itself."""
DECIDED = frozenset({"accepted", "refused", "closed_without_effect"})
"""Values of ``STATE`` that are a decision."""
COMPUTED = "="
"""Prefix of the fields that hold what the form had calculated when the case was handed in: ``=/path``."""
APPLYING = frozenset({"adopt", "resend"})
"""Actions of a ``RESOLVE`` event that make what it carries take effect."""
_RIDING = frozenset({MESSAGE, REASONS, PROPOSAL, PROPOSAL_REASONS})
"""Fields that are never contested by themselves: they go with a change of state, or wait for one."""
_TEXT_OR_NULL = frozenset({str, type(None)})
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
    if not applies(event.body) or not isinstance(kind, str) or not isinstance(body, dict):
        return event
    # Not one inside the other: what is resolved is always an act on the record itself.
    return event if kind == Kind.RESOLVE else event._replace(kind=kind, body=body)


def applies(body: Mapping[str, object]) -> bool:
    """Say whether an event that resolves a parked one makes something take effect, whatever stands in its body."""
    action = body.get("action")
    return isinstance(action, str) and action in APPLYING


def touched(kind: str, body: Mapping[str, object]) -> dict[str, str | None]:
    """Return the fields that an event sets.

    Values that are no text or null are left out: a newer version's business.
    """
    if kind == Kind.SET:
        if _TEXT_OR_NULL.issuperset(map(type, body.values())):
            return dict(body)  # type: ignore[arg-type]  # as was just seen, of all of them at once
        return {name: value for name, value in body.items() if value is None or isinstance(value, str)}
    if kind == Kind.STATUS:
        return _touched_by_status(body)
    if kind in (Kind.PROPOSE, Kind.NOTIFY):
        return _touched_beside(kind, body)
    if kind == Kind.SETTLE:
        name, value = body.get("field"), body.get("value")
        if isinstance(name, str) and (value is None or isinstance(value, str)):
            return {name: value}
    if kind == Kind.RESOLVE and applies(body):
        inner, carried = body.get("kind"), body.get("body")
        if isinstance(inner, str) and inner != Kind.RESOLVE and isinstance(carried, dict):
            return touched(inner, carried)
    return {}


def values_of(kind: str, body: Mapping[str, object]) -> tuple[dict[str, str | None], ...]:
    """Return everything that an event sets, as ``touched``, once for each value that it brings back."""
    if kind == Kind.RESOLVE and applies(body):
        inner, carried = body.get("kind"), body.get("body")
        if isinstance(inner, str) and inner != Kind.RESOLVE and isinstance(carried, dict):
            return values_of(inner, carried)
    changes = touched(kind, body)
    if kind != Kind.SETTLE or NOTIFIED in changes:
        return (changes,)
    several = [{name: one.value for name in changes} for one in brought(body)]
    return tuple(several) or (changes,)


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


def _touched_beside(kind: str, body: Mapping[str, object]) -> dict[str, str | None]:
    """Return what says something of a decision without being one."""
    if kind == Kind.NOTIFY:
        said = [body.get(name) for name in ("state", "on", "how")]
        texts = [text for text in said if isinstance(text, str)]
        return {NOTIFIED: " ".join(texts)} if len(texts) == len(said) else {}
    to, reasons = body.get("to"), body.get("reasons")
    if to is not None and not isinstance(to, str):
        return {}
    return {PROPOSAL: to, PROPOSAL_REASONS: reasons if isinstance(reasons, str) else None}


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
    settles = settled_names(event.body) if event.kind == Kind.SETTLE else ()
    for name, value in changes.items():
        heads = _heads_of(event, name, value)
        current = fields.get(name)
        if name == NOTIFIED:
            fields[name] = _gather(current or FieldState((), 0), () if settles else heads, settles)
        elif current is None and not settles:
            fields[name] = FieldState(heads, event.base)
        else:
            fields[name] = _merge_field(current or FieldState((), 0), heads, event.base, settles)


def _heads_of(event: SeenEvent, name: str, value: str | None) -> tuple[FieldHead, ...]:
    """Return what an event makes stand in a field: one value, or those that it brings back, the latest first."""
    again = brought(event.body) if event.kind == Kind.SETTLE and name != NOTIFIED else ()
    if not again:
        return (FieldHead(value, event.event, event.time, event.agent, event.central_seq),)
    # Nothing was written after it was brought back, whatever the event says of that.
    heads = [
        FieldHead(one.value, event.event, min(one.time, event.time), event.agent, event.central_seq) for one in again
    ]
    return tuple(sorted(heads, key=_lateness, reverse=True))


def _merge_field(
    current: FieldState, heads: tuple[FieldHead, ...], base: int, settles: tuple[EventId, ...]
) -> FieldState:
    return _cleared(_candidates(current.heads, heads), max(current.base, base), current.reached,
                    _settled(current.settled, settles))  # fmt: skip


_Named = tuple[EventId, str | None]
"""One event may make several values of a field stand."""


def _candidates(held: Iterable[FieldHead], new: Iterable[FieldHead]) -> dict[_Named, FieldHead]:
    candidates = {(known.event, known.value): known for known in held}
    for head in new:
        known = candidates.get((head.event, head.value))
        # A pending event that comes again with its central number replaces itself; never the other way round.
        if known is None or known.central_seq is None:
            candidates[head.event, head.value] = head
    return candidates


def _settled(one: tuple[EventId, ...], other: tuple[EventId, ...]) -> tuple[EventId, ...]:
    return tuple(sorted({*one, *other})) if other else one


def _cleared(
    candidates: Mapping[_Named, FieldHead], base: int, reached: Sequence[Reached], settled: tuple[EventId, ...]
) -> FieldState:
    """Return the field with those of the candidates that nothing covers."""
    highest = _highest(reached, candidates.values())
    heads = [
        candidate
        for candidate in candidates.values()
        if not _covered(candidate.event, candidate.central_seq, base, highest, settled)
    ]
    heads.sort(key=_lateness, reverse=True)
    return FieldState(tuple(heads), base, _still_needed(highest, heads, base), settled)


def _gather(current: FieldState, new: Iterable[FieldHead], settles: tuple[EventId, ...]) -> FieldState:
    """Return a field of facts with more of them: each stays, seen or not."""
    heads = sorted(_candidates(current.heads, new).values(), key=_lateness, reverse=True)
    return FieldState(tuple(heads), 0, (), _settled(current.settled, settles))


def join(one: RecordState, other: RecordState) -> RecordState:
    """Return what the events of both states together give, whatever each holds of them and in whatever order.

    Both are of one record in one stream, and hold what central has numbered; a device applies its pending events on
    top. Commutative, associative, idempotent, and ``EMPTY`` changes nothing.
    """
    fields = dict(one.fields)
    for name, theirs in other.fields.items():
        ours = fields.get(name)
        fields[name] = theirs if ours is None else _joined(name, ours, theirs)
    return RecordState(fields)


def _joined(name: str, one: FieldState, other: FieldState) -> FieldState:
    if name == NOTIFIED:
        return _gather(one, other.heads, other.settled)
    return _cleared(
        _candidates(one.heads, other.heads),
        max(one.base, other.base),
        (*one.reached, *other.reached),
        _settled(one.settled, other.settled),
    )


def _lateness(head: FieldHead) -> tuple[int, str, int, int, bool, str]:
    return (head.time, *head.event, head.value is not None, head.value or "")


def _highest(reached: Sequence[Reached], heads: Iterable[FieldHead]) -> dict[tuple[str, int], Reached]:
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
    the removal: edit beats delete, the row is shown and its marker is contested. A decision given on paper is the one
    shown among several.
    """
    values: dict[str, str | None] = {}
    contested: set[str] = set()
    removed: list[str] = []
    for name, field in state.fields.items():
        heads = field.heads
        if not heads:
            continue
        values[name] = heads[0].value
        if len(heads) > 1:
            if is_contested(name, field):
                contested.add(name)
            if name.endswith("]"):
                values[name] = next((head.value for head in heads if head.value is not None), None)
        if name.endswith("]") and values[name] is None:
            removed.append(name)
    if removed:
        _remove_rows(state, removed, values, contested)
    if NOTIFIED in state.fields:
        _show_notified(state, values, contested)
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
    if len(heads) < 2 or name in _RIDING or name.startswith(COMPUTED):
        return False
    if name == NOTIFIED:
        return len(notified_decisions(field)) > 1
    return any(head.value != heads[0].value for head in heads)


def notified_decisions(field: FieldState) -> frozenset[str]:
    """Return the decisions that the citizen holds on paper, but those of which a person said that they hold no more."""
    return frozenset((head.value or "").partition(" ")[0] for head in field.heads if head.event not in field.settled)


def _show_notified(state: RecordState, values: dict[str, str | None], contested: set[str]) -> None:
    held = notified_decisions(state.fields[NOTIFIED])
    if len(held) != 1 or STATE not in state.fields:
        return
    (decision,) = held
    if any(head.value == decision for head in state.fields[STATE].heads):
        values[STATE] = decision
    elif values[STATE] in DECIDED:
        contested.add(NOTIFIED)


def _beyond(row: str, name: str) -> bool:
    return not name.startswith(row)


def _remove_rows(state: RecordState, removed: list[str], values: dict[str, str | None], contested: set[str]) -> None:
    """Hide what is inside removed rows. What is inside a row follows it in the order of the names."""
    names = sorted(values)
    for row in sorted(removed):
        start = bisect_right(names, row)
        inside = names[start : bisect_left(names, True, start, key=partial(_beyond, row))]
        present = [name for name in inside if name in values]
        removal = state.fields[row]
        if any(_unseen_edit(state.fields[name], removal) for name in present if values[name] is not None):
            values[row] = ROW_EXISTS
            contested.add(row)
            continue
        for name in present:
            del values[name]
            contested.discard(name)


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
