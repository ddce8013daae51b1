"""Answers that drip: a byte now and then must not keep a computer waiting for good. Over real loopback sockets."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cases.errors import NetworkFault
from cases.keys.device_secret import MemoryDeviceSecrets
from sync import pac
from sync.proxies import Network, Policy
from sync.transport import RequestsTransport
from sync.wire import SERVICE_HEADER, SERVICE_VALUE
from tests.support.web_proxies import Authority, TlsFront, WebProxy

HEAD = f"HTTP/1.1 200 OK\r\n{SERVICE_HEADER}: {SERVICE_VALUE}\r\n".encode()
LIMIT_S = 0.6
DRIP_S = 0.1


@contextlib.contextmanager
def serving(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Answer every connection on a loopback port with ``answer``; yield the port's address."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk(taken: socket.socket) -> None:
            with taken, contextlib.suppress(OSError):
                taken.recv(65_536)
                answer(taken, over)

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threads.append(threading.Thread(target=talk, args=[listening.accept()[0]]))
                    threads[-1].start()

        threads.append(threading.Thread(target=take))
        threads[0].start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(10)


def dripping(at_once: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def answer(taken: socket.socket, over: threading.Event) -> None:
        taken.sendall(at_once)
        while not over.wait(DRIP_S):
            taken.sendall(b"a")

    return answer


@pytest.mark.parametrize(
    "at_once",
    [b"HTTP/1.1 200 O", HEAD + b"X-Long: ", HEAD + b"Content-Length: 99999\r\n\r\n", HEAD + b"\r\n"],
    ids=["status", "header", "body", "body without a length"],
)
def test_an_answer_that_drips_is_given_up(at_once: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.transport.CONNECT_TIMEOUT_S", LIMIT_S)
    with serving(dripping(at_once)) as url:
        transport = RequestsTransport(url)
        begun = time.monotonic()
        with pytest.raises(NetworkFault, match=r"network\.timeout"):
            transport.request("GET", "/", b"", {}, timeout_s=LIMIT_S)
        assert time.monotonic() - begun < 20 * LIMIT_S
        transport.close()


def test_a_slow_answer_that_moves_is_waited_for_beyond_the_limit() -> None:
    pieces = 12

    def answer(taken: socket.socket, over: threading.Event) -> None:
        taken.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (pieces * 16_384))
        for _piece in range(pieces):
            taken.sendall(b"x" * 16_384)
            over.wait(2 * LIMIT_S / pieces)

    with serving(answer) as url:
        transport = RequestsTransport(url)
        begun = time.monotonic()
        got = transport.request("GET", "/", b"", {}, timeout_s=LIMIT_S)
        assert len(got.body) == pieces * 16_384
        assert time.monotonic() - begun > LIMIT_S, "longer in all than one limit"
        transport.close()


@pytest.mark.parametrize("at_once", [b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\n\r\nfunction"], ids=["head", "script"])
def test_a_proxy_script_that_drips_is_given_up(at_once: bytes) -> None:
    with serving(dripping(at_once)) as url:
        begun = time.monotonic()
        with pytest.raises(NetworkFault, match=r"network\.pac_unreachable"):
            pac.fetch(f"{url}/proxy.pac", within_s=LIMIT_S)
        assert time.monotonic() - begun < 20 * LIMIT_S


class HttpsProxy(WebProxy):
    """A proxy that is spoken to in TLS, so that TLS to the service goes within TLS."""

    def __init__(self, certificate: Path) -> None:
        self._front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._front.load_cert_chain(certificate)
        super().__init__()

    def serve(self, client: socket.socket) -> None:
        with self._front.wrap_socket(client, server_side=True) as inside:
            super().serve(inside)


@pytest.mark.parametrize(
    "at_once",
    [b"HTTP/1.1 200 O", HEAD + b"Content-Length: 99999\r\n\r\n", HEAD + b"\r\n"],
    ids=["status", "body", "end"],
)
def test_an_answer_that_drips_behind_an_https_proxy_is_given_up(
    at_once: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.transport.CONNECT_TIMEOUT_S", LIMIT_S)
    authority = Authority(tmp_path)
    certificate = authority.certificate()
    with serving(dripping(at_once)) as url, contextlib.ExitStack() as closing:
        front = TlsFront(int(url.rpartition(":")[2]), certificate)
        closing.callback(front.close)
        proxy = HttpsProxy(certificate)
        closing.callback(proxy.close)
        policy = Policy(mode="proxy", url=f"https://localhost:{proxy.port}", authorities=str(authority.file))
        network = Network(policy, secrets=MemoryDeviceSecrets())
        transport = RequestsTransport(f"https://localhost:{front.port}", network=network)
        begun = time.monotonic()
        with pytest.raises(NetworkFault, match=r"network\.timeout"):
            transport.request("GET", "/", b"", {}, timeout_s=LIMIT_S)
        assert time.monotonic() - begun < 20 * LIMIT_S
        assert proxy.seen, "it went through the proxy"
        transport.close()
