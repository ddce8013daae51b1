"""Parked acts and how they end, links between records, decisions on paper, proposals; and the queues of all that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cases.acts import Deed
from cases.errors import ConflictError, InputError
from cases.events import EventId, Kind, RecordType
from cases.procedures import from_bundle, to_bundle
from cases.views import ParkedItem
from cases.workspace import Workspace
from tests.support.clients import bundle
from tests.support.exchange import Numbering
from tests.support.workspaces import START_MS, make_case, make_citizen, make_identity, make_ports, make_workspace

TODAY = dt.datetime.fromtimestamp(START_MS / 1000, tz=dt.UTC).date()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path / "w")
    yield workspace
    workspace.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Workspace]:
    identity = make_identity(device="d" * 31 + "2", agent="a" * 31 + "2", agent_name="Bea")
    workspace = make_workspace(tmp_path / "o", ports=make_ports(seed=2), identity=identity)
    yield workspace
    workspace.close()


def _parked(workspace: Workspace) -> ParkedItem:
    (item,) = workspace.parked_queue()
    return item


@pytest.fixture
def parked(workspace: Workspace) -> ParkedItem:
    """An answer that central parked."""
    stream = Numbering()
    case = make_case(workspace)
    stream.push(workspace)
    workspace.answer(case, {"/income": "900", "/town": "Gannat"}, base=0)
    stream.parks = frozenset({"set"})
    stream.push(workspace)
    return _parked(workspace)


def test_a_parked_act_is_shown_with_all_that_it_says(workspace: Workspace, parked: ParkedItem) -> None:
    assert (parked.code, parked.state, parked.kind, parked.tried) == ("workflow.not_allowed", "parked", "set", "")
    assert (parked.case, parked.record) == (parked.record, parked.record)
    assert (parked.citizen_name, parked.procedure) == ("Durand Zoé", "apa")
    assert parked.texts == {"/income": "900", "/town": "Gannat"} == parked.body
    assert parked.actions == ("adopt", "resend", "withdraw") and workspace.status().parked == 1
    assert workspace.case(parked.record).answers == {}


def test_a_withdrawn_act_waits_no_more_and_stays_in_the_history(workspace: Workspace, parked: ParkedItem) -> None:
    workspace.withdraw(parked.event, "Saisi deux fois")
    assert workspace.parked_queue() == [] == workspace.parked() and workspace.status().parked == 0
    assert parked.event in {entry.event for entry in workspace.history(parked.record)}
    Numbering().push(workspace)
    assert workspace.parked_queue() == [] and workspace.case(parked.record).answers == {}


def test_an_adopted_act_takes_effect_as_it_is(workspace: Workspace, parked: ParkedItem) -> None:
    workspace.adopt(parked.event, "Le dossier est revenu", base=parked.base)
    assert workspace.case(parked.record).answers == {"/income": "900", "/town": "Gannat"}
    assert workspace.parked_queue() == [] and workspace.case(parked.record).pending == 1


def test_a_resent_act_takes_effect_as_corrected(workspace: Workspace, parked: ParkedItem) -> None:
    workspace.resend(parked.event, {"/income": "950"}, base=parked.base, without=["/town"])
    assert workspace.case(parked.record).answers == {"/income": "950"}
    assert workspace.parked_queue() == []


def test_what_cannot_be_ended_that_way_is_said(workspace: Workspace, parked: ParkedItem) -> None:
    with pytest.raises(InputError, match=r"resolve\.reason_required"):
        workspace.withdraw(parked.event, " ")
    with pytest.raises(InputError, match=r"resolve\.unknown"):
        workspace.withdraw(EventId("d" * 31 + "2", 1, 1), "?")
    with pytest.raises(InputError, match=r"resolve\.field"):
        workspace.resend(parked.event, {"/other": "1"}, base=0)
    with pytest.raises(InputError, match=r"resolve\.field"):
        workspace.resend(parked.event, {}, base=0, without=["/income", "/town"])
    workspace.withdraw(parked.event, "Saisi deux fois")
    with pytest.raises(InputError, match=r"resolve\.not_open"):
        workspace.withdraw(parked.event, "Encore")


@pytest.mark.parametrize("code", ["right.mandate_ended", "right.office_changed", "auth.device_revoked"])
def test_what_came_without_any_right_is_a_supervisors_to_take_on(workspace: Workspace, code: str) -> None:
    stream = Numbering()
    case = make_case(workspace)
    stream.push(workspace)
    workspace.answer(case, {"/income": "900"}, base=0)
    stream.parks, stream.code = frozenset({"set"}), code
    stream.push(workspace)
    item = _parked(workspace)
    assert (item.code, item.actions) == (code, ("withdraw",))
    with pytest.raises(InputError, match=r"resolve\.supervisor"):
        workspace.adopt(item.event, "Je reprends", base=0)
    with pytest.raises(InputError, match=r"resolve\.supervisor"):
        workspace.resend(item.event, {"/income": "1"}, base=0)
    workspace.withdraw(item.event, "Saisi deux fois")
    assert workspace.parked_queue() == []


def test_an_attempt_that_is_refused_leaves_the_event_waiting(workspace: Workspace, parked: ParkedItem) -> None:
    workspace.adopt(parked.event, "Essai", base=parked.base)
    Numbering(parks=frozenset({"resolve"})).push(workspace)
    again = _parked(workspace)
    assert (again.event, again.tried) == (parked.event, "workflow.not_allowed")
    assert workspace.case(parked.record).answers == {}
    workspace.withdraw(parked.event, "Tant pis")
    assert workspace.parked_queue() == [] and workspace.parked() == [], "the attempt is given up with it"
    sent = workspace.next_batch(10)
    assert sent is not None and [event.kind for event in sent.events] == ["resolve"]


def test_an_act_that_somebody_else_ended_waits_no_more(
    workspace: Workspace, other: Workspace, parked: ParkedItem
) -> None:
    workspace.withdraw(parked.event, "Saisi deux fois")
    batch = workspace.next_batch(10)
    assert batch is not None
    verdicts, receipt = Numbering(parks=frozenset({"resolve"})).answer(batch)
    said = [type(one)(one.seq, one.central_seq, one.state, "resolve.settled", {}) for one in verdicts]
    workspace.apply_verdicts(batch, said, receipt)
    assert workspace.parked_queue() == [] and workspace.status().parked == 0


def test_a_damaged_act_cannot_be_sent(workspace: Workspace) -> None:
    case = make_case(workspace)
    event = workspace.answer(case, {"/a": "1"}, base=0).event
    workspace._core.store.write(
        lambda connection: (
            connection.execute("UPDATE event SET state = 'quarantined' WHERE seq = ?", (event.seq,))
            and connection.execute("UPDATE counter SET value = 1 WHERE name = 'events.troubled'")
        )
    )
    assert _parked(workspace).actions == () and _parked(workspace).body is None
    with pytest.raises(InputError, match=r"resolve\.damaged"):
        workspace.withdraw(event, "?")


def test_an_act_on_a_record_that_left_can_only_be_withdrawn(workspace: Workspace, parked: ParkedItem) -> None:
    from tests.unit.cases.test_scope import News, take

    take(workspace, News(9, (), [(9, parked.record)]))
    assert workspace.cases() == []
    left = _parked(workspace)
    assert (left.event, left.actions, left.case) == (parked.event, ("withdraw",), "")
    workspace.withdraw(parked.event, "Autre antenne")
    assert workspace.cases() == [] and workspace.parked_queue() == []
    Numbering().push(workspace)
    assert workspace.cases() == [] and workspace.status().pending == 0


# --- links -----------------------------------------------------------------------------------------------------------


def test_reads_follow_a_link_and_taking_it_back_restores(workspace: Workspace) -> None:
    one, two = make_citizen(workspace), make_citizen(workspace, family_name="Durant")
    case = make_case(workspace, citizen=two)
    before = workspace.citizen(one), workspace.citizen(two)
    workspace.link(two, one, base=0)
    kept, linked = workspace.citizen(one), workspace.citizen(two)
    assert [row.id for row in kept.cases] == [case] == [row.id for row in linked.cases]
    assert (kept.stands_for, kept.alike) == (one, (two,)) and (linked.stands_for, linked.alike) == (one, (one,))
    workspace.link(two, None, base=0)
    after = workspace.citizen(one), workspace.citizen(two)
    assert after[0] == before[0]
    assert (after[1].cases, after[1].stands_for, after[1].alike) == (before[1].cases, two, ())


def test_links_that_make_no_sense_are_refused(workspace: Workspace) -> None:
    one, two, three = (make_citizen(workspace) for _ in range(3))
    case = make_case(workspace, citizen=one)
    workspace.link(two, one, base=0)
    workspace.link(three, two, base=0)
    assert workspace.citizen(one).alike == (two, three) and workspace.citizen(three).stands_for == one
    for record, same_as, code in (
        (one, one, "link.self"), (one, case, "link.unknown"), (one, "f" * 32, "link.unknown"),
        (one, three, "link.circle"),
    ):  # fmt: skip
        with pytest.raises(InputError) as refused:
            workspace.link(record, same_as, base=0)
        assert refused.value.code == code


def test_two_rival_links_are_contested_and_in_the_queue(workspace: Workspace, other: Workspace) -> None:
    stream = Numbering()
    one, two, three = (make_citizen(workspace) for _ in range(3))
    stream.push(workspace)
    stream.pull(other)
    workspace.link(three, one, base=3)
    other.link(three, two, base=3)
    stream.push(workspace)
    stream.push(other)
    stream.pull(workspace)
    (item,) = workspace.contested_queue()
    assert (item.record_type, item.record, item.field, item.mine) == ("citizen", three, "same_as", True)
    assert {claim.value for claim in item.claims} == {one, two}
    assert [claim.own for claim in sorted(item.claims, key=lambda claim: claim.value != one)] == [True, False]
    assert all((claim.seen, claim.has_seen, claim.base) == (None, True, 3) for claim in item.claims)
    assert item.can_settle
    workspace.settle(three, "same_as", None, base=item.base, reason="Deux personnes")
    assert workspace.contested_queue() == [] and workspace.citizen(three).alike == ()


def test_what_is_a_supervisors_to_settle_is_said(workspace: Workspace, other: Workspace) -> None:
    stream = Numbering()
    case = make_case(workspace)
    stream.push(workspace)
    stream.pull(other)
    for desk, value in ((workspace, "1"), (other, "2")):
        desk.answer(case, {"/a": value}, base=2)
        stream.push(desk)
    stream.pull(workspace)
    assert [(item.can_settle, item.can_type) for item in workspace.contested_queue()] == [(True, True)]
    workspace.change_status(case, "submitted", base=4)
    assert [(item.can_settle, item.can_type) for item in workspace.contested_queue()] == [(True, False)]
    with pytest.raises(InputError, match=r"settle\.choose"):
        workspace.settle(case, "/a", "3", base=4)
    other.change_status(case, "closed_without_effect", base=3)
    stream.push(workspace)
    stream.push(other)
    stream.pull(workspace)
    (item,) = (one for one in workspace.contested_queue() if one.field == "state")
    assert not item.can_settle
    with pytest.raises(InputError, match=r"settle\.supervisor") as refused:
        workspace.settle(case, "state", "submitted", base=item.base)
    assert refused.value.details["field"] == "state"


# --- decisions beside the workflow -----------------------------------------------------------------------------------


def test_a_proposal_is_shown_as_one_and_decides_nothing(workspace: Workspace) -> None:
    case = make_case(workspace)
    workspace.change_status(case, "submitted", base=0)
    with pytest.raises(InputError, match=r"propose\.reasons_required"):
        workspace.propose(case, "accepted", base=0, reasons=" ")
    with pytest.raises(InputError, match=r"propose\.decision"):
        workspace.propose(case, "submitted", base=0, reasons="x")
    workspace.propose(case, "accepted", base=0, reasons="Conditions remplies")
    view = workspace.case(case)
    assert view.state == "submitted" and view.contested == ()
    (proposal,) = view.proposals
    assert (proposal.decision, proposal.reasons) == ("accepted", "Conditions remplies")
    workspace.propose(case, None, base=0, reasons="")
    assert workspace.case(case).proposals == ()


def test_what_was_given_on_paper_is_a_fact(workspace: Workspace) -> None:
    case = make_case(workspace)
    with pytest.raises(InputError, match=r"notify\.nothing"):
        workspace.notify_on_paper(case, TODAY, "remis en main propre", base=0)
    workspace.change_status(case, "submitted", base=0)
    workspace.propose(case, "refused", base=0, reasons="Hors délai")
    with pytest.raises(InputError, match=r"notify\.nothing"):
        workspace.notify_on_paper(case, TODAY, "remis en main propre", base=0)
    with pytest.raises(InputError, match=r"notify\.decision"):
        workspace.notify_on_paper(case, TODAY, "remis en main propre", base=0, decision="submitted")
    with pytest.raises(InputError, match=r"notify\.date"):
        workspace.notify_on_paper(case, TODAY + dt.timedelta(days=2), "remis en main propre", base=0)
    with pytest.raises(InputError, match=r"notify\.how_required"):
        workspace.notify_on_paper(case, TODAY, " ", base=0)
    workspace.notify_on_paper(case, TODAY, "remis en main propre", base=0, decision="refused")
    with pytest.raises(InputError, match=r"notify\.already") as refused:
        workspace.notify_on_paper(case, TODAY, "Remis en main propre ", base=0, decision="refused")
    assert refused.value.details == {"field": "on", "state": "refused", "on": TODAY.isoformat()}
    (notice,) = workspace.case(case).notices
    assert (notice.decision, notice.on, notice.how) == ("refused", TODAY.isoformat(), "remis en main propre")
    assert notice.holds and workspace.case(case).state == "submitted"


# --- what deciding rests on ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("decisive", "refused"), [(None, True), (("/who",), True), (("/income",), False)])
def test_the_desk_refuses_by_the_same_rule(
    decisive: tuple[str, ...] | None, refused: bool, workspace: Workspace, other: Workspace
) -> None:
    procedure = replace(from_bundle(bundle()), decisive=decisive)
    workspace.store_procedure("essai", "1" * 64, to_bundle(procedure))
    stream = Numbering()
    case = make_case(workspace, procedure="essai")
    stream.push(workspace)
    stream.pull(other)
    for desk, value in ((workspace, "1"), (other, "2")):
        desk.answer(case, {"/who/name": value}, base=2)
        stream.push(desk)
    stream.pull(workspace)
    if refused:
        with pytest.raises(ConflictError, match=r"workflow\.contested"):
            workspace.change_status(case, "closed_without_effect", base=4, reasons="Doublon")
        (item,) = workspace.contested_queue()
        workspace.settle(case, "/who/name", "1", base=item.base)
    workspace.change_status(case, "closed_without_effect", base=4, reasons="Doublon")
    assert workspace.case(case).state == "closed_without_effect"


def test_a_draft_has_nothing_to_propose_or_to_hand_over(workspace: Workspace) -> None:
    case = make_case(workspace)
    with pytest.raises(InputError, match=r"workflow\.not_handed_in"):
        workspace.propose(case, "accepted", base=0, reasons="Urgent")
    with pytest.raises(InputError, match=r"workflow\.not_handed_in"):
        workspace.notify_on_paper(case, TODAY, "remis en main propre", base=0, decision="accepted")
    view = workspace.case(case)
    assert (view.proposals, view.notices) == ((), ())


def test_a_paper_dated_before_the_decision_is_refused_with_the_first_day_that_can_be(workspace: Workspace) -> None:
    case = make_case(workspace)
    workspace.change_status(case, "submitted", base=0)
    workspace.propose(case, "accepted", base=0, reasons="Urgent")
    with pytest.raises(InputError, match=r"workflow\.paper_too_early") as refused:
        day = TODAY - dt.timedelta(days=2)
        workspace.notify_on_paper(case, day, "remis en main propre", base=0, decision="accepted")
    yesterday = TODAY - dt.timedelta(days=1)
    assert refused.value.details == {"field": "on", "earliest": yesterday.isoformat()}
    workspace.notify_on_paper(case, yesterday, "remis en main propre", base=0, decision="accepted")
    assert workspace.case(case).notices[0].on == yesterday.isoformat()


def test_a_paper_that_was_parked_as_too_early_is_sent_again_with_its_right_day(workspace: Workspace) -> None:
    stream = Numbering()
    case = make_case(workspace)
    workspace.change_status(case, "submitted", base=0)
    workspace.propose(case, "accepted", base=0, reasons="Urgent")
    stream.push(workspace)
    _record_unchecked(workspace, case, {"state": "accepted", "on": "2026-01-01", "how": "remis"})
    stream.parks = frozenset({"notify"})
    stream.push(workspace)
    item = _parked(workspace)
    assert item.actions == ("resend", "withdraw"), "as it is it would only come back"
    with pytest.raises(InputError, match=r"resolve\.refused_again"):
        workspace.resend(item.event, {"on": "2026-01-02"}, base=item.base)
    workspace.resend(item.event, {"on": TODAY.isoformat()}, base=item.base)
    assert workspace.case(case).notices[0].on == TODAY.isoformat()


def _record_unchecked(workspace: Workspace, case: str, body: dict[str, object]) -> None:
    """Record a decision on paper as a computer of an older version does."""
    workspace._recorded(RecordType.CASE, case, lambda _working: [Deed(Kind.NOTIFY, body)], 0)
