"""The service does what its description says: whatever the description allows is asked, and every answer is one of
those that it names. ``ESTAFETTE_API_EXAMPLES`` sets how many requests each route gets (12 by default)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response as Answer
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.events import Kind, RecordType
from central.api.gate import Gate
from central.api.heads import Heads
from central.api.routes import router, whole_router
from sync import signing, wire
from sync.messages import API
from tests.service.test_operating import second_door
from tests.support.central_service import RunningService
from tests.support.wire_device import WireDevice, enrolled, new_id

EXAMPLES = int(os.environ.get("ESTAFETTE_API_EXAMPLES", "12"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


class Asker:
    """Asks a service what a description allows, as a device or as nobody."""

    def __init__(self, url: str, device: WireDevice) -> None:
        self.url = url
        self.device = device
        self.document: dict[str, Any] = requests.get(f"{url}{API}/openapi.json").json()
        self.statuses: set[int] = set()

    def schema(self) -> Any:
        return schemathesis.openapi.from_dict(self.document)

    def ask(self, case: Any, *, signed: bool) -> None:
        """Send one request and judge its answer. Raises what schemathesis says of an answer that is not described."""
        sent = requests.Request(**case.as_transport_kwargs(base_url=self.url)).prepare()
        body = sent.body.encode() if isinstance(sent.body, str) else bytes(sent.body or b"")
        sent.headers.pop("Authorization", None)
        sent.headers["Accept-Encoding"] = "identity"
        sent.headers.pop("Content-Encoding", None)
        if signed:
            sent.headers["Authorization"] = self._shown(str(sent.method), sent.path_url, body)
        answer = self.device.http.send(sent, timeout=60)
        self.statuses.add(answer.status_code)
        case.validate_response(_plain(answer), checks=CHECKS)

    def _shown(self, method: str, target: str, body: bytes) -> str:
        device = self.device
        if not device.token:
            device.fetch_token()
        device.counter += 1
        return signing.authorization(
            device.sign, method=method, target=target, token=device.token, counter=device.counter, body=body
        )


def _plain(answer: requests.Response) -> Answer:
    """Undo what a signed answer spares itself: it is compressed, and JSON goes without saying (ADR 8)."""
    headers = {name.lower(): [value] for name, value in answer.headers.items()}
    content = answer.content
    if headers.pop("content-encoding", []) == [wire.ENCODING] and content[:4] == b"\x28\xb5\x2f\xfd":
        content = wire.decompress(content, limit=64 * 1024 * 1024)
    if signing.SIGNATURE_HEADER.lower() in headers:
        headers.setdefault("content-type", [wire.JSON_TYPE])
    return Answer(answer.status_code, headers, content, answer.request, answer.elapsed.total_seconds(), True)


@pytest.fixture
def asker(central_service: RunningService) -> Iterator[Asker]:
    unlimited = replace(central_service.central.settings, device_requests_per_second=0)
    with second_door(central_service, settings=unlimited) as (url, _operator):
        device = enrolled(url, central_service.first.enrolment_code)
        device.act(device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Durand"}))
        yield Asker(url, device)
        device.close()


def ask_everything(asker: Asker, examples: int) -> int:
    """Ask every route so many times; return how many routes there are."""
    routes = 0
    for found in asker.schema().get_all_operations():
        operation = found.ok()
        routes += 1
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in _possible(operation)))

        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=cases, signed=st.sampled_from([True, True, False]))
        def run(case: Any, signed: bool) -> None:
            asker.ask(case, signed=signed)

        run()
    return routes


def _possible(operation: Any) -> list[schemathesis.GenerationMode]:
    """Return the modes: what takes nothing cannot be asked wrongly."""
    takes = operation.body or operation.query or operation.path_parameters
    return MODES if takes else MODES[:1]


def test_every_answer_is_described(asker: Asker) -> None:
    routes = ask_everything(asker, EXAMPLES)
    described = sum(len(path) for path in asker.document["paths"].values())
    assert routes == described >= 14
    # It got behind the door: some requests were let in, some of them were wrong, and strangers were sent away.
    assert {200, 401} <= asker.statuses and asker.statuses & {400, 422}


def test_an_answer_that_is_not_described_is_seen(asker: Asker) -> None:
    for operation in asker.document["paths"].values():
        for route in operation.values():
            route["responses"].pop("401", None)
    with pytest.raises(BaseException) as caught:
        ask_everything(asker, 10)
    assert "401" in repr(getattr(caught.value, "exceptions", [caught.value]))


def test_the_description_names_every_route_of_the_api(asker: Asker, central_service: RunningService) -> None:
    service = central_service.central
    gate = Gate(service)
    routers = [router(service, gate, Heads(service)), whole_router(service, gate)]
    routes = {(route.path, method.lower()) for made in routers for route in made.routes for method in route.methods}
    described = {(path, method) for path, ways in asker.document["paths"].items() for method in ways}
    assert routes <= described
    for path, method in routes:
        entry = asker.document["paths"][path][method]
        assert entry["summary"] and "200" in entry["responses"]
        signed = path not in ("/oauth/token", f"{API}/enrol")
        assert bool(entry.get("security")) is signed, path
