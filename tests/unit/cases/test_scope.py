"""Records that enter the scope whole and records that leave it: each at once with its page, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from cases import merge
from cases.errors import InputError
from cases.events import EventId
from cases.merge import FieldHead, FieldState, RecordState
from cases.projections import confirmed_state
from cases.returning import ComingLike
from cases.snapshot import PackedRecord
from cases.store import registers
from cases.workspace import Workspace
from tests.support.exchange import Numbering
from tests.support.workspaces import PASSPHRASE, make_case, make_identity, make_workspace

IDENTITY = make_identity()
STREAM = IDENTITY.stream
CASE, CITIZEN, ELSEWHERE = "c" * 32, "e" * 32, "b" * 32


class News(NamedTuple):
    cursor: int
    enters: Sequence[PackedRecord] = ()
    leaves: Sequence[tuple[int, str]] = ()
    events: Sequence[ComingLike] = ()
    more: bool = False


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path / "w")
    yield workspace
    workspace.close()


def whole(kind: str, record: str, number: int, **values: str) -> PackedRecord:
    def field(value: str, seq: int) -> FieldState:
        return FieldState((FieldHead(value, EventId(ELSEWHERE, 1, seq), 1_000 + seq, ELSEWHERE, number),), 0)

    fields = {name: field(value, place) for place, (name, value) in enumerate(values.items(), 1)}
    return PackedRecord(kind, record, RecordState(fields), number, 1_000, 2_000, 1_500)


def both(number: int) -> list[PackedRecord]:
    about = {"procedure": "apa", "procedure_version": "1" * 64, "citizen": CITIZEN, "state": "submitted"}
    about |= {"tracking_code": "K1-ABC", "agent": ELSEWHERE}
    return [
        whole("case", CASE, number, **about),
        whole("citizen", CITIZEN, number, family_name="Okonkwo"),
    ]


def take(workspace: Workspace, news: News) -> None:
    workspace.apply_news({STREAM: news}, epoch=1)


def held(workspace: Workspace, record: str) -> bytes:
    with workspace._core.store.reading() as connection:
        known = registers.find(connection, record)
        assert known is not None
        return merge.to_json(confirmed_state(connection, IDENTITY.tenant, known))


def everything(workspace: Workspace) -> object:
    rows = workspace.cases()
    search = [workspace.search(word, 20) for word in ("okonkwo", "durand", "K1-ABC")]
    counts = [workspace.case_count(state=state) for state in (None, "draft", "submitted")]
    views = [workspace.case(row.id) for row in rows]
    return rows, views, workspace.citizens(), search, counts, workspace.status(), workspace.cursors()


def test_what_enters_is_in_the_lists_and_the_search_and_can_be_worked_on(workspace: Workspace) -> None:
    take(workspace, News(7, both(7)))
    (row,) = workspace.cases()
    assert (row.id, row.citizen_name, row.state, row.submitted_ms) == (CASE, "Okonkwo", "submitted", 1_500)
    assert {hit.record_id for hit in workspace.search("okonkwo", 20)} == {CASE, CITIZEN}
    assert workspace.case_count(state="submitted") == 1 and workspace.cursors()[STREAM] == 7
    assert held(workspace, CASE) == merge.to_json(both(7)[0].state)
    workspace.answer(CASE, {"/a": "1"}, base=workspace.case(CASE).base)
    assert workspace.case(CASE).answers == {"/a": "1"}


def test_twice_is_as_once(workspace: Workspace) -> None:
    for _time in range(2):
        take(workspace, News(7, both(7)))
    once = everything(workspace)
    take(workspace, News(7, both(7)))
    assert everything(workspace) == once
    for _time in range(2):
        take(workspace, News(9, (), [(9, CASE), (9, CITIZEN)]))
    gone = everything(workspace)
    # An answer that comes late brings nothing back.
    take(workspace, News(7, both(7)))
    assert everything(workspace) == gone and workspace.cases() == []


def test_making_it_again_from_the_log_keeps_what_was_given(workspace: Workspace) -> None:
    take(workspace, News(7, both(7)))
    workspace.answer(CASE, {"/a": "1"}, base=7)
    stream = Numbering()
    stream.events = [None] * 7  # type: ignore[list-item]
    stream.push(workspace)
    before = held(workspace, CASE)
    workspace.fork(1, 1)
    workspace.replay_from(1)
    assert workspace.case(CASE).answers == {"/a": "1"} and workspace.case(CASE).state == "submitted"
    stream.push(workspace)
    assert merge.show(merge.from_json(held(workspace, CASE))) == merge.show(merge.from_json(before))


def test_what_leaves_goes_out_of_everything_but_the_log(workspace: Workspace) -> None:
    empty = everything(workspace)
    case = make_case(workspace)
    citizen = workspace.case(case).citizen
    stream = Numbering()
    stream.push(workspace)
    take(workspace, News(5, (), [(5, case), (5, citizen)]))
    assert workspace.cases() == [] and workspace.citizens() == [] and workspace.search("durand", 9) == []
    assert workspace.case_count() == 0
    assert len(workspace.history(case)) == 1
    for act in (lambda: workspace.case(case), lambda: workspace.answer(case, {"/a": "1"}, base=0)):
        with pytest.raises(InputError, match=r"case\.unknown"):
            act()
    assert held(workspace, case) == merge.to_json(merge.EMPTY)
    assert empty != everything(workspace)


def test_what_waits_is_answered_before_the_record_goes(workspace: Workspace) -> None:
    case = make_case(workspace)
    stream = Numbering(parks=frozenset({"note"}))
    stream.push(workspace)
    workspace.add_note(case, "?", base=0)
    take(workspace, News(5, (), [(5, case)]))
    assert [row.id for row in workspace.cases()] == [case] and workspace.status().pending == 1
    stream.push(workspace)
    assert workspace.cases() == [] and workspace.status().pending == 0
    assert [parked.code for parked in workspace.parked()] == ["workflow.not_allowed"]


def test_what_comes_back_is_whole_again(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    Numbering().push(workspace)
    take(workspace, News(5, (), [(5, case)]))
    back = whole("case", case, 9, procedure="apa", state="accepted", tracking_code="K2-XYZ")
    take(workspace, News(9, [back]))
    assert workspace.case(case).state == "accepted" and workspace.case(case).answers == {}
    assert held(workspace, case) == merge.to_json(back.state)
    assert {hit.record_id for hit in workspace.search("K2-XYZ", 9)} == {case}
    # It leaves and comes again within one answer.
    take(workspace, News(12, [back._replace(central_seq=12)], [(11, case)]))
    assert workspace.case(case).state == "accepted" and workspace.case_count() == 1


class Broken:
    """News in the middle of whose taking in the program fails: after what moved, before the end of the transaction."""

    events: Sequence[ComingLike] = ()
    cursor = 8

    def __init__(self, left: str) -> None:
        self.enters, self.leaves = both(8), [(7, left)]

    @property
    def more(self) -> bool:
        raise OSError("the program ends here")


def test_a_fault_in_the_middle_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    case = make_case(workspace)
    Numbering().push(workspace)
    before = everything(workspace)
    with pytest.raises(OSError, match="ends here"):
        workspace.apply_news({STREAM: Broken(case)}, epoch=1)
    assert everything(workspace) == before
    workspace.close()
    again = Workspace.unlock(tmp_path / "w", PASSPHRASE, ports=workspace._core.ports)
    try:
        assert everything(again) == before
        take(again, News(8, both(8), [(7, case)]))
        assert [row.id for row in again.cases()] == [CASE]
    finally:
        again.close()


def test_a_restored_service_that_knows_nothing_of_a_move_takes_it_back(workspace: Workspace) -> None:
    case = make_case(workspace)
    Numbering().push(workspace)
    take(workspace, News(8, both(8), [(7, case)]))
    workspace.replay({1: 2})
    workspace.apply_news({STREAM: News(8)}, epoch=2)
    assert {row.id for row in workspace.cases()} == {case, CASE}
    take(workspace, News(2))
    assert {row.id for row in workspace.cases()} == {case}
    assert workspace.case_count() == 1
