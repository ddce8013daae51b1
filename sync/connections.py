"""The sockets of one transport: TLS by the computer's own authorities, tunnels through proxies, and their end."""

from __future__ import annotations

import base64
import contextlib
import http.client
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from cases.errors import EnvironmentFault

BASIC = "basic"
_AGAIN_S = 0.2
_SCHEME = re.compile(r"\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:\s|,|$)")

log = logging.getLogger("estafette.sync.connections")


class TunnelRefused(OSError):
    """A proxy answered CONNECT otherwise than with 2xx, or with a page.

    Attributes:
        status: of its answer.
        schemes: the ways to sign in that it offers, in lower case, each once.
    """

    def __init__(self, status: int, schemes: tuple[str, ...]) -> None:
        super().__init__(f"tunnel refused {status}")
        self.status = status
        self.schemes = schemes


def offered_schemes(values: Iterable[str]) -> tuple[str, ...]:
    """Return the schemes that ``Proxy-Authenticate`` headers name, one header each as servers write it."""
    found = (_SCHEME.match(value) for value in values)
    return tuple(dict.fromkeys(match[1].lower() for match in found if match))


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Return what decides whether a certificate is believed: the operating system's authorities, a company's own among
    them, or those of ``ca_file`` alone. TLS 1.2 at least.

    Raises:
        EnvironmentFault: ``trust.unreadable`` when ``ca_file`` holds no certificates.
    """
    if ca_file is None:
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise EnvironmentFault("trust.unreadable", cause=type(error).__name__) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Connections:
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
        self.wake()

    def wake(self) -> None:
        """End every read and write that is under way."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _shut(connection)

    @contextlib.contextmanager
    def within(self, limit_s: float) -> Iterator[Watch]:
        """End what is under way on these sockets once ``limit_s`` have passed, or since the watch was last ``moved``.

        A socket's own limit is of silence: one byte a minute would keep it waiting for good.
        """
        watch = Watch(self, limit_s)
        thread = threading.Thread(target=watch.keep, name="deadline", daemon=True)
        thread.start()
        try:
            yield watch
        finally:
            watch.end()
            thread.join()


class Watch:
    """The time that is left to an exchange. ``over``: it was ended, so whatever came of it is not whole."""

    def __init__(self, connections: Connections, limit_s: float) -> None:
        self._changed = threading.Condition()
        self._until_s = time.monotonic() + limit_s
        self._ended = False
        self._wake = connections.wake
        self.over = False

    def moved(self, limit_s: float) -> None:
        """Leave so long from now on: something came."""
        with self._changed:
            self._until_s = time.monotonic() + limit_s

    def reads(self, answer: requests.Response) -> None:
        """Take note of whose body is read from here on: one without a length has left its connection already."""

        def shut() -> None:
            # Read to its end, or closed by the other side: there is nobody left to wake.
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                answer.raw.shutdown()

        with self._changed:
            self._wake = shut

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()

    def keep(self) -> None:
        """Watch until the end; what is opened after the time was over is ended as well."""
        with self._changed:
            while not self._ended:
                left_s = self._until_s - time.monotonic()
                if left_s <= 0 or self.over:
                    self.over = True
                    try:
                        self._wake()
                    except Exception as error:
                        # Tried again soon: whoever waits must not do so for good because one try went wrong.
                        log.error("an overdue connection could not be ended cause=%s", type(error).__name__)
                    left_s = _AGAIN_S
                self._changed.wait(left_s)


def _shut(connection: HTTPConnection) -> None:
    """Wake the thread that waits on the connection's socket; it then sees the end of the stream."""
    sock = connection.sock
    if sock is None:
        return
    # The peer or the reading thread closed it first: there is nobody left to wake.
    with contextlib.suppress(OSError):
        _socket_of(sock).shutdown(socket.SHUT_RDWR)


def _socket_of(sock: Any) -> Any:
    """Return what can be shut down: of TLS within an https proxy's TLS, the socket beneath."""
    return sock if hasattr(sock, "shutdown") else sock.socket


def _shut_from_outside(connection: HTTPConnection) -> None:
    """Let what is within an https proxy's TLS be shut down as any socket; the answer's own ``shutdown`` asks for it."""
    sock: Any = connection.sock
    if sock is not None and not hasattr(sock, "shutdown"):
        sock.shutdown = _socket_of(sock).shutdown


class Session(requests.Session):
    """A session that knows nothing of the account's environment, and to which a redirect is an answer like any other.

    Told not to follow one, the library still reads its whole body and takes its address apart: both are whoever's that
    answers in the service's place.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Say that it leads nowhere."""


class Adapter(HTTPAdapter):
    """An adapter whose connections are known to ``Connections``.

    Args:
        connections: of the transport.
        context: decides whom TLS believes; None where no TLS is spoken.
    """

    def __init__(self, connections: Connections, context: ssl.SSLContext | None) -> None:
        self._connections = connections
        self._context = context
        self._passwords: dict[str, tuple[str, str]] = {}
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        fresh = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs, ssl_context=self._context, proxy_ssl_context=self._context)
        if fresh:
            self._watch(manager)
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the verdict to our context; the library would add a list of authorities of its own."""
        conn.cert_reqs = "CERT_REQUIRED"

    def sign_in(self, proxy: str, user: str, password: str) -> None:
        """Show these to the proxy from the next connection on."""
        self._passwords[proxy] = (user, password)
        self._made_anew(proxy)

    def sign_out(self, proxy: str) -> None:
        """Show the proxy nothing any more."""
        del self._passwords[proxy]
        self._made_anew(proxy)

    def _made_anew(self, proxy: str) -> None:
        """A manager keeps the headers that it was made with."""
        manager = self.proxy_manager.pop(proxy, None)
        if manager is not None:
            manager.clear()

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """Say who we are to a proxy, in this header alone: an address with a password in it finds its way into logs."""
        known = self._passwords.get(proxy)
        if known is None:
            return {}
        pair = base64.b64encode(":".join(known).encode()).decode("ascii")
        return {"Proxy-Authorization": f"Basic {pair}"}

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
                _shut_from_outside(self)
                known.opened(self)

            def close(self) -> None:
                known.gone(self)
                super().close()

            def _tunnel(self) -> None:
                # The proxy may be the one that never comes to an end.
                known.opened(self)
                _tunnel(self)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _tunnel(connection: Any) -> None:
    """Ask the proxy for a tunnel. The library's own forgets the headers of a refusal, which say how to sign in.

    Raises:
        TunnelRefused: the proxy said no.
    """
    host, port = connection._tunnel_host, connection._tunnel_port
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = {"Host": place, **connection._tunnel_headers}
    if any(sign in text for text in (place, *headers, *headers.values()) for sign in "\r\n"):
        raise ValueError("control characters in a tunnel's address")
    lines = [f"CONNECT {place} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    connection.send("\r\n".join(lines).encode("latin-1"))
    answer = http.client.HTTPResponse(connection.sock, method="CONNECT")
    try:
        answer.begin()
        # No tunnel has a page: who answers with one answers in the place of the proxy.
        if not 200 <= answer.status < 300 or answer.headers.get("Content-Length", "0") != "0":
            schemes = offered_schemes(answer.headers.get_all("Proxy-Authenticate") or ())
            connection.close()
            raise TunnelRefused(answer.status, schemes)
    finally:
        answer.close()
