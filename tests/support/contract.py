"""What every central service must do for its clients: run against the one in memory and against the real one.

A test module makes a subclass and gives it the fixtures ``service`` (``tests.support.clients.Service``) and ``office``.
"""

from __future__ import annotations

import threading

import pytest

from cases.errors import EstafetteError, NetworkFault, NotPermittedError
from sync.agent import AgentStatus
from sync.messages import API
from sync.state import TRIED_AGAIN, SyncState
from tests.support.clients import AGE, CHILD, NAME, PROCEDURE, TOWN, Client, Office, Service
from tests.support.faults import NEVER_ANSWERED, Fault

PATHS = ("/oauth/token", f"{API}/sync")
WAIT_S = 30


def failed_sync(client: Client) -> EstafetteError:
    """Make a round that must fail and return why."""
    with pytest.raises(EstafetteError) as caught:
        client.sync()
    return caught.value


def wait_for(client: Client, state: SyncState, done: threading.Event) -> None:
    """Set ``done`` when the client reaches a state."""

    def look(status: AgentStatus) -> None:
        if status.state is state:
            done.set()

    client.agent.on_status(look)


class ContractTests:
    """See the module."""

    # --- enrolment

    def test_wrong_code_is_refused_and_nothing_is_kept(self, service: Service, office: Office) -> None:
        client = office.client(enrolled=False)
        with pytest.raises(NotPermittedError) as caught:
            client.agent.enrol(service.url, "0000-0000-0000-0000", "Poste")
        assert caught.value.code == "enrol.wrong_code"
        assert client.workspace.identity is None

    def test_enrolment_whose_answer_was_lost_is_repeated_with_the_same_code(
        self, service: Service, office: Office
    ) -> None:
        client = office.client(enrolled=False)
        code = service.enrolment_code()
        client.faults.add(Fault.REPLY_LOST, Fault.CUT)
        for _attempt in range(2):
            with pytest.raises(NetworkFault):
                client.agent.enrol(service.url, code, "Poste")
        identity = client.agent.enrol(service.url, code.lower().replace("-", " "), "Poste")
        assert client.workspace.identity == identity
        client.sync()

    def test_code_serves_one_device(self, service: Service, office: Office) -> None:
        code = service.enrolment_code()
        office.client(enrolled=False).agent.enrol(service.url, code, "Poste 1")
        with pytest.raises(NotPermittedError) as caught:
            office.client(enrolled=False).agent.enrol(service.url, code, "Poste 2")
        assert caught.value.code == "enrol.code_used"

    # --- rounds

    def test_work_of_one_agent_reaches_the_other(self, office: Office) -> None:
        one, other = office.client(), office.client()
        case = one.case({NAME: "Moreau", AGE: "41"})
        assert one.pending > 0
        one.sync()
        assert one.pending == 0
        other.sync()
        seen = other.workspace.case(case)
        assert (seen.answers[NAME], seen.answers[AGE]) == ("Moreau", "41")
        assert other.events(case) == one.events(case)

    def test_round_with_nothing_to_do_does_nothing(self, office: Office) -> None:
        client = office.client()
        client.case()
        client.sync()
        outcome = client.agent.sync_once()
        assert (outcome.sent, outcome.pulled, outcome.procedures) == (0, 0, 0)

    def test_procedures_on_offer_come_with_the_first_round(self, office: Office) -> None:
        client = office.client()
        assert [procedure.id for procedure in client.desk.procedures()].count(PROCEDURE) == 1

    def test_submitted_case_comes_back_for_information_and_is_answered(self, service: Service, office: Office) -> None:
        client = office.client()
        form = client.desk.open(client.case({NAME: "Moreau", AGE: "41"}))
        code = form.submit().tracking_code
        client.sync()
        service.ask_for_information(form.case_id, "Quelle commune ?")
        client.sync()
        form.refresh()
        assert form.view.state == "needs_information"
        assert form.view.decision is not None and form.view.decision.message == "Quelle commune ?"
        form.answer(TOWN, "Aubin")
        assert form.submit().tracking_code == code
        client.sync()
        assert client.workspace.case(form.case_id).state == "in_review"
        assert client.workspace.status().parked == 0

    # --- faults

    @pytest.mark.parametrize("fault", [Fault.REPLY_LOST, Fault.TWICE, Fault.CUT])
    def test_what_was_done_and_not_heard_is_neither_lost_nor_doubled(self, office: Office, fault: Fault) -> None:
        one, other = office.client(), office.client()
        case = one.case({NAME: "Moreau"})
        events = one.events(case)
        for sound in range(8):
            one.faults.add(*[None] * sound, fault)
            while one.faults.left:
                one.workspace.add_note(case, f"essai {sound}", base=0)
                events.append(one.events(case)[-1])
                try:
                    one.sync()
                except NetworkFault:
                    continue
        one.sync()
        other.sync()
        assert one.pending == 0
        assert other.events(case) == one.events(case)
        assert len(set(other.events(case))) == len(other.events(case))
        assert {entry.state for entry in one.workspace.history(case)} == {"accepted"}

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("fault", NEVER_ANSWERED)
    def test_answer_of_something_else_is_never_success(self, office: Office, fault: Fault, path: str) -> None:
        client = office.client(synchronised=path != "/oauth/token")
        client.citizen()
        pending = client.pending
        client.faults.add(fault, path=path)
        assert isinstance(failed_sync(client), NetworkFault)
        assert client.faults.left == 0
        assert client.pending == pending
        assert client.agent.status().state in (SyncState.OFFLINE, SyncState.BACKING_OFF, *TRIED_AGAIN)
        client.sync()
        assert client.pending == 0
        assert client.agent.status().state is SyncState.IDLE

    def test_receipt_of_another_key_counts_for_nothing(self, office: Office) -> None:
        client = office.client()
        client.case({NAME: "Moreau"})
        pending = client.pending
        client.faults.add(Fault.FORGED_RECEIPT, path="/sync")
        error = failed_sync(client)
        assert isinstance(error, NetworkFault)
        assert error.code == "network.altered"
        assert client.pending == pending
        client.sync()
        assert client.pending == 0

    def test_altered_page_is_not_taken(self, office: Office) -> None:
        one, other = office.client(), office.client()
        case = one.case({NAME: "Moreau"})
        one.sync()
        cursors = other.workspace.cursors()
        other.faults.add(Fault.ALTERED_PAGE, path="/sync")
        assert failed_sync(other).code == "network.altered"
        assert other.workspace.cursors() == cursors
        assert other.workspace.cases() == []
        other.sync()
        assert other.workspace.case(case).answers[NAME] == "Moreau"

    @pytest.mark.parametrize("path", PATHS)
    def test_answer_that_the_service_did_not_sign_is_none(self, office: Office, path: str) -> None:
        client = office.client(synchronised=path != "/oauth/token")
        client.citizen()
        pending = client.pending
        client.faults.add(Fault.UNSIGNED, path=path)
        assert failed_sync(client).code == "network.altered"
        assert client.pending == pending
        client.sync()
        assert client.pending == 0

    # --- two agents

    def test_different_fields_of_one_case_merge(self, office: Office) -> None:
        one, other, case = self._shared_case(office)
        one.desk.open(case).answer(AGE, "41")
        other.desk.open(case).answer(TOWN, "Aubin")
        self._exchange(one, other)
        for client in (one, other):
            view = client.workspace.case(case)
            assert (view.answers[AGE], view.answers[TOWN], view.contested) == ("41", "Aubin", ())

    def test_same_field_with_unseen_values_is_contested_on_both_sides_and_settled_by_one(self, office: Office) -> None:
        one, other, case = self._shared_case(office)
        one.desk.open(case).answer(TOWN, "Aubin")
        other.desk.open(case).answer(TOWN, "Cransac")
        self._exchange(one, other)
        shown = []
        for client in (one, other):
            view = client.workspace.case(case)
            (contested,) = view.contested
            assert contested.field == TOWN
            assert {claim.value for claim in contested.claims} == {"Aubin", "Cransac"}
            shown.append(view.answers[TOWN])
        assert shown[0] == shown[1]
        view = other.workspace.case(case)
        other.workspace.settle(case, TOWN, "Aubin", base=view.base)
        self._exchange(other, one)
        for client in (one, other):
            view = client.workspace.case(case)
            assert (view.answers[TOWN], view.contested) == ("Aubin", ())

    def test_what_a_screen_had_not_shown_yet_counts_as_unseen(self, office: Office) -> None:
        one, other, case = self._shared_case(office)
        form = other.desk.open(case)
        one.desk.open(case).answer(TOWN, "Aubin")
        self._exchange(one, other)
        form.answer(TOWN, "Cransac")
        assert [contested.field for contested in other.workspace.case(case).contested] == [TOWN]
        form.refresh()
        form.answer(TOWN, "Cransac-les-Thermes")
        assert other.workspace.case(case).contested == ()

    def test_rows_added_by_both_are_both_kept(self, office: Office) -> None:
        one, other, case = self._shared_case(office)
        for client, name in ((one, "Ana"), (other, "Bo")):
            form = client.desk.open(case)
            row = form.add_row(CHILD).added_row
            form.answer(f"{CHILD}[{row}]/first", name)
        self._exchange(one, other)
        for client in (one, other):
            answers = client.workspace.case(case).answers
            assert sorted(str(value) for path, value in answers.items() if path.endswith("/first")) == ["Ana", "Bo"]

    # --- rights

    def test_revoked_device_is_told_so_and_keeps_its_work(self, service: Service, office: Office) -> None:
        client = office.client()
        client.case({NAME: "Moreau"})
        pending = client.pending
        assert client.workspace.identity is not None
        service.revoke(client.workspace.identity.device)
        assert failed_sync(client).code == "auth.device_revoked"
        assert client.agent.status().state is SyncState.REVOKED
        assert client.pending == pending

    # --- in the background

    def test_news_arrive_by_themselves(self, office: Office) -> None:
        one, other = office.client(), office.client()
        arrived = threading.Event()
        other.workspace.listen(lambda changed: arrived.set() if "case" in changed.kinds else None)
        other.agent.start()
        one.agent.start()
        case = one.case({NAME: "Moreau"})
        assert arrived.wait(WAIT_S)
        one.agent.stop()
        other.agent.stop()
        assert other.workspace.case(case).id == case

    def test_service_that_comes_back_is_found_without_a_click(self, office: Office) -> None:
        client = office.client()
        offline, idle = threading.Event(), threading.Event()
        wait_for(client, SyncState.OFFLINE, offline)
        client.faults.always = Fault.UNREACHABLE
        client.agent.start()
        client.case({NAME: "Moreau"})
        assert offline.wait(WAIT_S)
        assert client.pending > 0
        wait_for(client, SyncState.IDLE, idle)
        client.faults.always = None
        assert idle.wait(WAIT_S)
        client.agent.stop()
        assert client.pending == 0

    # --- parts

    def _shared_case(self, office: Office) -> tuple[Client, Client, str]:
        """Return two clients that both hold a case."""
        one, other = office.client(), office.client()
        case = one.case({NAME: "Moreau"})
        self._exchange(one, other)
        return one, other, case

    def _exchange(self, one: Client, other: Client) -> None:
        """Let both see everything."""
        for client in (one, other, one):
            client.sync()
