"""Real processes and servers of networks that are not ours: proxies that ask for passwords, portals, interception.

``python -m tests.support.web_proxies`` runs one as a process of its own and prints its port; see ``main``.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import datetime
import ipaddress
import json
import select
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
PAGE = b"<html><title>Bienvenue</title>Connectez-vous au Wi-Fi</html>"
PORTALS = {
    "page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE,
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\n\r\n",
}


class Authority:
    """A certificate authority of a test, with files for both ends."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.UTC)
        year = datetime.timedelta(days=3660)
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self._subject, self._key, now - year, now + year)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs=True), critical=True)
        self._certificate = builder.sign(self._key, hashes.SHA256())
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def certificate(self, *, shift_days: int = 0) -> Path:
        """Return a file with key and certificate for this machine, valid a month around today plus ``shift_days``."""
        key = ec.generate_private_key(ec.SECP256R1())
        middle = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=shift_days)
        month = datetime.timedelta(days=15)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        builder = self._builder(subject, key, middle - month, middle + month)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        made = builder.sign(self._key, hashes.SHA256())
        path = self._folder / f"{self._name}-leaf-{shift_days}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begins: datetime.datetime, ends: datetime.datetime
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._subject)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(begins).not_valid_after(ends)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


class Server:
    """Accepts on a free port of the loopback; each connection has a thread that runs ``serve``."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        self.seen: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._run, args=(client,), daemon=True).start()

    def _run(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ssl.SSLError):
            client.settimeout(30)
            self.serve(client)

    def serve(self, client: socket.socket) -> None:
        raise NotImplementedError

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


class TlsFront(Server):
    """Speaks TLS for a plain service, and may be wrong about the time: what a client whose clock is wrong meets.

    Args:
        target: port of the plain service.
        certificate: file with key and certificate.
        shift_days: added to the date in each answer.
        altered: bytes that are replaced by others of the same length, in each answer.
    """

    def __init__(
        self, target: int, certificate: Path, *, shift_days: int = 0, altered: tuple[bytes, bytes] | None = None
    ) -> None:
        self._target = target
        self._shift = datetime.timedelta(days=shift_days)
        self._altered = altered
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        super().__init__()

    def serve(self, client: socket.socket) -> None:
        with self._context.wrap_socket(client, server_side=True) as plain:
            with socket.create_connection(("127.0.0.1", self._target), 5) as service:
                service.settimeout(60)
                join(plain, service, self._changed)

    def _changed(self, data: bytes) -> bytes:
        if self._altered is not None:
            data = data.replace(*self._altered)
        if not self._shift:
            return data
        head, mark, rest = data.partition(b"\r\ndate: ")
        if not mark:
            return data
        said, _, tail = rest.partition(b"\r\n")
        then = datetime.datetime.strptime(said.decode(), "%a, %d %b %Y %H:%M:%S GMT") + self._shift
        return head + mark + then.strftime("%a, %d %b %Y %H:%M:%S GMT").encode() + b"\r\n" + tail


class WebProxy(Server):
    """An HTTP proxy that tunnels CONNECT.

    Args:
        pair: ``user:password`` it wants by Basic; empty for none.
        schemes: what it offers besides in a 407.
        instead: answers every CONNECT with these bytes.
        intercept: gives certificates of its own in place of the service's, and reads along.
        altered: as ``TlsFront``; only where it intercepts.
    """

    def __init__(
        self,
        *,
        pair: str = "",
        schemes: tuple[str, ...] = (),
        instead: bytes = b"",
        intercept: Authority | None = None,
        altered: tuple[bytes, bytes] | None = None,
    ) -> None:
        self._wanted = f"Basic {base64.b64encode(pair.encode()).decode()}" if pair else ""
        self._schemes = (*(("Basic realm=x",) if pair else ()), *schemes)
        self._instead = instead
        self._altered = altered
        self._context: ssl.SSLContext | None = None
        if intercept is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(intercept.certificate())
        super().__init__()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, client: socket.socket) -> None:
        head = read_head(client)
        if not head:
            return
        first = head.split(b"\r\n", 1)[0].decode("latin-1")
        said = [line.decode("latin-1") for line in head.split(b"\r\n")[1:]]
        shown = next((line.split(": ", 1)[1] for line in said if line.lower().startswith("proxy-authorization: ")), "")
        self.seen.append(f"{first} | {shown}")
        if self._instead:
            client.sendall(self._instead)
            return
        if self._schemes and (not self._wanted or shown != self._wanted):
            offers = "".join(f"Proxy-Authenticate: {scheme}\r\n" for scheme in self._schemes)
            client.sendall(f"HTTP/1.1 407 Sign in\r\n{offers}Content-Length: 0\r\n\r\n".encode())
            return
        host, _, port = first.split(" ")[1].rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), 5) as service:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            if self._context is None:
                join(client, service)
                return
            outer = ssl.create_default_context()
            outer.check_hostname, outer.verify_mode = False, ssl.CERT_NONE
            with self._context.wrap_socket(client, server_side=True) as inside:
                with outer.wrap_socket(service, server_hostname=host) as beyond:
                    join(inside, beyond, self._read_along)

    def _read_along(self, data: bytes) -> bytes:
        return data.replace(*self._altered) if self._altered is not None else data


def read_head(client: socket.socket) -> bytes:
    """Return a request's head, byte by byte so that nothing behind it is taken."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        piece = client.recv(1)
        if not piece:
            return b""
        data += piece
    return data


def join(client: socket.socket, service: socket.socket, changed: object = None) -> None:
    """Carry bytes both ways until either end closes; ``changed`` sees what comes from the service.

    In one thread: a TLS connection may not be read by one and written by another at the same time.
    """
    ways: dict[socket.socket, tuple[socket.socket, object]] = {client: (service, None), service: (client, changed)}
    with contextlib.suppress(OSError, ssl.SSLError):
        while _carried(ways):
            continue
    for one in ways:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def _carried(ways: dict[socket.socket, tuple[socket.socket, object]]) -> bool:
    """Carry what is there, or wait for some; False when an end closed."""
    waiting = [one for one in ways if isinstance(one, ssl.SSLSocket) and one.pending()]
    for source in waiting or select.select(list(ways), [], [])[0]:
        # What came may be none of the stream's bytes, such as a ticket for the next session: nobody waits for more.
        source.settimeout(0)
        try:
            data = source.recv(1 << 16)
        except (BlockingIOError, ssl.SSLWantReadError):
            continue
        finally:
            source.settimeout(60)
        if not data:
            return False
        sink, change = ways[source]
        sink.sendall(change(data) if callable(change) else data)
    return True


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[int]:
    """Run a proxy as a process of its own; gives its port."""
    command = [sys.executable, "-m", "tests.support.web_proxies", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as running:
        assert running.stdout is not None and running.stdin is not None
        try:
            yield int(json.loads(running.stdout.readline())["port"])
        finally:
            # It ends when its input does.
            running.stdin.close()
            running.wait(10)


def main() -> None:
    """Run a proxy until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pair", default="")
    parser.add_argument("--offer", action="append", default=[])
    parser.add_argument("--portal", choices=sorted(PORTALS), default="")
    options = parser.parse_args()
    instead = PORTALS[options.portal] if options.portal else b""
    running = WebProxy(pair=options.pair, schemes=tuple(options.offer), instead=instead)
    print(json.dumps({"port": running.port}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
