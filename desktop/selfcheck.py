"""``main.py selfcheck``: does this installation work on this computer? Tried on a throw-away workspace, told in JSON.

For IT support, and for the build, which starts so what it built.
"""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import platform
import shutil
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import keyring
from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    SignalInstance,
    qInstallMessageHandler,
    qVersion,
)
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QDialogButtonBox, QLineEdit, QWidget

from cases import resources
from cases.errors import Detail, EstafetteError
from cases.keys.device_secret import FileDeviceSecrets
from cases.ports import Ports
from cases.procedures import Procedure, load_directory, to_bundle
from cases.receipt import ReceiptData, receipt_answers, receipt_pdf
from cases.store import engine
from cases.views import Identity
from cases.workspace import STORE_NAME, Workspace
from desktop import application, route
from desktop.theme.manager import FAMILY
from forms.errors import FormRefused, FormsError
from forms.session import Session
from forms.views import Item, QuestionView
from sync.desk import Desk, OpenForm
from sync.messages import bundle_version

W = TypeVar("W", bound=QWidget)

PROCEDURE = "inscription-scolaire"
ZONE = "Europe/Paris"
PASSPHRASE = "essai jetable agrafe cheval jardin"
CITIZEN = {"family_name": "Quatremère", "given_names": "Zélie", "birth_date": "1990-02-28"}
MISTYPED = "quatrmere zelie"
PLAIN_HEADER = b"SQLite format 3"
WINDOW_TIMEOUT_MS = 60_000
UNABLE_KEYRINGS = frozenset({"keyring.backends.fail", "keyring.backends.null"})
HARMLESS = "This plugin does not support propagateSizeHints()"
"""What Qt's offscreen plugin says of every window of its own."""

HELP = """\
Try this installation on this computer: make an encrypted workspace that is thrown away at the end, find a citizen in
it, compile a procedure, fill a case, print a receipt, open the window (not on the screen) and unlock it.

Nothing is sent, no real workspace is touched. The answer is one line of JSON on standard output: {"selfcheck": "ok", …}
with versions and times in milliseconds and exit code 0 ("warnings": ["keyring"] means that this computer has no
keyring: start Estafette there with --device-secret-file DIR), or {"selfcheck": "failed", "step": …, "code": …} and exit
code 1. Send that line to whoever helps you; there is nothing personal in it."""


class CheckFailed(Exception):
    """A step did not give what it must; ``code`` and ``details`` as for ``EstafetteError``."""

    def __init__(self, code: str, /, **details: Detail) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, Detail] = details


class Noise(logging.Handler):
    """What would have gone to standard error: logged warnings, errors of threads and slots, words of Qt.

    Attributes:
        lines: each is a failure.
        qt_warnings: a desktop's own oddities may make Qt complain; they are told and fail nothing.
    """

    def __init__(self, fatal: Callable[[str], None]) -> None:
        """``fatal`` gets Qt's last words; Qt ends the process when it returns: there is no display, most often."""
        super().__init__(logging.WARNING)
        self._fatal = fatal
        self.lines: list[str] = []
        self.qt_warnings: list[str] = []

    def listen(self) -> None:
        """Take all of it from now on, until the process ends."""
        logging.getLogger().addHandler(self)
        logging.captureWarnings(True)
        sys.excepthook = lambda _kind, error, _trace: self.lines.append(place_of(error))
        threading.excepthook = lambda given: self.lines.append(place_of(given.exc_value))
        qInstallMessageHandler(self._qt)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")

    def _qt(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            self._fatal(text)
        elif kind == QtMsgType.QtCriticalMsg:
            self.lines.append(f"Qt: {text}")
        elif kind == QtMsgType.QtWarningMsg and text != HARMLESS:
            self.qt_warnings.append(text)

    def check(self) -> None:
        """Fail when there was anything."""
        if self.lines:
            raise CheckFailed("selfcheck.unexpected_output", text=self.lines[0], lines=len(self.lines))


def place_of(error: BaseException | None) -> str:
    """Return an error's kind and where it was raised, never its own words."""
    frames = traceback.extract_tb(error.__traceback__ if error is not None else None)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else "?"
    return f"{type(error).__name__} at {where}"


class Trial:
    """One run in one folder, which must be new. The steps build on each other.

    Attributes:
        step: the one under way.
        figures: what was found: versions, sizes, and the time of each step in milliseconds.
    """

    def __init__(self, folder: Path, noise: Noise) -> None:
        self.step = ""
        self.figures: dict[str, object] = {}
        self._folder = folder / "workspace"
        self._secrets = folder / "secrets"
        self._noise = noise
        self._ports = Ports(device_secrets=FileDeviceSecrets(self._secrets))

    def run(self) -> None:
        """Take every step; the first that fails raises."""
        with self._step("versions"):
            self._versions()
        with self._step("store"):
            workspace = Workspace.create(self._folder, PASSPHRASE, ports=self._ports)
        with socket.socket() as nobody:
            # Bound and never listening: whoever calls it is refused at once, so that nothing leaves this computer.
            nobody.bind(("127.0.0.1", 0))
            try:
                self._use(workspace, f"http://127.0.0.1:{nobody.getsockname()[1]}")
            finally:
                workspace.close()
            self._open_window()

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.step = name
        begun = time.monotonic()
        yield
        self._noise.check()
        self.figures[f"{name}_ms"] = round(1000 * (time.monotonic() - begun))

    def _versions(self) -> None:
        engine.check_sqlite_version()
        self.figures |= {
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "packed": bool(getattr(sys, "frozen", False)),
            "python": platform.python_version(),
            "qt": qVersion(),
            "sqlite": engine.sqlcipher3.dbapi2.sqlite_version,
            "keyring": type(keyring.get_keyring()).__module__,
            "zone": str(ZoneInfo(ZONE)),
        }

    def _use(self, workspace: Workspace, server_url: str) -> None:
        """Do once what an agent does all day."""
        with self._step("citizen"):
            workspace.enrolled(identity(server_url))
            citizen = workspace.create_citizen(CITIZEN).record
        with self._step("search"):
            if [hit.record_id for hit in workspace.search(MISTYPED)] != [citizen]:
                raise CheckFailed("selfcheck.not_found")
        with self._step("procedure"):
            procedure = load_directory(resources.directory(f"procedures/{PROCEDURE}"))
            bundle = to_bundle(procedure)
            workspace.store_procedure(procedure.id, bundle_version(bundle), bundle)
        with self._step("case"):
            desk = Desk(workspace, ports=self._ports, language="fr")
            form = desk.new_case(procedure.id, citizen)
        with self._step("answer"):
            answer_and_read_back(desk, form)
        with self._step("receipt"):
            self.figures["receipt_bytes"] = len(self._receipt(desk, form))
        with self._step("encryption"):
            self.figures["store_files"] = encrypted_files(self._folder)

    def _receipt(self, desk: Desk, form: OpenForm) -> bytes:
        pdf = receipt_pdf(receipt_data(desk, form.procedure, form.session, self._ports.clock.now_ms()))
        if not pdf.startswith(b"%PDF-"):
            raise CheckFailed("selfcheck.no_pdf")
        return pdf

    def _open_window(self) -> None:
        """Open the real window locked, unlock it as a person does, and find the draft on the home screen."""
        with self._step("window"):
            chosen = ["--workspace", str(self._folder), "--device-secret-file", str(self._secrets), "--language", "fr"]
            program = application.build(chosen, restart=lambda: None)
        try:
            with self._step("locked"):
                check_dress(program)
            with self._step("home"):
                unlock(program)
                check_home(program)
            with self._step("picture"):
                self.figures["platform"] = program.application.platformName()
                self.figures["colours"] = colours(program)
        finally:
            program.window.close()
        with self._step("closed"):
            encrypted_files(self._folder)


def identity(server_url: str) -> Identity:
    """Return who acts in the throw-away workspace, as an enrolment would give it."""
    return Identity(
        tenant=1,
        tenant_name="Essai",
        office="0" * 31 + "1",
        office_name="Essai",
        agent="0" * 31 + "2",
        agent_name="Essai",
        device="0" * 31 + "3",
        incarnation=1,
        stream="office-1",
        service_key="00" * 32,
        server_url=server_url,
        epoch=1,
    )


def encrypted_files(folder: Path) -> int:
    """Return how many files the store in a workspace's folder has, once sure that none can be read without the key."""
    files = sorted(folder.glob(f"{STORE_NAME}*"))
    words = [word.encode() for word in CITIZEN.values()]
    for file in files:
        content = file.read_bytes()
        if content.startswith(PLAIN_HEADER) or any(word in content for word in words):
            raise CheckFailed("selfcheck.not_encrypted", file=file.name)
    if not files:
        raise CheckFailed("selfcheck.no_store")
    return len(files)


def answer_and_read_back(desk: Desk, form: OpenForm) -> None:
    """Answer the form's first question of text and find the answer in the store."""
    path = next(question.path for question in questions(form.session) if answerable(question))
    form.answer(path, "Essai")
    if desk.workspace.case(form.case_id).answers.get(path) != "Essai":
        raise CheckFailed("selfcheck.answer_lost")


def questions(session: Session) -> Iterator[QuestionView]:
    """Yield the questions shown, in the form's order, without those of repeats."""

    def inside(items: Sequence[Item]) -> Iterator[QuestionView]:
        for item in items:
            if isinstance(item, QuestionView):
                yield item
            else:
                yield from inside(getattr(item, "items", ()))

    for page in session.pages():
        yield from inside(page.items)


def answerable(question: QuestionView) -> bool:
    """Say whether any text is an answer."""
    return question.kind == "text" and not question.readonly


def receipt_data(desk: Desk, procedure: Procedure, session: Session, now_ms: int) -> ReceiptData:
    """Return a receipt of what is in the form, as if it had been handed in now."""
    who, code = desk.identity(), desk.new_tracking_code()
    return ReceiptData(
        language="fr",
        tenant_name=who.tenant_name,
        office_name=who.office_name,
        agent_name=who.agent_name,
        procedure_title=procedure.title["fr"],
        citizen_name=" ".join((CITIZEN["given_names"], CITIZEN["family_name"])),
        submitted_ms=now_ms,
        tz=ZoneInfo(ZONE),
        answers=receipt_answers(session, "fr"),
        tracking_code=code,
        tracking_url=f"{who.server_url}/suivi/{code}",
    )


def check_dress(program: application.Program) -> None:
    """Make sure that the font, the translation and Qt's own translation are part of this installation."""
    family = QFontInfo(program.application.font()).family()
    if family != FAMILY:
        raise CheckFailed("selfcheck.no_font", family=family)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    cancel = box.button(QDialogButtonBox.StandardButton.Cancel).text().replace("&", "")
    opening = widget(program, QAbstractButton, "unlock.go").text().replace("&", "")
    if (cancel, opening) != ("Annuler", "Ouvrir"):
        raise CheckFailed("selfcheck.no_translation", cancel=cancel, open=opening)


def unlock(program: application.Program) -> None:
    """Enter the passphrase and wait until the screen behind it is drawn."""
    widget(program, QLineEdit, "unlock.passphrase").setText(PASSPHRASE)
    widget(program, QAbstractButton, "unlock.go").click()
    tasks = program.window.tasks
    await_signal(tasks.settled, lambda: not tasks.busy)
    if program.window.shell is None:
        raise CheckFailed("selfcheck.not_unlocked")


def check_home(program: application.Program) -> None:
    """Make sure that the home screen lists the one draft."""
    assert program.window.shell is not None
    screen = program.window.shell.current.route().screen
    drafts = widget(program, QAbstractItemView, "home.drafts").model().rowCount()
    if (screen, drafts) != (route.HOME, 1):
        raise CheckFailed("selfcheck.not_home", screen=screen, drafts=drafts)


def widget(program: application.Program, kind: type[W], name: str) -> W:
    """Return the window's widget of that object name."""
    found = program.window.findChildren(kind, name)
    if len(found) != 1:
        raise CheckFailed("selfcheck.no_widget", name=name, found=len(found))
    return found[0]


def colours(program: application.Program) -> int:
    """Return how many colours the window's picture has; text and icons that are drawn have many."""
    picture = program.window.grab().toImage()
    points = ((x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3))
    count = len({picture.pixel(x, y) for x, y in points})
    if count < 16:
        raise CheckFailed("selfcheck.nothing_drawn", colours=count)
    return count


def await_signal(signal: SignalInstance, condition: Callable[[], bool]) -> None:
    """Let Qt work until ``condition`` holds; it is looked at whenever ``signal`` comes."""
    loop, limit = QEventLoop(), QTimer(singleShot=True, interval=WINDOW_TIMEOUT_MS)
    limit.timeout.connect(loop.quit)
    connection = signal.connect(lambda: loop.quit() if condition() else None)
    limit.start()
    if not condition():
        loop.exec()
    signal.disconnect(connection)
    if not condition():
        raise CheckFailed("selfcheck.timeout", seconds=WINDOW_TIMEOUT_MS // 1000)


def failure(step: str, error: Exception) -> dict[str, object]:
    """Return the report of a run that ended with ``error``: codes and places, never what an unknown error says."""
    report: dict[str, object] = {"selfcheck": "failed", "step": step}
    if isinstance(error, FormRefused):
        return report | {"code": error.problems[0].code, "details": dict(error.problems[0].details)}
    if isinstance(error, CheckFailed | EstafetteError | FormsError):
        return report | {"code": error.code, "details": dict(error.details)}
    if isinstance(error, OSError):
        return report | {
            "code": f"os.{errno.errorcode.get(error.errno or 0, '?')}",
            "details": {"where": place_of(error)},
        }
    return report | {"code": f"bug.{type(error).__name__}", "details": {"where": place_of(error)}}


def options(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="estafette selfcheck", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--directory",
        type=Path,
        metavar="DIR",
        help="existing folder to put the throw-away workspace in, to try its disk (default: the system's own)",
    )
    parser.add_argument("--visible", action="store_true", help="open the window on the screen, to try the display too")
    return parser.parse_args(argv)


def run_selfcheck(argv: list[str]) -> int:
    """Try this installation, print the report on one line; returns the process's exit code."""
    chosen = options(argv)
    if not chosen.visible:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # The sync client calls a port of this very computer where nobody listens; no proxy is to hear of that.
    os.environ["no_proxy"] = "127.0.0.1"
    try:
        with tempfile.TemporaryDirectory(prefix="estafette-selfcheck-", dir=chosen.directory) as folder:
            report = try_in(Path(folder))
    except OSError as error:
        report = failure("folder", error)
    print(json.dumps(report), flush=True)
    return 0 if report["selfcheck"] == "ok" else 1


def try_in(folder: Path) -> dict[str, object]:
    """Take every step in this new folder and return the report."""

    def fatal(text: str) -> None:
        report = failure(trial.step, CheckFailed("selfcheck.qt_fatal", text=text))
        shutil.rmtree(folder, ignore_errors=True)
        print(json.dumps(report), flush=True)
        os._exit(1)

    begun = time.monotonic()
    noise = Noise(fatal)
    trial = Trial(folder, noise)
    noise.listen()
    try:
        trial.run()
        noise.check()
    except Exception as error:
        # The outermost edge: whatever happened, IT support gets one line that says where.
        return failure(trial.step, error)
    total_ms = round(1000 * (time.monotonic() - begun))
    told = {"warnings": warnings(keyring.get_keyring()), "qt_warnings": noise.qt_warnings, "total_ms": total_ms}
    return {"selfcheck": "ok", **trial.figures, **told}


def warnings(backend: object) -> list[str]:
    """Return what works here only with an option: ``keyring`` where no keyring would keep the device secret."""
    unable = type(backend).__module__ in UNABLE_KEYRINGS or getattr(backend, "backends", None) == []
    return ["keyring"] if unable else []
