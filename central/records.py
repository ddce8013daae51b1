"""What central shows of what it holds: frozen values, without the database. Times are milliseconds UTC."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cases.merge import EMPTY, RecordState
from cases.views import Notice, Proposal

COUNTED_MAX = 1_000
"""Cases of one state are not counted past this: what a page costs must not grow with the log."""


@dataclass(frozen=True)
class Device:
    """An enrolled PC, or the console's own writer of a tenant (then without agent, office and stream).

    ``closed``: why its agent has no right there any more, since ``revoked_ms``; empty for no such reason.
    """

    tenant: int
    device: str
    kind: str
    account: str | None
    office: str | None
    stream: str | None
    public_key: str
    revoked_ms: int | None
    closed: str = ""


def device_of(public_key: str) -> str:
    """Return the name of the device that holds a key (64 hexadecimal digits): 32 of them.

    It follows from the key, so that a service put back to before an enrolment calls the device what its chain does.
    """
    return hashlib.sha256(b"estafette/device/1\x00" + bytes.fromhex(public_key)).hexdigest()[:32]


@dataclass(frozen=True)
class ConsoleSession:
    """Who is signed in to the console. ``office`` is None for a person who answers for every office."""

    tenant: int
    tenant_name: str
    account: str
    name: str
    role: str
    office: str | None


@dataclass(frozen=True)
class Act:
    """An act recorded at central and where it ended; ``event`` is device.incarnation.seq."""

    event: str
    central_seq: int
    state: str
    code: str


@dataclass(frozen=True)
class Hold:
    """A time during which information was awaited and the deadline stood still; ``until_ms`` is None while it lasts."""

    from_ms: int
    until_ms: int | None


@dataclass(frozen=True)
class QueueRow:
    """One case in the queue. ``after`` is where the next page begins: opaque. ``holds``: see ``CaseView``."""

    case: str
    tracking_code: str
    procedure: str
    procedure_version: str
    citizen_name: str
    office_name: str
    agent_name: str
    state: str
    submitted_ms: int | None
    updated_ms: int
    contested: int
    after: str
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True)
class ContestedValue:
    value: str | None
    event: str
    agent_name: str
    time_ms: int


@dataclass(frozen=True)
class ContestedField:
    """A field with several unseen, different values, the shown one first."""

    field: str
    values: tuple[ContestedValue, ...]


@dataclass(frozen=True)
class Decision:
    state: str
    reasons: str
    by: str
    time_ms: int


@dataclass(frozen=True)
class CaseView:
    """One case as merged.

    Attributes:
        answers: values under their question paths (they begin with ``/``).
        fields: every other field but the state.
        base: the stream's head when this was read: what an act that follows has seen.
        last_seq: number of the last event of this case.
        message: the words that came with the last change of state.
        parked: events of this case that wait for a person.
        holds: when the citizen was waited for, by this service's clock.
        proposals: decisions that wait for a supervisor. notices: decisions that the citizen holds on paper.
        merged: the whole, for what only what had been seen tells.
    """

    case: str
    procedure: str
    procedure_version: str
    citizen: str
    citizen_fields: Mapping[str, str | None]
    state: str
    answers: Mapping[str, str | None]
    fields: Mapping[str, str | None]
    contested: tuple[ContestedField, ...]
    base: int
    last_seq: int
    tracking_code: str
    office: str
    office_name: str
    agent_name: str
    submitted_ms: int | None
    state_since_ms: int
    message: str
    decision: Decision | None
    parked: int
    holds: tuple[Hold, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    notices: tuple[Notice, ...] = ()
    merged: RecordState = EMPTY


@dataclass(frozen=True)
class HistoryEntry:
    """One event of a record, in central's order. ``body`` is None once erased by law or when it cannot be read."""

    event: str
    kind: str
    agent_name: str
    time_ms: int
    received_ms: int
    central_seq: int
    state: str
    code: str
    body: Mapping[str, object] | None
    device_kind: str


@dataclass(frozen=True)
class OfficeRow:
    office: str
    name: str


@dataclass(frozen=True)
class AgentRow:
    account: str
    name: str
    office: str
    office_name: str
    devices: int
    ended_ms: int | None = None
    """Since when the mandate is over; None while it lasts."""


@dataclass(frozen=True)
class DeviceRow:
    """One agent's device.

    Attributes:
        revoked_ms: since when it may not sync; None while it may.
        held_seq: how far central holds the chain of its newest incarnation.
        closed: why it is closed (ADR 28); empty for one that is open or was revoked for itself.
        pending: how many acts wait on it, as it said last.
    """

    device: str
    name: str
    agent_name: str
    office: str
    office_name: str
    created_ms: int
    revoked_ms: int | None
    held_seq: int
    closed: str
    pending: int

    @property
    def revoked(self) -> bool:
        """Say whether it was revoked for itself. One that is closed still hands over, and can be revoked."""
        return self.revoked_ms is not None and not self.closed


@dataclass(frozen=True)
class CodeRow:
    agent: str
    agent_name: str
    office: str
    office_name: str
    created_ms: int
    expires_ms: int
    used_ms: int | None


@dataclass(frozen=True)
class EnrolmentCode:
    """A one-time code, shown once: only its hash is kept."""

    code: str
    expires_ms: int


@dataclass(frozen=True)
class ParkedRow:
    event: str
    record_type: str
    record_id: str
    code: str
    details: Mapping[str, str]
    agent_name: str
    parked_ms: int


@dataclass(frozen=True)
class ProcedureRow:
    """The newest published version of a procedure; ``title`` by language."""

    id: str
    version: str
    title: Mapping[str, str]
    published_ms: int
    bytes: int


@dataclass(frozen=True)
class PortalCase:
    """What the holder of a tracking code may see: where the case stands, nothing about persons.

    ``steps`` are the states reached, oldest first, each with its time. ``holds``: see ``CaseView``.
    """

    tenant_name: str
    office_name: str
    procedure: str
    procedure_version: str
    procedure_title: Mapping[str, str]
    state: str
    submitted_ms: int | None
    state_since_ms: int
    message: str
    reasons: str
    decided_ms: int | None
    steps: tuple[tuple[str, int], ...]
    holds: tuple[Hold, ...] = ()
