from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from cases.errors import (
    EnvironmentFault,
    EstafetteError,
    InputError,
    NetworkFault,
    NotPermittedError,
    RejectedError,
)
from cases.procedures import from_bundle, to_bundle
from cases.views import Changed
from sync.agent import AgentStatus, state_after
from sync.messages import API, bundle_version, offer_fingerprint
from sync.state import TRANSITIONS, SyncState
from tests.support.clients import NAME, PROCEDURE, Client, Office, bundle
from tests.support.faults import Fault
from tests.support.memory_service import MemoryService
from tests.support.workspaces import FakeClock

WAIT_S = 20


class Seen:
    """The states of a client as they come."""

    def __init__(self, client: Client) -> None:
        self.statuses: list[AgentStatus] = []
        self._changed = threading.Condition()
        client.agent.on_status(self._take)

    def _take(self, status: AgentStatus) -> None:
        with self._changed:
            self.statuses.append(status)
            self._changed.notify_all()

    def wait_for(self, state: SyncState) -> AgentStatus:
        """Wait until the newest state is ``state``."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.states[-1:] == [state], WAIT_S), self.states
            return self.statuses[-1]

    @property
    def states(self) -> list[SyncState]:
        return [status.state for status in self.statuses]


def test_round_goes_through_its_phases(post: Office) -> None:
    client = post.client()
    seen = Seen(client)
    client.sync()
    assert seen.states == [
        SyncState.HANDSHAKE,
        SyncState.PUSH,
        SyncState.PULL,
        SyncState.DOCUMENTS,
        SyncState.IDLE,
    ]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NetworkFault("network.unreachable"), SyncState.OFFLINE),
        (NetworkFault("network.timeout"), SyncState.OFFLINE),
        (NetworkFault("network.captive_portal"), SyncState.PORTAL),
        (NetworkFault("network.proxy_unreachable"), SyncState.PROXY),
        (NetworkFault("network.proxy_sign_in"), SyncState.PROXY),
        (NetworkFault("network.proxy_unsupported"), SyncState.PROXY),
        (NetworkFault("network.proxy_refused"), SyncState.PROXY),
        (NetworkFault("network.pac_broken"), SyncState.PROXY),
        (NetworkFault("network.tls"), SyncState.UNTRUSTED),
        (NetworkFault("network.untrusted"), SyncState.UNTRUSTED),
        (NetworkFault("network.certificate_expired"), SyncState.UNTRUSTED),
        (NetworkFault("network.altered"), SyncState.ALTERED),
        (NetworkFault("network.clock_ahead"), SyncState.CLOCK),
        (NetworkFault("network.clock_behind"), SyncState.CLOCK),
        (NetworkFault("network.told_to_wait"), SyncState.TOLD_TO_WAIT),
        (NetworkFault("network.busy", retry_after_s=5), SyncState.TOLD_TO_WAIT),
        (NetworkFault("network.busy"), SyncState.BACKING_OFF),
        (NetworkFault("network.cut"), SyncState.BACKING_OFF),
        (RejectedError("sync.receipt_invalid"), SyncState.BACKING_OFF),
        (EnvironmentFault("store.disk_full"), SyncState.BACKING_OFF),
        (NotPermittedError("auth.device_unknown"), SyncState.NEEDS_SIGN_IN),
        (NotPermittedError("auth.device_revoked"), SyncState.REVOKED),
    ],
)
def test_state_after_a_failure(error: EstafetteError, state: SyncState) -> None:
    assert state_after(error) is state
    for phase in (SyncState.HANDSHAKE, SyncState.PUSH, SyncState.PULL, SyncState.DOCUMENTS):
        assert state in TRANSITIONS[phase]


def test_failed_round_says_why_and_when_it_is_tried_again(post: Office) -> None:
    client = post.client()
    client.faults.add(Fault.PORTAL)
    with pytest.raises(NetworkFault):
        client.sync()
    status = client.agent.status()
    assert (status.state, status.fault) == (SyncState.PORTAL, "network.captive_portal")
    assert status.retry_s is not None and 0.5 <= status.retry_s <= 1
    client.sync()
    status = client.agent.status()
    assert (status.state, status.fault, status.retry_s) == (SyncState.IDLE, "", None)


def test_status_says_when_the_service_was_heard_and_when_it_is_tried_again(post: Office) -> None:
    client = post.client()
    client.sync()
    status = client.agent.status()
    assert status.heard_ms is not None and status.round_since_ms is None and status.retry_ms is None
    rounds: list[int | None] = []
    leave = client.agent.on_status(lambda status: rounds.append(status.round_since_ms))
    client.faults.add(Fault.PORTAL)
    with pytest.raises(NetworkFault):
        client.sync()
    leave()
    # While the round was under way its beginning was said; its end, how ever it came, ends that too.
    assert rounds[0] is not None and rounds[-1] is None
    status = client.agent.status()
    assert status.retry_s is not None and status.retry_ms is not None
    assert status.heard_ms is not None and status.retry_ms - status.heard_ms < 2000
    assert client.agent.status().heard_ms is not None
    assert post.another_agent(client).status().heard_ms is None


def test_state_is_stored_and_a_killed_round_is_found_offline(post: Office) -> None:
    client = post.client()
    assert client.workspace.sync_state() == "idle"
    agent = post.another_agent(client)
    status = agent.status()
    assert (status.state, status.last_state) == (SyncState.OFFLINE, SyncState.IDLE)
    agent.sync_once()
    assert client.workspace.sync_state() == "idle"


def test_round_with_nothing_to_do_writes_only_that_central_answered(post: Office) -> None:
    client = post.client()
    client.sync()
    committed: list[Changed] = []
    leave = client.workspace.listen(committed.append)
    client.sync()
    # Listeners are told after the caller was let go, and before the next write begins.
    client.workspace.remember("x", "1")
    leave()
    assert len(committed) == 1


def test_nothing_is_asked_before_enrolment(post: Office) -> None:
    client = post.client(enrolled=False)
    with pytest.raises(InputError, match="enrol.needed"):
        client.sync()
    assert not client.agent.status().enrolled


def test_enrolled_device_is_not_enrolled_again(post: Office, memory: MemoryService) -> None:
    client = post.client()
    with pytest.raises(InputError, match="enrol.already"):
        client.agent.enrol(memory.url, memory.enrolment_code(), "Poste")


def test_code_and_address_are_checked_before_anything_is_sent(post: Office, memory: MemoryService) -> None:
    client = post.client(enrolled=False)
    with pytest.raises(InputError, match="enrol.code_missing"):
        client.agent.enrol(memory.url, " - ", "Poste")
    with pytest.raises(InputError, match="server.insecure_url"):
        client.agent.enrol("http://dossiers.example.fr", "CODE", "Poste")
    assert memory.central.requests == []


def test_token_is_kept_until_shortly_before_its_end(post: Office, memory: MemoryService, clock: FakeClock) -> None:
    client = post.client()
    memory.central.requests.clear()
    clock.advance(800)
    client.sync()
    assert "/oauth/token" not in memory.central.requests
    clock.advance(50)
    client.sync()
    # The nonce that came with the first token is too old by now: the service gives another one first.
    assert memory.central.requests.count("/oauth/token") == 2


def test_token_that_ended_early_and_nonce_that_grew_old_are_renewed_unseen(
    post: Office, memory: MemoryService, clock: FakeClock
) -> None:
    client = post.client()
    memory.central.forget_tokens()
    client.sync()
    clock.advance(400)
    client.sync()
    memory.central.forget_tokens()
    clock.advance(400)
    client.case({NAME: "Moreau"})
    client.sync()
    assert client.pending == 0


def test_clock_of_the_device_does_not_matter(post: Office) -> None:
    client = post.client_with_clock(FakeClock(now_ms=86_400_000))
    client.case({NAME: "Moreau"})
    client.sync()
    assert client.pending == 0


def test_revoked_device_is_enrolled_again_by_a_person(post: Office, memory: MemoryService) -> None:
    client = post.client()
    identity = client.workspace.identity
    assert identity is not None
    memory.revoke(identity.device)
    with pytest.raises(NotPermittedError):
        client.sync()
    client.citizen()
    with pytest.raises(NotPermittedError, match="enrol.other_agent"):
        client.agent.enrol(memory.url, memory.enrolment_code(), "Poste")
    client.agent.enrol(memory.url, memory.central.enrolment_code(agent=identity.agent), "Poste")
    assert client.agent.status().state is SyncState.OFFLINE
    client.sync()
    assert client.pending == 0


def test_pause_and_resume(post: Office) -> None:
    client = post.client()
    client.agent.pause()
    assert client.agent.status().state is SyncState.PAUSED
    with pytest.raises(InputError, match="sync.paused"):
        client.sync()
    assert post.another_agent(client).status().state is SyncState.PAUSED
    client.agent.resume()
    client.sync()
    assert client.agent.status().state is SyncState.IDLE


def test_status_listener_can_leave(post: Office) -> None:
    client = post.client()
    heard: list[AgentStatus] = []
    leave = client.agent.on_status(heard.append)
    leave()
    client.sync()
    assert heard == []


# --- in the background


def test_commit_is_sent_at_once_and_costs_few_requests(post: Office, memory: MemoryService) -> None:
    client = post.client()
    seen = Seen(client)
    client.agent.start()
    seen.wait_for(SyncState.IDLE)
    memory.central.requests.clear()
    citizen = client.citizen()
    assert memory.central.wait_until(lambda: memory.central.record(citizen).value("family_name") == "Durand")
    seen.wait_for(SyncState.IDLE)
    client.agent.stop()
    assert client.pending == 0
    assert memory.central.requests.count(f"{API}/sync") <= 2
    assert len(memory.central.requests) <= 6


def test_procedure_published_meanwhile_comes_without_being_asked_for(post: Office, memory: MemoryService) -> None:
    client, other = post.client(), post.client()
    seen = Seen(client)
    client.agent.start()
    seen.wait_for(SyncState.IDLE)
    newer = to_bundle(replace(from_bundle(bundle()), title={"fr": "Nouvelle demande"}))
    memory.central.publish(PROCEDURE, newer)
    # Anything that ends the long poll brings the news, its own end too.
    other.citizen()
    other.sync()
    arrived = threading.Event()
    client.workspace.listen(lambda changed: arrived.set() if "procedure" in changed.kinds else None)
    assert arrived.wait(WAIT_S) or client.workspace.procedures() == [(PROCEDURE, bundle_version(newer))]
    assert client.workspace.procedures() == [(PROCEDURE, bundle_version(newer))]


def test_same_offer_of_procedures_is_no_reason_for_a_round(post: Office, memory: MemoryService) -> None:
    client = post.client()
    offer = offer_fingerprint([(PROCEDURE, bundle_version(bundle()))])
    assert not client.agent.offers_changed(offer)
    assert not client.agent.offers_changed("")
    assert client.agent.offers_changed("another")
    memory.central.requests.clear()
    client.sync()
    assert f"{API}/procedures" in memory.central.requests


def test_stop_is_prompt_while_a_long_poll_is_held(post: Office, memory: MemoryService) -> None:
    client = post.client()
    seen = Seen(client)
    client.agent.start()
    seen.wait_for(SyncState.IDLE)
    began = time.monotonic()
    client.agent.stop()
    assert time.monotonic() - began < 5
    client.workspace.close()


def test_stop_does_not_wait_for_a_request_that_hangs(post: Office) -> None:
    client = post.client()
    asked, release = threading.Event(), threading.Event()
    client.faults.hold(asked, release)
    client.agent.start()
    assert asked.wait(WAIT_S)
    began = time.monotonic()
    client.agent.stop()
    assert time.monotonic() - began < 5
    client.workspace.close()
    release.set()


def test_stopped_agent_makes_no_more_rounds(post: Office) -> None:
    client = post.client()
    client.agent.start()
    client.agent.stop()
    with pytest.raises(NetworkFault, match="network.stopped"):
        client.sync()
    client.agent.stop()


def test_revoked_device_stops_asking(post: Office, memory: MemoryService) -> None:
    client = post.client()
    assert client.workspace.identity is not None
    memory.revoke(client.workspace.identity.device)
    seen = Seen(client)
    client.agent.start()
    assert seen.wait_for(SyncState.REVOKED).retry_s is None
    memory.central.requests.clear()
    client.citizen()
    client.citizen()
    client.agent.stop()
    # At most what the two threads had begun before either knew.
    assert set(memory.central.requests) <= {"/oauth/token", f"{API}/changes"}
    assert len(memory.central.requests) <= 4
    assert client.pending == 2


def test_waking_tries_again_at_once(post: Office) -> None:
    client = post.client()
    client.faults.always = Fault.UNREACHABLE
    seen = Seen(client)
    client.agent.start()
    seen.wait_for(SyncState.OFFLINE)
    client.faults.always = None
    client.agent.wake()
    seen.wait_for(SyncState.IDLE)
    client.agent.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_bug_in_the_background_is_shown_and_not_retried(post: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    client = post.client()
    shown = threading.Event()
    client.agent.on_status(lambda status: shown.set() if status.fault == "agent.broken" else None)

    def bug() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(client.workspace, "next_batch", lambda _events: bug())
    client.agent.start()
    assert shown.wait(WAIT_S)
    client.agent.stop()


def test_a_round_never_looks_over_while_its_end_is_being_written_down(
    post: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = post.client()
    client.sync()
    seen: list[AgentStatus] = []
    write = client.workspace.set_sync_state

    def write_slowly(state: str) -> None:
        seen.append(client.agent.status())
        write(state)
        seen.append(client.agent.status())

    monkeypatch.setattr(client.agent._machine, "_store", write_slowly)
    client.faults.always = Fault.UNREACHABLE
    with pytest.raises(NetworkFault):
        client.sync()
    assert len(seen) == 2
    for status in seen:
        assert status.round_since_ms is not None and status.state is not SyncState.OFFLINE
    after = client.agent.status()
    assert (after.state, after.fault, after.round_since_ms) == (SyncState.OFFLINE, "network.unreachable", None)
