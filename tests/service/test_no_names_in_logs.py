"""A busy service whose every personal field holds a marker says none of them in logs, figures or crash reports."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests

from cases.clock import SystemClock
from central import enrolment, intake
from central.api.bodies import ANONYMOUS_BYTES_MAX
from central.logs import JsonLines
from central.metrics import Exposition
from sync.messages import API
from tests.service.test_contract import RealService
from tests.support.central_service import RunningService
from tests.support.clients import AGE, NAME, TOWN, Office

ROOT = Path(__file__).resolve().parents[2]
MARK = "Zzyxmarque"
"""In every personal field; no word of ours holds it."""
CRASH = """
import threading
from central.logs import start_logging
start_logging("debug")
broken = lambda: int("Zzyxmarque")
thread = threading.Thread(target=broken)
thread.start()
thread.join()
broken()
"""


def check_names_nobody(text: str, tracking_codes: list[str]) -> None:
    """Raise AssertionError for any line that holds a marker, in whatever case, or a tracking code."""
    for line in text.splitlines():
        assert MARK.lower() not in line.lower(), line
        for code in tracking_codes:
            assert code.lower() not in line.lower(), line


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that a service at its most talkative writes, as it writes it."""
    held = io.StringIO()
    handler = logging.StreamHandler(held)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in ("estafette", "uvicorn", "uvicorn.error", "psycopg", "asyncio")]
    before = [logger.level for logger in loggers]
    root.addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield held
    root.removeHandler(handler)
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


def busy(service: RunningService, real: RealService, office: Office) -> list[str]:
    """Do what agents, supervisors, citizens and strangers do; return the tracking codes that came to be."""
    client = office.client()
    client.workspace.create_citizen({"family_name": MARK, "given_names": MARK, "birth_place": MARK, "phone": MARK})
    case = client.case({NAME: MARK, AGE: "44", TOWN: MARK})
    form = client.desk.open(case)
    form.note(f"note {MARK}")
    client.sync()
    code = form.submit().tracking_code
    client.sync()
    for path in (f"/suivi/{code}", f"/suivi?code={code}", f"{API}/records/{code}/events", f"/console/dossiers/{code}"):
        requests.get(service.url + path)
    requests.post(f"{service.url}/suivi", data={"code": code})
    real.ask_for_information(case, MARK)
    client.sync()
    strangers(service.url)
    return [code]


def strangers(url: str) -> None:
    """Put markers wherever a request has room for them."""
    marked = {"User-Agent": MARK, "Cookie": f"estafette={MARK}", "Authorization": f"Bearer {MARK}", "DPoP": MARK}
    for path in (f"/{MARK}", f"{API}/{MARK}", f"{API}/procedures/{MARK}/{MARK}", f"{API}/records/{MARK}/events"):
        requests.get(url + path, headers=marked, params={"q": MARK})
    requests.post(f"{url}{API}/enrol", data=json.dumps({"code": MARK, "device_name": MARK}), headers=marked)
    proof = {"code": MARK, "public_key": "ab" * 32, "device_name": MARK, "proof": "cd" * 64}
    requests.post(f"{url}{API}/enrol", data=json.dumps(proof))
    requests.post(f"{url}/oauth/token", data={"grant_type": MARK, "assertion": MARK}, headers=marked)
    requests.post(f"{url}{API}/sync", data=MARK * (ANONYMOUS_BYTES_MAX // 8), headers=marked)
    with requests.Session() as browser:
        page = browser.get(f"{url}/console/entrer").text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        for data in ({"login": MARK, "passphrase": MARK}, {"token": token, "login": MARK, "passphrase": MARK}):
            browser.post(f"{url}/console/entrer", data=data)
        browser.post(f"{url}/suivi", data={"token": token, "code": MARK})
        browser.get(f"{url}/suivi/{quote(MARK)}")
    parts = urlsplit(url)
    for raw in (f"{MARK} / HTTP/1.1\r\n\r\n", f"GET /{MARK}\x00 HTTP/9\r\n\r\n", f"GET / HTTP/1.1\r\n{MARK}\r\n\r\n"):
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
            line.sendall(raw.encode())
            with contextlib.suppress(OSError):
                line.recv(65536)


@pytest.mark.logs_errors
def test_no_marker_is_said(
    central_service: RunningService, tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RealService(central_service)
    office = Office(real, tmp_path, SystemClock())
    codes = busy(central_service, real, office)

    def broken(*_arguments: object) -> None:
        raise RuntimeError(f"could not read {MARK}")

    # A bug in the middle of a request, one that quotes what it was given.
    for module, name in ((enrolment, "enrol"), (intake, "take_in")):
        monkeypatch.setattr(module, name, broken)
    strangers(central_service.url)
    office.close()
    said = log.getvalue()
    lines = [json.loads(line) for line in said.splitlines()]
    assert any(line["message"] == "bug" for line in lines) and len(lines) > 50
    assert any(line.get("route") == f"{API}/sync" and line["status"] == 200 for line in lines)
    # The client's own words are in the same process: they may say no more than the service's.
    check_names_nobody(said, codes)
    figures = Exposition(central_service.central, central_service.metrics).text().decode()
    assert "estafette_events_total" in figures and f'route="{API}/enrol"' in figures
    check_names_nobody(figures, codes)
    with pytest.raises(AssertionError):
        logging.getLogger("estafette.central").warning("known to be bad: %s", MARK)
        check_names_nobody(log.getvalue(), codes)


def test_crash_reports_name_kind_and_place_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CRASH], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    check_names_nobody(done.stdout + done.stderr, [])
    crashes = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(crash["message"], crash["kind"]) for crash in crashes] == [("crash", "ValueError")] * 2
    # Without our hooks the interpreter quotes what was given: the scan must see that.
    plain = CRASH.replace('start_logging("debug")', "")
    done = subprocess.run(
        [sys.executable, "-c", plain], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    with pytest.raises(AssertionError):
        check_names_nobody(done.stderr, [])
