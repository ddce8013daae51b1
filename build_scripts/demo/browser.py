"""The supervisor's console and the citizen's page in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType

import pyotp
from playwright.sync_api import Browser, Page, expect, sync_playwright

from build_scripts.demo.processes import StepFailed

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 30_000


class Web:
    """A browser with one window for the supervisor and one for the citizen."""

    def __init__(self, url: str, pictures: Path) -> None:
        self._url = url
        self._pictures = pictures

    def __enter__(self) -> Web:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        if program is None:
            raise StepFailed("no Chromium on this machine")
        try:
            self._playwright = sync_playwright().start()
            launch = self._playwright.chromium.launch
            self._browser: Browser = launch(executable_path=program, headless=True, args=QUIET)
        except Exception as failure:
            raise StepFailed(f"5 review and decision: the browser did not start: {failure}") from failure
        self.console = self._window()
        self.portal = self._window()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _value: object, _trace: TracebackType | None) -> None:
        self._browser.close()
        self._playwright.stop()

    def _window(self) -> Page:
        context = self._browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(WAIT_MS)
        return context.new_page()

    def picture(self, page: Page, name: str) -> None:
        """Keep what is to be seen."""
        page.screenshot(path=str(self._pictures / f"{name}.png"), full_page=True)

    def sign_in(self, login: str, passphrase: str, secret: str) -> None:
        """Sign in as the supervisor: passphrase, then the code of the moment."""
        page = self.console
        page.goto(f"{self._url}/console/entrer")
        page.fill("#login", login)
        page.fill("#passphrase", passphrase)
        page.click("form.card button.primary")
        page.fill("#code", pyotp.TOTP(secret).now())
        page.click("form.card button.primary")
        page.wait_for_url("**/console**")
        expect(page.locator("#live-queue")).to_be_visible()

    def open_case(self, tracking_code: str) -> None:
        """Find the case in the queue and open it."""
        page = self.console
        page.goto(f"{self._url}/console")
        line = page.locator("#live-queue tbody tr", has_text=tracking_code)
        expect(line).to_be_visible(timeout=WAIT_MS)
        self.picture(page, "5a-console-queue")
        line.locator("a.main-link").click()
        expect(page.locator("header.band-card")).to_contain_text(tracking_code)

    def read_case(self, *wanted: str) -> None:
        """Check that the answers are there in the form's own words."""
        for text in wanted:
            expect(self.console.locator("main")).to_contain_text(text)
        self.picture(self.console, "5b-console-case")

    def ask_for_information(self, message: str) -> None:
        """Send the case back to the agent with a question."""
        page = self.console
        page.click("a[href$='/demande']")
        page.fill("#message", message)
        page.click("form.card button.primary")
        expect(page.locator("main")).to_contain_text(message)
        self.picture(page, "5c-console-question")

    def accept(self, reasons: str, tracking_code: str) -> None:
        """Accept the case: first without reasons, which is refused, then with."""
        page = self.console
        self.open_case(tracking_code)
        page.click("a[href$='/decision']")
        page.check("input[name=decision][value=accepted]")
        page.click("form.card button.primary")
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        expect(page.locator("input[name=decision][value=accepted]")).to_be_checked()
        page.fill("#reasons", reasons)
        page.click("form.card button.primary")
        self.picture(page, "5e-console-confirmation")
        page.click("button[name=step][value=confirmed]")
        expect(page.locator("main")).to_contain_text(reasons)
        self.picture(page, "5f-console-decided")

    def record(self, case: str, into: Path) -> None:
        """Download the case's record for the verifier."""
        answer = self.console.request.get(f"{self._url}/console/dossiers/{case}/registre")
        if answer.status != 200:
            raise StepFailed(f"the case's record could not be downloaded: {answer.status}")
        into.write_bytes(answer.body())

    def follow(self, tracking_code: str, *wanted: str) -> str:
        """Look the case up as the citizen does and return what the page says."""
        page = self.portal
        page.goto(f"{self._url}/suivi")
        page.fill("#code", tracking_code)
        page.click("form.card button.primary")
        for text in wanted:
            expect(page.locator("main")).to_contain_text(text)
        self.picture(page, "6-citizen-page")
        return page.locator("h1").inner_text()
