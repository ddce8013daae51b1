from __future__ import annotations

import random
import time

from cases import merge
from cases.events import EventId, Kind
from cases.merge import EMPTY, SeenEvent, apply_all, show


def event(
    device: str,
    seq: int,
    body: dict[str, object],
    *,
    base: int = 0,
    central: int | None = None,
    time: int = 0,
    kind: str = Kind.SET,
) -> SeenEvent:
    return SeenEvent(EventId(device, 1, seq), f"agent-{device}", kind, base, time or seq, body, central)


def test_later_event_of_the_same_device_overwrites() -> None:
    shown = show(apply_all(EMPTY, [event("a", 1, {"/x": "1"}), event("a", 2, {"/x": "2"})]))
    assert shown == ({"/x": "2"}, ())


def test_an_event_that_saw_the_other_overwrites_whatever_the_clocks_say() -> None:
    first = event("a", 1, {"/x": "1"}, central=5, time=9_000)
    second = event("b", 1, {"/x": "2"}, base=5, central=6, time=10)
    assert show(apply_all(EMPTY, [second, first])) == ({"/x": "2"}, ())


def test_unseen_different_values_are_contested_and_the_latest_is_shown() -> None:
    state = apply_all(
        EMPTY, [event("a", 1, {"/x": "1"}, central=1, time=20), event("b", 1, {"/x": "2"}, central=2, time=10)]
    )
    assert show(state) == ({"/x": "1"}, ("/x",))
    assert [head.value for head in state.fields["/x"].heads] == ["1", "2"]


def test_unseen_equal_values_agree() -> None:
    state = apply_all(EMPTY, [event("a", 1, {"/x": "1"}, central=1), event("b", 1, {"/x": "1"}, central=2)])
    assert show(state) == ({"/x": "1"}, ())


def test_different_fields_merge() -> None:
    state = apply_all(EMPTY, [event("a", 1, {"/x": "1"}, central=1), event("b", 1, {"/y": "2"}, central=2)])
    assert show(state) == ({"/x": "1", "/y": "2"}, ())


def test_a_stale_screen_does_not_revive_what_its_device_had_overwritten() -> None:
    theirs = event("a", 1, {"/x": "theirs"}, central=1)
    knowing = event("b", 1, {"/x": "mine"}, base=1, central=2)
    stale = event("b", 2, {"/x": "mine again"}, base=0, central=3)
    for order in (
        [theirs, knowing, stale],
        [stale, theirs, knowing],
        [knowing, stale, theirs],
        [stale, knowing, theirs],
    ):
        assert show(apply_all(EMPTY, order)) == ({"/x": "mine again"}, ())


def test_settling_by_name_covers_only_what_it_names() -> None:
    one, two = event("a", 1, {"/x": "1"}, central=1), event("b", 1, {"/x": "2"}, central=2)
    three = event("c", 1, {"/x": "3"}, central=3)
    body: dict[str, object] = {"field": "/x", "value": "2", "settles": ["a.1.1", "b.1.1", "no name"]}
    settle = event("d", 1, body, kind=Kind.SETTLE, time=50)
    assert show(apply_all(EMPTY, [settle, one, two])) == ({"/x": "2"}, ())
    assert show(apply_all(EMPTY, [settle, one, two, three])).contested == ("/x",)


def test_status_sets_the_state_and_what_rides_along_is_not_contested() -> None:
    body: dict[str, object] = {"from": "draft", "to": "submitted", "message": "m1", "computed": {"/t": "1", "/n": 5}}
    first = event("a", 1, body, kind=Kind.STATUS, central=1)
    second = event("b", 1, {"from": "draft", "to": "submitted", "message": "m2"}, kind=Kind.STATUS, central=2)
    shown = show(apply_all(EMPTY, [first, second]))
    assert shown.values == {"state": "submitted", "message": "m1" if first.time > second.time else "m2", "=/t": "1"}
    assert shown.contested == ()


def test_what_a_newer_version_writes_is_left_alone() -> None:
    strange = [
        event("a", 1, {"/x": {"deep": 1}, "/y": 5, "/z": "ok"}),
        event("a", 2, {"field": 5}, kind=Kind.SETTLE),
        event("a", 3, {"to": 7}, kind=Kind.STATUS),
        event("a", 4, {"/q": "1"}, kind="later-kind"),
        event("a", 5, {"text": "note"}, kind=Kind.NOTE),
    ]
    assert show(apply_all(EMPTY, strange)) == ({"/z": "ok"}, ())


def test_removed_row_hides_what_is_in_it() -> None:
    state = apply_all(
        EMPTY, [event("a", 1, {"/r[q]": "1", "/r[q]/x": "5", "/r[qq]/x": "6"}), event("a", 2, {"/r[q]": None})]
    )
    assert show(state) == ({"/r[q]": None, "/r[qq]/x": "6"}, ())


def test_edit_beats_a_removal_that_had_not_seen_it() -> None:
    made = event("a", 1, {"/r[q]": "3", "/r[q]/x": "5"}, central=1)
    removed = event("a", 2, {"/r[q]": None}, base=1, central=2)
    edited = event("b", 1, {"/r[q]/x": "7"}, base=1, central=3)
    shown = show(apply_all(EMPTY, [made, removed, edited]))
    assert shown.values["/r[q]"] is not None and shown.values["/r[q]/x"] == "7"
    assert shown.contested == ("/r[q]",)
    removed_again = event("a", 3, {"/r[q]": None}, base=3, central=4)
    assert show(apply_all(EMPTY, [made, removed, edited, removed_again])) == ({"/r[q]": None}, ())


def test_removing_a_row_removes_the_rows_inside_it() -> None:
    state = apply_all(
        EMPTY, [event("a", 1, {"/r[q]": "1", "/r[q]/s[z]": "1", "/r[q]/s[z]/x": "1"}), event("a", 2, {"/r[q]": None})]
    )
    assert show(state).values == {"/r[q]": None}


def test_state_is_the_same_after_a_rest() -> None:
    state = apply_all(EMPTY, [event("a", 1, {"/x": "1"}, central=1), event("b", 1, {"/x": None}, central=2)])
    assert merge.from_json(merge.to_json(state)) == state
    assert state.value("/x") == state.fields["/x"].heads[0].value and state.value("/never") is None


def test_showing_removed_rows_takes_one_pass() -> None:
    """Four times the rows take about four times as long: comparing every row with every field takes sixteen times."""

    def seconds(rows: int) -> float:
        filled = {f"/rows[{number}]{name}": "1" for number in range(rows) for name in ("", "/a", "/b")}
        removed: dict[str, object] = {f"/rows[{number}]": None for number in range(rows)}
        state = apply_all(
            EMPTY, [event("a", 1, dict[str, object](filled), central=1), event("b", 1, removed, base=1, central=2)]
        )
        times = []
        for _time in range(3):
            started = time.perf_counter()
            shown = show(state)
            times.append(time.perf_counter() - started)
        assert len(shown.values) == rows and shown.contested == ()
        return min(times)

    assert seconds(8_000) < 9 * seconds(2_000)


def test_rows_whose_names_begin_alike_are_kept_apart() -> None:
    fields: dict[str, object] = {"/r[1]": "1", "/r[1]/x": "1", "/r[10]": "1", "/r[10]/x": "1", "/r[1]/s[2]": "1"}
    removed = event("a", 2, {"/r[1]": None, "/r[1]/s[2]": None})
    shown = show(apply_all(EMPTY, [event("a", 1, fields), removed]))
    assert shown.values == {"/r[1]": None, "/r[10]": "1", "/r[10]/x": "1"}


def test_what_a_newer_version_writes_passes_through_untouched() -> None:
    """Kinds, fields and shapes that this version does not know: nothing of what it knows changes, in any mixture."""
    chance = random.Random(7)
    known = [event("a", number, {f"/{number % 7}": str(number)}, central=number) for number in range(1, 60)]
    strange = [
        event(
            "n", number, _strange(chance), central=100 + number, kind=chance.choice(("set", "status", "sign", "merge"))
        )
        for number in range(1, 60)
    ]
    mixed = known + strange
    chance.shuffle(mixed)
    assert merge.to_json(apply_all(EMPTY, mixed)) == merge.to_json(apply_all(EMPTY, known))


def _strange(chance: random.Random) -> dict[str, object]:
    shapes: list[object] = [1, 2.5, True, [None, "x"], {"deep": {"er": []}}]
    return {f"/{chance.randrange(7)}": chance.choice(shapes) for _each in range(chance.randrange(4))}
