from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from cases.errors import InputError, NetworkFault
from sync.messages import ANSWER_BYTES_MAX
from sync.problems import refusal
from sync.transport import RequestsTransport, Response, checked_url, retry_after_s
from tests.support.memory_http import Answer, served

OWN = {"Estafette-Service": "1", "Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}


def ask(answer: Answer, *, timeout_s: float = 10) -> Response:
    with served(answer) as url:
        transport = RequestsTransport(url)
        try:
            return transport.request("POST", "/api/v1/push?x=1", b"body", {"X-One": "1"}, timeout_s=timeout_s)
        finally:
            transport.close()


def fault_of(answer: Answer | Response | bytes, *, timeout_s: float = 10) -> str:
    with pytest.raises(NetworkFault) as caught:
        ask(answer if callable(answer) else lambda *_: answer, timeout_s=timeout_s)
    return caught.value.code


def test_request_arrives_and_answer_comes_back_as_it_travelled() -> None:
    seen = []

    def answer(method: str, path: str, body: bytes, headers: dict[str, str]) -> Response:
        seen.append((method, path, body, headers["X-One"], headers["Accept-Encoding"]))
        return Response(200, {**OWN, "Content-Encoding": "zstd"}, b"\x28\xb5 raw")

    response = ask(answer)
    assert seen == [("POST", "/api/v1/push?x=1", b"body", "1", "zstd")]
    assert (response.status, response.body) == (200, b"\x28\xb5 raw")
    assert response.headers["estafette-service"] == "1"


def test_refusal_of_the_service_is_an_answer() -> None:
    assert ask(lambda *_: Response(409, OWN, b"{}")).status == 409


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, HTML, b"<html>Bienvenue</html>"),
        Response(200, {"Content-Type": "application/json"}, b"{}"),
        Response(204, {}),
        Response(302, {"Location": "http://127.0.0.1:1/"}),
        Response(302, {**OWN, "Location": "http://127.0.0.1:1/"}),
        Response(511, HTML),
        Response(403, HTML, b"<html>proxy</html>"),
        Response(200, {"Estafette-Service": "2"}),
    ],
)
def test_answer_of_something_else_is_a_captive_portal(answer: Response) -> None:
    assert fault_of(answer) == "network.captive_portal"


def test_gateway_that_says_down_is_unreachable() -> None:
    assert fault_of(Response(503, HTML)) == "network.unreachable"


def test_nobody_there_is_unreachable() -> None:
    with served(lambda *_: Response(200, OWN)) as url:
        gone = url
    with pytest.raises(NetworkFault) as caught:
        RequestsTransport(gone).request("GET", "/", b"", {})
    assert caught.value.code == "network.unreachable"


@pytest.mark.parametrize(
    ("answer", "reached"),
    [(Response(302, {"Location": "http://127.0.0.1:1/"}), False), (Response(503, HTML), None), (b"", None)],
)
def test_answer_that_may_have_been_lost_is_told_from_a_request_that_never_came(
    answer: Response | bytes, reached: bool | None
) -> None:
    with served(lambda *_: answer) as url, pytest.raises(NetworkFault) as caught:
        RequestsTransport(url).request("GET", "/", b"", {})
    assert caught.value.details.get("reached") is reached
    with pytest.raises(NetworkFault) as caught:
        RequestsTransport(url).request("GET", "/", b"", {})
    assert caught.value.details["reached"] is False


def test_connection_closed_without_an_answer_is_unreachable() -> None:
    assert fault_of(b"") == "network.unreachable"


def test_plain_http_where_tls_is_expected_is_a_tls_fault(tmp_path: Path) -> None:
    with served(lambda *_: Response(200, OWN)) as url, pytest.raises(NetworkFault) as caught:
        RequestsTransport(url.replace("http:", "https:")).request("GET", "/", b"", {})
    assert caught.value.code == "network.tls"


@pytest.mark.parametrize("sent", [0, 1, 50, 99])
def test_answer_cut_at_any_place_is_no_answer(sent: int) -> None:
    head = b"HTTP/1.1 200 OK\r\nEstafette-Service: 1\r\nContent-Length: 100\r\n\r\n"
    assert fault_of(head + b"x" * sent) == "network.cut"


def test_service_that_says_nothing_times_out() -> None:
    release = threading.Event()

    def answer(*_: object) -> Response:
        release.wait(10)
        return Response(200, OWN)

    with served(answer) as url, pytest.raises(NetworkFault) as caught:
        try:
            RequestsTransport(url).request("GET", "/", b"", {}, timeout_s=0.1)
        finally:
            release.set()
    assert caught.value.code == "network.timeout"


def test_endless_answer_is_given_up() -> None:
    size = ANSWER_BYTES_MAX + 1
    answer = b"HTTP/1.1 200 OK\r\nEstafette-Service: 1\r\nContent-Length: %d\r\n\r\n" % size + bytes(size)
    assert fault_of(answer) == "network.cut"


def test_close_ends_a_request_under_way_at_once() -> None:
    asked, release = threading.Event(), threading.Event()
    codes: list[str] = []

    def answer(*_: object) -> Response:
        asked.set()
        release.wait(20)
        return Response(200, OWN)

    with served(answer) as url:
        transport = RequestsTransport(url)

        def wait() -> None:
            with pytest.raises(NetworkFault) as caught:
                transport.request("GET", "/", b"", {})
            codes.append(caught.value.code)

        thread = threading.Thread(target=wait)
        thread.start()
        assert asked.wait(10)
        began = time.monotonic()
        transport.close()
        thread.join(10)
        elapsed_s = time.monotonic() - began
        release.set()
        assert not thread.is_alive()
        assert elapsed_s < 5
        assert codes == ["network.unreachable"]
        with pytest.raises(NetworkFault):
            transport.request("GET", "/", b"", {})


def test_netrc_of_the_account_does_not_replace_our_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    seen = []

    def answer(_method: str, _path: str, _body: bytes, headers: dict[str, str]) -> Response:
        seen.append(headers["Authorization"])
        return Response(200, OWN)

    with served(answer) as url:
        transport = RequestsTransport(url)
        transport.request("GET", "/", b"", {"Authorization": "DPoP ours"})
        transport.close()
    assert seen == ["DPoP ours"]


def test_requests_share_one_connection() -> None:
    ports = set()

    def answer(*_: object) -> Response:
        ports.add(threading.get_ident())
        return Response(200, OWN)

    with served(answer) as url:
        transport = RequestsTransport(url)
        for _request in range(5):
            transport.request("GET", "/", b"", {})
        transport.close()
    assert len(ports) == 1


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://dossiers.example.fr/", "https://dossiers.example.fr"),
        (" https://dossiers.example.fr:8443/agents/ ", "https://dossiers.example.fr:8443/agents"),
        ("http://localhost:8420", "http://localhost:8420"),
        ("http://[::1]:8420", "http://[::1]:8420"),
    ],
)
def test_url_of_a_service(url: str, root: str) -> None:
    assert checked_url(url) == root


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://dossiers.example.fr", "server.insecure_url"),
        ("http://127.0.0.1.example.fr", "server.insecure_url"),
        ("http://10.0.0.3:8420", "server.insecure_url"),
        ("ftp://dossiers.example.fr", "server.url"),
        ("dossiers.example.fr", "server.url"),
        ("", "server.url"),
        ("https://", "server.url"),
        ("https://user:secret@dossiers.example.fr", "server.url"),
        ("https://dossiers.example.fr:port", "server.url"),
        ("https://[::1", "server.url"),
        ("https://dossiers.example.fr/?next=1", "server.url"),
    ],
)
def test_url_of_no_service(url: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_url(url)
    assert caught.value.code == code
    assert caught.value.details["field"] == "server"


# --- told to wait ---

DATE = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "99999999999999"}, 3600),
        ({"retry-after": "Mon, 23 Nov 2026 12:02:00 GMT", "date": DATE}, 120),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT", "date": DATE}, 0),
        ({"retry-after": "Mon, 23 Nov 2026 12:02:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_as_seconds_or_as_a_date_beside_the_answer_s_own(
    headers: dict[str, str], wait_s: int | None
) -> None:
    assert retry_after_s(headers) == wait_s


@pytest.mark.parametrize("status", [429, 503])
def test_wait_that_nobody_signed_is_short(status: int) -> None:
    answer = Response(status, {**HTML, "Retry-After": "3600"})
    with served(lambda *_: answer) as url, pytest.raises(NetworkFault) as caught:
        RequestsTransport(url).request("GET", "/", b"", {})
    assert (caught.value.code, caught.value.details["retry_after_s"]) == ("network.busy", 300)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, "request.too_many", "network.told_to_wait"),
        (429, "enrol.throttled", "enrol.throttled"),
        (503, "database.unavailable", "network.busy"),
    ],
)
def test_refusals_that_ask_to_wait(status: int, code: str, expected: str) -> None:
    body = json.dumps({"code": code, "title": "", "status": status}).encode()
    headers = {"content-type": "application/problem+json", "retry-after": "9"}
    error = refusal(Response(status, headers, body))
    assert (error.code, error.details["retry_after_s"]) == (expected, 9)
