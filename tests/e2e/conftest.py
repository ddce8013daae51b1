"""The real service, its own PostgreSQL, an office's real client, and Debian's Chromium."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    ViewportSize,
    sync_playwright,
)

from tests.support.office_post import OfficePost

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
PROCEDURE = "inscription-scolaire"
FIRST_AGENT = "Agent d'accueil – Antenne principale"
TOTP_STEP_S = 30


@dataclass
class Codes:
    """Codes of one authenticator, each given once: a code works once, so tests must not hand out the same."""

    secret: str
    _last_step: int = field(default=0)

    def next(self, *, lasting: bool = False) -> str:
        """Return the code of the earliest time step that the service accepts now and that was not given before.

        Args:
            lasting: leave out the step before this one, whose code may end at any moment.
        """
        now_step = int(time.time()) // TOTP_STEP_S
        step = max(self._last_step + 1, now_step if lasting else now_step - 1)
        while step > int(time.time()) // TOTP_STEP_S + 1:
            # Codes are made of time alone: when all three of this moment are spent, only time brings another.
            threading.Event().wait(0.5)
        self._last_step = step
        return str(pyotp.TOTP(self.secret, interval=TOTP_STEP_S).generate_otp(step))


@dataclass(frozen=True)
class Service:
    """The running service and what its first start printed."""

    url: str
    directory: Path
    login: str
    passphrase: str
    enrolment_code: str
    codes: Codes


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """``main.py serve`` on a port of its own, with the three procedures of the repository."""
    directory = Path(tempfile.mkdtemp(prefix="estafette-e2e-"))
    # The private PostgreSQL runs under its own account when we are root, and must be able to walk there.
    directory.chmod(0o755)
    command = [sys.executable, "main.py", "serve", "--data", str(directory / "data"), "--port", "0"]
    command += ["--procedures", str(ROOT / "resources" / "procedures")]
    with open(directory / "service.log", "wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield _started(process, directory)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        assert process.stdout is not None
        process.stdout.close()
        shutil.rmtree(directory, ignore_errors=True)


def _started(process: subprocess.Popen[str], directory: Path) -> Service:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ready "):
            first = json.loads((directory / "data" / "first-start.json").read_text())
            return Service(
                url=line.split()[1],
                directory=directory,
                login=first["supervisor_login"],
                passphrase=first["supervisor_passphrase"],
                enrolment_code=first["enrolment_code"],
                codes=Codes(first["totp_secret"]),
            )
    pytest.fail(f"the service did not start:\n{(directory / 'service.log').read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def post(service: Service) -> Iterator[OfficePost]:
    """The first agent's PC."""
    directory = Path(tempfile.mkdtemp(prefix="estafette-post-"))
    first = OfficePost(directory / "workspace", service.url, service.enrolment_code, "Portable de l’accueil")
    yield first
    first.close()
    shutil.rmtree(directory)


def choose_first_agent(page: Page) -> None:
    """Choose ``post``'s agent on the page of the devices: other tests of this service add agents and offices."""
    page.get_by_label("Pour quel agent").select_option(label=FIRST_AGENT)


def sign_in(page: Page, service: Service, *, lasting: bool = False) -> str:
    """Sign in as a person does and return the code that was used."""
    page.goto(f"{service.url}/console")
    page.get_by_label("Nom d’utilisateur").fill(service.login)
    page.get_by_label("Phrase secrète").fill(service.passphrase)
    page.get_by_role("button", name="Continuer").click()
    code = service.codes.next(lasting=lasting)
    page.get_by_label("Code à six chiffres").fill(code)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("heading", name="Dossiers", level=1).wait_for()
    return code


@pytest.fixture(scope="session")
def signed_in(browser: Browser, service: Service) -> StorageState:
    """The cookies of a signed-in supervisor. Shared: each sign-in spends a code, and codes are made of time."""
    with contextlib.closing(browser.new_context(locale="fr-FR", viewport=VIEWPORT)) as context:
        page = context.new_page()
        sign_in(page, service)
        return context.storage_state()


@dataclass
class Watched:
    """What the browser complained about: broken policy, broken script, a request that left for elsewhere."""

    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext, url: str) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        context.on(
            "request",
            lambda request: None if request.url.startswith(url) else self.complaints.append(f"left for {request.url}"),
        )

    def _console(self, message: ConsoleMessage) -> None:
        # A refused form answers 4xx on purpose; the browser reports each as a failed resource.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def visitor(browser: Browser, service: Service) -> Iterator[BrowserContext]:
    """A browser without cookies that speaks French; a complaint of the browser fails the test."""
    watched = Watched()
    context = browser.new_context(locale="fr-FR", viewport=VIEWPORT, base_url=service.url)
    watched.watch(context, service.url)
    yield context
    context.close()
    assert watched.complaints == []


@pytest.fixture
def supervisor(browser: Browser, service: Service, signed_in: StorageState) -> Iterator[BrowserContext]:
    """A signed-in supervisor's browser."""
    watched = Watched()
    context = browser.new_context(
        locale="fr-FR", viewport=VIEWPORT, base_url=service.url, storage_state=signed_in, accept_downloads=True
    )
    watched.watch(context, service.url)
    yield context
    context.close()
    assert watched.complaints == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.access(CHROMIUM, os.X_OK):
        for item in items:
            item.add_marker(pytest.mark.skip(reason=f"no browser at {CHROMIUM}"))
