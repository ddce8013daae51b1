"""Settlements that stand: what was chosen among what, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.acts import Deed
from cases.errors import InputError
from cases.events import Kind
from cases.workspace import Workspace
from sync.messages import Receipt
from tests.support.exchange import Numbering
from tests.support.workspaces import make_citizen, make_identity, make_ports, make_workspace

PHONE = "phone"
OURS, THEIRS = "06 00 00 00 01", "06 00 00 00 02"


class Pair:
    """Two computers and the stream between them; one citizen whose phone both changed unseen."""

    def __init__(self, directory: Path) -> None:
        self.stream = Numbering()
        self.ours = make_workspace(directory / "ours")
        identity = make_identity(device="e" * 32, agent="b" * 32, agent_name="Ali Diop")
        self.theirs = make_workspace(directory / "theirs", identity=identity, ports=make_ports(seed=9))
        self.citizen = make_citizen(self.ours)
        self.exchange()
        self.write(self.ours, OURS)
        self.write(self.theirs, THEIRS)
        self.exchange()

    def write(self, workspace: Workspace, phone: str) -> None:
        workspace.edit_citizen(self.citizen, {PHONE: phone}, base=workspace.citizen(self.citizen).base)

    def settle(self, workspace: Workspace, phone: str | None) -> None:
        workspace.settle(self.citizen, PHONE, phone, base=workspace.citizen(self.citizen).base)

    def exchange(self) -> None:
        """Bring both to the same."""
        for workspace in (self.ours, self.theirs):
            self.stream.push(workspace)
        for workspace in (self.ours, self.theirs):
            self.stream.pull(workspace)

    def phone(self, workspace: Workspace) -> str | None:
        return workspace.citizen(self.citizen).fields.get(PHONE)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.ours.close()
    made.theirs.close()


def test_a_settlement_names_what_it_was_chosen_among(pair: Pair) -> None:
    shown = pair.phone(pair.ours)
    assert pair.ours.settled(pair.citizen) == ()
    pair.settle(pair.ours, OURS)
    (settled,) = pair.ours.settled(pair.citizen)
    assert (settled.field, settled.value, settled.before) == (PHONE, OURS, shown)
    assert {claim.value for claim in settled.claims} == {OURS, THEIRS}
    assert settled.claims[0].value == shown and settled.agent_name == "Awa Koné"


def test_taking_a_settlement_back_reopens_the_contest_on_every_computer(pair: Pair) -> None:
    before = pair.ours.contested_queue()[0].claims
    other = before[1].value
    pair.settle(pair.ours, other)
    pair.exchange()
    assert pair.phone(pair.theirs) == other and pair.theirs.contested_queue() == []
    settled = pair.theirs.settlement(pair.citizen, PHONE)
    assert [one.value for one in settled.reopens] == [claim.value for claim in before]
    assert settled.before == before[0].value
    pair.theirs.unsettle(pair.citizen, PHONE, base=settled.base, reason="mauvaise pièce")
    assert {claim.value for claim in pair.theirs.contested_queue()[0].claims} == {OURS, THEIRS}
    pair.exchange()
    for workspace in (pair.ours, pair.theirs):
        (item,) = workspace.contested_queue()
        said = [(one.value, one.event, one.agent, one.time_ms) for one in item.claims]
        assert said == [(one.value, one.event, one.agent, one.time_ms) for one in before], "both, as they were"
        assert pair.phone(workspace) == before[0].value
        with pytest.raises(InputError, match=r"settle\.not_settled"):
            workspace.settlement(pair.citizen, PHONE)
    pair.settle(pair.ours, OURS)
    pair.exchange()
    assert pair.theirs.contested_queue() == [] and pair.phone(pair.theirs) == OURS


def test_both_may_take_it_back_unseen_and_one_choice_ends_that(pair: Pair) -> None:
    pair.settle(pair.ours, OURS)
    pair.exchange()
    for workspace in (pair.ours, pair.theirs):
        workspace.unsettle(pair.citizen, PHONE, base=workspace.citizen(pair.citizen).base)
    pair.exchange()
    (item,) = pair.ours.contested_queue()
    assert sorted(str(claim.value) for claim in item.claims) == [OURS, THEIRS], "each once"
    pair.settle(pair.theirs, THEIRS)
    pair.exchange()
    assert pair.ours.contested_queue() == [] and pair.phone(pair.ours) == THEIRS


def test_a_value_that_came_back_and_was_written_anew_is_offered_once(pair: Pair) -> None:
    pair.settle(pair.ours, OURS)
    pair.exchange()
    pair.ours.unsettle(pair.citizen, PHONE, base=pair.ours.citizen(pair.citizen).base)
    pair.write(pair.theirs, THEIRS)
    pair.exchange()
    for workspace in (pair.ours, pair.theirs):
        (item,) = workspace.contested_queue()
        assert sorted(str(claim.value) for claim in item.claims) == [OURS, THEIRS]
        (shown,) = workspace.citizen(pair.citizen).contested
        assert sorted(str(claim.value) for claim in shown.claims) == [OURS, THEIRS]
    pair.settle(pair.theirs, THEIRS)
    (entry,) = [one for one in pair.theirs.history(pair.citizen) if one.kind == "settle" and one.state == "pending"]
    assert entry.body is not None
    named = entry.body["settles"]
    assert isinstance(named, list) and len(named) == len(set(named)) == 2
    pair.exchange()
    assert pair.ours.contested_queue() == [] and pair.phone(pair.ours) == THEIRS


def test_what_an_older_version_took_back_goes_back_to_the_first_contest(pair: Pair) -> None:
    """An older version settled the settlement with the value before: replayed, it stays what it was."""
    shown = pair.phone(pair.ours)
    pair.settle(pair.ours, THEIRS if shown == OURS else OURS)
    pair.exchange()
    settlement = pair.theirs.settlement(pair.citizen, PHONE)
    older = Deed(Kind.SETTLE, {"field": PHONE, "value": shown, "settles": [str(settlement.event)]})
    pair.theirs._recorded(None, pair.citizen, lambda _working: [older], settlement.base)
    pair.exchange()
    assert pair.ours.contested_queue() == [] and pair.phone(pair.ours) == shown
    pair.ours.unsettle(pair.citizen, PHONE, base=pair.ours.settlement(pair.citizen, PHONE).base)
    pair.exchange()
    (item,) = pair.theirs.contested_queue()
    assert {claim.value for claim in item.claims} == {OURS, THEIRS}
    assert len({claim.agent for claim in item.claims}) == 2, "each with who wrote it, not with who took it back"


def test_what_was_changed_since_is_no_settlement_any_more(pair: Pair) -> None:
    pair.settle(pair.ours, OURS)
    pair.write(pair.ours, "06 00 00 00 03")
    assert pair.ours.settled(pair.citizen) == ()
    with pytest.raises(InputError, match=r"settle\.not_settled"):
        pair.ours.settlement(pair.citizen, PHONE)
    with pytest.raises(InputError, match=r"record\.not_here"):
        pair.ours.settled("0" * 32)


def test_receipts_count_what_is_accepted_and_what_is_backed_up(pair: Pair) -> None:
    status = pair.ours.status()
    assert (status.pending, status.accepted, status.backed_up) == (0, 2, 0)
    identity = pair.ours.identity
    assert identity is not None
    own = [event for event in pair.stream.events if event.device == identity.device]
    said = Receipt(
        identity.tenant, identity.stream, identity.device, 1, 1, own[1].prev, 1, identity.epoch, "backed_up", 9, "00"
    )
    pair.ours.apply_backed_up([said])
    status = pair.ours.status()
    assert (status.accepted, status.backed_up) == (1, 1)
