"""Events by column: what is alike stands together, so that it compresses, and both ends read it quickly.

Pure. A body goes by column only when the compact encoding of its fields gives back exactly its bytes (a body's bytes
are hashed, never written anew); any other goes as it is. The chain head proves the outcome at the other end.
What comes in is hostile until it is unpacked: every count, length, place and the size of the outcome is checked first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from cases.errors import InputError
from sync.messages import (
    ANSWER_BYTES_MAX,
    EXCHANGE_EVENTS_MAX,
    REQUEST_BYTES_MAX,
    EventColumns,
    PageEvents,
    SignedBatch,
    Verdict,
    Verdicts,
    batch_bytes,
)

if TYPE_CHECKING:
    from cases.outbox import OutgoingBatch

PUSH_MALFORMED = "push.malformed"
WIRE_MALFORMED = "wire.malformed"
PAGE_ROWS_MAX = 100_000
VALUES_MAX = 500_000
"""Values of one message together: a null of five bytes becomes a dictionary's entry of a hundred."""
ACCEPTED = "accepted"
_IN_RAW = -1
_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1

Fields = dict[str, str | None]

_encode = msgspec.json.Encoder().encode
_decode_fields = msgspec.json.Decoder(Fields).decode


class Unpacked(NamedTuple):
    """One event of a batch.

    Attributes:
        body: its exact bytes; ``null`` for one erased by law.
        fields: the same, read; None for a body that came as it is, which nobody has read yet.
    """

    record_type: str
    record_id: str
    kind: str
    base: int
    time: int
    body: bytes
    fields: Fields | None


class PageEvent(NamedTuple):
    """One event of another device: an ``Unpacked`` with where it stands, who wrote it and where it ended."""

    central_seq: int
    device: str
    incarnation: int
    seq: int
    agent: str
    agent_name: str
    record_type: str
    record_id: str
    kind: str
    base: int
    time: int
    body: bytes
    fields: Fields | None
    state: str = ACCEPTED


class Packable(Protocol):
    """What can be packed: an event of the outbox, an ``Unpacked``, a ``PageEvent``."""

    @property
    def record_type(self) -> str: ...
    @property
    def record_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def base(self) -> int: ...
    @property
    def time(self) -> int: ...
    @property
    def body(self) -> bytes: ...


def pack(events: Iterable[Packable]) -> EventColumns:
    """Return the events by column, in their order."""
    rows = list(events)
    records: dict[tuple[str, str], int] = {}
    kinds: dict[str, int] = {}
    shapes: dict[tuple[str, ...], int] = {}
    values: list[list[list[str | None]]] = []
    shape: list[int] = []
    raw: list[msgspec.Raw] = []
    room = VALUES_MAX
    for row in rows:
        fields = _columnar(row.body)
        if fields is None or len(fields) > room:
            shape.append(_IN_RAW)
            raw.append(msgspec.Raw(row.body))
            continue
        room -= len(fields)
        place = shapes.setdefault(tuple(fields), len(shapes))
        if place == len(values):
            values.append([[] for _name in fields])
        for column, value in zip(values[place], fields.values(), strict=True):
            column.append(value)
        shape.append(place)
    return EventColumns(
        record=[records.setdefault((row.record_type, row.record_id), len(records)) for row in rows],
        records=list(records),
        kind=[kinds.setdefault(row.kind, len(kinds)) for row in rows],
        kinds=list(kinds),
        base=_differences(row.base for row in rows),
        time=_differences(row.time for row in rows),
        shapes=[list(names) for names in shapes],
        shape=shape,
        values=values,
        raw=raw,
    )


def unpack(
    columns: EventColumns,
    *,
    events_max: int = EXCHANGE_EVENTS_MAX,
    bytes_max: int = REQUEST_BYTES_MAX,
    code: str = PUSH_MALFORMED,
) -> list[Unpacked]:
    """Return the events that are packed in ``columns``. What their headers and bodies mean is judged elsewhere.

    Args:
        columns: as they came.
        events_max: more events than this are refused.
        bytes_max: field names may swell to this many bytes together; values cannot swell.
        code: of the error.

    Raises:
        InputError: ``code``; ``reason`` names the column that does not hold.
    """
    count = len(columns.record)
    if not 1 <= count <= events_max:
        raise InputError(code, reason="events")
    if not len(columns.kind) == len(columns.base) == len(columns.time) == len(columns.shape) == count:
        raise InputError(code, reason="lengths")
    if max(len(columns.records), len(columns.kinds), len(columns.shapes)) > count:
        raise InputError(code, reason="dictionary")
    base, time = list(accumulate(columns.base)), list(accumulate(columns.time))
    _check_range(base, code, "base")
    _check_range(time, code, "time")
    bodies, fields = _bodies(columns, bytes_max, code)
    record_types = [record_type for record_type, _record in columns.records]
    record_ids = [record for _record_type, record in columns.records]
    _check_places(columns.record, len(record_ids), code, "record")
    _check_places(columns.kind, len(columns.kinds), code, "kind")
    return list(
        map(
            Unpacked,
            map(record_types.__getitem__, columns.record),
            map(record_ids.__getitem__, columns.record),
            map(columns.kinds.__getitem__, columns.kind),
            base,
            time,
            bodies,
            fields,
        )
    )


def pack_page(events: Sequence[PageEvent]) -> PageEvents | None:
    """Return a page's events by column, None when there are none."""
    if not events:
        return None
    devices: dict[str, int] = {}
    agents: dict[tuple[str, str], int] = {}
    return PageEvents(
        device=[devices.setdefault(event.device, len(devices)) for event in events],
        devices=list(devices),
        agent=[agents.setdefault((event.agent, event.agent_name), len(agents)) for event in events],
        agents=list(agents),
        incarnation=[event.incarnation for event in events],
        seq=_differences(event.seq for event in events),
        central_seq=_differences(event.central_seq for event in events),
        events=pack(events),
        states=[(place, event.state) for place, event in enumerate(events) if event.state != ACCEPTED],
    )


def unpack_page(page: PageEvents, *, events_max: int = PAGE_ROWS_MAX) -> list[PageEvent]:
    """Return a page's events. That their numbers rise is checked by who knows the cursor.

    Raises:
        InputError: ``wire.malformed``; ``reason`` names the column that does not hold.
    """
    events = unpack(page.events, events_max=events_max, bytes_max=ANSWER_BYTES_MAX, code=WIRE_MALFORMED)
    count = len(events)
    columns = (page.device, page.agent, page.incarnation, page.seq, page.central_seq)
    if any(len(column) != count for column in columns):
        raise InputError(WIRE_MALFORMED, reason="lengths")
    _check_places(page.device, len(page.devices), WIRE_MALFORMED, "device")
    _check_places(page.agent, len(page.agents), WIRE_MALFORMED, "agent")
    seq, central_seq = list(accumulate(page.seq)), list(accumulate(page.central_seq))
    for numbers, reason in ((page.incarnation, "incarnation"), (seq, "seq"), (central_seq, "central_seq")):
        _check_range(numbers, WIRE_MALFORMED, reason)
    states = [ACCEPTED] * count
    for place, state in page.states:
        if not 0 <= place < count:
            raise InputError(WIRE_MALFORMED, reason="states")
        states[place] = state
    return list(
        map(
            PageEvent,
            central_seq,
            map(page.devices.__getitem__, page.device),
            page.incarnation,
            seq,
            (page.agents[place][0] for place in page.agent),
            (page.agents[place][1] for place in page.agent),
            *zip(*events, strict=True),
            states,
        )
    )


def pack_verdicts(verdicts: Sequence[Verdict]) -> Verdicts:
    """Return a batch's verdicts as runs of numbers that follow on each other, and those that were not plain."""
    starts = [0]
    for place, (before, after) in enumerate(pairwise(verdicts), start=1):
        if (after.seq, after.central_seq) != (before.seq + 1, before.central_seq + 1):
            starts.append(place)
    runs = [
        (verdicts[start].seq, verdicts[start].central_seq, end - start)
        for start, end in pairwise([*starts, len(verdicts)])
        if end > start
    ]
    return Verdicts(runs, [verdict for verdict in verdicts if not _is_plain(verdict)])


def unpack_verdicts(verdicts: Verdicts, first_seq: int, last_seq: int) -> list[Verdict]:
    """Return one verdict for each event of the batch from ``first_seq`` to ``last_seq``, in order.

    Raises:
        InputError: ``wire.malformed``: they do not cover exactly that batch.
    """
    if sum(count for _seq, _number, count in verdicts.numbers) != last_seq - first_seq + 1:
        raise InputError(WIRE_MALFORMED, reason="verdicts")
    found = {
        seq + place: Verdict(seq + place, number + place, ACCEPTED)
        for seq, number, count in verdicts.numbers
        for place in range(count)
    }
    for other in verdicts.others:
        plain = found.get(other.seq)
        if plain is None or plain.central_seq != other.central_seq:
            raise InputError(WIRE_MALFORMED, reason="verdicts")
        found[other.seq] = other
    if list(found) != list(range(first_seq, last_seq + 1)):
        raise InputError(WIRE_MALFORMED, reason="verdicts")
    return list(found.values())


def _is_plain(verdict: Verdict) -> bool:
    return verdict.state == ACCEPTED and not verdict.code and not verdict.details


def _columnar(body: bytes) -> Fields | None:
    """Return a body's fields when they give back exactly its bytes, else None."""
    try:
        fields = _decode_fields(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Numbers, lists or objects within, erased, or not ours: it travels as it is.
        return None
    return fields if fields and _encode(fields) == body else None


def _bodies(columns: EventColumns, bytes_max: int, code: str) -> tuple[list[bytes], list[Fields | None]]:
    """Return the body of each event, and its fields where it came by column."""
    of_shape = Counter(columns.shape)
    _check_shapes(columns, of_shape, bytes_max, code)
    rows = [
        [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
        for names, values in zip(columns.shapes, columns.values, strict=True)
    ]
    bodies: list[Iterator[bytes]] = [iter(list(map(_encode, read))) for read in rows]
    fields: list[Iterator[Fields | None]] = [iter(read) for read in rows]
    # The last place is that of shape -1.
    bodies.append(map(bytes, columns.raw))
    fields.append(iter([None] * len(columns.raw)))
    return [next(bodies[place]) for place in columns.shape], [next(fields[place]) for place in columns.shape]


def _check_shapes(columns: EventColumns, of_shape: Counter[int], bytes_max: int, code: str) -> None:
    """Check that each shape has as many values as events, and that names repeated for each event stay within bounds."""
    if len(columns.values) != len(columns.shapes) or not of_shape.keys() <= set(range(_IN_RAW, len(columns.shapes))):
        raise InputError(code, reason="shape")
    if of_shape[_IN_RAW] != len(columns.raw):
        raise InputError(code, reason="raw")
    size = number = 0
    for place, (names, values) in enumerate(zip(columns.shapes, columns.values, strict=True)):
        used = of_shape[place]
        if not names or not used or len(set(names)) != len(names):
            raise InputError(code, reason="shape")
        if len(values) != len(names) or any(len(column) != used for column in values):
            raise InputError(code, reason="values")
        size += len(_encode(names)) * used
        number += len(names) * used
    if size > bytes_max or number > VALUES_MAX:
        raise InputError(code, reason="too_large")


def _check_places(places: Sequence[int], size: int, code: str, reason: str) -> None:
    if min(places) < 0 or max(places) >= size:
        raise InputError(code, reason=reason)


def _check_range(numbers: Sequence[int], code: str, reason: str) -> None:
    if min(numbers) < _INT_MIN or max(numbers) > _INT_MAX:
        raise InputError(code, reason=reason)


def _differences(numbers: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *numbers])]


def signed_batch(outgoing: OutgoingBatch, sign: Callable[[bytes], str]) -> SignedBatch:
    """Return the signed message for a batch of the outbox. The bodies' bytes arrive as they were written."""
    unsigned = SignedBatch(
        tenant=outgoing.tenant,
        device=outgoing.device,
        incarnation=outgoing.incarnation,
        agent=outgoing.agent,
        first_seq=outgoing.first_seq,
        prev=outgoing.prev,
        salt_seeds=list(outgoing.salt_seeds),
        events=pack(outgoing.events),
        head=outgoing.head,
        signature="",
    )
    return msgspec.structs.replace(unsigned, signature=sign(batch_bytes(unsigned)))
