"""Backups: the drill from a backup to an empty machine, what a backup covers, and what is refused."""

from __future__ import annotations

import contextlib
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psycopg
import pytest

import main
from cases import treeheads
from cases.clock import SystemClock
from cases.errors import EstafetteError, NotPermittedError
from cases.returning import LOST_AT_CENTRAL
from cases.treelog import INCONSISTENT, TreeHead
from central import alerts, backups, restoring, starting
from central.enrolment import make_enrolment_code
from central.first_start import FirstStart
from sync.exchanges import check_backed_up
from sync.messages import ExchangeReply
from sync.rounds import receipt_signed
from tests.service.test_contract import RealService
from tests.support.central_service import RunningService, reachable_directory, running_service
from tests.support.clients import AGE, NAME, TOWN, Client, Office
from tests.support.proxy import FaultProxy

_EVENTS = "select stream_id, central_seq, device_id, incarnation, seq, hash from estafette.event"
CLIENTS = 2


@pytest.fixture(autouse=True)
def heads_in_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(treeheads, "HEADS_EVERY_MS", 0)
    monkeypatch.setattr(treeheads, "PROBES_EVERY_MS", 0)


@pytest.fixture
def place() -> Iterator[Path]:
    directory = reachable_directory()
    yield directory
    shutil.rmtree(directory)


@contextmanager
def running(data: Path, proxy: FaultProxy, again: FirstStart | None = None) -> Iterator[RunningService]:
    """The service over the private PostgreSQL of a data folder."""
    opened = starting.opened_conninfo(data, None)
    with opened as (conninfo, _server), running_service(conninfo, data, proxy=proxy, again=again) as service:
        yield service


@dataclass
class Known:
    """What a service has given out: to whom each number went, and what each event was."""

    numbers: dict[tuple[str, int], str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, service: RunningService) -> Known:
        known = cls()
        with psycopg.connect(service.owner_conninfo) as connection:
            for stream, central_seq, device, incarnation, seq, digest in connection.execute(_EVENTS):
                event = f"{device}.{incarnation}.{seq}"
                known.numbers[stream, central_seq] = event
                known.hashes[event] = digest
        return known


def epoch_of(service: RunningService) -> int:
    with psycopg.connect(service.owner_conninfo) as connection:
        (epoch,) = connection.execute("select epoch from estafette.tenant").fetchone() or (0,)
    return int(epoch)


def device_of(client: Client) -> str:
    assert client.workspace.identity is not None
    return client.workspace.identity.device


def held_by(client: Client, records: list[str]) -> set[str]:
    return {event for record in records for event in client.events(record)}


@dataclass
class Drill:
    """The work of an office before and after a backup, and what is known of it."""

    clients: list[Client]
    service: RealService
    cases: list[str]
    before: Known
    epoch: int
    first: FirstStart
    act: str = ""
    heads: list[TreeHead] = field(default_factory=list)


def work_and_back_up(data: Path, target: Path, proxy: FaultProxy, ends: list[Office]) -> Drill:
    with running(data, proxy) as running_:
        service = RealService(running_)
        office = Office(service, target.parent, SystemClock())
        ends.append(office)
        clients = [office.client() for _ in range(CLIENTS)]
        cases = [client.case({NAME: "Avant"}) for client in clients]
        for client, case in zip(clients, cases, strict=True):
            client.desk.open(case).submit()
            client.sync()
        service.ask_for_information(cases[1], "Quel âge ?")
        for client in clients * 2:
            client.sync()
        assert main.main(["backup", str(target), "--data", str(data)]) == 0
        for client in clients:
            client.sync()
            assert client.workspace.backed_up() == {1: client.workspace.chains()[1]}
        for number, client in enumerate(clients):
            cases.append(client.case({NAME: "Après", AGE: "41"}))
            client.desk.open(cases[1]).answer(TOWN, f"Aubin {number}")
            client.sync()
        service.ask_for_information(cases[0], "Quelle commune ?")
        for client in clients:
            client.sync()
        (act,) = {
            entry.event
            for client in clients
            for entry in client.workspace.history(cases[0])
            if entry.kind == "status" and entry.event.device not in [device_of(one) for one in clients]
        }
        heads = heads_of(clients, running_)
        return Drill(clients, service, cases, Known.of(running_), epoch_of(running_), running_.first, str(act), heads)


def heads_of(clients: list[Client], service: RunningService) -> list[TreeHead]:
    """Let the service append what waits and every client see it; return the heads that they hold."""
    service.central.tree.sequence_all(service.tenant)
    for client in clients:
        client.sync()
    found = [client.workspace.tree_head() for client in clients]
    assert all(client.workspace.status().alarm == "" for client in clients)
    return [head for head in found if head is not None]


def check_log(drill: Drill, second: RunningService) -> None:
    """The log goes on from what the backup held, in an epoch of its own; clients note that, and none is alarmed."""
    heads = heads_of(drill.clients, second)
    assert {head.epoch for head in heads} == {epoch_of(second)}
    for client, last in zip(drill.clients, drill.heads, strict=True):
        assert [each.head for each in client.workspace.tree_log().earlier] == [last]
        client.case({NAME: "Plus tard"})
        client.sync()
    for earlier, later in zip(heads, heads_of(drill.clients, second), strict=True):
        assert later.epoch == earlier.epoch and later.size > earlier.size
    for client in drill.clients:
        client.sync()
        assert client.workspace.tree_log().proven_ms, "a receipt of the new epoch was looked for"


def check_after(drill: Drill, data: Path, proxy: FaultProxy) -> None:
    held = [held_by(client, drill.cases) for client in drill.clients]
    with running(data, proxy, drill.first) as second:
        restored = Known.of(second)
        lost = set(drill.before.hashes) - set(restored.hashes)
        assert drill.act in lost and len(lost) > CLIENTS
        for client in drill.clients * 2:
            client.sync()
        after = Known.of(second)
        devices = {device_of(client) for client in drill.clients}
        of_clients = {event: digest for event, digest in drill.before.hashes.items() if event[:32] in devices}
        assert of_clients.items() <= after.hashes.items(), "an event that had a receipt did not come back"
        assert drill.act not in after.hashes, "what only the lost service knew was accepted silently"
        for client, known in zip(drill.clients, held, strict=True):
            assert known <= held_by(client, drill.cases), "something was deleted on a client"
            (entry,) = [one for one in client.workspace.history(drill.cases[0]) if str(one.event) == drill.act]
            assert (entry.state, entry.code) == ("quarantined", LOST_AT_CENTRAL)
            assert client.pending == 0
        check_numbers(drill, after)
        check_new_act(drill, second)
        check_receipts(drill, second)
        check_log(drill, second)


def check_numbers(drill: Drill, after: Known) -> None:
    for number, event in after.numbers.items():
        assert drill.before.numbers.get(number, event) == event, "a number was given twice"
    for event, digest in after.hashes.items():
        assert drill.before.hashes.get(event, digest) == digest, "two events go by one name"


def check_new_act(drill: Drill, second: RunningService) -> None:
    """The supervisor decides anew: under a name and a number of its own, and it reaches everybody."""
    service = RealService.__new__(RealService)
    service.__dict__ |= drill.service.__dict__ | {"_central": second.central}
    service.ask_for_information(drill.cases[0], "Quelle commune, de nouveau ?")
    check_numbers(drill, Known.of(second))
    for client in drill.clients:
        client.sync()
        decision = client.desk.open(drill.cases[0]).view.decision
        assert decision is not None and decision.message == "Quelle commune, de nouveau ?"


def check_receipts(drill: Drill, second: RunningService) -> None:
    """Everybody goes on under the new epoch, and what the backup holds is said again under it."""
    epoch = epoch_of(second)
    assert epoch > drill.epoch
    with second.central.transaction(second.tenant) as told:
        known = alerts.open_alerts(told, second.tenant, None, second.clock.now_ms())
        assert alerts.RESTORED in {each.code for each in known}, "the supervisors are told"
    with psycopg.connect(second.owner_conninfo) as connection:
        assert connection.execute("select count(*) from estafette.console_session").fetchone() == (0,)
    for client in drill.clients:
        identity = client.workspace.identity
        assert identity is not None and identity.epoch == epoch
        found = second.central.backups.receipts(identity.tenant, identity.device, identity.stream, {})
        assert all(receipt_signed(each, identity.service_key) and each.epoch == epoch for each in found)
        assert client.workspace.backed_up() == {each.incarnation: each.seq for each in found} != {}


@contextmanager
def drilled(place: Path, tmp_path: Path, steps: tuple[str, ...]) -> Iterator[Callable[[], None]]:
    """An office whose service was lost and restored; yields the check of what came of it."""
    ends: list[Office] = []
    with FaultProxy() as proxy:
        try:
            done = work_and_back_up(place / "first", tmp_path / "backup", proxy, ends)
            restoring.restore(tmp_path / "backup", place / "second", SystemClock(), steps=steps)
            yield lambda: check_after(done, place / "second", proxy)
        finally:
            for office in ends:
                office.close()


def test_a_service_restored_into_an_empty_machine_gets_back_what_the_clients_hold(place: Path, tmp_path: Path) -> None:
    with drilled(place, tmp_path, restoring.STEPS) as check:
        check()


@pytest.mark.parametrize("left_out", range(len(restoring.STEPS)), ids=["epoch", "heads", "chains", "sessions"])
def test_a_restore_that_leaves_a_step_out_is_found_by_the_drill(place: Path, tmp_path: Path, left_out: int) -> None:
    steps = tuple(step for number, step in enumerate(restoring.STEPS) if number != left_out)
    with drilled(place, tmp_path, steps) as check, pytest.raises((AssertionError, EstafetteError)):
        check()


def test_a_database_put_back_in_secret_is_seen_in_its_log(place: Path, tmp_path: Path) -> None:
    ends: list[Office] = []
    with FaultProxy() as proxy:
        try:
            done = work_and_back_up(place / "first", tmp_path / "backup", proxy, ends)
            restoring.restore(tmp_path / "backup", place / "second", SystemClock(), steps=restoring.STEPS[1:])
            with running(place / "second", proxy, done.first) as second:
                second.central.tree.sequence_all(second.tenant)
                for client in done.clients:
                    with contextlib.suppress(EstafetteError):
                        client.sync()
                    assert client.workspace.status().alarm == INCONSISTENT
                    (found,) = client.workspace.tree_evidence()
                    assert found.held in done.heads and found.shown is not None and found.shown.size < found.held.size
        finally:
            for office in ends:
                office.close()


def office_of(service: RunningService, directory: Path) -> tuple[Office, Client]:
    office = Office(RealService(service), directory, SystemClock())
    return office, office.client()


def test_receipts_cover_what_the_dump_holds_and_what_came_later_only_with_the_next_backup(
    central_service: RunningService, place: Path, tmp_path: Path
) -> None:
    office, client = office_of(central_service, tmp_path)
    command = ["--data", str(central_service.data), "--database", central_service.owner_conninfo]
    client.case()
    client.sync()
    held = client.workspace.chains()
    assert client.workspace.backed_up() == {}
    assert main.main(["backup", str(place / "one"), *command]) == 0
    client.case()
    client.sync()
    assert client.workspace.backed_up() == held != client.workspace.chains()
    assert main.main(["backup", str(place / "two"), *command]) == 0
    client.sync()
    assert client.workspace.backed_up() == client.workspace.chains()
    assert stat.S_IMODE((place / "two").stat().st_mode) == 0o700
    assert {path.name for path in (place / "two").iterdir()} == {"database.dump", "keys", "manifest.json"}
    manifest = backups.read_backup(place / "two")
    (chain,) = [each for each in manifest.coverage if each.device == device_of(client)]
    assert {chain.incarnation: chain.seq} == client.workspace.backed_up()
    office.close()


def test_a_backup_goes_into_a_folder_that_is_there_and_not_into_the_data(
    central_service: RunningService, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = central_service.data
    command = ["--data", str(data), "--database", central_service.owner_conninfo]
    (place / "beside").symlink_to(data)
    before = {path.name for path in data.iterdir()}
    for target, code in (
        (place / "usb" / "monday", "backup.no_folder"),
        (data / "monday", "backup.inside_data"),
        (data / "keys" / "monday", "backup.inside_data"),
        (place / "beside" / "monday", "backup.inside_data"),
    ):
        assert main.main(["backup", str(target), *command]) == 1
        assert f"[{code}]" in capsys.readouterr().err and not target.exists()
    assert not (place / "usb").exists() and {path.name for path in data.iterdir()} == before


def test_a_backup_that_fails_covers_nothing(central_service: RunningService, place: Path, tmp_path: Path) -> None:
    office, client = office_of(central_service, tmp_path)
    client.case()
    client.sync()
    (tmp_path / "keys" / "broken.key").symlink_to("nowhere")
    with pytest.raises(EstafetteError, match=r"backup\.unwritable"):
        backups.back_up(central_service.owner_conninfo, tmp_path / "keys", place / "one", SystemClock())
    assert not (place / "one").exists()
    client.sync()
    assert client.workspace.backed_up() == {}
    (tmp_path / "keys" / "broken.key").unlink()
    backups.back_up(central_service.owner_conninfo, tmp_path / "keys", place / "one", SystemClock())
    client.sync()
    assert client.workspace.backed_up() == client.workspace.chains()
    office.close()


def test_a_receipt_of_another_chain_or_epoch_is_not_kept(
    central_service: RunningService, place: Path, tmp_path: Path
) -> None:
    office, client = office_of(central_service, tmp_path)
    client.case()
    client.sync()
    backups.back_up(central_service.owner_conninfo, tmp_path / "keys", place / "one", SystemClock())
    identity = client.workspace.identity
    assert identity is not None
    (receipt,) = central_service.central.backups.receipts(identity.tenant, identity.device, identity.stream, {})
    for wrong in ({"head": "0" * 64}, {"seq": receipt.seq - 1}, {"incarnation": 2}, {"level": "accepted"}):
        client.workspace.apply_backed_up([msgspec.structs.replace(receipt, **wrong)])
        assert client.workspace.backed_up() == {}, wrong
    client.workspace.apply_backed_up([msgspec.structs.replace(receipt, epoch=receipt.epoch - 1)])
    assert client.workspace.backed_up() == {}
    for wrong in ({"signature": "00" * 64}, {"seq": receipt.seq + 1}):
        reply = ExchangeReply(1, receipt.epoch, backed_up=[msgspec.structs.replace(receipt, **wrong)])
        with pytest.raises(EstafetteError, match=r"sync\.receipt_invalid"):
            check_backed_up(reply, identity)
    client.workspace.apply_backed_up([receipt, receipt])
    assert client.workspace.backed_up() == {receipt.incarnation: receipt.seq}
    office.close()


def _altered(backup: Path, **changes: object) -> None:
    manifest = msgspec.json.decode((backup / "manifest.json").read_bytes())
    (backup / "manifest.json").write_bytes(msgspec.json.encode(manifest | changes))


def test_what_cannot_be_restored_is_said_in_words_and_nothing_is_made(
    central_service: RunningService, tmp_path: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = place / "good"
    backups.back_up(central_service.owner_conninfo, tmp_path / "keys", good, SystemClock())

    def code(source: Path, data: Path = place / "data") -> str:
        assert main.main(["restore", str(source), "--data", str(data)]) == 1
        french, english, last = capsys.readouterr().err.splitlines()
        assert french != english and not (place / "data").exists()
        return last

    def bad(name: str) -> Path:
        return Path(shutil.copytree(good, tmp_path / name))

    assert code(tmp_path) == "[backup.none]"
    for file in ("database.dump", "keys/service.key", "manifest.json"):
        cut = bad(file.replace("/", "-")) / file
        cut.write_bytes(cut.read_bytes()[:-3])
        assert code(tmp_path / file.replace("/", "-")) == "[backup.damaged]", file
    (bad("missing") / "keys" / "service.key").unlink()
    assert code(tmp_path / "missing") == "[backup.damaged]"
    _altered(bad("major"), major=99)
    assert code(tmp_path / "major") == "[postgres.wrong_major]"
    _altered(bad("newer"), schema=9_999)
    assert code(tmp_path / "newer") == "[database.newer_version]"
    (place / "full").mkdir()
    (place / "full" / "anything").touch()
    assert code(good, place / "full") == "[restore.not_empty]"
    command = ["--data", str(central_service.data), "--database", central_service.owner_conninfo]
    assert main.main(["backup", str(good), *command]) == 1
    assert "[backup.exists]" in capsys.readouterr().err


def test_restoring_twice_takes_no_number_twice_and_keeps_what_was_there(
    central_service: RunningService, tmp_path: Path, place: Path
) -> None:
    backups.back_up(central_service.owner_conninfo, tmp_path / "keys", place / "good", SystemClock())
    found: list[tuple[int, int]] = []
    for force in (False, True):
        restoring.restore(place / "good", place / "data", SystemClock(), force=force)
        with starting.opened_conninfo(place / "data", None, create=False) as (conninfo, _server):
            with psycopg.connect(conninfo) as connection:
                row = connection.execute("select max(t.epoch), max(s.head) from estafette.tenant t, estafette.stream s")
                found += row.fetchall()
            with pytest.raises(EstafetteError, match=r"postgres\.in_use"):
                restoring.restore(place / "good", place / "data", SystemClock(), force=True)
    (first_epoch, first_head), (second_epoch, second_head) = found
    assert second_epoch > first_epoch and second_head >= first_head + 2**32 and second_head % 2**32 == 0
    (kept,) = place.glob("data.replaced-*")
    assert (kept / "keys" / "service.key").exists()


def code_for(service: RunningService, agent: str) -> str:
    with service.central.transaction(service.tenant) as connection:
        return make_enrolment_code(service.central, connection, None, agent).code


def test_a_computer_enrolled_after_the_backup_is_enrolled_again_and_keeps_its_name(place: Path, tmp_path: Path) -> None:
    with FaultProxy() as proxy, contextlib.ExitStack() as ends:
        with running(place / "first", proxy) as first:
            office = Office(RealService(first), tmp_path, SystemClock())
            ends.callback(office.close)
            assert main.main(["backup", str(tmp_path / "backup"), "--data", str(place / "first")]) == 0
            late = office.client()
            case = late.case({NAME: "Après"})
            late.sync()
            known = late.workspace.identity
            assert known is not None
        restoring.restore(tmp_path / "backup", place / "second", SystemClock())
        with running(place / "second", proxy, first.first) as second:
            with pytest.raises(NotPermittedError, match=r"auth\.device_unknown"):
                late.sync()
            held = late.events(case)
            late.agent.enrol(second.url, code_for(second, known.agent), "Poste")
            late.sync()
            late.sync()
            assert late.pending == 0 and not late.workspace.in_doubt()
            assert set(held) <= Known.of(second).hashes.keys(), "what only this computer held did not come back"
            now = late.workspace.identity
            assert now is not None
            assert (now.device, now.stream) == (known.device, known.stream)


def test_a_password_is_not_among_the_arguments_of_what_is_started(tmp_path: Path) -> None:
    """Arguments of a process are everybody's to read on the machine, for as long as a dump takes."""
    program, said = tmp_path / "pg_dump", tmp_path / "said"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$PGPASSWORD" "$@" > {said}\n')
    program.chmod(0o700)
    for conninfo in ("host=/run/x user=owner password=geheim dbname=d", "postgresql://owner:geheim@127.0.0.1/d"):
        backups.run_program([str(program), "-Fc"], conninfo, tmp_path)
        password, *arguments = said.read_text().splitlines()
        assert password == "geheim" and arguments[0] == "-Fc"
        assert "geheim" not in " ".join(arguments) and "user=owner" in arguments[1] and "dbname=d" in arguments[1]
    backups.run_program([str(program)], "host=/run/x user=owner dbname=d", tmp_path)
    assert said.read_text().splitlines()[0] == ""
