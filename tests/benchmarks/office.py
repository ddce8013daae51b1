"""One office's log as the central service holds it: every event by its agent's device, chained, salted and numbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cases.events import CHAIN_START, Header, body_bytes, body_digest, header_hash, salt_from_seed, salt_seed
from cases.ids import uuid7
from cases.ports import Ports
from cases.views import Identity
from cases.workspace import Workspace
from sync.messages import PAGE_EVENTS_MAX, Page, PulledEvent
from tests.benchmarks.records import AUTHORS, Records
from tests.support.workspaces import PASSPHRASE, START_MS, SeededRandomness, make_identity, make_ports

PROCEDURE = "apa"
VERSION = "5e" * 32
DRAFT_EACH = 50
"""One case in so many is still a draft, where statuses are written at all."""
PAUSE_MS = 47_000
"""Between two acts of the office."""


@dataclass
class _Device:
    """Where one agent's chain stands."""

    id: str
    agent: str
    name: str
    secret: bytes
    seq: int = 0
    prev: str = CHAIN_START


@dataclass
class Office:
    """Makes an office's events in the order of its stream. The same for the same seed."""

    identity: Identity = field(default_factory=lambda: make_identity(server_url="http://127.0.0.1:9"))
    seed: int = 1
    head: int = 0
    now_ms: int = START_MS

    def __post_init__(self) -> None:
        self._randomness = SeededRandomness(self.seed)
        token = self._randomness.token
        self._devices = [
            _Device(token(16).hex(), token(16).hex(), f"Agent {number}", token(32)) for number in range(AUTHORS)
        ]

    def new_id(self) -> str:
        """Return a record identity of now."""
        return uuid7(self.now_ms, self._randomness)

    def author_of(self, answers: Mapping[str, str]) -> int:
        """Return the number of the agent that a generated record names."""
        return int(answers["/dossier/agent"].removeprefix("agent"))

    def event(
        self, author: int, record_type: str, record_id: str, kind: str, body: Mapping[str, object]
    ) -> PulledEvent:
        """Return the next event of the stream."""
        device = self._devices[author]
        device.seq += 1
        self.head += 1
        self.now_ms += PAUSE_MS
        data = body_bytes(dict(body))
        salt = salt_from_seed(salt_seed(device.secret, 1, device.seq), device.seq)
        header = Header(
            1, self.identity.tenant, device.id, 1, device.seq, device.prev, device.agent, record_type, record_id, kind,
            self.head - 1, self.now_ms, body_digest(data, salt),
        )  # fmt: skip
        event = PulledEvent(
            self.head, device.id, 1, device.seq, device.agent, device.name, record_type, record_id, kind, header.base,
            self.now_ms, device.prev, header.digest, salt.hex(), msgspec.Raw(data),
        )  # fmt: skip
        device.prev = header_hash(header)
        return event

    def citizen(self, author: int, fields: Mapping[str, str]) -> PulledEvent:
        """Return the event that records a new citizen."""
        return self.event(author, "citizen", self.new_id(), "set", fields)

    def case(self, author: int, citizen: str, answers: Mapping[str, str]) -> PulledEvent:
        """Return the event that opens a case with its answers."""
        about = {
            "procedure": PROCEDURE,
            "procedure_version": VERSION,
            "citizen": citizen,
            "office": self.identity.office,
            "agent": self._devices[author].agent,
        }
        return self.event(author, "case", self.new_id(), "set", {**about, **answers})

    def submitted(self, author: int, case: str) -> PulledEvent:
        """Return the event that hands a case in."""
        return self.event(author, "case", case, "status", {"from": "draft", "to": "submitted"})

    def pages(self, events: Iterator[PulledEvent]) -> Iterator[Page]:
        """Yield the events as central answers pulls from the start: full pages, then the rest."""
        page: list[PulledEvent] = []
        ahead = next(events, None)
        while ahead is not None:
            page.append(ahead)
            ahead = next(events, None)
            if len(page) == PAGE_EVENTS_MAX or ahead is None:
                stream = self.identity.stream
                more = ahead is not None
                yield Page({stream: page}, {stream: page[-1].central_seq}, more, self.identity.epoch, page[-1].time)
                page = []


def caseload(
    office: Office, cases: int, *, citizens: int | None = None, records: Records | None = None
) -> Iterator[PulledEvent]:
    """Yield an office's whole log: citizens, each case of one of them, nearly all handed in.

    Args:
        citizens: those without a case included; 3 for 2 cases unless told.
        records: where their texts come from.
    """
    texts = records or Records()
    total = citizens if citizens is not None else cases * 3 // 2
    opened = 0
    for made in range(1, total + 1):
        answers = texts.answers()
        author = office.author_of(answers)
        citizen = office.citizen(author, texts.citizen())
        yield citizen
        if opened * total < made * cases and opened < cases:
            opened += 1
            case = office.case(author, citizen.record_id, answers)
            yield case
            if opened % DRAFT_EACH:
                yield office.submitted(author, case.record_id)


def fill(workspace: Workspace, office: Office, events: Iterator[PulledEvent]) -> None:
    """Take the events into a workspace by the way that pulled pages take."""
    for page in office.pages(events):
        workspace.apply_page(page.events, page.cursors, epoch=page.epoch, central_time_ms=page.time)


def filled(directory: Path, cases: int, *, ports: Ports | None = None, records: Records | None = None) -> Workspace:
    """Return a new workspace that holds an office's whole log. The caller closes it."""
    office = Office()
    workspace = Workspace.create(directory, PASSPHRASE, ports=ports or make_ports())
    workspace.enrolled(office.identity)
    fill(workspace, office, caseload(office, cases, records=records))
    return workspace
