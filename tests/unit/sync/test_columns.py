"""Events by column: what goes in comes out to the byte, and what is hostile is refused before it costs anything."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import InputError
from sync.columns import (
    VALUES_MAX,
    PageEvent,
    Unpacked,
    pack,
    pack_page,
    pack_verdicts,
    unpack,
    unpack_page,
    unpack_verdicts,
)
from sync.messages import EventColumns, PageEvents, Verdict, Verdicts

NUMBER = st.integers(0, 2**53)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NAMES = st.lists(st.sampled_from(["a", "/b/ç", "", "\u0000", "a.b", "\U0001f600"]), unique=True, max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Return a body: fields of text as a device writes them, the same written otherwise, anything else, or erased."""
    if draw(st.booleans()):
        fields = {name: draw(TEXT | st.none()) for name in draw(NAMES)}
        data = msgspec.json.encode(fields)
        spaced = msgspec.json.format(data, indent=1)
        twice = b'{"a":"1","a":"2"}'
        return draw(st.sampled_from([data, data, data, spaced, twice, b'{"a":"\\u0041"}']))
    return draw(st.just(b"null") | JSON.map(msgspec.json.encode))


EVENTS = st.lists(
    st.builds(
        Unpacked,
        st.sampled_from(["case", "citizen", "odd"]),
        st.sampled_from(["0" * 32, "f" * 32, "x"]),
        st.sampled_from(["set", "note", "é"]),
        NUMBER,
        NUMBER,
        bodies(),
        st.none(),
    ),
    min_size=1,
    max_size=12,
)


def travelled(columns: EventColumns) -> EventColumns:
    return msgspec.json.decode(msgspec.json.encode(columns), type=EventColumns)


@given(EVENTS)
def test_what_goes_in_comes_out_to_the_byte(events: list[Unpacked]) -> None:
    found = unpack(travelled(pack(events)))
    assert [event._replace(fields=None) for event in found] == events
    for event in found:
        assert event.fields is None or msgspec.json.encode(event.fields) == event.body


def test_fields_of_plain_bodies_are_read_once_for_all() -> None:
    event = Unpacked("case", "0" * 32, "set", 3, 4, b'{"a":"1","b":null}', None)
    assert [found.fields for found in unpack(travelled(pack([event, event])))] == [{"a": "1", "b": None}] * 2


@given(st.data())
@settings(max_examples=300)
def test_hostile_columns_are_refused_or_hold(data: st.DataObject) -> None:
    """Columns of any numbers: they are refused with the one code, or every event has a body and a name."""
    place = st.integers(-2, 3)
    columns = EventColumns(
        records=data.draw(st.lists(st.tuples(TEXT, TEXT), max_size=3)),
        record=data.draw(st.lists(place, max_size=4)),
        kinds=data.draw(st.lists(TEXT, max_size=3)),
        kind=data.draw(st.lists(place, max_size=4)),
        base=data.draw(st.lists(st.integers(-(2**70), 2**70), max_size=4)),
        time=data.draw(st.lists(NUMBER, max_size=4)),
        shapes=data.draw(st.lists(NAMES, max_size=3)),
        shape=data.draw(st.lists(place, max_size=4)),
        values=data.draw(st.lists(st.lists(st.lists(TEXT | st.none(), max_size=3), max_size=3), max_size=3)),
        raw=[msgspec.Raw(b"{}")] * data.draw(st.integers(0, 4)),
    )
    try:
        events = unpack(columns)
    except InputError as error:
        assert error.code == "push.malformed" and error.details["reason"]
        return
    assert len(events) == len(columns.record)
    assert all(isinstance(msgspec.json.decode(event.body), dict) for event in events)
    assert all(-(2**63) <= event.base < 2**63 for event in events)


SOUND = pack(
    [Unpacked("case", "0" * 32, "set", 3, 4, b'{"a":"1"}', None), Unpacked("case", "1", "s", 1, 2, b"[]", None)]
)


@pytest.mark.parametrize(
    ("reason", "alter"),
    [
        ("events", lambda c: msgspec.structs.replace(c, record=[])),
        ("lengths", lambda c: msgspec.structs.replace(c, base=[1])),
        ("lengths", lambda c: msgspec.structs.replace(c, shape=[0])),
        ("dictionary", lambda c: msgspec.structs.replace(c, kinds=["a", "b", "c"])),
        ("dictionary", lambda c: msgspec.structs.replace(c, records=[("a", "b")] * 3)),
        ("record", lambda c: msgspec.structs.replace(c, record=[0, 2])),
        ("record", lambda c: msgspec.structs.replace(c, record=[0, -1])),
        ("kind", lambda c: msgspec.structs.replace(c, kind=[-1, 0])),
        ("base", lambda c: msgspec.structs.replace(c, base=[2**63, 0])),
        ("time", lambda c: msgspec.structs.replace(c, time=[-(2**63), -1])),
        ("shape", lambda c: msgspec.structs.replace(c, shape=[1, -1])),
        ("shape", lambda c: msgspec.structs.replace(c, shape=[-2, -1])),
        ("shape", lambda c: msgspec.structs.replace(c, shapes=[[]], values=[[]])),
        ("shape", lambda c: msgspec.structs.replace(c, shapes=[["a", "a"]], values=[[["1"], ["1"]]])),
        ("shape", lambda c: msgspec.structs.replace(c, values=[])),
        ("raw", lambda c: msgspec.structs.replace(c, raw=[])),
        ("values", lambda c: msgspec.structs.replace(c, values=[[["1", "2"]]])),
        ("values", lambda c: msgspec.structs.replace(c, values=[[["1"], ["2"]]])),
    ],
)
def test_each_column_that_does_not_hold_is_named(reason: str, alter: Callable[[EventColumns], EventColumns]) -> None:
    with pytest.raises(InputError) as refused:
        unpack(alter(SOUND))
    assert (refused.value.code, refused.value.details["reason"]) == ("push.malformed", reason)


def test_field_names_do_not_swell() -> None:
    """4,000 events of a shape with one name of 1 MB would be 4 GB of bodies."""
    count = 4_000
    none: list[str | None] = [None] * count
    places = [0] * count
    names = [["x" * 2**20]]
    swelling = EventColumns([("case", "1")], places, ["set"], places, places, places, names, places, [[none]], [])
    started = time.process_time()
    with pytest.raises(InputError) as refused:
        unpack(swelling)
    assert refused.value.details["reason"] == "too_large"
    assert time.process_time() - started < 0.5


def test_values_past_the_limit_travel_as_they_are() -> None:
    names = [f"f{number}" for number in range(VALUES_MAX // 2 + 1)]
    body = msgspec.json.encode(dict.fromkeys(names))
    columns = pack([Unpacked("case", "1", "set", 0, 0, body, None)] * 2)
    assert columns.shape == [0, -1]
    assert [event.body for event in unpack(columns)] == [body, body]


def test_more_events_than_allowed_are_refused() -> None:
    with pytest.raises(InputError):
        unpack(SOUND, events_max=1)


@given(EVENTS, st.data())
def test_a_page_comes_out_as_it_went_in(events: list[Unpacked], data: st.DataObject) -> None:
    number = st.integers(1, 2**53)
    who = st.tuples(number, st.sampled_from(["d1", "d2"]), number, number, st.sampled_from([("a1", "A"), ("a2", "É")]))
    state = st.sampled_from(["accepted", "merged", "contested"])
    page = []
    for event in events:
        central_seq, device, incarnation, seq, agent = data.draw(who)
        page.append(PageEvent._make((central_seq, device, incarnation, seq, *agent, *event, data.draw(state))))
    packed = pack_page(page)
    assert packed is not None
    found = unpack_page(msgspec.json.decode(msgspec.json.encode(packed), type=PageEvents))
    assert [event._replace(fields=None) for event in found] == page


def test_an_empty_page_is_none() -> None:
    assert pack_page([]) is None


@pytest.mark.parametrize("field", ["device", "agent", "incarnation", "seq", "central_seq"])
def test_a_page_with_a_column_too_short_is_refused(field: str) -> None:
    packed = pack_page([PageEvent(1, "d", 1, 1, "a", "Ana", "case", "1", "set", 0, 0, b"{}", None)])
    assert packed is not None
    with pytest.raises(InputError) as refused:
        unpack_page(msgspec.structs.replace(packed, **{field: []}))
    assert refused.value.code == "wire.malformed"


def test_states_of_a_page_name_its_events() -> None:
    packed = pack_page([PageEvent(1, "d", 1, 1, "a", "Ana", "case", "1", "set", 0, 0, b"{}", None)])
    assert packed is not None
    with pytest.raises(InputError):
        unpack_page(msgspec.structs.replace(packed, states=[(1, "merged")]))


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["accepted", "merged", "parked"])), min_size=1))
def test_verdicts_come_out_as_they_went_in(steps: list[tuple[int, str]]) -> None:
    number, verdicts = 5, []
    for seq, (step, state) in enumerate(steps, start=7):
        number += step
        verdicts.append(Verdict(seq, number, state, "" if state != "parked" else "right.foreign_record"))
    assert unpack_verdicts(pack_verdicts(verdicts), 7, 6 + len(steps)) == verdicts


def test_numbers_that_follow_are_one_run() -> None:
    assert pack_verdicts([Verdict(seq, seq + 10, "accepted") for seq in range(1, 4_001)]) == Verdicts([(1, 11, 4_000)])


@pytest.mark.parametrize(
    "verdicts",
    [
        Verdicts([]),
        Verdicts([(1, 5, 2)]),
        Verdicts([(1, 5, 4)]),
        Verdicts([(2, 5, 3)]),
        Verdicts([(1, 5, 2), (2, 9, 1)]),
        Verdicts([(3, 5, 1), (1, 6, 2)]),
        Verdicts([(1, 5, 2**53)]),
        Verdicts([(1, 5, 3)], [Verdict(4, 8, "parked")]),
        Verdicts([(1, 5, 3)], [Verdict(2, 9, "parked")]),
    ],
)
def test_verdicts_that_do_not_cover_the_batch_are_refused(verdicts: Verdicts) -> None:
    with pytest.raises(InputError) as refused:
        unpack_verdicts(verdicts, 1, 3)
    assert refused.value.code == "wire.malformed"
