"""The service as its operator sees it: a process with systemd's socket, figures, readiness, and a stop in order."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import psycopg
import pytest
import requests

from cases.errors import NotPermittedError
from cases.events import Kind, RecordType
from central import patience, readiness
from central.api import rates
from central.api.application import Operator, Service
from central.context import Settings
from central.metrics import Exposition, Metrics
from central.serving import Server, bind
from sync import signing
from sync.messages import API, Exchange, ProcedureList
from tests.soak.town_hall import awaited
from tests.support.central_service import RunningService, reachable_directory
from tests.support.wire_device import Refused, WireDevice, enrolled, new_id

ROOT = Path(__file__).resolve().parents[2]


class NotifySocket:
    """A real socket as systemd holds it."""

    def __init__(self, path: Path) -> None:
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(str(path))
        self.line.settimeout(60)
        self.path = path

    def next(self) -> str:
        return self.line.recv(4096).decode()

    def until(self, word: str) -> list[str]:
        """Return what was said up to ``word``, which must come."""
        said = [self.next()]
        while said[-1] != word:
            said.append(self.next())
        return said


@pytest.fixture
def folder() -> Iterator[Path]:
    made = reachable_directory()
    yield made
    shutil.rmtree(made)


@contextlib.contextmanager
def process(
    folder: Path, *arguments: str, watchdog_s: float = 0.4
) -> Iterator[tuple[subprocess.Popen[str], str, NotifySocket]]:
    """The real service in a process of its own, which talks to a notification socket."""
    notify = NotifySocket(folder / "notify")
    environment = {**os.environ, "NOTIFY_SOCKET": str(notify.path), "WATCHDOG_USEC": str(int(watchdog_s * 1e6))}
    command = [sys.executable, "main.py", "serve", "--port", "0", "--data", str(folder / "data"), *arguments]
    with open(folder / "log", "w") as log:
        running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    assert running.stdout is not None
    try:
        url = next(line.split()[1] for line in running.stdout if line.startswith("ready "))
        yield running, url, notify
    finally:
        if running.poll() is None:
            running.terminate()
        running.communicate(timeout=60)
        notify.line.close()


def answers(host: str | None, port: int | None) -> bool:
    """Say whether anybody takes connections there."""
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_a_process_from_ready_to_stopped_as_systemd_hears_it(folder: Path) -> None:
    operator = f"127.0.0.1:{free_port()}"
    with process(folder, "--operator", operator) as (running, url, notify):
        assert "READY=1" in notify.until("WATCHDOG=1")
        notify.until("WATCHDOG=1")
        assert requests.get(f"{url}/metrics").status_code == 404
        assert requests.get(f"http://{operator}/readyz").json() == {"status": "ready"}
        figures = requests.get(f"http://{operator}/metrics")
        assert "estafette_database_up 1.0" in figures.text and "estafette_requests_total{" in figures.text
        for path in ("/console", f"{API}/procedures", "/suivi"):
            assert requests.get(f"http://{operator}{path}").status_code == 404
        # A request that is under way when the stop comes is answered; a new one finds nobody.
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as line:
            line.sendall(f"POST {API}/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{".encode())
            # Only when the head was read is it under way: the figures say so of nothing, a second answer does.
            assert requests.get(f"{url}/healthz").status_code == 200
            running.send_signal(signal.SIGTERM)
            notify.until("STOPPING=1")
            closed = awaited(lambda: not answers(parts.hostname, parts.port), 10, threading.Event())
            assert closed, "a service that stops takes new connections"
            line.sendall(b"}")
            answer = read_to_end(line)
            assert answer.startswith(b"HTTP/1.1 400") and b"wire.malformed" in answer
        assert running.wait(60) == 0
    for line_ in (folder / "log").read_text().splitlines():
        assert json.loads(line_)["time"]


def test_an_operator_s_address_that_others_reach_needs_a_token(folder: Path) -> None:
    command = [sys.executable, "main.py", "serve", "--operator"]
    for wrong in ("0.0.0.0:9420", "9420", "127.0.0.1:x"):
        refused = subprocess.run([*command, wrong], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert refused.returncode == 2 and "--operator" in refused.stderr


def test_the_unit_is_what_systemd_understands() -> None:
    unit = ROOT / "docs" / "ops" / "estafette.service"
    verify = shutil.which("systemd-analyze")
    text = unit.read_text()
    for line in ("Type=notify", "WatchdogSec=", "ProtectSystem=strict", "Restart=on-failure"):
        assert line in text
    if verify is not None:
        done = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True, check=False)
        ours = [
            line for line in done.stderr.splitlines() if "estafette.service" in line and "not executable" not in line
        ]
        assert ours == []


# --- in this process ---


@contextlib.contextmanager
def second_door(
    central_service: RunningService, *, token: str = "", settings: Settings | None = None
) -> Iterator[tuple[str, str]]:
    """The same service once more, with an operator's address; gives both addresses."""
    central = replace(central_service.central, settings=settings or central_service.central.settings)
    with bind("127.0.0.1", 0) as listening, bind("127.0.0.1", 0) as operator:
        ready = threading.Event()
        port = operator.getsockname()[1]
        server = Server(Service(central, operator=Operator(port, token)), ready.set)
        thread = threading.Thread(target=server.run_on, args=[listening, operator])
        thread.start()
        assert ready.wait(30)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", f"http://127.0.0.1:{port}"
        finally:
            server.fail()
            thread.join(30)


def test_figures_count_what_happened_and_name_nobody(central_service: RunningService) -> None:
    with second_door(central_service, token="geheim") as (url, operator):
        assert requests.get(f"{operator}/metrics").status_code == 401
        headers = {"Authorization": "Bearer geheim"}
        for _ in range(3):
            requests.get(f"{url}/healthz")
        requests.get(f"{url}/suivi?code=MARQUE-SECRETE")
        requests.request("MARQUE", f"{url}/healthz")
        figures = requests.get(f"{operator}/metrics", headers=headers).text
        assert 'estafette_requests_total{method="GET",route="/healthz",status="200"} 3.0' in figures
        assert 'estafette_request_seconds_count{route="/healthz"} ' in figures
        assert "MARQUE" not in figures
        assert "estafette_database_pool_size" in figures and "estafette_oldest_pending_seconds" in figures


def test_verdicts_and_what_devices_reported_are_in_the_figures(central_service: RunningService) -> None:
    with second_door(central_service) as (url, operator):
        device = enrolled(url, central_service.first.enrolment_code)
        device.act(device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Durand"}))
        figures = requests.get(f"{operator}/metrics").text
        assert 'estafette_events_total{state="accepted"} 1.0' in figures
        assert "estafette_log_events 1.0" in figures
        device.close()


def test_figures_without_a_database_say_so(central_service: RunningService) -> None:
    central_service.central.database.close()
    text = Exposition(central_service.central, Metrics()).text().decode()
    assert "estafette_database_up 0.0" in text


def check_not_ready(service: RunningService, **wrong: str) -> None:
    answer = requests.get(f"{service.url}/readyz")
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (503, "service.not_ready", wrong)
    assert answer.headers["Retry-After"]


def test_not_ready_names_the_part(central_service: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    assert requests.get(f"{central_service.url}/readyz").json() == {"status": "ready"}
    with monkeypatch.context() as less:
        less.setattr(readiness, "DISK_FREE_BYTES_MIN", 1 << 60)
        answer = requests.get(f"{central_service.url}/readyz")
        assert answer.status_code == 503 and set(answer.json()["details"]) == {"disk"}
    with monkeypatch.context() as newer:
        newer.setattr(readiness, "all_migrations", lambda: [None] * 999)
        answer = requests.get(f"{central_service.url}/readyz")
        assert answer.status_code == 503 and set(answer.json()["details"]) == {"migrations"}
    path = central_service.central.keys.directory / "intake.key"
    path.rename(path.with_suffix(".gone"))
    check_not_ready(central_service, keys="intake")
    path.with_suffix(".gone").rename(path)
    central_service.central.database.close()
    check_not_ready(central_service, database="database.unavailable")


# --- limits ---


def test_a_device_that_asks_without_end_is_told_to_wait(central_service: RunningService) -> None:
    slow = replace(central_service.central.settings, device_requests_per_second=0.5)
    with second_door(central_service, settings=slow) as (url, _operator):
        device = enrolled(url, central_service.first.enrolment_code)
        for _ in range(10):
            device.get(f"{API}/procedures", ProcedureList)
        with pytest.raises(Refused) as caught:
            device.get(f"{API}/procedures", ProcedureList)
        assert (caught.value.problem.status, caught.value.code) == (429, "request.too_many")
        assert 1 <= int(caught.value.headers["Retry-After"]) <= 2
        # It is counted by device: another one, and whoever is none, are served.
        assert requests.get(f"{url}/healthz").status_code == 200
        device.close()


def test_a_device_whose_requests_wait_takes_no_more_than_its_places(
    central_service: RunningService, device: WireDevice
) -> None:
    """What waits for one lock holds a connection each: without a bound one device would leave none to the others."""
    batch = device.by_column(device.batch(device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Un"})))
    body = msgspec.json.encode(Exchange({}, batch))
    device.fetch_token()
    shown = [
        signing.authorization(
            device.sign, method="POST", target=f"{API}/sync", token=device.token, counter=number, body=body
        )
        for number in range(1, rates.AT_WORK_MAX + 4)
    ]

    def ask(authorization: str) -> requests.Response:
        return requests.post(f"{device.url}{API}/sync", body, headers={"Authorization": authorization}, timeout=60)

    with psycopg.connect(central_service.owner_conninfo) as owner, ThreadPoolExecutor(len(shown)) as threads:
        owner.execute("select 1 from estafette.stream for update")
        asked = [threads.submit(ask, each) for each in shown]
        refused = [done.result() for done in itertools.islice(as_completed(asked, timeout=30), 3)]
        assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(429, "request.too_many")}
        assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
        owner.rollback()
        assert sorted(done.result().status_code for done in asked) == [200] * rates.AT_WORK_MAX + [429] * 3
    device.counter = len(shown)
    assert device.exchange(0).epoch == 1


def test_a_bucket_fills_again_and_holds_no_more_than_it_can() -> None:
    class Clock:
        now_s = 0.0

        def now_ms(self) -> int:
            return 0

        def monotonic_s(self) -> float:
            return self.now_s

    clock = Clock()
    buckets = rates.Rates(clock, per_second=2)
    for _ in range(40):
        buckets.take("one")
    with pytest.raises(NotPermittedError, match="request.too_many"):
        buckets.take("one")
    buckets.take("other")
    clock.now_s = 1e6
    for _ in range(40):
        buckets.take("one")
    with pytest.raises(NotPermittedError, match="request.too_many"):
        buckets.take("one")


def addressed(service: RunningService) -> tuple[str, int]:
    parts = urlsplit(service.url)
    return parts.hostname or "", parts.port or 0


def read_to_end(line: socket.socket) -> bytes:
    data = b""
    while piece := line.recv(65536):
        data += piece
    return data


@pytest.mark.parametrize("start", [b"", b"POST", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-One: ", b"\r\n\r\n"])
def test_a_half_sent_head_is_given_up(
    central_service: RunningService, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(patience, "HEAD_WAIT_S", 0.5)
    with socket.create_connection(addressed(central_service), timeout=20) as line:
        line.sendall(start)
        assert read_to_end(line).startswith(b"HTTP/1.1 408")


def test_a_head_by_drops_is_given_up_on_an_old_line_too(
    central_service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_WAIT_S", 1.0)
    with socket.create_connection(addressed(central_service), timeout=20) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        begun = time.monotonic()
        line.sendall(b"GET /healthz HTTP/1.1\r\n")
        with contextlib.suppress(OSError):
            while time.monotonic() - begun < 15:
                line.sendall(b"X: y\r\n")
                line.settimeout(0.1)
                with contextlib.suppress(TimeoutError):
                    if not line.recv(65536):
                        break
        assert time.monotonic() - begun < 10


def test_an_endless_head_is_refused(central_service: RunningService) -> None:
    with socket.create_connection(addressed(central_service), timeout=20) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        answer = b""
        with contextlib.suppress(OSError):
            for _ in range(100):
                line.sendall(b"X-Long: " + b"y" * 1000 + b"\r\n")
            answer = read_to_end(line)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431")


def test_half_sent_heads_keep_nobody_from_being_served(central_service: RunningService) -> None:
    with contextlib.ExitStack() as open_lines:
        for _ in range(300):
            line = open_lines.enter_context(socket.create_connection(addressed(central_service), timeout=20))
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        begun = time.monotonic()
        assert requests.get(f"{central_service.url}/readyz", timeout=10).status_code == 200
        assert time.monotonic() - begun < 5


def test_who_takes_no_answer_is_let_go(central_service: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel may keep what was written for as long as the other end likes: what counts is that we do not."""
    monkeypatch.setattr(patience, "ANSWER_WAIT_S", 1.0)
    let_go = threading.Event()
    sound = patience.PatientProtocol.look

    def look(protocol: patience.PatientProtocol, now_s: float) -> None:
        sound(protocol, now_s)
        if protocol.stuck_since_s and protocol.transport.is_closing():
            let_go.set()

    monkeypatch.setattr(patience.PatientProtocol, "look", look)
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(30)
        line.connect(addressed(central_service))
        with contextlib.suppress(OSError):
            for _ in range(2000):
                line.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        assert let_go.wait(30), "the connection is kept for ever"
