"""The central service as the client sees it: one method for each of its calls, messages in, messages out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from cases.errors import RejectedError
from cases.treelog import SignedReceipt
from sync.auth import Credentials, read_answer, read_bytes
from sync.clockcheck import HEALTH_PATH
from sync.messages import (
    API,
    WAIT_SECONDS_MAX,
    AuditReply,
    AuditRequest,
    EnrolReply,
    EnrolRequest,
    ExchangeReply,
    Head,
    ProcedureList,
    ProcedureSummary,
    PulledEvent,
    ReceiptProof,
    RecordHistory,
    RecordsRequest,
    SnapshotManifest,
)
from sync.problems import refusal
from sync.sealed import EnvelopesReply, EnvelopesRequest
from sync.transport import ANSWER_TIMEOUT_S, Response, Transport
from sync.wire import ENCODING, JSON_TYPE, compress, encode

T = TypeVar("T")
_ENROL_HEADERS = {"Content-Type": JSON_TYPE, "Content-Encoding": ENCODING}
_COMPRESSED = {"Content-Encoding": ENCODING}
_COMPRESS_FROM_BYTES = 400
"""Below this a frame's own bytes cost more than they save."""
HISTORY_PAGES_MAX = 100
"""More is no history: it would fill this computer's memory."""
_POLL_GRACE_S = 15.0
"""How much longer than the agreed wait a long poll may stay silent."""


class CentralClient:
    """Calls of one device. One thread at a time for each transport; ``credentials`` may be shared.

    Every method raises NetworkFault, NotPermittedError or RejectedError (see ``sync.problems``).
    """

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        self._transport = transport
        self._credentials = credentials

    def handshake(self) -> None:
        """Hold a token that lives a while longer."""
        self._credentials.handshake(self._transport)

    def health(self) -> Mapping[str, str]:
        """Return the headers of the service's answer to whether it lives; anybody may ask, and nothing is signed."""
        return self._transport.request("HEAD", HEALTH_PATH, b"", {}).headers

    def exchange(self, message: bytes) -> ExchangeReply:
        """Hand over a batch and ask what is new. ``message`` is an encoded ``Exchange``."""
        return self._post("/sync", message, ExchangeReply)

    def snapshot_manifest(self, stream: str) -> SnapshotManifest:
        """Return what a stream's records are packed in."""
        return read_answer(self._get(f"{API}/snapshot?{urlencode({'stream': stream})}"), SnapshotManifest)

    def snapshot_chunk(self, name: str, after: int = 0) -> bytes:
        """Return a chunk as it travels, without its first ``after`` bytes; the caller compares it with its hash."""
        query = f"?after={after}" if after else ""
        return self._get(f"{API}/snapshot/{quote(name, safe='')}{query}").body

    def record_history(self, record: str) -> RecordHistory:
        """Return every event of a record, with all that its header's hash covers; asks page by page.

        Raises:
            RejectedError: ``sync.page_invalid`` (``reason``: ``history``): the service's pages have no end.
        """
        events: list[PulledEvent] = []
        for _page in range(HISTORY_PAGES_MAX):
            after = f"?after={len(events)}" if events else ""
            page = read_answer(self._get(f"{API}/records/{quote(record, safe='')}/events{after}"), RecordHistory)
            events += page.events
            if not page.more:
                return RecordHistory(events)
            if not page.events:
                break
        raise RejectedError("sync.page_invalid", reason="history")

    def records(self, ids: list[str]) -> bytes:
        """Return one chunk of these records, as ``cases.snapshot`` packs them (JSON)."""
        return read_bytes(self._send("/records", msgspec.json.encode(RecordsRequest(ids))))

    def receipt_proof(self, receipt: SignedReceipt, size: int) -> ReceiptProof:
        """Ask where a receipt of this device stands in the log, and for the proof under the head of ``size``."""
        query = urlencode({"epoch": receipt.epoch, "time": receipt.time, "size": size})
        return read_answer(self._get(f"{API}/receipts/{receipt.incarnation}/{receipt.seq}/proof?{query}"), ReceiptProof)

    def audit(self, request: AuditRequest) -> AuditReply:
        """Ask which buckets of records differ."""
        return self._post("/audit", msgspec.json.encode(request), AuditReply)

    def wait_for_changes(self, stream: str, after: int, *, wait_s: int = WAIT_SECONDS_MAX) -> Head:
        """Return where the stream is, at once when past ``after``, else after ``wait_s``, and what is on offer."""
        query = urlencode({"stream": stream, "after": after, "wait": wait_s})
        return read_answer(self._get(f"{API}/changes?{query}", timeout_s=wait_s + _POLL_GRACE_S), Head)

    def procedures(self) -> list[ProcedureSummary]:
        """Return the procedures on offer."""
        return read_answer(self._get(f"{API}/procedures"), ProcedureList).procedures

    def procedure_bundle(self, procedure: str, version: str) -> bytes:
        """Return a procedure's bundle as published; the caller compares it with its version."""
        path = f"{API}/procedures/{quote(procedure, safe='')}/{quote(version, safe='')}"
        return read_bytes(self._get(path))

    def envelopes(self, request: EnvelopesRequest) -> EnvelopesReply:
        """Forward sealed envelopes; one answer for each, in their order."""
        return self._post("/envelopes", msgspec.json.encode(request), EnvelopesReply)

    def _get(self, path: str, *, timeout_s: float = ANSWER_TIMEOUT_S) -> Response:
        return self._credentials.request(self._transport, "GET", path, timeout_s=timeout_s)

    def _post(self, path: str, message: bytes, expected: type[T]) -> T:
        return read_answer(self._send(path, message), expected)

    def _send(self, path: str, message: bytes) -> Response:
        body, headers = message, dict[str, str]()
        if len(message) >= _COMPRESS_FROM_BYTES:
            body, headers = compress(message), _COMPRESSED
        return self._credentials.request(self._transport, "POST", f"{API}{path}", body, headers)


def enrol(transport: Transport, request: EnrolRequest) -> EnrolReply:
    """Trade a one-time code for the device's identity. Safe to repeat with the same code and key.

    Raises:
        NetworkFault, NotPermittedError (``enrol.wrong_code``…), RejectedError.
    """
    answer = transport.request("POST", f"{API}/enrol", encode(request), _ENROL_HEADERS)
    if answer.status >= 400:
        raise refusal(answer)
    return read_answer(answer, EnrolReply)
