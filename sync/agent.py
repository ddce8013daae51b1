"""The headless client that the desktop and the command line both use: enrolment, rounds, and keeping them going.

Threads: every public method may be called from any thread; one round runs at a time. ``start`` adds two threads of its
own (``sync.background``).
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cases.errors import (
    Detail,
    EnvironmentFault,
    EstafetteError,
    InputError,
    NetworkFault,
    NotPermittedError,
    RejectedError,
)
from cases.ports import Ports
from cases.views import Identity
from cases.workspace import Workspace
from sync.audits import Audits
from sync.auth import Credentials
from sync.background import Background
from sync.backoff import Backoff, BatchSize
from sync.client import CentralClient, enrol
from sync.clockcheck import CLOCK_AHEAD, CLOCK_BEHIND, diagnosed
from sync.envelopes import Courier
from sync.exchanges import UNSUPPORTED, Exchanges, Greeting
from sync.histories import HistoryOutcome, bring_history
from sync.line import STOPPED, Exit, Line
from sync.messages import EnrolReply, EnrolRequest, enrol_bytes
from sync.pac import PAC_BROKEN, PAC_UNREACHABLE
from sync.problems import AUTH, TOLD_TO_WAIT
from sync.proving import prove_receipt
from sync.proxies import PROXY_REFUSED, PROXY_SIGN_IN, PROXY_UNREACHABLE, PROXY_UNSUPPORTED
from sync.rounds import MANDATE_ENDED, OFFICE_CHANGED, Tally, documents
from sync.schedule import Schedule
from sync.state import UNDER_WAY, WAITS_FOR_PERSON, StateMachine, SyncState
from sync.transport import (
    ALTERED,
    BUSY,
    CAPTIVE_PORTAL,
    EXPIRED,
    TIMEOUT,
    TLS,
    UNREACHABLE,
    UNTRUSTED,
    TransportFactory,
    checked_url,
)

log = logging.getLogger(__name__)

OFFERS_EVERY_S = 900.0
"""How often the procedures on offer are asked for without a sign that they changed: a round with nothing to do stays
one request."""
REVOKED_CODE = "auth.device_revoked"
BROKEN = "agent.broken"
AUDIT = "audit"
"""Capability of a service that compares records; an older one is not asked."""
UPDATE_TRIED_EVERY_S = 3600.0
"""How soon a service that speaks another protocol is asked again: somebody must update one of the two programs."""
CLOSED_TRIED_EVERY_S = 900.0
"""How soon a service that said that the agent has no right here any more is asked again: a mandate may be renewed."""
_TRIED_EVERY_S = {
    UNSUPPORTED: UPDATE_TRIED_EVERY_S,
    MANDATE_ENDED: CLOSED_TRIED_EVERY_S,
    OFFICE_CHANGED: CLOSED_TRIED_EVERY_S,
}
FIRST_INCARNATION = 1
"""A device starts with its first one; the workspace opens others when it finds that its history forked."""
_ENDS = {
    UNREACHABLE: SyncState.OFFLINE,
    TIMEOUT: SyncState.OFFLINE,
    CAPTIVE_PORTAL: SyncState.PORTAL,
    PROXY_UNREACHABLE: SyncState.PROXY,
    PROXY_SIGN_IN: SyncState.PROXY,
    PROXY_UNSUPPORTED: SyncState.PROXY,
    PROXY_REFUSED: SyncState.PROXY,
    PAC_BROKEN: SyncState.PROXY,
    PAC_UNREACHABLE: SyncState.PROXY,
    TLS: SyncState.UNTRUSTED,
    UNTRUSTED: SyncState.UNTRUSTED,
    EXPIRED: SyncState.UNTRUSTED,
    ALTERED: SyncState.ALTERED,
    CLOCK_AHEAD: SyncState.CLOCK,
    CLOCK_BEHIND: SyncState.CLOCK,
    TOLD_TO_WAIT: SyncState.TOLD_TO_WAIT,
    UNSUPPORTED: SyncState.NEEDS_UPDATE,
    MANDATE_ENDED: SyncState.MANDATE_ENDED,
    OFFICE_CHANGED: SyncState.OFFICE_CHANGED,
}
"""The state in which a fault of the line ends a round; any other is left by backing off."""
_WHY_NOT = {
    SyncState.PAUSED: "sync.paused",
    SyncState.REVOKED: REVOKED_CODE,
    SyncState.NEEDS_SIGN_IN: "auth.device_unknown",
}
_UNKNOWN_TO_SERVICE = frozenset({"auth.device_unknown", "auth.assertion_invalid"})


@dataclass(frozen=True)
class SyncOutcome:
    """What one round did, in events (``procedures``: bundles fetched).

    Attributes:
        sent: this device's events that the central service answered for: ``accepted`` as they were, ``merged`` with
            what others wrote, ``contested`` or ``parked`` for a person. Together they are all.
        carried: of those, by a stick or another session of this computer since the last round; the rest in this one.
        pulled: events of others.
        mended: records that an audit found wrong and that were taken anew; ``Workspace.findings`` names them.
    """

    sent: int
    accepted: int
    merged: int
    contested: int
    parked: int
    carried: int
    pulled: int
    procedures: int
    mended: int = 0


@dataclass(frozen=True)
class AgentStatus:
    """Where the client stands, for a status strip.

    Attributes:
        state: see ``SyncState``.
        last_state: how the last round ended, be it in an earlier run of the program.
        enrolled: false before a first enrolment.
        pending, pending_cases, pending_citizens, oldest_pending_ms, last_contact_ms, parked, contested, accepted,
            backed_up, clock_off_ms, forked_ms, snapshot_share, own_caseload_ready, alarm: see
            ``cases.views.SyncStatus``.
        fault: code of what ended the last round early; empty after a whole one.
        fault_details: named facts of that fault.
        retry_s: seconds until the next try by itself; None when none is planned.
        retry_ms: the same as this machine's clock will say it then.
        heard_ms: when the service last answered in this run, by this machine's clock; None: not yet. A long poll that
            ends is an answer too, so this stays recent while nothing is new.
        round_since_ms: when the round under way began, by this machine's clock; None between rounds.
        round_began_ms: when the last one began, under way or over; None: none in this run.
    """

    state: SyncState
    enrolled: bool
    pending: int
    pending_cases: int
    pending_citizens: int
    oldest_pending_ms: int | None
    last_contact_ms: int | None
    parked: int
    contested: int
    fault: str
    retry_s: float | None
    fault_details: Mapping[str, Detail] = field(default_factory=dict)
    last_state: SyncState = SyncState.OFFLINE
    retry_ms: int | None = None
    heard_ms: int | None = None
    round_since_ms: int | None = None
    round_began_ms: int | None = None
    accepted: int = 0
    backed_up: int = 0
    clock_off_ms: int = 0
    forked_ms: int | None = None
    snapshot_share: float | None = None
    own_caseload_ready: bool = True
    alarm: str = ""


StatusListener = Callable[[AgentStatus], None]


@dataclass(frozen=True)
class _Point:
    """What of a status belongs together: set by the thread that makes a round, read whole by any."""

    state: SyncState
    last_state: SyncState
    fault: EstafetteError | None = None
    round_since_ms: int | None = None
    round_began_ms: int | None = None


class Agent:
    """Carries one workspace's events to and from the central service.

    Args:
        workspace: open; stays the caller's to close, after ``stop``.
        transport_factory: makes a transport to the service at a URL, e.g. ``RequestsTransport``.
        ports: clock and randomness.
    """

    def __init__(self, workspace: Workspace, transport_factory: TransportFactory, *, ports: Ports) -> None:
        self._workspace = workspace
        self._transport_factory = transport_factory
        self._ports = ports
        self._machine = StateMachine(workspace.sync_state, workspace.set_sync_state)
        self._schedule = Schedule(ports.clock)
        self._exit = Exit()
        self._backoff = Backoff(ports.randomness)
        self._size = BatchSize()
        self._wanted_procedures: set[tuple[str, str]] = set()
        self._offers_due_s = float("-inf")
        self._offers_seen = ""
        self._greeting = Greeting(workspace)
        self._capabilities: frozenset[str] = frozenset()
        self._courier = Courier(workspace, ports)
        self._audits = Audits(workspace, ports.clock)
        self._fault: EstafetteError | None = None
        self._heard_ms: int | None = None
        self._round_since_ms: int | None = None
        self._round_began_ms: int | None = None
        self._round_lock = threading.Lock()
        self._line_lock = threading.Lock()
        self._line: Line | None = None
        self._background: Background | None = None
        self._listeners: list[StatusListener] = []
        self._publish()

    # --- enrolment ---------------------------------------------------------------------------------------------------

    def enrol(self, server_url: str, code: str, device_name: str) -> Identity:
        """Trade a one-time code for this device's identity and keep it. Safe to repeat after a lost answer.

        Args:
            server_url: root of the service.
            code: as printed or read out; case, spaces and dashes do not matter.
            device_name: how people call this PC.

        Raises:
            InputError: ``server.url``, ``server.insecure_url``, ``enrol.code_missing``, ``enrol.already``,
                ``enrol.other_agent``: the code is another agent's, and a workspace is one agent's own.
            NetworkFault, NotPermittedError (``enrol.wrong_code``, ``enrol.other_agent``, ``enrol.other_office``…),
                RejectedError: see ``problems.surely_not_done``.
            EnvironmentFault: ``timezone.unknown``.
        """
        if self._workspace.identity is not None and self._machine.current not in WAITS_FOR_PERSON:
            raise InputError("enrol.already")
        url = checked_url(server_url)
        plain = "".join(code.split()).replace("-", "").upper()
        if not plain:
            raise InputError("enrol.code_missing", field="code")
        public_key = self._workspace.device_public_key()
        proof = self._workspace.sign(enrol_bytes(plain, public_key, device_name))
        known = self._workspace.identity
        transport = self._transport_factory(url)
        try:
            # What cannot be taken over here must not be written there: the code would be gone, and the key bound.
            agent, office = (known.agent, known.office) if known is not None else ("", "")
            reply = enrol(transport, EnrolRequest(plain, public_key, device_name, proof, agent=agent, office=office))
        finally:
            transport.close()
        if known is not None and known.agent != reply.agent:
            raise InputError("enrol.other_agent", field="code")
        self._workspace.enrolled(_identity_of(reply, url))
        self._workspace.contact(reply.time)
        self._drop_line()
        if self._machine.current in WAITS_FOR_PERSON:
            self._enter(SyncState.OFFLINE)
        self.wake()
        return self._identity()

    # --- one round ---------------------------------------------------------------------------------------------------

    def sync_once(self) -> SyncOutcome:
        """Make one round: hand over everything pending, then fetch what is new.

        Raises:
            InputError: ``enrol.needed``, ``sync.paused``; NetworkFault ``network.stopped`` after ``stop``.
            NetworkFault, NotPermittedError, RejectedError, EnvironmentFault, DamagedError: why the round ended early.
                The state and the next try are set, and what central gave a receipt for stays received.
        """
        with self._round_lock:
            if self._schedule.closed:
                raise NetworkFault(STOPPED)
            identity = self._identity()
            if self._machine.current is SyncState.PAUSED:
                raise InputError("sync.paused")
            if self._machine.current in WAITS_FOR_PERSON | UNDER_WAY:
                # Under way: the end of the last round could not be written down (disk full).
                self._enter(SyncState.OFFLINE)
            tally = Tally(wanted_procedures=self._wanted_procedures)
            try:
                self._courier.take_answers()
                self._round(identity, tally)
            except EstafetteError as error:
                found = diagnosed(error, self._health, self._ports.clock.now_ms())
                self._round_failed(found, progress=bool(tally.pushed or tally.pulled))
                if found is error:
                    raise
                raise found from error
            except Exception:
                # A bug. It goes up, and the next round starts clean, as after a kill.
                if not self._schedule.closed:
                    self._enter(SyncState.OFFLINE)
                raise
            self._backoff.succeeded()
            self._fault = None
            self.heard()
            self._enter(SyncState.IDLE)
            self._schedule.succeeded()
            return _outcome(tally, self._courier.answered())

    def _round(self, identity: Identity, tally: Tally) -> None:
        self._enter(SyncState.HANDSHAKE)
        client = self.line().rounds
        client.handshake()
        self._enter(SyncState.PUSH)
        exchanges = Exchanges(self._workspace, client, identity, self._size, tally, greeting=self._greeting)
        refused = exchanges.run()
        if tally.capabilities is not None:
            self._capabilities = tally.capabilities
        self._enter(SyncState.PULL)
        self._forward(client)
        self._enter(SyncState.DOCUMENTS)
        now_s = self._ports.clock.monotonic_s()
        offered = now_s >= self._offers_due_s
        documents(self._workspace, client, tally, offered=offered)
        if offered:
            self._offers_due_s = now_s + OFFERS_EVERY_S
            self._offers_seen = tally.offers
        prove_receipt(self._workspace, client)
        if refused is not None:
            raise refused
        if AUDIT in self._capabilities and self._audits.due():
            tally.mended = len(self._audits.make(client, identity))

    def take_answers(self) -> int:
        """Take in what a stick or a colleague brought back for this workspace; needs no line. Return how many events.

        For whoever has just unlocked it. What the disk refuses is tried again, and said, in the next round.
        """
        with self._round_lock:
            try:
                return self._courier.take_answers()
            except EstafetteError as error:
                log.warning("answers not taken in code=%s", error.code)
                return 0

    def audit_soon(self) -> None:
        """Let the next round compare what both ends hold, whatever was planned."""
        with self._round_lock:
            self._audits.hasten()

    def bring_history(self, record: str) -> HistoryOutcome:
        """Ask the service for what is missing of a record's history; says why when it cannot be had now.

        Beside the rounds, on the caller's thread, which it may hold for as long as a request takes.

        Raises:
            InputError: ``record.unknown``, ``enrol.needed``.
        """
        if self._workspace.history_complete(record):
            return HistoryOutcome(True)
        if self._machine.current in _WHY_NOT:
            return HistoryOutcome(False, _WHY_NOT[self._machine.current])
        try:
            line = self.line()
        except NetworkFault as error:
            return HistoryOutcome(False, error.code)
        with line.asking:
            return bring_history(self._workspace, line.questions, record)

    def _health(self) -> Mapping[str, str]:
        return self.line().rounds.health()

    def _forward(self, client: CentralClient) -> None:
        """Carry what others left sealed on this computer; that it cannot be done now ends nobody's round."""
        try:
            self._courier.round(client)
        except (NetworkFault, RejectedError) as error:
            log.info("envelopes not forwarded code=%s", error.code)
        except NotPermittedError as error:
            if error.code.startswith(AUTH):
                raise
            log.info("envelopes not forwarded code=%s", error.code)

    def _round_failed(self, error: EstafetteError, *, progress: bool) -> None:
        """Set the state and the next try; after ``stop`` the workspace is not ours any more and is left alone.

        A line that carried something before it broke is tried again soon, however often it breaks.
        """
        if self._schedule.closed:
            return
        state = state_after(error)
        self._fault = error
        wait_s = None
        if progress:
            self._backoff.succeeded()
        if state not in WAITS_FOR_PERSON:
            asked_s = error.details.get("retry_after_s")
            least_s = _TRIED_EVERY_S.get(error.code, 0.0)
            wait_s = self._backoff.failed(at_least_s=float(asked_s) if isinstance(asked_s, int) else least_s)
        self._schedule.failed(wait_s)
        self._enter(state)

    def _enter(self, state: SyncState) -> None:
        if state is SyncState.HANDSHAKE:
            self._round_since_ms = self._round_began_ms = self._ports.clock.now_ms()
        elif state not in UNDER_WAY:
            self._round_since_ms = None
        try:
            self._machine.move(state)
        finally:
            self._publish()
        self.tell()

    def _publish(self) -> None:
        """Let readers see what was set. Not before: a round that is over beside a state from within it looks well."""
        self._point = _Point(
            self._machine.current, self._machine.last, self._fault, self._round_since_ms, self._round_began_ms
        )

    def _identity(self) -> Identity:
        identity = self._workspace.identity
        if identity is None:
            raise InputError("enrol.needed")
        return identity

    # --- what the background drives ----------------------------------------------------------------------------------

    def line(self) -> Line:
        """Return the open way to the service. NetworkFault ``network.stopped`` after ``stop``."""
        identity = self._identity()
        with self._line_lock:
            if self._schedule.closed:
                raise NetworkFault(STOPPED)
            if self._line is None:
                url = identity.server_url
                credentials = Credentials(self._workspace, identity, self._ports.clock, self._ports.randomness)
                rounds, news, questions = (self._transport_factory(url) for _ in range(3))
                self._line = Line(rounds, news, questions, credentials, self._exit)
            return self._line

    def pulled_up_to(self) -> int:
        """Return how far this device's stream was pulled, once no round is under way."""
        with self._round_lock:
            return self._workspace.cursors().get(self._identity().stream, 0)

    def offers_changed(self, fingerprint: str) -> bool:
        """Say whether other procedures are on offer than those seen; the next round then asks for them."""
        with self._round_lock:
            if fingerprint in ("", self._offers_seen):
                return False
            self._offers_due_s = float("-inf")
            return True

    def heard(self) -> None:
        """Note that the service answered just now."""
        self._heard_ms = self._ports.clock.now_ms()

    def broken(self) -> None:
        """Show that the background ended because of a bug."""
        self._fault = EstafetteError(BROKEN)
        self._publish()
        self.tell()

    def tell(self) -> None:
        """Tell the status to those who listen."""
        if self._listeners:
            status = self.status()
            for listener in tuple(self._listeners):
                listener(status)

    # --- keeping it going --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make rounds in the background until ``stop``: the first at once, then whenever there is a reason. Once."""
        if self._background is None:
            self._background = Background(
                self._workspace, self, self._schedule, self._exit, Backoff(self._ports.randomness)
            )
            self._courier.start()
            self._background.start()

    def stop(self) -> None:
        """End the background work and every request under way; final. On return nothing touches the workspace any more.

        A thread that the operating system holds in a name look-up is not waited for: all that it can still do is end.
        Not from a status listener: those run on the threads that this waits for.
        """
        self._schedule.close()
        self._exit.close()
        self._drop_line()
        self._courier.stop()
        if self._background is not None:
            self._background.stop()

    def pause(self) -> None:
        """Stop trying until ``resume``, after the round under way."""
        with self._round_lock:
            if self._machine.current not in WAITS_FOR_PERSON:
                self._schedule.failed(None)
                self._enter(SyncState.PAUSED)

    def resume(self) -> None:
        """Try again after ``pause``."""
        with self._round_lock:
            if self._machine.current is SyncState.PAUSED:
                self._enter(SyncState.OFFLINE)
        self.wake()

    @property
    def paused(self) -> bool:
        """True from ``pause`` to ``resume``, over restarts of the program too."""
        return self._machine.current is SyncState.PAUSED

    def wake(self) -> None:
        """Make a round now, whatever was planned. Returns at once."""
        self._schedule.want()

    def on_status(self, listener: StatusListener) -> Callable[[], None]:
        """Call ``listener`` at every step, on the thread that made it. Returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def status(self) -> AgentStatus:
        """Return where the client stands now."""
        # What is pending is counted after the round is looked at: a round that is over left no more than that.
        point = self._point
        counts = self._workspace.status()
        heard_ms, retry_s = self._heard_ms, self._schedule.retry_s()
        last_contact_ms = counts.last_contact_ms
        if heard_ms is not None and last_contact_ms is not None:
            last_contact_ms = max(last_contact_ms, heard_ms + counts.clock_off_ms)
        return AgentStatus(
            state=point.state,
            enrolled=self._workspace.identity is not None,
            pending=counts.pending,
            pending_cases=counts.pending_cases,
            pending_citizens=counts.pending_citizens,
            oldest_pending_ms=counts.oldest_pending_ms,
            last_contact_ms=last_contact_ms,
            parked=counts.parked,
            contested=counts.contested,
            fault=point.fault.code if point.fault is not None else "",
            fault_details=dict(point.fault.details) if point.fault is not None else {},
            retry_s=retry_s,
            last_state=point.last_state,
            retry_ms=None if retry_s is None else self._ports.clock.now_ms() + round(retry_s * 1000),
            heard_ms=heard_ms,
            round_since_ms=point.round_since_ms,
            round_began_ms=point.round_began_ms,
            accepted=counts.accepted,
            backed_up=counts.backed_up,
            clock_off_ms=counts.clock_off_ms,
            forked_ms=counts.forked_ms,
            snapshot_share=counts.snapshot_share,
            own_caseload_ready=counts.own_caseload_ready,
            alarm=counts.alarm,
        )

    def _drop_line(self) -> None:
        with self._line_lock:
            line, self._line = self._line, None
        if line is not None:
            line.close()


def state_after(error: EstafetteError) -> SyncState:
    """Return the state in which a round ends that ``error`` stopped."""
    if error.code == REVOKED_CODE:
        return SyncState.REVOKED
    if error.code in _UNKNOWN_TO_SERVICE:
        return SyncState.NEEDS_SIGN_IN
    if error.code == BUSY and "retry_after_s" in error.details:
        return SyncState.TOLD_TO_WAIT
    return _ENDS.get(error.code, SyncState.BACKING_OFF)


def _outcome(tally: Tally, carried: Counter[str]) -> SyncOutcome:
    ends = tally.ends + carried
    return SyncOutcome(
        sent=ends.total(),
        accepted=ends["accepted"],
        merged=ends["merged"],
        contested=ends["contested"],
        parked=ends["parked"],
        carried=carried.total(),
        pulled=tally.pulled,
        procedures=tally.procedures,
        mended=tally.mended,
    )


def _identity_of(reply: EnrolReply, server_url: str) -> Identity:
    """Return who the service says this device is. EnvironmentFault ``timezone.unknown``: in a zone unknown here."""
    try:
        ZoneInfo(reply.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise EnvironmentFault("timezone.unknown", zone=reply.timezone) from error
    return Identity(
        tenant=reply.tenant,
        tenant_name=reply.tenant_name,
        office=reply.office,
        office_name=reply.office_name,
        agent=reply.agent,
        agent_name=reply.agent_name,
        device=reply.device,
        incarnation=FIRST_INCARNATION,
        stream=reply.stream,
        service_key=reply.service_key,
        server_url=server_url,
        epoch=reply.epoch,
        timezone=reply.timezone,
        intake_key=reply.intake_key,
    )
