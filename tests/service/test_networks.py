"""Networks that are not ours between a real client and the real service: proxies, scripts, portals, interception, and
a clock two years off. Every proxy speaks the real protocol on the loopback, some in a process of their own."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cases.errors import EnvironmentFault, EstafetteError, InputError, NetworkFault
from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import Ports
from cases.workspace import Workspace
from sync import pac, proxies
from sync.agent import Agent
from sync.network import run_network
from sync.proxies import DIRECT, Network, Policy, Way, password_name, read_policy, script_ways
from sync.state import SyncState
from sync.transport import RequestsTransport
from tests.support.central_service import RunningService
from tests.support.memory_http import served
from tests.support.web_proxies import PORTALS, Authority, TlsFront, WebProxy, process
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE, SeededRandomness

USER, PASSWORD = "poste12", "Sésame-Ouvre-Toi"
TWO_YEARS = 730


class Desk:
    """A computer at the end of a line: what it knows of its network, and its client."""

    def __init__(self, folder: Path, service: RunningService, front: TlsFront, trusted: Path) -> None:
        self._folder = folder
        self.url = f"https://localhost:{front.port}"
        self._code = service.first.enrolment_code
        self._trusted = trusted
        self.secrets = MemoryDeviceSecrets()
        self.workspace: Workspace | None = None

    def network(self, **policy: str) -> Network:
        return Network(
            Policy(**policy, authorities=str(self._trusted)),  # type: ignore[arg-type]
            secrets=self.secrets,
            system_proxies=dict,
        )

    @contextlib.contextmanager
    def agent(self, network: Network, url: str = "") -> Iterator[Agent]:
        """An agent that goes by ``network``; the first one enrols, straight to the service."""
        ports = Ports(randomness=SeededRandomness(7), device_secrets=MemoryDeviceSecrets(), kdf=CHEAP_KDF)
        if self.workspace is None:
            self.workspace = Workspace.create(self._folder / "workspace", PASSPHRASE, ports=ports)
            enrolling = Agent(self.workspace, lambda to: self.transport(to, self.network(mode="direct")), ports=ports)
            enrolling.enrol(self.url, self._code, "Poste 12")
            enrolling.stop()
        agent = Agent(self.workspace, lambda to: self.transport(url or to, network), ports=ports)
        try:
            yield agent
        finally:
            agent.stop()

    def transport(self, url: str, network: Network) -> RequestsTransport:
        return RequestsTransport(url, network=network)

    def fault(self, network: Network, url: str = "") -> tuple[str, SyncState, EstafetteError]:
        """Make a round that must fail; return its code, the state it ends in and the error."""
        with self.agent(network, url) as agent:
            assert self.workspace is not None
            self.workspace.create_citizen({"family_name": "Durand", "given_names": "Zoé"})
            pending = self.workspace.status().pending
            with pytest.raises(EstafetteError) as caught:
                agent.sync_once()
            status = agent.status()
            assert status.fault == caught.value.code and status.retry_s is not None
            assert self.workspace.status().pending == pending
            return caught.value.code, status.state, caught.value

    def round(self, network: Network, url: str = "") -> None:
        """Make a round that must go through."""
        with self.agent(network, url) as agent:
            assert self.workspace is not None
            self.workspace.create_citizen({"family_name": "Durand", "given_names": "Zoé"})
            agent.sync_once()
            assert agent.status().state is SyncState.IDLE
            assert self.workspace.status().pending == 0


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def front(central_service: RunningService, authority: Authority) -> Iterator[TlsFront]:
    made = TlsFront(urlsplit(central_service.url).port or 0, authority.certificate())
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, central_service: RunningService, front: TlsFront, authority: Authority) -> Iterator[Desk]:
    made = Desk(tmp_path, central_service, front, authority.file)
    yield made
    if made.workspace is not None:
        made.workspace.close()


def test_proxy_opens_a_tunnel_and_sees_nothing_of_what_goes_through(desk: Desk) -> None:
    proxy = WebProxy()
    desk.round(desk.network(mode="proxy", url=proxy.url))
    assert proxy.seen and all(line.startswith("CONNECT localhost:") for line in proxy.seen)


def test_proxy_that_asks_gets_the_password_from_the_keyring_and_only_when_it_asks(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with process("--pair", f"{USER}:{PASSWORD}", "--offer", "NTLM") as port:
        way = Way(f"http://127.0.0.1:{port}", USER)
        desk.secrets.set(password_name(way), PASSWORD.encode())
        desk.round(desk.network(mode="proxy", url=way.proxy, user=USER))
    assert PASSWORD not in caplog.text and "U8Op" not in caplog.text
    kept = [path for path in desk._folder.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
    assert kept == []


def test_password_that_was_refused_is_not_shown_again(desk: Desk) -> None:
    proxy = WebProxy(pair=f"{USER}:another")
    way = Way(proxy.url, USER)
    desk.secrets.set(password_name(way), PASSWORD.encode())
    network = desk.network(mode="proxy", url=proxy.url, user=USER)
    for _again in range(3):
        code, state, _error = desk.fault(network)
        assert (code, state) == ("network.proxy_sign_in", SyncState.PROXY)
    assert len([line for line in proxy.seen if "Basic" in line]) == 1
    # What IT puts right is tried at once.
    desk.secrets.set(password_name(way), b"another")
    desk.round(network)


def test_nobody_to_sign_in_as_is_said(desk: Desk) -> None:
    proxy = WebProxy(pair=f"{USER}:{PASSWORD}")
    code, state, error = desk.fault(desk.network(mode="proxy", url=proxy.url))
    assert (code, state) == ("network.proxy_sign_in", SyncState.PROXY)
    assert error.details["proxy"] == f"127.0.0.1:{proxy.port}"


def test_methods_that_we_cannot_do_are_named(desk: Desk) -> None:
    proxy = WebProxy(schemes=("Negotiate", "NTLM", 'Digest realm="x"'))
    code, state, error = desk.fault(desk.network(mode="proxy", url=proxy.url, user=USER))
    assert (code, state) == ("network.proxy_unsupported", SyncState.PROXY)
    assert error.details["methods"] == "Negotiate, NTLM, Digest"


def test_proxy_that_is_not_there_or_refuses(desk: Desk) -> None:
    gone = WebProxy()
    gone.close()
    assert desk.fault(desk.network(mode="proxy", url=gone.url))[:2] == ("network.proxy_unreachable", SyncState.PROXY)
    refusing = WebProxy(instead=b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    code, state, error = desk.fault(desk.network(mode="proxy", url=refusing.url))
    assert (code, state, error.details["status"]) == ("network.proxy_refused", SyncState.PROXY, 403)


@pytest.mark.parametrize("portal", sorted(PORTALS))
def test_portal_is_no_service(desk: Desk, portal: str) -> None:
    with process("--portal", portal) as port:
        network = desk.network(mode="proxy", url=f"http://127.0.0.1:{port}")
        code, state, _error = desk.fault(network)
    assert (code, state) == ("network.captive_portal", SyncState.PORTAL)


@pytest.mark.parametrize("portal", sorted(PORTALS))
def test_portal_that_answers_in_the_service_s_place(desk: Desk, portal: str) -> None:
    with served(lambda *_: PORTALS[portal]) as url:
        code, state, _error = desk.fault(desk.network(mode="direct"), url)
    assert (code, state) == ("network.captive_portal", SyncState.PORTAL)


# --- scripts ---


def test_script_says_the_way(desk: Desk) -> None:
    proxy, gone = WebProxy(), WebProxy()
    gone.close()
    script = (
        "function FindProxyForURL(url, host) {"
        f" if (shExpMatch(host, 'local*')) return 'PROXY 127.0.0.1:{gone.port}; PROXY 127.0.0.1:{proxy.port}';"
        " return 'DIRECT'; }"
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(script)}\r\n\r\n".encode()
    with served(lambda *_: head + script) as url:
        desk.round(desk.network(mode="pac", pac=f"{url}/proxy.pac"))
    assert proxy.seen


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("function FindProxyForURL(u, h) { while (true) {} }", "ended"),
        ("function FindProxyForURL(u, h) { var a = 'x'; while (true) a += a; }", ""),
        ("function FindProxy(u, h) { return 'DIRECT'; }", "script"),
        ("<html>Bienvenue</html>", "script"),
        ("function FindProxyForURL(u, h) { return 7; }", "script"),
        ("function FindProxyForURL(u, h) { return 'GOPHER x:1'; }", "answer"),
        ("function FindProxyForURL(u, h) { return require('fs').readFileSync('/etc/passwd'); }", "script"),
    ],
)
def test_script_that_says_nothing_usable_is_said_in_bounded_time(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    monkeypatch.setattr("sync.pac._CPU_S", 1)
    (tmp_path / "proxy.pac").write_text(script)
    begun = time.monotonic()
    with pytest.raises(NetworkFault) as caught:
        desk.network(mode="pac", pac=str(tmp_path / "proxy.pac")).ways(desk.url)
    assert time.monotonic() - begun < 15
    assert caught.value.code == "network.pac_broken"
    assert not reason or caught.value.details["reason"] == reason


def test_script_is_not_fetched_over_a_line_that_anybody_can_change(desk: Desk) -> None:
    with pytest.raises(InputError, match="proxy.pac_insecure"):
        desk.network(mode="pac", pac="http://intranet.example/proxy.pac").ways(desk.url)


def test_script_that_policy_names_and_is_not_there(desk: Desk, tmp_path: Path) -> None:
    network = desk.network(mode="pac", pac=str(tmp_path / "none.pac"))
    assert desk.fault(network)[:2] == ("network.pac_unreachable", SyncState.PROXY)


@pytest.mark.parametrize(
    "answer",
    [
        b"Content-Length: 100\r\n\r\nfunction",
        b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    ],
)
def test_script_that_comes_half_is_not_there(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as thread:

        def serve() -> None:
            line, _address = listening.accept()
            with line:
                line.recv(65536)
                line.sendall(b"HTTP/1.1 200 OK\r\n" + answer)

        served = thread.submit(serve)
        with pytest.raises(NetworkFault, match="network.pac_unreachable"):
            pac.fetch(f"http://127.0.0.1:{listening.getsockname()[1]}/proxy.pac")
        served.result(10)


@pytest.mark.parametrize("place", [b"http://[", b"/elsewhere", b"\xff\xfe"])
def test_redirect_is_neither_read_nor_taken_apart(place: bytes) -> None:
    """Whoever answers in the service's place can send one that never ends, or leads to what is no address."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as thread:

        def serve() -> int:
            line, _address = listening.accept()
            sent = 0
            with line, contextlib.suppress(OSError):
                line.recv(65536)
                line.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 999999999\r\nLocation: " + place + b"\r\n\r\n")
                while sent < 64 << 20:
                    line.sendall(bytes(1 << 16))
                    sent += 1 << 16
            return sent

        served = thread.submit(serve)
        transport = RequestsTransport(f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(NetworkFault, match="network.captive_portal"):
            transport.request("POST", "/api", b"body", {}, timeout_s=10)
        transport.close()
        assert served.result(10) < 32 << 20


def test_answers_of_scripts() -> None:
    assert script_ways("PROXY a.example:3128 ; HTTPS b.example;DIRECT", "u") == (
        Way("http://a.example:3128", "u"),
        Way("https://b.example:443", "u"),
        DIRECT,
    )
    assert script_ways("", "") == (DIRECT,)
    assert script_ways("SOCKS5 a:1; PROXY b:2", "") == (Way("http://b:2"),)
    with pytest.raises(NetworkFault, match="network.proxy_unsupported"):
        script_ways("SOCKS a:1080", "")


# --- policy and system ---


def test_policy_is_read_or_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    assert read_policy(path) == Policy()
    path.write_text('[proxy]\nmode = "proxy"\nurl = "http://p.example:3128"\nuser = "x"\nexcept = ["*.local"]\n')
    policy = read_policy(path)
    assert (policy.mode, policy.url, policy.user) == ("proxy", "http://p.example:3128", "x")
    network = Network(policy, secrets=MemoryDeviceSecrets())
    assert network.ways("https://dossiers.local") == (DIRECT,)
    assert network.ways("https://dossiers.example") == (Way("http://p.example:3128", "x"),)
    for text, field in (
        ("[proxy", "file"),
        ('[proxi]\nmode="pac"', "proxi"),
        ('[proxy]\nmod="pac"', "proxy.mod"),
        ('[proxy]\nmode="pack"', "proxy.mode"),
        ('[proxy]\nmode="pac"', "proxy.pac"),
        ('[proxy]\nmode="proxy"\nurl="ftp://x"', "proxy.url"),
        ("[proxy]\nexcept=[1]", "proxy.except"),
    ):
        path.write_text(text)
        with pytest.raises(EnvironmentFault) as caught:
            read_policy(path)
        assert (caught.value.code, caught.value.details["field"]) == ("network_policy.invalid", field)


def test_system_settings_are_followed_and_their_password_leaves_the_address() -> None:
    said = {"https": f"http://{USER}:p%40ss@proxy.example:3128"}
    network = Network(Policy(), secrets=MemoryDeviceSecrets(), system_proxies=lambda: said)
    (way,) = network.ways("https://dossiers.example")
    assert (way.proxy, way.user, way.given) == ("http://proxy.example:3128", USER, "p@ss")
    assert network.credentials(way) == (USER, "p@ss")


def test_this_very_machine_is_asked_straight(central_service: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> Network:
        raise AssertionError("the network's settings were read for a loopback address")

    monkeypatch.setattr("sync.transport.this_computer", asked)
    assert RequestsTransport(central_service.url).request("HEAD", "/healthz", b"", {}).status == 200


# --- authorities and altered answers ---


def test_the_system_s_authorities_are_those_that_count(
    desk: Desk, front: TlsFront, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(Policy(mode="direct"), secrets=MemoryDeviceSecrets())
    # OpenSSL's own variable for where the system keeps its authorities.
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert RequestsTransport(desk.url, network=network).request("HEAD", "/healthz", b"", {}).status == 200
    monkeypatch.delenv("SSL_CERT_FILE")
    assert desk.fault(network)[:2] == ("network.untrusted", SyncState.UNTRUSTED)


def test_company_that_reads_along_is_let_through_by_its_authority_and_receipts_hold(desk: Desk, tmp_path: Path) -> None:
    company = Authority(tmp_path, "company")
    proxy = WebProxy(intercept=company)
    assert desk.fault(desk.network(mode="proxy", url=proxy.url))[:2] == ("network.untrusted", SyncState.UNTRUSTED)
    desk._trusted = company.file
    desk.round(desk.network(mode="proxy", url=proxy.url))


def test_company_that_alters_an_answer_is_seen(desk: Desk, tmp_path: Path) -> None:
    company = Authority(tmp_path, "company")
    proxy = WebProxy(intercept=company, altered=(b'"token_type":"', b'"token_tipe":"'))
    with desk.agent(desk.network(mode="direct")):
        desk._trusted = company.file
    assert desk.fault(desk.network(mode="proxy", url=proxy.url))[:2] == ("network.altered", SyncState.ALTERED)


# --- clocks ---


@pytest.mark.parametrize(("shift", "code"), [(TWO_YEARS, "network.clock_behind"), (-TWO_YEARS, "network.clock_ahead")])
@pytest.mark.parametrize("by_proxy", [False, True])
def test_clock_two_years_off_is_named_and_by_how_much(
    desk: Desk, central_service: RunningService, authority: Authority, shift: int, code: str, by_proxy: bool
) -> None:
    """A service two years on is what a computer two years behind sees."""
    port = urlsplit(central_service.url).port or 0
    elsewhen = TlsFront(port, authority.certificate(shift_days=shift), shift_days=shift)
    network = desk.network(mode="proxy", url=WebProxy().url) if by_proxy else desk.network(mode="direct")
    found, state, error = desk.fault(network, f"https://localhost:{elsewhen.port}")
    assert (found, state) == (code, SyncState.CLOCK)
    minutes = (int(error.details["days"] or 0) * 24 + int(error.details["hours"] or 0)) * 60 + int(
        error.details["minutes"] or 0
    )
    assert abs(minutes - TWO_YEARS * 1440) <= 1
    # Work goes on, and goes out once the clock is right.
    desk.round(network)


def test_certificate_that_is_really_out_of_time_is_not_blamed_on_the_clock(
    desk: Desk, central_service: RunningService, authority: Authority
) -> None:
    late = TlsFront(urlsplit(central_service.url).port or 0, authority.certificate(shift_days=-60))
    found = desk.fault(desk.network(mode="direct"), f"https://localhost:{late.port}")[:2]
    assert found == ("network.certificate_expired", SyncState.UNTRUSTED)


def test_stranger_s_word_about_the_time_is_not_asked(
    desk: Desk, central_service: RunningService, tmp_path: Path
) -> None:
    """Only who has a certificate of a known authority is asked for the time, even for a diagnosis."""
    stranger = Authority(tmp_path, "stranger")
    port = urlsplit(central_service.url).port or 0
    front = TlsFront(port, stranger.certificate(shift_days=TWO_YEARS), shift_days=TWO_YEARS)
    code = desk.fault(desk.network(mode="direct"), f"https://localhost:{front.port}")[0]
    assert code in ("network.untrusted", "network.certificate_expired")


def test_ways_are_asked_anew_when_one_does_not_lead(desk: Desk, tmp_path: Path) -> None:
    """A laptop that changed networks: the script's answer of the old one is not kept for ever."""
    path = tmp_path / "proxy.pac"
    gone, here = WebProxy(), WebProxy()
    gone.close()
    path.write_text(f"function FindProxyForURL(u, h) {{ return 'PROXY 127.0.0.1:{gone.port}'; }}")
    network = desk.network(mode="pac", pac=str(path))
    with desk.agent(network) as agent:
        with pytest.raises(NetworkFault, match=proxies.PROXY_UNREACHABLE):
            agent.sync_once()
        path.write_text(f"function FindProxyForURL(u, h) {{ return 'PROXY 127.0.0.1:{here.port}'; }}")
        agent.sync_once()
    assert here.seen


# --- the front door for IT ---


def test_it_is_told_which_way_is_taken_and_what_is_wrong(
    central_service: RunningService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    policy = tmp_path / "network.toml"
    monkeypatch.setenv(proxies.POLICY_VARIABLE, str(policy))
    monkeypatch.setattr("sync.network_check.this_computer", proxies.this_computer.__wrapped__)
    monkeypatch.setattr("sync.transport.this_computer", proxies.this_computer.__wrapped__)
    gone = WebProxy()
    gone.close()
    said = []
    for text, url in (
        ("", central_service.url),
        (f'[proxy]\nmode = "proxy"\nurl = "{gone.url}"\n', "https://dossiers.example"),
        ('[proxy]\nmode = "pac"\npac = "http://intranet.example/p.pac"\n', "https://dossiers.example"),
        ("[proxy]\nmod = 1\n", "https://dossiers.example"),
    ):
        policy.write_text(text)
        code = run_network(["check", url])
        answer = json.loads(capsys.readouterr().out)
        said.append((code, answer.get("error", answer.get("ways")), [one["finding"] for one in answer["findings"]]))
        assert all(one["message_fr"] and one["message_en"] for one in answer["findings"])
        assert all(one["ok"] for one in answer["findings"]) is (code == 0)
        if gone.url in text and text:
            assert f"Proxy: {urlsplit(gone.url).netloc} (as the policy file says)." in str(answer["findings"])
    assert said == [
        (0, ["direct"], ["proxy", "address", "portal", "clock", "service"]),
        (4, "network.proxy_unreachable", ["policy", "proxy", "address", "certificate", "service"]),
        (1, "proxy.pac_insecure", ["policy", "proxy"]),
        (3, "network_policy.invalid", ["proxy"]),
    ]


def test_it_is_told_who_issued_the_certificate_and_how_far_the_clocks_are_apart(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    network = desk.network(mode="direct")
    monkeypatch.setattr("sync.network_check.this_computer", lambda: network)
    monkeypatch.setattr("sync.transport.this_computer", lambda: network)
    assert run_network(["check", desk.url]) == 0
    found = {one["finding"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert found["certificate"]["issuer"] not in ("", "?") and found["certificate"]["until"] > "2020"
    assert found["address"]["addresses"] and abs(found["clock"]["off_s"]) < 300
    assert desk.url in found["service"]["message_fr"]
    # A network that inspects connections with an authority that this computer does not know.
    stranger = Network(Policy(mode="direct"), secrets=desk.secrets, system_proxies=dict)
    monkeypatch.setattr("sync.network_check.this_computer", lambda: stranger)
    monkeypatch.setattr("sync.transport.this_computer", lambda: stranger)
    assert run_network(["check", desk.url]) == 4
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"] == "network.untrusted"
    shown = next(one for one in answer["findings"] if one["finding"] == "certificate")
    assert shown["issuer"] == found["certificate"]["issuer"]
    assert answer["findings"][-1]["code"] == "network.untrusted"
