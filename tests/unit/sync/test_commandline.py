"""The command line as a person or a script uses it, over a real connection; killed as a process of its own."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cases.clock import SystemClock
from cases.keys import slots
from cases.procedures import from_bundle, to_bundle
from sync import commandline
from sync.commandline import run_agent
from sync.commands import COMMANDS
from sync.transport import RequestsTransport
from tests.support.central_memory import TENANT
from tests.support.clients import AGE, CHILD, NAME, PROCEDURE, bundle
from tests.support.faults import Fault, Faults, FaultyTransport
from tests.support.forms import xform
from tests.support.memory_http import serving
from tests.support.memory_service import MemoryService
from tests.support.workspaces import PASSPHRASE

ROOT = Path(__file__).resolve().parents[3]
KILLS = 10
COLOURS = """
| survey   |                   |         |          |          |
|          | type              | name    | label    | required |
|          | select_one colour | colour  | Couleur  | yes      |
|          | date              | day     | Jour     |          |
| choices  |                   |         |          |          |
|          | list_name         | name    | label    |          |
|          | colour            | r       | Rouge    |          |
|          | colour            | b       | Bleu     |          |
| settings |                   |         |          |          |
|          | form_title        | form_id |          |          |
|          | Demande d'essai   | essai   |          |          |
"""


class Program:
    """``main.py agent`` on one workspace."""

    def __init__(
        self,
        home: Path,
        patch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        *,
        secrets: Path | None = None,
    ) -> None:
        self._options = ["--workspace", str(home / "espace"), "--device-secret-file"]
        self._options += [str(secrets)] if secrets else []
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
        code, out = self._run(command, f"{passphrase}\n{lines}")
        return code, [json.loads(line) for line in out.splitlines()]

    def text(self, *command: str, lines: str = "") -> str:
        """Run a command that must succeed; return what it printed, help and all."""
        code, out = self._run(command, f"{PASSPHRASE}\n{lines}")
        assert code == 0, out
        return out

    def _run(self, command: Sequence[str], given: str) -> tuple[int, str]:
        self._patch.setattr(sys, "stdin", io.StringIO(given))
        code = run_agent([*self._options, *command])
        out, err = self._capsys.readouterr()
        assert err == ""
        return code, out

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
    assert hit["id"] == citizen
    assert enrolled.one("citizens")["citizens"] == [hit]
    case = enrolled.one("new", PROCEDURE, "--citizen", citizen)["case"]
    problem = enrolled.one("answer", case, AGE, "abc")["problem"]
    assert (problem["code"], problem["message_fr"]) == ("type", "Tapez un nombre entier comme 42.")
    code, (refused,) = enrolled.run("submit", case)
    assert (code, refused["error"], refused["issues"][0]["path"]) == (1, "submit.incomplete", AGE)
    assert refused["issues"][0]["message_en"] == "Type a whole number such as 42."
    assert enrolled.one("answer", case, AGE, "41")["problem"] is None
    receipt = tmp_path / "reçu.pdf"
    submitted = enrolled.one("submit", case, "--receipt", str(receipt))
    assert receipt.read_bytes().startswith(b"%PDF")
    assert enrolled.one("status")["status"]["pending"] > 0
    assert enrolled.one("sync")["status"]["pending"] == 0
    shown = enrolled.one("show", case)
    assert shown["case"]["tracking_code"] == submitted["tracking_code"]
    assert {entry["state"] for entry in shown["history"]} == {"accepted"}
    assert enrolled.one("show", submitted["tracking_code"].lower().replace("-", " ")) == shown
    code, (again,) = enrolled.run("submit", case)
    assert (code, again["error"]) == (1, "submit.already")
    assert "déjà transmis" in again["message_fr"] and submitted["tracking_code"] in again["message_fr"]
    code, (refused,) = enrolled.run("answer", case, AGE, "42")
    assert (refused["error"], refused["details"]["state"]) == ("case.not_editable", "submitted")
    assert "« en construction »" in refused["message_fr"] and "“submitted”" in refused["message_en"]
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


@pytest.mark.parametrize(
    ("line", "french", "english"),
    [
        ("dance", "il n'y a pas de commande « dance »", "there is no command “dance”"),
        ("show", "il manque : case.", "missing: case."),
        ("note x y z", "en trop ou inconnu : z.", "too much or unknown: z."),
        ("cases --limit many", "attend un nombre entier, pas « many »", "takes a whole number, not “many”"),
        ("cases --state lost", "« lost » ne va pas pour --state", "“lost” does not fit --state"),
        ("cases --limit", "--limit attend une valeur.", "--limit takes a value."),
        ("citizen-new phone=1 phone=2", "« phone » est donné deux fois", "“phone” is given twice"),
        ("citizen-new Moreau", "CHAMP=VALEUR attendu, pas « Moreau »", "expected FIELD=VALUE, not “Moreau”"),
        ("note 'x", "un guillemet n'est pas refermé.", "a quotation mark is not closed."),
        ("shell", "on est déjà dans un shell.", "this is a shell already."),
    ],
)
def test_usage_is_said_whole_in_each_language(enrolled: Program, line: str, french: str, english: str) -> None:
    code, (answer,) = enrolled.run("shell", lines=line)
    assert (code, answer["error"]) == (2, "usage")
    assert french in answer["message_fr"]
    assert english in answer["message_en"]
    assert not {"argument", "invalid", "expected", "required"} & set(answer["message_fr"].split())


def test_unknown_field_of_a_citizen_names_those_there_are(enrolled: Program) -> None:
    _code, (answer,) = enrolled.run("citizen-new", "familyname=X")
    assert "family_name, given_names" in answer["details"]["known"]
    assert all(", birth_date, " in answer[message] for message in ("message_fr", "message_en"))


def test_help_of_a_command_explains_its_arguments(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run_agent(["citizen-new", "--help"]) == 0
    assert "family_name, given_names" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_argument_of_a_command_has_its_help(name: str) -> None:
    parser = argparse.ArgumentParser()
    COMMANDS[name].arguments(parser)
    assert all(action.help for action in parser._actions)


def test_help_in_a_shell_does_not_end_it(enrolled: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = enrolled.text("shell", lines="note --help\nstatus\n")
    assert "the remark" in shown
    assert json.loads(shown.splitlines()[-1])["status"]["enrolled"]


def test_choices_of_a_question_and_an_answer_that_is_none_of_them(enrolled: Program, central: MemoryService) -> None:
    published = replace(from_bundle(bundle()), form=xform(COLOURS))
    central.central.publish(PROCEDURE, to_bundle(published))
    enrolled.one("sync")
    citizen = enrolled.one("citizen-new", "family_name=Moreau")["citizen"]
    case = enrolled.one("new", PROCEDURE, "--citizen", citizen)["case"]
    offered = enrolled.one("choices", case, "/colour")["choices"]
    assert offered == [{"value": "r", "label": "Rouge"}, {"value": "b", "label": "Bleu"}]
    assert enrolled.one("choices", case, "/colour", "--search", "ble")["choices"] == offered[1:]
    problem = enrolled.one("answer", case, "/colour", "vert")["problem"]
    assert problem["message_fr"] == "Ce choix n'est pas dans la liste : vert. Au choix : r (Rouge), b (Bleu)."
    _code, (refused,) = enrolled.run("submit", case)
    assert refused["issues"] == [problem]
    assert enrolled.one("answer", case, "/day", "31/03/2024")["problem"]["message_fr"].endswith("2024-03-31.")


def test_a_refused_first_enrolment_leaves_the_passphrase_to_be_chosen(
    program: Program, central: MemoryService, url: str, tmp_path: Path
) -> None:
    code, (answer,) = program.run("enrol", "--server", url, "--code", "XXXX")
    assert (code, answer["error"], answer["details"]["enrolment"]) == (5, "enrol.wrong_code", "undone")
    assert "autre phrase secrète" in answer["message_fr"]
    code, (answer,) = program.run("enrol", "--server", "http://127.0.0.1:9", "--code", "XXXX")
    assert (code, answer["error"], answer["details"]["enrolment"]) == (4, "network.unreachable", "undone")
    assert "saisie" not in answer["message_fr"]
    assert not slots.exists(tmp_path / "espace")
    assert list((tmp_path / "state").rglob("*.secret")) == []
    arguments = ("enrol", "--server", url, "--code", central.enrolment_code())
    code, (answer,) = program.run(*arguments, passphrase="une tout autre phrase que la première")
    assert (code, answer["identity"]["tenant"]) == (0, TENANT)
    code, (answer,) = program.run("enrol", "--server", "http://127.0.0.1:9", "--code", "XXXX")
    assert answer["error"] == "unlock.wrong_passphrase"


def test_a_lost_answer_to_the_first_enrolment_costs_nothing(
    program: Program, central: MemoryService, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("enrol", "--server", url, "--code", central.enrolment_code())
    faults = Faults()
    faults.add(Fault.REPLY_LOST)
    with monkeypatch.context() as patched:
        patched.setattr(commandline, "RequestsTransport", lambda to: FaultyTransport(RequestsTransport(to), faults))
        code, (answer,) = program.run(*arguments)
        assert (code, answer["details"]["enrolment"]) == (4, "open")
        assert "la même phrase secrète" in answer["message_fr"]
    code, (answer,) = program.run("enrol", "--server", url, "--code", "XXXX")
    assert (answer["error"], answer["details"]["enrolment"]) == ("enrol.wrong_code", "kept")
    assert program.one(*arguments)["identity"]["tenant"] == TENANT


def test_device_secret_in_a_folder_of_one_s_own(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str,
    central: MemoryService,
) -> None:
    folder = tmp_path / "secrets"
    program = Program(tmp_path, monkeypatch, capsys, secrets=folder)
    program.one("enrol", "--server", url, "--code", central.enrolment_code())
    assert len(list(folder.glob("*.secret"))) == 1
    assert program.one("status")["status"]["state"] == "offline"
    code, (answer,) = Program(tmp_path, monkeypatch, capsys).run("status")
    assert (code, answer["error"]) == (3, "unlock.other_device")
    assert str(tmp_path / "state") in answer["message_fr"] and str(tmp_path / "state") in answer["message_en"]


def test_procedures_come_at_the_first_sync_and_status_says_how_it_ended(
    program: Program, central: MemoryService, url: str
) -> None:
    program.one("enrol", "--server", url, "--code", central.enrolment_code())
    empty = program.one("procedures")
    assert empty["procedures"] == [] and "première synchronisation" in empty["message_fr"]
    program.one("sync")
    assert "message_fr" not in program.one("procedures")
    status = program.one("status")["status"]
    assert (status["state"], status["last_contact_ms"] is not None) == ("idle", True)


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


def test_a_citizen_is_corrected_by_what_differs_alone(enrolled: Program, central: MemoryService) -> None:
    citizen = enrolled.one("citizen-new", "family_name=Moreau", "given_names=Zoé", "phone=01 02")["citizen"]
    enrolled.one("sync")
    made = enrolled.one("citizen-edit", citizen, "given_names=Zoë", "family_name=Moreau", "phone=")
    assert made["changed"] == ["given_names", "phone"] and made["event"]
    assert made["fields"] == {"family_name": "Moreau", "given_names": "Zoë"}
    again = enrolled.one("citizen-edit", citizen, "given_names=Zoë")
    assert (again["event"], again["changed"]) == (None, []), "nothing to record"
    assert enrolled.one("sync")["sync"]["parked"] == 0
    assert [hit["id"] for hit in enrolled.one("citizens", "--search", "Zoë Moreau")["citizens"]] == [citizen]
    for line, code in (
        (("citizen-edit", citizen, "family_name="), "citizen.name_missing"),
        (("citizen-edit", citizen, "birth_date=hier"), "citizen.birth_date"),
        (("citizen-edit", citizen, "familyname=X"), "citizen.unknown_field"),
        (("citizen-edit", "0" * 32, "phone=1"), "citizen.unknown"),
        (("citizen-edit", citizen, "Moreau"), "usage"),
    ):
        status, (answer,) = enrolled.run(*line)
        assert status and answer["error"] == code, line


def test_a_correction_made_without_having_seen_another_is_contested(enrolled: Program, central: MemoryService) -> None:
    citizen = enrolled.one("citizen-new", "family_name=Moreau", "given_names=Zoé")["citizen"]
    enrolled.one("sync")
    central.central.try_act_as_supervisor(citizen, "set", {"given_names": "Zoë"}, record_type="citizen")
    enrolled.one("citizen-edit", citizen, "given_names=Zoe")
    enrolled.one("sync")
    (item,) = enrolled.one("contested")["contested"]
    assert {claim["value"] for claim in item["claims"]} == {"Zoe", "Zoë"}
