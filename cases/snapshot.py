"""Records whole, by column: the chunks of a snapshot, records that enter a scope, records asked for again. Pure.

What is alike stands together and compresses. A record whose fields have one head each is taken apart into the acts that
wrote it and its values; any other (contested, settled, overtaken) goes as ``merge.to_json`` writes it. What comes in is
checked before it is built: every count, length and place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import msgspec

from cases.errors import InputError
from cases.events import EventId
from cases.merge import FieldHead, FieldState, RecordState

RECORDS_MAX = 20_000
FIELDS_MAX = 500_000
_NONE = -1
_ABSENT = 2**62


class PackedRecord(NamedTuple):
    """A record as central holds it: its merged state, the number of its newest event, and the times beside it."""

    record_type: str
    record_id: str
    state: RecordState
    central_seq: int
    created_ms: int
    updated_ms: int
    submitted_ms: int | None


class Chunk(NamedTuple):
    records: list[PackedRecord]


class _Act(NamedTuple):
    """What the heads of a record have in common that one event wrote; ``base`` is their fields'."""

    event: EventId
    time: int
    agent: str
    central_seq: int
    base: int


class _Shape(NamedTuple):
    """Field names, in order, and of each the place of the act that wrote it."""

    names: tuple[str, ...]
    acts: tuple[int, ...]


class _Columns(msgspec.Struct, frozen=True, array_like=True):
    """What travels. ``shape`` is -1 for a record in ``raw``; numbers but places are differences to the one before.

    Attributes:
        types, ids, type: of the records; the distinct types, each identity, the place of its type.
        central_seq, created, updated, submitted: of each record; ``updated`` and ``submitted`` to its ``created``,
            ``submitted`` null when it was not.
        shapes, shape, values: as of ``sync.columns``, with the acts' places beside the names.
        devices, agents: the distinct ones, named by place below.
        device, incarnation, seq, time, agent, number, base: of each act, the records' one after the other.
        raw: states of the records that are not taken apart.
    """

    types: list[str]
    type: list[int]
    ids: list[str]
    central_seq: list[int]
    created: list[int]
    updated: list[int]
    submitted: list[int | None]
    shapes: list[tuple[list[str], list[int]]]
    shape: list[int]
    values: list[list[list[str | None]]]
    devices: list[str]
    agents: list[str]
    device: list[int]
    incarnation: list[int]
    seq: list[int]
    time: list[int]
    agent: list[int]
    number: list[int]
    base: list[int]
    raw: list[RecordState]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Columns).decode


def pack(records: Iterable[PackedRecord]) -> bytes:
    """Return records as one chunk's JSON; the same bytes for the same records in the same order."""
    rows = list(records)
    types: dict[str, int] = {}
    shapes: dict[_Shape, int] = {}
    values: list[list[list[str | None]]] = []
    shape: list[int] = []
    acts: list[_Act] = []
    raw: list[RecordState] = []
    for row in rows:
        apart = _apart(row.state)
        if apart is None:
            shape.append(_NONE)
            raw.append(RecordState(dict(sorted(row.state.fields.items()))))
            continue
        key, texts, wrote = apart
        place = shapes.setdefault(key, len(shapes))
        if place == len(values):
            values.append([[] for _name in key.names])
        for column, text in zip(values[place], texts, strict=True):
            column.append(text)
        shape.append(place)
        acts += wrote
    devices: dict[str, int] = {}
    agents: dict[str, int] = {}
    return _encode(
        _Columns(
            type=[types.setdefault(row.record_type, len(types)) for row in rows],
            types=list(types),
            ids=[row.record_id for row in rows],
            central_seq=_differences(row.central_seq for row in rows),
            created=_differences(row.created_ms for row in rows),
            updated=[row.updated_ms - row.created_ms for row in rows],
            submitted=[None if row.submitted_ms is None else row.submitted_ms - row.created_ms for row in rows],
            shapes=[(list(key.names), list(key.acts)) for key in shapes],
            shape=shape,
            values=values,
            device=[devices.setdefault(act.event.device, len(devices)) for act in acts],
            devices=list(devices),
            agent=[agents.setdefault(act.agent, len(agents)) for act in acts],
            agents=list(agents),
            incarnation=[act.event.incarnation for act in acts],
            seq=_differences(act.event.seq for act in acts),
            time=_differences(act.time for act in acts),
            number=_differences(act.central_seq for act in acts),
            base=_differences(act.base for act in acts),
            raw=raw,
        )
    )


def _apart(state: RecordState) -> tuple[_Shape, list[str | None], list[_Act]] | None:
    """Return a record's shape, values and acts; None when it is not of that simple kind."""
    if not state.fields:
        return None
    places: dict[_Act, int] = {}
    names: list[str] = []
    texts: list[str | None] = []
    wrote: list[int] = []
    for name, known in sorted(state.fields.items()):
        if len(known.heads) != 1 or known.reached or known.settled:
            return None
        head = known.heads[0]
        if head.central_seq is None:
            return None
        act = _Act(head.event, head.time, head.agent, head.central_seq, known.base)
        wrote.append(places.setdefault(act, len(places)))
        names.append(name)
        texts.append(head.value)
    return _Shape(tuple(names), tuple(wrote)), texts, list(places)


def unpack(data: bytes) -> Chunk:
    """Return the records of a chunk.

    Raises:
        InputError: ``snapshot.malformed`` (``reason``): it is none, or says of itself what does not fit together.
    """
    try:
        columns = _decode(data)
    except (ValueError, RecursionError) as error:
        raise InputError("snapshot.malformed", reason="json") from error
    _check(columns)
    states = _states(columns)
    created = list(accumulate(columns.created))
    return Chunk(
        [
            PackedRecord(columns.types[kind], record, state, number, made, made + after, _after(made, handed_in))
            for kind, record, state, number, made, after, handed_in in zip(
                columns.type,
                columns.ids,
                states,
                accumulate(columns.central_seq),
                created,
                columns.updated,
                columns.submitted,
                strict=True,
            )
        ]
    )


def _after(made: int, later: int | None) -> int | None:
    return None if later is None else made + later


def _states(columns: _Columns) -> Iterator[RecordState]:
    """Yield the state of each record, in order. Checked before."""
    acts = map(
        _Act,
        map(
            EventId,
            map(columns.devices.__getitem__, columns.device),
            columns.incarnation,
            accumulate(columns.seq),
        ),
        accumulate(columns.time),
        map(columns.agents.__getitem__, columns.agent),
        accumulate(columns.number),
        accumulate(columns.base),
    )
    raw = iter(columns.raw)
    rows = [zip(*values, strict=True) for values in columns.values]
    needed = [max(wrote) + 1 for _names, wrote in columns.shapes]
    for place in columns.shape:
        if place == _NONE:
            yield next(raw)
            continue
        names, wrote = columns.shapes[place]
        mine = [next(acts) for _act in range(needed[place])]
        yield RecordState(
            {name: _field(text, mine[which]) for name, which, text in zip(names, wrote, next(rows[place]), strict=True)}
        )


def _field(text: str | None, act: _Act) -> FieldState:
    return FieldState((FieldHead(text, act.event, act.time, act.agent, act.central_seq),), act.base)


def _check(columns: _Columns) -> None:
    count = len(columns.ids)
    of_records = (columns.type, columns.central_seq, columns.created, columns.updated, columns.submitted, columns.shape)
    if count > RECORDS_MAX or any(len(column) != count for column in of_records):
        raise InputError("snapshot.malformed", reason="lengths")
    _check_places(columns.type, len(columns.types), "type")
    if len(columns.values) != len(columns.shapes) or len(columns.raw) != columns.shape.count(_NONE):
        raise InputError("snapshot.malformed", reason="shapes")
    _check_places([place for place in columns.shape if place != _NONE], len(columns.shapes), "shape")
    needed = _check_shapes(columns)
    of_acts = (columns.incarnation, columns.seq, columns.time, columns.agent, columns.number, columns.base)
    if any(len(column) != needed for column in (columns.device, *of_acts)):
        raise InputError("snapshot.malformed", reason="acts")
    _check_places(columns.device, len(columns.devices), "device")
    _check_places(columns.agent, len(columns.agents), "agent")
    numbers = (columns.central_seq, columns.created, columns.seq, columns.time, columns.number, columns.base)
    if any(not 0 <= number < _ABSENT for number in chain.from_iterable(map(accumulate, numbers))):
        raise InputError("snapshot.malformed", reason="numbers")


def _check_shapes(columns: _Columns) -> int:
    """Return how many acts the shapes need."""
    needed = fields = 0
    for place, ((names, wrote), values) in enumerate(zip(columns.shapes, columns.values, strict=True)):
        used = columns.shape.count(place)
        if not names or len(names) != len(wrote) or len(set(names)) != len(names) or set(wrote) != _all_below(wrote):
            raise InputError("snapshot.malformed", reason="shape")
        if len(values) != len(names) or any(len(column) != used for column in values):
            raise InputError("snapshot.malformed", reason="values")
        needed += (max(wrote) + 1) * used
        fields += len(names) * used
    if fields > FIELDS_MAX:
        raise InputError("snapshot.malformed", reason="too_large")
    return needed


def _all_below(places: Sequence[int]) -> set[int]:
    """Return the places that must be there when none is left out; as many as there can be at most."""
    return set(range(min(max(places, default=0) + 1, len(places))))


def _check_places(places: Sequence[int], size: int, reason: str) -> None:
    if places and not (min(places) >= 0 and max(places) < size):
        raise InputError("snapshot.malformed", reason=reason)


def _differences(numbers: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *numbers])]
