"""The command line as a person or a script uses it, over a real connection; killed as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.clock import SystemClock
from sync.commandline import run_agent
from tests.support.clients import AGE, CHILD, NAME, PROCEDURE
from tests.support.memory_http import serving
from tests.support.memory_service import MemoryService
from tests.support.workspaces import PASSPHRASE

ROOT = Path(__file__).resolve().parents[3]
KILLS = 10


class Program:
    """``main.py agent`` on one workspace."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._options = ["--workspace", str(home / "espace"), "--device-secret-file"]
        self._patch = patch
        self._capsys = capsys
        patch.setenv("XDG_STATE_HOME", str(home / "state"))

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-c", _MAIN, *self._options, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run(self, *command: str, lines: str = "", passphrase: str = PASSPHRASE) -> tuple[int, list[dict[str, Any]]]:
        """Run a command to its end; return its exit code and its lines."""
        self._patch.setattr(sys, "stdin", io.StringIO(f"{passphrase}\n{lines}"))
        code = run_agent([*self._options, *command])
        out, err = self._capsys.readouterr()
        assert err == ""
        return code, [json.loads(line) for line in out.splitlines()]

    def one(self, *command: str) -> dict[str, Any]:
        """Run a command that must succeed; return its one line."""
        code, answers = self.run(*command)
        assert code == 0, answers
        (answer,) = answers
        return answer


_MAIN = "import sys; from sync.commandline import run_agent; sys.exit(run_agent(sys.argv[1:]))"


@pytest.fixture
def central() -> MemoryService:
    return MemoryService(SystemClock())


@pytest.fixture
def url(central: MemoryService) -> Iterator[str]:
    with serving(central.central) as found:
        yield found


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path, monkeypatch, capsys)


@pytest.fixture
def enrolled(program: Program, central: MemoryService, url: str) -> Program:
    program.one("enrol", "--server", url, "--code", central.enrolment_code(), "--device", "Poste 1")
    program.one("sync")
    return program


def test_whole_way_by_single_commands(enrolled: Program, central: MemoryService, tmp_path: Path) -> None:
    (procedure,) = enrolled.one("procedures")["procedures"]
    assert (procedure["id"], procedure["title"]) == (PROCEDURE, "Demande d'essai")
    citizen = enrolled.one("citizen-new", "family_name=Moreau", "given_names=Zoé")["citizen"]
    (hit,) = enrolled.one("citizens", "--search", "moreu zoe")["citizens"]
    assert hit["record_id"] == citizen
    case = enrolled.one("new", PROCEDURE, "--citizen", citizen)["case"]
    assert enrolled.one("answer", case, AGE, "abc")["problem"]["code"] == "type"
    code, (refused,) = enrolled.run("submit", case)
    assert (code, refused["error"], refused["issues"][0]["path"]) == (1, "submit.incomplete", AGE)
    assert enrolled.one("answer", case, AGE, "41")["problem"] is None
    receipt = tmp_path / "reçu.pdf"
    submitted = enrolled.one("submit", case, "--receipt", str(receipt))
    assert receipt.read_bytes().startswith(b"%PDF")
    assert enrolled.one("status")["status"]["pending"] > 0
    assert enrolled.one("sync")["status"]["pending"] == 0
    shown = enrolled.one("show", case)
    assert shown["case"]["tracking_code"] == submitted["tracking_code"]
    assert {entry["state"] for entry in shown["history"]} == {"accepted"}
    assert central.central.record(case).value(AGE) == "41"


def test_shell_answers_each_line_and_goes_on_after_a_wrong_one(enrolled: Program) -> None:
    lines = "\n".join(
        ["citizen-new family_name='Le Goff'", "", "dance", "answer nobody /x 1", "citizen-new 'unclosed", "status"]
    )
    code, answers = enrolled.run("shell", lines=lines)
    assert [answer.get("error", "") for answer in answers] == ["", "usage", "case.unknown", "usage", ""]
    assert code == 2
    assert answers[-1]["status"]["pending"] == 1
    assert all(answer["message_fr"] and answer["message_en"] for answer in answers if "error" in answer)


def test_rows_in_a_shell(enrolled: Program) -> None:
    citizen = enrolled.one("citizen-new", "family_name=Moreau")["citizen"]
    case = enrolled.one("new", PROCEDURE, "--citizen", citizen)["case"]
    row = enrolled.one("add-row", case, CHILD)["row"]
    lines = [f"answer {case} {row}/first Ana", f"answer {case} {row}/last X", f"remove-row {case} {row}"]
    code, answers = enrolled.run("shell", lines="\n".join([*lines, f"note {case} 'À revoir'"]))
    assert [answer.get("error", "") for answer in answers] == ["", "forms.unknown_path", "", ""]
    assert code == 1


@pytest.mark.parametrize(
    ("command", "passphrase", "expected"),
    [
        (["unlock"], "not the right passphrase at all", (1, "unlock.wrong_passphrase")),
        (["unlock"], "", (1, "passphrase.missing")),
        (["dance"], PASSPHRASE, (2, "usage")),
        ([], PASSPHRASE, (2, "usage")),
        (["show", "nobody"], PASSPHRASE, (1, "case.unknown")),
        (["new", PROCEDURE, "--citizen", "nobody"], PASSPHRASE, (1, "citizen.unknown")),
        (["citizen-new", "familyname=X"], PASSPHRASE, (1, "citizen.unknown_field")),
    ],
)
def test_wrong_input_says_what_and_how(
    enrolled: Program, command: list[str], passphrase: str, expected: tuple[int, str]
) -> None:
    code, (answer,) = enrolled.run(*command, passphrase=passphrase)
    assert (code, answer["error"]) == expected
    assert set(answer) >= {"details", "message_fr", "message_en"}


def test_wrong_code_and_nobody_there(program: Program, central: MemoryService, url: str) -> None:
    code, (answer,) = program.run("enrol", "--server", url, "--code", "XXXX")
    assert (code, answer["error"]) == (5, "enrol.wrong_code")
    code, (answer,) = program.run("enrol", "--server", "http://127.0.0.1:9", "--code", "XXXX")
    assert (code, answer["error"]) == (4, "network.unreachable")
    assert program.one("enrol", "--server", url, "--code", central.enrolment_code())["identity"]["tenant"]


def test_no_workspace_is_said(program: Program) -> None:
    code, (answer,) = program.run("unlock")
    assert (code, answer["error"]) == (1, "unlock.no_workspace")


@pytest.mark.slow
def test_what_was_printed_survives_a_kill_at_any_moment(enrolled: Program) -> None:
    citizen = enrolled.one("citizen-new", "family_name=Moreau")["citizen"]
    case = enrolled.one("new", PROCEDURE, "--citizen", citizen)["case"]
    printed: set[str] = set()
    for kill in range(KILLS):
        process = enrolled.start("shell")
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(PASSPHRASE + "\n")
        process.stdin.writelines(f"answer {case} {NAME} 'Moreau {kill} {number}'\n" for number in range(200))
        process.stdin.flush()
        for _line in range(1 + 3 * kill):
            printed.add(json.loads(process.stdout.readline())["event"])
        process.kill()
        left, _err = process.communicate()
        printed |= {json.loads(line)["event"] for line in left.splitlines() if line.endswith("}")}
    held = {entry["event"] for entry in enrolled.one("show", case)["history"]}
    assert len(printed) >= KILLS
    assert printed <= held
    assert enrolled.one("sync")["status"]["pending"] == 0
