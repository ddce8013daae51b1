"""What stands between this computer and a service, looked at piece by piece, each finding in words.

Nothing but the service's health is asked, by the very way that the program would take. The certificate's issuer is read
over a connection of its own that believes nobody and over which nothing is sent.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from cases.clock import SystemClock
from cases.errors import EstafetteError, NetworkFault
from sync.clockcheck import HEALTH_PATH, OFF_S_MIN, date_ms
from sync.network_words import CHECK, SOURCES
from sync.proxies import DIRECT, Network, Way, policy_path, this_computer
from sync.transport import CAPTIVE_PORTAL, CONNECT_TIMEOUT_S, RequestsTransport, Response
from sync.words import Words, words_for

Finding = dict[str, object]
_NOT_WELL = 300
_FAULT = 4
"""The exit code whose general words suit a fault of the network."""


@dataclass
class Checked:
    """What was found, in the order in which it was looked at.

    Attributes:
        findings: each with ``finding`` (its name), ``ok``, ``message_fr``, ``message_en`` and what it is about.
        ways: proxies that are tried, ``direct`` among them. status: of the service's answer, 0 without one.
        fault: what ended the check early; None when the service answered.
    """

    findings: list[Finding] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    status: int = 0
    fault: EstafetteError | None = None

    def add(self, finding: str, words: str, *, ok: bool = True, **about: object) -> None:
        """Note a finding in the words of that name."""
        french, english = CHECK[words]
        source = SOURCES.get(str(about.get("source")), ("", ""))
        fr, en = {**about, "source": source[0]}, {**about, "source": source[1]}
        said = Words(french.format_map(fr), english.format_map(en))
        self.findings.append({"finding": finding, "ok": ok, **about, "message_fr": said.fr, "message_en": said.en})

    def failed(self, finding: str, error: EstafetteError) -> None:
        """Note what went wrong, in the words of its code, and that it ends the check."""
        said = words_for(error.code, _FAULT, error.details)
        about = {"finding": finding, "ok": False, "code": error.code}
        self.findings.append({**about, "message_fr": said.fr, "message_en": said.en})
        self.fault = error


def check(root: str) -> Checked:
    """Look at the way to the service at ``root``, a checked address. Never raises for what is wrong on the way."""
    found = Checked()
    way = _way(root, found)
    if way is None:
        return found
    _address(root, way, found)
    if root.startswith("https:"):
        _certificate(root, way, found)
    answer = _health(root, found)
    if answer is not None:
        _clock(answer, found)
        found.status = answer.status
        well = answer.status < _NOT_WELL
        words = "service.answers" if well else "service.unwell"
        found.add("service", words, ok=well, status=answer.status, address=root)
    return found


def _way(root: str, found: Checked) -> Way | None:
    """Note where the settings are and which way they name first; None when they name none."""
    if root.startswith("http:"):
        found.ways = ["direct"]
        found.add("proxy", "way.direct", source="loopback")
        return DIRECT
    path = str(policy_path())
    try:
        network: Network = this_computer()
        found.add("policy", "policy.read" if policy_path().is_file() else "policy.none", path=path)
        ways, source = network.ways(root), network.source(root)
    except EstafetteError as error:
        found.failed("proxy", error)
        return None
    found.ways = [way.place or "direct" for way in ways]
    first = ways[0]
    if first.proxy:
        found.add("proxy", "way.proxy", proxy=first.place, source=source)
    else:
        found.add("proxy", "way.direct", source=source)
    return first


def _address(root: str, way: Way, found: Checked) -> None:
    """Note what the name resolves to that this computer itself has to find: the proxy's, or the service's."""
    parts = urlsplit(way.proxy or root)
    host = parts.hostname or ""
    try:
        resolved = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        found.add("address", "address.unknown", ok=False, host=host)
        return
    addresses = ", ".join(dict.fromkeys(str(one[4][0]) for one in resolved))
    found.add("address", "address.known", host=host, addresses=addresses)


def _certificate(root: str, way: Way, found: Checked) -> None:
    """Note who issued the certificate that is shown: an office's own name there means that its network reads along."""
    shown = _shown_certificate(root, way)
    if shown is None:
        found.add("certificate", "certificate.none", ok=False)
        return
    named = shown.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    common = shown.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    issuer = " / ".join(dict.fromkeys(str(one.value) for one in (*named, *common))) or "?"
    found.add("certificate", "certificate.shown", issuer=issuer, until=f"{shown.not_valid_after_utc:%Y-%m-%d}")


def _shown_certificate(root: str, way: Way) -> x509.Certificate | None:
    # Whoever shows it is believed nothing: this is to name them, and nothing is sent over it.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    parts, proxy = urlsplit(root), urlsplit(way.proxy)
    host, port = parts.hostname or "", parts.port or 443
    connection = http.client.HTTPSConnection(
        proxy.hostname or host, proxy.port or port, timeout=CONNECT_TIMEOUT_S, context=context
    )
    if way.proxy:
        connection.set_tunnel(host, port)
    try:
        connection.connect()
        shown = connection.sock.getpeercert(binary_form=True)
        return None if shown is None else x509.load_der_x509_certificate(shown)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _health(root: str, found: Checked) -> Response | None:
    """Ask by the program's own transport; note what stood in the way."""
    transport = RequestsTransport(root)
    try:
        answer = transport.request("HEAD", HEALTH_PATH, b"", {})
    except EstafetteError as error:
        page = isinstance(error, NetworkFault) and error.code == CAPTIVE_PORTAL
        found.failed("portal" if page else "service", error)
        return None
    finally:
        transport.close()
    found.add("portal", "portal.none")
    return answer


def _clock(answer: Response, found: Checked) -> None:
    """Note how far this computer's clock is from the service's, which its answer carries."""
    service_ms = date_ms(answer.headers)
    if service_ms is None:
        found.add("clock", "clock.unknown")
        return
    off_s = round((SystemClock().now_ms() - service_ms) / 1000)
    right = abs(off_s) < OFF_S_MIN
    words = "clock.right" if right else "clock.ahead" if off_s > 0 else "clock.behind"
    found.add("clock", words, ok=right, off_s=off_s, seconds=abs(off_s))
