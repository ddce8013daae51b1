"""The front doors as IT uses them: a process, its output, its exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cases.events import Kind, RecordType
from cases.ids import SystemRandomness
from cases.tracking import new_code
from central import policies
from central.postgres import PrivatePostgres
from tests.support.central_service import RunningService, fresh_database, reachable_directory, service_conninfo
from tests.support.wire_device import enrolled, new_id

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def start(*arguments: str) -> tuple[subprocess.Popen[str], str, str]:
    """Start the service; return the process, its address and what it said before it was ready."""
    process = subprocess.Popen(
        [sys.executable, "main.py", "serve", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        if line.startswith("ready "):
            return process, line.split()[1], said
        said += line
    raise AssertionError(f"ended with {process.wait()}: {said}")


def stop(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(how)
    process.communicate(timeout=60)
    return process.returncode


@pytest.fixture
def data() -> Iterator[Path]:
    directory = reachable_directory()
    yield directory / "data"
    shutil.rmtree(directory)


def test_from_an_empty_machine_to_a_verified_case_across_a_kill(data: Path) -> None:
    process, url, said = start("--data", str(data))
    first = json.loads((data / "first-start.json").read_text())
    assert stat.S_IMODE((data / "first-start.json").stat().st_mode) == 0o600
    for shown in ("supervisor_passphrase", "totp_secret", "enrolment_code"):
        assert first[shown] in said
    assert said.index("Premier démarrage") < said.index("First start")
    assert requests.get(f"{url}/readyz").status_code == 200
    device = enrolled(url, first["enrolment_code"])
    case, code = new_id(), new_code(device.me.tenant, SystemRandomness())
    device.act(device.event(RecordType.CASE, case, Kind.SET, {"procedure": "apa", "tracking_code": code}))

    found = run("verify", code.lower(), "--data", str(data), "--export", str(data / "case.jsonl"))
    assert found.returncode == 0 and "complete and unaltered" in found.stdout and "complet et inaltéré" in found.stdout
    export = (data / "case.jsonl").read_text()
    (data / "altered.jsonl").write_text(export.replace('\\"apa\\"', '\\"apb\\"'))
    assert run("verify", str(data / "case.jsonl")).returncode == 0
    altered = run("verify", str(data / "altered.jsonl"))
    assert altered.returncode == 1 and f"first bad event: {device.me.device}.1.1" in altered.stdout

    process.kill()
    process.communicate()
    assert run("verify", case, "--data", str(data)).returncode == 0
    process, url, said = start("--data", str(data))
    assert all(line.startswith(("Le service est prêt", "The service is ready")) for line in said.splitlines()), said
    device.url, device.token = url, ""  # the numbers of signed requests die with the process that counted them
    assert device.act(device.event(RecordType.CASE, case, Kind.SET, {"/x": "1"})).verdicts[0].state == "accepted"
    offered = run("procedure", "publish", "resources/procedures/apa", "--data", str(data))
    assert offered.returncode == 0 and "already published" in offered.stdout
    assert re.match(r"apa \(« .* »\), version [0-9a-f]{64} : ", offered.stdout)
    device.close()
    assert stop(process) == 0
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_a_second_service_on_a_folder_is_refused_until_the_first_has_ended(data: Path, tmp_path: Path) -> None:
    process, url, _ = start("--data", str(data))
    second = run("serve", "--port", "0", "--data", str(data))
    assert second.returncode == 1 and second.stdout == "", "nothing is ready"
    assert f"Un service tourne déjà sur {data}" in second.stderr and "runs on" in second.stderr
    assert "[serve.already_running]" in second.stderr and "Traceback" not in second.stderr
    assert requests.get(f"{url}/readyz").status_code == 200

    beside = (("policy",), ("procedure", "publish", "resources/procedures/apa"), ("backup", str(tmp_path / "kept")))
    for command in beside:
        said = run(*command, "--data", str(data))
        assert said.returncode == 0, said.stderr

    process.kill()
    process.communicate()
    process, url, _ = start("--data", str(data))
    assert requests.get(f"{url}/readyz").status_code == 200
    assert stop(process) == 0


def test_an_existing_database_is_used_and_left_running(postgres: PrivatePostgres, tmp_path: Path) -> None:
    conninfo = fresh_database(postgres, empty=True)
    process, url, _ = start("--data", str(tmp_path), "--database", conninfo)
    assert requests.get(f"{url}/readyz").status_code == 200
    assert stop(process, signal.SIGINT) == 0
    assert not (tmp_path / "postgres").exists()
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("select count(*) from estafette.tenant").fetchone() == (1,)


def test_a_database_that_does_not_answer_is_said_in_words(tmp_path: Path) -> None:
    said = run("serve", "--port", "0", "--data", str(tmp_path), "--database", "host=/nonexistent dbname=x")
    assert said.returncode == 1 and "database.unavailable" in said.stderr and "Traceback" not in said.stderr


def test_a_password_on_the_command_line_is_warned_of_and_one_in_a_file_is_seen_by_nobody(tmp_path: Path) -> None:
    url = "host=/nonexistent dbname=x password=geheim"
    said = run("serve", "--port", "0", "--data", str(tmp_path), "--database", url)
    assert "options.database_password" in said.stderr and "geheim" not in said.stderr
    file = tmp_path / "database"
    file.touch(0o600)
    file.write_text(url + "\n")
    said = run("serve", "--port", "0", "--data", str(tmp_path), "--database-file", str(file))
    assert said.returncode == 1 and "database.unavailable" in said.stderr
    assert "options.database_password" not in said.stderr and "geheim" not in said.stderr
    file.chmod(0o644)
    said = run("serve", "--port", "0", "--data", str(tmp_path), "--database-file", str(file))
    assert said.returncode == 2 and "chmod" in said.stderr


def test_the_password_of_an_existing_database_can_come_from_pgpassfile(
    postgres: PrivatePostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conninfo = fresh_database(postgres)
    given = conninfo_to_dict(service_conninfo(conninfo))
    password = str(given.pop("password"))
    file = tmp_path / "pgpass"
    file.touch(0o600)
    file.write_text(f"*:*:*:{given['user']}:{password}\n")
    without = make_conninfo("", **given)
    said = run("serve", "--port", "0", "--data", str(tmp_path), "--database", without)
    assert said.returncode == 1 and "database.unavailable" in said.stderr, "it needs a password"
    monkeypatch.setenv("PGPASSFILE", str(file))
    process, url, _ = start("--data", str(tmp_path), "--database", without)
    assert requests.get(f"{url}/readyz").status_code == 200
    assert stop(process) == 0


def test_a_port_in_use_is_said_in_words(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = run("serve", "--port", str(taken.getsockname()[1]), "--data", str(tmp_path))
    assert said.returncode == 1 and "--port" in said.stderr


def test_a_workbook_that_is_no_form_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "holiday.xlsx").write_bytes(b"no workbook")
    said = run("procedure", "check", str(tmp_path / "holiday.xlsx"))
    assert said.returncode == 1 and "refused" in said.stderr and "Traceback" not in said.stderr


def test_only_serve_makes_a_data_folder(tmp_path: Path) -> None:
    data = tmp_path / "elsewhere"
    for command in (("procedure", "publish", "resources/procedures/apa"), ("verify", "0" * 32)):
        said = run(*command, "--data", str(data))
        assert said.returncode == 1 and said.stdout == ""
        assert f"données d'Estafette dans {data}" in said.stderr and f"no Estafette data in {data}" in said.stderr
        assert "--data" in said.stderr
        assert not data.exists()


@pytest.mark.parametrize("empty", [True, False])
def test_a_database_without_an_organisation_is_never_published_to(
    postgres: PrivatePostgres, tmp_path: Path, empty: bool
) -> None:
    conninfo = fresh_database(postgres, empty=empty)
    for command in (("procedure", "publish", "resources/procedures/apa"), ("verify", "0" * 32)):
        said = run(*command, "--data", str(tmp_path / "data"), "--database", conninfo)
        assert said.returncode == 1 and "[database.empty]" in said.stderr and said.stdout == ""
    assert not (tmp_path / "data").exists()
    with psycopg.connect(conninfo) as connection:
        made = connection.execute("select to_regclass('estafette.migration') is not null").fetchone()
    assert made == (not empty,)


def test_checking_with_another_folder_than_the_services_makes_no_key(
    owner_conninfo: str, central_service: RunningService, tmp_path: Path
) -> None:
    said = run("verify", "0" * 32, "--data", str(tmp_path / "other"), "--database", owner_conninfo)
    assert said.returncode == 1 and "[data.none]" in said.stderr
    assert not (tmp_path / "other").exists()


def test_the_delay_before_the_supervisor_is_asked_is_shown_and_changed(
    owner_conninfo: str, central_service: RunningService, tmp_path: Path
) -> None:
    place = ("--database", owner_conninfo, "--data", str(tmp_path))
    assert run("policy", *place).stdout.startswith("settle-days: 3 ")
    assert run("policy", "--settle-days", "10", *place).stdout.startswith("settle-days: 10 ")
    with central_service.central.transaction(central_service.tenant) as connection:
        assert policies.policy(connection, central_service.tenant).settle_delay_days == 10
    refused = run("policy", "--settle-days", "61", *place)
    assert refused.returncode == 1 and "de 0 à 60" in refused.stderr and "from 0 to 60" in refused.stderr
    assert run("policy", *place).stdout.startswith("settle-days: 10 ")


def test_an_unknown_case_is_said_in_words(owner_conninfo: str, central_service: RunningService) -> None:
    said = run("verify", "0" * 32, "--data", str(central_service.data), "--database", owner_conninfo)
    assert said.returncode == 1 and "case.unknown" in said.stderr


@pytest.mark.parametrize(
    ("options", "said_fr", "said_en"),
    [
        (("--port", "99999"), "99999 n'est pas un port", "99999 is no port"),
        (("--port", "-1"), "-1 n'est pas un port", "-1 is no port"),
        (("--timezone", "Mars/Olympus"), "« Mars/Olympus » n'est pas un fuseau", "'Mars/Olympus' is no time zone"),
        (("--timezone", "Europe"), "« Europe » n'est pas un fuseau", "'Europe' is no time zone"),
        (("--timezone", "../etc/passwd"), "n'est pas un fuseau", "is no time zone"),
    ],
)
def test_an_impossible_option_is_said_in_words(
    tmp_path: Path, options: tuple[str, str], said_fr: str, said_en: str
) -> None:
    said = run("serve", "--data", str(tmp_path / "data"), *options)
    assert said.returncode == 2 and said_fr in said.stderr and said_en in said.stderr
    assert len(said.stderr.splitlines()) == 3, "French, English, code"
    assert not (tmp_path / "data").exists()


def test_outside_the_environment_one_is_told_how_to_enter_it() -> None:
    said = subprocess.run(
        [sys.executable, "-S", "main.py", "serve"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode == 1 and "Traceback" not in said.stderr
    assert "activez l'environnement" in said.stderr and "dev.py setup" in said.stderr


def test_a_path_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    said = run("procedure", "check", str(tmp_path / "nowhere"))
    assert said.returncode == 1 and f"{tmp_path / 'nowhere'} n'existe pas" in said.stderr
    assert f"{tmp_path / 'nowhere'} does not exist" in said.stderr
    (tmp_path / "empty").mkdir()
    said = run("procedure", "check", str(tmp_path / "empty"))
    assert said.returncode == 1 and f"{tmp_path / 'empty'} : il manque" in said.stderr


def test_root_is_told_what_to_do_about_a_closed_directory(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root lays itself down")
    (tmp_path / "closed").mkdir(mode=0o700)
    said = run("serve", "--port", "0", "--data", str(tmp_path / "closed" / "data"))
    assert said.returncode == 1 and "--data" in said.stderr


def test_a_bare_form_takes_no_rules_away_without_a_word(postgres: PrivatePostgres, tmp_path: Path) -> None:
    where = ("--data", str(tmp_path / "data"), "--database", fresh_database(postgres))
    process, _url, _said = start(*where)
    assert stop(process) == 0
    bare = tmp_path / "apa.xlsx"
    shutil.copy(ROOT / "resources" / "procedures" / "apa" / "form.xlsx", bare)
    said = run("procedure", "publish", str(bare), *where)
    assert said.returncode == 1 and "[procedure.rules_lost]" in said.stderr and said.stdout == ""
    assert "legal_basis" in said.stderr and "decision_fields" in said.stderr
    keys = re.search(r"--drop ([a-z_,]+)\.", said.stderr)
    assert keys is not None
    again = run("procedure", "publish", "resources/procedures/apa", *where)
    assert "already published" in again.stdout, "nothing was published"
    some = keys[1].partition(",")[0]
    assert run("procedure", "publish", str(bare), "--drop", some, *where).returncode == 1, "not all of it is named"
    said = run("procedure", "publish", str(bare), "--drop", keys[1], *where)
    assert said.returncode == 0, said.stderr
    assert "already published" in run("procedure", "publish", str(bare), *where).stdout, "it has no rules to lose"
