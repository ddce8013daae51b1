"""The story of the main job: seven steps, each checked, each with its pictures."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyotp

from build_scripts import machine
from build_scripts.demo.browser import Web
from build_scripts.demo.people import AWA, LEA, OUSMANE, Visitor
from build_scripts.demo.processes import ROOT, Desktop, Screen, Service, StepFailed

PASSPHRASE = "bruyère lanterne 42 passerelle"
PICTURES = ROOT / "build" / "demo"
CORPUS = ROOT.parent / "shared" / "corpus" / "xlsforms"
CORPUS_FORMS = {
    "onadata__mali_health.xlsx": "onadata-mali-health",
    "web-forms__socio-economic-survey-v20240515.xlsx": "socio-economic-survey",
}
"""File -> the procedure that it becomes: a form with an identity of its own goes by that, else by its file's name."""
QUESTION = "Merci de préciser le téléphone d’un proche que nous pouvons appeler."
REPLY = "Le fils de Mme Koné peut être appelé au 06 00 00 00 00."
REASONS = "Les conditions de résidence et d’âge sont remplies (CASF, art. L. 232-1)."
PROBLEM_BYTE = b"Kon"


class Story:
    """The steps, in order. Each returns the line that says what was checked."""

    def __init__(self, data: Path, environment: dict[str, str]) -> None:
        self.service = Service(data / "central", PICTURES / "service.log")
        self.workspace = data / "workspace"
        self.desktop = Desktop(self.workspace, PICTURES, PICTURES / "desktop.log", environment)
        self.people: dict[str, str] = {}
        self.code = ""
        self.case = ""
        self.others: list[str] = []

    def start_service(self) -> str:
        """Step 1: IT starts the central service; its PostgreSQL comes with it."""
        forms = [CORPUS / name for name in CORPUS_FORMS if (CORPUS / name).exists()]
        self.service.start()
        self.people = self.service.first_start()
        for form in forms:
            command = [sys.executable, "main.py", "procedure", "publish", str(form), "--data", str(self.service.data)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise StepFailed(f"{form.name} was not published: {done.stdout}{done.stderr}")
        published = f"{len(forms)} XLSForms of other projects published" if forms else "no other XLSForms here"
        return f"private PostgreSQL started, tenant, office, supervisor and agent created, {published}"

    def enrol(self) -> str:
        """Step 2: the agent enrols the PC and chooses a passphrase; bad input first."""
        self.desktop.start()
        code = self.people["enrolment_code"]
        wrong = self.desktop.do("enrol", server=self.service.url, code="AAAA-AAAA-AAAA-AAAA", passphrase=PASSPHRASE)
        if not wrong.get("refused"):
            raise StepFailed("a wrong enrolment code was not refused")
        self.desktop.do("picture", name="2a-wrong-code")
        seen = self.desktop.do("enrol", server=self.service.url, code=code, passphrase=PASSPHRASE)
        if not seen.get("enrolled"):
            raise StepFailed(f"not enrolled: {seen}")
        self.desktop.do("wait_procedures", count=3)
        self.desktop.do("picture", name="2b-enrolled")
        for path in self.workspace.rglob("*"):
            if path.is_file() and path.read_bytes()[:16].startswith(b"SQLite format 3"):
                raise StepFailed(f"{path.name} is not encrypted")
        return f"wrong code refused in words, device enrolled as {seen['agent']}, no file of the store in clear"

    def offline(self) -> str:
        """Step 3: without the service, a whole case; the program is killed half-way; nothing typed is missing."""
        self.service.stop()
        visitor = AWA
        self._citizen(visitor)
        self.desktop.do("open_case", procedure=visitor.procedure)
        wrong = self.desktop.do("answer", name="birth_date", text="12032020")
        if not wrong.get("problem"):
            raise StepFailed("a birth date that the form forbids was not explained")
        self.desktop.do("picture", name="3a-constraint")
        corrected = self.desktop.do("answer", name="birth_date", text=visitor.answers["birth_date"])
        if corrected.get("problem"):
            raise StepFailed(f"the corrected birth date is still refused: {corrected['problem']}")
        self.desktop.do("fill", answers=visitor.answers, rows={}, pages=3)
        before = self.desktop.do("answers")["answers"]
        self.desktop.kill()
        self.desktop.start()
        self._unlock()
        after = self.desktop.do("answers")["answers"]
        if not before or before != after:
            raise StepFailed(f"after the kill the form holds {after}, and before it {before}")
        self.desktop.do("picture", name="3b-after-the-kill")
        self.desktop.do("fill", answers=visitor.answers, rows=visitor.rows)
        self.desktop.do("picture", name="3c-filled")
        self.code, self.case = self._hand_in("3d-receipt", "Koné Awa Françoise", "14 280,50", "33 000,50")
        held = len(before) if isinstance(before, dict) else 0
        return (
            f"constraint explained and corrected, killed with {held} answers, {held} found again, receipt {self.code}"
        )

    def other_cases(self) -> str:
        """Step 3, the other visitors of the day, still offline; then forms that others wrote."""
        for visitor in (LEA, OUSMANE):
            self._citizen(visitor)
            self.desktop.do("open_case", procedure=visitor.procedure)
            self.desktop.do("fill", answers=visitor.answers, rows=visitor.rows)
            self.desktop.do("picture", name=f"3e-{visitor.procedure}")
            name = f"{visitor.citizen['family_name']} {visitor.citizen['given_names']}"
            self.others.append(self._hand_in(f"3e-{visitor.procedure}-receipt", name)[0])
        for (name, procedure), family in zip(CORPUS_FORMS.items(), ("Marchand", "Berthelot"), strict=True):
            if (CORPUS / name).exists():
                self._citizen(Visitor("", {"family_name": family, "given_names": "Camille", "birth_date": "5/2/1979"}))
                self.desktop.do("open_case", procedure=procedure)
                self.desktop.do("fill", answers={}, rows={}, thorough=True)
                self.desktop.do("picture", name=f"3f-{name.split('.')[0]}")
                self.others.append(self._hand_in(f"3f-{name.split('.')[0]}-receipt", f"{family} Camille")[0])
        waiting = self.desktop.do("strip")
        if not str(waiting["text"]).startswith(f"{1 + len(self.others)} dossiers sur ce poste"):
            raise StepFailed(f"the strip does not count the cases of this PC: {waiting['text']}")
        self.desktop.do("picture", name="3g-waiting")
        return f"{len(self.others)} more cases handed in offline; the strip says: {waiting['text']}"

    def service_returns(self) -> str:
        """Step 4: the service comes back; the work leaves by itself."""
        self.service.start()
        seen = self.desktop.do("wait_strip", part="reçu")
        self.desktop.do("wait_receipt")
        self.desktop.do("picture", name="4-received")
        return f"without a click the strip says: {seen['text']}"

    def review(self, web: Web) -> str:
        """Step 5: the supervisor signs in, reads, asks; the agent answers; the supervisor decides."""
        web.sign_in(self.people["supervisor_login"], self.people["supervisor_passphrase"], self.people["totp_secret"])
        web.open_case(self.code)
        web.read_case("Koné", "Traoré", "Veuf")
        begun = time.monotonic()
        web.ask_for_information(QUESTION)
        self.desktop.do("wait_state", case=self.case, state="needs_information")
        seconds = time.monotonic() - begun
        self.desktop.do("open_follow_up", case=self.case, expect=QUESTION)
        self.desktop.do("picture", name="5d-question-at-the-desk")
        self.desktop.do("reply", text=REPLY)
        self.desktop.do("wait_strip", part="reçu")
        web.accept(REASONS, self.code)
        self.desktop.do("wait_state", case=self.case, state="accepted")
        self.desktop.do("open_follow_up", case=self.case, expect=REASONS)
        self.desktop.do("picture", name="5g-decision-at-the-desk")
        return f"the question reached the desk in {seconds:.1f} s, the reply came back, accepted on both sides"

    def citizen_follows(self, web: Web) -> str:
        """Step 6: with the code of the receipt the citizen sees where the case stands."""
        return f"the citizen's page says: {web.follow(self.code, REASONS)}"

    def verify(self, web: Web) -> str:
        """Step 7: the chain is complete and unaltered; one byte changed, and the first bad event is named."""
        record = PICTURES / "7-record.jsonl"
        web.record(self.case, record)
        good = self._verify(record)
        if good.returncode:
            raise StepFailed(f"the untouched record was refused: {good.stdout}")
        data = record.read_bytes()
        place = data.rindex(REPLY.encode()[:8]) + 3
        altered = PICTURES / "7-record-altered.jsonl"
        altered.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        bad = self._verify(altered)
        if bad.returncode == 0:
            raise StepFailed("one byte was changed and nobody noticed")
        (PICTURES / "7-verify.txt").write_text(f"{good.stdout}\n{bad.stdout}")
        return f"{good.stdout.strip().splitlines()[0]} / {bad.stdout.strip().splitlines()[0]}"

    def _verify(self, record: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "main.py", "verify", str(record), "--service-key", self.people["service_key"]]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    def _citizen(self, visitor: Visitor) -> None:
        seen = self.desktop.do(
            "search_citizen", text=f"{visitor.citizen['family_name']} {visitor.citizen['given_names']}"
        )
        if seen["found"]:
            raise StepFailed(f"a citizen was found before one was made: {seen['found']}")
        self.desktop.do("create_citizen", fields=visitor.citizen)

    def _hand_in(self, picture: str, *wanted: str) -> tuple[str, str]:
        receipt = PICTURES / f"{picture}.pdf"
        seen = self.desktop.do("submit", receipt=str(receipt), picture=picture)
        text = self._receipt_text(receipt)
        said = " ".join((text or "").split())
        for each in (str(seen["tracking_code"]), *wanted):
            if text is not None and each not in said:
                raise StepFailed(f"the receipt {receipt.name} does not say {each!r}")
        return str(seen["tracking_code"]), str(seen["case"])

    def _unlock(self) -> None:
        if not self.desktop.do("unlock", passphrase="ce n'est pas elle du tout").get("refused"):
            raise StepFailed("a wrong passphrase was not refused")
        self.desktop.do("unlock", passphrase=PASSPHRASE)

    @staticmethod
    def _receipt_text(receipt: Path) -> str | None:
        reader = shutil.which("pdftotext")
        if reader is None:
            return None
        return subprocess.run([reader, "-layout", str(receipt), "-"], capture_output=True, text=True, check=True).stdout


def tell(story: Story, web: Callable[[], Web]) -> None:
    """Run every step; StepFailed, with the step's name in front, at the first that does not do what it must."""
    step("1 the central service", story.start_service)
    step("2 enrolment", story.enrol)
    step("3 a case without the network", story.offline)
    step("3 the other cases", story.other_cases)
    step("4 the service comes back", story.service_returns)
    with web() as browser:
        step("5 review and decision", lambda: story.review(browser))
        step("6 the citizen", lambda: story.citizen_follows(browser))
        step("7 the record", lambda: story.verify(browser))


def step(name: str, work: Callable[[], str]) -> None:
    """Run one step and print what was checked."""
    begun = time.monotonic()
    try:
        checked = work()
    except StepFailed as failure:
        raise StepFailed(f"{name}: {failure}") from failure
    except Exception as failure:
        raise StepFailed(f"{name}: {type(failure).__name__}: {failure}") from failure
    print(f"{name}: {checked} ({time.monotonic() - begun:.0f} s)", flush=True)


def run_demo(argv: list[str]) -> int:
    """Run the main job. Prints one line per step and ends with `main job: ok`; 1 and the step's name otherwise."""
    parser = argparse.ArgumentParser(prog="main.py demo", description=run_demo.__doc__)
    parser.add_argument("--headless", action="store_true", help="leave nothing open at the end, even with a screen")
    arguments = parser.parse_args(argv)
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    visible = machine.has_screen() and not arguments.headless
    screen = Screen()
    # PostgreSQL runs under an account of its own when root starts it, and must be able to walk to its folder.
    data = Path(tempfile.mkdtemp(prefix="estafette-demo-", dir="/var/tmp" if Path("/var/tmp").is_dir() else None))
    data.chmod(0o755)
    story = Story(data, {} if visible else screen.start())
    try:
        tell(story, lambda: Web(story.service.url, PICTURES))
        print("main job: ok", flush=True)
        if visible:
            leave_open(story)
    except StepFailed as failure:
        print(f"main job: FAILED at {failure}", flush=True)
        return 1
    finally:
        story.desktop.kill()
        story.service.stop()
        screen.stop()
        shutil.rmtree(data, ignore_errors=True)
    return 0


def leave_open(story: Story) -> None:
    """Leave the window and the service to the visitor until the window is closed (or Ctrl+C)."""
    people = story.people
    print(f"\nThe agent's window is yours; to unlock it: {PASSPHRASE}")
    print(f"The supervisor's console: {story.service.url}/console")
    print(f"  user name {people['supervisor_login']}, passphrase {people['supervisor_passphrase']}")
    print(f"  code for the next half minute {pyotp.TOTP(people['totp_secret']).now()}, then by {people['totp_uri']}")
    print(f"The citizen's page: {story.service.url}/suivi, with the code {story.code}")
    print("Close the window, or press Ctrl+C here, to end.", flush=True)
    with suppress(KeyboardInterrupt):
        story.desktop.wait_closed()
