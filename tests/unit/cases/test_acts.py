from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.errors import ConflictError, DamagedError, EnvironmentFault, InputError, NotPermittedError
from cases.events import CHAIN_START, EventId, body_intact, header_hash
from cases.store import log
from cases.views import Changed
from cases.workspace import STORE_NAME, Workspace
from tests.support.workspaces import (
    PASSPHRASE,
    START_MS,
    FakeClock,
    make_case,
    make_citizen,
    make_identity,
    make_ports,
    make_workspace,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path / "w")
    yield workspace
    workspace.close()


def test_answers_come_back_after_reopening(tmp_path: Path) -> None:
    ports = make_ports()
    workspace = make_workspace(tmp_path, ports=ports)
    case = make_case(workspace, answers={"/a": "1"})
    workspace.answer(case, {"/b": "été", "/a": None}, base=0)
    workspace.remember("route", '{"case": 1}')
    workspace.close()
    again = Workspace.unlock(tmp_path, PASSPHRASE, ports=ports)
    assert again.case(case).answers == {"/a": None, "/b": "été"}
    assert again.recall("route") == '{"case": 1}'
    assert again.recall("other") is None
    assert again.identity == make_identity()
    again.close()


def test_a_new_citizen_is_found_listed_and_shown(workspace: Workspace) -> None:
    citizen = make_citizen(workspace, family_name=" Lefèvre ", birth_date="1951-03-07", commune="")
    view = workspace.citizen(citizen)
    assert view.fields == {"family_name": "Lefèvre", "given_names": "Zoé", "birth_date": "1951-03-07"}
    assert (view.pending, view.contested, view.cases, view.base) == (1, (), (), 0)
    row = workspace.citizens()[0]
    assert (row.id, row.family_name, row.pending) == (citizen, "Lefèvre", 1)
    assert workspace.citizen_count() == 1


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"given_names": "Zoé"}, "citizen.name_missing", "family_name"),
        ({"family_name": "  "}, "act.empty", None),
        ({"family_name": "D", "shoe_size": "42"}, "citizen.unknown_field", "shoe_size"),
        ({"family_name": "D", "birth_date": "07/03/1951"}, "citizen.birth_date", "birth_date"),
        ({"family_name": "D", "birth_date": "1951-02-30"}, "citizen.birth_date", "birth_date"),
    ],
)
def test_wrong_citizens_are_refused_by_field(
    workspace: Workspace, fields: dict[str, str], code: str, field: str | None
) -> None:
    with pytest.raises(InputError) as refused:
        workspace.create_citizen(fields)
    assert (refused.value.code, refused.value.details.get("field")) == (code, field)
    assert workspace.status().pending == 0


def test_an_edited_citizen_keeps_a_name(workspace: Workspace) -> None:
    citizen = make_citizen(workspace, phone="06")
    workspace.edit_citizen(citizen, {"phone": None, "commune": "Vallon"}, base=0)
    assert workspace.citizen(citizen).fields["phone"] is None
    assert workspace.citizen(citizen).fields["commune"] == "Vallon"
    with pytest.raises(InputError):
        workspace.edit_citizen(citizen, {"family_name": ""}, base=0)


def test_renamed_citizen_renames_their_cases(workspace: Workspace) -> None:
    citizen = make_citizen(workspace)
    case = make_case(workspace, citizen=citizen)
    workspace.edit_citizen(citizen, {"family_name": "Ollivier"}, base=0)
    assert workspace.case(case).citizen_name == "Ollivier Zoé"
    assert {hit.record_id for hit in workspace.search("ollivier")} == {citizen, case}
    assert workspace.search("durand") == []


def test_handing_in_is_one_transaction_of_two_events(workspace: Workspace) -> None:
    case = make_case(workspace)
    notices: list[Changed] = []
    workspace.listen(notices.append)
    act = workspace.change_status(
        case, "submitted", base=0, computed={"/total": "12"}, fields={"tracking_code": "E1-X"}
    )
    view = workspace.case(case)
    assert (view.state, view.tracking_code, view.computed) == ("submitted", "E1-X", {"/total": "12"})
    assert view.submitted_ms == workspace.history(case)[-1].time_ms
    assert act.event == workspace.history(case)[-1].event
    # Listeners are told before the next write begins.
    workspace.remember("x", "1")
    assert notices == [Changed(frozenset({"case", "sync"}), frozenset({case}))]
    assert "=/total" not in view.fields and "state" in view.fields


def test_what_an_agent_may_not_do_is_not_recorded(workspace: Workspace) -> None:
    case = make_case(workspace)
    before = workspace.status().pending
    with pytest.raises(NotPermittedError) as refused:
        workspace.change_status(case, "accepted", base=0)
    assert refused.value.code == "workflow.not_allowed"
    assert workspace.status().pending == before


def test_a_double_press_on_submit_is_refused_the_second_time(workspace: Workspace) -> None:
    case = make_case(workspace)
    workspace.change_status(case, "submitted", base=0)
    with pytest.raises(NotPermittedError):
        workspace.change_status(case, "submitted", base=0)


def test_notes_are_added_and_never_merged(workspace: Workspace) -> None:
    case = make_case(workspace)
    for text in ("first", " second "):
        workspace.add_note(case, text, base=0)
    assert [note.text for note in workspace.case(case).notes] == ["first", "second"]
    with pytest.raises(InputError):
        workspace.add_note(case, " ", base=0)


def test_acts_on_what_is_not_there_are_refused(workspace: Workspace) -> None:
    citizen = make_citizen(workspace)
    for code, act in [
        ("case.unknown", lambda: workspace.answer("0" * 32, {"/a": "1"}, base=0)),
        ("case.unknown", lambda: workspace.answer(citizen, {"/a": "1"}, base=0)),
        ("case.unknown", lambda: workspace.case(citizen)),
        ("citizen.unknown", lambda: workspace.citizen("0" * 32)),
        ("procedure.unknown", lambda: workspace.procedure_bundle("apa", "1")),
    ]:
        with pytest.raises(InputError) as refused:
            act()
        assert refused.value.code == code


def test_answers_are_keyed_by_question_paths(workspace: Workspace) -> None:
    case = make_case(workspace)
    for answers in ({}, {"state": "accepted"}, {"citizen": "someone else"}):
        with pytest.raises(InputError):
            workspace.answer(case, answers, base=0)


def test_an_act_that_is_too_long_is_refused_while_it_can_be_shortened(workspace: Workspace) -> None:
    case = make_case(workspace)
    with pytest.raises(InputError) as refused:
        workspace.answer(case, {"/a": "x" * 300_000}, base=0)
    assert refused.value.code == "act.too_large"
    workspace.answer(case, {"/a": "x"}, base=0)
    assert workspace.case(case).answers == {"/a": "x"}


def test_nothing_is_recorded_before_enrolment(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, enrolled=False)
    with pytest.raises(InputError) as refused:
        make_citizen(workspace)
    assert refused.value.code == "workspace.not_enrolled"
    assert (workspace.identity, workspace.cursors(), workspace.search("a"), workspace.parked()) == (None, {}, [], [])
    workspace.close()


def test_a_workspace_does_not_change_hands(workspace: Workspace) -> None:
    workspace.enrolled(make_identity(agent_name="Awa Koné-Petit"))
    with pytest.raises(InputError) as refused:
        workspace.enrolled(make_identity(device="e" * 32))
    assert refused.value.code == "workspace.enrolled_otherwise"
    assert make_case(workspace)
    assert workspace.cases()[0].agent_name == "Awa Koné-Petit"


def test_events_are_numbered_without_gaps_chained_and_salted(workspace: Workspace) -> None:
    case = make_case(workspace)
    for number in range(5):
        workspace.answer(case, {"/a": str(number)}, base=0)
    with pytest.raises(NotPermittedError):
        workspace.change_status(case, "archived", base=0)
    workspace.answer(case, {"/a": "last"}, base=0)
    with workspace._core.store.reading() as connection:
        events = [stored.event for stored in log.oldest_pending(connection, 1, 100)]
    prev = CHAIN_START
    for seq, event in enumerate(events, start=1):
        assert event.header.id == EventId("d" * 31 + "1", 1, seq)
        assert event.header.prev == prev
        assert body_intact(event)
        prev = header_hash(event.header)
    assert len({event.salt for event in events}) == len(events)
    times = [event.header.time for event in events]
    assert times == sorted(set(times))


def test_time_never_goes_back_even_when_the_machine_does(tmp_path: Path) -> None:
    clock = FakeClock()
    ports = make_ports(clock=clock)
    workspace = make_workspace(tmp_path, ports=ports)
    case = make_case(workspace)
    clock.time_ms = START_MS - 10 * 365 * 86_400_000
    workspace.close()
    again = Workspace.unlock(tmp_path, PASSPHRASE, ports=ports)
    again.answer(case, {"/a": "1"}, base=0)
    times = [entry.time_ms for entry in again.history(case)]
    assert times == sorted(times)
    again.close()


def test_contact_corrects_the_clock_for_good(tmp_path: Path) -> None:
    clock = FakeClock()
    ports = make_ports(clock=clock)
    workspace = make_workspace(tmp_path, ports=ports)
    workspace.contact(START_MS + 3_600_000)
    workspace.close()
    again = Workspace.unlock(tmp_path, PASSPHRASE, ports=ports)
    case = make_case(again)
    assert again.case(case).created_ms >= START_MS + 3_600_000
    assert again.status().last_contact_ms == START_MS + 3_600_000
    again.close()


def test_lists_are_paged_without_gaps_or_repeats(workspace: Workspace) -> None:
    citizen = make_citizen(workspace)
    cases = [make_case(workspace, citizen=citizen) for _ in range(7)]
    workspace.change_status(cases[2], "submitted", base=0)
    seen, after = [], None
    while rows := workspace.cases(limit=3, after=after):
        seen += [row.id for row in rows]
        after = rows[-1].key
    assert seen == [cases[2], *reversed(cases[3:]), cases[1], cases[0]]
    assert workspace.case_ids(limit=100) == seen
    assert [row.id for row in workspace.case_rows([cases[5], "unknown", cases[0]])] == [cases[5], cases[0]]
    assert [row.id for row in workspace.cases(state="submitted")] == [cases[2]]
    assert (workspace.case_count(), workspace.case_count(state="draft"), workspace.case_count(state="archived")) == (
        7,
        6,
        0,
    )
    names = ["Durand", "Étienne", "Zola", "duval"]
    for name in names[1:]:
        make_citizen(workspace, family_name=name)
    listed, key = [], None
    while page := workspace.citizens(limit=2, after=key):
        listed += [row.family_name for row in page]
        key = page[-1].key
    assert listed == ["Durand", "duval", "Étienne", "Zola"]
    assert [row.id for row in workspace.citizen(citizen).cases] == seen


def test_procedures_show_their_newest_version(workspace: Workspace) -> None:
    for version in ("v1", "v2"):
        workspace.store_procedure("apa", version, version.encode())
    workspace.store_procedure("school", "v1", b"s")
    assert workspace.procedures() == [("apa", "v2"), ("school", "v1")]
    assert workspace.procedure_bundle("apa", "v1") == b"v1"


def test_listeners_hear_until_they_stop(workspace: Workspace) -> None:
    notices: list[Changed] = []
    stop = workspace.listen(notices.append)
    make_citizen(workspace)
    workspace.set_sync_state("idle")
    # Listeners are told after the caller was let go, and before the next write begins.
    workspace.remember("x", "1")
    stop()
    stop()
    make_citizen(workspace)
    workspace.remember("x", "2")
    assert [sorted(notice.kinds) for notice in notices] == [["citizen", "sync"], ["sync"]]


def test_signatures_are_those_of_the_device_key(workspace: Workspace) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(workspace.device_public_key()))
    key.verify(bytes.fromhex(workspace.sign(b"data")), b"data")


def test_second_program_is_kept_out_until_the_first_ends(tmp_path: Path) -> None:
    ports = make_ports()
    workspace = make_workspace(tmp_path, ports=ports)
    with pytest.raises(EnvironmentFault) as refused:
        Workspace.unlock(tmp_path, PASSPHRASE, ports=ports)
    assert refused.value.code == "store.in_use"
    workspace.close()
    workspace.close()
    Workspace.unlock(tmp_path, PASSPHRASE, ports=ports).close()


def test_a_workspace_is_made_once(tmp_path: Path) -> None:
    ports = make_ports()
    make_workspace(tmp_path, ports=ports).close()
    with pytest.raises(InputError) as refused:
        Workspace.create(tmp_path, PASSPHRASE, ports=ports)
    assert refused.value.code == "workspace.exists"
    with pytest.raises(InputError) as missing:
        Workspace.unlock(tmp_path / "elsewhere", PASSPHRASE, ports=ports)
    assert missing.value.code == "unlock.no_workspace"


def test_an_unfinished_creation_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / STORE_NAME).write_bytes(b"half a store")
    (tmp_path / f"{STORE_NAME}-wal").write_bytes(b"half a log")
    workspace = make_workspace(tmp_path)
    assert make_case(workspace)
    workspace.close()


def test_a_store_that_is_gone_is_damage_not_a_new_start(tmp_path: Path) -> None:
    ports = make_ports()
    make_workspace(tmp_path, ports=ports).close()
    (tmp_path / STORE_NAME).unlink()
    with pytest.raises(DamagedError):
        Workspace.unlock(tmp_path, PASSPHRASE, ports=ports)
    assert not (tmp_path / STORE_NAME).exists()


def test_a_failed_write_leaves_memory_as_the_disk(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    case = make_case(workspace, answers={"/a": "1"})
    projector = workspace._core.projector

    def fail(*_: object) -> None:
        raise EnvironmentFault("store.disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(projector, "save", fail)
        with pytest.raises(EnvironmentFault):
            workspace.answer(case, {"/a": "2"}, base=0)
        with pytest.raises(EnvironmentFault):
            make_citizen(workspace, family_name="Perdu")
    assert workspace.case(case).answers == {"/a": "1"}
    workspace.answer(case, {"/b": "3"}, base=0)
    assert workspace.case(case).answers == {"/a": "1", "/b": "3"}
    assert workspace.case(case).pending == 2
    assert [entry.event.seq for entry in workspace.history(case)] == [2, 3]
    assert workspace.cases()[0].pending == 2


def test_contested_state_is_settled_before_it_moves_on(workspace: Workspace) -> None:
    from tests.support.exchange import Numbering

    case = make_case(workspace)
    stream = Numbering()
    stream.push(workspace)
    other = make_workspace(
        workspace.directory.parent / "other",
        identity=make_identity(device="e" * 32, agent="b" * 32),
        ports=make_ports(seed=9),
    )
    stream.pull(other)
    stream.pull(workspace)
    workspace.change_status(case, "submitted", base=workspace.case(case).base)
    other.change_status(case, "closed_without_effect", base=other.case(case).base)
    stream.push(workspace)
    stream.push(other)
    stream.pull(workspace)
    assert [contested.field for contested in workspace.case(case).contested] == ["state"]
    with pytest.raises(ConflictError):
        workspace.change_status(case, "closed_without_effect", base=0)
    other.close()


def test_an_audit_that_names_what_this_store_never_met_damages_nothing(workspace: Workspace) -> None:
    case = make_case(workspace)
    found = workspace.replace_confirmed([], ["f" * 32, case])
    assert [(one.record_id, one.code) for one in found] == [(case, "audit.not_there")]
