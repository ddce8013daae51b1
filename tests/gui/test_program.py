"""The program as a whole: its front door, its end, its crash reports, its translations."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop import crash, i18n
from desktop.application import build, has_display, options
from desktop.screens.welcome.view import WelcomeView

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_front_door_shows_the_enrolment_on_a_new_computer(tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "workspace"
    program = build(["--workspace", str(folder), "--device-secret-file", str(tmp_path / "secret"), "--language", "fr"])
    qtbot.waitExposed(program.window)
    assert isinstance(program.window.page, WelcomeView)
    assert program.station.directory == folder.resolve()
    program.window.close()


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        options(["--nonsense"])
    assert left.value.code == 2
    capsys.readouterr()


def test_without_a_display_it_says_so_in_both_languages_and_does_not_abort() -> None:
    nowhere = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    assert has_display(nowhere, "win32") and has_display({"DISPLAY": ":0"}, "linux")
    if not sys.platform.startswith("linux"):
        return
    ran = subprocess.run(
        [sys.executable, "main.py"], cwd=ROOT, env=nowhere, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 3
    french, english = ran.stderr.splitlines()
    assert french.startswith("Aucun écran") and english.startswith("No display")


def handles_term(process: subprocess.Popen[str]) -> bool:
    """Say whether the process has a handler of its own for SIGTERM by now (proc(5), SigCgt)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the signal mask from /proc")
def test_the_program_starts_and_ends_when_asked(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "main.py",
        "desktop",
        "--workspace",
        str(tmp_path),
        "--device-secret-file",
        str(tmp_path),
    ]
    program = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    # SIGTERM before the handler is there would end it the hard way: it must be seen running first.
    deadline = time.monotonic() + 60
    while not handles_term(program) and time.monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            program.wait(0.05)
    assert handles_term(program)
    program.send_signal(signal.SIGTERM)
    _out, complaints = program.communicate(timeout=20)
    assert program.returncode == 0, complaints
    assert "Traceback" not in complaints


def test_a_crash_report_holds_places_and_no_values(tmp_path: Path) -> None:
    secret = "KONÉ Awa"
    try:
        raise RuntimeError(secret)
    except RuntimeError as error:
        path = crash.report(tmp_path, type(error), error.__traceback__, datetime(2026, 11, 3, tzinfo=UTC))
    text = path.read_text("utf-8")
    assert "test_program.py" in text and "RuntimeError" in text
    assert secret not in text and str(ROOT) not in text


def test_old_crash_reports_go(tmp_path: Path) -> None:
    for minute in range(crash.REPORTS_MAX + 5):
        crash.report(tmp_path, ValueError, None, datetime(2026, 11, 3, 10, minute, tzinfo=UTC))
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert len(kept) == crash.REPORTS_MAX and "T1000" not in kept[0]


def test_both_languages_are_loaded_with_qts_own_words() -> None:
    i18n.install("fr")
    assert i18n.language() == "fr" and i18n.compiled("fr").exists()
    i18n.install("en")
    assert i18n.language() == "en"


def test_a_translation_is_compiled_into_the_cache_when_the_build_has_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "estafette_fr.ts"
    text.write_bytes(i18n.source("fr").read_bytes())
    monkeypatch.setattr(i18n, "source", lambda _code: text)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = i18n.compiled("fr")
    assert made.parent != tmp_path and made.stat().st_size > 1000
    assert i18n.compiled("fr") == made


def test_every_french_plural_has_its_english_one() -> None:
    def plurals(code: str) -> set[tuple[str, str]]:
        root = ElementTree.parse(i18n.source(code)).getroot()
        return {
            (context.findtext("name", ""), message.findtext("source", ""))
            for context in root.findall("context")
            for message in context.findall("message")
            if message.get("numerus") == "yes"
        }

    assert plurals("fr") == plurals("en")


@pytest.mark.skipif(os.name != "posix", reason="exec keeps the process on POSIX only")
def test_restarting_begins_the_program_anew_in_the_same_process(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    script = tmp_path / "program.py"
    script.write_text(
        "import os, pathlib, sys\n"
        "from desktop.station import restart_program\n"
        f"lives = pathlib.Path({str(lives)!r})\n"
        "seen = lives.read_text().split() if lives.exists() else []\n"
        "lives.write_text(' '.join([*seen, str(os.getpid()), *sys.argv[1:]]))\n"
        "if not seen:\n    restart_program()\n",
        "utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, str(script), "--kept"], env=environment, timeout=60, check=False)
    assert ran.returncode == 0
    first, option, second, again = lives.read_text().split()
    assert first == second and option == again == "--kept"
