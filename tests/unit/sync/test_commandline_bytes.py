"""What the front door does with bytes that are no text: it says so, and never answers with a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def agent(workspace: Path, given: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "main.py", "agent", "--workspace", str(workspace), "--device-secret-file", "status"]
    return subprocess.run(command, cwd=ROOT, input=given, capture_output=True, timeout=60, check=False)


def test_a_passphrase_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    done = agent(tmp_path / "w", b"phrase assez longue 12\xff\n")
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False)
    told = json.loads(done.stdout)
    assert (told["error"], told["details"]["field"]) == ("input.unstorable", "passphrase")


def test_a_workspace_that_is_a_file_is_said_in_words(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.touch()
    done = agent(place, b"phrase assez longue 12\n")
    assert (done.returncode, b"Traceback" in done.stderr) == (3, False)
    assert json.loads(done.stdout)["message_fr"]
