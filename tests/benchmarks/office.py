"""One office's log as the central service holds it: every event by its agent's device, numbered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from cases import merge
from cases.events import EventId, body_bytes, decode_body
from cases.frames import compress
from cases.ids import uuid7
from cases.merge import SeenEvent
from cases.ports import Ports
from cases.views import Identity
from cases.workspace import Workspace
from central.storage import StoredRecord
from central.whole import groups, packed
from sync.columns import PageEvent, pack_page
from sync.exchanges import check_news
from sync.messages import PAGE_EVENTS_MAX, ChunkEntry, ExchangeReply, SnapshotManifest, StreamNews
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
    seq: int = 0


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
        self._devices = [_Device(token(16).hex(), token(16).hex(), f"Agent {number}") for number in range(AUTHORS)]
        self.identity = replace(self.identity, agent=self._devices[AUTHORS // 2].agent)

    def new_id(self) -> str:
        """Return a record identity of now."""
        return uuid7(self.now_ms, self._randomness)

    def author_of(self, answers: Mapping[str, str]) -> int:
        """Return the number of the agent that a generated record names."""
        return int(answers["/dossier/agent"].removeprefix("agent"))

    def event(self, author: int, record_type: str, record_id: str, kind: str, body: Mapping[str, object]) -> PageEvent:
        """Return the next event of the stream."""
        device = self._devices[author]
        device.seq += 1
        self.head += 1
        self.now_ms += PAUSE_MS
        return PageEvent(
            self.head, device.id, 1, device.seq, device.agent, device.name, record_type, record_id, kind,
            self.head - 1, self.now_ms, body_bytes(dict(body)), None,
        )  # fmt: skip

    def citizen(self, author: int, fields: Mapping[str, str]) -> PageEvent:
        """Return the event that records a new citizen."""
        return self.event(author, "citizen", self.new_id(), "set", fields)

    def case(self, author: int, citizen: str, answers: Mapping[str, str]) -> PageEvent:
        """Return the event that opens a case with its answers."""
        about = {
            "procedure": PROCEDURE,
            "procedure_version": VERSION,
            "citizen": citizen,
            "office": self.identity.office,
            "agent": self._devices[author].agent,
        }
        return self.event(author, "case", self.new_id(), "set", {**about, **answers})

    def submitted(self, author: int, case: str) -> PageEvent:
        """Return the event that hands a case in."""
        return self.event(author, "case", case, "status", {"from": "draft", "to": "submitted"})

    def replies(self, events: Iterator[PageEvent]) -> Iterator[ExchangeReply]:
        """Yield the events as central answers exchanges from the start: full pages, then the rest."""
        page: list[PageEvent] = []
        ahead = next(events, None)
        while ahead is not None:
            page.append(ahead)
            ahead = next(events, None)
            if len(page) == PAGE_EVENTS_MAX or ahead is None:
                news = StreamNews(page[-1].central_seq, ahead is not None, pack_page(page))
                yield ExchangeReply(page[-1].time, self.identity.epoch, streams={self.identity.stream: news})
                page = []


class OfficeSnapshot(NamedTuple):
    """A snapshot as central serves it: the manifest, and its chunks by name."""

    manifest: SnapshotManifest
    chunks: dict[str, bytes]


def packed_snapshot(office: Office, events: Iterator[PageEvent]) -> OfficeSnapshot:
    """Return the office's records as central packs them, the identity's agent's first."""
    records: dict[str, StoredRecord] = {}
    names: dict[str, str] = {}
    for event in events:
        names[event.agent] = event.agent_name
        known = records.get(event.record_id)
        state = merge.EMPTY if known is None else merge.from_json(known.state)
        seen = SeenEvent(
            EventId(event.device, event.incarnation, event.seq), event.agent, event.kind, event.base, event.time,
            decode_body(event.body), event.central_seq,
        )  # fmt: skip
        state = merge.apply(state, seen)
        submitted = event.time if state.value(merge.STATE) == "submitted" else None
        created = event.time if known is None else known.created_ms
        records[event.record_id] = StoredRecord(
            event.record_type, event.record_id, merge.to_json(state), event.central_seq, created, event.time, submitted,
            event.agent,
        )  # fmt: skip
    ordered = sorted(records.values(), key=lambda one: (one.agent, one.record_type != "citizen", one.record_id))
    entries: list[ChunkEntry] = []
    chunks: dict[str, bytes] = {}
    for group in groups(iter(ordered)):
        data = compress(packed(group, lambda agents: {agent: names[agent] for agent in sorted(agents)}))
        name = hashlib.sha256(data).hexdigest()
        chunks[name] = data
        entries.append(
            ChunkEntry(name, len(data), len(group), any(one.agent == office.identity.agent for one in group))
        )
    entries.sort(key=lambda entry: not entry.own)
    identity = office.identity
    return OfficeSnapshot(
        SnapshotManifest(identity.stream, office.head, identity.epoch, office.now_ms, entries), chunks
    )


def caseload(
    office: Office, cases: int, *, citizens: int | None = None, records: Records | None = None
) -> Iterator[PageEvent]:
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


def fill(workspace: Workspace, office: Office, events: Iterator[PageEvent]) -> None:
    """Take the events into a workspace by the way that news take."""
    for reply in office.replies(events):
        news = check_news(reply, workspace.cursors(), office.identity)
        workspace.apply_news(news, epoch=reply.epoch, central_time_ms=reply.time)


def filled(directory: Path, cases: int, *, ports: Ports | None = None, records: Records | None = None) -> Workspace:
    """Return a new workspace that holds an office's whole log. The caller closes it."""
    office = Office()
    workspace = Workspace.create(directory, PASSPHRASE, ports=ports or make_ports())
    workspace.enrolled(office.identity)
    fill(workspace, office, caseload(office, cases, records=records))
    return workspace
