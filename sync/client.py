"""The central service as the client sees it: one method for each of its calls, messages in, messages out."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from sync.auth import Credentials, read_answer
from sync.messages import (
    API,
    WAIT_SECONDS_MAX,
    EnrolReply,
    EnrolRequest,
    Head,
    Page,
    ProcedureList,
    ProcedureSummary,
    PullRequest,
    PushReply,
)
from sync.problems import refusal
from sync.transport import Transport
from sync.wire import ENCODING, JSON_TYPE, encode

_MESSAGE_HEADERS = {"Content-Type": JSON_TYPE, "Content-Encoding": ENCODING}
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

    def push(self, message: bytes) -> PushReply:
        """Send a batch already encoded by ``sync.wire``."""
        answer = self._credentials.request(self._transport, "POST", f"{API}/push", message, _MESSAGE_HEADERS)
        return read_answer(answer, PushReply)

    def pull(self, cursors: dict[str, int], limit: int) -> Page:
        """Return up to ``limit`` events after the cursors."""
        message = encode(PullRequest(cursors=cursors, limit=limit))
        answer = self._credentials.request(self._transport, "POST", f"{API}/pull", message, _MESSAGE_HEADERS)
        return read_answer(answer, Page)

    def wait_for_changes(self, stream: str, after: int, *, wait_s: int = WAIT_SECONDS_MAX) -> Head:
        """Return where the stream is, at once when past ``after``, else after ``wait_s``, and what is on offer."""
        query = urlencode({"stream": stream, "after": after, "wait": wait_s})
        answer = self._credentials.request(
            self._transport, "GET", f"{API}/changes?{query}", timeout_s=wait_s + _POLL_GRACE_S
        )
        return read_answer(answer, Head)

    def procedures(self) -> list[ProcedureSummary]:
        """Return the procedures on offer."""
        answer = self._credentials.request(self._transport, "GET", f"{API}/procedures")
        return read_answer(answer, ProcedureList).procedures

    def procedure_bundle(self, procedure: str, version: str) -> bytes:
        """Return a procedure's bundle as published; the caller compares it with its version."""
        path = f"{API}/procedures/{quote(procedure, safe='')}/{quote(version, safe='')}"
        return self._credentials.request(self._transport, "GET", path).body


def enrol(transport: Transport, request: EnrolRequest) -> EnrolReply:
    """Trade a one-time code for the device's identity. Safe to repeat with the same code and key.

    Raises:
        NetworkFault, NotPermittedError (``enrol.wrong_code``…), RejectedError.
    """
    answer = transport.request("POST", f"{API}/enrol", encode(request), _MESSAGE_HEADERS)
    if answer.status >= 400:
        raise refusal(answer)
    return read_answer(answer, EnrolReply)
