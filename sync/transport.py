"""Requests to the central service over HTTP, with the outside world's failures turned into ours.

An answer counts only when the service marks it as its own: an HTML page with status 200, a redirect to a sign-in page
or an empty answer is a captive portal and never a success.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3

from cases.clock import SystemClock
from cases.errors import Detail, InputError, NetworkFault
from sync.clockcheck import HEALTH_PATH, clock_fault, date_ms, is_about_time, timeless
from sync.connections import BASIC, Adapter, Connections, Session, TunnelRefused, Watch, trust
from sync.messages import ANSWER_BYTES_MAX
from sync.pac import PAC_BROKEN, PAC_UNREACHABLE
from sync.proxies import (
    DIRECT,
    PROXY_REFUSED,
    PROXY_SIGN_IN,
    PROXY_UNREACHABLE,
    PROXY_UNSUPPORTED,
    Network,
    Way,
    this_computer,
)
from sync.signing import SIGNATURE_HEADER
from sync.wire import ENCODING, SERVICE_HEADER, SERVICE_VALUE

CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 60.0
"""In which the head of an answer comes, and then each piece of its body: a slow link that still moves is not silent."""
_PIECE_BYTES = 8 * 1024
SLOWEST_BYTES_S = _PIECE_BYTES / ANSWER_TIMEOUT_S
"""What a request goes out at, at least: a mobile line at its worst is several times as fast."""

UNREACHABLE = "network.unreachable"
CAPTIVE_PORTAL = "network.captive_portal"
TLS = "network.tls"
UNTRUSTED = "network.untrusted"
"""The certificate is of an authority that this computer does not know: a company's proxy reads along, or a stranger."""
EXPIRED = "network.certificate_expired"
"""The certificate is out of its time, and this computer's clock is right."""
TIMEOUT = "network.timeout"
ALTERED = "network.altered"
"""The answer is not the service's own: something on the way made it or changed it. Nothing of it was used."""
CUT = "network.cut"
"""The answer ended before its end; nothing of it was used."""
BUSY = "network.busy"
UNSIGNED_WAIT_S_MAX = 300
RETRY_S_MAX = 3600
_OF_THE_WAY = frozenset(
    {UNREACHABLE, TIMEOUT, CAPTIVE_PORTAL, PROXY_UNREACHABLE, PROXY_REFUSED, PROXY_UNSUPPORTED, PAC_BROKEN}
    | {PAC_UNREACHABLE}
)
"""Faults after which another way may lead where this one did not."""
_UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21, 27, 0x800B0109, 0x800B010A, -67843})
"""As OpenSSL, Windows and macOS number them."""
_METHOD_NAMES = {"ntlm": "NTLM", "negotiate": "Negotiate", "digest": "Digest", "kerberos": "Kerberos"}
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_CLOCK = SystemClock()
E = TypeVar("E", bound=BaseException)


@dataclass(frozen=True)
class Response:
    """An answer of the central service: ``headers`` by lower-case name, ``body`` as it travelled (maybe compressed)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Transport(Protocol):
    """One caller at a time asks; ``close`` may come from any thread."""

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        """Return the service's own answer, whatever its status.

        Args:
            method: ``GET`` or ``POST``.
            path: from the service's root, with query; begins with ``/``.
            body: as it travels; empty for none.
            headers: those of this request.
            timeout_s: in which the answer's head comes once the body can have gone out, then each piece of the answer.

        Raises:
            NetworkFault: no answer, or not from the service.
        """
        ...

    def close(self) -> None:
        """End every request under way at once (they raise NetworkFault); later ones raise too. Idempotent."""
        ...


TransportFactory = Callable[[str], Transport]
"""Makes the transport to the service at a URL; raises InputError ``server.url`` or ``server.insecure_url``."""


class RequestsTransport:
    """The transport over ``requests``: one session, so one warm connection.

    Plain ``http`` goes only to this very machine, and straight there. Anything else goes by TLS, on the first way of
    this computer that leads there (``sync.proxies``); a proxy gets a tunnel to open and never sees what goes through.

    Args:
        server_url: root of the service, e.g. ``https://dossiers.example.fr``.
        ca_file: certificates to trust instead of the usual ones; None for the usual ones.
        network: how this computer reaches the outside; None for what its administrator and its system say.
        now_ms: this computer's time, to tell a wrong clock from a bad certificate.
    """

    def __init__(
        self,
        server_url: str,
        *,
        ca_file: str | None = None,
        network: Network | None = None,
        now_ms: Callable[[], int] = _CLOCK.now_ms,
    ) -> None:
        self._root = checked_url(server_url)
        self._ca_file = ca_file
        self._network = network
        self._now_ms = now_ms
        self._connections = Connections()
        self._session: requests.Session | None = None
        self._adapter: Adapter | None = None
        self._ways: tuple[Way, ...] = ()

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        """See ``Transport.request``."""
        if self._connections.closed:
            raise NetworkFault(UNREACHABLE, reason="closed")
        session, adapter = self._opened()
        try:
            return self._by_any_way(session, adapter, _Question(method, path, body, headers, timeout_s))
        except NetworkFault as fault:
            if fault.code in _OF_THE_WAY and self._network is not None:
                # The computer may be in another network by now.
                self._ways = ()
                self._network.forget()
            raise

    def close(self) -> None:
        """See ``Transport.close``."""
        self._connections.close()
        if self._session is not None:
            self._session.close()

    def _opened(self) -> tuple[requests.Session, Adapter]:
        if self._session is None or self._adapter is None:
            self._adapter = Adapter(self._connections, self._trust())
            self._session = _session(self._adapter)
        if not self._ways:
            self._ways = (DIRECT,) if self._network is None else self._network.ways(self._root)
        return self._session, self._adapter

    def _trust(self) -> ssl.SSLContext | None:
        if not self._root.startswith("https:"):
            # This very machine.
            self._network = None
            return None
        self._network = self._network or this_computer()
        return trust(self._ca_file) if self._ca_file is not None else self._network.trust()

    def _by_any_way(self, session: requests.Session, adapter: Adapter, question: _Question) -> Response:
        for place, way in enumerate(self._ways):
            try:
                answer = self._by_way(session, adapter, way, question)
            except NetworkFault as fault:
                if fault.code != PROXY_UNREACHABLE or place == len(self._ways) - 1:
                    raise
                continue
            if place:
                self._ways = (way, *(other for other in self._ways if other is not way))
            return answer
        raise AssertionError("no way")

    def _by_way(self, session: requests.Session, adapter: Adapter, way: Way, question: _Question) -> Response:
        """Ask by one way; where a proxy wants to know who asks, say it once and ask again."""
        try:
            return _asked(session, self._connections, self._root, way, question)
        except _FAILURES as error:
            refused = _cause(error, TunnelRefused)
            if refused is None or refused.status != 407 or self._network is None:
                raise self._fault(error, way) from error
            pair = self._network.credentials(way) if BASIC in refused.schemes else None
            if pair is None:
                raise tunnel_fault(refused, way) from error
        adapter.sign_in(way.proxy, *pair)
        try:
            return _asked(session, self._connections, self._root, way, question)
        except _FAILURES as error:
            refused = _cause(error, TunnelRefused)
            if refused is None or refused.status != 407:
                raise self._fault(error, way) from error
            self._network.refused(way, pair[1])
            adapter.sign_out(way.proxy)
            raise tunnel_fault(refused, way) from error

    def _fault(self, error: Exception, way: Way) -> NetworkFault:
        """Name the cause once, where the library raised it; a certificate out of its time may be our clock's fault."""
        verification = _cause(error, ssl.SSLCertVerificationError)
        if verification is not None and is_about_time(verification):
            return clock_fault(self._service_ms(way), self._now_ms()) or NetworkFault(EXPIRED, reached=False)
        return fault_of(error, way)

    def _service_ms(self, way: Way) -> int | None:
        """Ask the service's time on a connection of its own, over which nothing else goes. None: nobody knows."""
        authorities = self._network.policy.authorities if self._network is not None else None
        adapter = Adapter(self._connections, timeless(self._ca_file or authorities))
        if way.proxy and self._network is not None and (pair := self._network.credentials(way)) is not None:
            adapter.sign_in(way.proxy, *pair)
        with _session(adapter) as session:
            try:
                answer = _asked(
                    session,
                    self._connections,
                    self._root,
                    way,
                    _Question("HEAD", HEALTH_PATH, b"", {}, CONNECT_TIMEOUT_S),
                )
            except (*_FAILURES, NetworkFault):
                return None
        return date_ms(answer.headers)


class _Question(NamedTuple):
    """A request as ``Transport.request`` takes it."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    timeout_s: float


def _session(adapter: Adapter) -> requests.Session:
    """What counts of the account's environment was read by ``sync.proxies``."""
    session = Session()
    session.headers.clear()
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


def _asked(session: requests.Session, connections: Connections, root: str, way: Way, question: _Question) -> Response:
    """Ask, in bounded time however slowly the other end, which may be a stranger, lets its bytes out."""
    limit_s = CONNECT_TIMEOUT_S + question.timeout_s + len(question.body) / SLOWEST_BYTES_S
    with connections.within(limit_s) as watch:
        try:
            answer = _answered(session, root, way, question, watch)
        except (*_FAILURES, NetworkFault) as error:
            if not watch.over:
                raise
            fault = NetworkFault(TIMEOUT)
            fault.received = getattr(error, "received", b"")
            raise fault from error
    if watch.over:
        # What ends with its connection looks whole wherever that is cut.
        raise NetworkFault(TIMEOUT)
    return answer


def _answered(session: requests.Session, root: str, way: Way, question: _Question, watch: Watch) -> Response:
    with session.request(
        question.method,
        root + question.path,
        data=question.body or None,
        headers={"Accept-Encoding": ENCODING, **question.headers},
        timeout=(CONNECT_TIMEOUT_S, question.timeout_s),
        proxies={"https": way.proxy} if way.proxy else {},
        allow_redirects=False,
        stream=True,
    ) as answer:
        watch.reads(answer)
        watch.moved(question.timeout_s)
        return _own_answer(answer, lambda: watch.moved(question.timeout_s))


def checked_url(server_url: str) -> str:
    """Return the service's root without a trailing slash.

    Raises:
        InputError: ``server.url`` when it is no URL of a service, ``server.insecure_url`` for plain http to elsewhere.
    """
    try:
        parts = urlsplit(server_url.strip())
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise InputError("server.url", field="server") from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise InputError("server.url", field="server")
    if parts.scheme == "http" and not is_loopback(host):
        raise InputError("server.insecure_url", field="server")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Say whether ``host`` names this very machine, without asking any resolver."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def retry_after_s(headers: Mapping[str, str]) -> int | None:
    """Return the seconds that ``retry-after`` asks to wait (lower-case name), an hour at most; None for none.

    A date is taken beside the answer's own ``date``: this computer's clock may be wrong.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:8]), RETRY_S_MAX)
    until_ms, now_ms = date_ms({"date": text}), date_ms(headers)
    if until_ms is None or now_ms is None:
        return None
    return min(max(0, (until_ms - now_ms) // 1000), RETRY_S_MAX)


def own_answer(response: Response) -> Response:
    """Return the response when the service marked it as its own, or something signed it: who, is checked later.

    Raises:
        NetworkFault: ``network.unreachable`` when something before the service says that it is down, else
            ``network.captive_portal``; ``reached`` is false when a page stood in for the service.
    """
    marked = response.headers.get(SERVICE_HEADER.lower()) == SERVICE_VALUE
    if (marked or SIGNATURE_HEADER.lower() in response.headers) and not 300 <= response.status < 400:
        return response
    wait_s = retry_after_s(response.headers)
    if response.status in (429, 503) and wait_s is not None:
        # Whoever says so did not sign it: it is believed for a short while only.
        raise NetworkFault(BUSY, retry_after_s=min(wait_s, UNSIGNED_WAIT_S_MAX))
    if response.status in (502, 503, 504):
        raise NetworkFault(UNREACHABLE, status=response.status)
    if response.status >= 500:
        raise NetworkFault(CAPTIVE_PORTAL, status=response.status)
    raise NetworkFault(CAPTIVE_PORTAL, status=response.status, reached=False)


def _own_answer(answer: requests.Response, moved: Callable[[], None]) -> Response:
    """Judge the headers before the body is read: a portal's page is not worth downloading."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    own_answer(Response(answer.status_code, headers))
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in answer.raw.stream(_PIECE_BYTES, decode_content=False):
            size += len(piece)
            if size > ANSWER_BYTES_MAX:
                raise NetworkFault(CUT, reason="too_large")
            pieces.append(piece)
            moved()
    except _FAILURES as error:
        # The way was open and the service answered: what is left to go wrong is the line.
        fault = fault_of(error)
        fault.received = b"".join(pieces) if answer.status_code == 200 else b""
        raise fault from error
    return Response(answer.status_code, headers, b"".join(pieces))


def fault_of(error: Exception, way: Way = DIRECT) -> NetworkFault:
    """Name what a library raised, once; ``reached`` is false when no request can have left."""
    refused = _cause(error, TunnelRefused)
    if refused is not None:
        return tunnel_fault(refused, way)
    never_left = _never_left(error)
    known: dict[str, Detail] = {"reached": False} if never_left else {}
    verification = _cause(error, ssl.SSLCertVerificationError)
    if verification is not None:
        unknown = getattr(verification, "verify_code", 0) in _UNKNOWN_AUTHORITY
        return NetworkFault(UNTRUSTED if unknown else TLS, reached=False)
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return NetworkFault(TLS, **known)
    if way.proxy and never_left:
        return NetworkFault(PROXY_UNREACHABLE, proxy=way.place, reached=False)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return NetworkFault(TIMEOUT, **known)
    if isinstance(
        error,
        requests.exceptions.ChunkedEncodingError
        | requests.exceptions.ContentDecodingError
        | urllib3.exceptions.ProtocolError,
    ):
        return NetworkFault(CUT)
    return NetworkFault(UNREACHABLE, reason=type(error).__name__, **known)


def tunnel_fault(refused: TunnelRefused, way: Way) -> NetworkFault:
    """Name why a proxy opens no tunnel; nothing of a request reached anybody."""
    if refused.status == 407 and BASIC in refused.schemes:
        return NetworkFault(PROXY_SIGN_IN, proxy=way.place, user=bool(way.user), reached=False)
    if refused.status == 407:
        methods = ", ".join(_METHOD_NAMES.get(scheme, scheme) for scheme in refused.schemes) or "?"
        return NetworkFault(PROXY_UNSUPPORTED, proxy=way.place, methods=methods, reached=False)
    if 200 <= refused.status < 400 or refused.status == 511:
        return NetworkFault(CAPTIVE_PORTAL, status=refused.status, reached=False)
    return NetworkFault(PROXY_REFUSED, proxy=way.place, status=refused.status, reached=False)


def _cause(error: BaseException, kind: type[E]) -> E | None:
    """Return the error of a kind that is at the bottom of what the libraries wrapped around it."""
    waiting: list[object] = [error]
    for _step in range(32):
        if not waiting:
            return None
        found = waiting.pop(0)
        if isinstance(found, kind):
            return found
        if isinstance(found, BaseException):
            inner = (getattr(found, name, None) for name in ("reason", "original_error", "__cause__", "__context__"))
            waiting += [one for one in (*found.args, *inner) if isinstance(one, BaseException)]
    return None


def _never_left(error: Exception) -> bool:
    """Say whether there was no connection to send on: no such name, nobody there, or a certificate of somebody else."""
    cause: object = error.args[0] if error.args else None
    if isinstance(cause, urllib3.exceptions.MaxRetryError):
        cause = cause.reason
    if isinstance(cause, urllib3.exceptions.SSLError):
        return bool(cause.args) and isinstance(cause.args[0], ssl.SSLCertVerificationError)
    return isinstance(
        cause,
        urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError | urllib3.exceptions.ProxyError,
    )
