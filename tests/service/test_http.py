"""What every answer has in common, and what hostile bodies meet."""

from __future__ import annotations

import contextlib
import gzip
import resource
import zlib

import msgspec
import pytest
import requests
import zstandard

from cases.events import Kind, RecordType
from sync.messages import API, REQUEST_BYTES_MAX, Exchange, ExchangeReply
from sync.wire import PROBLEM_TYPE
from tests.support.central_service import RunningService
from tests.support.wire_device import WireDevice, new_id


def check_problem(answer: requests.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)
    assert answer.headers["Content-Type"] == PROBLEM_TYPE
    assert answer.headers["Estafette-Service"] == "1"
    assert set(answer.json()) <= {"code", "title", "status", "details"}


def test_every_kind_of_error_has_the_one_shape(central_service: RunningService) -> None:
    url = central_service.url
    check_problem(requests.get(f"{url}{API}/nothing"), 404, "http.not_found")
    check_problem(requests.get(f"{url}{API}/sync"), 405, "http.method_not_allowed")
    check_problem(requests.post(f"{url}{API}/enrol", data=b"{"), 400, "wire.malformed")
    check_problem(requests.post(f"{url}{API}/enrol", data=b'{"code":1}'), 400, "wire.malformed")
    check_problem(requests.post(f"{url}{API}/enrol", data=b"\xff"), 400, "wire.malformed")
    check_problem(requests.post(f"{url}/oauth/token", data=b"grant_type=other"), 422, "auth.grant_type")
    check_problem(requests.post(f"{url}/oauth/token", data=b"\xff"), 400, "wire.malformed")
    check_problem(requests.get(f"{url}{API}/procedures"), 401, "auth.token_expired")


def test_errors_outside_the_api_are_pages(central_service: RunningService) -> None:
    answer = requests.get(f"{central_service.url}/nothing/here")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.logs_errors
def test_a_bug_is_answered_without_its_words(central_service: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    from central import enrolment

    def broken(*_arguments: object) -> None:
        raise RuntimeError("Durand")

    monkeypatch.setattr(enrolment, "enrol", broken)
    body = b'{"code":"x","public_key":"x","device_name":"x","proof":"x"}'
    answer = requests.post(f"{central_service.url}{API}/enrol", data=body)
    check_problem(answer, 500, "service.unexpected")
    assert "Durand" not in answer.text


def test_health_and_readiness(central_service: RunningService) -> None:
    assert requests.get(f"{central_service.url}/healthz").json() == {"status": "ok"}
    assert requests.get(f"{central_service.url}/readyz").json() == {"status": "ready"}


def test_a_database_that_is_gone_is_a_503_with_a_time_to_come_back(central_service: RunningService) -> None:
    central_service.central.database.close()
    answer = requests.get(f"{central_service.url}/readyz")
    check_problem(answer, 503, "service.not_ready")
    assert answer.json()["details"] == {"database": "database.unavailable"}
    assert answer.headers["Retry-After"]
    central_service.central.database.close()


@pytest.mark.parametrize("encoding", ["zstd", "gzip", ""])
def test_bodies_come_compressed_or_not(device: WireDevice, encoding: str) -> None:
    batch = device.batch(device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Durand"}))
    plain = msgspec.json.encode(Exchange({}, device.by_column(batch)))
    body = {"zstd": zstandard.compress, "gzip": gzip.compress, "": bytes}[encoding](plain)
    answer = device.call("POST", f"{API}/sync", body, {"Content-Encoding": encoding} if encoding else {})
    reply = device._read(answer, ExchangeReply)
    assert reply.push is not None and reply.push.verdicts.others == []


def test_large_answers_come_compressed(device: WireDevice, second_device: WireDevice) -> None:
    device.act(*(device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Durand"}) for _ in range(50)))
    answer = second_device.call("POST", f"{API}/sync", msgspec.json.encode({"cursors": {device.me.stream: 0}}))
    assert answer.headers["Content-Encoding"] == "zstd"
    assert len(second_device.pull().events[device.me.stream]) == 50


def bombs() -> dict[str, bytes]:
    swollen = 512 * 1024 * 1024
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    chunk = bytes(1024 * 1024)
    gzipped = b"".join(deflater.compress(chunk) for _ in range(swollen // len(chunk))) + deflater.flush()
    packer = zstandard.ZstdCompressor(level=3).compressobj()  # names no length
    frame = b"".join(packer.compress(chunk) for _ in range(swollen // len(chunk))) + packer.flush()
    return {"gzip": gzipped, "zstd": frame}


def test_a_body_that_swells_is_refused_without_taking_the_memory(central_service: RunningService) -> None:
    made = bombs()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for encoding, bomb in made.items():
        assert len(bomb) < 1024 * 1024
        answer = requests.post(f"{central_service.url}{API}/enrol", data=bomb, headers={"Content-Encoding": encoding})
        check_problem(answer, 413, "wire.too_large")
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 128 * 1024


def test_a_body_that_is_simply_too_long_is_refused(central_service: RunningService) -> None:
    url = f"{central_service.url}{API}/enrol"
    check_problem(requests.post(url, data=b" " * (REQUEST_BYTES_MAX + 1)), 413, "wire.too_large")
    pieces = (b" " * 65536 for _ in range(REQUEST_BYTES_MAX // 65536 + 2))
    # The service may close while we are still writing: refused all the same.
    with contextlib.suppress(requests.ConnectionError):
        check_problem(requests.post(url, data=pieces), 413, "wire.too_large")


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("zstd", b"nonsense", 400),
        ("gzip", b"nonsense", 400),
        ("zstd", zstandard.compress(b"x" * 1000)[:-3], 400),
        ("gzip", gzip.compress(b"x" * 1000)[:-9], 400),
        ("br", b"x", 415),
        ("zstd, gzip", b"x", 415),
    ],
)
def test_bodies_that_cannot_be_decoded_are_refused(
    central_service: RunningService, encoding: str, body: bytes, status: int
) -> None:
    answer = requests.post(f"{central_service.url}{API}/enrol", data=body, headers={"Content-Encoding": encoding})
    check_problem(answer, status, "wire.encoding" if status == 415 else "wire.malformed")


def test_json_of_a_hundred_thousand_levels_is_refused_quickly(device: WireDevice) -> None:
    answer = device.call("POST", f"{API}/sync", b"[" * 100_000 + b"]" * 100_000)
    check_problem(answer, 400, "wire.malformed")


def test_the_description_names_every_route_and_type(central_service: RunningService) -> None:
    document = requests.get(f"{central_service.url}{API}/openapi.json").json()
    assert {f"{API}/sync", f"{API}/snapshot", f"{API}/changes", f"{API}/enrol", "/oauth/token"} <= set(
        document["paths"]
    )
    assert {"SignedBatch", "ExchangeReply", "Problem"} <= set(document["components"]["schemas"])
    assert not any(path.startswith("/console") for path in document["paths"])
