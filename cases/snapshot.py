"""Records whole, by column: the chunks of a snapshot, records that enter a scope, records asked for again. Pure.

What is alike stands together and compresses. A record whose fields have one head each is taken apart into the acts that
wrote it and its values; any other (contested, settled, overtaken) goes as ``merge.to_json`` writes it. What comes in is
checked before it is built: every count, length and place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate, chain, pairwise
from typing import NamedTuple, cast

import msgspec

from cases.errors import InputError
from cases.events import EventId
from cases.merge import FieldHead, FieldState, RecordState

RECORDS_MAX = 20_000
FIELDS_MAX = 500_000
_NONE = -1
_ABSENT = 2**62
_TIME_DIGITS = 12
"""Of an identity (UUIDv7): milliseconds in hexadecimal."""
_IDENTITY = re.compile("[0-9a-f]{32}").fullmatch


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
    """``names``: of the agents that the records speak of, as far as known."""

    records: list[PackedRecord]
    names: Mapping[str, str]


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
    """What travels. ``shape`` is -1 for a record in ``raw``.

    Attributes:
        types, ids, type: of the records; the distinct types, each identity, the place of its type.
        born: of each record, its ``created`` less the time that its identity begins with (UUIDv7), which is left out
            there; null for an identity that is written whole.
        central_seq, created, updated, submitted: of each record; the first two as differences to the record before,
            the others to its ``created``, ``submitted`` null when it was not.
        shapes, shape, values: as of ``sync.columns``, with the acts' places beside the names.
        refers: the columns of ``values``, as [shape, field], in which a number stands for the identity of the record
            that many rows further on: a case names its citizen.
        devices, agents: the distinct ones, named by place below.
        device, incarnation, seq, time, agent, number, base: of each act, the records' one after the other; ``seq`` as
            a difference to the act before, ``time`` to the record's ``created``, ``number`` to its ``central_seq``,
            ``base`` to its number.
        raw: states of the records that are not taken apart.
        names: [agent, name] of the agents that heads and values speak of, as far as known.
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
    values: list[list[msgspec.Raw]]
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
    born: list[int | None]
    refers: list[tuple[int, int]]
    names: list[tuple[str, str]] = []


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Columns).decode
_decode_texts = msgspec.json.Decoder(list[str | None]).decode
_decode_referring = msgspec.json.Decoder(list[str | int | None]).decode


def pack(records: Iterable[PackedRecord], names: Mapping[str, str] | None = None) -> bytes:
    """Return records as one chunk's JSON; the same bytes for the same records in the same order.

    Args:
        names: agent -> name, of those that the records speak of.
    """
    rows = list(records)
    types: dict[str, int] = {}
    shapes: dict[_Shape, int] = {}
    values: list[list[list[str | int | None]]] = []
    shape: list[int] = []
    acts: list[_Act] = []
    owners: list[PackedRecord] = []
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
        owners += [row] * len(wrote)
    born = [_born(row) for row in rows]
    refers = _refer(rows, shape, values)
    devices: dict[str, int] = {}
    agents: dict[str, int] = {}
    return _encode(
        _Columns(
            type=[types.setdefault(row.record_type, len(types)) for row in rows],
            types=list(types),
            ids=[
                row.record_id if ms is None else row.record_id[_TIME_DIGITS:]
                for row, ms in zip(rows, born, strict=True)
            ],
            central_seq=_differences(row.central_seq for row in rows),
            created=_differences(row.created_ms for row in rows),
            updated=[row.updated_ms - row.created_ms for row in rows],
            submitted=[None if row.submitted_ms is None else row.submitted_ms - row.created_ms for row in rows],
            shapes=[(list(key.names), list(key.acts)) for key in shapes],
            shape=shape,
            values=[[msgspec.Raw(_encode(column)) for column in each] for each in values],
            device=[devices.setdefault(act.event.device, len(devices)) for act in acts],
            devices=list(devices),
            agent=[agents.setdefault(act.agent, len(agents)) for act in acts],
            agents=list(agents),
            incarnation=[act.event.incarnation for act in acts],
            seq=_differences(act.event.seq for act in acts),
            time=[act.time - row.created_ms for act, row in zip(acts, owners, strict=True)],
            number=[act.central_seq - row.central_seq for act, row in zip(acts, owners, strict=True)],
            base=[act.base - act.central_seq for act in acts],
            born=born,
            refers=refers,
            raw=raw,
            names=sorted((names or {}).items()),
        )
    )


def _refer(
    rows: Sequence[PackedRecord], shape: Sequence[int], values: list[list[list[str | int | None]]]
) -> list[tuple[int, int]]:
    """Put numbers in place of identities that are in the chunk; return the columns concerned."""
    place_of: dict[str | int | None, int] = {row.record_id: place for place, row in enumerate(rows)}
    mine: list[list[int]] = [[] for _columns in values]
    for place, which in enumerate(shape):
        if which != _NONE:
            mine[which].append(place)
    refers: list[tuple[int, int]] = []
    for which, columns in enumerate(values):
        for field, column in enumerate(columns):
            if not place_of.keys().isdisjoint(column):
                column[:] = [
                    text if (at := place_of.get(text)) is None else at - own
                    for text, own in zip(column, mine[which], strict=True)
                ]
                refers.append((which, field))
    return refers


def agents_of(records: Iterable[PackedRecord]) -> set[str]:
    """Return the agents that records speak of: who wrote what stands, and whose the cases are."""
    found = {head.agent for each in records for known in each.state.fields.values() for head in known.heads}
    return found | {agent for each in records if (agent := each.state.value("agent"))}


def _born(record: PackedRecord) -> int | None:
    if _IDENTITY(record.record_id) is None:
        return None
    return record.created_ms - int(record.record_id[:_TIME_DIGITS], 16)


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
    opened = Opened(data)
    return Chunk([opened.record(row) for row in range(len(opened))], opened.names)


class Group(NamedTuple):
    """Records of one shape: their rows in the chunk, and of each field its values in the same order."""

    rows: Sequence[int]
    names: tuple[str, ...]
    read: Callable[[int], list[str | None]]

    def column(self, name: str) -> list[str | None]:
        """Return the values of one of ``names``."""
        return self.read(self.names.index(name))


class Opened:
    """A chunk that was read and checked, but for the values: a column of them is read when it is asked for.

    Most are never asked for while a first sync runs, and records are built one by one. One thread at a time.

    Attributes:
        names: agent -> name, as far as said.
        ids, types, created, updated, submitted: of each record, by row.

    Raises:
        InputError: ``snapshot.malformed`` (``reason``).
    """

    def __init__(self, data: bytes) -> None:
        try:
            columns = _decode(data)
        except (ValueError, RecursionError) as error:
            raise InputError("snapshot.malformed", reason="json") from error
        _check(columns)
        self._columns = columns
        self._acts: _Acts | None = None
        self._read: dict[tuple[int, int], list[str | None]] = {}
        self._refers = set(columns.refers)
        self._rows: list[list[int]] = [[] for _shape in columns.shapes]
        for row, place in enumerate(columns.shape):
            if place != _NONE:
                self._rows[place].append(row)
        self.names = dict(columns.names)
        self.types = [columns.types[kind] for kind in columns.type]
        self.created = list(accumulate(columns.created))
        self.ids = [
            name if ms is None else f"{made - ms:012x}{name}"
            for name, ms, made in zip(columns.ids, columns.born, self.created, strict=True)
        ]
        self.updated = [made + later for made, later in zip(self.created, columns.updated, strict=True)]
        self.submitted = [
            None if later is None else made + later for made, later in zip(self.created, columns.submitted, strict=True)
        ]

    def __len__(self) -> int:
        return len(self.ids)

    def groups(self) -> list[Group]:
        """Return the records that were taken apart, by shape."""
        return [
            Group(mine, tuple(names), partial(self._column, which))
            for which, (mine, (names, _wrote)) in enumerate(zip(self._rows, self._columns.shapes, strict=True))
        ]

    def _column(self, which: int, field: int) -> list[str | None]:
        """Return the values of a shape's field, with identities in place of the numbers that stand for them."""
        known = self._read.get((which, field))
        if known is not None:
            return known
        raw, mine = self._columns.values[which][field], self._rows[which]
        referring = (which, field) in self._refers
        try:
            column = _decode_referring(raw) if referring else _decode_texts(raw)
        except ValueError as error:
            raise InputError("snapshot.malformed", reason="values") from error
        if len(column) != len(mine):
            raise InputError("snapshot.malformed", reason="values")
        texts = [self._named(own, value) for own, value in zip(mine, column, strict=True)] if referring else column
        self._read[which, field] = found = cast("list[str | None]", texts)
        return found

    def _named(self, row: int, value: str | int | None) -> str | None:
        if not isinstance(value, int):
            return value
        if not 0 <= row + value < len(self.ids):
            raise InputError("snapshot.malformed", reason="refers")
        return self.ids[row + value]

    def whole(self) -> list[int]:
        """Return the rows of the records that were not taken apart."""
        return [row for row, place in enumerate(self._columns.shape) if place == _NONE]

    def record(self, row: int) -> PackedRecord:
        """Return one record."""
        if self._acts is None:
            self._acts = _Acts(self._columns)
        state = self._acts.state(row, self.created[row], self._column)
        number = self._acts.central_seq[row]
        record_type, record_id = self.types[row], self.ids[row]
        return PackedRecord(
            record_type, record_id, state, number, self.created[row], self.updated[row], self.submitted[row]
        )


class _Acts:
    """Where the parts of each record stand in the columns, summed up once."""

    def __init__(self, columns: _Columns) -> None:
        self._columns = columns
        self.central_seq = list(accumulate(columns.central_seq))
        self._seq = list(accumulate(columns.seq))
        self._needed = [max(wrote) + 1 for _names, wrote in columns.shapes]
        self._first: list[int] = []
        self._within: list[int] = []
        next_act, next_raw, used = 0, 0, [0] * len(columns.shapes)
        for place in columns.shape:
            self._first.append(next_act)
            if place == _NONE:
                self._within.append(next_raw)
                next_raw += 1
            else:
                self._within.append(used[place])
                used[place] += 1
                next_act += self._needed[place]

    def state(self, row: int, created_ms: int, read: Callable[[int, int], list[str | None]]) -> RecordState:
        """Return the state of one record; ``read`` gives a shape's column."""
        columns, place, within = self._columns, self._columns.shape[row], self._within[row]
        if place == _NONE:
            return columns.raw[within]
        names, wrote = columns.shapes[place]
        first, last = self._first[row], self._first[row] + self._needed[place]
        acts = [self._act(at, self.central_seq[row], created_ms) for at in range(first, last)]
        return RecordState(
            {
                name: _field(read(place, field)[within], acts[which])
                for field, (name, which) in enumerate(zip(names, wrote, strict=True))
            }
        )

    def _act(self, at: int, central_seq: int, created_ms: int) -> _Act:
        columns = self._columns
        event = EventId(columns.devices[columns.device[at]], columns.incarnation[at], self._seq[at])
        number = central_seq + columns.number[at]
        agent = columns.agents[columns.agent[at]]
        return _Act(event, created_ms + columns.time[at], agent, number, number + columns.base[at])


def _field(text: str | None, act: _Act) -> FieldState:
    return FieldState((FieldHead(text, act.event, act.time, act.agent, act.central_seq),), act.base)


def _check(columns: _Columns) -> None:
    count = len(columns.ids)
    of_records = (
        columns.type,
        columns.central_seq,
        columns.created,
        columns.updated,
        columns.submitted,
        columns.shape,
        columns.born,
    )
    if count > RECORDS_MAX or any(len(column) != count for column in of_records):
        raise InputError("snapshot.malformed", reason="lengths")
    _check_places(columns.type, len(columns.types), "type")
    if len(columns.values) != len(columns.shapes) or len(columns.raw) != columns.shape.count(_NONE):
        raise InputError("snapshot.malformed", reason="shapes")
    _check_places([place for place in columns.shape if place != _NONE], len(columns.shapes), "shape")
    needed = _check_shapes(columns)
    _check_refers(columns)
    of_acts = (columns.incarnation, columns.seq, columns.time, columns.agent, columns.number, columns.base)
    if any(len(column) != needed for column in (columns.device, *of_acts)):
        raise InputError("snapshot.malformed", reason="acts")
    _check_places(columns.device, len(columns.devices), "device")
    _check_places(columns.agent, len(columns.agents), "agent")
    _check_numbers(columns)


def _check_refers(columns: _Columns) -> None:
    if any(
        not (0 <= which < len(columns.values) and 0 <= field < len(columns.values[which]))
        for which, field in columns.refers
    ):
        raise InputError("snapshot.malformed", reason="refers")


def _check_numbers(columns: _Columns) -> None:
    summed = (columns.central_seq, columns.created, columns.seq)
    if any(not 0 <= number < _ABSENT for number in chain.from_iterable(map(accumulate, summed))):
        raise InputError("snapshot.malformed", reason="numbers")
    apart = (columns.updated, columns.submitted, columns.time, columns.number, columns.base, columns.born)
    if any(number is not None and abs(number) >= _ABSENT for number in chain.from_iterable(apart)):
        raise InputError("snapshot.malformed", reason="numbers")


def _check_shapes(columns: _Columns) -> int:
    """Return how many acts the shapes need."""
    needed = fields = 0
    for place, ((names, wrote), values) in enumerate(zip(columns.shapes, columns.values, strict=True)):
        used = columns.shape.count(place)
        if not names or len(names) != len(wrote) or len(set(names)) != len(names) or set(wrote) != _all_below(wrote):
            raise InputError("snapshot.malformed", reason="shape")
        if len(values) != len(names):
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
