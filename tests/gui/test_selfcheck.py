from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop import selfcheck

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, platform: str = "offscreen", first: Callable[[], None] | None = None) -> tuple[int, dict]:
    """Run the self-check as IT support does; returns its exit code and report. It prints one line and nothing else."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "selfcheck", *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": platform},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=first,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    return done.returncode, json.loads(done.stdout)


def test_this_installation_passes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    code, report = run("--directory", str(tmp_path), platform="nonsense")
    assert (code, report["selfcheck"]) == (0, "ok"), report
    assert tuple(int(part) for part in report["sqlite"].split(".")) >= (3, 51, 3)
    assert report["platform"] == "offscreen"
    assert report["qt_warnings"] == []
    assert report["store_files"] >= 1
    assert report["packed"] is False
    assert list(tmp_path.iterdir()) == []


def test_computer_without_a_keyring_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    code, report = run("--directory", str(tmp_path))
    assert (code, report["selfcheck"], report["warnings"]) == (0, "ok", ["keyring"])


def test_keyring_that_works_is_not_warned_of() -> None:
    assert selfcheck.warnings(object()) == []


def test_folder_that_is_not_there_is_named_as_the_step() -> None:
    code, report = run("--directory", "no-such-folder")
    assert (code, report["selfcheck"], report["step"], report["code"]) == (1, "failed", "folder", "os.ENOENT")


def test_computer_without_a_display_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    code, report = run("--visible", "--directory", str(tmp_path), platform="nonsense")
    assert (code, report["step"], report["code"]) == (1, "window", "selfcheck.qt_fatal")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_full_disk_is_told_by_its_code(tmp_path: Path) -> None:
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))

    code, report = run("--directory", str(tmp_path), first=little_room)
    assert (code, report["step"], report["code"]) == (1, "store", "store.disk_full")


def test_help_explains_and_tries_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        selfcheck.run_selfcheck(["--help"])
    assert ended.value.code == 0
    assert "thrown away" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"SQLite format 3\0 and more", "…Quatremère…".encode()])
def test_store_that_can_be_read_without_the_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "store.db").write_bytes(b"\x8f" * 64)
    assert selfcheck.encrypted_files(tmp_path) == 1
    (tmp_path / "store.db-wal").write_bytes(content)
    with pytest.raises(selfcheck.CheckFailed, match="selfcheck.not_encrypted") as caught:
        selfcheck.encrypted_files(tmp_path)
    assert caught.value.details == {"file": "store.db-wal"}


def test_warning_that_would_have_been_printed_is_a_failure() -> None:
    noise = selfcheck.Noise(fatal=lambda _text: None)
    noise.check()
    noise.handle(logging.makeLogRecord({"name": "cases", "levelno": logging.WARNING, "msg": "store: odd"}))
    with pytest.raises(selfcheck.CheckFailed, match="selfcheck.unexpected_output") as caught:
        noise.check()
    assert caught.value.details["text"] == "cases: store: odd"


def test_report_of_a_bug_names_its_place_and_not_its_words() -> None:
    try:
        raise ValueError("Quatremère")
    except ValueError as error:
        report = selfcheck.failure("search", error)
    assert report["code"] == "bug.ValueError"
    assert "test_selfcheck.py" in str(report["details"])
    assert "Quatremère" not in str(report)
