"""What crosses the network: one definition for both ends.

Bodies are JSON, compressed with zstd when the request or answer says ``Content-Encoding: zstd``. Times are milliseconds
since the Unix epoch, UTC. Binary values are lower-case hexadecimal. Unknown fields are ignored, so that a newer end
can add some; array-like structs grow only at their end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated

import msgspec

from cases.treelog import TreeHead as TreeHead
from cases.treelog import receipt_bytes as receipt_bytes
from cases.verify import head_bytes
from cases.views import DEFAULT_TIMEZONE

PROTOCOL = 1
API = "/api/v1"
BATCH_EVENTS_MAX = 500
EXCHANGE_EVENTS_MAX = 4_000
"""Events of one exchange's batch."""
EXCHANGE_BODY_BYTES_MAX = 4 * 1024 * 1024
"""Bodies of one exchange's batch together; one event alone may always go."""
BODY_BYTES_MAX = 256 * 1024
"""One event's body."""
REQUEST_BYTES_MAX = 8 * 1024 * 1024
"""A request after decompression; a longer one is refused while it is read."""
PAGE_EVENTS_MAX = 2_000
ANSWER_BYTES_MAX = 64 * 1024 * 1024
"""An answer after decompression; a longer one is refused while it is read."""
WAIT_SECONDS_MAX = 25
"""How long GET /changes may be held open."""
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""RFC 7523 section 2.1."""

NUMBER_MAX = 2**53
"""Every number in an answer is between 0 and this: exact in any JSON reader, and in the store."""
Number = Annotated[int, msgspec.Meta(ge=0, le=NUMBER_MAX)]
Counted = Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)]
Stored = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A number that a device wrote and central only passes on: odd ones are shown as such, and stop nothing."""
Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class EnrolRequest(msgspec.Struct, frozen=True):
    """POST /enrol. Sent again with the same key and code it gives the same answer, so a lost answer costs nothing.

    Attributes:
        code: the one-time code, upper case, without spaces or dashes.
        public_key: the device's raw Ed25519 public key, 64 hexadecimal digits.
        device_name: how people call this PC.
        proof: signature by that key over ``enrol_bytes``, 128 hexadecimal digits.
        agent, office: for whom and where this key already works; empty for a new one. A code for somebody else or of
            another office is refused before it is spent.
    """

    code: str
    public_key: str
    device_name: str
    proof: str
    protocol: int = PROTOCOL
    agent: str = ""
    office: str = ""


class EnrolReply(msgspec.Struct, frozen=True):
    """Who this device now is.

    Attributes:
        service_key: raw Ed25519 key, hexadecimal; it verifies every receipt from here on.
        timezone: IANA name of the office's zone.
        intake_key: raw X25519 key, hexadecimal, to which unsent work is sealed; empty from an older service.
    """

    tenant: Number
    tenant_name: str
    office: str
    office_name: str
    agent: str
    agent_name: str
    device: str
    stream: str
    service_key: str
    epoch: Number
    time: Number
    timezone: str = DEFAULT_TIMEZONE
    intake_key: str = ""


class WireEvent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event of a push batch. The rest of its header follows from the batch: what both ends can compute stays."""

    record_type: str
    record_id: str
    kind: str
    base: int
    time: int
    body: msgspec.Raw


class Batch(msgspec.Struct, frozen=True):
    """POST /push: consecutive events of one device, oldest first.

    Attributes:
        first_seq, prev: where the batch hangs on the chain (``prev``: hash of event ``first_seq - 1``).
        salt_seeds: seed of each salt block that the batch touches, in order.
        head: hash of the last event; central recomputes the chain and must arrive at it.
        signature: by the device's key over ``batch_bytes``.
    """

    tenant: int
    device: str
    incarnation: int
    agent: str
    first_seq: int
    prev: str
    salt_seeds: list[str]
    events: list[WireEvent]
    head: str
    signature: str


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """Where one pushed event ended: ``accepted``, ``merged``, ``contested`` or ``parked`` (then with a code).

    ``central_seq`` is its number in the stream; a parked event has one too: it is held, with its reason.
    """

    seq: Counted
    central_seq: Number
    state: str
    code: str = ""
    details: dict[str, str] = {}


class Receipt(msgspec.Struct, frozen=True):
    """Central's signed statement that it durably holds a device's chain up to ``seq`` (hash ``head``)."""

    tenant: Number
    stream: str
    device: str
    incarnation: Number
    seq: Number
    head: str
    central_seq: Number
    epoch: Number
    level: str
    time: Number
    signature: str


class PushReply(msgspec.Struct, frozen=True):
    verdicts: list[Verdict]
    receipt: Receipt
    time: Number


class PulledEvent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event of another device as central holds it. ``body`` is null once erased by law."""

    central_seq: Counted
    device: str
    incarnation: Number
    seq: Counted
    agent: str
    agent_name: str
    record_type: str
    record_id: str
    kind: str
    base: Stored
    time: Stored
    prev: Hash
    digest: Hash
    salt: str
    body: msgspec.Raw
    state: str = "accepted"


class EventColumns(msgspec.Struct, frozen=True, array_like=True):
    """Events by column: what is alike stands together and compresses (see ``sync.columns``).

    Attributes:
        records: the distinct records, each as [record type, identity].
        record: of each event, its place in ``records``.
        kinds, kind: the distinct kinds, and of each event its place there.
        base, time: of each event, the difference to the one before (the first: to 0).
        shapes: the distinct lists of field names that bodies have, in their order.
        shape: of each event, its place in ``shapes``; -1 for a body that is not rebuilt exactly from columns.
        values: of each shape, one column a field, in the order of the events of that shape.
        raw: the bodies of the events of shape -1, in order; null for a body erased by law.
    """

    records: list[tuple[str, str]]
    record: list[int]
    kinds: list[str]
    kind: list[int]
    base: list[int]
    time: list[int]
    shapes: list[list[str]]
    shape: list[int]
    values: list[list[list[str | None]]]
    raw: list[msgspec.Raw]


class SignedBatch(msgspec.Struct, frozen=True):
    """Consecutive events of one device, oldest first, signed over the chain's head (``batch_bytes``).

    Attributes: as ``Batch``; ``events`` by column.
    """

    tenant: int
    device: str
    incarnation: int
    agent: str
    first_seq: int
    prev: str
    salt_seeds: list[str]
    events: EventColumns
    head: str
    signature: str


class Verdicts(msgspec.Struct, frozen=True, array_like=True):
    """Where a batch's events ended.

    Attributes:
        numbers: runs of [first ``seq``, its central number, how many events], in order, covering the batch; both
            numbers grow by one within a run.
        others: verdicts of the events that were not plainly ``accepted``.
    """

    numbers: list[tuple[Counted, Counted, Counted]]
    others: list[Verdict] = []


class Pushed(msgspec.Struct, frozen=True):
    """The answer to a batch."""

    verdicts: Verdicts
    receipt: Receipt


class PageEvents(msgspec.Struct, frozen=True, array_like=True):
    """Events of other devices by column, in the order of the stream. Hashes stay: ``/records/{id}/events`` has them.

    Attributes:
        devices, agents: the distinct devices, and [identity, name] of the distinct agents.
        device, agent: of each event, its place there.
        incarnation: of each event.
        seq, central_seq: of each event, the difference to the one before (the first: to 0).
        events: the rest of their headers, and the bodies.
        states: [place, state] of the events that were not plainly ``accepted``.
    """

    devices: list[str]
    agents: list[tuple[str, str]]
    device: list[int]
    agent: list[int]
    incarnation: list[int]
    seq: list[int]
    central_seq: list[int]
    events: EventColumns
    states: list[tuple[int, str]] = []


class StreamNews(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one stream has after a cursor.

    Attributes:
        cursor: where to go on.
        more: there is more now.
        events: None when there are none.
        enters: records that came into this scope whole, in chunks as ``cases.snapshot`` packs them.
        leaves: records that left it, as [central number, identity]; evicted once nothing of ours is pending there.
    """

    cursor: Number
    more: bool = False
    events: PageEvents | None = None
    enters: list[msgspec.Raw] = []
    leaves: list[tuple[int, str]] = []


class Hello(msgspec.Struct, frozen=True, omit_defaults=True):
    """Said in the first exchange of a session, and when it changes: what this end is and can, and how it stands.

    Attributes:
        protocols: versions of this protocol that it speaks.
        version: of the program.
        capabilities: names; unknown ones are ignored.
        pending, oldest_pending_ms, parked: events that wait here once those of this exchange are in; for the list of
            devices that lag.
        alarm: code of what central said that cannot be true, empty for nothing.
        forked_ms: when it last went on in a new chain, because it was restored or copied; 0: never.
        clock_off_ms: how far its clock is behind central's (negative: ahead), when that is too far; 0 otherwise.
    """

    protocols: list[int]
    version: str = ""
    capabilities: list[str] = []
    pending: Number = 0
    oldest_pending_ms: Number = 0
    parked: Number = 0
    alarm: str = ""
    forked_ms: Number = 0
    clock_off_ms: Stored = 0


class HelloReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """``protocol`` is the newest that both ends speak; none in common is refused with ``protocol.unsupported``."""

    protocol: int
    version: str = ""
    capabilities: list[str] = []


class TreeNews(msgspec.Struct, frozen=True):
    """The newest head, and the proof that the tree of the size asked about is a beginning of it.

    No proof is needed from the empty tree or one of the same size, and none can be given from a larger one.
    """

    head: TreeHead
    proof: list[Hash] = []


class ReceiptProof(msgspec.Struct, frozen=True):
    """GET /receipts/{incarnation}/{seq}/proof: where a receipt stands in the log, and the proof of it under a head.

    Attributes:
        index: of its leaf; -1 while it is in no log, be it that it waits or that there never was such a receipt.
        proof: empty, too, when the log of that size does not reach it yet.
    """

    index: Annotated[int, msgspec.Meta(ge=-1, le=NUMBER_MAX)]
    proof: list[Hash] = []


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """POST /sync: hand over one batch and ask what is new, in one round trip.

    Attributes:
        cursors: stream -> the last central number taken in.
        batch: the oldest events that wait; None when nothing does.
        limit: events of the answer's page at most.
        tree: size of the tree whose head is held; -1 does not ask.
        backed_up: incarnation (as text) -> how far a backed-up receipt is held.
        hello: see ``Hello``.
        epoch: the newest one that this device knows; 0 does not say.
        held: incarnation (as text) -> how far this device holds its own chain, what it sends included. Own events
            beyond that were made by a copy of it and come with the news; when nothing is said, no own event comes.
    """

    cursors: dict[str, int]
    batch: SignedBatch | None = None
    limit: int = PAGE_EVENTS_MAX
    tree: int = -1
    backed_up: dict[str, int] = {}
    hello: Hello | None = None
    epoch: int = 0
    held: dict[str, int] = {}


class ExchangeReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to an exchange. A field that has nothing to say is left out.

    Attributes:
        push: about the batch.
        streams: news of each stream that has any; absent streams stay where they are.
        snapshot: streams that are so far behind that a snapshot should be taken first; no events of them are in here.
        tree: when it was asked for and there is one: none is between a restore and the first head of its epoch.
        backed_up: receipts of level ``backed_up`` that go farther than those held.
        hello: answers a hello.
        held: incarnation (as text) -> how far central holds this device's chain, this batch included; said when the
            epoch asked with is not the present one, so that the device sends again what a restored backup lacks.
        closed: code of why this device's agent has no right here any more: ``right.mandate_ended``,
            ``right.office_changed``. There are no news then, and what was handed over is parked. Empty for an open one.
    """

    time: Number
    epoch: Number
    push: Pushed | None = None
    streams: dict[str, StreamNews] = {}
    snapshot: list[str] = []
    tree: TreeNews | None = None
    backed_up: list[Receipt] = []
    hello: HelloReply | None = None
    held: dict[str, Number] = {}
    closed: str = ""


class ChunkEntry(msgspec.Struct, frozen=True, array_like=True):
    """One chunk of a snapshot: ``hash`` is the SHA-256 of its bytes as they travel, ``own`` holds the asker's cases."""

    hash: Hash
    bytes: Counted
    records: Number
    own: bool = False


class SnapshotManifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """GET /snapshot?stream=: a stream's records as of ``central_seq``, own caseload first.

    ``leaves``: what left the stream up to there, as in ``StreamNews``: a device that worked before its first contact
    may hold some of it, and what a snapshot lacks says nothing.

    Each chunk is GET /snapshot/{hash}: one zstd frame of the JSON that ``cases.snapshot`` packs, always the same bytes.
    """

    stream: str
    central_seq: Number
    epoch: Number
    time: Number
    chunks: list[ChunkEntry]
    leaves: list[tuple[int, str]] = []


class RecordHistory(msgspec.Struct, frozen=True):
    """GET /records/{id}/events: events of a record in their order, with all that each one's header's hash covers.

    Attributes:
        more: there are others; ``?after=`` the number of events held so far gives them.
    """

    events: list[PulledEvent]
    more: bool = False


class RecordsRequest(msgspec.Struct, frozen=True):
    """POST /records: the answer is one chunk of these records, as of a snapshot's."""

    ids: list[str]


class AuditRequest(msgspec.Struct, frozen=True):
    """POST /audit: whether both ends hold the same, in the records whose identity ends with these prefixes.

    Attributes:
        cursor: up to where the stream was taken in; an audit only means something when that is its head.
        buckets: last two hexadecimal digits of record identities -> ``cases.audit.bucket_digest`` of the records there.
    """

    stream: str
    cursor: Number
    buckets: dict[str, str]


class AuditReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """``differ``: bucket -> record identity -> ``cases.audit.fingerprint``, for the buckets that are not alike."""

    current: bool
    differ: dict[str, dict[str, str]] = {}


class Head(msgspec.Struct, frozen=True):
    """GET /changes: the stream's newest number, as soon as it passes the one asked about.

    ``procedures`` is the ``offer_fingerprint`` of what is on offer now; empty from an older service.
    """

    head: Number
    procedures: str = ""


class TokenReply(msgspec.Struct, frozen=True):
    """POST /oauth/token (RFC 6749 section 5.1). ``token_type`` is ``DPoP``; ``expires_in`` in seconds."""

    access_token: str
    token_type: str
    expires_in: Number


class ProcedureSummary(msgspec.Struct, frozen=True):
    """A published version of a procedure; ``version`` is the hexadecimal SHA-256 of its bundle."""

    id: str
    version: str
    bytes: Number


class ProcedureList(msgspec.Struct, frozen=True):
    procedures: list[ProcedureSummary]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The one error shape (RFC 9457, ``application/problem+json``); ``code`` is stable, the words are the reader's."""

    code: str
    title: str
    status: int
    details: dict[str, str] = {}


_encode = msgspec.json.Encoder().encode


def enrol_bytes(code: str, public_key: str, device_name: str) -> bytes:
    """What an enrolment's proof signs."""
    return b"estafette/enrol/1\x00" + _encode([code, public_key, device_name])


def batch_bytes(batch: Batch | SignedBatch) -> bytes:
    """What a batch's signature covers: the chain head, which covers every event."""
    count = len(batch.events.record) if isinstance(batch, SignedBatch) else len(batch.events)
    last_seq = batch.first_seq + count - 1
    return head_bytes(batch.tenant, batch.device, batch.incarnation, batch.first_seq, last_seq, batch.head)


def offer_fingerprint(offered: Iterable[tuple[str, str]]) -> str:
    """Return what tells one offer of procedures, as (identity, version) pairs, from another."""
    return hashlib.sha256(_encode(sorted(offered))).hexdigest()[:16]


def bundle_version(bundle: bytes) -> str:
    """Return the version name of a procedure's bundle."""
    return hashlib.sha256(bundle).hexdigest()
