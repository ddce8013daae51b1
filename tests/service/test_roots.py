"""The daily roots, and exports that show their batches in the log: what is proven, and what is found out."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import psycopg
import pytest

import main
from cases.treelog import RootLine, root_bytes
from cases.verify import signature_holds, verify_chain
from central.service import export_case
from tests.support.central_service import RunningService
from tests.support.wire_device import WireDevice, new_id


def command(service: RunningService, *arguments: str) -> list[str]:
    return [*arguments, "--data", str(service.data), "--database", service.owner_conninfo]


def act(device: WireDevice, count: int = 3) -> str:
    """Send a case, one answer a batch; return it."""
    case = new_id()
    device.act(device.event("case", case, "set", {"procedure": "apa"}))
    for number in range(count):
        device.act(device.event("case", case, "set", {f"/a{number}": "x"}))
    return case


def write_roots(service: RunningService, file: Path) -> list[RootLine]:
    assert main.main(command(service, "serve", "root", "--out", str(file))) == 0
    return [msgspec.json.decode(line, type=RootLine) for line in file.read_bytes().splitlines()]


def test_each_day_has_its_signed_root_and_the_log_is_held_to_all_of_them(
    central_service: RunningService, device: WireDevice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "roots.jsonl"
    sizes = []
    for _day in range(3):
        act(device)
        *_earlier, line = write_roots(central_service, file)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", line.date) and line.tenant == central_service.tenant
        assert signature_holds(device.me.service_key, root_bytes(line), line.seal)
        sizes.append(line.size)
    assert sizes == [4, 8, 12]
    assert main.main(command(central_service, "verify", "--root", str(file))) == 0
    assert capsys.readouterr().out.count("the log still begins so") == 3
    assert main.main(command(central_service, "serve", "root")) == 0
    assert msgspec.json.decode(capsys.readouterr().out, type=RootLine).size == 12


def test_a_log_that_was_altered_since_does_not_hold(
    central_service: RunningService, device: WireDevice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "roots.jsonl"
    act(device)
    (line,) = write_roots(central_service, file)
    act(device)
    central_service.central.tree.sequence_all(central_service.tenant)
    with psycopg.connect(central_service.owner_conninfo) as owner:
        owner.execute("update estafette.tree_tile set hashes = overlay(hashes placing '\\x00'::bytea from 1)")
    assert main.main(command(central_service, "verify", "--root", str(file))) == 1
    assert "NO LONGER THE SAME" in capsys.readouterr().out
    forged = msgspec.structs.replace(line, size=line.size + 1)
    for text in (msgspec.json.encode(forged), b"{}", b"\xff"):
        file.write_bytes(text)
        assert main.main(command(central_service, "verify", "--root", str(file))) == 1
        assert "unreadable, altered" in capsys.readouterr().out
    file.write_bytes(b"\n")
    assert main.main(command(central_service, "verify", "--root", str(file))) == 1
    assert "[root.none]" in capsys.readouterr().err


def test_what_cannot_be_written_or_read_is_said(
    central_service: RunningService, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(command(central_service, "serve", "root", "--out", str(tmp_path))) == 1
    assert "[root.unwritable]" in capsys.readouterr().err
    assert main.main(command(central_service, "verify", "--root", str(tmp_path))) == 1
    assert "[root.unreadable]" in capsys.readouterr().err
    assert main.main(command(central_service, "serve", "root", "--timezone", "Europe")) == 2
    assert "[options.timezone]" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main.main(command(central_service, "verify"))


def test_an_export_shows_its_batches_in_the_log(
    central_service: RunningService, device: WireDevice, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    case, central = act(device), central_service.central
    central.tree.sequence_all(central_service.tenant)
    with central.transaction(central_service.tenant) as connection:
        export = export_case(central, connection, central_service.tenant, case)
    found = verify_chain(export.split(b"\n"), service_key=device.me.service_key)
    assert found.proven and (found.batches, found.logged) == (4, 4)
    assert found.log == central.tree.head(central_service.tenant)
    (tmp_path / "case.jsonl").write_bytes(export)
    assert main.main(["verify", str(tmp_path / "case.jsonl"), "--service-key", device.me.service_key]) == 0
    assert "in the log of receipts: 4 of 4 batches" in capsys.readouterr().out


@pytest.mark.parametrize("lie", ["another leaf", "no such root"])
def test_a_service_whose_own_log_lies_is_found_by_its_own_export(
    central_service: RunningService, device: WireDevice, lie: str
) -> None:
    case, central = act(device), central_service.central
    central.tree.sequence_all(central_service.tenant)
    with psycopg.connect(central_service.owner_conninfo) as owner:
        if lie == "another leaf":
            owner.execute("update estafette.batch_head set received_ms = received_ms + 1 where last_seq = 2")
        else:
            owner.execute("update estafette.tree set root = %s", ["0" * 64])
    with central.transaction(central_service.tenant) as connection:
        export = export_case(central, connection, central_service.tenant, case)
    bad = verify_chain(export.split(b"\n"), service_key=device.me.service_key).bad
    assert bad is not None and bad.reason == "log"
    assert bad.event == (f"{device.me.device}.1.2" if lie == "another leaf" else "")


def test_lines_of_the_log_are_covered_by_the_end(central_service: RunningService, device: WireDevice) -> None:
    case, central = act(device), central_service.central
    central.tree.sequence_all(central_service.tenant)
    with central.transaction(central_service.tenant) as connection:
        lines = export_case(central, connection, central_service.tenant, case).splitlines()
    of_log = [place for place, line in enumerate(lines) if b'"type":"leaf"' in line or b'"type":"log"' in line]
    assert len(of_log) == 5
    for place in of_log:
        bad = verify_chain(lines[:place] + lines[place + 1 :]).bad
        assert bad is not None and bad.line == place + 1


def test_a_damaged_log_keeps_no_case_from_being_exported(central_service: RunningService, device: WireDevice) -> None:
    case, central = act(device), central_service.central
    central.tree.sequence_all(central_service.tenant)
    with psycopg.connect(central_service.owner_conninfo) as owner:
        owner.execute("delete from estafette.tree_tile")
    with central.transaction(central_service.tenant) as connection:
        export = export_case(central, connection, central_service.tenant, case)
    found = verify_chain(export.split(b"\n"), service_key=device.me.service_key)
    assert found.proven and (found.batches, found.logged, found.log) == (4, 0, None)
