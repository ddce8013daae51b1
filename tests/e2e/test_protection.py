"""What a stranger's page, a forged form and a hostile answer can do: nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from fastapi.routing import APIRoute
from playwright.sync_api import BrowserContext, StorageState, expect
from starlette.routing import BaseRoute

from cases.clock import SystemClock
from cases.ids import SystemRandomness
from central.api.application import Service as Application
from central.context import Central, Settings
from central.database.client import Database
from central.keys import Keys
from central.web.routes import FORM_BYTES_MAX, SAFE_METHODS
from tests.e2e.conftest import PROCEDURE, Service
from tests.support.office_post import Handed, OfficePost

PAYLOADS = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "'><svg/onload=window.hacked=1>",
    "</textarea><script>window.hacked=1</script>",
    "{{ 7 * 7 }}{% set x = 1 %}",
    "javascript:window.hacked=1",
    "<a href='javascript:window.hacked=1'>x</a>",
    "\u202e<iframe srcdoc='<script>parent.hacked=1</script>'>",
    "<div hx-get='/console/entrer' hx-trigger='load'>x</div>",
)
MACHINES = ("/api/", "/oauth/")


@pytest.fixture(scope="module")
def handed(post: OfficePost) -> Handed:
    return post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Protection")


@pytest.fixture(scope="module")
def browsing(service: Service, signed_in: StorageState) -> Iterator[requests.Session]:
    """The supervisor's cookies outside a browser, which would add headers of its own."""
    with requests.Session() as session:
        for cookie in signed_in.get("cookies", []):
            session.cookies.set(cookie.get("name", ""), cookie.get("value", ""))
        yield session


def unsafe_routes(directory: Path) -> list[tuple[str, str]]:
    """Return method and path of every route of the whole application that changes something and serves people."""
    randomness = SystemRandomness()
    settings = Settings("http://127.0.0.1")
    central = Central(Database("host=/nowhere"), Keys(directory, randomness), SystemClock(), randomness, settings)
    return [
        (method, route.path)
        for route in _flat(Application(central).app.routes)
        for method in sorted((route.methods or set()) - SAFE_METHODS)
        if not route.path.startswith(MACHINES)
    ]


def _flat(routes: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:  # FastAPI keeps routers nested
            yield from _flat(included.routes)


def test_no_unsafe_route_acts_without_our_own_form(
    service: Service, handed: Handed, browsing: requests.Session, tmp_path: Path
) -> None:
    routes = unsafe_routes(tmp_path)
    assert {"/console/entrer", "/console/sortir", "/console/dossiers/{identity}/decision"} <= {
        path for _, path in routes
    }
    assert len(routes) >= 7
    token = own_token(service, browsing)
    fields = {
        "base": "999999",
        "text": "x",
        "message": "x",
        "decision": "accepted",
        "reasons": "x",
        "step": "confirmed",
    }
    history = f"{service.url}/console/dossiers/{handed.case}/registre"
    before = acts_in(browsing.get(history, timeout=20))
    for method, path in routes:
        url = service.url + path.replace("{identity}", handed.case)
        for headers, extra in (
            ({"Origin": service.url}, {}),  # no token
            ({"Origin": service.url}, {"token": "0" * 64}),  # another's token
            ({"Origin": "https://evil.example"}, {"token": token}),
            ({"Origin": "null"}, {"token": token}),
            ({}, {"token": token}),  # no browser at all
        ):
            answer = browsing.request(
                method, url, data=fields | extra, headers=headers, allow_redirects=False, timeout=20
            )
            assert answer.status_code == 403, (method, path, headers)
            assert "Par sécurité" in answer.text
    assert acts_in(browsing.get(history, timeout=20)) == before


def acts_in(register: requests.Response) -> list[str]:
    """The acts in a case's register. Its other lines grow by themselves, when the log of receipts takes batches in."""
    lines = [json.loads(line) for line in register.content.splitlines()]
    acts = [json.dumps(line, sort_keys=True) for line in lines if line["type"] not in ("leaf", "log", "end")]
    assert acts
    return acts


def own_token(service: Service, browsing: requests.Session) -> str:
    page = browsing.get(f"{service.url}/console/postes", timeout=20).text
    return page.split('name="token" value="', 1)[1].split('"', 1)[0]


def test_a_form_too_long_is_refused_before_it_is_read(
    service: Service, handed: Handed, browsing: requests.Session
) -> None:
    url = f"{service.url}/console/dossiers/{handed.case}/note"
    data = {"token": own_token(service, browsing), "text": "x" * (FORM_BYTES_MAX + 1)}
    answer = browsing.post(url, data=data, headers={"Origin": service.url}, timeout=20)
    assert answer.status_code == 413
    assert "C’est trop long" in answer.text


def test_extra_fields_change_nothing(service: Service, handed: Handed, browsing: requests.Session) -> None:
    url = f"{service.url}/console/dossiers/{handed.case}/note"
    extra = {"kind": "status", "to": "accepted", "tenant": "2", "record": "0" * 32}
    data = {"token": own_token(service, browsing), "text": "Une note.", "base": "0", **extra}
    answer = browsing.post(url, data=data, headers={"Origin": service.url}, timeout=20)
    assert answer.status_code == 200
    assert "En construction" in answer.text


def test_nothing_that_people_type_is_ever_executed(supervisor: BrowserContext, post: OfficePost) -> None:
    """One citizen, answer, note and message for each payload, seen on every page that shows them."""
    page = supervisor.new_page()
    for payload in PAYLOADS:
        handed = post.hand_in(
            PROCEDURE, {"/home/address_line": payload, "/request/reason": payload}, family_name=payload
        )
        post.workspace.add_note(handed.case, payload, base=0)
        post.sync()
        page.goto(f"/console?q={quote(payload)}")
        expect(page.locator(f"#case-{handed.case}")).to_be_visible()
        page.goto(f"/console/dossiers/{handed.case}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(payload.strip("\u202e")[:6])
        page.get_by_role("link", name="Demander un complément").click()
        page.get_by_label("Que manque-t-il").fill(payload)
        page.get_by_role("button", name="Envoyer la demande").click()
        expect(page.locator("header .chip")).to_have_text("À compléter")
        page.goto(f"/suivi/{handed.tracking_code}")
        expect(page.get_by_role("heading", name="Ce qui vous est demandé")).to_be_visible()
        page.goto(f"/suivi?code={quote(payload)}")
        assert page.evaluate("window.hacked") is None


def test_every_answer_carries_the_protecting_headers(service: Service, browsing: requests.Session) -> None:
    for path in ("/", "/suivi?code=x", "/console", "/console/entrer", "/console/postes", "/nowhere"):
        headers = browsing.get(service.url + path, timeout=20).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"


def test_nobody_reads_a_case_without_signing_in(service: Service, handed: Handed) -> None:
    for path in ("", "/direct", "/registre", "/demande", "/decision"):
        url = f"{service.url}/console/dossiers/{handed.case}{path}"
        answer = requests.get(url, allow_redirects=False, timeout=20)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/console/entrer")
    polled = requests.get(f"{service.url}/console/file", headers={"HX-Request": "true"}, timeout=20)
    assert "Votre session est terminée" in polled.text
    assert "Protection" not in polled.text


def test_the_language_switch_leads_to_no_other_site(service: Service) -> None:
    for address in ("https://evil.example", "//evil.example", "/\\evil.example"):
        url = f"{service.url}/langue/en?vers={quote(address, safe='')}"
        assert requests.get(url, allow_redirects=False, timeout=20).headers["Location"] == "/"
