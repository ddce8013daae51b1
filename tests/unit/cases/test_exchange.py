from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cases.errors import InputError
from cases.events import Event, EventId
from cases.outbox import DAMAGED_BODY, DAMAGED_CHAIN, RENUMBERED, REPEATED, OutgoingBatch
from cases.store.engine import Connection
from cases.workspace import Workspace
from sync.messages import PulledEvent, Verdict
from tests.support.exchange import Numbering, hand_over, opened, pulled
from tests.support.workspaces import (
    PASSPHRASE,
    make_case,
    make_citizen,
    make_identity,
    make_ports,
    make_workspace,
)

OTHER = make_identity(device="e" * 32, agent="b" * 31 + "2", agent_name="Luc Petit")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path / "w")
    yield workspace
    workspace.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path / "other", identity=OTHER, ports=make_ports(seed=7))
    yield workspace
    workspace.close()


def snapshot(workspace: Workspace) -> object:
    """Everything that a screen could show."""
    rows = workspace.cases()
    return (
        rows,
        workspace.citizens(),
        [workspace.case(row.id) for row in rows],
        [workspace.history(row.id) for row in rows],
        workspace.status(),
        workspace.search("durand"),
        [workspace.case_count(state=state) for state in (None, "draft", "submitted")],
    )


def test_batches_carry_the_chain_and_the_exact_bytes(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "é"})
    for number in range(300):
        workspace.answer(case, {"/a": str(number)}, base=0)
    batch = workspace.next_batch(290)
    assert batch is not None
    assert (batch.first_seq, batch.last_seq, len(batch.salt_seeds)) == (1, 290, 2)
    events = opened(batch)
    assert events[1].body is not None and b'"/a":"\xc3\xa9"' in events[1].body
    assert workspace.next_batch(290) == batch


def test_nothing_pending_is_nothing_to_send(workspace: Workspace) -> None:
    assert workspace.next_batch(500) is None


def test_long_bodies_make_short_batches(workspace: Workspace) -> None:
    case = make_case(workspace)
    for _ in range(12):
        workspace.answer(case, {"/a": "x" * 250_000}, base=0)
    sizes = []
    stream = Numbering()
    while (batch := workspace.next_batch(500)) is not None:
        sizes.append(len(batch.events))
        workspace.apply_verdicts(batch, *stream.answer(batch))
    assert sum(sizes) == 14 and max(sizes) < 12


def test_accepted_events_become_confirmed_and_look_the_same(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    workspace.change_status(case, "submitted", base=0, fields={"tracking_code": "E1-X"})
    before = workspace.case(case)
    Numbering().push(workspace)
    after = workspace.case(case)
    assert (before.pending, after.pending) == (3, 0)
    assert (after.answers, after.fields, after.state) == (before.answers, before.fields, before.state)
    assert {entry.state for entry in workspace.history(case)} == {"accepted"}
    status = workspace.status()
    assert (status.pending, status.pending_cases, status.oldest_pending_ms, status.parked) == (0, 0, None, 0)


def test_a_reply_that_comes_twice_changes_nothing_the_second_time(workspace: Workspace) -> None:
    make_case(workspace)
    stream = Numbering()
    batch = workspace.next_batch(500)
    assert batch is not None
    verdicts, receipt = stream.answer(batch)
    workspace.apply_verdicts(batch, verdicts, receipt)
    before = snapshot(workspace)
    workspace.apply_verdicts(batch, verdicts, receipt)
    assert snapshot(workspace) == before


def test_an_answer_given_while_the_batch_travels_stays_pending_on_top(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    batch = workspace.next_batch(500)
    assert batch is not None
    workspace.answer(case, {"/a": "2"}, base=0)
    workspace.apply_verdicts(batch, *Numbering().answer(batch))
    view = workspace.case(case)
    assert (view.answers, view.pending, workspace.status().pending) == ({"/a": "2"}, 1, 1)


def test_a_parked_event_keeps_its_reason_and_gives_way(workspace: Workspace) -> None:
    case = make_case(workspace)
    workspace.change_status(case, "submitted", base=0)
    stream = Numbering(parks=frozenset({"status"}))
    stream.push(workspace)
    view = workspace.case(case)
    assert (view.state, view.submitted_ms, view.pending) == ("draft", None, 0)
    parked = workspace.parked()
    assert [(event.code, event.details, event.record_id) for event in parked] == [
        ("workflow.not_allowed", {"why": "test"}, case)
    ]
    assert workspace.status().parked == 1
    assert workspace.next_batch(500) is None, "a parked event is not sent again"
    assert workspace.history(case)[-1].state == "parked"
    assert (workspace.case_count(state="draft"), workspace.case_count(state="submitted")) == (1, 0)


def test_a_page_shows_others_work_and_comes_twice_without_harm(workspace: Workspace, other: Workspace) -> None:
    stream = Numbering()
    case = make_case(other, answers={"/a": "1"})
    other.change_status(case, "submitted", base=0, fields={"tracking_code": "E1-X"})
    stream.push(other)
    hand_over(workspace, stream.events, stream.head, central_time_ms=5)
    view = workspace.case(case)
    assert (view.state, view.answers, view.pending, view.base) == ("submitted", {"/a": "1"}, 0, stream.head)
    assert view.citizen_name == "Durand Zoé"
    assert workspace.cases()[0].agent_name == "Agent 2"
    assert {hit.record_type for hit in workspace.search("durand")} == {"citizen", "case"}
    before = snapshot(workspace)
    hand_over(workspace, stream.events, stream.head)
    hand_over(workspace, stream.events[:2], 2)
    assert snapshot(workspace) == before
    assert workspace.cursors() == {"office-1": stream.head}


def test_event_by_event_or_in_one_page_gives_the_same(tmp_path: Path, workspace: Workspace, other: Workspace) -> None:
    stream = Numbering()
    citizen = make_citizen(other)
    case = make_case(other, citizen=citizen, answers={"/a": "1"})
    other.edit_citizen(citizen, {"family_name": "Durand-Petit"}, base=0)
    other.answer(case, {"/a": "2", "/b": None}, base=0)
    other.change_status(case, "submitted", base=0)
    stream.push(other)
    for upto in range(1, stream.head + 1):
        stream.pull(workspace, upto=upto)
    third = make_workspace(tmp_path / "third", identity=make_identity(device="f" * 32), ports=make_ports(seed=3))
    stream.pull(third)
    assert snapshot(workspace) == snapshot(third)
    third.close()


def test_different_fields_merge_and_the_same_field_is_contested(workspace: Workspace, other: Workspace) -> None:
    stream = Numbering()
    case = make_case(workspace, answers={"/a": "1", "/b": "1"})
    stream.push(workspace)
    for one in (workspace, other):
        stream.pull(one)
    workspace.answer(case, {"/a": "mine", "/c": "mine"}, base=workspace.case(case).base)
    other.answer(case, {"/a": "theirs", "/b": "theirs"}, base=other.case(case).base)
    stream.push(workspace)
    stream.push(other)
    for one in (workspace, other):
        stream.pull(one)
    views = [one.case(case) for one in (workspace, other)]
    assert views[0].answers == views[1].answers
    assert views[0].answers["/b"] == "theirs" and views[0].answers["/c"] == "mine"
    contested = views[0].contested[0]
    assert (contested.field, {claim.value for claim in contested.claims}) == ("/a", {"mine", "theirs"})
    assert contested.claims[0].value == views[0].answers["/a"], "the value shown comes first"
    assert workspace.status().contested == 1 and workspace.case_count(contested_only=True) == 1
    assert [row.id for row in workspace.cases(contested_only=True)] == [case]

    workspace.settle(case, "/a", "mine", base=views[0].base)
    stream.push(workspace)
    stream.pull(other)
    for one in (workspace, other):
        assert (one.case(case).answers["/a"], one.case(case).contested) == ("mine", ())
        assert one.status().contested == 0 and one.case_count(contested_only=True) == 0
    for field in ("/never", "/a", "/b"):
        with pytest.raises(InputError, match=r"settle\.not_contested"):
            workspace.settle(case, field, "x", base=99)
    assert workspace.case(case).answers["/a"] == "mine"


def test_base_does_not_claim_what_has_not_arrived(workspace: Workspace, other: Workspace) -> None:
    """Own events get their numbers before others' earlier ones arrive: those were not seen."""
    stream = Numbering()
    case = make_case(workspace, answers={"/a": "1"})
    stream.push(workspace)
    for one in (workspace, other):
        stream.pull(one)
    other.answer(case, {"/a": "theirs"}, base=other.case(case).base)
    stream.push(other)
    workspace.answer(case, {"/b": "1"}, base=workspace.case(case).base)
    stream.push(workspace)
    workspace.answer(case, {"/a": "mine"}, base=workspace.case(case).base)
    stream.push(workspace)
    stream.pull(workspace)
    assert [contested.field for contested in workspace.case(case).contested] == ["/a"]


def test_confirmed_state_does_not_change_by_own_acts(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    Numbering().push(workspace)

    def confirmed() -> list[tuple[object, ...]]:
        return workspace._core.store.rows("SELECT id, confirmed, state FROM record ORDER BY no")

    before = confirmed()
    workspace.answer(case, {"/a": "2"}, base=0)
    workspace.change_status(case, "submitted", base=0)
    assert confirmed() == before


def test_an_erased_body_leaves_its_place_in_history(workspace: Workspace, other: Workspace) -> None:
    stream = Numbering()
    case = make_case(other, answers={"/a": "1"})
    stream.push(other)
    erased = msgspec.structs.replace(stream.events[1], body=msgspec.Raw(b"null"))
    hand_over(workspace, [stream.events[0], erased], 2)
    assert workspace.history(case)[0].body is None
    assert workspace.case(case).answers == {}


def test_unreadable_and_unknown_events_block_nothing(workspace: Workspace, other: Workspace) -> None:
    stream = Numbering()
    case = make_case(other, answers={"/a": "1"})
    other.answer(case, {"/b": "1"}, base=0)
    stream.push(other)
    events: list[PulledEvent] = list(stream.events)
    events[1] = msgspec.structs.replace(events[1], body=msgspec.Raw(b"[1, 2]"))
    events[2] = msgspec.structs.replace(events[2], kind="later-kind", body=msgspec.Raw(b'{"z": {"deep": 1}}'))
    hand_over(workspace, events, 3)
    assert [entry.state for entry in workspace.history(case)] == ["parked", "accepted"]
    assert workspace.citizen_count() == 1
    assert workspace.status().parked == 0, "others' parked events are theirs"


def test_a_new_epoch_pulls_again_from_the_start(workspace: Workspace, other: Workspace) -> None:
    stream = Numbering()
    make_case(other)
    stream.push(other)
    stream.pull(workspace)
    hand_over(workspace, [], 2, epoch=2)
    assert workspace.cursors() == {"office-1": 0}
    assert workspace.claimed_epoch() == 2
    assert workspace.identity is not None and workspace.identity.epoch == 1, "no receipt names it yet"
    stream.pull(workspace)
    assert workspace.case_count() == 1


def test_what_central_lost_is_sent_again(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    workspace.answer(case, {"/a": "2"}, base=0)
    workspace.change_status(case, "submitted", base=0)
    Numbering().push(workspace)
    before = workspace.case(case)
    workspace.replay_from(3)
    assert (workspace.status().pending, workspace.case(case).pending) == (2, 2)
    assert workspace.case(case).answers == before.answers
    batch = workspace.next_batch(500)
    assert batch is not None and (batch.first_seq, len(batch.events)) == (3, 2)
    Numbering().push(workspace)
    assert workspace.status().pending == 0 and workspace.case(case).state == "submitted"


def damage(workspace: Workspace, seq: int, change: str) -> None:
    """Change a stored event behind the program's back, as a spliced old page would."""

    def act(connection: Connection) -> None:
        for trigger in ("event_is_immutable", "event_body_is_immutable"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(f"UPDATE event SET {change} WHERE seq = ?", (seq,))

    workspace._core.store.write(act)
    workspace._core.projector.forget()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("""body = CAST('{"/a":"forged"}' AS BLOB)""", DAMAGED_BODY),
        ("body = CAST('torn' AS BLOB)", DAMAGED_BODY),
        ("salt = zeroblob(16)", DAMAGED_BODY),
        ("time = time + 1", DAMAGED_CHAIN),
        ("kind = 'note'", DAMAGED_CHAIN),
        ("prev = zeroblob(32)", DAMAGED_CHAIN),
    ],
)
def test_damaged_event_is_set_aside_and_the_rest_goes_on(workspace: Workspace, change: str, code: str) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    for number in range(2, 5):
        workspace.answer(case, {f"/q{number}": str(number)}, base=0)
    damage(workspace, 3, change)
    stream = Numbering()
    assert stream.push(workspace) == 4
    sent = [(event.incarnation, event.seq) for event in stream.events]
    assert sent == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert not any(b"forged" in bytes(event.body) or b"torn" in bytes(event.body) for event in stream.events)
    damaged = workspace.parked()
    assert [(event.event, event.state, event.code) for event in damaged] == [
        (EventId("d" * 31 + "1", 1, 3), "quarantined", code)
    ]
    assert workspace.case(case).answers == {"/a": "1", "/q3": "3", "/q4": "4"}
    assert (workspace.status().pending, workspace.status().parked) == (0, 1)
    assert workspace.identity is not None and workspace.identity.incarnation == 2
    workspace.answer(case, {"/z": "9"}, base=workspace.case(case).base)
    assert stream.push(workspace) == 1
    assert stream.events[-1].incarnation == 2


def test_two_damaged_events_are_both_set_aside(workspace: Workspace) -> None:
    case = make_case(workspace)
    for number in range(4):
        workspace.answer(case, {f"/q{number}": "1"}, base=0)
    damage(workspace, 3, "body = CAST('{}' AS BLOB)")
    workspace._core.store.write(lambda connection: connection.execute("UPDATE event SET salt = NULL WHERE seq = 5"))
    stream = Numbering()
    assert stream.push(workspace) == 4
    assert len(workspace.parked()) == 2 and workspace.status().pending == 0


def test_a_damaged_workspace_opens_and_shows_what_is_sound(tmp_path: Path) -> None:
    ports = make_ports()
    workspace = make_workspace(tmp_path, ports=ports)
    case = make_case(workspace, answers={"/a": "1"})
    workspace.answer(case, {"/b": "1"}, base=0)
    damage(workspace, 3, "body = CAST('torn' AS BLOB)")
    workspace.close()
    again = Workspace.unlock(tmp_path, PASSPHRASE, ports=ports)
    assert again.case(case).answers == {"/a": "1"}
    assert again.history(case)[-1].body is None
    again.close()


def test_receipts_keep_the_farthest(workspace: Workspace) -> None:
    make_case(workspace)
    stream = Numbering()
    batch = workspace.next_batch(1)
    assert batch is not None
    first = stream.answer(batch)
    workspace.apply_verdicts(batch, *first)
    stream.push(workspace)
    workspace.apply_verdicts(batch, *first)
    rows = workspace._core.store.rows("SELECT incarnation, level, seq FROM receipt")
    assert rows == [(1, "accepted", 2)]


def test_numbering_rebuilds_events_from_the_batch_alone(workspace: Workspace) -> None:
    make_citizen(workspace)
    batch = workspace.next_batch(1)
    assert batch is not None
    assert isinstance(opened(batch)[0], Event)


def test_what_is_parked_is_sent_again_to_a_restored_service(workspace: Workspace) -> None:
    """It never comes by a page, so that nothing else would say that a copy of this computer has its number there."""
    case = make_case(workspace, answers={"/a": "1"})
    workspace.add_note(case, "parked", base=0)
    workspace.answer(case, {"/a": "2"}, base=0)
    Numbering(parks=frozenset({"note"})).push(workspace)
    (parked,) = workspace.parked()
    assert workspace.next_batch(9) is None
    workspace.replay({1: 99})
    batch = workspace.next_batch(9)
    assert batch is not None and [event.header.seq for event in opened(batch)] == [parked.event.seq]
    assert workspace.parked() == [] and workspace.status().parked == 0
    Numbering(parks=frozenset({"note"})).push(workspace)
    assert [one.event for one in workspace.parked()] == [parked.event]


def test_act_that_central_holds_under_another_number_waits_for_nobody(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    batch = workspace.next_batch(9)
    assert batch is not None
    verdicts, receipt = Numbering().answer(batch)
    other = EventId(batch.device, 3, 1)
    verdicts[-1] = Verdict(batch.last_seq, 9, "parked", REPEATED, {"as": str(other)})
    workspace.apply_verdicts(batch, verdicts, receipt)
    assert workspace.parked() == [] and workspace.status().parked == 0
    assert [entry.state for entry in workspace.history(case)] == ["parked"], "its twin is not here yet"
    twin = pulled(opened(batch)[-1], 10)
    hand_over(workspace, [msgspec.structs.replace(twin, incarnation=3, seq=1)], 10)
    assert [(entry.event, entry.state) for entry in workspace.history(case)] == [(other, "accepted")]
    assert workspace.case(case).answers == {"/a": "1"}
    # A restored service may have lost the twin: then this one is what there is.
    workspace.replay({1: 99})
    again = workspace.next_batch(9)
    assert again is not None and again.last_seq == batch.last_seq


def test_what_follows_a_number_that_was_set_aside_goes_on_beside(workspace: Workspace) -> None:
    """It was said to be held under another number, so central never gets it: what follows would be refused for ever."""
    case = make_case(workspace)
    for number in range(3):
        workspace.answer(case, {f"/q{number}": "1"}, base=0)
    damage(workspace, 3, f"state = 'quarantined', code = '{RENUMBERED}'")
    stream = Numbering()
    while (batch := workspace.next_batch(9)) is not None:
        workspace.apply_verdicts(batch, *stream.answer(batch))
    assert [(event.incarnation, event.seq) for event in stream.events] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert workspace.parked() == [] and workspace.status().pending == 0


def test_what_a_restored_service_lacks_of_another_self_is_sent_with_the_hashes_it_had(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    for number in range(3):
        workspace.answer(case, {f"/q{number}": "1"}, base=0)
    written = opened(_batch(workspace))
    stream = Numbering()
    stream.push(workspace)
    # As a copy of this computer has them: they came by a page, without salts and hashes.
    for seq in range(1, len(written) + 1):
        bare = "salt = NULL, prev = zeroblob(32), digest = zeroblob(32)"
        damage(workspace, seq, bare) if seq == 1 else _change(workspace, seq, bare)
    identity = workspace._core.enrolled_identity()
    workspace._core.store.write(lambda connection: workspace._core.journal.open_incarnation(connection, identity))
    workspace.replay({1: 3})
    hand_over(workspace, stream.events[:3], len(written))
    assert opened(_batch(workspace)) == written[3:]
    assert workspace.parked() == []


def _change(workspace: Workspace, seq: int, change: str) -> None:
    """The triggers are gone already."""
    sql = f"UPDATE event SET {change} WHERE seq = ?"
    workspace._core.store.write(lambda connection: connection.execute(sql, (seq,)))


def test_what_was_found_damaged_gives_way_to_what_another_self_had_sent(workspace: Workspace) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    workspace.answer(case, {"/b": "2"}, base=0)
    sound = [pulled(event, number) for number, event in enumerate(opened(_batch(workspace)), 1)]
    damage(workspace, len(sound), "body = CAST('torn' AS BLOB)")
    stream = Numbering()
    stream.push(workspace)
    assert [parked.code for parked in workspace.parked()] == [DAMAGED_BODY]
    hand_over(workspace, sound[-1:], len(sound))
    assert workspace.parked() == [] and workspace.case(case).answers == {"/a": "1", "/b": "2"}


def _batch(workspace: Workspace) -> OutgoingBatch:
    batch = workspace.next_batch(99)
    assert batch is not None
    return batch
