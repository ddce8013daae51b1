"""What a workspace shows: frozen values that may cross threads. Confirmed state with pending events applied on top.

Structs and not dataclasses: making a dataclass takes twenty times as long, and every start makes all of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from cases.events import EventId
from cases.ids import RecordId

CITIZEN_FIELDS = (
    "family_name",
    "given_names",
    "birth_name",
    "birth_date",
    "birth_place",
    "phone",
    "email",
    "address_line",
    "postcode",
    "commune",
)
"""Fields of a citizen record, all text; ``birth_date`` as ISO 8601 date."""

CASE_FIELDS = ("procedure", "procedure_version", "citizen", "office", "agent", "tracking_code")
"""Fields of a case record beside its answers (whose names begin with ``/``) and its ``state``."""

DEFAULT_TIMEZONE = "Europe/Paris"
"""Of a workspace or service from before the office's zone was said."""


class Identity(msgspec.Struct, frozen=True):
    """Who this workspace acts for, as the central service said at enrolment.

    Attributes:
        incarnation: the current one.
        timezone: IANA name of the office's zone: what is printed here says the same hour on every computer.
        intake_key: the organisation's X25519 key, hexadecimal, to which unsent work is sealed; empty for none.
    """

    tenant: int
    tenant_name: str
    office: str
    office_name: str
    agent: str
    agent_name: str
    device: str
    incarnation: int
    stream: str
    service_key: str
    server_url: str
    epoch: int
    timezone: str = DEFAULT_TIMEZONE
    intake_key: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.timezone)


class Act(msgspec.Struct, frozen=True):
    """A recorded act: it exists only once it is durable. ``event`` is the last one where an act made several."""

    event: EventId
    record: RecordId


class Changed(msgspec.Struct, frozen=True):
    """What a commit made stale.

    Attributes:
        kinds: subset of ``citizen``, ``case``, ``sync``, ``procedure``, ``audit``.
        records: identities of the records touched; empty together with ``case`` or ``citizen`` in ``kinds`` means many.
    """

    kinds: frozenset[str]
    records: frozenset[str]


Listener = Callable[[Changed], None]


class Finding(NamedTuple):
    """What an audit found of one record, and what was done about it (``cases.auditing`` has the codes)."""

    time_ms: int
    record_type: str
    record_id: str
    code: str


class Hit(msgspec.Struct, frozen=True):
    """One answer of the search.

    ``state`` is a case's state, None for a citizen; ``subtitle`` a birth date and commune, or a procedure id.
    """

    record_type: str
    record_id: str
    title: str
    subtitle: str
    state: str | None


class Claim(msgspec.Struct, frozen=True):
    """One of the values of a contested field, with who said so and when (hybrid clock, ms since the epoch, UTC).

    Attributes:
        own: written on this computer.
        seen: the value that its author had before their eyes, None for an empty field; it is known with ``has_seen``.
        base: the central number up to which its author had seen the record.
    """

    value: str | None
    event: EventId
    agent: str
    agent_name: str
    time_ms: int
    own: bool = False
    seen: str | None = None
    has_seen: bool = False
    base: int = 0


class Contested(msgspec.Struct, frozen=True):
    """A field with two unseen, different values; ``claims[0]`` is the one shown."""

    field: str
    claims: tuple[Claim, ...]


class CaseRow(msgspec.Struct, frozen=True):
    """A case in a list. ``pending`` and ``contested`` count events not yet accused and fields to settle."""

    id: str
    tracking_code: str
    procedure: str
    procedure_version: str
    citizen: str
    citizen_name: str
    state: str
    updated_ms: int
    pending: int
    contested: int
    agent: str
    agent_name: str
    submitted_ms: int | None

    @property
    def key(self) -> CaseKey:
        """Where the next page of a list goes on after this row."""
        return CaseKey(self.updated_ms, self.id)


class CaseKey(NamedTuple):
    """Place of a case in the list, newest activity first."""

    updated_ms: int
    id: str


class CitizenKey(NamedTuple):
    """Place of a citizen in the alphabetical list."""

    sort: str
    id: str


class CitizenRow(msgspec.Struct, frozen=True):
    """A citizen in a list."""

    id: str
    family_name: str
    given_names: str
    birth_date: str
    commune: str
    phone: str
    updated_ms: int
    pending: int
    contested: int
    sort: str = ""

    @property
    def key(self) -> CitizenKey:
        return CitizenKey(self.sort, self.id)


class CitizenView(msgspec.Struct, frozen=True):
    """A citizen as the screens show them. ``base`` is what the caller passes back with an edit.

    Attributes:
        cases: of the citizen and of those ``alike``.
        stands_for: the citizen to read instead: itself, or the one that its link leads to.
        alike: every other record that is said to be the same person.
    """

    id: str
    fields: Mapping[str, str | None]
    base: int
    cases: tuple[CaseRow, ...]
    contested: tuple[Contested, ...]
    pending: int
    stands_for: str = ""
    alike: tuple[str, ...] = ()


class Note(msgspec.Struct, frozen=True):
    """An append-only remark."""

    event: EventId
    agent: str
    agent_name: str
    time_ms: int
    text: str


class Decision(msgspec.Struct, frozen=True):
    """The last step of the case that a person explained.

    Its target state, reasons and message to the citizen or agent.
    """

    state: str
    reasons: str
    message: str
    agent: str
    agent_name: str
    time_ms: int


class Proposal(msgspec.Struct, frozen=True):
    """A decision that somebody proposes who has no right to take it; the newest first where there are several."""

    decision: str
    reasons: str
    event: EventId
    agent: str
    agent_name: str
    time_ms: int


class Notice(msgspec.Struct, frozen=True):
    """A decision that the citizen was given on paper.

    Attributes:
        on: the day, ISO 8601; ``how``: in words.
        holds: False once a person said that it holds no more.
    """

    decision: str
    on: str
    how: str
    event: EventId
    agent: str
    agent_name: str
    time_ms: int
    holds: bool


class CaseView(msgspec.Struct, frozen=True):
    """A case as the screens show it.

    Attributes:
        answers: question path -> stored text (None: cleared). Rows that were removed keep only their marker (None).
        fields: every other field of the record (``CASE_FIELDS``).
        computed: path -> value that the form had calculated when the case was last handed in.
        base: what the caller passes back with an act on this case.
        decision: the last transition that carried reasons or a message, None before any.
        stands_for, alike: see ``CitizenView``.
        proposals, notices: decisions that were proposed, and that the citizen holds on paper.
    """

    id: str
    procedure: str
    version: str
    citizen: str
    citizen_name: str
    state: str
    answers: Mapping[str, str | None]
    fields: Mapping[str, str | None]
    computed: Mapping[str, str]
    contested: tuple[Contested, ...]
    base: int
    notes: tuple[Note, ...]
    tracking_code: str
    decision: Decision | None
    agent: str
    agent_name: str
    pending: int
    created_ms: int
    updated_ms: int
    submitted_ms: int | None
    stands_for: str = ""
    alike: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    notices: tuple[Notice, ...] = ()


class HistoryEntry(msgspec.Struct, frozen=True):
    """One event of a record's history, oldest first.

    Attributes:
        central_seq: its number in the stream, None while pending.
        state: ``pending``, ``accepted``, ``merged``, ``contested``, ``parked`` or ``quarantined``.
        body: the event's own fields; None once erased by law or when damaged.
        code: why it is parked or quarantined, else empty.
    """

    event: EventId
    kind: str
    agent: str
    agent_name: str
    time_ms: int
    central_seq: int | None
    state: str
    body: Mapping[str, object] | None
    code: str
    details: Mapping[str, str] = msgspec.field(default_factory=dict)


class ParkedEvent(msgspec.Struct, frozen=True):
    """An event that waits for a person, with the reason."""

    event: EventId
    record_type: str
    record_id: str
    kind: str
    time_ms: int
    state: str
    code: str
    details: Mapping[str, str]


class SnapshotProgress(NamedTuple):
    """How far a snapshot has come.

    Attributes:
        wanted: hash of the chunk to ask for next.
        share: of its bytes that are here, 0 to 1.
        own_ready: the own caseload is in the lists.
    """

    stream: str
    central_seq: int
    epoch: int
    wanted: str
    share: float
    own_ready: bool


class ContestedItem(msgspec.Struct, frozen=True):
    """A contested field in the queue of what this office has to settle.

    Attributes:
        case: the case to open, the newest one for a field of a citizen; empty for a citizen without any.
        claims: the first is shown meanwhile. base: what the caller passes back with ``settle``.
        since_ms: when the second of the values was written.
        mine: one of the values is this agent's: these come first.
        can_settle: False: it is a supervisor's, as the case is closed or is about a decision.
        can_type: another value than those of the claims may be given; False: one of them is to be chosen.
        decided: the case is decided: what waits is the supervisor's at once, and the decision stands meanwhile.
    """

    record_type: str
    record: str
    case: str
    citizen_name: str
    procedure: str
    procedure_version: str
    field: str
    claims: tuple[Claim, ...]
    base: int
    since_ms: int
    mine: bool
    can_settle: bool = True
    can_type: bool = True
    decided: bool = False


class ParkedItem(msgspec.Struct, frozen=True):
    """An event of this computer that waits for a person.

    Attributes:
        state: ``parked``, or ``quarantined`` when it was damaged on the disk.
        body: what it says; None when that cannot be read.
        texts: the fields that it sets: what ``resend`` may change.
        base: what the caller passes back with ``adopt`` and ``resend``.
        actions: ``adopt``, ``resend``, ``withdraw``: what may be done about it here.
        tried: the code with which an earlier attempt was refused, else empty.
    """

    event: EventId
    record_type: str
    record: str
    case: str
    citizen_name: str
    procedure: str
    procedure_version: str
    state: str
    code: str
    details: Mapping[str, str]
    kind: str
    body: Mapping[str, object] | None
    texts: Mapping[str, str | None]
    agent_name: str
    time_ms: int
    base: int
    actions: tuple[str, ...]
    tried: str


class Troubles(msgspec.Struct, frozen=True):
    """What this workspace tells central of itself, for the supervisors: as in ``SyncStatus``.

    Attributes:
        forked_ms: 0 for never.
        clock_off_ms: 0 unless the clock is wrong enough to be set right.
    """

    alarm: str
    forked_ms: int
    clock_off_ms: int


class SyncStatus(msgspec.Struct, frozen=True):
    """Where this workspace stands with the central service.

    ``pending`` counts events; ``pending_cases`` and ``pending_citizens`` the records that they touch.

    Attributes:
        accepted: own events that central has given a receipt for and that no backup of it holds yet.
        backed_up: own events that a backup of central holds, as its newest signed word says.
        clock_off_ms: how far this computer's clock was behind central's at the last contact; negative: ahead.
        forked_ms: when this device last went on in a new chain, because it was restored or copied; None: never.
        snapshot_share: how much of a first caseload has arrived, 0 to 1; None when none is under way.
        own_caseload_ready: the agent's own cases are here, whatever still comes.
        alarm: code of what central said that cannot be true (``log.inconsistent``, ``log.missing``), empty for nothing.
    """

    pending: int
    pending_cases: int
    pending_citizens: int
    oldest_pending_ms: int | None
    last_contact_ms: int | None
    parked: int
    contested: int
    sync_state: str
    accepted: int = 0
    backed_up: int = 0
    clock_off_ms: int = 0
    forked_ms: int | None = None
    snapshot_share: float | None = None
    own_caseload_ready: bool = True
    alarm: str = ""
