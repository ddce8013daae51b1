"""What cannot be stored, is too long, comes too slowly or lies about where it comes from: refused, never a failure."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from dataclasses import replace
from urllib.parse import urlsplit

import msgspec
import pytest
import requests

from cases.errors import EnvironmentFault, InputError
from cases.events import Kind, RecordType
from cases.ids import SystemRandomness
from cases.tracking import new_code
from central import accounts, service
from central.api import bodies
from central.api.application import Service
from central.context import Settings
from central.database.client import NO_TENANT
from central.serving import Server, bind
from central.throttle import Turnstile
from central.web.security import form_token
from sync.messages import API
from tests.support.central_service import RunningService
from tests.support.wire_device import GRANT_TYPE, Refused, WireDevice, new_id


def assertion_of(device: str) -> str:
    def part(fields: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=").decode()

    head, claims = {"alg": "Ed25519", "typ": "JWT"}, {"iss": device, "sub": device, "aud": "estafette", "jti": "1" * 8}
    return f"{part(head)}.{part(claims)}.AA"


@pytest.mark.parametrize("device", ["\x00", "\ud800"])
def test_text_that_no_column_holds_is_refused_at_the_token(central_service: RunningService, device: str) -> None:
    form = {"grant_type": GRANT_TYPE, "assertion": assertion_of(device)}
    answer = requests.post(f"{central_service.url}/oauth/token", data=form)
    assert 400 <= answer.status_code < 500


def test_text_that_no_column_holds_is_refused_by_every_page(central_service: RunningService) -> None:
    token, _session = central_service.sign_in()
    cookies = {"estafette_session": token, "estafette_visitor": "v"}
    for path in (
        "/suivi?code=%00",
        "/suivi/%00",
        "/console/entrer?vers=%00",
        "/console/dossiers/%00",
        "/console/dossiers/%00/direct",
        f"/console/dossiers/{new_id()}/direct?base={'9' * 5000}",
        "/console?recherche=%00&q=%00&suite=1-%00",
        f"/console/postes?dit={'x' * 5000}",
    ):
        answer = requests.get(central_service.url + path, cookies=cookies)
        assert answer.status_code < 500, path


@pytest.mark.parametrize("login", ["\x00", "a\x00b"])
def test_a_login_with_nul_is_no_failure(central_service: RunningService, login: str) -> None:
    form = {"login": login, "passphrase": "x\x00", "token": form_token("v")}
    headers = {"Origin": central_service.url}
    url = f"{central_service.url}/console/entrer"
    answer = requests.post(url, data=form, cookies={"estafette_visitor": "v"}, headers=headers)
    assert answer.status_code == 422


def test_a_form_token_of_other_letters_is_a_forged_one(central_service: RunningService) -> None:
    form = {"login": "a", "passphrase": "b", "token": "é" * 64}
    url = f"{central_service.url}/console/entrer"
    answer = requests.post(url, data=form, cookies={"estafette_visitor": "v"}, headers={"Origin": central_service.url})
    assert answer.status_code == 403


@pytest.mark.parametrize("head", ["é" * 64, "\x00" * 64, "A" * 64, ""])
def test_a_head_that_is_no_hash_is_malformed(device: WireDevice, head: str) -> None:
    batch = device.batch(device.event(RecordType.CASE, new_id(), Kind.NOTE, {"text": "x"}))
    with pytest.raises(Refused) as refused:
        device.push(device.signed(msgspec.structs.replace(batch, head=head)))
    assert (refused.value.problem.status, refused.value.code) == (422, "push.malformed")


def test_reasons_with_nul_name_their_field(central_service: RunningService, device: WireDevice) -> None:
    case = new_id()
    seq = (
        device.act(device.event(RecordType.CASE, case, Kind.STATUS, {"from": "draft", "to": "submitted"}))
        .verdicts[0]
        .central_seq
    )
    _, session = central_service.sign_in()
    with pytest.raises(InputError, match=r"case\.text_unstorable") as refused:
        with central_service.central.transaction(central_service.tenant) as connection:
            service.change_status(
                central_service.central, connection, session, case, "refused", base=seq, reasons="Motif\x00"
            )
    assert refused.value.details["field"] == "reasons"


def test_a_cursor_beyond_the_head_is_told(device: WireDevice) -> None:
    head = device.act(device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "D"})).receipt.central_seq
    assert device.pull(head).cursors == {device.me.stream: head}
    with pytest.raises(Refused) as refused:
        device.pull(head + 1)
    assert (refused.value.problem.status, refused.value.code) == (409, "pull.cursor_ahead")
    said = {"stream": device.me.stream, "head": str(head), "epoch": "1", "held": "1:1"}
    assert refused.value.problem.details == said


@pytest.mark.parametrize("path", ["/oauth/token", f"{API}/enrol", f"{API}/sync", "/console/entrer", "/suivi"])
def test_a_stranger_sends_little(central_service: RunningService, path: str) -> None:
    for body in (b"x" * (bodies.ANONYMOUS_BYTES_MAX + 1), iter([b"x" * 40_000] * 2)):
        assert requests.post(central_service.url + path, data=body).status_code == 413


def test_a_half_sent_body_is_given_up(central_service: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PIECE_WAIT_S", 0.2)
    parts = urlsplit(central_service.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
        line.sendall(f"POST {API}/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
        assert line.recv(4096).startswith(b"HTTP/1.1 408")
        while line.recv(4096):
            pass  # to the end: the line is closed, not kept


def test_answers_for_machines_carry_no_headers_for_browsers(central_service: RunningService) -> None:
    answer = requests.get(f"{central_service.url}{API}/procedures")
    assert not {"Content-Security-Policy", "Permissions-Policy", "X-Frame-Options"} & {
        name.title() for name in answer.headers
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"
    page = requests.get(f"{central_service.url}/nothing")
    assert {"Content-Security-Policy", "Permissions-Policy", "X-Frame-Options"} <= {
        name.title() for name in page.headers
    }


def test_a_flood_of_sign_ins_leaves_the_rest_answering(
    central_service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, go_on = Turnstile(at_once=2, waiting=20), threading.Event()
    monkeypatch.setattr(accounts, "_gate", gate)
    with central_service.central.transaction(NO_TENANT) as connection:
        # Failed sign-ins of other tests count for this address: nobody may be slowed down by those here.
        connection.execute("delete from estafette.throttle where tenant_id = %s", [NO_TENANT])

    def held(_kept: str, _given: str) -> bool:
        assert go_on.wait(30)
        return False

    monkeypatch.setattr(accounts, "_passphrase_fits", held)
    answers: list[requests.Response] = []

    def sign_in(number: int) -> None:
        form = {"login": f"nobody-{number}", "passphrase": "x", "token": form_token("v")}
        headers = {"Origin": central_service.url}
        url = f"{central_service.url}/console/entrer"
        answers.append(requests.post(url, data=form, cookies={"estafette_visitor": "v"}, headers=headers, timeout=60))

    flood = [threading.Thread(target=sign_in, args=[number]) for number in range(40)]
    for each in flood:
        each.start()
    try:
        ends = time.monotonic() + 30
        while len(answers) < 18 and time.monotonic() < ends:
            assert requests.get(f"{central_service.url}/readyz", timeout=10).status_code == 200
        sent_away = list(answers)
    finally:
        go_on.set()
        for each in flood:
            each.join(60)
    assert [answer.status_code for answer in sent_away] == [503] * 18
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in sent_away)
    assert requests.get(f"{central_service.url}/readyz").status_code == 200


def test_who_is_sent_away_has_not_failed(central_service: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    first = central_service.first
    full = Turnstile(at_once=0, waiting=0)
    with monkeypatch.context() as patch:
        patch.setattr(accounts, "_gate", full)
        for _attempt in range(10):
            with pytest.raises(EnvironmentFault, match=r"service\.busy"):
                service.sign_in_passphrase(central_service.central, first.supervisor_login, "x", "127.0.0.1")
    assert central_service.sign_in()


def test_a_stranger_cannot_choose_the_address_it_is_slowed_down_by(central_service: RunningService) -> None:
    statuses = []
    for number in range(12):
        code = new_code(central_service.tenant, SystemRandomness())
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        statuses.append(requests.get(f"{central_service.url}/suivi/{code}", headers=headers).status_code)
    assert statuses[0] == 404 and statuses[-1] == 429


@pytest.mark.parametrize(
    ("trusted", "address"), [((), "127.0.0.1"), (("127.0.0.1",), "198.51.100.7"), (("192.0.2.1",), "127.0.0.1")]
)
def test_only_a_named_proxy_is_believed(
    central_service: RunningService, monkeypatch: pytest.MonkeyPatch, trusted: tuple[str, ...], address: str
) -> None:
    central = replace(central_service.central, settings=Settings("http://127.0.0.1", trusted_proxies=trusted))
    asked: list[str] = []

    def noted(_central: object, _code: str, address: str) -> None:
        asked.append(address)

    monkeypatch.setattr(service, "tracking_case", noted)
    with bind("127.0.0.1", 0) as listening:
        ready = threading.Event()
        server = Server(Service(central), ready.set)
        thread = threading.Thread(target=server.run_on, args=[listening])
        thread.start()
        try:
            assert ready.wait(30)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/suivi/{new_code(1, SystemRandomness())}"
            requests.get(url, headers={"X-Forwarded-For": "198.51.100.7"})
        finally:
            server.fail()
            thread.join(30)
    assert asked == [address]
