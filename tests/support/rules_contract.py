"""Rules that no client can get round, over any storage: what a desk of ours refuses, central parks."""

from __future__ import annotations

from collections.abc import Mapping

from cases.events import Event, Header, body_bytes, body_digest, header_hash
from central.appending import append_events
from central.judging import Actor
from tests.support.storage_contract import (
    CASE,
    OFFICE,
    ONE,
    RECEIVED_MS,
    TENANT,
    TWO,
    Chain,
    Furnished,
    agent_of,
    batch,
)

PAPER: dict[str, object] = {"state": "accepted", "on": "2026-11-20", "how": "remis en main propre"}


class _Clients:
    """Two devices that say what they like, of what they did and of what they had seen."""

    def __init__(self, storage: Furnished) -> None:
        self._storage = storage
        self._chains = {ONE: Chain(ONE), TWO: Chain(TWO)}
        self.time = RECEIVED_MS

    def says(
        self,
        device: str,
        kind: str,
        body: Mapping[str, object],
        *,
        base: int = 0,
        role: str = "agent",
        time: int | None = None,
    ) -> str:
        """Return the code with which the event is parked, else where it ended."""
        chain, data, salt = self._chains[device], body_bytes(dict(body)), bytes(16)
        chain.seq += 1
        self.time += 1
        header = Header(
            1, TENANT, device, chain.incarnation, chain.seq, chain.head, agent_of(device), "case", CASE, kind, base,
            self.time if time is None else time, body_digest(data, salt),
        )  # fmt: skip
        chain.head = header_hash(header)
        new = batch(OFFICE, [Event(header, data, salt)], [chain.head], RECEIVED_MS)
        with self._storage.storage.transaction(TENANT) as transaction:
            (verdict,) = append_events(transaction, Actor(TENANT, role, OFFICE, OFFICE), new).verdicts()
        return verdict.code or verdict.state

    def handed_in(self) -> None:
        assert self.says(ONE, "set", {"/q": "1"}) == "accepted"
        assert self.says(ONE, "status", {"from": "draft", "to": "submitted"}) == "accepted"

    def decided(self, to: str) -> str:
        body = {"from": "submitted", "to": to, "reasons": "r"}
        return self.says(TWO, "status", body, base=2, role="supervisor")


class RulesContract:
    """Each rule with what it must let through."""

    def test_a_settlement_of_what_nobody_contests_is_no_edit(self, storage: Furnished) -> None:
        clients = _Clients(storage)
        clients.says(ONE, "set", {"/q": "1"})
        alone: dict[str, object] = {"field": "/q", "value": "2", "settles": [f"{ONE}.1.1"]}
        assert clients.says(ONE, "settle", alone) == "settle.not_contested"
        assert clients.says(TWO, "settle", alone, base=1, role="supervisor") == "settle.not_contested"
        assert clients.says(ONE, "settle", {"field": "/never", "value": "2", "settles": []}) == "settle.not_contested"

    def test_what_was_contested_is_settled_also_late_and_anew(self, storage: Furnished) -> None:
        clients = _Clients(storage)
        clients.says(ONE, "set", {"/q": "1"})
        assert clients.says(TWO, "set", {"/q": "2"}) == "contested"
        both = [f"{ONE}.1.1", f"{TWO}.1.1"]
        assert clients.says(ONE, "settle", {"field": "/q", "value": "1", "settles": both}, base=2) == "accepted"
        late: dict[str, object] = {"field": "/q", "value": "2", "settles": both}
        assert clients.says(TWO, "settle", late, base=2) == "contested", "neither had seen the other's choice"
        anew: dict[str, object] = {"field": "/q", "value": "3", "settles": [f"{ONE}.1.2", f"{TWO}.1.2"]}
        assert clients.says(ONE, "settle", anew, base=4) == "accepted"
        again: dict[str, object] = {"field": "/q", "value": "4", "settles": [f"{ONE}.1.3"]}
        assert clients.says(ONE, "settle", again, base=5) == "accepted"

    def test_a_contest_that_an_edit_ended_may_have_been_settled_unseen(self, storage: Furnished) -> None:
        clients = _Clients(storage)
        clients.says(ONE, "set", {"/q": "1"})
        clients.says(TWO, "set", {"/q": "2"})
        assert clients.says(ONE, "set", {"/q": "3"}, base=2) == "accepted"
        both = [f"{ONE}.1.1", f"{TWO}.1.1"]
        assert clients.says(TWO, "settle", {"field": "/q", "value": "2", "settles": both}, base=2) == "contested"

    def test_the_same_paper_is_not_told_twice_by_one_who_saw_it(self, storage: Furnished) -> None:
        clients = _Clients(storage)
        clients.handed_in()
        assert clients.says(ONE, "notify", PAPER) == "accepted"
        assert clients.says(ONE, "notify", PAPER) == "notify.already", "its own act, whatever base it says"
        assert clients.says(TWO, "notify", PAPER, base=3) == "notify.already"
        other = PAPER | {"on": "2026-11-21"}
        assert clients.says(ONE, "notify", other) == "accepted"
        assert clients.says(TWO, "notify", PAPER) in ("accepted", "merged"), "told at two desks, both stay"

    def test_nothing_is_proposed_after_the_decision_whatever_was_seen(self, storage: Furnished) -> None:
        clients = _Clients(storage)
        clients.handed_in()
        before = clients.time
        assert clients.decided("refused") in ("accepted", "merged")
        proposal: dict[str, object] = {"to": "accepted", "reasons": "r"}
        assert clients.says(ONE, "propose", proposal, base=2) == "propose.decided"
        assert clients.says(ONE, "propose", proposal, base=3) == "workflow.not_allowed"
        assert clients.says(ONE, "propose", {"to": None}, base=2) in ("accepted", "merged"), (
            "taking one back harms none"
        )
        assert clients.says(ONE, "propose", proposal, base=2, time=before) in ("accepted", "merged"), (
            "on a round, before"
        )
