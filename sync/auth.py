"""The device's side of OAuth: a short access token for an assertion, and every request signed by the device's key.

A copied token is worth nothing elsewhere. The service's nonces take the place of clocks at the token request, and a
counter in every other: a refused nonce comes with a new one and the request is simply made again. An answer that the
service did not sign is no answer, whoever gave it (ADR 8).
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from cases.clock import Clock
from cases.errors import InputError, NetworkFault, NotPermittedError
from cases.ids import Randomness
from cases.views import Identity
from sync.dpop import NONCE_REQUIRED, make_assertion, make_proof
from sync.messages import ANSWER_BYTES_MAX, JWT_BEARER, TokenReply
from sync.problems import problem_of, refusal
from sync.signing import SIGNATURE_HEADER, TOKEN_EXPIRED, TOKEN_TYPE, answer_signed, authorization, mark_of
from sync.transport import ALTERED, ANSWER_TIMEOUT_S, CUT, Response, Transport
from sync.wire import decode, unwrapped

TOKEN_PATH = "/oauth/token"
RENEW_BEFORE_S = 60.0
"""A token is renewed this long before its end, so that it does not end under way on a slow line."""


T = TypeVar("T")


class DeviceKey(Protocol):
    """What signs for the device; a workspace is one."""

    def device_public_key(self) -> str: ...

    def sign(self, data: bytes) -> str: ...


class Credentials:
    """The token, its counter and the newest nonce of one device at one service. Any thread.

    Args:
        key: signs for the device.
        identity: who the device is, where its service is, and by which key that one signs.
        clock, randomness: see ``cases.ports``.
    """

    def __init__(self, key: DeviceKey, identity: Identity, clock: Clock, randomness: Randomness) -> None:
        self._key = key
        self._device = identity.device
        self._service_key = identity.service_key
        self._server_url = identity.server_url.rstrip("/")
        self._clock = clock
        self._randomness = randomness
        self._lock = threading.RLock()
        self._token = ""
        self._token_ends_s = 0.0
        self._counter = 0
        self._nonce = ""

    def handshake(self, transport: Transport) -> None:
        """Make sure that there is a token which lives a while longer; asks the service only when there is none.

        Raises:
            NetworkFault, NotPermittedError: as the service or the way to it says.
        """
        with self._lock:
            if not self._token or self._clock.monotonic_s() > self._token_ends_s - RENEW_BEFORE_S:
                self._fetch_token(transport)

    def request(
        self,
        transport: Transport,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> Response:
        """Make a signed request and return its successful answer, which the service signed.

        Raises:
            NetworkFault: ``network.altered``: the answer is not the service's own; and see ``sync.problems.refusal``.
            NotPermittedError, RejectedError: see ``sync.problems.refusal``.
        """
        for last_try in (False, True):
            self.handshake(transport)
            token, counter = self._next_number()
            shown = authorization(self._key.sign, method=method, target=path, token=token, counter=counter, body=body)
            signed = {**(headers or {}), "Authorization": shown}
            answer = transport.request(method, path, body, signed, timeout_s=timeout_s)
            response = self._genuine(answer, {"authorization": shown})
            if response.status < 400:
                return response
            if last_try or problem_of(response).code != TOKEN_EXPIRED:
                break
            self._forget(token)
        raise refusal(response)

    def _next_number(self) -> tuple[str, int]:
        with self._lock:
            self._counter += 1
            return self._token, self._counter

    def _genuine(self, response: Response, shown: Mapping[str, str]) -> Response:
        signature = response.headers.get(SIGNATURE_HEADER.lower(), "")
        if not answer_signed(self._service_key, mark_of(shown), response.status, response.body, signature):
            raise NetworkFault(ALTERED, status=response.status)
        return response

    def _fetch_token(self, transport: Transport) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for _attempt in range(2):
            assertion = make_assertion(
                self._key.sign, self._device, nonce=self._nonce, jti=self._jti(), issued_s=self._now_s()
            )
            body = urlencode({"grant_type": JWT_BEARER, "assertion": assertion}).encode()
            proof = self._proof("POST", TOKEN_PATH)
            answer = transport.request("POST", TOKEN_PATH, body, {**headers, "DPoP": proof})
            response = self._learn(self._genuine(answer, {"dpop": proof}))
            if response.status < 400:
                self._keep(read_answer(response, TokenReply))
                return
            if problem_of(response).code != NONCE_REQUIRED:
                break
        raise refusal(response)

    def _keep(self, reply: TokenReply) -> None:
        if reply.token_type != TOKEN_TYPE:
            raise NotPermittedError("auth.token_type")
        self._token = reply.access_token
        self._counter = 0
        self._token_ends_s = self._clock.monotonic_s() + reply.expires_in

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token == token:
                self._token = ""

    def _learn(self, response: Response) -> Response:
        nonce = response.headers.get("dpop-nonce")
        if nonce:
            with self._lock:
                self._nonce = nonce
        return response

    def _proof(self, method: str, path: str) -> str:
        return make_proof(
            self._key.sign,
            self._key.device_public_key(),
            method=method,
            url=self._server_url + path,
            nonce=self._nonce,
            jti=self._jti(),
            issued_s=self._now_s(),
        )

    def _jti(self) -> str:
        return base64.urlsafe_b64encode(self._randomness.token(15)).decode()

    def _now_s(self) -> int:
        return self._clock.now_ms() // 1000


def read_answer(response: Response, expected: type[T]) -> T:
    """Return the message in a successful answer.

    Raises:
        NetworkFault: ``network.cut`` when it is not whole or not the expected message: nothing of it is used.
    """
    try:
        return decode(
            response.body, expected, encoding=response.headers.get("content-encoding", ""), limit=ANSWER_BYTES_MAX
        )
    except InputError as error:
        raise NetworkFault(CUT, reason=error.code) from error


def read_bytes(response: Response) -> bytes:
    """Return the bytes of a successful answer that holds no message. NetworkFault ``network.cut`` as above."""
    try:
        return unwrapped(response.body, encoding=response.headers.get("content-encoding", ""), limit=ANSWER_BYTES_MAX)
    except InputError as error:
        raise NetworkFault(CUT, reason=error.code) from error
