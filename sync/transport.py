"""Requests to the central service over HTTP, with the outside world's failures turned into ours.

An answer counts only when the service marks it as its own: an HTML page with status 200, a redirect to a sign-in page
or an empty answer is a captive portal and never a success.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from cases.errors import Detail, InputError, NetworkFault
from sync.messages import ANSWER_BYTES_MAX
from sync.signing import SIGNATURE_HEADER
from sync.wire import ENCODING, SERVICE_HEADER, SERVICE_VALUE

CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 60.0
"""Silence of the service after which a request is given up; a slow link that still moves is not silent."""
_PIECE_BYTES = 64 * 1024

UNREACHABLE = "network.unreachable"
CAPTIVE_PORTAL = "network.captive_portal"
TLS = "network.tls"
TIMEOUT = "network.timeout"
ALTERED = "network.altered"
"""The answer is not the service's own: something on the way made it or changed it. Nothing of it was used."""
CUT = "network.cut"
"""The answer ended before its end; nothing of it was used."""


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
            timeout_s: longest silence of the service.

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

    Args:
        server_url: root of the service, e.g. ``https://dossiers.example.fr``. Plain ``http`` only to this very machine.
        ca_file: certificates to trust instead of the usual ones; None for the usual ones.
    """

    def __init__(self, server_url: str, *, ca_file: str | None = None) -> None:
        self._root = checked_url(server_url)
        self._connections = _Connections()
        self._session = requests.Session()
        self._session.auth = _no_auth
        self._session.headers.clear()
        if ca_file is not None:
            self._session.verify = ca_file
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._connections))

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        """See ``Transport.request``."""
        if self._connections.closed:
            raise NetworkFault(UNREACHABLE, reason="closed")
        try:
            with self._session.request(
                method,
                self._root + path,
                data=body or None,
                headers={"Accept-Encoding": ENCODING, **headers},
                timeout=(CONNECT_TIMEOUT_S, timeout_s),
                allow_redirects=False,
                stream=True,
            ) as answer:
                return _own_answer(answer)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _fault(error) from error

    def close(self) -> None:
        """See ``Transport.close``."""
        self._connections.close()
        self._session.close()


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


def own_answer(response: Response) -> Response:
    """Return the response when the service marked it as its own, or something signed it: who, is checked later.

    Raises:
        NetworkFault: ``network.unreachable`` when something before the service says that it is down, else
            ``network.captive_portal``; ``reached`` is false when a page stood in for the service.
    """
    marked = response.headers.get(SERVICE_HEADER.lower()) == SERVICE_VALUE
    if (marked or SIGNATURE_HEADER.lower() in response.headers) and not 300 <= response.status < 400:
        return response
    if response.status in (502, 503, 504):
        raise NetworkFault(UNREACHABLE, status=response.status)
    if response.status >= 500:
        raise NetworkFault(CAPTIVE_PORTAL, status=response.status)
    raise NetworkFault(CAPTIVE_PORTAL, status=response.status, reached=False)


def _own_answer(answer: requests.Response) -> Response:
    """Judge the headers before the body is read: a portal's page is not worth downloading."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    own_answer(Response(answer.status_code, headers))
    pieces: list[bytes] = []
    size = 0
    for piece in answer.raw.stream(_PIECE_BYTES, decode_content=False):
        size += len(piece)
        if size > ANSWER_BYTES_MAX:
            raise NetworkFault(CUT, reason="too_large")
        pieces.append(piece)
    return Response(answer.status_code, headers, b"".join(pieces))


def _fault(error: Exception) -> NetworkFault:
    """Name the cause once, where the library raised it; ``reached`` is false when no request can have left."""
    known: dict[str, Detail] = {"reached": False} if _never_left(error) else {}
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return NetworkFault(TLS, **known)
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


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep ``requests`` from replacing our Authorization header by one from the user's .netrc."""
    return request


class _Connections:
    """The open sockets of one transport, so that ``close`` can end a read that is under way in another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[HTTPConnection] = set()
        self.closed = False

    def opened(self, connection: HTTPConnection) -> None:
        with self._lock:
            if not self.closed:
                self._open.add(connection)
                return
        connection.close()
        raise urllib3.exceptions.NewConnectionError(connection, "transport closed")

    def gone(self, connection: HTTPConnection) -> None:
        with self._lock:
            self._open.discard(connection)

    def close(self) -> None:
        with self._lock:
            self.closed = True
            connections = list(self._open)
        for connection in connections:
            _shut(connection)


def _shut(connection: HTTPConnection) -> None:
    """Wake the thread that waits on the connection's socket; it then sees the end of the stream."""
    sock = connection.sock
    if sock is None:
        return
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The peer or the reading thread closed it first: there is nobody left to wake.
        return


class _Adapter(HTTPAdapter):
    """An adapter whose connections are known to ``_Connections``."""

    def __init__(self, connections: _Connections) -> None:
        self._connections = connections
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        self._watch(manager)
        return manager

    def _watch(self, manager: Any) -> None:
        known = self._connections

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                known.opened(self)

            def close(self) -> None:
                known.gone(self)
                super().close()

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                known.opened(self)

            def close(self) -> None:
                known.gone(self)
                super().close()

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
